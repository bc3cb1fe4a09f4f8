//! How fast a copy goes at this time, and how long the rest will take.
//!
//! Boundary: pure; snapshots of the counters and their times go in, rates come
//! out. Whoever has a clock hands its readings in.

use std::collections::VecDeque;
use std::time::Duration;

use crate::copy::Counts;
use crate::output::human::per_second;

/// What a rate is taken over: long enough to be readable, short enough to be
/// of this moment.
const RATE: Duration = Duration::from_secs(5);

/// What an estimate is taken over: it must not jump with every slow directory.
const ESTIMATE: Duration = Duration::from_secs(30);

/// A gap between two snapshots that no busy machine explains: prun was stopped
/// (Ctrl-Z) or the machine slept. What was before is no pace.
const GAP: Duration = Duration::from_secs(3);

/// The counters at one time.
#[derive(Clone, Copy, Debug)]
struct Snapshot {
    at: Duration,
    entries: u64,
    bytes: u64,
}

/// The snapshots of the last seconds.
#[derive(Debug, Default)]
pub(super) struct Pace {
    snapshots: VecDeque<Snapshot>,
}

/// What is done a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rates {
    pub(super) entries: u64,
    pub(super) bytes: u64,
}

/// Entries that are over, in whichever way; never more than were found.
pub(super) fn done(counts: &Counts) -> u64 {
    // An entry that was copied and then failed at an attribute is counted
    // twice, hence the bound.
    let done = counts.files
        + counts.directories
        + counts.directories_there
        + counts.symlinks
        + counts.specials
        + counts.hard_links
        + counts.skipped
        + counts.excluded
        + counts.failed
        + counts.not_tried
        + counts.vanished
        + counts.changed;
    done.min(counts.found)
}

impl Pace {
    /// Takes the counters as they were at `at`, counted from any fixed moment.
    pub(super) fn add(&mut self, at: Duration, counts: &Counts) {
        let last = self.snapshots.back();
        if last.is_some_and(|last| at.saturating_sub(last.at) > GAP) {
            self.snapshots.clear();
        }
        self.snapshots.push_back(Snapshot {
            at,
            entries: done(counts),
            bytes: counts.moved_bytes,
        });
        // One that is older than the window is kept: the window begins there.
        while self
            .snapshots
            .get(1)
            .is_some_and(|second| at.saturating_sub(second.at) >= ESTIMATE)
        {
            self.snapshots.pop_front();
        }
    }

    /// What was done a second, over the last seconds.
    pub(super) fn rates(&self) -> Rates {
        let (time, entries, bytes) = self.over(RATE);
        Rates {
            entries: per_second(entries, time),
            bytes: per_second(bytes, time),
        }
    }

    /// How long what was found and is not done will take: the later of what
    /// the entries and what the bytes say. Nothing where nothing moves.
    pub(super) fn remaining(&self, counts: &Counts) -> Option<Duration> {
        let (time, entries, bytes) = self.over(ESTIMATE);
        let left = [
            (counts.found.saturating_sub(done(counts)), entries),
            (counts.found_bytes.saturating_sub(counts.moved_bytes), bytes),
        ];
        left.into_iter()
            .filter(|(_, moved)| *moved > 0)
            .map(|(left, moved)| {
                let nanos = time.as_nanos() * u128::from(left) / u128::from(moved);
                Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
            })
            .max()
    }

    /// How long the last snapshots reach back, at most about `window`, and
    /// what was done in that time.
    fn over(&self, window: Duration) -> (Duration, u64, u64) {
        let Some(last) = self.snapshots.back() else {
            return (Duration::ZERO, 0, 0);
        };
        let first = self
            .snapshots
            .iter()
            .rev()
            .take_while(|snapshot| last.at.saturating_sub(snapshot.at) <= window)
            .last()
            .unwrap_or(last);
        (
            last.at.saturating_sub(first.at),
            last.entries.saturating_sub(first.entries),
            last.bytes.saturating_sub(first.bytes),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(files: u64, moved_bytes: u64) -> Counts {
        Counts {
            files,
            moved_bytes,
            found: 1_000,
            found_bytes: 1_000_000,
            ..Counts::default()
        }
    }

    fn seconds(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    #[test]
    fn every_way_to_end_is_done_and_no_more_than_was_found() {
        let mut counts = Counts {
            found: 100,
            files: 1,
            directories: 1,
            directories_there: 1,
            symlinks: 1,
            specials: 1,
            hard_links: 1,
            skipped: 1,
            mended: 1,
            excluded: 1,
            failed: 1,
            not_tried: 1,
            vanished: 1,
            changed: 1,
            ..Counts::default()
        };
        assert_eq!(done(&counts), 12);
        counts.failed = 1_000;
        assert_eq!(done(&counts), 100);
    }

    #[test]
    fn rates_are_those_of_the_last_seconds() {
        let mut pace = Pace::default();
        assert_eq!(pace.rates(), Rates::default());
        pace.add(seconds(0), &at(0, 0));
        assert_eq!(pace.rates(), Rates::default());
        // 10 files a second for 10 seconds, then 2.
        for s in 1..=10 {
            pace.add(seconds(s), &at(10 * s, 1_000 * s));
        }
        assert_eq!(pace.rates().entries, 10);
        for s in 11..=20 {
            pace.add(seconds(s), &at(100 + 2 * (s - 10), 10_000));
        }
        let want = Rates {
            entries: 2,
            bytes: 0,
        };
        assert_eq!(pace.rates(), want);
    }

    #[test]
    fn the_estimate_is_the_later_of_two() {
        let mut pace = Pace::default();
        pace.add(seconds(0), &at(0, 0));
        let now = at(100, 10_000);
        pace.add(seconds(2), &now);
        // 900 files at 50/s are 18 s; 990,000 bytes at 5,000/s are 198 s.
        assert_eq!(pace.remaining(&now), Some(seconds(198)));
        let now = at(100, 900_000);
        pace.add(seconds(2), &now);
        assert_eq!(pace.remaining(&now), Some(seconds(18)));
    }

    #[test]
    fn one_of_two_is_enough_and_none_is_none() {
        let mut pace = Pace::default();
        pace.add(seconds(0), &at(999, 0));
        let now = at(999, 500_000);
        pace.add(seconds(2), &now);
        assert_eq!(pace.remaining(&now), Some(seconds(2)), "one large file");
        let mut stuck = Pace::default();
        stuck.add(seconds(0), &now);
        stuck.add(seconds(2), &now);
        assert_eq!(stuck.remaining(&now), None);
    }

    #[test]
    fn a_stop_of_the_program_is_no_slow_pace() {
        let mut pace = Pace::default();
        pace.add(seconds(0), &at(0, 0));
        pace.add(seconds(1), &at(100, 0));
        pace.add(seconds(3_601), &at(100, 0));
        pace.add(seconds(3_602), &at(200, 0));
        assert_eq!(pace.rates().entries, 100);
    }

    #[test]
    fn old_snapshots_go() {
        let mut pace = Pace::default();
        for s in 0..10_000 {
            pace.add(seconds(s), &at(s, s));
        }
        assert!(pace.snapshots.len() <= 32, "{}", pace.snapshots.len());
    }
}
