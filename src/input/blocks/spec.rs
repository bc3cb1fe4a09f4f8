//! What `--pipe` and `--pipepart` are asked for.
//!
//! Boundary: plain data that the configuration layer fills in, from whichever
//! command line; escapes are read by then.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A whole run over blocks.
#[derive(Clone, Debug)]
pub struct PipeSpec {
    /// Where the data comes from.
    pub from: PipeFrom,
    /// How it is cut.
    pub blocks: BlocksSpec,
    /// Which job has which block.
    pub deal: Deal,
    /// How a job reads its block.
    pub way: Way,
    /// How long to wait for a block to be full (`--block-timeout`): what is
    /// there by then, in whole records, is a block.
    pub patience: Option<Duration>,
}

impl PipeSpec {
    /// Whether standard input is among what is cut.
    pub fn reads_stdin(&self) -> bool {
        match &self.from {
            PipeFrom::Stdin => true,
            PipeFrom::Files(paths) => paths.iter().any(|path| path == Path::new("-")),
            PipeFrom::Parts(_) => false,
        }
    }
}

/// Where the data comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PipeFrom {
    /// Standard input, one block after the other.
    Stdin,
    /// These files one after the other, as if each stood on standard input; `-`
    /// is standard input.
    Files(Vec<PathBuf>),
    /// Ranges of these files (`--pipepart`), cut without reading what lies
    /// between.
    Parts(Vec<PathBuf>),
}

/// How data is cut.
#[derive(Clone, Debug)]
pub struct BlocksSpec {
    /// How large a block is, at most if records fit.
    pub size: BlockSize,
    /// What a record is, and how many a job has.
    pub records: RecordsSpec,
    /// What stands before each block.
    pub header: HeaderSpec,
    /// What becomes of the text between records.
    pub separators: Separators,
    /// Whether the first line is left out, before there is a header.
    pub first_line: FirstLine,
    /// Which blocks are left out.
    pub left_out: LeftOut,
}

/// `--block`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlockSize {
    /// GNU parallel's: 1 MiB, and of a file that is cut in parts ten blocks to
    /// each slot.
    #[default]
    Usual,
    /// So many bytes.
    Bytes(u64),
    /// So many blocks to each slot (`--block -N`), of a file of known size.
    PerSlot(u64),
}

impl BlockSize {
    /// How large blocks of a stream are; `None` for a share of what nobody knows.
    pub(super) fn of_stream(self) -> Option<u64> {
        match self {
            Self::Usual => Some(1 << 20),
            Self::Bytes(size) => Some(size.max(1)),
            Self::PerSlot(_) => None,
        }
    }

    /// How large blocks are of a file of this length that is cut in parts: one
    /// byte more than a share, so that there are no more blocks than shares.
    pub fn of_parts(self, len: u64, slots: usize) -> u64 {
        let share = |blocks: u64| len / blocks.saturating_mul(slots as u64).max(1) + 1;
        match self {
            Self::Usual => share(10),
            Self::Bytes(size) => size.max(1),
            Self::PerSlot(blocks) => share(blocks),
        }
    }
}

/// Where records begin and end.
#[derive(Clone, Debug, Default)]
pub struct RecordsSpec {
    /// What a record begins with (`--recstart`).
    pub start: Option<Vec<u8>>,
    /// What a record ends with (`--recend`); a newline if neither is given. If
    /// both are, a record ends where the one is followed by the other. If it is
    /// empty, and `start` is not given, data is cut anywhere.
    pub end: Option<Vec<u8>>,
    /// Whether those are text or patterns.
    pub reading: Reading,
    /// A column: records go together while it stays the same (`--group-by`).
    pub group_by: Option<ColumnSpec>,
    /// How many such records make one (`-L`).
    pub lines: Option<usize>,
    /// How many records a job has (`-N`), whatever their size.
    pub per_job: Option<usize>,
    /// What the first of those is.
    pub first: FirstRecord,
    /// How far a pattern of `start` sees.
    pub horizon: Horizon,
}

/// How far a pattern that tells where records begin sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Horizon {
    /// As far as it wants: what ends with a block is not the end of a line.
    #[default]
    Data,
    /// To the end of what fills a block, as in GNU parallel: `$` and `\b` match
    /// there, wherever that is.
    Block,
}

/// How `start` and `end` are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// As text.
    #[default]
    Text,
    /// As regular expressions (`--regexp`).
    Pattern,
}

/// `--header`: what is taken off the front and put before each block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HeaderSpec {
    /// Nothing.
    #[default]
    None,
    /// So many lines, or all there are.
    Lines(usize),
    /// So many lines, each with its newline; nothing if there are fewer, which
    /// are data then, as in GNU parallel.
    WholeLines(usize),
    /// What this regular expression matches at the beginning.
    Pattern(String),
}

/// `--skip-first-line`: what becomes of the first line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstLine {
    /// It is a line like others.
    #[default]
    Taken,
    /// No job reads it.
    Skipped,
}

/// Blocks that no job is started for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeftOut {
    /// None.
    #[default]
    None,
    /// Those in which nothing is left when separators are taken out.
    Empty,
    /// Those of nothing but blanks and newlines, too (`-r` of GNU parallel).
    Blank,
}

/// Whether a record of a block that is counted in records (`-N`) may be empty
/// where it is the block's first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstRecord {
    /// It may.
    #[default]
    MayBeEmpty,
    /// It has something before its end, even if that is the end of an empty
    /// record: GNU parallel takes an empty one together with what follows.
    HasSomething,
}

/// `--rrs`: what becomes of the text that separates records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separators {
    /// It stays.
    #[default]
    Keep,
    /// It is taken out.
    Remove,
}

/// Which job has which block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Deal {
    /// Each block is a job of its own.
    #[default]
    Each,
    /// As many jobs as slots; a block goes to whichever reads (`--round-robin`).
    RoundRobin,
    /// Every job has all of the input (`--tee`): jobs come from other inputs.
    Tee,
    /// As many jobs as slots; a record goes by the number in a column (`--bin`).
    Bin(ColumnSpec),
    /// As many jobs as slots; records with the same value in a column go to the
    /// same job (`--shard`).
    Shard(ColumnSpec),
}

/// A column of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Which.
    pub which: Which,
    /// What separates columns, a regular expression.
    pub separator: String,
    /// What is made of its value before it counts.
    pub key: Option<Key>,
}

/// What a key is made with: a value in, what counts out, or why there is none.
pub(super) type MakeKey = dyn Fn(&[u8]) -> Result<Vec<u8>, String> + Send + Sync;

/// What is made of a value before it counts: an expression, which is not known
/// here.
#[derive(Clone)]
pub struct Key {
    /// How it is written: what tells one from another.
    pub text: String,
    /// What it does.
    pub make: Arc<MakeKey>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.text).finish()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Key {}

/// Which column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// By number, from 1.
    Number(usize),
    /// By its name in the header.
    Named(String),
    /// None: all of the record counts.
    Whole,
}

impl From<&str> for Which {
    /// A number, or else a name.
    fn from(text: &str) -> Self {
        match text.parse() {
            Ok(number) if number > 0 => Self::Number(number),
            _ => Self::Named(text.to_owned()),
        }
    }
}

/// How a job reads its block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// On its standard input.
    #[default]
    Stdin,
    /// From a temporary file, whose name is the job's input (`--cat`).
    File,
    /// From a FIFO, whose name is the job's input (`--fifo`).
    Fifo,
}
