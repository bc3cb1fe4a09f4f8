//! How the jobs of rsync ended: what is tried again, what counts.
//!
//! Boundary: watches an executor and keeps what did not go well; starts nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::codes;
use super::shared::{Doing, Shared, When, bucket_of};
use crate::exec::{Cancel, Executor, Job, JobIo, Outcome};
use crate::input::buckets::Bucket;
use crate::pipeline::{Asked, Codes};
use crate::template::Record;
use crate::ui;

/// How many failures are told as they come.
const TOLD: usize = 20;

/// A job that did not end well.
pub(super) struct Failed {
    /// Its exit status.
    pub(super) code: u8,
    /// Its input.
    pub(super) record: Record,
    /// The same as a bucket, if it is one.
    pub(super) bucket: Option<Bucket>,
}

/// Which try this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Try {
    /// Together with all others.
    First,
    /// Alone, after the others.
    Again,
}

/// The jobs of a stage that did not end well, by their numbers.
pub(super) struct Tally {
    codes: Codes,
    this: Try,
    failed: Mutex<BTreeMap<u64, Failed>>,
}

impl Tally {
    pub(super) fn new(codes: Codes, this: Try) -> Arc<Self> {
        Arc::new(Self {
            codes,
            this,
            failed: Mutex::default(),
        })
    }

    pub(super) fn failed(&self) -> MutexGuard<'_, BTreeMap<u64, Failed>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a job that ended so is tried again.
    pub(super) fn is_due_again(&self, failed: &Failed) -> bool {
        if self.this == Try::Again || codes::is_final(failed.code) {
            return false;
        }
        // What a second phase does anyway, and one that found all files by
        // itself would find again.
        codes::is_fatal(failed.code) || self.codes == Codes::Rsync && failed.bucket.is_some()
    }

    /// Whether an exit status is left to the next phase.
    pub(super) fn is_left(&self, code: u8) -> bool {
        self.codes == Codes::RsyncFirst && !codes::is_fatal(code)
    }

    /// Whether it keeps the later stages from running.
    pub(super) fn stops(&self, code: u8) -> bool {
        self.codes != Codes::Rsync && !self.is_left(code)
    }

    fn note(&self, seq: u64, records: &[Record], outcome: &Outcome, shared: &Shared) {
        let record = records.first().cloned().unwrap_or_default();
        let bucket = bucket_of(&record);
        match codes::of(outcome) {
            None => {}
            Some(0) => {
                self.failed().remove(&seq);
                if let Some(bucket) = &bucket {
                    shared.done(bucket);
                }
            }
            Some(code) => {
                let failed = Failed {
                    code,
                    record,
                    bucket,
                };
                let again = self.is_due_again(&failed);
                let mut all = self.failed();
                let told = all.len() < TOLD;
                all.insert(seq, failed);
                drop(all);
                if told && again {
                    ui::say(format_args!(
                        "job {seq}: rsync: {}; it is tried once more, alone, when the others have ended",
                        codes::told(outcome)
                    ));
                }
            }
        }
    }
}

/// An executor whose jobs are rsync.
pub(super) struct Watched {
    pub(super) inner: Arc<dyn Executor>,
    pub(super) tally: Arc<Tally>,
    pub(super) shared: Arc<Shared>,
    pub(super) progress: Asked,
}

impl Executor for Watched {
    fn execute(&self, job: &Job<'_>, io: &mut JobIo<'_>, cancel: &Cancel) -> Outcome {
        let began = Instant::now();
        let outcome = self.inner.execute(job, io, cancel);
        self.shared.ran(began.elapsed());
        self.tally
            .note(job.values.seq, job.values.records, &outcome, &self.shared);
        if self.progress == Asked::Yes && self.shared.doing() == Doing::Copying {
            self.shared.tell_progress(When::Due);
        }
        outcome
    }
}
