//! prun runs a command over many inputs, N at a time, and copies trees.
//!
//! No stable API is promised: the modules are public for prun's own tests and
//! benches. What there is, in the order of the layers (a module imports only
//! those above it in this list, which a test holds):
//!
//! | layer | module | what it does |
//! | --- | --- | --- |
//! | 0 | [`template`] | tokens, rendering, quoting |
//! | 0 | [`copy`] | the tree walk; imports nothing of prun |
//! | 0 | [`ui`] | the voice on standard error |
//! | 1 | [`input`] | sources, records, combining |
//! | 1 | [`manifest`] | a tree divided into lists and scripts |
//! | 1 | [`pipeline`] | stages as plain data |
//! | 2 | [`exec`] | what carries out a job |
//! | 3 | [`output`] | what becomes of output and outcomes |
//! | 4 | [`mod@run`] | scheduling |
//! | 4 | [`preset`] | TOML to pipeline |
//! | 5 | [`cli`] | what was typed |
//! | 6 | [`config`] | what it means here: the composition root |

#[cfg(not(unix))]
compile_error!(
    "prun needs a Unix: processes, signals and descriptors have no counterpart elsewhere"
);

pub mod cli;
pub mod config;
pub mod copy;
mod error;
pub mod exec;
pub mod input;
pub mod manifest;
pub mod output;
pub mod pipeline;
pub mod preset;
pub mod run;
pub mod template;
pub mod ui;

pub use error::Error;
pub use output::{RunEnd, Summary};

use std::ffi::OsString;

pub use config::Telling;
use config::{Env, Task};

/// What a call of prun came to.
#[derive(Debug)]
pub enum Ran {
    /// Jobs were run, or would have been; with the exit status, and what of it
    /// is to be told.
    Jobs(Summary, u8, Telling),
    /// Something was asked for (help, a preset's text) and is to be printed;
    /// with the exit status.
    Text(Vec<u8>, u8),
}

/// Does what `argv` says; its first word is the name that prun was called by.
///
/// Reads the process's environment once and puts `/dev/null` in the place of
/// standard input, which jobs inherit.
pub fn run(argv: Vec<OsString>) -> Result<Ran, Error> {
    match config::resolve(&Env::of_process(argv))? {
        Task::Print(text) => Ok(Ran::Text(text, 0)),
        Task::Answer(text, status) => Ok(Ran::Text(text, status)),
        Task::Run(stages) => {
            let telling = stages.telling();
            let (summary, status) = stages.run()?;
            Ok(Ran::Jobs(summary, status, telling))
        }
    }
}
