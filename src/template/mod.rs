//! Templates: a command with its tokens, parsed once, rendered for each job.
//!
//! Boundary: the lowest layer. Bytes in, words out; no file is looked at, no
//! process started, and nothing of the rest of prun imported.
//!
//! `token` finds the tokens, `words` tells plain words from scripts, `direct`
//! and `script` render, `line` and `quote` show a job to a person. `gnu` is the
//! template of GNU parallel's face.

mod argv;
mod command;
mod direct;
mod error;
pub mod expr;
mod gnu;
mod inner;
mod line;
mod lines;
mod nested;
mod quote;
mod record;
mod script;
mod spec;
mod text;
mod token;
mod unquote;
mod value;
mod words;

#[cfg(test)]
mod tests;

pub use argv::Argv;
pub use command::Template;
pub use error::{Place, TemplateError};
pub use gnu::{
    Family, GnuBatch, GnuCommand, GnuSpec, GnuText, Quoting, RunsDirectly, Standard, Verdict,
    gnu_quote,
};
pub use quote::quote;
pub use record::{Record, Values};
pub use spec::{Append, Batch, Command, DestToken, IsProgram, Replace, ShellKind, Spec};
pub use text::Text;
pub use unquote::without_ansi_c;
