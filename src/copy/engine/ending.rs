//! The end of a file that is not completed by the visit of its name: one that
//! was cut in ranges, or one whose storing is waited for aside.
//!
//! Boundary: what is told to whom then; `file` completes it.
//!
//! Where close(2) stores a file (NFS, FUSE), completing it waits on the server
//! several times: for its data, its commit, its time of modification. That
//! takes longer than making the file, and asks nothing of the worker, so it is
//! left to a helper, if one is free, and the worker makes the next file. The
//! order within a file stays what it is.

use std::ffi::CString;
use std::sync::Arc;

use rustix::fs::FileType;

use super::big::Ranges;
use super::copier::{Copier, Scratch, Unfinished, outcome};
use super::data::Data;
use super::directory::Directory;
use super::file::Copying;
use super::filesystem::Closing;
use super::groups::First;
use crate::copy::digest::Digest;
use crate::copy::tree::{At, Held, Identity, Node, Tree, Visit};

/// A part of a file that any worker, or a helper, may do.
pub(super) enum Piece {
    /// Ranges of a large one, until there are none.
    Ranges(Ranges),
    /// To complete one.
    Storing(Box<Storing>),
}

/// A file whose data is there.
pub(super) struct Storing {
    copying: Copying,
    data: Data,
    digest: Digest,
    is_linked: bool,
    is_short: bool,
}

/// What is known of a file when it has ended.
pub(super) struct Ending {
    node: Arc<Node<Directory>>,
    held: Arc<Held>,
    name: CString,
    /// The group of links whose first name it is.
    first: Option<Identity>,
    /// Whether it is one of several names of a file.
    is_linked: bool,
}

impl Ending {
    pub(super) fn of(copying: &Copying, is_linked: bool) -> Self {
        Self {
            node: Arc::clone(&copying.node),
            held: Arc::clone(&copying.held),
            name: copying.name.clone(),
            first: copying.first,
            is_linked,
        }
    }

    fn at(&self) -> At<'_, Directory> {
        At {
            node: &self.node,
            held: &self.held,
            name: &self.name,
        }
    }
}

impl Copier {
    /// Completes a file whose data is there, or has a helper do it.
    pub(super) fn end_file(
        &self,
        tree: &Tree<Self>,
        copying: Copying,
        data: Data,
        scratch: &mut Scratch<'_>,
    ) -> Result<Visit, Unfinished> {
        if copying.node.data.fs.closing == Closing::Silent {
            return self.complete(copying, data, scratch).map(|()| Visit::Done);
        }
        let storing = Storing {
            copying,
            data,
            digest: scratch.digest,
            is_linked: scratch.is_linked,
            is_short: scratch.is_short,
        };
        let piece = Piece::Storing(Box::new(storing));
        // What comes back is what was given.
        let Err(Piece::Storing(storing)) = tree.put_aside(piece) else {
            return Ok(Visit::Pending);
        };
        let Storing { copying, data, .. } = *storing;
        self.complete(copying, data, scratch).map(|()| Visit::Done)
    }

    /// Does a piece.
    pub(super) fn do_piece(&self, tree: &Tree<Self>, piece: Piece, scratch: &mut Scratch<'_>) {
        match piece {
            Piece::Ranges(ranges) => self.copy_ranges_of(tree, ranges, scratch),
            Piece::Storing(storing) => {
                let Storing {
                    copying,
                    data,
                    digest,
                    is_linked,
                    is_short,
                } = *storing;
                (scratch.digest, scratch.is_short) = (digest, is_short);
                let file = Ending::of(&copying, is_linked);
                let done = self.complete(copying, data, scratch);
                self.ended(tree, &file, done, scratch);
            }
        }
    }

    /// Tells all who wait for a file that it has ended; what may go better, or
    /// has to be looked at anew, is tried again.
    pub(super) fn ended(
        &self,
        tree: &Tree<Self>,
        file: &Ending,
        done: Result<(), Unfinished>,
        scratch: &mut Scratch<'_>,
    ) {
        if let Some(group) = file.first {
            let told = match &done {
                Ok(()) => outcome(file.at(), true),
                Err(_) => First::Failed,
            };
            self.first_done(tree, group, told, scratch);
        }
        let may_pass = |unfinished: &Unfinished| match unfinished {
            Unfinished::Fault(fault) => fault.is_passing() && self.options.retries > 0,
            Unfinished::Replaced => true,
            _ => false,
        };
        let is_done = match done {
            Ok(()) => {
                self.note_done(&file.node, &file.name, file.is_linked);
                true
            }
            Err(unfinished) if may_pass(&unfinished) => {
                self.attempt(tree, file.at(), FileType::RegularFile, scratch) == Visit::Done
            }
            Err(unfinished) => self.note(file.at(), &unfinished),
        };
        if is_done {
            tree.done(self, &file.node);
        }
    }
}
