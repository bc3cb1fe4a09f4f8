//! prun as GNU parallel: what its command line means here.
//!
//! Boundary: composes the same plan as prun's own runner, from other words.
//! Nothing of prun's own config file or `$PRUN_OPTS` is read.

mod inputs;
mod keys;
mod logins;
mod machine;
mod pipe;
mod place;
mod plan;
mod records;
mod resources;
mod semaphore;
mod shell;
mod shown;
mod strings;
mod values;
mod words;

use std::ffi::OsStr;
use std::path::Path;

use super::{ConfigError, Env, Task};
use crate::cli::gnu::{self, Given, Opt, VERSION};
use crate::ui;
use machine::Cpus;

/// Works out what is to be done.
pub(super) fn task(env: &Env) -> Result<Task, ConfigError> {
    ui::speak_as_parallel();
    let mut argv = gnu::of_script(env.argv.clone())?;
    if is_sem(env) {
        argv.insert(0, "--semaphore".into());
    }
    let (given, rest) = words::read(argv, env)?;
    if let Some(answer) = answer(&given, env)? {
        return Ok(answer);
    }
    let args = gnu::split(rest, given)?;
    if !semaphore::is_asked(&args.given) {
        return plan::stages(&args, env, None).map(Task::Run);
    }
    match semaphore::call(&args, env)? {
        semaphore::Call::Run(held) => {
            let place = semaphore::Place(held);
            plan::stages(&args, env, Some(place)).map(Task::Run)
        }
        semaphore::Call::Done(status) => Ok(Task::Answer(Vec::new(), status)),
    }
}

/// Whether prun was called as `sem`.
fn is_sem(env: &Env) -> bool {
    Path::new(&env.name).file_name() == Some(OsStr::new("sem"))
}

/// What is printed instead of running anything.
fn answer(given: &Given, env: &Env) -> Result<Option<Task>, ConfigError> {
    let number = |number: usize| Task::Print(format!("{number}\n").into_bytes());
    for (option, way) in [
        (Opt::NumberOfCpus, Cpus::Threads),
        (Opt::NumberOfThreads, Cpus::Threads),
        (Opt::NumberOfCores, Cpus::Cores),
        (Opt::NumberOfSockets, Cpus::Sockets),
    ] {
        if given.has(option) {
            return Ok(Some(number(machine::cpus(way, env))));
        }
    }
    if given.has(Opt::Help) {
        return Ok(Some(Task::Print(gnu::help().into())));
    }
    if given.has(Opt::Version) {
        return Ok(Some(Task::Print(gnu::version().into_bytes())));
    }
    if let Some(wanted) = given.last(Opt::MinVersion) {
        let wanted = values::number(wanted, "--minversion")?;
        let status = if VERSION.parse().is_ok_and(|own: u64| own >= wanted) {
            0
        } else {
            255
        };
        return Ok(Some(Task::Answer(
            format!("{VERSION}\n").into_bytes(),
            status,
        )));
    }
    if given.has(Opt::MaxLineLengthAllowed) {
        return Ok(Some(number(machine::ALLOWED)));
    }
    // There is no record to be made: jobs have the whole environment.
    let nothings = [Opt::Citation, Opt::RecordEnv, Opt::Session];
    if nothings.into_iter().any(|option| given.has(option)) {
        return Ok(Some(Task::Print(Vec::new())));
    }
    Ok(None)
}
