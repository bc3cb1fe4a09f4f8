//! What is kept of a run on GNU parallel's face, and what an earlier one leaves
//! to do.
//!
//! Boundary: from its options to what `config/records` and `config/retry` open.
//! A job is known by its number alone, as GNU parallel has it.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::super::ConfigError;
use super::super::records::{self, Asked, KnownBy, ParseText, Records};
use super::super::retry::{Again, Syntax};
use super::shown::{grouping, is_ungrouped};
use crate::cli::LogStart;
use crate::cli::gnu::{Given, Opt};
use crate::output::{Grouping, Identity, JobLog, Paper, Resume, ResumeMode, Store, failed_jobs};

/// What of the run is only shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    /// Jobs run.
    Jobs,
    /// Their commands are printed.
    Shown,
}

/// `--joblog`: the file, and whether it goes on.
fn log(given: &Given) -> Option<(PathBuf, LogStart)> {
    // `--joblog "$LOG"` with no such variable is no log.
    let name = given.last(Opt::JobLog).filter(|name| !name.is_empty())?;
    Some(match name.as_bytes().strip_prefix(b"+") {
        Some(name) => (
            Path::new(std::ffi::OsStr::from_bytes(name)).to_path_buf(),
            LogStart::Append,
        ),
        None => (name.into(), LogStart::New),
    })
}

/// The jobs of the log that failed, if they alone are to run.
pub(super) fn again(given: &Given) -> Result<Option<Again>, ConfigError> {
    match log(given) {
        // Without a log there is nothing to go by, and the run is as any other.
        Some((path, _)) if given.has(Opt::RetryFailed) && path.exists() => {
            Ok(Some(Again::new(failed_jobs(&path)?, Syntax::AnsiC)))
        }
        _ => Ok(None),
    }
}

/// Whether the names of files are printed: where output would come line by line,
/// those of `--results` are, too.
fn names_files(given: &Given) -> bool {
    match given.last(Opt::Results) {
        None => given.has(Opt::Files) && !is_ungrouped(given),
        Some(name) if records::form(name.as_bytes()).is_some() => given.has(Opt::Files),
        Some(_) => given.has(Opt::Files) || grouping(given) == Grouping::LineBuffered,
    }
}

/// What the options say. `names` are those of columns.
pub(super) fn of(
    given: &Given,
    names: &[(Vec<u8>, usize)],
    temporary: &Path,
    parse: &ParseText<'_>,
    runs: Runs,
    known_by: KnownBy,
) -> Result<Records, ConfigError> {
    let resumes = given.has(Opt::Resume) || given.has(Opt::ResumeFailed);
    let goes_on = resumes || given.has(Opt::RetryFailed);
    let asked = Asked {
        results: given.last(Opt::Results).map(|name| name.as_bytes()),
        files: names_files(given),
        temporary,
        known_by,
        rows: if goes_on {
            LogStart::Append
        } else {
            LogStart::New
        },
    };
    let log = log(given);
    if resumes && log.is_none() && asked.results.is_none() {
        return Err(ConfigError::Usage(
            "--resume and --resume-failed require --joblog or --results.",
        ));
    }
    let place = asked.place(names, parse)?;
    let resume = match &log {
        _ if !resumes => None,
        None => Some(records::by_results(&place)?),
        Some((path, _)) => {
            let mode = if given.has(Opt::ResumeFailed) {
                ResumeMode::Succeeded
            } else {
                ResumeMode::Logged
            };
            Some(Resume::read(path, mode, Identity::Seq)?)
        }
    };
    let joblog = match log {
        None => None,
        Some(_) if runs == Runs::Shown => None,
        Some((path, LogStart::New)) if !goes_on => Some(JobLog::create(&path)?),
        Some((path, _)) => Some(JobLog::append(&path)?),
    };
    let (store, paper) = match runs {
        Runs::Shown => (Store::Printed, Paper::Own),
        Runs::Jobs => place.open()?,
    };
    Ok(Records {
        joblog,
        resume,
        store,
        paper,
    })
}
