//! The copy engine: one tree into another, as exact as `cp -a`, by as many
//! workers as it is lent.
//!
//! Boundary: knows nothing of who lends the workers or of who hears its
//! failures. [`Engine::begin`] looks whether the copy can be; then each worker
//! calls [`Engine::work`] once; [`Engine::finish`] makes sure that what was
//! written is stored, and takes back what is not.
//!
//! The passes are one stream: a directory is made when it is entered, its
//! entries are copied by whoever is free, and its own attributes are put right
//! by whoever finishes the last of them.

mod attributes;
mod big;
mod copier;
mod counters;
mod data;
mod directory;
mod failure;
mod fault;
mod file;
mod filesystem;
mod folding;
mod groups;
mod journal;
mod link;
mod options;
mod place;
mod removal;
mod subject;
mod unsettle;

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{CWD, Mode, OFlags, fstat, mkdirat, openat};
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{Resource, Rlimit, geteuid, getrlimit, setrlimit};

use super::limit::Limit;
use super::probe::{self, ProbeError};
use super::tree::{Control, Held, Identity, Node, Stop, Tree};
use attributes::Origin;
use copier::{Copier, Scratch};
use fault::Fault;
use groups::Groups;
use journal::Journal;

pub(in crate::copy) use counters::add;
pub use counters::{Counters, Counts, LARGE};
pub use failure::{Class, Done, Failure, Op, Reporter, Side};
pub use journal::JournalError;
pub use options::{
    Attribute, Boundary, CopyOptions, Create, Delete, Difference, Follow, JournalSpec,
    JournalStart, OnFull, Overwrite, Partial, Preserve, Replace, Sync, Verify,
};

/// How many descriptors are left to the rest of the process.
const SPARE: u64 = 32;
/// How many descriptors one worker needs: a source and its copy, once more the
/// copy to close, and a directory that is being read.
const EACH: usize = 4;
/// How many directories are held open at most.
const DIRECTORIES: usize = 2048;

/// One copy, from its checks to its sync.
pub struct Engine {
    source: PathBuf,
    destination: PathBuf,
    workers: usize,
    /// What [`Engine::begin`] takes over.
    due: Mutex<Option<(CopyOptions, Arc<dyn Reporter>)>>,
    going: OnceLock<Going>,
    none: Counters,
}

/// A copy that has begun.
struct Going {
    copier: Copier,
    tree: Tree<Copier>,
    /// For how many workers there are descriptors.
    workers: usize,
    /// How many have come.
    come: AtomicUsize,
    /// Whether one of them was told to stop.
    is_stopped: AtomicBool,
    began: Instant,
    copied: OnceLock<Duration>,
    synced: OnceLock<Duration>,
}

impl Engine {
    /// A copy of the contents of `source` into `destination` by `workers`
    /// workers. Opens nothing yet.
    pub fn new(
        source: &Path,
        destination: &Path,
        options: CopyOptions,
        workers: usize,
        reporter: Arc<dyn Reporter>,
    ) -> Self {
        Self {
            source: source.to_path_buf(),
            destination: destination.to_path_buf(),
            workers: workers.max(1),
            due: Mutex::new(Some((options, reporter))),
            going: OnceLock::new(),
            none: Counters::default(),
        }
    }

    /// Looks whether the copy can be, makes the destination, opens both.
    ///
    /// The errors are those of [`probe::apart`], and that one of the two cannot
    /// be opened or made; nothing has been copied then.
    pub fn begin(&self) -> Result<(), ProbeError> {
        probe::apart(&self.source, &self.destination)?;
        let due = self
            .due
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some((options, reporter)) = due else {
            return Ok(());
        };
        if copier::deletes(&options) {
            probe::spared(&self.source, &self.destination)?;
        }
        let (workers, directories) = self.descriptors();
        let unusable = |path: &Path| {
            let path = path.to_path_buf();
            move |errno: Errno| ProbeError::Destination {
                path,
                source: errno.into(),
            }
        };
        // A journal that cannot be had leaves nothing behind.
        let journal = (options.journal.as_ref())
            .map(|spec| Journal::open(spec, &self.source, &self.destination, &options))
            .transpose()?;
        let (to, origin) = self
            .open_destination()
            .map_err(unusable(&self.destination))?;
        let own = Identity::of(to.as_fd()).map_err(unusable(&self.destination))?;
        let from = open_directory(&self.source).map_err(|errno| ProbeError::Unreadable {
            path: self.source.clone(),
            source: errno.into(),
        })?;
        let source = fstat(&from).map_err(unusable(&self.source))?;
        let removals = match options.delete {
            Delete::Nothing => 0,
            Delete::Extraneous { most } => most.unwrap_or(u64::MAX),
        };
        let limit = |rate: Option<std::num::NonZeroU64>| rate.map(Limit::new);
        let copier = Copier {
            source: self.source.clone(),
            destination: self.destination.clone(),
            bytes_limit: limit(options.bytes_per_second),
            files_limit: limit(options.files_per_second),
            digests: options.digests.clone(),
            options,
            counters: Counters::default(),
            names_entries: reporter.hears_of_entries(),
            reporter,
            groups: Groups::new(),
            systems: Mutex::new(Vec::new()),
            own,
            euid: geteuid().as_raw(),
            keeps_atime: AtomicBool::new(true),
            since: AtomicI64::new(i64::MAX),
            removals: AtomicU64::new(removals),
            journal,
            sync_failed: OnceLock::new(),
        };
        let fault = |fault: Fault| unusable(&self.destination)(fault.errno);
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
        let root = Node::root(CString::default(), Held { from, to }, directory)
            .map_err(unusable(&self.destination))?;
        let tree = Tree::new(&Arc::new(root), workers, directories);
        let going = Going {
            copier,
            tree,
            workers,
            come: AtomicUsize::new(0),
            is_stopped: AtomicBool::new(false),
            began: Instant::now(),
            copied: OnceLock::new(),
            synced: OnceLock::new(),
        };
        // It was not there: `due` is taken once.
        let _ = self.going.set(going);
        Ok(())
    }

    /// One worker's part: copies until all is done, or `control` says stop.
    /// To be called on each of the workers' threads, after [`Engine::begin`].
    pub fn work(&self, control: Control<'_>) {
        let Some(going) = self.going.get() else {
            return;
        };
        // More than there are descriptors for would only wait for each other.
        if going.come.fetch_add(1, Ordering::Relaxed) >= going.workers {
            return;
        }
        let mut scratch = Scratch::new(control);
        going.tree.work(&going.copier, &mut scratch, control);
        if control() != Stop::No {
            going.is_stopped.store(true, Ordering::Relaxed);
        }
        let _ = going.copied.set(going.began.elapsed());
    }

    /// Stores what was written, after all workers have returned. If that
    /// fails, nothing that this copy made is left looking complete.
    pub fn finish(&self, control: Control<'_>) {
        let Some(going) = self.going.get() else {
            return;
        };
        let copier = &going.copier;
        if !going.tree.is_done() && !going.is_stopped.load(Ordering::Relaxed) {
            // It cannot be; if it is, it must not look like success.
            self.tell_whole(copier, Side::Source, Op::Compare, Errno::CANCELED);
        }
        let began = Instant::now();
        match copier.store() {
            Ok(()) => copier.record(),
            Err(errno) => {
                // Told once, also if a checkpoint of the journal has met it before.
                let _ = copier.sync_failed.set(errno);
            }
        }
        if let Some(errno) = copier.sync_failed.get() {
            // What is taken back is not done, whatever was stored before.
            copier.forget();
            self.unsettled(going, *errno, control);
        }
        if copier.options.sync == Sync::AtEnd {
            let _ = going.synced.set(began.elapsed());
        }
    }

    /// What was done so far.
    pub fn counters(&self) -> &Counters {
        self.going
            .get()
            .map_or(&self.none, |going| &going.copier.counters)
    }

    /// How long each pass took: of those that have ended.
    pub fn passes(&self) -> Vec<(&'static str, Duration)> {
        let Some(going) = self.going.get() else {
            return Vec::new();
        };
        let copied = going.copied.get().map(|time| ("copy", *time));
        let synced = going.synced.get().map(|time| ("sync", *time));
        copied.into_iter().chain(synced).collect()
    }

    /// Counts and tells what is wrong with the whole of a side.
    fn tell_whole(&self, copier: &Copier, side: Side, op: Op, errno: Errno) {
        let path = match side {
            Side::Source => &self.source,
            Side::Destination => &self.destination,
        };
        add(&copier.counters.failed, 1);
        copier.reporter.failure(Failure {
            path: path.as_os_str().as_bytes().to_vec(),
            side,
            op,
            errno,
            class: Class::Failed,
        });
    }

    fn unsettled(&self, going: &Going, errno: Errno, control: Control<'_>) {
        let copier = &going.copier;
        self.tell_whole(copier, Side::Destination, Op::Sync, errno);
        let since = copier.since.load(Ordering::Relaxed);
        unsettle::take_back(&self.source, &self.destination, since, copier, control);
    }

    /// Gets as many descriptors as this process may have, and says for how many
    /// workers they do, and how many directories may be held open besides.
    fn descriptors(&self) -> (usize, usize) {
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        let current = match setrlimit(Resource::Nofile, raised) {
            Ok(()) => limit.maximum,
            Err(_) => limit.current,
        };
        let ours = current.unwrap_or(u64::MAX).saturating_sub(SPARE);
        let ours = usize::try_from(ours).unwrap_or(usize::MAX);
        let workers = self.workers.min((ours / EACH).max(1));
        let directories = ours.saturating_sub(EACH * workers) / 2;
        (workers, directories.clamp(1, DIRECTORIES))
    }

    fn open_destination(&self) -> Result<(OwnedFd, Origin), Errno> {
        match open_directory(&self.destination) {
            Ok(to) => return Ok((to, Origin::Found)),
            Err(Errno::NOENT) => {}
            Err(errno) => return Err(errno),
        }
        let mut missing = Vec::new();
        let mut here = Some(self.destination.as_path());
        while let Some(path) = here
            && !path.as_os_str().is_empty()
            && matches!(open_directory(path), Err(Errno::NOENT))
        {
            missing.push(path);
            here = path.parent();
        }
        for path in missing.into_iter().rev() {
            match retry_on_intr(|| mkdirat(CWD, path, Mode::from_raw_mode(0o777))) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno),
            }
        }
        // The directory above may hand down a list; it is looked at as found.
        open_directory(&self.destination).map(|to| (to, Origin::Inheriting))
    }
}

fn open_directory(path: &Path) -> Result<OwnedFd, Errno> {
    let path: &OsStr = path.as_os_str();
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    retry_on_intr(|| openat(CWD, path, flags, Mode::empty()))
}
