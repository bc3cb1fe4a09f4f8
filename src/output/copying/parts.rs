//! Several mounts, or several copies: what was done by way of, or in, each.
//!
//! Boundary: pure; the lines of the summary, and the form in the report.

use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use serde::Serialize;

use super::json::{exact, text};
use super::summary::Extent;
use crate::copy::{Part, PartKind};
use crate::output::human::{bytes, count, counted, per_second};
use crate::ui::Shown;

/// A line for each; where nobody looks on, only for copies of several of which
/// one is not complete, so that it is known which.
pub(super) fn lines(parts: &[Part], elapsed: Duration, extent: Extent) -> Vec<String> {
    let is_trouble = |part: &Part| part.failed + part.not_tried + part.taken_back > 0;
    let is_told = match extent {
        Extent::Short | Extent::Whole => true,
        Extent::Trouble => {
            let mut copies = parts.iter().filter(|part| part.kind == PartKind::Replica);
            copies.any(is_trouble)
        }
    };
    if !is_told {
        return Vec::new();
    }
    parts.iter().map(|part| line(part, elapsed)).collect()
}

fn line(part: &Part, elapsed: Duration) -> String {
    let path = Shown(part.path.as_os_str().as_bytes());
    let files = counted(part.files, "file", "files");
    let copied = format!(
        "{files}, {} ({} files/s, {}/s)",
        bytes(part.bytes),
        count(per_second(part.files, elapsed)),
        bytes(per_second(part.bytes, elapsed)),
    );
    let trouble: Vec<String> = [
        ("failed", part.failed, ""),
        ("not tried", part.not_tried, " as it is full"),
        ("taken back", part.taken_back, " as storing them failed"),
    ]
    .into_iter()
    .filter(|(_, n, _)| *n > 0)
    .map(|(what, n, why)| format!("{what} {}{why}", count(n)))
    .collect();
    match (part.kind, trouble.is_empty()) {
        (PartKind::Mount, true) => format!("by way of {path}: {copied}"),
        (PartKind::Mount, false) => format!("by way of {path}: {copied}; {}", trouble.join(", ")),
        (PartKind::Replica, true) => format!("in {path}: {copied}; nothing failed"),
        (PartKind::Replica, false) => {
            format!("in {path}: {copied}; not complete: {}", trouble.join(", "))
        }
    }
}

/// One of them in the report.
#[derive(Debug, Serialize)]
pub(super) struct JsonPart {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_b64: Option<String>,
    entries: u64,
    files: u64,
    bytes: u64,
    failed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_tried: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_back: Option<u64>,
}

/// Those of one kind.
pub(super) fn json(parts: &[Part], kind: PartKind) -> Vec<JsonPart> {
    let of_copies = |n| (kind == PartKind::Replica).then_some(n);
    let part = |part: &Part| JsonPart {
        path: text(part.path.as_os_str().as_bytes()),
        path_b64: exact(part.path.as_os_str().as_bytes()),
        entries: part.entries,
        files: part.files,
        bytes: part.bytes,
        failed: part.failed,
        not_tried: of_copies(part.not_tried),
        taken_back: of_copies(part.taken_back),
    };
    let of_kind = parts.iter().filter(|part| part.kind == kind);
    of_kind.map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: PartKind, failed: u64) -> Part {
        Part {
            path: "/mnt/d 1".into(),
            kind,
            entries: 12,
            files: 10,
            bytes: 1 << 20,
            failed,
            not_tried: failed,
            ..Part::default()
        }
    }

    #[test]
    fn a_script_hears_which_copy_is_not_complete() {
        let second = Duration::from_secs(1);
        let whole = part(PartKind::Replica, 0);
        let mounts = [part(PartKind::Mount, 0), part(PartKind::Mount, 3)];
        assert!(lines(&mounts, second, Extent::Trouble).is_empty());
        assert!(lines(&[whole.clone(), whole.clone()], second, Extent::Trouble).is_empty());
        assert_eq!(
            lines(
                &[whole, part(PartKind::Replica, 3)],
                second,
                Extent::Trouble
            ),
            [
                "in '/mnt/d 1': 10 files, 1.0 MiB (10 files/s, 1.0 MiB/s); nothing failed",
                "in '/mnt/d 1': 10 files, 1.0 MiB (10 files/s, 1.0 MiB/s); not complete: failed 3, not tried 3 as it is full",
            ]
        );
        assert_eq!(
            lines(&mounts[..1], second, Extent::Short),
            ["by way of '/mnt/d 1': 10 files, 1.0 MiB (10 files/s, 1.0 MiB/s)"]
        );
    }
}
