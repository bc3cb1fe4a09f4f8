//! The way through a tree that is counted.
//!
//! Boundary: which entries are looked at, and what is told of those that cannot
//! be; the sums are in `tally`.

use std::ffi::CStr;
use std::sync::Arc;

use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::{Errno, retry_on_intr};

use super::read::{Piece, pieces, read_piece};
use super::tally::Tally;
use super::{LOOK, Reading, twice};
use crate::copy::tree::{At, Held, Node, Selected, Stop, Tree, Visit, Visitor};
use crate::copy::{Class, Control, Failure, Op, Reporter, Side};

/// Nothing is kept for a directory.
pub(super) struct Directory;

/// The count, as all workers share it.
pub(super) struct Visiting {
    pub(super) reading: Reading,
    pub(super) reporter: Arc<dyn Reporter>,
    pub(super) tally: Tally,
}

/// What a worker keeps from one entry to the next.
pub(super) struct Scratch<'a> {
    pub(super) control: Control<'a>,
    pub(super) buffer: Vec<u8>,
}

impl<'a> Scratch<'a> {
    pub(super) fn new(control: Control<'a>) -> Self {
        Self {
            control,
            buffer: Vec::new(),
        }
    }
}

impl Visiting {
    /// Counts and tells what could not be read.
    pub(super) fn unreadable(
        &self,
        node: &Node<Directory>,
        name: Option<&CStr>,
        op: Op,
        errno: Errno,
    ) {
        self.tally.unreadable();
        let class = match errno {
            Errno::NOENT | Errno::STALE => Class::Vanished,
            _ => Class::Failed,
        };
        self.reporter.failure(Failure {
            path: node.whole_path(name),
            side: Side::Source,
            op,
            errno,
            class,
        });
    }
}

/// Opens a file to read it, if it still is one.
fn open(tree: &Tree<Visiting>, at: At<'_, Directory>) -> Result<Option<OwnedFd>, Errno> {
    // A fifo that was put there meanwhile must not hang.
    let flags =
        OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = tree.patiently(|| openat(&at.held.from, at.name, flags, Mode::empty()))?;
    let stat = fstat(&file)?;
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    Ok(is_file.then_some(file))
}

fn look(at: At<'_, Directory>) -> Result<Stat, Errno> {
    retry_on_intr(|| statat(&at.held.from, at.name, AtFlags::SYMLINK_NOFOLLOW))
}

impl Visitor for Visiting {
    type Directory = Directory;
    type Piece = Piece;
    type Scratch<'a> = Scratch<'a>;

    fn enter(
        &self,
        tree: &Tree<Self>,
        parent: &Arc<Node<Directory>>,
        name: &CStr,
    ) -> Option<(Held, Directory)> {
        let flags = LOOK | OFlags::NOFOLLOW;
        let opened = tree.held(parent).and_then(|above| {
            tree.patiently(|| {
                let held = twice(openat(&above.from, name, flags, Mode::empty())?)?;
                let stat = fstat(&held.from)?;
                Ok((held, stat))
            })
        });
        match opened {
            Ok((held, stat)) => {
                self.tally.directory(&stat);
                Some((held, Directory))
            }
            Err(errno) => {
                // It is there: its name was read.
                match tree.held(parent) {
                    Ok(held) => match look(At {
                        node: parent,
                        held: &held,
                        name,
                    }) {
                        Ok(stat) => self.tally.directory(&stat),
                        Err(_) => self.tally.closed_directory(),
                    },
                    Err(_) => self.tally.closed_directory(),
                }
                self.unreadable(parent, Some(name), Op::Open, errno);
                None
            }
        }
    }

    fn select(&self, _: &Tree<Self>, at: At<'_, Directory>, reported: FileType) -> Selected {
        let kind = if reported == FileType::Unknown {
            match look(at) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                Err(errno) => {
                    self.unreadable(at.node, Some(at.name), Op::Stat, errno);
                    return Selected::No;
                }
            }
        } else {
            reported
        };
        if kind == FileType::Directory {
            Selected::Directory
        } else {
            Selected::Entry(kind)
        }
    }

    fn entry(
        &self,
        tree: &Tree<Self>,
        at: At<'_, Directory>,
        _: FileType,
        scratch: &mut Scratch<'_>,
    ) -> Visit {
        let stat = match look(at) {
            Ok(stat) => stat,
            Err(errno) => {
                self.unreadable(at.node, Some(at.name), Op::Stat, errno);
                return Visit::Done;
            }
        };
        let is_first = self.tally.entry(&stat);
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        if !(is_file && is_first && self.reading == Reading::Everything) || stat.st_size == 0 {
            return Visit::Done;
        }
        match open(tree, at) {
            Ok(None) => Visit::Done,
            Ok(Some(file)) => {
                let mut pieces = pieces(at, file, &stat);
                if pieces.len() > 1 {
                    tree.push_pieces(pieces.into_iter());
                    return Visit::Pending;
                }
                if let Some(piece) = pieces.pop() {
                    read_piece(self, &piece, scratch);
                }
                Visit::Done
            }
            Err(errno) => {
                self.unreadable(at.node, Some(at.name), Op::Open, errno);
                Visit::Done
            }
        }
    }

    fn piece(&self, tree: &Tree<Self>, piece: Piece, scratch: &mut Scratch<'_>) {
        if (scratch.control)() == Stop::No {
            read_piece(self, &piece, scratch);
        }
        if piece.is_last() {
            tree.done(self, piece.node());
        }
    }

    fn listed(&self, _: &Tree<Self>, node: &Arc<Node<Directory>>, end: Result<(), Errno>) {
        if let Err(errno) = end {
            self.unreadable(node, None, Op::ReadDirectory, errno);
        }
    }

    fn lost(&self, _: &Tree<Self>, node: &Node<Directory>, errno: Errno) {
        self.unreadable(node, None, Op::Open, errno);
    }

    fn leave(&self, _: &Tree<Self>, _: &Arc<Node<Directory>>) {}
}
