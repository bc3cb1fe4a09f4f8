//! The walk of one tree: every entry below a root, as a stream, for the inputs
//! of jobs. (Two trees at once, in parallel, are `tree`'s.)
//!
//! Boundary: reads directories, and nothing else; follows no symlink below the
//! root; errors are told among the entries, and the walk goes on.
//!
//! Directories are reached from the descriptor of the directory above them, one
//! name at a time, so a path may be longer than PATH_MAX. Memory is one buffer
//! for the path and, for each directory on the way from the root, the names of
//! the directories in it that are still to be entered.

mod entry;
mod error;
mod level;
mod levels;
#[cfg(test)]
mod tests;

use std::ffi::{CStr, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fd::BorrowedFd;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};
use rustix::io::{Errno, retry_on_intr};

pub use entry::{Depth, Entry, Kind, Linked, Links, Options, Root, Select, Sizes};
pub use error::{WalkError, WalkOp};
use levels::Levels;

/// A walk under way. Entries come in no particular order, but a directory comes
/// before what is in it.
pub struct Walk {
    root: PathBuf,
    options: Options,
    levels: Levels,
    /// The path of the entry told last, or of the directory being read.
    path: Vec<u8>,
    /// `Included` until the root has been told, if it is to be.
    root_due: Root,
}

/// An entry whose path is in the walk's buffer.
struct Found {
    kind: Kind,
    depth: usize,
    more: More,
}

/// What only the file system itself can tell of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct More {
    size: Option<u64>,
    linked: Option<Linked>,
}

impl Walk {
    /// How many descriptors a walk holds at most.
    pub const DESCRIPTORS: usize = levels::HELD + 3;

    /// Opens the root, a directory or a symlink to one, as `find ROOT/` does.
    ///
    /// The one error is that it cannot be opened.
    pub fn new(root: &Path, options: Options) -> Result<Self, WalkError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let levels = retry_on_intr(|| openat(CWD, root, flags, Mode::empty()))
            .and_then(Levels::new)
            .map_err(|errno| WalkError {
                path: root.to_path_buf(),
                op: WalkOp::OpenRoot,
                source: errno.into(),
            })?;
        Ok(Self {
            root: root.to_path_buf(),
            options,
            levels,
            path: Vec::new(),
            root_due: if options.select.takes(Kind::Directory) && options.depth.takes(0) {
                options.root
            } else {
                Root::Excluded
            },
        })
    }

    /// The next entry, or what went wrong where one should have been; `None` at the end.
    pub fn next_entry(&mut self) -> Option<Result<Entry<'_>, WalkError>> {
        if self.root_due == Root::Included {
            self.root_due = Root::Excluded;
            return Some(Ok(Entry {
                path: b".",
                kind: Kind::Directory,
                depth: 0,
                size: None,
                linked: None,
            }));
        }
        match self.step()? {
            Ok(found) => Some(Ok(Entry {
                path: &self.path,
                kind: found.kind,
                depth: found.depth,
                size: found.more.size,
                linked: found.more.linked,
            })),
            Err(error) => Some(Err(error)),
        }
    }

    /// Goes on to the next entry to be told, and leaves its path in the buffer.
    fn step(&mut self) -> Option<Result<Found, WalkError>> {
        loop {
            let level = self.levels.last()?;
            let told = if level.stream().is_some() {
                self.read()
            } else if let Some(name) = level.take_noted() {
                self.enter(&name)
            } else {
                self.leave()
            };
            if let Some(told) = told.transpose() {
                return Some(told);
            }
        }
    }

    /// Reads one entry of the directory where the walk is. A directory that was
    /// removed since it was opened reads as empty (getdents(2), ENOENT).
    fn read(&mut self) -> Result<Option<Found>, WalkError> {
        let depth = self.levels.depth();
        let Some(level) = self.levels.last() else {
            return Ok(None);
        };
        self.path.truncate(level.path_len);
        let Some(read) = level.stream().and_then(Dir::read) else {
            self.levels.end_reading();
            return Ok(None);
        };
        let entry = match read {
            Ok(entry) => entry,
            Err(errno) => {
                self.levels.end_reading();
                return Err(self.failed(WalkOp::Read, errno));
            }
        };
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            return Ok(None);
        }
        extend(&mut self.path, name.to_bytes());
        match look(level.fd(), name, entry.file_type(), self.options) {
            Ok((kind, more)) => {
                if kind == Kind::Directory && self.options.depth.enters(depth) {
                    level.note(name);
                }
                let found = Found { kind, depth, more };
                let is_told = self.options.select.takes(kind) && self.options.depth.takes(depth);
                Ok(is_told.then_some(found))
            }
            Err(source) => Err(self.failed_io(WalkOp::Stat, source)),
        }
    }

    /// Enters a directory of the directory where the walk is.
    fn enter(&mut self, name: &CStr) -> Result<Option<Found>, WalkError> {
        let parent_len = self.levels.last().map_or(0, |level| level.path_len);
        self.path.truncate(parent_len);
        extend(&mut self.path, name.to_bytes());
        match self.levels.enter(name, self.path.len()) {
            Ok(()) => Ok(None),
            Err(errno) => Err(self.failed(WalkOp::Open, errno)),
        }
    }

    /// Leaves the directory where the walk is, which has been walked whole.
    fn leave(&mut self) -> Result<Option<Found>, WalkError> {
        let left = self.levels.leave(&self.path);
        let len = self.levels.last().map_or(0, |level| level.path_len);
        self.path.truncate(len);
        match left {
            Ok(()) => Ok(None),
            Err(errno) => Err(self.failed(WalkOp::Return, errno)),
        }
    }

    fn failed(&self, op: WalkOp, errno: Errno) -> WalkError {
        self.failed_io(op, errno.into())
    }

    /// The error of `op` at the path in the buffer.
    fn failed_io(&self, op: WalkOp, source: io::Error) -> WalkError {
        let path = if self.path.is_empty() {
            self.root.clone()
        } else {
            self.root.join(OsStr::from_bytes(&self.path))
        };
        WalkError { path, op, source }
    }
}

/// Adds a name to a path.
fn extend(path: &mut Vec<u8>, name: &[u8]) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
}

/// What an entry is, and more of it if that is to be told. Asks the file system
/// only for what the directory did not say.
fn look(
    directory: Option<BorrowedFd<'_>>,
    name: &CStr,
    reported: FileType,
    options: Options,
) -> io::Result<(Kind, More)> {
    let told_size = |kind| {
        options.sizes == Sizes::Told && kind == Kind::File && options.select.takes(Kind::File)
    };
    let told_links = |kind| {
        options.links == Links::Told && kind != Kind::Directory && options.select.takes(kind)
    };
    if let Some(kind) = Kind::reported(reported)
        && !told_size(kind)
        && !told_links(kind)
    {
        return Ok((kind, More::default()));
    }
    let directory = directory.ok_or(Errno::BADF)?;
    let stat = retry_on_intr(|| statat(directory, name, AtFlags::SYMLINK_NOFOLLOW))?;
    let kind = Kind::reported(FileType::from_raw_mode(stat.st_mode))
        .ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, "its type is unknown"))?;
    let linked = Linked {
        device: stat.st_dev,
        inode: stat.st_ino,
        // Of 32 bits on some machines.
        names: wide(stat.st_nlink),
    };
    let more = More {
        size: told_size(kind).then(|| u64::try_from(stat.st_size).unwrap_or(0)),
        linked: (told_links(kind) && linked.names > 1).then_some(linked),
    };
    Ok((kind, more))
}

fn wide(count: impl Into<u64>) -> u64 {
    count.into()
}
