//! What is counted of a run for those who watch it.
//!
//! Boundary: numbers that the conductor and the feeder add to, and that the
//! thread which shows progress reads on its ticks; nothing waits for anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::latest::Latest;
use super::roster::{Roster, Running};
use crate::output::{JobsSeen, Shows, Total, Watch};

/// A number that is not known yet.
const UNKNOWN: u64 = u64::MAX;

/// The counts of all stages that run at once.
pub(super) struct Tally {
    roster: Arc<Roster>,
    /// Jobs that have ended, and those of them that failed or are done already.
    ended: AtomicU64,
    failed: AtomicU64,
    /// How long they took in all, in nanoseconds, and how many did.
    nanos: AtomicU64,
    timed: AtomicU64,
    /// How many there are, once that is known.
    total: AtomicU64,
    /// The last sequence number, and the one before the first.
    last_seq: Arc<AtomicU64>,
    before: u64,
    /// How many inputs have been read ahead of the jobs.
    ahead: AtomicU64,
}

impl Tally {
    /// Nothing has been counted; sequence numbers go on from here.
    pub(super) fn new(roster: Arc<Roster>, last_seq: Arc<AtomicU64>, total: Option<u64>) -> Self {
        Self {
            roster,
            ended: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            nanos: AtomicU64::new(0),
            timed: AtomicU64::new(0),
            total: AtomicU64::new(total.unwrap_or(UNKNOWN)),
            before: last_seq.load(Ordering::SeqCst),
            last_seq,
            ahead: AtomicU64::new(0),
        }
    }

    /// A job has ended.
    pub(super) fn ended(&self, runtime: Duration, failed: bool) {
        let nanos = u64::try_from(runtime.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
        self.timed.fetch_add(1, Ordering::Relaxed);
        self.failed.fetch_add(failed.into(), Ordering::Relaxed);
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    /// A job was left out: an earlier run did it, or the user did not want it.
    pub(super) fn left_out(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    /// One more job's inputs have been read ahead.
    pub(super) fn read_ahead(&self) {
        self.ahead.fetch_add(1, Ordering::Relaxed);
    }

    /// All inputs have been read ahead.
    pub(super) fn all_read(&self) {
        self.all(self.ahead.load(Ordering::Relaxed));
    }

    /// All inputs have been seen: so many jobs there are.
    pub(super) fn all(&self, jobs: u64) {
        self.total.store(jobs, Ordering::Relaxed);
    }

    /// The run as it is now.
    pub(super) fn seen(&self) -> JobsSeen {
        let ended = self.ended.load(Ordering::Relaxed);
        let average = self
            .nanos
            .load(Ordering::Relaxed)
            .checked_div(self.timed.load(Ordering::Relaxed));
        let given_out = self.last_seq.load(Ordering::Relaxed) - self.before;
        let seen = given_out.max(self.ahead.load(Ordering::Relaxed));
        let total = match self.total.load(Ordering::Relaxed) {
            UNKNOWN => Total::AtLeast(seen),
            total => Total::Exactly(total),
        };
        JobsSeen {
            ended,
            failed: self.failed.load(Ordering::Relaxed),
            running: self.roster.running().iter().map(Running::time).collect(),
            total,
            average: average.map(Duration::from_nanos),
        }
    }
}

/// The run as it is shown.
pub(super) struct Shown {
    tally: Arc<Tally>,
    watch: Option<Watch>,
    latest: Option<Arc<Latest>>,
    seen: JobsSeen,
}

impl Shown {
    /// As much of it as `watch` says, with the latest line of each job.
    pub(super) fn new(
        tally: Arc<Tally>,
        watch: Option<Watch>,
        latest: Option<Arc<Latest>>,
    ) -> Self {
        let seen = tally.seen();
        Self {
            tally,
            watch,
            latest,
            seen,
        }
    }
}

impl Shows for Shown {
    fn look(&mut self) {
        self.seen = self.tally.seen();
    }

    fn line(&self, width: usize) -> String {
        let watch = self.watch.as_ref();
        watch.map_or_else(String::new, |watch| watch.line(&self.seen, width))
    }

    fn above(&self) -> Vec<Vec<u8>> {
        let Some(latest) = &self.latest else {
            return Vec::new();
        };
        let running = self.tally.roster.running();
        running.iter().map(|one| latest.of(one.slot)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(last_seq: &Arc<AtomicU64>, total: Option<u64>) -> Tally {
        Tally::new(Arc::new(Roster::new(1)), Arc::clone(last_seq), total)
    }

    #[test]
    fn the_total_is_a_bound_until_all_inputs_are_seen() {
        let last_seq = Arc::new(AtomicU64::new(70));
        let tally = tally(&last_seq, None);
        last_seq.store(75, Ordering::Relaxed);
        assert_eq!(tally.seen().total, Total::AtLeast(5));
        for _ in 0..900 {
            tally.read_ahead();
        }
        assert_eq!(tally.seen().total, Total::AtLeast(900));
        tally.all_read();
        assert_eq!(tally.seen().total, Total::Exactly(900));
        tally.all(901);
        assert_eq!(tally.seen().total, Total::Exactly(901));
    }

    #[test]
    fn jobs_that_were_left_out_have_no_part_in_the_average() {
        let tally = tally(&Arc::default(), Some(9));
        assert_eq!(tally.seen().average, None);
        tally.left_out();
        tally.ended(Duration::from_secs(1), false);
        tally.ended(Duration::from_secs(3), true);
        let seen = tally.seen();
        assert_eq!((seen.ended, seen.failed), (3, 1));
        assert_eq!(seen.average, Some(Duration::from_secs(2)));
        assert_eq!(seen.total, Total::Exactly(9));
    }
}
