//! A tree surveyed for its division: how much is in each directory, what lies
//! above the directories that are dealt out, and which names are of one file.
//!
//! Boundary: a visitor of the parallel tree, which tells a [`Surveyor`] what it
//! finds, in no order, from any thread; nothing is kept here but the sums of
//! directories that are not done.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::{Errno, fcntl_dupfd_cloexec, retry_on_intr};
use rustix::process::{Resource, getrlimit};

use super::tree::{At, Held, Node, Selected, Tree, Visit, Visitor};
use super::{Class, Control, Failure, Op, ProbeError, Side};

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Entries, a directory itself among them: what `find | wc -l` says.
    pub entries: u64,
    /// Bytes of regular files; of a file with several names each name counts,
    /// as `cp -p -R` copies each.
    pub bytes: u64,
    /// Bytes that the entries occupy.
    pub allocated: u64,
}

/// Hears what a survey finds. Paths are those below the root.
pub trait Surveyor: Send + Sync {
    /// A directory as deep as those that are dealt out, or deeper if those are
    /// asked for.
    fn directory(&self, path: &[u8], amount: Amount);
    /// A directory above those that are dealt out; the root has an empty path.
    fn shallow_directory(&self, path: &[u8]);
    /// An entry that is no directory and in none that is dealt out.
    fn shallow(&self, directory: &[u8], name: &[u8], amount: Amount);
    /// A name of what has several.
    fn link(&self, device: u64, inode: u64, path: &[u8]);
    /// What could not be read; by its whole path.
    fn failure(&self, failure: Failure);
}

/// Whether directories below those that are dealt out are told too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deeper {
    /// They are.
    Told,
    /// They only count.
    Omitted,
}

/// A survey of one tree.
pub struct Survey {
    root: PathBuf,
    workers: usize,
    visiting: Visiting,
    tree: OnceLock<Tree<Visiting>>,
    come: AtomicUsize,
}

struct Visiting {
    depth: usize,
    deeper: Deeper,
    surveyor: Arc<dyn Surveyor>,
    /// Set when the root is left: all was seen.
    total: OnceLock<Amount>,
}

/// What is kept for a directory while it is gone through.
struct Directory {
    depth: usize,
    entries: AtomicU64,
    bytes: AtomicU64,
    allocated: AtomicU64,
}

const LOOK: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

/// Descriptors that are open in any case.
const OTHERS: usize = 32;
/// Descriptors that one worker may need at once.
const EACH: usize = 4;
/// More directories than that need not be held.
const MOST_HELD: usize = 1024;

impl Survey {
    /// Opens nothing yet. Directories `depth` below the root, from 1, are those
    /// that are dealt out.
    pub fn new(
        root: &Path,
        depth: usize,
        deeper: Deeper,
        workers: usize,
        surveyor: Arc<dyn Surveyor>,
    ) -> Self {
        Self {
            root: root.to_path_buf(),
            workers: workers.max(1).min((descriptors() / EACH).max(1)),
            visiting: Visiting {
                depth,
                deeper,
                surveyor,
                total: OnceLock::new(),
            },
            tree: OnceLock::new(),
            come: AtomicUsize::new(0),
        }
    }

    /// Opens the root; that it cannot is the one error.
    pub fn begin(&self) -> Result<(), ProbeError> {
        let unreadable = |errno: Errno| ProbeError::Unreadable {
            path: self.root.clone(),
            source: errno.into(),
        };
        let name =
            CString::new(self.root.as_os_str().as_bytes()).map_err(|_| unreadable(Errno::INVAL))?;
        let held = retry_on_intr(|| openat(CWD, &*name, LOOK, Mode::empty()))
            .and_then(twice)
            .map_err(unreadable)?;
        let stat = fstat(&held.from).map_err(unreadable)?;
        let root = Node::root(name, held, Directory::new(0, &stat)).map_err(unreadable)?;
        let spare = descriptors().saturating_sub(EACH * self.workers);
        let held = (spare / 4).clamp(1, MOST_HELD);
        // Called once.
        let _ = (self.tree).set(Tree::new(&Arc::new(root), self.workers, held));
        Ok(())
    }

    /// One worker's part: called once on each thread. Comes back when all is
    /// seen, or when `control` says stop.
    pub fn work(&self, control: Control<'_>) {
        if self.come.fetch_add(1, Ordering::Relaxed) >= self.workers {
            return;
        }
        if let Some(tree) = self.tree.get() {
            tree.work(&self.visiting, &mut (), control);
        }
    }

    /// How much there is in all, if all was seen.
    pub fn total(&self) -> Option<Amount> {
        self.visiting.total.get().copied()
    }
}

fn descriptors() -> usize {
    let limit = getrlimit(Resource::Nofile).current;
    let limit = limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    limit.saturating_sub(OTHERS)
}

/// A tree has two sides; here both are one.
fn twice(from: OwnedFd) -> Result<Held, Errno> {
    let to = fcntl_dupfd_cloexec(from.as_fd(), 0)?;
    Ok(Held::new(from, to))
}

/// A field of a stat, which has other types on other systems.
fn wide(field: impl TryInto<u64>) -> u64 {
    field.try_into().unwrap_or(0)
}

impl Amount {
    /// That of one entry.
    fn of(stat: &Stat) -> Self {
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        Self {
            entries: 1,
            bytes: if is_file { wide(stat.st_size) } else { 0 },
            allocated: wide(stat.st_blocks) * 512,
        }
    }
}

impl Directory {
    fn new(depth: usize, stat: &Stat) -> Self {
        Self {
            depth,
            entries: AtomicU64::new(1),
            bytes: AtomicU64::new(0),
            allocated: AtomicU64::new(Amount::of(stat).allocated),
        }
    }

    fn add(&self, amount: Amount) {
        self.entries.fetch_add(amount.entries, Ordering::Relaxed);
        self.bytes.fetch_add(amount.bytes, Ordering::Relaxed);
        (self.allocated).fetch_add(amount.allocated, Ordering::Relaxed);
    }

    fn amount(&self) -> Amount {
        Amount {
            entries: self.entries.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            allocated: self.allocated.load(Ordering::Relaxed),
        }
    }
}

impl Visiting {
    fn unreadable(&self, node: &Node<Directory>, name: Option<&CStr>, op: Op, errno: Errno) {
        let class = match errno {
            Errno::NOENT | Errno::STALE => Class::Vanished,
            _ => Class::Failed,
        };
        self.surveyor.failure(Failure {
            path: node.whole_path(name),
            side: Side::Source,
            op,
            errno,
            class,
        });
    }

    /// Tells of a directory whose amount is known.
    fn tell(&self, path: &[u8], depth: usize, amount: Amount) {
        if depth < self.depth {
            self.surveyor.shallow_directory(path);
        } else if depth == self.depth || self.deeper == Deeper::Told {
            self.surveyor.directory(path, amount);
        }
    }
}

fn look(at: At<'_, Directory>) -> Result<Stat, Errno> {
    retry_on_intr(|| statat(&at.held.from, at.name, AtFlags::SYMLINK_NOFOLLOW))
}

impl Visitor for Visiting {
    type Directory = Directory;
    type Piece = ();
    type Scratch<'a> = ();

    fn enter(
        &self,
        tree: &Tree<Self>,
        parent: &Arc<Node<Directory>>,
        name: &CStr,
    ) -> Option<(Held, Directory)> {
        let flags = LOOK | OFlags::NOFOLLOW;
        let depth = parent.data.depth + 1;
        let opened = tree.held(parent).and_then(|above| {
            tree.patiently(|| {
                let from = openat(&above.from, name, flags, Mode::empty())?;
                let held = twice(from)?;
                let stat = fstat(&held.from)?;
                Ok((held, stat))
            })
        });
        match opened {
            Ok((held, stat)) => Some((held, Directory::new(depth, &stat))),
            Err(errno) => {
                // It is there, whatever is in it, and is dealt out as it is.
                let amount = Amount {
                    entries: 1,
                    ..Amount::default()
                };
                parent.data.add(amount);
                self.tell(&parent.path(Some(name)), depth, amount);
                self.unreadable(parent, Some(name), Op::Open, errno);
                None
            }
        }
    }

    fn select(&self, _: &Tree<Self>, at: At<'_, Directory>, reported: FileType) -> Selected {
        let kind = if reported == FileType::Unknown {
            match look(at) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                Err(errno) => {
                    self.unreadable(at.node, Some(at.name), Op::Stat, errno);
                    return Selected::No;
                }
            }
        } else {
            reported
        };
        if kind == FileType::Directory {
            Selected::Directory
        } else {
            Selected::Entry(kind)
        }
    }

    fn entry(&self, _: &Tree<Self>, at: At<'_, Directory>, _: FileType, (): &mut ()) -> Visit {
        let amount = match look(at) {
            Ok(stat) => {
                let is_directory = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
                if wide(stat.st_nlink) > 1 && !is_directory {
                    let path = at.node.path(Some(at.name));
                    (self.surveyor).link(wide(stat.st_dev), wide(stat.st_ino), &path);
                }
                Amount::of(&stat)
            }
            Err(errno) => {
                self.unreadable(at.node, Some(at.name), Op::Stat, errno);
                return Visit::Done;
            }
        };
        at.node.data.add(amount);
        if at.node.data.depth < self.depth {
            let directory = at.node.path(None);
            (self.surveyor).shallow(&directory, at.name.to_bytes(), amount);
        }
        Visit::Done
    }

    fn piece(&self, _: &Tree<Self>, (): (), (): &mut ()) {}

    fn listed(&self, _: &Tree<Self>, node: &Arc<Node<Directory>>, end: Result<(), Errno>) {
        if let Err(errno) = end {
            self.unreadable(node, None, Op::ReadDirectory, errno);
        }
    }

    fn lost(&self, _: &Tree<Self>, node: &Node<Directory>, errno: Errno) {
        self.unreadable(node, None, Op::Open, errno);
    }

    fn leave(&self, _: &Tree<Self>, node: &Arc<Node<Directory>>) {
        let amount = node.data.amount();
        self.tell(&node.path(None), node.data.depth, amount);
        match node.parent() {
            Some(parent) => parent.data.add(amount),
            None => {
                let _ = self.total.set(amount);
            }
        }
    }
}
