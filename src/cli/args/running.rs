//! Options that say how jobs run.

use crate::cli::args::ResourceArgs;
use crate::cli::values::{self, DelayArg, Nice, Timeout};
use std::ffi::OsString;
use std::path::PathBuf;

/// How jobs run: what a preset understands too.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Running")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag of the command line each"
)]
pub struct RunningArgs {
    /// Jobs at once: N, +N, -N, N% of CPUs, 0: all, FILE
    ///
    /// +N and -N are added to the number of CPUs this process may use, N% is
    /// a part of it. 0 is as many as possible. A file that holds one of these
    /// is looked at again whenever a job has ended (in presets: once). The
    /// default is one job per CPU. -P is the same.
    #[arg(
        short,
        long,
        short_alias = 'P',
        alias = "max-procs",
        value_name = "N",
        allow_hyphen_values = true
    )]
    pub jobs: Option<String>,

    /// End a job after D (10, 1.5m), or N% of the median
    ///
    /// D is in seconds, or has units as in 1.5s, 100ms, 1h30m, 2d. N% is of
    /// the median run time of the jobs that succeeded so far. The job fails.
    #[arg(long, value_name = "D|N%", allow_hyphen_values = true)]
    pub timeout: Option<Timeout>,

    /// Try a failing job N times in all
    ///
    /// 0 tries without end. Only the output of the last try is shown.
    #[arg(long, value_name = "N", value_parser = values::tries, allow_hyphen_values = true)]
    pub retries: Option<u32>,

    /// Start jobs at least D apart
    ///
    /// With auto behind it, as in 1sauto, the time grows by 30 % with each job
    /// that fails, and shrinks by 10 % with each one that succeeds.
    #[arg(
        long,
        value_name = "D",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub delay: Option<DelayArg>,

    /// What the machine must have to spare.
    #[command(flatten)]
    pub resources: ResourceArgs,

    /// Stop early, as now,fail=1 or soon,fail=10%
    ///
    /// never, or WHEN,WHY=COUNT: WHEN is soon (let running jobs end) or now
    /// (end them); WHY is fail, success or done; COUNT is a number of jobs or
    /// a percentage of them. 0, 1, 2, -1, -2 and N% are short for never,
    /// soon,fail=1, now,fail=1, soon,success=1, now,success=1 and soon,fail=N%.
    #[arg(long, value_name = "SPEC", allow_hyphen_values = true)]
    pub halt: Option<String>,

    /// How to end a job, as TERM,200,KILL,25
    ///
    /// Signals, and the milliseconds to wait after each. The default is
    /// TERM,200,TERM,100,TERM,50,KILL,25.
    #[arg(
        long,
        value_name = "SEQ",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub termseq: Option<String>,

    /// Run jobs at niceness N
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub nice: Option<Nice>,

    /// Run shell scripts with SHELL, in place of sh
    #[arg(long, value_name = "SHELL", allow_hyphen_values = true, hide_short_help = true, value_hint = clap::ValueHint::CommandName)]
    pub shell: Option<PathBuf>,

    /// The first Ctrl-C lets running jobs end
    ///
    /// Without it the first SIGINT, SIGTERM or SIGHUP ends them; in either
    /// case nothing more starts, and a second signal kills at once.
    #[arg(long, hide_short_help = true)]
    pub drain: bool,

    /// Print the jobs, run none
    #[arg(long)]
    pub dry_run: bool,

    /// Print each job on stdout, before its output
    #[arg(short = 'v', id = "print", hide_short_help = true)]
    pub print: bool,

    /// Print each job on stderr when it starts
    #[arg(short = 't', long, hide_short_help = true)]
    pub verbose: bool,
}

/// Where, and with what terminal, the runner's jobs run.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Running")]
pub struct ProcessArgs {
    /// Run jobs in DIR
    #[arg(long, alias = "workdir", value_name = "DIR", allow_hyphen_values = true, hide_short_help = true, value_hint = clap::ValueHint::DirPath)]
    pub wd: Option<OsString>,

    /// The terminal as stdin, for jobs that read it
    ///
    /// Without it the standard input of jobs is empty.
    #[arg(long, hide_short_help = true)]
    pub tty: bool,

    /// Ask on the terminal before each job
    ///
    /// A job that reads the terminal itself needs --tty too.
    #[arg(short = 'p', long, hide_short_help = true)]
    pub interactive: bool,
}
