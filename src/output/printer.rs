//! The one thread that writes to standard output and standard error.
//!
//! Boundary: writes what it is given, in order, and reports the first write
//! that fails. A thread of its own, because a write to a terminal or a pager
//! may block for minutes and signals must be heard meanwhile.

use std::io::{self, Write};
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

use super::overflow::Extent;
use crate::exec::{Captured, SpillError, Stream, WriteError};

/// How many writes may wait for the thread.
const QUEUE: usize = 64;
/// How much is gathered into one write.
const GATHER: usize = 64 << 10;

/// One thing to write.
pub enum Print {
    /// Bytes.
    Bytes(Stream, Vec<u8>),
    /// Output that was held by its job.
    Captured(Stream, Captured),
    /// Output that was parked.
    Parked(Stream, Extent),
}

/// Why output could not be written.
#[derive(Debug)]
pub enum PrintError {
    /// The reader of standard output has gone (`| head`).
    Closed,
    /// A stream could not be written to.
    Write(Stream, io::Error),
    /// Held output could not be read back.
    Held(SpillError),
}

/// The conductor's end of the thread.
pub struct Printer {
    /// Takes what is to be written. When it is dropped, the thread ends as soon
    /// as it has written the rest.
    pub queue: Sender<Print>,
    /// The first error. Closed without one when all has been written.
    pub failed: oneshot::Receiver<PrintError>,
}

impl Printer {
    /// Starts the thread.
    pub fn start() -> io::Result<Self> {
        let (queue, prints) = channel(QUEUE);
        let (failure, failed) = oneshot::channel();
        std::thread::Builder::new()
            .name("printer".into())
            .spawn(move || print_all(prints, failure))?;
        Ok(Self { queue, failed })
    }
}

fn print_all(mut prints: Receiver<Print>, failure: oneshot::Sender<PrintError>) {
    let mut failure = Some(failure);
    let mut gathered = Gathered {
        stream: Stream::Out,
        bytes: Vec::with_capacity(GATHER),
    };
    while let Some(print) = prints.blocking_recv() {
        if failure.is_none() {
            // Jobs go on to their ends; what they print has nowhere to go.
            continue;
        }
        let mut result = gathered.take(print);
        if result.is_ok() && prints.is_empty() {
            result = gathered.flush();
        }
        if let Err(error) = result
            && let Some(failure) = failure.take()
        {
            let _ = failure.send(error);
        }
    }
    if let Some(failure) = failure
        && let Err(error) = gathered.flush()
    {
        let _ = failure.send(error);
    }
}

/// Small writes to one stream, made into a large one.
struct Gathered {
    stream: Stream,
    bytes: Vec<u8>,
}

impl Gathered {
    fn take(&mut self, print: Print) -> Result<(), PrintError> {
        let which = |error| match error {
            WriteError::Read(error) => PrintError::Held(error),
            WriteError::Write(error) => error,
        };
        match print {
            Print::Bytes(stream, bytes) => self.add(stream, &bytes),
            Print::Captured(stream, mut captured) => captured
                .write_to(&mut |piece| self.add(stream, piece))
                .map_err(which),
            Print::Parked(stream, extent) => extent
                .write_to(&mut |piece| self.add(stream, piece))
                .map_err(which),
        }
    }

    fn add(&mut self, stream: Stream, bytes: &[u8]) -> Result<(), PrintError> {
        if stream != self.stream || self.bytes.len() + bytes.len() > GATHER {
            self.flush()?;
            self.stream = stream;
        }
        if bytes.len() >= GATHER {
            return write_out(stream, bytes);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), PrintError> {
        let result = write_out(self.stream, &self.bytes);
        self.bytes.clear();
        result
    }
}

fn write_out(stream: Stream, bytes: &[u8]) -> Result<(), PrintError> {
    let mut rest = bytes;
    while !rest.is_empty() {
        // Unbuffered descriptors: std's own buffer would add a copy, and would
        // cut what is written at newlines.
        let written = match stream {
            Stream::Out => {
                rustix::io::write(rustix::stdio::stdout(), rest).map_err(io::Error::from)
            }
            Stream::Err => io::stderr().write(rest),
        };
        match written {
            Ok(n) => rest = &rest[n..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait_writable(stream),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe && stream == Stream::Out => {
                return Err(PrintError::Closed);
            }
            Err(error) => return Err(PrintError::Write(stream, error)),
        }
    }
    Ok(())
}

/// Somebody else made the stream non-blocking (a terminal is shared).
fn wait_writable(stream: Stream) {
    let fd: BorrowedFd<'_> = match stream {
        Stream::Out => rustix::stdio::stdout(),
        Stream::Err => rustix::stdio::stderr(),
    };
    let _ = poll(&mut [PollFd::from_borrowed_fd(fd, PollFlags::OUT)], None);
}
