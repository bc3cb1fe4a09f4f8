//! The stages of a preset, as steps that are ready to run.
//!
//! Boundary: decides what each stage reads and feeds, how many slots it has and
//! what is recorded; a stage's command is made in `commands`.

use std::io;
use std::sync::Arc;

use super::super::command::Commands;
use super::super::error::InPreset;
use super::super::inputs::take_stdin;
use super::super::links::{Link, Manner, links};
use super::super::native::{self, Lent, NativeStage};
use super::super::records::joblog;
use super::super::runner::{Common, balance};
use super::super::stages::Step;
use super::super::{ConfigError, Env, rsync};
use super::commands::{plan, source, template, with_jobs};
use super::words::mounts;
use crate::cli::{LogStart, NativeArgs, PresetRun};
use crate::exec::Native;
use crate::output::Order;
use crate::pipeline::{ActionSpec, OnFailure, Pipeline, Stage, Start};
use crate::run::{Balance, Handed, Plan};

pub(super) fn steps(
    pipeline: &Pipeline,
    run: &PresetRun,
    env: &Env,
) -> Result<Vec<Step>, ConfigError> {
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
    let slots = |stage: &Stage| common.slots(&options.running, stage.limits.jobs);
    let slots: Vec<usize> = pipeline.stages().iter().map(slots).collect();
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
        Some(_) => common.jobs(None),
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
            let jobs = common.jobs(stage.limits.jobs);
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
