//! One directory between the root of a walk and where the walk is.
//!
//! Boundary: one descriptor and the names of the directories that are still to
//! be entered; which levels are held open is decided in `levels`.
//!
//! A directory is read to its end before the directories in it are entered, so
//! that it can be closed while they are walked and opened again without a
//! position in it: telldir(3) positions do not survive a close on every file
//! system. The price is memory for the names of directories not yet entered.

use std::ffi::{CStr, CString};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Dev, Dir, fstat};
use rustix::io::Errno;

/// What tells one directory from all others: its device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    dev: Dev,
    ino: u64,
}

impl Identity {
    /// The identity of an open directory.
    pub(super) fn of(fd: BorrowedFd<'_>) -> Result<Self, Errno> {
        let stat = fstat(fd)?;
        Ok(Self {
            dev: stat.st_dev,
            ino: stat.st_ino,
        })
    }
}

/// The walk's hold on a directory.
enum Handle {
    /// Open, with its entries still being read.
    Reading(Dir),
    /// Open, its entries read. The stream is kept for its descriptor alone.
    Read(Dir),
    /// Opened again, after its entries had been read.
    Reopened(OwnedFd),
    /// Closed, to be recognized when it is opened again.
    Closed(Identity),
}

/// One directory on the way from the root to where the walk is.
pub(super) struct Level {
    handle: Handle,
    /// Names of the directories in it that were not entered yet, each with its NUL.
    names: Vec<u8>,
    /// How many bytes of the walk's path are this directory's.
    pub(super) path_len: usize,
}

impl Level {
    /// A directory that was just opened, of which nothing was read.
    pub(super) fn new(fd: OwnedFd, path_len: usize) -> Result<Self, Errno> {
        Ok(Self {
            handle: Handle::Reading(Dir::new(fd)?),
            names: Vec::new(),
            path_len,
        })
    }

    /// The stream of entries, until [`Self::end_reading`].
    pub(super) fn stream(&mut self) -> Option<&mut Dir> {
        match &mut self.handle {
            Handle::Reading(dir) => Some(dir),
            Handle::Read(_) | Handle::Reopened(_) | Handle::Closed(_) => None,
        }
    }

    /// Nothing more is to be read here; the directories in it are next.
    pub(super) fn end_reading(self) -> Self {
        let handle = match self.handle {
            Handle::Reading(dir) => Handle::Read(dir),
            other => other,
        };
        Self { handle, ..self }
    }

    /// The descriptor, if it is open.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.handle {
            Handle::Reading(dir) | Handle::Read(dir) => dir.fd().ok(),
            Handle::Reopened(fd) => Some(fd.as_fd()),
            Handle::Closed(_) => None,
        }
    }

    /// What it must be recognized by, if it is closed.
    pub(super) fn closed(&self) -> Option<Identity> {
        match self.handle {
            Handle::Closed(identity) => Some(identity),
            Handle::Reading(_) | Handle::Read(_) | Handle::Reopened(_) => None,
        }
    }

    /// Closes it, unless it is still being read or nothing can be had to
    /// recognize it by later.
    pub(super) fn close(&mut self) {
        if matches!(self.handle, Handle::Reading(_)) {
            return;
        }
        if let Some(Ok(identity)) = self.fd().map(Identity::of) {
            self.handle = Handle::Closed(identity);
        }
    }

    /// Takes a descriptor of the same directory, got anew.
    pub(super) fn reopen(&mut self, fd: OwnedFd) {
        self.handle = Handle::Reopened(fd);
    }

    /// Notes a directory in it, to be entered later.
    pub(super) fn note(&mut self, name: &CStr) {
        self.names.extend_from_slice(name.to_bytes_with_nul());
    }

    /// Whether directories are noted.
    pub(super) fn has_noted(&self) -> bool {
        !self.names.is_empty()
    }

    /// Takes the directory noted last.
    pub(super) fn take_noted(&mut self) -> Option<CString> {
        let before = self.names.len().checked_sub(1)?;
        let start = self.names[..before].iter().rposition(|byte| *byte == 0);
        let name = self.names.split_off(start.map_or(0, |nul| nul + 1));
        CString::from_vec_with_nul(name).ok()
    }

    /// Forgets the noted directories.
    pub(super) fn forget_noted(&mut self) {
        self.names.clear();
    }
}
