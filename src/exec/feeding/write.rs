//! Writing blocks where a write may wait: a file, a FIFO, the pipe of a lane.
//!
//! Boundary: counts what was written, and keeps apart whose fault it is when
//! something was not: the data's, or the reader's.

use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::exec::FeedError;
use crate::input::blocks::{Block, Body, Part};

/// How much of a file is copied at a time where splice(2) cannot.
pub(super) const PIECE: usize = 128 << 10;

/// How much a job was given, and why not all, if the data is to blame.
pub(in crate::exec) type Given = (u64, Option<FeedError>);

/// The same, while a thread gives.
#[derive(Default)]
pub(super) struct Count {
    sent: AtomicU64,
    failed: Mutex<Option<FeedError>>,
}

impl Count {
    fn add(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Notes what has gone wrong. That the job does not read is not wrong.
    pub(super) fn note(&self, result: Result<(), Unwritten>) {
        if let Err(Unwritten::From(error)) = result {
            self.fail(error);
        }
    }

    pub(super) fn fail(&self, error: FeedError) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    pub(super) fn given(&self) -> Given {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        (self.sent.load(Ordering::Relaxed), failed.take())
    }
}

/// Writes a whole block, waiting where it must.
pub(super) fn write_all<W: Write>(
    block: &Block,
    to: &mut W,
    count: &Count,
) -> Result<(), Unwritten> {
    write_header(block, to, count)?;
    write_body(block, to, count)
}

fn write_header(block: &Block, to: &mut impl Write, count: &Count) -> Result<(), Unwritten> {
    to.write_all(&block.header).map_err(Unwritten::To)?;
    count.add(block.header.len());
    Ok(())
}

pub(super) fn write_body<W: Write>(
    block: &Block,
    to: &mut W,
    count: &Count,
) -> Result<(), Unwritten> {
    let mut put = |bytes: &[u8]| {
        to.write_all(bytes).map_err(Unwritten::To)?;
        count.add(bytes.len());
        Ok(())
    };
    match &block.body {
        Body::Bytes(bytes) => put(bytes),
        Body::Part(part) => {
            let mut at = 0;
            while at < part.len {
                let piece = read(part, at, PIECE).map_err(Unwritten::From)?;
                put(&piece)?;
                at += piece.len() as u64;
            }
            Ok(())
        }
    }
}

/// Which side failed.
pub(super) enum Unwritten {
    From(FeedError),
    To(io::Error),
}

/// Reads at most `most` bytes of a range, but at least one.
pub(super) fn read(part: &Part, at: u64, most: usize) -> Result<Vec<u8>, FeedError> {
    let want = usize::try_from(part.len - at).map_or(most, |left| left.min(most));
    let mut bytes = vec![0; want];
    loop {
        match part.file.read_at(&mut bytes, part.offset + at) {
            Ok(0) => return Err(shorter(part)),
            Ok(count) => {
                bytes.truncate(count);
                return Ok(bytes);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => {
                return Err(FeedError::Read {
                    origin: part.origin.clone(),
                    source,
                });
            }
        }
    }
}

pub(super) fn shorter(part: &Part) -> FeedError {
    FeedError::Shorter {
        origin: part.origin.clone(),
    }
}
