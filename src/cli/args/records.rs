//! Options that say what is recorded of a run, and what is done again.

use std::path::PathBuf;

/// What is recorded of a run.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Records")]
pub struct RecordArgs {
    /// Write a line for each job to FILE
    ///
    /// Tab-separated: Seq Host Starttime JobRuntime Send Receive Exitval
    /// Signal Command. FILE is replaced, unless --resume or --resume-failed
    /// is given.
    #[arg(long, alias = "jl", value_name = "FILE", allow_hyphen_values = true, value_hint = clap::ValueHint::FilePath)]
    pub joblog: Option<PathBuf>,
}

/// What an earlier run's record leaves to do.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Records")]
pub struct ResumeArgs {
    /// Run only jobs that are not in the job log
    #[arg(long)]
    pub(in crate::cli) resume: bool,

    /// Run jobs that failed or are not in the job log
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) resume_failed: bool,
}

/// Which jobs of an earlier run are run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// All: it is not looked at.
    All,
    /// Those that are not in the job log.
    Missing,
    /// Those that failed, and those that are not in the job log.
    FailedAndMissing,
}

impl ResumeArgs {
    /// What was asked for.
    pub fn resume(&self) -> Resume {
        match (self.resume, self.resume_failed) {
            (_, true) => Resume::FailedAndMissing,
            (true, false) => Resume::Missing,
            (false, false) => Resume::All,
        }
    }
}
