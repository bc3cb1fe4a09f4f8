//! Native stages: from a native action and its options to an engine, the plan
//! that drives it, and what it came to.
//!
//! Boundary: wires the engines of `copy/` to slots, to the voice and to the
//! exit status; walks, copies and compares nothing.

mod copying;
mod lines;
mod misuse;
mod naming;
mod options;
mod rehearsing;
mod verdict;
mod verifying;

use std::io::Read;
use std::sync::Arc;

pub(super) use misuse::check as check_options;
pub(super) use verdict::Verdict;

use super::{ConfigError, Env};
use crate::cli::{CopyArgs, NativeArgs, PresetRun, TellingArgs, VerifyArgs};
use crate::copy::verify::{Contents, Kinds, VerifyOptions};
use crate::copy::{CopyOptions, Verify};
use crate::exec::NativeWork;
use crate::output::RunEnd;
use crate::pipeline::{ActionSpec, Trees};
use crate::run::{JobSource, SourceError};
use crate::template::Record;
use copying::CopyStage;
use lines::Lines;
use rehearsing::{CopyRehearsal, VerifyRehearsal};
use verifying::VerifyStage;

/// What a native stage is beside its plan.
pub(super) trait NativeStage {
    /// The work that slots lend their threads to.
    fn work(&self) -> Arc<dyn NativeWork>;

    /// Looks whether it can be done, and opens what it needs. Called once,
    /// when all stages before have ended.
    fn begin(&mut self) -> Result<(), ConfigError>;

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
            copy(trees, args, telling, run, workers, stdin, env)
        }
        (ActionSpec::Verify(trees), native) => {
            let options = match native {
                NativeArgs::Verify(args) => verify_options(args),
                NativeArgs::Copy(args, _) => VerifyOptions {
                    boundary: options::boundary(args.one_file_system),
                    ..VerifyOptions::default()
                },
                NativeArgs::None => VerifyOptions::default(),
            };
            if run.options.running.dry_run {
                let stage = VerifyRehearsal::new(trees, &options);
                return Ok(vec![Box::new(stage)]);
            }
            let lines = Lines::new(env.stdout);
            let stage = VerifyStage::new(trees, options, workers, None, lines);
            Ok(vec![Box::new(stage)])
        }
        // A preset that copies has the options of a copy, and a command is no
        // native action.
        (ActionSpec::Copy(_) | ActionSpec::Run { .. }, _) => Ok(Vec::new()),
    }
}

fn copy(
    trees: &Trees,
    args: &CopyArgs,
    telling: &TellingArgs,
    run: &PresetRun,
    workers: usize,
    stdin: &mut dyn Read,
    env: &Env,
) -> Result<Vec<Box<dyn NativeStage>>, ConfigError> {
    let running = &run.options.running;
    // A default for all runs is about jobs.
    let is_typed = run.origin_of("retries").is_none();
    let retries = running.retries.filter(|_| is_typed);
    let options = options::copy_options(args, retries, stdin)?;
    let verify = after(&options);
    if running.dry_run {
        let mut stages: Vec<Box<dyn NativeStage>> = Vec::new();
        if let Some(verify) = &verify {
            stages.push(Box::new(VerifyRehearsal::new(trees, verify)));
        }
        stages.insert(0, Box::new(CopyRehearsal::new(trees, options, env.euid)));
        return Ok(stages);
    }
    let settings = copying::settings(trees, telling, running, env);
    let is_named = running.print || running.verbose;
    let lines = is_named.then(|| Lines::new(env.stdout));
    let stage = CopyStage::new(trees, options, workers, args, settings, lines)?;
    let reporter = stage.reporter();
    let mut stages: Vec<Box<dyn NativeStage>> = vec![Box::new(stage)];
    if let Some(options) = verify {
        let lines = Lines::new(env.stdout);
        let stage = VerifyStage::new(trees, options, workers, Some(reporter), lines);
        stages.push(Box::new(stage));
    }
    Ok(stages)
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
