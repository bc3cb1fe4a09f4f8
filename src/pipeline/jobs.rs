//! How many jobs run at once, as it is written after `-j` and in a preset.
//!
//! Boundary: the notation and its arithmetic; the number of CPUs is told by the caller.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use thiserror::Error;

/// A number of jobs, absolute or by the number of CPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jobs {
    /// `N`: this many.
    Count(NonZeroU32),
    /// `+N`: so many more than there are CPUs.
    Plus(u32),
    /// `-N`: so many fewer than there are CPUs.
    Minus(u32),
    /// `N%`: this part of the number of CPUs.
    Percent(u32),
    /// `0`: as many as possible.
    Unlimited,
}

/// A number of jobs that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{given}` is not a number of jobs; give N, +N or -N (more or fewer than the CPUs), N% (of the CPUs), or 0 (as many as possible)"
)]
pub struct JobsError {
    /// What was given.
    pub given: String,
}

impl Jobs {
    /// What `0` stands for. Each slot is a thread and each running job several
    /// descriptors, so there is an end; a machine of the usual limits has no
    /// room for so many jobs, and the runner waits where room is lacking.
    pub const MOST: usize = 4096;

    /// The number of jobs on a machine with `cpus` CPUs; at least 1, as
    /// parallel(1) promises for `-N`, `+N` and `N%`. Percentages are rounded down.
    pub fn resolve(self, cpus: usize) -> usize {
        let jobs = match self {
            Self::Count(count) => widen(count.get()),
            Self::Plus(more) => cpus.saturating_add(widen(more)),
            Self::Minus(fewer) => cpus.saturating_sub(widen(fewer)),
            Self::Percent(percent) => cpus.saturating_mul(widen(percent)) / 100,
            Self::Unlimited => Self::MOST,
        };
        jobs.max(1)
    }
}

fn widen(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

impl FromStr for Jobs {
    type Err = JobsError;

    fn from_str(given: &str) -> Result<Self, JobsError> {
        let error = || JobsError {
            given: given.to_owned(),
        };
        // `u32::from_str` takes a sign, which here has a meaning of its own.
        let number = |digits: &str| match digits.as_bytes() {
            [b'0'..=b'9', ..] => digits.parse::<u32>().map_err(|_| error()),
            _ => Err(error()),
        };
        if let Some(more) = given.strip_prefix('+') {
            number(more).map(Self::Plus)
        } else if let Some(fewer) = given.strip_prefix('-') {
            number(fewer).map(Self::Minus)
        } else if let Some(percent) = given.strip_suffix('%') {
            number(percent).map(Self::Percent)
        } else {
            Ok(NonZeroU32::new(number(given)?).map_or(Self::Unlimited, Self::Count))
        }
    }
}

impl fmt::Display for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Plus(more) => write!(f, "+{more}"),
            Self::Minus(fewer) => write!(f, "-{fewer}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::Unlimited => f.write_str("0"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resolved(given: &str, cpus: usize) -> usize {
        given.parse::<Jobs>().unwrap().resolve(cpus)
    }

    #[test]
    fn every_form_is_read_and_resolved() {
        assert_eq!(resolved("225", 2), 225);
        assert_eq!(resolved("007", 2), 7);
        assert_eq!(resolved("+0", 8), 8);
        assert_eq!(resolved("+3", 8), 11);
        assert_eq!(resolved("-3", 8), 5);
        assert_eq!(resolved("-9", 8), 1);
        assert_eq!(resolved("150%", 3), 4);
        assert_eq!(resolved("1%", 8), 1);
        assert_eq!(resolved("0%", 8), 1);
        assert_eq!(resolved("0", 8), Jobs::MOST);
        assert_eq!(resolved("100%", 0), 1);
    }

    #[test]
    fn anything_else_is_refused() {
        for given in [
            "",
            "abc",
            "+",
            "-",
            "%",
            "++1",
            "+-1",
            "--1",
            "1.5",
            " 1",
            "1 ",
            "1%%",
            "+1%",
            "4294967296",
            "auto",
        ] {
            let error = given.parse::<Jobs>().unwrap_err();
            assert_eq!(error.given, given);
        }
        assert_eq!(
            "abc".parse::<Jobs>().unwrap_err().to_string(),
            "`abc` is not a number of jobs; give N, +N or -N (more or fewer than the CPUs), \
             N% (of the CPUs), or 0 (as many as possible)"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(sign in "[+-]?", number: u32, cpus in 0_usize..1000) {
            let jobs: Jobs = format!("{sign}{number}").parse().unwrap();
            prop_assert_eq!(jobs.to_string().parse::<Jobs>(), Ok(jobs));
            prop_assert!(jobs.resolve(cpus) >= 1);
        }
    }
}
