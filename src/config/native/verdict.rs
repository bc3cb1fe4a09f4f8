//! What native stages came to, and the exit status that is.
//!
//! Boundary: plain data; the table of presets, and rsync's for `--exit=rsync`.

/// What a stage came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::config) struct Verdict {
    /// Whether something failed, or could not be looked at.
    pub(in crate::config) failed: bool,
    /// Whether the destination took no more data.
    pub(in crate::config) full: bool,
    /// Whether sources changed or went away.
    pub(in crate::config) changed: bool,
    /// Whether two trees differ.
    pub(in crate::config) differs: bool,
}

impl Verdict {
    /// Takes over what a later stage came to.
    pub(in crate::config) fn add(&mut self, later: Self) {
        self.failed |= later.failed;
        self.full |= later.full;
        self.changed |= later.changed;
        self.differs |= later.differs;
    }
}
