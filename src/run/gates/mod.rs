//! What must be so before a job starts: load, memory, swapping, disks, and a
//! command of the user's.
//!
//! Boundary: the plan's side of it and its errors. [`verdict`] decides, pure but
//! for its meter; [`suspend`] decides which jobs stand still; [`Gate`] waits.
//! Without any gate nothing of this exists at run time.

mod gate;
mod suspend;
#[cfg(test)]
pub(super) mod testing;
mod verdict;

use std::io;
use std::sync::Arc;

pub(super) use gate::{Gate, Pass, Warden};

use crate::exec::Meter;
use crate::ui::Errno;

/// The gates of a run. At least one is set, or there is no point in it.
pub struct Gates {
    /// Where the numbers come from.
    pub meter: Arc<dyn Meter>,
    /// Starts only below this load.
    pub load: Option<f64>,
    /// Starts only with so many bytes free; with less than half of it the
    /// youngest job is called back.
    pub memory: Option<u64>,
    /// Jobs are suspended with less than twice so many bytes free, all but one
    /// with less.
    pub suspend: Option<u64>,
    /// Whether it starts while memory is swapped in and out.
    pub swapping: Swapping,
    /// Starts only while no disk is busy for this part of the time, in percent.
    pub disk: Option<u8>,
    /// Whether the meter's command is asked.
    pub asking: Limiting,
    /// How often a job that is called back is tried in all; 0 is without end.
    pub tries: u32,
}

/// Whether jobs start while the machine swaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Swapping {
    /// They do.
    #[default]
    Allowed,
    /// Not while pages go both in and out (`--noswap`).
    Refused,
}

/// Whether a command says if a job may start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limiting {
    /// There is none.
    #[default]
    Nothing,
    /// The meter's: exit status 0 starts the job, 1 does not, 2 calls the
    /// youngest job back as well (`--limit`).
    Command,
}

/// A gate that cannot be looked at: the run cannot go on as it was asked to.
#[derive(Debug, thiserror::Error)]
pub(super) enum GateError {
    /// A number of the machine's.
    #[error("cannot tell whether a job may start: {}", Errno(.0))]
    Meter(#[from] io::Error),
    /// The command's answer is none.
    #[error(
        "the command of --limit ended with exit status {0}; 0 starts a job, 1 waits, 2 calls the youngest job back"
    )]
    Limit(i32),
}

impl Gates {
    /// Whether a job may be called back, and then run again.
    pub(super) fn recall(&self) -> bool {
        self.memory.is_some() || self.asking == Limiting::Command
    }

    /// Whether somebody has to look while no job is about to start.
    fn watch(&self) -> bool {
        self.memory.is_some() || self.suspend.is_some()
    }
}
