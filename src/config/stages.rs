//! Stages that are ready to run, one after the other.
//!
//! Boundary: runs them in a session and adds up what they came to; which exit
//! statuses there are depends on who asked.

use super::ConfigError;
use crate::output::{RunEnd, Summary};
use crate::run::{Plan, Session};
use crate::ui;

/// The stages of a run.
pub struct Stages {
    pub(super) plans: Vec<Plan>,
    pub(super) statuses: Statuses,
}

/// The table of exit statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statuses {
    /// GNU parallel's, of the runner.
    Runner,
    /// 0 complete, 1 something failed; of presets.
    Preset,
}

impl Stages {
    /// The table that goes with these stages.
    pub fn statuses(&self) -> Statuses {
        self.statuses
    }

    /// Runs the stages. A job that failed does not keep later stages from
    /// running; a run that was stopped does.
    pub fn run(self) -> Result<Summary, ConfigError> {
        let mut session = Session::new()?;
        let mut total = Summary::default();
        for plan in self.plans {
            match session.run(plan) {
                Ok(summary) => total.add(summary),
                // What earlier stages did is told all the same.
                Err(error) => {
                    ui::error(ConfigError::Start(error));
                    total.end = RunEnd::Error;
                }
            }
            if total.end != RunEnd::Complete {
                break;
            }
        }
        Ok(total)
    }
}

impl Statuses {
    /// The exit status of a run.
    pub fn of(self, summary: &Summary) -> u8 {
        match (self, &summary.end) {
            (Self::Runner, _) | (_, RunEnd::Signal(_)) => summary.exit_status(),
            (Self::Preset, RunEnd::Complete) => u8::from(summary.failed + summary.missing > 0),
            (Self::Preset, _) => 1,
        }
    }
}
