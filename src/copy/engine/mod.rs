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
mod destinations;
mod directory;
mod ending;
mod failure;
mod fault;
mod file;
mod filesystem;
mod fingerprint;
mod folding;
mod groups;
mod journal;
mod lane;
mod link;
mod mounts;
mod once;
mod options;
mod place;
mod pour;
mod present;
mod removal;
mod replicas;
mod share;
mod subject;
mod together;
mod unsettle;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::limit::Limit;
use super::probe::{self, ProbeError};
use super::tree::{Control, Held, Stop};
use big::Cuts;
use copier::{Copier, Scratch};
use destinations::{Opened, directory as open_directory};
use journal::Journal;
use lane::{Lane, Particulars};
use once::Once;
use replicas::Replicas;

pub(in crate::copy) use counters::add;
pub use counters::{Counters, Counts, LARGE};
pub use destinations::{Balance, Destinations, Part, PartKind, prove_mounts};
pub use failure::{Class, Done, Failure, Op, Reporter, Side};
pub use journal::JournalError;
pub use options::{
    Attribute, Boundary, CopyOptions, Create, Delete, Difference, Follow, JournalSpec,
    JournalStart, OnFull, Overwrite, Partial, Preserve, Replace, Sync, Verify,
};
pub use share::{Client, ClientError, Share};

/// How many descriptors are left to the rest of the process.
const SPARE: u64 = 32;
/// How many descriptors one worker needs: a source and its copy, once more the
/// copy to close, and a directory that is being read.
const EACH: usize = 4;
/// How many descriptors a helper needs: both sides of a file, and once more the
/// copy to close.
const HELPER: usize = 3;
/// How many directories are held open at most.
const DIRECTORIES: usize = 2048;

/// One copy, from its checks to its sync.
pub struct Engine {
    source: PathBuf,
    destinations: Destinations,
    workers: usize,
    /// What [`Engine::begin`] takes over.
    due: Mutex<Option<(CopyOptions, Arc<dyn Reporter>)>>,
    going: OnceLock<Going>,
}

/// A copy that has begun.
struct Going {
    way: Way,
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

/// What there are descriptors for.
struct Room {
    workers: usize,
    helpers: usize,
    /// How many directories may be held open.
    directories: usize,
}

/// How many copies are made at once.
enum Way {
    One(Box<Lane>),
    Several(Box<Replicas>),
}

impl Engine {
    /// A copy of the contents of `source` into `destinations`, a directory or
    /// several, by `workers` workers. Opens nothing yet.
    pub fn new(
        source: &Path,
        destinations: impl Into<Destinations>,
        options: CopyOptions,
        workers: usize,
        reporter: Arc<dyn Reporter>,
    ) -> Self {
        Self {
            source: source.to_path_buf(),
            destinations: destinations.into(),
            workers: workers.max(1),
            due: Mutex::new(Some((options, reporter))),
            going: OnceLock::new(),
        }
    }

    /// Looks whether the copy can be, makes the destination, opens both.
    ///
    /// The errors are those of [`probe::apart`], that one of the two cannot be
    /// opened or made, and that several destinations are not what they are
    /// said to be; nothing has been copied then.
    pub fn begin(&self) -> Result<(), ProbeError> {
        for to in self.destinations.paths() {
            probe::apart(&self.source, to)?;
        }
        let due = self
            .due
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some((options, reporter)) = due else {
            return Ok(());
        };
        if copier::deletes(&options) {
            for destination in self.destinations.paths() {
                probe::spared(&self.source, destination)?;
            }
        }
        let Room {
            workers,
            helpers,
            directories,
        } = self.room();
        let way = match &self.destinations {
            Destinations::One(to) => {
                let journal = self.journal(to, &options)?;
                let opened = Opened::of(to)?;
                let lane = Particulars::of(self, to, options, reporter);
                let lane = Particulars { journal, ..lane };
                Way::One(Box::new(
                    lane.begin(opened, workers, directories)?.helped_by(helpers),
                ))
            }
            Destinations::Spread { mounts, balance } => {
                let Some((to, others)) = mounts.split_first() else {
                    return Ok(());
                };
                let journal = self.journal(to, &options)?;
                let opened = Opened::of(to)?;
                let others = match destinations::mounts(&opened.to, to, others) {
                    Ok(fds) => others.iter().cloned().zip(fds).collect(),
                    Err(error) => {
                        opened.take_away();
                        return Err(error);
                    }
                };
                let lane = Particulars::of(self, to, options, reporter);
                let lane = Particulars {
                    journal,
                    others,
                    balance: *balance,
                    ..lane
                };
                Way::One(Box::new(
                    lane.begin(opened, workers, directories)?.helped_by(helpers),
                ))
            }
            Destinations::Replicate(all) => {
                let room = (workers, directories);
                Way::Several(Box::new(self.replicate(all, &options, &reporter, room)?))
            }
        };
        let going = Going {
            way,
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

    /// The journal of a copy to `to`. One that cannot be had leaves nothing behind.
    fn journal(&self, to: &Path, options: &CopyOptions) -> Result<Option<Journal>, ProbeError> {
        let open = |spec| Journal::open(spec, &self.source, to, options);
        Ok(options.journal.as_ref().map(open).transpose()?)
    }

    fn replicate(
        &self,
        all: &[PathBuf],
        options: &CopyOptions,
        reporter: &Arc<dyn Reporter>,
        (workers, directories): (usize, usize),
    ) -> Result<Replicas, ProbeError> {
        let mut opened: Vec<Opened> = Vec::new();
        let take_away = |opened: Vec<Opened>| opened.into_iter().rev().for_each(Opened::take_away);
        for path in all {
            match Opened::of(path) {
                Ok(one) => opened.push(one),
                Err(error) => {
                    take_away(opened);
                    return Err(error);
                }
            }
        }
        let roots: Vec<(&Path, &OwnedFd)> = (all.iter())
            .zip(&opened)
            .map(|(path, one)| (path.as_path(), &one.to))
            .collect();
        if let Err(error) = destinations::apart(&roots) {
            take_away(opened);
            return Err(error);
        }
        let once = Arc::new(Once::new(Arc::clone(reporter)));
        // Data is read once, so a limit counts once.
        let limit = options
            .bytes_per_second
            .map(|rate| Arc::new(Limit::new(rate)));
        let mut lanes = Vec::new();
        for (at, (path, opened)) in all.iter().zip(opened).enumerate() {
            let mut options = options.clone();
            options.files_per_second = None;
            if let Some(journal) = &mut options.journal {
                let mut name = journal.path.clone().into_os_string();
                name.push(format!(".{}", at + 1));
                journal.path = name.into();
            }
            let journal = self.journal(path, &options)?;
            let lane = Particulars::of(self, path, options, once.of(path));
            let lane = Particulars {
                journal,
                cuts: Cuts::Together,
                bytes_limit: limit.clone(),
                ..lane
            };
            lanes.push(lane.begin(opened, workers, directories)?);
        }
        let unreadable = |errno: Errno| ProbeError::Unreadable {
            path: self.source.clone(),
            source: errno.into(),
        };
        let open = || open_directory(&self.source);
        let held = open().and_then(|from| Ok(Held::new(from, open()?)));
        let files = options.files_per_second.map(Limit::new);
        let held = held.map_err(unreadable)?;
        Replicas::new(lanes, held, files, (workers, directories)).map_err(unreadable)
    }

    /// One worker's part: copies until all is done, or `control` says stop.
    /// To be called on each of the workers' threads, after [`Engine::begin`].
    pub fn work(&self, control: Control<'_>) {
        let Some(going) = self.going.get() else {
            return;
        };
        // More than there are descriptors for would only wait for each other.
        let come = going.come.fetch_add(1, Ordering::Relaxed);
        if come >= going.workers {
            return;
        }
        let work = || match &going.way {
            Way::One(lane) => lane.work(control),
            Way::Several(replicas) => replicas.work(&mut Scratch::new(control), control),
        };
        if come == 0 {
            going.watched(control, work);
        } else {
            work();
        }
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
        if let Way::One(lane) = &going.way
            && !lane.tree.is_done()
            && !going.is_stopped.load(Ordering::Relaxed)
        {
            // It cannot be; if it is, it must not look like success.
            lane.copier
                .tell_whole(Side::Source, Op::Compare, Errno::CANCELED);
        }
        let began = Instant::now();
        for lane in going.lanes() {
            let copier = &lane.copier;
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
                copier.unsettled(*errno, control);
            }
        }
        if going
            .lanes()
            .iter()
            .any(|lane| lane.copier.options.sync == Sync::AtEnd)
        {
            let _ = going.synced.set(began.elapsed());
        }
    }

    /// What was done so far, in all destinations together.
    pub fn counts(&self) -> Counts {
        let lanes = self.going.get().map_or(&[][..], Going::lanes);
        let counts = lanes.iter().map(|lane| lane.copier.counters.counts());
        counts.fold(Counts::default(), Counts::plus)
    }

    /// What was done so far by way of each of several mounts, or in each of
    /// several destinations; nothing where there is one.
    pub fn parts(&self) -> Vec<Part> {
        match self.going.get().map(|going| &going.way) {
            None => Vec::new(),
            Some(Way::One(lane)) => {
                let mounts = lane.copier.mounts.as_ref();
                mounts.map_or_else(Vec::new, |mounts| mounts.parts())
            }
            Some(Way::Several(replicas)) => replicas.parts(),
        }
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

    /// Gets as many descriptors as this process may have, and says for how many
    /// workers and helpers they do, and how many directories may be held open
    /// besides.
    fn room(&self) -> Room {
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
        let count = self.destinations.paths().len();
        // Of a directory both sides, by way of each mount; of several copies
        // the source once more, for the walk. A worker has the files of each
        // copy, and with several destinations a directory of its own, as few
        // are held where descriptors are few.
        let (roots, each, pair) = match &self.destinations {
            Destinations::One(_) => (0, EACH, 2),
            Destinations::Spread { .. } => (3 * count, EACH + 2 * count, 2 * count),
            Destinations::Replicate(_) => (4 + 3 * count, 4 + 4 * count, 2 + 2 * count),
        };
        let ours = ours.saturating_sub(roots);
        let for_workers = match &self.destinations {
            Destinations::One(_) => ours,
            _ => ours.saturating_sub(2 * pair),
        };
        let workers = self.workers.min((for_workers / each).max(1));
        let rest = ours.saturating_sub(each * workers);
        // Half of what is left at most: directories are needed more.
        let helpers = workers.min(rest / 2 / HELPER);
        let directories = rest.saturating_sub(HELPER * helpers) / pair;
        Room {
            workers,
            helpers,
            directories: directories.clamp(1, DIRECTORIES),
        }
    }
}

impl Going {
    /// Works, and meanwhile passes on that the run is to stop to what may take
    /// long and has no control at hand: emptying a directory, waiting for one.
    fn watched(&self, control: Control<'_>, work: impl FnOnce()) {
        const TICK: Duration = Duration::from_millis(50);
        let (alive, is_over) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let watch = move || {
                while is_over.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    if control() != Stop::No {
                        for lane in self.lanes() {
                            lane.copier.is_stopping.store(true, Ordering::Relaxed);
                        }
                        return;
                    }
                }
            };
            // Without it a stop is heard later.
            let _watcher = thread::Builder::new().spawn_scoped(scope, watch);
            let _alive = alive;
            work();
        });
    }

    fn lanes(&self) -> &[Lane] {
        match &self.way {
            Way::One(lane) => std::slice::from_ref(&**lane),
            Way::Several(replicas) => replicas.lanes(),
        }
    }
}
