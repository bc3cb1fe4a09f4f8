//! What lasts for all stages of a run: the runtime and its signal handlers.
//!
//! Boundary: wires the threads of one stage, or of several that run at once,
//! together and waits for their conductor.
//! Signals are listened to for the whole session, so that none is lost between
//! two stages.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{Sender, channel};

use super::conductor::{Conductor, LogOrder, StageState, Stops};
use super::feeder::Feeder;
use super::halt::{Halt, HaltPolicy};
use super::live::Live;
use super::numbers::Numbers;
use super::printer::PrinterThread;
use super::queue::Queue;
use super::signals::{Ignored, Signals};
use super::slot::{Line, Slots, Together};
use super::timeout::Timeouts;
use super::{Plan, Streaming, Voice};
use crate::output::{Event, Grouping, JobLog, Order, Sequencer, Store, Summary};

/// How many events may wait for the conductor.
const EVENTS: usize = 256;

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
        })
    }

    /// Runs stages to their end, all at once. Of several, each but the first
    /// reads from one before it; what is common to them is as in the first.
    pub fn run(&mut self, mut plans: Vec<Plan>) -> io::Result<Summary> {
        let Some(first) = plans.first_mut() else {
            return Ok(Summary::default());
        };
        let (grouping, order) = (first.grouping, first.order);
        let streams = first.streaming == Streaming::WhenAlone;
        let spill = Arc::clone(&first.spill);
        let children = Arc::clone(&first.children);
        let cancel = Arc::clone(&first.cancel);
        let on_signal = first.on_signal;
        let voice = first.voice;
        let header = match &first.store {
            Store::Rows(sheet) => Some(Arc::clone(sheet)),
            Store::Printed | Store::Kept(_) => None,
        };
        let printer = PrinterThread::start(std::mem::take(&mut first.paper))?;
        let (sender, events) = channel(EVENTS);
        let mut stages = Vec::new();
        for (feeder, joblog) in self.prepare(plans, &sender) {
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
        Ok(self.runtime.block_on(conductor.run(signals)))
    }

    /// What each stage needs for its threads.
    fn prepare(
        &mut self,
        plans: Vec<Plan>,
        events: &Sender<Event>,
    ) -> Vec<(Feeder, Option<JobLog>)> {
        let queue =
            |plan: &Plan| Arc::new(Queue::new((2 * plan.slots).max(LEAST_QUEUE), plan.delay));
        let together = Arc::new(Together {
            queues: plans.iter().map(queue).collect(),
            handovers: plans.iter().flat_map(|plan| plan.feeds.clone()).collect(),
        });
        let is_alone = plans.len() == 1;
        let mut prepared = Vec::new();
        for (stage, plan) in plans.into_iter().enumerate() {
            let total = plan.source.total();
            let unordered = plan.order == Order::Completion;
            let is_sole = is_alone && plan.slots == 1;
            let live = if unordered && (is_sole || plan.grouping == Grouping::LineBuffered) {
                Live::all()
            } else {
                Live::none()
            };
            live.allow(u64::from(plan.order == Order::Input));
            let is_table = matches!(plan.store, Store::Rows(_));
            let slots = Arc::new(Slots {
                queue: Arc::clone(&together.queues[stage]),
                together: Arc::clone(&together),
                feeds: plan.feeds,
                dealer: plan.dealer,
                numbers: Numbers::new(plan.first_slot, plan.slots),
                live,
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
                halt_kind: plan.halt.kind(),
                line: if plan.joblog.is_some() || is_table || plan.halt.wants_lines(plan.voice) {
                    Line::Always
                } else {
                    Line::OnFailure
                },
            });
            let feeder = Feeder {
                source: plan.source,
                stage,
                slots,
                most: plan.slots,
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
