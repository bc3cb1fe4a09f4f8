//! Stages that are ready to run, one after the other.
//!
//! Boundary: runs them in a session and adds up what they came to; which exit
//! statuses there are depends on who asked.

use super::ConfigError;
use super::native::{NativeStage, Verdict, Whole};
use super::rsync::VANISHED;
use crate::output::{RunEnd, Summary};
use crate::pipeline::Start;
use crate::run::{Ignored, Plan, Session};
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
    /// What is done before and after it, where jobs that succeed or fail are not
    /// all that there is to it.
    pub(super) attends: Option<Box<dyn Attends>>,
    /// When it starts.
    pub(super) start: Start,
    /// Its name, if no later stage is run when something in it fails.
    pub(super) gate: Option<String>,
}

/// Whether a stage is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// It is.
    Run,
    /// There is nothing for it to do, or no sense in it.
    Skip,
}

/// What is done before and after a stage of jobs.
pub(super) trait Attends {
    /// Looks whether the stage can be run. Called when all before have ended.
    fn begin(&mut self) -> Result<Begin, ConfigError>;

    /// What came of it, however it ended; also if it was passed over. Failures
    /// that do not count are taken out of the summary.
    fn end(&mut self, summary: &mut Summary) -> Verdict;

    /// Tells what came of all, when all stages have ended or been given up.
    fn tell(&mut self, whole: &Whole);
}

impl From<Plan> for Step {
    fn from(plan: Plan) -> Self {
        Self {
            plan,
            native: None,
            attends: None,
            start: Start::Barrier,
            gate: None,
        }
    }
}

/// The table of exit statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statuses {
    /// GNU parallel's, of the runner.
    Runner,
    /// The same on GNU parallel's own face, which keeps silent about failures
    /// unless a person looks.
    Gnu(Telling),
    /// The same, of machines: how many there are on which a job failed (`--onall`).
    Hosts(Telling),
    /// That of the one command there is (`sem`).
    Command,
    /// That of presets.
    Preset,
    /// rsync(1)'s, which a preset can be asked for.
    Rsync,
}

/// What is told at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Which jobs failed.
    Failures,
    /// Nothing.
    Nothing,
}

impl Stages {
    /// What is told of the run when it has ended.
    pub fn telling(&self) -> Telling {
        match self.statuses {
            Statuses::Gnu(telling) | Statuses::Hosts(telling) => telling,
            Statuses::Command => Telling::Nothing,
            Statuses::Runner | Statuses::Preset | Statuses::Rsync => Telling::Failures,
        }
    }

    /// Runs the stages; gives the totals and the exit status. A job that failed
    /// does not keep later stages from running; a run that was stopped does.
    pub fn run(self) -> Result<(Summary, u8), ConfigError> {
        let mut session = None;
        let mut total = Summary::default();
        let mut verdict = Verdict::default();
        let mut refused = None;
        let mut natives = Vec::new();
        let mut attending: Vec<Box<dyn Attends>> = Vec::new();
        let mut steps = self.steps.into_iter().peekable();
        while let Some(step) = steps.next() {
            let mut native = step.native;
            let mut plans = vec![step.plan];
            let mut gate = step.gate;
            while let Some(step) = steps.next_if(|step| step.start == Start::Streams) {
                plans.push(step.plan);
                gate = gate.or(step.gate);
            }
            let mut attends = step.attends;
            let before = total.failed + total.missing;
            let begun = native.as_mut().map_or(Ok(()), |native| native.begin());
            if let Some(native) = &native {
                plans[0].asker = native.asker();
            }
            let begun = begun.and_then(|()| match &mut attends {
                Some(attends) => attends.begin(),
                None => Ok(Begin::Run),
            });
            match begun {
                Ok(Begin::Run) => {}
                Ok(Begin::Skip) => {
                    if let Some(mut attends) = attends {
                        verdict.add(attends.end(&mut Summary::default()));
                        attending.push(attends);
                    }
                    continue;
                }
                Err(error) => {
                    natives.extend(native);
                    attending.extend(attends);
                    if session.is_none() {
                        refused = Some(error);
                    } else {
                        ui::error(error);
                        verdict.failed = true;
                    }
                    break;
                }
            }
            // Signals are heard from here on; before, they end prun.
            let session = match &mut session {
                Some(session) => session,
                none => none.insert(
                    Session::new(self.statuses.ignored())
                        .map_err(|error| ConfigError::from(error).of_preset(self.statuses))?,
                ),
            };
            match session.run(plans) {
                Ok(mut summary) => {
                    if let Some(mut attends) = attends {
                        verdict.add(attends.end(&mut summary));
                        attending.push(attends);
                    }
                    total.add(summary);
                }
                // What earlier stages did is told all the same.
                Err(error) => {
                    ui::error(ConfigError::Start(error));
                    total.end = RunEnd::Error;
                }
            }
            let mut has_failed = total.failed + total.missing > before;
            if let Some(mut native) = native {
                let came_to = native.end(&total.end);
                has_failed |= came_to.failed;
                verdict.add(came_to);
                natives.push(native);
            }
            if total.end != RunEnd::Complete {
                break;
            }
            if has_failed
                && steps.peek().is_some()
                && let Some(name) = gate
            {
                ui::error(format_args!(
                    "stage {name} failed, so the stages after it were not run"
                ));
                break;
            }
        }
        if verdict.reader_gone && total.end == RunEnd::Complete {
            total.end = RunEnd::Signal(nix::libc::SIGPIPE);
        }
        let refused = refused.map(|error| error.of_preset(self.statuses));
        let mut whole = Whole {
            status: match &refused {
                Some(ConfigError::OfPreset { status, .. }) => *status,
                _ => self.statuses.of(&total, verdict),
            },
            lost: self.statuses.failed(),
            signal: match total.end {
                RunEnd::Signal(number) => Some(number),
                _ => None,
            },
            refused: refused.as_ref().map(ToString::to_string),
            differences: verdict.differences,
        };
        for native in natives {
            whole.status = native.tell(&whole);
        }
        attending.extend(steps.filter_map(|step| step.attends));
        for mut attends in attending {
            attends.tell(&whole);
        }
        match refused {
            Some(error) => Err(error),
            None => Ok((total, whole.status)),
        }
    }
}

impl Statuses {
    /// Whether signals that were ignored when prun started are heard.
    fn ignored(self) -> Ignored {
        match self {
            Self::Gnu(_) | Self::Hosts(_) | Self::Command => Ignored::Heard,
            Self::Runner | Self::Preset | Self::Rsync => Ignored::Stay,
        }
    }

    /// The exit status of a run.
    fn of(self, summary: &Summary, verdict: Verdict) -> u8 {
        let failed = verdict.failed
            || summary.failed + summary.missing > 0
            || summary.end != RunEnd::Complete;
        let differs = verdict.differences.is_some_and(|count| count > 0);
        match (self, &summary.end) {
            (Self::Command, RunEnd::Complete) => verdict.code,
            (Self::Hosts(_), RunEnd::Complete) => summary.exit_status().min(1),
            (Self::Runner | Self::Gnu(_) | Self::Hosts(_) | Self::Command, _)
            | (_, RunEnd::Signal(_)) => summary.exit_status(),
            // RERR_FILEIO, RERR_VANISHED, RERR_DEL_LIMIT of rsync's errcode.h.
            (Self::Rsync, _) if verdict.full => 11,
            (Self::Rsync, _) if verdict.code != 0 && verdict.code != VANISHED => verdict.code,
            _ if failed => self.failed(),
            (Self::Rsync, _) if differs => self.failed(),
            (Self::Rsync, _) if verdict.changed => 24,
            (Self::Rsync, _) if verdict.kept => 25,
            _ if verdict.kept => 1,
            _ if differs => 3,
            _ if verdict.changed => 4,
            _ => 0,
        }
    }

    /// The exit status of a run in which something failed.
    fn failed(self) -> u8 {
        match self {
            Self::Runner | Self::Gnu(_) | Self::Hosts(_) | Self::Command | Self::Preset => 1,
            // RERR_PARTIAL.
            Self::Rsync => 23,
        }
    }

    /// The exit status of a run that could not begin.
    pub(super) fn refused(self, by_probe: bool) -> u8 {
        match self {
            Self::Runner | Self::Gnu(_) | Self::Hosts(_) | Self::Command => 255,
            Self::Preset => 2,
            // RERR_FILESELECT, RERR_SYNTAX.
            Self::Rsync if by_probe => 3,
            Self::Rsync => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presets_status_is_the_worst_it_came_to() {
        let nothing = Verdict::default();
        let failed = Verdict {
            failed: true,
            ..nothing
        };
        let changed = Verdict {
            changed: true,
            ..nothing
        };
        let differs = |count| Verdict {
            differences: Some(count),
            ..changed
        };
        for (verdict, preset, rsync) in [
            (nothing, 0, 0),
            (failed, 1, 23),
            (changed, 4, 24),
            (differs(0), 4, 24),
            (differs(7), 3, 23),
            (
                Verdict {
                    failed: true,
                    ..differs(7)
                },
                1,
                23,
            ),
            (
                Verdict {
                    full: true,
                    ..failed
                },
                1,
                11,
            ),
            (
                Verdict {
                    kept: true,
                    ..nothing
                },
                1,
                25,
            ),
        ] {
            let summary = Summary::default();
            assert_eq!(
                Statuses::Preset.of(&summary, verdict),
                preset,
                "{verdict:?}"
            );
            assert_eq!(Statuses::Rsync.of(&summary, verdict), rsync, "{verdict:?}");
        }
        assert_eq!(Statuses::Preset.refused(true), 2);
        assert_eq!(Statuses::Rsync.refused(true), 3);
        assert_eq!(Statuses::Rsync.refused(false), 1);
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
