//! `--memsuspend`: which jobs stand still while memory is short.
//!
//! Boundary: pure; one step for each look at the memory.

/// What is to be done with one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The job at this index, counted from the oldest, is stopped.
    Suspend(usize),
    /// It goes on.
    Resume(usize),
}

/// What follows from `free` bytes, of jobs of which it is known, the oldest
/// first, whether each is suspended.
///
/// Below `size` only the oldest goes on. Below twice as much one more, the
/// youngest that goes on, is stopped at each look. With more, one at a time
/// goes on again, the oldest first: if that takes the memory again the next
/// look stops it. One job always goes on.
pub(super) fn steps(free: u64, size: u64, suspended: &[bool]) -> Vec<Step> {
    let going = suspended.iter().filter(|stands| !**stands).count();
    let oldest_suspended = suspended.iter().position(|stands| *stands);
    if going == 0 {
        return oldest_suspended.map(Step::Resume).into_iter().collect();
    }
    if free >= size.saturating_mul(2) {
        return oldest_suspended.map(Step::Resume).into_iter().collect();
    }
    let youngest_first = (0..suspended.len()).rev().filter(|at| !suspended[*at]);
    let most = if free < size { going - 1 } else { 1 };
    youngest_first
        .take(most.min(going - 1))
        .map(Step::Suspend)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Step::{Resume, Suspend};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_youngest_stand_still_first_and_the_oldest_go_on_first() {
        let size = 100;
        let all_go = [false; 4];
        assert_eq!(steps(200, size, &all_go), []);
        assert_eq!(steps(199, size, &all_go), [Suspend(3)]);
        assert_eq!(
            steps(99, size, &all_go),
            [Suspend(3), Suspend(2), Suspend(1)]
        );
        let two_stand = [false, false, true, true];
        assert_eq!(steps(150, size, &two_stand), [Suspend(1)]);
        assert_eq!(steps(500, size, &two_stand), [Resume(2)]);
        assert_eq!(steps(500, size, &[]), []);
    }

    #[test]
    fn the_last_that_is_left_goes_on() {
        assert_eq!(steps(0, 100, &[false]), []);
        assert_eq!(steps(0, 100, &[true, true]), [Resume(0)]);
        assert_eq!(steps(150, 100, &[false, true]), []);
    }

    proptest! {
        #[test]
        fn one_job_always_goes_on(
            free in 0..400_u64,
            mut suspended in proptest::collection::vec(any::<bool>(), 1..9),
        ) {
            for step in steps(free, 100, &suspended) {
                match step {
                    Suspend(at) => {
                        prop_assert!(!suspended[at]);
                        suspended[at] = true;
                    }
                    Resume(at) => {
                        prop_assert!(suspended[at]);
                        suspended[at] = false;
                    }
                }
            }
            prop_assert!(suspended.iter().any(|stands| !stands));
            let going = suspended.iter().filter(|stands| !**stands).count();
            prop_assert!(free >= 100 || going == 1);
        }
    }
}
