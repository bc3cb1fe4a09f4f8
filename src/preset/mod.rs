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
mod check_stage;
mod condition;
mod error;
mod expand;
mod list;
mod located;
mod lookup;
mod note;
mod param;
mod schema;
#[cfg(test)]
mod tests;
mod text;

use condition::Condition;

use crate::copy::{Root, Select};
use crate::pipeline::{Limits, Separator, Start};

pub use builtin::builtin_names;
pub use error::PresetError;
pub use list::{Listed, Listing, list};
pub use located::Located;
pub use lookup::{Found, Lookup, Origin, Source, find};
pub use note::Note;
pub use param::{Form, Param, ParamType};

/// A preset that has been read and checked.
#[derive(Clone, Debug)]
pub struct Preset {
    /// What it is called.
    pub name: String,
    /// What it does, in one line.
    pub description: String,
    /// Its parameters; the positional ones in the order of their arguments.
    pub params: Vec<Param>,
    probes: Vec<CopyProbe>,
    stages: Vec<StageSpec>,
}

impl Preset {
    /// Whether one of its stages copies a tree natively.
    pub fn copies(&self) -> bool {
        self.stages
            .iter()
            .any(|stage| matches!(stage.action, Action::Copy(_)))
    }

    /// Whether one of its stages compares two trees natively.
    pub fn verifies(&self) -> bool {
        self.stages
            .iter()
            .any(|stage| matches!(stage.action, Action::Verify(_)))
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
struct CopyProbe {
    when: Condition,
    trees: TreesSpec,
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
}

/// What a stage does, with tokens.
#[derive(Clone, Debug)]
enum Action {
    Run(String),
    Copy(TreesSpec),
    Verify(TreesSpec),
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
    },
    From(String),
    List(Vec<String>),
    File {
        path: String,
        separator: Separator,
    },
}
