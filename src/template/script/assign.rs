//! Assignments: which of them evaluate what is assigned.
//!
//! Boundary: reads `NAME=WORD` and `NAME=(..)` before a command; the other
//! ways to assign ask here.

use super::super::error::{Place as Refusal, TemplateError};
use super::super::spec::ShellKind;
use super::super::token::Sym;
use super::super::words::among;
use super::reader::{Reader, Shown, Spread, unclear};
use super::word::Stop;

/// Variables whose values shells evaluate, or run as code later.
fn is_special_variable(name: &[u8]) -> bool {
    const SPECIAL: &str = "\
    ARGC BASHPID BASH_ARGC BASH_ENV BASH_SUBSHELL COLUMNS COMP_CWORD DIRSTACK EGID ENV \
    EPOCHREALTIME EPOCHSECONDS ERRNO EUID FIGNORE FPATH FUNCNEST GID HISTCMD HISTFILE \
    HISTSIZE KEYTIMEOUT LINENO LINES LISTMAX MAILCHECK MAILPATH OPTIND PERIOD PPID PROMPT \
    PROMPT2 PROMPT3 PROMPT4 PROMPT_COMMAND PS0 PS1 PS2 PS3 PS4 RANDOM RPROMPT RPS1 RPS2 \
    SAVEHIST SECONDS SHLVL SPROMPT SRANDOM TIMEFMT TMOUT TRY_BLOCK_ERROR TTYIDLE UID \
    USERNAME ZDOTDIR aliases commands dirstack functions galiases options parameters prompt \
    saliases status";
    among(SPECIAL, name) || name.starts_with(b"_prun_")
}

impl Reader<'_> {
    pub(super) fn is_assignment(&self) -> bool {
        let len = self.name_len();
        len > 0
            && (self.byte_at(len) == Some(b'=')
                || (self.byte_at(len) == Some(b'+') && self.byte_at(len + 1) == Some(b'=')))
    }

    /// Whether the word that began at `start` is `name[..`.
    pub(super) fn is_element(&self, start: usize) -> bool {
        let word = &self.symbols[start..self.at];
        let name = word
            .iter()
            .take_while(|symbol| matches!(symbol, Sym::Byte(byte) if byte.is_ascii_alphanumeric() || *byte == b'_'))
            .count();
        name > 0 && word.get(name) == Some(&Sym::Byte(b'['))
    }

    /// Notes an assignment to an element of an array, which began at `start`.
    pub(super) fn element(&mut self, start: usize) {
        let name: Vec<u8> = self.symbols[start..self.at]
            .iter()
            .map_while(|symbol| match symbol {
                Sym::Byte(b'[') | Sym::Token(_) => None,
                Sym::Byte(byte) => Some(*byte),
            })
            .collect();
        self.set_variable(&name, start, self.seen);
        self.evaluates("[..]", start + name.len());
    }

    pub(super) fn assignment(&mut self) -> Result<(), TemplateError> {
        self.note(Shown::InParentheses);
        let len = self.name_len();
        let name: Vec<u8> = (0..len).filter_map(|ahead| self.byte_at(ahead)).collect();
        let operator = if self.byte_at(len) == Some(b'+') {
            2
        } else {
            1
        };
        self.take(len + operator);
        if self.byte() == Some(b'(') {
            let (seen, start) = (self.seen, self.at);
            self.array()?;
            self.set_variable(&name, start, seen);
            return Ok(());
        }
        let (seen, start) = (self.seen, self.at);
        self.word(Stop::Operator, Spread::Joined)?;
        if self.byte() == Some(b'(') {
            return Err(unclear("a `(` in an assignment"));
        }
        self.set_variable(&name, start, seen);
        self.assigned(seen, &name)
    }

    /// Refuses a value that was put in since there were `seen` tokens, where
    /// assigning it to `name` evaluates it.
    pub(super) fn assigned(&self, seen: usize, name: &[u8]) -> Result<(), TemplateError> {
        let shown = || String::from_utf8_lossy(name).into_owned();
        if is_special_variable(name) {
            self.refuse_since(seen, Refusal::SpecialVariable(shown()))?;
        }
        if self.kind == ShellKind::Zsh {
            self.refuse_since(seen, Refusal::AssignedInZsh(shown()))?;
        }
        Ok(())
    }

    fn array(&mut self) -> Result<(), TemplateError> {
        self.differs();
        let seen = self.seen;
        self.take(1);
        loop {
            self.gap()?;
            if self.byte() == Some(b')') {
                self.take(1);
                return self.refuse_since(seen, Refusal::Array);
            }
            let before = self.at;
            self.word(Stop::Operator, Spread::Joined)?;
            if self.at == before {
                return Err(unclear("an array literal"));
            }
        }
    }
}
