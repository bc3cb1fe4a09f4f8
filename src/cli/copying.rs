//! What the options of a native copy say by the order in which they stand.
//!
//! Boundary: the options as they were given, in order; values that clap has
//! checked already. Nothing is read: a rule's file is the caller's to open.

use super::args::{CopyArgs, Ordered};
use super::copy_values::AttributeList;
use super::scan::{Given, Turn};
use crate::copy::{Attribute, Follow, Preserve};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// One rule of a filter, or a file of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleArg {
    /// What its patterns do.
    pub sense: RuleSense,
    /// Where the rule is.
    pub place: RulePlace,
}

/// What a pattern does with what it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSense {
    /// It is left out.
    Exclude,
    /// It is not.
    Include,
}

/// Where a rule is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RulePlace {
    /// It is this text.
    Text(OsString),
    /// The rules are the lines of this file.
    File(PathBuf),
}

impl CopyArgs {
    /// Takes over what depends on the order of the options that were given.
    pub(super) fn order(&mut self, given: &[Given]) {
        let given: Vec<&Given> = given.iter().filter(|one| one.turn == Turn::On).collect();
        self.ordered = Ordered {
            preserve: preserve(&given),
            follow: follow(&given),
            rules: given.iter().filter_map(|one| rule(one)).collect(),
        };
    }
}

/// As cp(1) reads its options, with those of `cp -a` where none says what is
/// kept. `--no-preserve` by itself takes from those.
fn preserve(given: &[&Given]) -> Preserve {
    let says = |one: &&&Given| {
        let ids = ["archive", "p", "d", "preserve", "as_article"];
        ids.contains(&&*one.id)
    };
    let start = if given.iter().any(|one| says(&one)) {
        Preserve::NONE
    } else {
        Preserve::ALL
    };
    given.iter().fold(start, |kept, one| {
        let list = || -> Option<AttributeList> { one.value.as_deref()?.to_str()?.parse().ok() };
        match &*one.id {
            "archive" => Preserve::ALL,
            "as_article" => Preserve::NONE,
            "p" => kept.union(AttributeList::USUAL),
            "d" => kept.with(Attribute::Links),
            "preserve" => kept.union(list().map_or(AttributeList::USUAL, |list| list.0)),
            "no_preserve" => list().map_or(kept, |list| kept.less(list.0)),
            _ => kept,
        }
    })
}

/// The last of `-P -d -a -H` and `-L` counts.
fn follow(given: &[&Given]) -> Follow {
    let last = given.iter().rev().find_map(|one| match &*one.id {
        "dereference" => Some(Follow::Always),
        "no_dereference" | "d" | "archive" | "h" => Some(Follow::Never),
        _ => None,
    });
    last.unwrap_or_default()
}

fn rule(given: &Given) -> Option<RuleArg> {
    let (sense, is_file) = match &*given.id {
        "exclude" => (RuleSense::Exclude, false),
        "include" => (RuleSense::Include, false),
        "exclude_from" => (RuleSense::Exclude, true),
        "include_from" => (RuleSense::Include, true),
        _ => return None,
    };
    let value = given.value.as_deref().unwrap_or(OsStr::new(""));
    let place = if is_file {
        RulePlace::File(value.into())
    } else {
        RulePlace::Text(value.to_owned())
    };
    Some(RuleArg { sense, place })
}
