//! `--retry-failed`: the jobs of a job log that failed, by their commands.
//!
//! Boundary: from the log to jobs with the numbers they had. A command is run
//! as it stands in the log, which prun wrote so that no value in it is code.

use super::ConfigError;
use crate::cli::{Args, Resume};
use crate::output::failed_jobs;
use crate::run::{JobSource, Logged, SourceError};
use crate::template::{Record, ShellKind, without_ansi_c};
use crate::ui;

/// Jobs that run again.
#[derive(Debug, Default)]
pub(super) struct Again {
    jobs: std::vec::IntoIter<(u64, Vec<u8>)>,
    total: u64,
    logged: Option<Logged>,
    shell: Syntax,
}

/// What the shell that runs the commands knows of quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Syntax {
    /// `$'..'`, in which prun's own face logs control characters.
    #[default]
    AnsiC,
    /// Plain quotes only.
    Plain,
}

impl Again {
    /// These jobs, each with its number.
    pub(super) fn new(jobs: Vec<(u64, Vec<u8>)>, shell: Syntax) -> Self {
        Self {
            total: jobs.len() as u64,
            jobs: jobs.into_iter(),
            logged: None,
            shell,
        }
    }
}

impl JobSource for Again {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        let Some((seq, line)) = self.jobs.next() else {
            return Ok(false);
        };
        records.clear();
        records.push(Record::single(&match self.shell {
            Syntax::AnsiC => line.clone(),
            Syntax::Plain => without_ansi_c(&line),
        }));
        self.logged = Some(Logged { seq, line });
        Ok(true)
    }

    fn is_plain(&self) -> bool {
        false
    }

    fn logged(&mut self) -> Option<Logged> {
        self.logged.take()
    }

    fn total(&self) -> Option<u64> {
        Some(self.total)
    }
}

/// The jobs to run again, if that is asked for. `shell` is what runs them.
pub(super) fn jobs(args: &Args, shell: ShellKind) -> Result<Option<Again>, ConfigError> {
    let Some((path, _)) = args
        .records
        .log()
        .filter(|_| args.resume.resume() == Resume::Failed)
    else {
        return Ok(None);
    };
    if !args.command.is_empty() || !args.sources.is_empty() {
        ui::note(
            "--retry-failed runs the commands of the job log; what else was given is not used",
        );
    }
    let syntax = match shell {
        ShellKind::Bash | ShellKind::Ksh | ShellKind::Zsh => Syntax::AnsiC,
        ShellKind::Posix | ShellKind::Dash | ShellKind::Other => Syntax::Plain,
    };
    Ok(Some(Again::new(failed_jobs(&path)?, syntax)))
}
