//! Names of a directory, packed, and the part of them one worker takes; and
//! what of them waits for another.
//!
//! Boundary: plain data. A million names wait in a few megabytes: one buffer a
//! batch, and no allocation a name.

use std::ffi::{CStr, CString};
use std::sync::Arc;

use rustix::fs::FileType;

use super::{Handout, Node};

/// What keeps a packed type from being a NUL.
const MARK: u8 = 0x40;

/// Names as they are read: each with its type before it and a NUL behind.
#[derive(Default)]
pub(super) struct Names {
    bytes: Vec<u8>,
    count: usize,
}

impl Names {
    pub(super) fn push(&mut self, name: &CStr, reported: FileType) {
        self.bytes.push(packed(reported));
        self.bytes.extend_from_slice(name.to_bytes_with_nul());
        self.count += 1;
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }
}

/// Some names of one directory.
pub(super) struct Batch<D> {
    pub(super) node: Arc<Node<D>>,
    bytes: Arc<Vec<u8>>,
    from: usize,
    /// How many.
    pub(super) count: usize,
    pub(super) handout: Handout,
    /// Where the names begin that were last taken off.
    taken: usize,
}

impl<D> Batch<D> {
    pub(super) fn new(node: Arc<Node<D>>, mut names: Names, handout: Handout) -> Self {
        names.bytes.shrink_to_fit();
        Self {
            node,
            bytes: Arc::new(names.bytes),
            from: 0,
            count: names.count,
            handout,
            taken: 0,
        }
    }

    /// Takes the first `most` names off.
    pub(super) fn split(&mut self, most: usize) -> Self {
        let count = most.min(self.count);
        let first = Self {
            node: Arc::clone(&self.node),
            bytes: Arc::clone(&self.bytes),
            from: self.from,
            count,
            handout: self.handout,
            taken: 0,
        };
        let length: usize = (first.iter())
            .map(|(name, _)| 1 + name.to_bytes_with_nul().len())
            .sum();
        self.taken = self.from;
        self.from += length;
        self.count -= count;
        first
    }

    /// As it is handed out: where it goes in turn, in two parts, each by itself.
    ///
    /// What the next name asks of a server before it holds the directory, as
    /// whether it may be made at all, is asked while the one before is made.
    pub(super) fn turns(mut self) -> impl Iterator<Item = Self> {
        let first =
            (self.handout == Handout::InTurn && self.count > 1).then(|| self.split(self.count / 2));
        first.into_iter().chain([self])
    }

    /// Whether this name was the first of those that were last taken off.
    fn is_after(&self, name: &CStr) -> bool {
        let names = self.bytes.get(self.taken + 1..).unwrap_or_default();
        names.starts_with(name.to_bytes_with_nul())
    }

    /// The names, and the types that were read with them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&CStr, FileType)> {
        let mut rest = &self.bytes[self.from..];
        std::iter::from_fn(move || {
            let (kind, names) = rest.split_first()?;
            let name = CStr::from_bytes_until_nul(names).ok()?;
            rest = &names[name.to_bytes_with_nul().len()..];
            Some((name, unpacked(*kind)))
        })
        .take(self.count)
    }
}

/// Directories that are to be entered, all in one; the last one first.
pub(super) struct Pending<D> {
    pub(super) parent: Arc<Node<D>>,
    pub(super) names: Vec<CString>,
    pub(super) handout: Handout,
}

impl<D> Pending<D> {
    pub(super) fn new(parent: Arc<Node<D>>, names: Vec<CString>, handout: Handout) -> Self {
        Self {
            parent,
            names,
            handout,
        }
    }

    /// As [`Batch::turns`]; nothing if there are no directories.
    pub(super) fn turns(mut self) -> impl Iterator<Item = Self> {
        let first = (self.handout == Handout::InTurn && self.names.len() > 1).then(|| {
            let names = self.names.split_off(self.names.len() / 2);
            Self::new(Arc::clone(&self.parent), names, self.handout)
        });
        let all = first.into_iter().chain([self]);
        all.filter(|pending| !pending.names.is_empty())
    }
}

/// What waits until a name in the same directory is made.
pub(super) enum Waiting<D> {
    Names(Batch<D>),
    /// Directories, and the name.
    Directories(CString, Pending<D>),
}

impl<D> Waiting<D> {
    /// Whether it waits for this name.
    pub(super) fn is_after(&self, name: &CStr) -> bool {
        match self {
            Self::Names(batch) => batch.is_after(name),
            Self::Directories(made, _) => **made == *name,
        }
    }
}

const TYPES: [FileType; 8] = [
    FileType::Unknown,
    FileType::RegularFile,
    FileType::Directory,
    FileType::Symlink,
    FileType::Fifo,
    FileType::Socket,
    FileType::CharacterDevice,
    FileType::BlockDevice,
];

fn packed(kind: FileType) -> u8 {
    let at = (0_u8..).zip(TYPES).find(|(_, known)| *known == kind);
    MARK | at.map_or(0, |(at, _)| at)
}

fn unpacked(byte: u8) -> FileType {
    TYPES[usize::from(byte & !MARK) % TYPES.len()]
}
