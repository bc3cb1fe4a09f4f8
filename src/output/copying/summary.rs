//! What a person is told when a copy is over.
//!
//! Boundary: pure; facts go in, lines come out, the first of them the one that
//! stands under prun's name.
//!
//! The summary goes to standard error, as everything that is said about the
//! work and is not its result. Nobody who puts `cp` or `rsync` in a script
//! expects a word from a copy that went well, so where standard error is no
//! terminal only trouble is told, unless `--stats` or `-v` ask for all of it.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::parts;
use crate::copy::{Counts, LARGE, Part};
use crate::output::human::{bytes, count, counted, per_second, took};

/// What is known when a copy is over.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    /// The counters.
    pub(super) counts: Counts,
    /// From the first look at the source to the last sync.
    pub(super) elapsed: Duration,
    /// The same by pass.
    pub(super) passes: &'a [(&'static str, Duration)],
    /// What was done by way of each of several mounts, or in each of several
    /// destinations.
    pub(super) parts: &'a [Part],
    /// Failures by errno, the most frequent first.
    pub(super) by_errno: &'a [(&'a str, u64)],
    /// The signal that ended it.
    pub(super) signal: Option<i32>,
}

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// What failed, if anything did.
    Trouble,
    /// A few lines.
    Short,
    /// Everything that was counted.
    Whole,
}

/// The summary; no lines where there is nothing to say.
pub(super) fn summary(facts: &Facts<'_>, extent: Extent) -> Vec<String> {
    let mut lines = match extent {
        Extent::Trouble => Vec::new(),
        Extent::Short => short(facts),
        Extent::Whole => whole(facts),
    };
    lines.extend(parts::lines(facts.parts, facts.elapsed, extent));
    lines.extend(trouble(facts));
    lines
}

fn short(facts: &Facts<'_>) -> Vec<String> {
    let counts = &facts.counts;
    let mut lines = vec![headline(facts)];
    let aside = listed(&[
        ("skipped", counts.skipped, "as they were there and equal"),
        ("excluded", counts.excluded, ""),
        ("deleted", counts.deleted, ""),
        ("not deleted", counts.delete_kept, "to be safe"),
    ]);
    lines.extend(aside);
    lines.extend(not_kept(counts));
    lines
}

/// What was made, in what time, at what speed.
fn headline(facts: &Facts<'_>) -> String {
    let counts = &facts.counts;
    let made: Vec<String> = [
        (counts.files, "file", "files"),
        (counts.directories, "directory", "directories"),
        (counts.symlinks, "symlink", "symlinks"),
        (counts.specials, "special", "specials"),
        (counts.hard_links, "hard link", "hard links"),
    ]
    .into_iter()
    .filter(|(n, ..)| *n > 0)
    .map(|(n, one, many)| counted(n, one, many))
    .collect();
    let time = took(facts.elapsed);
    if made.is_empty() {
        return format!("nothing was copied, in {time}");
    }
    format!(
        "copied {}: {} in {time} ({} files/s, {}/s)",
        made.join(", "),
        bytes(counts.bytes),
        count(per_second(counts.files, facts.elapsed)),
        bytes(per_second(counts.bytes, facts.elapsed)),
    )
}

fn whole(facts: &Facts<'_>) -> Vec<String> {
    let counts = &facts.counts;
    let small_files = counts.files.saturating_sub(counts.large_files);
    let small_bytes = counts.bytes.saturating_sub(counts.large_bytes);
    let border = format!("{} MiB", LARGE >> 20);
    let mut lines = vec![headline(facts)];
    let mut row = |name: &str, n: u64, more: String| {
        let more = if more.is_empty() {
            more
        } else {
            format!("  {more}")
        };
        lines.push(format!("{name:<22}{:>13}{more}", count(n)));
    };
    let rate = |files: u64, n: u64| {
        format!(
            "{}  {} files/s  {}/s",
            bytes(n),
            count(per_second(files, facts.elapsed)),
            bytes(per_second(n, facts.elapsed)),
        )
    };
    let exact = format!("{} ({} bytes)", bytes(counts.bytes), count(counts.bytes));
    row("entries found", counts.found, String::new());
    row("files copied", counts.files, exact);
    row(
        &format!("  below {border}"),
        small_files,
        rate(small_files, small_bytes),
    );
    row(
        &format!("  {border} and more"),
        counts.large_files,
        rate(counts.large_files, counts.large_bytes),
    );
    row("  sharing their data", counts.cloned, String::new());
    row(
        "directories made",
        counts.directories,
        format!("{} were there", count(counts.directories_there)),
    );
    row("symlinks", counts.symlinks, String::new());
    row("specials", counts.specials, String::new());
    row("hard links", counts.hard_links, String::new());
    row(
        "skipped",
        counts.skipped,
        format!("{} had attributes put right", count(counts.mended)),
    );
    row("excluded", counts.excluded, String::new());
    row(
        "deleted",
        counts.deleted,
        format!("{} kept to be safe", count(counts.delete_kept)),
    );
    row("failed", counts.failed, String::new());
    row("vanished", counts.vanished, String::new());
    row("changed", counts.changed, String::new());
    lines.push(not_kept(counts).unwrap_or_else(|| "not kept: nothing".into()));
    if !facts.passes.is_empty() {
        let passes: Vec<String> = facts
            .passes
            .iter()
            .map(|(name, time)| format!("{name} {}", took(*time)))
            .collect();
        lines.push(format!("passes: {}", passes.join(", ")));
    }
    lines
}

/// What the destination, or the user, could not keep.
fn not_kept(counts: &Counts) -> Option<String> {
    let kinds = listed(&[
        ("owner", counts.owner_not_kept, ""),
        ("mode", counts.mode_not_kept, ""),
        ("acl", counts.acl_not_kept, ""),
        ("xattr", counts.xattr_not_kept, ""),
        ("times", counts.times_not_kept, ""),
        ("links", counts.links_not_kept, ""),
    ])?;
    Some(format!("not kept: {kinds}"))
}

/// What went wrong.
fn trouble(facts: &Facts<'_>) -> Vec<String> {
    let counts = &facts.counts;
    let mut lines = Vec::new();
    if let Some(signal) = facts.signal {
        lines.push(format!(
            "stopped by {}: the same command again goes on from here",
            signal_name(signal)
        ));
    }
    if let Some(failed) = listed(&[
        ("failed", counts.failed, ""),
        ("not tried", counts.not_tried, "as the destination is full"),
        ("taken back", counts.taken_back, "as storing them failed"),
        ("vanished", counts.vanished, ""),
        ("changed", counts.changed, ""),
    ]) {
        let why: Vec<String> = facts
            .by_errno
            .iter()
            .map(|(name, n)| format!("{name} {}", count(*n)))
            .collect();
        let why = if why.is_empty() {
            String::new()
        } else {
            format!(" ({})", why.join(", "))
        };
        lines.push(format!("the copy is not complete: {failed}{why}"));
    }
    lines
}

/// What to do about what went wrong. One piece of advice is read, three are
/// not: it is that for the most frequent errno that has one.
pub(super) fn advice(facts: &Facts<'_>) -> Option<&'static str> {
    facts.by_errno.iter().find_map(|(name, _)| remedy(name))
}

fn remedy(errno: &str) -> Option<&'static str> {
    Some(match errno {
        "ENOSPC" => {
            "make room at the destination (bytes and inodes) and run the same command again: what is there is skipped"
        }
        "EDQUOT" => {
            "the destination's quota is used up: raise it or make room, and run the same command again: what is there is skipped"
        }
        "EROFS" => {
            "the destination is read-only: see the kernel's log for why, remount it and run the same command again"
        }
        "EACCES" | "EPERM" => {
            "run as a user who may read all of the source and write the destination; what is there is skipped"
        }
        "EMFILE" | "ENFILE" => "raise the limit of open files (ulimit -n), or use fewer slots (-j)",
        "EIO" => {
            "a disk or server reports bad data: see the kernel's log, then run the same command again"
        }
        "ESTALE" | "ETIMEDOUT" | "EREMOTEIO" => {
            "the file server did not answer as it should: run the same command again when it does"
        }
        "changed" | "ENOENT" => {
            "run the same command again when nobody writes to the source: what is there is skipped"
        }
        _ => return None,
    })
}

/// The figures that are not 0, with their names: `failed 2, vanished 1`.
fn listed(figures: &[(&str, u64, &str)]) -> Option<String> {
    let parts: Vec<String> = figures
        .iter()
        .filter(|(_, n, _)| *n > 0)
        .map(|(name, n, more)| {
            format!("{name} {} {more}", count(*n))
                .trim_end()
                .to_string()
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A signal's name, its number where it has none.
fn signal_name(signal: i32) -> String {
    Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |s| s.as_str().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(counts: Counts) -> Facts<'static> {
        Facts {
            counts,
            elapsed: Duration::from_secs(2),
            passes: &[],
            parts: &[],
            by_errno: &[],
            signal: None,
        }
    }

    fn some() -> Counts {
        Counts {
            found: 21_539,
            walked: 1,
            files: 20_281,
            bytes: 224_395_264,
            large_files: 2,
            large_bytes: 209_715_200,
            directories: 1_234,
            symlinks: 1,
            skipped: 12,
            mended: 3,
            xattr_not_kept: 41,
            ..Counts::default()
        }
    }

    #[test]
    fn short_is_short() {
        assert_eq!(
            summary(&facts(some()), Extent::Short),
            [
                "copied 20,281 files, 1,234 directories, 1 symlink: 214 MiB in 2.0 s (10,140 files/s, 107 MiB/s)",
                "skipped 12 as they were there and equal",
                "not kept: xattr 41",
            ]
        );
        let again = Counts {
            found: 100,
            directories_there: 20,
            skipped: 80,
            ..Counts::default()
        };
        assert_eq!(
            summary(&facts(again), Extent::Short),
            [
                "nothing was copied, in 2.0 s",
                "skipped 80 as they were there and equal",
            ]
        );
    }

    #[test]
    fn a_script_hears_of_trouble_only() {
        assert!(summary(&facts(some()), Extent::Trouble).is_empty());
        let bad = Facts {
            by_errno: &[("EXDEV", 2), ("ENOSPC", 1)],
            signal: Some(2),
            ..facts(Counts {
                failed: 1_002,
                vanished: 1,
                ..some()
            })
        };
        assert_eq!(
            summary(&bad, Extent::Trouble),
            [
                "stopped by SIGINT: the same command again goes on from here",
                "the copy is not complete: failed 1,002, vanished 1 (EXDEV 2, ENOSPC 1)",
            ]
        );
        let advice = advice(&bad).unwrap();
        assert!(advice.starts_with("make room at"), "{advice}");
    }

    #[test]
    fn whole_has_every_figure() {
        let passes = [
            ("files", Duration::from_millis(1_500)),
            ("sync", Duration::from_millis(12)),
        ];
        let facts = Facts {
            passes: &passes,
            ..facts(Counts {
                delete_kept: 7,
                deleted: 1_000_000,
                ..some()
            })
        };
        assert_eq!(
            summary(&facts, Extent::Whole).join("\n"),
            "\
copied 20,281 files, 1,234 directories, 1 symlink: 214 MiB in 2.0 s (10,140 files/s, 107 MiB/s)
entries found                21,539
files copied                 20,281  214 MiB (224,395,264 bytes)
  below 10 MiB               20,279  14.0 MiB  10,139 files/s  7.0 MiB/s
  10 MiB and more                 2  200 MiB  1 files/s  100 MiB/s
  sharing their data              0
directories made              1,234  0 were there
symlinks                          1
specials                          0
hard links                        0
skipped                          12  3 had attributes put right
excluded                          0
deleted                   1,000,000  7 kept to be safe
failed                            0
vanished                          0
changed                           0
not kept: xattr 41
passes: files 1.5 s, sync 0.012 s"
        );
    }

    #[test]
    fn a_signal_without_a_name_has_a_number() {
        assert_eq!(signal_name(15), "SIGTERM");
        assert_eq!(signal_name(40), "signal 40");
    }
}
