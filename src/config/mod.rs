//! The composition root: from what was typed, and what the machine is, to
//! stages that are ready to run.
//!
//! Boundary: the one place that reads the environment, the current directory
//! and the number of CPUs, that finds programs, and that picks executors.
//! Nothing below imports it.

mod command;
mod defaults;
mod env;
mod error;
mod gnu;
mod inputs;
mod jobs_file;
mod links;
mod native;
mod pipe;
mod preset;
mod records;
mod resources;
mod retry;
mod rsync;
mod runner;
mod shell;
mod stages;
mod walked;

pub use env::Env;
pub use error::ConfigError;
pub use stages::{Stages, Telling};

use stages::Statuses;

use crate::cli::{self, ConfigUse, Invocation};
use crate::preset::builtin_names as preset_names;

/// What is to be done.
pub enum Task {
    /// Print this and be done.
    Print(Vec<u8>),
    /// Print this, and end with this status.
    Answer(Vec<u8>, u8),
    /// Run these stages.
    Run(Stages),
}

/// Works out what prun was called for, in `env`.
pub fn resolve(env: &Env) -> Result<Task, ConfigError> {
    if cli::gnu::is_gnu(&env.name, &env.argv) {
        return gnu::task(env);
    }
    let defaults = match cli::wants_config(&env.argv) {
        ConfigUse::Read => defaults::read(env).map_err(|error| {
            if cli::calls_preset(&env.argv) {
                error.of_preset(Statuses::Preset)
            } else {
                error
            }
        })?,
        ConfigUse::Ignore => Vec::new(),
    };
    match cli::parse(env.argv.clone(), &defaults)? {
        Invocation::Run(args) => runner::stages(&args, env).map(Task::Run),
        Invocation::Preset(call) => {
            preset::task(call, &defaults, env).map_err(|error| match error {
                refused @ ConfigError::OfPreset { .. } => refused,
                error => error.of_preset(Statuses::Preset),
            })
        }
        Invocation::Generate(doc) => {
            let names: Vec<_> = preset_names().collect();
            Ok(Task::Print(cli::generate(doc, &names)))
        }
        Invocation::Print(text) => Ok(Task::Print(text.into_bytes())),
    }
}
