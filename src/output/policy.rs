//! How jobs' output is put together: the choices and what each costs.
//!
//! Boundary: plain enums; the sequencer and the slots act on them.

/// What may stand between two pieces of one job's output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// Nothing: a job's standard output, then its standard error, whole. Held
    /// until the job ends, unless nothing else can be due before.
    #[default]
    Grouped,
    /// Whole lines of other jobs: each line is passed on when it is complete.
    LineBuffered,
    /// A line for each job: the latest of its standard output. Those of jobs
    /// that run are drawn on a terminal; when a job ends, its last one is its
    /// output. Standard error is as under `LineBuffered`.
    LatestLine,
    /// Anything: jobs write to prun's own streams. Costs no pipe and no copy.
    Ungrouped,
}

/// In which order jobs' output appears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As jobs end.
    #[default]
    Completion,
    /// As inputs came; a job that ended early waits for those before it.
    Input,
}
