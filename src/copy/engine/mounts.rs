//! Several mounts of one destination: which entry goes by way of which, and
//! each directory by way of each of them.
//!
//! Boundary: choosing, opening and counting; what is done by way of a mount is
//! the same as by the only one. Directories are made and put right by way of
//! the first mount alone.
//!
//! Two mounts of one export are two file systems to the kernel: a link or a
//! rename from one to the other is EXDEV, and what one of them has looked up
//! and not found it may go on not to find for half a minute. So all that is
//! done with a file is done on its mount, and a directory that is not found is
//! looked for anew from the root, each directory above it opened on the way.

use std::ffi::CStr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, Dev, Mode, OFlags, mkdirat, openat, unlinkat};
use rustix::io::{Errno, fcntl_dupfd_cloexec, retry_on_intr};

use super::Op;
use super::copier::{Copier, Place};
use super::counters::add;
use super::destinations::{Balance, Part};
use super::directory::Directory;
use super::fault::{Fault, Work};
use crate::copy::tree::{Held, Identity, Node, Tree};

const BELOW: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// What an entry counts for while it is under way, beside its data: a file is
/// never free.
const ENTRY: u64 = 16 << 10;

/// The mounts of a destination, if it has several.
pub(super) struct Mounts {
    balance: Balance,
    all: Vec<Mount>,
    next: AtomicU64,
    /// Whether a directory has one inode number by way of all of them.
    has_inodes: bool,
}

struct Mount {
    path: PathBuf,
    /// The identity of the destination by way of it.
    own: Identity,
    /// How many bytes are under way.
    load: AtomicU64,
    counts: Counts,
}

/// What went by way of one mount.
#[derive(Default)]
struct Counts {
    entries: AtomicU64,
    files: AtomicU64,
    bytes: AtomicU64,
    failed: AtomicU64,
}

/// So many bytes under way by way of a mount; no longer when dropped.
pub(super) struct UnderWay {
    mounts: Arc<Mounts>,
    mount: usize,
    bytes: u64,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let load = &self.mounts.all[self.mount].load;
        load.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Mounts {
    /// The mounts with these paths, whose root directories are these.
    pub(super) fn new(balance: Balance, roots: Vec<(PathBuf, Identity)>) -> Self {
        let first = roots.first().map(|(_, own)| own.ino);
        let has_inodes = roots.iter().all(|(_, own)| Some(own.ino) == first);
        let mount = |(path, own)| Mount {
            path,
            own,
            load: AtomicU64::new(0),
            counts: Counts::default(),
        };
        Self {
            balance,
            all: roots.into_iter().map(mount).collect(),
            next: AtomicU64::new(0),
            has_inodes,
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// The path of the destination by way of one of them.
    pub(super) fn path(&self, mount: usize) -> &PathBuf {
        &self.all[mount].path
    }

    /// Whether this is the destination itself.
    pub(super) fn is_own(&self, directory: Identity) -> bool {
        self.all.iter().any(|mount| mount.own == directory)
    }

    /// By way of which mount the next entry goes.
    pub(super) fn choose(&self, path: impl FnOnce() -> Vec<u8>) -> usize {
        let count = self.all.len() as u64;
        let turn = || self.next.fetch_add(1, Ordering::Relaxed) % count;
        let chosen = match self.balance {
            Balance::RoundRobin => turn(),
            Balance::Hash => return self.balance.place(0, &path(), self.all.len()),
            Balance::Load => {
                let turn = turn();
                // Of several with the least load another one each time.
                let in_turn = (turn..count).chain(0..turn);
                let load = |at: &u64| {
                    let at = usize::try_from(*at).unwrap_or(0);
                    self.all[at].load.load(Ordering::Relaxed)
                };
                in_turn.min_by_key(load).unwrap_or(turn)
            }
        };
        usize::try_from(chosen).unwrap_or(0)
    }

    /// Notes bytes that are under way.
    pub(super) fn under_way(self: &Arc<Self>, mount: usize, bytes: u64) -> UnderWay {
        self.all[mount].load.fetch_add(bytes, Ordering::Relaxed);
        UnderWay {
            mounts: Arc::clone(self),
            mount,
            bytes,
        }
    }

    /// Counts a file that is complete.
    pub(super) fn count_file(&self, mount: usize, bytes: u64) {
        let counts = &self.all[mount].counts;
        add(&counts.files, 1);
        add(&counts.bytes, bytes);
    }

    /// Counts an entry that failed.
    pub(super) fn count_failure(&self, mount: usize) {
        add(&self.all[mount].counts.failed, 1);
    }

    /// What each of them was for.
    pub(super) fn parts(&self) -> Vec<Part> {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let part = |mount: &Mount| Part {
            path: mount.path.clone(),
            entries: read(&mount.counts.entries),
            files: read(&mount.counts.files),
            bytes: read(&mount.counts.bytes),
            failed: read(&mount.counts.failed),
            ..Part::default()
        };
        self.all.iter().map(part).collect()
    }

    /// Whether what a mount shows is the directory that the first one shows:
    /// another file system may be mounted there by way of one of them alone.
    fn is_same(&self, mount: usize, first: Identity, there: Identity) -> bool {
        let is_dev_same =
            first.dev == there.dev || (first.dev == self.dev(0) && there.dev == self.dev(mount));
        is_dev_same && (!self.has_inodes || first.ino == there.ino)
    }

    /// A file that has this identity by way of one mount, by way of the last one.
    pub(super) fn seen(&self, file: Identity, mount: usize) -> Identity {
        let last = self.all.len() - 1;
        if file.dev == self.dev(mount) {
            Identity {
                dev: self.dev(last),
                ..file
            }
        } else {
            file
        }
    }

    fn dev(&self, mount: usize) -> Dev {
        self.all[mount].own.dev
    }
}

/// A directory on the way down by way of a mount.
enum Above {
    /// One that is kept.
    Held(Arc<Held>),
    /// One that is only gone through.
    Passing(OwnedFd),
}

impl Above {
    fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Held(held) => held.to.as_fd(),
            Self::Passing(to) => to.as_fd(),
        }
    }
}

impl Copier {
    /// Chooses a mount for an entry of a destination that has several. `held`
    /// is by way of the first.
    pub(super) fn deal(
        &self,
        tree: &Tree<Self>,
        mounts: &Arc<Mounts>,
        at: Place<'_>,
    ) -> Work<(Arc<Held>, UnderWay)> {
        let chosen = mounts.choose(|| at.node.path(Some(at.name)));
        let held = self.by_way_of(tree, at.node, at.held, chosen);
        let held = held?;
        add(&mounts.all[held.mount].counts.entries, 1);
        let under_way = mounts.under_way(held.mount, ENTRY);
        Ok((held, under_way))
    }

    /// A directory by way of a mount, as [`Self::by_way_of`].
    pub(super) fn held_by(
        &self,
        tree: &Tree<Self>,
        node: &Arc<Node<Directory>>,
        mount: usize,
    ) -> Work<Arc<Held>> {
        let held = tree.held(node).map_err(Fault::destination(Op::Open))?;
        self.by_way_of(tree, node, &held, mount)
    }

    /// A directory by way of a mount; by way of the first one where the other
    /// does not show it. `held` is by way of any.
    pub(super) fn by_way_of(
        &self,
        tree: &Tree<Self>,
        node: &Arc<Node<Directory>>,
        held: &Arc<Held>,
        mount: usize,
    ) -> Work<Arc<Held>> {
        let Some(mounts) = (self.mounts.as_ref()).filter(|_| held.mount != mount) else {
            return Ok(Arc::clone(held));
        };
        let first = if held.mount == 0 {
            Arc::clone(held)
        } else {
            tree.held(node).map_err(Fault::destination(Op::Open))?
        };
        if mount == 0 {
            return Ok(first);
        }
        match first.beside(mount, mounts.count()).get() {
            Some(Some(held)) => return Ok(Arc::clone(held)),
            Some(None) => return Ok(first),
            None => {}
        }
        // Up to the nearest directory that is open by way of the mount. Nothing
        // is opened for that: a deep tree has more directories than there are
        // descriptors.
        let mut below = vec![node];
        let mut here = node;
        let nearest = loop {
            // The root has all of them.
            let Some(parent) = here.parent() else {
                return Ok(first);
            };
            let held = parent.held();
            let known = (held.as_ref()).and_then(|held| held.beside(mount, mounts.count()).get());
            match known {
                Some(Some(held)) => break Arc::clone(held),
                Some(None) => return Ok(first),
                None => below.push(parent),
            }
            here = parent;
        };
        // Down again; kept with the directories that are held open.
        let mut above = Above::Held(nearest);
        while let Some(here) = below.pop() {
            let own = if below.is_empty() {
                Some(Arc::clone(&first))
            } else {
                here.held()
            };
            let opened = self.open_beside(tree, here, mount, above.fd())?;
            let Some(own) = own else {
                match opened {
                    Some(to) => above = Above::Passing(to),
                    None => return Ok(first),
                }
                continue;
            };
            let beside = match opened {
                Some(to) => {
                    let from = tree.patiently(|| fcntl_dupfd_cloexec(&own.from, 0));
                    let from = from.map_err(Fault::source(Op::Open))?;
                    Some(Arc::new(Held::by(mount, from, to)))
                }
                None => None,
            };
            match own.beside(mount, mounts.count()).get_or_init(|| beside) {
                Some(held) => above = Above::Held(Arc::clone(held)),
                None => return Ok(first),
            }
        }
        match above {
            Above::Held(held) => Ok(held),
            Above::Passing(_) => Ok(first),
        }
    }

    /// Opens a directory by way of a mount, in the one above it; `None` if the
    /// mount has something else there.
    fn open_beside(
        &self,
        tree: &Tree<Self>,
        node: &Arc<Node<Directory>>,
        mount: usize,
        above: BorrowedFd<'_>,
    ) -> Work<Option<OwnedFd>> {
        let open = || openat(above, node.name(), BELOW, Mode::empty());
        let opened = match tree.patiently(open) {
            Err(Errno::NOENT) => self.look_anew(tree, node, mount),
            opened => opened,
        };
        let to = match opened {
            Ok(to) => to,
            // Not a directory by way of this mount.
            Err(Errno::LOOP | Errno::NOTDIR) => return Ok(None),
            Err(errno) => return Err(Fault::destination(Op::Open)(errno)),
        };
        let there = Identity::of(to.as_fd()).map_err(Fault::destination(Op::Stat))?;
        let first = node.beside_identity();
        let is_same = (self.mounts.as_ref()).is_some_and(|all| all.is_same(mount, first, there));
        Ok(is_same.then_some(to))
    }

    /// Opens a directory by way of a mount that says that it is not there: from
    /// the root, because a client asks the server anew for what is opened on
    /// the way. What it has still not seen then is made, which the server knows
    /// better.
    fn look_anew(
        &self,
        tree: &Tree<Self>,
        node: &Arc<Node<Directory>>,
        mount: usize,
    ) -> Result<OwnedFd, Errno> {
        let open = |at: BorrowedFd<'_>, name: &CStr| {
            tree.patiently(|| openat(at, name, BELOW, Mode::empty()))
        };
        let mut way = vec![node];
        let mut root = node;
        while let Some(parent) = root.parent() {
            way.push(parent);
            root = parent;
        }
        way.pop();
        let mounts = self.mounts.as_ref().map_or(0, |mounts| mounts.count());
        let held = tree.held(root)?;
        let Some(Some(held)) = held.beside(mount, mounts).get() else {
            return Err(Errno::BADF);
        };
        let mut here = open(held.to.as_fd(), c".")?;
        for node in way.into_iter().rev() {
            here = match open(here.as_fd(), node.name()) {
                Err(Errno::NOENT) => {
                    let mode = Mode::from_raw_mode(0o700);
                    match retry_on_intr(|| mkdirat(&here, node.name(), mode)) {
                        Err(Errno::EXIST) => open(here.as_fd(), node.name())?,
                        // It was not there indeed: the mount shows something else.
                        Ok(()) => {
                            let _ = unlinkat(&here, node.name(), AtFlags::REMOVEDIR);
                            return Err(Errno::NOTDIR);
                        }
                        Err(errno) => return Err(errno),
                    }
                }
                opened => opened?,
            };
        }
        Ok(here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mounts(balance: Balance) -> Arc<Mounts> {
        let root = |name: &str| (PathBuf::from(name), Identity { dev: 1, ino: 2 });
        let roots = ["a", "b", "c"].map(root).to_vec();
        Arc::new(Mounts::new(balance, roots))
    }

    #[test]
    fn in_turn_each_gets_as_many() {
        let mounts = mounts(Balance::RoundRobin);
        let chosen: Vec<usize> = (0..6).map(|_| mounts.choose(Vec::new)).collect();
        assert_eq!(chosen, [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn a_path_keeps_its_mount_and_paths_go_everywhere() {
        let mounts = mounts(Balance::Hash);
        let mut counts = [0; 3];
        for number in 0..3000 {
            let path = || format!("some/where/file{number}").into_bytes();
            let chosen = mounts.choose(path);
            assert_eq!(mounts.choose(path), chosen);
            counts[chosen] += 1;
        }
        assert!(counts.iter().all(|n| (900..1100).contains(n)), "{counts:?}");
    }

    #[test]
    fn the_one_with_the_least_under_way_is_taken() {
        let mounts = mounts(Balance::Load);
        let one = mounts.under_way(0, 1 << 30);
        let other = mounts.under_way(2, 1 << 20);
        for _ in 0..3 {
            assert_eq!(mounts.choose(Vec::new), 1);
        }
        let _more = mounts.under_way(1, 1 << 31);
        assert_eq!(mounts.choose(Vec::new), 2);
        drop(other);
        drop(one);
        let three = [(); 3].map(|()| mounts.choose(Vec::new));
        assert!(three.contains(&0) && !three.contains(&1), "{three:?}");
    }

    #[test]
    fn what_else_is_mounted_below_is_another_directory() {
        let (one, other) = (Identity { dev: 7, ino: 2 }, Identity { dev: 8, ino: 2 });
        let roots = vec![("a".into(), one), ("b".into(), other)];
        let mounts = Mounts::new(Balance::RoundRobin, roots);
        let of = |dev, ino| Identity { dev, ino };
        assert!(mounts.is_same(1, of(7, 5), of(8, 5)));
        assert!(!mounts.is_same(1, of(7, 5), of(8, 6)), "another directory");
        assert!(
            !mounts.is_same(1, of(9, 5), of(8, 5)),
            "mounted at the first"
        );
        assert!(
            !mounts.is_same(1, of(7, 5), of(9, 5)),
            "mounted at the other"
        );
        assert!(mounts.is_same(1, of(9, 5), of(9, 5)), "mounted at both");
    }
}
