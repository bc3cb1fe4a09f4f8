//! The conductor: the one loop that hears events, signals and ticks, and the
//! only one that decides that a run ends.
//!
//! Boundary: never in the way of a dispatch (slots pull), never blocked by a
//! write (the printer is a thread), never polls (it waits for all at once).

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval_at, timeout};

use super::order::{base, stage_of, within};
use super::roster::Roster;
use super::signals::{Signals, Word};
use super::slot::Slots;
use super::tally::{Shown, Tally};
use super::{Listing, OnSignal, Voice, Watching};
use crate::exec::{
    Cancel, CancelLevel, Captured, Children, Outcome, SpillPolicy, Stream, reap_orphans,
    signal_all, waits_for_terminal,
};
use crate::output::{
    Asker, Chunk, Event, Grouping, Halted, Held, JobEnd, JobLog, Order, Print, PrintError,
    Progress, RunEnd, Sequencer, Sheet, Summary, Watch, Write, is_reader_gone, log_row,
};
use crate::ui;

/// How often orphans are reaped.
const TICK: Duration = Duration::from_millis(500);
/// How long a run that a signal has ended waits for its last output to be read.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How many writes may wait for a reader that does not read while the run is
/// being ended.
const STUCK: usize = 64;
/// Two of the same signal within this time are one: timeout(1) sends it to
/// prun and then to its group.
const SAME_SIGNAL: Duration = Duration::from_millis(2);
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
    /// The job that fulfilled `--halt`, until its end is told; and whether that
    /// has been said in GNU parallel's words.
    halting: Option<u64>,
    halt_told: bool,
    /// Whether an error has been printed: one is enough.
    told: bool,
    /// Whether a job that waits for the terminal has been told of.
    told_terminal: bool,
}

/// How far one stage has come.
pub(super) struct StageState {
    slots: Arc<Slots>,
    joblog: Option<JobLog>,
    /// How many jobs there are, once all inputs have been seen.
    jobs: Option<u64>,
    /// The sum of the places of all jobs that have ended: what is missing in
    /// the whole sum is the one that has not.
    places: u128,
    ended: u64,
}

impl StageState {
    /// A stage of which nothing has been heard.
    pub(super) fn new(slots: Arc<Slots>, joblog: Option<JobLog>) -> Self {
        Self {
            slots,
            joblog,
            jobs: None,
            places: 0,
            ended: 0,
        }
    }

    /// Whether all its inputs have been seen and their jobs have ended.
    fn is_done(&self) -> bool {
        self.jobs == Some(self.ended)
    }

    /// Whether every job that was, or will be, started has ended.
    fn is_over(&self) -> bool {
        // The feeder may be stuck in a read that nothing can end.
        self.is_done()
            || self.slots.cancel.level() >= CancelLevel::Drain
                && self.slots.queue.taken() == self.ended
    }

    /// The place of the one job that has not ended, if there is just one.
    fn last_one(&self) -> Option<u64> {
        let jobs = self.jobs.filter(|jobs| *jobs == self.ended + 1)?;
        let all = u128::from(jobs) * u128::from(jobs + 1) / 2;
        u64::try_from(all - self.places).ok()
    }
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
        if let Some(watch) = self.watching.watch {
            self.show(watch);
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

    /// Begins to show how far the run has come.
    fn show(&mut self, watch: Watch) {
        let shown = Shown::new(Arc::clone(&self.tally), watch);
        match Progress::start(self.watching.form, Box::new(shown)) {
            Ok(progress) => self.progress = Some(progress),
            Err(error) => ui::warning(format_args!(
                "cannot show progress: {} (the jobs run all the same)",
                ui::Errno(&error)
            )),
        }
    }

    /// Shows how far the run has come, or does so no longer.
    fn toggle(&mut self) {
        if self.progress.take().is_none() {
            self.show(self.watching.watch.unwrap_or(Watch::Counts));
        }
    }

    /// Says which jobs run.
    fn list(&self) {
        let running = self.roster.running();
        if self.watching.listing == Listing::Full {
            let jobs = if running.len() == 1 {
                "job runs"
            } else {
                "jobs run"
            };
            ui::say(format_args!("{} {jobs}", running.len()));
        }
        for running in running {
            let Some(stage) = self.stages.get(stage_of(running.job.order)) else {
                continue;
            };
            let line = running.line(&stage.slots);
            match self.watching.listing {
                Listing::Commands => {
                    ui::say(ui::Line(&line));
                }
                Listing::Full => ui::more(format_args!(
                    "job {} (slot {}, {:.1} s): {}",
                    running.job.seq,
                    running.slot,
                    running.time().as_secs_f64(),
                    ui::Line(&line)
                )),
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
        if self.grouping == Grouping::Ungrouped && !job.outcome.succeeded() && is_reader_gone() {
            self.reader_gone();
        }
        let line = job.line.take();
        if self.voice == Voice::Gnu
            && self.stops.halt_told
            && !job.outcome.succeeded()
            && !matches!(job.outcome, Outcome::Ended)
            && let RunEnd::Halted(_) = self.summary.end
        {
            if self.stops.halting == Some(job.seq) {
                self.stops.halting = None;
            } else {
                say_ended("failed", line.as_deref());
            }
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

    /// On a tick: reaps what jobs left behind, and tells of a job that has
    /// stopped because it wants the terminal.
    fn look_after_children(&mut self) {
        reap_orphans(&self.children);
        if !self.stops.told_terminal && waits_for_terminal(&self.children) {
            self.stops.told_terminal = true;
            ui::warning(
                "a job waits for the terminal, which it may not read: use --tty, or give it its input another way",
            );
        }
    }

    fn halted(&mut self, halted: &Halted) {
        if self.summary.end != RunEnd::Complete {
            return;
        }
        self.summary.end = RunEnd::Halted(halted.status);
        if self.voice == Voice::Gnu {
            self.halted_in_gnus_words(halted);
            return;
        }
        let then = match halted.level {
            CancelLevel::Drain => "starting no more jobs",
            _ => "ending all jobs",
        };
        let line = match &halted.line {
            Some(line) => format!(": {}", ui::Line(line)),
            None => String::new(),
        };
        ui::say(format_args!(
            "job {} {}, {then}{line}",
            halted.seq, halted.how
        ));
    }

    fn halted_in_gnus_words(&mut self, halted: &Halted) {
        // The job's own end is told after this.
        self.stops.halting = Some(halted.seq);
        self.stops.halt_told = true;
        say_ended(halted.kind, halted.line.as_deref());
        let running: u64 = self
            .stages
            .iter()
            .map(|stage| stage.slots.queue.taken().saturating_sub(stage.ended))
            .sum();
        if halted.level == CancelLevel::Drain && running > 1 {
            ui::say(format_args!(
                "Starting no more jobs. Waiting for {} jobs to finish.",
                running - 1
            ));
        }
    }

    /// Lets a running job pass its output on when nothing else can come first.
    fn grant(&mut self) {
        if self.order == Order::Input {
            let turn = self.sequencer.turn();
            if let Some(stage) = self.stages.get(stage_of(turn)) {
                stage.slots.live.allow(turn);
            }
            return;
        }
        if !self.streams {
            return;
        }
        let mut left = (0..)
            .zip(&self.stages)
            .filter(|(_, stage)| !stage.is_done());
        // The last one standing.
        if let (Some((index, stage)), None) = (left.next(), left.next())
            && let Some(place) = stage.last_one()
        {
            stage.slots.live.allow(base(index) + place);
        }
    }

    fn queue_writes(
        &mut self,
        writes: &mut Vec<Write<Waiting, Chunk>>,
        prints: &mut VecDeque<Print>,
    ) {
        let writes = writes.drain(..);
        if self.queue.is_none() {
            return;
        }
        // A run that is being ended does not gather what nobody reads.
        let is_stuck = self.cancel.level() >= CancelLevel::End && prints.len() > STUCK;
        for write in writes {
            match write {
                Write::Piece(..) if is_stuck => {}
                Write::Piece(stream, Chunk::Bytes(bytes)) => {
                    prints.push_back(Print::Bytes(stream, bytes));
                }
                Write::Piece(stream, Chunk::Captured(held)) => {
                    prints.push_back(Print::Captured(stream, held));
                }
                Write::Rest(Waiting(out, err)) => {
                    let both = [(Stream::Out, out), (Stream::Err, err)];
                    let full = both.into_iter().filter(|(_, held)| !held.is_empty());
                    prints.extend(full.map(|(stream, held)| Print::Captured(stream, held)));
                }
            }
        }
    }

    fn heed(&mut self, word: Word) {
        let number = match word {
            Word::Stop => return self.pause(),
            // Native work has no jobs to speak of, and a progress of its own.
            Word::List | Word::Watch if self.is_native() => {
                if let (Word::List, Some(asker)) = (word, &self.asker) {
                    asker.ask();
                }
                return;
            }
            Word::List => return self.list(),
            Word::Watch => return self.toggle(),
            Word::End(number) => number,
        };
        let now = Instant::now();
        if let Some((last, at)) = self.stops.last_signal.replace((number, now))
            && last == number
            && now.duration_since(at) < SAME_SIGNAL
        {
            return;
        }
        if self.on_signal == OnSignal::Gnu && number == nix::libc::SIGHUP {
            self.stop(CancelLevel::Drain);
            return;
        }
        self.stops.signals += 1;
        self.summary.end = match self.on_signal {
            OnSignal::Gnu => RunEnd::Stopped,
            OnSignal::End | OnSignal::Drain => RunEnd::Signal(number),
        };
        let level = match (self.on_signal, self.stops.signals) {
            (OnSignal::Drain, 1) => CancelLevel::Drain,
            (OnSignal::Drain, 2) | (OnSignal::End | OnSignal::Gnu, 1) => CancelLevel::End,
            _ => CancelLevel::Kill,
        };
        // Only then is it true that no more are started, and nobody who reads
        // standard error slowly holds it up.
        self.stop(level);
        if level == CancelLevel::Drain {
            ui::say("starting no more jobs; a second signal ends those that run");
        }
    }

    /// Ctrl-Z: jobs first, then prun itself. When the shell lets prun go on,
    /// the call that stopped it returns, and jobs go on too.
    fn pause(&self) {
        self.cancel.stopping();
        signal_all(&self.children, Signal::SIGTSTP);
        let since = Instant::now();
        let _ = nix::sys::signal::kill(nix::unistd::Pid::this(), Signal::SIGSTOP);
        self.cancel.continued(since.elapsed());
        signal_all(&self.children, Signal::SIGCONT);
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

    /// As any filter dies whose reader has gone, and as quietly.
    fn reader_gone(&mut self) {
        if matches!(self.summary.end, RunEnd::Complete | RunEnd::Halted(_)) {
            self.summary.end = RunEnd::Signal(nix::libc::SIGPIPE);
        }
        self.stop(CancelLevel::End);
    }

    fn printing_failed(&mut self, error: Option<PrintError>, prints: &mut VecDeque<Print>) {
        self.queue = None;
        self.failed = None;
        prints.clear();
        match error {
            None => {}
            Some(PrintError::Closed) => self.reader_gone(),
            Some(PrintError::Held(error)) => self.fail(error),
            Some(PrintError::File(path, error)) => self.fail(format_args!(
                "cannot write {}: {} (jobs that ran are done; their rows are lost)",
                ui::Shown(path.as_os_str().as_encoded_bytes()),
                ui::Errno(&error)
            )),
            Some(PrintError::Write(stream, error)) => {
                let name = match stream {
                    Stream::Out => "output",
                    Stream::Err => "error",
                };
                self.fail(format_args!(
                    "cannot write to standard {name}: {} (jobs that ran are done; what they printed is lost)",
                    ui::Errno(&error)
                ));
            }
        }
    }

    /// Gets the last output out. A run that a signal ended does not wait for a
    /// reader that does not read.
    async fn finish(&mut self, signals: &mut Signals, mut prints: VecDeque<Print>) {
        let mut given_up = false;
        while self.failed.is_some() && !given_up {
            let hurry = matches!(self.summary.end, RunEnd::Signal(_) | RunEnd::Stopped);
            if prints.is_empty() {
                self.queue = None;
            }
            let step = async {
                tokio::select! {
                    biased;
                    error = print_failure(&mut self.failed) => Step::Ended(error),
                    () = print(self.queue.as_ref(), &mut prints), if !prints.is_empty() => Step::Went,
                    word = signals.next() => Step::Word(word),
                }
            };
            let step = if hurry {
                timeout(LAST_WORDS, step).await.ok()
            } else {
                Some(step.await)
            };
            match step {
                None => given_up = true,
                Some(Step::Went) => {}
                Some(Step::Word(word)) => self.heed(word),
                Some(Step::Ended(error)) => self.printing_failed(error, &mut prints),
            }
        }
    }
}

/// Says how a job ended, as GNU parallel does when `--halt` counts it.
fn say_ended(how: &str, line: Option<&[u8]>) {
    let line = String::from_utf8_lossy(line.unwrap_or_default());
    ui::say(format_args!("This job {how}:\n{line}"));
}

/// What happened while the last output was on its way.
enum Step {
    Went,
    Word(Word),
    Ended(Option<PrintError>),
}

/// Waits for the printer to fail, or to have done all it was given.
async fn print_failure(failed: &mut Option<oneshot::Receiver<PrintError>>) -> Option<PrintError> {
    match failed {
        Some(failed) => failed.await.ok(),
        None => std::future::pending().await,
    }
}

/// Hands the first of `prints` to the printer when it has room.
async fn print(queue: Option<&Sender<Print>>, prints: &mut VecDeque<Print>) {
    let Some(queue) = queue else {
        return std::future::pending().await;
    };
    match queue.reserve().await {
        Ok(place) => {
            if let Some(print) = prints.pop_front() {
                place.send(print);
            }
        }
        // The thread has ended; its error says why.
        Err(_) => std::future::pending().await,
    }
}
