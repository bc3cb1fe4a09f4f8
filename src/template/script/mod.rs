//! Scripts: text for a POSIX shell, in which values are variables.
//!
//! Boundary: `reader` and its parts decide where a token stands, `rules` what
//! the command there would do with a value, `taint` what the script does with it
//! later, `assemble` writes the text.
//! A value is never part of the text: it is an argument of the shell.

mod assemble;
mod assign;
mod command;
mod compound;
mod follow;
mod heredoc;
mod parameter;
mod pretty;
mod reader;
mod rules;
mod taint;
mod word;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::argv::Argv;
use super::error::{Place, TemplateError};
use super::record::{Record, Values};
use super::spec::{Batch, ShellKind};
use super::token::{Sym, Token};
use super::value;
use assemble::{Assembled, assemble};
use reader::{Reader, Segment, Showable, Shown};

/// Linux refuses an argument of more than 128 KiB with its NUL.
const LONGEST_ARGUMENT: usize = 128 * 1024 - 1;

/// Texts that are kept: most batches are of one size, and where they are
/// filled by length, keeping a text for each would fill the memory.
const REMEMBERED: usize = 8;

/// A script, read once.
#[derive(Debug)]
pub(super) struct Script {
    shell: Box<[u8]>,
    segments: Vec<Segment>,
    commands: Vec<Vec<u8>>,
    batch: Batch,
    showable: Showable,
    one: Assembled,
    /// The text by number of inputs: batches have few different sizes.
    sizes: Mutex<BTreeMap<usize, Arc<Assembled>>>,
}

impl Script {
    pub(super) fn new(
        symbols: &[Sym],
        tokens: &[Token],
        shell: &[u8],
        kind: ShellKind,
        batch: Batch,
    ) -> Result<Self, TemplateError> {
        let read = Reader::new(symbols, tokens, kind, batch).read()?;
        let one = assemble(&read.segments, 1);
        // A job that reads its input has no token, and needs none.
        if let Some(token) = tokens.first()
            && one.is_constant()
        {
            return Err(TemplateError::Refused {
                token: String::from_utf8_lossy(&token.spelling).into_owned(),
                place: Place::Comment,
            });
        }
        Ok(Self {
            shell: shell.into(),
            segments: read.segments,
            commands: read.commands,
            batch,
            showable: read.showable,
            one,
            sizes: Mutex::default(),
        })
    }

    pub(super) fn shell(&self) -> &[u8] {
        &self.shell
    }

    /// The script as one that only the shell which runs it can run.
    pub(super) fn hidden(mut self) -> Self {
        self.showable.shown = Shown::No;
        self
    }

    /// Whether a command of the script is one of `functions`.
    pub(super) fn calls(&self, functions: &[Vec<u8>]) -> bool {
        self.commands
            .iter()
            .any(|command| functions.contains(command))
    }

    pub(super) fn render(&self, tokens: &[Token], values: &Values<'_>, argv: &mut Argv) {
        if self.batch == Batch::One || values.records.len() == 1 {
            self.push(&self.one, tokens, values, argv);
        } else {
            self.push(&self.sized(values.records.len()), tokens, values, argv);
        }
    }

    fn push(&self, text: &Assembled, tokens: &[Token], values: &Values<'_>, argv: &mut Argv) {
        argv.push(&self.shell);
        argv.push(b"-c");
        argv.push(&text.text);
        argv.push(&self.shell);
        for (token, which) in &text.arguments {
            value::write(&tokens[*token], values, *which, argv.part());
            argv.end_word();
        }
    }

    fn sized(&self, records: usize) -> Arc<Assembled> {
        let mut sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = sizes.get(&records) {
            return Arc::clone(text);
        }
        let text = Arc::new(assemble(&self.segments, records));
        if sizes.len() < REMEMBERED {
            sizes.insert(records, Arc::clone(&text));
        }
        text
    }

    /// Appends the job as the user's own line with its values in it, if that
    /// certainly does the same.
    pub(super) fn render_line(
        &self,
        tokens: &[Token],
        values: &Values<'_>,
        out: &mut Vec<u8>,
    ) -> bool {
        let records = if self.batch == Batch::One {
            1
        } else {
            values.records.len()
        };
        pretty::render(&self.segments, self.showable, records, tokens, values, out)
    }

    pub(super) fn fixed_len(&self, tokens: &[Token]) -> usize {
        let values: usize = self
            .one
            .arguments
            .iter()
            .map(|(token, _)| value::fixed_bound(&tokens[*token]) + 1)
            .sum();
        2 * (self.shell.len() + 1) + 3 + self.one.text.len() + 1 + values
    }

    pub(super) fn record_len(&self, tokens: &[Token], record: &Record) -> usize {
        let values: usize = self
            .sized(2)
            .arguments
            .iter()
            .map(|(token, _)| value::bound(&tokens[*token], record) + 1)
            .sum();
        self.growth() + values
    }

    /// Bytes that one more input adds to the text: an upper bound, as the
    /// numbers of the variables get longer.
    fn growth(&self) -> usize {
        let two = self.sized(2);
        let names = two.arguments.len() - self.one.arguments.len();
        (two.text.len() - self.one.text.len()) + names * 4 * 6
    }

    pub(super) fn max_records(&self) -> Option<usize> {
        let growth = self.growth();
        if self.batch == Batch::One || growth == 0 {
            return None;
        }
        Some(1.max(LONGEST_ARGUMENT.saturating_sub(self.one.text.len()) / growth))
    }
}
