//! `--pipe` and `--pipepart`: jobs that read their inputs in blocks.
//!
//! Boundary: from what was asked for ([`PipeSpec`], whichever command line it
//! comes from) to a source of jobs. `own` reads prun's own options, `supply`
//! opens what is cut, `each` and `dealt` make jobs of blocks, whose values are
//! `beside`.

mod beside;
mod dealt;
mod each;
mod files;
mod own;
mod supply;

pub(super) use files::from_files;
pub(super) use own::{append, check_template, spec};

use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use super::env::Standard;
use super::inputs::BoxedSource;
use super::native::{Verdict, Whole};
use super::stages::{Attends, Begin};
use super::{ConfigError, Env};
use crate::exec::Cancel;
use crate::input::blocks::{Deal, PipeSpec, Way};
use crate::output::Summary;
use crate::template::Record;
use crate::ui;
use beside::Beside;
use dealt::Dealt;
use each::Each;
use supply::Supply;

/// A source of jobs that read blocks.
pub(super) struct Piped {
    /// The source.
    pub(super) source: BoxedSource,
    /// What has to be kept until the end of the run.
    pub(super) attends: Option<Box<dyn Attends>>,
}

/// What surrounds it.
pub(super) struct Surroundings<'a> {
    pub(super) env: &'a Env,
    pub(super) cancel: &'a Arc<Cancel>,
    /// How many jobs run at once.
    pub(super) jobs: usize,
    /// For the blocks of how many there is room: more, where their number may
    /// rise.
    pub(super) room: usize,
    /// Where temporary files go.
    pub(super) temporary: &'a Path,
    /// Standard input, taken over.
    pub(super) stdin: OwnedFd,
    /// What stands in their commands.
    pub(super) values: Values,
}

/// The values of jobs that read blocks.
pub(super) enum Values {
    /// There are none.
    None,
    /// Those of each job, which make the jobs ([`Deal::Tee`]).
    Jobs(Vec<Vec<Record>>),
    /// Those of one job after the other. Blocks make the jobs: those that have
    /// no values any more have an empty one.
    Beside(BoxedSource),
}

/// Opens what is to be cut.
pub(super) fn open(spec: &PipeSpec, around: Surroundings<'_>) -> Result<Piped, ConfigError> {
    if spec.reads_stdin() && around.env.stdin == Standard::Terminal {
        ui::note("reading blocks from the terminal; end them with Ctrl-D");
    }
    let supply = Supply::open(
        spec,
        around.stdin,
        around.cancel,
        (around.jobs, around.room),
    )?;
    let (tee, beside) = match around.values {
        Values::None => (Vec::new(), None),
        Values::Jobs(jobs) => (jobs, None),
        Values::Beside(source) => (Vec::new(), Some(source)),
    };
    let beside = Beside::new(beside);
    if spec.deal != Deal::Each {
        let dealt = Dealt::new(spec, supply, around.jobs, tee, beside)?;
        return Ok(Piped {
            source: Box::new(dealt),
            attends: None,
        });
    }
    let (directory, attends) = match spec.way {
        Way::Stdin => (None, None),
        Way::File | Way::Fifo => {
            let mut builder = tempfile::Builder::new();
            let directory = builder.prefix("prun.").tempdir_in(around.temporary);
            let directory = directory.map_err(|source| ConfigError::Path {
                what: "cannot make a directory for blocks in",
                path: around.temporary.into(),
                source,
            })?;
            let path = directory.path().to_path_buf();
            let attends: Box<dyn Attends> = Box::new(Room {
                _directory: directory,
            });
            (Some(path), Some(attends))
        }
    };
    Ok(Piped {
        source: Box::new(Each::new(supply, spec.way, directory, beside)),
        attends,
    })
}

/// The directory of blocks that are files: removed when all has ended.
struct Room {
    _directory: tempfile::TempDir,
}

impl Attends for Room {
    fn begin(&mut self) -> Result<Begin, ConfigError> {
        Ok(Begin::Run)
    }

    fn end(&mut self, _summary: &mut Summary) -> Verdict {
        Verdict::default()
    }

    fn tell(&mut self, _whole: &Whole) {}
}
