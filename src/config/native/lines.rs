//! Whole lines on standard output, from any thread.
//!
//! Boundary: gathers and writes; a reader who has gone is seen by all who ask.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::config::env::Standard;
use crate::ui;

/// How much is gathered before it is written.
const GATHER: usize = 16 << 10;

/// Lines on their way to standard output.
pub(super) struct Lines {
    state: Mutex<State>,
    broken: AtomicBool,
    /// How much is gathered: nothing where a person looks on.
    gather: usize,
}

/// What became of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// All were written.
    Written,
    /// Nobody reads them any more.
    ReaderGone,
    /// They could not be written, which has been said.
    Failed,
}

#[derive(Default)]
struct State {
    buffer: Vec<u8>,
    error: Option<io::Error>,
}

impl Lines {
    /// Lines for a standard output of this kind.
    pub(super) fn new(stdout: Standard) -> Self {
        Self {
            state: Mutex::default(),
            broken: AtomicBool::new(false),
            gather: match stdout {
                Standard::Terminal => 0,
                Standard::Other => GATHER,
            },
        }
    }

    /// Writes a line, now or soon.
    pub(super) fn line(&self, line: &str) {
        let mut state = self.lock();
        state.buffer.extend_from_slice(line.as_bytes());
        state.buffer.push(b'\n');
        if state.buffer.len() > self.gather {
            self.write(&mut state);
        }
    }

    /// Whether nothing can be written any more.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// Writes what was gathered, and says what kept lines from being written.
    pub(super) fn end(&self) -> Ending {
        let error = {
            let mut state = self.lock();
            self.write(&mut state);
            state.error.take()
        };
        match error {
            None => Ending::Written,
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => Ending::ReaderGone,
            Some(error) => {
                ui::error(format_args!(
                    "cannot write to standard output: {}",
                    ui::Errno(&error)
                ));
                Ending::Failed
            }
        }
    }

    fn write(&self, state: &mut State) {
        let buffer = std::mem::take(&mut state.buffer);
        if self.is_broken() {
            return;
        }
        // A progress bar may be on the same terminal.
        ui::aside(|| {
            let mut stdout = io::stdout().lock();
            let written = stdout.write_all(&buffer).and_then(|()| stdout.flush());
            if let Err(error) = written {
                state.error = Some(error);
                self.broken.store(true, Ordering::Relaxed);
            }
            ui::Cursor::behind(&buffer)
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
