//! Names of a directory, packed, and the part of them one worker takes.
//!
//! Boundary: plain data. A million names wait in a few megabytes: one buffer a
//! batch, and no allocation a name.

use std::ffi::CStr;
use std::sync::Arc;

use rustix::fs::FileType;

use super::Node;

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
}

impl<D> Batch<D> {
    pub(super) fn new(node: Arc<Node<D>>, mut names: Names) -> Self {
        names.bytes.shrink_to_fit();
        Self {
            node,
            bytes: Arc::new(names.bytes),
            from: 0,
            count: names.count,
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
        };
        let length: usize = (first.iter())
            .map(|(name, _)| 1 + name.to_bytes_with_nul().len())
            .sum();
        self.from += length;
        self.count -= count;
        first
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
