//! A run of prun that has started: send it input and signals, wait for its output, end it and compare.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{PidfdFlags, pidfd_open};

use super::capture::Capture;
use super::dir::Dir;
use super::expect::{End, Stream, show};
use super::prun::{Prun, Stdin};

/// A prun that runs. It is ended when the test leaves it before its end.
pub(crate) struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Option<Capture>,
    stderr: Capture,
    dir: Dir,
    shown: String,
    end: End,
    expected_stdout: Stream,
    expected_stderr: Stream,
    deadline: Duration,
}

/// What a finished run left.
pub(crate) struct Finished {
    pub(crate) dir: Dir,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Finished {
    /// Standard output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The peak of resident memory, of a run that was `measured()`.
    #[track_caller]
    pub(crate) fn peak_kib(&self) -> u64 {
        // A non-zero end adds a line of words before the number.
        let report = self.dir.text("peak");
        report
            .lines()
            .last()
            .and_then(|line| line.parse().ok())
            .unwrap_or_else(|| panic!("no peak in {report:?}"))
    }
}

impl Running {
    #[track_caller]
    pub(super) fn start(plan: Prun) -> Running {
        let mut words = plan.wrap.clone();
        words.push(plan.program.clone());
        words.extend(plan.args.iter().cloned());
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .current_dir(&plan.cwd)
            .process_group(0);
        for (name, _) in std::env::vars_os() {
            if ["PRUN_", "PARALLEL", "BASH_FUNC_"]
                .iter()
                .any(|prefix| name.to_string_lossy().starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
        command
            .env("XDG_CONFIG_HOME", plan.dir.join("config"))
            .env("HOME", plan.dir.path());
        command.envs(plan.env.iter().map(|(name, value)| (name, value)));
        let inherits_none = matches!(&plan.stdin, Stdin::Bytes(bytes) if bytes.is_empty());
        command.stdin(if inherits_none {
            Stdio::null()
        } else {
            Stdio::piped()
        });
        let captures_stdout = plan.stdout_to.is_none();
        command
            .stdout(plan.stdout_to.map_or_else(Stdio::piped, Stdio::from))
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {words:?}: {e}"));
        let mut stdin = child.stdin.take();
        if let Stdin::Bytes(bytes) = plan.stdin
            && let Some(mut pipe) = stdin.take()
        {
            // prun may end before it has read all of it; that is for the test to judge.
            std::thread::spawn(move || pipe.write_all(&bytes));
        }
        let stdout = captures_stdout
            .then(|| Capture::start(child.stdout.take().expect("stdout is a pipe").into()));
        let stderr = Capture::start(child.stderr.take().expect("stderr is a pipe").into());
        Running {
            child,
            stdin,
            stdout,
            stderr,
            dir: plan.dir,
            shown: format!("{words:?} in {}", plan.cwd.display()),
            end: plan.end,
            expected_stdout: plan.stdout,
            expected_stderr: plan.stderr,
            deadline: plan.deadline,
        }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a pid fits")
    }

    /// Sends a signal to prun alone.
    #[track_caller]
    pub(crate) fn kill(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid()), signal).expect("prun can be signalled");
    }

    /// Writes to prun's standard input.
    #[track_caller]
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stdin
            .as_mut()
            .expect("stdin_pipe() was asked for")
            .write_all(bytes.as_ref())
            .expect("prun reads its input");
    }

    /// Closes prun's standard input.
    pub(crate) fn end_input(&mut self) {
        self.stdin = None;
    }

    /// Waits until standard output is exactly this, so far.
    #[track_caller]
    pub(crate) fn wait_stdout(&self, bytes: impl AsRef<[u8]>) {
        let stdout = self.stdout.as_ref().expect("stdout comes to the test");
        let found = stdout.wait(self.deadline, |got| got == bytes.as_ref());
        assert!(
            found,
            "waited for stdout to be {}\n{}",
            show(bytes.as_ref()),
            self.dump("still running or ended")
        );
    }

    /// Waits until standard error holds this.
    #[track_caller]
    pub(crate) fn wait_stderr(&self, part: &str) {
        let found = self.stderr.wait(self.deadline, |got| {
            String::from_utf8_lossy(got).contains(part)
        });
        assert!(
            found,
            "waited for {part:?} on stderr\n{}",
            self.dump("still running or ended")
        );
    }

    /// Standard output so far.
    pub(crate) fn stdout_so_far(&self) -> Vec<u8> {
        self.stdout
            .as_ref()
            .map(Capture::so_far)
            .unwrap_or_default()
    }

    /// Waits for the end, then compares status, stdout and stderr together.
    #[track_caller]
    pub(crate) fn finish(mut self) -> Finished {
        self.stdin = None;
        let ended = self.wait_exit(self.deadline);
        assert!(
            ended,
            "did not end within {:?}\n{}",
            self.deadline,
            self.dump("killed by the test")
        );
        let status = self.child.wait().expect("prun can be waited for");
        // A job that outlives prun may hold the streams only if it was given them (-u).
        let limit = Duration::from_secs(20);
        let closed = self
            .stdout
            .as_ref()
            .is_none_or(|stdout| stdout.wait_end(limit))
            && self.stderr.wait_end(limit);
        assert!(
            closed,
            "prun ended, but somebody holds its stdout or stderr\n{}",
            self.dump(&status.to_string())
        );

        let (stdout, stderr) = (self.stdout_so_far(), self.stderr.so_far());
        let mut complaints = Vec::new();
        if !self.end.matches(status) {
            complaints.push(format!("end: wanted {:?}", self.end));
        }
        let out = if self.stdout.is_some() {
            self.expected_stdout.complaint(&stdout)
        } else {
            None
        };
        complaints.extend(out.map(|what| format!("stdout: {what}")));
        complaints.extend(
            self.expected_stderr
                .complaint(&stderr)
                .map(|what| format!("stderr: {what}")),
        );
        assert!(
            complaints.is_empty(),
            "{}\n{}",
            complaints.join("\n"),
            self.dump(&status.to_string())
        );
        Finished {
            dir: self.dir.clone(),
            status,
            stdout,
            stderr,
        }
    }

    fn wait_exit(&mut self, limit: Duration) -> bool {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return true;
        }
        let pid = rustix::process::Pid::from_raw(self.pid()).expect("a pid is not 0");
        let pidfd = pidfd_open(pid, PidfdFlags::empty()).expect("the kernel has pidfds");
        let timeout = Timespec {
            tv_sec: i64::try_from(limit.as_secs()).expect("a short time"),
            tv_nsec: 0,
        };
        poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&timeout)).is_ok_and(|ready| ready > 0)
    }

    fn dump(&self, status: &str) -> String {
        let mut text = format!("command: {}\nstatus: {status}\n", self.shown);
        if let Some(stdout) = &self.stdout {
            let _ = writeln!(text, "stdout: {}", show(&stdout.so_far()));
        }
        let _ = writeln!(
            text,
            "stderr: {}\nfiles:\n{}",
            show(&self.stderr.so_far()),
            self.dir.listing()
        );
        text
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let pid = Pid::from_raw(self.pid());
        let _ = kill(pid, Signal::SIGCONT);
        let _ = kill(pid, Signal::SIGTERM);
        if !self.wait_exit(Duration::from_secs(5)) {
            let _ = nix::sys::signal::killpg(pid, Signal::SIGKILL);
        }
        let _ = self.child.wait();
    }
}
