//! The totals of a run, and the exit status they make.
//!
//! Boundary: counts what it is told and owns the one table of exit statuses;
//! printing and exiting are `main`'s.

use crate::exec::Outcome;

/// How many failed jobs are remembered by name.
const REMEMBERED: usize = 10;

/// A job that failed, as it is told at the end.
#[derive(Debug)]
pub struct Failure {
    /// Its sequence number.
    pub seq: u64,
    /// How it ended.
    pub how: String,
    /// The job as a pasteable line.
    pub line: Vec<u8>,
}

/// What brought the run to its end.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum RunEnd {
    /// There was nothing more to do.
    #[default]
    Complete,
    /// `--halt` was fulfilled, with the status it gives.
    Halted(i32),
    /// A signal to prun, to be raised again.
    Signal(i32),
    /// A signal to prun on GNU parallel's face, where it is an error of the run.
    Stopped,
    /// prun itself could not go on; the message has been printed.
    Error,
}

/// The totals.
#[derive(Debug, Default)]
pub struct Summary {
    /// Jobs that succeeded.
    pub succeeded: u64,
    /// Jobs that failed, by themselves or by their timeout.
    pub failed: u64,
    /// Jobs that prun ended because the run was to end.
    pub ended: u64,
    /// Inputs that could not be had (a directory that cannot be read).
    pub missing: u64,
    /// Jobs that an earlier run had done.
    pub resumed: u64,
    /// The first failures.
    pub failures: Vec<Failure>,
    /// Why the run ended.
    pub end: RunEnd,
}

impl Summary {
    /// Counts one job. `line` is asked for only when it is kept.
    pub fn count(&mut self, seq: u64, outcome: &Outcome, line: impl FnOnce() -> Vec<u8>) {
        match outcome {
            Outcome::Ended => self.ended += 1,
            Outcome::Skipped => {}
            outcome if outcome.succeeded() => self.succeeded += 1,
            outcome => {
                self.failed += 1;
                // What is too long has been told as an error already.
                if self.failures.len() < REMEMBERED && !outcome.is_too_long() {
                    self.failures.push(Failure {
                        seq,
                        how: outcome.to_string(),
                        line: line(),
                    });
                }
            }
        }
    }

    /// Takes over what a later stage of the same pipeline counted.
    pub fn add(&mut self, later: Self) {
        self.succeeded += later.succeeded;
        self.failed += later.failed;
        self.ended += later.ended;
        self.missing += later.missing;
        self.resumed += later.resumed;
        self.failures.extend(later.failures);
        self.failures.truncate(REMEMBERED);
        self.end = later.end;
    }

    /// The exit status of the runner: GNU parallel's table.
    ///
    /// 0: all succeeded. 1-100: so many failed. 101: more failed. 255: another
    /// error. Where `--halt` ended the run, what it says. A death by signal is
    /// the caller's to carry out.
    pub fn exit_status(&self) -> u8 {
        match self.end {
            RunEnd::Error | RunEnd::Stopped => 255,
            RunEnd::Signal(signal) => u8::try_from(128 + signal).unwrap_or(255),
            RunEnd::Halted(status) => u8::try_from(status.clamp(0, 255)).unwrap_or(255),
            RunEnd::Complete => u8::try_from((self.failed + self.missing).min(101)).unwrap_or(101),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_failed(failed: u64) -> Summary {
        Summary {
            failed,
            ..Summary::default()
        }
    }

    #[test]
    fn the_table() {
        assert_eq!(with_failed(0).exit_status(), 0);
        assert_eq!(with_failed(7).exit_status(), 7);
        assert_eq!(with_failed(100).exit_status(), 100);
        assert_eq!(with_failed(101).exit_status(), 101);
        assert_eq!(with_failed(1_000_000).exit_status(), 101);
        let end = |end| {
            Summary {
                failed: 3,
                end,
                ..Summary::default()
            }
            .exit_status()
        };
        assert_eq!(end(RunEnd::Error), 255);
        assert_eq!(end(RunEnd::Halted(42)), 42);
        assert_eq!(end(RunEnd::Signal(2)), 130);
    }

    #[test]
    fn the_first_failures_are_kept_and_all_are_counted() {
        let mut summary = Summary::default();
        for seq in 1..=25 {
            summary.count(seq, &Outcome::Exited(1), || b"x".to_vec());
        }
        summary.count(26, &Outcome::Exited(0), || unreachable!("not asked for"));
        summary.count(27, &Outcome::Ended, || unreachable!("not asked for"));
        assert_eq!((summary.failed, summary.failures.len()), (25, 10));
        assert_eq!((summary.succeeded, summary.ended), (1, 1));
        assert_eq!(summary.failures[9].seq, 10);
    }
}
