//! An expression as it is kept, and what it is evaluated with.
//!
//! Boundary: the face of this module. Perl itself is behind a trait: a
//! template starts no process.

use std::fmt;
use std::sync::Mutex;

use super::error::{ExprError, Native, Stop};
use super::eval::Machine;
use super::names::Names;
use super::parse::Parser;
use super::pattern::Pattern;
use super::tree::{Node, Statement};

/// Patterns put together for a value are kept, this many of them.
const KEPT_PATTERNS: usize = 64;

/// Whether the new value is quoted for the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// As any value is.
    Quoted,
    /// `uq()` was called: it goes into the command as it is.
    Unquoted,
}

/// What becomes of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It runs.
    Runs,
    /// `skip()` was called: it is left out.
    Skipped,
}

/// What an evaluation gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// `$_` at the end.
    pub value: Vec<u8>,
    /// Whether it is quoted.
    pub quoting: Quoting,
    /// Whether the job runs.
    pub fate: Fate,
    /// Whether the last statement gave what perl takes for true.
    pub is_true: bool,
}

/// What an expression can ask about its job.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The values of the job: `$arg[1]` is the first.
    pub args: &'a [&'a [u8]],
    /// The sequence number, from 1.
    pub seq: u64,
    /// The slot, from 1.
    pub slot: u64,
    /// How many jobs there are; asked only by an expression that `uses_total`.
    pub total: &'a dyn Fn() -> u64,
    /// How a value is quoted for the shell: `Q()`.
    pub quote: &'a dyn Fn(&[u8]) -> Vec<u8>,
    /// What evaluates an expression that needs perl.
    pub perl: Option<&'a dyn Perl>,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("args", &self.args)
            .field("seq", &self.seq)
            .field("slot", &self.slot)
            .finish_non_exhaustive()
    }
}

/// One evaluation that is left to perl.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The expression.
    pub source: &'a [u8],
    /// `$$1`, `$$2` ...
    pub groups: &'a [Vec<u8>],
    /// `$_`
    pub value: &'a [u8],
    /// The values of the job.
    pub args: &'a [&'a [u8]],
    /// The sequence number.
    pub seq: u64,
    /// The slot.
    pub slot: u64,
    /// How many jobs there are; 0 if the expression does not ask.
    pub total: u64,
}

/// A perl that evaluates. One call at a time is its own matter.
pub trait Perl: Sync {
    /// Looks whether the expression of a call can be evaluated at all; an error
    /// is what perl said.
    fn compile(&self, call: &Call<'_>) -> Result<(), String>;

    /// Evaluates; an error is what perl said.
    fn evaluate(&self, call: &Call<'_>) -> Result<Evaluated, String>;
}

/// How an expression is evaluated.
#[derive(Debug)]
enum Way {
    Natively(Program),
    ByPerl(String),
}

/// A parsed expression.
#[derive(Debug)]
pub struct Expression {
    source: Vec<u8>,
    groups: Vec<Vec<u8>>,
    way: Way,
    shares: bool,
}

/// A program that is understood.
#[derive(Debug)]
pub(super) struct Program {
    statements: Vec<Statement>,
    pub(super) scalars: usize,
    pub(super) arrays: usize,
    patterns: Mutex<Vec<(Vec<u8>, u8, Pattern)>>,
}

impl Program {
    /// Whether it is `$_++` and nothing else.
    pub(super) fn is_one_step(&self) -> bool {
        matches!(
            self.statements.as_slice(),
            [Statement::Plain(Node::Step(..))]
        )
    }

    /// The compiled pattern of `text`, which was put together for a value.
    pub(super) fn composed(&self, text: Vec<u8>, flags: u8) -> Native<Pattern> {
        let mut patterns = match self.patterns.lock() {
            Ok(patterns) => patterns,
            Err(poisoned) => poisoned.into_inner(),
        };
        let known = patterns
            .iter()
            .find(|(known, with, _)| *known == text && *with == flags);
        if let Some((_, _, pattern)) = known {
            return Ok(pattern.clone());
        }
        let pattern = Pattern::new(&text, flags)?;
        if patterns.len() == KEPT_PATTERNS {
            patterns.clear();
        }
        patterns.push((text, flags, pattern.clone()));
        Ok(pattern)
    }
}

impl Expression {
    /// Parses what stands between `{=` and `=}`, or behind the tag of `--rpl`.
    ///
    /// What is not understood here is kept for perl: see [`Self::needs_perl`].
    pub fn parse(source: &[u8]) -> Self {
        Self::with_groups(source, Vec::new())
    }

    /// The same, with the groups that the tag of `--rpl` matched: `$$1` is the first.
    pub fn with_groups(source: &[u8], groups: Vec<Vec<u8>>) -> Self {
        let mut names = Names::default();
        let parsed = Parser::new(source, &mut names).program();
        let shares = names.writes() > 0;
        let way = match parsed {
            Ok(statements) => Way::Natively(Program {
                statements,
                scalars: names.scalars(),
                arrays: names.arrays(),
                patterns: Mutex::default(),
            }),
            Err(Stop::Perl(what) | Stop::Fail(what)) => Way::ByPerl(what),
        };
        Self {
            source: source.to_vec(),
            groups,
            way,
            shares,
        }
    }

    /// What is not understood without perl.
    pub fn needs_perl(&self) -> Option<&str> {
        match &self.way {
            Way::Natively(_) => None,
            Way::ByPerl(what) => Some(what),
        }
    }

    /// The error of an expression that needs perl where there is none.
    pub fn without_perl(&self) -> Option<ExprError> {
        self.needs_perl().map(|what| ExprError::NeedsPerl {
            expression: self.shown(),
            what: what.to_owned(),
        })
    }

    /// Fails if perl is needed and cannot even compile it: no job is worth a
    /// start then.
    pub fn check(&self, perl: Option<&dyn Perl>) -> Result<(), ExprError> {
        let (Some(_), Some(perl)) = (self.needs_perl(), perl) else {
            return Ok(());
        };
        let call = Call {
            source: &self.source,
            groups: &self.groups,
            value: b"",
            args: &[],
            seq: 0,
            slot: 0,
            total: 0,
        };
        perl.compile(&call).map_err(|why| ExprError::Bad {
            expression: self.shown(),
            why,
        })
    }

    /// Whether it asks how many jobs there are: all inputs must be read first.
    pub fn uses_total(&self) -> bool {
        self.source.windows(10).any(|part| part == b"total_jobs")
    }

    /// The expression as it was written.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// Settles who evaluates the expressions of one command: those that write
    /// variables without `my` go to perl if another one needs it, for it may
    /// read them.
    pub fn together<'a>(expressions: impl IntoIterator<Item = &'a mut Self>) {
        let mut expressions: Vec<_> = expressions.into_iter().collect();
        if expressions
            .iter()
            .any(|expression| expression.needs_perl().is_some())
        {
            for expression in &mut expressions {
                if expression.shares && expression.needs_perl().is_none() {
                    expression.way = Way::ByPerl("variables shared by expressions".to_owned());
                }
            }
        }
    }

    /// Evaluates for one value.
    pub fn evaluate(&self, value: &[u8], context: &Context<'_>) -> Result<Evaluated, ExprError> {
        let what = match &self.way {
            Way::ByPerl(what) => what.clone(),
            Way::Natively(program) => match self.natively(program, value, context) {
                Ok(evaluated) => return Ok(evaluated),
                Err(Stop::Perl(what)) => what,
                Err(Stop::Fail(why)) => return Err(self.failed(value, why)),
            },
        };
        let Some(perl) = context.perl else {
            return Err(ExprError::NeedsPerl {
                expression: self.shown(),
                what,
            });
        };
        let call = Call {
            source: &self.source,
            groups: &self.groups,
            value,
            args: context.args,
            seq: context.seq,
            slot: context.slot,
            total: if self.uses_total() {
                (context.total)()
            } else {
                0
            },
        };
        perl.evaluate(&call).map_err(|why| self.failed(value, why))
    }

    fn natively(
        &self,
        program: &Program,
        value: &[u8],
        context: &Context<'_>,
    ) -> Native<Evaluated> {
        let mut machine = Machine::new(program, &self.groups, value, context);
        let last = machine.run(&program.statements)?;
        Ok(Evaluated {
            value: machine.topic.into_bytes(),
            quoting: if machine.unquoted {
                Quoting::Unquoted
            } else {
                Quoting::Quoted
            },
            fate: if machine.skipped {
                Fate::Skipped
            } else {
                Fate::Runs
            },
            is_true: last.is_true(),
        })
    }

    fn failed(&self, value: &[u8], why: String) -> ExprError {
        ExprError::Failed {
            expression: self.shown(),
            value: String::from_utf8_lossy(value).into_owned(),
            why,
        }
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(self.source.trim_ascii()).into_owned()
    }
}
