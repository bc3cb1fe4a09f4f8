//! Options that say where inputs come from and how they are cut into jobs.

use crate::cli::values::{self, Delimiter, Size};
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use std::ffi::OsString;
use std::path::PathBuf;

/// Where inputs come from and how they are cut.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Inputs")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag of the command line each"
)]
pub struct InputArgs {
    /// Inputs end with a NUL byte (find -print0)
    #[arg(short = '0', long, conflicts_with = "delimiter")]
    pub null: bool,

    /// Inputs are separated by STR
    ///
    /// STR is taken as it is, of any length; \n \t \r \0 \\, \101 (octal) and
    /// \x41 stand for the bytes they stand for in C. The last newline of the
    /// input is then part of the last value.
    #[arg(short, long, value_name = "STR", value_parser = OsStringValueParser::new().try_map(|text| Delimiter::parse(&text)), allow_hyphen_values = true)]
    pub delimiter: Option<Delimiter>,

    /// Read inputs from FILE (- is stdin); repeatable
    ///
    /// Several files are several sources: every value of one with every value
    /// of the other, unless --link is given. They come before those of :::.
    #[arg(short, long = "arg-file", alias = "argfile", value_name = "FILE", action = clap::ArgAction::Append, allow_hyphen_values = true, value_hint = clap::ValueHint::FilePath)]
    pub(in crate::cli) arg_files: Vec<PathBuf>,

    /// Split every input into columns at RE
    ///
    /// RE is a regular expression. The columns are the tokens <1>, <2>, ...;
    /// blanks around them are dropped, unless --trim says otherwise.
    #[arg(short = 'C', long, value_name = "RE", allow_hyphen_values = true)]
    pub colsep: Option<String>,

    /// The first input of each source names its columns
    ///
    /// Each name is then a token. Without --colsep, columns are separated by
    /// tabs. --header=: is the same, as GNU parallel has it. With --pipe, the
    /// first line stands before each block; so do N lines with --header=N, and
    /// what a regular expression matches with --header=RE.
    #[arg(long, value_name = ":", num_args = 0..=1, require_equals = true, default_missing_value = ":")]
    pub header: Option<String>,

    /// Drop blanks around values: n (no), l, r or lr
    #[arg(
        long,
        value_name = "HOW",
        allow_hyphen_values = true,
        hide_short_help = true,
        hide_possible_values = true
    )]
    pub trim: Option<TrimArg>,

    /// Pair the sources one by one; shorter ones wrap
    #[arg(long, alias = "xapply", hide_short_help = true)]
    pub link: bool,

    /// At most N inputs to a job
    ///
    /// The word with the token is repeated for each input, or all inputs are
    /// put where it stands (-m). The last job may have fewer.
    #[arg(short = 'n', long, value_name = "N", value_parser = values::count, conflicts_with = "max_replace_args", allow_hyphen_values = true)]
    pub max_args: Option<usize>,

    /// As `-n`, and each input of a job is a column.
    #[arg(help = "As -n; the inputs of a job are <1> to <N>", short = 'N', long, value_name = "N", value_parser = values::count, allow_hyphen_values = true, hide_short_help = true)]
    pub max_replace_args: Option<usize>,

    /// As many inputs to a job as fit; repeats the word
    ///
    /// The word that has the token is repeated for each input. The last inputs
    /// are spread evenly over the slots.
    #[arg(short = 'X', long, conflicts_with = "insert")]
    pub context_replace: bool,

    /// As -X, but all inputs stand where the token stands
    #[arg(short = 'm', id = "insert", hide_short_help = true)]
    pub insert: bool,

    /// At most N input lines that are not blank to a job
    ///
    /// A line that ends with a blank goes on in the next one.
    #[arg(short = 'L', long, value_name = "N", value_parser = values::count, allow_hyphen_values = true, hide_short_help = true)]
    pub max_lines: Option<usize>,

    /// At most N bytes to a command (64k is 64000)
    #[arg(
        short = 's',
        long,
        value_name = "N",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub max_chars: Option<Size>,

    /// Run nothing for inputs that are empty or blank
    #[arg(short = 'r', long, hide_short_help = true)]
    pub no_run_if_empty: bool,

    /// Inputs end before the value STR
    #[arg(
        short = 'E',
        id = "eof",
        value_name = "STR",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub eof: Option<OsString>,

    /// Take the inputs in random order
    #[arg(long, hide_short_help = true)]
    pub shuf: bool,
}

impl InputArgs {
    /// Whether the first record of each source names its columns.
    pub fn has_header(&self) -> bool {
        self.header.is_some()
    }
}

/// What `--trim` drops from values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum TrimArg {
    /// Nothing.
    #[value(name = "n")]
    Nothing,
    /// Blanks in front.
    #[value(name = "l")]
    Left,
    /// Blanks at the end.
    #[value(name = "r")]
    Right,
    /// Both.
    #[value(name = "lr", alias = "rl")]
    Both,
}
