//! One difference between two trees, and how it is written.
//!
//! Boundary: plain data and its text. The text is one line of ASCII whatever a
//! name holds, so that a name can neither end a line nor forge another one.

use std::fmt;

use rustix::fs::FileType;
use rustix::io::Errno;

use crate::copy::Failure;

/// What two entries, or their being there, differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The destination lacks the entry.
    Missing,
    /// The source lacks the entry.
    Extra,
    /// One is a directory, say, and the other a symlink.
    Type,
    /// The bytes of two regular files of one size.
    Content,
    /// The sizes of two regular files.
    Size,
    /// Permission bits, the special ones among them.
    Mode,
    /// Owner or group.
    Owner,
    /// The time of modification.
    Mtime,
    /// Where two symlinks point to.
    Target,
    /// The numbers of two devices.
    Rdev,
    /// Which other names in the tree are the same file.
    Hardlink,
    /// An extended attribute.
    Xattr,
    /// An access control list.
    Acl,
    /// The destination takes far more room than the source: holes were filled.
    Sparse,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Missing,
        Self::Extra,
        Self::Type,
        Self::Content,
        Self::Size,
        Self::Mode,
        Self::Owner,
        Self::Mtime,
        Self::Target,
        Self::Rdev,
        Self::Hardlink,
        Self::Xattr,
        Self::Acl,
        Self::Sparse,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Type => "type",
            Self::Content => "content",
            Self::Size => "size",
            Self::Mode => "mode",
            Self::Owner => "owner",
            Self::Mtime => "mtime",
            Self::Target => "target",
            Self::Rdev => "rdev",
            Self::Hardlink => "hardlink",
            Self::Xattr => "xattr",
            Self::Acl => "acl",
            Self::Sparse => "sparse",
        }
    }
}

/// What kind of entry differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symlink.
    Link,
    /// A fifo, socket or device.
    Special,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::File, Self::Directory, Self::Link, Self::Special];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "dir",
            Self::Link => "link",
            Self::Special => "special",
        }
    }

    pub(super) fn of(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Link,
            _ => Self::Special,
        }
    }
}

/// What a type is called.
pub(super) fn type_name(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "file",
        FileType::Directory => "dir",
        FileType::Symlink => "link",
        FileType::Fifo => "fifo",
        FileType::Socket => "sock",
        FileType::CharacterDevice => "char",
        FileType::BlockDevice => "block",
        FileType::Unknown => "?",
    }
}

/// One difference. As text it is a line `KIND PATH: src=.. dst=..`, without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub kind: Kind,
    /// What kind of entry it is, in the source if it is there.
    pub class: Class,
    /// The path below both trees; `.` for the trees themselves.
    pub path: Vec<u8>,
    /// What the source has; bytes as they are there.
    pub source: Option<Vec<u8>>,
    /// What the destination has.
    pub destination: Option<Vec<u8>>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<8} {}: ", self.kind.name(), Escaped(&self.path))?;
        match (&self.source, &self.destination) {
            (Some(source), Some(destination)) => {
                write!(f, "src={} dst={}", Escaped(source), Escaped(destination))
            }
            (Some(one), None) | (None, Some(one)) => Escaped(one).fmt(f),
            (None, None) => Ok(()),
        }
    }
}

/// From how many characters on a text is cut, and what is then left of it.
const LONGEST: usize = 160;
const CUT: usize = 100;

/// Bytes as ASCII: what is not printable, and the backslash, as `\xNN`; a long
/// text is cut, with its whole length behind it.
struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'\\';
        let width = |byte: &u8| if is_plain(*byte) { 1 } else { 4 };
        let whole: usize = self.0.iter().map(width).sum();
        let mut text = String::with_capacity(whole.min(LONGEST));
        for &byte in self.0 {
            if text.len() > LONGEST {
                break;
            }
            if is_plain(byte) {
                text.push(char::from(byte));
            } else {
                fmt::Write::write_fmt(&mut text, format_args!("\\x{byte:02x}"))?;
            }
        }
        if whole <= LONGEST {
            f.write_str(&text)
        } else {
            write!(f, "{}...({whole})", &text[..CUT])
        }
    }
}

/// Hears of each difference as it is found, on the thread that found it, in no
/// order.
pub trait Differences: Send + Sync {
    /// Takes a difference.
    fn difference(&self, difference: &Difference);

    /// Takes something that could not be looked at, so that nothing is known of it.
    fn trouble(&self, failure: Failure);
}

/// What an error of the system says about a part of a tree.
pub(super) fn is_gone(errno: Errno) -> bool {
    matches!(errno, Errno::NOENT | Errno::NOTDIR)
}
