//! What the inputs are to be: plain data, filled in from the command line.
//!
//! Boundary: no reading and no checking here; `Sources::open` does both.

use std::path::PathBuf;

use super::Record;

pub use super::separator::Separator;

/// Where values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceSpec {
    /// Standard input; it can be given once.
    Stdin,
    /// A file (`-a`, `::::`); `-` is standard input.
    File(PathBuf),
    /// Words of the command line (`:::`). A word is one value, whatever the
    /// separator is: a newline in it does not cut it, as it does in GNU parallel.
    Words(Vec<Vec<u8>>),
}

/// How a source stands to the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Join {
    /// Each of its values with each combination so far; the last varies fastest.
    #[default]
    Product,
    /// Side by side with the previous source (`:::+`); the shortest wins.
    LinkToPrevious,
}

/// Whether `--link` sets all sources side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkAll {
    /// Each source is joined as its [`Join`] says.
    #[default]
    No,
    /// All side by side; the longest wins and shorter ones start again. An
    /// empty source gives no inputs.
    Wrapping,
}

/// Whether the first record of each source names its columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// All records are inputs.
    #[default]
    No,
    /// The first record holds names; columns are cut at TABs unless
    /// `SourcesSpec::colsep` says otherwise.
    FirstRecord,
}

/// White space that `--trim` takes off a value, or off each column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trim {
    /// Not said: nothing, or both sides of columns under `--colsep`.
    #[default]
    Unset,
    /// Nothing, under `--colsep` too (`--trim n`).
    Nothing,
    /// At the start (`--trim l`).
    Left,
    /// At the end (`--trim r`).
    Right,
    /// Both (`--trim lr`, `rl`).
    Both,
}

/// What becomes of values that are empty or only white space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyInputs {
    /// An empty line is an input with an empty value.
    #[default]
    Keep,
    /// They are left out (`-r`), before sources are combined.
    Drop,
}

/// In what order inputs are given out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they come.
    #[default]
    AsGiven,
    /// All are read, then shuffled (`--shuf`). The same seed gives the same
    /// order, in every version of the program.
    Shuffled {
        /// `None` takes a new one at each run.
        seed: Option<u64>,
    },
}

/// What becomes of an input that `--regex` does not match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmatched {
    /// It is an error that names it.
    #[default]
    Error,
    /// It is left out (`--regex-skip`).
    Skip,
}

/// `--regex`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexSpec {
    /// The pattern, in the syntax of the regex crate. It is looked for in the
    /// whole input; `.` matches a newline too.
    pub pattern: String,
    /// What to do with other inputs.
    pub unmatched: Unmatched,
}

/// What becomes of an input that is not under the prefix of `--strip`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outside {
    /// It is an error that names it.
    #[default]
    Error,
    /// It is left out (`--strip-skip`).
    Skip,
}

/// `--strip`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripSpec {
    /// The path to take off the front of every value.
    pub prefix: Vec<u8>,
    /// What to do with values that are not under it.
    pub outside: Outside,
}

/// Where prun and GNU parallel differ in what inputs are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rules {
    /// What cannot be meant is refused: rows that are too long where other
    /// columns follow, names that cannot be written as tokens, a column
    /// separator without length. Blank lines do not count for `-L`.
    #[default]
    Own,
    /// Columns are what they are, names too, of two equal names the first
    /// counts, and a separator without length cuts at every character. A blank
    /// line is a line for `-L`.
    Gnu,
}

/// Whether values are rows of CSV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quotes {
    /// A quote is a byte like any other.
    #[default]
    Plain,
    /// A column that begins with `"` ends with the next one (`--csv`): column
    /// separators and newlines in between belong to it, and `""` is a quote
    /// (RFC 4180). Columns are cut at `SourcesSpec::colsep`, one character; a
    /// comma unless it is given.
    Csv,
}

/// Whether the first record of the first source is passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstRecord {
    /// It is not.
    #[default]
    Taken,
    /// It is (`--skip-first-line`); a header is the one after it.
    Skipped,
}

/// All about sources, and what is done to each value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourcesSpec {
    /// In column order. How the first one joins is not looked at.
    pub sources: Vec<(Join, SourceSpec)>,
    /// `--link`.
    pub link_all: LinkAll,
    /// Where standard input and files are cut into values.
    pub separator: Separator,
    /// `--colsep`, a regex; it must not match the empty string.
    pub colsep: Option<String>,
    /// `--header`.
    pub header: Header,
    /// `--trim`.
    pub trim: Trim,
    /// `-r`.
    pub empty: EmptyInputs,
    /// `--shuf`.
    pub order: Order,
    /// `--strip`; it comes before `--regex`.
    pub strip: Option<StripSpec>,
    /// `--regex`.
    pub regex: Option<RegexSpec>,
    /// `-E`: a source ends at a value equal to this.
    pub eof: Option<Vec<u8>>,
    /// Whose ways are followed where there are two.
    pub rules: Rules,
    /// `--skip-first-line`.
    pub first: FirstRecord,
    /// `--csv`.
    pub quotes: Quotes,
}

/// How many bytes one record adds to a command line.
pub type Cost = Box<dyn Fn(&Record) -> usize + Send>;

/// Whether a job takes as many records as fit (`-X`, `-m`, `--xargs`).
#[derive(Default)]
pub enum Fill {
    /// A job is given out as soon as it has its number of records.
    #[default]
    No,
    /// As many as fit. To spread the tail, the end of the input must be known:
    /// one record more than the job holds is read before it is given out.
    Full {
        /// `fixed` and the costs of a job's records together stay within this.
        max_bytes: usize,
        /// And those of a record that is alone within this, which is no less.
        alone: usize,
        /// What the command costs without any record.
        fixed: usize,
        /// What each record adds.
        cost: Cost,
        /// Slots over which the last full batch is spread; 1 spreads nothing
        /// (`--xargs`).
        spread_over: usize,
    },
}

/// How records are put together into jobs.
#[derive(Default)]
pub struct BatchSpec {
    /// At most so many records a job (`-n`, `-N`). Without it: one, or with
    /// `fill` any number.
    pub max_records: Option<usize>,
    /// At most so many lines a job that are not blank (`-L`). A line that ends
    /// in a blank goes on in the next one; blank lines are left out.
    pub lines: Option<usize>,
    /// Whether jobs are filled.
    pub fill: Fill,
}
