//! What is done before and after a stage that runs rsync.
//!
//! Boundary: decides what counts; runs nothing.

use std::sync::Arc;

use super::codes::{self, VANISHED};
use super::shared::{Doing, Shared, When, record_of};
use super::tally::{Tally, Try};
use crate::config::ConfigError;
use crate::config::native::{Verdict, Whole};
use crate::config::stages::{Attends, Begin};
use crate::output::{RunEnd, Summary};
use crate::pipeline::{Asked, Buckets, Codes};
use crate::ui;

/// The first try of a stage.
pub(super) struct First {
    pub(super) name: String,
    pub(super) codes: Codes,
    pub(super) tally: Arc<Tally>,
    pub(super) shared: Arc<Shared>,
    pub(super) buckets: Option<Buckets>,
    /// Whether it is the one that tells the totals.
    pub(super) tells: bool,
    /// Whether it was passed over.
    pub(super) is_skipped: bool,
}

/// The second try of what failed.
pub(super) struct Second {
    pub(super) name: String,
    /// What the first try came to.
    pub(super) first: Arc<Tally>,
    pub(super) tally: Arc<Tally>,
    pub(super) shared: Arc<Shared>,
    /// How many names had gone before the second try.
    pub(super) gone: u64,
}

impl Attends for First {
    fn begin(&mut self) -> Result<Begin, ConfigError> {
        if self.shared.has_stopped() {
            self.is_skipped = true;
            return Ok(Begin::Skip);
        }
        if let Some(buckets) = &self.buckets {
            self.shared.begin(buckets)?;
        }
        Ok(Begin::Run)
    }

    fn end(&mut self, summary: &mut Summary) -> Verdict {
        if self.is_skipped {
            return Verdict::default();
        }
        if let Some(buckets) = &self.buckets
            && buckets.progress == Asked::Yes
            && self.shared.doing() == Doing::Copying
        {
            self.shared.tell_progress(When::Last);
        }
        let mut verdict = Verdict::default();
        let is_complete = summary.end == RunEnd::Complete;
        let mut failed = self.tally.failed();
        let mut left = 0_u64;
        failed.retain(|seq, job| {
            let again = is_complete && self.tally.is_due_again(job);
            if again || self.tally.is_left(job.code) {
                forgive(summary, *seq);
                left += u64::from(!again);
                return again;
            }
            count(&mut verdict, summary, *seq, job.code);
            if let Some(lists) = self.shared.lists().filter(|_| job.code != VANISHED) {
                lists.need();
            }
            if self.tally.stops(job.code) {
                self.shared.stop();
            }
            false
        });
        drop(failed);
        if left > 0 {
            ui::say(format_args!(
                "{}: rsync could not copy all files in {left} of its runs; the next phase tries them again",
                self.name
            ));
        }
        match self.codes {
            // The second phase walks again, and tells what is still missing.
            Codes::RsyncFirst if is_complete => summary.missing = 0,
            Codes::RsyncFirstAnd if summary.missing > 0 => self.shared.stop(),
            _ => {}
        }
        if self.shared.has_stopped() {
            tell_stop(&self.name);
        }
        verdict
    }

    fn tell(&mut self, whole: &Whole) {
        if !self.tells {
            return;
        }
        if let Some(buckets) = &self.buckets
            && buckets.stats == Asked::Yes
            && self.shared.doing() == Doing::Copying
            && self.shared.lists().is_some()
        {
            self.shared.tell_stats(whole.status);
        }
        self.shared.close();
    }
}

fn tell_stop(name: &str) {
    ui::error(format_args!(
        "{name} failed; what comes after it is not run"
    ));
}

impl Attends for Second {
    fn begin(&mut self) -> Result<Begin, ConfigError> {
        if self.shared.has_stopped() {
            return Ok(Begin::Skip);
        }
        let mut failed = self.first.failed();
        // A name that has gone since the walk would fail again, as an error.
        for job in failed.values_mut() {
            let (Some(bucket), Some(lists)) = (&job.bucket, self.shared.lists()) else {
                continue;
            };
            if job.code != codes::PARTIAL {
                continue;
            }
            let (bucket, gone) = lists.without_gone(bucket)?;
            self.gone += gone;
            job.record = record_of(&bucket);
            job.bucket = Some(bucket);
        }
        failed.retain(|_, job| job.bucket.as_ref().is_none_or(|bucket| bucket.entries > 0));
        Ok(if failed.is_empty() {
            Begin::Skip
        } else {
            Begin::Run
        })
    }

    fn end(&mut self, summary: &mut Summary) -> Verdict {
        let mut verdict = Verdict::default();
        let had_stopped = self.shared.has_stopped();
        if self.gone > 0 {
            ui::warning(format_args!(
                "{}: {} names had gone before rsync came to them",
                self.name, self.gone
            ));
            verdict.add_code(VANISHED);
        }
        // What was to be tried again, and was not: the run was stopped.
        let first = self.first.failed();
        for job in first.values() {
            verdict.add_code(job.code);
        }
        drop(first);
        for (seq, job) in self.tally.failed().iter() {
            if self.tally.is_left(job.code) {
                forgive(summary, *seq);
                continue;
            }
            count(&mut verdict, summary, *seq, job.code);
            if let Some(lists) = self.shared.lists().filter(|_| job.code != VANISHED) {
                lists.need();
            }
            if self.tally.stops(job.code) {
                self.shared.stop();
            }
        }
        if self.shared.has_stopped() && !had_stopped {
            tell_stop(&self.name);
        }
        verdict
    }

    fn tell(&mut self, _whole: &Whole) {}
}

/// Counts a job that did not end well.
fn count(verdict: &mut Verdict, summary: &mut Summary, seq: u64, code: u8) {
    verdict.add_code(code);
    // rsync has named what vanished; that is no job that failed.
    if code == VANISHED {
        forgive(summary, seq);
    }
}

/// A job that did not end well does not count.
fn forgive(summary: &mut Summary, seq: u64) {
    summary.failed = summary.failed.saturating_sub(1);
    summary.failures.retain(|failure| failure.seq != seq);
}

/// The tries of a stage.
pub(super) fn tries(codes: Codes) -> (Arc<Tally>, Arc<Tally>) {
    (Tally::new(codes, Try::First), Tally::new(codes, Try::Again))
}
