//! The process's surroundings as a value, read once.
//!
//! Boundary: reads and keeps; what a variable means is decided by its reader.

use std::ffi::{OsStr, OsString};
use std::os::fd::BorrowedFd;
use std::path::PathBuf;

use crate::output::Screen;

/// What prun is told by its surroundings.
pub struct Env {
    variables: Vec<(OsString, OsString)>,
    /// The current directory; `/` when it cannot be told.
    pub directory: PathBuf,
    /// The effective user.
    pub euid: u32,
    /// Whether standard input is a terminal.
    pub stdin: Standard,
    /// Whether standard output is a terminal.
    pub stdout: Standard,
    /// Whether standard error is a terminal.
    pub stderr: Standard,
    /// The words prun was called with, without its own name.
    pub argv: Vec<OsString>,
    /// Its own name, as it was called.
    pub name: OsString,
}

/// What a standard stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// A terminal.
    Terminal,
    /// Anything else.
    Other,
}

impl Standard {
    fn of(stream: BorrowedFd<'_>) -> Self {
        if rustix::termios::isatty(stream) {
            Self::Terminal
        } else {
            Self::Other
        }
    }
}

impl Env {
    /// The surroundings of this process, which was called with `argv`, by the
    /// name that comes first.
    pub fn of_process(mut argv: Vec<OsString>) -> Self {
        let name = if argv.is_empty() {
            OsString::from("prun")
        } else {
            argv.remove(0)
        };
        Self {
            variables: std::env::vars_os().collect(),
            directory: std::env::current_dir().unwrap_or_else(|_| "/".into()),
            euid: rustix::process::geteuid().as_raw(),
            stdin: Standard::of(rustix::stdio::stdin()),
            stdout: Standard::of(rustix::stdio::stdout()),
            stderr: Standard::of(rustix::stdio::stderr()),
            argv,
            name,
        }
    }

    /// How many CPUs this process may use: affinity and cgroup limits count.
    /// Looked up when asked for, since it takes several files to know.
    pub fn cpus(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    /// What can be shown on standard error.
    pub fn screen(&self) -> Screen {
        Screen::of(self.stderr == Standard::Terminal, self.get("TERM"))
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let found = self.variables.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_os_str())
    }

    /// A variable that names a directory; an empty value, or a relative path,
    /// says nothing (XDG Base Directory Specification).
    pub fn directory_in(&self, name: &str) -> Option<PathBuf> {
        self.get(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    }

    /// Where the user's own files of prun are: `$XDG_CONFIG_HOME/prun`, or
    /// `~/.config/prun`.
    pub fn config_directory(&self) -> Option<PathBuf> {
        let base = self.directory_in("XDG_CONFIG_HOME");
        let base = base.or_else(|| self.directory_in("HOME").map(|home| home.join(".config")));
        base.map(|base| base.join("prun"))
    }

    /// The names of functions that bash exported: it passes each in a variable
    /// `BASH_FUNC_NAME%%`.
    pub fn functions(&self) -> Vec<Vec<u8>> {
        self.variables
            .iter()
            .filter_map(|(key, _)| {
                let key = key.as_encoded_bytes();
                key.strip_prefix(b"BASH_FUNC_")?
                    .strip_suffix(b"%%")
                    .map(<[u8]>::to_vec)
            })
            .collect()
    }
}
