//! Scheduling: inputs become jobs, jobs meet slots, slots report.
//!
//! Boundary: knows executors as a trait and inputs as [`JobSource`]; reads no
//! environment and prints nothing but through `output/` and `ui`. Three
//! messages cross threads: jobs down a bounded queue, events up a bounded
//! channel, and the cancel switches sideways.

mod ahead;
mod ask;
mod conductor;
mod crew;
mod dealer;
mod feeder;
mod gates;
mod halt;
mod handover;
mod interrupt;
mod latest;
mod live;
mod numbers;
mod order;
mod printer;
mod queue;
mod roster;
mod session;
mod signals;
mod slot;
mod tally;
#[cfg(test)]
mod tests;
mod timeout;

pub use ask::Asking;
pub use crew::Width;
pub use dealer::{Balance, Dealer};
pub use gates::{Gates, Limiting, Swapping};
pub use halt::{Halt, HaltError, HaltPolicy};
pub use handover::{Handed, Handover};
pub use interrupt::{Interruptible, Waited};
pub use session::Session;
pub use signals::{Ignored, hear_questions};
pub use timeout::{TimeoutError, TimeoutPolicy};

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::exec::{Cancel, Children, Executor, Feed, SpillPolicy};
use crate::output::{
    Asker, Form, Grouping, JobLog, Order, Paint, Paper, Resume, Store, Tag, Watch,
};
use crate::template::{Record, Template};

/// Where jobs' inputs come from.
pub trait JobSource: Send {
    /// Puts the next job's inputs into `records`; false when there are no more.
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError>;

    /// What the job reads whose inputs were given last. Asked for once a job.
    fn feed(&mut self) -> Feed {
        Feed::Nothing
    }

    /// What an earlier run has logged of the job whose inputs were given last
    /// (`--retry-failed`). Asked for once a job.
    fn logged(&mut self) -> Option<Logged> {
        None
    }

    /// Whether a job has nothing but its inputs, so that they may be read ahead
    /// of it.
    fn is_plain(&self) -> bool {
        true
    }

    /// How many jobs there will be, where that is known.
    fn total(&self) -> Option<u64>;
}

/// A job of the job log: it keeps its number, and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its sequence number.
    pub seq: u64,
    /// Its command, as it stands there.
    pub line: Vec<u8>,
}

/// What a source could not give.
pub enum SourceError {
    /// One input is missing, the rest will come; counts as a failure.
    Entry(Box<dyn Error + Send + Sync>),
    /// Nothing more will come; ends the run with an error.
    Fatal(Box<dyn Error + Send + Sync>),
}

/// What becomes of the first SIGINT or SIGTERM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnSignal {
    /// Running jobs are ended.
    #[default]
    End,
    /// Running jobs go on to their ends (`--drain`); a second signal ends them.
    Drain,
    /// As GNU parallel: SIGHUP lets running jobs go on to their ends, and the
    /// run has its usual exit status; SIGINT and SIGTERM end them, and the
    /// status is 255.
    Gnu,
}

/// In whose words the run tells why it stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Voice {
    /// prun's own.
    #[default]
    Own,
    /// GNU parallel's, which scripts look for.
    Gnu,
}

/// Where a job's command is printed before its output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Announce {
    /// Nowhere.
    #[default]
    No,
    /// On standard output, with the job's output (`-v`).
    WithOutput,
    /// On standard error, when it starts (`-t`).
    AtStart,
    /// In both places.
    Both,
}

/// Whether the time between two starts changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pacing {
    /// It does not.
    #[default]
    Fixed,
    /// It grows by 30 % with a job that fails, and shrinks by 10 % with one that
    /// succeeds: GNU parallel's `auto`.
    Adaptive,
    /// It holds for the first few jobs only. Jobs that take equally long then
    /// end in the order of their inputs, as they do with a runner that needs
    /// some time to start each: there are scripts that go by it.
    Opening,
}

/// When output of a job may be passed on before it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streaming {
    /// As soon as nothing else can be due before.
    WhenAlone,
    /// Never: the executor's jobs are over at once.
    Never,
}

/// What a user sees of a run while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watching {
    /// What is shown; SIGUSR2 shows it or takes it away.
    pub watch: Option<Watch>,
    /// How it is shown.
    pub form: Form,
    /// How many jobs there are, where the user says so.
    pub total: Option<u64>,
    /// In whose words jobs are listed (SIGUSR1).
    pub listing: Listing,
}

impl Watching {
    /// Whether inputs are read ahead to count them: what is shown is made of
    /// their number, and nobody says it.
    fn reads_ahead(&self) -> bool {
        self.watch.is_some_and(|watch| watch >= Watch::Estimate) && self.total.is_none()
    }
}

/// How jobs that run are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// With their numbers, slots and times.
    #[default]
    Full,
    /// A line with the command, as GNU parallel.
    Commands,
}

/// What the jobs of a stage do.
pub enum Work {
    /// Each runs the command that the template renders.
    Template(Arc<Template>),
    /// Each lends its slot's thread to one piece of work that prun does by
    /// itself: there is one job a slot, without inputs.
    Native,
}

impl Work {
    /// The template, where there is one.
    fn template(&self) -> Option<&Template> {
        match self {
            Self::Template(template) => Some(template),
            Self::Native => None,
        }
    }

    fn is_native(&self) -> bool {
        self.template().is_none()
    }
}

/// One stage, ready to run.
pub struct Plan {
    /// Where inputs come from.
    pub source: Box<dyn JobSource>,
    /// What each job does.
    pub work: Work,
    /// Where the inputs of jobs that succeed go on to.
    pub feeds: Vec<Arc<Handover>>,
    /// What `<dest>` is.
    pub dealer: Option<Dealer>,
    /// Who does it.
    pub executor: Arc<dyn Executor>,
    /// How many jobs run at a time, at most.
    pub slots: usize,
    /// How many of them may be at work, where that changes.
    pub width: Option<Box<dyn Width>>,
    /// How many slots come before the first one, those of stages that run at
    /// the same time: a number is one slot.
    pub first_slot: u32,
    /// The niceness of jobs relative to prun, if any.
    pub nice: Option<i32>,
    /// How long a job may take.
    pub timeout: TimeoutPolicy,
    /// How often a job is tried in all; 0 is without end.
    pub attempts: u32,
    /// The least time between two starts.
    pub delay: Duration,
    /// Whether that time changes.
    pub pacing: Pacing,
    /// What must be so before a job starts, if anything.
    pub gates: Option<Gates>,
    /// When to stop early.
    pub halt: HaltPolicy,
    /// Whether each job is asked about.
    pub asking: Asking,
    /// What a first signal does.
    pub on_signal: OnSignal,
    /// How it is told that `--halt` stops the run.
    pub voice: Voice,
    /// How output is put together.
    pub grouping: Grouping,
    /// In which order it appears.
    pub order: Order,
    /// When it may appear early.
    pub streaming: Streaming,
    /// The prefix of each line.
    pub tag: Option<Tag>,
    /// What is in colours.
    pub paint: Paint,
    /// Where output goes.
    pub store: Store,
    /// What printed output is written on.
    pub paper: Paper,
    /// Where commands are shown.
    pub announce: Announce,
    /// Where output is held that does not fit memory.
    pub spill: Arc<SpillPolicy>,
    /// The processes of the slots: one table for all stages that run at once.
    pub children: Arc<Children>,
    /// The switches that end the run; the source may watch them too.
    pub cancel: Arc<Cancel>,
    /// What is shown of the run while it goes on, and how.
    pub watching: Watching,
    /// Who is asked how far the run has come where there are no jobs to list
    /// (SIGUSR1).
    pub asker: Option<Asker>,
    /// The record of jobs.
    pub joblog: Option<JobLog>,
    /// Jobs that are done already.
    pub resume: Option<Resume>,
}
