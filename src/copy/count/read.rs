//! The data of files, read and thrown away, so that a cache on the way to it
//! has it.
//!
//! Boundary: bytes alone. A large file is read in pieces by several workers: a
//! file server answers them side by side.

use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::fd::OwnedFd;
use rustix::fs::Stat;
use rustix::io::{pread, retry_on_intr};

use super::visit::{Directory, Scratch, Visiting};
use crate::copy::Op;
use crate::copy::tree::{At, Node, Stop};

/// How much of a file one worker reads at a time.
const PIECE: u64 = 64 << 20;
/// How much one call reads.
const BLOCK: usize = 1 << 20;

/// A file that is being read.
struct File {
    node: Arc<Node<Directory>>,
    name: CString,
    opened: OwnedFd,
    /// How many pieces are not done.
    left: AtomicUsize,
    /// Whether reading has failed, which has been told.
    is_faulty: AtomicBool,
}

/// A piece of a file.
pub(super) struct Piece {
    file: Arc<File>,
    start: u64,
    end: u64,
}

impl Piece {
    /// Whether it is done as the last one of its file. To be asked once.
    pub(super) fn is_last(&self) -> bool {
        self.file.left.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// The directory that the file is in.
    pub(super) fn node(&self) -> &Arc<Node<Directory>> {
        &self.file.node
    }
}

/// The pieces of a file, in order.
pub(super) fn pieces(at: At<'_, Directory>, file: OwnedFd, stat: &Stat) -> Vec<Piece> {
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    let count = size.div_ceil(PIECE);
    let file = Arc::new(File {
        node: Arc::clone(at.node),
        name: at.name.to_owned(),
        opened: file,
        left: AtomicUsize::new(usize::try_from(count).unwrap_or(usize::MAX)),
        is_faulty: AtomicBool::new(false),
    });
    let piece = |number: u64| Piece {
        file: Arc::clone(&file),
        start: number * PIECE,
        end: ((number + 1) * PIECE).min(size),
    };
    (0..count).map(piece).collect()
}

/// Reads a piece, or less if the file has become shorter or the run is to stop.
pub(super) fn read_piece(visiting: &Visiting, piece: &Piece, scratch: &mut Scratch<'_>) {
    let file = &*piece.file;
    let mut at = piece.start;
    // Only what is needed: most files are small.
    let room = usize::try_from(piece.end - piece.start).map_or(BLOCK, |size| size.min(BLOCK));
    if scratch.buffer.len() < room {
        scratch.buffer.resize(room, 0);
    }
    while at < piece.end && (scratch.control)() == Stop::No {
        let most = usize::try_from(piece.end - at).map_or(room, |left| left.min(room));
        match retry_on_intr(|| pread(&file.opened, &mut scratch.buffer[..most], at)) {
            Ok(0) => return,
            Ok(read) => {
                visiting.tally.read(read);
                at += read as u64;
            }
            Err(errno) => {
                if !file.is_faulty.swap(true, Ordering::Relaxed) {
                    visiting.unreadable(&file.node, Some(&file.name), Op::Read, errno);
                }
                return;
            }
        }
    }
}
