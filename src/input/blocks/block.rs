//! One block: what one job reads.
//!
//! Boundary: plain data. A block can be read again from its beginning, so that
//! a job can be tried again.

use std::fmt;
use std::fs::File;
use std::sync::Arc;

use super::budget::Share;
use super::spec::LeftOut;
use crate::input::Origin;

/// What one job reads: a header, then whole records.
#[derive(Debug)]
pub struct Block {
    /// What stands before each block; may be empty.
    pub header: Arc<[u8]>,
    /// The records.
    pub body: Body,
    /// What of the memory for blocks it takes, until it is dropped.
    _share: Option<Share>,
}

/// Where the records of a block are.
#[derive(Debug)]
pub enum Body {
    /// In memory.
    Bytes(Vec<u8>),
    /// In a file.
    Part(Part),
}

/// A range of a file.
#[derive(Clone)]
pub struct Part {
    /// The file, open for reading.
    pub file: Arc<File>,
    /// How messages call it.
    pub origin: Origin,
    /// Where the range begins.
    pub offset: u64,
    /// How long it is.
    pub len: u64,
}

impl Block {
    /// A block in memory.
    pub(super) fn of_bytes(header: &Arc<[u8]>, bytes: Vec<u8>, share: Option<Share>) -> Self {
        Self {
            header: Arc::clone(header),
            body: Body::Bytes(bytes),
            _share: share,
        }
    }

    /// A range of a file, which takes no memory.
    pub(super) fn of_part(header: &Arc<[u8]>, part: Part) -> Self {
        Self {
            header: Arc::clone(header),
            body: Body::Part(part),
            _share: None,
        }
    }

    /// How many bytes a job reads, the header included.
    pub fn len(&self) -> u64 {
        let body = match &self.body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::Part(part) => part.len,
        };
        self.header.len() as u64 + body
    }

    /// Whether `left_out` tells that no job is to be started for it. Only blocks
    /// in memory are ever looked at.
    pub fn is_left_out(&self, left_out: LeftOut) -> bool {
        let Body::Bytes(bytes) = &self.body else {
            return false;
        };
        match left_out {
            LeftOut::None => false,
            LeftOut::Empty => bytes.is_empty(),
            LeftOut::Blank => bytes.iter().all(u8::is_ascii_whitespace),
        }
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {} for {}", self.origin, self.offset, self.len)
    }
}
