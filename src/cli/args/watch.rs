//! Options that show how far a run has come.

use crate::cli::values;

/// What is shown of the run while it goes on.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct WatchArgs {
    /// Show a bar of the jobs that are done, on stderr
    ///
    /// Inputs are read ahead, so that their number is known. Off a terminal it
    /// is a line each second.
    #[arg(long, hide_short_help = true)]
    pub bar: bool,

    /// Show how long the rest will take, on stderr
    #[arg(long, hide_short_help = true)]
    pub eta: bool,

    /// Show how many jobs run and are done, on stderr
    #[arg(long, hide_short_help = true)]
    pub progress: bool,

    /// There are N jobs: do not read ahead to count them
    #[arg(long, alias = "total", value_name = "N", value_parser = values::jobs_in_all, allow_hyphen_values = true, hide_short_help = true)]
    pub total_jobs: Option<u64>,
}
