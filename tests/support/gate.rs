//! A FIFO as a gate: a job that runs `read _ <gate` stops there, the test sees it arrive, and decides when it goes on.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use super::wait::wait_until;

/// A gate that one job at a time passes.
pub(crate) struct Gate {
    path: PathBuf,
}

/// A job stands at the gate and waits for this to go.
#[must_use = "the job goes on, and its read fails, when this is dropped: say so with release()"]
pub(crate) struct Held {
    writer: File,
}

impl Gate {
    #[track_caller]
    pub(crate) fn make(path: PathBuf) -> Gate {
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::from_bits_truncate(0o666))
            .unwrap_or_else(|e| panic!("mkfifo {}: {e}", path.display()));
        Gate { path }
    }

    /// Waits until a job has opened the gate for reading; the job stays there until the result is released.
    #[track_caller]
    pub(crate) fn arrived(&self) -> Held {
        let mut held = None;
        wait_until(&format!("a job opens {}", self.path.display()), || {
            held = self.now();
            held.is_some()
        });
        held.expect("the wait ended with a writer")
    }

    /// Whether a job stands there at this moment; it is held if so. (Opening for writing fails while nobody reads.)
    pub(crate) fn now(&self) -> Option<Held> {
        let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        let writer = OpenOptions::new()
            .write(true)
            .custom_flags(nonblocking)
            .open(&self.path)
            .ok()?;
        Some(Held { writer })
    }

    /// Waits for a job and lets it pass.
    #[track_caller]
    pub(crate) fn pass(&self) {
        self.arrived().release();
    }
}

impl Held {
    /// Gives the job something to read.
    #[track_caller]
    pub(crate) fn write(&self, text: &str) {
        (&self.writer)
            .write_all(text.as_bytes())
            .expect("the job reads");
    }

    /// Whether the job that was held is gone, and nobody else stands there.
    pub(crate) fn is_alone(&self) -> bool {
        let gone = std::io::ErrorKind::BrokenPipe;
        (&self.writer)
            .write_all(b"\n")
            .is_err_and(|error| error.kind() == gone)
    }

    /// Lets the job go on: its `read` gets a line, and succeeds. (Of a job that is gone, nobody minds.)
    pub(crate) fn release(self) {
        let _ = (&self.writer).write_all(b"\n");
    }
}
