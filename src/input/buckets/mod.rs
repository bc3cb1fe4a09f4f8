//! Buckets: trees cut in lists of names while they are walked, for a program
//! that reads names from a file, as rsync(1) does with `--files-from --from0`.
//!
//! Boundary: walks, cuts and writes lists; which program reads them, and what
//! comes of it, is not known here. A bucket is given out as soon as it is full,
//! so the copying begins while the walk goes on.
//!
//! A bucket holds names of anything but directories: a program that is given a
//! file makes the directories above it. All directories of a tree come in a list
//! of their own ([`Crawl::directories`]), for what must be put right at the end.

mod crawl;
mod cutter;
mod error;
mod groups;
mod lists;
mod place;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use crawl::{Crawl, CrawlTotals};
pub use error::CrawlError;
pub use lists::{Keep, Lists};
pub use place::{Place, is_remote};

/// How large a bucket may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// So many entries, and so many bytes of regular files.
    UpTo {
        /// Entries, from 1. Names of one file that stay together may be more.
        entries: u64,
        /// Bytes. An entry that is larger has a bucket of its own.
        bytes: u64,
    },
    /// As many entries as make so many buckets of each tree, and never one more:
    /// the tree is walked once to count it. Bytes are not looked at.
    Shares(u64),
}

/// Whether the names of one file stay together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Together {
    /// Each name by itself.
    #[default]
    No,
    /// All names of a file are in one bucket, which sees the hard link then.
    HardLinks,
}

/// One bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The file with the names, each ended by a NUL byte; an absolute path.
    pub list: PathBuf,
    /// The directory that the names are below.
    pub base: Vec<u8>,
    /// How many names there are.
    pub entries: u64,
    /// How many bytes the regular files among them have; each file once.
    pub bytes: u64,
}
