//! How far a run of jobs has come, as one line.
//!
//! Boundary: pure; what is known of the jobs goes in, text comes out.

use std::time::Duration;

use super::human::{clock, count, fit};

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Watch {
    /// How many jobs run, are done and have failed (`--progress`).
    Counts,
    /// And how long the rest will take (`--eta`).
    Estimate,
    /// And a bar (`--bar`).
    Bar,
}

/// How many jobs there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exactly(u64),
    /// So many inputs have been seen, and there may be more.
    AtLeast(u64),
}

/// What is known of a run's jobs at one moment.
#[derive(Clone, Debug)]
pub struct JobsSeen {
    /// Jobs that have ended, those of an earlier run included.
    pub ended: u64,
    /// Of these, jobs that failed.
    pub failed: u64,
    /// For how long each of those that run has been running.
    pub running: Vec<Duration>,
    /// How many there are in all.
    pub total: Total,
    /// How long a job takes on average, once one has ended.
    pub average: Option<Duration>,
}

/// How many columns the bar has.
const BAR: usize = 20;

impl JobsSeen {
    /// How long all that is known of will take at this pace.
    ///
    /// A job is taken to be an average one. As many run at once as do now.
    fn remaining(&self) -> Option<Duration> {
        let average = self.average?;
        let running = u64::try_from(self.running.len()).unwrap_or(u64::MAX);
        let waiting = self.total().saturating_sub(self.ended + running);
        let begun: Duration = self
            .running
            .iter()
            .map(|time| average.saturating_sub(*time))
            .sum();
        let waiting = average.as_nanos().saturating_mul(u128::from(waiting));
        let nanos = (waiting + begun.as_nanos()) / u128::from(running.max(1));
        Some(Duration::from_nanos(
            u64::try_from(nanos).unwrap_or(u64::MAX),
        ))
    }

    fn total(&self) -> u64 {
        let (Total::Exactly(total) | Total::AtLeast(total)) = self.total;
        // A number that was told (`--total-jobs`) may be too small.
        total.max(self.ended)
    }
}

impl Watch {
    /// The line, in at most `width` columns. What matters least goes first.
    pub fn line(self, seen: &JobsSeen, width: usize) -> String {
        let total = seen.total();
        let more = match seen.total {
            Total::Exactly(_) => "",
            Total::AtLeast(_) => "+",
        };
        let share = u128::from(seen.ended * 100)
            .checked_div(total.into())
            .filter(|_| more.is_empty())
            .and_then(|percent| usize::try_from(percent).ok());
        let mut fields = Vec::new();
        if let (Self::Bar, Some(percent)) = (self, share) {
            let full = percent * BAR / 100;
            let bar = format!("[{}{}]  ", "#".repeat(full), ".".repeat(BAR - full));
            fields.push((4, bar));
        }
        fields.push((
            0,
            format!("{}/{}{more} jobs", count(seen.ended), count(total)),
        ));
        if let Some(percent) = share {
            fields.push((3, format!(" {percent} %")));
        }
        fields.push((5, format!("  {} running", count(seen.running.len() as u64))));
        if self >= Self::Estimate {
            let estimate = match seen.remaining() {
                Some(time) => format!("  ETA {}{more}", clock(time)),
                None => "  ETA --:--:--".to_owned(),
            };
            fields.push((2, estimate));
        }
        // That there is none is the least of the news.
        let rank = if seen.failed == 0 { 6 } else { 1 };
        fields.push((rank, format!("  {} failed", count(seen.failed))));
        fit(&fields, width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    fn seen() -> JobsSeen {
        JobsSeen {
            ended: 1_200,
            failed: 2,
            running: vec![seconds(3), seconds(20)],
            total: Total::Exactly(4_800),
            average: Some(seconds(10)),
        }
    }

    #[test]
    fn each_shows_what_the_one_before_does_and_more() {
        assert_eq!(
            Watch::Counts.line(&seen(), 200),
            "1,200/4,800 jobs 25 %  2 running  2 failed"
        );
        // 3,598 jobs of 10 s and 7 s of one that runs, two at a time.
        assert_eq!(
            Watch::Estimate.line(&seen(), 200),
            "1,200/4,800 jobs 25 %  2 running  ETA 04:59:53  2 failed"
        );
        assert_eq!(
            Watch::Bar.line(&seen(), 200),
            "[#####...............]  1,200/4,800 jobs 25 %  2 running  ETA 04:59:53  2 failed"
        );
    }

    #[test]
    fn a_total_that_is_not_known_is_marked_and_has_no_share() {
        let counting = JobsSeen {
            total: Total::AtLeast(1_300),
            ..seen()
        };
        assert_eq!(
            Watch::Bar.line(&counting, 200),
            "1,200/1,300+ jobs  2 running  ETA 00:08:13+  2 failed"
        );
    }

    #[test]
    fn at_the_start_there_is_no_estimate_and_at_the_end_all_is_done() {
        let start = JobsSeen {
            ended: 0,
            failed: 0,
            running: vec![seconds(1)],
            total: Total::Exactly(0),
            average: None,
        };
        assert_eq!(
            Watch::Estimate.line(&start, 200),
            "0/0 jobs  1 running  ETA --:--:--  0 failed"
        );
        let end = JobsSeen {
            ended: 4_800,
            running: Vec::new(),
            ..seen()
        };
        assert_eq!(
            Watch::Bar.line(&end, 200),
            "[####################]  4,800/4,800 jobs 100 %  0 running  ETA 00:00:00  2 failed"
        );
    }

    #[test]
    fn more_jobs_than_were_told_of_are_no_more_than_all() {
        let told = JobsSeen {
            total: Total::Exactly(7),
            ..seen()
        };
        assert_eq!(
            Watch::Counts.line(&told, 200),
            "1,200/1,200 jobs 100 %  2 running  2 failed"
        );
    }

    #[test]
    fn a_narrow_terminal_gets_what_matters_most() {
        assert_eq!(
            Watch::Bar.line(&seen(), 60),
            "1,200/4,800 jobs 25 %  ETA 04:59:53  2 failed"
        );
        assert_eq!(Watch::Bar.line(&seen(), 30), "1,200/4,800 jobs  2 failed");
        for width in 0..100 {
            assert!(Watch::Bar.line(&seen(), width).len() <= width, "{width}");
        }
    }
}
