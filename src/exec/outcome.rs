//! How a job ended: every way is a variant, none is an `Err`.
//!
//! Boundary: plain data and its mapping to the numbers that users see (exit
//! status, job log columns); deciding what follows is `run/`'s business.

use std::fmt;
use std::io;

use super::FeedError;
use crate::ui::{Errno, Shown};

/// How a job ended.
#[derive(Debug)]
pub enum Outcome {
    /// The job exited by itself with this status.
    Exited(i32),
    /// A signal that prun did not send ended the job.
    Signaled(i32),
    /// The job took longer than it may, and was ended.
    TimedOut {
        /// What it made of that: the status it exited with, if that tells of a
        /// failure, else -1.
        status: i32,
        /// The signal that ended it; 0 if it exited.
        signal: i32,
    },
    /// prun ended the job, because the run was to end.
    Ended,
    /// prun ended the job to run it again later, because resources were short.
    Recalled,
    /// The job's own template says that it is not to be run.
    Skipped,
    /// The job never ran.
    NotStarted(StartError),
    /// The job did not get all that it was to read.
    NotFed(FeedError),
}

impl Outcome {
    /// Whether the job did what it was to do.
    pub fn succeeded(&self) -> bool {
        matches!(self, Self::Exited(0) | Self::Skipped)
    }

    /// Whether the command was longer than the system takes: the inputs are to
    /// blame, not the job.
    pub fn is_too_long(&self) -> bool {
        matches!(self, Self::NotStarted(StartError::Exec { source, .. })
            if source.raw_os_error() == Some(nix::libc::E2BIG))
    }

    /// Whether another try would end the same way: what was to run is not
    /// there, or not a command.
    pub fn is_hopeless(&self) -> bool {
        matches!(
            self,
            Self::Ended
                | Self::NotStarted(
                    StartError::NotFound(_) | StartError::Empty | StartError::Expression(_)
                )
        ) || self.is_too_long()
    }

    /// The status a shell would show: 128 + N for a death by signal N, 127 for
    /// a command that is not there, 126 for one that cannot be run. A job that
    /// was ended by its timeout has 255, or what it exited with.
    pub fn status(&self) -> i32 {
        match self {
            Self::Exited(status) => *status,
            Self::Skipped => 0,
            Self::Signaled(signal) => 128 + signal,
            Self::TimedOut { status, .. } => status & 0xff,
            Self::Ended | Self::Recalled => 128 + 15,
            Self::NotStarted(error) => error.status(),
            Self::NotFed(_) => 255,
        }
    }

    /// The job log's Exitval and Signal, as GNU parallel writes them: a job
    /// ended by its timeout has -1 and the signal that ended it, or what it
    /// exited with when it heard that signal.
    pub fn log_columns(&self) -> (i32, i32) {
        match self {
            Self::Exited(status) => (*status, 0),
            Self::Skipped => (0, 0),
            Self::Signaled(signal) => (0, *signal),
            Self::TimedOut { status, signal } => (*status, *signal),
            Self::Ended | Self::Recalled => (-1, 15),
            Self::NotStarted(error) => (error.status(), 0),
            Self::NotFed(_) => (255, 0),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "exit status {status}"),
            Self::Signaled(signal) => match signal_name(*signal) {
                Some(name) => write!(f, "killed by signal {signal} ({name})"),
                None => write!(f, "killed by signal {signal}"),
            },
            Self::TimedOut { .. } => f.write_str("timed out"),
            Self::Ended => f.write_str("ended by prun"),
            Self::Recalled => f.write_str("ended for lack of resources"),
            Self::Skipped => f.write_str("skipped"),
            Self::NotStarted(error) => write!(f, "not started: {error}"),
            Self::NotFed(error) => write!(f, "not all of its input: {error}"),
        }
    }
}

fn signal_name(signal: i32) -> Option<&'static str> {
    nix::sys::signal::Signal::try_from(signal)
        .ok()
        .map(nix::sys::signal::Signal::as_str)
}

/// Why a job never ran.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No such program.
    #[error("command not found: {}", Shown(.0))]
    NotFound(Vec<u8>),
    /// The operating system refused to run the program.
    #[error("cannot run {}: {}{}", Shown(.program), Errno(.source), advice(.source))]
    Exec {
        /// The program, as the template names it.
        program: Vec<u8>,
        /// What the operating system said.
        source: io::Error,
    },
    /// The directory that it is to start in.
    #[error("cannot make the directory {}: {}", Shown(.directory.as_os_str().as_encoded_bytes()), Errno(.source))]
    Directory {
        /// The directory.
        directory: std::path::PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file that it needs could not be written.
    #[error("cannot write {}: {}{}", Shown(.file.as_os_str().as_encoded_bytes()), Errno(.source), advice(.source))]
    File {
        /// The file.
        file: std::path::PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// An expression in its command failed.
    #[error("{0}")]
    Expression(crate::template::expr::ExprError),
    /// The template rendered no word at all.
    #[error("the command is empty")]
    Empty,
    /// Neither a slot nor a retry could get what a process needs.
    #[error("cannot start a process: {}{}", Errno(.0), advice(.0))]
    Resources(io::Error),
}

impl StartError {
    fn status(&self) -> i32 {
        match self {
            Self::NotFound(_) => 127,
            Self::Exec { source, .. } if source.kind() == io::ErrorKind::NotFound => 127,
            Self::Exec { .. } | Self::Empty => 126,
            Self::Resources(_)
            | Self::Directory { .. }
            | Self::File { .. }
            | Self::Expression(_) => 255,
        }
    }
}

/// What to do about an errno that users meet when programs start.
fn advice(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(nix::libc::E2BIG) => {
            " (one argument may have 128 KiB, all of them a quarter of the stack limit; use fewer or shorter values)"
        }
        Some(nix::libc::EMFILE | nix::libc::ENFILE) => {
            " (raise `ulimit -n`, or use fewer slots with -j)"
        }
        Some(nix::libc::EAGAIN) => " (raise `ulimit -u`, or use fewer slots with -j)",
        Some(nix::libc::ENAMETOOLONG) => {
            " (a value makes too long a name; number them instead, as in --results 'out/<#>')"
        }
        Some(nix::libc::ENOMEM) => " (use fewer slots with -j)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_those_of_a_shell() {
        assert_eq!(Outcome::Exited(3).status(), 3);
        assert_eq!(Outcome::Signaled(9).status(), 137);
        assert_eq!(
            Outcome::NotStarted(StartError::NotFound(b"x".to_vec())).status(),
            127
        );
        let refused = StartError::Exec {
            program: b"x".to_vec(),
            source: io::Error::from_raw_os_error(nix::libc::EACCES),
        };
        assert_eq!(Outcome::NotStarted(refused).status(), 126);
    }

    #[test]
    fn log_columns_are_gnu_parallels() {
        assert_eq!(Outcome::Exited(7).log_columns(), (7, 0));
        assert_eq!(Outcome::Signaled(9).log_columns(), (0, 9));
        let killed = Outcome::TimedOut {
            status: -1,
            signal: 15,
        };
        assert_eq!((killed.log_columns(), killed.status()), ((-1, 15), 255));
        let exited = Outcome::TimedOut {
            status: 3,
            signal: 0,
        };
        assert_eq!((exited.log_columns(), exited.status()), ((3, 0), 3));
    }

    #[test]
    fn messages_name_the_program_and_what_to_do() {
        let long = StartError::Exec {
            program: b"echo".to_vec(),
            source: io::Error::from_raw_os_error(nix::libc::E2BIG),
        };
        let text = long.to_string();
        assert!(
            text.starts_with("cannot run echo: Argument list too long"),
            "{text}"
        );
        assert!(text.contains("shorter values"), "{text}");
        assert_eq!(
            Outcome::Signaled(11).to_string(),
            "killed by signal 11 (SIGSEGV)"
        );
    }
}
