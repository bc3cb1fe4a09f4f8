//! Why rules cannot be used.
//!
//! Boundary: the type alone. Nothing was copied when one of these is met.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A rule, or a file of rules, that cannot be used.
///
/// The message is whole: it holds the text of `source`.
#[derive(Debug, Error)]
pub enum FilterError {
    /// The file cannot be read.
    #[error("cannot read `{}` of {option}: {source}; give a file of patterns, one a line", .path.display())]
    Read {
        /// `--exclude-from` or `--include-from`.
        option: &'static str,
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// `- ` or `+ ` stands alone.
    #[error("{rule} has no pattern behind its sign; write one, or leave the rule out")]
    Empty {
        /// The rule, and where it stands.
        rule: String,
    },
    /// There is a NUL in it, which no name holds. rsync reads up to it.
    #[error("{rule} holds a NUL byte, which is in no name; put each pattern on a line of its own")]
    Nul {
        /// The rule, and where it stands.
        rule: String,
    },
}
