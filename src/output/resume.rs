//! `--resume` and `--resume-failed`: which jobs an earlier run has done.
//!
//! Boundary: reads a job log into as little memory as a million jobs allow (a
//! number and a hash each) and answers for one job at a time.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};
use std::io::ErrorKind;
use std::path::Path;

use super::joblog::{JobLogError, read};

/// Which jobs of the log are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumeMode {
    /// All that are in it.
    Logged,
    /// Those that succeeded.
    Succeeded,
}

/// The jobs that need not run again.
pub struct Resume {
    done: HashMap<u64, (u64, bool)>,
    mode: ResumeMode,
    mismatched: Option<u64>,
}

impl Resume {
    /// Reads the log at `path`; the last record of a job counts. A log that is
    /// not there holds no job.
    pub fn read(path: &Path, mode: ResumeMode) -> Result<Self, JobLogError> {
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
            mismatched: None,
        })
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
            self.mismatched.get_or_insert(seq);
            return false;
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
        Resume::read(&path, mode).unwrap()
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
    fn a_log_that_is_not_there_holds_nothing() {
        assert!(
            !Resume::read(Path::new("/nonexistent/log"), ResumeMode::Logged)
                .unwrap()
                .knows(1)
        );
    }
}
