//! Why a preset cannot be had or cannot be used.
//!
//! Boundary: the type alone. Each is status 2 of a preset: nothing was run.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::{Located, Note};
use crate::pipeline::PipelineError;

/// A preset that cannot be had, or arguments that do not fit it.
#[derive(Debug, Error)]
pub enum PresetError {
    /// A depth that nothing has.
    #[error("stage {stage}: there is nothing at such a depth; give a whole number from 1")]
    Depth {
        /// The stage.
        stage: String,
    },
    /// No preset of this name.
    #[error(
        "there is no preset `{name}`; {}`prun preset` lists them, and a file is run as `./{name}`",
        .similar.as_ref().map(|name| format!("did you mean `{name}`? ")).unwrap_or_default()
    )]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The one that was perhaps meant.
        similar: Option<String>,
    },
    /// A name that presets cannot have.
    #[error("`{name}` cannot be the name of a preset; rename the file, or run it by its path")]
    Name {
        /// The name that was asked for.
        name: String,
    },
    /// A file or directory of presets that cannot be read.
    #[error("cannot read `{}`: {source}", .path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A preset that root should not use, and there is no other of its name.
    #[error("{0}")]
    Ignored(Note),
    /// Something else in the place of a preset file.
    #[error("cannot read `{}`: it is not a file", .path.display())]
    NoFile {
        /// What is not one.
        path: PathBuf,
    },
    /// A file that is no preset; says where and why.
    #[error(transparent)]
    Invalid(#[from] Box<Located>),
    /// An argument that must be given was not.
    #[error("preset `{preset}` needs a value for `{param}`: {help}")]
    Missing {
        /// The preset.
        preset: String,
        /// The parameter.
        param: String,
        /// What the parameter is.
        help: String,
    },
    /// An argument for a parameter that the preset does not have.
    #[error(
        "preset `{preset}` has no parameter `{param}`; `prun preset {preset} --help` lists them"
    )]
    Unexpected {
        /// The preset.
        preset: String,
        /// The parameter.
        param: String,
    },
    /// A value that the parameter does not take.
    #[error("`{given}` is not a value of `{param}`; give {wanted}")]
    Value {
        /// The parameter.
        param: String,
        /// What was given.
        given: String,
        /// What it takes.
        wanted: String,
    },
    /// The stages make no pipeline.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
}
