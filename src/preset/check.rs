//! The text of a preset makes a [`Preset`], or an error with line and caret.
//!
//! Boundary: pure. What one key means beside another is decided here, so that a
//! preset that was read can only fail for its arguments.

use std::ops::Range;

use toml::Spanned;

use super::check_stage::{stage_spec, trees};
use super::condition::{Condition, combinations};
use super::text::is_name;
use super::{
    CopyProbe, Form, Located, Origin, Param, ParamType, Preset, PresetError, Source, schema,
};
use crate::pipeline::{Pipeline, PipelineError};

/// The token of a job's destination, which no parameter may take.
const DEST: &str = "dest";

/// An error at a place in the text.
pub(super) type Check<T> = Result<T, (Range<usize>, String)>;

impl Preset {
    /// Reads the text of a preset. Every error names file, line and column.
    pub fn parse(source: &Source) -> Result<Self, PresetError> {
        let file = match &source.origin {
            Origin::BuiltIn => format!("builtin:{}", source.name),
            Origin::File(path) => path.display().to_string(),
        };
        let schema: schema::File = toml::from_str(&source.toml).map_err(|error| {
            PresetError::from(Box::new(Located::from_toml(&file, &source.toml, &error)))
        })?;
        preset(&source.name, schema).map_err(|(span, message)| {
            PresetError::from(Box::new(Located::new(&file, &source.toml, span, &message)))
        })
    }
}

pub(super) fn fail<T>(span: Range<usize>, message: impl Into<String>) -> Check<T> {
    Err((span, message.into()))
}

fn preset(name: &str, file: schema::File) -> Check<Preset> {
    let description = file.description.get_ref().trim();
    if description.is_empty() || description.contains('\n') {
        return fail(file.description.span(), "a description is one line of text");
    }
    let mut params: Vec<Param> = Vec::new();
    for given in file.param {
        let span = given.name.span();
        let param = param(given)?;
        check_beside(&params, &param).or_else(|message| fail(span, message))?;
        params.push(param);
    }
    let mut probes = Vec::new();
    for probe in file.probe {
        probes.push(CopyProbe {
            when: Condition::check(probe.when, &params)?,
            trees: trees(probe.copy, &params)?,
        });
    }
    let mut places = Vec::new();
    let mut stages = Vec::new();
    for stage in file.stage {
        let name = stage.name.span();
        let from = stage.from.as_ref().map_or(name.clone(), Spanned::span);
        places.push((name, from));
        stages.push(stage_spec(stage, &params)?);
    }
    let preset = Preset {
        name: name.to_owned(),
        description: description.to_owned(),
        params,
        probes,
        stages,
    };
    pipelines(&preset, &places, file.description.span())?;
    Ok(preset)
}

/// Checks the pipelines that there can be: the order of the stages depends on
/// no argument but those that say which stages there are.
fn pipelines(
    preset: &Preset,
    places: &[(Range<usize>, Range<usize>)],
    otherwise: Range<usize>,
) -> Check<()> {
    for values in combinations(&preset.params, &preset.stages) {
        let Err(error) = Pipeline::new(Vec::new(), preset.stages(&values)) else {
            continue;
        };
        let mut there = (preset.stages.iter().zip(places))
            .filter(|(stage, _)| stage.when.holds(&values))
            .map(|(_, place)| place);
        let place = match &error {
            PipelineError::Empty => None,
            PipelineError::Duplicate { index, .. } => {
                there.nth(*index).map(|(name, _)| name.clone())
            }
            PipelineError::FromLater { index, .. } | PipelineError::FromUnknown { index, .. } => {
                there.nth(*index).map(|(_, from)| from.clone())
            }
        };
        let with: Vec<String> = values
            .iter()
            .map(|(name, value)| {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                format!("with {} = \"{}\": ", text(name), text(value))
            })
            .collect();
        let message = format!("{}{error}", with.concat());
        return fail(place.unwrap_or(otherwise), message);
    }
    Ok(())
}

fn param(given: schema::Param) -> Check<Param> {
    let name = given.name.get_ref();
    if !is_name(name) {
        return fail(
            given.name.span(),
            "a name begins with a lowercase letter, and goes on with those, digits and dashes",
        );
    }
    if name == DEST {
        return fail(
            given.name.span(),
            "`<dest>` is the destination of a job; give the parameter another name",
        );
    }
    let kind = match (*given.kind.get_ref(), given.choices) {
        (schema::Type::Choice, Some(choices)) if choices.get_ref().is_empty() => {
            return fail(choices.span(), "give at least one choice");
        }
        (schema::Type::Choice, Some(choices)) => ParamType::Choice(choices.into_inner()),
        (schema::Type::Choice, None) => {
            return fail(given.kind.span(), "a choice needs `choices = [..]`");
        }
        (_, Some(choices)) => {
            return fail(choices.span(), "only `type = \"choice\"` has choices");
        }
        (schema::Type::String, None) => ParamType::String,
        (schema::Type::Path, None) => ParamType::Path,
        (schema::Type::Directory, None) => ParamType::Directory,
        (schema::Type::Integer, None) => ParamType::Integer,
    };
    let (default, place) = match given.default {
        Some(default) => {
            let place = default.span();
            (Some(default.into_inner().0), place)
        }
        None => (None, given.name.span()),
    };
    let param = Param {
        name: given.name.into_inner(),
        form: match given.form {
            schema::Form::Positional => Form::Positional,
            schema::Form::Option => Form::Option,
        },
        kind,
        default,
        help: given.help,
    };
    if let Some(default) = &param.default
        && let Err(error) = param.value(default.as_bytes())
    {
        return fail(place, error.to_string());
    }
    Ok(param)
}

/// Checks a parameter beside those before it.
fn check_beside(before: &[Param], param: &Param) -> Result<(), String> {
    if before.iter().any(|other| other.name == param.name) {
        return Err(format!("two parameters are named `{}`", param.name));
    }
    let skipped = before
        .iter()
        .find(|other| other.form == Form::Positional && other.default.is_some());
    match skipped {
        Some(other) if param.form == Form::Positional && param.default.is_none() => Err(format!(
            "`{}` must be given and comes after `{}`, which need not be; put it before",
            param.name, other.name
        )),
        _ => Ok(()),
    }
}
