//! Native stages: from a native action and its options to an engine, the plan
//! that drives it, and what it came to.
//!
//! Boundary: wires the engines of `copy/` to slots, to the voice and to the
//! exit status; walks, copies and compares nothing.

mod containing;
mod copying;
mod counting;
mod dividing;
mod lines;
mod misuse;
mod naming;
mod options;
mod rehearsing;
mod verdict;
mod verifying;

use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use misuse::check as check_options;
pub(super) use verdict::Verdict;

use super::error::InPreset;
use super::{ConfigError, Env};
use crate::cli::{CopyArgs, CountArgs, NativeArgs, PresetRun, Required, TellingArgs, VerifyArgs};
use crate::copy::verify::{Contents, Kind, Kinds, VerifyOptions};
use crate::copy::{CopyOptions, Destinations, Failure, Reporter, Share, Verify};
use crate::exec::NativeWork;
use crate::output::copying::Told;
use crate::output::{Asker, RunEnd};
use crate::pipeline::{ActionSpec, Trees};
use crate::run::{JobSource, SourceError};
use crate::template::Record;
use crate::ui;
use containing::ContainedStage;
use copying::CopyStage;
use lines::Lines;
use rehearsing::{CopyRehearsal, LineRehearsal};
use verifying::VerifyStage;

/// What a native stage is beside its plan.
pub(super) trait NativeStage {
    /// The work that slots lend their threads to.
    fn work(&self) -> Arc<dyn NativeWork>;

    /// Looks whether it can be done, and opens what it needs. Called once,
    /// when all stages before have ended.
    fn begin(&mut self) -> Result<(), ConfigError>;

    /// Who is asked how far it has come, once it has begun (SIGUSR1).
    fn asker(&self) -> Option<Asker> {
        None
    }

    /// What came of the stage, however it ended.
    fn end(&mut self, end: &RunEnd) -> Verdict;

    /// Tells what came of it, when all stages have ended or been given up.
    /// Gives the exit status: that of the whole, or another one if it could
    /// not be told.
    fn tell(self: Box<Self>, whole: &Whole) -> u8;
}

/// What all stages came to.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// The exit status.
    pub(super) status: u8,
    /// The exit status in place of 0, if a report is lost.
    pub(super) lost: u8,
    /// The signal that ended it.
    pub(super) signal: Option<i32>,
    /// Why nothing was begun.
    pub(super) refused: Option<String>,
    /// How many differences were found, if they were looked for.
    pub(super) differences: Option<u64>,
}

/// The stages that a native action comes to: a copy that is to be verified is
/// two. `make` gives each its workers.
pub(super) fn stages(
    action: &ActionSpec,
    run: &PresetRun,
    workers: usize,
    stdin: &mut dyn Read,
    env: &Env,
) -> Result<Vec<Box<dyn NativeStage>>, ConfigError> {
    match (action, &run.native) {
        (ActionSpec::Copy(trees), NativeArgs::Copy(args, telling)) => {
            let share = args.client.map_or(Share::Whole, Share::Client);
            let options = options::copy_options(args, share, retries(run), stdin)?;
            let asked = Asked {
                options,
                several: args.destinations(),
                required: required(args),
                telling: telling.clone(),
            };
            copy(trees, asked, run, workers, env)
        }
        (ActionSpec::Finalize(trees), NativeArgs::Copy(args, telling)) => {
            if let Some(client) = args.client {
                return Err(ConfigError::from(InPreset::ClientFinalizes { client }));
            }
            let options = options::copy_options(args, Share::Rest, retries(run), stdin)?;
            let asked = Asked {
                options,
                several: args.destinations(),
                required: required(args),
                telling: telling.clone(),
            };
            copy(trees, asked, run, workers, env)
        }
        (ActionSpec::Finalize(trees), _) => {
            let asked = Asked {
                options: options::without_args(Share::Rest),
                several: None,
                required: Vec::new(),
                telling: TellingArgs::default(),
            };
            copy(trees, asked, run, workers, env)
        }
        (ActionSpec::Verify(trees), native) => {
            let options = match native {
                NativeArgs::Verify(args) => verify_options(args),
                NativeArgs::Copy(args, _) => VerifyOptions {
                    boundary: options::boundary(args.one_file_system),
                    ..VerifyOptions::default()
                },
                _ => VerifyOptions::default(),
            };
            if run.options.running.dry_run {
                let stage = LineRehearsal::verify(trees, &options);
                return Ok(vec![Box::new(stage)]);
            }
            let lines = Lines::new(env.stdout);
            let stage = VerifyStage::new(trees, options, workers, None, lines);
            Ok(vec![Box::new(stage)])
        }
        (ActionSpec::Count(tree), native) => {
            let args = match native {
                NativeArgs::Count(args) => args.clone(),
                _ => CountArgs::default(),
            };
            Ok(vec![counting::stage(tree, &args, run, workers, env)])
        }
        (ActionSpec::Manifest(trees), NativeArgs::Manifest(args)) => {
            Ok(vec![dividing::stage(trees, args, run, workers, env)?])
        }
        (ActionSpec::Contained(root), _) => Ok(vec![Box::new(ContainedStage::new(root))]),
        // A preset that copies or divides has the options for it, and a command
        // is no native action.
        (ActionSpec::Copy(_) | ActionSpec::Manifest(_) | ActionSpec::Run { .. }, _) => {
            Ok(Vec::new())
        }
    }
}

/// What is asked of a copy and of its voice.
struct Asked {
    options: CopyOptions,
    /// Where to, if several destinations were typed.
    several: Option<Destinations>,
    required: Vec<Required>,
    telling: TellingArgs,
}

/// How often is tried again, if that was typed: a default for all runs is about
/// jobs.
fn retries(run: &PresetRun) -> Option<u32> {
    let is_typed = run.origin_of("retries").is_none();
    run.options.running.retries.filter(|_| is_typed)
}

fn required(args: &CopyArgs) -> Vec<Required> {
    let list = args.require.as_ref();
    list.map_or_else(Vec::new, |list| list.0.clone())
}

/// What is printed for an action in a rehearsal, if the tree that it is about
/// is not there yet: an earlier stage makes it.
pub(super) fn not_yet(action: &ActionSpec, has_earlier: bool) -> Option<Box<dyn NativeStage>> {
    let is_missing = |path: &Path| has_earlier && path.symlink_metadata().is_err();
    match action {
        ActionSpec::Copy(trees) if is_missing(&trees.from) => {
            Some(Box::new(LineRehearsal::later_copy(&trees.from, &trees.to)))
        }
        ActionSpec::Contained(root) => Some(Box::new(LineRehearsal::contained(root))),
        _ => None,
    }
}

fn copy(
    trees: &Trees,
    asked: Asked,
    run: &PresetRun,
    workers: usize,
    env: &Env,
) -> Result<Vec<Box<dyn NativeStage>>, ConfigError> {
    let running = &run.options.running;
    let Asked {
        options,
        several,
        required,
        telling,
    } = asked;
    let verify = after(&options);
    // They stand for the parameter that the preset copies to, not for another place.
    let several = several.filter(|several| several.paths().first() == Some(&trees.to));
    let destinations = several.unwrap_or_else(|| Destinations::One(trees.to.clone()));
    let compared = compared(trees, &destinations, verify);
    if running.dry_run {
        let rehearsals = CopyRehearsal::all(trees, &destinations, &options, env.euid);
        let mut stages: Vec<Box<dyn NativeStage>> = Vec::new();
        for rehearsal in rehearsals {
            stages.push(Box::new(rehearsal));
        }
        for (trees, verify) in &compared {
            stages.push(Box::new(LineRehearsal::verify(trees, verify)));
        }
        return Ok(stages);
    }
    let settings = copying::settings(trees, &telling, running, env);
    let is_named = running.print || running.verbose;
    let lines = is_named.then(|| Lines::new(env.stdout));
    let ways = (trees.from.as_path(), destinations);
    let stage = CopyStage::new(ways, options, workers, required, settings, lines)?;
    let reporter = stage.reporter();
    let mut stages: Vec<Box<dyn NativeStage>> = vec![Box::new(stage)];
    for (trees, options) in compared {
        let lines = Lines::new(env.stdout);
        let reporter = Some(Arc::clone(&reporter));
        let stage = VerifyStage::new(&trees, options, workers, reporter, lines);
        stages.push(Box::new(stage));
    }
    Ok(stages)
}

/// What is compared with the source after a copy, and how: of several copies
/// each; of several mounts the main one. Contents are then read by another
/// mount, so that what one client has in memory does not stand for what the
/// server has; that client may have old attributes in memory, so of it nothing
/// else is asked.
fn compared(
    trees: &Trees,
    destinations: &Destinations,
    verify: Option<VerifyOptions>,
) -> Vec<(Trees, VerifyOptions)> {
    let Some(verify) = verify else {
        return Vec::new();
    };
    let with = |to: &PathBuf| Trees {
        from: trees.from.clone(),
        to: to.clone(),
    };
    match destinations {
        Destinations::Spread { mounts, .. } if verify.contents == Contents::Compared => {
            let metadata = VerifyOptions {
                contents: Contents::Ignored,
                digests: None,
                ..verify.clone()
            };
            let others = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Content);
            let contents = VerifyOptions {
                ignore: others.fold(verify.ignore, |kinds, kind| kinds.with(kind, None)),
                ..verify
            };
            let ends = mounts.first().zip(mounts.last());
            let both = ends.map(|(first, last)| [(with(first), metadata), (with(last), contents)]);
            both.into_iter().flatten().collect()
        }
        Destinations::Spread { mounts, .. } => {
            let first = mounts.first().map(|to| (with(to), verify));
            first.into_iter().collect()
        }
        Destinations::One(_) | Destinations::Replicate(_) => {
            let all = destinations.paths().iter();
            all.map(|to| (with(to), verify.clone())).collect()
        }
    }
}

fn bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_bytes().to_vec()
}

/// Says what could not be read.
struct Says;

impl Reporter for Says {
    fn failure(&self, failure: Failure) {
        ui::say(Told(&failure));
    }
}

/// What is compared after a copy, if anything is.
fn after(copy: &CopyOptions) -> Option<VerifyOptions> {
    match copy.verify {
        Verify::No => None,
        Verify::Metadata | Verify::Contents => {
            Some(VerifyOptions::after_copy(copy, Arc::clone(&copy.filter)))
        }
    }
}

fn verify_options(args: &VerifyArgs) -> VerifyOptions {
    VerifyOptions {
        contents: if args.checksum {
            Contents::Compared
        } else {
            Contents::Ignored
        },
        ignore: args.ignore.iter().copied().fold(Kinds::NONE, Kinds::union),
        modify_window: args.modify_window.unwrap_or(0),
        boundary: options::boundary(args.one_file_system),
        ..VerifyOptions::default()
    }
}

/// One job a slot, without inputs.
pub(super) struct Lent {
    left: usize,
}

impl Lent {
    pub(super) fn new(slots: usize) -> Self {
        Self { left: slots }
    }
}

impl JobSource for Lent {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        records.clear();
        let more = self.left > 0;
        self.left = self.left.saturating_sub(1);
        Ok(more)
    }

    fn total(&self) -> Option<u64> {
        u64::try_from(self.left).ok()
    }
}
