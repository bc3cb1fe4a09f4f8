//! How many workers and directories there are descriptors for.
//!
//! Boundary: asks once, at the beginning. The limit alone does not say what is
//! left of it, so descriptors are made until there are enough or no more.

use rustix::io::fcntl_dupfd_cloexec;

use crate::copy::tree::Held;

/// Descriptors that one worker may need at once: a directory on both sides and
/// the one above it, and what is read in it.
const EACH: usize = 6;
/// Without so many not even one worker gets far.
pub(super) const LEAST: usize = 12;
/// More directories than that need not be held, wherever a tree is entered.
const MOST_HELD: usize = 1024;

/// What a comparison may take.
pub(super) struct Share {
    /// How many workers may work at once.
    pub(super) workers: usize,
    /// How many directories may be held open, two descriptors each.
    pub(super) directories: usize,
}

impl Share {
    /// For at most so many workers; how many descriptors there are, if they are too few.
    pub(super) fn of(roots: &Held, workers: usize) -> Result<Self, usize> {
        let wanted = workers * EACH + LEAST + 4 * MOST_HELD;
        let taken: Vec<_> = (0..wanted)
            .map_while(|_| fcntl_dupfd_cloexec(&roots.from, 0).ok())
            .collect();
        let spare = taken.len();
        drop(taken);
        if spare < LEAST {
            return Err(spare);
        }
        let workers = ((spare - LEAST) / EACH).clamp(1, workers);
        // Half of what is left is for the rest of the program.
        let rest = spare.saturating_sub(workers * EACH + LEAST);
        Ok(Self {
            workers,
            directories: (rest / 4).clamp(1, MOST_HELD),
        })
    }
}
