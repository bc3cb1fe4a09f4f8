//! Which shell runs scripts.
//!
//! Boundary: `--shell`, then `$PRUN_SHELL`, then `sh`; found on PATH, and
//! looked through to the real program, since what a shell evaluates depends
//! on which one it is.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{ConfigError, Env};
use crate::exec::{Programs, is_program};
use crate::template::ShellKind;

/// The shell for scripts.
pub(super) struct Shell {
    /// What is run.
    pub(super) path: PathBuf,
    /// Which language it speaks.
    pub(super) kind: ShellKind,
    /// bash, for functions that bash exported.
    pub(super) bash: PathBuf,
}

impl Shell {
    /// What the shell is called, whether it is there or not.
    pub(super) fn name<'a>(asked: Option<&'a Path>, env: &'a Env) -> &'a Path {
        let from_env = env
            .get("PRUN_SHELL")
            .filter(|shell| !shell.is_empty())
            .map(Path::new);
        asked.or(from_env).unwrap_or(Path::new("sh"))
    }

    pub(super) fn find(
        asked: Option<&Path>,
        env: &Env,
        programs: &Programs,
    ) -> Result<Self, ConfigError> {
        let named = Self::name(asked, env);
        let name = named.as_os_str().as_bytes();
        if !is_program(programs, name) {
            return Err(ConfigError::Shell(named.into()));
        }
        let Some(found) = programs.resolve(name) else {
            return Err(ConfigError::Shell(named.into()));
        };
        let real = std::fs::canonicalize(&found).unwrap_or_else(|_| found.to_path_buf());
        let kind = match ShellKind::of(&real) {
            ShellKind::Other => ShellKind::of(named),
            kind => kind,
        };
        // Looked for only where there is a function that needs it.
        let bash = if env.functions().is_empty() {
            None
        } else {
            programs.resolve(b"bash")
        };
        let bash = bash.map_or_else(|| "bash".into(), |path| path.to_path_buf());
        Ok(Self {
            path: named.into(),
            kind,
            bash,
        })
    }
}
