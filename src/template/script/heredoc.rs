//! Here-documents: the delimiter, and the body after the line.
//!
//! Boundary: finds the body by its lines first, as shells do, and then reads
//! the expansions in it; both must agree on where it ends.

use std::fmt;

use super::super::error::{Place as Refusal, TemplateError};
use super::super::token::Sym;
use super::reader::{Place, Reader, Spread, unclear};
use super::word::{Around, Nature, Quoted, Stop};

/// A here-document whose body is still to come.
#[derive(Clone, Debug)]
pub(super) struct Heredoc {
    delimiter: Vec<u8>,
    quoted: Quoted,
    tabs: Tabs,
    /// The shell that runs it.
    pub(super) shell: Option<String>,
}

/// Whether tabs at the start of lines are taken off (`<<-`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tabs {
    Kept,
    Removed,
}

impl fmt::Display for Heredoc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.delimiter))
    }
}

impl Reader<'_> {
    /// Reads the delimiter after `<<`.
    pub(super) fn delimiter(&mut self, tabs: Tabs) -> Result<(), TemplateError> {
        self.differs();
        self.blanks();
        let word = self.word(Stop::Operator, Spread::Joined)?;
        if let Some(token) = word.token {
            return Err(self.refuse(token, Refusal::HeredocDelimiter));
        }
        let delimiter = word.text().unwrap_or_default();
        if word.nature != Nature::Literal || delimiter.is_empty() || delimiter.contains(&b'\n') {
            return Err(unclear("the delimiter of a here-document"));
        }
        self.heredocs.push(Heredoc {
            delimiter,
            quoted: word.quoted,
            tabs,
            shell: None,
        });
        Ok(())
    }

    /// Takes the newline that ends a line, and the bodies that follow it.
    pub(super) fn newline(&mut self) -> Result<(), TemplateError> {
        if self.outer_heredocs > 0 {
            return Err(unclear(
                "a line break in $(..) on the line of a here-document",
            ));
        }
        let heredocs = std::mem::take(&mut self.heredocs);
        self.take(1);
        for heredoc in &heredocs {
            self.body(heredoc)?;
        }
        Ok(())
    }

    fn body(&mut self, heredoc: &Heredoc) -> Result<(), TemplateError> {
        let end = self.body_end(heredoc)?;
        let seen = self.seen;
        while self.at < end {
            match self.peek() {
                Some(Sym::Token(token)) if heredoc.quoted == Quoted::Yes => {
                    return Err(self.refuse(token, Refusal::QuotedHeredoc));
                }
                Some(Sym::Token(token)) => {
                    if let Some(shell) = &heredoc.shell {
                        return Err(self.refuse(token, Refusal::Fed(shell.clone())));
                    }
                    self.slot(token, Place::Double, Spread::Joined);
                }
                Some(Sym::Byte(_)) if heredoc.quoted == Quoted::Yes => self.take(1),
                Some(Sym::Byte(b'\\')) => self.escaped()?,
                Some(Sym::Byte(b'$')) => self.dollar(Around::Heredoc)?,
                Some(Sym::Byte(b'`')) => self.backquote()?,
                Some(Sym::Byte(_)) => self.take(1),
                None => break,
            }
        }
        if let Some(shell) = &heredoc.shell {
            self.refuse_since(seen, Refusal::Fed(shell.clone()))?;
        }
        if self.at != end {
            return Err(unclear("an expansion that goes on after its here-document"));
        }
        // The line with the delimiter, and its newline if there is one.
        while self.byte().is_some_and(|byte| byte != b'\n') {
            self.take(1);
        }
        self.take(usize::from(!self.is_end()));
        Ok(())
    }

    /// The start of the line that ends the body.
    fn body_end(&self, heredoc: &Heredoc) -> Result<usize, TemplateError> {
        let missing = || unclear(&format!("a here-document without its end `{heredoc}`"));
        let mut start = self.at;
        let mut continued = false;
        while start < self.symbols.len() {
            let rest = &self.symbols[start..];
            let len = rest
                .iter()
                .position(|symbol| *symbol == Sym::Byte(b'\n'))
                .unwrap_or(rest.len());
            let line = &rest[..len];
            if Self::is_delimiter(line, heredoc) {
                if continued {
                    return Err(unclear("a here-document with a backslash before its end"));
                }
                return Ok(start);
            }
            let backslashes = line
                .iter()
                .rev()
                .take_while(|symbol| **symbol == Sym::Byte(b'\\'))
                .count();
            continued = heredoc.quoted == Quoted::No && backslashes % 2 == 1;
            start += len + 1;
        }
        Err(missing())
    }

    fn is_delimiter(line: &[Sym], heredoc: &Heredoc) -> bool {
        let tabs = match heredoc.tabs {
            Tabs::Kept => 0,
            Tabs::Removed => line
                .iter()
                .take_while(|symbol| **symbol == Sym::Byte(b'\t'))
                .count(),
        };
        let line = &line[tabs..];
        line.len() == heredoc.delimiter.len()
            && line
                .iter()
                .zip(&heredoc.delimiter)
                .all(|(symbol, byte)| *symbol == Sym::Byte(*byte))
    }
}
