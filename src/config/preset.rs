//! Presets: from `prun preset ...` to stages, or to a text about them.
//!
//! Boundary: brings together the finder (`preset`), the parser of its words
//! (`cli`) and the plans; checks what a preset needs before anything runs.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use super::command::{Commands, Particulars};
use super::error::InPreset;
use super::inputs::{Streamed, take_stdin};
use super::native::{self, Lent, NativeStage};
use super::runner::{Common, Kind, grouping, joblog, standard, tag};
use super::stages::{Stages, Statuses, Step};
use super::walked::Walked;
use super::{ConfigError, Env, Task};
use crate::cli::{
    Defaults, ExitArg, NativeArgs, NativeOptions, ParamKind, ParamSpec, ParamValue, Presence,
    PresetCall, PresetParsed, PresetRun, PresetSpec, Repeat, parse_preset,
};
use crate::copy::Options;
use crate::exec::Native;
use crate::input::{BatchSpec, Join, Separator, SourceSpec, Sources, SourcesSpec};
use crate::output::{JobLog, Order};
use crate::pipeline::{self, ActionSpec, Pipeline, Stage, StageInputs};
use crate::preset::{self, Form, Lookup, Note, Param, ParamType, Preset};
use crate::run::{JobSource, Plan};
use crate::template::{Batch, Command, Replace};
use crate::ui;

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
            let preset = Preset::parse(&found.source)?;
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

fn parse_words(
    name: &OsStr,
    preset: &Preset,
    words: Vec<OsString>,
    defaults: &[Defaults],
) -> Result<PresetParsed, ConfigError> {
    let params: Vec<ParamSpec> = preset.params.iter().map(param).collect();
    let spec = PresetSpec {
        name,
        about: &preset.description,
        long_about: "",
        params: &params,
        native: native_options(preset),
    };
    Ok(parse_preset(&spec, words, defaults)?)
}

fn native_options(preset: &Preset) -> NativeOptions {
    if preset.copies() {
        NativeOptions::Copy
    } else if preset.verifies() {
        NativeOptions::Verify
    } else {
        NativeOptions::None
    }
}

fn param(param: &Param) -> ParamSpec {
    ParamSpec {
        name: param.name.clone(),
        letter: None,
        kind: match param.form {
            Form::Positional => ParamKind::Positional,
            Form::Option => ParamKind::Option,
        },
        value: match &param.kind {
            ParamType::String | ParamType::Integer => ParamValue::Text,
            ParamType::Path | ParamType::Directory => ParamValue::Path,
            ParamType::Choice(choices) => ParamValue::Choice(choices.clone()),
        },
        help: param.help.clone(),
        default: param.default.clone().map(Into::into),
        presence: if param.default.is_some() {
            Presence::Optional
        } else {
            Presence::Required
        },
        repeat: Repeat::Once,
    }
}

fn stages(preset: &Preset, run: &PresetRun, env: &Env) -> Result<Stages, ConfigError> {
    let statuses = match &run.native {
        NativeArgs::Copy(_, telling) if telling.exit == Some(ExitArg::Rsync) => Statuses::Rsync,
        NativeArgs::Copy(..) | NativeArgs::Verify(_) | NativeArgs::None => Statuses::Preset,
    };
    let steps = || -> Result<Vec<Step>, ConfigError> {
        let last = |values: &[OsString]| values.last().map(|value| value.as_bytes().to_vec());
        let values: BTreeMap<String, Vec<u8>> = run
            .values
            .iter()
            .filter_map(|(name, values)| Some((name.clone(), last(values)?)))
            .collect();
        let pipeline = preset.expand(&values)?;
        let is_native = |stage: &Stage| stage.action.is_native();
        let has_native = pipeline.stages().iter().any(is_native);
        let has_commands = !pipeline.stages().iter().all(is_native);
        native::check_options(preset, &run.typed, has_native, has_commands)?;
        for probe in pipeline.probes() {
            probe.check().map_err(ConfigError::Probe)?;
        }
        self::steps(&pipeline, run, env)
    };
    let steps = steps().map_err(|error| error.of_preset(statuses))?;
    Ok(Stages { steps, statuses })
}

fn steps(pipeline: &Pipeline, run: &PresetRun, env: &Env) -> Result<Vec<Step>, ConfigError> {
    let options = &run.options;
    let common = Common::new(&options.running, &run.origins, env)?;
    // A default for all runs does not keep a copy, which has no jobs, from beginning.
    let has_jobs = pipeline
        .stages()
        .iter()
        .any(|stage| !stage.action.is_native());
    if has_jobs && common.halt.needs_total() {
        return Err(ConfigError::Usage(
            "--halt with a percentage needs the number of jobs, which a preset's walk does not know; give a number of jobs",
        ));
    }
    // Jobs of a preset read no input.
    let mut stdin = take_stdin(&common.cancel).map_err(ConfigError::Start)?;
    let commands = if has_jobs {
        Some(Commands::new(options.running.shell.as_deref(), None, env)?)
    } else {
        None
    };
    let mut copied = false;
    let mut steps: Vec<Step> = Vec::new();
    let log = options.records.joblog.as_deref();
    for stage in pipeline.stages() {
        if let (ActionSpec::Run { command, params }, Some(commands)) = (&stage.action, &commands) {
            let mut plan = plan(stage, command, params, run, &common, commands)?;
            plan.joblog = match log {
                None => None,
                Some(path) if !steps.iter().any(|step| step.native.is_none()) => {
                    joblog(path, &options.running)?
                }
                Some(_) if options.running.dry_run => None,
                Some(path) => Some(JobLog::append(path)?),
            };
            steps.push(plan.into());
            continue;
        }
        let copies = matches!(stage.action, ActionSpec::Copy(_));
        if copies && std::mem::replace(&mut copied, true) && is_recorded(run) {
            return Err(ConfigError::from(InPreset::TwoCopies {
                stage: stage.name.clone(),
            }));
        }
        steps.extend(native_steps(stage, run, &common, &mut *stdin, env)?);
    }
    Ok(steps)
}

/// Whether a copy writes a report or a log.
fn is_recorded(run: &PresetRun) -> bool {
    match &run.native {
        NativeArgs::Copy(_, telling) => telling.report.is_some() || telling.log.is_some(),
        NativeArgs::Verify(_) | NativeArgs::None => false,
    }
}

/// The steps of a native stage.
fn native_steps(
    stage: &Stage,
    run: &PresetRun,
    common: &Common<'_>,
    stdin: &mut dyn io::Read,
    env: &Env,
) -> Result<Vec<Step>, ConfigError> {
    let running = &run.options.running;
    let slots = common.slots(running, &run.origins, stage.limits.jobs)?;
    let natives = native::stages(&stage.action, run, slots, stdin, env)?;
    let step = |native: Box<dyn NativeStage>| {
        let source = Box::new(Lent::new(slots));
        let executor = Arc::new(Native::new(native.work()));
        Step {
            plan: common.native(source, executor, slots, running),
            native: Some(native),
        }
    };
    Ok(natives.into_iter().map(step).collect())
}

fn plan(
    stage: &Stage,
    command: &pipeline::Command,
    params: &pipeline::Params,
    run: &PresetRun,
    common: &Common<'_>,
    commands: &Commands<'_>,
) -> Result<Plan, ConfigError> {
    let options = &run.options;
    let template = commands
        .parse(&Particulars {
            command: match command {
                pipeline::Command::Script(script) => Command::Script(script),
                pipeline::Command::Argv(words) => Command::Argv(words),
            },
            replace: Replace::Auto,
            names: &[],
            params,
            batch: Batch::One,
        })
        .map_err(|source| InPreset::Template {
            stage: stage.name.clone(),
            source,
        })
        .map_err(ConfigError::from)?;
    if let Some(program) = commands.missing_program(&template) {
        return Err(ConfigError::from(InPreset::NotFound {
            stage: stage.name.clone(),
            program,
        }));
    }
    let slots = common.slots(&options.running, &run.origins, stage.limits.jobs)?;
    let source = source(stage)?;
    let kind = Kind {
        standard: standard(&options.output),
        directory: None,
    };
    let mut plan = common.plan(
        source,
        Arc::new(template),
        slots,
        kind,
        &options.running,
        &commands.programs,
    );
    plan.grouping = grouping(&options.output);
    plan.tag = tag(&options.output, Replace::Auto, &[])?;
    if options.output.keep_order {
        plan.order = Order::Input;
    }
    Ok(plan)
}

fn source(stage: &Stage) -> Result<Box<dyn JobSource>, ConfigError> {
    let open = |source, separator| {
        let spec = SourcesSpec {
            sources: vec![(Join::Product, source)],
            separator,
            ..SourcesSpec::default()
        };
        let sources = Sources::open(spec, || Box::new(io::empty()))
            .map_err(|source| InPreset::Input {
                stage: stage.name.clone(),
                source,
            })
            .map_err(ConfigError::from)?;
        Ok::<_, ConfigError>(Box::new(Streamed(sources.batched(BatchSpec::default()))))
    };
    Ok(match &stage.inputs {
        // Only native actions have none.
        StageInputs::None => open(SourceSpec::Words(Vec::new()), Separator::Line)?,
        StageInputs::Walk {
            root,
            select,
            include,
        } => {
            let options = Options {
                select: *select,
                root: *include,
                ..Options::default()
            };
            Box::new(Walked::Due(PathBuf::clone(root), options))
        }
        StageInputs::List(values) => open(SourceSpec::Words(values.clone()), Separator::Line)?,
        StageInputs::File { path, separator } => open(
            SourceSpec::File(path.clone()),
            match separator {
                pipeline::Separator::Line => Separator::Line,
                pipeline::Separator::Nul => Separator::Nul,
            },
        )?,
        StageInputs::From(_) => {
            return Err(ConfigError::from(InPreset::From {
                stage: stage.name.clone(),
            }));
        }
    })
}
