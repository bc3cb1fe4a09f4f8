//! What can be wrong with data that is cut into blocks.
//!
//! Boundary: texts only.

use std::io;

use crate::input::Origin;
use crate::ui::{Errno, Shown};

/// Why data cannot be cut into blocks.
#[derive(Debug, thiserror::Error)]
pub enum BlocksError {
    /// A file cannot be opened.
    #[error("cannot open {origin}: {}", Errno(error))]
    Open {
        /// The file.
        origin: Origin,
        /// What the system said.
        error: io::Error,
    },
    /// Reading failed; blocks before were given out.
    #[error("cannot read {origin} after {offset} bytes: {}", Errno(error))]
    Read {
        /// The source.
        origin: Origin,
        /// How much had been read.
        offset: u64,
        /// What the system said.
        error: io::Error,
    },
    /// A pattern does not parse.
    #[error("bad pattern for {option}: {}", fault(error))]
    Pattern {
        /// The option.
        option: &'static str,
        /// What the regex crate said.
        error: Box<regex::Error>,
    },
    /// A pattern that is not UTF-8.
    #[error("the pattern of {option} is not UTF-8; write other bytes as \\xff")]
    NotUtf8 {
        /// The option.
        option: &'static str,
    },
    /// A column by a name that the header does not have.
    #[error(
        "the header names no column {}; give --header, or the number of the column",
        Shown(name.as_bytes())
    )]
    NoColumn {
        /// The name.
        name: String,
    },
    /// No key can be made of a value.
    #[error("{expression}: {why}")]
    Key {
        /// How it is written.
        expression: String,
        /// What is wrong.
        why: String,
    },
    /// `--pipepart` of what has no size.
    #[error("{origin} has no size, and --pipepart cuts a file of known size; use --pipe")]
    NoSize {
        /// The source.
        origin: Origin,
    },
    /// `--block -N` of what has no size.
    #[error("--block -N is a share of a file of known size; give --pipepart, or --block SIZE")]
    NoShare,
}

/// What is wrong with a pattern, in one line: the regex crate says it last.
fn fault(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}
