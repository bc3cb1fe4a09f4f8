//! Work that prun does by itself, on threads that slots lend to it.
//!
//! Boundary: when the work's parts are called, and how it hears the cancel
//! switches; what the work is (a copy, a comparison) is not known here. A slot
//! has one job for the whole stage and gives its thread away until there is no
//! more to do, so nothing per file passes the runner's queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Cancel, CancelLevel, Executor, Job, JobIo, Outcome, Output};
use crate::copy::{Control, Engine, Stop};

/// The status of a worker that panicked, as that of Rust's programs.
const PANICKED: i32 = 101;

/// Work for any number of threads.
pub trait NativeWork: Send + Sync {
    /// One thread's part: returns when there is no more to do, or soon after
    /// `control` has said stop. May be called again after that.
    fn work(&self, output: &mut dyn Output, control: Control<'_>);

    /// What is done once, after all parts.
    fn finish(&self, output: &mut dyn Output, control: Control<'_>);
}

impl NativeWork for Engine {
    fn work(&self, _output: &mut dyn Output, control: Control<'_>) {
        Engine::work(self, control);
    }

    fn finish(&self, _output: &mut dyn Output, control: Control<'_>) {
        Engine::finish(self, control);
    }
}

/// The executor that does a stage's native work.
pub struct Native {
    work: Arc<dyn NativeWork>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many threads are at work.
    active: usize,
    is_finished: bool,
    has_panicked: bool,
}

impl Native {
    /// An executor for `work`.
    pub fn new(work: Arc<dyn NativeWork>) -> Self {
        Self {
            work,
            state: Mutex::default(),
        }
    }

    /// Notes that a thread's part is over; true if it is to finish the work.
    ///
    /// A part is over when all is done or nothing more may be begun, so when
    /// nobody is at work any more nobody will be: a slot that takes its job
    /// later finds nothing to do.
    fn leaves(&self, has_panicked: bool) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.active -= 1;
        state.has_panicked |= has_panicked;
        // What a worker left in a state that nobody knows is left alone.
        let finishes = state.active == 0 && !state.is_finished && !state.has_panicked;
        state.is_finished |= finishes;
        finishes
    }
}

impl Executor for Native {
    fn execute(&self, _job: &Job<'_>, io: &mut JobIo<'_>, cancel: &Cancel) -> Outcome {
        let control = || {
            if cancel.level() >= CancelLevel::End {
                Stop::Soon
            } else {
                Stop::No
            }
        };
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .active += 1;
        let work = AssertUnwindSafe(|| self.work.work(io.output, &control));
        let is_whole = catch_unwind(work).is_ok();
        let is_finished = !self.leaves(!is_whole) || {
            // What was begun is put in order after the first signal too: what
            // could not be stored must not look complete.
            let control = || {
                if cancel.level() >= CancelLevel::Kill {
                    Stop::Soon
                } else {
                    Stop::No
                }
            };
            let finish = AssertUnwindSafe(|| self.work.finish(io.output, &control));
            catch_unwind(finish).is_ok()
        };
        if is_whole && is_finished {
            Outcome::Exited(0)
        } else {
            // The others would wait for what this one was doing.
            cancel.raise(CancelLevel::End);
            Outcome::Exited(PANICKED)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::exec::{Action, Feed, Stream};
    use crate::template::{Argv, Values};

    struct Silent;

    impl Output for Silent {
        fn take(&mut self, _stream: Stream, _chunk: &[u8]) {}

        fn holds(&self) -> bool {
            false
        }

        fn idle(&mut self) {}

        fn blocked(&self) -> Duration {
            Duration::ZERO
        }
    }

    /// Counts its calls; a part lasts until all parts have begun.
    struct Counting {
        parts: usize,
        begun: AtomicUsize,
        ended: AtomicUsize,
        finished: AtomicUsize,
        panics: bool,
    }

    impl NativeWork for Counting {
        fn work(&self, _output: &mut dyn Output, control: Control<'_>) {
            let me = self.begun.fetch_add(1, Ordering::SeqCst);
            assert!(!(self.panics && me == 0), "the part that panics");
            while self.begun.load(Ordering::SeqCst) < self.parts && control() == Stop::No {
                std::thread::yield_now();
            }
            self.ended.fetch_add(1, Ordering::SeqCst);
        }

        fn finish(&self, _output: &mut dyn Output, _control: Control<'_>) {
            assert_eq!(self.ended.load(Ordering::SeqCst), self.parts);
            self.finished.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn counting(parts: usize, panics: bool) -> Arc<Counting> {
        Arc::new(Counting {
            parts,
            begun: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
            panics,
        })
    }

    fn execute(native: &Native, cancel: &Cancel) -> Outcome {
        let job = Job {
            action: Action::Native,
            values: Values {
                records: &[],
                seq: 1,
                slot: 1,
                dest: None,
                total: None,
            },
            timeout: None,
            reins: None,
            feed: &Feed::Nothing,
        };
        let mut io = JobIo {
            argv: &mut Argv::new(),
            buffer: &mut [],
            output: &mut Silent,
            sent: 0,
        };
        native.execute(&job, &mut io, cancel)
    }

    #[test]
    fn the_last_one_finishes_and_only_once() {
        let work = counting(8, false);
        let native = Native::new(Arc::clone(&work) as Arc<dyn NativeWork>);
        let cancel = Cancel::new().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert!(execute(&native, &cancel).succeeded()));
            }
        });
        assert_eq!(work.finished.load(Ordering::SeqCst), 1);
        // A slot that comes late.
        assert!(execute(&native, &cancel).succeeded());
        assert_eq!(work.finished.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_panic_stops_the_others_and_is_a_failure() {
        let work = counting(3, true);
        let native = Native::new(Arc::clone(&work) as Arc<dyn NativeWork>);
        let cancel = Cancel::new().unwrap();
        let failed = std::thread::scope(|scope| {
            let parts = [0, 1].map(|_| scope.spawn(|| execute(&native, &cancel)));
            parts
                .into_iter()
                .map(|part| part.join().unwrap())
                .filter(|outcome| !outcome.succeeded())
                .count()
        });
        assert_eq!(failed, 1);
        assert_eq!(cancel.level(), CancelLevel::End);
        assert_eq!(work.finished.load(Ordering::SeqCst), 0);
    }
}
