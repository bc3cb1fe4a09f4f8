//! One `[[stage]]`: what its keys mean beside each other.
//!
//! Boundary: pure, as `check` is; the order of the stages is not looked at here.

use toml::Spanned;

use super::check::{Check, fail};
use super::condition::Condition;
use super::text::{is_name, undeclared};
use super::{Action, InputsSpec, Param, StageSpec, TreesSpec, schema};
use crate::pipeline::{Limits, Separator, Start};

/// Checks one stage of a preset with these parameters.
pub(super) fn stage_spec(mut stage: schema::Stage, params: &[Param]) -> Check<StageSpec> {
    if !is_name(stage.name.get_ref()) {
        return fail(
            stage.name.span(),
            "a name begins with a lowercase letter, and goes on with those, digits and dashes",
        );
    }
    let when = Condition::check(std::mem::take(&mut stage.when), params)?;
    let start = start(stage.from.is_some(), stage.barrier.take())?;
    let action = action(&mut stage, params)?;
    let limits = limits(&stage.limits)?;
    let inputs = match action {
        Action::Run(_) => inputs(&mut stage, params)?,
        Action::Copy(_) | Action::Verify(_) => no_inputs(&stage)?,
    };
    Ok(StageSpec {
        name: stage.name.into_inner(),
        when,
        inputs,
        action,
        limits,
        start,
    })
}

fn action(stage: &mut schema::Stage, params: &[Param]) -> Check<Action> {
    match (stage.run.take(), stage.copy.take(), stage.verify.take()) {
        (Some(run), None, None) if run.get_ref().trim().is_empty() => {
            fail(run.span(), "the command is empty")
        }
        (Some(run), None, None) => Ok(Action::Run(run.into_inner())),
        (None, Some(copy), None) => Ok(Action::Copy(trees(copy.into_inner(), params)?)),
        (None, None, Some(verify)) => Ok(Action::Verify(trees(verify.into_inner(), params)?)),
        _ => fail(
            stage.name.span(),
            "a stage has one action: give one of `run`, `copy`, `verify`",
        ),
    }
}

/// The trees of a native action or of a probe.
pub(super) fn trees(trees: schema::Trees, params: &[Param]) -> Check<TreesSpec> {
    Ok(TreesSpec {
        from: value(trees.from, params)?,
        to: value(trees.to, params)?,
    })
}

/// A native action goes through its trees by itself.
fn no_inputs(stage: &schema::Stage) -> Check<InputsSpec> {
    let given = [
        stage.walk.as_ref().map(|walk| ("walk", walk.span())),
        stage
            .select
            .as_ref()
            .map(|select| ("select", select.span())),
        stage.root.as_ref().map(|root| ("root", root.span())),
        stage.file.as_ref().map(|file| ("file", file.span())),
        stage.separator.as_ref().map(|it| ("separator", it.span())),
        stage.list.as_ref().map(|list| ("list", list.span())),
        stage.from.as_ref().map(|from| ("from", from.span())),
    ];
    match given.into_iter().flatten().next() {
        None => Ok(InputsSpec::None),
        Some((key, span)) => fail(
            span,
            format!(
                "`copy` and `verify` go through their trees by themselves and have no inputs; take `{key}` out"
            ),
        ),
    }
}

fn inputs(stage: &mut schema::Stage, params: &[Param]) -> Check<InputsSpec> {
    if let (None, Some(select)) = (&stage.walk, &stage.select) {
        return fail(select.span(), "only a `walk` has a `select`");
    }
    if let (None, Some(root)) = (&stage.walk, &stage.root) {
        return fail(root.span(), "only a `walk` has a `root`");
    }
    if let (None, Some(separator)) = (&stage.file, &stage.separator) {
        return fail(separator.span(), "only a `file` has a `separator`");
    }
    let given = (
        stage.walk.take(),
        stage.file.take(),
        stage.list.take(),
        stage.from.take(),
    );
    Ok(match given {
        (Some(root), None, None, None) => InputsSpec::Walk {
            root: value(root, params)?,
            select: stage
                .select
                .take()
                .map(Spanned::into_inner)
                .map_or_else(Default::default, Into::into),
            include: stage
                .root
                .take()
                .map(Spanned::into_inner)
                .map_or_else(Default::default, Into::into),
        },
        (None, Some(path), None, None) => InputsSpec::File {
            path: value(path, params)?,
            separator: stage
                .separator
                .take()
                .map(Spanned::into_inner)
                .map_or(Separator::default(), Into::into),
        },
        (None, None, Some(list), None) => InputsSpec::List(list.into_inner()),
        (None, None, None, Some(from)) => InputsSpec::From(from.into_inner()),
        _ => {
            return fail(
                stage.name.span(),
                "a stage has one kind of inputs: give one of `walk`, `file`, `list`, `from`",
            );
        }
    })
}

fn limits(limits: &schema::Limits) -> Check<Limits> {
    let jobs = match &limits.jobs {
        None => None,
        Some(jobs) => match jobs.get_ref().0.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => return fail(jobs.span(), format!("{error}")),
        },
    };
    Ok(Limits { jobs })
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
fn value(text: Spanned<String>, params: &[Param]) -> Check<String> {
    let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
    match undeclared(text.get_ref(), &names) {
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
