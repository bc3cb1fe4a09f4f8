//! The visitor that compares two trees entry by entry.
//!
//! Boundary: which entries are compared with which; how two are compared is
//! decided in `attributes` and `files`, and which directories are entered in
//! `directories`.
//!
//! The source is what is gone through. When a directory of it has been listed,
//! the one beside it is, and what only that has is told; a directory that is on
//! one side alone is gone through as well, since each entry in it is a
//! difference.

use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fd::AsFd;
use rustix::fs::FileType;
use rustix::io::Errno;

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
use crate::copy::{Control, Follow, Op, Side, Stop};

/// What is kept for a directory while it is compared.
pub(super) struct Directory {
    pub(super) sides: Sides,
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
    pub(super) fn symlinks(&self) -> Symlinks {
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
    pub(super) fn lone(&self, place: Place<'_>, side: Side, kind: FileType) {
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
    pub(super) fn look<'a>(&self, at: At<'a, Directory>, side: Side) -> Option<Seen<'a>> {
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
    pub(super) fn look_lone<'a>(&self, at: At<'a, Directory>, side: Side) -> Option<Seen<'a>> {
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
    pub(super) fn beside<'a>(&self, at: At<'a, Directory>) -> Option<Option<Seen<'a>>> {
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

    /// Whether what a directory says of an entry of the source is its type.
    fn is_certain(&self, reported: FileType) -> bool {
        match reported {
            FileType::Unknown => false,
            FileType::Symlink => self.options.follow == Follow::Never,
            _ => true,
        }
    }

    /// Whether the rules leave an entry out.
    pub(super) fn is_left_out(&self, node: &Node<Directory>, name: &CStr, kind: FileType) -> bool {
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

    /// The contents of two files, opened.
    pub(super) fn pair(
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
        reported: FileType,
        scratch: &mut Scratch<'_>,
    ) -> Visit {
        let place = Place::In(at.node, at.name);
        let Some(from) = self.look(at, Side::Source) else {
            return Visit::Done;
        };
        if !self.is_certain(reported) && self.is_left_out(at.node, at.name, from.kind()) {
            return Visit::Done;
        }
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
}

/// The side a directory is on alone.
pub(super) fn side(sides: Sides) -> Option<Side> {
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
        self.enter_directory(tree, parent, name)
    }

    fn select(&self, _: &Tree<Self>, at: At<'_, Directory>, reported: FileType) -> Selected {
        let is_left_out =
            || self.is_certain(reported) && self.is_left_out(at.node, at.name, reported);
        if let Some(side) = side(at.node.data.sides) {
            return match reported {
                _ if is_left_out() => Selected::No,
                FileType::Directory => Selected::Directory,
                // Its size may leave it out.
                FileType::RegularFile if !self.options.sizes.is_all() => Selected::Entry(reported),
                known if self.is_certain(known) => {
                    self.lone(Place::In(at.node, at.name), side, known);
                    Selected::No
                }
                unknown => Selected::Entry(unknown),
            };
        }
        if !self.told.ignore.has_all(Kind::Extra) {
            let names = &at.node.data.names;
            let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
            names.extend_from_slice(at.name.to_bytes_with_nul());
        }
        if is_left_out() {
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
        reported: FileType,
        scratch: &mut Scratch<'_>,
    ) -> Visit {
        let Some(side) = side(at.node.data.sides) else {
            return self.entry_beside(tree, at, reported, scratch);
        };
        let Some(seen) = self.look_lone(at, side) else {
            return Visit::Done;
        };
        let kind = seen.kind();
        let is_left_out = !self.is_certain(reported) && self.is_left_out(at.node, at.name, kind);
        if is_left_out || (side == Side::Source && self.is_passed_over(&seen)) {
            return Visit::Done;
        }
        if kind == FileType::Directory {
            tree.also(at.node, vec![at.name.to_owned()]);
        } else {
            self.lone(Place::In(at.node, at.name), side, kind);
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
