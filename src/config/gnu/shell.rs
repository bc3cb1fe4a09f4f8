//! Which shell runs the jobs of GNU parallel's face, and when none is needed.
//!
//! Boundary: `$PARALLEL_SHELL`; the nearest ancestor that is a shell, so that
//! functions which the caller exported are there; `$SHELL`; `/bin/sh`.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::super::Env;
use crate::cli::gnu::GnuError;
use crate::exec::{Programs, is_program};
use crate::template::ShellKind;

/// How many ancestors are looked at.
const GENERATIONS: usize = 64;

/// Programs that are shells, by their base name.
const SHELLS: &str = "ash bash csh dash fdsh fish fizsh ksh ksh93 lksh mksh pdksh posh rbash rc \
    rush rzsh sash sh static-sh tcsh yash zsh";

/// The shell that runs jobs.
pub(super) fn find(env: &Env, programs: &Programs) -> Result<PathBuf, GnuError> {
    if let Some(asked) = env.get("PARALLEL_SHELL").filter(|path| !path.is_empty()) {
        if !is_program(programs, asked.as_bytes()) {
            return Err(GnuError::NoShell {
                shell: asked.to_string_lossy().into_owned(),
            });
        }
        return Ok(asked.into());
    }
    let own = || {
        let own = env.get("SHELL").filter(|path| !path.is_empty());
        own.map(PathBuf::from)
    };
    Ok(ancestor(programs)
        .or_else(own)
        .unwrap_or_else(|| "/bin/sh".into()))
}

/// The nearest ancestor that is a shell, where there is a `/proc` to tell.
fn ancestor(programs: &Programs) -> Option<PathBuf> {
    let mut pid = rustix::process::getppid()?.as_raw_nonzero().get();
    for _ in 0..GENERATIONS {
        if let Ok(program) = std::fs::read_link(format!("/proc/{pid}/exe"))
            && is_shell(&program)
            && program.is_file()
        {
            return Some(called(pid, &program, programs).unwrap_or(program));
        }
        pid = parent(pid)?;
    }
    None
}

/// The shell by the name that it was started by, where that leads to the same
/// program: `sh`, not `dash`, is what its messages begin with.
fn called(pid: i32, program: &Path, programs: &Programs) -> Option<PathBuf> {
    let name = std::fs::read(format!("/proc/{pid}/comm")).ok()?;
    let name = name.trim_ascii_end();
    let path = programs.resolve(name).filter(|_| names_shell(name))?;
    let is_same = std::fs::canonicalize(&path).is_ok_and(|real| real == program);
    is_same.then(|| path.to_path_buf())
}

fn is_shell(program: &Path) -> bool {
    names_shell(program.file_name().unwrap_or_default().as_bytes())
}

fn names_shell(name: &[u8]) -> bool {
    SHELLS
        .split_ascii_whitespace()
        .any(|shell| shell.as_bytes() == name)
}

/// The fourth field of `/proc/PID/stat` (proc_pid_stat(5)); the second is a
/// name in parentheses, which may hold any byte.
fn parent(pid: i32) -> Option<i32> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let end = stat.iter().rposition(|&byte| byte == b')')?;
    let rest = std::str::from_utf8(&stat[end + 1..]).ok()?;
    let parent = rest.split_ascii_whitespace().nth(1)?.parse().ok()?;
    (parent > 0).then_some(parent)
}

/// Whether jobs may be run without the shell where that is the same: it reads
/// no file of the user's first, and has no options from the environment.
pub(super) fn may_be_left_out(shell: &Path, env: &Env) -> bool {
    let real = std::fs::canonicalize(shell).unwrap_or_else(|_| shell.to_path_buf());
    let reads = ["BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS"];
    matches!(
        ShellKind::of(&real),
        ShellKind::Bash | ShellKind::Dash | ShellKind::Posix
    ) && reads.iter().all(|name| env.get(name).is_none())
}

/// Whether `word` names a program that the kernel itself can run, and that no
/// function hides: a script without `#!` is the shell's own to run.
pub(super) fn runs_by_itself(word: &[u8], programs: &Programs, functions: &[Vec<u8>]) -> bool {
    if functions.iter().any(|name| name == word) || !is_program(programs, word) {
        return false;
    }
    let Some(path) = programs.resolve(word) else {
        return false;
    };
    let mut start = [0; 4];
    let read = std::fs::File::open(path)
        .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start));
    read.is_ok() && (start.starts_with(b"#!") || start == *b"\x7fELF")
}
