//! Commands that run without a shell: words made of text and tokens.
//!
//! Boundary: renders words that are already split; how they came to be split
//! does not matter here.

use super::argv::Argv;
use super::error::TemplateError;
use super::inner::inner_script;
use super::record::{Record, Values};
use super::spec::Batch;
use super::token::{Sym, Token};
use super::value::{self, Which};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Box<[u8]>),
    Token(usize),
}

/// Whether a word is one word a job, or one an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Per {
    Job,
    Input,
}

#[derive(Clone, Debug)]
struct Word {
    parts: Box<[Part]>,
    per: Per,
}

/// A command whose words are known up to the values in them.
#[derive(Clone, Debug)]
pub(super) struct Direct {
    words: Box<[Word]>,
    batch: Batch,
}

impl Direct {
    pub(super) fn new(
        words: &[Vec<Sym>],
        tokens: &[Token],
        batch: Batch,
    ) -> Result<Self, TemplateError> {
        inner_script(words, tokens)?;
        let words = words
            .iter()
            .map(|word| Word::new(word, tokens, batch))
            .collect();
        Ok(Self { words, batch })
    }

    /// The program, if it is the same for every job.
    pub(super) fn program(&self) -> Option<&[u8]> {
        match self.words.first().map(|word| &*word.parts) {
            Some([Part::Text(name)]) => Some(name),
            _ => None,
        }
    }

    pub(super) fn render(&self, tokens: &[Token], values: &Values<'_>, argv: &mut Argv) {
        for word in &self.words {
            match (word.per, self.batch) {
                (Per::Job, _) | (Per::Input, Batch::One) => {
                    word.render(tokens, values, Which::All, argv.part());
                    argv.end_word();
                }
                (Per::Input, Batch::Repeat) => {
                    for index in 0..values.records.len() {
                        word.render(tokens, values, Which::Record(index), argv.part());
                        argv.end_word();
                    }
                }
                (Per::Input, Batch::Insert) => word.insert(tokens, values, argv),
            }
        }
    }

    /// Bytes of the words, with their NULs, that no input adds to.
    pub(super) fn fixed_len(&self, tokens: &[Token]) -> usize {
        self.words
            .iter()
            .map(|word| match (word.per, self.batch) {
                (Per::Input, Batch::Repeat) => 0,
                // The end of each value is counted with the value.
                (Per::Input, _) => {
                    (word.text_len(tokens) + 1).saturating_sub(word.inputs(tokens).count())
                }
                (Per::Job, _) => word.text_len(tokens) + 1,
            })
            .sum()
    }

    /// Bytes that `record` adds as one more input: exact, but for columns by
    /// position, which stand for one of the inputs.
    pub(super) fn record_len(&self, tokens: &[Token], record: &Record) -> usize {
        let mut len = 0;
        for word in &self.words {
            for part in &word.parts {
                if let Part::Token(token) = part {
                    let token = &tokens[*token];
                    len += match (word.per, self.batch) {
                        (Per::Input, Batch::Repeat) if token.is_per_input() => {
                            value::len(token, record)
                        }
                        (Per::Input, _) if token.is_per_input() => value::len(token, record) + 1,
                        _ => value::bound(token, record),
                    };
                }
            }
            if word.per == Per::Input && self.batch == Batch::Repeat {
                len += word.text_len(tokens) + 1;
            }
        }
        len
    }
}

impl Word {
    fn new(symbols: &[Sym], tokens: &[Token], batch: Batch) -> Self {
        let mut parts = Vec::new();
        let mut text = Vec::new();
        let mut per = Per::Job;
        for symbol in symbols {
            match symbol {
                Sym::Byte(byte) => text.push(*byte),
                Sym::Token(token) => {
                    if !text.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut text).into()));
                    }
                    parts.push(Part::Token(*token));
                    if batch != Batch::One && tokens[*token].is_per_input() {
                        per = Per::Input;
                    }
                }
            }
        }
        if !text.is_empty() {
            parts.push(Part::Text(text.into()));
        }
        Self {
            parts: parts.into(),
            per,
        }
    }

    fn render(&self, tokens: &[Token], values: &Values<'_>, which: Which, out: &mut Vec<u8>) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.extend_from_slice(text),
                Part::Token(token) => value::write(&tokens[*token], values, which, out),
            }
        }
    }

    /// `x<>y` becomes `xA`, `B`, `Cy`; with no input at all, a word that is
    /// only the token is no word.
    fn insert(&self, tokens: &[Token], values: &Values<'_>, argv: &mut Argv) {
        if values.records.is_empty() && matches!(*self.parts, [Part::Token(_)]) {
            return;
        }
        for part in &self.parts {
            match part {
                Part::Text(text) => argv.part().extend_from_slice(text),
                Part::Token(token) if tokens[*token].is_per_input() => {
                    for index in 0..values.records.len() {
                        if index > 0 {
                            argv.end_word();
                        }
                        value::write(&tokens[*token], values, Which::Record(index), argv.part());
                    }
                }
                Part::Token(token) => {
                    value::write(&tokens[*token], values, Which::All, argv.part());
                }
            }
        }
        argv.end_word();
    }

    /// The tokens that stand for an input.
    fn inputs<'a>(&'a self, tokens: &'a [Token]) -> impl Iterator<Item = usize> + 'a {
        self.parts.iter().filter_map(|part| match part {
            Part::Token(token) if tokens[*token].is_per_input() => Some(*token),
            _ => None,
        })
    }

    fn text_len(&self, tokens: &[Token]) -> usize {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.len(),
                Part::Token(token) => value::fixed_bound(&tokens[*token]),
            })
            .sum()
    }
}
