//! A job's whole tree of processes, read from `/proc`.
//!
//! Boundary: finds processes, signals none. Elsewhere than on Linux it finds
//! none, and only a job's process group is ended.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::{Children, Pressure};

/// How old a reading of `/proc` may be and still be used again: hundreds of
/// slots that end their jobs at once share one.
const FRESH: Duration = Duration::from_millis(4);

/// One process, by the fields of `/proc/PID/stat` (see proc_pid_stat(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its id.
    pub(super) pid: Pid,
    /// Its process group.
    pub(super) group: Pid,
    parent: Pid,
    /// When it started, in clock ticks: tells a process from a later one that
    /// was given the same id.
    started: u64,
    zombie: bool,
}

/// Which job a process belongs to.
pub(super) struct Root<'a> {
    /// The job's own process.
    pub(super) pid: Pid,
    /// Its sequence number.
    pub(super) seq: u64,
    /// Its slot.
    pub(super) slot: u32,
    /// The processes of all slots: no need to look into their environments.
    pub(super) children: &'a Children,
}

static LAST: Mutex<Option<(Instant, Vec<Found>)>> = Mutex::new(None);

/// The living processes of the job at `root`, without that process itself.
///
/// Those are: all that descend from it, or from a process in `known` that was
/// found before; all in its group; and those that lost their parent and came
/// to prun, when their environment still says that they are this job's.
/// `known` is brought up to date. `None` when `/proc` cannot be read now.
pub(super) fn descendants(root: &Root<'_>, known: &mut Vec<(Pid, u64)>) -> Option<Vec<Found>> {
    let all = snapshot()?;
    let own = Pid::this();
    let by_pid: HashMap<Pid, &Found> = all.iter().map(|found| (found.pid, found)).collect();
    let belongs = |start: &Found| {
        let mut at = start;
        // A bound instead of trust in a tree that changed while it was read.
        for _ in 0..all.len() {
            if at.pid == root.pid
                || at.group == root.pid
                || known.contains(&(at.pid, at.started))
                || (at.parent == own && !root.children.owns(at.pid) && is_marked(at.pid, root))
            {
                return true;
            }
            match by_pid.get(&at.parent) {
                Some(parent) if parent.pid != own => at = parent,
                _ => return false,
            }
        }
        false
    };
    let tree: Vec<Found> = all
        .iter()
        .filter(|found| {
            !found.zombie && found.pid != root.pid && found.pid != own && belongs(found)
        })
        .copied()
        .collect();
    for found in &tree {
        let id = (found.pid, found.started);
        if !known.contains(&id) {
            known.push(id);
        }
    }
    Some(tree)
}

/// Whether the process's environment carries this job's numbers. A process
/// that forks twice leaves the tree by parents, but not its environment.
fn is_marked(pid: Pid, root: &Root<'_>) -> bool {
    let Ok(environment) = std::fs::read(format!("/proc/{pid}/environ")) else {
        return false;
    };
    let seq = format!("PRUN_SEQ={}", root.seq);
    let slot = format!("PRUN_SLOT={}", root.slot);
    let has = |wanted: &str| {
        environment
            .split(|b| *b == 0)
            .any(|entry| entry == wanted.as_bytes())
    };
    has(&seq) && has(&slot)
}

fn snapshot() -> Option<Vec<Found>> {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((read, found)) = &*last
        && read.elapsed() < FRESH
    {
        return Some(found.clone());
    }
    let found = read_proc()?;
    *last = Some((Instant::now(), found.clone()));
    Some(found)
}

#[cfg(target_os = "linux")]
fn read_proc() -> Option<Vec<Found>> {
    let entries = std::fs::read_dir("/proc").ok()?;
    let mut all = Vec::new();
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        match std::fs::read(format!("/proc/{pid}/stat")) {
            Ok(line) => all.extend(parse_stat(pid, &line)),
            // No descriptor to look with: nothing can be said of the tree.
            Err(error) if Pressure::is_scarcity(&error) => return None,
            // It has ended since.
            Err(_) => {}
        }
    }
    Some(all)
}

#[cfg(not(target_os = "linux"))]
fn read_proc() -> Option<Vec<Found>> {
    Some(Vec::new())
}

/// Reads one line of `/proc/PID/stat`. The command's name, in parentheses, may
/// itself hold spaces and parentheses: fields are counted from the last `)`.
fn parse_stat(pid: i32, line: &[u8]) -> Option<Found> {
    let after = line.iter().rposition(|b| *b == b')')? + 1;
    let text = std::str::from_utf8(&line[after..]).ok()?;
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    Some(Found {
        pid: Pid::from_raw(pid),
        zombie: matches!(*fields.first()?, "Z" | "X"),
        parent: Pid::from_raw(fields.get(1)?.parse().ok()?),
        group: Pid::from_raw(fields.get(2)?.parse().ok()?),
        started: fields.get(19)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let line = b"17 (a) b (c)) S 4 5 6 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0";
        let found = parse_stat(17, line).unwrap();
        assert_eq!(
            (found.parent, found.group),
            (Pid::from_raw(4), Pid::from_raw(5))
        );
        assert_eq!(found.started, 777);
        assert!(!found.zombie);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_child_of_a_child_is_found() {
        use std::io::{BufRead, BufReader};
        use std::process::{Command, Stdio};
        // The shell says when its own child runs: `read` has started then.
        let mut shell = Command::new("sh")
            .args(["-c", "sh -c 'echo up; read line'; :"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(shell.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let pid = Pid::from_raw(i32::try_from(shell.id()).unwrap());
        let mut known = Vec::new();
        *LAST.lock().unwrap() = None;
        let tree = descendants(
            &Root {
                pid,
                seq: 1,
                slot: 1,
                children: &Children::new(1),
            },
            &mut known,
        );
        drop(shell.stdin.take());
        shell.wait().unwrap();
        assert_eq!(tree.unwrap().len(), 1);
        assert_eq!(known.len(), 1);
    }
}
