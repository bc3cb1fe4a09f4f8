//! The copy, as all workers share it, and what one worker keeps.
//!
//! Boundary: state and small questions; what is done with entries is in the
//! other files, and `visiting` says which of them is called for what.

use std::ffi::CStr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{AtFlags, Stat, statat};
use rustix::io::{Errno, retry_on_intr};

use super::big::Cuts;
use super::counters::add;
use super::data::Broken;
use super::directory::Directory;
use super::fault::{Fault, Work};
use super::filesystem::FileSystem;
use super::groups::Groups;
use super::journal::Journal;
use super::mounts::Mounts;
use super::{Attribute, CopyOptions, Counters, Delete, Follow, Op, Reporter};
use crate::copy::digest::{Digest, Digests};
use crate::copy::tree::{At, Control, Identity, Stop};

pub(super) type Place<'a> = At<'a, Directory>;

/// How often a source that changes while it is read is read again.
pub(super) const READINGS: u32 = 3;

/// The copy, as all workers share it.
pub(super) struct Copier {
    pub(super) source: PathBuf,
    pub(super) destination: PathBuf,
    pub(super) options: CopyOptions,
    pub(super) counters: Counters,
    pub(super) reporter: Arc<dyn Reporter>,
    /// Whether the reporter hears of entries that are done.
    pub(super) names_entries: bool,
    pub(super) groups: Groups<Directory>,
    /// The file systems of the destination that were met.
    pub(super) systems: std::sync::Mutex<Vec<Arc<FileSystem>>>,
    /// The destination's own directory, which is never copied into itself.
    pub(super) own: Identity,
    /// The user that files are made as.
    pub(super) euid: u32,
    /// Whether sources may be read without a change of their time of access.
    pub(super) keeps_atime: AtomicBool,
    /// The earliest change that this copy made, in nanoseconds since 1970, by
    /// the clock of the destination.
    pub(super) since: AtomicI64,
    /// How many entries may still be removed.
    pub(super) removals: AtomicU64,
    /// Digests of what was copied, where it is to be verified.
    pub(super) digests: Option<Arc<Digests>>,
    pub(super) journal: Option<Journal>,
    /// What the first failed sync said.
    pub(super) sync_failed: OnceLock<Errno>,
    pub(super) bytes_limit: Option<Arc<crate::copy::limit::Limit>>,
    pub(super) files_limit: Option<crate::copy::limit::Limit>,
    /// Whether the run is to stop: for what no worker's control is at hand in.
    pub(super) is_stopping: AtomicBool,
    /// The source and the directories above it, where something is removed.
    pub(super) spared: Vec<Identity>,
    /// Who cuts large files.
    pub(super) cuts: Cuts,
    /// The mounts of the destination, if it has several.
    pub(super) mounts: Option<Arc<Mounts>>,
}

/// What a worker keeps from one entry to the next.
pub(super) struct Scratch<'a> {
    pub(super) control: Control<'a>,
    pub(super) buffer: Vec<u8>,
    /// The digest of the data that was copied since it was last taken.
    pub(super) digest: Digest,
    /// Whether the entry is one of several names of a file.
    pub(super) is_linked: bool,
    /// Whether less was read of an extent than there was said to be.
    pub(super) is_short: bool,
}

impl<'a> Scratch<'a> {
    pub(super) fn new(control: Control<'a>) -> Self {
        Self {
            control,
            buffer: Vec::new(),
            digest: Digest::default(),
            is_linked: false,
            is_short: false,
        }
    }
}

/// Why an entry was not copied, or not wholly.
pub(super) enum Unfinished {
    /// A call failed.
    Fault(Fault),
    /// The source kept changing.
    Changed,
    /// Something else has come in the place of the source; what was made of
    /// the old one is undone.
    Replaced,
    /// The run is to stop; what was made of it is undone.
    Stopped,
    /// The destination is full, so it was not tried.
    NotTried,
    /// What is there, or that nothing is, is to stay as it is.
    LeftAlone,
}

impl From<Fault> for Unfinished {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Broken> for Unfinished {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Fault(fault) => Self::Fault(fault),
            Broken::Stopped => Self::Stopped,
        }
    }
}

impl Copier {
    pub(super) fn preserves(&self, attribute: Attribute) -> bool {
        self.options.preserve.has(attribute)
    }

    pub(super) fn is_root(&self) -> bool {
        self.euid == 0
    }

    /// Whether the run is to stop.
    pub(super) fn stop(&self) -> Stop {
        if self.is_stopping.load(Ordering::Relaxed) {
            Stop::Soon
        } else {
            Stop::No
        }
    }

    /// Counts so many bytes, and waits as long as `--bwlimit` asks for.
    pub(super) fn throttle(&self, bytes: usize, control: Control<'_>) -> Result<(), Broken> {
        // As they come, not when the file is complete: that may be an hour away.
        add(&self.counters.moved_bytes, bytes as u64);
        match &self.bytes_limit {
            Some(limit) => wait(limit.take(bytes as u64), control),
            None => Ok(()),
        }
    }

    pub(super) fn stat_source(&self, at: Place<'_>) -> Work<Stat> {
        self.stat_named(at.held.from.as_fd(), at.name)
    }

    /// Looks at a name in a directory of the source.
    pub(super) fn stat_named(&self, from: BorrowedFd<'_>, name: &CStr) -> Work<Stat> {
        let flags = match self.options.follow {
            Follow::Never => AtFlags::SYMLINK_NOFOLLOW,
            Follow::Always => AtFlags::empty(),
        };
        retry_on_intr(|| statat(from, name, flags)).map_err(Fault::source(Op::Stat))
    }

    /// Notes when this copy first changed something, by the destination's clock.
    pub(super) fn note_change(&self, stat: &Stat) {
        let (seconds, nanoseconds) = super::attributes::ctime(stat);
        let at = seconds
            .saturating_mul(1_000_000_000)
            .saturating_add(nanoseconds);
        if at < self.since.load(Ordering::Relaxed) {
            self.since.fetch_min(at, Ordering::Relaxed);
        }
    }
}

/// Waits, unless the run is to stop.
pub(super) fn wait(pause: Duration, control: Control<'_>) -> Result<(), Broken> {
    const SLICE: Duration = Duration::from_millis(50);
    let mut left = pause;
    while !left.is_zero() {
        if control() != Stop::No {
            return Err(Broken::Stopped);
        }
        let slice = left.min(SLICE);
        thread::sleep(slice);
        left -= slice;
    }
    Ok(())
}

/// Whether removing is asked for.
pub(super) fn deletes(options: &CopyOptions) -> bool {
    options.delete != Delete::Nothing
}
