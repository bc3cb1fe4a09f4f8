//! Stages that run a program over lists of a tree's entries, and what its exit
//! statuses mean.
//!
//! Boundary: plain data.

use std::path::PathBuf;

/// Trees cut in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    /// The trees, as rsync reads them: with a slash behind, the contents.
    pub from: Vec<Vec<u8>>,
    /// Where they are copied to; made if it is missing.
    pub to: Vec<u8>,
    /// What is in the lists.
    pub part: Part,
    /// How many entries a list has.
    pub files: PerBucket,
    /// How many bytes its regular files have at most; not with `auto`.
    pub size: u64,
    /// The options that rsync is run with.
    pub options: Vec<Vec<u8>>,
    /// The directory in which the lists are; where there is none, that of
    /// temporary files.
    pub directory: Option<PathBuf>,
    /// Whether the lists stay.
    pub keep: Asked,
    /// Whether it is told where they are.
    pub show: Asked,
    /// Whether it is told how far the copying is.
    pub progress: Asked,
    /// Whether totals are told at the end.
    pub stats: Asked,
}

/// What is in the lists of a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All but directories, cut in buckets.
    #[default]
    Entries,
    /// The directories that an earlier stage has walked, as one list a tree.
    Directories,
}

/// How many entries a bucket has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerBucket {
    /// At most so many.
    Count(u64),
    /// As many as make one bucket for each job that runs at once.
    Auto,
}

/// Whether something was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// It was not.
    #[default]
    No,
    /// It was.
    Yes,
}

/// What the exit statuses of a stage's commands mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codes {
    /// 0 is well, all others are not.
    #[default]
    Plain,
    /// They are rsync's, and count.
    Rsync,
    /// They are those of rsync in a first phase. What a second one repairs (23
    /// and 24) does not count; any other keeps the later stages from running.
    RsyncFirst,
    /// As [`Self::RsyncFirst`], and 23 and 24 keep the later stages from
    /// running too, as `&&` does in a shell.
    RsyncFirstAnd,
}
