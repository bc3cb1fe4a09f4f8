//! The contents of files, small ones at once and large ones in pieces.
//!
//! Boundary: who reads which part, and what is told of it.

use std::ffi::CString;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::compare::Directory;
use super::contents::{BLOCK, Blocks, Fault, Pair};
use super::difference::{Class, Kind};
use super::told::{Place, Told};
use crate::copy::digest::Digest;
use crate::copy::tree::Node;

/// How much of a large file one worker reads before the next task: enough that
/// taking it costs nothing, little enough that a stop need not wait long.
pub(super) const PIECE: u64 = 32 << 20;
/// How many pieces a file has at most, so that their list stays small.
const PIECES: u64 = 4096;

/// Two files that several workers compare.
struct Split {
    pair: Pair,
    at: At,
    /// What the digest of the destination is to be, if that is known: then the
    /// source is read only if it is another.
    expected: Option<Digest>,
    /// The digest so far.
    sum: Mutex<Digest>,
    /// The first byte known to differ; until then more than any.
    found: AtomicU64,
    /// Whether something could not be read, which has been told.
    is_faulty: AtomicBool,
    /// How many pieces are not done.
    left: AtomicUsize,
}

/// Where a file is: a name in a directory, or a tree itself.
pub(super) type At = Option<(Arc<Node<Directory>>, CString)>;

/// A piece of two files.
pub(super) struct Piece {
    split: Arc<Split>,
    start: u64,
    end: u64,
}

/// Whether two files are to be cut in pieces.
pub(super) fn is_large(pair: &Pair) -> bool {
    pair.size >= 2 * PIECE
}

/// Cuts two files in pieces.
pub(super) fn cut(pair: Pair, at: At, expected: Option<Digest>) -> Vec<Piece> {
    let size = pair.size;
    let length = PIECE.max(size.div_ceil(PIECES).next_multiple_of(BLOCK as u64));
    let ranges: Vec<(u64, u64)> = (0..size.div_ceil(length))
        .map(|number| (number * length, (number * length + length).min(size)))
        .collect();
    let split = Arc::new(Split {
        pair,
        at,
        expected,
        sum: Mutex::new(Digest::default()),
        found: AtomicU64::new(u64::MAX),
        is_faulty: AtomicBool::new(false),
        left: AtomicUsize::new(ranges.len()),
    });
    let piece = |(start, end)| Piece {
        split: Arc::clone(&split),
        start,
        end,
    };
    ranges.into_iter().map(piece).collect()
}

impl Piece {
    /// Compares the piece. After the last one of its file the difference is
    /// told, and the directory is given in which the file is done.
    pub(super) fn compare(self, told: &Told, blocks: &mut Blocks) -> Option<Arc<Node<Directory>>> {
        let split = &*self.split;
        if !split.is_faulty.load(Ordering::Acquire) {
            let range = self.start..self.end;
            let read = &told.tally.bytes;
            let compared = match split.expected {
                None => (split.pair).first_difference(range, &split.found, blocks, read),
                Some(_) => (split.pair).digest(range, blocks, read).map(|digest| {
                    let sum = split.sum.lock();
                    sum.unwrap_or_else(PoisonError::into_inner).join(digest);
                    None
                }),
            };
            match compared {
                Ok(None) => {}
                Ok(Some(at)) => {
                    split.found.fetch_min(at, Ordering::AcqRel);
                }
                Err(fault) => {
                    if !split.is_faulty.swap(true, Ordering::AcqRel) {
                        tell_fault(told, split.place(), &fault);
                    }
                }
            }
        }
        if split.left.fetch_sub(1, Ordering::AcqRel) != 1 {
            return None;
        }
        let sum = *split.sum.lock().unwrap_or_else(PoisonError::into_inner);
        let is_faulty = split.is_faulty.load(Ordering::Acquire);
        if split.expected.is_some_and(|expected| expected != sum) && !is_faulty {
            compare(told, split.place(), &split.pair, None, blocks);
        }
        let found = split.found.load(Ordering::Acquire);
        if found != u64::MAX {
            tell_found(told, split.place(), found, split.pair.size);
        }
        let (node, _) = split.at.as_ref()?;
        Some(Arc::clone(node))
    }
}

impl Split {
    fn place(&self) -> Place<'_> {
        match &self.at {
            Some((node, name)) => Place::In(node, name),
            None => Place::Root,
        }
    }
}

/// Compares two whole files: by the digest that the destination is to have, if
/// that is known, and byte by byte if it has another.
pub(super) fn compare(
    told: &Told,
    place: Place<'_>,
    pair: &Pair,
    expected: Option<Digest>,
    blocks: &mut Blocks,
) {
    if let Some(expected) = expected {
        match pair.digest(0..pair.size, blocks, &told.tally.bytes) {
            Ok(digest) if digest == expected => return,
            Ok(_) => {}
            Err(fault) => return tell_fault(told, place, &fault),
        }
    }
    let all = AtomicU64::new(u64::MAX);
    match pair.first_difference(0..pair.size, &all, blocks, &told.tally.bytes) {
        Ok(None) => {}
        Ok(Some(at)) => tell_found(told, place, at, pair.size),
        Err(fault) => tell_fault(told, place, &fault),
    }
}

fn tell_found(told: &Told, place: Place<'_>, at: u64, size: u64) {
    let source = format!("differs from byte {at}").into_bytes();
    let destination = format!("of {size}").into_bytes();
    let kind = (Kind::Content, Class::File);
    told.difference(kind, place, Some(source), Some(destination));
}

/// Tells why two files could not be compared.
pub(super) fn tell_fault(told: &Told, place: Place<'_>, fault: &Fault) {
    match *fault {
        Fault::System(side, op, errno) => told.trouble(place, side, op, errno),
        Fault::Changed(side) => told.changed(place, side),
    }
}
