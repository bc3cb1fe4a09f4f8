//! What a simple command does with variables that may hold a value.
//!
//! Boundary: notes for `taint` what the command sets and what it evaluates.
//! A builtin that gets no value as an operand gets no variable that holds one.

use super::super::error::{Place as Refusal, TemplateError};
use super::super::inner::{bare_shell, reads_script};
use super::super::spec::ShellKind;
use super::super::token::Sym;
use super::super::words::among;
use super::reader::{Piped, Reader};
use super::rules::ASSIGNING;
use super::taint::{Mentions, may_evaluate};
use super::word::{Nature, Word};

/// Builtins that set variables by `NAME=VALUE`.
const DECLARING: &str = "\
    declare local private typeset";

/// Builtins that read their operands as code, in every shell.
const RUNS_CODE: &str = "\
    . eval source trap";

impl Reader<'_> {
    /// Notes what the command `name` does with the variables in its words.
    pub(super) fn follow(&mut self, name: &[u8], command: &Word, operands: &[Word]) {
        let span = match (operands.first(), operands.last()) {
            (Some(first), Some(last)) => first.span.start..last.span.end,
            _ => command.span.end..command.span.end,
        };
        let all = Mentions::of(&self.symbols[span]);
        let token = operands.iter().find_map(|word| self.value_in(word));
        let known = command.text();
        self.taint.call(known.clone(), all.clone(), token);
        if known.is_none() && !command.contains(b'/') {
            let of = Mentions::of(&self.symbols[command.span.clone()]);
            self.taint.evaluation("the command", of);
        }
        if among(ASSIGNING, name) || among(DECLARING, name) {
            for word in operands {
                self.declares(word);
            }
        }
        if name == b"printf" && operands.first().is_some_and(|word| word.is(b"-v")) {
            let variable = operands.get(1).and_then(Word::text).unwrap_or_default();
            self.taint.set(&variable, all.clone(), token);
        }
        if among(RUNS_CODE, name) {
            let literal = operands.iter().all(|word| word.nature == Nature::Literal);
            let symbols: Vec<Sym> = operands
                .iter()
                .flat_map(|word| word.symbols.iter().copied())
                .collect();
            if !literal || may_evaluate(&symbols) {
                self.taint.evaluation(&String::from_utf8_lossy(name), all);
            }
        } else if self.kind != ShellKind::Dash {
            if name == b"let" {
                self.taint.evaluation("let", all);
            } else {
                self.operands(name, operands);
            }
        }
    }

    /// What builtins refuse as a token they would evaluate in a variable.
    fn operands(&mut self, name: &[u8], operands: &[Word]) {
        // More words after a format are only arguments of it.
        let format = name == b"printf"
            && operands
                .first()
                .is_some_and(|word| word.nature == Nature::Literal);
        let computed: Vec<Word> = operands
            .iter()
            .map(|word| Word {
                nature: if format {
                    word.nature.min(Nature::Expanded)
                } else {
                    word.nature
                },
                token: (word.nature != Nature::Literal && word.contains(b'$')).then_some(0),
                ..word.clone()
            })
            .collect();
        if self.tokens.is_empty() || self.builtin(name, &computed).is_ok() {
            return;
        }
        for word in &computed {
            if word.token.is_some() {
                let of = Mentions::of(&self.symbols[word.span.clone()]);
                self.taint.evaluation(&String::from_utf8_lossy(name), of);
            }
        }
    }

    /// `NAME=VALUE` as an operand of `export` or `declare`.
    fn declares(&mut self, word: &Word) {
        let name: Vec<u8> = word
            .symbols
            .iter()
            .map_while(|symbol| match symbol {
                Sym::Byte(byte) if byte.is_ascii_alphanumeric() || *byte == b'_' => Some(*byte),
                _ => None,
            })
            .collect();
        let of = Mentions::of(&self.symbols[word.span.clone()]);
        let token = self.value_in(word);
        if !matches!(
            word.symbols.get(name.len()),
            None | Some(Sym::Byte(b'=' | b'+'))
        ) && !word.starts_with(b'-')
            && self.kind != ShellKind::Dash
        {
            self.taint.evaluation("declare", of.clone());
        }
        if word.symbols.len() > name.len() {
            self.taint.set(&name, of, token);
        }
    }

    /// A token in `word` that stands for an input.
    fn value_in(&self, word: &Word) -> Option<usize> {
        let inside = &self.symbols[word.span.clone()];
        inside.iter().find_map(|symbol| match symbol {
            Sym::Token(token) if !super::super::value::is_number(&self.tokens[*token]) => {
                Some(*token)
            }
            _ => None,
        })
    }

    /// Refuses a token in what a shell without a script is fed.
    pub(super) fn fed_shell(&mut self, words: &[Word]) -> Result<(), TemplateError> {
        let symbols: Vec<Vec<Sym>> = words.iter().map(|word| word.symbols.clone()).collect();
        // `bash <(..)`
        if let Some((shell, operand)) = reads_script(&symbols)
            && let Some(word) = words.get(operand)
            && matches!(self.symbols.get(word.span.start), Some(Sym::Byte(b'<')))
            && let Some(token) = word.token
        {
            return Err(self.refuse(token, Refusal::Fed(shell)));
        }
        let Some(shell) = bare_shell(&symbols) else {
            return Ok(());
        };
        let fed = self.fed;
        let piped = match fed.piped {
            Piped::Yes => self.value_between(fed.tokens, fed.command),
            Piped::No => None,
        };
        if let Some(token) = fed.redirected.or(piped) {
            return Err(self.refuse(token, Refusal::Fed(shell)));
        }
        let heredocs = self.heredocs.get_mut(fed.heredocs..).unwrap_or_default();
        for heredoc in heredocs {
            heredoc.shell = Some(shell.clone());
        }
        Ok(())
    }
}
