//! What is typed behind a preset's name: its parameters as options of the
//! command line, and what the runner's options are to it.
//!
//! Boundary: from the preset to a specification for `cli`, and from what that
//! has read to values; nothing of it runs.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::super::{ConfigError, Env, jobs_file};
use crate::cli::{
    Defaults, NativeArgs, NativeOptions, ParamKind, ParamSpec, ParamValue, Presence, PresetParsed,
    PresetRun, PresetSpec, Repeat, parse_preset,
};
use crate::preset::{self, Form, Param, ParamType, Preset, StandsFor};

pub(super) fn parse_words(
    name: &OsStr,
    preset: &Preset,
    words: Vec<OsString>,
    defaults: &[Defaults],
) -> Result<PresetParsed, ConfigError> {
    let typed = |param: &&Param| param.form != Form::Jobs;
    let mut params: Vec<ParamSpec> = preset.params.iter().filter(typed).map(param).collect();
    for spec in &mut params {
        if preset.counts_each(&spec.name) {
            spec.repeat = Repeat::Many;
            // What was typed is told from what was not.
            spec.default = None;
            spec.presence = Presence::Optional;
        }
    }
    let spec = PresetSpec {
        name,
        about: &preset.description,
        long_about: "",
        params: &params,
        native: native_options(preset),
        destination: preset.destination(),
    };
    Ok(parse_preset(&spec, words, defaults)?)
}

fn native_options(preset: &Preset) -> NativeOptions {
    if preset.copies() {
        NativeOptions::Copy
    } else if preset.verifies() {
        NativeOptions::Verify
    } else if preset.counts() {
        NativeOptions::Count
    } else if preset.cuts() {
        NativeOptions::Mounts
    } else if preset.divides() {
        NativeOptions::Manifest
    } else {
        NativeOptions::None
    }
}

fn param(param: &Param) -> ParamSpec {
    ParamSpec {
        name: param.name.clone(),
        letter: param.letter,
        kind: match (param.form, &param.kind) {
            (_, ParamType::Flag(_)) => ParamKind::Flag,
            (Form::Positional, _) => ParamKind::Positional,
            (Form::Option | Form::Jobs, _) => ParamKind::Option,
        },
        value: match &param.kind {
            ParamType::String | ParamType::Integer | ParamType::Words | ParamType::Flag(_) => {
                ParamValue::Text
            }
            ParamType::Path | ParamType::Directory | ParamType::File | ParamType::RawPath => {
                ParamValue::Path
            }
            ParamType::Choice(choices) => ParamValue::Choice(choices.clone()),
        },
        help: param.help.clone(),
        default: param.default.clone().map(Into::into),
        presence: if param.default.is_some() || matches!(param.kind, ParamType::Flag(_)) {
            Presence::Optional
        } else {
            Presence::Required
        },
        repeat: match param.repeat {
            preset::Repeat::Once => Repeat::Once,
            preset::Repeat::Many => Repeat::Many,
        },
    }
}

/// The call, with the runner's options that parameters of the preset are other
/// names for. What is typed under the runner's own name comes before them.
pub(super) fn standing_for(preset: &Preset, run: &PresetRun) -> PresetRun {
    let mut run = run.clone();
    for param in &preset.params {
        let value = run.values.get(&param.name).and_then(|values| values.last());
        match (param.stands_for, value.and_then(|value| value.to_str())) {
            (Some(StandsFor::DryRun), Some(_)) => run.options.running.dry_run = true,
            (Some(StandsFor::Jobs), Some(jobs)) => {
                let is_typed =
                    run.options.running.jobs.is_some() && run.origin_of("jobs").is_none();
                if !is_typed {
                    run.options.running.jobs = Some(jobs.to_owned());
                }
            }
            _ => {}
        }
    }
    run
}

/// The mounts that commands go by, if there are several.
pub(super) fn mounts(run: &PresetRun) -> Vec<PathBuf> {
    match &run.native {
        NativeArgs::Mounts(args) => args.mounts(),
        _ => Vec::new(),
    }
}

/// The value of a parameter that is `-j`: whether one job runs at once, and by
/// one mount.
pub(super) fn at_once(run: &PresetRun, env: &Env) -> &'static [u8] {
    let jobs = run.options.running.jobs.as_deref();
    let jobs = jobs.map(|jobs| jobs_file::asked(jobs.as_ref(), |text| text.parse().ok()));
    match jobs {
        _ if !mounts(run).is_empty() => b"several",
        Some(Some(asked)) if asked.jobs.resolve(env.cpus()) > 1 => b"several",
        // What cannot be read is told later.
        _ => b"one",
    }
}
