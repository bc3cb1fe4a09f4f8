//! What is asked of a comparison.
//!
//! Boundary: plain data. The kinds are called what they are called in the
//! output; how they are given on a command line is the command line's business.

use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use super::difference::{Class, Kind};
use crate::copy::filter::{Filter, SizeLimits};
use crate::copy::{Attribute, Boundary, CopyOptions, Delete, Digests, Follow, Preserve, Verify};

/// How many bytes more than its source a copy may take without having lost its holes.
const SPARSE_SLACK: u64 = 64 << 10;

/// What is asked of a comparison. By default all is compared but the contents.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// Whether the contents of files are compared.
    pub contents: Contents,
    /// Which differences are none.
    pub ignore: Kinds,
    /// Times that are no further apart than this are equal, in nanoseconds.
    pub modify_window: u64,
    /// How many bytes the destination's file may take beyond the source's, or
    /// an eighth of the source's if that is more.
    pub sparse_slack: u64,
    /// Which symlinks of the source are followed. Both trees themselves always are.
    pub follow: Follow,
    /// Whether directories of other file systems than the source's are entered.
    pub boundary: Boundary,
    /// Files of other sizes in the source are left out, in bytes.
    pub sizes: SizeLimits,
    /// Digests of files that were just copied: of those only the copy is read.
    pub digests: Option<Arc<Digests>>,
    /// Which entries are left out, on both sides.
    pub filter: Arc<Filter>,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self {
            contents: Contents::default(),
            ignore: Kinds::NONE,
            modify_window: 0,
            sparse_slack: SPARSE_SLACK,
            follow: Follow::default(),
            boundary: Boundary::default(),
            sizes: SizeLimits::default(),
            digests: None,
            filter: Arc::default(),
        }
    }
}

impl VerifyOptions {
    /// What a copy with these options promises: an attribute that was not to be
    /// kept is not compared, and what is in the destination alone is no
    /// difference unless it was to be deleted.
    ///
    /// The filter is handed over apart, since both runs ask the same one.
    pub fn after_copy(copy: &CopyOptions, filter: Arc<Filter>) -> Self {
        let contents = match copy.verify {
            Verify::Contents => Contents::Compared,
            Verify::No | Verify::Metadata => Contents::Ignored,
        };
        let mut ignore = not_kept(copy.preserve);
        if copy.delete == Delete::Nothing {
            ignore = ignore.with(Kind::Extra, None);
        }
        Self {
            contents,
            ignore,
            modify_window: copy.modify_window,
            follow: copy.follow,
            boundary: copy.boundary,
            sizes: copy.sizes,
            filter,
            digests: copy.digests.clone(),
            ..Self::default()
        }
    }
}

/// What differs when these attributes alone were kept.
fn not_kept(preserve: Preserve) -> Kinds {
    let kinds = [
        (Attribute::Mode, Kind::Mode),
        (Attribute::Mode, Kind::Acl),
        (Attribute::Ownership, Kind::Owner),
        (Attribute::Timestamps, Kind::Mtime),
        (Attribute::Links, Kind::Hardlink),
        (Attribute::Xattr, Kind::Xattr),
    ];
    let lost = kinds
        .iter()
        .filter(|(attribute, _)| !preserve.has(*attribute));
    lost.fold(Kinds::NONE, |kinds, (_, kind)| kinds.with(*kind, None))
}

/// Whether the contents of files are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Contents {
    /// They are not: sizes and attributes alone.
    #[default]
    Ignored,
    /// All regular files are read, on both sides; the destination's after its
    /// cached pages were dropped, so that the cache does not vouch for itself.
    Compared,
}

/// A set of kinds of differences, each for all or for some classes of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u64);

impl Kinds {
    /// None.
    pub const NONE: Self = Self(0);

    /// The set with a kind, of one class of entries or of all.
    #[must_use]
    pub fn with(self, kind: Kind, class: Option<Class>) -> Self {
        let bits = match class {
            Some(class) => 1 << bit(kind, class),
            None => Class::ALL
                .iter()
                .fold(0, |bits, class| bits | 1 << bit(kind, *class)),
        };
        Self(self.0 | bits)
    }

    /// What is in either of two sets.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a kind is in it, for this class.
    pub fn has(self, kind: Kind, class: Class) -> bool {
        self.0 & 1 << bit(kind, class) != 0
    }

    /// Whether a kind is in it for every class, so that nobody need look.
    pub fn has_all(self, kind: Kind) -> bool {
        Class::ALL.iter().all(|class| self.has(kind, *class))
    }
}

/// The place of a kind and class among all.
pub(super) fn bit(kind: Kind, class: Class) -> usize {
    kind as usize * Class::ALL.len() + class as usize
}

/// A name in a list of kinds is none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no kind of difference; give missing, extra, type, content, size, mode, owner, mtime, \
     target, rdev, hardlink, xattr, acl or sparse, each perhaps with :file, :dir, :link or :special"
)]
pub struct KindError(String);

impl FromStr for Kinds {
    type Err = KindError;

    /// Reads `KIND[:CLASS],...`.
    fn from_str(text: &str) -> Result<Self, KindError> {
        let mut kinds = Self::NONE;
        for word in text.split(',') {
            let unknown = || KindError(word.to_owned());
            let (kind, class) = match word.split_once(':') {
                Some((kind, class)) => (kind, Some(class)),
                None => (word, None),
            };
            let kind = Kind::ALL.into_iter().find(|known| known.name() == kind);
            let class = class.map(|class| {
                let known = Class::ALL.into_iter().find(|known| known.name() == class);
                known.ok_or_else(unknown)
            });
            kinds = kinds.with(kind.ok_or_else(unknown)?, class.transpose()?);
        }
        Ok(kinds)
    }
}
