//! Waiting for what a process needs: descriptors, process entries, memory.
//!
//! Boundary: counts the jobs that run and lets a slot that could not start one
//! wait until another job has ended. Nothing is locked while jobs start.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::{Cancel, CancelLevel};

/// How often a start is tried again when no job of ours runs, so that only
/// others can give back what is missing.
const LONE_TRIES: u32 = 20;
/// How long between looks.
const PAUSE: Duration = Duration::from_millis(50);
/// How many looks before a start is tried again though no job of ours ended.
const PATIENCE: u32 = 20;

/// The jobs that run now, and those who wait for one to end.
#[derive(Default)]
pub struct Pressure {
    running: AtomicUsize,
    ended: AtomicUsize,
    waiting: AtomicUsize,
    lock: Mutex<()>,
    freed: Condvar,
}

impl Pressure {
    /// No job runs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `error` says that something is used up, so that waiting helps.
    pub fn is_scarcity(error: &io::Error) -> bool {
        matches!(
            error.raw_os_error(),
            Some(nix::libc::EAGAIN | nix::libc::EMFILE | nix::libc::ENFILE | nix::libc::ENOMEM)
        )
    }

    /// Counts a job that has started.
    pub fn enter(&self) {
        self.running.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts a job that has ended and given back what it held.
    pub fn leave(&self) {
        self.running.fetch_sub(1, Ordering::SeqCst);
        self.ended.fetch_add(1, Ordering::SeqCst);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
            // One job's share is free: one waiter can use it.
            self.freed.notify_one();
        }
    }

    /// How many jobs have ended so far: to be told to [`Pressure::wait`] by
    /// who looked before its start failed.
    pub fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }

    /// Waits until it is worth trying to start again: a job has ended since
    /// there were `seen`, or some time has passed, since others may have given
    /// way. `tries` counts the times in a row that no job of ours ran. False
    /// when it is not: nothing of ours can give way, or the run is to end.
    pub fn wait(&self, seen: usize, tries: &mut u32, cancel: &Cancel) -> bool {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pauses = 0;
        while self.running.load(Ordering::SeqCst) > 0
            && self.ended() == seen
            && pauses < PATIENCE
            && cancel.level() < CancelLevel::End
        {
            pauses += 1;
            (guard, _) = self
                .freed
                .wait_timeout(guard, PAUSE)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if self.ended() != seen || pauses > 0 {
            *tries = 0;
        } else if self.running.load(Ordering::SeqCst) == 0 {
            *tries += 1;
            let _ = self.freed.wait_timeout(guard, PAUSE);
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        *tries <= LONE_TRIES && cancel.level() < CancelLevel::End
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_waiter_goes_on_when_a_job_ends() {
        let pressure = Arc::new(Pressure::new());
        let cancel = Arc::new(Cancel::new().unwrap());
        pressure.enter();
        let waiter = {
            let (pressure, cancel) = (Arc::clone(&pressure), Arc::clone(&cancel));
            std::thread::spawn(move || pressure.wait(0, &mut 0, &cancel))
        };
        while pressure.waiting.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        pressure.leave();
        assert!(waiter.join().unwrap());
    }

    #[test]
    fn alone_it_gives_up_in_the_end() {
        let pressure = Pressure::new();
        let cancel = Cancel::new().unwrap();
        let mut tries = LONE_TRIES - 1;
        assert!(pressure.wait(0, &mut tries, &cancel));
        assert!(!pressure.wait(0, &mut tries, &cancel));
    }

    #[test]
    fn an_ending_run_does_not_wait() {
        let pressure = Pressure::new();
        let cancel = Cancel::new().unwrap();
        pressure.enter();
        cancel.raise(CancelLevel::End);
        assert!(!pressure.wait(0, &mut 0, &cancel));
    }
}
