//! Which jobs run now, by their slots: one entry a slot.
//!
//! Boundary: written by the slots, each its own entry, and read by those who
//! list jobs, tell of progress, or choose one to be called back or suspended.
//! An entry's lock is its slot's own, so nobody waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::slot::{Queued, Slots};
use crate::exec::Reins;

/// The running jobs of all stages that run at once.
pub(super) struct Roster {
    slots: Vec<Entry>,
}

#[derive(Default)]
struct Entry {
    running: Mutex<Option<Running>>,
    reins: Reins,
}

/// A job that runs.
#[derive(Clone)]
pub(super) struct Running {
    /// The job.
    pub(super) job: Arc<Queued>,
    /// The number of its slot.
    pub(super) slot: u32,
    /// When it was taken.
    pub(super) since: Instant,
}

impl Running {
    /// For how long it has been running.
    pub(super) fn time(&self) -> Duration {
        self.since.elapsed()
    }

    /// The job as a line, by the slots of its stage.
    pub(super) fn line(&self, slots: &Slots) -> Vec<u8> {
        slots.line(&self.job, &slots.foreseen(&self.job, self.slot))
    }
}

impl Roster {
    /// Entries for the slots 1 to `slots`.
    pub(super) fn new(slots: usize) -> Self {
        Self {
            slots: (0..slots).map(|_| Entry::default()).collect(),
        }
    }

    fn entry(&self, slot: u32) -> Option<&Entry> {
        self.slots.get(slot as usize - 1)
    }

    /// Slot `slot` takes `job`.
    pub(super) fn enter(&self, slot: u32, job: &Arc<Queued>) {
        if let Some(entry) = self.entry(slot) {
            entry.reins.loosen();
            *entry.running() = Some(Running {
                job: Arc::clone(job),
                slot,
                since: Instant::now(),
            });
        }
    }

    /// Slot `slot` has no job now.
    pub(super) fn leave(&self, slot: u32) {
        if let Some(entry) = self.entry(slot) {
            *entry.running() = None;
        }
    }

    /// What holds the job of slot `slot`.
    pub(super) fn reins(&self, slot: u32) -> Option<&Reins> {
        self.entry(slot).map(|entry| &entry.reins)
    }

    /// The jobs that run now, the oldest first.
    pub(super) fn running(&self) -> Vec<Running> {
        let entries = self.slots.iter();
        let mut running: Vec<_> = entries
            .filter_map(|entry| entry.running().clone())
            .collect();
        running.sort_by_key(|running| (running.since, running.job.order));
        running
    }

    /// Calls the youngest job back, unless one that was called back has not
    /// ended yet: what it held is still to come free. Gives its number.
    pub(super) fn recall_youngest(&self) -> Option<u64> {
        let running = self.running();
        let is_recalled = |one: &Running| self.reins(one.slot).is_some_and(Reins::is_recalled);
        if running.iter().any(is_recalled) {
            return None;
        }
        let youngest = running.last()?;
        self.reins(youngest.slot)?.recall();
        Some(youngest.job.seq)
    }
}

impl Entry {
    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(order: u64) -> Arc<Queued> {
        Arc::new(Queued::new(order, order, Vec::new()))
    }

    #[test]
    fn the_youngest_is_called_back_and_one_at_a_time() {
        let roster = Roster::new(3);
        assert_eq!(roster.recall_youngest(), None);
        for (slot, order) in [(2, 1), (3, 2), (1, 3)] {
            roster.enter(slot, &job(order));
        }
        let orders: Vec<_> = roster.running().iter().map(|one| one.job.order).collect();
        assert_eq!(orders, [1, 2, 3]);
        assert_eq!(roster.recall_youngest(), Some(3));
        assert!(roster.reins(1).unwrap().is_recalled());
        assert_eq!(roster.recall_youngest(), None, "it has not ended yet");
        roster.leave(1);
        assert_eq!(roster.recall_youngest(), Some(2));
        roster.enter(3, &job(4));
        assert!(!roster.reins(3).unwrap().is_recalled());
    }
}
