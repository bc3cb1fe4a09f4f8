//! Where and how a job is carried out.
//!
//! [`Executor`] is the one seam between scheduling (`run/`) and the places
//! jobs run in. Boundary: an executor knows a job, where its output goes and
//! how to be told to stop; it knows nothing of inputs, slots or other jobs.

mod background;
mod cancel;
mod captured;
mod children;
mod dry_run;
mod ending;
#[cfg(test)]
pub mod fake;
mod feed;
mod feeding;
mod machine;
mod native;
mod outcome;
mod perl;
mod pipes;
mod pressure;
mod process;
mod program;
mod rehearsal;
mod reins;
mod semaphore;
mod spawn;
mod spill;
mod templates;
mod tree;

pub use background::{Background, in_background, start_in_background};
pub use cancel::{Cancel, CancelLevel};
pub use captured::{Captured, WriteError};
pub use children::{Children, reap_orphans, waits_for_terminal};
pub use dry_run::DryRun;
pub use ending::{TermSequence, TermSequenceError, signal_all, signal_job};
pub use feed::{Feed, FeedError};
pub use machine::{LimitCommand, Machine, Meter, Swapped};
pub use native::{Native, NativeWork};
pub use outcome::{Outcome, StartError};
pub use perl::PerlProcess;
pub use pressure::Pressure;
pub use process::{Directory, Process, ProcessOptions, Standard, Variables};
pub use program::{Programs, is_program};
pub use rehearsal::Rehearsal;
pub use reins::Reins;
pub use semaphore::{Held, Patience, Semaphore, Turn};
pub use spill::{SpillError, SpillPolicy, Stretch};
pub use templates::{Afterwards, TemplateFile, Templates};

use std::time::Duration;

use crate::template::{Argv, Template, Values};

/// One job, as an executor sees it.
pub struct Job<'a> {
    /// What to do.
    pub action: Action<'a>,
    /// What the template's tokens stand for.
    pub values: Values<'a>,
    /// How long the job may take.
    pub timeout: Option<Duration>,
    /// What holds it, where jobs may be called back or suspended.
    pub reins: Option<&'a Reins>,
    /// What it reads.
    pub feed: &'a Feed,
}

/// What a job does.
pub enum Action<'a> {
    /// Runs the command that the template renders.
    Run(&'a Template),
    /// Lends the slot's thread to work that prun does by itself.
    Native,
}

/// The standard streams of a job that prun passes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Where a job's output goes.
pub trait Output {
    /// Takes bytes the job has written.
    fn take(&mut self, stream: Stream, chunk: &[u8]);

    /// Whether bytes are held back that may become due while the job is
    /// silent; the executor then calls [`Output::idle`] now and then.
    fn holds(&self) -> bool;

    /// Passes on what has become due.
    fn idle(&mut self);

    /// For how long bytes could not be passed on so far.
    fn blocked(&self) -> Duration;
}

/// What a slot lends to an executor for one job: buffers that are used again
/// by the next one, and the way out.
pub struct JobIo<'a> {
    /// Where the command is rendered.
    pub argv: &'a mut Argv,
    /// Where output is read into.
    pub buffer: &'a mut [u8],
    /// Where output goes.
    pub output: &'a mut dyn Output,
    /// How many bytes the job was given to read: the executor counts them.
    pub sent: u64,
}

/// Carries out jobs in one place: this machine, or a rehearsal of it.
pub trait Executor: Send + Sync {
    /// Carries out one job to its end, or ends it early when `cancel` says so.
    ///
    /// Never fails: every way a job can end is an [`Outcome`].
    fn execute(&self, job: &Job<'_>, io: &mut JobIo<'_>, cancel: &Cancel) -> Outcome;
}
