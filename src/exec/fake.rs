//! An executor with a script instead of processes, for tests of scheduling.
//!
//! Boundary: tests only. What a job "does" is written in its first value:
//! `exit N`, `signal N`, `print TEXT`, `until-end` (runs until it is ended),
//! `recalled` (is called back each time), `once-recalled` (the first time, then
//! it prints and succeeds).

use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, poll};

use super::{Cancel, CancelLevel, Executor, Job, JobIo, Outcome, Stream};

/// Carries out what the inputs say.
#[derive(Debug, Default)]
pub struct Fake {
    has_recalled: AtomicBool,
}

impl Executor for Fake {
    fn execute(&self, job: &Job<'_>, io: &mut JobIo<'_>, cancel: &Cancel) -> Outcome {
        let value = job
            .values
            .records
            .first()
            .and_then(|record| record.get(0))
            .unwrap_or_default();
        let script = String::from_utf8_lossy(value);
        let (verb, rest) = script.split_once(' ').unwrap_or((&script, ""));
        match verb {
            "exit" => Outcome::Exited(rest.parse().unwrap_or(255)),
            "signal" => Outcome::Signaled(rest.parse().unwrap_or(9)),
            "until-end" => {
                let end = cancel.readable_at(CancelLevel::End);
                let _ = poll(&mut [PollFd::from_borrowed_fd(end, PollFlags::IN)], None);
                Outcome::Ended
            }
            "recalled" => Outcome::Recalled,
            "once-recalled" if !self.has_recalled.swap(true, Ordering::SeqCst) => {
                io.output.take(Stream::Out, b"lost\n");
                Outcome::Recalled
            }
            _ => {
                io.output.take(Stream::Out, format!("{rest}\n").as_bytes());
                Outcome::Exited(0)
            }
        }
    }
}
