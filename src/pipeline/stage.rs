//! One stage: where its inputs come from, what is done with each, how many at once.
//!
//! Boundary: plain data.

use std::path::PathBuf;

use super::{Buckets, Codes, Jobs};
use crate::copy::{Depth, Root, Select};

/// Inputs, an action, and limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// What messages and other stages call it.
    pub name: String,
    /// Where its inputs come from.
    pub inputs: StageInputs,
    /// What is done with each of them.
    pub action: ActionSpec,
    /// How much of it is done at once.
    pub limits: Limits,
    /// When it starts.
    pub start: Start,
    /// What the exit statuses of its commands mean.
    pub codes: Codes,
    /// What follows when something in it fails.
    pub on_failure: OnFailure,
}

/// Where a stage's inputs come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageInputs {
    /// Nowhere: its action is native, and goes through its trees by itself.
    None,
    /// The entries of a tree, each by its path below the root.
    Walk {
        /// The directory, or a symlink to one.
        root: PathBuf,
        /// Which entries.
        select: Select,
        /// Whether the root is an input too, as `.`.
        include: Root,
        /// How deep below the root they are.
        depth: Depth,
    },
    /// The inputs of an earlier stage whose jobs succeeded.
    From(String),
    /// These values.
    List(Vec<Vec<u8>>),
    /// The records of a file.
    File {
        /// The file.
        path: PathBuf,
        /// What ends each record.
        separator: Separator,
    },
    /// Lists of a tree's entries.
    Buckets(Box<Buckets>),
}

/// What ends each record of a file of inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// A newline.
    #[default]
    Line,
    /// A NUL byte, as `find -print0` writes.
    Nul,
}

/// Names and values, as bytes.
pub type Params = Vec<(Vec<u8>, Vec<u8>)>;

/// What is done with an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionSpec {
    /// A command is run.
    Run {
        /// The command, its tokens not yet parsed.
        command: Command,
        /// Values of the tokens that are the same for every job, by name. They
        /// are never scanned for tokens, and never become part of a script.
        params: Params,
    },
    /// A tree is copied into another one, by prun itself.
    Copy(Trees),
    /// What clients have left of a copy is done, by prun itself.
    Finalize(Trees),
    /// Two trees are compared, by prun itself.
    Verify(Trees),
    /// A tree is counted, by prun itself.
    Count(Tree),
    /// A tree is divided for several clients that are to copy it.
    Manifest(Trees),
    /// Symlinks of a tree are looked at, by prun itself: none may lead out.
    Contained(PathBuf),
}

impl ActionSpec {
    /// Whether prun does it itself, without a command.
    pub fn is_native(&self) -> bool {
        match self {
            Self::Run { .. } => false,
            Self::Copy(_)
            | Self::Finalize(_)
            | Self::Verify(_)
            | Self::Count(_)
            | Self::Manifest(_)
            | Self::Contained(_) => true,
        }
    }
}

/// The tree of a native action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Where it is.
    pub path: PathBuf,
    /// The parameter whose value it is, and nothing else: of several values
    /// each is a tree.
    pub param: Option<String>,
}

/// The two trees of a native action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trees {
    /// The source.
    pub from: PathBuf,
    /// The destination.
    pub to: PathBuf,
}

/// A command with its placeholders, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// One word: a script.
    Script(Vec<u8>),
    /// Several words, kept as they are.
    Argv(Vec<Vec<u8>>),
}

/// How much of a stage is done at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Jobs at once, where the stage says so; `-j` on the command line comes before it.
    pub jobs: Option<Jobs>,
}

/// When a stage starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Together with the stage it reads from, taking inputs as they succeed there.
    Streams,
    /// When every job of the stages before it has ended, however it ended.
    Barrier,
}

/// What follows when a job of a stage fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// The other jobs and the later stages are run all the same.
    #[default]
    GoOn,
    /// The other jobs are run, and no later stage.
    Stop,
}
