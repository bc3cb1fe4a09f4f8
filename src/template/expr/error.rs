//! Why an expression gives no value.
//!
//! Boundary: messages only. Each shows the expression, so that a command with
//! several says which one is meant.

use thiserror::Error;

/// An expression that cannot be used, or that failed for a value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ExprError {
    /// Perl is needed, and there is none.
    #[error(
        "cannot evaluate `{expression}` without perl ({what}), and no perl is on PATH: install perl, or write it with s///, tr///, uc, lc, substr, sprintf, split and join"
    )]
    NeedsPerl {
        /// The expression as it was written.
        expression: String,
        /// What is not understood without perl.
        what: String,
    },
    /// Perl cannot compile it.
    #[error("cannot use `{expression}`: {why}")]
    Bad {
        /// The expression as it was written.
        expression: String,
        /// What perl said.
        why: String,
    },
    /// It was evaluated, here or by perl, and ended with an error.
    #[error("cannot evaluate `{expression}` for `{value}`: {why}")]
    Failed {
        /// The expression as it was written.
        expression: String,
        /// The value, with bytes that are not UTF-8 replaced.
        value: String,
        /// What went wrong.
        why: String,
    },
}

/// Why the native evaluation stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Only perl knows what this does.
    Perl(String),
    /// Perl would die here as well.
    Fail(String),
}

impl Stop {
    pub(super) fn perl(what: impl Into<String>) -> Self {
        Self::Perl(what.into())
    }
}

/// What parsing and evaluating give.
pub(super) type Native<T> = Result<T, Stop>;
