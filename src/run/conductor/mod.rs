//! The conductor: the one loop that hears events, signals and ticks, and the
//! only one that decides that a run ends.
//!
//! Boundary: never in the way of a dispatch (slots pull), never blocked by a
//! write (the printer is a thread), never polls (it waits for all at once).

mod printing;
mod stage;
mod telling;

pub(super) use stage::StageState;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval_at};

use super::latest::Latest;
use super::order::{base, stage_of, within};
use super::roster::Roster;
use super::signals::Signals;
use super::tally::Tally;
use super::{OnSignal, Voice, Watching};
use crate::exec::{Cancel, CancelLevel, Captured, Children, Outcome, SpillPolicy, Stream};
use crate::output::{
    Asker, Chunk, Event, Grouping, Held, JobEnd, Order, Print, PrintError, Progress, RunEnd,
    Sequencer, Sheet, Summary, Write, is_reader_gone, log_row,
};
use crate::ui;
use printing::{print, print_failure};

/// How often orphans are reaped.
const TICK: Duration = Duration::from_millis(500);
/// How many events are taken at once.
const BATCH: usize = 64;

/// When a job is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogOrder {
    /// When it has ended.
    AsEnded,
    /// When its output is due, as GNU parallel does.
    AsPrinted,
}

/// A job's output that waits for its turn.
pub(super) struct Waiting(Captured, Captured);

impl Held for Waiting {
    fn is_empty(&self) -> bool {
        self.0.is_empty() && self.1.is_empty()
    }
}

/// How far the run has come to its end.
#[derive(Default)]
pub(super) struct Stops {
    signals: u32,
    last_signal: Option<(i32, Instant)>,
    /// Whether `--halt` lets the jobs that run come to their end.
    draining: bool,
    /// Whether an error has been printed: one is enough.
    told: bool,
    /// The first job that could not be started, which has been told of.
    not_started: Option<u64>,
    /// Whether a job that waits for the terminal has been told of.
    told_terminal: bool,
}

/// The conductor of one stage, or of several that run at once.
pub(super) struct Conductor {
    pub(super) events: Receiver<Event>,
    /// Where output goes; `None` when nothing more can, or will, be written.
    pub(super) queue: Option<Sender<Print>>,
    /// How that fails; `None` when it has, or when all is out.
    pub(super) failed: Option<oneshot::Receiver<PrintError>>,
    pub(super) sequencer: Sequencer<Waiting>,
    pub(super) grouping: Grouping,
    pub(super) order: Order,
    pub(super) streams: bool,
    pub(super) spill: Arc<SpillPolicy>,
    pub(super) children: Arc<Children>,
    /// The switches of the run.
    pub(super) cancel: Arc<Cancel>,
    pub(super) stages: Vec<StageState>,
    /// Under `-k`, the stage whose output is due.
    pub(super) turn: usize,
    pub(super) on_signal: OnSignal,
    pub(super) watching: Watching,
    /// The latest lines of jobs, where they are shown.
    pub(super) latest: Option<Arc<Latest>>,
    /// What is shown of the run now.
    pub(super) progress: Option<Progress>,
    pub(super) tally: Arc<Tally>,
    /// Who is asked how far native work has come.
    pub(super) asker: Option<Asker>,
    pub(super) roster: Arc<Roster>,
    pub(super) voice: Voice,
    pub(super) log_order: LogOrder,
    /// Records of jobs that wait for the turn of their output, with their
    /// stage.
    pub(super) rows: BTreeMap<u64, (usize, Vec<u8>)>,
    /// The table whose first row has not been written.
    pub(super) header: Option<Arc<Sheet>>,
    pub(super) summary: Summary,
    pub(super) stops: Stops,
}

impl Conductor {
    /// Runs until every job that was started has ended and its output is out.
    pub(super) async fn run(mut self, signals: &mut Signals) -> Summary {
        let mut batch = Vec::with_capacity(BATCH);
        let mut writes = Vec::new();
        let mut prints: VecDeque<Print> = VecDeque::new();
        let mut tick = interval_at(tokio::time::Instant::now() + TICK, TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        if self.watching.watch.is_some() || self.latest.is_some() {
            self.show(self.watching.watch);
        }
        while !self.is_over() {
            // Once the run is being ended nobody may be left waiting to be
            // heard, even if standard output is stuck.
            let may_hear = prints.is_empty() || self.cancel.level() >= CancelLevel::End;
            tokio::select! {
                biased;
                word = signals.next() => self.heed(word),
                error = print_failure(&mut self.failed) => self.printing_failed(error, &mut prints),
                _ = tick.tick() => self.look_after_children(),
                () = print(self.queue.as_ref(), &mut prints), if !prints.is_empty() => {}
                n = self.events.recv_many(&mut batch, BATCH), if may_hear => {
                    if n == 0 {
                        break;
                    }
                    for event in batch.drain(..) {
                        self.take(event, &mut writes);
                    }
                    self.grant();
                    self.queue_writes(&mut writes, &mut prints);
                }
            }
        }
        self.sequencer.flush(&mut writes);
        self.log_up_to(u64::MAX);
        self.queue_writes(&mut writes, &mut prints);
        self.finish(signals, prints).await;
        self.summary
    }

    /// Whether every job that was, or will be, started has ended.
    fn is_over(&self) -> bool {
        // A thread that waits for a file system may wait for ever.
        self.cancel.level() == CancelLevel::Kill && self.is_native()
            || self.stages.iter().all(StageState::is_over)
    }

    fn is_native(&self) -> bool {
        self.stages.iter().all(|stage| stage.slots.work.is_native())
    }

    /// Tells the tally how many jobs there are, once that is known.
    fn count_all(&self, resumed: u64) {
        let known: Option<Vec<u64>> = self.stages.iter().map(|stage| stage.jobs).collect();
        if let Some(jobs) = known {
            self.tally.all(jobs.iter().sum::<u64>() + resumed);
        }
    }

    /// Stops all stages: each stops those that run with it.
    fn stop(&self, level: CancelLevel) {
        for stage in &self.stages {
            stage.slots.stop(level);
        }
    }

    /// What follows when the last job of a stage has ended.
    fn settle(&mut self, stage: usize, writes: &mut Vec<Write<Waiting, Chunk>>) {
        let Some(state) = self.stages.get(stage).filter(|state| state.is_done()) else {
            return;
        };
        for feed in &state.slots.feeds {
            feed.close();
        }
        let before = self.turn;
        while self.stages.get(self.turn).is_some_and(StageState::is_done) {
            self.turn += 1;
        }
        if self.order == Order::Input && before < self.turn && self.turn < self.stages.len() {
            self.sequencer.turn_to(base(self.turn) + 1, writes);
        }
    }

    fn take(&mut self, event: Event, writes: &mut Vec<Write<Waiting, Chunk>>) {
        match event {
            Event::Output {
                order,
                stream,
                chunk,
            } => {
                if let Chunk::Captured(captured) = &chunk {
                    self.check(captured);
                }
                self.sequencer.output(order, stream, chunk, writes);
            }
            Event::Halted(halted) => self.halted(&halted),
            Event::Say(line) => writes.push(Write::Piece(Stream::Err, Chunk::Bytes(line))),
            Event::Failed(error) => self.fail(error),
            Event::Missing(error) => {
                ui::error(&error);
                self.summary.missing += 1;
            }
            Event::Ended(jobs) => {
                for job in jobs {
                    self.ended(job, writes);
                }
            }
            Event::InputsDone {
                stage,
                jobs,
                resumed,
                error,
            } => {
                if let Some(state) = self.stages.get_mut(stage) {
                    state.jobs = Some(jobs);
                }
                self.summary.resumed += resumed;
                self.count_all(resumed);
                self.settle(stage, writes);
                // Jobs of the inputs before the error still run.
                if let Some(error) = error {
                    self.note(error);
                }
            }
        }
    }

    fn ended(&mut self, mut job: JobEnd, writes: &mut Vec<Write<Waiting, Chunk>>) {
        let index = stage_of(job.order);
        self.tally.ended(job.runtime, !job.outcome.succeeded());
        let mut log_error = None;
        if let Some(stage) = self.stages.get_mut(index) {
            stage.ended += 1;
            stage.places += u128::from(within(job.order));
            let by_itself = !matches!(job.outcome, Outcome::Ended | Outcome::Skipped);
            if by_itself && let Some(log) = &mut stage.joblog {
                let logged = if self.log_order == LogOrder::AsPrinted {
                    let mut row = Vec::new();
                    log_row(&job, &mut row);
                    self.rows.insert(job.order, (index, row));
                    Ok(())
                } else {
                    log.record(&job)
                };
                if let Err(error) = logged {
                    stage.joblog = None;
                    log_error = Some(error);
                }
            }
        }
        self.check(&job.out);
        self.check(&job.err);
        if let Some(error) = log_error {
            self.fail(error);
        }
        if let Some(error) = job.lost.take() {
            self.fail(error);
        }
        if let Some(header) = self.header.take().and_then(|sheet| sheet.header()) {
            writes.push(Write::Piece(Stream::Out, Chunk::Bytes(header)));
        }
        if job.outcome.is_too_long() {
            self.note(format_args!("job {}: {}", job.seq, job.outcome));
        }
        // A script that has GNU parallel sees no list of failures at the end, and
        // no shell says why this one did not start: the first is told here.
        if self.voice == Voice::Gnu
            && let Outcome::NotStarted(error) = &job.outcome
            && !job.outcome.is_too_long()
            && self.stops.not_started.is_none()
        {
            self.stops.not_started = Some(job.seq);
            ui::error(format_args!("job {}: {error}", job.seq));
        }
        if self.grouping == Grouping::Ungrouped && !job.outcome.succeeded() && is_reader_gone() {
            self.reader_gone();
        }
        let line = job.line.take();
        if self.voice == Voice::Gnu
            && let Some(stage) = self.stages.get(index)
            && let Some(how) = stage.slots.halting.counts(&job.outcome)
        {
            self.say_counted(how, line.as_deref());
        }
        self.summary
            .count(job.seq, &job.outcome, || line.unwrap_or_default());
        let rest = self.wait_cheaply(job.order, job.out, job.err);
        self.sequencer.ended(job.order, rest, writes);
        if !self.rows.is_empty() {
            let turn = self.sequencer.turn();
            self.log_up_to(turn);
        }
        self.settle(index, writes);
    }

    /// Logs the jobs whose output has had its turn.
    fn log_up_to(&mut self, turn: u64) {
        while let Some(entry) = self.rows.first_entry()
            && *entry.key() < turn
        {
            let (index, row) = entry.remove();
            let log = self.stages.get_mut(index).map(|stage| &mut stage.joblog);
            if let Some(Some(log)) = log
                && let Err(error) = log.add(&row)
            {
                self.rows.clear();
                self.fail(error);
            }
        }
    }

    /// What has to wait while memory is short waits in the file.
    fn wait_cheaply(&mut self, order: u64, mut out: Captured, mut err: Captured) -> Waiting {
        if self.spill.is_tight() && !self.sequencer.is_due(order) {
            for captured in [&mut out, &mut err] {
                captured.spill();
                self.check(captured);
            }
        }
        Waiting(out, err)
    }

    /// prun itself cannot go on: jobs that run end by themselves.
    fn fail(&mut self, error: impl std::fmt::Display) {
        self.stop(CancelLevel::Drain);
        self.note(error);
    }

    /// Something is wrong with the run, though it goes on: told once.
    fn note(&mut self, error: impl std::fmt::Display) {
        if !std::mem::replace(&mut self.stops.told, true) {
            ui::error(error);
        }
        if !matches!(self.summary.end, RunEnd::Signal(_) | RunEnd::Stopped) {
            self.summary.end = RunEnd::Error;
        }
    }

    fn check(&mut self, captured: &Captured) {
        if let Some(error) = captured.failure() {
            self.fail(error.clone());
        }
    }
}
