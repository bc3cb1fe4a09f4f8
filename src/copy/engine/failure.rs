//! What went wrong with one entry.
//!
//! Boundary: the type and its wording; who prints it, and how often, is the
//! [`Reporter`]'s business.

use std::fmt;
use std::io;

use rustix::io::Errno;

/// Something that went wrong with one entry; the others go on.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The whole path, with the root it is below.
    pub path: Vec<u8>,
    /// On which side it lies.
    pub side: Side,
    /// What was tried.
    pub op: Op,
    /// What the system said.
    pub errno: Errno,
    /// What kind of failure it is.
    pub class: Class,
}

impl Failure {
    /// What the system said, as an error.
    pub fn error(&self) -> io::Error {
        self.errno.into()
    }
}

/// A side of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What is read.
    Source,
    /// What is written.
    Destination,
}

impl Side {
    /// Its name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Destination => "destination",
        }
    }
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The entry, or an attribute that was to be kept, could not be copied.
    Failed,
    /// The source went away between being listed and being read.
    Vanished,
    /// The source changed while it was read, again and again.
    Changed,
}

impl Class {
    /// Its name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Vanished => "vanished",
            Self::Changed => "changed",
        }
    }
}

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Opening a file or directory.
    Open,
    /// Reading a directory.
    ReadDirectory,
    /// Asking what an entry is.
    Stat,
    /// Reading data.
    Read,
    /// Reading where a symlink points to.
    ReadLink,
    /// Making a file.
    Create,
    /// Making a directory.
    MakeDirectory,
    /// Making a symlink.
    Symlink,
    /// Making a fifo, socket or device.
    MakeNode,
    /// Making a hard link.
    Link,
    /// Putting a complete file in the place of an older one.
    Rename,
    /// Writing data.
    Write,
    /// Cutting a file to its length.
    Truncate,
    /// Setting owner and group.
    Chown,
    /// Setting permissions.
    Chmod,
    /// Setting an access control list.
    SetAcl,
    /// Reading extended attributes.
    ReadXattr,
    /// Setting extended attributes.
    SetXattr,
    /// Setting times.
    SetTimes,
    /// Closing a file that was written.
    Close,
    /// Removing what the source does not have, or a partial file.
    Remove,
    /// Storing all that was written.
    Sync,
    /// Comparing a source with itself before it was read.
    Compare,
}

impl Op {
    /// Its name in messages and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ReadDirectory => "read directory",
            Self::Stat => "stat",
            Self::Read => "read",
            Self::ReadLink => "read link",
            Self::Create => "create",
            Self::MakeDirectory => "make directory",
            Self::Symlink => "make symlink",
            Self::MakeNode => "make node",
            Self::Link => "link",
            Self::Rename => "rename",
            Self::Write => "write",
            Self::Truncate => "truncate",
            Self::Chown => "set owner",
            Self::Chmod => "set mode",
            Self::SetAcl => "set ACL",
            Self::ReadXattr => "read xattrs",
            Self::SetXattr => "set xattr",
            Self::SetTimes => "set times",
            Self::Close => "close",
            Self::Remove => "remove",
            Self::Sync => "sync",
            Self::Compare => "compare",
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What was done with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A regular file was copied.
    File,
    /// A directory was made.
    Directory,
    /// A symlink was made.
    Symlink,
    /// A fifo, socket or device was made.
    Special,
    /// A hard link was made.
    HardLink,
    /// It was removed, because the source does not have it.
    Removed,
}

impl Done {
    /// Its name in a log.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::Special => "special",
            Self::HardLink => "hard link",
            Self::Removed => "removed",
        }
    }
}

/// Hears of each failure as it happens, on the thread it happens on.
pub trait Reporter: Send + Sync {
    /// Takes a failure.
    fn failure(&self, failure: Failure);

    /// Takes an entry that is done; its path is below the root. Only called if
    /// [`Self::hears_of_entries`], since a path costs time to make.
    fn done(&self, _path: &[u8], _done: Done) {}

    /// Whether entries that are done are to be told. Asked once.
    fn hears_of_entries(&self) -> bool {
        false
    }
}
