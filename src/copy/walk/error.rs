//! What can go wrong in a walk.
//!
//! Boundary: the type alone. A walk goes on after every one of these but a
//! failure to open its root.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// An entry, or a directory's contents, that a walk could not tell.
///
/// The message is whole: it holds the text of `source`.
#[derive(Debug, Error)]
#[error("cannot {op} `{}`: {source}{}", .path.display(), .op.loss())]
pub struct WalkError {
    /// The path, with the walk's root in front.
    pub path: PathBuf,
    /// What was tried.
    pub op: WalkOp,
    /// The error of the system.
    pub source: io::Error,
}

/// What a walk was doing when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkOp {
    /// Opening the root: nothing was walked.
    OpenRoot,
    /// Opening a directory below the root.
    Open,
    /// Reading a directory's entries: those read so far were told.
    Read,
    /// Asking for the kind or size of an entry.
    Stat,
    /// Coming back to a directory that was moved or replaced while what is below it was walked.
    Return,
}

impl WalkOp {
    /// What is missing from the walk because of this failure.
    fn loss(self) -> &'static str {
        match self {
            Self::OpenRoot => "",
            Self::Open => "; what is in it is left out",
            Self::Read => "; entries not read so far are left out",
            Self::Stat => "; it is left out",
            Self::Return => "; directories in it that were not walked so far are left out",
        }
    }
}

impl fmt::Display for WalkOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenRoot | Self::Open => "open directory",
            Self::Read => "read directory",
            Self::Stat => "stat",
            Self::Return => "return to directory",
        })
    }
}
