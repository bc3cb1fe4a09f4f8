//! Values of GNU parallel's options, as numbers and policies.
//!
//! Boundary: from what was typed to what it means; each error is in GNU
//! parallel's own words where scripts may know them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::time::Duration;

use super::super::jobs_file::{self, Asked, JobsFile};
use super::super::{ConfigError, Env};
use super::machine::{self, Cpus};
use super::semaphore;
use crate::cli::gnu::{Given, GnuError, Opt};
use crate::cli::{Size, Span};
use crate::pipeline::Jobs;
use crate::run::{Pacing, TimeoutPolicy};
use crate::template::GnuBatch;

/// A value as text.
pub(super) fn text<'v>(value: &'v OsStr, option: &'static str) -> Result<&'v str, ConfigError> {
    value
        .to_str()
        .ok_or_else(|| wrong(option, value, "give it in UTF-8"))
}

pub(super) fn wrong(option: &'static str, value: &OsStr, accepted: &'static str) -> ConfigError {
    ConfigError::Gnu(GnuError::Value {
        option,
        value: value.to_string_lossy().into_owned(),
        accepted,
    })
}

/// A whole number from 0.
pub(super) fn number(value: &OsStr, option: &'static str) -> Result<u64, ConfigError> {
    let parsed = value.to_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| wrong(option, value, "give a whole number"))
}

/// A length of time.
pub(super) fn span(value: &OsStr, option: &'static str) -> Result<Duration, ConfigError> {
    let parsed = value.to_str().and_then(|text| text.parse::<Span>().ok());
    parsed.map(|Span(time)| time).ok_or_else(|| {
        wrong(
            option,
            value,
            "give seconds, or a time such as 1d3.5h16.6m4s",
        )
    })
}

/// How far apart the first jobs start where the order of output is that of
/// their ends.
const OPENING: Duration = Duration::from_millis(3);

/// `--delay`: a time, and whether it changes (`auto` behind it).
pub(super) fn delay(given: &Given) -> Result<(Duration, Pacing), ConfigError> {
    let Some(value) = given.last(Opt::Delay) else {
        return Ok(if given.is_on(Opt::KeepOrder, Opt::NoKeepOrder) {
            (Duration::ZERO, Pacing::Fixed)
        } else {
            (OPENING, Pacing::Opening)
        });
    };
    match value.as_bytes().strip_suffix(b"auto") {
        Some(time) => {
            let time = match time {
                b"" => Duration::ZERO,
                time => span(OsStr::from_bytes(time), "--delay")?,
            };
            Ok((time, Pacing::Adaptive))
        }
        None => Ok((span(value, "--delay")?, Pacing::Fixed)),
    }
}

/// `--timeout`.
pub(super) fn timeout(given: &Given) -> Result<TimeoutPolicy, ConfigError> {
    let Some(value) = given.last(Opt::Timeout) else {
        return Ok(TimeoutPolicy::None);
    };
    let wrong = || ConfigError::Usage("--timeout must be seconds or percentage.");
    let text = value.to_str().ok_or_else(wrong)?;
    if text.ends_with('%') {
        return text.parse().map_err(|_| wrong());
    }
    match span(value, "--timeout") {
        Ok(Duration::ZERO) => Ok(TimeoutPolicy::None),
        Ok(time) => Ok(TimeoutPolicy::Fixed(time)),
        Err(_) => Err(wrong()),
    }
}

/// How many jobs run at once.
pub(super) struct Slots {
    /// Now.
    pub(super) now: usize,
    /// The file that says so from now on, if `-j` names one.
    pub(super) file: Option<JobsFile>,
}

/// Reads `-j`, on this machine or on as many CPUs as `hosts` says.
pub(super) fn slots(given: &Given, hosts: Option<usize>, env: &Env) -> Result<Slots, ConfigError> {
    let way = match given.last_of(&[Opt::UseSockets, Opt::UseCores, Opt::UseCpus]) {
        Some((Opt::UseSockets | Opt::UseCpus, _)) => Cpus::Sockets,
        Some(_) => Cpus::Cores,
        None => Cpus::Threads,
    };
    let cpus = hosts.unwrap_or_else(|| machine::cpus(way, env));
    let asked = match given.last(Opt::Jobs) {
        Some(value) => jobs_file::asked(value, jobs).ok_or(ConfigError::Usage(
            "Parsing of --jobs/-j/--max-procs/-P failed.",
        ))?,
        None if given.has(Opt::Tty) || semaphore::is_asked(given) => Asked {
            jobs: Jobs::Count(std::num::NonZeroU32::MIN),
            file: None,
        },
        None => Asked {
            jobs: Jobs::Percent(100),
            file: None,
        },
    };
    match asked.jobs {
        Jobs::Minus(fewer) if usize::try_from(fewer).is_ok_and(|fewer| fewer >= cpus) => {
            Err(ConfigError::Usage("Cannot run any jobs."))
        }
        now => Ok(Slots {
            now: now.resolve(cpus),
            file: asked.file.map(|path| JobsFile {
                path,
                first: now,
                parse: jobs,
                cpus,
            }),
        }),
    }
}

/// A number of jobs as GNU parallel writes it.
fn jobs(text: &str) -> Option<Jobs> {
    let text = text.trim();
    // Of a fraction of a percent nothing is left, but it is none the worse.
    match text.strip_suffix('%').and_then(|text| text.split_once('.')) {
        Some((whole, part)) if part.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{whole}%").parse().ok()
        }
        _ => text.parse().ok(),
    }
}

/// What makes several inputs into one job.
pub(super) struct Several {
    pub(super) max_records: Option<usize>,
    pub(super) lines: Option<usize>,
    pub(super) max_chars: Option<usize>,
    /// Whether a job takes as many as fit.
    pub(super) fills: bool,
    /// Whether the last ones are spread over the slots.
    pub(super) spreads: bool,
    pub(super) batch: GnuBatch,
}

/// Reads the options for it.
pub(super) fn several(given: &Given) -> Result<Several, ConfigError> {
    let count = |value: &OsStr, option| {
        let size = value.to_str().and_then(|text| text.parse::<Size>().ok());
        let count = match size {
            Some(Size(count)) => Ok(count),
            None => number(value, option),
        };
        count.map(|count| usize::try_from(count).unwrap_or(usize::MAX))
    };
    // Wherever they stand, `-N` counts before `-n`.
    let records = match (given.last(Opt::MaxReplaceArgs), given.last(Opt::MaxArgs)) {
        (Some(value), _) => Some(count(value, "-N")?),
        (None, Some(value)) => Some(count(value, "-n")?),
        (None, None) => None,
    };
    let lines = match given.last_of(&[Opt::MaxLines, Opt::MaxLinesMaybe]) {
        Some((_, Some(value))) => Some(count(value, "-L")?),
        Some((_, None)) => Some(1),
        None => None,
    };
    let max_chars = match given.last(Opt::MaxChars) {
        None => None,
        Some(value) => {
            let size = value.to_str().and_then(|text| text.parse::<Size>().ok());
            let size = size.ok_or_else(|| wrong("-s", value, "give a number of characters"))?;
            Some(usize::try_from(size.0).unwrap_or(usize::MAX))
        }
    };
    let joins = given.has(Opt::Insert) || given.has(Opt::Xargs);
    let fills = joins || given.has(Opt::ContextReplace);
    // `-N` and `-L` repeat the word around `{}`, `-n` and `-l` do not.
    let repeats = [Opt::ContextReplace, Opt::MaxReplaceArgs, Opt::MaxLines];
    let batch = if records == Some(0) || lines == Some(0) {
        GnuBatch::LeftOut
    } else if repeats.into_iter().any(|option| given.has(option)) {
        GnuBatch::Repeated
    } else {
        GnuBatch::Joined
    };
    Ok(Several {
        max_records: records.map(|count| count.max(1)),
        lines: lines.map(|count| count.max(1)),
        max_chars,
        fills,
        spreads: fills && !given.has(Opt::Xargs),
        batch,
    })
}
