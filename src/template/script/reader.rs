//! The position in a script, and what has been made of it so far.
//!
//! Boundary: the state that `word`, `parameter`, `heredoc`, `command` and
//! `compound` share. They read a script as a shell does, and stop at whatever
//! they are not certain of.

use super::super::error::{Place as Refusal, TemplateError};
use super::super::spec::{Batch, ShellKind};
use super::super::token::{Sym, Token};
use super::super::value::is_number;
use super::heredoc::Heredoc;
use super::taint::{Mentions, Taint};

/// A part of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Text(Vec<u8>),
    Slot(Slot),
    /// A word that is there once for each input.
    Word(Vec<Segment>),
}

/// A place for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) token: usize,
    pub(super) place: Place,
    pub(super) spread: Spread,
}

/// What quotes there are around a value's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Bare,
    Double,
    Single,
}

/// What the values of several inputs become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spread {
    /// One value, with spaces between them.
    Joined,
    /// Words of their own.
    PerInput,
}

/// Whether the script can be shown with its values in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shown {
    /// Every shell does the same with it.
    Same,
    /// It would change the shell that it is pasted into: in parentheses.
    InParentheses,
    /// Shells differ, or it is more than one line.
    No,
}

/// Whether the script has an `echo`: what it does with a value that has a
/// backslash, or that looks like an option, differs between shells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Echoes {
    No,
    Yes,
}

/// How a script can be shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Showable {
    pub(super) shown: Shown,
    pub(super) echoes: Echoes,
}

/// A script that has been read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) segments: Vec<Segment>,
    pub(super) commands: Vec<Vec<u8>>,
    pub(super) showable: Showable,
}

/// Whether a `|` stands before a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Piped {
    #[default]
    No,
    Yes,
}

/// What a command may read on its standard input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fed {
    pub(super) piped: Piped,
    /// Tokens and here-documents before the pipeline that it ends.
    pub(super) tokens: usize,
    pub(super) heredocs: usize,
    /// Tokens before the command itself.
    pub(super) command: usize,
    /// A token in what is redirected to it.
    pub(super) redirected: Option<usize>,
}

/// Constructs inside each other, beyond which reading stops.
const DEEPEST: usize = 64;

/// Reads a script and writes its segments.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) symbols: &'a [Sym],
    pub(super) at: usize,
    pub(super) tokens: &'a [Token],
    pub(super) kind: ShellKind,
    pub(super) batch: Batch,
    pub(super) out: Vec<Segment>,
    /// Here-documents whose bodies follow the next newline.
    pub(super) heredocs: Vec<Heredoc>,
    /// Here-documents of the command around a `$(..)`.
    pub(super) outer_heredocs: usize,
    /// How many tokens have been put in place, and the last of them.
    pub(super) seen: usize,
    pub(super) last: usize,
    /// The tokens in place whose value comes from an input.
    values: Vec<(usize, usize)>,
    pub(super) taint: Taint,
    /// What the command at the position is fed from.
    pub(super) fed: Fed,
    pub(super) commands: Vec<Vec<u8>>,
    pub(super) showable: Showable,
    depth: usize,
    crossed: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        symbols: &'a [Sym],
        tokens: &'a [Token],
        kind: ShellKind,
        batch: Batch,
    ) -> Self {
        Self {
            symbols,
            at: 0,
            tokens,
            kind,
            batch,
            out: Vec::new(),
            heredocs: Vec::new(),
            outer_heredocs: 0,
            seen: 0,
            last: 0,
            values: Vec::new(),
            taint: Taint::default(),
            fed: Fed::default(),
            commands: Vec::new(),
            showable: Showable {
                shown: Shown::Same,
                echoes: Echoes::No,
            },
            depth: 0,
            crossed: false,
        }
    }

    /// Reads all of the script.
    pub(super) fn read(mut self) -> Result<Read, TemplateError> {
        self.list(super::command::End::Script)?;
        if let Some(heredoc) = self.heredocs.first() {
            return Err(unclear(&format!(
                "a here-document without its end `{heredoc}`"
            )));
        }
        if self.crossed {
            return Err(unclear("a line break inside the line of a here-document"));
        }
        if self.kind != ShellKind::Other
            && let Some((token, place)) = std::mem::take(&mut self.taint).evaluated()
        {
            return Err(self.refuse(token, place));
        }
        Ok(Read {
            segments: self.out,
            commands: self.commands,
            showable: self.showable,
        })
    }

    pub(super) fn peek(&self) -> Option<Sym> {
        self.symbols.get(self.at).copied()
    }

    /// The byte `ahead` of the position; `None` for a token too.
    pub(super) fn byte_at(&self, ahead: usize) -> Option<u8> {
        match self.symbols.get(self.at + ahead) {
            Some(Sym::Byte(byte)) => Some(*byte),
            Some(Sym::Token(_)) | None => None,
        }
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.byte_at(0)
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.symbols.len()
    }

    pub(super) fn looks_at(&self, text: &[u8]) -> bool {
        (0..text.len()).all(|ahead| self.byte_at(ahead) == Some(text[ahead]))
    }

    /// Copies `count` bytes of text.
    pub(super) fn take(&mut self, count: usize) {
        for _ in 0..count {
            if let Some(byte) = self.byte() {
                if byte == b'\n' {
                    self.differs();
                    self.crossed |= !self.heredocs.is_empty() || self.outer_heredocs > 0;
                }
                self.put(byte);
            }
            self.at += 1;
        }
    }

    /// Writes a byte that is no line break inside a construct.
    pub(super) fn put(&mut self, byte: u8) {
        if let Some(Segment::Text(text)) = self.out.last_mut() {
            text.push(byte);
        } else {
            self.out.push(Segment::Text(vec![byte]));
        }
    }

    /// Puts the token at the position in place.
    pub(super) fn slot(&mut self, token: usize, place: Place, spread: Spread) {
        self.out.push(Segment::Slot(Slot {
            token,
            place,
            spread,
        }));
        if !is_number(&self.tokens[token]) {
            self.values.push((self.seen, token));
        }
        self.seen += 1;
        self.last = token;
        self.at += 1;
    }

    /// A token that was put in place when there were `from` or more, and less
    /// than `to`.
    pub(super) fn value_between(&self, from: usize, to: usize) -> Option<usize> {
        self.values
            .iter()
            .find(|(number, _)| (from..to).contains(number))
            .map(|(_, token)| *token)
    }

    /// The token that was put in place since there were `seen`.
    pub(super) fn since(&self, seen: usize) -> Option<usize> {
        (self.seen > seen).then_some(self.last)
    }

    /// The same, but only a token that stands for an input or a part of it.
    pub(super) fn value_since(&self, seen: usize) -> Option<usize> {
        let (number, token) = *self.values.last()?;
        (number >= seen).then_some(token)
    }

    /// Notes that `name` is set from what was read since `start`, where there
    /// were `seen` tokens.
    pub(super) fn set_variable(&mut self, name: &[u8], start: usize, seen: usize) {
        let from = Mentions::of(&self.symbols[start..self.at]);
        let token = self.value_since(seen);
        self.taint.set(name, from, token);
    }

    /// Notes that `construct` evaluates what was read since `start`. dash
    /// reads only numbers there.
    pub(super) fn evaluates(&mut self, construct: &str, start: usize) {
        if self.kind != ShellKind::Dash {
            let of = Mentions::of(&self.symbols[start..self.at]);
            self.taint.evaluation(construct, of);
        }
    }

    /// A value cannot be shown in place of its token.
    pub(super) fn differs(&mut self) {
        self.note(Shown::No);
    }

    pub(super) fn note(&mut self, shown: Shown) {
        self.showable.shown = self.showable.shown.max(shown);
    }

    pub(super) fn refuse(&self, token: usize, place: Refusal) -> TemplateError {
        TemplateError::Refused {
            token: String::from_utf8_lossy(&self.tokens[token].spelling).into_owned(),
            place,
        }
    }

    /// Refuses a token that was put in place since there were `seen`.
    pub(super) fn refuse_since(&self, seen: usize, place: Refusal) -> Result<(), TemplateError> {
        match self.since(seen) {
            Some(token) => Err(self.refuse(token, place)),
            None => Ok(()),
        }
    }

    /// Runs `inner` one level deeper.
    pub(super) fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        if self.depth == DEEPEST {
            return Err(unclear("constructs this deep inside each other"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }
}

/// Shell syntax that is not read any further.
pub(super) fn unclear(what: &str) -> TemplateError {
    TemplateError::NotUnderstood {
        what: what.to_owned(),
    }
}
