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
use super::links::{Link, Manner, links};
use super::native::{self, Lent, NativeStage};
use super::records::joblog;
use super::runner::{Common, Kind, balance, grouping, standard, tag};
use super::stages::{Stages, Statuses, Step};
use super::walked::Walked;
use super::{ConfigError, Env, Task, rsync};
use crate::cli::LogStart;
use crate::cli::{
    Defaults, ExitArg, NativeArgs, NativeOptions, ParamKind, ParamSpec, ParamValue, Presence,
    PresetCall, PresetParsed, PresetRun, PresetSpec, Repeat, parse_preset,
};
use crate::copy::Options;
use crate::exec::{Native, Programs};
use crate::input::{BatchSpec, Join, Separator, SourceSpec, Sources, SourcesSpec};
use crate::output::Order;
use crate::pipeline::{
    self, ActionSpec, Jobs, OnFailure, Pipeline, Probe, Stage, StageInputs, Start,
};
use crate::preset::{self, Form, Lookup, Note, Param, ParamType, Preset, StandsFor};
use crate::run::{Balance, Handed, JobSource, Plan};
use crate::template::{Append, Batch, Command, DestToken, Replace, Template, TemplateError};
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

fn parse_words(
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
        self::steps(&pipeline, run, env)
    };
    let steps = steps().map_err(|error| error.of_preset(statuses))?;
    Ok(Stages { steps, statuses })
}

/// The call, with the runner's options that parameters of the preset are other
/// names for. What is typed under the runner's own name comes before them.
fn standing_for(preset: &Preset, run: &PresetRun) -> PresetRun {
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
fn mounts(run: &PresetRun) -> Vec<PathBuf> {
    match &run.native {
        NativeArgs::Mounts(args) => args.mounts(),
        _ => Vec::new(),
    }
}

/// The value of a parameter that is `-j`: whether one job runs at once, and by
/// one mount.
fn at_once(run: &PresetRun, env: &Env) -> &'static [u8] {
    let jobs = run.options.running.jobs.as_deref().map(str::parse::<Jobs>);
    match jobs {
        _ if !mounts(run).is_empty() => b"several",
        Some(Ok(jobs)) if jobs.resolve(env.cpus()) > 1 => b"several",
        // What cannot be read is told later.
        _ => b"one",
    }
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
    let order = if options.output.keep_order {
        Order::Input
    } else {
        Order::Completion
    };
    let slots = |stage: &Stage| common.slots(&options.running, &run.origins, stage.limits.jobs);
    let slots = pipeline.stages().iter().map(slots);
    let slots = slots.collect::<Result<Vec<usize>, ConfigError>>()?;
    let manner = Manner {
        order,
        waits: options.running.dry_run,
        spill: Arc::clone(&common.spill),
    };
    let links = links(pipeline.stages(), &slots, &manner);
    let temporary = env.directory_in("TMPDIR").unwrap_or_else(|| "/tmp".into());
    let running = &options.running;
    // A rehearsal has one slot, and shows what so many would have to do.
    let workers = match &running.jobs {
        Some(jobs) => jobs.parse::<Jobs>()?.resolve(env.cpus()),
        None => 1,
    };
    let shared = rsync::shared(
        pipeline,
        workers,
        running.dry_run,
        temporary,
        env.stderr,
        mounts(run),
    )?;
    let balance = match &run.native {
        NativeArgs::Mounts(args) => balance(args.balance),
        _ => Balance::RoundRobin,
    };
    let is_of_rsync = |stage: &&Stage| rsync::is_of(stage);
    let last_of_rsync = pipeline.stages().iter().rfind(is_of_rsync);
    let mut copied = false;
    let mut steps: Vec<Step> = Vec::new();
    let log = options.records.log();
    let log = log.as_ref().map(|(path, start)| (path.as_path(), *start));
    for ((stage, link), slots) in pipeline.stages().iter().zip(links).zip(slots) {
        if let (ActionSpec::Run { command, params }, Some(commands)) = (&stage.action, &commands) {
            let start = link.start;
            let jobs = common.jobs(&options.running, &run.origins, stage.limits.jobs)?;
            let params = &with_jobs(params, jobs);
            let template = Arc::new(template(stage, command, params, commands)?);
            let source = match &link.reads {
                Some(handover) => Box::new(Handed(Arc::clone(handover))),
                None => match rsync::source(stage, &shared) {
                    Some(source) => source,
                    None => source(stage)?,
                },
            };
            let plan = |source, slots, link| {
                let plan = plan(
                    source,
                    &template,
                    (slots, link),
                    run,
                    &common,
                    &commands.programs,
                );
                let dealer = rsync::dealer(stage, &shared, balance);
                plan.map(|plan| Plan {
                    dealer,
                    order,
                    ..plan
                })
            };
            let mut first = plan(source, slots, link)?;
            first.joblog = match log {
                None => None,
                Some((path, start)) if !steps.iter().any(|step| step.native.is_none()) => {
                    joblog(path, start, &options.running)?
                }
                Some((path, _)) => joblog(path, LogStart::Append, &options.running)?,
            };
            if rsync::is_of(stage) {
                let again = |source| -> Result<Plan, ConfigError> {
                    let mut plan = plan(source, 1, Link::alone(1))?;
                    plan.joblog = match log {
                        Some((path, _)) => joblog(path, LogStart::Append, &options.running)?,
                        None => None,
                    };
                    Ok(plan)
                };
                let is_last = last_of_rsync == Some(stage);
                steps.extend(rsync::steps(stage, first, again, &shared, is_last)?);
                continue;
            }
            steps.push(Step {
                start,
                gate: gate(stage),
                ..first.into()
            });
            continue;
        }
        let copies = matches!(stage.action, ActionSpec::Copy(_) | ActionSpec::Finalize(_));
        if copies && std::mem::replace(&mut copied, true) && is_recorded(run) {
            return Err(ConfigError::from(InPreset::TwoCopies {
                stage: stage.name.clone(),
            }));
        }
        if options.running.dry_run
            && let Some(native) = native::not_yet(&stage.action, !steps.is_empty())
        {
            steps.push(native_step(native, stage, slots, run, &common));
            continue;
        }
        steps.extend(native_steps(stage, slots, run, &common, &mut *stdin, env)?);
    }
    Ok(steps)
}

/// Whether a copy writes a report or a log.
fn is_recorded(run: &PresetRun) -> bool {
    match &run.native {
        NativeArgs::Copy(_, telling) => telling.report.is_some() || telling.log.is_some(),
        _ => false,
    }
}

/// The steps of a native stage.
fn native_steps(
    stage: &Stage,
    slots: usize,
    run: &PresetRun,
    common: &Common<'_>,
    stdin: &mut dyn io::Read,
    env: &Env,
) -> Result<Vec<Step>, ConfigError> {
    let client = match &run.native {
        NativeArgs::Copy(args, _) => args.client,
        _ => None,
    };
    if let Some(client) = client
        && stage.on_failure == OnFailure::Stop
        && matches!(stage.action, ActionSpec::Copy(_))
    {
        let stage = stage.name.clone();
        return Err(InPreset::ClientGoesOn { client, stage }.into());
    }
    let natives = native::stages(&stage.action, run, slots, stdin, env)?;
    let step = |native| native_step(native, stage, slots, run, common);
    Ok(natives.into_iter().map(step).collect())
}

fn native_step(
    native: Box<dyn NativeStage>,
    stage: &Stage,
    slots: usize,
    run: &PresetRun,
    common: &Common<'_>,
) -> Step {
    let source = Box::new(Lent::new(slots));
    let executor = Arc::new(Native::new(native.work()));
    Step {
        plan: common.native(source, executor, slots, &run.options.running),
        native: Some(native),
        attends: None,
        start: Start::Barrier,
        gate: gate(stage),
    }
}

fn gate(stage: &Stage) -> Option<String> {
    (stage.on_failure == OnFailure::Stop).then(|| stage.name.clone())
}

/// The parameters of a stage's command, and how many of its jobs run at once:
/// some programs have a `-j` of their own.
fn with_jobs(params: &pipeline::Params, jobs: usize) -> pipeline::Params {
    let jobs = (b"jobs".to_vec(), jobs.to_string().into_bytes());
    params.iter().cloned().chain([jobs]).collect()
}

fn template(
    stage: &Stage,
    command: &pipeline::Command,
    params: &pipeline::Params,
    commands: &Commands<'_>,
) -> Result<Template, ConfigError> {
    let names: Vec<(Vec<u8>, usize)> = match &stage.inputs {
        StageInputs::Buckets(_) => rsync::COLUMNS
            .iter()
            .map(|(name, column)| (name.as_bytes().to_vec(), *column))
            .collect(),
        _ => Vec::new(),
    };
    let template = commands
        .parse(&Particulars {
            command: match command {
                pipeline::Command::Script(script) => Command::Script(script),
                pipeline::Command::Argv(words) => Command::Argv(words),
            },
            replace: Replace::Auto,
            names: &names,
            params,
            dest: match &stage.inputs {
                StageInputs::Buckets(_) => DestToken::Declared,
                _ => DestToken::Undeclared,
            },
            batch: Batch::One,
            append: Append::Input,
        })
        .map_err(|source| match source {
            TemplateError::NotFound { name } => InPreset::NotFound {
                stage: stage.name.clone(),
                program: name.into_bytes(),
            },
            source => InPreset::Template {
                stage: stage.name.clone(),
                source,
            },
        })
        .map_err(ConfigError::from)?;
    if let Some(program) = commands.missing_program(&template) {
        return Err(ConfigError::from(InPreset::NotFound {
            stage: stage.name.clone(),
            program,
        }));
    }
    Ok(template)
}

fn plan(
    source: Box<dyn JobSource>,
    template: &Arc<Template>,
    (slots, link): (usize, Link),
    run: &PresetRun,
    common: &Common<'_>,
    programs: &Arc<Programs>,
) -> Result<Plan, ConfigError> {
    let options = &run.options;
    let kind = Kind {
        standard: standard(&options.output),
        directory: None,
        children: link.children,
    };
    let mut plan = common.plan(
        source,
        Arc::clone(template),
        slots,
        kind,
        &options.running,
        programs,
    );
    plan.feeds = link.feeds;
    plan.first_slot = link.first_slot;
    plan.grouping = grouping(&options.output);
    plan.tag = tag(&options.output, Replace::Auto, &[], DestToken::Undeclared)?;
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
        // Only native actions have none, and what is read from another stage
        // comes by its link.
        StageInputs::None | StageInputs::From(_) | StageInputs::Buckets(_) => {
            open(SourceSpec::Words(Vec::new()), Separator::Line)?
        }
        StageInputs::Walk {
            root,
            select,
            include,
            depth,
        } => {
            let options = Options {
                select: *select,
                root: *include,
                depth: *depth,
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
    })
}
