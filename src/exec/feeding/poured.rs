//! A block on its way through a pipe that is polled.
//!
//! Boundary: never waits. What is in memory is written, a range of a file is
//! moved within the kernel, or read and written where that does not work.

use std::io::{self, PipeWriter};

use rustix::io::Errno;

use super::write::{PIECE, read, shorter};
use crate::exec::FeedError;
use crate::input::Origin;
use crate::input::blocks::{Block, Body, Part};

/// How large a pipe is made for a block: Linux's limit for users
/// (`/proc/sys/fs/pipe-max-size`). A block of the usual size then goes in at once.
#[cfg(target_os = "linux")]
const PIPE: usize = 1 << 20;

/// A block on its way through a pipe.
pub(in crate::exec) struct Poured<'a> {
    pub(super) block: &'a Block,
    pub(super) writer: Option<PipeWriter>,
    sent: u64,
    way: Splicing,
}

/// Whether a range of a file goes into the pipe without being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Splicing {
    Possible,
    Impossible,
}

/// How far it has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// The pipe takes no more now.
    Full,
    /// All is given, or the job takes no more.
    Done,
}

impl<'a> Poured<'a> {
    pub(super) fn new(block: &'a Block, writer: PipeWriter) -> Self {
        // The flag is of this end of the pipe only, so that the job does not
        // see it. Without it there would be no knowing what can be written.
        let _ = rustix::io::ioctl_fionbio(&writer, true);
        enlarge(&writer, block.len());
        Self {
            block,
            writer: Some(writer),
            sent: 0,
            way: Splicing::Possible,
        }
    }

    pub(super) fn pour(&mut self) -> Result<Flow, FeedError> {
        let Some(writer) = &self.writer else {
            return Ok(Flow::Done);
        };
        let header = self.block.header.len() as u64;
        while self.sent < self.block.len() {
            let result = if self.sent < header {
                rustix::io::write(writer, from(&self.block.header, self.sent))
            } else {
                let at = self.sent - header;
                match &self.block.body {
                    Body::Bytes(bytes) => rustix::io::write(writer, from(bytes, at)),
                    Body::Part(part) => match self.way {
                        Splicing::Possible => match splice(part, at, writer) {
                            Err(Spliced::Cannot) => {
                                self.way = Splicing::Impossible;
                                continue;
                            }
                            Err(Spliced::Ended) => return Err(shorter(part)),
                            Err(Spliced::Failed(errno)) => Err(errno),
                            Ok(count) => Ok(count),
                        },
                        Splicing::Impossible => {
                            let piece = read(part, at, PIECE)?;
                            rustix::io::write(writer, &piece)
                        }
                    },
                }
            };
            match result {
                Ok(count) => self.sent += count as u64,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(Flow::Full),
                Err(Errno::PIPE) => return Ok(Flow::Done),
                Err(errno) => return Err(unread(self.block, errno.into())),
            }
        }
        Ok(Flow::Done)
    }
}

/// Bytes from an offset on.
fn from(bytes: &[u8], at: u64) -> &[u8] {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    bytes.get(at..).unwrap_or_default()
}

#[cfg(target_os = "linux")]
fn enlarge(writer: &PipeWriter, len: u64) {
    let size = usize::try_from(len).map_or(PIPE, |len| len.min(PIPE));
    // A pipe is 64 KiB by itself; where it may not be larger, it takes longer.
    if size > 64 << 10 {
        let _ = rustix::pipe::fcntl_setpipe_size(writer, size);
    }
}

#[cfg(not(target_os = "linux"))]
fn enlarge(_writer: &PipeWriter, _len: u64) {}

/// Why nothing was spliced.
enum Spliced {
    /// It does not work with this file.
    Cannot,
    /// The file ends here.
    Ended,
    Failed(Errno),
}

/// Moves a piece of a file into the pipe, within the kernel.
#[cfg(target_os = "linux")]
fn splice(part: &Part, at: u64, writer: &PipeWriter) -> Result<usize, Spliced> {
    use rustix::pipe::{SpliceFlags, splice};
    let mut offset = part.offset + at;
    let want = usize::try_from(part.len - at).unwrap_or(usize::MAX);
    match splice(
        &*part.file,
        Some(&mut offset),
        writer,
        None,
        want.min(PIPE),
        SpliceFlags::NONBLOCK,
    ) {
        Ok(0) => Err(Spliced::Ended),
        Ok(count) => Ok(count),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Err(Spliced::Cannot),
        Err(errno) => Err(Spliced::Failed(errno)),
    }
}

#[cfg(not(target_os = "linux"))]
fn splice(_part: &Part, _at: u64, _writer: &PipeWriter) -> Result<usize, Spliced> {
    Err(Spliced::Cannot)
}

/// An error of the data, or of a pipe that is neither full nor closed.
fn unread(block: &Block, source: io::Error) -> FeedError {
    let origin = match &block.body {
        Body::Bytes(_) => Origin::Stdin,
        Body::Part(part) => part.origin.clone(),
    };
    FeedError::Read { origin, source }
}
