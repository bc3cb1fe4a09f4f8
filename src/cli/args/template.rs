//! Options that say how inputs stand in the command.

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
}
