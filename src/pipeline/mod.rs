//! What is to be done, as plain data: stages in order, each with its inputs,
//! its action and its limits.
//!
//! Boundary: owned data and its validation. Opens no input, parses no template
//! and runs nothing; a preset makes a pipeline, `config` turns it into a plan.

mod buckets;
mod error;
mod jobs;
mod stage;

use std::path::PathBuf;

pub use buckets::{Asked, Buckets, Codes, Part, PerBucket};
pub use error::PipelineError;
pub use jobs::{Jobs, JobsError};
pub use stage::{
    ActionSpec, Command, Limits, OnFailure, Params, Separator, Stage, StageInputs, Start, Tree,
    Trees,
};

use crate::copy::{ProbeError, probe};

/// Stages in order, and what is checked before the first of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    probes: Vec<Probe>,
    stages: Vec<Stage>,
}

impl Pipeline {
    /// A pipeline of these stages.
    ///
    /// At least one stage; no two of one name; a stage that reads from another
    /// comes after it. Each breach is an error that says which stage it is.
    pub fn new(probes: Vec<Probe>, stages: Vec<Stage>) -> Result<Self, PipelineError> {
        validate(&stages)?;
        Ok(Self { probes, stages })
    }

    /// What must hold before anything is run.
    pub fn probes(&self) -> &[Probe] {
        &self.probes
    }

    /// The stages, in the order in which they run.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }
}

/// A condition without which nothing is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The path is a directory that can be read.
    Directory(PathBuf),
    /// The path is a file that can be read.
    File(PathBuf),
    /// The tree `from` can be copied into `to`: see [`probe::copy`].
    Copy {
        /// The source.
        from: PathBuf,
        /// The destination.
        to: PathBuf,
    },
    /// What rsync is run with is looked at: a word that would be a mistake, or
    /// is of no use, is told.
    Rsync {
        /// The sources.
        from: Vec<Vec<u8>>,
        /// The destination.
        to: Vec<u8>,
        /// The options.
        options: Vec<Vec<u8>>,
    },
}

impl Probe {
    /// Looks whether the condition holds; changes nothing.
    pub fn check(&self) -> Result<(), ProbeError> {
        match self {
            Self::Directory(path) => probe::directory(path),
            Self::File(path) => probe::file(path),
            Self::Copy { from, to } => probe::copy(from, to),
            // Only told, by who knows rsync.
            Self::Rsync { .. } => Ok(()),
        }
    }
}

/// Checks names and the order of the stages.
fn validate(stages: &[Stage]) -> Result<(), PipelineError> {
    if stages.is_empty() {
        return Err(PipelineError::Empty);
    }
    for (index, stage) in stages.iter().enumerate() {
        let name = &stage.name;
        if stages[..index].iter().any(|earlier| earlier.name == *name) {
            return Err(PipelineError::Duplicate {
                index,
                name: name.clone(),
            });
        }
        let StageInputs::From(from) = &stage.inputs else {
            continue;
        };
        match stages.iter().position(|other| other.name == *from) {
            Some(source) if source < index => {
                if stages[source].inputs == StageInputs::None {
                    return Err(PipelineError::FromNative {
                        index,
                        name: name.clone(),
                        from: from.clone(),
                    });
                }
            }
            Some(_) => {
                return Err(PipelineError::FromLater {
                    index,
                    name: name.clone(),
                    from: from.clone(),
                });
            }
            None => {
                return Err(PipelineError::FromUnknown {
                    index,
                    name: name.clone(),
                    from: from.clone(),
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(name: &str, inputs: StageInputs) -> Stage {
        Stage {
            name: name.to_owned(),
            inputs,
            action: ActionSpec::Run {
                command: Command::Script(b"true".to_vec()),
                params: Vec::new(),
            },
            limits: Limits::default(),
            start: Start::Barrier,
            codes: Codes::Plain,
            on_failure: OnFailure::GoOn,
        }
    }

    fn list() -> StageInputs {
        StageInputs::List(vec![b"x".to_vec()])
    }

    fn from(name: &str) -> StageInputs {
        StageInputs::From(name.to_owned())
    }

    fn error(stages: Vec<Stage>) -> String {
        Pipeline::new(Vec::new(), stages).unwrap_err().to_string()
    }

    #[test]
    fn a_stage_reads_from_an_earlier_one() {
        let stages = vec![stage("a", list()), stage("b", from("a"))];
        let pipeline = Pipeline::new(Vec::new(), stages.clone()).unwrap();
        assert_eq!(pipeline.stages(), stages);
        assert_eq!(pipeline.probes(), []);
    }

    #[test]
    fn a_pipeline_without_stages_is_refused() {
        assert_eq!(error(vec![]), "there is no stage; give at least one");
    }

    #[test]
    fn two_stages_of_one_name_are_refused() {
        assert_eq!(
            error(vec![stage("a", list()), stage("a", list())]),
            "two stages are named `a`; give each its own name"
        );
    }

    #[test]
    fn a_stage_cannot_read_from_itself_or_a_later_one() {
        assert_eq!(
            error(vec![stage("a", from("a"))]),
            "stage `a` reads from itself; name an earlier stage"
        );
        assert_eq!(
            error(vec![stage("a", from("b")), stage("b", list())]),
            "stage `a` reads from `b`, which comes later; put `b` before it"
        );
    }

    #[test]
    fn a_stage_cannot_read_from_one_that_is_not_there() {
        assert_eq!(
            error(vec![stage("a", list()), stage("b", from("c"))]),
            "stage `b` reads from `c`, and there is no such stage"
        );
    }

    #[test]
    fn a_probe_names_what_is_missing() {
        let missing = PathBuf::from("/nonexistent/prun");
        let error = Probe::Directory(missing).check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot open directory `/nonexistent/prun`: No such file or directory (os error 2); \
             give a directory that can be read"
        );
    }
}
