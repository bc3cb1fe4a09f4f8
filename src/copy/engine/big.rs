//! One large file, cut in ranges that several workers copy at once.
//!
//! Boundary: who copies which range; the file is opened and completed in
//! `file`. Each of a few workers takes the next range until there is none: on a
//! local file system writes to one file wait for each other, so more of them
//! gain nothing, and on a network one a few ranges fill the pipe.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{Stat, ftruncate};

use super::copier::{Copier, Scratch, Unfinished};
use super::data::{Broken, Data, may_have_holes, size};
use super::ending::{Ending, Piece};
use super::fault::Fault;
use super::file::Copying;
use super::{Attribute, Difference, Op};
use crate::copy::digest::Digest;
use crate::copy::tree::Tree;

/// From which size on a file is cut. Of many that are smaller each worker has
/// its own, and none waits for another's write.
const LEAST: u64 = 256 << 20;
/// How much one worker takes at a time.
pub(super) const RANGE: u64 = 8 << 20;
/// How many workers one file has at most.
pub(super) const MOST: usize = 4;

/// A large file under way.
pub(super) struct Big {
    copying: Copying,
    next: AtomicU64,
    copied: AtomicU64,
    /// Whether less was read of an extent than there was said to be.
    is_short: AtomicBool,
    digest: Mutex<Digest>,
    broken: Mutex<Option<Broken>>,
}

/// One worker's part of a large file.
pub(super) struct Ranges(Arc<Big>);

/// Who cuts large files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Cuts {
    /// The copy does.
    #[default]
    Own,
    /// They are cut for several copies together.
    Together,
}

impl Copier {
    /// Whether a file is cut for so many workers.
    ///
    /// One that is has its whole length before it has all its data: where not
    /// the time alone tells that it is not complete, a rerun after a kill would
    /// take it for one that is. What is written from its beginning to its end
    /// is too short until it is complete.
    pub(super) fn is_cut(&self, workers: usize, source: &Stat) -> bool {
        let tells_time = self.preserves(Attribute::Timestamps)
            && self.options.difference != Difference::Size
            && self.options.modify_window == 0;
        tells_time && workers > 1 && size(source) >= LEAST
    }
}

/// Hands a file to several workers.
pub(super) fn cut(tree: &Tree<Copier>, copying: Copying) {
    let workers = MOST.min(tree.workers());
    let big = Arc::new(Big {
        copying,
        next: AtomicU64::new(0),
        copied: AtomicU64::new(0),
        is_short: AtomicBool::new(false),
        digest: Mutex::new(Digest::default()),
        broken: Mutex::new(None),
    });
    let ranges = |_| Piece::Ranges(Ranges(Arc::clone(&big)));
    let pieces: Vec<Piece> = (0..workers).map(ranges).collect();
    drop(big);
    tree.push_pieces(pieces.into_iter());
}

impl Copier {
    /// One worker's part: ranges until there are none. The last one completes the file.
    pub(super) fn copy_ranges_of(
        &self,
        tree: &Tree<Self>,
        ranges: Ranges,
        scratch: &mut Scratch<'_>,
    ) {
        let Ranges(big) = ranges;
        (scratch.digest, scratch.is_short) = (Digest::default(), false);
        let ended = self.copy_ranges(&big, scratch);
        (big.is_short).fetch_or(scratch.is_short, Ordering::Relaxed);
        (big.digest.lock())
            .unwrap_or_else(PoisonError::into_inner)
            .join(scratch.digest);
        if let Err(broken) = ended {
            big.broken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(broken);
        }
        // The last one to let go has it for itself.
        if let Some(big) = Arc::into_inner(big) {
            self.complete_big(tree, big, scratch);
        }
    }

    fn copy_ranges(&self, big: &Big, scratch: &mut Scratch<'_>) -> Result<(), Broken> {
        let size = size(&big.copying.source);
        let fs = &big.copying.node.data.fs;
        let has_holes = may_have_holes(&big.copying.source);
        loop {
            let from = big.next.fetch_add(RANGE, Ordering::Relaxed);
            let is_broken = big
                .broken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_some();
            if from >= size || is_broken {
                return Ok(());
            }
            let end = size.min(from + RANGE);
            let pair = big.copying.pair();
            let copied = if has_holes {
                self.copy_extents(pair, from, end, fs, scratch)?
            } else {
                self.copy_range(pair, from, end - from, fs, scratch)?
            };
            big.copied.fetch_add(copied, Ordering::Relaxed);
        }
    }

    fn complete_big(&self, tree: &Tree<Self>, big: Big, scratch: &mut Scratch<'_>) {
        let Big {
            copying,
            copied,
            digest,
            broken,
            is_short,
            ..
        } = big;
        scratch.is_short = is_short.into_inner();
        scratch.digest = digest.into_inner().unwrap_or_else(PoisonError::into_inner);
        let file = Ending::of(&copying, copying.first.is_some());
        let broken = broken.into_inner().unwrap_or_else(PoisonError::into_inner);
        let done = match broken {
            Some(broken) => {
                copying.undo(self);
                Err(Unfinished::from(broken))
            }
            None => self.end_big(copying, copied.into_inner(), scratch),
        };
        self.ended(tree, &file, done, scratch);
    }

    fn end_big(
        &self,
        copying: Copying,
        copied: u64,
        scratch: &mut Scratch<'_>,
    ) -> Result<(), Unfinished> {
        if may_have_holes(&copying.source)
            && let Err(errno) = ftruncate(&copying.to, size(&copying.source))
        {
            copying.undo(self);
            return Err(Fault::destination(Op::Truncate)(errno).into());
        }
        self.complete(copying, Data::Copied(copied), scratch)
    }
}
