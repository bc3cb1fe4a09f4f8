//! Why a comparison cannot begin.
//!
//! Boundary: the type alone. After the beginning nothing ends a comparison;
//! what cannot be looked at is told and counted.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::descriptors::LEAST;
use crate::copy::Side;

/// Why a comparison cannot begin. Nothing was compared.
///
/// The message is whole: it holds the text of `source`.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// One of the trees is not there, or may not be read.
    #[error("cannot open {} `{}`: {source}; give two trees that can be read", .side.name(), .path.display())]
    Unreadable {
        /// Which one.
        side: Side,
        /// Its path.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The kernel does not show this process its descriptors, without which the
    /// extended attributes of symlinks and devices cannot be reached.
    #[error(
        "`{path}` is not there, so extended attributes cannot be compared; mount /proc, or ignore `xattr,acl`"
    )]
    NoDescriptors {
        /// Where they are shown.
        path: &'static str,
    },
    /// The process may not open enough files.
    #[error(
        "only {spare} more files may be opened, and a comparison needs {LEAST}; raise the limit (ulimit -n)"
    )]
    Descriptors {
        /// How many may still be opened.
        spare: usize,
    },
    /// A path has a NUL in it, which no file has.
    #[error("the path of the {} has a NUL in it; give a path that can exist", .side.name())]
    Nul {
        /// Which one.
        side: Side,
    },
}
