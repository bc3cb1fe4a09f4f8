//! What commands do with a value that is one of their words.
//!
//! Boundary: looks at the words of one simple command. Programs get any value;
//! builtins that evaluate, or that could take a value for an option which
//! evaluates, get none.

use super::super::error::{Place as Refusal, TemplateError};
use super::super::inner::inner_script;
use super::super::line::is_alike_format;
use super::super::spec::ShellKind;
use super::super::token::Sym;
use super::super::words::{among, is_shell_word};
use super::reader::{Echoes, Reader, Shown, Spread};
use super::word::{Nature, Quoted, Word};

/// Builtins, of any shell, whose operands are names, code or numbers.
const EVALUATING: &str = "\
    . alias autoload bg bind bindkey compadd compcall compctl compgen compound complete compopt \
    declare disable disown echotc echoti emulate enable enum eval fc fg float functions \
    getln getopts global hist history integer jobs let limit mapfile nameref private pushln r read \
    readarray repeat sched setopt shopt source trap typeset unalias unfunction unlimit unset \
    unsetopt vared wait zcompile zf_chmod zformat zle zmodload zparseopts zregexparse \
    zselect zsocket zstat zstyle zsystem ztcp";

/// Builtins whose operand is a number, which ksh and zsh evaluate.
const NUMERIC: &str = "\
    break continue exit logout return shift suspend ulimit umask";

/// Builtins that assign `NAME=VALUE` without more.
pub(super) const ASSIGNING: &str = "\
    export local readonly";

/// Builtins that run the command in their operands.
const WRAPPERS: &str = "\
    - builtin command exec nocorrect noglob";

/// Whether several inputs can be several operands of `name`.
pub(super) fn spread(name: &Word) -> Spread {
    match name.text().as_deref() {
        // More operands would make another expression, or a variable more.
        Some(b"[" | b"test") => Spread::Joined,
        Some(name) if among(ASSIGNING, name) => Spread::Joined,
        _ => Spread::PerInput,
    }
}

fn token(words: &[Word]) -> Option<usize> {
    words.iter().find_map(|word| word.token)
}

fn show(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

impl Reader<'_> {
    /// Checks the words of a simple command.
    pub(super) fn check(&mut self, words: &[Word]) -> Result<(), TemplateError> {
        let words = self.unwrap(words)?;
        let Some((command, operands)) = words.split_first() else {
            return Ok(());
        };
        if let Some(token) = command.token
            && !command.contains(b'/')
        {
            return Err(self.refuse(token, Refusal::CommandWord));
        }
        if let Some(token) = token(operands)
            && !is_one_command(command)
        {
            let text = super::super::words::show(&command.symbols);
            return Err(self.refuse(token, Refusal::ComputedCommand(text)));
        }
        let name = command.text().unwrap_or_default();
        self.follow(&name, command, operands);
        self.attributes(&name, operands)?;
        self.show(&name, operands);
        if token(words).is_some() {
            let symbols: Vec<Vec<Sym>> = words.iter().map(|word| word.symbols.clone()).collect();
            inner_script(&symbols, self.tokens)?;
            self.builtin(&name, operands)?;
        }
        if !name.is_empty() {
            self.commands.push(name);
        }
        Ok(())
    }

    /// The words after `command`, `exec` and their kin.
    fn unwrap<'w>(&mut self, mut words: &'w [Word]) -> Result<&'w [Word], TemplateError> {
        while let Some(wrapper) = words.first().and_then(Word::text)
            && among(WRAPPERS, &wrapper)
        {
            self.differs();
            words = &words[1..];
            while let Some(option) = words
                .first()
                .filter(|word| word.starts_with(b'-') && !word.is(b"-"))
            {
                if let Some(token) = option.token {
                    return Err(self.refuse(token, Refusal::OptionOf(show(&wrapper))));
                }
                if wrapper == b"command" && (option.contains(b'v') || option.contains(b'V')) {
                    return Ok(&[]);
                }
                let takes_name =
                    wrapper == b"exec" && option.symbols.last() == Some(&Sym::Byte(b'a'));
                words = &words[1..];
                if takes_name {
                    words = words.get(1..).unwrap_or_default();
                }
            }
        }
        Ok(words)
    }

    /// Refuses what would change how every value in the script is read.
    fn attributes(&self, name: &[u8], operands: &[Word]) -> Result<(), TemplateError> {
        let refused = match name {
            b"alias" | b"unalias" | b"integer" | b"float" | b"nameref" | b"enum" | b"emulate" | b"setopt"
            | b"unsetopt" | b"disable" | b"enable" | b"zmodload" => true,
            b"declare" | b"typeset" | b"local" | b"private" | b"export" | b"readonly" => {
                operands.iter().any(|word| match word.symbols.first() {
                    Some(Sym::Byte(b'-' | b'+')) => {
                        word.nature != Nature::Literal
                            || word
                                .symbols
                                .iter()
                                .skip(1)
                                .any(|symbol| !matches!(symbol, Sym::Byte(letter) if b"xrgaAfpUlu-".contains(letter)))
                    }
                    Some(Sym::Byte(b'$')) => true,
                    _ => false,
                })
            }
            b"set" => operands.iter().take_while(|word| !word.is(b"--")).any(|word| {
                matches!(word.symbols.first(), Some(Sym::Byte(b'-' | b'+'))) && (word.contains(b'k') || word.contains(b'A'))
                    || word.is(b"keyword")
            }),
            _ => false,
        };
        match (refused, self.tokens.is_empty()) {
            (true, false) => Err(self.refuse(0, Refusal::Attribute(show(name)))),
            _ => Ok(()),
        }
    }

    /// Checks the operands of a builtin for values.
    pub(super) fn builtin(&self, name: &[u8], operands: &[Word]) -> Result<(), TemplateError> {
        let Some(token) = token(operands) else {
            return Ok(());
        };
        let patterns = operands.iter().any(|word| word.nature == Nature::Pattern);
        let evaluates_numbers = matches!(
            self.kind,
            ShellKind::Posix | ShellKind::Ksh | ShellKind::Zsh
        );
        let evaluated = Refusal::Evaluated(show(name));
        match name {
            _ if among(EVALUATING, name) => Err(self.refuse(token, evaluated)),
            _ if among(NUMERIC, name) && evaluates_numbers => {
                Err(self.refuse(token, Refusal::Number(show(name))))
            }
            _ if among(ASSIGNING, name) => self.assigning(name, operands),
            b"printf" | b"test" | b"[" | b"print" | b"set" | b"hash" | b"type" | b"whence"
                if patterns =>
            {
                Err(self.refuse(token, Refusal::ComputedCommand(show(name))))
            }
            b"printf" => self.printf(operands, evaluates_numbers),
            b"print" if evaluates_numbers => self.after_dashes(name, operands, b"-nr"),
            b"set" => self.after_dashes(name, operands, b"-+efuxCabhmnv"),
            b"hash" | b"whence" | b"pushd" | b"popd" | b"dirs" | b"kill"
                if self.kind == ShellKind::Zsh =>
            {
                self.after_dashes(name, operands, b"-")
            }
            b"test" => self.test(name, operands),
            b"[" => match operands.split_last() {
                Some((last, operands)) if last.is(b"]") => self.test(name, operands),
                _ => Err(self.refuse(token, Refusal::TestForm(show(name)))),
            },
            _ => Ok(()),
        }
    }

    /// `export NAME=<>`, with nothing that could be an option.
    fn assigning(&self, name: &[u8], operands: &[Word]) -> Result<(), TemplateError> {
        for word in operands {
            let Some(token) = word.token else { continue };
            let before: Vec<u8> = word
                .symbols
                .iter()
                .map_while(|symbol| match symbol {
                    Sym::Byte(byte) => Some(*byte),
                    Sym::Token(_) => None,
                })
                .collect();
            let variable = before
                .split(|&byte| byte == b'=')
                .next()
                .unwrap_or_default();
            let named = variable.len() < before.len()
                && !variable.is_empty()
                && !variable[0].is_ascii_digit()
                && variable
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
            if !named || word.nature == Nature::Pattern {
                return Err(self.refuse(token, Refusal::Evaluated(show(name))));
            }
            self.assigned(0, variable)?;
        }
        Ok(())
    }

    /// `printf -v NAME` evaluates NAME, and a value can be the `-v`.
    fn printf(&self, operands: &[Word], evaluates_numbers: bool) -> Result<(), TemplateError> {
        let format = if operands.first().is_some_and(|word| word.is(b"--")) {
            operands.get(1)
        } else {
            match operands.first() {
                Some(word) if !is_no_option(word) => {
                    return match token(operands) {
                        Some(token) => {
                            Err(self.refuse(token, Refusal::OptionOf("printf".to_owned())))
                        }
                        None => Ok(()),
                    };
                }
                format => format,
            }
        };
        let text_only = format
            .and_then(Word::text)
            .is_some_and(|format| is_text_format(&format));
        match token(operands) {
            Some(token) if evaluates_numbers && !text_only => {
                Err(self.refuse(token, Refusal::Number("printf".to_owned())))
            }
            _ => Ok(()),
        }
    }

    /// Values only after `--`, before which only the given letters stand.
    fn after_dashes(
        &self,
        name: &[u8],
        operands: &[Word],
        letters: &[u8],
    ) -> Result<(), TemplateError> {
        for word in operands {
            if word.is(b"--") {
                return Ok(());
            }
            let known = word.text().is_some_and(|text| {
                text.len() > 1 && text.iter().all(|byte| letters.contains(byte))
            });
            if !known {
                break;
            }
        }
        match token(operands) {
            Some(token) => Err(self.refuse(token, Refusal::OptionOf(show(name)))),
            None => Ok(()),
        }
    }

    /// The forms of `test` in which no value can be taken for an operator.
    fn test(&self, name: &[u8], operands: &[Word]) -> Result<(), TemplateError> {
        let Some(token) = token(operands) else {
            return Ok(());
        };
        let operands = match operands {
            [not, rest @ ..] if not.is(b"!") && !rest.is_empty() => rest,
            operands => operands,
        };
        let is_any = |word: &Word, known: &str| word.text().is_some_and(|text| among(known, &text));
        let safe = match operands {
            [_] => true,
            [operator, _] => is_any(
                operator,
                "-b -c -d -e -f -g -h -k -n -p -r -s -u -w -x -z -G -L -N -O -S",
            ),
            [_, operator, _] => {
                if is_any(operator, "-eq -ne -lt -le -gt -ge") {
                    if matches!(self.kind, ShellKind::Bash | ShellKind::Dash) {
                        return Ok(());
                    }
                    return Err(self.refuse(token, Refusal::Number(show(name))));
                }
                is_any(operator, "= == != < > -nt -ot -ef")
            }
            _ => false,
        };
        if safe {
            Ok(())
        } else {
            Err(self.refuse(token, Refusal::TestForm(show(name))))
        }
    }

    /// Notes whether shells agree on this command.
    fn show(&mut self, name: &[u8], operands: &[Word]) {
        let literal = |word: &Word| word.text().unwrap_or_default();
        let shown = match name {
            b"" => Shown::No,
            b"cd" | b"exit" => Shown::InParentheses,
            b"echo" if operands.iter().any(|word| word.contains(b'\\')) => Shown::No,
            b"echo" if operands.first().is_some_and(|word| word.starts_with(b'-')) => Shown::No,
            b"echo" => {
                self.showable.echoes = Echoes::Yes;
                Shown::Same
            }
            b"printf"
                if operands.first().is_some_and(|word| {
                    is_alike_format(&literal(word)) && word.text().is_some()
                }) =>
            {
                Shown::Same
            }
            b"test" | b"["
                if operands
                    .iter()
                    .any(|word| matches!(&*literal(word), b"==" | b"-a" | b"-o" | b"<" | b">")) =>
            {
                Shown::No
            }
            b"test" | b"[" | b"true" | b"false" | b":" => Shown::Same,
            name if is_shell_word(name) => Shown::No,
            _ => Shown::Same,
        };
        self.note(shown);
    }
}

/// Whether `word` is the command for certain. One that is computed could be
/// nothing, and the next word the command; or be the rest of a name. In
/// quotes it is one word, and a name with a slash is a program.
fn is_one_command(word: &Word) -> bool {
    let computed = Sym::Byte(b'$');
    match word.nature {
        Nature::Literal => true,
        Nature::Expanded => {
            word.contains(b'/')
                || (word.quoted == Quoted::Yes
                    && word.symbols.iter().all(|symbol| *symbol == computed))
        }
        Nature::Pattern => false,
    }
}

/// Whether `word` is certainly not read as an option.
fn is_no_option(word: &Word) -> bool {
    match word.symbols.first() {
        Some(Sym::Byte(byte)) => !matches!(byte, b'-' | b'+' | b'$'),
        Some(Sym::Token(_)) => false,
        // `''`
        None => true,
    }
}

/// Whether `format` takes no number.
fn is_text_format(format: &[u8]) -> bool {
    let mut bytes = format.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'%' && !matches!(bytes.next(), Some(b's' | b'b' | b'c' | b'%')) {
            return false;
        }
    }
    true
}
