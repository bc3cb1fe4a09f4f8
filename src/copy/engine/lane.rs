//! The copy into one destination: a copier, and the tree it goes through.
//!
//! Boundary: what it is made of and how it is put together, and that nothing
//! which is not stored is left looking complete.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Mode, OFlags, fstat, openat};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::process::geteuid;

use super::attributes::Origin;
use super::big::Cuts;
use super::copier::{Copier, Scratch};
use super::counters::add;
use super::destinations::{self, Opened, directory as open_directory};
use super::directory::Directory;
use super::fault::Fault;
use super::filesystem::Closing;
use super::groups::Groups;
use super::journal::Journal;
use super::mounts::Mounts;
use super::unsettle;
use super::{Balance, Class, CopyOptions, Counters, Delete, Engine, Failure, Op, Reporter, Side};
use crate::copy::limit::Limit;
use crate::copy::probe::ProbeError;
use crate::copy::tree::{Control, Dismissed, Held, Identity, Node, Stop, Tree};

/// The copy into one destination.
pub(super) struct Lane {
    pub(super) copier: Copier,
    pub(super) tree: Tree<Copier>,
    pub(super) root: Arc<Node<Directory>>,
    /// How many more helpers there may be.
    helpers: AtomicUsize,
}

/// What the copy into one destination is made of.
pub(super) struct Particulars<'a> {
    pub(super) source: &'a Path,
    pub(super) destination: &'a Path,
    /// Its other mounts.
    pub(super) others: Vec<(PathBuf, OwnedFd)>,
    pub(super) balance: Balance,
    pub(super) options: CopyOptions,
    pub(super) bytes_limit: Option<Arc<Limit>>,
    pub(super) cuts: Cuts,
    pub(super) journal: Option<Journal>,
    pub(super) reporter: Arc<dyn Reporter>,
}

impl<'a> Particulars<'a> {
    pub(super) fn of(
        engine: &'a Engine,
        destination: &'a Path,
        options: CopyOptions,
        reporter: Arc<dyn Reporter>,
    ) -> Self {
        Self {
            source: &engine.source,
            destination,
            others: Vec::new(),
            balance: Balance::default(),
            bytes_limit: (options.bytes_per_second).map(|rate| Arc::new(Limit::new(rate))),
            options,
            cuts: Cuts::default(),
            journal: None,
            reporter,
        }
    }

    /// Puts it together.
    pub(super) fn begin(
        self,
        opened: Opened,
        workers: usize,
        directories: usize,
    ) -> Result<Lane, ProbeError> {
        let unusable = |path: &'a Path| move |errno| destinations::unusable(path, errno);
        let Opened { to, origin, .. } = opened;
        let own = destinations::identity(self.destination, &to)?;
        let from = open_directory(self.source).map_err(|errno| ProbeError::Unreadable {
            path: self.source.to_path_buf(),
            source: errno.into(),
        })?;
        let source = fstat(&from).map_err(unusable(self.source))?;
        let removals = match self.options.delete {
            Delete::Nothing => 0,
            Delete::Extraneous { most } => most.unwrap_or(u64::MAX),
        };
        let mut roots = vec![(self.destination.to_path_buf(), own)];
        for (path, fd) in &self.others {
            roots.push((path.clone(), destinations::identity(path, fd)?));
        }
        let mounts = (roots.len() > 1).then(|| Arc::new(Mounts::new(self.balance, roots)));
        let spared = if self.options.delete == Delete::Nothing {
            Vec::new()
        } else {
            above(&from)
        };
        let copier = Copier {
            source: self.source.to_path_buf(),
            destination: self.destination.to_path_buf(),
            bytes_limit: self.bytes_limit,
            files_limit: self.options.files_per_second.map(Limit::new),
            digests: self.options.digests.clone(),
            options: self.options,
            counters: Counters::default(),
            names_entries: self.reporter.hears_of_entries(),
            reporter: self.reporter,
            groups: Groups::new(),
            systems: Mutex::new(Vec::new()),
            own,
            euid: geteuid().as_raw(),
            keeps_atime: AtomicBool::new(true),
            since: AtomicI64::new(i64::MAX),
            removals: AtomicU64::new(removals),
            journal: self.journal,
            sync_failed: OnceLock::new(),
            cuts: self.cuts,
            mounts,
            is_stopping: AtomicBool::new(false),
            spared,
        };
        let fault = |fault: Fault| unusable(self.destination)(fault.errno);
        copier.open_up(to.as_fd()).map_err(fault)?;
        let directory = copier
            .directory(source, to.as_fd(), origin, None)
            .map_err(fault)?;
        add(&copier.counters.found, 1);
        add(
            match origin {
                Origin::Found => &copier.counters.directories_there,
                Origin::New | Origin::Inheriting => &copier.counters.directories,
            },
            1,
        );
        let held = Held::new(from, to);
        let count = self.others.len() + 1;
        for (at, (path, to)) in self.others.into_iter().enumerate() {
            let lost = |errno| destinations::unusable(&path, errno);
            // Each is a file system of its own to the kernel, to be synced by itself.
            let there = fstat(&to).map_err(lost)?;
            (copier.system(to.as_fd(), &there)).map_err(|fault| lost(fault.errno))?;
            let from = fcntl_dupfd_cloexec(&held.from, 0).map_err(lost)?;
            let beside = Held::by(at + 1, from, to);
            let _ = held.beside(at + 1, count).set(Some(Arc::new(beside)));
        }
        let root =
            Node::root(CString::default(), held, directory).map_err(unusable(self.destination))?;
        let root = Arc::new(root);
        let tree = Tree::new(&root, workers, directories);
        Ok(Lane {
            copier,
            tree,
            root,
            helpers: AtomicUsize::new(0),
        })
    }
}

/// A directory and those above it, as far as they may be gone through. By
/// whatever mounts they are reached, they are known by these.
fn above(directory: &OwnedFd) -> Vec<Identity> {
    const LOOK: OFlags = OFlags::RDONLY
        .union(OFlags::DIRECTORY)
        .union(OFlags::CLOEXEC);
    let mut all: Vec<Identity> = Identity::of(directory.as_fd()).into_iter().collect();
    let mut next = openat(directory, c"..", LOOK, Mode::empty());
    while let Ok(here) = next {
        match Identity::of(here.as_fd()) {
            // The root is above itself.
            Ok(identity) if all.last() != Some(&identity) => all.push(identity),
            _ => break,
        }
        next = openat(&here, c"..", LOOK, Mode::empty());
    }
    all
}

impl Lane {
    /// The same with so many helpers, if completing a file waits on a server.
    /// One worker alone has none: it is to do one thing at a time.
    pub(super) fn helped_by(self, helpers: usize) -> Self {
        let is_waiting = self.root.data.fs.closing == Closing::Telling;
        let helpers = if is_waiting && self.tree.workers() > 1 {
            helpers
        } else {
            0
        };
        Self {
            helpers: AtomicUsize::new(helpers),
            ..self
        }
    }

    /// One worker's part, with a helper if there is one for it.
    pub(super) fn work(&self, control: Control<'_>) {
        let work = |control| {
            let scratch = &mut Scratch::new(control);
            self.tree.work(&self.copier, scratch, control);
        };
        let one_less = |left: usize| left.checked_sub(1);
        if (self.helpers)
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .is_err()
        {
            return work(control);
        }
        // What a helper that panicked was doing would be waited for.
        let is_broken = Dismissed::default();
        let control: Control<'_> = &|| {
            if is_broken.load(Ordering::Relaxed) {
                Stop::Soon
            } else {
                control()
            }
        };
        let dismissed = Dismissed::default();
        thread::scope(|scope| {
            let help = || {
                let _broken = Breaks(&is_broken);
                let scratch = &mut Scratch::new(control);
                self.tree.help(&self.copier, scratch, &dismissed);
            };
            // Without a thread more the worker does all by itself.
            let _helper = thread::Builder::new().spawn_scoped(scope, help);
            let _dismisses = Dismisses(&self.tree, &dismissed);
            work(control);
        });
    }
}

/// Dismisses a helper, also if its worker panics: it would wait for ever.
struct Dismisses<'a>(&'a Tree<Copier>, &'a Dismissed);

impl Drop for Dismisses<'_> {
    fn drop(&mut self) {
        self.0.dismiss(self.1);
    }
}

/// Notes that a thread panics.
struct Breaks<'a>(&'a AtomicBool);

impl Drop for Breaks<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

impl Copier {
    /// Counts and tells what is wrong with the whole of a side.
    pub(super) fn tell_whole(&self, side: Side, op: Op, errno: Errno) {
        let path = match side {
            Side::Source => &self.source,
            Side::Destination => &self.destination,
        };
        add(&self.counters.failed, 1);
        self.reporter.failure(Failure {
            path: path.as_os_str().as_bytes().to_vec(),
            side,
            op,
            errno,
            class: Class::Failed,
        });
    }

    /// Tells that the sync failed, and takes back what it was about.
    pub(super) fn unsettled(&self, errno: Errno, control: Control<'_>) {
        self.tell_whole(Side::Destination, Op::Sync, errno);
        let since = self.since.load(Ordering::Relaxed);
        // By way of each mount, as one may not know yet what went by another.
        let count = self.mounts.as_ref().map_or(1, |mounts| mounts.count());
        for mount in 0..count {
            let path = self.mounts.as_ref().map(|mounts| mounts.path(mount));
            let path = path.unwrap_or(&self.destination);
            unsettle::take_back(&self.source, path, since, self, control);
        }
    }
}
