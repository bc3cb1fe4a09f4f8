//! Native stages: from a native action and its options to an engine, the plan
//! that drives it, and what it came to.
//!
//! Boundary: wires the engines of `copy/` to slots, to the voice and to the
//! exit status; walks, copies and compares nothing.

mod copying;
mod verdict;

use std::sync::Arc;

pub(super) use copying::copy;
pub(super) use verdict::Verdict;

use crate::copy::ProbeError;
use crate::exec::NativeWork;
use crate::output::RunEnd;
use crate::run::{JobSource, SourceError};
use crate::template::Record;

/// What a native stage is beside its plan.
pub(super) trait NativeStage {
    /// The work that slots lend their threads to.
    fn work(&self) -> Arc<dyn NativeWork>;

    /// Looks whether it can be done, and opens what it needs. Called once,
    /// when all stages before have ended.
    fn begin(&self) -> Result<(), ProbeError>;

    /// Tells what came of it, however it ended.
    fn end(&self, end: &RunEnd) -> Verdict;
}

/// One job a slot, without inputs.
pub(super) struct Lent {
    left: usize,
}

impl Lent {
    pub(super) fn new(slots: usize) -> Self {
        Self { left: slots }
    }
}

impl JobSource for Lent {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        records.clear();
        let more = self.left > 0;
        self.left = self.left.saturating_sub(1);
        Ok(more)
    }

    fn total(&self) -> Option<u64> {
        u64::try_from(self.left).ok()
    }
}
