//! Waiting for a condition of the outside world, with a deadline. The only place of the tests that lets time pass.

use std::time::{Duration, Instant};

/// Long enough for a loaded machine and a debug build; a test that is right never waits this long.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// Polls `condition` until it holds; panics, naming `what`, when it does not within the deadline.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < DEADLINE,
            "not within {DEADLINE:?}: {what}"
        );
        pause();
    }
}

/// Gives the processor away between two looks at a condition.
pub(crate) fn pause() {
    std::thread::park_timeout(Duration::from_millis(2));
}
