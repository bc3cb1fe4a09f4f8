//! prun as GNU parallel: what its command line means here.
//!
//! Boundary: composes the same plan as prun's own runner, from other words.
//! Nothing of prun's own config file or `$PRUN_OPTS` is read.

mod inputs;
mod machine;
mod pipe;
mod plan;
mod records;
mod resources;
mod shell;
mod values;
mod words;

use super::{ConfigError, Env, Task};
use crate::cli::gnu::{self, Given, Opt, VERSION};
use crate::ui;
use machine::Cpus;

/// Works out what is to be done.
pub(super) fn task(env: &Env) -> Result<Task, ConfigError> {
    ui::speak_as_parallel();
    let (given, rest) = words::read(env.argv.clone(), env)?;
    if let Some(answer) = answer(&given, env)? {
        return Ok(answer);
    }
    let args = gnu::split(rest, given)?;
    plan::stages(&args, env).map(Task::Run)
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
        return Ok(Some(number(machine::LONGEST)));
    }
    if given.has(Opt::Citation) {
        return Ok(Some(Task::Print(Vec::new())));
    }
    Ok(None)
}
