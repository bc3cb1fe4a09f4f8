//! Looks at processes through /proc, and finds those of one test by an argument that no other process has.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::wait::wait_until;

/// One living process, as /proc shows it.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) state: char,
    pub(crate) parent: i32,
    pub(crate) group: i32,
    pub(crate) session: i32,
    pub(crate) words: Vec<String>,
}

/// The process of that number; none when it is gone or waits to be reaped.
pub(crate) fn process(pid: i32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let cmdline = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let fields: Vec<&str> = stat[stat.rfind(')')? + 1..].split_whitespace().collect();
    let state = fields[0].chars().next()?;
    let words = cmdline
        .split(|&b| b == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    let number = |at: usize| fields[at].parse().unwrap_or(0);
    (!matches!(state, 'Z' | 'X')).then(|| Process {
        pid,
        state,
        parent: number(1),
        group: number(2),
        session: number(3),
        words,
    })
}

/// The state letter of /proc, or `-` when the process is gone.
pub(crate) fn state_of(pid: i32) -> char {
    process(pid).map_or('-', |process| process.state)
}

fn all() -> impl Iterator<Item = Process> {
    let entries = fs::read_dir("/proc").expect("/proc is readable").flatten();
    entries.filter_map(|entry| process(entry.file_name().to_str()?.parse().ok()?))
}

/// A number of seconds for `sleep` that no other process has as an argument. What still has it is killed on drop.
pub(crate) struct Marker {
    text: String,
}

impl Marker {
    pub(crate) fn new() -> Marker {
        static COUNTER: AtomicU32 = AtomicU32::new(1);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        Marker {
            text: format!("4321.{:07}{count:03}7", std::process::id()),
        }
    }

    /// The argument itself.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Every process that has the argument anywhere in its command line: jobs, their shells, and prun itself.
    pub(crate) fn processes(&self) -> Vec<Process> {
        let me = i32::try_from(std::process::id()).expect("a pid fits");
        all()
            .filter(|p| p.pid != me && p.words.iter().any(|word| word.contains(&self.text)))
            .collect()
    }

    /// The `sleep`s that have the argument.
    pub(crate) fn sleeps(&self) -> Vec<Process> {
        let is_sleep = |p: &Process| p.words[0].rsplit('/').next() == Some("sleep");
        self.processes().into_iter().filter(is_sleep).collect()
    }

    /// Waits until that many sleeps run.
    #[track_caller]
    pub(crate) fn wait_sleeps(&self, count: usize) -> Vec<Process> {
        wait_until(&format!("{count} x `sleep {}` run", self.text), || {
            self.sleeps().len() == count
        });
        self.sleeps()
    }

    /// Waits until every sleep is in that state (T stopped, S sleeping).
    #[track_caller]
    pub(crate) fn wait_state(&self, state: char) {
        wait_until(
            &format!("every `sleep {}` is in state {state}", self.text),
            || {
                let sleeps = self.sleeps();
                !sleeps.is_empty() && sleeps.iter().all(|p| p.state == state)
            },
        );
    }

    /// Waits until no process at all has the argument.
    #[track_caller]
    pub(crate) fn wait_gone(&self) {
        wait_until(&format!("every process with {} is gone", self.text), || {
            self.processes().is_empty()
        });
    }
}

impl Drop for Marker {
    fn drop(&mut self) {
        for process in self.processes() {
            let _ = kill(Pid::from_raw(process.pid), Signal::SIGKILL);
        }
    }
}
