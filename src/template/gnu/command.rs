//! The command of a job on GNU parallel's face.
//!
//! Boundary: decides once how the command is written, and whether a shell is
//! needed to run it; the parts are `pieces`', the writing the sinks'.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use super::super::argv::Argv;
use super::super::error::TemplateError;
use super::super::expr::Expression;
use super::super::record::{Record, Values};
use super::super::words::is_shell_word;
use super::family::{Family, Token};
use super::op::{OfJob, Op};
use super::perl::{PerlOf, expression, filter, may_be_code, passes};
use super::pieces::{
    Piece, Scene, Verdict, Within, cut, fixed_len, has_token, needs_total, record_len, repeat,
    write,
};
use super::sink::{Bare, Direct, Quoted, Words};

/// What is quoted in a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Values only; not those of a command that begins with one.
    Values,
    /// Every word of the command too (`-q`).
    Words,
    /// The values, and the whole line so many times (`--shellquote`).
    Line(u32),
}

/// What several values in one job do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GnuBatch {
    /// They stand side by side where `{}` is.
    Joined,
    /// The word that has `{}` in it is written once for each (`-X`, `-N`).
    Repeated,
    /// They are read and left out (`-N0`).
    LeftOut,
    /// There are none, and one that is empty takes their place (`--pipe`).
    Empty,
}

/// Tells whether a word names a program that needs no shell.
pub type RunsDirectly<'a> = dyn Fn(&[u8]) -> bool + 'a;

/// What [`GnuCommand::parse`] needs.
pub struct GnuSpec<'a> {
    /// The words of the command; none if values are commands.
    pub words: &'a [Vec<u8>],
    /// The replacement strings.
    pub family: &'a Family,
    /// What is quoted.
    pub quoting: Quoting,
    /// What several values do.
    pub batch: GnuBatch,
    /// Whether a command without any string gets the values at its end.
    pub append: bool,
    /// `--filter`: the jobs for which it is not true are skipped.
    pub filter: Option<&'a [u8]>,
    /// How many jobs run at a time.
    pub slots: usize,
    /// The shell.
    pub shell: &'a Path,
    /// Tells whether a word names a program that the shell would run just as
    /// prun does; `None` if the shell may be asked for more than that.
    pub runs_directly: Option<&'a RunsDirectly<'a>>,
}

/// How a job's line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Quoted,
    Bare,
    Words,
    Requoted(u32),
}

/// Who runs the line.
#[derive(Clone, Debug)]
enum By {
    Shell(Box<[u8]>),
    /// The first word is the program, and is the same for every job.
    Itself(Box<[u8]>),
}

/// A command and its replacement strings.
#[derive(Clone, Debug)]
pub struct GnuCommand {
    pieces: Box<[Piece]>,
    mode: Mode,
    by: By,
    inserts: bool,
    /// Takes the place of the inputs.
    instead: Option<Record>,
    slots: usize,
    perl: PerlOf,
    filter: Option<Arc<Expression>>,
}

impl GnuCommand {
    /// Parses a command.
    pub fn parse(spec: &GnuSpec<'_>) -> Result<Self, TemplateError> {
        let within = match spec.quoting {
            Quoting::Words => Within::Stays,
            Quoting::Values | Quoting::Line(_) => Within::Ends,
        };
        let words = spec.words.iter().map(Vec::as_slice);
        let mut pieces = cut(words, spec.family, within)?;
        let is_bare = spec.words.is_empty() || begins_with_token(&pieces);
        if !has_token(&pieces) && spec.append {
            if !spec.words.is_empty() {
                pieces.push(Piece::Blank((*b" ").into()));
            }
            pieces.push(Piece::Token(Token::All(Op::Plain(
                super::super::token::Op::Whole,
            ))));
        }
        if matches!(spec.batch, GnuBatch::Repeated | GnuBatch::LeftOut) {
            pieces = repeat(pieces);
        }
        let mode = match spec.quoting {
            Quoting::Words => Mode::Words,
            Quoting::Line(times) => Mode::Requoted(times),
            Quoting::Values if is_bare => Mode::Bare,
            Quoting::Values => Mode::Quoted,
        };
        let program = match spec.runs_directly {
            Some(is_program) if mode == Mode::Quoted => program(&pieces, is_program),
            _ => None,
        };
        Ok(Self {
            pieces: pieces.into(),
            mode,
            by: match program {
                Some(program) => By::Itself(program.into()),
                None => By::Shell(spec.shell.as_os_str().as_bytes().into()),
            },
            inserts: spec.batch != GnuBatch::LeftOut,
            instead: (spec.batch == GnuBatch::Empty).then(|| Record::single(b"")),
            slots: spec.slots,
            filter: match spec.filter {
                None => None,
                Some(text) => Some(expression(&filter(text), Vec::new(), &spec.family.perl)?),
            },
            perl: spec.family.perl.clone(),
        })
    }

    /// Whether a string stands for the number of all jobs.
    pub(in super::super) fn needs_total(&self) -> bool {
        needs_total(&self.pieces)
    }

    /// The program that every job starts.
    pub(in super::super) fn program(&self) -> &[u8] {
        match &self.by {
            By::Shell(program) | By::Itself(program) => program,
        }
    }

    /// Whether a shell runs the jobs.
    pub(in super::super) fn uses_shell(&self) -> bool {
        matches!(self.by, By::Shell(_))
    }

    /// Renders the words of one job.
    pub(in super::super) fn render(&self, values: &Values<'_>, argv: &mut Argv) -> Verdict {
        match &self.by {
            By::Itself(_) => {
                let mut sink = Direct::new(argv);
                let verdict = write(&self.pieces, self.scene(values), &mut sink);
                sink.finish();
                self.filtered(verdict, values)
            }
            By::Shell(shell) => {
                argv.push(shell);
                argv.push(b"-c");
                let verdict = self.render_line(values, argv.part());
                argv.end_word();
                verdict
            }
        }
    }

    /// Appends the line of one job, as GNU parallel shows it.
    pub(in super::super) fn render_line(&self, values: &Values<'_>, out: &mut Vec<u8>) -> Verdict {
        let scene = self.scene(values);
        let verdict = match self.mode {
            Mode::Quoted => write(&self.pieces, scene, &mut Quoted(out)),
            Mode::Bare => write(&self.pieces, scene, &mut Bare(out)),
            Mode::Words => {
                let mut sink = Words::new(out);
                let verdict = write(&self.pieces, scene, &mut sink);
                sink.finish();
                verdict
            }
            Mode::Requoted(times) => {
                let mut line = Vec::new();
                let verdict = if self.pieces.len() == 1 {
                    write(&self.pieces, scene, &mut Bare(&mut line))
                } else {
                    write(&self.pieces, scene, &mut Quoted(&mut line))
                };
                for _ in 0..times {
                    let mut quoted = Vec::new();
                    super::quote::quote(&line, &mut quoted);
                    line = quoted;
                }
                out.extend_from_slice(&line);
                verdict
            }
        };
        self.filtered(verdict, values)
    }

    /// Bytes of a job's line before any value.
    pub(in super::super) fn fixed_len(&self) -> usize {
        fixed_len(&self.pieces)
    }

    /// Bytes that `record` adds to a job's line.
    pub(in super::super) fn record_len(&self, record: &Record) -> usize {
        record_len(&self.pieces, record)
    }

    fn scene<'a>(&'a self, values: &'a Values<'a>) -> Scene<'a> {
        let scene = Scene::new(values, self.inserts, self.slots, &self.perl);
        match &self.instead {
            Some(record) => scene.instead(record),
            None => scene,
        }
    }

    /// What `--filter` says of a job that would run.
    fn filtered(&self, verdict: Verdict, values: &Values<'_>) -> Verdict {
        let (Verdict::Run, Some(filter)) = (&verdict, &self.filter) else {
            return verdict;
        };
        match passes(filter, self.scene(values)) {
            Ok(true) => Verdict::Run,
            Ok(false) => Verdict::Skip,
            Err(error) => Verdict::Fail(error),
        }
    }
}

/// Whether a string stands in the first word, with no `=` before it: such a
/// command is made of its values, and they are not quoted.
fn begins_with_token(pieces: &[Piece]) -> bool {
    for piece in pieces {
        match piece {
            Piece::Token(_) | Piece::Repeat(_) => return true,
            Piece::Blank(_) => return false,
            Piece::Text(text) if text.iter().any(|byte| b"=\n ".contains(byte)) => return false,
            Piece::Text(_) => {}
        }
    }
    false
}

/// The program of a command that no shell is needed for: its first word is
/// fixed and names a program, and nothing in the text means anything to a
/// shell. A quoted value is one word, or part of one, in either way.
fn program(pieces: &[Piece], is_program: &dyn Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    let is_ending = |piece: Option<&Piece>| matches!(piece, None | Some(Piece::Blank(_)));
    let [Piece::Text(first), rest @ ..] = pieces else {
        return None;
    };
    let runs = is_ending(rest.first())
        && !first.contains(&b'=')
        && !is_shell_word(first)
        && rest.iter().all(is_simple)
        && first.iter().all(|&byte| is_literal(byte))
        && is_program(first);
    runs.then(|| first.to_vec())
}

fn is_simple(piece: &Piece) -> bool {
    match piece {
        Piece::Text(text) => text.iter().all(|&byte| is_literal(byte)),
        Piece::Token(Token::Job(OfJob::Variable(_))) => false,
        Piece::Token(Token::All(Op::Perl(expression)) | Token::Nth(_, Op::Perl(expression))) => {
            !may_be_code(expression)
        }
        Piece::Blank(_) | Piece::Token(_) => true,
        Piece::Repeat(word) => word.iter().all(is_simple),
    }
}

/// Bytes that mean themselves to a shell wherever they stand in a word.
fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.+/-=:,@%".contains(&byte)
}
