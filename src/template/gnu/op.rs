//! What a replacement string makes of one value.
//!
//! Boundary: bytes in, bytes out, no quoting. What `--plus` adds is in `plus`.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::expr::Expression;
use super::super::token::Op as Plain;
use super::super::value;
use super::plus::Plus;

/// What becomes of a value.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// One of the modifiers that prun's own templates have too.
    Plain(Plain),
    /// One of `--plus`.
    Plus(Plus),
    /// An expression.
    Perl(Arc<Expression>),
}

impl Op {
    /// The value that stands in the command; of an expression, the value before
    /// it: what comes out is known only when the job is.
    pub(super) fn apply<'v>(&self, value: &'v [u8]) -> Cow<'v, [u8]> {
        match self {
            Self::Plain(op) => Cow::Borrowed(value::apply(*op, value)),
            Self::Plus(op) => op.apply(value),
            Self::Perl(_) => Cow::Borrowed(value),
        }
    }
}

/// What stands for a job, not for a value.
#[derive(Clone, Debug)]
pub(super) enum OfJob {
    /// `{#}`.
    Seq,
    /// `{%}`.
    Slot,
    /// `{##}`, of `--plus`: the number of jobs.
    Total,
    /// `{0#}`, of `--plus`: the number as wide as the last one.
    PaddedSeq,
    /// `{0%}`, of `--plus`: the slot as wide as the highest one.
    PaddedSlot,
    /// `{slot}`, `{host}` and others of `--plus`: a variable that the shell
    /// reads.
    Variable(&'static str),
    /// `{uniq}`, of `--plus`: all values, or the one at a position; the job is
    /// skipped if two are equal.
    Unique(Option<i32>),
    /// `{choose_k}`, of `--plus`: all values, or the one at a position; the job
    /// is skipped unless they are in order.
    Ascending(Option<i32>),
    /// `{1#}`, and any other with a position that has no use for one.
    Nothing,
}
