//! Slot numbers: the lowest free one is given out.
//!
//! Boundary: numbers only. Separate from threads, because which thread wakes
//! up is the kernel's choice, while `<%>` is to be the lowest free number.

use std::sync::atomic::{AtomicU64, Ordering};

/// The numbers 1 to some count.
pub(super) struct Numbers {
    taken: Vec<AtomicU64>,
}

impl Numbers {
    /// All of 1 to `count` are free.
    pub(super) fn new(count: usize) -> Self {
        Self {
            taken: (0..count.div_ceil(64)).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Takes the lowest free number. There is always one, because there are no
    /// more takers than numbers.
    pub(super) fn take(&self) -> u32 {
        loop {
            for (index, word) in (0_u32..).zip(&self.taken) {
                let seen = word.load(Ordering::SeqCst);
                let bit = seen.trailing_ones();
                if bit < 64
                    && word
                        .compare_exchange(seen, seen | 1 << bit, Ordering::SeqCst, Ordering::SeqCst)
                        .is_ok()
                {
                    return index * 64 + bit + 1;
                }
            }
        }
    }

    /// Gives a number back.
    pub(super) fn give(&self, number: u32) {
        let at = number - 1;
        self.taken[at as usize / 64].fetch_and(!(1 << (at % 64)), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_number_comes_first() {
        let numbers = Numbers::new(130);
        assert!((1..=130).all(|n| numbers.take() == n));
        numbers.give(70);
        numbers.give(3);
        assert_eq!((numbers.take(), numbers.take()), (3, 70));
    }
}
