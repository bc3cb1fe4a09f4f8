//! Giving a job what it reads.
//!
//! Boundary: moves a block to where the job reads it. On the slot's own thread
//! where that never blocks (a pipe that is polled, a file); a FIFO, which waits
//! for the job to open it, and a lane, which waits for blocks, have a thread.
//!
//! A job that does not read, or not to the end, is no failure.

use std::fs::OpenOptions;
use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;

use super::{Feed, FeedError};
use crate::input::blocks::{Block, Body, Lane, Part};

/// How large a pipe is made for a block: Linux's limit for users
/// (`/proc/sys/fs/pipe-max-size`). A block of the usual size then goes in at once.
#[cfg(target_os = "linux")]
const PIPE: usize = 1 << 20;
/// How much stack a thread needs that only moves bytes.
const STACK: usize = 256 << 10;
/// How much of a file is copied at a time where splice(2) cannot.
const PIECE: usize = 128 << 10;

/// What becomes of the job's standard input, before it starts.
pub(super) struct Stage<'a> {
    /// The end that the job gets, if it is not prun's own standard input.
    pub(super) stdin: Option<PipeReader>,
    feed: &'a Feed,
    writer: Option<PipeWriter>,
}

impl<'a> Stage<'a> {
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

/// How much a job was given, and why not all, if the data is to blame.
pub(super) type Given = (u64, Option<FeedError>);

/// The same, while a thread gives.
#[derive(Default)]
struct Count {
    sent: AtomicU64,
    failed: Mutex<Option<FeedError>>,
}

impl Count {
    fn add(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Notes what has gone wrong. That the job does not read is not wrong.
    fn note(&self, result: Result<(), Unwritten>) {
        if let Err(Unwritten::From(error)) = result {
            self.fail(error);
        }
    }

    fn fail(&self, error: FeedError) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    fn given(&self) -> Given {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        (self.sent.load(Ordering::Relaxed), failed.take())
    }
}

/// A block on its way through a pipe.
pub(super) struct Poured<'a> {
    block: &'a Block,
    writer: Option<PipeWriter>,
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
enum Flow {
    /// The pipe takes no more now.
    Full,
    /// All is given, or the job takes no more.
    Done,
}

impl<'a> Poured<'a> {
    fn new(block: &'a Block, writer: PipeWriter) -> Self {
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

    fn pour(&mut self) -> Result<Flow, FeedError> {
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

/// Reads at most `most` bytes of a range, but at least one.
fn read(part: &Part, at: u64, most: usize) -> Result<Vec<u8>, FeedError> {
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

fn shorter(part: &Part) -> FeedError {
    FeedError::Shorter {
        origin: part.origin.clone(),
    }
}

/// An error of the data, or of a pipe that is neither full nor closed.
fn unread(block: &Block, source: io::Error) -> FeedError {
    let origin = match &block.body {
        Body::Bytes(_) => crate::input::Origin::Stdin,
        Body::Part(part) => part.origin.clone(),
    };
    FeedError::Read { origin, source }
}

/// Writes a whole block, waiting where it must.
fn write_all<W: Write>(block: &Block, to: &mut W, count: &Count) -> Result<(), Unwritten> {
    write_header(block, to, count)?;
    write_body(block, to, count)
}

fn write_header(block: &Block, to: &mut impl Write, count: &Count) -> Result<(), Unwritten> {
    to.write_all(&block.header).map_err(Unwritten::To)?;
    count.add(block.header.len());
    Ok(())
}

fn write_body<W: Write>(block: &Block, to: &mut W, count: &Count) -> Result<(), Unwritten> {
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
enum Unwritten {
    From(FeedError),
    To(io::Error),
}

/// Blocks of a lane, written by a thread of their own.
pub(super) struct Streamed<'a> {
    lane: &'a Lane,
    count: Arc<Count>,
}

impl<'a> Streamed<'a> {
    fn start(lane: &'a Lane, mut writer: PipeWriter) -> Self {
        let count = Arc::new(Count::default());
        let (taking, counting) = (lane.another(), Arc::clone(&count));
        let body = move || {
            // One job, one input: it begins with the header.
            let mut write: fn(&Block, &mut PipeWriter, &Count) -> _ = write_all;
            let mut result = Ok(());
            while result.is_ok()
                && let Some(block) = taking.take()
            {
                result = write(&block, &mut writer, &counting);
                write = write_body;
            }
            // Before the job sees the end of its input, and may end.
            counting.note(result);
            taking.leave();
        };
        let thread = std::thread::Builder::new()
            .name("lane".into())
            .stack_size(STACK);
        if let Err(error) = thread.spawn(body) {
            count.fail(FeedError::Thread(error));
            lane.leave();
        }
        Self { lane, count }
    }

    /// The thread may still be in a write to a process that the job has left
    /// behind; it ends with that, or with prun.
    fn end(self) -> Given {
        self.lane.leave();
        self.count.given()
    }
}

/// A file or FIFO that is there while a job runs.
pub(super) struct Kept<'a> {
    path: &'a Path,
    count: Arc<Count>,
    /// Hears when the thread of a FIFO has opened it, or could not.
    opened: Option<Receiver<()>>,
}

impl<'a> Kept<'a> {
    /// Makes what `feed` is to be read from, if it is read by name.
    pub(super) fn new(feed: &'a Feed) -> Result<Option<Self>, FeedError> {
        let count = Arc::new(Count::default());
        match feed {
            Feed::File(block, path) => {
                let keep = |source| keep(path, source);
                let kept = Self {
                    path,
                    count,
                    opened: None,
                };
                let mut options = OpenOptions::new();
                let file = options.write(true).create_new(true).mode(0o600);
                let mut file = file.open(path).map_err(keep)?;
                match write_all(block, &mut file, &kept.count) {
                    Ok(()) => Ok(Some(kept)),
                    Err(Unwritten::From(error)) => Err(error),
                    Err(Unwritten::To(error)) => Err(keep(error)),
                }
            }
            Feed::Fifo(block, path) => {
                use nix::sys::stat::Mode;
                let made = nix::unistd::mkfifo(path.as_path(), Mode::S_IRUSR | Mode::S_IWUSR);
                made.map_err(|errno| keep(path, errno.into()))?;
                let (name, block, counting) = (path.clone(), Arc::clone(block), Arc::clone(&count));
                let (tell, opened) = channel();
                let kept = Self {
                    path,
                    count,
                    opened: Some(opened),
                };
                let body = move || {
                    // Waits until the job opens it.
                    let fifo = OpenOptions::new().write(true).open(name);
                    drop(tell);
                    if let Ok(mut fifo) = fifo {
                        counting.note(write_all(&block, &mut fifo, &counting));
                    }
                };
                let thread = std::thread::Builder::new()
                    .name("fifo".into())
                    .stack_size(STACK);
                thread.spawn(body).map_err(FeedError::Thread)?;
                Ok(Some(kept))
            }
            Feed::Nothing | Feed::Stdin(_) | Feed::Lane(_) => Ok(None),
        }
    }

    /// The job has ended: how much it was given, and why not all.
    pub(super) fn end(self) -> Given {
        let count = Arc::clone(&self.count);
        drop(self);
        count.given()
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if let Some(opened) = self.opened.take() {
            // If the job has not opened it, the thread still waits for somebody.
            let mut options = OpenOptions::new();
            let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
            let reader = options.read(true).custom_flags(nonblocking).open(self.path);
            // Its writing is not waited for: a process that the job has left
            // behind may go on reading.
            if reader.is_ok() {
                let _ = opened.recv();
            }
        }
        let _ = std::fs::remove_file(self.path);
    }
}

fn keep(path: &Path, source: io::Error) -> FeedError {
    FeedError::Keep {
        path: PathBuf::from(path),
        source,
    }
}
