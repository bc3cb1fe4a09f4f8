//! One word of a script: quotes, escapes and expansions.
//!
//! Boundary: from the first byte of a word to the byte after it. What the word
//! is for, its caller knows.

use std::ops::Range;

use super::super::error::{Place as Refusal, TemplateError};
use super::super::spec::{Batch, ShellKind};
use super::super::token::Sym;
use super::command::End;
use super::reader::{Place, Reader, Segment, Spread, unclear};
use super::taint::{Mentions, may_evaluate};

/// How certain the text of a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nature {
    /// It is what it says.
    Literal,
    /// A variable or a command adds to it.
    Expanded,
    /// The shell makes file names or several words of it.
    Pattern,
}

/// Whether any part of a word is quoted: a keyword is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoted {
    No,
    Yes,
}

/// What is known of a word.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// The text without quotes; a token also for what is computed from one,
    /// and `$` for any other expansion.
    pub(super) symbols: Vec<Sym>,
    pub(super) nature: Nature,
    pub(super) quoted: Quoted,
    /// A token in the word, or in a command inside it.
    pub(super) token: Option<usize>,
    /// Where it stands in the script.
    pub(super) span: Range<usize>,
}

impl Word {
    fn new() -> Self {
        Self {
            symbols: Vec::new(),
            nature: Nature::Literal,
            quoted: Quoted::No,
            token: None,
            span: 0..0,
        }
    }

    /// The text, if nothing of it is computed.
    pub(super) fn text(&self) -> Option<Vec<u8>> {
        if self.nature == Nature::Literal {
            super::super::words::literal(&self.symbols)
        } else {
            None
        }
    }

    pub(super) fn is(&self, text: &[u8]) -> bool {
        self.text().is_some_and(|known| known == text)
    }

    /// Whether the word begins with `byte` for certain.
    pub(super) fn starts_with(&self, byte: u8) -> bool {
        self.symbols.first() == Some(&Sym::Byte(byte))
    }

    pub(super) fn contains(&self, byte: u8) -> bool {
        self.symbols.contains(&Sym::Byte(byte))
    }
}

/// Where a word ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// At a blank or an operator.
    Operator,
    /// The same, in `[[ .. ]]`.
    Conditional,
    /// At the `}` of `${..}`.
    Brace,
}

/// The quotes around an expansion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    Nothing,
    Double,
    Heredoc,
}

impl Reader<'_> {
    /// Reads a word; it can be empty.
    pub(super) fn word(&mut self, stop: Stop, spread: Spread) -> Result<Word, TemplateError> {
        let (before, start) = (self.seen, self.at);
        let mark = self.out.len();
        self.out.push(Segment::Text(Vec::new()));
        let mut per_input = Spread::Joined;
        let mut word = Word::new();
        while let Some(symbol) = self.peek() {
            let seen = self.seen;
            match symbol {
                Sym::Token(token) => {
                    let mut each = Spread::Joined;
                    if self.batch != Batch::One && self.tokens[token].is_per_input() {
                        each = spread;
                    }
                    if each == Spread::PerInput {
                        per_input = each;
                    }
                    self.slot(token, Place::Bare, each);
                }
                Sym::Byte(byte) if self.ends(byte, stop)? => break,
                Sym::Byte(byte) => self.part(byte, &mut word)?,
            }
            if let Some(token) = self.since(seen)
                && !matches!(word.symbols.last(), Some(Sym::Token(_)))
            {
                word.symbols.push(Sym::Token(token));
            }
        }
        if self.batch == Batch::Repeat && per_input == Spread::PerInput {
            let inner = self.out.split_off(mark);
            self.out.push(Segment::Word(inner));
        }
        word.token = self.since(before);
        word.span = start..self.at;
        Ok(word)
    }

    fn ends(&self, byte: u8, stop: Stop) -> Result<bool, TemplateError> {
        let process = matches!(byte, b'<' | b'>') && self.byte_at(1) == Some(b'(');
        match stop {
            Stop::Operator => Ok(matches!(
                byte,
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>'
            ) && !process),
            Stop::Conditional if process => Err(unclear("`<(..)` in [[ .. ]]")),
            Stop::Conditional => Ok(matches!(
                byte,
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' | b'!'
            )),
            Stop::Brace if process => Err(unclear("`<(..)` in ${..}")),
            Stop::Brace if byte == b'{' => Err(unclear("a brace in the word of ${..}")),
            Stop::Brace => Ok(byte == b'}'),
        }
    }

    /// One part of a word that is not quoted.
    fn part(&mut self, byte: u8, word: &mut Word) -> Result<(), TemplateError> {
        match byte {
            b'\\' => self.escape(word),
            b'\'' => {
                word.quoted = Quoted::Yes;
                self.single(word)
            }
            b'"' => {
                word.quoted = Quoted::Yes;
                self.double(word)
            }
            b'$' => {
                self.differs();
                word.nature = word.nature.max(Nature::Expanded);
                word.symbols.push(Sym::Byte(b'$'));
                match self.byte_at(1) {
                    Some(b'\'') => {
                        word.nature = Nature::Pattern;
                        self.ansi_c()
                    }
                    Some(b'"') => {
                        word.nature = Nature::Pattern;
                        let seen = self.seen;
                        self.take(1);
                        self.double(word)?;
                        self.refuse_since(seen, Refusal::Locale)
                    }
                    _ => self.dollar(Around::Nothing),
                }
            }
            b'`' => {
                word.nature = word.nature.max(Nature::Expanded);
                word.symbols.push(Sym::Byte(b'$'));
                self.backquote()
            }
            b'<' | b'>' => {
                // `<(..)`: only shells that have it get here without a
                // syntax error.
                word.nature = word.nature.max(Nature::Expanded);
                word.symbols.push(Sym::Byte(b'$'));
                self.take(1);
                self.substitution(1)
            }
            _ => {
                let tilde = byte == b'~' && word.symbols.is_empty();
                let brace = byte == b'{' && self.byte_at(1) != Some(b'}') && !self.is_blank_at(1);
                if tilde {
                    self.differs();
                    word.nature = word.nature.max(Nature::Expanded);
                } else if brace
                    || matches!(byte, b'*' | b'?')
                    || (byte == b'[' && !self.is_blank_at(1) && !self.looks_at(b"[["))
                {
                    self.differs();
                    word.nature = Nature::Pattern;
                } else if byte == b'~'
                    || (byte == b'!' && !(word.symbols.is_empty() && self.is_blank_at(1)))
                {
                    self.differs();
                }
                word.symbols.push(Sym::Byte(byte));
                self.take(1);
                Ok(())
            }
        }
    }

    fn is_blank_at(&self, ahead: usize) -> bool {
        self.at + ahead >= self.symbols.len()
            || matches!(self.byte_at(ahead), Some(b' ' | b'\t' | b'\n' | b';'))
    }

    fn escape(&mut self, word: &mut Word) -> Result<(), TemplateError> {
        match self.symbols.get(self.at + 1) {
            None => Err(unclear("a backslash at the end")),
            Some(Sym::Token(token)) => Err(self.refuse(*token, Refusal::AfterBackslash)),
            Some(Sym::Byte(b'\n')) => {
                self.take(2);
                Ok(())
            }
            Some(Sym::Byte(byte)) => {
                word.quoted = Quoted::Yes;
                word.symbols.push(Sym::Byte(*byte));
                self.take(2);
                Ok(())
            }
        }
    }

    fn single(&mut self, word: &mut Word) -> Result<(), TemplateError> {
        self.take(1);
        loop {
            match self.peek() {
                None => return Err(unclear("a single quote that is not closed")),
                Some(Sym::Token(token)) => {
                    word.symbols.push(Sym::Token(token));
                    self.slot(token, Place::Single, Spread::Joined);
                }
                Some(Sym::Byte(byte)) => {
                    self.take(1);
                    if byte == b'\'' {
                        return Ok(());
                    }
                    word.symbols.push(Sym::Byte(byte));
                }
            }
        }
    }

    /// Reads `"..."`.
    pub(super) fn double(&mut self, word: &mut Word) -> Result<(), TemplateError> {
        self.take(1);
        loop {
            let seen = self.seen;
            match self.peek() {
                None => return Err(unclear("a double quote that is not closed")),
                Some(Sym::Token(token)) => self.slot(token, Place::Double, Spread::Joined),
                Some(Sym::Byte(b'"')) => {
                    self.take(1);
                    return Ok(());
                }
                Some(Sym::Byte(b'\\')) => {
                    if let Some(Sym::Byte(byte)) = self.symbols.get(self.at + 1)
                        && *byte != b'\n'
                    {
                        if !matches!(byte, b'$' | b'`' | b'"' | b'\\') {
                            word.symbols.push(Sym::Byte(b'\\'));
                        }
                        word.symbols.push(Sym::Byte(*byte));
                    }
                    self.escaped()?;
                }
                Some(Sym::Byte(b'$')) => {
                    word.symbols.push(Sym::Byte(b'$'));
                    let start = self.at;
                    let nature = self.quoted_dollar(Around::Double)?;
                    word.nature = word.nature.max(nature);
                    // `"$@"` is several words, or none.
                    if self.symbols[start..self.at].contains(&Sym::Byte(b'@')) {
                        word.nature = Nature::Pattern;
                    }
                }
                Some(Sym::Byte(b'`')) => {
                    word.nature = word.nature.max(Nature::Expanded);
                    word.symbols.push(Sym::Byte(b'$'));
                    self.backquote()?;
                }
                Some(Sym::Byte(byte)) => {
                    if byte == b'!' {
                        self.differs();
                    }
                    word.symbols.push(Sym::Byte(byte));
                    self.take(1);
                }
            }
            if let Some(token) = self.since(seen) {
                word.symbols.push(Sym::Token(token));
            }
        }
    }

    /// A backslash and what it escapes, in double quotes or a here-document.
    pub(super) fn escaped(&mut self) -> Result<(), TemplateError> {
        match self.symbols.get(self.at + 1) {
            None => Err(unclear("a backslash at the end")),
            Some(Sym::Token(token)) => Err(self.refuse(*token, Refusal::AfterBackslash)),
            Some(Sym::Byte(_)) => {
                self.take(2);
                Ok(())
            }
        }
    }

    fn ansi_c(&mut self) -> Result<(), TemplateError> {
        self.differs();
        self.take(2);
        loop {
            match self.peek() {
                None => return Err(unclear("$'..' that is not closed")),
                Some(Sym::Token(token)) => return Err(self.refuse(token, Refusal::AnsiC)),
                Some(Sym::Byte(b'\'')) => {
                    self.take(1);
                    return Ok(());
                }
                // dash ends the quotes there, the others go on.
                Some(Sym::Byte(b'\\')) if self.byte_at(1) == Some(b'\'') => {
                    return Err(unclear("an escaped quote in $'..'"));
                }
                Some(Sym::Byte(b'\\')) => match self.symbols.get(self.at + 1) {
                    Some(Sym::Token(token)) => return Err(self.refuse(*token, Refusal::AnsiC)),
                    _ => self.take(2),
                },
                Some(Sym::Byte(_)) => self.take(1),
            }
        }
    }

    /// Reads a backquoted command, in which no token can stand.
    pub(super) fn backquote(&mut self) -> Result<(), TemplateError> {
        self.differs();
        let start = self.at;
        self.take(1);
        loop {
            match self.peek() {
                None => return Err(unclear("a backquote that is not closed")),
                Some(Sym::Token(token)) => return Err(self.refuse(token, Refusal::Backquote)),
                Some(Sym::Byte(b'`')) => {
                    let inner = &self.symbols[start + 1..self.at];
                    if may_evaluate(inner) {
                        let of = Mentions::of(inner);
                        self.taint.evaluation("`..`", of);
                    }
                    self.take(1);
                    return Ok(());
                }
                Some(Sym::Byte(b'\\')) => match self.symbols.get(self.at + 1) {
                    Some(Sym::Token(token)) => return Err(self.refuse(*token, Refusal::Backquote)),
                    _ => self.take(2),
                },
                Some(Sym::Byte(_)) => self.take(1),
            }
        }
    }

    /// Reads `(..)` of a substitution, whose `(` is `ahead - 1` bytes on.
    pub(super) fn substitution(&mut self, ahead: usize) -> Result<(), TemplateError> {
        self.differs();
        self.take(ahead);
        let outer = std::mem::take(&mut self.heredocs);
        let outer_count = self.outer_heredocs;
        self.outer_heredocs += outer.len();
        self.deeper(|reader| reader.list(End::Paren))?;
        if !self.heredocs.is_empty() {
            return Err(unclear("a here-document that goes on after its `)`"));
        }
        self.heredocs = outer;
        self.outer_heredocs = outer_count;
        self.take(1);
        Ok(())
    }

    /// Reads arithmetic from after its `((` to after its `))`.
    pub(super) fn arithmetic(&mut self) -> Result<(), TemplateError> {
        self.differs();
        let (seen, start) = (self.seen, self.at);
        let mut depth = 0_usize;
        let mut ignored = Word::new();
        loop {
            match self.peek() {
                None => return Err(unclear("`((` that is not closed")),
                Some(Sym::Token(token)) => return Err(self.refuse(token, Refusal::Arithmetic)),
                Some(Sym::Byte(b'(')) => {
                    depth += 1;
                    self.take(1);
                }
                Some(Sym::Byte(b')')) if depth > 0 => {
                    depth -= 1;
                    self.take(1);
                }
                Some(Sym::Byte(b')')) if self.byte_at(1) == Some(b')') => {
                    self.evaluates("((", start);
                    self.take(2);
                    return self.refuse_since(seen, Refusal::Arithmetic);
                }
                // Two parentheses of two commands, in some shells.
                Some(Sym::Byte(b')')) => {
                    return Err(unclear("`((`: write `( (` for a command in parentheses"));
                }
                Some(Sym::Byte(b'$')) if matches!(self.byte_at(1), Some(b'\'' | b'"')) => {
                    return Err(unclear("quotes in `((..))`"));
                }
                Some(Sym::Byte(b'$')) => self.dollar(Around::Double)?,
                Some(Sym::Byte(b'"')) => self.double(&mut ignored)?,
                Some(Sym::Byte(b'\'' | b'`' | b'\\' | b'#' | b'{' | b'}' | b'\n')) => {
                    return Err(unclear("quotes, braces, a `#` or a line break in `((..))`"));
                }
                Some(Sym::Byte(_)) => self.take(1),
            }
        }
    }

    /// In zsh, `$name[..]` and `$name:..` go on after the name.
    pub(super) fn after_name(&self) -> Result<(), TemplateError> {
        if self.kind == ShellKind::Zsh && matches!(self.byte(), Some(b'[' | b':')) {
            return Err(unclear("`$name[` or `$name:`: write ${name}"));
        }
        Ok(())
    }
}
