//! `--halt`: when a run stops early, as a pure state machine.
//!
//! Boundary: counts outcomes and decides; the slot whose job ended acts on it.
//! The grammar and the exit statuses are GNU parallel's.

use std::str::FromStr;

use super::Voice;
use crate::exec::Outcome;

/// When jobs stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// No new ones are started.
    Soon,
    /// Running ones are ended too.
    Now,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Jobs that failed.
    Fail,
    /// Jobs that succeeded.
    Success,
    /// Jobs that ended.
    Done,
}

/// How many are too many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// So many jobs.
    Count(u64),
    /// This share of all jobs, in percent.
    Percent(f64),
}

/// The policy.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum HaltPolicy {
    /// Run all jobs, whatever happens.
    #[default]
    Never,
    /// Stop at a number of outcomes of one kind.
    At(When, What, Threshold),
}

/// A `--halt` that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is no halt policy (write never, or soon or now, a comma, then fail, success or done with =N or =N%: now,fail=1)"
)]
pub struct HaltError(String);

impl HaltPolicy {
    /// Whether the total number of jobs has to be known before they start.
    pub fn needs_total(&self) -> bool {
        matches!(self, Self::At(_, _, Threshold::Percent(_)))
    }

    /// What is counted, in GNU parallel's word.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Never | Self::At(_, What::Fail, _) => "failed",
            Self::At(_, What::Success, _) => "succeeded",
            Self::At(_, What::Done, _) => "finished",
        }
    }

    /// Whether the line of a job that succeeds is told.
    pub(super) fn wants_lines(self, voice: Voice) -> bool {
        voice == Voice::Gnu && matches!(self, Self::At(_, What::Success | What::Done, _))
    }
}

impl FromStr for HaltPolicy {
    type Err = HaltError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use {Threshold::Count, What::Fail, What::Success, When::Now, When::Soon};
        match text {
            "never" | "0" => return Ok(Self::Never),
            "1" => return Ok(Self::At(Soon, Fail, Count(1))),
            "2" => return Ok(Self::At(Now, Fail, Count(1))),
            "-1" => return Ok(Self::At(Soon, Success, Count(1))),
            "-2" => return Ok(Self::At(Now, Success, Count(1))),
            _ => {}
        }
        let error = || HaltError(text.to_owned());
        if text.ends_with('%') && !text.contains(',') {
            return Ok(Self::At(Soon, Fail, threshold(text).ok_or_else(error)?));
        }
        let (when, rest) = text.split_once(',').ok_or_else(error)?;
        let (what, number) = rest.split_once('=').ok_or_else(error)?;
        let when = match when {
            "soon" => Soon,
            "now" => Now,
            _ => return Err(error()),
        };
        let what = match what {
            "fail" => Fail,
            "success" => Success,
            "done" => What::Done,
            _ => return Err(error()),
        };
        Ok(Self::At(when, what, threshold(number).ok_or_else(error)?))
    }
}

fn threshold(text: &str) -> Option<Threshold> {
    if let Some(percent) = text.strip_suffix('%') {
        let percent: f64 = percent.parse().ok()?;
        return (percent > 0.0 && percent <= 100.0).then_some(Threshold::Percent(percent));
    }
    text.parse()
        .ok()
        .filter(|count| *count > 0)
        .map(Threshold::Count)
}

/// What follows from a job's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Continue,
    /// Start nothing more. The exit status is as given.
    Drain(i32),
    /// End what runs. The exit status is as given.
    End(i32),
}

/// The policy with what has been counted.
pub struct Halt {
    policy: HaltPolicy,
    total: Option<u64>,
    failed: u64,
    succeeded: u64,
    decided: bool,
}

impl Halt {
    /// Nothing has been counted; `total` is the number of jobs, if it is known.
    pub fn new(policy: HaltPolicy, total: Option<u64>) -> Self {
        Self {
            policy,
            total,
            failed: 0,
            succeeded: 0,
            decided: false,
        }
    }

    /// Counts a job that ended by itself, and decides once.
    pub fn count(&mut self, outcome: &Outcome) -> Decision {
        if outcome.succeeded() {
            self.succeeded += 1;
        } else {
            self.failed += 1;
        }
        let HaltPolicy::At(when, what, threshold) = self.policy else {
            return Decision::Continue;
        };
        let counted = match what {
            What::Fail => self.failed,
            What::Success => self.succeeded,
            What::Done => self.failed + self.succeeded,
        };
        if self.decided || !self.reaches(counted, threshold) {
            return Decision::Continue;
        }
        self.decided = true;
        let status = self.status(what, threshold, outcome);
        match when {
            When::Soon => Decision::Drain(status),
            When::Now => Decision::End(status),
        }
    }

    fn reaches(&self, counted: u64, threshold: Threshold) -> bool {
        match (threshold, self.total) {
            (Threshold::Count(count), _) => counted >= count,
            (Threshold::Percent(percent), Some(total)) => {
                #[expect(clippy::cast_precision_loss, reason = "a share of a number of jobs")]
                let share = counted as f64 * 100.0 / total.max(1) as f64;
                share >= percent
            }
            (Threshold::Percent(_), None) => false,
        }
    }

    /// One failure: that job's own status. Several: how many. A share: the
    /// percentage that failed, rounded up. Success reached: 0.
    fn status(&self, what: What, threshold: Threshold, outcome: &Outcome) -> i32 {
        let failed = i32::try_from(self.failed.min(101)).unwrap_or(101);
        match (what, threshold) {
            (What::Success, _) => 0,
            (What::Fail, Threshold::Count(1)) => outcome.status(),
            (What::Done, _) | (What::Fail, Threshold::Count(_)) => failed,
            (What::Fail, Threshold::Percent(_)) => {
                let share = (self.failed * 100).div_ceil(self.total.unwrap_or(1).max(1));
                i32::try_from(share.min(100)).unwrap_or(100)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Outcome::{Exited, Signaled};

    fn run(policy: &str, total: u64, outcomes: &[Outcome]) -> Vec<Decision> {
        let mut halt = Halt::new(policy.parse().unwrap(), Some(total));
        outcomes.iter().map(|outcome| halt.count(outcome)).collect()
    }

    #[test]
    fn the_grammar() {
        let at = |when, what, threshold| HaltPolicy::At(when, what, threshold);
        let table = [
            ("never", HaltPolicy::Never),
            ("0", HaltPolicy::Never),
            ("1", at(When::Soon, What::Fail, Threshold::Count(1))),
            ("2", at(When::Now, What::Fail, Threshold::Count(1))),
            ("-1", at(When::Soon, What::Success, Threshold::Count(1))),
            ("-2", at(When::Now, What::Success, Threshold::Count(1))),
            ("30%", at(When::Soon, What::Fail, Threshold::Percent(30.0))),
            ("now,done=3", at(When::Now, What::Done, Threshold::Count(3))),
            (
                "soon,success=50%",
                at(When::Soon, What::Success, Threshold::Percent(50.0)),
            ),
        ];
        for (text, policy) in table {
            assert_eq!(text.parse::<HaltPolicy>().unwrap(), policy, "{text}");
        }
        for bad in [
            "",
            "3",
            "now",
            "now,fail",
            "now,fail=",
            "now,fail=0",
            "later,fail=1",
            "now,fail=101%",
        ] {
            assert!(bad.parse::<HaltPolicy>().is_err(), "{bad}");
        }
    }

    #[test]
    fn one_failure_gives_its_own_status() {
        use Decision::{Continue, Drain, End};
        assert_eq!(
            run("soon,fail=1", 3, &[Exited(0), Exited(7)]),
            [Continue, Drain(7)]
        );
        assert_eq!(run("now,fail=1", 3, &[Signaled(9)]), [End(137)]);
        assert_eq!(
            run("now,fail=2", 3, &[Exited(7), Exited(7), Exited(7)]),
            [Continue, End(2), Continue]
        );
    }

    #[test]
    fn success_and_done_and_shares() {
        use Decision::{Continue, Drain, End};
        assert_eq!(
            run("now,success=1", 3, &[Exited(1), Exited(0)]),
            [Continue, End(0)]
        );
        assert_eq!(
            run("soon,done=2", 3, &[Exited(1), Exited(0)]),
            [Continue, Drain(1)]
        );
        assert_eq!(
            run("50%", 4, &[Exited(1), Exited(0), Exited(1)]),
            [Continue, Continue, Drain(50)]
        );
    }
}
