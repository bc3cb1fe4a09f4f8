//! What native stages came to.
//!
//! Boundary: plain data; the exit status that it is, is in `stages`.

use crate::config::rsync::{DELETE_LIMIT, VANISHED, worse};

/// What a stage came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one question each, of which any may hold"
)]
pub(in crate::config) struct Verdict {
    /// Whether something failed, or could not be looked at.
    pub(in crate::config) failed: bool,
    /// Whether the destination took no more data.
    pub(in crate::config) full: bool,
    /// Whether sources changed or went away.
    pub(in crate::config) changed: bool,
    /// Whether `--max-delete` kept something from being removed.
    pub(in crate::config) kept: bool,
    /// How many differences there are, if that was looked for.
    pub(in crate::config) differences: Option<u64>,
    /// Whether nobody reads standard output any more.
    pub(in crate::config) reader_gone: bool,
    /// The worst exit status of rsync, where it was run.
    pub(in crate::config) code: u8,
}

impl Verdict {
    /// Takes over the exit status of a run of rsync: sources that vanished are a
    /// class of their own, and so is what `--max-delete` kept.
    pub(in crate::config) fn add_code(&mut self, code: u8) {
        self.code = worse(self.code, code);
        match code {
            0 => {}
            VANISHED => self.changed = true,
            DELETE_LIMIT => self.kept = true,
            _ => self.failed = true,
        }
    }

    /// Takes over what a later stage came to.
    pub(in crate::config) fn add(&mut self, later: Self) {
        self.failed |= later.failed;
        self.full |= later.full;
        self.changed |= later.changed;
        self.kept |= later.kept;
        self.reader_gone |= later.reader_gone;
        self.code = worse(self.code, later.code);
        self.differences = match (self.differences, later.differences) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
    }
}
