//! Jobs as processes of this machine: start, read, wait, end.
//!
//! Boundary: one job at a time per call, straight through, on the slot's own
//! thread. It polls four descriptors: the job's two pipes, its pidfd and the
//! run's cancel switch, and a fifth one where the job reads a block; nothing
//! else happens while a job runs.

use std::ffi::OsString;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{WaitOptions, WaitStatus, waitpid};

use super::ending::{Ending, Group, Progress};
use super::feeding::{Feeding, Kept, Opened};
use super::pipes::Pipes;
use super::spawn::{Setting, spawn};
use super::tree::Root;
use super::{
    Action, Cancel, CancelLevel, Children, Executor, Feed, FeedError, Job, JobIo, Outcome, Output,
    Pressure, Programs, Reins, StartError, TermSequence, reins,
};
use crate::template::{Text, Verdict};

/// How often a silent job's held output is looked at again.
const IDLE: Duration = Duration::from_millis(100);
/// How often the end of a process is looked for where there is no pidfd.
const NO_PIDFD: Duration = Duration::from_millis(5);
/// How often the processes of a job that is being ended are looked for.
const ENDING: Duration = Duration::from_millis(10);

/// Where jobs' standard streams lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// Output through pipes, read by prun.
    Piped,
    /// Output straight to prun's own streams.
    Inherited,
    /// Like `Inherited`, with the terminal as standard input, in prun's own
    /// process group so that the terminal's keys reach the job.
    Terminal,
}

/// What all jobs of a run have in common.
pub struct ProcessOptions {
    /// Where the streams lead.
    pub standard: Standard,
    /// The directory jobs start in.
    pub directory: Directory,
    /// What the environment tells them.
    pub variables: Variables,
    /// How jobs are ended.
    pub sequence: TermSequence,
}

/// Where jobs start.
#[derive(Clone, Debug, Default)]
pub enum Directory {
    /// Where prun did.
    #[default]
    Own,
    /// In this directory.
    Fixed(PathBuf),
    /// In one that is named for each job; it is made if it is not there.
    Each(Text),
}

/// The variables that jobs get beside prun's own environment.
#[derive(Clone, Debug)]
pub struct Variables {
    /// The name of the one that holds the job's number.
    pub seq: OsString,
    /// The name of the one that holds the number of its slot.
    pub slot: OsString,
    /// The name of one that holds the slot's number from 0, if there is one.
    pub slot_from_zero: Option<OsString>,
    /// Names and values that are the same for all jobs.
    pub fixed: Vec<(OsString, OsString)>,
}

impl Default for Variables {
    fn default() -> Self {
        Self {
            seq: "PRUN_SEQ".into(),
            slot: "PRUN_SLOT".into(),
            slot_from_zero: None,
            fixed: Vec::new(),
        }
    }
}

/// The executor for local processes.
pub struct Process {
    options: ProcessOptions,
    programs: Arc<Programs>,
    children: Arc<Children>,
    pressure: Pressure,
}

impl Process {
    /// Runs programs found by `programs` and enters them in `children`.
    pub fn new(options: ProcessOptions, programs: Arc<Programs>, children: Arc<Children>) -> Self {
        Self {
            options,
            programs,
            children,
            pressure: Pressure::new(),
        }
    }

    fn start<'j>(
        &self,
        job: &Job<'j>,
        io: &JobIo<'_>,
        cancel: &Cancel,
    ) -> Result<(Pid, Pipes, Feeding<'j>), StartError> {
        let name = io.argv.words().next().ok_or(StartError::Empty)?.to_bytes();
        let program = self
            .programs
            .resolve(name)
            .ok_or_else(|| StartError::NotFound(name.to_vec()))?;
        let own;
        let directory = match &self.options.directory {
            Directory::Own => None,
            Directory::Fixed(directory) => Some(directory.as_path()),
            Directory::Each(text) => {
                own = directory_of(text, job)?;
                Some(own.as_path())
            }
        };
        let setting = Setting {
            standard: self.options.standard,
            directory,
            variables: &self.options.variables,
        };
        let mut tries = 0;
        loop {
            let seen = self.pressure.ended();
            let (seq, slot) = (job.values.seq, job.values.slot);
            let started = Opened::new(job.feed).and_then(|opened| {
                let stdin = opened.stdin.as_ref();
                let (pid, pipes) = spawn(&program, io.argv, seq, slot, &setting, stdin)?;
                self.children.started(slot, pid);
                Ok((pid, pipes, opened.begin()))
            });
            let source = match started {
                Ok(started) => return Ok(started),
                Err(source) => source,
            };
            if !Pressure::is_scarcity(&source) {
                return Err(StartError::Exec {
                    program: name.to_vec(),
                    source,
                });
            }
            // Jobs that share the input end when all have read it.
            let is_shared = matches!(job.feed, Feed::Lane(_));
            if is_shared || !self.pressure.wait(seen, &mut tries, cancel) {
                return Err(StartError::Resources(source));
            }
        }
    }
}

/// The directory of one job, which is made if it is not there.
fn directory_of(text: &Text, job: &Job<'_>) -> Result<PathBuf, StartError> {
    let mut name = Vec::new();
    text.render(&job.values, &mut name);
    let directory = PathBuf::from(OsString::from_vec(name));
    make(&directory).map_err(|source| StartError::Directory {
        directory: directory.clone(),
        source,
    })?;
    Ok(directory)
}

fn make(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(directory)
}

impl Executor for Process {
    fn execute(&self, job: &Job<'_>, io: &mut JobIo<'_>, cancel: &Cancel) -> Outcome {
        let Action::Run(template) = &job.action else {
            return Outcome::NotStarted(StartError::Empty);
        };
        io.argv.clear();
        match template.render(&job.values, io.argv) {
            Verdict::Run => {}
            Verdict::Skip => return Outcome::Skipped,
            Verdict::Fail(error) => return Outcome::NotStarted(StartError::Expression(error)),
        }
        let kept = match Kept::new(job.feed) {
            Ok(kept) => kept,
            Err(error) => return Outcome::NotFed(error),
        };
        let (pid, pipes, feeding) = match self.start(job, io, cancel) {
            Ok(started) => started,
            Err(_) if cancel.level() >= CancelLevel::End => return Outcome::Ended,
            Err(error) => return Outcome::NotStarted(error),
        };
        self.pressure.enter();
        let group = match self.options.standard {
            Standard::Terminal => Group::Shared,
            Standard::Piped | Standard::Inherited => Group::Own,
        };
        let outcome = Supervised {
            root: Root {
                pid,
                seq: job.values.seq,
                slot: job.values.slot,
                children: &self.children,
            },
            pipes,
            feeding,
            unfed: None,
            pidfd: pidfd(pid),
            clock: Clock::new(job.timeout, cancel, job.reins),
            cancel,
            reins: job.reins,
            sequence: &self.options.sequence,
            group,
            ending: None,
        }
        .run(io);
        let (sent, unfed) = kept.map_or((0, None), Kept::end);
        io.sent += sent;
        let outcome = not_fed(outcome, unfed);
        self.children.gone(job.values.slot);
        self.pressure.leave();
        outcome
    }
}

/// The job's running time, which stands still while the run does (Ctrl-Z), and
/// while the job is suspended.
struct Clock<'a> {
    started: Instant,
    stopped_before: Duration,
    timeout: Option<Duration>,
    cancel: &'a Cancel,
    reins: Option<&'a Reins>,
}

impl<'a> Clock<'a> {
    fn new(timeout: Option<Duration>, cancel: &'a Cancel, reins: Option<&'a Reins>) -> Self {
        Self {
            started: Instant::now(),
            stopped_before: cancel.stopped_for(),
            timeout,
            cancel,
            reins,
        }
    }

    /// What is left of the job's time; `None` if it may take any.
    /// Time in which its output could not be passed on (`blocked`) is not the
    /// job's either: a reader who pauses must not make jobs fail.
    fn left(&self, blocked: Duration) -> Option<Duration> {
        let timeout = self.timeout?;
        if self.cancel.is_stopped() {
            return Some(IDLE);
        }
        let stopped = self
            .cancel
            .stopped_for()
            .saturating_sub(self.stopped_before);
        let suspended = self.reins.map_or(Duration::ZERO, Reins::suspended_for);
        Some((timeout + stopped + suspended + blocked).saturating_sub(self.started.elapsed()))
    }
}

/// Why a job is being ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Timeout,
    Cancelled,
    Recalled,
}

/// One job from its start to its end.
struct Supervised<'a> {
    root: Root<'a>,
    pipes: Pipes,
    feeding: Feeding<'a>,
    /// Why the job did not get all that it was to read.
    unfed: Option<FeedError>,
    pidfd: Option<OwnedFd>,
    clock: Clock<'a>,
    cancel: &'a Cancel,
    reins: Option<&'a Reins>,
    sequence: &'a TermSequence,
    group: Group,
    ending: Option<(Ending, Reason)>,
}

impl Supervised<'_> {
    fn run(mut self, io: &mut JobIo<'_>) -> Outcome {
        let mut exited = false;
        self.feed();
        while !self.is_over(exited, io.output.blocked()) {
            exited = self.wait(exited, io) || exited;
        }
        self.pipes.drain(io);
        let feeding = std::mem::replace(&mut self.feeding, Feeding::Nothing);
        let (sent, unfed) = feeding.end();
        io.sent += sent;
        let unfed = self.unfed.take().or(unfed);
        not_fed(self.reap(exited), unfed)
    }

    /// Gives the job what it takes now.
    fn feed(&mut self) {
        if let Err(error) = self.feeding.step() {
            self.unfed = Some(error);
        }
    }

    /// Sends the signals that are due; true when nothing is left to wait for.
    ///
    /// A job that is being ended is over when its whole tree is gone, and is
    /// reaped only then: as long as its process is a zombie, its id and its
    /// group are nobody else's.
    fn is_over(&mut self, exited: bool, blocked: Duration) -> bool {
        if self.ending.is_none() {
            if exited {
                return true;
            }
            let Some(reason) = self.must_end(blocked) else {
                return false;
            };
            // This slot may have been kept from looking (its output had nowhere
            // to go): a job that has ended by itself did what it did.
            if self.has_exited() {
                return true;
            }
            self.ending = Some((Ending::new(self.sequence, self.group), reason));
        }
        let Some((ending, _)) = &mut self.ending else {
            return false;
        };
        let is_killing = self.cancel.level() == CancelLevel::Kill;
        if is_killing {
            ending.kill_now();
        }
        let over = matches!(ending.step(&self.root), Progress::Over);
        // A process that cannot die (it hangs in a dead file server) must not
        // keep prun from ending when it has been told to twice.
        (over && is_killing) || (exited && (over || !ending.is_populated(&self.root)))
    }

    /// Why the job has to be ended now, if it has.
    fn must_end(&self, blocked: Duration) -> Option<Reason> {
        if self.cancel.level() >= CancelLevel::End {
            Some(Reason::Cancelled)
        } else if self.reins.is_some_and(Reins::is_recalled) {
            Some(Reason::Recalled)
        } else if self.clock.left(blocked) == Some(Duration::ZERO) {
            Some(Reason::Timeout)
        } else {
            None
        }
    }

    /// Waits until something happens, and reads what there is to read. True
    /// when the job's process has ended.
    fn wait(&mut self, exited: bool, io: &mut JobIo<'_>) -> bool {
        let limit = self.limit(exited, io.output);
        let timeout = limit.and_then(|limit| Timespec::try_from(limit).ok());
        let mut fds = Vec::with_capacity(5);
        let watched = self.pipes.watch(&mut fds);
        let fed_at = self.feeding.watch(&mut fds);
        let level = match &self.ending {
            None => CancelLevel::End,
            Some(_) => CancelLevel::Kill,
        };
        // Once KILL has been asked for there is nothing more to hear.
        if self.cancel.level() < CancelLevel::Kill {
            fds.push(PollFd::from_borrowed_fd(
                self.cancel.readable_at(level),
                PollFlags::IN,
            ));
        }
        let pidfd_at = match &self.pidfd {
            Some(pidfd) if !exited => {
                fds.push(PollFd::from_borrowed_fd(pidfd.as_fd(), PollFlags::IN));
                Some(fds.len() - 1)
            }
            _ => None,
        };
        let polled = poll(&mut fds, timeout.as_ref());
        if !matches!(polled, Ok(n) if n > 0) {
            if io.output.holds() {
                io.output.idle();
            }
            return !exited && self.pidfd.is_none() && self.has_exited();
        }
        let ready = watched.ready(&fds);
        let is_ready = |at: Option<usize>| at.is_some_and(|at| !fds[at].revents().is_empty());
        let (ended, takes) = (is_ready(pidfd_at), is_ready(fed_at));
        drop(fds);
        if takes {
            self.feed();
        }
        self.pipes.read(ready, io);
        ended || (!exited && self.pidfd.is_none() && self.has_exited())
    }

    fn limit(&self, exited: bool, output: &dyn Output) -> Option<Duration> {
        let idle = output.holds().then_some(IDLE);
        let own = match &self.ending {
            Some(_) => Some(ENDING),
            None => self.clock.left(output.blocked()),
        };
        let looks = self.reins.is_some().then_some(reins::LOOK);
        let no_pidfd = (self.pidfd.is_none() && !exited).then_some(NO_PIDFD);
        [idle, own, looks, no_pidfd].into_iter().flatten().min()
    }

    /// Looks without reaping.
    fn has_exited(&self) -> bool {
        use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
        let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        !matches!(
            waitid(Id::Pid(self.root.pid), look),
            Ok(WaitStatus::StillAlive)
        )
    }

    fn reap(self, exited: bool) -> Outcome {
        if !exited && !self.has_exited() {
            return Outcome::Ended;
        }
        let status = rustix::process::Pid::from_raw(self.root.pid.as_raw()).and_then(|pid| {
            loop {
                match waitpid(Some(pid), WaitOptions::empty()) {
                    Err(rustix::io::Errno::INTR) => {}
                    Ok(found) => return found.map(|(_, status)| status),
                    Err(_) => return None,
                }
            }
        });
        let signal = status.and_then(WaitStatus::terminating_signal);
        match self.ending.map(|(_, reason)| reason) {
            Some(Reason::Cancelled) => Outcome::Ended,
            Some(Reason::Recalled) => Outcome::Recalled,
            Some(Reason::Timeout) => {
                let exited = status.and_then(WaitStatus::exit_status);
                Outcome::TimedOut {
                    // One that says all is well was stopped halfway all the same.
                    status: exited.filter(|&status| status != 0).unwrap_or(-1),
                    signal: signal.unwrap_or(0),
                }
            }
            None => match (status.and_then(WaitStatus::exit_status), signal) {
                (Some(status), _) => Outcome::Exited(status),
                (None, Some(signal)) => Outcome::Signaled(signal),
                // Somebody else reaped it; that a job may have failed is the
                // safe side.
                (None, None) => Outcome::Exited(255),
            },
        }
    }
}

/// What a job made of half its input is worth nothing.
fn not_fed(outcome: Outcome, unfed: Option<FeedError>) -> Outcome {
    match (outcome, unfed) {
        (Outcome::Exited(_) | Outcome::Signaled(_), Some(error)) => Outcome::NotFed(error),
        (outcome, _) => outcome,
    }
}

#[cfg(target_os = "linux")]
pub(super) fn pidfd(pid: Pid) -> Option<OwnedFd> {
    use rustix::process::{PidfdFlags, pidfd_open};
    pidfd_open(
        rustix::process::Pid::from_raw(pid.as_raw())?,
        PidfdFlags::empty(),
    )
    .ok()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn pidfd(_pid: Pid) -> Option<OwnedFd> {
    None
}
