//! Places in the order of starts, over stages that run at once.
//!
//! Boundary: numbers only. A place is one number, so that events and the
//! sequencer need not know of stages: the jobs of a stage count up from 1, and
//! stages are so far apart that they never meet.

/// How many bits a stage's jobs have for themselves.
const BITS: u32 = 48;

/// The number before the first place of the stage at `index` of those that run at once.
pub(super) fn base(index: usize) -> u64 {
    (index as u64) << BITS
}

/// Which of the stages that run at once a place is in.
pub(super) fn stage_of(order: u64) -> usize {
    usize::try_from(order >> BITS).unwrap_or(usize::MAX)
}

/// The place among those of its stage, from 1.
pub(super) fn within(order: u64) -> u64 {
    order & ((1 << BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_do_not_meet() {
        assert_eq!((base(0), stage_of(7), within(7)), (0, 0, 7));
        let last = base(2) + (1 << BITS) - 1;
        assert_eq!((stage_of(last), within(last)), (2, (1 << BITS) - 1));
        assert_eq!(last + 1, base(3));
    }
}
