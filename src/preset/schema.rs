//! The form of a preset file, as serde reads it.
//!
//! Boundary: names of keys and types of values; what they mean together is
//! checked in `check`. The comments on keys are what an editor shows of them. Every table refuses keys it does not know, and no type is
//! guessed (no `untagged`, no `flatten`): an error names its line and column.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::spanned::Spanned;
use crate::copy::{Root, Select};
use crate::pipeline;

/// A preset of prun: parameters, and a list of stages that run in order.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    /// What it does, in one line.
    pub(super) description: Spanned<String>,
    /// The preset that this one is, but for its description and `defaults`: a
    /// name, or a path with a slash.
    pub(super) extends: Option<Spanned<String>>,
    /// With `extends`: other defaults, by parameter.
    #[serde(default)]
    pub(super) defaults: BTreeMap<Spanned<String>, Spanned<Scalar>>,
    /// Its parameters; the positional ones in the order of their arguments.
    #[serde(default)]
    pub(super) param: Vec<Param>,
    /// What is looked at before anything is run.
    #[serde(default)]
    pub(super) probe: Vec<Probe>,
    /// Its stages, in the order in which they run.
    #[serde(default)]
    pub(super) stage: Vec<Stage>,
}

/// A parameter: `<name>` in commands and values.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Param {
    /// Lowercase letters, digits and dashes; `--name` if it is an option.
    pub(super) name: Spanned<String>,
    /// What values it takes.
    #[serde(rename = "type")]
    pub(super) kind: Spanned<Type>,
    /// By its place (the default), or as `--name VALUE`.
    #[serde(default)]
    pub(super) form: Form,
    /// The words that a choice takes.
    pub(super) choices: Option<Spanned<Vec<String>>>,
    /// Its value when none is given; without it one must be given.
    pub(super) default: Option<Spanned<Scalar>>,
    /// A letter for an option or a flag: `-k`.
    pub(super) letter: Option<Spanned<char>>,
    /// The words that a flag stands for in a command, when it is given.
    #[serde(rename = "as")]
    pub(super) words: Option<Spanned<String>>,
    /// Whether it can have several values.
    pub(super) repeat: Option<Spanned<bool>>,
    /// The option of prun that it is another name for.
    pub(super) stands_for: Option<Spanned<StandsFor>>,
    /// What it is, for `--help`.
    pub(super) help: String,
}

/// An option of the runner that a parameter is another name for.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum StandsFor {
    /// --jobs.
    Jobs,
    /// --dry-run.
    DryRun,
}

#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Type {
    /// Any bytes.
    String,
    /// A path, there or not; slashes at its end are taken off.
    Path,
    /// A directory that is there and can be read.
    Directory,
    /// A file that is there and can be read.
    File,
    /// A whole number.
    Integer,
    /// One of `choices`.
    Choice,
    /// A path as it is typed, with a slash at its end.
    RawPath,
    /// Words as in a shell, which become words of a command.
    Words,
    Flag,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Form {
    /// By its place.
    #[default]
    Positional,
    /// As `--name VALUE`.
    Option,
    /// Not given by itself: `one` if one job runs at once, else `several`.
    Jobs,
}

/// A check before anything is run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Probe {
    /// The choices with which it is made.
    #[serde(default)]
    pub(super) when: When,
    /// The tree `from` can be copied into `to`, and is not inside it.
    pub(super) copy: Option<Spanned<Trees>>,
    /// What rsync is to be run with makes sense; told, never refused.
    pub(super) rsync: Option<Spanned<RsyncCall>>,
}

/// A call of rsync.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RsyncCall {
    /// The source; all values of a parameter that has several.
    pub(super) from: Spanned<String>,
    /// The destination.
    pub(super) to: Spanned<String>,
    /// The options.
    pub(super) options: Spanned<String>,
}

/// Lists of a tree's entries, for a program that reads them as rsync does with
/// --files-from and --from0. In the command `<bucket>` is the list, `<base>`
/// the directory that its names are below, `<dest>` the destination.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Buckets {
    /// The tree, by rsync's rule of the slash; all values of a parameter that
    /// has several.
    pub(super) from: Spanned<String>,
    /// The destination; made if it is missing.
    pub(super) to: Spanned<String>,
    /// What is in the lists.
    #[serde(default)]
    pub(super) part: Part,
    /// The options of rsync: with -H names of one file stay together, and what
    /// goes wrong where a tree is cut is refused.
    pub(super) options: Option<Spanned<String>>,
    /// Entries in a list at most (1000 if not given), or auto: one list a job.
    pub(super) files: Option<Spanned<String>>,
    /// Bytes of a list's files at most (1G if not given).
    pub(super) size: Option<Spanned<String>>,
    /// Where the lists are made; $TMPDIR if not given.
    pub(super) directory: Option<Spanned<String>>,
    /// Whether the lists stay: any text but none.
    pub(super) keep: Option<Spanned<String>>,
    /// Whether it is told where they are: any text but none.
    pub(super) show: Option<Spanned<String>>,
    /// Whether it is told how far it is: any text but none.
    pub(super) progress: Option<Spanned<String>>,
    /// Whether totals are told at the end: any text but none.
    pub(super) stats: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Part {
    /// All but directories, in many lists.
    #[default]
    Entries,
    /// The directories that an earlier stage has walked, in one list a tree.
    Directories,
}

/// What exit statuses of the commands mean. What failed is tried once more,
/// alone, when the others have ended.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Codes {
    /// Whose exit statuses they are.
    #[serde(rename = "of")]
    pub(super) _of: CodeTable,
    /// Which phase it is.
    #[serde(default)]
    pub(super) phase: Phase,
    /// Where this has a value, all but 0 keeps later stages from running.
    pub(super) strict: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum CodeTable {
    /// rsync's.
    Rsync,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Phase {
    /// What the next one repairs (23, 24) does not count; after any other
    /// failure nothing more is run.
    First,
    /// All of them count.
    #[default]
    Last,
}

/// `when = { engine = "native" }`: parameters of type choice, and the choice
/// each must have for the stage or probe to be there.
pub(super) type When = BTreeMap<Spanned<String>, Spanned<String>>;

/// Two trees.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Trees {
    /// The source.
    pub(super) from: Spanned<String>,
    /// The destination.
    pub(super) to: Spanned<String>,
}

/// A stage: inputs and a command, or a native action, which has no inputs: it
/// goes through its trees by itself.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Stage {
    /// What messages and other stages call it.
    pub(super) name: Spanned<String>,
    /// The choices with which it is there.
    #[serde(default)]
    pub(super) when: When,
    /// Inputs: the entries of this directory, by their paths below it.
    pub(super) walk: Option<Spanned<String>>,
    /// Which entries of the walk.
    pub(super) select: Option<Spanned<Selection>>,
    /// Whether the root of the walk is an input too, as `.`.
    pub(super) root: Option<Spanned<Inclusion>>,
    pub(super) depth: Option<Spanned<Scalar>>,
    pub(super) above: Option<Spanned<Scalar>>,
    /// Inputs: the records of this file.
    pub(super) file: Option<Spanned<String>>,
    /// What ends each record of the file.
    pub(super) separator: Option<Spanned<Separator>>,
    /// Inputs: these values.
    pub(super) list: Option<Spanned<Vec<String>>>,
    /// Inputs: those of this earlier stage, as they succeed there. Both run at
    /// once, unless there is a barrier.
    pub(super) from: Option<Spanned<String>>,
    /// Whether it waits until all stages before have ended. One with inputs of
    /// its own always does.
    pub(super) barrier: Option<Spanned<bool>>,
    /// Inputs: lists of a tree's entries.
    pub(super) buckets: Option<Spanned<Buckets>>,
    /// What the exit statuses of its commands mean.
    pub(super) codes: Option<Codes>,
    /// The command of each job, with its tokens: `<>` is the input, `<name>` a
    /// parameter. A value is one word wherever it stands; do not quote it.
    pub(super) run: Option<Spanned<String>>,
    /// Copies a tree into another one, as exactly as cp -a.
    pub(super) copy: Option<Spanned<Trees>>,
    pub(super) finalize: Option<Spanned<Trees>>,
    pub(super) verify: Option<Spanned<Trees>>,
    pub(super) count: Option<Spanned<String>>,
    pub(super) manifest: Option<Spanned<Trees>>,
    /// Looks at the symlinks of this tree: one that leads out is an error.
    pub(super) contained: Option<Spanned<String>>,
    /// Whether later stages are run if something in this one fails.
    #[serde(default)]
    pub(super) on_failure: OnFailure,
    /// How much of it is done at once.
    #[serde(default)]
    pub(super) limits: Limits,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum OnFailure {
    /// They are.
    #[default]
    GoOn,
    /// They are not.
    Stop,
}

impl From<OnFailure> for pipeline::OnFailure {
    fn from(on_failure: OnFailure) -> Self {
        match on_failure {
            OnFailure::GoOn => Self::GoOn,
            OnFailure::Stop => Self::Stop,
        }
    }
}

/// How much of a stage is done at once.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Limits {
    /// Jobs at once: N, +N, -N, N% (of the CPUs), 0. `-j` comes before it.
    pub(super) jobs: Option<Spanned<Scalar>>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Selection {
    /// All.
    All,
    /// Directories.
    Directories,
    /// All but directories.
    NonDirectories,
    /// Files and symlinks.
    FilesAndLinks,
    /// Devices, FIFOs and sockets.
    Specials,
}

impl From<Selection> for Select {
    fn from(selection: Selection) -> Self {
        match selection {
            Selection::All => Self::All,
            Selection::Directories => Self::Directories,
            Selection::NonDirectories => Self::NonDirectories,
            Selection::FilesAndLinks => Self::FilesAndLinks,
            Selection::Specials => Self::Specials,
        }
    }
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Inclusion {
    /// It is not.
    Excluded,
    /// It is.
    Included,
}

impl From<Inclusion> for Root {
    fn from(inclusion: Inclusion) -> Self {
        match inclusion {
            Inclusion::Excluded => Self::Excluded,
            Inclusion::Included => Self::Included,
        }
    }
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Separator {
    /// A newline.
    Line,
    /// A NUL byte, as `find -print0` writes.
    Nul,
}

impl From<Separator> for pipeline::Separator {
    fn from(separator: Separator) -> Self {
        match separator {
            Separator::Line => Self::Line,
            Separator::Nul => Self::Nul,
        }
    }
}

/// A string, or a whole number as it would be typed: `jobs = 225` and `jobs = "50%"`.
pub(super) struct Scalar(pub(super) String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl Visitor<'_> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a whole number")
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar(value.to_owned()))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}
