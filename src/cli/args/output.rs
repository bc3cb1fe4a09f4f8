//! Options that say what happens to jobs' output.

use std::ffi::OsString;

/// What happens to jobs' output.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag of the command line each"
)]
pub struct OutputArgs {
    /// Output in the order of the inputs
    #[arg(short, long)]
    pub keep_order: bool,

    /// Output of a job all at once (the default)
    #[arg(long, conflicts_with_all = ["ungroup", "line_buffer", "latest_line"], hide_short_help = true)]
    pub(in crate::cli) group: bool,

    /// Jobs write straight to stdout and stderr
    ///
    /// Output of several jobs may be mixed within a line. Neither --keep-order
    /// nor --tag is then possible.
    #[arg(short, long, conflicts_with_all = ["line_buffer", "keep_order", "tag", "tagstring"])]
    pub(in crate::cli) ungroup: bool,

    /// Output by whole lines, as they come
    #[arg(long, alias = "lb")]
    pub(in crate::cli) line_buffer: bool,

    /// Print only the last line of each job's output
    ///
    /// What else a job writes to standard output is thrown away. On a terminal
    /// the latest lines of jobs that run are drawn below, and change as they
    /// write.
    #[arg(long, alias = "ll", conflicts_with_all = ["ungroup", "line_buffer"], hide_short_help = true)]
    pub(in crate::cli) latest_line: bool,

    /// Begin each line of output with the input and a tab
    #[arg(long)]
    pub tag: bool,

    /// Begin each line of output with STR, a template
    #[arg(
        long,
        value_name = "STR",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub tagstring: Option<OsString>,
}

/// How far the output of jobs is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// A job's output in one piece.
    Group,
    /// Whole lines.
    Lines,
    /// The latest line only.
    Latest,
    /// Not at all: jobs write to prun's own stdout and stderr.
    Ungrouped,
}

impl OutputArgs {
    /// What was asked for: `None` if nothing was.
    pub fn grouping(&self) -> Option<Grouping> {
        if self.ungroup {
            Some(Grouping::Ungrouped)
        } else if self.line_buffer {
            Some(Grouping::Lines)
        } else if self.latest_line {
            Some(Grouping::Latest)
        } else {
            self.group.then_some(Grouping::Group)
        }
    }
}
