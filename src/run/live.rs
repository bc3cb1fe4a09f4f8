//! Which running job may pass its output on before it has ended.
//!
//! Boundary: one number, written by the conductor and read by the slots.

use std::sync::atomic::{AtomicU64, Ordering};

const NONE: u64 = 0;
const ALL: u64 = u64::MAX;

/// The permission.
pub(super) struct Live(AtomicU64);

impl Live {
    /// No job may.
    pub(super) fn none() -> Self {
        Self(AtomicU64::new(NONE))
    }

    /// Every job may, always.
    pub(super) fn all() -> Self {
        Self(AtomicU64::new(ALL))
    }

    /// Only the job at `order` may from now on, unless all may.
    pub(super) fn allow(&self, order: u64) {
        if self.0.load(Ordering::Relaxed) != ALL {
            self.0.store(order, Ordering::Relaxed);
        }
    }

    /// Whether the job at `order` may.
    pub(super) fn allows(&self, order: u64) -> bool {
        let allowed = self.0.load(Ordering::Relaxed);
        allowed == order || allowed == ALL
    }
}
