//! What can go wrong while a tree is cut.
//!
//! Boundary: the type alone.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::copy::WalkError;
use crate::ui::{Errno, Shown};

/// A part of the tree that is in no bucket, or a list that cannot be written.
#[derive(Debug, Error)]
pub enum CrawlError {
    /// What cannot be read.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// A source that is not there.
    #[error("cannot look at {}: {}", Shown(.path), Errno(.source))]
    Source {
        /// The source, as it was given.
        path: Vec<u8>,
        /// The error of the system.
        source: io::Error,
    },
    /// A path that the program would cut off without a word: rsync reads names
    /// of a list into a buffer of PATH_MAX.
    #[error(
        "the path is too long for rsync ({length} bytes; it takes 4095): {}...; `prun preset parallelcp` copies it", Shown(.start)
    )]
    TooLong {
        /// How the path begins.
        start: Vec<u8>,
        /// How long it is, in bytes.
        length: usize,
    },
    /// A list that cannot be written; nothing more can be copied.
    #[error("cannot write the list {}: {} (--buckets DIR puts lists elsewhere)", Shown(.path.as_os_str().as_encoded_bytes()), Errno(.source))]
    List {
        /// The list, or the directory of them.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

impl CrawlError {
    /// Whether nothing more will come.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::List { .. })
    }
}
