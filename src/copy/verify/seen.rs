//! One entry as one side has it.
//!
//! Boundary: looking at it and opening it, without a path longer than a name.

use std::ffi::CStr;

use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, openat, statat};
use rustix::io::{Errno, retry_on_intr};

/// Whether a symlink is looked at, or what it points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symlinks {
    Kept,
    Followed,
}

/// An entry as one side has it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    /// The directory it is in.
    pub(super) directory: BorrowedFd<'a>,
    /// Its name there; of a tree itself, its path.
    pub(super) name: &'a CStr,
    /// How it was looked at.
    pub(super) symlinks: Symlinks,
    /// What the system says of it.
    pub(super) stat: Stat,
}

impl<'a> Seen<'a> {
    /// Looks at an entry.
    pub(super) fn look(
        directory: BorrowedFd<'a>,
        name: &'a CStr,
        symlinks: Symlinks,
    ) -> Result<Self, Errno> {
        let flags = match symlinks {
            Symlinks::Kept => AtFlags::SYMLINK_NOFOLLOW,
            Symlinks::Followed => AtFlags::empty(),
        };
        let stat = retry_on_intr(|| statat(directory, name, flags))?;
        Ok(Self {
            directory,
            name,
            symlinks,
            stat,
        })
    }

    /// Its type.
    pub(super) fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.stat.st_mode)
    }

    /// Its size in bytes.
    pub(super) fn size(&self) -> u64 {
        u64::try_from(self.stat.st_size).unwrap_or(0)
    }

    /// Opens it for reading; it was a regular file or a directory when it was
    /// looked at. If a fifo stands there now, this does not wait for its writer.
    pub(super) fn open(&self) -> Result<OwnedFd, Errno> {
        let mut flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        if self.kind() == FileType::Directory {
            flags |= OFlags::DIRECTORY;
        }
        if self.symlinks == Symlinks::Kept {
            flags |= OFlags::NOFOLLOW;
        }
        quietly(flags, |flags| {
            openat(self.directory, self.name, flags, Mode::empty())
        })
    }
}

/// Opens something without changing its time of access, where the system has a
/// way to do that and grants it: to the owner and to root (open(2), O_NOATIME).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn quietly(
    flags: OFlags,
    mut open: impl FnMut(OFlags) -> Result<OwnedFd, Errno>,
) -> Result<OwnedFd, Errno> {
    match retry_on_intr(|| open(flags | OFlags::NOATIME)) {
        Err(Errno::PERM) => retry_on_intr(|| open(flags)),
        other => other,
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn quietly(
    flags: OFlags,
    mut open: impl FnMut(OFlags) -> Result<OwnedFd, Errno>,
) -> Result<OwnedFd, Errno> {
    retry_on_intr(|| open(flags))
}
