//! Giving a job what it reads.
//!
//! Boundary: moves a block to where the job reads it. On the slot's own thread
//! where that never blocks (a pipe that is polled, a file); a FIFO, which waits
//! for the job to open it, and a lane, which waits for blocks, have a thread.
//!
//! A job that does not read, or not to the end, is no failure.

mod kept;
mod poured;
mod streamed;
mod write;

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags};

use super::{Feed, FeedError};
pub(super) use kept::Kept;
use poured::{Flow, Poured};
use streamed::Streamed;
use write::Given;

/// How much stack a thread needs that only moves bytes.
const STACK: usize = 256 << 10;

/// What becomes of the job's standard input, before it starts.
pub(super) struct Opened<'a> {
    /// The end that the job gets, if it is not prun's own standard input.
    pub(super) stdin: Option<PipeReader>,
    feed: &'a Feed,
    writer: Option<PipeWriter>,
}

impl<'a> Opened<'a> {
    /// Makes what `feed` needs to be there when the job starts, but the files:
    /// those are made once, see [`Kept`].
    pub(super) fn new(feed: &'a Feed) -> io::Result<Self> {
        let is_piped = matches!(feed, Feed::Stdin(_) | Feed::Lane(_));
        let pipe = is_piped.then(io::pipe).transpose()?;
        let (stdin, writer) = pipe.unzip();
        Ok(Self {
            stdin,
            feed,
            writer,
        })
    }

    /// Begins to feed the job, which has started.
    pub(super) fn begin(self) -> Feeding<'a> {
        // The job has its own by now: with this one open no writer would see
        // that the job has closed it.
        drop(self.stdin);
        match (self.feed, self.writer) {
            (Feed::Stdin(block), Some(writer)) => Feeding::Pipe(Poured::new(block, writer)),
            (Feed::Lane(lane), Some(writer)) => Feeding::Lane(Streamed::start(lane, writer)),
            _ => Feeding::Nothing,
        }
    }
}

/// A running job's supply.
pub(super) enum Feeding<'a> {
    /// There is none, or it is all given.
    Nothing,
    /// A block through a pipe that is polled.
    Pipe(Poured<'a>),
    /// Blocks of a lane, by a thread.
    Lane(Streamed<'a>),
}

impl Feeding<'_> {
    /// Gives the job what it takes now; an error is one of the data.
    pub(super) fn step(&mut self) -> Result<(), FeedError> {
        let Self::Pipe(poured) = self else {
            return Ok(());
        };
        match poured.pour() {
            Ok(Flow::Full) => Ok(()),
            Ok(Flow::Done) => {
                poured.writer = None;
                Ok(())
            }
            Err(error) => {
                poured.writer = None;
                Err(error)
            }
        }
    }

    /// Adds the pipe to a poll set, if there is still something to give.
    pub(super) fn watch<'p>(&'p self, fds: &mut Vec<PollFd<'p>>) -> Option<usize> {
        let Self::Pipe(Poured {
            writer: Some(writer),
            ..
        }) = self
        else {
            return None;
        };
        fds.push(PollFd::from_borrowed_fd(writer.as_fd(), PollFlags::OUT));
        Some(fds.len() - 1)
    }

    /// The job has ended: how much it was given, and why not all.
    pub(super) fn end(self) -> Given {
        match self {
            Self::Nothing => (0, None),
            // As GNU parallel counts: what it does not read was there for it.
            Self::Pipe(poured) => (poured.block.len(), None),
            Self::Lane(streamed) => streamed.end(),
        }
    }
}
