//! The visitor that compares two trees entry by entry.
//!
//! Boundary: which entries are compared with which, and what is in one tree
//! alone; how two entries are compared is decided in `attributes` and `files`.
//!
//! The source is what is gone through. When a directory of it has been listed,
//! the one beside it is, and what only that has is told; a directory that is on
//! one side alone is gone through as well, since each entry in it is a
//! difference.

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Dir, FileType, Stat};
use rustix::io::{Errno, fcntl_dupfd_cloexec};

use super::attributes;
use super::contents::{Blocks, Fault, Pair};
use super::difference::{Class, Kind, is_gone, type_name};
use super::files::{self, Piece};
use super::links::Links;
use super::options::{Contents, VerifyOptions};
use super::seen::{Seen, Symlinks};
use super::told::{Place, Told};
use super::xattr::Buffers;
use crate::copy::filter::Decision;
use crate::copy::tree::{At, Held, Identity, Node, Selected, Sides, Tree, Visit, Visitor};
use crate::copy::{Boundary, Control, Follow, Op, Side, Stop};

/// What is kept for a directory while it is compared.
pub(super) struct Directory {
    sides: Sides,
    /// The names read in the source so far, each with its NUL.
    names: Mutex<Vec<u8>>,
}

impl Directory {
    pub(super) fn new(sides: Sides) -> Self {
        Self {
            sides,
            names: Mutex::default(),
        }
    }
}

/// What a worker keeps from one entry to the next.
pub(super) struct Scratch<'a> {
    blocks: Blocks,
    buffers: Buffers,
    /// Asked before each piece: pieces are handed out even after a stop.
    control: Control<'a>,
}

impl<'a> Scratch<'a> {
    pub(super) fn new(control: Control<'a>) -> Self {
        Self {
            blocks: Blocks::default(),
            buffers: Buffers::default(),
            control,
        }
    }
}

/// What is left to do with two entries whose attributes were compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Nothing,
    /// They are files whose contents are to be compared.
    Contents,
    /// They are directories that are to be entered.
    Enter,
}

/// Compares.
pub(super) struct Comparer {
    pub(super) options: VerifyOptions,
    pub(super) told: Told,
    pub(super) links: Links,
    /// Whether everything has been compared.
    pub(super) is_whole: AtomicBool,
}

impl Comparer {
    fn symlinks(&self) -> Symlinks {
        match self.options.follow {
            Follow::Never => Symlinks::Kept,
            Follow::Always => Symlinks::Followed,
        }
    }

    /// Compares what two entries are, and their attributes.
    pub(super) fn both(
        &self,
        place: Place<'_>,
        from: &Seen<'_>,
        to: &Seen<'_>,
        buffers: &mut Buffers,
    ) -> Rest {
        self.told.seen(true, true);
        let kind = from.kind();
        if kind != to.kind() {
            let name = |kind| Some(type_name(kind).as_bytes().to_vec());
            let what = (Kind::Type, Class::of(kind));
            (self.told).difference(what, place, name(kind), name(to.kind()));
            return Rest::Nothing;
        }
        attributes::compare(&self.told, &self.options, place, from, to, buffers);
        if kind == FileType::Directory {
            return Rest::Enter;
        }
        if Links::wants(&from.stat, &to.stat) && !self.told.ignore.has_all(Kind::Hardlink) {
            (self.links).note(place.path(), &from.stat, &to.stat);
        }
        let is_one = Identity::from_stat(&from.stat) == Identity::from_stat(&to.stat);
        let is_to_be_read = kind == FileType::RegularFile
            && self.options.contents == Contents::Compared
            && from.size() > 0
            && from.size() == to.size()
            && !is_one
            && !self.told.ignore.has(Kind::Content, Class::File);
        if is_to_be_read {
            Rest::Contents
        } else {
            Rest::Nothing
        }
    }

    /// An entry that one side alone has.
    fn lone(&self, place: Place<'_>, side: Side, kind: FileType) {
        let name = || Some(type_name(kind).as_bytes().to_vec());
        let class = Class::of(kind);
        match side {
            Side::Source => {
                self.told.seen(true, false);
                (self.told).difference((Kind::Missing, class), place, name(), None);
            }
            Side::Destination => {
                self.told.seen(false, true);
                (self.told).difference((Kind::Extra, class), place, None, name());
            }
        }
    }

    /// Looks at an entry of the source; what goes wrong is told.
    fn look<'a>(&self, at: At<'a, Directory>, side: Side) -> Option<Seen<'a>> {
        let (directory, symlinks) = match side {
            Side::Source => (&at.held.from, self.symlinks()),
            Side::Destination => (&at.held.to, Symlinks::Kept),
        };
        let seen = Seen::look(directory.as_fd(), at.name, symlinks);
        let place = Place::In(at.node, at.name);
        seen.map_err(|errno| self.told.trouble(place, side, Op::Stat, errno))
            .ok()
    }

    /// Looks at an entry of a directory that one side alone has.
    fn look_lone<'a>(&self, at: At<'a, Directory>, side: Side) -> Option<Seen<'a>> {
        let symlinks = match side {
            Side::Source => self.symlinks(),
            Side::Destination => Symlinks::Kept,
        };
        let place = Place::In(at.node, at.name);
        Seen::look(at.held.from.as_fd(), at.name, symlinks)
            .map_err(|errno| self.told.trouble(place, side, Op::Stat, errno))
            .ok()
    }

    /// What the destination has under a name; `None` in the inner option if it
    /// has nothing, and outside if that is not known.
    #[expect(clippy::option_option, reason = "not known, nothing there, this")]
    fn beside<'a>(&self, at: At<'a, Directory>) -> Option<Option<Seen<'a>>> {
        match Seen::look(at.held.to.as_fd(), at.name, Symlinks::Kept) {
            Ok(seen) => Some(Some(seen)),
            Err(errno) if is_gone(errno) => Some(None),
            Err(errno) => {
                let place = Place::In(at.node, at.name);
                self.told.trouble(place, Side::Destination, Op::Stat, errno);
                None
            }
        }
    }

    /// Whether the rules leave an entry out.
    fn is_left_out(&self, node: &Node<Directory>, name: &CStr, kind: FileType) -> bool {
        let filter = &self.options.filter;
        if filter.is_empty() {
            return false;
        }
        let is_directory = kind == FileType::Directory;
        filter.decide(&node.path(Some(name)), is_directory) == Decision::Leave
    }

    /// Whether the options leave out an entry of the source, once it is seen.
    fn is_passed_over(&self, from: &Seen<'_>) -> bool {
        from.kind() == FileType::RegularFile
            && self.options.sizes.decide(from.size()) == Decision::Leave
    }

    /// Opens the directories `from` and `to`; what goes wrong is told.
    fn open(
        &self,
        tree: &Tree<Self>,
        place: Place<'_>,
        side: Side,
        seen: &Seen<'_>,
    ) -> Option<OwnedFd> {
        let opened = tree.patiently(|| seen.open());
        opened
            .map_err(|errno| self.told.trouble(place, side, Op::Open, errno))
            .ok()
    }

    /// Enters a directory that one side alone has.
    fn enter_lone(
        &self,
        tree: &Tree<Self>,
        place: Place<'_>,
        side: Side,
        seen: &Seen<'_>,
    ) -> Option<(Held, Directory)> {
        self.lone(place, side, FileType::Directory);
        let from = self.open(tree, place, side, seen)?;
        let to = tree.patiently(|| fcntl_dupfd_cloexec(&from, 0));
        let to = to
            .map_err(|errno| self.told.trouble(place, side, Op::Open, errno))
            .ok()?;
        let sides = match side {
            Side::Source => Sides::From,
            Side::Destination => Sides::To,
        };
        Some((Held { from, to }, Directory::new(sides)))
    }

    /// Enters a directory that both sides have, unless it lies beyond a border.
    fn enter_both(
        &self,
        tree: &Tree<Self>,
        at: At<'_, Directory>,
        from: &Seen<'_>,
        to: &Seen<'_>,
    ) -> Option<(Held, Directory)> {
        let is_beyond = self.options.boundary == Boundary::Kept
            && from.stat.st_dev != at.node.source_identity().dev;
        if is_beyond {
            return None;
        }
        let place = Place::In(at.node, at.name);
        if self.options.follow == Follow::Always && is_above(at.node, &from.stat) {
            (self.told).trouble(place, Side::Source, Op::Open, Errno::LOOP);
            return None;
        }
        let from = self.open(tree, place, Side::Source, from)?;
        let to = self.open(tree, place, Side::Destination, to)?;
        Some((Held { from, to }, Directory::new(Sides::Both)))
    }

    /// The contents of two files, opened.
    fn pair(
        &self,
        tree: &Tree<Self>,
        place: Place<'_>,
        from: &Seen<'_>,
        to: &Seen<'_>,
    ) -> Option<Pair> {
        let pair = Pair::open(from, to, |seen| tree.patiently(|| seen.open()));
        pair.map_err(|fault: Fault| files::tell_fault(&self.told, place, &fault))
            .ok()
    }

    /// An entry of a directory that both sides have.
    fn entry_beside(
        &self,
        tree: &Tree<Self>,
        at: At<'_, Directory>,
        scratch: &mut Scratch<'_>,
    ) -> Visit {
        let place = Place::In(at.node, at.name);
        let Some(from) = self.look(at, Side::Source) else {
            return Visit::Done;
        };
        if from.kind() == FileType::Directory {
            // It was not known, or it was something else, when it was listed.
            tree.also(at.node, vec![at.name.to_owned()]);
            return Visit::Done;
        }
        if self.is_passed_over(&from) {
            return Visit::Done;
        }
        let to = match self.beside(at) {
            Some(Some(to)) => to,
            Some(None) => {
                self.lone(place, Side::Source, from.kind());
                return Visit::Done;
            }
            None => return Visit::Done,
        };
        if self.both(place, &from, &to, &mut scratch.buffers) != Rest::Contents {
            return Visit::Done;
        }
        let Some(pair) = self.pair(tree, place, &from, &to) else {
            return Visit::Done;
        };
        let digests = self.options.digests.as_ref();
        let expected = digests.and_then(|digests| digests.of(pair.destination()));
        if files::is_large(&pair) {
            let whose = (Arc::clone(at.node), at.name.to_owned());
            tree.push_pieces(files::cut(pair, Some(whose), expected).into_iter());
            return Visit::Pending;
        }
        files::compare(&self.told, place, &pair, expected, &mut scratch.blocks);
        Visit::Done
    }

    /// Tells what the destination has beside `node` and the source lacks.
    fn extras(&self, tree: &Tree<Self>, node: &Arc<Node<Directory>>, names: &[u8]) {
        let known: HashSet<&[u8]> = names.split(|byte| *byte == 0).collect();
        let place = Place::Node(node);
        let failed = |errno| {
            self.told
                .trouble(place, Side::Destination, Op::ReadDirectory, errno);
        };
        let stream = (tree.held(node))
            .and_then(|held| tree.patiently(|| fcntl_dupfd_cloexec(&held.to, 0)))
            .and_then(Dir::new);
        let mut stream = match stream {
            Ok(stream) => stream,
            Err(errno) => return failed(errno),
        };
        let mut directories = Vec::new();
        while let Some(entry) = stream.read() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(errno) => {
                    failed(errno);
                    break;
                }
            };
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") || known.contains(name.to_bytes()) {
                continue;
            }
            if let Some(directory) = self.extra(tree, node, name, entry.file_type()) {
                directories.push(directory);
            }
        }
        if !directories.is_empty() {
            tree.also(node, directories);
        }
    }

    /// Tells of an entry that only the destination has; gives its name if it
    /// is a directory, which is then to be entered.
    fn extra(
        &self,
        tree: &Tree<Self>,
        node: &Arc<Node<Directory>>,
        name: &CStr,
        reported: FileType,
    ) -> Option<CString> {
        let kind = match reported {
            FileType::Unknown => {
                let place = Place::In(node, name);
                let failed = |errno| self.told.trouble(place, Side::Destination, Op::Stat, errno);
                let held = tree.held(node).map_err(failed).ok()?;
                let at = At {
                    node,
                    held: &held,
                    name,
                };
                self.look(at, Side::Destination)?.kind()
            }
            known => known,
        };
        if self.is_left_out(node, name, kind) {
            return None;
        }
        if kind == FileType::Directory {
            return Some(name.to_owned());
        }
        self.lone(Place::In(node, name), Side::Destination, kind);
        None
    }
}

/// Whether a directory is `node` or above it: a symlink that is followed may
/// lead back there.
fn is_above(node: &Arc<Node<Directory>>, directory: &Stat) -> bool {
    let identity = Identity::from_stat(directory);
    let mut here = Some(node);
    while let Some(node) = here {
        if node.source_identity() == identity {
            return true;
        }
        here = node.parent();
    }
    false
}

/// The side a directory is on alone.
fn side(sides: Sides) -> Option<Side> {
    match sides {
        Sides::Both => None,
        Sides::From => Some(Side::Source),
        Sides::To => Some(Side::Destination),
    }
}

impl Visitor for Comparer {
    type Directory = Directory;
    type Piece = Piece;
    type Scratch<'a> = Scratch<'a>;

    fn sides(&self, directory: &Directory) -> Sides {
        directory.sides
    }

    fn enter(
        &self,
        tree: &Tree<Self>,
        parent: &Arc<Node<Directory>>,
        name: &CStr,
    ) -> Option<(Held, Directory)> {
        let place = Place::In(parent, name);
        let lone = side(parent.data.sides);
        let failed = |errno| {
            let side = lone.unwrap_or(Side::Source);
            self.told.trouble(place, side, Op::Open, errno);
        };
        let held = tree.held(parent).map_err(failed).ok()?;
        let at = At {
            node: parent,
            held: &held,
            name,
        };
        if let Some(side) = lone {
            let seen = self.look_lone(at, side)?;
            if seen.kind() != FileType::Directory {
                self.lone(place, side, seen.kind());
                return None;
            }
            return self.enter_lone(tree, place, side, &seen);
        }
        let to = self.beside(at)?;
        let from = match Seen::look(held.from.as_fd(), name, self.symlinks()) {
            Ok(from) => Some(from),
            Err(errno) if is_gone(errno) && to.is_some() => None,
            Err(errno) => {
                self.told.trouble(place, Side::Source, Op::Stat, errno);
                return None;
            }
        };
        match (from, to) {
            (Some(from), Some(to)) => {
                // Not the worker's own: an entry is rarely anything but a
                // directory here, and of one only attributes are compared.
                let mut buffers = Buffers::default();
                match self.both(place, &from, &to, &mut buffers) {
                    Rest::Nothing => None,
                    Rest::Contents => {
                        let pair = self.pair(tree, place, &from, &to)?;
                        let mut blocks = Blocks::default();
                        files::compare(&self.told, place, &pair, None, &mut blocks);
                        None
                    }
                    Rest::Enter => self.enter_both(tree, at, &from, &to),
                }
            }
            (Some(from), None) if from.kind() == FileType::Directory => {
                self.enter_lone(tree, place, Side::Source, &from)
            }
            (None, Some(to)) if to.kind() == FileType::Directory => {
                self.enter_lone(tree, place, Side::Destination, &to)
            }
            (Some(from), None) => {
                self.lone(place, Side::Source, from.kind());
                None
            }
            (None, Some(to)) => {
                self.lone(place, Side::Destination, to.kind());
                None
            }
            (None, None) => None,
        }
    }

    fn select(&self, _: &Tree<Self>, at: At<'_, Directory>, reported: FileType) -> Selected {
        if let Some(side) = side(at.node.data.sides) {
            return match reported {
                FileType::Directory => Selected::Directory,
                FileType::Unknown => Selected::Entry(reported),
                known => {
                    self.lone(Place::In(at.node, at.name), side, known);
                    Selected::No
                }
            };
        }
        if !self.told.ignore.has_all(Kind::Extra) {
            let names = &at.node.data.names;
            let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
            names.extend_from_slice(at.name.to_bytes_with_nul());
        }
        if self.is_left_out(at.node, at.name, reported) {
            return Selected::No;
        }
        match reported {
            FileType::Directory => Selected::Directory,
            other => Selected::Entry(other),
        }
    }

    fn entry(
        &self,
        tree: &Tree<Self>,
        at: At<'_, Directory>,
        _: FileType,
        scratch: &mut Scratch<'_>,
    ) -> Visit {
        let Some(side) = side(at.node.data.sides) else {
            return self.entry_beside(tree, at, scratch);
        };
        if let Some(seen) = self.look_lone(at, side) {
            if seen.kind() == FileType::Directory {
                tree.also(at.node, vec![at.name.to_owned()]);
            } else {
                self.lone(Place::In(at.node, at.name), side, seen.kind());
            }
        }
        Visit::Done
    }

    fn piece(&self, tree: &Tree<Self>, piece: Piece, scratch: &mut Scratch<'_>) {
        if (scratch.control)() != Stop::No {
            // Its file is never done, and so the whole is not.
            return;
        }
        if let Some(node) = piece.compare(&self.told, &mut scratch.blocks) {
            tree.done(self, &node);
        }
    }

    fn listed(&self, tree: &Tree<Self>, node: &Arc<Node<Directory>>, end: Result<(), Errno>) {
        let names = {
            let names = &node.data.names;
            let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *names)
        };
        match (end, side(node.data.sides)) {
            (Err(errno), lone) => {
                // What the source lacks cannot be known without the whole of it.
                let side = lone.unwrap_or(Side::Source);
                (self.told).trouble(Place::Node(node), side, Op::ReadDirectory, errno);
            }
            (Ok(()), None) if !self.told.ignore.has_all(Kind::Extra) => {
                self.extras(tree, node, &names);
            }
            (Ok(()), _) => {}
        }
    }

    fn lost(&self, _: &Tree<Self>, node: &Node<Directory>, errno: Errno) {
        let side = side(node.data.sides).unwrap_or(Side::Source);
        self.told.trouble(Place::Node(node), side, Op::Open, errno);
    }

    fn leave(&self, _: &Tree<Self>, node: &Arc<Node<Directory>>) {
        if node.parent().is_none() {
            self.is_whole.store(true, Ordering::Release);
        }
    }
}
