//! Which processes are jobs' own: one entry a slot, read by those who signal
//! all jobs and by the reaper of orphans.
//!
//! Boundary: process ids and no more. Entries are atomics, because a lock
//! around starting a process would make the slots take turns.

use std::sync::atomic::{AtomicI32, Ordering};

use nix::errno::Errno;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;

/// A slot that is starting a process whose id it does not know yet.
const STARTING: i32 = -1;
/// A slot without a process.
const NONE: i32 = 0;

/// The processes of a run's slots.
pub struct Children {
    slots: Vec<AtomicI32>,
}

impl Children {
    /// Entries for the slots 1 to `slots`.
    pub fn new(slots: usize) -> Self {
        Self {
            slots: (0..slots).map(|_| AtomicI32::new(NONE)).collect(),
        }
    }

    fn set(&self, slot: u32, value: i32) {
        if let Some(entry) = self.slots.get(slot as usize - 1) {
            entry.store(value, Ordering::SeqCst);
        }
    }

    /// Slot `slot` is about to start a process.
    pub fn starting(&self, slot: u32) {
        self.set(slot, STARTING);
    }

    /// Slot `slot` runs the process `pid`.
    pub fn started(&self, slot: u32, pid: Pid) {
        self.set(slot, pid.as_raw());
    }

    /// Slot `slot` runs nothing; its process, if any, has been reaped.
    pub fn gone(&self, slot: u32) {
        self.set(slot, NONE);
    }

    /// The processes that run now.
    pub fn pids(&self) -> impl Iterator<Item = Pid> {
        let loaded = self.slots.iter().map(|entry| entry.load(Ordering::SeqCst));
        loaded.filter(|pid| *pid > 0).map(Pid::from_raw)
    }

    /// Whether `pid` is the process of a slot.
    pub fn owns(&self, pid: Pid) -> bool {
        self.slots
            .iter()
            .any(|entry| entry.load(Ordering::SeqCst) == pid.as_raw())
    }

    /// Whether `pid` may be a job's own process: it is one, or one is being
    /// started right now whose id is not known yet.
    pub fn may_own(&self, pid: Pid) -> bool {
        self.slots.iter().any(|entry| {
            let value = entry.load(Ordering::SeqCst);
            value == STARTING || value == pid.as_raw()
        })
    }
}

/// Reaps processes that jobs left behind and that have ended since: prun is
/// their parent now (`PR_SET_CHILD_SUBREAPER`), and nobody else can.
///
/// Called on a tick. Looks before it reaps, because a job's own process is its
/// slot's to reap; while one of those is first in line the orphans wait for
/// the next tick.
pub fn reap_orphans(children: &Children) {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    loop {
        let pid = match waitid(Id::All, look) {
            Ok(WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, _, _)) => pid,
            Err(Errno::EINTR) => continue,
            _ => return,
        };
        if children.may_own(pid) {
            return;
        }
        let _ = waitpid(pid, Some(WaitPidFlag::WNOHANG));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_starting_slot_may_own_any_process() {
        let children = Children::new(2);
        let pid = Pid::from_raw(4321);
        assert!(!children.may_own(pid));
        children.starting(2);
        assert!(children.may_own(pid));
        children.started(2, Pid::from_raw(99));
        assert!(!children.may_own(pid));
        assert_eq!(children.pids().collect::<Vec<_>>(), [Pid::from_raw(99)]);
        children.gone(2);
        assert_eq!(children.pids().count(), 0);
    }
}
