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

    /// What a job that ended so counts as, in GNU parallel's word, if it counts.
    pub(super) fn counts(self, outcome: &Outcome) -> Option<&'static str> {
        let Self::At(_, what, _) = self else {
            return None;
        };
        if matches!(outcome, Outcome::Ended | Outcome::Skipped) {
            return None;
        }
        match what {
            What::Fail => (!outcome.succeeded()).then_some("failed"),
            What::Success => outcome.succeeded().then_some("succeeded"),
            What::Done => Some("finished"),
        }
    }

    /// Whether it ends jobs that run.
    pub(super) fn ends_jobs(self) -> bool {
        matches!(self, Self::At(When::Now, ..))
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
        return (percent > 0.0 && percent.is_finite()).then_some(Threshold::Percent(percent));
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

    /// Whether the policy has been fulfilled.
    pub(super) fn has_decided(&self) -> bool {
        self.decided
    }

    fn reaches(&self, counted: u64, threshold: Threshold) -> bool {
        match (threshold, self.total) {
            (Threshold::Count(count), _) => counted >= count,
            (Threshold::Percent(percent), Some(total)) => share(counted, total) >= percent,
            (Threshold::Percent(_), None) => false,
        }
    }

    /// One job (which a share may come to): that job's own status. Several: how
    /// many failed. A share: the percentage that failed. Success reached: 0.
    fn status(&self, what: What, threshold: Threshold, outcome: &Outcome) -> i32 {
        let is_one = match threshold {
            Threshold::Count(count) => count == 1,
            #[expect(clippy::float_cmp, reason = "the whole job, or another share")]
            Threshold::Percent(percent) => {
                self.total.is_some_and(|total| share(1, total) == percent)
            }
        };
        match (what, threshold) {
            (What::Success, _) => 0,
            _ if is_one => outcome.status(),
            (_, Threshold::Count(_)) => i32::try_from(self.failed.min(101)).unwrap_or(101),
            (_, Threshold::Percent(_)) => self.failed_share(),
        }
    }

    /// The percentage that failed, rounded up.
    fn failed_share(&self) -> i32 {
        let share = (self.failed * 100).div_ceil(self.total.unwrap_or(1).max(1));
        i32::try_from(share.min(100)).unwrap_or(100)
    }

    /// GNU parallel's exit status of a run that came to its end with the policy
    /// unfulfilled, where it is not the number of jobs that failed.
    pub(super) fn unfulfilled(&self) -> Option<i32> {
        let is_share = matches!(self.policy, HaltPolicy::At(_, _, Threshold::Percent(_)));
        (is_share && !self.decided).then(|| self.failed_share())
    }
}

/// So many of all jobs, in percent.
#[expect(clippy::cast_precision_loss, reason = "a share of a number of jobs")]
fn share(counted: u64, total: u64) -> f64 {
    counted as f64 * 100.0 / total.max(1) as f64
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
            "now,fail=0%",
            "now,fail=inf%",
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
        // One job alone, whatever it is called.
        for policy in ["soon,done=1", "soon,fail=25%", "soon,done=25%"] {
            assert_eq!(run(policy, 4, &[Exited(33)]), [Drain(33)], "{policy}");
        }
        assert_eq!(run("soon,fail=20%", 4, &[Exited(33)]), [Drain(25)]);
        assert_eq!(
            run("now,done=50%", 4, &[Exited(0), Exited(5)]),
            [Continue, End(25)]
        );
    }

    #[test]
    fn a_share_that_is_not_reached_gives_the_percentage_that_failed() {
        let unfulfilled = |policy: &str, outcomes: &[Outcome]| {
            let total = u64::try_from(outcomes.len()).unwrap();
            let mut halt = Halt::new(policy.parse().unwrap(), Some(total));
            for outcome in outcomes {
                halt.count(outcome);
            }
            halt.unfulfilled()
        };
        let jobs = [Exited(9), Exited(0), Exited(0)];
        assert_eq!(unfulfilled("soon,fail=100%", &jobs), Some(34));
        assert_eq!(unfulfilled("now,fail=150%", &[Exited(9)]), Some(100));
        assert_eq!(unfulfilled("now,success=100%", &jobs), Some(34));
        assert_eq!(unfulfilled("soon,fail=2", &jobs), None);
        assert_eq!(unfulfilled("soon,fail=30%", &jobs), None);
    }
}
