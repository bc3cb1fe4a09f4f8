//! Copying as a way through a tree: which function is called for what.
//!
//! Boundary: the calls of the tree; the work itself is in the other files.

use std::ffi::CStr;
use std::sync::Arc;

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::FileType;
use rustix::io::Errno;

use super::attempt::pause;
use super::copier::{Copier, Place, Scratch, wait};
use super::counters::add;
use super::directory::Directory;
use super::ending::Piece;
use super::fault::Fault;
use super::filesystem::Closing;
use super::place::is_temporary;
use super::{Follow, Op, Share};
use crate::copy::filter::Decision;
use crate::copy::tree::{At, Handout, Handouts, Held, Node, Selected, Tree, Visit, Visitor};

impl Copier {
    /// Whether a name is another client's: not in a directory of this one's, and
    /// no directory, as far as that is known.
    pub(super) fn is_anothers(
        &self,
        node: &Node<Directory>,
        from: BorrowedFd<'_>,
        name: &CStr,
        reported: FileType,
    ) -> bool {
        if self.has(node) {
            return false;
        }
        let is_certain = match reported {
            FileType::Unknown => false,
            FileType::Symlink => self.options.follow == Follow::Never,
            _ => true,
        };
        let kind = if is_certain {
            Some(reported)
        } else {
            let stat = self.stat_named(from, name).ok();
            stat.map(|stat| FileType::from_raw_mode(stat.st_mode))
        };
        kind.is_some_and(|kind| kind != FileType::Directory)
    }
}

impl Visitor for Copier {
    type Directory = Directory;
    type Piece = Piece;
    type Scratch<'a> = Scratch<'a>;

    fn enter(
        &self,
        tree: &Tree<Self>,
        parent: &Arc<Node<Directory>>,
        name: &CStr,
    ) -> Option<(Held, Directory)> {
        let held = match tree.held(parent) {
            Ok(held) => held,
            Err(errno) => {
                self.tell(parent, Some(name), Fault::source(Op::Open)(errno));
                return None;
            }
        };
        let at = At {
            node: parent,
            held: &held,
            name,
        };
        self.enter_directory(tree, at)
    }

    fn handouts(&self, directory: &Directory) -> Handouts {
        if directory.fs.closing == Closing::Silent {
            return Handouts::default();
        }
        let in_turn = match &self.mounts {
            None => Handout::InTurn,
            // Each mount makes one at a time.
            Some(_) => Handout::Singly,
        };
        Handouts {
            names: in_turn,
            // Those that are there are opened, and need not wait for each other.
            directories: if directory.is_new() {
                in_turn
            } else {
                Handout::Singly
            },
        }
    }

    fn select(&self, _: &Tree<Self>, at: Place<'_>, reported: FileType) -> Selected {
        if self.is_anothers(at.node, at.held.from.as_fd(), at.name, reported) {
            return Selected::No;
        }
        add(&self.counters.found, 1);
        if is_temporary(at.name) {
            at.node.data.keep_temporary(at.name);
        }
        let links_count = self.options.follow == Follow::Always && reported == FileType::Symlink;
        let kind = if reported == FileType::Unknown || links_count {
            match self.stat_source(at) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                Err(fault) => {
                    self.tell(at.node, Some(at.name), fault);
                    return Selected::No;
                }
            }
        } else {
            reported
        };
        if !self.options.filter.is_empty() {
            let path = at.node.path(Some(at.name));
            if self
                .options
                .filter
                .decide(&path, kind == FileType::Directory)
                == Decision::Leave
            {
                add(&self.counters.excluded, 1);
                return Selected::No;
            }
        }
        if self.is_recorded(at, kind) {
            add(&self.counters.skipped, 1);
            Selected::No
        } else if kind == FileType::Directory {
            Selected::Directory
        } else {
            Selected::Entry(kind)
        }
    }

    fn entry(
        &self,
        tree: &Tree<Self>,
        at: Place<'_>,
        kind: FileType,
        scratch: &mut Scratch<'_>,
    ) -> Visit {
        if let Some(limit) = &self.files_limit
            && wait(limit.take(1), scratch.control).is_err()
        {
            return Visit::Pending;
        }
        if self.options.share == Share::Rest && kind == FileType::RegularFile && self.is_left(at) {
            add(&self.counters.skipped, 1);
            self.note_done(at.node, at.name, false);
            return Visit::Done;
        }
        let Some(mounts) = &self.mounts else {
            return self.attempt(tree, at, kind, scratch);
        };
        let mut tries = 0;
        loop {
            match self.deal(tree, mounts, at) {
                Ok((held, _under_way)) => {
                    let at = At { held: &held, ..at };
                    return self.attempt(tree, at, kind, scratch);
                }
                Err(fault) if fault.is_passing() && tries < self.options.retries => {
                    if wait(pause(tries), scratch.control).is_err() {
                        return Visit::Pending;
                    }
                    tries += 1;
                }
                Err(fault) => {
                    self.tell(at.node, Some(at.name), fault);
                    return Visit::Done;
                }
            }
        }
    }

    fn piece(&self, tree: &Tree<Self>, piece: Piece, scratch: &mut Scratch<'_>) {
        self.do_piece(tree, piece, scratch);
    }

    fn listed(&self, _: &Tree<Self>, node: &Arc<Node<Directory>>, end: Result<(), Errno>) {
        if let Err(errno) = end {
            node.data.mark_unread();
            self.tell(node, None, Fault::source(Op::ReadDirectory)(errno));
        }
    }

    fn lost(&self, _: &Tree<Self>, node: &Node<Directory>, errno: Errno) {
        node.data.mark_unread();
        self.tell(node, None, Fault::destination(Op::Open)(errno));
    }

    fn walked(&self) {
        add(&self.counters.walked, 1);
    }

    fn leave(&self, tree: &Tree<Self>, node: &Arc<Node<Directory>>) {
        self.leave_directory(tree, node);
    }
}
