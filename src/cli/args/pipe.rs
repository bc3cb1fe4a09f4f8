//! Options of jobs that read their inputs in blocks.

use crate::cli::values::{BlockArg, Span};
use std::ffi::OsString;

/// How jobs read blocks.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Blocks")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag of the command line each"
)]
pub struct PipeArgs {
    /// Jobs read stdin in blocks of lines, see --help
    ///
    /// Each job gets the next block. Nothing is appended to the command: <#> is
    /// the number of the block. -n N gives each job N records, whatever their
    /// size; -L N makes N lines one record.
    #[arg(long, conflicts_with_all = OTHER_INPUTS, help_heading = "Inputs")]
    pub pipe: bool,

    /// As --pipe, from ranges of the file of -a
    ///
    /// Blocks are cut at the first record behind SIZE, and nobody but the jobs
    /// reads what lies between. It must be a file that has a size, not a pipe.
    #[arg(long, conflicts_with_all = OTHER_INPUTS, conflicts_with = "pipe", hide_short_help = true)]
    pub pipepart: bool,

    /// Blocks of at most SIZE bytes (default 1M)
    ///
    /// 64k is 64000, 64K is 65536. A block ends with the last record that fits;
    /// where none does, blocks grow. With --pipepart, -N gives each slot N
    /// blocks, and the default is -10.
    #[arg(
        long,
        alias = "block-size",
        value_name = "SIZE",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub block: Option<BlockArg>,

    /// Records begin with STR
    ///
    /// \n \t \0 and the other escapes of -d are read. With --recend as well, a
    /// record ends where the one is followed by the other.
    #[arg(
        long,
        value_name = "STR",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub recstart: Option<OsString>,

    /// Records end with STR (default: a newline)
    ///
    /// With an empty STR, input is cut anywhere.
    #[arg(
        long,
        value_name = "STR",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub recend: Option<OsString>,

    /// --recstart and --recend are regular expressions
    #[arg(long, hide_short_help = true)]
    pub regexp: bool,

    /// Leave out what records begin and end with
    #[arg(long, alias = "remove-rec-sep", hide_short_help = true)]
    pub rrs: bool,

    /// The block is in a file, whose name is <>
    #[arg(long, conflicts_with_all = ["fifo", "round_robin", "tee"], hide_short_help = true)]
    pub cat: bool,

    /// The block comes from a FIFO, whose name is <>
    #[arg(long, conflicts_with_all = ["round_robin", "tee"], hide_short_help = true)]
    pub fifo: bool,

    /// A job a slot; blocks go to whichever reads
    #[arg(long, alias = "roundrobin", alias = "round", conflicts_with_all = ["tee", "bin", "shard"], hide_short_help = true)]
    pub round_robin: bool,

    /// Each job of ::: reads all of the input
    ///
    /// All jobs run at once, so there must be a slot for each.
    #[arg(long, conflicts_with_all = ["bin", "shard"], hide_short_help = true)]
    pub tee: bool,

    /// A job a slot; records go by the number in column N
    ///
    /// N is a number from 1, or with --header the name of a column. Columns are
    /// separated by tabs, or as --colsep says.
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        conflicts_with = "shard",
        hide_short_help = true
    )]
    pub bin: Option<String>,

    /// As --bin; the same text goes to the same job
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub shard: Option<String>,

    /// Records with the same column N stay in one block
    ///
    /// That is, those that follow each other: the input should be sorted.
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub group_by: Option<String>,

    /// After D, a block is what has come by then
    #[arg(
        long,
        value_name = "D",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub block_timeout: Option<Span>,
}

/// What is about inputs that stand in the command.
const OTHER_INPUTS: [&str; 13] = [
    "null",
    "delimiter",
    "trim",
    "link",
    "context_replace",
    "insert",
    "max_chars",
    "eof",
    "shuf",
    "strip",
    "regex",
    "spread",
    "tty",
];

impl PipeArgs {
    /// Whether jobs read blocks.
    pub fn is_on(&self) -> bool {
        self.pipe || self.pipepart
    }

    /// The first option that says how, if one was given.
    pub(in crate::cli) fn detail(&self) -> Option<&'static str> {
        let given = [
            (self.block.is_some(), "--block"),
            (self.recstart.is_some(), "--recstart"),
            (self.recend.is_some(), "--recend"),
            (self.regexp, "--regexp"),
            (self.rrs, "--rrs"),
            (self.cat, "--cat"),
            (self.fifo, "--fifo"),
            (self.round_robin, "--round-robin"),
            (self.tee, "--tee"),
            (self.bin.is_some(), "--bin"),
            (self.shard.is_some(), "--shard"),
            (self.group_by.is_some(), "--group-by"),
            (self.block_timeout.is_some(), "--block-timeout"),
        ];
        given.into_iter().find_map(|(is, name)| is.then_some(name))
    }
}
