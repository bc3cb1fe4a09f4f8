//! The line that tells how far a copy is.
//!
//! Boundary: pure; counters and rates go in, a line that fits comes out. When
//! and where it is shown is `progress`'s business.

use super::pace::{Pace, done};
use crate::copy::Counts;
use crate::output::human::{bytes, bytes_of, clock, count, fit};

/// How far a copy is, in at most `width` columns: what matters least is left
/// out until the rest fits.
///
/// Files are entries of any type. A `+` behind a figure says that it is of
/// what has been found so far. 100 % is never told: it is true only after the
/// last close and the sync, and then there is a summary.
pub(super) fn line(counts: &Counts, pace: &Pace, width: usize) -> String {
    let done = done(counts);
    let walked = counts.walked > 0;
    let all = walked && done >= counts.found;
    let (found, more) = (count(counts.found), if walked { "" } else { "+" });
    let errors = counts.failed + counts.vanished + counts.changed;
    let rates = pace.rates();
    let moved = counts.moved_bytes;
    // The bytes of a file are known when it is opened.
    let bytes_more = if all { "" } else { "+" };
    let estimate = match (all, pace.remaining(counts)) {
        (true, _) => "finishing".to_string(),
        (false, Some(time)) => format!("ETA {}{more}", clock(time)),
        (false, None) => "ETA --:--:--".to_string(),
    };
    let files = format!("{}/{found}{more} files", count(done));
    let percent = (u128::from(done) * 100)
        .checked_div(counts.found.into())
        .filter(|_| walked)
        .map(|percent| format!(" {} %", percent.min(99)))
        .unwrap_or_default();
    // Each field with its rank: the highest goes first.
    let fields = [
        (0, files),
        (5, percent),
        (
            3,
            format!(
                "  {}",
                // What is read again, or more than it seemed, moves the total.
                bytes_of(moved, counts.found_bytes.max(moved), bytes_more)
            ),
        ),
        (6, format!("  {} files/s", count(rates.entries))),
        (4, format!("  {}/s", bytes(rates.bytes))),
        (2, format!("  {estimate}")),
        // That there is none is the least of the news.
        (
            if errors == 0 { LAST } else { 1 },
            format!("  errors {}", count(errors)),
        ),
    ];
    fit(&fields, width)
}

/// The highest rank of a field.
const LAST: u8 = 7;

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn counts() -> Counts {
        Counts {
            found: 45_678,
            walked: 1,
            found_bytes: 9_556_302_233,
            files: 12_345,
            moved_bytes: 1_288_490_189,
            ..Counts::default()
        }
    }

    /// Two seconds at 1,893 files/s and 214 MiB/s.
    fn pace() -> Pace {
        let mut pace = Pace::default();
        let before = Counts {
            files: 12_345 - 2 * 1_893,
            moved_bytes: 1_288_490_189 - 2 * 224_395_264,
            ..counts()
        };
        pace.add(Duration::ZERO, &before);
        pace.add(Duration::from_secs(2), &counts());
        pace
    }

    #[test]
    fn all_of_it() {
        assert_eq!(
            line(&counts(), &pace(), 200),
            "12,345/45,678 files 27 %  1.2/8.9+ GiB  1,893 files/s  214 MiB/s  ETA 00:00:36  errors 0"
        );
    }

    #[test]
    fn while_the_walk_goes_on_totals_are_marked() {
        let walking = Counts {
            walked: 0,
            ..counts()
        };
        assert_eq!(
            line(&walking, &pace(), 200),
            "12,345/45,678+ files  1.2/8.9+ GiB  1,893 files/s  214 MiB/s  ETA 00:00:36+  errors 0"
        );
    }

    #[test]
    fn at_the_start_there_is_no_estimate() {
        assert_eq!(
            line(&Counts::default(), &Pace::default(), 200),
            "0/0+ files  0/0+ B  0 files/s  0 B/s  ETA --:--:--  errors 0"
        );
    }

    #[test]
    fn the_end_is_not_told_before_it_has_come() {
        let all = Counts {
            files: 45_678,
            moved_bytes: 9_556_302_233,
            ..counts()
        };
        assert_eq!(
            line(&all, &Pace::default(), 200),
            "45,678/45,678 files 99 %  8.9/8.9 GiB  0 files/s  0 B/s  finishing  errors 0"
        );
    }

    #[test]
    fn a_narrow_terminal_gets_what_matters_most() {
        let some = Counts {
            failed: 2,
            vanished: 1,
            ..counts()
        };
        assert_eq!(
            line(&counts(), &pace(), 80),
            "12,345/45,678 files 27 %  1.2/8.9+ GiB  1,893 files/s  214 MiB/s  ETA 00:00:36"
        );
        assert_eq!(
            line(&some, &pace(), 80),
            "12,348/45,678 files 27 %  1.2/8.9+ GiB  214 MiB/s  ETA 00:00:36  errors 3"
        );
        assert_eq!(line(&some, &pace(), 40), "12,348/45,678 files  errors 3");
        assert_eq!(line(&some, &pace(), 10), "12,348/45,");
        for width in 0..120 {
            assert!(line(&some, &pace(), width).len() <= width, "{width}");
        }
    }

    #[test]
    fn the_largest_numbers_do_not_break_it() {
        let huge = Counts {
            found: u64::MAX,
            found_bytes: u64::MAX,
            files: u64::MAX / 2,
            moved_bytes: u64::MAX,
            ..counts()
        };
        assert!(!line(&huge, &Pace::default(), 80).is_empty());
    }
}
