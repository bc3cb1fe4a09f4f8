//! Options about prun itself.

/// Options about prun itself; all but `--no-config` and `--gnu` end the parsing.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Other")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag of the command line each"
)]
pub struct GeneralArgs {
    /// Ignore the config file and $PRUN_OPTS
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) no_config: bool,

    /// First of all: read GNU parallel's command line
    ///
    /// Everything behind it is what GNU parallel takes, and does what it does
    /// there. prun called as parallel, by a link, needs no --gnu.
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) gnu: bool,

    /// Print this help (-h: short, --help: all of it)
    #[arg(short, long, hide_short_help = true)]
    pub(in crate::cli) help: bool,

    /// Print the version
    #[arg(short = 'V', long, hide_short_help = true)]
    pub(in crate::cli) version: bool,

    /// Print man, bash, zsh, fish, or preset-schema
    ///
    /// The man page, completions for a shell, or the JSON schema of preset
    /// files, by which an editor completes their keys.
    #[arg(
        long,
        value_name = "WHAT",
        hide_short_help = true,
        hide_possible_values = true,
        allow_hyphen_values = true
    )]
    pub(in crate::cli) generate: Option<Doc>,
}

/// What `--generate` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Doc {
    /// The man page, as roff.
    Man,
    /// Completions for bash.
    Bash,
    /// Completions for zsh.
    Zsh,
    /// Completions for fish.
    Fish,
    /// The JSON schema of preset files.
    PresetSchema,
}
