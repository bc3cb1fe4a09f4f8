//! Options that say how inputs stand in the command.

use crate::cli::values::Destinations;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use std::ffi::OsString;

/// How inputs stand in the command.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Template")]
pub struct TemplateArgs {
    /// STR is the input, in place of <>
    ///
    /// Nothing else is then a token. -I '{}' brings the family of braces with
    /// its modifiers: {} {.} {/} {//} {/.} {#} {%} {1} ...
    #[arg(
        short = 'I',
        id = "replace",
        value_name = "STR",
        allow_hyphen_values = true
    )]
    pub replace: Option<OsString>,

    /// The pattern that each input is matched with; its groups become columns.
    #[arg(
        help = "Match inputs with RE; its groups are <1>, <name>",
        long_help = "Match inputs with RE; its groups are <1>, <name>\n\n\
            An input that does not match is an error, unless --regex-skip is given.",
        long,
        value_name = "RE",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub regex: Option<String>,

    /// Skip inputs that --regex does not match
    #[arg(long, hide_short_help = true)]
    pub regex_skip: bool,

    /// Take the path PREFIX off the front of every input
    ///
    /// Whole leading components are compared; PREFIX itself gives a dot. An
    /// input that is not under it is an error, unless --strip-skip is given.
    #[arg(long, value_name = "PREFIX", allow_hyphen_values = true)]
    pub strip: Option<OsString>,

    /// Skip inputs that are not under the --strip prefix
    #[arg(long, hide_short_help = true)]
    pub strip_skip: bool,

    /// What the token of the destination stands for, job by job. The help is given
    /// as text: rustdoc would take the token for HTML.
    #[arg(help = "<dest> is one of D1, D2, ... in turn", long_help = "<dest> is one of D1, D2, ... in turn\n\n\
            For several mount points of one file system, so that all of them work: job N gets the Nth, and again \
            from the first. Repeatable; \\, is a comma in a path. Nothing is looked at or made in them.", long, value_name = "D1,D2", action = clap::ArgAction::Append, value_parser = OsStringValueParser::new().try_map(|text| Destinations::parse(&text)), allow_hyphen_values = true, hide_short_help = true)]
    pub spread: Vec<Destinations>,

    /// How --spread deals: rr (in turn), load or hash
    ///
    /// load is the one with the fewest running jobs, hash is by the input: the
    /// same one in every run.
    #[arg(
        long,
        value_name = "HOW",
        allow_hyphen_values = true,
        hide_short_help = true,
        hide_possible_values = true
    )]
    pub balance: Option<BalanceArg>,
}

/// How `--spread` deals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum BalanceArg {
    /// One after the other.
    #[value(name = "rr")]
    RoundRobin,
    /// The one with the fewest running jobs.
    Load,
    /// By the input.
    Hash,
}
