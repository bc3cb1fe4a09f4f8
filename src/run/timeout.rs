//! How long a job may take: a time, or a percentage of the usual.
//!
//! Boundary: turns the policy and the run's history into a time for one job;
//! the executor keeps it.

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How many run times the median is taken of. A bound, because a run may have
/// ten million jobs; the latest ones say best how long a job takes now.
const HISTORY: usize = 1001;
/// How many jobs have to have succeeded before the median says something.
const ENOUGH: usize = 3;

/// The policy of `--timeout`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum TimeoutPolicy {
    /// A job may take any time.
    #[default]
    None,
    /// A job may take this long.
    Fixed(Duration),
    /// A job may take this many times the median of the jobs that succeeded.
    OfMedian(f64),
}

/// A `--timeout` that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is no timeout (give seconds, a time such as 90s, 5m or 1h30m, or a percentage such as 200%)"
)]
pub struct TimeoutError(pub String);

impl FromStr for TimeoutPolicy {
    type Err = TimeoutError;

    /// Reads a percentage; a plain time is read by the caller's own parser.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let percent: Option<f64> = text
            .strip_suffix('%')
            .and_then(|number| number.parse().ok());
        match percent {
            Some(percent) if percent.is_finite() && percent > 0.0 => {
                Ok(Self::OfMedian(percent / 100.0))
            }
            _ => Err(TimeoutError(text.to_owned())),
        }
    }
}

/// The policy with what has been seen of the run.
pub(super) struct Timeouts {
    policy: TimeoutPolicy,
    history: Mutex<(Vec<Duration>, usize)>,
}

impl Timeouts {
    pub(super) fn new(policy: TimeoutPolicy) -> Self {
        Self {
            policy,
            history: Mutex::default(),
        }
    }

    /// How long the next job may take.
    pub(super) fn next(&self) -> Option<Duration> {
        match self.policy {
            TimeoutPolicy::None => None,
            TimeoutPolicy::Fixed(limit) => Some(limit),
            TimeoutPolicy::OfMedian(factor) => {
                let mut times = self
                    .history
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
                    .clone();
                if times.len() < ENOUGH {
                    return None;
                }
                let middle = times.len() / 2;
                let (_, median, _) = times.select_nth_unstable(middle);
                Some(median.mul_f64(factor))
            }
        }
    }

    /// Notes how long a job that succeeded took.
    pub(super) fn note(&self, runtime: Duration) {
        if !matches!(self.policy, TimeoutPolicy::OfMedian(_)) {
            return;
        }
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        let (times, next) = &mut *history;
        if times.len() < HISTORY {
            times.push(runtime);
        } else {
            times[*next] = runtime;
            *next = (*next + 1) % HISTORY;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_of_the_median_once_there_is_one() {
        let timeouts = Timeouts::new("200%".parse().unwrap());
        for ms in [10, 1000] {
            timeouts.note(Duration::from_millis(ms));
            assert_eq!(timeouts.next(), None);
        }
        timeouts.note(Duration::from_millis(20));
        assert_eq!(timeouts.next(), Some(Duration::from_millis(40)));
    }

    #[test]
    fn the_history_is_bounded() {
        let timeouts = Timeouts::new(TimeoutPolicy::OfMedian(1.0));
        for ms in 0..5000 {
            timeouts.note(Duration::from_millis(ms));
        }
        assert_eq!(timeouts.history.lock().unwrap().0.len(), HISTORY);
        assert!(timeouts.next() > Some(Duration::from_secs(4)));
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["%", "x%", "-5%", "0%", "5"] {
            assert!(bad.parse::<TimeoutPolicy>().is_err(), "{bad}");
        }
    }
}
