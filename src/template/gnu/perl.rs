//! Replacement strings that are expressions: `{= =}`, `--rpl`, and `--filter`.
//!
//! Boundary: finds the expressions and evaluates them for a value of a job;
//! what an expression means is `expr`'s.

use std::fmt;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use super::super::error::TemplateError;
use super::super::expr::{Context, Evaluated, ExprError, Expression, Fate, Perl};
use super::op::Op;
use super::pieces::Scene;
use super::quote::quote;

/// The perl of a run, if there is one.
#[derive(Clone, Default)]
pub(super) struct PerlOf(pub(super) Option<Arc<dyn Perl + Send + Sync>>);

impl fmt::Debug for PerlOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PerlOf").field(&self.0.is_some()).finish()
    }
}

/// An expression, checked: it needs no perl that is not there.
pub(super) fn expression(
    source: &[u8],
    groups: Vec<Vec<u8>>,
    perl: &PerlOf,
) -> Result<Arc<Expression>, TemplateError> {
    let expression = Expression::with_groups(source, groups);
    match expression.without_perl() {
        Some(error) if perl.0.is_none() => Err(TemplateError::Expression(error)),
        _ => Ok(Arc::new(expression)),
    }
}

/// Fails if perl could not compile an expression that is used.
pub(super) fn check(op: &Op, perl: &PerlOf) -> Result<(), TemplateError> {
    let Op::Perl(expression) = op else {
        return Ok(());
    };
    let perl = perl.0.as_deref().map(|perl| perl as &dyn Perl);
    Ok(expression.check(perl)?)
}

/// Whether the result may be code for the shell.
pub(super) fn may_be_code(expression: &Expression) -> bool {
    expression.source().windows(2).any(|word| word == b"uq")
}

/// Evaluates for one value of the job.
pub(super) fn evaluate(
    expression: &Expression,
    value: &[u8],
    scene: Scene<'_>,
) -> Result<Evaluated, ExprError> {
    let args: Vec<&[u8]> = scene.args().collect();
    let values = scene.values;
    expression.evaluate(
        value,
        &Context {
            args: &args,
            seq: values.seq,
            slot: u64::from(values.slot),
            total: &|| values.total.unwrap_or(values.seq),
            quote: &|value| {
                let mut quoted = Vec::new();
                quote(value, &mut quoted);
                quoted
            },
            perl: scene.perl.0.as_deref().map(|perl| perl as &dyn Perl),
        },
    )
}

/// Whether `--filter` lets a job run.
pub(super) fn passes(expression: &Expression, scene: Scene<'_>) -> Result<bool, ExprError> {
    let whole = scene.args().collect::<Vec<_>>().join(&b' ');
    let evaluated = evaluate(expression, &whole, scene)?;
    Ok(evaluated.is_true && evaluated.fate == Fate::Runs)
}

/// The text of `--filter` as an expression: `{2}` is the second value, and
/// `{}` all of them. They are variables there, so that no value is taken for
/// code.
pub(super) fn filter(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let close = after.iter().position(|&byte| byte == b'}');
        let (b'{', Some(close)) = (first, close) else {
            out.push(first);
            rest = after;
            continue;
        };
        let inner = &after[..close];
        let is_number = !inner.is_empty() && inner.iter().all(u8::is_ascii_digit);
        match inner {
            b"" => out.extend_from_slice(b"$_"),
            b"#" => out.extend_from_slice(b"seq()"),
            b"%" => out.extend_from_slice(b"slot()"),
            _ if is_number => {
                out.extend_from_slice(b"$arg[");
                out.extend_from_slice(inner);
                out.push(b']');
            }
            _ => {
                out.push(first);
                rest = after;
                continue;
            }
        }
        rest = &after[inner.len() + 1..];
    }
    out
}

/// A tag of `--rpl` with groups in it, such as `{%(.+?)}`.
#[derive(Clone, Debug)]
pub(super) struct Dynamic {
    pattern: Regex,
    /// Whether the first group is a position.
    placed: bool,
    source: Vec<u8>,
}

/// What a dynamic tag matched.
pub(super) struct Matched {
    pub(super) position: Option<i32>,
    pub(super) groups: Vec<Vec<u8>>,
    pub(super) len: usize,
}

impl Dynamic {
    /// A tag; `None` if it has no group.
    pub(super) fn new(tag: &str, source: &[u8]) -> Option<Result<Self, TemplateError>> {
        let (placed, body) = match tag.strip_prefix('{') {
            Some(body) => (true, body),
            None => (false, tag),
        };
        // From the first parenthesis to the last it is a pattern, around them
        // it is text.
        let (first, last) = (body.find('(')?, body.rfind(')')? + 1);
        let pattern = format!(
            "^{}{}{}{}",
            if placed { r"\{(-?\d+)?" } else { "" },
            regex::escape(&body[..first]),
            body.get(first..last)?,
            regex::escape(&body[last..])
        );
        let built = RegexBuilder::new(&pattern).unicode(false).build();
        Some(
            built
                .map(|pattern| Self {
                    pattern,
                    placed,
                    source: source.to_vec(),
                })
                .map_err(|error| TemplateError::Pattern {
                    pattern: tag.to_owned(),
                    problem: error.to_string(),
                }),
        )
    }

    /// The expression.
    pub(super) fn source(&self) -> &[u8] {
        &self.source
    }

    /// What of the beginning of `text` the tag matches.
    pub(super) fn matched(&self, text: &[u8]) -> Option<Matched> {
        let found = self.pattern.captures(text)?;
        let position = match found.get(1) {
            Some(number) if self.placed => {
                Some(std::str::from_utf8(number.as_bytes()).ok()?.parse().ok()?)
            }
            _ => None,
        };
        let first = if self.placed { 2 } else { 1 };
        let groups = (first..found.len()).map(|at| {
            found
                .get(at)
                .map_or(Vec::new(), |group| group.as_bytes().to_vec())
        });
        Some(Matched {
            position,
            groups: groups.collect(),
            len: found.get(0)?.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_name_values_as_variables() {
        assert_eq!(
            filter(b"{1} < {2} and {} ne 'x{y}'"),
            b"$arg[1] < $arg[2] and $_ ne 'x{y}'"
        );
        assert_eq!(filter(b"{#} % 2 == {%}"), b"seq() % 2 == slot()");
        assert_eq!(filter(b"/a{2,3}/"), b"/a{2,3}/");
    }

    #[test]
    fn tags_with_groups() {
        let tag = Dynamic::new("{%(.+?)}", b"s/$$1$//").unwrap().unwrap();
        let found = tag.matched(b"{%.gz} x").unwrap();
        assert_eq!(
            (found.groups, found.position, found.len),
            (vec![b".gz".to_vec()], None, 6)
        );
        let found = tag.matched(b"{-2%.gz}").unwrap();
        assert_eq!(found.position, Some(-2));
        assert!(tag.matched(b"{%}").is_none());
        let two = Dynamic::new("{/(.+?)/(.*?)}", b"").unwrap().unwrap();
        let found = two.matched(b"{/this/that}").unwrap();
        assert_eq!(found.groups, [b"this".to_vec(), b"that".to_vec()]);
        let sum = Dynamic::new(r"{+(\d)\+(\d)+}", b"").unwrap().unwrap();
        let found = sum.matched(b"{+1+2+}").unwrap();
        assert_eq!(found.groups, [b"1".to_vec(), b"2".to_vec()]);
        assert!(Dynamic::new("{x}", b"").is_none());
        assert!(Dynamic::new("{)x(}", b"").is_none());
    }
}
