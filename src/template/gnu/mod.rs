//! GNU parallel's templates: a command whose words are joined by blanks and
//! given to a shell, in which only values are quoted.
//!
//! Boundary: one more way to render, beside prun's own. What was typed is read
//! elsewhere; here are the strings, the quoting, and what becomes of several
//! values.

mod command;
mod family;
mod op;
mod perl;
mod pieces;
mod plus;
mod quote;
mod sink;
mod text;

pub use command::{GnuBatch, GnuCommand, GnuSpec, Quoting, RunsDirectly};
pub use family::{Family, Standard};
pub use pieces::Verdict;
pub use quote::quote as gnu_quote;
pub use text::GnuText;
