//! Slot numbers: the lowest free one is given out.
//!
//! Boundary: numbers only. Separate from threads, because which thread wakes
//! up is the kernel's choice, while `<%>` is to be the lowest free number.

use std::sync::atomic::{AtomicU64, Ordering};

/// So many numbers in a row.
pub(super) struct Numbers {
    /// The number before the first.
    before: u32,
    taken: Vec<AtomicU64>,
}

impl Numbers {
    /// All of the `count` numbers behind `before` are free.
    pub(super) fn new(before: u32, count: usize) -> Self {
        Self {
            before,
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
                    return self.before + index * 64 + bit + 1;
                }
            }
        }
    }

    /// Gives a number back.
    pub(super) fn give(&self, number: u32) {
        let at = number - 1 - self.before;
        self.taken[at as usize / 64].fetch_and(!(1 << (at % 64)), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_number_comes_first() {
        for before in [0, 225] {
            let numbers = Numbers::new(before, 130);
            assert!((1..=130).all(|n| numbers.take() == before + n));
            numbers.give(before + 70);
            numbers.give(before + 3);
            assert_eq!((numbers.take(), numbers.take()), (before + 3, before + 70));
        }
    }
}
