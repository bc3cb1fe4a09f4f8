//! Errors in what the command line means on this machine.
//!
//! Boundary: only what no lower module can find; each names the thing and
//! says what to do.

use std::io;
use std::path::PathBuf;

use super::resources::LimitError;
use super::stages::Statuses;
use crate::cli::CliError;
use crate::cli::gnu::GnuError;
use crate::copy::filter::FilterError;
use crate::copy::verify::VerifyError;
use crate::copy::{Client, ProbeError, WalkError};
use crate::exec::TermSequenceError;
use crate::input::InputError;
use crate::input::blocks::BlocksError;
use crate::input::buckets::CrawlError;
use crate::manifest::ManifestError;
use crate::output::copying::CopyingError;
use crate::output::{JobLogError, ResultsError};
use crate::pipeline::JobsError;
use crate::preset::PresetError;
use crate::run::HaltError;
use crate::template::TemplateError;
use crate::ui::{Errno, Shown};

/// A command line that cannot be carried out here.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be understood.
    #[error(transparent)]
    Cli(#[from] CliError),
    /// It cannot be understood as GNU parallel's.
    #[error(transparent)]
    Gnu(#[from] GnuError),
    /// A file of GNU parallel's options.
    #[error("cannot read the options in {}: {problem}", Shown(.origin.as_bytes()))]
    GnuOptions {
        /// The file, or the variable.
        origin: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Its template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Its inputs.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Its blocks.
    #[error(transparent)]
    Blocks(#[from] BlocksError),
    /// Its job log.
    #[error(transparent)]
    JobLog(#[from] JobLogError),
    /// Where its output is kept.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// Its preset.
    #[error(transparent)]
    Preset(#[from] PresetError),
    /// `-j`.
    #[error("-j: {0}")]
    Jobs(#[from] JobsError),
    /// `--halt`.
    #[error("--halt: {0}")]
    Halt(#[from] HaltError),
    /// `--limit`.
    #[error("--limit: {0}")]
    Limit(#[from] LimitError),
    /// What the machine does not tell.
    #[error("{option}: {}; leave it out", Errno(.source))]
    Resource {
        /// The option.
        option: &'static str,
        /// What could not be read.
        source: io::Error,
    },
    /// `--termseq`.
    #[error("--termseq: {0}")]
    TermSequence(#[from] TermSequenceError),
    /// A file or directory that an option names.
    #[error("{what} {}: {}", Shown(.path.as_os_str().as_encoded_bytes()), Errno(.source))]
    Path {
        /// What was to be done with it.
        what: &'static str,
        /// The path.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// `config.toml` is not of its form; the text shows line and caret.
    #[error("{}: {error}", Shown(.path.as_os_str().as_encoded_bytes()))]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: Box<toml::de::Error>,
    },
    /// A value in `config.toml` that is of no option's form.
    #[error("{}: {key} has no option's form; write {key} = true, a number, \"text\", or an array of those", Shown(.path.as_os_str().as_encoded_bytes()))]
    ConfigKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
    },
    /// `--shell`, `$PRUN_SHELL`.
    #[error("the shell {} is not a program on PATH", Shown(.0.as_os_str().as_encoded_bytes()))]
    Shell(PathBuf),
    /// A program that is not there, known before any job has run.
    #[error("command not found: {}", Shown(.0))]
    NotFound(Vec<u8>),
    /// A command line that cannot be what was meant.
    #[error("{0}")]
    Usage(&'static str),
    /// `--tee` with more jobs than slots.
    #[error(
        "--tee runs its {jobs} jobs at once, which takes as many slots: give -j {jobs}, or -j 0"
    )]
    Tee {
        /// How many jobs there are.
        jobs: usize,
    },
    /// prun itself cannot get what it needs.
    #[error("cannot start: {}", Errno(.0))]
    Start(#[from] io::Error),
    /// What a preset needs is not so.
    #[error("{0}")]
    Probe(#[from] ProbeError),
    /// One of the others, in an option that the user has set for all runs.
    #[error("in {origin}: {error}")]
    InDefaults {
        /// The file or variable.
        origin: String,
        /// What is wrong there.
        error: Box<ConfigError>,
    },
    /// Its filter rules.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// Its report, its log or its progress bar.
    #[error(transparent)]
    Copying(#[from] CopyingError),
    /// A tree that cannot be divided.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Two trees that cannot be compared.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Trees that cannot be cut in lists.
    #[error(transparent)]
    Buckets(#[from] CrawlError),
    /// A preset could not begin: any of the others, with an exit status of its own.
    #[error("{error}")]
    OfPreset {
        /// What was wrong.
        error: Box<ConfigError>,
        /// The exit status.
        status: u8,
    },
    /// Something is wrong with a preset's arguments or stages.
    #[error("{0}")]
    InPreset(#[from] InPreset),
}

impl ConfigError {
    /// The same, as what keeps a preset from beginning.
    pub(super) fn of_preset(self, statuses: Statuses) -> Self {
        let is_probe = matches!(self, Self::Probe(_) | Self::Verify(_) | Self::Buckets(_));
        Self::OfPreset {
            error: Box::new(self),
            status: statuses.refused(is_probe),
        }
    }
}

/// What can be wrong with the stages of a preset, found before any job.
#[derive(Debug, thiserror::Error)]
pub enum InPreset {
    /// The tree to walk.
    #[error("{0}")]
    Walk(#[from] WalkError),
    /// A stage's command.
    #[error("stage {stage}: {source}")]
    Template {
        /// The stage.
        stage: String,
        /// What is wrong.
        source: TemplateError,
    },
    /// A stage's inputs.
    #[error("stage {stage}: {source}")]
    Input {
        /// The stage.
        stage: String,
        /// What is wrong.
        source: InputError,
    },
    /// An option about jobs where there are none.
    #[error("{option} is about jobs, and prun copies and compares without any; {advice}")]
    OfJobs {
        /// The option, as typed.
        option: String,
        /// What to do.
        advice: String,
    },
    /// An option of native actions where there is none.
    #[error("{option} is an option of the native engine; {advice}")]
    OfNative {
        /// The option, as typed.
        option: String,
        /// What to do.
        advice: String,
    },
    /// A command for a script that is one.
    #[error(
        "--template: a shell would have to read it for each row; give one command without shell syntax"
    )]
    TemplateIsScript,
    /// A share of a client, where what all have left is done.
    #[error("--client {client}: finalizing is done once, after all clients; leave it out")]
    ClientFinalizes {
        /// The client.
        client: Client,
    },
    /// A report of several copies.
    #[error(
        "--report and --log are of one copy, and stage {stage} is a second one; leave them out"
    )]
    TwoCopies {
        /// The second stage.
        stage: String,
    },
    /// A stage's command is not on this machine.
    #[error("stage {stage}: command not found: {}{}", Shown(.program), package(.program))]
    NotFound {
        /// The stage.
        stage: String,
        /// The program.
        program: Vec<u8>,
    },
    /// An option of rsync that goes wrong where the tree is cut.
    #[error("{option} of rsync cannot be used where the tree is cut in buckets: {why}")]
    Misfit {
        /// The option.
        option: String,
        /// Why not.
        why: &'static str,
    },
    /// A path on another machine.
    #[error(
        "{} is on another machine, and only a tree of this one is cut in buckets; `prun preset rsync` without -j takes it, and a local path with a colon is written ./a:b", Shown(.path)
    )]
    Remote {
        /// The path.
        path: Vec<u8>,
    },
}

/// Which package has a program that presets run.
fn package(program: &[u8]) -> &'static str {
    match program {
        b"rsync" => "; install the package rsync (apt install rsync)",
        _ => "",
    }
}
