//! The reading ends of a job's output.
//!
//! Boundary: moves bytes from the job's pipes to its `Output`. Reads only
//! what is there, so that it never blocks.

use std::io::{self, PipeReader, Read};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags};

use super::{JobIo, Stream};

/// The pipes that the job, or a process it left behind, may still write to.
pub(super) struct Pipes {
    out: Option<PipeReader>,
    err: Option<PipeReader>,
}

impl Pipes {
    /// Both streams are read.
    pub(super) fn both(out: PipeReader, err: PipeReader) -> Self {
        Self {
            out: Some(out),
            err: Some(err),
        }
    }

    /// Nothing is read: the job writes to prun's own streams.
    pub(super) fn none() -> Self {
        Self {
            out: None,
            err: None,
        }
    }

    /// Adds the open pipes to a poll set, standard output first.
    pub(super) fn watch<'a>(&'a self, fds: &mut Vec<PollFd<'a>>) -> Watched {
        let mut add = |pipe: &'a Option<PipeReader>| {
            pipe.as_ref().map(|reader| {
                fds.push(PollFd::from_borrowed_fd(reader.as_fd(), PollFlags::IN));
                fds.len() - 1
            })
        };
        Watched {
            out: add(&self.out),
            err: add(&self.err),
        }
    }

    /// Reads once from each pipe that `poll` found ready.
    pub(super) fn read(&mut self, ready: Ready, io: &mut JobIo<'_>) {
        if ready.out {
            read_once(&mut self.out, Stream::Out, io);
        }
        if ready.err {
            read_once(&mut self.err, Stream::Err, io);
        }
    }

    /// Reads what the job had written when it ended. A process it left behind
    /// may hold the pipes open and go on writing: that is not the job's.
    pub(super) fn drain(&mut self, io: &mut JobIo<'_>) {
        drain_one(&mut self.out, Stream::Out, io);
        drain_one(&mut self.err, Stream::Err, io);
    }
}

/// Where the pipes stand in a poll set.
pub(super) struct Watched {
    out: Option<usize>,
    err: Option<usize>,
}

/// Which pipes can be read.
#[derive(Clone, Copy)]
pub(super) struct Ready {
    out: bool,
    err: bool,
}

impl Watched {
    /// Looks up the answers of `poll`.
    pub(super) fn ready(&self, fds: &[PollFd<'_>]) -> Ready {
        let is_ready = |index: Option<usize>| index.is_some_and(|i| !fds[i].revents().is_empty());
        Ready {
            out: is_ready(self.out),
            err: is_ready(self.err),
        }
    }
}

fn read_once(pipe: &mut Option<PipeReader>, stream: Stream, io: &mut JobIo<'_>) -> usize {
    let Some(reader) = pipe else { return 0 };
    match reader.read(io.buffer) {
        Ok(0) => *pipe = None,
        Ok(n) => {
            io.output.take(stream, &io.buffer[..n]);
            return n;
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
        // Reading a pipe of our own cannot fail otherwise; closing it makes
        // sure that the job cannot block on it.
        Err(_) => *pipe = None,
    }
    0
}

fn drain_one(pipe: &mut Option<PipeReader>, stream: Stream, io: &mut JobIo<'_>) {
    let Some(reader) = pipe else { return };
    let mut left = rustix::io::ioctl_fionread(&*reader).unwrap_or(0);
    while left > 0 && pipe.is_some() {
        let n = read_once(pipe, stream, io) as u64;
        left = left.saturating_sub(n);
    }
}
