//! The job log: GNU parallel's tab-separated columns, one line a job.
//!
//! Boundary: writes lines when jobs end and reads them back. A line is written
//! whole with one `write` or taken back, so that a reader never meets half a
//! record but for a last line torn by a crash.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
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
        let (exit, signal) = job.outcome.log_columns();
        let started = job.started.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.line.clear();
        // Writing to a Vec cannot fail.
        let _ = write!(
            self.line,
            "{}\t:\t{:.3}\t{:10.3}\t{}\t{}\t{exit}\t{signal}\t",
            job.seq,
            started.as_secs_f64(),
            job.runtime.as_secs_f64(),
            job.sent,
            job.received,
        );
        self.line
            .extend_from_slice(job.line.as_deref().unwrap_or_default());
        self.line.push(b'\n');
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

/// One record that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) seq: u64,
    pub(super) succeeded: bool,
    pub(super) command: Vec<u8>,
}

/// Reads a log; `each` is told every record in turn. A last line without its
/// newline was torn by a crash and is passed over.
pub(super) fn read(path: &Path, mut each: impl FnMut(Record)) -> Result<(), JobLogError> {
    let file = File::open(path).map_err(|error| JobLogError::Open(path.into(), error))?;
    let mut reader = BufReader::with_capacity(256 << 10, file);
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        number += 1;
        let n = reader
            .read_until(b'\n', &mut line)
            .map_err(|error| JobLogError::Read(path.into(), error))?;
        if n == 0 || line.pop() != Some(b'\n') {
            return Ok(());
        }
        if number == 1 && line.starts_with(b"Seq\t") {
            continue;
        }
        match parse(&line) {
            Ok(record) => each(record),
            Err(problem) => {
                // The newline that ended a torn line makes it look whole.
                if is_torn(&line) {
                    continue;
                }
                return Err(JobLogError::Malformed {
                    path: path.into(),
                    line: number,
                    problem,
                });
            }
        }
    }
}

/// Whether `line` is the beginning of a record that a crash cut short: it has
/// fewer fields than a record, and those it has are of the right form.
fn is_torn(line: &[u8]) -> bool {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b'\t').collect();
    let numeric = |field: &&[u8]| {
        field
            .iter()
            .all(|b| b.is_ascii_digit() || b" .-".contains(b))
    };
    fields.len() < 9
        && !line.is_empty()
        && fields
            .iter()
            .enumerate()
            .all(|(index, field)| index == 1 || numeric(field))
}

fn parse(line: &[u8]) -> Result<Record, &'static str> {
    let mut fields = line.splitn(9, |byte| *byte == b'\t');
    let mut number = || -> Result<&str, &'static str> {
        let field = fields.next().ok_or("it has fewer than nine columns")?;
        std::str::from_utf8(field)
            .map(str::trim)
            .map_err(|_| "a column is no number")
    };
    let seq = number()?.parse().map_err(|_| "Seq is no number")?;
    number()?;
    for _ in 0..4 {
        number()?
            .parse::<f64>()
            .map_err(|_| "a column is no number")?;
    }
    let exit: i64 = number()?.parse().map_err(|_| "Exitval is no number")?;
    let signal: i64 = number()?.parse().map_err(|_| "Signal is no number")?;
    let command = fields.next().ok_or("it has fewer than nine columns")?;
    Ok(Record {
        seq,
        succeeded: exit == 0 && signal == 0,
        command: command.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::{Captured, Outcome, SpillPolicy};
    use std::time::Duration;

    fn end(seq: u64, outcome: Outcome, line: &[u8]) -> JobEnd {
        let policy = SpillPolicy::new(std::env::temp_dir());
        JobEnd {
            order: seq,
            seq,
            outcome,
            started: UNIX_EPOCH + Duration::from_millis(1500),
            runtime: Duration::from_millis(12),
            sent: 0,
            received: 5,
            out: Captured::new(&policy),
            err: Captured::new(&policy),
            line: Some(line.to_vec()),
        }
    }

    fn records(path: &Path) -> Result<Vec<(u64, bool)>, String> {
        let mut all = Vec::new();
        read(path, |record| all.push((record.seq, record.succeeded)))
            .map_err(|error| error.to_string())?;
        Ok(all)
    }

    #[test]
    fn what_is_written_is_gnu_parallels_form_and_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut log = JobLog::create(&path).unwrap();
        log.record(&end(1, Outcome::Exited(0), b"echo a\tb"))
            .unwrap();
        log.record(&end(2, Outcome::Signaled(9), b"x")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            format!(
                "{HEADER}1\t:\t1.500\t     0.012\t0\t5\t0\t0\techo a\tb\n2\t:\t1.500\t     0.012\t0\t5\t0\t9\tx\n"
            )
        );
        let mut commands = Vec::new();
        read(&path, |record| commands.push(record.command)).unwrap();
        assert_eq!(commands, [b"echo a\tb".to_vec(), b"x".to_vec()]);
        assert_eq!(records(&path).unwrap(), [(1, true), (2, false)]);
    }

    #[test]
    fn a_torn_last_line_is_read_past_and_ended_by_the_next_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(
            &path,
            format!("{HEADER}1\t:\t1.500\t0.012\t0\t5\t0\t0\tx\n2\t:\t1.5"),
        )
        .unwrap();
        assert_eq!(records(&path).unwrap(), [(1, true)]);
        JobLog::append(&path)
            .unwrap()
            .record(&end(3, Outcome::Exited(0), b"y"))
            .unwrap();
        assert_eq!(records(&path).unwrap(), [(1, true), (3, true)]);
    }

    #[test]
    fn malformed_lines_are_refused_by_number() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        for (bad, problem) in [
            ("rm -rf x", "Seq is no number"),
            ("1\t:\t1.5\t0.0\t0\t5\tzero\t0\tx", "Exitval is no number"),
            ("", "Seq is no number"),
        ] {
            std::fs::write(&path, format!("{HEADER}{bad}\n3\t:\t1\t1\t0\t0\t0\t0\tx\n")).unwrap();
            let error = records(&path).unwrap_err();
            assert!(error.contains("line 2 is no record of a job"), "{error}");
            assert!(error.contains(problem), "{error}");
        }
    }

    #[test]
    fn a_full_disk_takes_the_record_back() {
        let Ok(file) = OpenOptions::new().append(true).open("/dev/full") else {
            return;
        };
        let mut log = JobLog {
            path: "/dev/full".into(),
            file,
            line: Vec::new(),
        };
        let error = log
            .record(&end(1, Outcome::Exited(0), b"x"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("/dev/full: No space left on device"),
            "{error}"
        );
    }
}
