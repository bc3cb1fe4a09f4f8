//! Starting a process, so that std keeps to `posix_spawn`.
//!
//! Boundary: from a rendered command to a child process with its pipes. Each
//! thing that would lose the fast path (a `pre_exec`, a bare program name with
//! a changed PATH) is kept out; measured, std's way is as fast as calling
//! `posix_spawn` directly.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, PipeReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::Pid;

use super::pipes::Pipes;
use super::{Standard, Variables};
use crate::template::Argv;

/// What all jobs of a run have in common.
pub(super) struct Setting<'a> {
    /// Where their output goes.
    pub(super) standard: Standard,
    /// The directory they start in, if not prun's.
    pub(super) directory: Option<&'a Path>,
    /// What the environment tells them.
    pub(super) variables: &'a Variables,
}

/// Starts `argv` from the file `program`. Standard input is `stdin`, or else
/// prun's own descriptor 0, which is `/dev/null` by now.
pub(super) fn spawn(
    program: &Path,
    argv: &Argv,
    seq: u64,
    slot: u32,
    setting: &Setting<'_>,
    stdin: Option<&PipeReader>,
) -> io::Result<(Pid, Pipes)> {
    match start(
        Command::new(program),
        Name::FromArgv,
        argv,
        seq,
        slot,
        setting,
        stdin,
    ) {
        // A script without a `#!` line: execvp(3) runs it by the shell, and so
        // do shells and xargs.
        Err(error) if error.raw_os_error() == Some(nix::libc::ENOEXEC) => {
            let mut shell = Command::new("/bin/sh");
            shell.arg(program);
            start(shell, Name::OwnPath, argv, seq, slot, setting, stdin)
        }
        started => started,
    }
}

/// What a process is told that its own name is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// The first word of the command.
    FromArgv,
    /// The path it was started by.
    OwnPath,
}

fn start(
    mut command: Command,
    name: Name,
    argv: &Argv,
    seq: u64,
    slot: u32,
    setting: &Setting<'_>,
    stdin: Option<&PipeReader>,
) -> io::Result<(Pid, Pipes)> {
    if name == Name::FromArgv
        && let Some(name) = argv.words().next()
    {
        command.arg0(OsStr::from_bytes(name.to_bytes()));
    }
    for argument in argv.words().skip(1) {
        command.arg(OsStr::from_bytes(argument.to_bytes()));
    }
    let variables = setting.variables;
    command
        .env(&variables.seq, seq.to_string())
        .env(&variables.slot, slot.to_string());
    if let Some(name) = &variables.slot_from_zero {
        command.env(name, (slot - 1).to_string());
    }
    for (name, value) in &variables.fixed {
        command.env(name, value);
    }
    if let Some(directory) = setting.directory {
        command.current_dir(directory);
    }
    if let Some(stdin) = stdin {
        command.stdin(stdin.try_clone()?);
    }
    let pipes = match setting.standard {
        Standard::Piped => {
            let (out, out_writer) = io::pipe()?;
            let (err, err_writer) = io::pipe()?;
            command
                .stdout(out_writer)
                .stderr(err_writer)
                .process_group(0);
            Pipes::both(out, err)
        }
        Standard::Inherited => {
            command.process_group(0);
            Pipes::none()
        }
        Standard::Terminal => {
            command.stdin(Stdio::from(terminal()?));
            Pipes::none()
        }
    };
    let child = command.spawn()?;
    // The number is a process id of this system, so it fits.
    let pid = Pid::from_raw(child.id().cast_signed());
    Ok((pid, pipes))
}

fn terminal() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}
