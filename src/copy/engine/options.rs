//! What is asked of a copy.
//!
//! Boundary: plain data; the defaults are those of `cp -a`. What each option is
//! called on a command line is the command line's business.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;

use super::Share;
use crate::copy::Digests;
use crate::copy::filter::{Filter, SizeLimits};

/// What is asked of a copy.
#[derive(Clone, Debug, Default)]
pub struct CopyOptions {
    /// Which part of the tree is copied.
    pub share: Share,
    /// Which attributes are kept.
    pub preserve: Preserve,
    /// Which symlinks of the source are followed.
    pub follow: Follow,
    /// What makes an existing file differ from its source.
    pub difference: Difference,
    /// Which existing files may be replaced.
    pub overwrite: Overwrite,
    /// Which entries may be made.
    pub create: Create,
    /// How an existing file is replaced.
    pub replace: Replace,
    /// What becomes of a file whose copying failed.
    pub partial: Partial,
    /// What becomes of entries that the source does not have.
    pub delete: Delete,
    /// Which entries are left out. Shared: the caller tells of rules that
    /// matched nothing.
    pub filter: Arc<Filter>,
    /// Which sizes of regular files are copied, in bytes.
    pub sizes: SizeLimits,
    /// Whether directories of other file systems are entered.
    pub boundary: Boundary,
    /// How many bytes a second are read and written at most.
    pub bytes_per_second: Option<NonZeroU64>,
    /// How many files a second are begun at most.
    pub files_per_second: Option<NonZeroU64>,
    /// What a full destination means.
    pub on_full: OnFull,
    /// How often an operation that failed for a passing reason is tried again.
    pub retries: u32,
    /// Times that are closer than this are equal, in nanoseconds.
    pub modify_window: u64,
    /// Whether data is hashed while it is copied, for a later verification.
    pub verify: Verify,
    /// Where digests of what is copied are kept, for a comparison of contents
    /// that need not read the source again.
    pub digests: Option<Arc<Digests>>,
    /// Whether the destination is synced at the end.
    pub sync: Sync,
    /// Where what is done is recorded, if it is.
    pub journal: Option<JournalSpec>,
}

/// Where what is done is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalSpec {
    /// The file.
    pub path: PathBuf,
    /// What becomes of a journal that is there.
    pub start: JournalStart,
}

/// What becomes of a journal that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalStart {
    /// It is begun anew.
    Anew,
    /// What it says is done is not looked at again (`--resume`).
    Resume,
}

/// An attribute that can be kept, by the names of cp(1) `--preserve`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// Permission bits and access control lists.
    Mode,
    /// Owner and group.
    Ownership,
    /// Times of access and modification.
    Timestamps,
    /// Hard links between entries that are copied.
    Links,
    /// Extended attributes, capabilities and security labels among them.
    Xattr,
}

/// A set of attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preserve(u8);

impl Preserve {
    /// All of them.
    pub const ALL: Self = Self(0b1_1111);
    /// None: what `cp -P` leaves.
    pub const NONE: Self = Self(0);

    /// Whether an attribute is kept.
    pub const fn has(self, attribute: Attribute) -> bool {
        self.0 & bit(attribute) != 0
    }

    /// The set with an attribute.
    #[must_use]
    pub const fn with(self, attribute: Attribute) -> Self {
        Self(self.0 | bit(attribute))
    }

    /// The set without an attribute.
    #[must_use]
    pub const fn without(self, attribute: Attribute) -> Self {
        Self(self.0 & !bit(attribute))
    }

    /// What is in either of two sets.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The set without what is in another one.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl Default for Preserve {
    fn default() -> Self {
        Self::ALL
    }
}

const fn bit(attribute: Attribute) -> u8 {
    1 << attribute as u8
}

/// Which symlinks of the source are followed. The source itself always is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Follow {
    /// None below the source (`-P`).
    #[default]
    Never,
    /// All (`-L`).
    Always,
}

/// What makes an existing file differ from its source, as in rsync(1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Difference {
    /// Another size or another time of modification.
    #[default]
    SizeAndTime,
    /// Another size (`--size-only`).
    Size,
    /// Other contents, of a file of the same size (`--checksum`).
    Contents,
    /// Every file differs (`--ignore-times`).
    Any,
}

/// Which existing files may be replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overwrite {
    /// All that differ.
    #[default]
    Differing,
    /// Those that are not newer than their source (`--update`).
    Older,
    /// None (`--ignore-existing`).
    Nothing,
}

/// Which entries may be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Create {
    /// All.
    #[default]
    Missing,
    /// None: only what is there is brought up to date (`--existing`).
    Nothing,
}

/// How an existing file is replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replace {
    /// Under another name, renamed when it is complete.
    #[default]
    Rename,
    /// Where it is (`--inplace`).
    InPlace,
}

/// What becomes of a file whose copying failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Partial {
    /// It is removed.
    #[default]
    Remove,
    /// It is kept, with a time of modification of 0 (`--partial`).
    Keep,
}

/// What becomes of entries that the source does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delete {
    /// They stay.
    #[default]
    Nothing,
    /// They are removed, at most so many.
    Extraneous {
        /// The most there may be; without it there is no end.
        most: Option<u64>,
    },
}

/// Whether directories of other file systems are entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Boundary {
    /// They are.
    #[default]
    Crossed,
    /// They are made, and left empty (`--one-file-system`).
    Kept,
}

/// What a full destination means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFull {
    /// No more data is copied: it would only fail.
    #[default]
    Stop,
    /// The rest is tried all the same.
    Continue,
}

/// What is checked after copying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Nothing.
    #[default]
    No,
    /// Names, types, sizes and attributes.
    Metadata,
    /// Contents too.
    Contents,
}

/// Whether the destination is synced at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sync {
    /// It is, and an error there is an error of the copy.
    #[default]
    AtEnd,
    /// It is not: what a power cut leaves is anybody's guess.
    No,
}
