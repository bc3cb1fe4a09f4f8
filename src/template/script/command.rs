//! Lists of commands: what separates them, and simple commands.
//!
//! Boundary: reads commands until the end of what they are in. What may be
//! done with a value there is asked of `rules`.

use super::super::error::{Place as Refusal, TemplateError};
use super::super::spec::ShellKind;
use super::super::token::Sym;
use super::heredoc::Tabs;
use super::reader::{Piped, Reader, Spread, unclear};
use super::taint::Mentions;
use super::word::{Nature, Quoted, Stop, Word};

/// What ends a list of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The end of the script.
    Script,
    /// A `)`, which is left for the caller.
    Paren,
    /// `;;` or `esac`, both of which are taken.
    Clause,
}

/// What came at the end of a clause of `case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The list, or one clause of several.
    List,
    /// The whole `case`.
    Esac,
}

/// What follows a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A separator, or the end.
    Separator,
    /// Another command, as after `then`.
    Command,
    /// Nothing more of this `case`.
    Esac,
}

impl Reader<'_> {
    /// Takes blanks and joined lines.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.byte() {
                Some(b' ' | b'\t') => self.take(1),
                Some(b'\\') if self.byte_at(1) == Some(b'\n') => self.take(2),
                _ => return,
            }
        }
    }

    /// Takes blanks, line breaks and comments.
    pub(super) fn gap(&mut self) -> Result<(), TemplateError> {
        loop {
            self.blanks();
            match self.byte() {
                Some(b'\n') => self.newline()?,
                Some(b'#') => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    /// Takes a comment; tokens in it are text again.
    pub(super) fn comment(&mut self) -> Result<(), TemplateError> {
        self.differs();
        while let Some(symbol) = self.peek() {
            match symbol {
                Sym::Byte(b'\n') => break,
                Sym::Byte(_) => self.take(1),
                Sym::Token(token) => {
                    let spelling = &self.tokens[token].spelling;
                    if spelling.contains(&b'\n') {
                        return Err(self.refuse(token, Refusal::Comment));
                    }
                    for &byte in spelling {
                        self.put(byte);
                    }
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    /// Reads commands until `end`.
    pub(super) fn list(&mut self, end: End) -> Result<Ended, TemplateError> {
        let outer = std::mem::take(&mut self.fed);
        let ended = self.commands_until(end);
        self.fed = outer;
        ended
    }

    fn commands_until(&mut self, end: End) -> Result<Ended, TemplateError> {
        let base = (self.seen, self.heredocs.len());
        loop {
            self.gap()?;
            match self.byte() {
                _ if self.is_end() => {
                    return match end {
                        End::Script => Ok(Ended::List),
                        End::Paren => Err(unclear("a `(` that is not closed")),
                        End::Clause => Err(unclear("a case without esac")),
                    };
                }
                Some(b')') if end == End::Paren => return Ok(Ended::List),
                Some(b')') => return Err(unclear("a `)` without its `(`")),
                Some(b';') if matches!(self.byte_at(1), Some(b';' | b'&')) => {
                    if end != End::Clause {
                        return Err(unclear("`;;` outside of case"));
                    }
                    self.take(if self.looks_at(b";;&") { 3 } else { 2 });
                    return Ok(Ended::List);
                }
                Some(b';') => self.take(1),
                _ => {
                    if self.fed.piped == Piped::No {
                        (self.fed.tokens, self.fed.heredocs) = (self.seen, self.heredocs.len());
                    }
                    (self.fed.command, self.fed.redirected) = (self.seen, None);
                    let closes =
                        self.looks_at(b"}") || self.looks_at(b"done") || self.looks_at(b"fi");
                    let next = self.deeper(|reader| reader.command(end))?;
                    match next {
                        Next::Esac => return Ok(Ended::Esac),
                        Next::Command => {}
                        Next::Separator => self.separator()?,
                    }
                    // Where a compound command began is not kept.
                    if closes && self.fed.piped == Piped::Yes {
                        (self.fed.tokens, self.fed.heredocs) = base;
                    }
                }
            }
        }
    }

    fn separator(&mut self) -> Result<(), TemplateError> {
        self.blanks();
        self.fed.piped = match (self.byte(), self.byte_at(1)) {
            (Some(b'|'), next) if next != Some(b'|') => Piped::Yes,
            _ => Piped::No,
        };
        match (self.byte(), self.byte_at(1)) {
            (Some(b'&'), Some(b'&')) | (Some(b'|'), Some(b'|')) => self.take(2),
            (Some(b'|'), Some(b'&')) => {
                self.differs();
                self.take(2);
            }
            (Some(b'|'), _) => self.take(1),
            (Some(b'&'), _) => {
                self.differs();
                self.take(1);
            }
            (Some(b'\n' | b'#' | b';' | b')'), _) => {}
            _ if self.is_end() => {}
            _ => return Err(unclear("what follows a command")),
        }
        Ok(())
    }

    pub(super) fn is_separator(&self) -> bool {
        self.is_end() || matches!(self.byte(), Some(b'\n' | b';' | b'|' | b')' | b'#' | b'&'))
    }

    /// Reads one command, or a keyword that another command follows.
    fn command(&mut self, end: End) -> Result<Next, TemplateError> {
        let mut first = true;
        let mut subscripts = false;
        loop {
            self.blanks();
            if self.redirection()? {
                first = false;
                continue;
            }
            if self.byte() == Some(b'(') && first {
                return self.parenthesis();
            }
            if self.is_separator() {
                return Ok(Next::Separator);
            }
            if self.is_assignment() {
                self.assignment()?;
                first = false;
                continue;
            }
            let before = self.at;
            let word = self.word(Stop::Operator, Spread::Joined)?;
            if self.at == before {
                return Err(unclear("a `(` here"));
            }
            self.braced_descriptor(&word)?;
            if self.is_element(before) {
                // An array element: bash assigns, dash runs it.
                if let Some(token) = word.token {
                    return Err(self.refuse(token, Refusal::Subscript));
                }
                self.element(before);
                self.differs();
                subscripts = true;
                first = false;
                continue;
            }
            if subscripts {
                return Err(unclear(
                    "an assignment to an array element before a command",
                ));
            }
            if first && let Some(next) = self.keyword(&word, end)? {
                return Ok(next);
            }
            return self.simple(word);
        }
    }

    /// Reads the operands of a simple command.
    fn simple(&mut self, name: Word) -> Result<Next, TemplateError> {
        self.blanks();
        if self.byte() == Some(b'(') {
            return self.function_of(&name);
        }
        let spread = super::rules::spread(&name);
        let mut words = vec![name];
        loop {
            self.blanks();
            if self.redirection()? {
                continue;
            }
            if self.is_separator() {
                break;
            }
            if self.byte() == Some(b'(') {
                return Err(unclear("a `(` among the operands of a command"));
            }
            let word = self.word(Stop::Operator, spread)?;
            self.braced_descriptor(&word)?;
            if self.kind == ShellKind::Zsh && (word.is(b"}") || word.is(b"{")) {
                return Err(unclear(
                    "a lone brace among operands, which zsh takes for grammar",
                ));
            }
            words.push(word);
        }
        self.check(&words)?;
        self.fed_shell(&words)?;
        Ok(Next::Separator)
    }

    /// `{name}>file` opens a descriptor in bash, and is a word elsewhere.
    fn braced_descriptor(&self, word: &Word) -> Result<(), TemplateError> {
        let braced = word.starts_with(b'{') && word.symbols.last() == Some(&Sym::Byte(b'}'));
        if braced && word.symbols.len() > 2 && matches!(self.byte(), Some(b'<' | b'>')) {
            return Err(unclear("`{name}>`: use a number"));
        }
        Ok(())
    }

    /// Reads a redirection, if there is one.
    pub(super) fn redirection(&mut self) -> Result<bool, TemplateError> {
        const OPERATORS: [&[u8]; 12] = [
            b"<<<", b"<<-", b"<<", b"<>", b"<&", b"<", b">>", b">&", b">|", b">", b"&>>", b"&>",
        ];
        let mut digits = 0;
        while self
            .byte_at(digits)
            .is_some_and(|byte| byte.is_ascii_digit())
        {
            digits += 1;
        }
        let opens = matches!(self.byte_at(digits), Some(b'<' | b'>'));
        let both = digits == 0 && self.looks_at(b"&>");
        if !both && (!opens || (digits == 0 && self.byte_at(1) == Some(b'('))) {
            return Ok(false);
        }
        self.take(digits);
        let operator = OPERATORS
            .into_iter()
            .find(|operator| self.looks_at(operator))
            .unwrap_or(b">");
        self.operator_is_known(operator)?;
        self.take(operator.len());
        match operator {
            b"<<" => self.delimiter(Tabs::Kept)?,
            b"<<-" => self.delimiter(Tabs::Removed)?,
            _ => self.target(operator)?,
        }
        Ok(true)
    }

    /// Operators that are something else in another shell.
    fn operator_is_known(&mut self, operator: &[u8]) -> Result<(), TemplateError> {
        if !matches!(operator, b"<" | b">" | b">>" | b">&") {
            self.differs();
        }
        let plain = matches!(self.kind, ShellKind::Dash | ShellKind::Posix);
        match operator {
            b"&>" | b"&>>" if plain => Err(unclear("`&>`, which is not POSIX: write > FILE 2>&1")),
            b"<<<" if plain => Err(unclear("`<<<`, which is not POSIX: use --shell bash")),
            _ if self.kind == ShellKind::Zsh
                && matches!(
                    self.byte_at(operator.len()),
                    Some(b'!' | b'|' | b'-' | b'0'..=b'9')
                )
                && !operator.ends_with(b"&") =>
            {
                Err(unclear(
                    "a redirection that zsh may read in its own way: put a space after it",
                ))
            }
            _ => Ok(()),
        }
    }

    fn target(&mut self, operator: &[u8]) -> Result<(), TemplateError> {
        self.blanks();
        if self.kind == ShellKind::Zsh && matches!(self.byte(), Some(b'!' | b'|')) {
            return Err(unclear("`!` after a redirection"));
        }
        let before = self.at;
        let word = self.word(Stop::Operator, Spread::Joined)?;
        if self.at == before {
            return Err(unclear("a redirection without its file"));
        }
        if self.byte() == Some(b'(') {
            return Err(unclear("a `(` in a redirection"));
        }
        match word.token {
            Some(token)
                if operator == b"<<<" || (operator == b"<" && word.nature != Nature::Literal) =>
            {
                self.fed.redirected = Some(token);
                Ok(())
            }
            Some(token) if operator.ends_with(b"&") => {
                let operator = String::from_utf8_lossy(operator).into_owned();
                Err(self.refuse(token, Refusal::Duplication(format!("`{operator}`"))))
            }
            None if operator.ends_with(b"&") && self.kind != ShellKind::Dash => {
                // What the word refers to is expanded once more by bash.
                let operator = String::from_utf8_lossy(operator);
                let mentions = Mentions::of(&self.symbols[before..self.at]);
                self.taint.evaluation(&operator, mentions);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether the keyword of an unquoted word is meant.
    pub(super) fn is_bare(word: &Word, text: &[u8]) -> bool {
        word.quoted == Quoted::No && word.is(text)
    }
}
