//! How far a copy is, for a program: `--progress=json`.
//!
//! Boundary: one object as text; when it is written is `progress`'s.

use std::time::Duration;

use super::json::seconds;
use super::pace::{Pace, done};
use crate::copy::Counts;

/// How far a copy is. `docs/report.md` says what each field is.
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

/// The object as one line, without its end.
pub(super) fn object(elapsed: Duration, counts: &Counts, pace: &Pace) -> String {
    let rates = pace.rates();
    let object = Object {
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
    };
    // Numbers and one word: they are never refused.
    serde_json::to_string(&object).unwrap_or_default()
}
