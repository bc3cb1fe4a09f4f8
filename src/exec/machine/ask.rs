//! `--limit`: a command of the user's that says whether a job may start.
//!
//! Boundary: runs it and gives its exit status; what the status means is
//! `run/`'s business. It has nothing to read, and what it prints on standard
//! output goes nowhere: that belongs to jobs.

use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::super::process::pidfd;
use super::super::{Cancel, CancelLevel};

/// How often the command's end is looked for where there is no pidfd.
const NO_PIDFD: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 5_000_000,
};

/// The command.
pub struct LimitCommand {
    /// The shell that reads it.
    pub shell: PathBuf,
    /// What is given to the shell with `-c`.
    pub script: OsString,
}

impl LimitCommand {
    /// Runs it to its end; kills it, and gives `None`, when nothing more is to
    /// start. A death by signal N is 128 + N.
    pub(super) fn ask(&self, cancel: &Cancel) -> io::Result<Option<i32>> {
        let mut child = Command::new(&self.shell)
            .arg("-c")
            .arg(&self.script)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()?;
        let answered = wait(&mut child, cancel);
        if !matches!(answered, Ok(Some(_))) {
            // It may have left the group of its own; then its end is its own too.
            let _ = killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL);
            let _ = child.wait();
        }
        answered
    }
}

fn wait(child: &mut Child, cancel: &Cancel) -> io::Result<Option<i32>> {
    let pidfd = pidfd(Pid::from_raw(child.id().cast_signed()));
    loop {
        if let Some(status) = child.try_wait()? {
            let by_signal = || status.signal().map_or(255, |signal| 128 + signal);
            return Ok(Some(status.code().unwrap_or_else(by_signal)));
        }
        if cancel.level() >= CancelLevel::Drain {
            return Ok(None);
        }
        let stop = cancel.readable_at(CancelLevel::Drain);
        let mut fds = vec![PollFd::from_borrowed_fd(stop, PollFlags::IN)];
        let limit = match &pidfd {
            Some(pidfd) => {
                fds.push(PollFd::from_borrowed_fd(pidfd.as_fd(), PollFlags::IN));
                None
            }
            None => Some(NO_PIDFD),
        };
        match poll(&mut fds, limit.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn command(script: &str) -> LimitCommand {
        LimitCommand {
            shell: "sh".into(),
            script: script.into(),
        }
    }

    #[test]
    fn the_answer_is_its_exit_status() {
        let cancel = Cancel::new().unwrap();
        for (script, status) in [("exit 0", 0), ("echo loud; exit 2", 2), ("kill -9 $$", 137)] {
            assert_eq!(command(script).ask(&cancel).unwrap(), Some(status));
        }
        let missing = LimitCommand {
            shell: "/nonexistent/sh".into(),
            script: "true".into(),
        };
        assert!(missing.ask(&cancel).is_err());
    }

    #[test]
    fn it_is_gone_when_nothing_more_is_to_start() {
        let cancel = Arc::new(Cancel::new().unwrap());
        let (reader, writer) = io::pipe().unwrap();
        let asking = {
            let cancel = Arc::clone(&cancel);
            // The pipe's writing end is its standard error: it says when it runs,
            // and the end of the pipe says that all of it is gone.
            std::thread::spawn(move || {
                let mut child = Command::new("sh")
                    .args(["-c", "echo up >&2; sleep 1000; :"])
                    .stdin(Stdio::null())
                    .stderr(writer)
                    .process_group(0)
                    .spawn()
                    .unwrap();
                let answered = wait(&mut child, &cancel);
                killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL).unwrap();
                child.wait().unwrap();
                answered.unwrap()
            })
        };
        let mut lines = io::BufReader::new(reader);
        let mut line = String::new();
        io::BufRead::read_line(&mut lines, &mut line).unwrap();
        cancel.raise(CancelLevel::Drain);
        assert_eq!(asking.join().unwrap(), None);
        assert_eq!(io::Read::read_to_string(&mut lines, &mut line).unwrap(), 0);
    }
}
