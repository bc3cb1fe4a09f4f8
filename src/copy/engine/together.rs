//! One large file, cut in ranges for several copies together.
//!
//! Boundary: as `big`, with a range read once and written to each copy that
//! has not failed.

use std::ffi::{CStr, CString};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fd::AsFd;
use rustix::fs::Stat;

use super::big::{MOST, RANGE};
use super::copier::Scratch;
use super::data::{Broken, may_have_holes, size};
use super::fault::Fault;
use super::pour::{Sink, pour_extents, pour_range};
use super::replicas::{Fan, Filling};
use crate::copy::digest::Digest;
use crate::copy::tree::Tree;

/// A large file under way, as in `big`.
struct Big {
    name: CString,
    all: Vec<Filling>,
    source: Stat,
    next: AtomicU64,
    state: Mutex<State>,
}

struct State {
    digest: Digest,
    /// Whether less was read of an extent than there was said to be.
    is_short: bool,
    /// Of each file how much it took, and what went wrong with it.
    ends: Vec<(u64, Option<Fault>)>,
    /// What went wrong with all.
    broken: Option<Broken>,
}

/// One worker's part of a large file.
pub(super) struct Piece(Arc<Big>);

/// Hands a file to several workers.
pub(super) fn cut(tree: &Tree<Fan>, name: &CStr, all: Vec<Filling>) {
    let big = Arc::new(Big {
        name: name.to_owned(),
        source: all[0].copying.source,
        next: AtomicU64::new(0),
        state: Mutex::new(State {
            digest: Digest::default(),
            is_short: false,
            ends: vec![(0, None); all.len()],
            broken: None,
        }),
        all,
    });
    let workers = MOST.min(tree.workers());
    let pieces: Vec<Piece> = (0..workers).map(|_| Piece(Arc::clone(&big))).collect();
    drop(big);
    tree.push_pieces(pieces.into_iter());
}

impl Fan {
    /// One worker's part: ranges until there are none. The last one completes the file.
    pub(super) fn copy_piece(&self, piece: Piece, scratch: &mut Scratch<'_>) {
        let Piece(big) = piece;
        (scratch.digest, scratch.is_short) = (Digest::default(), false);
        self.copy_ranges(&big, scratch);
        {
            let mut state = big.lock();
            state.digest.join(scratch.digest);
            state.is_short |= scratch.is_short;
        }
        // The last one to let go has it for itself.
        if let Some(big) = Arc::into_inner(big) {
            self.complete_big(big, scratch);
        }
    }

    fn copy_ranges(&self, big: &Big, scratch: &mut Scratch<'_>) {
        let size = size(&big.source);
        let from = big.all[0].copying.from.as_fd();
        loop {
            let start = big.next.fetch_add(RANGE, Ordering::Relaxed);
            let mut sinks: Vec<Sink<'_>> = big.all.iter().map(|one| self.sink(one)).collect();
            {
                let state = big.lock();
                for (sink, (_, fault)) in sinks.iter_mut().zip(&state.ends) {
                    sink.broken = *fault;
                }
                if start >= size || state.broken.is_some() {
                    return;
                }
            }
            let range = (start, size.min(start + RANGE));
            let poured = if may_have_holes(&big.source) {
                pour_extents(&mut sinks, from, range, scratch)
            } else {
                pour_range(&mut sinks, from, range, scratch).map(|_| ())
            };
            let mut state = big.lock();
            for (sink, (copied, fault)) in sinks.iter().zip(&mut state.ends) {
                *copied += sink.copied;
                *fault = fault.or(sink.broken);
            }
            if let Err(broken) = poured {
                state.broken.get_or_insert(broken);
            }
        }
    }

    fn complete_big(&self, big: Big, scratch: &mut Scratch<'_>) {
        let state = big.state.into_inner();
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if may_have_holes(&big.source) {
            for (one, (_, fault)) in big.all.iter().zip(&mut state.ends) {
                let mut sink = self.sink(one);
                sink.cut(size(&big.source));
                *fault = fault.or(sink.broken);
            }
        }
        (scratch.digest, scratch.is_short) = (state.digest, state.is_short);
        self.complete(
            &big.name,
            big.all,
            state.ends,
            state.broken.as_ref(),
            scratch,
        );
    }
}

impl Big {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
