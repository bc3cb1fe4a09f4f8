//! Writing to standard output and standard error.
//!
//! Boundary: writes what it is given, in order, and says what failed. The
//! thread it runs on is `run/`'s.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::BorrowedFd;
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::exec::{Captured, SpillError, Stream, WriteError};
use crate::ui::{self, Cursor};

/// How much is gathered into one write.
const GATHER: usize = 64 << 10;

/// One thing to write.
pub enum Print {
    /// Bytes.
    Bytes(Stream, Vec<u8>),
    /// Output that was held by its job.
    Captured(Stream, Captured),
}

/// Where standard output of jobs is written.
#[derive(Debug, Default)]
pub enum Paper {
    /// To prun's own standard output.
    #[default]
    Own,
    /// To this file (`--results FILE.csv`).
    File(File, PathBuf),
}

/// Why output could not be written.
#[derive(Debug)]
pub enum PrintError {
    /// The reader of standard output has gone (`| head`).
    Closed,
    /// A stream could not be written to.
    Write(Stream, io::Error),
    /// The file could not be written to.
    File(PathBuf, io::Error),
    /// Held output could not be read back.
    Held(SpillError),
}

/// Writes, with small ones to one stream made into a large one.
pub struct Printer {
    paper: Paper,
    stream: Stream,
    bytes: Vec<u8>,
    terminals: Terminals,
}

/// Which streams are terminals: progress may be drawn there.
struct Terminals {
    out: bool,
    err: bool,
}

impl Printer {
    /// Writes standard output to `paper`.
    pub fn new(paper: Paper) -> Self {
        Self {
            paper,
            stream: Stream::Out,
            bytes: Vec::with_capacity(GATHER),
            terminals: Terminals {
                out: io::stdout().is_terminal(),
                err: io::stderr().is_terminal(),
            },
        }
    }

    /// Writes `print` now or with what comes next.
    pub fn take(&mut self, print: Print) -> Result<(), PrintError> {
        let which = |error| match error {
            WriteError::Read(error) => PrintError::Held(error),
            WriteError::Write(error) => error,
        };
        match print {
            Print::Bytes(stream, bytes) => self.add(stream, &bytes),
            Print::Captured(stream, captured) => captured
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
            return self.write(stream, bytes);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes what has been gathered.
    pub fn flush(&mut self) -> Result<(), PrintError> {
        let result = self.write(self.stream, &self.bytes);
        self.bytes.clear();
        result
    }

    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), PrintError> {
        let is_terminal = match stream {
            Stream::Out => self.terminals.out && matches!(self.paper, Paper::Own),
            Stream::Err => self.terminals.err,
        };
        if !is_terminal || bytes.is_empty() {
            return write_out(&self.paper, stream, bytes);
        }
        let mut result = Ok(());
        ui::aside(|| {
            result = write_out(&self.paper, stream, bytes);
            Cursor::behind(bytes)
        });
        result
    }
}

fn write_out(paper: &Paper, stream: Stream, bytes: &[u8]) -> Result<(), PrintError> {
    if let (Stream::Out, Paper::File(file, path)) = (stream, paper) {
        let mut file = file;
        return file
            .write_all(bytes)
            .map_err(|error| PrintError::File(path.clone(), error));
    }
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

/// Whether nobody can read what goes to standard output any more: a pipe whose
/// other end is closed (poll(2), POLLERR).
pub fn is_reader_gone() -> bool {
    let mut fds = [PollFd::from_borrowed_fd(
        rustix::stdio::stdout(),
        PollFlags::empty(),
    )];
    let polled = poll(&mut fds, Some(&Timespec::default()));
    polled.is_ok() && fds[0].revents().contains(PollFlags::ERR)
}

/// Somebody else made the stream non-blocking (a terminal is shared).
fn wait_writable(stream: Stream) {
    let fd: BorrowedFd<'_> = match stream {
        Stream::Out => rustix::stdio::stdout(),
        Stream::Err => rustix::stdio::stderr(),
    };
    let _ = poll(&mut [PollFd::from_borrowed_fd(fd, PollFlags::OUT)], None);
}
