//! The form of a preset file makes a [`Preset`], or an error with its place.
//!
//! Boundary: pure. What one key means beside another is decided here, so that a
//! preset that was read can only fail for its arguments.

use std::ops::Range;

use super::check_buckets::probe_spec;
use super::check_stage::stage_spec;
use super::condition::combinations;
use super::spanned::Spanned;
use super::text::is_name;
use super::{Form, Param, ParamType, Preset, Repeat, StandsFor, schema};
use crate::pipeline::{Pipeline, PipelineError};

/// The token of a job's destination, which no parameter may take.
const DEST: &str = "dest";

/// The token of how many jobs a stage runs at once.
const JOBS: &str = "jobs";

/// An error at a place in the text.
pub(super) type Check<T> = Result<T, (Range<usize>, String)>;

pub(super) fn fail<T>(span: Range<usize>, message: impl Into<String>) -> Check<T> {
    Err((span, message.into()))
}

/// A preset that has its own stages.
pub(super) fn preset(name: &str, file: schema::File) -> Check<Preset> {
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
        probes.push(probe_spec(probe, &params)?);
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
        let defaults = preset.params.iter().filter_map(|param| {
            let default = param.default.as_ref()?.clone().into_bytes();
            Some((param.name.clone().into_bytes(), default))
        });
        // The first value of a name counts.
        let whole: Vec<_> = values.iter().cloned().chain(defaults).collect();
        let stages = match preset.stages(&whole) {
            Ok(stages) => stages,
            Err(error) => return fail(otherwise, error.to_string()),
        };
        let Err(error) = Pipeline::new(Vec::new(), stages) else {
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
            PipelineError::FromLater { index, .. }
            | PipelineError::FromNative { index, .. }
            | PipelineError::FromUnknown { index, .. } => {
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
    if name == JOBS {
        return fail(
            given.name.span(),
            "`<jobs>` is how many jobs the stage runs at once; give the parameter another name",
        );
    }
    let kind = match (*given.kind.get_ref(), given.choices) {
        (schema::Type::Choice, Some(choices)) if choices.get_ref().is_empty() => {
            return fail(choices.span(), "give at least one choice");
        }
        (schema::Type::Choice, Some(choices)) => ParamType::Choice(choices.into_inner()),
        (kind, None) if given.words.is_some() && kind != schema::Type::Flag => {
            return fail(given.kind.span(), "only `type = \"flag\"` has `as`");
        }
        (schema::Type::Choice, None) => {
            return fail(given.kind.span(), "a choice needs `choices = [..]`");
        }
        (_, Some(choices)) => {
            return fail(choices.span(), "only `type = \"choice\"` has choices");
        }
        (schema::Type::String, None) => ParamType::String,
        (schema::Type::Path, None) => ParamType::Path,
        (schema::Type::Directory, None) => ParamType::Directory,
        (schema::Type::File, None) => ParamType::File,
        (schema::Type::Integer, None) => ParamType::Integer,
        (schema::Type::RawPath, None) => ParamType::RawPath,
        (schema::Type::Words, None) => ParamType::Words,
        (schema::Type::Flag, None) => {
            ParamType::Flag(given.words.map(Spanned::into_inner).unwrap_or_default())
        }
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
            schema::Form::Jobs => Form::Jobs,
        },
        kind,
        default,
        letter: given.letter.map(Spanned::into_inner),
        repeat: match given.repeat.map(Spanned::into_inner) {
            Some(true) => Repeat::Many,
            Some(false) | None => Repeat::Once,
        },
        stands_for: given.stands_for.map(|one| match one.into_inner() {
            schema::StandsFor::Jobs => StandsFor::Jobs,
            schema::StandsFor::DryRun => StandsFor::DryRun,
        }),
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
pub(super) fn check_beside(before: &[Param], param: &Param) -> Result<(), String> {
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
