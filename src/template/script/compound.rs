//! Compound commands: keywords, loops, `case`, `[[`, parentheses, functions.
//!
//! Boundary: reads only as much grammar as is needed to know where commands
//! and words begin, and which `)` closes what. That a script is well formed
//! is for the shell to say.

use super::super::error::{Place as Refusal, TemplateError};
use super::super::spec::ShellKind;
use super::super::token::Sym;
use super::command::{End, Ended, Next};
use super::reader::{Reader, Spread, unclear};
use super::word::{Nature, Quoted, Stop, Word};

/// Keywords that a command follows.
const OPENERS: &[&[u8]] = &[
    b"if", b"then", b"elif", b"else", b"while", b"until", b"do", b"{", b"!",
];

/// Keywords that end a compound command.
const CLOSERS: &[&[u8]] = &[b"fi", b"done", b"}"];

/// Operators of `[[` that evaluate, or that differ between shells.
const EVALUATING_TESTS: &[&[u8]] = &[
    b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge", b"-v", b"-R", b"-t", b"-o",
];

impl Reader<'_> {
    /// What follows, if `word` is a keyword.
    pub(super) fn keyword(&mut self, word: &Word, end: End) -> Result<Option<Next>, TemplateError> {
        let Some(text) = word.text().filter(|_| word.quoted == Quoted::No) else {
            return Ok(None);
        };
        if OPENERS.contains(&&*text) {
            return Ok(Some(Next::Command));
        }
        if CLOSERS.contains(&&*text) {
            return self.after_compound().map(Some);
        }
        match &*text {
            b"esac" if end == End::Clause => Ok(Some(Next::Esac)),
            b"esac" => Err(unclear("`esac` without `case`")),
            b"time" => {
                self.differs();
                self.blanks();
                if self.looks_at(b"-p ") {
                    self.take(3);
                }
                Ok(Some(Next::Command))
            }
            b"for" | b"select" => self.for_loop().map(Some),
            b"case" => self.case().map(Some),
            b"[[" => self.conditional().map(Some),
            b"function" => self.function().map(Some),
            b"coproc" => Err(unclear("`coproc`")),
            b"foreach" | b"repeat" | b"end" if self.kind == ShellKind::Zsh => {
                Err(unclear("this loop of zsh"))
            }
            b"namespace" | b"type"
                if self.kind == ShellKind::Ksh && self.byte_at(0) == Some(b'{') =>
            {
                Err(unclear("this compound of ksh"))
            }
            _ => Ok(None),
        }
    }

    /// What stands after `}`, `)`, `fi`, `done`, `esac`: redirections, or the
    /// keyword of what is around it.
    pub(super) fn after_compound(&mut self) -> Result<Next, TemplateError> {
        loop {
            self.blanks();
            if self.redirection()? {
                continue;
            }
            if self.is_separator() {
                return Ok(Next::Separator);
            }
            if let Some(Sym::Token(token)) = self.peek() {
                return Err(self.refuse(token, Refusal::AfterCompound));
            }
            let keyword = self.name_len();
            let text: Vec<u8> = (0..keyword)
                .filter_map(|ahead| self.byte_at(ahead))
                .collect();
            return match &*text {
                b"then" | b"do" | b"fi" | b"done" | b"esac" | b"else" | b"elif" => {
                    Ok(Next::Command)
                }
                _ if self.byte() == Some(b'}') => Ok(Next::Command),
                _ => Err(unclear("a word after the end of a compound command")),
            };
        }
    }

    /// A command in parentheses, or arithmetic.
    pub(super) fn parenthesis(&mut self) -> Result<Next, TemplateError> {
        if self.byte_at(1) == Some(b'(') {
            self.take(2);
            self.deeper(Self::arithmetic)?;
        } else {
            self.take(1);
            self.deeper(|reader| reader.list(End::Paren))?;
            self.take(1);
        }
        self.after_compound()
    }

    fn for_loop(&mut self) -> Result<Next, TemplateError> {
        self.blanks();
        if self.looks_at(b"((") {
            self.take(2);
            self.deeper(Self::arithmetic)?;
            return self.after_compound();
        }
        let name = self.word(Stop::Operator, Spread::Joined)?;
        if let Some(token) = name.token {
            return Err(self.refuse(token, Refusal::Name));
        }
        let Some(name) = name.text() else {
            return Err(unclear("the variable of a loop"));
        };
        self.gap()?;
        if matches!(self.byte(), Some(b';')) {
            self.taint.set_from_positional(&name);
            return Ok(Next::Separator);
        }
        let before = self.at;
        let word = self.word(Stop::Operator, Spread::Joined)?;
        if Self::is_bare(&word, b"do") {
            self.taint.set_from_positional(&name);
            return Ok(Next::Command);
        }
        if !Self::is_bare(&word, b"in") || self.at == before {
            return Err(unclear("a loop that is not `for NAME in WORDS`"));
        }
        let (seen, start) = (self.seen, self.at);
        loop {
            self.blanks();
            if matches!(self.byte(), Some(b';' | b'\n' | b'#')) {
                break;
            }
            let before = self.at;
            self.word(Stop::Operator, Spread::PerInput)?;
            if self.at == before {
                return Err(unclear("the words of a loop"));
            }
        }
        self.set_variable(&name, start, seen);
        self.assigned(seen, &name)?;
        Ok(Next::Separator)
    }

    fn case(&mut self) -> Result<Next, TemplateError> {
        self.differs();
        self.blanks();
        let before = self.at;
        self.word(Stop::Operator, Spread::Joined)?;
        if self.at == before {
            return Err(unclear("a case without its word"));
        }
        self.gap()?;
        let word = self.word(Stop::Operator, Spread::Joined)?;
        if !Self::is_bare(&word, b"in") {
            return Err(unclear("a case without `in`"));
        }
        loop {
            self.gap()?;
            if self.byte() == Some(b'(') {
                self.take(1);
                self.blanks();
            } else if self.looks_at(b"esac") && !self.goes_on(4) {
                self.take(4);
                return self.after_compound();
            }
            self.patterns()?;
            if self.deeper(|reader| reader.list(End::Clause))? == Ended::Esac {
                return self.after_compound();
            }
        }
    }

    /// Whether a word goes on `ahead` of the position.
    fn goes_on(&self, ahead: usize) -> bool {
        self.at + ahead < self.symbols.len()
            && !matches!(
                self.byte_at(ahead),
                Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')' | b'<' | b'>')
            )
    }

    fn patterns(&mut self) -> Result<(), TemplateError> {
        loop {
            self.blanks();
            let before = self.at;
            self.word(Stop::Operator, Spread::Joined)?;
            if self.at == before {
                return Err(unclear("a pattern of case"));
            }
            self.blanks();
            match self.byte() {
                Some(b'|') => self.take(1),
                Some(b')') => {
                    self.take(1);
                    return Ok(());
                }
                _ => return Err(unclear("a pattern of case")),
            }
        }
    }

    fn conditional(&mut self) -> Result<Next, TemplateError> {
        self.differs();
        if matches!(self.kind, ShellKind::Dash | ShellKind::Posix) {
            return Err(unclear(
                "`[[`, which is not POSIX: use [ .. ], or --shell bash",
            ));
        }
        let (seen, start) = (self.seen, self.at);
        let mut evaluates = None;
        loop {
            match self.byte() {
                Some(b' ' | b'\t' | b'(' | b')' | b'<' | b'>' | b'|' | b'&' | b'!') => self.take(1),
                Some(b'\n') => self.newline()?,
                Some(b'#' | b';') => return Err(unclear("`#` or `;` in [[ .. ]]")),
                _ if self.is_end() => return Err(unclear("`[[` without `]]`")),
                _ => {
                    let word = self.word(Stop::Conditional, Spread::Joined)?;
                    if Self::is_bare(&word, b"]]") {
                        break;
                    }
                    let text = word.text().unwrap_or_default();
                    if EVALUATING_TESTS.contains(&&*text) {
                        evaluates = Some(String::from_utf8_lossy(&text).into_owned());
                    }
                }
            }
        }
        if let Some(operator) = evaluates {
            self.evaluates(&format!("[[ .. {operator} .. ]]"), start);
            self.refuse_since(seen, Refusal::Conditional(operator))?;
        }
        self.after_compound()
    }

    /// `function NAME`, with or without `()`.
    fn function(&mut self) -> Result<Next, TemplateError> {
        self.differs();
        self.blanks();
        let name = self.word(Stop::Operator, Spread::Joined)?;
        self.named(&name)?;
        self.blanks();
        if self.byte() == Some(b'(') {
            self.take(1);
            self.blanks();
            if self.byte() != Some(b')') {
                return Err(unclear("a function"));
            }
            self.take(1);
        }
        Ok(Next::Command)
    }

    /// `NAME()`, at its `(`.
    pub(super) fn function_of(&mut self, name: &Word) -> Result<Next, TemplateError> {
        self.differs();
        self.named(name)?;
        self.take(1);
        self.blanks();
        if self.byte() != Some(b')') {
            return Err(unclear("a `(` after the name of a command"));
        }
        self.take(1);
        Ok(Next::Command)
    }

    fn named(&mut self, name: &Word) -> Result<(), TemplateError> {
        match name.token {
            Some(token) => Err(self.refuse(token, Refusal::Name)),
            None if name.nature != Nature::Literal
                || name.quoted == Quoted::Yes
                || name.symbols.is_empty() =>
            {
                Err(unclear("the name of a function"))
            }
            None => {
                self.taint.function(name.text().unwrap_or_default());
                Ok(())
            }
        }
    }
}
