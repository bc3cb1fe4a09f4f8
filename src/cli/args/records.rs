//! Options that say what is recorded of a run, and what is done again.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// What is recorded of a run.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Records")]
pub struct RecordArgs {
    /// Write a line for each job to FILE
    ///
    /// Tab-separated: Seq Host Starttime JobRuntime Send Receive Exitval
    /// Signal Command. FILE is replaced; +FILE, and FILE with --resume,
    /// --resume-failed or --retry-failed, is added to. Newlines in a command
    /// stand as NUL bytes.
    #[arg(long, alias = "jl", value_name = "FILE", allow_hyphen_values = true, value_hint = clap::ValueHint::FilePath)]
    pub(in crate::cli) joblog: Option<PathBuf>,
}

/// How a job log begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogStart {
    /// What is there is replaced.
    New,
    /// It is added to.
    Append,
}

impl RecordArgs {
    /// The job log, and how it begins.
    pub fn log(&self) -> Option<(PathBuf, LogStart)> {
        let typed = self.joblog.as_ref()?;
        Some(match typed.as_os_str().as_bytes().strip_prefix(b"+") {
            Some(rest) => (OsString::from_vec(rest.to_vec()).into(), LogStart::Append),
            None => (typed.clone(), LogStart::New),
        })
    }
}

/// Where the output of jobs is kept.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct ResultsArgs {
    /// Keep output in files below NAME, or in NAME.csv
    ///
    /// Nothing is printed then. NAME is a directory, in which each job has
    /// COLUMN/VALUE/.../stdout, stderr and seq; or a template, as in 'out/<#>.txt',
    /// which names the file for standard output, with .err and .seq for the
    /// others; or, ending in a slash, a directory of them. A NAME that ends in
    /// .csv, .tsv or .json is a table with a row for each job; -.csv is printed.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, hide_short_help = true, value_hint = clap::ValueHint::AnyPath)]
    pub results: Option<OsString>,

    /// Print the names of files that hold the output
    ///
    /// Those of --results, or new ones in the temporary directory.
    #[arg(long, hide_short_help = true)]
    pub files: bool,

    /// Put temporary files in DIR, in place of $TMPDIR
    #[arg(long, value_name = "DIR", allow_hyphen_values = true, hide_short_help = true, value_hint = clap::ValueHint::DirPath)]
    pub tmpdir: Option<PathBuf>,
}

/// What an earlier run's record leaves to do.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Records")]
pub struct ResumeArgs {
    /// Run only jobs that are not in the job log
    ///
    /// Without a job log: those whose output is not in --results.
    #[arg(long)]
    pub(in crate::cli) resume: bool,

    /// Run jobs that failed or are not in the job log
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) resume_failed: bool,

    /// Run the commands of the job log that failed
    ///
    /// As they stand there: neither the inputs nor the command are looked at.
    #[arg(long, hide_short_help = true, conflicts_with_all = ["resume", "resume_failed"])]
    pub(in crate::cli) retry_failed: bool,
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
    /// Those that failed, by the commands of the job log.
    Failed,
}

impl ResumeArgs {
    /// What was asked for.
    pub fn resume(&self) -> Resume {
        if self.retry_failed {
            return Resume::Failed;
        }
        match (self.resume, self.resume_failed) {
            (_, true) => Resume::FailedAndMissing,
            (true, false) => Resume::Missing,
            (false, false) => Resume::All,
        }
    }
}
