//! Stages that run rsync: over whole trees, or over buckets of their entries.
//!
//! Boundary: wires lists, executors and what they come to; the options, exit
//! statuses and the slash are rsync's, and it alone copies.
//!
//! A stage has two steps. The second one tries again what failed in the first,
//! alone and once; of names that have gone meanwhile nothing is tried.

mod attend;
mod codes;
mod options;
mod shared;
mod source;
mod tally;

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use codes::{DELETE_LIMIT, VANISHED, worse};

use super::ConfigError;
use super::env::Standard;
use super::error::InPreset;
use super::stages::Step;
use crate::copy::probe;
use crate::input::buckets::{Place, is_remote};
use crate::pipeline::{Buckets, Codes, Part, Pipeline, Stage, StageInputs};
use crate::run::{Balance, Dealer, JobSource, Plan};
use crate::ui;
use attend::{First, Second};
use options::Given;
use shared::{Doing, Shared};
use source::{Again, Directories, Entries};
use tally::Watched;

/// The names of a bucket's columns in a command.
pub(super) const COLUMNS: [(&str, usize); 2] = [("bucket", 0), ("base", 1)];

/// Whether rsync's rules hold for a stage.
pub(super) fn is_of(stage: &Stage) -> bool {
    stage.codes != Codes::Plain || matches!(stage.inputs, StageInputs::Buckets(_))
}

/// What the stages of a pipeline share, if one of them runs rsync.
pub(super) fn shared(
    pipeline: &Pipeline,
    workers: usize,
    is_rehearsal: bool,
    temporary: PathBuf,
    terminal: Standard,
    mounts: Vec<PathBuf>,
) -> Result<Arc<Shared>, ConfigError> {
    for stage in pipeline.stages() {
        if let StageInputs::Buckets(buckets) = &stage.inputs {
            check(buckets, &mounts)?;
        }
    }
    let doing = if is_rehearsal {
        Doing::Rehearsing
    } else {
        Doing::Copying
    };
    Ok(Shared::new(doing, temporary, workers, terminal, mounts))
}

/// What cannot be cut in buckets.
fn check(buckets: &Buckets, mounts: &[PathBuf]) -> Result<(), ConfigError> {
    if let Some((option, why)) = Given::read(&buckets.options).misfit() {
        return Err(ConfigError::from(InPreset::Misfit { option, why }));
    }
    let mounts = mounts.iter().map(|path| path.as_os_str().as_bytes());
    let given = buckets.from.iter().chain([&buckets.to]);
    let mut paths = given.map(Vec::as_slice).chain(mounts);
    match paths.find(|path| is_remote(path)) {
        Some(path) => Err(ConfigError::from(InPreset::Remote {
            path: path.to_vec(),
        })),
        None => Ok(()),
    }
}

/// Looks that rsync copies no tree into itself: each run would make it deeper.
/// Where a filter or the like may keep it from that, it is left to rsync.
pub(super) fn apart(from: &[Vec<u8>], to: &[u8], options: &[Vec<u8>]) -> Result<(), ConfigError> {
    if is_remote(to) || Given::read(options).misfit().is_some() {
        return Ok(());
    }
    let to = Path::new(OsStr::from_bytes(to));
    for source in from.iter().filter(|source| !is_remote(source)) {
        let (path, found) = source_of(source);
        // What is not there rsync tells.
        if found.is_ok_and(|found| found.is_dir()) {
            probe::apart(&path, to)?;
        }
    }
    Ok(())
}

/// The path of a source as rsync takes it, and what is there: of `src/` what a
/// link leads to, of `src` the link itself.
fn source_of(source: &[u8]) -> (PathBuf, io::Result<Metadata>) {
    let place = Place::of(source);
    let path = PathBuf::from(OsStr::from_bytes(&place.path()));
    let found = match place.name {
        None => path.metadata(),
        Some(_) => path.symlink_metadata(),
    };
    (path, found)
}

/// Tells what a person should know of a call of rsync before it is made.
pub(super) fn advise(from: &[Vec<u8>], to: &[u8], options: &[Vec<u8>]) {
    let is_local = !is_remote(to) && !from.iter().any(|path| is_remote(path));
    if is_local && Given::read(options).compresses() {
        ui::note(
            "-z compresses what goes from one local path to another, which costs CPU and saves nothing; --rsync \"-ah\" leaves it out",
        );
    }
}

/// The source of a stage's jobs, if they are buckets.
pub(super) fn source(stage: &Stage, shared: &Arc<Shared>) -> Option<Box<dyn JobSource>> {
    let StageInputs::Buckets(spec) = &stage.inputs else {
        return None;
    };
    Some(match spec.part {
        Part::Entries => Box::new(Entries {
            name: stage.name.clone(),
            together: Given::read(&spec.options).together(),
            spec: Buckets::clone(spec),
            shared: Arc::clone(shared),
            crawl: None,
        }),
        Part::Directories => Box::new(Directories {
            shared: Arc::clone(shared),
            given: 0,
        }),
    })
}

/// What `<dest>` is in the commands of a stage, if its inputs are buckets.
pub(super) fn dealer(stage: &Stage, shared: &Shared, balance: Balance) -> Option<Dealer> {
    match &stage.inputs {
        StageInputs::Buckets(spec) => Dealer::new(shared.places(spec), balance),
        _ => None,
    }
}

/// The steps of a stage: `plan` has its source, and `again` is the same for the
/// second try, of which the source is put in here.
pub(super) fn steps(
    stage: &Stage,
    mut plan: Plan,
    again: impl FnOnce(Box<dyn JobSource>) -> Result<Plan, ConfigError>,
    shared: &Arc<Shared>,
    is_last: bool,
) -> Result<[Step; 2], ConfigError> {
    let buckets = match &stage.inputs {
        StageInputs::Buckets(buckets) => Some(Buckets::clone(buckets)),
        _ => None,
    };
    let (first, second) = attend::tries(stage.codes);
    let mut again = again(Box::new(Again {
        failed: Arc::clone(&first),
    }))?;
    for (plan, tally) in [(&mut plan, &first), (&mut again, &second)] {
        let inner = Arc::clone(&plan.executor);
        plan.executor = Arc::new(Watched {
            inner,
            tally: Arc::clone(tally),
            shared: Arc::clone(shared),
            progress: buckets
                .as_ref()
                .map(|buckets| buckets.progress)
                .unwrap_or_default(),
        });
    }
    let attends = First {
        name: stage.name.clone(),
        codes: stage.codes,
        tally: Arc::clone(&first),
        shared: Arc::clone(shared),
        buckets,
        tells: is_last,
        is_skipped: false,
    };
    let attends_again = Second {
        name: stage.name.clone(),
        first,
        tally: second,
        shared: Arc::clone(shared),
        gone: 0,
    };
    Ok([
        Step {
            attends: Some(Box::new(attends)),
            ..plan.into()
        },
        Step {
            attends: Some(Box::new(attends_again)),
            ..again.into()
        },
    ])
}
