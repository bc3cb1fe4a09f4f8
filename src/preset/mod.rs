//! Presets: TOML files that, given arguments, expand to a pipeline.
//!
//! Boundary: reads preset files and nothing else. The environment (where the
//! user's files lie, who the user is) is told by the caller, arguments are
//! parsed by `cli` from [`Preset::params`], notes are printed by the caller.
//!
//! A file goes one way: `lookup` finds its text, `schema` is its form, `check`
//! makes a [`Preset`] of it, `expand` a pipeline of that and of arguments.

mod builtin;
mod check;
mod check_buckets;
mod check_stage;
mod condition;
mod error;
mod expand;
mod expand_buckets;
mod extends;
mod json;
mod list;
mod located;
mod lookup;
mod note;
mod param;
mod schema;
mod spanned;
#[cfg(test)]
mod tests;
mod text;

use condition::Condition;

use crate::copy::{Root, Select};
use crate::pipeline::{Limits, OnFailure, Part, Separator, Start};

pub use builtin::builtin_names;
pub use error::PresetError;
pub use json::json_schema_text;
pub use list::{Listed, Listing, list};
pub use located::Located;
pub use lookup::{Found, Lookup, Origin, Source, find};
pub use note::Note;
pub use param::{Form, Param, ParamType, Repeat, StandsFor};

/// A preset that has been read and checked.
#[derive(Clone, Debug)]
pub struct Preset {
    /// What it is called.
    pub name: String,
    /// What it does, in one line.
    pub description: String,
    /// Its parameters; the positional ones in the order of their arguments.
    pub params: Vec<Param>,
    probes: Vec<ProbeSpec>,
    stages: Vec<StageSpec>,
}

impl Preset {
    /// Whether one of its stages copies a tree natively, so that the preset has
    /// the options of a copy. They would not hold for its commands: where those
    /// do the copying and what they left is finalized, there are none.
    pub fn copies(&self) -> bool {
        let has = |is_one: fn(&Action) -> bool| self.stages.iter().any(|s| is_one(&s.action));
        has(|action| matches!(action, Action::Copy(_)))
            || has(|action| matches!(action, Action::Finalize(_)))
                && !has(|action| matches!(action, Action::Run(_)))
    }

    /// The parameter that is the destination of a native copy, or of buckets,
    /// where the copy goes to what that says and nothing else.
    pub fn destination(&self) -> Option<&str> {
        self.stages.iter().find_map(|stage| {
            let to = match (&stage.action, &stage.inputs) {
                (Action::Copy(trees), _) => &trees.to,
                (Action::Finalize(trees), _) if self.copies() => &trees.to,
                (_, InputsSpec::Buckets(buckets)) => &buckets.trees.to,
                _ => return None,
            };
            let name = to.strip_prefix('<')?.strip_suffix('>')?;
            let param = self.params.iter().find(|param| param.name == name)?;
            Some(&*param.name)
        })
    }

    /// Whether commands of it copy what is cut in buckets.
    pub fn cuts(&self) -> bool {
        (self.stages.iter()).any(|stage| matches!(stage.inputs, InputsSpec::Buckets(_)))
    }

    /// Whether one of its stages compares two trees natively.
    pub fn verifies(&self) -> bool {
        self.stages
            .iter()
            .any(|stage| matches!(stage.action, Action::Verify(_)))
    }

    /// Whether one of its stages counts trees natively.
    pub fn counts(&self) -> bool {
        (self.stages.iter()).any(|stage| matches!(stage.action, Action::Count(_)))
    }

    /// Whether one of its stages divides a tree.
    pub fn divides(&self) -> bool {
        (self.stages.iter()).any(|stage| matches!(stage.action, Action::Manifest(_)))
    }

    /// Whether a parameter is what is counted, so that it may have several values.
    pub fn counts_each(&self, param: &str) -> bool {
        let is_it = |stage: &StageSpec| match &stage.action {
            Action::Count(text) => *text == format!("<{param}>"),
            _ => false,
        };
        self.stages.iter().any(is_it)
    }

    /// The parameter and the choice with which a stage is there that is, or is
    /// not, native; where that depends on one.
    pub fn choice_of(&self, is_native: bool) -> Option<(&str, &str)> {
        let mut stages = self.stages.iter();
        let stage = stages.find(|stage| matches!(stage.action, Action::Run(_)) != is_native)?;
        stage.when.first()
    }
}

/// A check of a source and a destination.
#[derive(Clone, Debug)]
struct ProbeSpec {
    when: Condition,
    trees: TreesSpec,
    /// The options of rsync, if it is rsync that copies.
    options: Option<String>,
}

/// A stage with tokens.
#[derive(Clone, Debug)]
struct StageSpec {
    name: String,
    when: Condition,
    inputs: InputsSpec,
    action: Action,
    limits: Limits,
    start: Start,
    codes: CodesSpec,
    on_failure: OnFailure,
}

/// What exit statuses mean, with tokens.
#[derive(Clone, Debug)]
enum CodesSpec {
    Plain,
    Rsync,
    /// Of a first phase; strict where the text has a value.
    RsyncFirst(String),
}

/// What a stage does, with tokens.
#[derive(Clone, Debug)]
enum Action {
    Run(String),
    Copy(TreesSpec),
    Finalize(TreesSpec),
    Verify(TreesSpec),
    Count(String),
    Manifest(TreesSpec),
    Contained(String),
}

/// How deep entries of a walk are, with tokens.
#[derive(Clone, Debug)]
enum DepthSpec {
    Any,
    At(String),
    Above(String),
}

/// A source and a destination, with tokens.
#[derive(Clone, Debug)]
struct TreesSpec {
    from: String,
    to: String,
}

/// Inputs with tokens.
#[derive(Clone, Debug)]
enum InputsSpec {
    /// A native action goes through its trees by itself.
    None,
    Walk {
        root: String,
        select: Select,
        include: Root,
        depth: DepthSpec,
    },
    From(String),
    List(Vec<String>),
    File {
        path: String,
        separator: Separator,
    },
    Buckets(Box<BucketsSpec>),
}

/// Buckets, with tokens; what is not given is empty.
#[derive(Clone, Debug)]
struct BucketsSpec {
    trees: TreesSpec,
    part: Part,
    options: String,
    files: String,
    size: String,
    directory: String,
    keep: String,
    show: String,
    progress: String,
    stats: String,
}
