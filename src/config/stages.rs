//! Stages that are ready to run, one after the other.
//!
//! Boundary: runs them in a session and adds up what they came to; which exit
//! statuses there are depends on who asked.

use super::ConfigError;
use super::native::{NativeStage, Verdict};
use crate::output::{RunEnd, Summary};
use crate::run::{Plan, Session};
use crate::ui;

/// The stages of a run.
pub struct Stages {
    pub(super) steps: Vec<Step>,
    pub(super) statuses: Statuses,
}

/// One stage.
pub(super) struct Step {
    pub(super) plan: Plan,
    /// What is done natively, if it is.
    pub(super) native: Option<Box<dyn NativeStage>>,
}

impl From<Plan> for Step {
    fn from(plan: Plan) -> Self {
        Self { plan, native: None }
    }
}

/// The table of exit statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statuses {
    /// GNU parallel's, of the runner.
    Runner,
    /// That of presets.
    Preset,
    /// rsync(1)'s, which a preset can be asked for.
    Rsync,
}

impl Stages {
    /// Runs the stages; gives the totals and the exit status. A job that failed
    /// does not keep later stages from running; a run that was stopped does.
    pub fn run(self) -> Result<(Summary, u8), ConfigError> {
        let mut session = None;
        let mut total = Summary::default();
        let mut verdict = Verdict::default();
        for step in self.steps {
            if let Some(native) = &step.native
                && let Err(error) = native.begin()
            {
                let error = ConfigError::Probe(error);
                if session.is_none() {
                    return Err(ConfigError::OfPreset(Box::new(error)));
                }
                ui::error(error);
                verdict.failed = true;
                break;
            }
            // Signals are heard from here on; before, they end prun.
            let session = match &mut session {
                Some(session) => session,
                none => none.insert(Session::new()?),
            };
            match session.run(step.plan) {
                Ok(summary) => total.add(summary),
                // What earlier stages did is told all the same.
                Err(error) => {
                    ui::error(ConfigError::Start(error));
                    total.end = RunEnd::Error;
                }
            }
            if let Some(native) = &step.native {
                verdict.add(native.end(&total.end));
            }
            if total.end != RunEnd::Complete {
                break;
            }
        }
        let status = self.statuses.of(&total, verdict);
        Ok((total, status))
    }
}

impl Statuses {
    /// The exit status of a run.
    fn of(self, summary: &Summary, verdict: Verdict) -> u8 {
        let failed = verdict.failed
            || summary.failed + summary.missing > 0
            || summary.end != RunEnd::Complete;
        let is_rsync = self == Self::Rsync;
        match (self, &summary.end) {
            (Self::Runner, _) | (_, RunEnd::Signal(_)) => summary.exit_status(),
            // RERR_FILEIO, RERR_PARTIAL, RERR_VANISHED of rsync's errcode.h.
            _ if verdict.full && is_rsync => 11,
            _ if (failed || verdict.differs) && is_rsync => 23,
            _ if verdict.changed && is_rsync => 24,
            _ if failed => 1,
            _ if verdict.differs => 3,
            _ if verdict.changed => 4,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presets_status_is_the_worst_it_came_to() {
        let verdict = |failed, full, changed, differs| Verdict {
            failed,
            full,
            changed,
            differs,
        };
        for (verdict, preset, rsync) in [
            (verdict(false, false, false, false), 0, 0),
            (verdict(true, false, true, true), 1, 23),
            (verdict(true, true, false, false), 1, 11),
            (verdict(false, false, true, true), 3, 23),
            (verdict(false, false, true, false), 4, 24),
        ] {
            let summary = Summary::default();
            assert_eq!(
                Statuses::Preset.of(&summary, verdict),
                preset,
                "{verdict:?}"
            );
            assert_eq!(Statuses::Rsync.of(&summary, verdict), rsync, "{verdict:?}");
        }
    }

    #[test]
    fn jobs_that_failed_count_and_a_signal_is_its_own() {
        let of = |failed, end| {
            let summary = Summary {
                failed,
                end,
                ..Summary::default()
            };
            Statuses::Preset.of(&summary, Verdict::default())
        };
        assert_eq!(of(7, RunEnd::Complete), 1);
        assert_eq!(of(0, RunEnd::Error), 1);
        assert_eq!(of(0, RunEnd::Signal(2)), 130);
    }
}
