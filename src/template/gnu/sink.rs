//! Where the parts of a job go: a line for a shell, the words of a program, or
//! a plain text.
//!
//! Boundary: knows text, blanks and values; which come in what order is
//! `pieces`' business.

use super::super::argv::Argv;
use super::quote::quote;

/// Takes the parts of one job in order.
pub(super) trait Sink {
    /// Text of the template.
    fn text(&mut self, text: &[u8]);
    /// Blanks between words, and between values.
    fn blank(&mut self, blanks: &[u8]);
    /// A value.
    fn value(&mut self, value: &[u8]);
    /// Text that a shell is to read, whatever becomes of values.
    fn code(&mut self, code: &[u8]);
}

/// A line for a shell in which values are quoted.
pub(super) struct Quoted<'o>(pub(super) &'o mut Vec<u8>);

impl Sink for Quoted<'_> {
    fn text(&mut self, text: &[u8]) {
        self.0.extend_from_slice(text);
    }
    fn blank(&mut self, blanks: &[u8]) {
        self.0.extend_from_slice(blanks);
    }
    fn value(&mut self, value: &[u8]) {
        quote(value, self.0);
    }
    fn code(&mut self, code: &[u8]) {
        self.0.extend_from_slice(code);
    }
}

/// Text, or a line in which nothing is quoted.
pub(super) struct Bare<'o>(pub(super) &'o mut Vec<u8>);

impl Sink for Bare<'_> {
    fn text(&mut self, text: &[u8]) {
        self.0.extend_from_slice(text);
    }
    fn blank(&mut self, blanks: &[u8]) {
        self.0.extend_from_slice(blanks);
    }
    fn value(&mut self, value: &[u8]) {
        self.0.extend_from_slice(value);
    }
    fn code(&mut self, code: &[u8]) {
        self.0.extend_from_slice(code);
    }
}

/// A line in which all is quoted (`-q`), each word as a whole.
pub(super) struct Words<'o> {
    out: &'o mut Vec<u8>,
    word: Vec<u8>,
}

impl<'o> Words<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Self {
            out,
            word: Vec::new(),
        }
    }

    /// Ends the last word.
    pub(super) fn finish(self) {
        quote(&self.word, self.out);
    }
}

impl Sink for Words<'_> {
    fn text(&mut self, text: &[u8]) {
        self.word.extend_from_slice(text);
    }
    fn blank(&mut self, blanks: &[u8]) {
        quote(&self.word, self.out);
        self.word.clear();
        self.out.extend_from_slice(blanks);
    }
    fn value(&mut self, value: &[u8]) {
        self.word.extend_from_slice(value);
    }
    fn code(&mut self, code: &[u8]) {
        self.word.extend_from_slice(code);
    }
}

/// The words of a program that is run without a shell.
pub(super) struct Direct<'o> {
    argv: &'o mut Argv,
    /// Whether a word has begun: an empty value is a word, a value that is not
    /// there is none.
    begun: bool,
}

impl<'o> Direct<'o> {
    pub(super) fn new(argv: &'o mut Argv) -> Self {
        Self { argv, begun: false }
    }

    /// Ends the last word.
    pub(super) fn finish(self) {
        if self.begun {
            self.argv.end_word();
        }
    }
}

impl Sink for Direct<'_> {
    fn text(&mut self, text: &[u8]) {
        self.begun = true;
        self.argv.part().extend_from_slice(text);
    }
    fn blank(&mut self, _blanks: &[u8]) {
        if std::mem::take(&mut self.begun) {
            self.argv.end_word();
        }
    }
    fn value(&mut self, value: &[u8]) {
        self.begun = true;
        self.argv.part().extend_from_slice(value);
    }
    /// Never called: what a shell is to read keeps a command from being run
    /// without one.
    fn code(&mut self, code: &[u8]) {
        self.text(code);
    }
}
