//! The options of a run, declared once for parsing, help, man page and completions.
//!
//! Boundary: one struct of plain values per group, exactly as typed. A value
//! that was not given is `None`; what that means is decided in `config/`.

mod copy;
mod dividing;
mod general;
mod inputs;
mod mounts;
mod output;
mod pipe;
mod records;
mod resources;
mod running;
mod template;
mod watch;

pub(super) use copy::Ordered;
pub use copy::{CopyArgs, ExitArg, OnFullArg, ProgressArg, TellingArgs, VerifyArg, VerifyArgs};
pub use dividing::{CountArgs, ManifestArgs, SplitArg};
pub use general::{Doc, GeneralArgs};
pub use inputs::{InputArgs, TrimArg};
pub use mounts::MountsArgs;
pub use output::{Grouping, OutputArgs};
pub use pipe::PipeArgs;
pub use records::{LogStart, RecordArgs, ResultsArgs, Resume, ResumeArgs};
pub use resources::ResourceArgs;
pub use running::{ProcessArgs, RunningArgs};
pub use template::{BalanceArg, TemplateArgs};
pub use watch::WatchArgs;

use super::sources::SourceArg;
use clap::{Arg, Command, ValueHint};
use std::collections::BTreeMap;
use std::ffi::OsString;

/// A command line that runs jobs: the options, the command, the input sources.
#[derive(Clone, Debug)]
pub struct Args {
    /// Where inputs come from and how they are cut.
    pub inputs: InputArgs,
    /// How inputs stand in the command.
    pub template: TemplateArgs,
    /// How jobs read them, if they are not in the command.
    pub pipe: PipeArgs,
    /// How jobs run.
    pub running: RunningArgs,
    /// Where and with what terminal jobs run.
    pub process: ProcessArgs,
    /// What happens to jobs' output.
    pub output: OutputArgs,
    /// What is shown while jobs run.
    pub watch: WatchArgs,
    /// Where output is kept.
    pub results: ResultsArgs,
    /// What is recorded.
    pub records: RecordArgs,
    /// What an earlier record leaves to do.
    pub resume: ResumeArgs,
    /// The words of the command; none if each input is a command.
    pub command: Vec<OsString>,
    /// The input sources, those of `-a` first; none if standard input is read.
    pub sources: Vec<SourceArg>,
    /// Where the options come from that were not typed.
    pub origins: Origins,
}

impl Args {
    /// Where the value of option `long` (`jobs`, or a letter if that is all
    /// there is) comes from, as errors call it: `$PRUN_OPTS`, or the path of the
    /// config file. `None` if it was typed, or if there is none.
    pub fn origin_of(&self, long: &str) -> Option<&str> {
        self.origins.of(long)
    }
}

/// Where options come from that were not typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<String, String>);

impl Origins {
    /// As [`Args::origin_of`].
    pub fn of(&self, long: &str) -> Option<&str> {
        self.0.get(long.trim_start_matches('-')).map(String::as_str)
    }

    /// Notes that the option of this name, with its dashes, comes from `origin`.
    pub(super) fn note(&mut self, name: &str, origin: &str) {
        let long = name.trim_start_matches('-').to_owned();
        self.0.insert(long, origin.to_owned());
    }
}

/// The options of the runner, all groups in the order in which help shows them.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct RunnerOptions {
    #[command(flatten)]
    pub(super) inputs: InputArgs,
    #[command(flatten)]
    pub(super) template: TemplateArgs,
    #[command(flatten)]
    pub(super) pipe: PipeArgs,
    #[command(flatten)]
    pub(super) running: RunningArgs,
    #[command(flatten)]
    pub(super) process: ProcessArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) watch: WatchArgs,
    #[command(flatten)]
    pub(super) results: ResultsArgs,
    #[command(flatten)]
    pub(super) records: RecordArgs,
    #[command(flatten)]
    pub(super) resume: ResumeArgs,
    #[command(flatten)]
    pub(super) general: GeneralArgs,
}

/// The options of the runner that a preset has too.
#[derive(Clone, Debug, clap::Args)]
pub struct PresetOptions {
    /// How jobs run.
    #[command(flatten)]
    pub running: RunningArgs,
    /// What happens to jobs' output.
    #[command(flatten)]
    pub output: OutputArgs,
    /// What is recorded.
    #[command(flatten)]
    pub records: RecordArgs,
}

/// Options that make sense only with another one: flag, the others' ids, how one of them is written.
///
/// Not clap's `requires`: its error names what is missing, not what asked for
/// it, and the other one may come from the config file.
pub(super) const NEEDS: [(&str, &[&str], &str); 5] = [
    ("regex_skip", &["regex"], "--regex RE"),
    ("strip_skip", &["strip"], "--strip PREFIX"),
    (
        "resume",
        &["joblog", "results"],
        "--joblog FILE or --results DIR",
    ),
    ("resume_failed", &["joblog"], "--joblog FILE"),
    ("retry_failed", &["joblog"], "--joblog FILE"),
];

/// Ids of the runner's options that say something of jobs, which native actions
/// do not have.
pub(super) const OF_JOBS: [&str; 18] = [
    "timeout",
    "delay",
    "load",
    "memfree",
    "memsuspend",
    "noswap",
    "limit",
    "halt",
    "termseq",
    "shell",
    "drain",
    "keep_order",
    "group",
    "ungroup",
    "line_buffer",
    "tag",
    "tagstring",
    "joblog",
];

/// Ids of the options that a config file cannot have.
pub(super) const NO_DEFAULTS: [&str; 5] = ["help", "version", "generate", "gnu", "no_config"];

/// The long option that takes back the flag `long` of a lower place.
pub(super) fn off_name(long: &str) -> String {
    match long.strip_prefix("no-") {
        Some(positive) => positive.to_owned(),
        None => format!("no-{long}"),
    }
}

/// The clap definition of `prun`, from which everything else is made.
pub(super) fn runner() -> Command {
    let command = Command::new("prun")
        .version(env!("CARGO_PKG_VERSION"))
        .override_usage(
            "prun [OPTIONS] [COMMAND...] [::: VALUES...] <INPUTS\n       \
             prun preset [NAME [ARGS...]]",
        );
    let command = <RunnerOptions as clap::Args>::augment_args(command)
        .about("Run a command over many inputs, N at a time");
    settings(command).arg(
        Arg::new("command")
            .value_name("COMMAND")
            .num_args(0..)
            .trailing_var_arg(true)
            .value_hint(ValueHint::CommandWithArguments)
            .value_parser(clap::value_parser!(OsString))
            .help("The command of each job; without one, each input is a command")
            // Only completions know it: help has it in the usage.
            .hide(true),
    )
}

/// What every clap `Command` of prun has in common.
pub(super) fn settings(command: Command) -> Command {
    command
        .args_override_self(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        // Not the terminal's: the same help and the same man page everywhere.
        .term_width(80)
        .max_term_width(80)
}
