//! The way from the root of a walk to where the walk is, held by few descriptors.
//!
//! Boundary: opening, closing and finding again; what is told of an entry is
//! decided in the parent module.
//!
//! The root and the innermost [`HELD`] directories are held open, so a tree of
//! any depth needs few descriptors. One that was closed is opened again through
//! `..` of the directory below it, or, if that has been moved away meanwhile,
//! by its names from the root; either way only if it is the same directory.

use std::ffi::CStr;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags, openat};
use rustix::io::{Errno, retry_on_intr};
use rustix::path::Arg;

use super::level::{Identity, Level};

/// How a directory below the root is opened: never through a symlink put in its place.
const BELOW: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// How many of the innermost directories are held open, the root not counted.
/// Coming back to one further out costs two system calls, so few are enough.
pub(super) const HELD: usize = 12;

/// How long a walk waits for a descriptor when the process has none left.
/// Jobs hold descriptors too, and give them back as they end.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long between two tries at that.
const PAUSE: Duration = Duration::from_millis(5);

/// The root, and the directories entered below it, outermost first.
pub(super) struct Levels {
    levels: Vec<Level>,
    patience: Duration,
}

impl Levels {
    /// The root alone.
    pub(super) fn new(root: OwnedFd) -> Result<Self, Errno> {
        Ok(Self {
            levels: vec![Level::new(root, 0)?],
            patience: PATIENCE,
        })
    }

    /// Where the walk is.
    pub(super) fn last(&mut self) -> Option<&mut Level> {
        self.levels.last_mut()
    }

    /// How many levels there are: 1 in the root, 0 when the walk is over.
    pub(super) fn depth(&self) -> usize {
        self.levels.len()
    }

    /// Enters the directory `name` of the last level.
    pub(super) fn enter(&mut self, name: &CStr, path_len: usize) -> Result<(), Errno> {
        let fd = self.open_below_last(name)?;
        self.levels.push(Level::new(fd, path_len)?);
        if let Some(outer) = self.levels.len().checked_sub(HELD + 1)
            && outer > 0
        {
            self.levels[outer].close();
        }
        Ok(())
    }

    /// Ends the reading of the last level.
    pub(super) fn end_reading(&mut self) {
        if let Some(level) = self.levels.pop() {
            self.levels.push(level.end_reading());
        }
    }

    /// Leaves the last level for the one above, which is opened again if it was closed.
    ///
    /// `path` is the walk's path, at least as long as that of the level left. An
    /// error means that directories noted above are lost, and they are forgotten.
    pub(super) fn leave(&mut self, path: &[u8]) -> Result<(), Errno> {
        let Some(left) = self.levels.pop() else {
            return Ok(());
        };
        let Some(identity) = self.levels.last().and_then(Level::closed) else {
            return Ok(());
        };
        let through_left = left.fd().and_then(|fd| self.open_parent(fd, identity));
        drop(left);
        let has_noted = self.levels.last().is_some_and(Level::has_noted);
        let fd = match through_left {
            Some(fd) => Ok(fd),
            // Nothing is lost with it, and the next one out is looked for by its names.
            None if !has_noted => return Ok(()),
            None => self.open_by_names(path, identity),
        };
        let Some(level) = self.levels.last_mut() else {
            return Ok(());
        };
        match fd {
            Ok(fd) => {
                level.reopen(fd);
                Ok(())
            }
            Err(error) => {
                level.forget_noted();
                Err(error)
            }
        }
    }

    /// Opens the directory `name` of the last level, at the cost of the levels
    /// held above it when descriptors are short.
    fn open_below_last(&mut self, name: &CStr) -> Result<OwnedFd, Errno> {
        let base = self.levels.last().and_then(Level::fd).ok_or(Errno::BADF)?;
        match open(base, name) {
            Err(Errno::MFILE | Errno::NFILE) => {}
            other => return other,
        }
        let last = self.levels.len().saturating_sub(1);
        for level in self.levels.iter_mut().take(last).skip(1) {
            level.close();
        }
        let base = self.levels.last().and_then(Level::fd).ok_or(Errno::BADF)?;
        let opened = open_patiently(base, name, self.patience);
        // One long wait, not one a directory: the next one waits only if this one helped.
        self.patience = match opened {
            Err(Errno::MFILE | Errno::NFILE) => Duration::ZERO,
            _ => PATIENCE,
        };
        opened
    }

    /// Opens `..` of `fd` if that is the directory that is looked for.
    fn open_parent(&self, fd: BorrowedFd<'_>, identity: Identity) -> Option<OwnedFd> {
        let parent = open_patiently(fd, c"..", self.patience).ok()?;
        (Identity::of(parent.as_fd()) == Ok(identity)).then_some(parent)
    }

    /// Opens the last level by its names from the root, if it is there still.
    fn open_by_names(&self, path: &[u8], identity: Identity) -> Result<OwnedFd, Errno> {
        let root = self.levels.first().and_then(Level::fd).ok_or(Errno::BADF)?;
        let len = self.levels.last().map_or(0, |level| level.path_len);
        let mut here: Option<OwnedFd> = None;
        for name in path[..len].split(|byte| *byte == b'/') {
            let base = here.as_ref().map_or(root, AsFd::as_fd);
            here = Some(open_patiently(base, name, self.patience)?);
        }
        let fd = here.ok_or(Errno::NOENT)?;
        if Identity::of(fd.as_fd())? == identity {
            Ok(fd)
        } else {
            Err(Errno::STALE)
        }
    }
}

/// Opens a directory by one name.
fn open(base: BorrowedFd<'_>, name: impl Arg + Copy) -> Result<OwnedFd, Errno> {
    retry_on_intr(|| openat(base, name, BELOW, Mode::empty()))
}

/// Opens a directory, and tries again while the process or the system has no
/// descriptor left.
///
/// A directory that is not opened is a part of the tree that is lost, and the
/// shortage ends by itself as jobs end: waiting is better than an error.
fn open_patiently(
    base: BorrowedFd<'_>,
    name: impl Arg + Copy,
    patience: Duration,
) -> Result<OwnedFd, Errno> {
    let start = Instant::now();
    loop {
        match open(base, name) {
            Err(Errno::MFILE | Errno::NFILE) if start.elapsed() < patience => thread::sleep(PAUSE),
            other => return other,
        }
    }
}
