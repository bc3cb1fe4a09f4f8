//! What a preset says about rsync: buckets, exit statuses, its probe, and
//! parameters that stand for several words of a command.
//!
//! Boundary: pure, as `check` is.

use std::ops::Range;

use super::spanned::Spanned;

use super::check::{Check, fail};
use super::check_stage::{trees, value};
use super::condition::Condition;
use super::text::tokens;
use super::{BucketsSpec, CodesSpec, Param, ParamType, ProbeSpec, TreesSpec, schema};
use crate::pipeline::Part;

/// Checks one `[[probe]]`.
pub(super) fn probe_spec(probe: schema::Probe, params: &[Param]) -> Check<ProbeSpec> {
    let when = Condition::check(probe.when, params)?;
    match (probe.copy, probe.rsync) {
        (Some(copy), None) => Ok(ProbeSpec {
            when,
            trees: trees(copy.into_inner(), params)?,
            options: None,
        }),
        (None, Some(call)) => {
            let call = call.into_inner();
            Ok(ProbeSpec {
                when,
                trees: TreesSpec {
                    from: value(call.from, params)?,
                    to: value(call.to, params)?,
                },
                options: Some(value(call.options, params)?),
            })
        }
        (copy, rsync) => fail(
            copy.map(|it| it.span())
                .or(rsync.map(|it| it.span()))
                .unwrap_or(0..0),
            "a probe is of one kind: give one of `copy`, `rsync`",
        ),
    }
}

/// Checks `buckets = { .. }`.
pub(super) fn buckets(given: schema::Buckets, params: &[Param]) -> Check<BucketsSpec> {
    let text = |text: Option<Spanned<String>>| match text {
        None => Ok(String::new()),
        Some(text) => value(text, params),
    };
    Ok(BucketsSpec {
        trees: TreesSpec {
            from: value(given.from, params)?,
            to: value(given.to, params)?,
        },
        part: match given.part {
            schema::Part::Entries => Part::Entries,
            schema::Part::Directories => Part::Directories,
        },
        options: text(given.options)?,
        files: text(given.files)?,
        size: text(given.size)?,
        directory: text(given.directory)?,
        keep: text(given.keep)?,
        show: text(given.show)?,
        progress: text(given.progress)?,
        stats: text(given.stats)?,
    })
}

/// Checks `codes = { .. }`.
pub(super) fn codes(given: Option<schema::Codes>, params: &[Param]) -> Check<CodesSpec> {
    let Some(given) = given else {
        return Ok(CodesSpec::Plain);
    };
    match (given.phase, given.strict) {
        (schema::Phase::First, None) => Ok(CodesSpec::RsyncFirst(String::new())),
        (schema::Phase::First, Some(strict)) => Ok(CodesSpec::RsyncFirst(value(strict, params)?)),
        (schema::Phase::Last, None) => Ok(CodesSpec::Rsync),
        (schema::Phase::Last, Some(strict)) => fail(
            strict.span(),
            "only the first phase can keep a second one from running; give `phase = \"first\"`",
        ),
    }
}

/// Checks that each parameter that stands for several words, or for none, is a
/// word of the command by itself.
pub(super) fn whole_words(run: &Spanned<String>, params: &[Param]) -> Check<()> {
    let text = run.get_ref();
    let is_word = |range: &Range<usize>| {
        let is_end = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        let bytes = text.as_bytes();
        let before = range.start.checked_sub(1).map(|at| &bytes[at]);
        is_end(before) && is_end(bytes.get(range.end))
    };
    for range in tokens(text) {
        let name = &text[range.start + 1..range.end - 1];
        let many = params.iter().find(|param| {
            param.name == name && matches!(param.kind, ParamType::Words | ParamType::Flag(_))
        });
        if many.is_some() && !is_word(&range) {
            return fail(
                run.span(),
                format!(
                    "`<{name}>` stands for words, and must be one by itself: put spaces around it"
                ),
            );
        }
    }
    Ok(())
}
