//! Why stages make no pipeline.
//!
//! Boundary: the type alone; a preset adds the file, line and column.

use thiserror::Error;

/// Stages that cannot be run in their order.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PipelineError {
    /// No stage at all.
    #[error("there is no stage; give at least one")]
    Empty,
    /// Two stages of one name.
    #[error("two stages are named `{name}`; give each its own name")]
    Duplicate {
        /// Which stage, from 0: the second of the two.
        index: usize,
        /// The name.
        name: String,
    },
    /// A stage that reads from one that has not run.
    #[error("stage `{name}` reads from {}", later(name, from))]
    FromLater {
        /// Which stage, from 0.
        index: usize,
        /// Its name.
        name: String,
        /// The stage it would read from.
        from: String,
    },
    /// A stage that reads from one without inputs to hand on.
    #[error(
        "stage `{name}` reads from `{from}`, which has no inputs: prun does it itself; give it inputs of its own"
    )]
    FromNative {
        /// Which stage, from 0.
        index: usize,
        /// Its name.
        name: String,
        /// The stage it would read from.
        from: String,
    },
    /// A stage that reads from one that does not exist.
    #[error("stage `{name}` reads from `{from}`, and there is no such stage")]
    FromUnknown {
        /// Which stage, from 0.
        index: usize,
        /// Its name.
        name: String,
        /// The stage it would read from.
        from: String,
    },
}

fn later(name: &str, from: &str) -> String {
    if name == from {
        "itself; name an earlier stage".to_owned()
    } else {
        format!("`{from}`, which comes later; put `{from}` before it")
    }
}
