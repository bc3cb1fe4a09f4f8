//! The conductor's way to the printer: which output is due, and the last of it.
//!
//! Boundary: hands pieces on and hears how writing fails; the printer writes.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Conductor, Waiting};
use crate::exec::{CancelLevel, Stream};
use crate::output::{Chunk, Order, Print, PrintError, RunEnd, Write};
use crate::run::order::{base, stage_of};
use crate::run::signals::{Signals, Word};
use crate::ui;

/// How long a run that a signal has ended waits for its last output to be read.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How many writes may wait for a reader that does not read while the run is
/// being ended.
const STUCK: usize = 64;

impl Conductor {
    /// Lets a running job pass its output on when nothing else can come first.
    pub(super) fn grant(&mut self) {
        if self.order == Order::Input {
            let turn = self.sequencer.turn();
            if let Some(stage) = self.stages.get(stage_of(turn)) {
                stage.slots.live.allow(turn);
            }
            return;
        }
        if !self.streams {
            return;
        }
        let mut left = (0..)
            .zip(&self.stages)
            .filter(|(_, stage)| !stage.is_done());
        // The last one standing.
        if let (Some((index, stage)), None) = (left.next(), left.next())
            && let Some(place) = stage.last_one()
        {
            stage.slots.live.allow(base(index) + place);
        }
    }

    pub(super) fn queue_writes(
        &mut self,
        writes: &mut Vec<Write<Waiting, Chunk>>,
        prints: &mut VecDeque<Print>,
    ) {
        let writes = writes.drain(..);
        if self.queue.is_none() {
            return;
        }
        // A run that is being ended does not gather what nobody reads.
        let is_stuck = self.cancel.level() >= CancelLevel::End && prints.len() > STUCK;
        for write in writes {
            match write {
                Write::Piece(..) if is_stuck => {}
                Write::Piece(stream, Chunk::Bytes(bytes)) => {
                    prints.push_back(Print::Bytes(stream, bytes));
                }
                Write::Piece(stream, Chunk::Captured(held)) => {
                    prints.push_back(Print::Captured(stream, held));
                }
                Write::Rest(Waiting(out, err)) => {
                    let both = [(Stream::Out, out), (Stream::Err, err)];
                    let full = both.into_iter().filter(|(_, held)| !held.is_empty());
                    prints.extend(full.map(|(stream, held)| Print::Captured(stream, held)));
                }
            }
        }
    }

    pub(super) fn printing_failed(
        &mut self,
        error: Option<PrintError>,
        prints: &mut VecDeque<Print>,
    ) {
        self.queue = None;
        self.failed = None;
        prints.clear();
        match error {
            None => {}
            Some(PrintError::Closed) => self.reader_gone(),
            Some(PrintError::Held(error)) => self.fail(error),
            Some(PrintError::File(path, error)) => self.fail(format_args!(
                "cannot write {}: {} (jobs that ran are done; their rows are lost)",
                ui::Shown(path.as_os_str().as_encoded_bytes()),
                ui::Errno(&error)
            )),
            Some(PrintError::Write(stream, error)) => {
                let name = match stream {
                    Stream::Out => "output",
                    Stream::Err => "error",
                };
                self.fail(format_args!(
                    "cannot write to standard {name}: {} (jobs that ran are done; what they printed is lost)",
                    ui::Errno(&error)
                ));
            }
        }
    }

    /// As any filter dies whose reader has gone, and as quietly.
    pub(super) fn reader_gone(&mut self) {
        if matches!(self.summary.end, RunEnd::Complete | RunEnd::Halted(_)) {
            self.summary.end = RunEnd::Signal(nix::libc::SIGPIPE);
        }
        self.stop(CancelLevel::End);
    }

    /// Gets the last output out. A run that a signal ended does not wait for a
    /// reader that does not read.
    pub(super) async fn finish(&mut self, signals: &mut Signals, mut prints: VecDeque<Print>) {
        let mut given_up = false;
        while self.failed.is_some() && !given_up {
            let hurry = matches!(self.summary.end, RunEnd::Signal(_) | RunEnd::Stopped);
            if prints.is_empty() {
                self.queue = None;
            }
            let step = async {
                tokio::select! {
                    biased;
                    error = print_failure(&mut self.failed) => Step::Ended(error),
                    () = print(self.queue.as_ref(), &mut prints), if !prints.is_empty() => Step::Went,
                    word = signals.next() => Step::Word(word),
                }
            };
            let step = if hurry {
                timeout(LAST_WORDS, step).await.ok()
            } else {
                Some(step.await)
            };
            match step {
                None => given_up = true,
                Some(Step::Went) => {}
                Some(Step::Word(word)) => self.heed(word),
                Some(Step::Ended(error)) => self.printing_failed(error, &mut prints),
            }
        }
    }
}

/// What happened while the last output was on its way.
enum Step {
    Went,
    Word(Word),
    Ended(Option<PrintError>),
}

/// Waits for the printer to fail, or to have done all it was given.
pub(super) async fn print_failure(
    failed: &mut Option<oneshot::Receiver<PrintError>>,
) -> Option<PrintError> {
    match failed {
        Some(failed) => failed.await.ok(),
        None => std::future::pending().await,
    }
}

/// Hands the first of `prints` to the printer when it has room.
pub(super) async fn print(queue: Option<&Sender<Print>>, prints: &mut VecDeque<Print>) {
    let Some(queue) = queue else {
        return std::future::pending().await;
    };
    match queue.reserve().await {
        Ok(place) => {
            if let Some(print) = prints.pop_front() {
                place.send(print);
            }
        }
        // The thread has ended; its error says why.
        Err(_) => std::future::pending().await,
    }
}
