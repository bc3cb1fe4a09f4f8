//! The word to stop, and how executors hear it.
//!
//! Boundary: two one-way switches that any thread may throw and any thread may
//! poll together with its other descriptors. Who throws them, and why, is
//! `run/`'s business. Pipes rather than eventfd because they exist everywhere.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

/// How far a run has been told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CancelLevel {
    /// Go on.
    Run = 0,
    /// Start nothing more; running jobs go on.
    Drain = 1,
    /// End the running jobs: TERM, grace, KILL.
    End = 2,
    /// End the running jobs at once with KILL.
    Kill = 3,
}

/// The switches of one run.
pub struct Cancel {
    level: AtomicU8,
    switches: [Switch; 3],
    stopped: AtomicBool,
    stopped_for: AtomicU64,
}

/// A pipe that becomes readable, and stays so, once its level is reached: a
/// byte is written and never read, so every poller sees it.
struct Switch {
    reader: PipeReader,
    writer: PipeWriter,
}

impl Cancel {
    /// Switches that say "go on".
    ///
    /// Fails when the process has no descriptors left.
    pub fn new() -> io::Result<Self> {
        let switch = || io::pipe().map(|(reader, writer)| Switch { reader, writer });
        Ok(Self {
            level: AtomicU8::new(0),
            switches: [switch()?, switch()?, switch()?],
            stopped: AtomicBool::new(false),
            stopped_for: AtomicU64::new(0),
        })
    }

    /// Raises the level; a lower one than the present changes nothing.
    pub fn raise(&self, level: CancelLevel) {
        let before = self.level.fetch_max(level as u8, Ordering::SeqCst);
        for reached in before..level as u8 {
            // A pipe with room for one byte cannot refuse the first one.
            let _ = (&self.switches[usize::from(reached)].writer).write(&[1]);
        }
    }

    /// How far things have come.
    pub fn level(&self) -> CancelLevel {
        match self.level.load(Ordering::SeqCst) {
            0 => CancelLevel::Run,
            1 => CancelLevel::Drain,
            2 => CancelLevel::End,
            _ => CancelLevel::Kill,
        }
    }

    /// A descriptor that is readable once `level` has been reached, for
    /// `poll(2)`. [`CancelLevel::Run`] is answered as `Drain`.
    pub fn readable_at(&self, level: CancelLevel) -> BorrowedFd<'_> {
        let index = (level as usize).saturating_sub(1);
        self.switches[index].reader.as_fd()
    }

    /// Notes that the run is about to be stopped (Ctrl-Z): clocks of jobs stand
    /// still until [`Cancel::continued`].
    pub fn stopping(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// Notes that the run goes on after `pause`.
    pub fn continued(&self, pause: Duration) {
        let nanos = u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX);
        self.stopped_for.fetch_add(nanos, Ordering::SeqCst);
        self.stopped.store(false, Ordering::SeqCst);
    }

    /// Whether the run stands still now.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// For how long the run has stood still since it began.
    pub fn stopped_for(&self) -> Duration {
        Duration::from_nanos(self.stopped_for.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    fn readable(fd: BorrowedFd<'_>) -> bool {
        let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec::default())).unwrap() == 1
    }

    #[test]
    fn a_level_makes_its_own_and_all_lower_switches_readable() {
        let cancel = Cancel::new().unwrap();
        assert_eq!(cancel.level(), CancelLevel::Run);
        assert!(!readable(cancel.readable_at(CancelLevel::Drain)));
        cancel.raise(CancelLevel::End);
        assert!(readable(cancel.readable_at(CancelLevel::Drain)));
        assert!(readable(cancel.readable_at(CancelLevel::End)));
        assert!(!readable(cancel.readable_at(CancelLevel::Kill)));
    }

    #[test]
    fn a_level_never_sinks() {
        let cancel = Cancel::new().unwrap();
        cancel.raise(CancelLevel::Kill);
        cancel.raise(CancelLevel::Drain);
        assert_eq!(cancel.level(), CancelLevel::Kill);
    }
}
