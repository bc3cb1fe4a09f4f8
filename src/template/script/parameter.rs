//! Expansions: `$name`, `${..}`, `$(..)`, `$((..))`.
//!
//! Boundary: from the `$` to the byte after the expansion.

use super::super::error::{Place as Refusal, TemplateError};
use super::super::spec::ShellKind;
use super::super::token::Sym;
use super::reader::{Place, Reader, Spread, unclear};
use super::taint::Mentions;
use super::word::{Around, Nature, Stop};

/// What the word of `${name OPERATOR word}` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operand {
    /// Text that takes the place of the value, read like what is around it.
    Default,
    /// The same, and it is assigned.
    Assigned,
    /// A pattern, whose own quotes count even inside quotes.
    Pattern,
    /// Anything else: an offset, which is evaluated, or a flag.
    Other,
}

impl Reader<'_> {
    /// `$` in double quotes or a here-document; `Literal` if it is text.
    pub(super) fn quoted_dollar(&mut self, around: Around) -> Result<Nature, TemplateError> {
        let expands = matches!(
            self.byte_at(1),
            Some(b'(' | b'{' | b'[' | b'_' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')
        ) || self
            .byte_at(1)
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
        self.dollar(around)?;
        Ok(if expands {
            Nature::Expanded
        } else {
            Nature::Literal
        })
    }

    /// Reads what begins with the `$` at the position.
    pub(super) fn dollar(&mut self, around: Around) -> Result<(), TemplateError> {
        match self.symbols.get(self.at + 1) {
            Some(Sym::Token(token)) => Err(self.refuse(*token, Refusal::AfterDollar)),
            Some(Sym::Byte(b'(')) if self.byte_at(2) == Some(b'(') => {
                self.take(3);
                self.deeper(Self::arithmetic)
            }
            Some(Sym::Byte(b'(')) => self.substitution(2),
            Some(Sym::Byte(b'{')) => self.deeper(|reader| reader.parameter(around)),
            Some(Sym::Byte(b'[')) => Err(unclear("`$[`: write $((..))")),
            Some(Sym::Byte(byte)) if byte.is_ascii_alphabetic() || *byte == b'_' => {
                self.take(1);
                self.take(self.name_len());
                self.after_name()
            }
            Some(Sym::Byte(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')) => {
                self.differs();
                self.take(2);
                self.after_name()
            }
            _ => {
                self.take(1);
                Ok(())
            }
        }
    }

    /// Length of the name at the position.
    pub(super) fn name_len(&self) -> usize {
        if matches!(self.byte(), Some(b'0'..=b'9')) {
            return 0;
        }
        let is_name = |ahead: usize| {
            self.byte_at(ahead)
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let rest = self.symbols.len() - self.at;
        (0..rest).take_while(|&ahead| is_name(ahead)).count()
    }

    fn parameter(&mut self, around: Around) -> Result<(), TemplateError> {
        self.take(2);
        let indirect = self.byte() == Some(b'!') && self.byte_at(1) != Some(b'}');
        let start = self.at;
        match (self.byte(), self.byte_at(1)) {
            (Some(b'#' | b'!'), Some(b'}')) => {}
            (Some(b'#' | b'!'), _) => self.take(1),
            _ => {}
        }
        let name = self.parameter_name()?;
        if indirect {
            self.evaluates_parameter("${!..}", start);
        }
        if self.byte() == Some(b'[') {
            self.subscript()?;
        }
        if self.byte() == Some(b'}') {
            self.take(1);
            return Ok(());
        }
        self.differs();
        let (seen, operator) = (self.seen, self.byte());
        let operand = self.operator();
        let word = self.at;
        match operand {
            Operand::Default | Operand::Assigned => self.default_word(around)?,
            Operand::Pattern => self.pattern_word(around)?,
            Operand::Other => self.other_word()?,
        }
        match operator {
            Some(b'@') if operand == Operand::Other => {
                self.evaluates_parameter("${..@..}", start);
            }
            _ if operand == Operand::Other => self.evaluates("${..:..}", word),
            _ => {}
        }
        if operand == Operand::Assigned {
            self.set_variable(&name, word, seen);
            self.assigned(seen, &name)?;
        }
        self.take(1);
        Ok(())
    }

    /// `construct` evaluates the parameter whose name stands at `start`.
    fn evaluates_parameter(&mut self, construct: &str, start: usize) {
        if self.kind != ShellKind::Dash {
            let braced: Vec<Sym> = [Sym::Byte(b'$'), Sym::Byte(b'{')]
                .into_iter()
                .chain(self.symbols[start..self.at].iter().copied())
                .collect();
            self.taint.evaluation(construct, Mentions::of(&braced));
        }
    }

    fn parameter_name(&mut self) -> Result<Vec<u8>, TemplateError> {
        if let Some(Sym::Token(token)) = self.peek() {
            return Err(self.refuse(token, Refusal::ParameterName));
        }
        let len = match self.byte() {
            Some(b'0'..=b'9') => (0..self.symbols.len() - self.at)
                .take_while(|&ahead| {
                    self.byte_at(ahead)
                        .is_some_and(|byte| byte.is_ascii_digit())
                })
                .count(),
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => 1,
            _ => self.name_len(),
        };
        if len == 0 {
            return Err(unclear("`${` without a name"));
        }
        let name = (0..len).filter_map(|ahead| self.byte_at(ahead)).collect();
        self.take(len);
        if let Some(Sym::Token(token)) = self.peek() {
            return Err(self.refuse(token, Refusal::ParameterName));
        }
        Ok(name)
    }

    fn subscript(&mut self) -> Result<(), TemplateError> {
        self.differs();
        let start = self.at;
        self.take(1);
        loop {
            match self.peek() {
                Some(Sym::Token(token)) => return Err(self.refuse(token, Refusal::Subscript)),
                Some(Sym::Byte(b']')) => {
                    self.evaluates("[..]", start);
                    self.take(1);
                    return Ok(());
                }
                Some(Sym::Byte(b'$')) if matches!(self.byte_at(1), Some(b'{' | b'(')) => {
                    let seen = self.seen;
                    self.dollar(Around::Double)?;
                    self.refuse_since(seen, Refusal::Subscript)?;
                }
                Some(Sym::Byte(byte))
                    if byte.is_ascii_alphanumeric() || b"_@*$+-".contains(&byte) =>
                {
                    self.take(1);
                }
                _ => return Err(unclear("a subscript that is not a plain one")),
            }
        }
    }

    fn operator(&mut self) -> Operand {
        let (operand, len) = match (self.byte(), self.byte_at(1)) {
            (Some(b':'), Some(b'=')) => (Operand::Assigned, 2),
            (Some(b':'), Some(b'-' | b'+' | b'?')) => (Operand::Default, 2),
            (Some(b'='), _) => (Operand::Assigned, 1),
            (Some(b'-' | b'+' | b'?'), _) => (Operand::Default, 1),
            (Some(b'#'), Some(b'#'))
            | (Some(b'%'), Some(b'%'))
            | (Some(b'/'), Some(b'/' | b'#' | b'%')) => (Operand::Pattern, 2),
            (Some(b'#' | b'%' | b'/'), _) => (Operand::Pattern, 1),
            _ => (Operand::Other, 0),
        };
        self.take(len);
        operand
    }

    fn default_word(&mut self, around: Around) -> Result<(), TemplateError> {
        if around == Around::Nothing {
            self.word(Stop::Brace, Spread::Joined)?;
            return self.closing_brace();
        }
        loop {
            match self.peek() {
                Some(Sym::Token(token)) => self.slot(token, Place::Double, Spread::Joined),
                Some(Sym::Byte(b'}')) => return Ok(()),
                // Shells do not agree on quotes here.
                None | Some(Sym::Byte(b'"' | b'\'' | b'{' | b'`')) => {
                    return Err(unclear("quotes or braces in ${..} inside quotes"));
                }
                Some(Sym::Byte(b'\\')) => self.escaped()?,
                Some(Sym::Byte(b'$')) => self.dollar(around)?,
                Some(Sym::Byte(_)) => self.take(1),
            }
        }
    }

    fn pattern_word(&mut self, around: Around) -> Result<(), TemplateError> {
        let seen = self.seen;
        self.word(Stop::Brace, Spread::Joined)?;
        if around == Around::Heredoc {
            self.refuse_since(seen, Refusal::ParameterName)?;
        }
        self.closing_brace()
    }

    fn other_word(&mut self) -> Result<(), TemplateError> {
        loop {
            match self.peek() {
                Some(Sym::Token(token)) => return Err(self.refuse(token, Refusal::ParameterName)),
                Some(Sym::Byte(b'}')) => return Ok(()),
                Some(Sym::Byte(b'$')) => {
                    let seen = self.seen;
                    self.dollar(Around::Double)?;
                    self.refuse_since(seen, Refusal::ParameterName)?;
                }
                Some(Sym::Byte(byte))
                    if byte.is_ascii_alphanumeric() || b"_:@*+-^, ()".contains(&byte) =>
                {
                    self.take(1);
                }
                _ => return Err(unclear("an expansion ${..} that is not a plain one")),
            }
        }
    }

    fn closing_brace(&self) -> Result<(), TemplateError> {
        if self.byte() == Some(b'}') {
            Ok(())
        } else {
            Err(unclear("`${` that is not closed"))
        }
    }
}
