//! What a job reads, as data.
//!
//! Boundary: says what and from where; giving it to a process is `feeding`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::input::Origin;
use crate::input::blocks::{Block, Lane};
use crate::ui::{Errno, Shown};

/// What a job reads.
#[derive(Debug, Default)]
pub enum Feed {
    /// Nothing: its standard input is prun's own, which is `/dev/null`.
    #[default]
    Nothing,
    /// A block, on its standard input.
    Stdin(Arc<Block>),
    /// A block, in a file of this name, which is there while the job runs.
    File(Arc<Block>, PathBuf),
    /// A block, from a FIFO of this name, which is there while the job runs.
    Fifo(Arc<Block>, PathBuf),
    /// Block after block on its standard input, as they come.
    Lane(Lane),
}

/// Why a job did not get all that it was to read.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The data is not there any more.
    #[error("cannot read {origin}: {}", Errno(source))]
    Read {
        /// Where it comes from.
        origin: Origin,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file has become shorter since it was cut.
    #[error("{origin} has become shorter while it was read")]
    Shorter {
        /// The file.
        origin: Origin,
    },
    /// What waits for the job cannot be started.
    #[error("cannot start a thread for it: {} (raise `ulimit -u`)", Errno(.0))]
    Thread(io::Error),
    /// The file or FIFO for it cannot be made, or written.
    #[error(
        "cannot keep a block in {}: {} (make room there, or set TMPDIR to another directory)",
        Shown(.path.as_os_str().as_encoded_bytes()), Errno(.source)
    )]
    Keep {
        /// Its name.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}
