//! `--resume` and `--resume-failed`: which jobs an earlier run has done.
//!
//! Boundary: reads a job log into as little memory as a million jobs allow (a
//! number and a hash each), or looks for kept output, and answers for one job
//! at a time.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};
use std::io::ErrorKind;
use std::path::Path;

use super::joblog::{JobLogError, read};
use super::results::Results;
use crate::template::Values;

/// Which jobs of the log are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumeMode {
    /// All that are in it.
    Logged,
    /// Those that succeeded.
    Succeeded,
}

/// What a job is known by in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Its number and its command: the same number with another command is
    /// another job, which is run.
    SeqAndCommand,
    /// Its number alone, as GNU parallel has it: a list of inputs that has
    /// changed leaves the wrong jobs out, so that is told.
    Seq,
}

/// The jobs that need not run again.
pub struct Resume {
    done: HashMap<u64, (u64, bool)>,
    mode: ResumeMode,
    identity: Identity,
    /// Where output was kept, if there is no log.
    results: Option<Results>,
    mismatched: Option<u64>,
}

impl Resume {
    /// Reads the log at `path`; the last record of a job counts. A log that is
    /// not there holds no job.
    pub fn read(path: &Path, mode: ResumeMode, identity: Identity) -> Result<Self, JobLogError> {
        let mut done = HashMap::new();
        let result = read(path, |record| {
            done.insert(record.seq, (fingerprint(&record.command), record.succeeded));
        });
        match result {
            Err(JobLogError::Open(_, error)) if error.kind() == ErrorKind::NotFound => {}
            result => result?,
        }
        Ok(Self {
            done,
            mode,
            identity,
            results: None,
            mismatched: None,
        })
    }

    /// The jobs whose output is kept in `results`, however they ended.
    pub fn by_results(results: Results) -> Self {
        Self {
            done: HashMap::new(),
            mode: ResumeMode::Logged,
            identity: Identity::SeqAndCommand,
            results: Some(results),
            mismatched: None,
        }
    }

    /// Whether the output of this job is kept, where that is what counts.
    pub fn is_kept(&self, values: &Values<'_>) -> bool {
        self.results
            .as_ref()
            .is_some_and(|results| results.has(values))
    }

    /// What a job is known by.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Whether job `seq` is in the log at all, so that its command is worth
    /// rendering.
    pub fn knows(&self, seq: u64) -> bool {
        self.done.contains_key(&seq)
    }

    /// Whether the job need not run: one with this number *and* this command
    /// is done. The same number with another command is another job. Without
    /// `command` (it names a slot, which differs from run to run) the number
    /// alone decides.
    pub fn is_done(&mut self, seq: u64, command: Option<&[u8]>) -> bool {
        let Some((hash, succeeded)) = self.done.get(&seq) else {
            return false;
        };
        if command.is_some_and(|command| *hash != fingerprint(command)) {
            let is_another = self.identity == Identity::SeqAndCommand;
            // With GNU parallel, jobs that failed may be run by a new command.
            if is_another || self.mode == ResumeMode::Logged {
                self.mismatched.get_or_insert(seq);
            }
            if is_another {
                return false;
            }
        }
        *succeeded || self.mode == ResumeMode::Logged
    }

    /// The first job whose command is not the one that was logged, if any.
    pub fn mismatched(&self) -> Option<u64> {
        self.mismatched
    }
}

/// A command as a number; two runs of one prun agree on it.
pub fn fingerprint(command: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(command);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resume(mode: ResumeMode) -> Resume {
        resume_by(mode, Identity::SeqAndCommand)
    }

    fn resume_by(mode: ResumeMode, identity: Identity) -> Resume {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let row = |seq, exit, command| format!("{seq}\t:\t1\t1\t0\t0\t{exit}\t0\t{command}\n");
        let log = [
            row(1, 0, "a"),
            row(2, 1, "b"),
            row(2, 0, "b"),
            row(3, 7, "c"),
        ]
        .concat();
        std::fs::write(&path, log).unwrap();
        Resume::read(&path, mode, identity).unwrap()
    }

    #[test]
    fn the_last_record_counts() {
        let mut failed = resume(ResumeMode::Succeeded);
        assert!(failed.is_done(2, Some(b"b")));
        assert!(!failed.is_done(3, Some(b"c")));
        assert!(resume(ResumeMode::Logged).is_done(3, Some(b"c")));
        assert!(!resume(ResumeMode::Logged).is_done(4, Some(b"d")));
    }

    #[test]
    fn another_command_is_another_job() {
        let mut resume = resume(ResumeMode::Logged);
        assert!(!resume.is_done(1, Some(b"z")));
        assert_eq!(resume.mismatched(), Some(1));
        assert!(resume.is_done(1, None));
    }

    #[test]
    fn by_number_alone_another_command_is_the_same_job_and_is_told() {
        let mut resume = resume_by(ResumeMode::Logged, Identity::Seq);
        assert!(resume.is_done(1, Some(b"a")));
        assert_eq!(resume.mismatched(), None);
        assert!(resume.is_done(1, Some(b"z")));
        assert_eq!(resume.mismatched(), Some(1));
    }

    #[test]
    fn a_log_that_is_not_there_holds_nothing() {
        assert!(
            !Resume::read(
                Path::new("/nonexistent/log"),
                ResumeMode::Logged,
                Identity::Seq
            )
            .unwrap()
            .knows(1)
        );
    }
}
