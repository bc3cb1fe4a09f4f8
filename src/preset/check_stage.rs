//! One `[[stage]]`: what its keys mean beside each other.
//!
//! Boundary: pure, as `check` is; the order of the stages is not looked at here.

use super::check::{Check, fail};
use super::check_buckets::{buckets, codes, whole_words};
use super::condition::Condition;
use super::spanned::Spanned;
use super::text::{is_name, undeclared};
use super::{Action, DepthSpec, InputsSpec, Param, StageSpec, TreesSpec, schema};
use crate::pipeline::{Limits, Separator, Start};

const ONE_KIND: &str =
    "a stage has one kind of inputs: give one of `walk`, `file`, `list`, `from`, `buckets`";

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
    let codes = codes(stage.codes.take(), params)?;
    let action = action(&mut stage, params)?;
    let limits = limits(&stage.limits)?;
    let inputs = match action {
        Action::Run(_) => inputs(&mut stage, params)?,
        Action::Copy(_)
        | Action::Finalize(_)
        | Action::Verify(_)
        | Action::Count(_)
        | Action::Manifest(_)
        | Action::Contained(_) => no_inputs(&stage)?,
    };
    Ok(StageSpec {
        name: stage.name.into_inner(),
        when,
        inputs,
        action,
        limits,
        start,
        codes,
        on_failure: stage.on_failure.into(),
    })
}

fn action(stage: &mut schema::Stage, params: &[Param]) -> Check<Action> {
    let mut actions = Vec::new();
    if let Some(run) = stage.run.take() {
        if run.get_ref().trim().is_empty() {
            return fail(run.span(), "the command is empty");
        }
        whole_words(&run, params)?;
        actions.push(Action::Run(run.into_inner()));
    }
    let mut native = |given: Option<Spanned<schema::Trees>>, action: fn(TreesSpec) -> Action| {
        if let Some(given) = given {
            actions.push(action(trees(given.into_inner(), params)?));
        }
        Ok(())
    };
    native(stage.copy.take(), Action::Copy)?;
    native(stage.finalize.take(), Action::Finalize)?;
    native(stage.verify.take(), Action::Verify)?;
    native(stage.manifest.take(), Action::Manifest)?;
    if let Some(count) = stage.count.take() {
        actions.push(Action::Count(value(count, params)?));
    }
    if let Some(contained) = stage.contained.take() {
        actions.push(Action::Contained(value(contained, params)?));
    }
    match (actions.pop(), actions.is_empty()) {
        (Some(action), true) => Ok(action),
        _ => fail(
            stage.name.span(),
            "a stage has one action: give one of `run`, `copy`, `finalize`, `verify`, `count`, `manifest`, `contained`",
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
        stage.depth.as_ref().map(|depth| ("depth", depth.span())),
        stage.above.as_ref().map(|above| ("above", above.span())),
        stage.file.as_ref().map(|file| ("file", file.span())),
        stage.separator.as_ref().map(|it| ("separator", it.span())),
        stage.list.as_ref().map(|list| ("list", list.span())),
        stage.from.as_ref().map(|from| ("from", from.span())),
        stage.buckets.as_ref().map(|it| ("buckets", it.span())),
    ];
    match given.into_iter().flatten().next() {
        None => Ok(InputsSpec::None),
        Some((key, span)) => fail(
            span,
            format!(
                "a native action goes through its trees by itself and has no inputs; take `{key}` out"
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
    let depths = [("depth", &stage.depth), ("above", &stage.above)];
    for (key, given) in depths {
        if let (None, Some(given)) = (&stage.walk, given) {
            return fail(given.span(), format!("only a `walk` has a `{key}`"));
        }
    }
    let depth = depth(stage.depth.take(), stage.above.take(), params)?;
    if let Some(given) = stage.buckets.take() {
        let has_other = stage.walk.is_some()
            || stage.file.is_some()
            || stage.list.is_some()
            || stage.from.is_some();
        if has_other {
            return fail(given.span(), ONE_KIND);
        }
        let spec = buckets(given.into_inner(), params)?;
        return Ok(InputsSpec::Buckets(Box::new(spec)));
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
            depth,
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
            return fail(stage.name.span(), ONE_KIND);
        }
    })
}

/// How deep entries of a walk are. A number may be a parameter's value, so it is
/// read when that is known.
fn depth(
    at: Option<Spanned<schema::Scalar>>,
    above: Option<Spanned<schema::Scalar>>,
    params: &[Param],
) -> Check<DepthSpec> {
    let number = |given: Spanned<schema::Scalar>| {
        let span = given.span();
        let text = Spanned::new(span.clone(), given.into_inner().0);
        let text = value(text, params)?;
        let is_token = text.contains('<');
        if is_token || text.parse::<usize>().is_ok_and(|number| number > 0) {
            Ok(text)
        } else {
            fail(span, "give a whole number from 1, or a parameter")
        }
    };
    match (at, above) {
        (None, None) => Ok(DepthSpec::Any),
        (Some(at), None) => Ok(DepthSpec::At(number(at)?)),
        (None, Some(above)) => Ok(DepthSpec::Above(number(above)?)),
        (Some(_), Some(above)) => fail(above.span(), "give one of `depth` and `above`"),
    }
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
pub(super) fn value(text: Spanned<String>, params: &[Param]) -> Check<String> {
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
