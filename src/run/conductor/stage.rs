//! How far one of the stages that run at once has come.
//!
//! Boundary: counts; what follows is the conductor's.

use std::sync::Arc;

use crate::exec::CancelLevel;
use crate::output::JobLog;
use crate::run::slot::Slots;

/// How far one stage has come.
pub(in crate::run) struct StageState {
    pub(super) slots: Arc<Slots>,
    pub(super) joblog: Option<JobLog>,
    /// How many jobs there are, once all inputs have been seen.
    pub(super) jobs: Option<u64>,
    /// The sum of the places of all jobs that have ended: what is missing in
    /// the whole sum is the one that has not.
    pub(super) places: u128,
    pub(super) ended: u64,
}

impl StageState {
    /// A stage of which nothing has been heard.
    pub(in crate::run) fn new(slots: Arc<Slots>, joblog: Option<JobLog>) -> Self {
        Self {
            slots,
            joblog,
            jobs: None,
            places: 0,
            ended: 0,
        }
    }

    /// Whether all its inputs have been seen and their jobs have ended.
    pub(super) fn is_done(&self) -> bool {
        self.jobs == Some(self.ended)
    }

    /// Whether every job that was, or will be, started has ended.
    pub(super) fn is_over(&self) -> bool {
        // The feeder may be stuck in a read that nothing can end.
        self.is_done()
            || self.slots.cancel.level() >= CancelLevel::Drain
                && self.slots.queue.taken() == self.ended
    }

    /// The place of the one job that has not ended, if there is just one.
    pub(super) fn last_one(&self) -> Option<u64> {
        let jobs = self.jobs.filter(|jobs| *jobs == self.ended + 1)?;
        let all = u128::from(jobs) * u128::from(jobs + 1) / 2;
        u64::try_from(all - self.places).ok()
    }
}
