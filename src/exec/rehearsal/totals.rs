//! What a rehearsal came to: the comment at its end.
//!
//! Boundary: counts and their text.

use std::fmt;
use std::fs::Metadata;

/// What would be done.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) directories: u64,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) symlinks: u64,
    pub(super) specials: u64,
    pub(super) hard_links: u64,
    pub(super) mended: u64,
    pub(super) skipped: u64,
    pub(super) excluded: u64,
    pub(super) deleted: u64,
    pub(super) delete_kept: u64,
    pub(super) failed: u64,
}

impl Totals {
    /// Counts an entry that is copied.
    pub(super) fn copied(&mut self, source: &Metadata) {
        if source.is_file() {
            self.files += 1;
            self.bytes += source.len();
        } else if source.is_symlink() {
            self.symlinks += 1;
        } else {
            self.specials += 1;
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "# to make: directories {}, files {} ({} bytes), symlinks {}, specials {}, hard links {}",
            self.directories, self.files, self.bytes, self.symlinks, self.specials, self.hard_links
        )?;
        let others = [
            ("attributes to put right", self.mended),
            ("equal or left as they are", self.skipped),
            ("excluded", self.excluded),
            ("to remove", self.deleted),
            ("not to remove", self.delete_kept),
            ("not to be copied", self.failed),
        ];
        for (name, count) in others {
            if count > 0 {
                write!(f, "; {name}: {count}")?;
            }
        }
        writeln!(f)
    }
}
