//! The builder of one run of prun: `prun(["-k", "echo"]).stdin("a\n").stdout("a\n").run()`.
//!
//! Unless told otherwise: status 0, nothing on stderr, stdin empty, its own temporary directory as the current one, and
//! an environment without `PRUN_*` whose configuration directory is in that directory.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::dir::Dir;
use super::expect::{End, Stream};
use super::need::is_root;
use super::running::{Finished, Running};
use super::wait::DEADLINE;

/// The program under test.
pub(crate) const PRUN: &str = env!("CARGO_BIN_EXE_prun");

/// A uid that no account has: limits on the number of processes count for it alone.
const NOBODY: u32 = 64_321;

/// Where prun's standard input comes from.
pub(crate) enum Stdin {
    Bytes(Vec<u8>),
    /// Held by the test, see [`Running::send`].
    Pipe,
}

/// One run of prun that has not started.
#[must_use = "call run() or start()"]
pub(crate) struct Prun {
    pub(super) dir: Dir,
    pub(super) cwd: PathBuf,
    pub(super) program: OsString,
    pub(super) wrap: Vec<OsString>,
    pub(super) args: Vec<OsString>,
    pub(super) env: Vec<(OsString, OsString)>,
    pub(super) stdin: Stdin,
    pub(super) stdout_to: Option<File>,
    pub(super) end: End,
    pub(super) stdout: Stream,
    pub(super) stderr: Stream,
    pub(super) deadline: Duration,
}

/// Starts to describe a run of prun with these arguments.
#[track_caller]
pub(crate) fn prun<I>(args: I) -> Prun
where
    I: IntoIterator,
    I::Item: AsRef<OsStr>,
{
    let dir = Dir::new();
    Prun {
        cwd: dir.path().to_owned(),
        dir,
        program: PRUN.into(),
        wrap: Vec::new(),
        args: Vec::new(),
        env: Vec::new(),
        stdin: Stdin::Bytes(Vec::new()),
        stdout_to: None,
        end: End::Status(vec![0]),
        stdout: Stream::Exactly(Vec::new()),
        stderr: Stream::Exactly(Vec::new()),
        deadline: DEADLINE,
    }
    .args(args)
}

impl Prun {
    /// More arguments.
    pub(crate) fn args<I>(mut self, args: I) -> Prun
    where
        I: IntoIterator,
        I::Item: AsRef<OsStr>,
    {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Runs in this directory instead of one of its own.
    pub(crate) fn in_dir(mut self, dir: &Dir) -> Prun {
        self.dir = dir.clone();
        dir.path().clone_into(&mut self.cwd);
        self
    }

    /// Calls prun by this link.
    pub(crate) fn called(mut self, link: impl AsRef<OsStr>) -> Prun {
        link.as_ref().clone_into(&mut self.program);
        self
    }

    /// The current directory, below the temporary one.
    pub(crate) fn cwd(mut self, path: impl AsRef<Path>) -> Prun {
        self.cwd = self.dir.path().join(path);
        self
    }

    /// A file in the temporary directory.
    #[track_caller]
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Prun {
        self.dir.write(name, content);
        self
    }

    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Prun {
        self.env
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// What prun reads on standard input.
    pub(crate) fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Prun {
        self.stdin = Stdin::Bytes(bytes.as_ref().to_vec());
        self
    }

    /// The test writes to standard input while prun runs.
    pub(crate) fn stdin_pipe(mut self) -> Prun {
        self.stdin = Stdin::Pipe;
        self
    }

    /// Standard output goes to this file, not to the test.
    pub(crate) fn stdout_to(mut self, file: File) -> Prun {
        self.stdout_to = Some(file);
        self
    }

    /// Runs prun by way of this command: its words, then prun and its arguments.
    pub(crate) fn wrap<I>(mut self, words: I) -> Prun
    where
        I: IntoIterator,
        I::Item: AsRef<OsStr>,
    {
        self.wrap
            .extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// Runs these shell commands (limits, traps, redirections) in the process that then becomes prun.
    pub(crate) fn prelude(self, commands: &str) -> Prun {
        let script = format!("{commands}; exec \"$@\"");
        self.wrap(["bash", "-c", script.as_str(), "bash"])
    }

    /// Runs as a user without privileges, where the tests run as root (needs setpriv).
    #[track_caller]
    pub(crate) fn unprivileged(mut self) -> Prun {
        use std::os::unix::fs::PermissionsExt;
        if !is_root() {
            return self;
        }
        // The build directory may be out of that user's reach, and so is a fresh temporary directory.
        let copy = self.dir.mkdir("bin").join("prun");
        // By a process of its own: a descriptor for writing that another test's
        // child has inherited for a moment makes a program busy (ETXTBSY).
        if !copy.exists() {
            let done = std::process::Command::new("cp")
                .arg(PRUN)
                .arg(&copy)
                .status();
            assert!(
                done.is_ok_and(|status| status.success()),
                "copy of the program"
            );
        }
        std::fs::set_permissions(self.dir.path(), std::fs::Permissions::from_mode(0o777))
            .expect("chmod");
        self.program = copy.into();
        let ids = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")];
        self.wrap([
            OsStr::new("setpriv"),
            ids[0].as_ref(),
            ids[1].as_ref(),
            "--clear-groups".as_ref(),
        ])
    }

    /// Measures the peak of resident memory, see [`Finished::peak_kib`] (needs time).
    pub(crate) fn measured(self) -> Prun {
        let report = self.dir.join("peak");
        self.wrap([
            OsStr::new("/usr/bin/time"),
            "-f".as_ref(),
            "%M".as_ref(),
            "-o".as_ref(),
            report.as_ref(),
        ])
    }

    pub(crate) fn deadline(mut self, seconds: u64) -> Prun {
        self.deadline = Duration::from_secs(seconds);
        self
    }

    pub(crate) fn status(mut self, code: i32) -> Prun {
        self.end = End::Status(vec![code]);
        self
    }

    pub(crate) fn status_in(mut self, codes: &[i32]) -> Prun {
        self.end = End::Status(codes.to_vec());
        self
    }

    /// Dies by this signal.
    pub(crate) fn signal(mut self, signal: nix::sys::signal::Signal) -> Prun {
        self.end = End::Signal(signal as i32);
        self
    }

    pub(crate) fn any_end(mut self) -> Prun {
        self.end = End::Any;
        self
    }

    pub(crate) fn stdout(mut self, bytes: impl AsRef<[u8]>) -> Prun {
        self.stdout = Stream::Exactly(bytes.as_ref().to_vec());
        self
    }

    /// These lines (without their newlines), in whatever order.
    pub(crate) fn stdout_lines<I>(mut self, lines: I) -> Prun
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        self.stdout = Stream::Lines(
            lines
                .into_iter()
                .map(|line| [line.as_ref(), b"\n"].concat())
                .collect(),
        );
        self
    }

    pub(crate) fn stdout_has(mut self, parts: &[&str]) -> Prun {
        self.stdout = Stream::Holds(parts.iter().map(|&part| part.to_owned()).collect());
        self
    }

    pub(crate) fn stdout_any(mut self) -> Prun {
        self.stdout = Stream::Any;
        self
    }

    pub(crate) fn stderr(mut self, bytes: impl AsRef<[u8]>) -> Prun {
        self.stderr = Stream::Exactly(bytes.as_ref().to_vec());
        self
    }

    pub(crate) fn stderr_has(mut self, parts: &[&str]) -> Prun {
        self.stderr = Stream::Holds(parts.iter().map(|&part| part.to_owned()).collect());
        self
    }

    pub(crate) fn stderr_any(mut self) -> Prun {
        self.stderr = Stream::Any;
        self
    }

    /// Is refused: status 255, nothing on stdout, and one error line that names these (hints may follow).
    pub(crate) fn refused(mut self, naming: &[&str]) -> Prun {
        self.end = End::Status(vec![255]);
        self.stdout = Stream::Exactly(Vec::new());
        self.stderr = Stream::Error(naming.iter().map(|&part| part.to_owned()).collect());
        self
    }

    /// Runs to the end and compares.
    #[track_caller]
    pub(crate) fn run(self) -> Finished {
        self.start().finish()
    }

    /// Starts; the test goes on beside it.
    #[track_caller]
    pub(crate) fn start(self) -> Running {
        Running::start(self)
    }
}
