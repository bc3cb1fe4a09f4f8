//! Options of presets that count a tree or divide it.
//!
//! Boundary: defined once for every such preset. The letters of counting are
//! those of prime.py, which `count` is in the place of.

use std::num::NonZeroU32;
use std::path::PathBuf;

use crate::cli::values::{Span, ValueError};

/// How trees are counted.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Counting")]
pub struct CountArgs {
    /// Count DIR too; the same as the word DIR
    #[arg(short = 'd', long = "directory", value_name = "DIR", action = clap::ArgAction::Append, allow_hyphen_values = true, value_hint = clap::ValueHint::DirPath)]
    pub directory: Vec<PathBuf>,

    /// Threads at once; the same as -j N
    #[arg(long, value_name = "N", value_parser = clients, allow_hyphen_values = true)]
    pub workers: Option<NonZeroU32>,

    /// Say on stderr every D what was counted so far
    ///
    /// A number is seconds; a unit may stand behind it: 500ms, 2m.
    #[arg(long, value_name = "D", allow_hyphen_values = true)]
    pub interval: Option<Span>,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,

    /// Read all files too, so that a cache on the way has them
    #[arg(long)]
    pub prime: bool,
}

/// How a tree is divided.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Dividing")]
pub struct ManifestArgs {
    /// Divide the directories that are N levels below SRC
    #[arg(long, value_name = "N", default_value = "4", value_parser = depth, allow_hyphen_values = true)]
    pub depth: usize,

    /// Write lists for N clients
    #[arg(long, value_name = "N", default_value = "1", value_parser = clients, allow_hyphen_values = true)]
    pub clients: NonZeroU32,

    /// In turn (rr), or evenly by bytes (size) or by entries (files)
    ///
    /// rr gives row i to client i modulo N, as sed -n i~Np does. The others
    /// give the largest rows first, each to the client that has the least.
    #[arg(
        long,
        value_name = "rr|size|files",
        default_value = "rr",
        hide_possible_values = true,
        allow_hyphen_values = true
    )]
    pub split: SplitArg,

    /// Write the files to DIR
    #[arg(long, value_name = "DIR", default_value = ".", allow_hyphen_values = true, value_hint = clap::ValueHint::DirPath)]
    pub out: PathBuf,

    /// The command that copies one row, with the two paths as tokens. The help is
    /// given as text: rustdoc would take the tokens for HTML.
    #[arg(
        help = "The command that copies <src> to <dst>, in place of cp -p -R",
        long_help = "The command that copies <src> to <dst>, in place of cp -p -R\n\nWithout those tokens the two paths are its last words.",
        long,
        value_name = "COMMAND",
        allow_hyphen_values = true
    )]
    pub template: Option<std::ffi::OsString>,

    /// Do not cut large directories deeper
    ///
    /// Without it a directory of more than a quarter of a client's even share
    /// is divided by what is in it.
    #[arg(long)]
    pub no_cut: bool,
}

/// How rows are dealt to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SplitArg {
    /// In turn.
    Rr,
    /// Evenly by bytes.
    Size,
    /// Evenly by entries.
    Files,
}

/// More clients than anybody has, and no more files than a directory likes.
const MOST: u32 = 100_000;

fn clients(text: &str) -> Result<NonZeroU32, ValueError> {
    let number = text.parse().ok().and_then(NonZeroU32::new);
    number
        .filter(|number| number.get() <= MOST)
        .ok_or(ValueError::new("give a whole number from 1 to 100000"))
}

fn depth(text: &str) -> Result<usize, ValueError> {
    match text.parse() {
        Ok(depth) if depth > 0 => Ok(depth),
        _ => Err(ValueError::new("give a whole number from 1")),
    }
}
