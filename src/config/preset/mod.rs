//! Presets: from `prun preset ...` to stages, or to a text about them.
//!
//! Boundary: brings together the finder (`preset`), the parser of its words
//! (`cli`) and the plans; checks what a preset needs before anything runs.

mod commands;
mod steps;
mod words;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;

use super::native::{self};
use super::stages::{Stages, Statuses, Step};
use super::{ConfigError, Env, Task, rsync};
use crate::cli::{Defaults, ExitArg, NativeArgs, PresetCall, PresetParsed, PresetRun};
use crate::pipeline::{Probe, Stage};
use crate::preset::{self, Form, Lookup, Note, Preset};
use crate::ui;
use words::{at_once, parse_words, standing_for};

/// Carries out `prun preset ...`.
pub(super) fn task(
    call: PresetCall,
    defaults: &[Defaults],
    env: &Env,
) -> Result<Task, ConfigError> {
    let user_dir = env
        .config_directory()
        .map(|directory| directory.join("presets"));
    let lookup = Lookup {
        user_dir: user_dir.as_deref(),
        euid: env.euid,
    };
    match call {
        PresetCall::List => list(&lookup).map(Task::Print),
        PresetCall::Show(name) => {
            let found = preset::find(&name, &lookup)?;
            tell(&found.notes);
            Ok(Task::Print(found.source.toml.into_bytes()))
        }
        PresetCall::Run { name, words } => {
            let found = preset::find(&name, &lookup)?;
            tell(&found.notes);
            let preset = Preset::read(&found.source, &lookup)?;
            match parse_words(&name, &preset, words, defaults)? {
                PresetParsed::Print(text) => Ok(Task::Print(text.into_bytes())),
                PresetParsed::Run(run) => stages(&preset, &run, env).map(Task::Run),
            }
        }
    }
}

fn tell(notes: &[Note]) {
    for note in notes {
        ui::note(note);
    }
}

fn list(lookup: &Lookup<'_>) -> Result<Vec<u8>, ConfigError> {
    let listing = preset::list(lookup)?;
    tell(&listing.notes);
    let width = listing
        .presets
        .iter()
        .map(|listed| listed.name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for listed in listing.presets {
        // Writing to a String cannot fail.
        let _ = match listed.description {
            Ok(description) => writeln!(text, "{:width$}  {description}", listed.name),
            Err(_) => writeln!(
                text,
                "{:width$}  (cannot be read; `prun preset {}` says why)",
                listed.name, listed.name
            ),
        };
    }
    Ok(text.into_bytes())
}

fn stages(preset: &Preset, run: &PresetRun, env: &Env) -> Result<Stages, ConfigError> {
    let asks_rsync = |(name, values): (&String, &Vec<OsString>)| {
        name == "exit" && values.last().is_some_and(|value| value == "rsync")
    };
    let statuses = match &run.native {
        _ if run.values.iter().any(asks_rsync) => Statuses::Rsync,
        NativeArgs::Copy(_, telling) if telling.exit == Some(ExitArg::Rsync) => Statuses::Rsync,
        _ => Statuses::Preset,
    };
    let steps = || -> Result<Vec<Step>, ConfigError> {
        let run = &standing_for(preset, run);
        let bytes = |values: &Vec<OsString>| -> Vec<Vec<u8>> {
            values
                .iter()
                .map(|value| value.as_bytes().to_vec())
                .collect()
        };
        let mut values: BTreeMap<String, Vec<Vec<u8>>> = run
            .values
            .iter()
            .map(|(name, values)| (name.clone(), bytes(values)))
            .collect();
        for param in preset
            .params
            .iter()
            .filter(|param| param.form == Form::Jobs)
        {
            values.insert(param.name.clone(), vec![at_once(run, env).to_vec()]);
        }
        let pipeline = preset.expand(&values)?;
        let is_native = |stage: &Stage| stage.action.is_native();
        let has_native = pipeline.stages().iter().any(is_native);
        let has_commands = !pipeline.stages().iter().all(is_native);
        native::check_options(preset, &run.typed, has_native, has_commands)?;
        for probe in pipeline.probes() {
            probe.check().map_err(ConfigError::Probe)?;
            if let Probe::Rsync { from, to, options } = probe {
                rsync::apart(from, to, options)?;
                rsync::advise(from, to, options);
            }
        }
        steps::steps(&pipeline, run, env)
    };
    let steps = steps().map_err(|error| error.of_preset(statuses))?;
    Ok(Stages { steps, statuses })
}
