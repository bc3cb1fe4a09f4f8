//! `--log FILE`: JSON Lines, one object for each failure.
//!
//! Boundary: a line is written when the thing happens, with one `write`, whole
//! or not at all: what was recorded outlives a SIGKILL. Lines that cannot be
//! written (the log's disk is often the one that is full) are counted, and the
//! copy goes on. The form: `docs/report.md`.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::Serialize;

use super::error::CopyingError;
use super::json::{JsonFailure, exact, text, time};
use crate::copy::Failure;

/// A log that is being written.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    lost: u64,
    why: Option<io::Error>,
}

#[derive(Serialize)]
struct FailureLine {
    kind: &'static str,
    time: String,
    #[serde(flatten)]
    failure: JsonFailure,
}

#[derive(Serialize)]
struct EntryLine<'a> {
    kind: &'static str,
    time: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_b64: Option<String>,
    done: &'a str,
}

impl Log {
    /// Starts a log; one that is there is emptied.
    pub(super) fn create(path: &Path) -> Result<Self, CopyingError> {
        let open = || {
            // Opened to append, so that a program that rotates or empties it
            // leaves no hole; so it has to be emptied by hand.
            let file = OpenOptions::new().append(true).create(true).open(path)?;
            if file.metadata()?.is_file() {
                file.set_len(0)?;
            }
            Ok(file)
        };
        let file = open().map_err(|error| CopyingError::NoLog(path.into(), error))?;
        Ok(Self {
            path: path.into(),
            state: Mutex::new(State {
                file,
                lost: 0,
                why: None,
            }),
        })
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Records a failure.
    pub(super) fn failure(&self, failure: &Failure) {
        self.line(&FailureLine {
            kind: "failure",
            time: time(SystemTime::now()),
            failure: failure.into(),
        });
    }

    /// Records an entry and what was done with it, in a word.
    pub(super) fn entry(&self, path: &[u8], done: &str) {
        self.line(&EntryLine {
            kind: "entry",
            time: time(SystemTime::now()),
            path: text(path),
            path_b64: exact(path),
            done,
        });
    }

    /// What is missing in it, if anything is.
    pub(super) fn lost(&self) -> Option<CopyingError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = state.lost;
        state.why.take().map(|error| CopyingError::LogLost {
            path: self.path.clone(),
            lines,
            error,
        })
    }

    fn line(&self, object: &impl Serialize) {
        let written = serde_json::to_vec(object).map_err(io::Error::from);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let written = written.and_then(|mut line| {
            line.push(b'\n');
            write_whole(&mut state.file, &line)
        });
        if let Err(error) = written {
            state.lost += 1;
            state.why.get_or_insert(error);
        }
    }
}

/// Writes a line, or takes back what was written of one that did not fit.
fn write_whole(file: &mut File, line: &[u8]) -> io::Result<()> {
    let before = file.metadata()?.len();
    let result = file.write_all(line);
    if result.is_err() {
        let after = file.metadata()?;
        if after.is_file() && after.len() > before {
            file.set_len(before)?;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::{Class, Op, Side};
    use rustix::io::Errno;

    fn failure(path: &[u8]) -> Failure {
        Failure {
            path: path.to_vec(),
            side: Side::Source,
            op: Op::Read,
            errno: Errno::IO,
            class: Class::Failed,
        }
    }

    fn lines(path: &Path) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.ends_with('\n'), "{text:?}");
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_is_an_object_whatever_the_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(&path, "of an earlier run\n").unwrap();
        let log = Log::create(&path).unwrap();
        log.failure(&failure(b"a\n\"\xff"));
        log.entry(b"b", "file");
        let lines = lines(&path);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["kind"], "failure");
        assert_eq!(lines[0]["path"], "a\n\"\u{fffd}");
        assert_eq!(lines[0]["path_b64"], "YQoi/w==");
        assert_eq!(lines[0]["errno"], "EIO");
        assert_eq!(lines[0]["side"], "source");
        assert_eq!(lines[1]["kind"], "entry");
        assert_eq!(lines[1]["done"], "file");
        assert_eq!(lines[1].get("path_b64"), None);
        assert!(log.lost().is_none());
    }

    #[test]
    fn lines_of_many_threads_stay_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let log = Log::create(&path).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let log = &log;
                scope.spawn(move || {
                    for n in 0..200 {
                        log.failure(&failure(format!("{thread}/{n}").as_bytes()));
                    }
                });
            }
        });
        assert_eq!(lines(&path).len(), 1_600);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let log = Log::create(Path::new("/dev/full")).unwrap();
        log.failure(&failure(b"a"));
        log.failure(&failure(b"b"));
        let lost = log.lost().unwrap().to_string();
        assert_eq!(
            lost,
            "2 lines of the log /dev/full could not be written: No space left on device"
        );
    }

    #[test]
    fn a_log_that_cannot_be_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("none/log");
        let error = Log::create(&path).unwrap_err().to_string();
        assert!(
            error.contains("none/log: No such file or directory"),
            "{error}"
        );
        assert!(error.contains("--log FILE"), "{error}");
    }
}
