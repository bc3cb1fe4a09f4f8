//! How much memory blocks may take at once.
//!
//! Boundary: counts bytes. Who wants more waits until a job has done with its
//! block: reading stops while jobs are slower than the input comes.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The memory for blocks.
#[derive(Debug)]
pub(super) struct Budget {
    limit: u64,
    used: Mutex<u64>,
    freed: Condvar,
}

/// A block's part of it, given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Budget {
    /// Room for blocks of `limit` bytes in all.
    pub(super) fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self {
            limit,
            used: Mutex::new(0),
            freed: Condvar::new(),
        })
    }

    /// Waits until there is room for `bytes`. A block larger than all the room
    /// there is has it alone.
    pub(super) fn take(self: &Arc<Self>, bytes: u64) -> Share {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while *used > 0 && *used + bytes > self.limit {
            used = self
                .freed
                .wait(used)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *used += bytes;
        Share {
            budget: Arc::clone(self),
            bytes,
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let budget = &self.budget;
        *budget.used.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        // Only the one reader waits.
        budget.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wants_more_than_is_left_waits_for_what_is_given_back() {
        let budget = Budget::new(10);
        let first = budget.take(6);
        let second = budget.take(4);
        let waiter = {
            let budget = Arc::clone(&budget);
            std::thread::spawn(move || budget.take(5).bytes)
        };
        drop(second);
        drop(first);
        assert_eq!(waiter.join().unwrap(), 5);
        assert_eq!(*budget.used.lock().unwrap(), 0);
    }

    #[test]
    fn a_block_larger_than_all_has_it_alone() {
        let budget = Budget::new(10);
        assert_eq!(budget.take(1000).bytes, 1000);
    }
}
