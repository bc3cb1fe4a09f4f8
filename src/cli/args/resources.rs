//! Options that hold jobs back until the machine has room for them.

use crate::cli::values::{LoadArg, Size};
use std::ffi::OsString;

/// What the machine must have to spare before a job starts.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Running")]
pub struct ResourceArgs {
    /// Start jobs only while the load is below MAX
    ///
    /// MAX is a number, or as for -j +N, -N or N% with the machine's CPUs. The
    /// load is the larger of the load average of the last minute and of the
    /// processes that run at this moment.
    #[arg(
        long,
        value_name = "MAX",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub load: Option<LoadArg>,

    /// Start jobs only with N bytes of memory free
    ///
    /// N may have a unit: k (1000), K (1024), then m M g G t T.
    /// With less than half of it the youngest job is ended, and run again
    /// later, at most --retries times in all. In a container the memory is
    /// what its cgroup has left.
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub memfree: Option<Size>,

    /// Suspend jobs with less than twice N bytes free
    ///
    /// The youngest ones first; with less than N all but the oldest. They go
    /// on when there is room again.
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub memsuspend: Option<Size>,

    /// Start no job while memory is swapped in and out
    #[arg(long, hide_short_help = true)]
    pub noswap: bool,

    /// Ask CMD before each job: exit 0 starts it, 1 waits
    ///
    /// CMD is a shell command; with exit status 2 the youngest job is ended as
    /// well, and run again later. 'load N' and 'mem N' are as --load and
    /// --memfree; 'io N' waits while a disk is busy for N percent of the time.
    #[arg(
        long,
        value_name = "CMD",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub limit: Option<OsString>,
}
