//! The progress of a copy: what its counters say, for people and for programs.
//!
//! Boundary: reads the counters when it is told to look; the workers do not
//! know of it. When that is, and how it is shown, is `output/progress`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::json::seconds;
use super::line::line;
use super::pace::{Pace, done};
use crate::copy::Counts;
use crate::output::progress::Shows;

/// Where the counters are read.
pub(super) type Read = dyn Fn() -> Counts + Send + Sync;

/// A copy that goes on.
pub(super) struct Going {
    read: Arc<Read>,
    began: Instant,
    counts: Counts,
    pace: Pace,
}

impl Going {
    /// It begins now.
    pub(super) fn new(read: Arc<Read>) -> Self {
        let counts = read();
        let mut pace = Pace::default();
        pace.add(Duration::ZERO, &counts);
        Self {
            read,
            began: Instant::now(),
            counts,
            pace,
        }
    }
}

impl Shows for Going {
    fn look(&mut self) {
        self.counts = (self.read)();
        self.pace.add(self.began.elapsed(), &self.counts);
    }

    fn line(&self, width: usize) -> String {
        line(&self.counts, &self.pace, width)
    }

    fn object(&self) -> Option<String> {
        let object = Object::of(self.began.elapsed(), &self.counts, &self.pace);
        serde_json::to_string(&object).ok()
    }
}

/// How far a copy is, for a program. `docs/report.md` says what each field is.
#[derive(Debug, serde::Serialize)]
struct Object {
    version: u32,
    r#type: &'static str,
    elapsed: f64,
    is_walked: bool,
    found: u64,
    done: u64,
    found_bytes: u64,
    bytes: u64,
    errors: u64,
    files_per_second: u64,
    bytes_per_second: u64,
    remaining: Option<f64>,
}

impl Object {
    fn of(elapsed: Duration, counts: &Counts, pace: &Pace) -> Self {
        let rates = pace.rates();
        Self {
            version: 1,
            r#type: "progress",
            elapsed: seconds(elapsed),
            is_walked: counts.walked > 0,
            found: counts.found,
            done: done(counts),
            found_bytes: counts.found_bytes,
            bytes: counts.moved_bytes,
            errors: counts.failed + counts.vanished + counts.changed,
            files_per_second: rates.entries,
            bytes_per_second: rates.bytes,
            remaining: pace.remaining(counts).map(seconds),
        }
    }
}
