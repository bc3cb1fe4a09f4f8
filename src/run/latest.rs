//! The latest line of each job that runs, for those who watch (`--latest-line`).
//!
//! Boundary: one entry a slot, written by its slot and read by the thread that
//! draws. What a line looks like on a screen is for `output/`.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much of a line is kept: more than any screen shows of it.
const KEPT: usize = 4096;

/// The lines of all slots.
pub(super) struct Latest(Vec<Mutex<Line>>);

/// One job's latest line.
#[derive(Default)]
struct Line {
    text: Vec<u8>,
    /// Whether it is complete: it stays until the next one begins.
    is_complete: bool,
}

impl Latest {
    /// Entries for the slots 1 to `slots`.
    pub(super) fn new(slots: usize) -> Self {
        Self((0..slots).map(|_| Mutex::default()).collect())
    }

    fn line(&self, slot: u32) -> Option<MutexGuard<'_, Line>> {
        let entry = self.0.get(slot as usize - 1)?;
        Some(entry.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The job in `slot` is a new one.
    pub(super) fn begin(&self, slot: u32) {
        if let Some(mut line) = self.line(slot) {
            *line = Line::default();
        }
    }

    /// The job in `slot` has written this.
    pub(super) fn add(&self, slot: u32, chunk: &[u8]) {
        if let Some(mut line) = self.line(slot) {
            line.add(chunk);
        }
    }

    /// The latest line of the job in `slot`.
    pub(super) fn of(&self, slot: u32) -> Vec<u8> {
        self.line(slot)
            .map_or_else(Vec::new, |line| line.text.clone())
    }
}

impl Line {
    /// A carriage return ends a line as well: what is drawn anew in its place
    /// (a percentage) is the latest one.
    fn add(&mut self, chunk: &[u8]) {
        let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let Some(last) = chunk.iter().rposition(|byte| !ends(byte)) else {
            // Nothing but ends: what was there is complete.
            self.is_complete |= !chunk.is_empty();
            return;
        };
        let text = &chunk[..=last];
        let end = text.iter().rposition(ends);
        if end.is_some() || self.is_complete {
            self.text.clear();
        }
        self.push(&text[end.map_or(0, |end| end + 1)..]);
        self.is_complete = last + 1 < chunk.len();
    }

    fn push(&mut self, text: &[u8]) {
        let room = KEPT - self.text.len();
        self.text.extend_from_slice(&text[..text.len().min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latest(chunks: &[&str]) -> String {
        let latest = Latest::new(2);
        for chunk in chunks {
            latest.add(2, chunk.as_bytes());
        }
        assert!(latest.of(1).is_empty());
        String::from_utf8(latest.of(2)).unwrap()
    }

    #[test]
    fn it_is_the_last_one_that_has_begun() {
        assert_eq!(latest(&["one\ntwo\n"]), "two");
        assert_eq!(latest(&["one\ntw", "o"]), "two");
        assert_eq!(latest(&["one", "\n"]), "one");
        assert_eq!(latest(&["one", "\n", "two"]), "two");
        assert_eq!(latest(&["one\n\n\n"]), "one");
        assert_eq!(latest(&["\none"]), "one");
        assert_eq!(latest(&["", "\n"]), "");
    }

    #[test]
    fn a_line_that_is_drawn_anew_is_the_latest() {
        assert_eq!(latest(&["\r10 %", "\r20 %"]), "20 %");
        assert_eq!(latest(&["10 %\r", "20 %\r"]), "20 %");
        assert_eq!(latest(&["one\r\n"]), "one");
    }

    #[test]
    fn of_a_long_one_the_beginning_is_kept() {
        let long = "x".repeat(3000);
        assert_eq!(latest(&[&long, &long]).len(), KEPT);
        assert_eq!(latest(&[&long, &long, "\nshort"]), "short");
    }

    #[test]
    fn a_new_job_has_none() {
        let latest = Latest::new(1);
        latest.add(1, b"old");
        latest.begin(1);
        assert!(latest.of(1).is_empty());
        latest.add(7, b"no such slot");
    }
}
