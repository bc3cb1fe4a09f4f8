//! What is checked before the first job of a copy, so that a mistake in the
//! command line changes nothing.
//!
//! Boundary: looks, and makes or changes nothing; a failure is status 2 of a preset.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{
    Access, AtFlags, CWD, FileType, Mode, OFlags, Stat, accessat, fstat, openat, statat,
};
use rustix::io::Errno;
use thiserror::Error;

use super::engine::JournalError;
use super::walk::{Options, Select, Walk};

/// Opening a directory to look at it, without the right to read it where the
/// system has a way to do that (open(2), O_PATH).
#[cfg(any(target_os = "linux", target_os = "android"))]
const LOOK: OFlags = OFlags::PATH.union(DIRECTORY);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const LOOK: OFlags = DIRECTORY;

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

/// Why a copy must not begin. Nothing has been done.
#[derive(Debug, Error)]
pub enum ProbeError {
    /// There is no such directory, or it may not be read.
    #[error("cannot open directory `{}`: {source}; give a directory that can be read", .path.display())]
    Unreadable {
        /// The directory.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// There is no such file, or it may not be read.
    #[error("cannot open `{}`: {source}; give a file that can be read", .path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The destination is there and no directory.
    #[error("destination `{}` is not a directory; remove it, or give another one", .path.display())]
    NotADirectory {
        /// The destination.
        path: PathBuf,
    },
    /// The destination cannot be made or looked at.
    #[error("cannot use `{}` for the destination: {source}", .path.display())]
    Destination {
        /// The destination, or the directory it would be made in.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// `..` stands behind a directory that is still to be made.
    #[error("destination `{}` goes through a missing directory and `..`; write it without `..`", .path.display())]
    Dots {
        /// The destination.
        path: PathBuf,
    },
    /// A symlink stands where a directory is to be copied.
    #[error("`{}` is a symbolic link where a directory is to be copied; files would go where it points: remove it, or give another destination", .path.display())]
    Linked {
        /// The link.
        path: PathBuf,
    },
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What is said to be two mounts of one directory is two directories.
    #[error("`{}` is not the same directory as `{}`; for separate copies use --replicate", .path.display(), .main.display())]
    Apart {
        /// The second one.
        path: PathBuf,
        /// The first one.
        main: PathBuf,
    },
    /// What is said to be two destinations is one.
    #[error("`{}` is the same directory as `{}`, and --replicate makes a full copy in each; leave one of them out, or for several mounts of one file system use --spread", .path.display(), .other.display())]
    Twice {
        /// The second one.
        path: PathBuf,
        /// The first one.
        other: PathBuf,
    },
    /// Of two destinations one is inside the other.
    #[error("destination `{}` is inside destination `{}`; give directories outside each other", .inner.display(), .outer.display())]
    Nested {
        /// The one inside.
        inner: PathBuf,
        /// The other one.
        outer: PathBuf,
    },
    /// Source and destination are one directory.
    #[error("`{}` and `{}` are the same directory; give another destination", .from.display(), .to.display())]
    Same {
        /// The source.
        from: PathBuf,
        /// The destination.
        to: PathBuf,
    },
    /// The source is below the destination, and what it does not have is to
    /// be removed there.
    #[error("the source `{}` is inside the destination `{}`, where --delete would remove it; give another destination, or leave --delete out", .from.display(), .to.display())]
    Removed {
        /// The source.
        from: PathBuf,
        /// The destination.
        to: PathBuf,
    },
    /// The destination is, or would be made, below the source.
    #[error("destination `{}` is inside the source `{}`, which would be copied into itself; give a destination outside it", .to.display(), .from.display())]
    Inside {
        /// The source.
        from: PathBuf,
        /// The destination.
        to: PathBuf,
    },
}

/// Checks that `path` is a directory that can be read.
pub fn directory(path: &Path) -> Result<(), ProbeError> {
    open_source(path).map(drop)
}

/// Checks that `path` is a file that can be read. A device or a FIFO is one
/// too, and is not opened: that may wait, or do something.
pub fn file(path: &Path) -> Result<(), ProbeError> {
    let look = || {
        let stat = statat(CWD, path, AtFlags::empty())?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            return Err(Errno::ISDIR);
        }
        accessat(CWD, path, Access::READ_OK, AtFlags::EACCESS)
    };
    look().map_err(|errno| ProbeError::NoFile {
        path: path.to_path_buf(),
        source: errno.into(),
    })
}

/// Checks that the tree `from` can be copied into `to`.
///
/// `from` must be a directory that can be read. `to` must be a directory, or
/// missing; it, or the nearest directory above it that there is, must be
/// writable. They must not be the same directory, and `to` not be inside
/// `from`: compared by device and inode, so by whatever names they are reached.
pub fn apart(from: &Path, to: &Path) -> Result<(), ProbeError> {
    checked(from, to).map(drop)
}

/// As [`apart`], and `from` must not be inside `to`: the source itself is what
/// its own contents do not have, so it would be removed.
pub fn spared(from: &Path, to: &Path) -> Result<(), ProbeError> {
    let nearest = checked(from, to)?;
    let fd = open_source(from)?;
    let source = stat(fd.as_fd(), from)?;
    let place = stat(nearest.fd.as_fd(), nearest.path)?;
    let source_place = Nearest { path: from, fd };
    if nearest.path == to && is_inside(&source_place, source, &place)? {
        return Err(ProbeError::Removed {
            from: from.to_path_buf(),
            to: to.to_path_buf(),
        });
    }
    Ok(())
}

/// As [`apart`], and no symlink may stand in the destination where `from` has
/// a directory: for programs that would follow it.
pub fn copy(from: &Path, to: &Path) -> Result<(), ProbeError> {
    let nearest = checked(from, to)?;
    if nearest.path == to {
        no_links(from, &nearest)
    } else {
        Ok(())
    }
}

fn checked<'a>(from: &Path, to: &'a Path) -> Result<Nearest<'a>, ProbeError> {
    let source = open_source(from)?;
    let source = stat(source.as_fd(), from)?;
    let nearest = nearest(to)?;
    let place = stat(nearest.fd.as_fd(), nearest.path)?;
    if same(&source, &place) && nearest.path == to {
        return Err(ProbeError::Same {
            from: from.to_path_buf(),
            to: to.to_path_buf(),
        });
    }
    if is_inside(&nearest, place, &source)? {
        return Err(ProbeError::Inside {
            from: from.to_path_buf(),
            to: to.to_path_buf(),
        });
    }
    accessat(
        &nearest.fd,
        c".",
        Access::WRITE_OK | Access::EXEC_OK,
        AtFlags::empty(),
    )
    .map_err(|errno| unusable(nearest.path, errno))?;
    Ok(nearest)
}

/// Checks that no symlink stands in the destination where `from` has a
/// directory: mkdir(1) and cp(1) would follow it, and write outside.
fn no_links(from: &Path, to: &Nearest<'_>) -> Result<(), ProbeError> {
    let options = Options {
        select: Select::Directories,
        ..Options::default()
    };
    // What cannot be walked now is told by the copy itself.
    let Ok(mut walk) = Walk::new(from, options) else {
        return Ok(());
    };
    while let Some(entry) = walk.next_entry() {
        let Ok(entry) = entry else { continue };
        let Ok(found) = statat(&to.fd, entry.path, AtFlags::SYMLINK_NOFOLLOW) else {
            continue;
        };
        if FileType::from_raw_mode(found.st_mode) == FileType::Symlink {
            let path = to.path.join(OsStr::from_bytes(entry.path));
            return Err(ProbeError::Linked { path });
        }
    }
    Ok(())
}

/// The directory a destination is, or would be made in.
struct Nearest<'a> {
    path: &'a Path,
    fd: OwnedFd,
}

fn open_source(path: &Path) -> Result<OwnedFd, ProbeError> {
    openat(CWD, path, OFlags::RDONLY | DIRECTORY, Mode::empty()).map_err(|errno| {
        ProbeError::Unreadable {
            path: path.to_path_buf(),
            source: errno.into(),
        }
    })
}

/// The longest part of `to` that is there.
fn nearest(to: &Path) -> Result<Nearest<'_>, ProbeError> {
    let mut path = to;
    loop {
        match openat(CWD, path, LOOK, Mode::empty()) {
            Ok(fd) => return Ok(Nearest { path, fd }),
            // A symlink to nothing is there, although it cannot be opened.
            Err(Errno::NOENT | Errno::NOTDIR) if path.symlink_metadata().is_err() => {}
            Err(Errno::NOENT | Errno::NOTDIR) => {
                return Err(ProbeError::NotADirectory {
                    path: path.to_path_buf(),
                });
            }
            Err(errno) => return Err(unusable(path, errno)),
        }
        if path.file_name().is_none() {
            return Err(ProbeError::Dots {
                path: to.to_path_buf(),
            });
        }
        path = match path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => return Err(unusable(path, Errno::NOENT)),
        };
    }
}

/// Whether the place is the source or below it: climbs by `..` to the top.
fn is_inside(nearest: &Nearest<'_>, place: Stat, source: &Stat) -> Result<bool, ProbeError> {
    let mut here = place;
    let mut above = openat(&nearest.fd, c"..", LOOK, Mode::empty());
    loop {
        if same(&here, source) {
            return Ok(true);
        }
        let fd = match above {
            Ok(fd) => fd,
            // A walk of the source could not get through there either.
            Err(Errno::ACCESS) => return Ok(false),
            Err(errno) => return Err(unusable(nearest.path, errno)),
        };
        let next = stat(fd.as_fd(), nearest.path)?;
        if same(&next, &here) {
            return Ok(false);
        }
        here = next;
        above = openat(&fd, c"..", LOOK, Mode::empty());
    }
}

fn stat(fd: BorrowedFd<'_>, path: &Path) -> Result<Stat, ProbeError> {
    fstat(fd).map_err(|errno| unusable(path, errno))
}

fn same(one: &Stat, other: &Stat) -> bool {
    one.st_dev == other.st_dev && one.st_ino == other.st_ino
}

fn unusable(path: &Path, errno: Errno) -> ProbeError {
    ProbeError::Destination {
        path: path.to_path_buf(),
        source: errno.into(),
    }
}

#[cfg(test)]
mod tests;
