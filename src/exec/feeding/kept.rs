//! A file or FIFO with a block.
//!
//! Boundary: makes it before the job, removes it after; a FIFO has a thread
//! that waits until the job opens it.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use super::STACK;
use super::write::{Count, Given, Unwritten, write_all};
use crate::exec::{Feed, FeedError};

/// A file or FIFO that is there while a job runs.
pub(in crate::exec) struct Kept<'a> {
    path: &'a Path,
    count: Arc<Count>,
    /// Hears when the thread of a FIFO has opened it, or could not.
    opened: Option<Receiver<()>>,
}

impl<'a> Kept<'a> {
    /// Makes what `feed` is to be read from, if it is read by name.
    pub(in crate::exec) fn new(feed: &'a Feed) -> Result<Option<Self>, FeedError> {
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
    pub(in crate::exec) fn end(self) -> Given {
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
