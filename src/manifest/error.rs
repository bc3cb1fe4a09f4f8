//! What keeps a manifest from being written.

use std::io;
use std::path::PathBuf;

use crate::copy::ProbeError;

/// Why there is no manifest. Nothing that was begun is left.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The tree cannot be opened, or the destination is in it.
    #[error(transparent)]
    Source(ProbeError),
    /// The files would be part of the tree.
    #[error("the lists would be written to `{}`, which is inside the source `{}`; give another directory with --out", .out.display(), .source_tree.display())]
    OutInside {
        /// Where they would be written.
        out: PathBuf,
        /// The tree.
        source_tree: PathBuf,
    },
    /// A list of a client that there is not.
    #[error("`{}` is there, of a manifest for more clients; remove it, or give another directory with --out", .path.display())]
    Stale {
        /// The file.
        path: PathBuf,
    },
    /// There are fewer rows than clients.
    #[error("{}", few(*rows, *clients, *depth))]
    Few {
        /// How many rows there are.
        rows: u64,
        /// How many clients there are.
        clients: u32,
        /// How deep was looked.
        depth: usize,
    },
    /// A file cannot be written.
    #[error("cannot write `{}`: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// What does not fit in memory cannot be put aside.
    #[error("cannot write a temporary file: {0}; $TMPDIR says where they are")]
    Temporary(io::Error),
    /// The run was to stop.
    #[error("stopped before all was seen; no list is written")]
    Stopped,
}

fn few(rows: u64, clients: u32, depth: usize) -> String {
    match rows {
        0 => format!("there is nothing at depth {depth} to divide; give a smaller --depth"),
        rows => format!(
            "{clients} clients and {rows} entries at depth {depth} to divide: some would have nothing; give another --depth, or --clients {rows}"
        ),
    }
}
