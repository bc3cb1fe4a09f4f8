//! What lasts for all stages of a run: the runtime and its signal handlers.
//!
//! Boundary: wires the threads of one stage, or of several that run at once,
//! together and waits for their conductor.
//! Signals are listened to for the whole session, so that none is lost between
//! two stages.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{Sender, channel};

use super::ahead::Ahead;
use super::conductor::{Conductor, LogOrder, StageState, Stops};
use super::crew::Crew;
use super::feeder::Feeder;
use super::gates::{Gate, Pass, Warden};
use super::halt::{Halt, HaltPolicy};
use super::handover::Handover;
use super::latest::Latest;
use super::live::Live;
use super::numbers::Numbers;
use super::printer::PrinterThread;
use super::queue::{Queue, Turnstile};
use super::roster::Roster;
use super::signals::{Ignored, Signals, was_asked_early};
use super::slot::{Leftovers, Line, Slots, Together};
use super::tally::Tally;
use super::timeout::Timeouts;
use super::{JobSource, Plan, SourceError, Streaming, Voice};
use crate::output::{Event, Form, Grouping, JobLog, Order, RunEnd, Sequencer, Store, Summary};
use crate::template::Record;

/// How many events may wait for the conductor.
const EVENTS: usize = 64;

/// How many jobs may wait at least, so that few slots do not wake the feeder
/// for every job.
const LEAST_QUEUE: usize = 64;

/// A process's time as a runner of jobs.
pub struct Session {
    runtime: Runtime,
    signals: Signals,
    /// The last sequence number of the stages so far: numbers go on through
    /// all stages, so that one number is one row of the job log.
    last_seq: Arc<AtomicU64>,
    halt: Option<Arc<Mutex<Halt>>>,
    /// Whether somebody asked how far things are before signals were heard.
    asked_early: bool,
}

/// What all stages that run at once share.
struct Shared {
    roster: Arc<Roster>,
    tally: Arc<Tally>,
    gate: Option<Arc<Gate>>,
    /// What inputs that are read ahead wait in.
    ahead: Option<Arc<Handover>>,
    latest: Option<Arc<Latest>>,
}

impl Plan {
    /// From now on its inputs are read ahead of the jobs, and counted.
    fn read_ahead(&mut self, tally: &Arc<Tally>) -> io::Result<Arc<Handover>> {
        let source = std::mem::replace(&mut self.source, Box::new(Nothing));
        let (cancel, spill) = (Arc::clone(&self.cancel), Arc::clone(&self.spill));
        let ahead = Ahead::start(source, Arc::clone(tally), cancel, spill)?;
        let handover = ahead.handover();
        self.source = Box::new(ahead);
        Ok(handover)
    }
}

/// A source that has been taken.
struct Nothing;

impl JobSource for Nothing {
    fn next_job(&mut self, _records: &mut Vec<Record>) -> Result<bool, SourceError> {
        Ok(false)
    }

    fn total(&self) -> Option<u64> {
        None
    }
}

/// How many descriptors the runtime and its signal handlers open.
const DESCRIPTORS: usize = 8;

/// Looks whether there are descriptors for the runtime: it panics without them.
fn spare_descriptors() -> io::Result<()> {
    let spare: Result<Vec<_>, _> = (0..DESCRIPTORS)
        .map(|_| rustix::io::dup(rustix::stdio::stderr()))
        .collect();
    match spare {
        Err(errno @ rustix::io::Errno::MFILE) => Err(errno.into()),
        // A closed standard error is no lack of descriptors.
        _ => Ok(()),
    }
}

impl Session {
    /// Starts to listen to signals, and makes prun the parent of processes
    /// that its jobs abandon (`PR_SET_CHILD_SUBREAPER`, Linux), so that they
    /// can be found when their job is to end.
    pub fn new(ignored: Ignored) -> io::Result<Self> {
        spare_descriptors()?;
        #[cfg(target_os = "linux")]
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let signals = runtime.block_on(async { Signals::new(ignored) })?;
        Ok(Self {
            runtime,
            signals,
            last_seq: Arc::default(),
            halt: None,
            asked_early: was_asked_early(),
        })
    }

    /// Runs stages to their end, all at once. Of several, each but the first
    /// reads from one before it; what is common to them is as in the first.
    pub fn run(&mut self, mut plans: Vec<Plan>) -> io::Result<Summary> {
        let is_alone = plans.len() == 1;
        let numbers = |plan: &Plan| plan.first_slot as usize + plan.slots;
        let most = plans.iter().map(numbers).max().unwrap_or(0);
        let roster = Roster::new(most);
        let Some(first) = plans.first_mut() else {
            return Ok(Summary::default());
        };
        let (grouping, order) = (first.grouping, first.order);
        let streams = first.streaming == Streaming::WhenAlone;
        let spill = Arc::clone(&first.spill);
        let children = Arc::clone(&first.children);
        let cancel = Arc::clone(&first.cancel);
        let on_signal = first.on_signal;
        let gates = first.gates.take();
        let watching = first.watching;
        let asker = first.asker.take();
        if std::mem::take(&mut self.asked_early)
            && let Some(asker) = &asker
        {
            asker.ask();
        }
        let roster = Arc::new(roster);
        let last_seq = Arc::clone(&self.last_seq);
        let known = watching
            .total
            .or_else(|| first.source.total().filter(|_| is_alone));
        let tally = Arc::new(Tally::new(Arc::clone(&roster), last_seq, known));
        let ahead =
            if is_alone && known.is_none() && watching.reads_ahead() && first.source.is_plain() {
                Some(first.read_ahead(&tally)?)
            } else {
                None
            };
        let gate = gates.map(|gates| {
            let (roster, children) = (Arc::clone(&roster), Arc::clone(&children));
            Arc::new(Gate::new(gates, roster, children, Arc::clone(&cancel)))
        });
        let warden = match &gate {
            Some(gate) => Warden::start(gate)?,
            None => None,
        };
        let latest = (grouping == Grouping::LatestLine && watching.form == Form::Bar)
            .then(|| Arc::new(Latest::new(most)));
        let voice = first.voice;
        let header = match &first.store {
            Store::Rows(sheet) => Some(Arc::clone(sheet)),
            Store::Printed | Store::Kept(_) => None,
        };
        let printer = PrinterThread::start(std::mem::take(&mut first.paper))?;
        let (sender, events) = channel(EVENTS);
        let mut stages = Vec::new();
        for (feeder, joblog) in self.prepare(
            plans,
            &Shared {
                roster: Arc::clone(&roster),
                gate: gate.clone(),
                tally: Arc::clone(&tally),
                ahead,
                latest: latest.clone(),
            },
            &sender,
        ) {
            stages.push(StageState::new(Arc::clone(&feeder.slots), joblog));
            std::thread::Builder::new()
                .name("feeder".into())
                .spawn(move || feeder.work())?;
        }
        // The conductor hears that all others have gone.
        drop(sender);
        let conductor = Conductor {
            events,
            queue: Some(printer.queue),
            failed: Some(printer.failed),
            sequencer: Sequencer::new(grouping, order),
            grouping,
            order,
            streams,
            spill,
            children,
            cancel,
            stages,
            turn: 0,
            on_signal,
            watching,
            latest,
            progress: None,
            tally,
            asker,
            roster,
            voice,
            log_order: match (voice, order) {
                (Voice::Gnu, Order::Input) => LogOrder::AsPrinted,
                _ => LogOrder::AsEnded,
            },
            rows: BTreeMap::new(),
            header,
            summary: Summary::default(),
            stops: Stops::default(),
        };
        let signals = &mut self.signals;
        let mut summary = self.runtime.block_on(conductor.run(signals));
        if voice == Voice::Gnu
            && summary.end == RunEnd::Complete
            && let Some(halt) = &self.halt
        {
            let halt = halt.lock().unwrap_or_else(PoisonError::into_inner);
            summary.end = halt.unfulfilled().map_or(RunEnd::Complete, RunEnd::Halted);
        }
        drop(warden);
        if let Some(gate) = gate {
            gate.close();
        }
        Ok(summary)
    }

    /// What each stage needs for its threads.
    fn prepare(
        &mut self,
        plans: Vec<Plan>,
        shared: &Shared,
        events: &Sender<Event>,
    ) -> Vec<(Feeder, Option<JobLog>)> {
        let queue = |plan: &Plan| {
            let capacity = (2 * plan.slots).max(LEAST_QUEUE);
            let turnstile = shared.gate.as_ref().map(|gate| turnstile(gate, events));
            Arc::new(Queue::new(capacity, plan.delay, turnstile))
        };
        let together = Arc::new(Together {
            queues: plans.iter().map(queue).collect(),
            handovers: {
                let feeds = plans.iter().flat_map(|plan| plan.feeds.clone());
                feeds.chain(shared.ahead.clone()).collect()
            },
        });
        let is_alone = plans.len() == 1;
        let mut prepared = Vec::new();
        for (stage, plan) in plans.into_iter().enumerate() {
            let total = plan.source.total();
            let unordered = plan.order == Order::Completion;
            let is_sole = is_alone && plan.slots == 1;
            let by_lines = matches!(plan.grouping, Grouping::LineBuffered | Grouping::LatestLine);
            let live = if unordered && (is_sole || by_lines) {
                Live::all()
            } else {
                Live::none()
            };
            live.allow(u64::from(plan.order == Order::Input));
            let is_table = matches!(plan.store, Store::Rows(_));
            let slots = Arc::new(Slots {
                queue: Arc::clone(&together.queues[stage]),
                roster: Arc::clone(&shared.roster),
                tally: Arc::clone(&shared.tally),
                gate: shared.gate.clone(),
                together: Arc::clone(&together),
                feeds: plan.feeds,
                dealer: plan.dealer,
                numbers: Numbers::new(plan.first_slot, plan.slots),
                live,
                latest: shared.latest.clone(),
                timeouts: Timeouts::new(plan.timeout),
                last_seq: Arc::clone(&self.last_seq),
                total,
                work: plan.work,
                executor: plan.executor,
                cancel: plan.cancel,
                spill: plan.spill,
                attempts: plan.attempts,
                pacing: plan.pacing,
                nice: plan.nice,
                grouping: plan.grouping,
                streaming: plan.streaming,
                tag: plan.tag,
                paint: plan.paint,
                store: plan.store,
                announce: plan.announce,
                halt: self.halt(plan.halt, total),
                halting: plan.halt,
                leftovers: if plan.voice == Voice::Gnu
                    && plan.grouping == Grouping::Grouped
                    && plan.halt.ends_jobs()
                {
                    Leftovers::Dropped
                } else {
                    Leftovers::Kept
                },
                line: if plan.joblog.is_some() || is_table || plan.halt.wants_lines(plan.voice) {
                    Line::Always
                } else {
                    Line::OnFailure
                },
            });
            let feeder = Feeder {
                source: plan.source,
                stage,
                crew: Arc::new(Crew::new(
                    Arc::clone(&slots),
                    events.clone(),
                    plan.slots,
                    plan.width,
                )),
                slots,
                resume: plan.resume,
                asking: plan.asking,
                events: events.clone(),
            };
            prepared.push((feeder, plan.joblog));
        }
        prepared
    }

    /// The count of `--halt`, which goes on through all stages.
    fn halt(&mut self, policy: HaltPolicy, total: Option<u64>) -> Option<Arc<Mutex<Halt>>> {
        if policy == HaltPolicy::Never {
            return None;
        }
        let new = || Arc::new(Mutex::new(Halt::new(policy, total)));
        Some(Arc::clone(self.halt.get_or_insert_with(new)))
    }
}

/// The gate as a queue sees it. An error at the gate is the run's.
fn turnstile(gate: &Arc<Gate>, events: &Sender<Event>) -> Box<Turnstile> {
    let (gate, events) = (Arc::clone(gate), events.downgrade());
    Box::new(move || match gate.pass() {
        Ok(pass) => pass == Pass::Go,
        Err(error) => {
            if let Some(events) = events.upgrade() {
                let _ = events.blocking_send(Event::Failed(Box::new(error)));
            }
            false
        }
    })
}
