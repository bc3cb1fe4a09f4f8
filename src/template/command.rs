//! The template of a job: which of the three ways to run it was chosen.
//!
//! Boundary: puts the parts of this module together; each way renders itself.

use std::os::unix::ffi::OsStrExt as _;

use super::argv::Argv;
use super::direct::Direct;
use super::error::{Place, TemplateError};
use super::gnu::{GnuCommand, GnuSpec, Verdict};
use super::line;
use super::lines::Lines;
use super::quote::quote;
use super::record::{Record, Values};
use super::script::Script;
use super::spec::{Append, Command, ShellKind, Spec};
use super::token::{Names, Scanner, Sym, Token};
use super::words::{Shape, among, is_shell_only, is_shell_word, literal, shape};

/// A command with its tokens, parsed once.
#[derive(Debug)]
pub struct Template {
    tokens: Vec<Token>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Direct(Direct),
    Script(Box<Script>),
    Lines(Lines),
    Gnu(Box<GnuCommand>),
}

impl Template {
    /// Parses the command of `spec`.
    pub fn parse(spec: &Spec<'_>) -> Result<Self, TemplateError> {
        let names = Names {
            columns: spec.names,
            params: spec.params,
            dest: spec.dest,
        };
        match spec.command {
            Command::None => Ok(Self {
                tokens: Vec::new(),
                way: Way::Lines(Lines::new(
                    spec.shell.as_os_str().as_bytes(),
                    spec.bash.as_os_str().as_bytes(),
                    spec.functions,
                    &spec.is_program,
                )),
            }),
            Command::Script(text) => {
                let mut scanner = Scanner::new(spec.replace, names, std::iter::once(text))?;
                let symbols = scanner.scan(text)?;
                let way = one_word(spec, symbols, &mut scanner)?;
                Ok(Self {
                    tokens: scanner.into_tokens(),
                    way,
                })
            }
            Command::Argv(words) => {
                let texts = words.iter().map(Vec::as_slice);
                let mut scanner = Scanner::new(spec.replace, names, texts)?;
                let words = words
                    .iter()
                    .map(|word| scanner.scan(word))
                    .collect::<Result<Vec<_>, _>>()?;
                let way = several_words(spec, words, &mut scanner)?;
                Ok(Self {
                    tokens: scanner.into_tokens(),
                    way,
                })
            }
        }
    }

    /// Parses a command as GNU parallel would.
    pub fn gnu(spec: &GnuSpec<'_>) -> Result<Self, TemplateError> {
        Ok(Self {
            tokens: Vec::new(),
            way: Way::Gnu(Box::new(GnuCommand::parse(spec)?)),
        })
    }

    /// Whether a token stands for the number of all jobs.
    pub fn needs_total(&self) -> bool {
        match &self.way {
            Way::Gnu(command) => command.needs_total(),
            Way::Direct(_) | Way::Script(_) | Way::Lines(_) => false,
        }
    }

    /// Whether a shell runs the jobs, or some of them.
    pub fn uses_shell(&self) -> bool {
        match &self.way {
            Way::Direct(_) => false,
            Way::Script(_) | Way::Lines(_) => true,
            Way::Gnu(command) => command.uses_shell(),
        }
    }

    /// The first word, if it is the same for every job: the shell, for a
    /// script. To be looked up on PATH once.
    pub fn program(&self) -> Option<&[u8]> {
        match &self.way {
            Way::Direct(direct) => direct.program(),
            Way::Script(script) => Some(script.shell()),
            Way::Lines(_) => None,
            Way::Gnu(command) => Some(command.program()),
        }
    }

    /// Renders the words of one job, in place of what `argv` held; says whether
    /// the job is to be run.
    pub fn render(&self, values: &Values<'_>, argv: &mut Argv) -> Verdict {
        argv.clear();
        match &self.way {
            Way::Direct(direct) => direct.render(&self.tokens, values, argv),
            Way::Script(script) => script.render(&self.tokens, values, argv),
            Way::Lines(lines) => lines.render(values, argv),
            Way::Gnu(command) => return command.render(values, argv),
        }
        Verdict::Run
    }

    /// Appends one line, without its newline, that does the same as the job
    /// when it is pasted into bash, ksh or zsh.
    /// On GNU parallel's face, the line as it shows it. Says whether the job is
    /// to be run.
    pub fn render_line(&self, values: &Values<'_>, out: &mut Vec<u8>) -> Verdict {
        if let Way::Gnu(command) = &self.way {
            return command.render_line(values, out);
        }
        if let Way::Script(script) = &self.way
            && script.render_line(&self.tokens, values, out)
        {
            return Verdict::Run;
        }
        let mut argv = Argv::new();
        let verdict = self.render(values, &mut argv);
        line::render(&argv, out);
        verdict
    }

    /// Bytes of the words of a job, with their NULs, before any input is
    /// counted.
    pub fn fixed_len(&self) -> usize {
        match &self.way {
            Way::Direct(direct) => direct.fixed_len(&self.tokens),
            Way::Script(script) => script.fixed_len(&self.tokens),
            Way::Lines(_) => 0,
            Way::Gnu(command) => command.fixed_len(),
        }
    }

    /// Bytes that `record`, as one more input of a job, adds to its words: an
    /// upper bound.
    pub fn record_len(&self, record: &Record) -> usize {
        match &self.way {
            Way::Direct(direct) => direct.record_len(&self.tokens, record),
            Way::Script(script) => script.record_len(&self.tokens, record),
            Way::Lines(_) => record.iter().map(|value| value.len() + 1).sum(),
            Way::Gnu(command) => command.record_len(record),
        }
    }

    /// The most inputs a job can have, where there is a limit of its own: a
    /// script grows with its inputs, and Linux takes no argument beyond
    /// 128 KiB.
    pub fn max_records(&self) -> Option<usize> {
        match &self.way {
            Way::Script(script) => script.max_records(),
            Way::Direct(_) | Way::Lines(_) | Way::Gnu(_) => None,
        }
    }

    /// The tokens as they are spelled, each once, in order.
    pub fn tokens(&self) -> impl Iterator<Item = &[u8]> {
        self.tokens.iter().map(|token| &*token.spelling)
    }
}

fn one_word(
    spec: &Spec<'_>,
    mut symbols: Vec<Sym>,
    scanner: &mut Scanner<'_>,
) -> Result<Way, TemplateError> {
    let shape = shape(&symbols, spec.functions, &spec.is_program)?;
    let (mut shell, mut kind) = (spec.shell, spec.shell_kind);
    match shape {
        Shape::Direct(mut words) => {
            if appends(spec, scanner) {
                words.push(vec![scanner.whole_input()?]);
            }
            return Direct::new(&words, scanner.tokens(), spec.batch).map(Way::Direct);
        }
        Shape::Function if kind != ShellKind::Bash => (shell, kind) = (spec.bash, ShellKind::Bash),
        Shape::Function | Shape::Script => {}
    }
    if kind == ShellKind::Other {
        return Err(TemplateError::NotPosix {
            shell: shell.display().to_string(),
        });
    }
    let appended = appends(spec, scanner);
    if appended {
        append(&mut symbols, scanner.whole_input()?)?;
    }
    let write = |shell: &std::path::Path, kind| {
        Script::new(
            &symbols,
            scanner.tokens(),
            shell.as_os_str().as_bytes(),
            kind,
            spec.batch,
        )
        .map_err(|error| if appended { not_appended(error) } else { error })
    };
    let script = write(shell, kind)?;
    if !script.calls(spec.functions) {
        return Ok(Way::Script(Box::new(script)));
    }
    // A function anywhere in the script: only the bash that exported it can
    // run it.
    let script = match kind {
        ShellKind::Bash => script,
        _ => write(spec.bash, ShellKind::Bash)?,
    };
    Ok(Way::Script(Box::new(script.hidden())))
}

/// Whether the input is put behind a command, since nothing in it is a token.
fn appends(spec: &Spec<'_>, scanner: &Scanner<'_>) -> bool {
    spec.append == Append::Input && scanner.tokens().is_empty()
}

/// Puts the input at the end of a script without tokens.
fn append(symbols: &mut Vec<Sym>, token: Sym) -> Result<(), TemplateError> {
    while matches!(symbols.last(), Some(Sym::Byte(b' ' | b'\t' | b'\n'))) {
        symbols.pop();
    }
    let backslashes = symbols
        .iter()
        .rev()
        .take_while(|symbol| **symbol == Sym::Byte(b'\\'))
        .count();
    if backslashes % 2 == 1 {
        return Err(TemplateError::Append {
            place: "after a backslash",
        });
    }
    symbols.extend([Sym::Byte(b' '), token]);
    Ok(())
}

/// What is wrong with a token that the user did not write.
fn not_appended(error: TemplateError) -> TemplateError {
    let TemplateError::Refused { place, .. } = &error else {
        return error;
    };
    match place {
        Place::CommandWord => TemplateError::Append {
            place: "where a new command begins",
        },
        Place::Comment => TemplateError::Append {
            place: "to a comment",
        },
        Place::AfterCompound => TemplateError::Append {
            place: "after `}`, `)`, `done`, `fi` or `esac`",
        },
        Place::HeredocDelimiter | Place::QuotedHeredoc => TemplateError::Append {
            place: "after a here-document",
        },
        _ => error,
    }
}

fn several_words(
    spec: &Spec<'_>,
    mut words: Vec<Vec<Sym>>,
    scanner: &mut Scanner<'_>,
) -> Result<Way, TemplateError> {
    let Some(first) = words.first() else {
        return Err(TemplateError::Empty);
    };
    let first = literal(first);
    operators(&words)?;
    if appends(spec, scanner) {
        words.push(vec![scanner.whole_input()?]);
    }
    if let Some(name) = first {
        let shown = || String::from_utf8_lossy(&name).into_owned();
        if spec.functions.contains(&name) {
            call(spec, &name, &mut words);
        } else if !(spec.is_program)(&name) {
            return Err(if name.is_empty() {
                TemplateError::Empty
            } else if is_shell_only(&name) || is_shell_word(&name) {
                TemplateError::NeedsShell { name: shown() }
            } else {
                TemplateError::NotFound { name: shown() }
            });
        }
    }
    Direct::new(&words, scanner.tokens(), spec.batch).map(Way::Direct)
}

/// Words that call a function of bash, with the other words as its arguments:
/// they stay exactly as they are.
fn call(spec: &Spec<'_>, name: &[u8], words: &mut Vec<Vec<Sym>>) {
    let word = |bytes: &[u8]| -> Vec<Sym> { bytes.iter().copied().map(Sym::Byte).collect() };
    let bash = spec.bash.as_os_str().as_bytes();
    let mut script = Vec::new();
    quote(name, &mut script);
    script.extend_from_slice(b" \"$@\"");
    words.splice(0..1, [word(bash), word(b"-c"), word(&script), word(bash)]);
}

/// A lone operator among several words is a script whose quotes were
/// forgotten, unless the program has operators of its own.
fn operators(words: &[Vec<Sym>]) -> Result<(), TemplateError> {
    const OPERATORS: &str = "\
    | || |& & && ; ;; < << <<< <& > >> >| >& &> &>> 1> 1>> 2> 2>> 2>&1 1>&2 >&2 \
    2>/dev/null >/dev/null";
    let words: Vec<Option<Vec<u8>>> = words.iter().map(|word| literal(word)).collect();
    if matches!(words[0].as_deref(), Some(b"expr" | b"test" | b"[")) {
        return Ok(());
    }
    let mut in_exec = false;
    for word in words.iter().flatten() {
        match &**word {
            b"-exec" | b"-execdir" | b"-ok" | b"-okdir" => in_exec = true,
            b";" if in_exec => in_exec = false,
            word if among(OPERATORS, word) => {
                return Err(TemplateError::Operator {
                    word: String::from_utf8_lossy(word).into_owned(),
                });
            }
            _ => {}
        }
    }
    Ok(())
}
