//! Where jobs wait until they may start, and who looks at memory meanwhile.
//!
//! Boundary: clocks and threads; what is decided is decided by `verdict` and
//! `suspend`. One slot at a time stands at the gate, so that jobs start in
//! order and each is judged by what those before it have taken.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::super::roster::Roster;
use super::suspend::{Step, steps};
use super::verdict::{Reason, Samples, Verdict, judge};
use super::{GateError, Gates};
use crate::exec::{Cancel, CancelLevel, Children, Reins, signal_job};
use crate::ui;

/// How long until it is looked again: at first, and at most.
const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(1);
/// How often memory is looked at while jobs run.
const TICK: Duration = Duration::from_secs(1);
/// How long nothing has run before the user is told why nothing does.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether a job may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum Pass {
    /// One may.
    Go,
    /// None may any more: the run stops.
    Stop,
}

/// The gates of all stages that run at once.
pub(in crate::run) struct Gate {
    gates: Gates,
    roster: Arc<Roster>,
    children: Arc<Children>,
    cancel: Arc<Cancel>,
    samples: Mutex<Samples>,
    /// How many jobs have been let in and have not ended: the roster has a job
    /// only some time after it was let in.
    inside: AtomicUsize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    told: bool,
}

impl Gate {
    /// A gate that stands open until it is looked at.
    pub(in crate::run) fn new(
        gates: Gates,
        roster: Arc<Roster>,
        children: Arc<Children>,
        cancel: Arc<Cancel>,
    ) -> Self {
        Self {
            gates,
            roster,
            children,
            cancel,
            samples: Mutex::default(),
            inside: AtomicUsize::new(0),
            waiting: Mutex::default(),
        }
    }

    /// Whether a job may be called back and run again.
    pub(in crate::run) fn recalls(&self) -> bool {
        self.gates.recall()
    }

    /// Whether a job that has been called back so often is run again.
    pub(in crate::run) fn tries_again(&self, recalled: u32) -> bool {
        self.gates.tries == 0 || recalled < self.gates.tries
    }

    fn samples(&self) -> MutexGuard<'_, Samples> {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a job may start.
    pub(in crate::run) fn pass(&self) -> Result<Pass, GateError> {
        let began = Instant::now();
        let mut pause = FIRST;
        // Held all the time: whoever ends the run waits for it, so that no
        // command is left behind.
        let mut samples = self.samples();
        loop {
            if self.cancel.level() >= CancelLevel::Drain {
                return Ok(Pass::Stop);
            }
            let running = self.inside.load(Ordering::SeqCst);
            let now = Instant::now();
            match judge(&self.gates, &mut samples, now, running, &self.cancel)? {
                Verdict::Start => {
                    self.inside.fetch_add(1, Ordering::SeqCst);
                    return Ok(Pass::Go);
                }
                Verdict::Stop => return Ok(Pass::Stop),
                Verdict::Wait(reason) => self.explain(&reason, running, began),
                Verdict::Recall(reason) => {
                    self.recall(&reason);
                    self.explain(&reason, running, began);
                }
            }
            self.rest(pause);
            pause = (pause * 2).min(LONGEST);
        }
    }

    /// A job that was let in has ended, or was put back.
    pub(in crate::run) fn left(&self) {
        self.inside.fetch_sub(1, Ordering::SeqCst);
    }

    fn recall(&self, reason: &Reason) {
        if let Some(seq) = self.roster.recall_youngest() {
            ui::note(format_args!(
                "job {seq} is ended, to be run again later: {reason}"
            ));
        }
    }

    /// Says once why nothing happens.
    fn explain(&self, reason: &Reason, running: usize, began: Instant) {
        if running > 0 || began.elapsed() < PATIENCE {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut waiting.told, true) {
            ui::note(format_args!("no job may start: {reason}"));
        }
    }

    /// Waits, unless nothing more is to start.
    fn rest(&self, pause: Duration) {
        let stop = self.cancel.readable_at(CancelLevel::Drain);
        let pause = Timespec::try_from(pause).ok();
        let _ = poll(
            &mut [PollFd::from_borrowed_fd(stop, PollFlags::IN)],
            pause.as_ref(),
        );
    }

    /// Waits until nobody stands at the gate.
    pub(in crate::run) fn close(&self) {
        drop(self.samples());
    }

    /// One look at the memory while jobs run.
    fn look(&self) {
        // What cannot be read now is told by who stands at the gate.
        let Ok(free) = self.gates.meter.free_memory() else {
            return;
        };
        let may_recall = self.cancel.level() == CancelLevel::Run;
        if let Some(least) = self.gates.memory
            && free < least / 2
            && may_recall
        {
            self.recall(&Reason::Memory { free, least });
        }
        if let Some(size) = self.gates.suspend {
            self.suspend(free, size);
        }
    }

    fn suspend(&self, free: u64, size: u64) {
        let running = self.roster.running();
        let reins = |at: usize| -> Option<&Reins> { self.roster.reins(running.get(at)?.slot) };
        let suspended: Vec<bool> = (0..running.len())
            .map(|at| reins(at).is_some_and(Reins::is_suspended))
            .collect();
        for step in steps(free, size, &suspended) {
            match step {
                Step::Suspend(at) => {
                    if let Some(reins) = reins(at) {
                        reins.suspend();
                    }
                }
                Step::Resume(at) => {
                    if let Some(reins) = reins(at) {
                        reins.resume();
                        signal_job(&self.children, running[at].slot, Signal::SIGCONT);
                    }
                }
            }
        }
        // Each time anew: Ctrl-Z and fg have let all go on, and a job may have
        // had no process yet.
        for (at, running) in running.iter().enumerate() {
            if reins(at).is_some_and(Reins::is_suspended) && self.cancel.level() < CancelLevel::End
            {
                signal_job(&self.children, running.slot, Signal::SIGSTOP);
            }
        }
    }
}

/// The thread that looks at the memory while jobs run. It ends when this is
/// dropped.
pub(in crate::run) struct Warden {
    /// Nothing is ever sent: its end is the message.
    going: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Warden {
    /// Begins to look, if there is anything to be looked at.
    pub(in crate::run) fn start(gate: &Arc<Gate>) -> std::io::Result<Option<Self>> {
        if !gate.gates.watch() {
            return Ok(None);
        }
        let (going, over): (_, Receiver<()>) = sync_channel(0);
        let gate = Arc::clone(gate);
        let thread = std::thread::Builder::new()
            .name("warden".into())
            .spawn(move || {
                while over.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    gate.look();
                }
            })?;
        Ok(Some(Self {
            going: Some(going),
            thread: Some(thread),
        }))
    }
}

impl Drop for Warden {
    fn drop(&mut self) {
        drop(self.going.take());
        if let Some(thread) = self.thread.take() {
            // It has panicked at worst, and has said so.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::slot::Queued;
    use super::super::testing::{Fixed, gates};
    use super::*;
    use std::process::{Child, Command, Stdio};
    use std::sync::atomic::AtomicU64;

    use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
    use nix::unistd::Pid;

    /// A process that waits for its input.
    fn waiting() -> (Child, Pid) {
        let mut command = Command::new("cat");
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.stdin(Stdio::piped()).spawn().unwrap();
        let pid = Pid::from_raw(child.id().cast_signed());
        (child, pid)
    }

    #[test]
    fn jobs_stand_still_while_memory_is_short() {
        let free = Arc::new(AtomicU64::new(150));
        let meter = Fixed {
            free: Arc::clone(&free),
            ..Fixed::default()
        };
        let gates = Gates {
            suspend: Some(100),
            ..gates(meter)
        };
        let (roster, children) = (Arc::new(Roster::new(2)), Arc::new(Children::new(2)));
        let cancel = Arc::new(Cancel::new().unwrap());
        let gate = Gate::new(gates, Arc::clone(&roster), Arc::clone(&children), cancel);
        let mut processes = Vec::new();
        for slot in [1, 2] {
            let (child, pid) = waiting();
            roster.enter(
                slot,
                &Arc::new(Queued::new(slot.into(), slot.into(), Vec::new())),
            );
            children.started(slot, pid);
            processes.push((child, pid));
        }
        let younger = processes[1].1;
        gate.look();
        let stopped = waitid(Id::Pid(younger), WaitPidFlag::WSTOPPED);
        assert_eq!(stopped, Ok(WaitStatus::Stopped(younger, Signal::SIGSTOP)));
        assert!(roster.reins(2).unwrap().is_suspended());
        free.store(50, Ordering::SeqCst);
        gate.look();
        assert!(
            !roster.reins(1).unwrap().is_suspended(),
            "the oldest goes on"
        );
        free.store(200, Ordering::SeqCst);
        gate.look();
        let continued = waitid(Id::Pid(younger), WaitPidFlag::WCONTINUED);
        assert_eq!(continued, Ok(WaitStatus::Continued(younger)));
        for (mut child, _) in processes {
            drop(child.stdin.take());
            assert!(child.wait().unwrap().success());
        }
    }

    #[test]
    fn a_job_is_tried_as_often_as_it_may_be() {
        let tries = |tries| {
            let gates = Gates {
                tries,
                ..gates(Fixed::default())
            };
            let (roster, children) = (Arc::new(Roster::new(1)), Arc::new(Children::new(1)));
            let gate = Gate::new(gates, roster, children, Arc::new(Cancel::new().unwrap()));
            (1..=3)
                .map(|recalled| gate.tries_again(recalled))
                .collect::<Vec<_>>()
        };
        assert_eq!(tries(0), [true, true, true]);
        assert_eq!(tries(1), [false, false, false]);
        assert_eq!(tries(3), [true, true, false]);
    }
}
