//! Ending a job: a sequence of signals with pauses, to all of its processes.
//!
//! Boundary: decides which signal is due when and sends it; the supervisor in
//! `process.rs` keeps reading the job's output meanwhile and does the waiting.

use std::str::FromStr;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::Children;
use super::tree::{Root, descendants};

/// Signals with the time to wait after each: `TERM,2000,KILL,100`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermSequence(Vec<(Signal, Duration)>);

impl Default for TermSequence {
    /// TERM, two seconds of grace, KILL.
    fn default() -> Self {
        let ms = Duration::from_millis;
        Self(vec![
            (Signal::SIGTERM, ms(2000)),
            (Signal::SIGKILL, ms(100)),
        ])
    }
}

/// A `--termseq` that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no sequence of signals (write SIGNAL,MILLISECONDS,... such as TERM,200,KILL,25)")]
pub struct TermSequenceError(String);

impl FromStr for TermSequence {
    type Err = TermSequenceError;

    /// Reads GNU parallel's form: signals by name (with or without SIG) or
    /// number, each followed by milliseconds; the last pause may be left out.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || TermSequenceError(text.to_owned());
        let words: Vec<&str> = text.split(',').map(str::trim).collect();
        let mut steps = Vec::new();
        for pair in words.chunks(2) {
            let pause = match pair.get(1) {
                Some(word) => word.parse().map_err(|_| error())?,
                None => 0,
            };
            steps.push((
                signal(pair[0]).ok_or_else(error)?,
                Duration::from_millis(pause),
            ));
        }
        Ok(Self(steps))
    }
}

fn signal(word: &str) -> Option<Signal> {
    if let Ok(number) = word.parse::<i32>() {
        return Signal::try_from(number).ok();
    }
    let name = word.to_ascii_uppercase();
    let name = if name.starts_with("SIG") {
        name
    } else {
        format!("SIG{name}")
    };
    name.parse().ok()
}

/// Whether a job leads a process group of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// It does, and the group is signalled as one.
    Own,
    /// It is in prun's group (a job with the terminal).
    Shared,
}

/// A job that is being ended.
pub(super) struct Ending {
    steps: Vec<(Signal, Duration)>,
    next: usize,
    due: Instant,
    known: Vec<(Pid, u64)>,
    group: Group,
    killing: bool,
}

/// How an ending stands.
pub(super) enum Progress {
    /// More is due later.
    Going,
    /// The sequence is over: what lives now cannot be ended by signals.
    Over,
}

impl Ending {
    /// The first signal is due now.
    pub(super) fn new(sequence: &TermSequence, group: Group) -> Self {
        Self {
            steps: sequence.0.clone(),
            next: 0,
            due: Instant::now(),
            known: Vec::new(),
            group,
            killing: false,
        }
    }

    /// KILL is due now, whatever came before.
    pub(super) fn kill_now(&mut self) {
        if !self.killing {
            self.killing = true;
            self.steps = vec![(Signal::SIGKILL, Duration::from_millis(100))];
            self.next = 0;
            self.due = Instant::now();
        }
    }

    /// Sends what is due.
    pub(super) fn step(&mut self, root: &Root<'_>) -> Progress {
        let now = Instant::now();
        while now >= self.due {
            let Some((signal, pause)) = self.steps.get(self.next).copied() else {
                return Progress::Over;
            };
            self.next += 1;
            self.due = now + pause;
            self.send(signal, root);
        }
        Progress::Going
    }

    /// Whether processes of the job live on, its own one aside. One that was
    /// born after the last signal gets that signal now, if it was KILL.
    pub(super) fn is_populated(&mut self, root: &Root<'_>) -> bool {
        let Some(living) = descendants(root, &mut self.known) else {
            // What cannot be seen may be there; the sequence ends in any case.
            return true;
        };
        let last = self.next.checked_sub(1).and_then(|at| self.steps.get(at));
        if last.is_some_and(|(signal, _)| *signal == Signal::SIGKILL) {
            for found in &living {
                let _ = kill(found.pid, Signal::SIGKILL);
            }
        }
        !living.is_empty()
    }

    fn send(&mut self, signal: Signal, root: &Root<'_>) {
        // Found before the first signal goes out: a parent that dies of it
        // would leave its children without a way back to this job.
        let others = descendants(root, &mut self.known).unwrap_or_default();
        send_to(root.pid, self.group, signal);
        for found in others {
            if self.group == Group::Shared || found.group != root.pid {
                let _ = kill(found.pid, signal);
                wake(signal, |cont| kill(found.pid, cont));
            }
        }
    }
}

/// Stops all jobs that run now, or lets them go on: `SIGTSTP` or `SIGCONT`.
///
/// A process that left its job's group would not be stopped by the terminal's
/// signal in an orphaned group (see setpgid(2)), so it is stopped for certain.
pub fn signal_all(children: &Children, signal: Signal) {
    for pid in children.pids() {
        signal_tree(children, pid, signal);
    }
}

/// Stops the job of one slot, if it has one, or lets it go on: `SIGSTOP`,
/// which no job can refuse, or `SIGCONT`.
pub fn signal_job(children: &Children, slot: u32, signal: Signal) {
    if let Some(pid) = children.pid(slot) {
        signal_tree(children, pid, signal);
    }
}

fn signal_tree(children: &Children, pid: Pid, signal: Signal) {
    send_to(pid, Group::Own, signal);
    let root = Root {
        pid,
        seq: 0,
        slot: 0,
        children,
    };
    for found in descendants(&root, &mut Vec::new()).unwrap_or_default() {
        if found.group != pid {
            let sure = if signal == Signal::SIGTSTP {
                Signal::SIGSTOP
            } else {
                signal
            };
            let _ = kill(found.pid, sure);
        }
    }
}

/// Sends `signal` to the job's process, with its group if it has one.
pub(super) fn send_to(pid: Pid, group: Group, signal: Signal) {
    match group {
        Group::Own => {
            // A job with the terminal has no group of its own.
            if killpg(pid, signal) == Err(Errno::ESRCH) {
                let _ = kill(pid, signal);
            }
            wake(signal, |cont| killpg(pid, cont));
        }
        Group::Shared => {
            let _ = kill(pid, signal);
            wake(signal, |cont| kill(pid, cont));
        }
    }
}

/// A stopped process does not see TERM before it is told to go on.
fn wake<T>(signal: Signal, send: impl FnOnce(Signal) -> T) {
    if !matches!(
        signal,
        Signal::SIGKILL | Signal::SIGSTOP | Signal::SIGTSTP | Signal::SIGCONT
    ) {
        send(Signal::SIGCONT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_gnu_parallels() {
        let ms = Duration::from_millis;
        let parsed: TermSequence = "TERM,200,SIGINT,1,9,25".parse().unwrap();
        let expected = vec![
            (Signal::SIGTERM, ms(200)),
            (Signal::SIGINT, ms(1)),
            (Signal::SIGKILL, ms(25)),
        ];
        assert_eq!(parsed, TermSequence(expected));
        assert_eq!(
            "kill".parse::<TermSequence>().unwrap().0,
            [(Signal::SIGKILL, ms(0))]
        );
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        for bad in ["", "TERM,x", "NOSUCH,1", "TERM,,KILL", "0,1"] {
            let error = bad.parse::<TermSequence>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("{bad:?} is no sequence")),
                "{error}"
            );
        }
    }
}
