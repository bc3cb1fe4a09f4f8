//! `sem`, and `--semaphore`: one command, which waits for a place.
//!
//! Boundary: from options to a place of a semaphore; the command then runs as
//! any job does. With `--bg`, which is usual, prun starts itself once more: that
//! process waits, holds the place and runs the command, and this one comes back
//! as soon as it has the place.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::super::native::{Verdict, Whole};
use super::super::stages::{Attends, Begin};
use super::super::{ConfigError, Env};
use super::values::{self, span};
use crate::cli::gnu::{Given, GnuArgs, Opt};
use crate::exec::{
    Background, Cancel, Executor, Held, Job, JobIo, Outcome, Patience, Semaphore, Turn,
    in_background, start_in_background,
};
use crate::output::Summary;
use crate::ui;

/// The variable that tells a process in the background where to say that it has
/// its place.
pub(super) const READY: &str = "PRUN_SEMAPHORE_READY";

/// What is to be done.
pub(super) enum Call {
    /// The command is run now, and the place let go with this.
    Run(Option<Held>),
    /// All is done; with this exit status.
    Done(u8),
}

/// The place in which a command runs, if it has one.
pub(super) struct Place(pub(super) Option<Held>);

/// Whether it is a semaphore that is asked for.
pub(super) fn is_asked(given: &Given) -> bool {
    [
        Opt::Semaphore,
        Opt::SemaphoreName,
        Opt::SemaphoreTimeout,
        Opt::Background,
        Opt::Foreground,
        Opt::Wait,
    ]
    .into_iter()
    .any(|option| given.has(option))
}

/// Waits for what has to be waited for.
pub(super) fn call(args: &GnuArgs, env: &Env) -> Result<Call, ConfigError> {
    let given = &args.given;
    let patience = patience(given)?;
    let most = values::slots(given, None, env)?.now;
    if given.has(Opt::Wait) {
        let all = open(given, env)?.wait_for_all(patience);
        return Ok(if all.map_err(ConfigError::Start)? {
            Call::Done(0)
        } else {
            too_late(patience)
        });
    }
    if args.command.is_empty() {
        return Ok(Call::Done(0));
    }
    let ready = env.get(READY).filter(|path| !path.is_empty());
    let is_background = given
        .last_of(&[Opt::Foreground, Opt::Background])
        .is_none_or(|(last, _)| last == Opt::Background);
    if is_background && ready.is_none() {
        return background(env);
    }
    let semaphore = open(given, env)?;
    let take = || semaphore.take(most, patience);
    let turn = match ready {
        Some(said) => in_background(said, take),
        None => take(),
    };
    Ok(match turn.map_err(ConfigError::Start)? {
        Turn::Held(held) => Call::Run(Some(held)),
        Turn::Anyway => Call::Run(None),
        Turn::GivenUp => too_late(patience),
    })
}

fn too_late(patience: Patience) -> Call {
    match patience {
        Patience::Endless | Patience::ThenAnyway(_) => Call::Done(0),
        Patience::ThenNot(_) => {
            ui::warning("Semaphore timed out. Exiting.");
            Call::Done(1)
        }
    }
}

/// Starts the process that runs the command.
fn background(env: &Env) -> Result<Call, ConfigError> {
    let program = std::env::current_exe().map_err(ConfigError::Start)?;
    let own: [OsString; 2] = ["--gnu".into(), "--semaphore".into()];
    let typed = env.argv.iter().filter(|word| *word != "--gnu").cloned();
    let arguments: Vec<OsString> = own.into_iter().chain(typed).collect();
    let started = start_in_background(&program, &arguments, READY);
    Ok(match started.map_err(ConfigError::Start)? {
        Background::Goes => Call::Done(0),
        Background::Ended(status) => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            Call::Done(code.unwrap_or(255))
        }
    })
}

fn patience(given: &Given) -> Result<Patience, ConfigError> {
    let Some(value) = given.last(Opt::SemaphoreTimeout) else {
        return Ok(Patience::Endless);
    };
    let name = "--semaphore-timeout";
    Ok(match value.as_bytes().strip_prefix(b"-") {
        Some(time) => Patience::ThenNot(span(OsStr::from_bytes(time), name)?),
        None => match span(value, name)? {
            time if time.is_zero() => Patience::Endless,
            time => Patience::ThenAnyway(time),
        },
    })
}

/// The semaphore; without a name it is that of the terminal.
fn open(given: &Given, env: &Env) -> Result<Semaphore, ConfigError> {
    let directory = directory(env);
    let name = match given.last(Opt::SemaphoreName) {
        Some(name) => name.as_bytes().to_vec(),
        None => terminal(),
    };
    Semaphore::open(&directory, &name).map_err(|source| ConfigError::Path {
        what: "cannot keep semaphores (they must be this user's alone) in",
        path: directory,
        source,
    })
}

/// `$XDG_RUNTIME_DIR/prun`, which is the user's own and goes with the session,
/// else a directory of the user's for temporary files. Never one in $HOME,
/// which may be shared by machines, or not writable.
fn directory(env: &Env) -> PathBuf {
    if let Some(run) = env
        .directory_in("XDG_RUNTIME_DIR")
        .filter(|run| run.is_dir())
    {
        return run.join("prun");
    }
    let temporary = env.directory_in("TMPDIR").unwrap_or_else(|| "/tmp".into());
    temporary.join(format!("prun-{}", env.euid))
}

fn terminal() -> Vec<u8> {
    let streams = [rustix::stdio::stdin(), rustix::stdio::stderr()];
    let names = streams
        .into_iter()
        .filter_map(|stream| rustix::termios::ttyname(stream, Vec::new()).ok());
    names
        .map(std::ffi::CString::into_bytes)
        .next()
        .unwrap_or_else(|| b"no terminal".to_vec())
}

/// An executor that remembers how its last job ended: that is the exit status
/// of `sem --fg`.
pub(super) struct Remembering {
    pub(super) executor: Arc<dyn Executor>,
    pub(super) status: Arc<AtomicU8>,
}

impl Executor for Remembering {
    fn execute(&self, job: &Job<'_>, io: &mut JobIo<'_>, cancel: &Cancel) -> Outcome {
        let outcome = self.executor.execute(job, io, cancel);
        let status = u8::try_from(outcome.status()).unwrap_or(255);
        self.status.store(status, Ordering::SeqCst);
        outcome
    }
}

/// Holds the place while the command runs, and gives its exit status.
pub(super) struct Holding {
    pub(super) held: Option<Held>,
    pub(super) status: Arc<AtomicU8>,
}

impl Attends for Holding {
    fn begin(&mut self) -> Result<Begin, ConfigError> {
        Ok(Begin::Run)
    }

    fn end(&mut self, _summary: &mut Summary) -> Verdict {
        self.held = None;
        Verdict {
            code: self.status.load(Ordering::SeqCst),
            ..Verdict::default()
        }
    }

    fn tell(&mut self, _whole: &Whole) {}
}
