//! What lasts for all stages of a run: the runtime and its signal handlers.
//!
//! Boundary: wires one stage's threads together and waits for its conductor.
//! Signals are listened to for the whole session, so that none is lost between
//! two stages.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::channel;

use super::conductor::{Conductor, Stops};
use super::feeder::Feeder;
use super::halt::{Halt, HaltPolicy};
use super::live::Live;
use super::numbers::Numbers;
use super::printer::PrinterThread;
use super::queue::Queue;
use super::signals::Signals;
use super::slot::{Line, Slots};
use super::timeout::Timeouts;
use super::{Plan, Streaming};
use crate::output::{Grouping, Order, Sequencer, Summary};

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
    last_seq: u64,
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
    pub fn new() -> io::Result<Self> {
        spare_descriptors()?;
        #[cfg(target_os = "linux")]
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let signals = runtime.block_on(async { Signals::new() })?;
        Ok(Self {
            runtime,
            signals,
            last_seq: 0,
        })
    }

    /// Runs one stage to its end.
    pub fn run(&mut self, plan: Plan) -> io::Result<Summary> {
        let Plan {
            source,
            work,
            executor,
            slots,
            order,
            streaming,
            ..
        } = plan;
        let total = source.total();
        let unordered = order == Order::Completion;
        let live = if unordered && (slots == 1 || plan.grouping == Grouping::LineBuffered) {
            Live::all()
        } else {
            Live::none()
        };
        live.allow(u64::from(order == Order::Input));
        let shared = Arc::new(Slots {
            queue: Queue::new((2 * slots).max(LEAST_QUEUE), plan.delay),
            numbers: Numbers::new(slots),
            live,
            timeouts: Timeouts::new(plan.timeout),
            last_seq: AtomicU64::new(self.last_seq),
            work,
            executor,
            cancel: Arc::clone(&plan.cancel),
            spill: Arc::clone(&plan.spill),
            attempts: plan.attempts,
            nice: plan.nice,
            grouping: plan.grouping,
            streaming,
            tag: plan.tag,
            announce: plan.announce,
            halt: (plan.halt != HaltPolicy::Never).then(|| Mutex::new(Halt::new(plan.halt, total))),
            line: if plan.joblog.is_some() {
                Line::Always
            } else {
                Line::OnFailure
            },
        });
        let (sender, events) = channel(EVENTS);
        let feeder = Feeder {
            source,
            slots: Arc::clone(&shared),
            most: slots,
            resume: plan.resume,
            asking: plan.asking,
            events: sender,
        };
        let printer = PrinterThread::start()?;
        std::thread::Builder::new()
            .name("feeder".into())
            .spawn(move || feeder.work())?;
        let conductor = Conductor {
            events,
            queue: Some(printer.queue),
            failed: Some(printer.failed),
            sequencer: Sequencer::new(plan.grouping, order),
            grouping: plan.grouping,
            order,
            streams: streaming == Streaming::WhenAlone,
            spill: plan.spill,
            slots: Arc::clone(&shared),
            children: plan.children,
            joblog: plan.joblog,
            on_signal: plan.on_signal,
            summary: Summary::default(),
            stops: Stops::default(),
        };
        let signals = &mut self.signals;
        let summary = self.runtime.block_on(conductor.run(signals));
        self.last_seq = shared.last_seq.load(Ordering::SeqCst);
        Ok(summary)
    }
}
