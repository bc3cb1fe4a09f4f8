//! The expressions of `{= EXPR =}` and `--rpl`: the part of Perl that people
//! write there, evaluated without perl.
//!
//! Boundary: bytes in, bytes out; no process is started. What is not
//! understood for certain is handed to a [`Perl`], which `config` brings, and
//! is an error where there is none. Nothing is guessed: an expression gives
//! what perl gives, or says that perl is needed.
//!
//! `parse`, `operators`, `term` and `quoted` read the text into the `tree`, `eval` walks
//! it. Patterns are written anew by `translate` for the regex crates.

mod class;
mod effects;
mod error;
mod escape;
mod eval;
mod format;
mod functions;
mod matching;
mod names;
mod number;
mod operators;
mod parse;
mod pattern;
mod program;
mod quoted;
mod scalar;
mod targets;
mod term;
mod translate;
mod transliterate;
mod tree;

#[cfg(test)]
mod tests;

pub use error::ExprError;
pub use program::{Call, Context, Evaluated, Expression, Fate, Perl, Quoting};
