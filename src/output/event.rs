//! What slots and the feeder tell the conductor.
//!
//! Boundary: the message type and nothing else. One `Ended` is sent for every
//! job that was started, whatever happened to it: the sequencer counts on it.

use std::time::{Duration, SystemTime};

use super::results::ResultsError;
use crate::exec::{CancelLevel, Captured, Outcome, Stream};

/// One message to the conductor.
pub enum Event {
    /// Output of a running job that is due now.
    Output {
        /// The job's place in the order of starts, from 1.
        order: u64,
        /// Which stream it was written to.
        stream: Stream,
        /// The bytes.
        chunk: Chunk,
    },
    /// A line for standard error that belongs to no group (`-t`).
    Say(Vec<u8>),
    /// An input could not be had; the others will come.
    Missing(Box<dyn std::error::Error + Send + Sync>),
    /// Jobs have ended: one, or several where each is over at once.
    Ended(Vec<JobEnd>),
    /// `--halt` was fulfilled by a job, whose end is told next.
    Halted(Halted),
    /// The run cannot go on: jobs that run end by themselves.
    Failed(Box<dyn std::error::Error + Send + Sync>),
    /// No more jobs will come.
    InputsDone {
        /// Which of the stages that run at once, from 0.
        stage: usize,
        /// How many jobs were handed to the slots.
        jobs: u64,
        /// How many were left out because an earlier run did them.
        resumed: u64,
        /// Why the inputs ended early, if they did.
        error: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

/// The job that fulfilled `--halt`.
pub struct Halted {
    /// Its sequence number.
    pub seq: u64,
    /// How it ended, as a fragment.
    pub how: String,
    /// The job as a pasteable line, if it failed or somebody wants it.
    pub line: Option<Vec<u8>>,
    /// What becomes of the others.
    pub level: CancelLevel,
    /// The exit status that follows.
    pub status: i32,
}

/// Bytes on their way out.
pub enum Chunk {
    /// As they were read.
    Bytes(Vec<u8>),
    /// Held back until now.
    Captured(Captured),
}

/// What is known of a job when it has ended.
pub struct JobEnd {
    /// Its place in the order of starts, from 1, without gaps.
    pub order: u64,
    /// Its sequence number.
    pub seq: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// When its last attempt started.
    pub started: SystemTime,
    /// How long its last attempt took.
    pub runtime: Duration,
    /// How many bytes there were for its last attempt to read (`--pipe`).
    pub sent: u64,
    /// How many bytes it wrote to standard output.
    pub received: u64,
    /// What of its standard output has not been passed on.
    pub out: Captured,
    /// What of its standard error has not been passed on.
    pub err: Captured,
    /// The job as a pasteable line, where somebody wants it.
    pub line: Option<Vec<u8>>,
    /// Why not all of its output could be kept.
    pub lost: Option<ResultsError>,
}
