//! Which directories are entered, and what only the destination has.
//!
//! Boundary: directories alone; what is in them is compared in `compare`.

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::sync::Arc;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Dir, FileType, Stat};
use rustix::io::{Errno, fcntl_dupfd_cloexec};

use super::compare::{Comparer, Directory, Rest, side};
use super::contents::Blocks;
use super::difference::is_gone;
use super::files;
use super::seen::Seen;
use super::told::Place;
use super::xattr::Buffers;
use crate::copy::tree::{At, Held, Identity, Node, Sides, Tree};
use crate::copy::{Boundary, Follow, Op, Side};

impl Comparer {
    /// Enters the directory `name` of `parent`, on the sides that have it.
    pub(super) fn enter_directory(
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
            return self.enter_lone(tree, at, side, &seen);
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
                self.enter_lone(tree, at, Side::Source, &from)
            }
            (None, Some(to)) if to.kind() == FileType::Directory => {
                self.enter_lone(tree, at, Side::Destination, &to)
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
        at: At<'_, Directory>,
        side: Side,
        seen: &Seen<'_>,
    ) -> Option<(Held, Directory)> {
        let place = Place::In(at.node, at.name);
        self.lone(place, side, FileType::Directory);
        if side == Side::Source && self.is_beyond(at.node, seen) {
            return None;
        }
        let from = self.open(tree, place, side, seen)?;
        let to = tree.patiently(|| fcntl_dupfd_cloexec(&from, 0));
        let to = to
            .map_err(|errno| self.told.trouble(place, side, Op::Open, errno))
            .ok()?;
        let sides = match side {
            Side::Source => Sides::From,
            Side::Destination => Sides::To,
        };
        Some((Held::new(from, to), Directory::new(sides)))
    }

    /// Whether a directory of the source lies on another file system than the
    /// one it is in, and the border is not to be crossed.
    fn is_beyond(&self, parent: &Node<Directory>, seen: &Seen<'_>) -> bool {
        self.options.boundary == Boundary::Kept && seen.stat.st_dev != parent.source_identity().dev
    }

    /// Enters a directory that both sides have, unless it lies beyond a border.
    fn enter_both(
        &self,
        tree: &Tree<Self>,
        at: At<'_, Directory>,
        from: &Seen<'_>,
        to: &Seen<'_>,
    ) -> Option<(Held, Directory)> {
        if self.is_beyond(at.node, from) {
            return None;
        }
        let place = Place::In(at.node, at.name);
        if self.options.follow == Follow::Always && is_above(at.node, &from.stat) {
            (self.told).trouble(place, Side::Source, Op::Open, Errno::LOOP);
            return None;
        }
        let from = self.open(tree, place, Side::Source, from)?;
        let to = self.open(tree, place, Side::Destination, to)?;
        Some((Held::new(from, to), Directory::new(Sides::Both)))
    }

    /// Tells what the destination has beside `node` and the source lacks.
    pub(super) fn extras(&self, tree: &Tree<Self>, node: &Arc<Node<Directory>>, names: &[u8]) {
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
