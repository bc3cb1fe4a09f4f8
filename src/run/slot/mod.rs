//! One slot's thread: takes a job, carries it out, reports, again.
//!
//! Boundary: the only place where an executor is called. Renders on its own
//! thread into buffers it keeps; tries a failed job again in the same slot.

mod kept;
mod lines;
mod output;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use tokio::sync::mpsc::Sender;

use super::dealer::{Dealer, Dealt};
use super::gates::Gate;
use super::halt::{Decision, Halt, HaltPolicy};
use super::handover::Handover;
use super::latest::Latest;
use super::live::Live;
use super::numbers::Numbers;
use super::order::within;
use super::queue::Queue;
use super::roster::Roster;
use super::tally::Tally;
use super::timeout::Timeouts;
use super::{Announce, Pacing, Streaming, Work};
use crate::exec::{
    Action, Cancel, CancelLevel, Captured, Executor, Feed, Job, JobIo, Outcome, SpillPolicy,
};
use crate::output::{Colour, Event, Grouping, Halted, JobEnd, Paint, Store, Tag};
use crate::template::{Argv, Record, Values};
use output::{Early, SlotOutput, Way};

/// How much is read from a job's pipe at a time: the size of a pipe.
const BUFFER: usize = 64 << 10;

/// How many starts are spaced out under [`Pacing::Opening`].
const OPENING: u64 = 8;

/// How many jobs that are over at once are reported together.
const GATHER: usize = 64;

/// A job on its way to a slot.
pub(super) struct Queued {
    /// Its place in the order of starts, from 1, without gaps.
    pub(super) order: u64,
    /// Its sequence number.
    pub(super) seq: u64,
    /// Its inputs.
    pub(super) records: Vec<Record>,
    /// What it reads.
    pub(super) feed: Feed,
    /// Its line, where an earlier run has logged it.
    pub(super) line: Option<Box<[u8]>>,
    /// How often it has been called back.
    pub(super) recalled: AtomicU32,
}

impl Queued {
    /// A job that has not run, and reads nothing.
    pub(super) fn new(order: u64, seq: u64, records: Vec<Record>) -> Self {
        Self {
            order,
            seq,
            records,
            feed: Feed::Nothing,
            line: None,
            recalled: AtomicU32::new(0),
        }
    }
}

/// What stages that run at once have to know of each other: a stop stops all.
pub(super) struct Together {
    pub(super) queues: Vec<Arc<Queue<Arc<Queued>>>>,
    pub(super) handovers: Vec<Arc<Handover>>,
}

/// What all slots of a stage share.
pub(super) struct Slots {
    pub(super) queue: Arc<Queue<Arc<Queued>>>,
    pub(super) roster: Arc<Roster>,
    pub(super) tally: Arc<Tally>,
    pub(super) gate: Option<Arc<Gate>>,
    pub(super) together: Arc<Together>,
    pub(super) feeds: Vec<Arc<Handover>>,
    pub(super) dealer: Option<Dealer>,
    pub(super) numbers: Numbers,
    pub(super) live: Live,
    /// The latest lines of jobs, where they are shown.
    pub(super) latest: Option<Arc<Latest>>,
    pub(super) timeouts: Timeouts,
    /// The last sequence number that was given out.
    pub(super) last_seq: Arc<AtomicU64>,
    /// How many jobs there are, where that is known before they run.
    pub(super) total: Option<u64>,
    pub(super) work: Work,
    pub(super) executor: Arc<dyn Executor>,
    pub(super) cancel: Arc<Cancel>,
    pub(super) spill: Arc<SpillPolicy>,
    pub(super) attempts: u32,
    pub(super) pacing: Pacing,
    pub(super) nice: Option<i32>,
    pub(super) grouping: Grouping,
    pub(super) streaming: Streaming,
    pub(super) tag: Option<Tag>,
    pub(super) paint: Paint,
    /// Where output goes.
    pub(super) store: Store,
    pub(super) announce: Announce,
    /// `--halt`, if it can stop the run: one count for all stages.
    pub(super) halt: Option<Arc<Mutex<Halt>>>,
    /// Its policy.
    pub(super) halting: HaltPolicy,
    /// What becomes of output of the jobs that it ends.
    pub(super) leftovers: Leftovers,
    pub(super) line: Line,
}

/// What becomes of output that jobs have written when `--halt` ends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leftovers {
    /// It is passed on: it may tell why.
    Kept,
    /// A group is whole or not there at all, as on GNU parallel's face: who
    /// waits for the first job that succeeds has that job's output alone.
    Dropped,
}

/// When a job's pasteable line is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// For every job: the job log wants it.
    Always,
    /// For a job that failed: the report at the end wants it.
    OnFailure,
}

impl Slots {
    /// The body of one slot's thread. `left` is called whenever a job has left
    /// its slot.
    pub(super) fn work(&self, events: &Sender<Event>, left: &dyn Fn()) {
        if let Some(nice) = self.nice {
            // On Linux a thread has a niceness of its own, and what it starts
            // inherits it. Rising is always allowed; sinking is asked for by
            // users who may, and told by config.
            let own = rustix::process::getpriority_process(None).unwrap_or(0);
            let _ = rustix::process::setpriority_process(None, (own + nice).clamp(-20, 19));
        }
        let way = Way {
            grouping: self.grouping,
            live: &self.live,
            lines: self.tag.as_ref().map(|tag| tag.lines).unwrap_or_default(),
            spill: &self.spill,
            events,
            latest: self.latest.as_deref(),
        };
        let mut scratch = Scratch {
            argv: Argv::new(),
            buffer: vec![0; BUFFER],
            tag: Vec::new(),
        };
        let mut ends = Vec::new();
        while let Some(job) = self.next(&mut ends, events) {
            if self.pacing == Pacing::Opening && within(job.order) == OPENING {
                self.queue.stretch_delay(0.0);
            }
            let slot = self.numbers.take();
            self.roster.enter(slot, &job);
            let end = self.carry_out(&job, slot, &way, &mut scratch);
            self.roster.leave(slot);
            self.numbers.give(slot);
            if let Some(gate) = &self.gate {
                gate.left();
            }
            if let Some(end) = end {
                self.pace(&end);
                self.judge(&end, events);
                ends.push(end);
            }
            // Another slot may take the next job from here on, so it has to be
            // known whether there is to be one.
            left();
        }
    }

    /// `--delay` with `auto`.
    fn pace(&self, end: &JobEnd) {
        if self.pacing == Pacing::Adaptive && !matches!(end.outcome, Outcome::Skipped) {
            let times = if end.outcome.succeeded() { 0.9 } else { 1.3 };
            self.queue.stretch_delay(times);
        }
    }

    /// Puts a job that was called back in front of the others, if it is to be
    /// tried again.
    fn put_back(&self, job: &Arc<Queued>) -> bool {
        let recalled = job.recalled.fetch_add(1, Ordering::SeqCst) + 1;
        let again = |gate: &Arc<Gate>| gate.tries_again(recalled);
        self.gate.as_ref().is_some_and(again) && self.queue.put_back(Arc::clone(job))
    }

    /// `--halt`, decided here and not by the conductor: this slot must not take
    /// another job before it is known whether there is to be one.
    fn judge(&self, end: &JobEnd, events: &Sender<Event>) {
        let Some(halt) = &self.halt else { return };
        if matches!(end.outcome, Outcome::Ended | Outcome::Skipped) {
            return;
        }
        let decision = halt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .count(&end.outcome);
        let (level, status) = match decision {
            Decision::Continue => return,
            Decision::Drain(status) => (CancelLevel::Drain, status),
            Decision::End(status) => (CancelLevel::End, status),
        };
        self.stop(level);
        let how = if end.outcome.succeeded() {
            "succeeded".to_owned()
        } else {
            format!("failed ({})", end.outcome)
        };
        let _ = events.blocking_send(Event::Halted(Halted {
            seq: end.seq,
            how,
            line: end.line.clone(),
            level,
            status,
        }));
    }

    /// Starts nothing more, and ends what runs if `level` says so.
    pub(super) fn stop(&self, level: CancelLevel) {
        // In this order: the feeder wakes up from a read that it takes for the
        // end of its input, and what it makes of that must find no queue.
        for queue in &self.together.queues {
            queue.abandon();
        }
        for handover in &self.together.handovers {
            handover.abandon();
        }
        self.cancel.raise(level);
    }

    /// Reports what has ended and takes the next job.
    ///
    /// Jobs that are over at once (a rehearsal) are reported many at a time:
    /// waking the conductor costs more than such a job.
    fn next(&self, ends: &mut Vec<JobEnd>, events: &Sender<Event>) -> Option<Arc<Queued>> {
        let gathers = self.streaming == Streaming::Never && !ends.is_empty() && ends.len() < GATHER;
        if gathers && let Some(job) = self.queue.pop_now() {
            return Some(job);
        }
        if !ends.is_empty() {
            events
                .blocking_send(Event::Ended(std::mem::take(ends)))
                .ok()?;
        }
        self.queue.pop()
    }

    /// Runs the job to its end; `None` if it was put back, to run again later.
    fn carry_out(
        &self,
        job: &Arc<Queued>,
        slot: u32,
        way: &Way<'_>,
        scratch: &mut Scratch,
    ) -> Option<JobEnd> {
        let dealer = self.dealer.as_ref();
        let dealt = dealer.map(|dealer| dealer.deal(job.seq, &job.records));
        let values = Values {
            records: &job.records,
            seq: job.seq,
            slot,
            dest: dealt.as_ref().map(Dealt::name),
            total: self.total,
        };
        scratch.tag.clear();
        let tag = self.tag.as_ref().map(|tag| {
            tag.text.render(&values, &mut scratch.tag);
            &*scratch.tag
        });
        // Held only where a job may be called back or suspended: who has the reins looks.
        let reins = self.gate.as_ref().and_then(|_| self.roster.reins(slot));
        let recalls = self.gate.as_ref().is_some_and(|gate| gate.recalls());
        let mut attempt = 1;
        loop {
            let is_last = attempt == self.attempts;
            let early = match self.streaming {
                Streaming::WhenAlone if is_last && !recalls => Early::WhenLive,
                Streaming::WhenAlone | Streaming::Never => Early::No,
            };
            let early = match &self.store {
                // Whether a job has failed is known when it has ended.
                Store::Printed if self.paint == Paint::Failed => Early::No,
                Store::Rows(_) => Early::No,
                // Until it has ended it may be dropped.
                Store::Printed if self.leftovers == Leftovers::Dropped => Early::No,
                Store::Printed | Store::Kept(_) => early,
            };
            let colour = (self.paint == Paint::Jobs).then(|| Colour::of_job(job.seq));
            let mut output = SlotOutput::new(way, (job.order, slot), early, tag).paint(colour);
            if let Store::Kept(keeping) = &self.store {
                match keeping.results.begin(&values) {
                    Ok(kept) => output = output.keep(kept),
                    Err(error) => return Some(self.unkept(job, &values, error)),
                }
            }
            self.show(job, &values, &mut output, way);
            let started = SystemTime::now();
            let clock = Instant::now();
            let mut io = JobIo {
                argv: &mut scratch.argv,
                buffer: &mut scratch.buffer,
                output: &mut output,
                sent: 0,
            };
            let planned = Job {
                action: match &self.work {
                    Work::Template(template) => Action::Run(template),
                    Work::Native => Action::Native,
                },
                values,
                timeout: self.timeouts.next(),
                reins,
                feed: &job.feed,
            };
            let outcome = self.executor.execute(&planned, &mut io, &self.cancel);
            let (runtime, sent) = (clock.elapsed(), io.sent);
            if matches!(outcome, Outcome::Recalled) {
                if self.put_back(job) {
                    if let Some(kept) = output.kept() {
                        kept.discard();
                    }
                    return None;
                }
            } else if outcome.succeeded() {
                self.timeouts.note(runtime);
            } else if !is_last && !outcome.is_hopeless() && self.cancel.level() == CancelLevel::Run
            {
                attempt = attempt.saturating_add(1);
                if let Some(kept) = output.kept() {
                    kept.discard();
                }
                continue;
            }
            // Before the end is told: a stage's last end closes what it feeds.
            for feed in &self.feeds {
                let inputs = outcome.succeeded().then_some(&*job.records);
                feed.ended(job.order, inputs);
            }
            let wanted = self.line == Line::Always || !outcome.succeeded();
            let mut end = JobEnd {
                order: job.order,
                seq: job.seq,
                outcome,
                started,
                runtime,
                sent,
                received: output.received,
                out: Captured::new(&self.spill),
                err: Captured::new(&self.spill),
                line: wanted.then(|| self.line(job, &values)),
                lost: None,
            };
            let kept = output.kept();
            let is_dropped = matches!(end.outcome, Outcome::Ended) && self.drops_leftovers();
            if !is_dropped {
                (end.out, end.err) = output.finish();
            }
            if self.paint == Paint::Failed && !end.outcome.succeeded() {
                end.out = self.in_red(&end.out);
                end.err = self.in_red(&end.err);
            }
            self.store(&mut end, kept, tag, &job.records);
            return Some(end);
        }
    }

    /// Whether a job that prun ended just now leaves no output.
    fn drops_leftovers(&self) -> bool {
        let decided = |halt: &Arc<Mutex<Halt>>| {
            let halt = halt.lock().unwrap_or_else(PoisonError::into_inner);
            halt.has_decided()
        };
        self.leftovers == Leftovers::Dropped && self.halt.as_ref().is_some_and(decided)
    }
}

/// The buffers of one slot.
struct Scratch {
    argv: Argv,
    buffer: Vec<u8>,
    tag: Vec<u8>,
}
