//! `when`: which stages and probes there are depends on choices.
//!
//! Boundary: conditions on parameters of type choice, all of which must hold;
//! no expressions. What a stage does under its condition is not known here.

use super::check::{Check, fail};
use super::text::Values;
use super::{Param, ParamType, StageSpec, schema};
use crate::pipeline::Params;

/// How many combinations of choices are looked at when a preset is read. Those
/// of a preset that has more are checked as they are asked for.
const COMBINATIONS: usize = 1024;

/// Choices that parameters must have; none of them is always fulfilled.
#[derive(Clone, Debug, Default)]
pub(super) struct Condition(Vec<(String, String)>);

impl Condition {
    /// Checks that each parameter is one of type choice and has the choice.
    pub(super) fn check(when: schema::When, params: &[Param]) -> Check<Self> {
        let mut choices = Vec::new();
        for (name, choice) in when {
            let Some(param) = params.iter().find(|param| param.name == *name.get_ref()) else {
                let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
                let known = if names.is_empty() {
                    "it has none".to_owned()
                } else {
                    format!("it has: {}", names.join(", "))
                };
                return fail(
                    name.span(),
                    format!("the preset has no parameter `{}`; {known}", name.get_ref()),
                );
            };
            let flag = ["true".to_owned(), "false".to_owned()];
            let known = match &param.kind {
                ParamType::Choice(known) => known.as_slice(),
                ParamType::Flag(_) => &flag,
                _ => &[],
            };
            if known.is_empty() {
                return fail(
                    name.span(),
                    format!(
                        "`{}` is of neither type choice nor flag; only those can be asked for",
                        param.name
                    ),
                );
            }
            if !known.contains(choice.get_ref()) {
                return fail(
                    choice.span(),
                    format!(
                        "`{}` is not a choice of `{}`; give one of: {}",
                        choice.get_ref(),
                        param.name,
                        known.join(", ")
                    ),
                );
            }
            choices.push((name.into_inner(), choice.into_inner()));
        }
        Ok(Self(choices))
    }

    /// The first parameter that is asked for, and its choice.
    pub(super) fn first(&self) -> Option<(&str, &str)> {
        self.0.first().map(|(param, choice)| (&**param, &**choice))
    }

    /// Whether it is fulfilled by these values.
    pub(super) fn holds(&self, values: &Values) -> bool {
        self.0.iter().all(|(param, choice)| {
            let is_it = |(name, value): &(Vec<u8>, Vec<u8>)| {
                // A flag that was not given has no value.
                let is_off = choice == "false" && value.is_empty();
                *name == param.as_bytes() && (is_off || *value == choice.as_bytes())
            };
            values.iter().any(is_it)
        })
    }
}

/// The values that can decide which of `stages` there are: every combination
/// of the choices that one of them asks for.
pub(super) fn combinations(params: &[Param], stages: &[StageSpec]) -> Vec<Params> {
    let mut all: Vec<Params> = vec![Vec::new()];
    for param in params {
        let is_asked = |stage: &StageSpec| stage.when.0.iter().any(|(name, _)| *name == param.name);
        let flag = ["true".to_owned(), String::new()];
        let choices = match &param.kind {
            ParamType::Choice(choices) => choices.as_slice(),
            ParamType::Flag(_) => &flag,
            _ => continue,
        };
        if !stages.iter().any(is_asked) || all.len() * choices.len() > COMBINATIONS {
            continue;
        }
        let with = |values: &Params, choice: &String| {
            let mut values = values.clone();
            values.push((param.name.clone().into_bytes(), choice.clone().into_bytes()));
            values
        };
        all = all
            .iter()
            .flat_map(|values| choices.iter().map(|choice| with(values, choice)))
            .collect();
    }
    all
}
