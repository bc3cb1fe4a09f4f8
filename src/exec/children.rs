//! Which processes are jobs' own: one entry a slot, read by those who signal
//! all jobs and by the reaper of orphans.
//!
//! Boundary: process ids and no more. Entries are atomics, because a lock
//! around starting a process would make the slots take turns.

use std::sync::atomic::{AtomicI32, Ordering};

use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;

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

    /// Slot `slot` runs the process `pid`.
    pub fn started(&self, slot: u32, pid: Pid) {
        self.set(slot, pid.as_raw());
    }

    /// Slot `slot` runs nothing; its process, if any, has been reaped.
    pub fn gone(&self, slot: u32) {
        self.set(slot, NONE);
    }

    /// The process of slot `slot`, if it runs one.
    pub fn pid(&self, slot: u32) -> Option<Pid> {
        let entry = self.slots.get(slot as usize - 1)?;
        let pid = entry.load(Ordering::SeqCst);
        (pid > 0).then(|| Pid::from_raw(pid))
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
}

/// Reaps processes that jobs left behind and that have ended since: prun is
/// their parent now (`PR_SET_CHILD_SUBREAPER`), and nobody else can.
///
/// Such a process becomes a child of prun's main thread, which starts no job
/// itself: so the kernel's list of that thread's children (proc_pid_children(5))
/// holds orphans and nothing else.
pub fn reap_orphans(children: &Children) {
    let own = Pid::this();
    let Ok(list) = std::fs::read_to_string(format!("/proc/self/task/{own}/children")) else {
        return;
    };
    for word in list.split_ascii_whitespace() {
        let Ok(number) = word.parse() else { continue };
        let pid = Pid::from_raw(number);
        if !children.owns(pid) {
            let _ = waitpid(pid, Some(WaitPidFlag::WNOHANG));
        }
    }
}

/// Whether a job has been stopped because it read the terminal, or set it,
/// from its own process group.
pub fn waits_for_terminal(children: &Children) -> bool {
    let look = WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    children.pids().any(|pid| {
        matches!(
            waitid(Id::Pid(pid), look),
            Ok(WaitStatus::Stopped(_, Signal::SIGTTIN | Signal::SIGTTOU))
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_owned_while_its_slot_runs_it() {
        let children = Children::new(2);
        children.started(2, Pid::from_raw(99));
        assert!(children.owns(Pid::from_raw(99)));
        assert!(!children.owns(Pid::from_raw(98)));
        assert_eq!(children.pids().collect::<Vec<_>>(), [Pid::from_raw(99)]);
        assert_eq!(children.pid(2), Some(Pid::from_raw(99)));
        assert_eq!((children.pid(1), children.pid(3)), (None, None));
        children.gone(2);
        assert_eq!(children.pids().count(), 0);
    }
}
