//! What holds one slot's job while it runs: it can be called back, and its
//! clock stands still while it is suspended.
//!
//! Boundary: flags that `run/` sets and the executor looks at twice a second.
//! Not a descriptor to poll, as for the end of a run: each slot would need one
//! of its own, and who calls a job back because memory is short has the time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often an executor looks.
pub(super) const LOOK: Duration = Duration::from_millis(500);

/// The reins of one slot.
#[derive(Default)]
pub struct Reins {
    recalled: AtomicBool,
    suspended: Mutex<Suspended>,
}

#[derive(Clone, Copy, Default)]
struct Suspended {
    since: Option<Instant>,
    before: Duration,
}

impl Reins {
    /// For a new job: it runs, and has not been called back.
    pub fn loosen(&self) {
        self.recalled.store(false, Ordering::SeqCst);
        *self.suspended() = Suspended::default();
    }

    /// Calls the job back: it is ended, as [`super::Outcome::Recalled`], to be run again.
    pub fn recall(&self) {
        self.recalled.store(true, Ordering::SeqCst);
    }

    /// Whether the job has been called back.
    pub fn is_recalled(&self) -> bool {
        self.recalled.load(Ordering::SeqCst)
    }

    fn suspended(&self) -> MutexGuard<'_, Suspended> {
        self.suspended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the job's processes are stopped.
    pub fn suspend(&self) {
        self.suspended().since.get_or_insert_with(Instant::now);
    }

    /// Notes that they go on.
    pub fn resume(&self) {
        let mut suspended = self.suspended();
        if let Some(since) = suspended.since.take() {
            suspended.before += since.elapsed();
        }
    }

    /// Whether the job's processes are stopped.
    pub fn is_suspended(&self) -> bool {
        self.suspended().since.is_some()
    }

    /// For how long they have been, in all.
    pub fn suspended_for(&self) -> Duration {
        let Suspended { since, before } = *self.suspended();
        before + since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_job_knows_nothing_of_the_one_before() {
        let reins = Reins::default();
        reins.recall();
        reins.suspend();
        assert!(reins.is_recalled() && reins.is_suspended());
        reins.resume();
        let before = reins.suspended_for();
        assert_eq!(reins.suspended_for(), before, "the clock goes on");
        reins.loosen();
        assert!(!reins.is_recalled() && !reins.is_suspended());
        assert_eq!(reins.suspended_for(), Duration::ZERO);
    }
}
