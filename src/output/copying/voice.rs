//! What is said of each failure while a copy runs.
//!
//! Boundary: hears of failures on any thread, perhaps thousands of times a
//! second; prints, records and counts them. Knows no bar: lines go through
//! `ui`, which makes room for them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::log::Log;
use super::told::{Told, code};
use crate::copy::{Done, Failure, Reporter};
use crate::output::human::count;
use crate::ui::{self, Shown};

/// How many failures the report names.
pub(super) const KEPT: usize = 1_000;

/// How many failures are told on a terminal: more would only scroll away what
/// can still be read.
const ON_TERMINAL: u64 = 20;

/// How many failures are told line by line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// The first ones, to a person at a terminal.
    First,
    /// All, to a file or pipe: what is not wanted there is easily dropped, and
    /// what is missing cannot be had.
    All,
}

/// Tells and keeps failures.
pub(super) struct Voice {
    lines: Lines,
    log: Option<Log>,
    heard: Mutex<Heard>,
    /// Writes a line; whether it could.
    say: fn(Told<'_>) -> bool,
}

/// What was heard so far.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// How many failures there were.
    pub(super) total: u64,
    /// How many have, or will have, a line of their own.
    told: u64,
    /// How many there were by errno.
    by_errno: BTreeMap<String, u64>,
    /// The first ones.
    pub(super) first: Vec<Failure>,
}

impl Heard {
    /// How many failures there were by errno, the most frequent first.
    pub(super) fn by_errno(&self) -> Vec<(&str, u64)> {
        let mut counts: Vec<(&str, u64)> = self
            .by_errno
            .iter()
            .map(|(name, n)| (name.as_str(), *n))
            .collect();
        // Stable: equal ones stay in the order of their names.
        counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        counts
    }
}

impl Voice {
    /// A voice that has said nothing.
    pub(super) fn new(lines: Lines, log: Option<Log>) -> Self {
        Self::saying(lines, log, |told| ui::say(told))
    }

    /// A voice that writes its lines by `say`, which tells whether it could.
    pub(super) fn saying(lines: Lines, log: Option<Log>, say: fn(Told<'_>) -> bool) -> Self {
        Self {
            lines,
            log,
            heard: Mutex::default(),
            say,
        }
    }

    /// The log.
    pub(super) fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }

    /// What was heard; the voice begins anew.
    pub(super) fn take(&self) -> Heard {
        std::mem::take(&mut *self.heard())
    }

    /// The line after the last failure that has a line of its own, where there
    /// were more: where to find them. `report` is the path of the report.
    pub(super) fn rest(&self, heard: &Heard, report: Option<&[u8]>) -> Option<String> {
        use std::os::unix::ffi::OsStrExt;
        let more = heard.total.checked_sub(heard.told).filter(|n| *n > 0)?;
        let log = self.log().map(|log| log.path().as_os_str().as_bytes());
        let in_report = heard.total <= KEPT as u64;
        let place = match (report, log) {
            (Some(report), None) if in_report => format!("; all are in {}", Shown(report)),
            (_, Some(log)) => format!("; all are in {}", Shown(log)),
            (Some(report), None) => format!(
                "; the first {} are in {}, --log FILE records all",
                count(KEPT as u64),
                Shown(report)
            ),
            (None, None) => format!(
                " (--report FILE has the first {}, --log FILE all)",
                count(KEPT as u64)
            ),
        };
        Some(format!("and {} more{place}", count(more)))
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reporter for Voice {
    fn failure(&self, failure: Failure) {
        if let Some(log) = &self.log {
            log.failure(&failure);
        }
        let tell = {
            let mut heard = self.heard();
            heard.total += 1;
            *heard.by_errno.entry(code(&failure)).or_default() += 1;
            let tell = self.lines == Lines::All || heard.told < ON_TERMINAL;
            heard.told += u64::from(tell);
            if heard.first.len() < KEPT {
                heard.first.push(failure.clone());
            }
            tell
        };
        // Not under the lock: standard error may make one line wait, and the
        // other workers need not wait with it.
        if tell && !(self.say)(Told(&failure)) {
            self.heard().told -= 1;
        }
    }

    fn done(&self, path: &[u8], done: Done) {
        if let Some(log) = self.log() {
            log.entry(path, done.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::{Class, Op, Side};
    use rustix::io::Errno;
    use std::cell::RefCell;

    thread_local! {
        static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    fn voice(lines: Lines, log: Option<Log>) -> Voice {
        SAID.with(|said| said.borrow_mut().clear());
        Voice::saying(lines, log, |told| {
            SAID.with(|said| said.borrow_mut().push(told.to_string()));
            true
        })
    }

    fn said() -> Vec<String> {
        SAID.with(|said| said.borrow().clone())
    }

    fn fail(voice: &Voice, path: &str, errno: Errno) {
        voice.failure(Failure {
            path: path.into(),
            side: Side::Destination,
            op: Op::Write,
            errno,
            class: Class::Failed,
        });
    }

    #[test]
    fn a_terminal_gets_the_first_lines_and_a_count() {
        let voice = voice(Lines::First, None);
        for n in 1..=251 {
            fail(&voice, &n.to_string(), Errno::NOSPC);
        }
        let lines = said();
        assert_eq!(lines.len(), 20);
        assert_eq!(lines[0], "1: write: No space left on device (ENOSPC)");
        assert!(lines[19].starts_with("20: "), "{}", lines[19]);
        let heard = voice.take();
        assert_eq!(
            voice.rest(&heard, None).as_deref(),
            Some("and 231 more (--report FILE has the first 1,000, --log FILE all)")
        );
    }

    #[test]
    fn elsewhere_all_are_told() {
        let voice = voice(Lines::All, None);
        for n in 0..2_000 {
            fail(&voice, &n.to_string(), Errno::IO);
        }
        assert_eq!(said().len(), 2_000);
        let heard = voice.take();
        assert_eq!(voice.rest(&heard, None), None);
        assert_eq!((heard.total, heard.first.len()), (2_000, KEPT));
        assert_eq!(heard.first[KEPT - 1].path, b"999");
    }

    #[test]
    fn errnos_are_counted() {
        let voice = voice(Lines::First, None);
        for errno in [Errno::NOSPC, Errno::ACCESS, Errno::NOSPC, Errno::IO] {
            fail(&voice, "x", errno);
        }
        let heard = voice.take();
        assert_eq!(heard.by_errno(), [("ENOSPC", 2), ("EACCES", 1), ("EIO", 1)]);
    }

    #[test]
    fn the_rest_is_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let logged = voice(
            Lines::First,
            Some(Log::create(&dir.path().join("log")).unwrap()),
        );
        let silent = voice(Lines::First, None);
        let heard = |total| Heard {
            total,
            told: 20,
            ..Heard::default()
        };
        let rest = |voice: &Voice, total, report: Option<&str>| {
            voice
                .rest(&heard(total), report.map(str::as_bytes))
                .unwrap_or_default()
        };
        assert_eq!(rest(&silent, 20, None), "");
        assert_eq!(
            rest(&silent, 1_000, Some("r")),
            "and 980 more; all are in r"
        );
        assert_eq!(
            rest(&silent, 1_001, Some("r")),
            "and 981 more; the first 1,000 are in r, --log FILE records all"
        );
        let log = rest(&logged, 5_000, Some("r"));
        assert!(log.starts_with("and 4,980 more; all are in /"), "{log}");
        assert!(log.ends_with("/log"), "{log}");
    }

    #[test]
    fn lines_that_nobody_took_are_counted_as_more() {
        let voice = Voice::saying(Lines::All, None, |_| false);
        fail(&voice, "a", Errno::IO);
        let heard = voice.take();
        let rest = voice.rest(&heard, None).unwrap();
        assert!(rest.starts_with("and 1 more"), "{rest}");
    }

    #[test]
    fn the_log_has_all_of_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let voice = voice(Lines::First, Some(Log::create(&path).unwrap()));
        for n in 0..1_500 {
            fail(&voice, &n.to_string(), Errno::IO);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 1_500);
    }
}
