//! `--min-size` and `--max-size`.
//!
//! Boundary: compares; the numbers come from [`units`](crate::copy::units). To rsync(1) these are "transfer rules",
//! no filter rules: they speak of regular files only, and hide nothing from a later delete.

use super::Decision;

/// The sizes of the regular files that are copied. The default is all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SizeLimits {
    /// A smaller file is left out.
    pub min: u64,
    /// A larger file is left out.
    pub max: Option<u64>,
}

impl SizeLimits {
    /// Whether a regular file of so many bytes is copied. Not to be asked about symlinks, specials and directories,
    /// which are copied whatever their size.
    pub fn decide(self, size: u64) -> Decision {
        if size < self.min || self.max.is_some_and(|max| size > max) {
            Decision::Leave
        } else {
            Decision::Take
        }
    }

    /// Whether every file is copied, so that nobody need ask for sizes.
    pub fn is_all(self) -> bool {
        self.min == 0 && self.max.is_none()
    }
}
