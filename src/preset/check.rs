//! The text of a preset makes a [`Preset`], or an error with line and caret.
//!
//! Boundary: pure. What one key means beside another is decided here, so that a
//! preset that was read can only fail for its arguments.

use std::ops::Range;

use toml::Spanned;

use super::text::{is_name, undeclared};
use super::{
    CopyProbe, Form, InputsSpec, Located, Origin, Param, ParamType, Preset, PresetError, Source,
    StageSpec, schema,
};
use crate::pipeline::{Limits, Pipeline, PipelineError, Separator, Start};

/// The token of a job's destination, which no parameter may take.
const DEST: &str = "dest";

/// An error at a place in the text.
type Check<T> = Result<T, (Range<usize>, String)>;

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

fn fail<T>(span: Range<usize>, message: impl Into<String>) -> Check<T> {
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
    let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
    let mut probes = Vec::new();
    for probe in file.probe {
        probes.push(CopyProbe {
            from: value(probe.copy.from, &names)?,
            to: value(probe.copy.to, &names)?,
        });
    }
    let mut places = Vec::new();
    let mut stages = Vec::new();
    for stage in file.stage {
        let name = stage.name.span();
        let from = stage.from.as_ref().map_or(name.clone(), Spanned::span);
        places.push((name, from));
        stages.push(stage_spec(stage, &names)?);
    }
    let preset = Preset {
        name: name.to_owned(),
        description: description.to_owned(),
        params,
        probes,
        stages,
    };
    // The order of the stages is the pipeline's matter, and the same for all arguments.
    match Pipeline::new(Vec::new(), preset.stages(&[])) {
        Ok(_) => Ok(preset),
        Err(error) => {
            let place = match &error {
                PipelineError::Empty => None,
                PipelineError::Duplicate { index, .. } => {
                    places.get(*index).map(|(name, _)| name.clone())
                }
                PipelineError::FromLater { index, .. }
                | PipelineError::FromUnknown { index, .. } => {
                    places.get(*index).map(|(_, from)| from.clone())
                }
            };
            let place = place.unwrap_or_else(|| file.description.span());
            fail(place, error.to_string())
        }
    }
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

fn stage_spec(stage: schema::Stage, names: &[&str]) -> Check<StageSpec> {
    let place = stage.name.span();
    if !is_name(stage.name.get_ref()) {
        return fail(
            place,
            "a name begins with a lowercase letter, and goes on with those, digits and dashes",
        );
    }
    if let (None, Some(select)) = (&stage.walk, &stage.select) {
        return fail(select.span(), "only a `walk` has a `select`");
    }
    if let (None, Some(root)) = (&stage.walk, &stage.root) {
        return fail(root.span(), "only a `walk` has a `root`");
    }
    if let (None, Some(separator)) = (&stage.file, &stage.separator) {
        return fail(separator.span(), "only a `file` has a `separator`");
    }
    let start = start(stage.from.is_some(), stage.barrier)?;
    let inputs = match (stage.walk, stage.file, stage.list, stage.from) {
        (Some(root), None, None, None) => InputsSpec::Walk {
            root: value(root, names)?,
            select: stage
                .select
                .map(Spanned::into_inner)
                .map_or_else(Default::default, Into::into),
            include: stage
                .root
                .map(Spanned::into_inner)
                .map_or_else(Default::default, Into::into),
        },
        (None, Some(path), None, None) => InputsSpec::File {
            path: value(path, names)?,
            separator: stage
                .separator
                .map(Spanned::into_inner)
                .map_or(Separator::default(), Into::into),
        },
        (None, None, Some(list), None) => InputsSpec::List(list),
        (None, None, None, Some(from)) => InputsSpec::From(from.into_inner()),
        _ => {
            return fail(
                place,
                "a stage has one kind of inputs: give one of `walk`, `file`, `list`, `from`",
            );
        }
    };
    if stage.run.get_ref().trim().is_empty() {
        return fail(stage.run.span(), "the command is empty");
    }
    let jobs = match stage.limits.jobs {
        None => None,
        Some(jobs) => match jobs.get_ref().0.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => return fail(jobs.span(), format!("{error}")),
        },
    };
    Ok(StageSpec {
        name: stage.name.into_inner(),
        inputs,
        run: stage.run.into_inner(),
        limits: Limits { jobs },
        start,
    })
}

/// When a stage starts. One with inputs of its own waits anyway: stages run in order.
fn start(reads_from_stage: bool, barrier: Option<Spanned<bool>>) -> Check<Start> {
    match (reads_from_stage, barrier.as_ref().map(Spanned::get_ref)) {
        (_, Some(true)) | (false, None) => Ok(Start::Barrier),
        (true, None | Some(false)) => Ok(Start::Streams),
        (false, Some(false)) => fail(
            barrier.map_or(0..0, |barrier| barrier.span()),
            "only a stage with `from` can start before the earlier ones have ended",
        ),
    }
}

/// A value whose tokens are all parameters.
fn value(text: Spanned<String>, names: &[&str]) -> Check<String> {
    match undeclared(text.get_ref(), names) {
        Some(name) => {
            let known = if names.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has: {}", names.join(", "))
            };
            fail(
                text.span(),
                format!("the preset has no parameter `{name}`; {known}"),
            )
        }
        None => Ok(text.into_inner()),
    }
}
