//! The job log: GNU parallel's tab-separated columns, one line a job.
//!
//! Boundary: writes lines when jobs end; `read` reads them back. A line is
//! written whole with one `write` or taken back, so that a reader never meets
//! half a record but for a last line torn by a crash. A command with newlines
//! in it has NUL bytes in their place, which no command can have otherwise.

mod read;
#[cfg(test)]
mod tests;

pub use read::failed_jobs;
pub(super) use read::read;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::event::JobEnd;
use crate::ui::{Errno, Shown};

const HEADER: &str = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";

/// A job log could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum JobLogError {
    /// The file cannot be opened.
    #[error("cannot open the job log {}: {}", Shown(.0.as_os_str().as_bytes()), Errno(.1))]
    Open(PathBuf, io::Error),
    /// A record cannot be written; it was taken back.
    #[error("cannot write the job log {}: {}", Shown(.0.as_os_str().as_bytes()), Errno(.1))]
    Write(PathBuf, io::Error),
    /// The file cannot be read.
    #[error("cannot read the job log {}: {}", Shown(.0.as_os_str().as_bytes()), Errno(.1))]
    Read(PathBuf, io::Error),
    /// A line is no record.
    #[error("{}: line {line} is no record of a job: {problem} (repair or remove the line, or start a new job log)",
        Shown(.path.as_os_str().as_bytes()))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// A job log that is being written.
pub struct JobLog {
    path: PathBuf,
    file: File,
    line: Vec<u8>,
}

impl JobLog {
    /// Starts a new log; one that is there is emptied.
    pub fn create(path: &Path) -> Result<Self, JobLogError> {
        // Opened to append, so that several writers (the stages of a preset)
        // do not overwrite each other; so it has to be emptied by hand.
        let mut log = Self::open(path, OpenOptions::new().append(true).create(true))?;
        if log.file.metadata().is_ok_and(|meta| meta.is_file()) {
            log.file
                .set_len(0)
                .map_err(|error| JobLogError::Write(path.into(), error))?;
        }
        log.file
            .write_all(HEADER.as_bytes())
            .map_err(|error| JobLogError::Write(path.into(), error))?;
        Ok(log)
    }

    /// Goes on with a log. A torn last line is ended first, so that it stays
    /// one line.
    pub fn append(path: &Path) -> Result<Self, JobLogError> {
        let is_new = std::fs::metadata(path).is_ok_and(|meta| meta.len() == 0) || !path.exists();
        let mut log = Self::open(path, OpenOptions::new().append(true).create(true))?;
        let start: &[u8] = if is_new {
            HEADER.as_bytes()
        } else if ends_torn(path) {
            b"\n"
        } else {
            b""
        };
        log.file
            .write_all(start)
            .map_err(|error| JobLogError::Write(path.into(), error))?;
        Ok(log)
    }

    fn open(path: &Path, options: &OpenOptions) -> Result<Self, JobLogError> {
        let file = options
            .open(path)
            .map_err(|error| JobLogError::Open(path.into(), error))?;
        Ok(Self {
            path: path.into(),
            file,
            line: Vec::new(),
        })
    }

    /// Writes the record of a job that has ended.
    pub fn record(&mut self, job: &JobEnd) -> Result<(), JobLogError> {
        self.line.clear();
        row(job, &mut self.line);
        self.write_line()
    }

    /// Writes a record that [`row`] has made.
    pub fn add(&mut self, row: &[u8]) -> Result<(), JobLogError> {
        self.line.clear();
        self.line.extend_from_slice(row);
        self.write_line()
    }

    fn write_line(&mut self) -> Result<(), JobLogError> {
        self.write_whole()
            .map_err(|error| JobLogError::Write(self.path.clone(), error))
    }

    fn write_whole(&mut self) -> io::Result<()> {
        let before = self.file.metadata()?.len();
        let result = self.file.write_all(&self.line);
        if result.is_err()
            && self
                .file
                .metadata()
                .is_ok_and(|meta| meta.is_file() && meta.len() > before)
        {
            self.file.set_len(before)?;
        }
        result
    }
}

/// Appends the record of a job that has ended, a line.
pub fn row(job: &JobEnd, line: &mut Vec<u8>) {
    let (exit, signal) = job.outcome.log_columns();
    let started = job.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    // Writing to a Vec cannot fail.
    let _ = write!(
        line,
        "{}\t:\t{:.3}\t{:10.3}\t{}\t{}\t{exit}\t{signal}\t",
        job.seq,
        started.as_secs_f64(),
        job.runtime.as_secs_f64(),
        job.sent,
        job.received,
    );
    let command = job.line.as_deref().unwrap_or_default();
    let one_line = |byte: &u8| if *byte == b'\n' { 0 } else { *byte };
    line.extend(command.iter().map(one_line));
    line.push(b'\n');
}

fn ends_torn(path: &Path) -> bool {
    use std::os::unix::fs::FileExt;
    let Ok(file) = File::open(path) else {
        return false;
    };
    let Ok(meta) = file.metadata() else {
        return false;
    };
    let mut last = [0];
    meta.len() > 0 && file.read_exact_at(&mut last, meta.len() - 1).is_ok() && last != *b"\n"
}
