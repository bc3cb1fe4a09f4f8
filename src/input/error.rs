//! What can be wrong with inputs.
//!
//! Boundary: texts only. Values in them are quoted so that a terminal is safe
//! from them (`show`).

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::show::shown;
use crate::ui::Errno;

/// Where a value came from, as messages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// The words after the n-th `:::`, counted over all sources from 1.
    Words(usize),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => f.write_str(&shown(path.as_os_str().as_encoded_bytes())),
            Self::Words(source) => write!(f, "the words of input source {source}"),
        }
    }
}

/// Why inputs cannot be read, or not be used.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A column separator of CSV that is no single byte.
    #[error("--csv takes one character as --colsep, not '{separator}'")]
    CsvSeparator {
        /// What was given.
        separator: String,
    },
    /// A file of inputs cannot be opened.
    #[error("cannot open the input file {origin}: {}", Errno(error))]
    Open {
        /// The file.
        origin: Origin,
        /// What the system said.
        error: io::Error,
    },
    /// Reading failed in the middle; inputs before it were given out.
    #[error(
        "cannot read inputs from {origin} after record {number}: {}",
        Errno(error)
    )]
    Read {
        /// The source.
        origin: Origin,
        /// How many records had been read.
        number: u64,
        /// What the system said.
        error: io::Error,
    },
    /// Two sources are standard input.
    #[error("standard input is given as an input source twice; its values can be read once")]
    StdinTwice,
    /// No argument of a command can hold a NUL.
    #[error(
        "record {number} of {origin} holds a NUL byte, which no argument can; for a list separated by NULs use -0"
    )]
    Nul {
        /// The source.
        origin: Origin,
        /// The record, from 1.
        number: u64,
    },
    /// A pattern does not parse.
    #[error("bad pattern for {option}: {}: {}", shown(pattern.as_bytes()), fault(error))]
    Pattern {
        /// `--colsep` or `--regex`.
        option: &'static str,
        /// The pattern.
        pattern: String,
        /// What the regex crate said.
        error: Box<regex::Error>,
    },
    /// A column separator of no length.
    #[error(
        "--colsep {} matches the empty string, so that every character would be a column; write + instead of *, and \\| for a bar",
        shown(pattern.as_bytes())
    )]
    EmptyColsep {
        /// The pattern.
        pattern: String,
    },
    /// A delimiter that cannot be understood.
    #[error(
        "bad delimiter {}: {problem}; it is a string of bytes with \\n \\t \\0 \\\\ \\101 (octal) or \\x41",
        shown(text)
    )]
    Delimiter {
        /// As typed.
        text: Vec<u8>,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Columns that would move those of the next source.
    #[error(
        "record {number} of {origin} has {found} columns and the header names {expected}; the columns of the next source would move: name all columns"
    )]
    TooManyColumns {
        /// The source.
        origin: Origin,
        /// The record, from 1; the header is record 1.
        number: u64,
        /// Columns of the record.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// One name for two columns.
    #[error(
        "the name {} stands for two columns ({first} and {second}); rename one of them",
        shown(name)
    )]
    DuplicateName {
        /// The name.
        name: Vec<u8>,
        /// Column, from 1.
        first: usize,
        /// Column, from 1.
        second: usize,
    },
    /// A name that cannot be written as a token, or means another one.
    #[error(
        "the header of {origin} names column {column} {}, {problem}; rename it",
        shown(name)
    )]
    BadName {
        /// The source.
        origin: Origin,
        /// The name.
        name: Vec<u8>,
        /// Column, from 1.
        column: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// `--strip` with nothing to strip.
    #[error("--strip needs a path; `/` takes off a leading slash")]
    EmptyPrefix,
    /// An input is elsewhere.
    #[error(
        "the input {} is not under {}; give --strip the path as the inputs begin (`./` counts), or drop such inputs with --strip-skip",
        shown(value),
        shown(prefix)
    )]
    Outside {
        /// The value.
        value: Vec<u8>,
        /// The prefix.
        prefix: Vec<u8>,
    },
    /// An input does not match.
    #[error(
        "the input {} does not match --regex {}; change the pattern, or drop such inputs with --regex-skip",
        shown(value),
        shown(pattern.as_bytes())
    )]
    Unmatched {
        /// The whole input.
        value: Vec<u8>,
        /// The pattern.
        pattern: String,
    },
    /// One input alone makes the command too long.
    #[error(
        "the command line for the input {} is too long: {needed} bytes, at most {max} are allowed; shorten it or raise the limit of -s",
        shown(value)
    )]
    TooLong {
        /// The whole input.
        value: Vec<u8>,
        /// Bytes the command would have.
        needed: usize,
        /// Bytes it may have.
        max: usize,
    },
}

/// What is wrong with a pattern, in one line: the regex crate's own text is
/// several, with the pattern and a caret, and says the fault last.
fn fault(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}
