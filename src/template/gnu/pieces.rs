//! A command, or a text, cut into what is written for each job.
//!
//! Boundary: finds the parts and writes them in turn; what a part looks like
//! in the end (quoted, bare, a word of its own) is the sink's.

use std::io::Write as _;

use super::super::error::TemplateError;
use super::super::expr::{ExprError, Fate, Quoting};
use super::super::record::{Record, Values};
use super::family::{Family, Token};
use super::op::{OfJob, Op};
use super::perl::{self, PerlOf};
use super::quote::quoted_len;
use super::sink::Sink;

/// One part.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Text without a blank that ends a word.
    Text(Box<[u8]>),
    /// Blanks between words.
    Blank(Box<[u8]>),
    /// A replacement string.
    Token(Token),
    /// A word that is written once for each value.
    Repeat(Box<[Piece]>),
}

/// Whether a job is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Run,
    /// A replacement string says that it is not (`{uniq}`, `skip()`).
    Skip,
    /// An expression failed: there is nothing to run.
    Fail(ExprError),
}

/// The values of a job, and what else its strings stand for.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) values: &'a Values<'a>,
    /// Where the values are.
    records: &'a [Record],
    /// How many values there are.
    pub(super) count: usize,
    /// How many slots there are: `{0%}` is as wide as the last.
    pub(super) slots: usize,
    pub(super) perl: &'a PerlOf,
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        values: &'a Values<'a>,
        inserts: bool,
        slots: usize,
        perl: &'a PerlOf,
    ) -> Self {
        let count = if inserts {
            values.records.iter().map(Record::len).sum()
        } else {
            0
        };
        Self {
            values,
            records: values.records,
            count,
            slots,
            perl,
        }
    }

    /// The same with `record` in place of the job's inputs.
    pub(super) fn instead(self, record: &'a Record) -> Self {
        Self {
            records: std::slice::from_ref(record),
            count: record.len(),
            ..self
        }
    }

    pub(super) fn args(self) -> impl Iterator<Item = &'a [u8]> {
        self.records.iter().flat_map(Record::iter).take(self.count)
    }

    fn nth(self, position: i32) -> Option<&'a [u8]> {
        let size = usize::try_from(position.unsigned_abs()).ok()?;
        let index = if position > 0 {
            size - 1
        } else {
            self.count.checked_sub(size)?
        };
        self.args().nth(index)
    }
}

/// The parts of `texts`, between which stand blanks that end a word. A string
/// may begin in one text and end in another: `{= '$_++' =}` is three words for
/// the shell that typed it.
///
/// `within` says whether a blank within a text ends a word too.
pub(super) fn cut<'t>(
    texts: impl Iterator<Item = &'t [u8]>,
    family: &Family,
    within: Within,
) -> Result<Vec<Piece>, TemplateError> {
    let mut line = Vec::new();
    let mut joints = Vec::new();
    for (index, text) in texts.enumerate() {
        if index > 0 {
            joints.push(line.len());
            line.push(b' ');
        }
        line.extend_from_slice(text);
    }
    if line.contains(&0) {
        return Err(TemplateError::Nul);
    }
    let mut pieces = Vec::new();
    let mut joints = joints.into_iter().peekable();
    let mut plain = Vec::new();
    let mut at = 0;
    while at < line.len() {
        while joints.next_if(|&joint| joint < at).is_some() {}
        if let Some(found) = family.token_at(&line[at..]) {
            let (token, len) = found?;
            if let Token::All(op) | Token::Nth(_, op) = &token {
                perl::check(op, &family.perl)?;
            }
            flush(&mut plain, &mut pieces, within);
            pieces.push(Piece::Token(token));
            at += len;
        } else if joints.next_if_eq(&at).is_some() {
            flush(&mut plain, &mut pieces, within);
            pieces.push(Piece::Blank((*b" ").into()));
            at += 1;
        } else {
            plain.push(line[at]);
            at += 1;
        }
    }
    flush(&mut plain, &mut pieces, within);
    Ok(pieces)
}

/// Whether blanks within a text end words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// They do, as the shell will have it.
    Ends,
    /// They do not: the text is quoted as it is.
    Stays,
}

fn flush(plain: &mut Vec<u8>, pieces: &mut Vec<Piece>, within: Within) {
    let text = std::mem::take(plain);
    if within == Within::Stays {
        if !text.is_empty() {
            pieces.push(Piece::Text(text.into()));
        }
        return;
    }
    for run in text.chunk_by(|a, b| is_blank(*a) == is_blank(*b)) {
        pieces.push(if is_blank(run[0]) {
            Piece::Blank(run.into())
        } else {
            Piece::Text(run.into())
        });
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Makes each word with a `{}` in it, and no position, into one that is
/// repeated (`-X`, `-N`, `-n`, `-L`).
pub(super) fn repeat(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut word = Vec::new();
    for piece in split_texts(pieces) {
        let ends = match &piece {
            Piece::Blank(_) => true,
            Piece::Text(text) => is_blank(text[0]),
            _ => false,
        };
        if ends {
            out.extend(repeated(std::mem::take(&mut word)));
            out.push(piece);
        } else {
            word.push(piece);
        }
    }
    out.extend(repeated(word));
    out
}

/// Under `-q` a blank within a text ends what is repeated, and stays text.
fn split_texts(pieces: Vec<Piece>) -> impl Iterator<Item = Piece> {
    pieces.into_iter().flat_map(|piece| match piece {
        Piece::Text(text) => text
            .chunk_by(|a, b| is_blank(*a) == is_blank(*b))
            .map(|run| Piece::Text(run.into()))
            .collect(),
        other => vec![other],
    })
}

fn repeated(word: Vec<Piece>) -> Vec<Piece> {
    let has = |wanted: fn(&Token) -> bool| {
        word.iter()
            .any(|piece| matches!(piece, Piece::Token(token) if wanted(token)))
    };
    if has(|token| matches!(token, Token::All(_))) && !has(|token| matches!(token, Token::Nth(..)))
    {
        vec![Piece::Repeat(word.into())]
    } else {
        word
    }
}

/// Whether there is a replacement string among `pieces`.
pub(super) fn has_token(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| match piece {
        Piece::Token(_) | Piece::Repeat(_) => true,
        Piece::Text(_) | Piece::Blank(_) => false,
    })
}

/// Whether a string stands for the number of all jobs.
pub(super) fn needs_total(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| match piece {
        Piece::Token(Token::Job(of_job)) => {
            matches!(of_job, OfJob::Total | OfJob::PaddedSeq)
        }
        Piece::Token(Token::All(Op::Perl(expression)) | Token::Nth(_, Op::Perl(expression))) => {
            expression.uses_total()
        }
        Piece::Repeat(word) => needs_total(word),
        Piece::Token(_) | Piece::Text(_) | Piece::Blank(_) => false,
    })
}

/// Writes a job into `sink`.
pub(super) fn write(pieces: &[Piece], scene: Scene<'_>, sink: &mut impl Sink) -> Verdict {
    let mut verdict = Verdict::Run;
    for piece in pieces {
        match piece {
            Piece::Text(text) => sink.text(text),
            Piece::Blank(blanks) => sink.blank(blanks),
            Piece::Token(token) => verdict = verdict.and(token_in(token, scene, None, sink)),
            // Of values that are left out the rest of the word stays.
            Piece::Repeat(word) if scene.count == 0 => {
                verdict = verdict.and(write(word, scene, sink));
            }
            Piece::Repeat(word) => {
                for (turn, value) in scene.args().enumerate() {
                    if turn > 0 {
                        sink.blank(b" ");
                    }
                    for piece in word {
                        match piece {
                            Piece::Token(token) => {
                                verdict = verdict.and(token_in(token, scene, Some(value), sink));
                            }
                            Piece::Text(text) => sink.text(text),
                            Piece::Blank(_) | Piece::Repeat(_) => {}
                        }
                    }
                }
            }
        }
    }
    verdict
}

impl Verdict {
    fn and(self, other: Self) -> Self {
        if self == Self::Run { other } else { self }
    }
}

/// Writes one value.
fn value_in(op: &Op, value: &[u8], scene: Scene<'_>, sink: &mut impl Sink) -> Verdict {
    let Op::Perl(expression) = op else {
        sink.value(&op.apply(value));
        return Verdict::Run;
    };
    match perl::evaluate(expression, value, scene) {
        Ok(evaluated) => {
            match evaluated.quoting {
                Quoting::Quoted => sink.value(&evaluated.value),
                Quoting::Unquoted => sink.code(&evaluated.value),
            }
            match evaluated.fate {
                Fate::Runs => Verdict::Run,
                Fate::Skipped => Verdict::Skip,
            }
        }
        Err(error) => Verdict::Fail(error),
    }
}

fn token_in(token: &Token, scene: Scene<'_>, turn: Option<&[u8]>, sink: &mut impl Sink) -> Verdict {
    match (token, turn) {
        (Token::All(op), Some(value)) => value_in(op, value, scene, sink),
        (Token::All(op), None) => all(op, scene, sink),
        (Token::Nth(position, op), _) => match scene.nth(*position) {
            Some(value) => value_in(op, value, scene, sink),
            None => Verdict::Run,
        },
        (Token::Job(of_job), _) => job(of_job, scene, sink),
    }
}

fn all(op: &Op, scene: Scene<'_>, sink: &mut impl Sink) -> Verdict {
    let mut verdict = Verdict::Run;
    for (index, value) in scene.args().enumerate() {
        if index > 0 {
            sink.blank(b" ");
        }
        verdict = verdict.and(value_in(op, value, scene, sink));
    }
    verdict
}

fn job(of_job: &OfJob, scene: Scene<'_>, sink: &mut impl Sink) -> Verdict {
    let mut number = Vec::with_capacity(20);
    let values = scene.values;
    let total = values.total.unwrap_or(values.seq);
    // Writing to a vector cannot fail.
    let _ = match of_job {
        OfJob::Seq => write!(number, "{}", values.seq),
        OfJob::Slot => write!(number, "{}", values.slot),
        OfJob::Total => write!(number, "{total}"),
        OfJob::PaddedSeq => write!(number, "{:0width$}", values.seq, width = digits(total)),
        OfJob::PaddedSlot => {
            let width = digits(scene.slots as u64);
            write!(number, "{:0width$}", values.slot)
        }
        OfJob::Variable(name) => {
            sink.code(name.as_bytes());
            return Verdict::Run;
        }
        OfJob::Unique(position) | OfJob::Ascending(position) => {
            let whole = Op::Plain(super::super::token::Op::Whole);
            let written = match position {
                None => all(&whole, scene, sink),
                Some(position) => token_in(&Token::Nth(*position, whole), scene, None, sink),
            };
            return written.and(listed(of_job, scene));
        }
        OfJob::Nothing => return Verdict::Run,
    };
    sink.value(&number);
    Verdict::Run
}

fn digits(number: u64) -> usize {
    number.max(1).to_string().len()
}

/// Whether the values are as `{uniq}` or `{choose_k}` wants them.
fn listed(of_job: &OfJob, scene: Scene<'_>) -> Verdict {
    let values: Vec<&[u8]> = scene.args().collect();
    let fits = if let OfJob::Ascending(_) = of_job {
        values.is_sorted_by(|a, b| a < b)
    } else {
        let distinct: std::collections::BTreeSet<_> = values.iter().collect();
        distinct.len() == values.len()
    };
    if fits { Verdict::Run } else { Verdict::Skip }
}

/// Bytes of a job's line that no value adds to.
pub(super) fn fixed_len(pieces: &[Piece]) -> usize {
    let (mut bytes, mut firsts) = (0, 0);
    for piece in pieces {
        match piece {
            Piece::Text(text) | Piece::Blank(text) => bytes += text.len(),
            Piece::Token(Token::All(_) | Token::Job(_)) | Piece::Repeat(_) => firsts += 1,
            Piece::Token(Token::Nth(..)) => {}
        }
    }
    // A blank is counted with each value, and the first has none.
    usize::saturating_sub(bytes, firsts)
}

/// Bytes that `record` adds to a job's line.
pub(super) fn record_len(pieces: &[Piece], record: &Record) -> usize {
    let of_value = |op: &Op, value: &[u8]| quoted_len(&op.apply(value));
    let mut bytes = 0;
    for piece in pieces {
        for value in record.iter() {
            bytes += match piece {
                Piece::Token(Token::All(op)) => of_value(op, value) + 1,
                // Counted with every value, though it is written once: as GNU
                // parallel, so that equal command lines get equal batches.
                Piece::Token(token @ Token::Job(_)) => job_bound(token) + 1,
                Piece::Repeat(word) => {
                    let parts = word.iter().map(|piece| match piece {
                        Piece::Text(text) | Piece::Blank(text) => text.len(),
                        Piece::Token(Token::All(op)) => of_value(op, value),
                        Piece::Token(token) => job_bound(token),
                        Piece::Repeat(_) => 0,
                    });
                    parts.sum::<usize>() + 1
                }
                Piece::Text(_) | Piece::Blank(_) | Piece::Token(Token::Nth(..)) => 0,
            };
        }
    }
    bytes
}

/// What a string that stands for a job takes; of a number, one digit: as GNU
/// parallel, which counts by the first job.
fn job_bound(token: &Token) -> usize {
    match token {
        Token::Job(OfJob::Variable(name)) => name.len(),
        Token::Job(OfJob::Nothing) | Token::All(_) | Token::Nth(..) => 0,
        Token::Job(_) => 1,
    }
}
