//! What is told and counted: differences, and what could not be looked at.
//!
//! Boundary: names, paths and counts; nothing is compared here.

use std::ffi::CStr;
use std::sync::Arc;

use rustix::io::Errno;

use super::compare::Directory;
use super::difference::{Class, Difference, Differences, Kind, is_gone};
use super::options::Kinds;
use super::tally::Tally;
use crate::copy::tree::Node;
use crate::copy::{Class as FailureClass, Failure, Op, Side, add};

/// Where an entry is; its path is made only when something is told of it.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// One of the trees themselves.
    Root,
    /// A directory.
    Node(&'a Node<Directory>),
    /// A name in a directory.
    In(&'a Node<Directory>, &'a CStr),
}

impl Place<'_> {
    /// The path below the trees; `.` for themselves.
    pub(super) fn path(self) -> Vec<u8> {
        let path = match self {
            Self::Root => Vec::new(),
            Self::Node(node) => node.path(None),
            Self::In(node, name) => node.path(Some(name)),
        };
        if path.is_empty() { b".".to_vec() } else { path }
    }
}

/// What is told, and to whom.
pub(super) struct Told {
    pub(super) sink: Arc<dyn Differences>,
    pub(super) ignore: Kinds,
    pub(super) tally: Tally,
    /// The paths of the source and the destination.
    pub(super) roots: [Vec<u8>; 2],
}

impl Told {
    /// Tells a difference, unless it is one of those to be ignored.
    pub(super) fn difference(
        &self,
        (kind, class): (Kind, Class),
        place: Place<'_>,
        source: Option<Vec<u8>>,
        destination: Option<Vec<u8>>,
    ) {
        if !self.ignore.has(kind, class) {
            self.difference_at((kind, class), place.path(), source, destination);
        }
    }

    /// The same, with the path at hand.
    pub(super) fn difference_at(
        &self,
        (kind, class): (Kind, Class),
        path: Vec<u8>,
        source: Option<Vec<u8>>,
        destination: Option<Vec<u8>>,
    ) {
        self.tally.count(kind, class);
        self.sink.difference(&Difference {
            kind,
            class,
            path,
            source,
            destination,
        });
    }

    /// Tells that something could not be looked at.
    pub(super) fn trouble(&self, place: Place<'_>, side: Side, op: Op, errno: Errno) {
        let class = if side == Side::Source && is_gone(errno) {
            FailureClass::Vanished
        } else {
            FailureClass::Failed
        };
        self.failure(place, side, op, errno, class);
    }

    /// Tells that a file changed while it was compared.
    pub(super) fn changed(&self, place: Place<'_>, side: Side) {
        self.failure(place, side, Op::Read, Errno::BUSY, FailureClass::Changed);
    }

    fn failure(&self, place: Place<'_>, side: Side, op: Op, errno: Errno, class: FailureClass) {
        add(&self.tally.trouble, 1);
        let [source, destination] = &self.roots;
        let mut path = match side {
            Side::Source => source.clone(),
            Side::Destination => destination.clone(),
        };
        let below = place.path();
        if below != b"." {
            if path.last() != Some(&b'/') {
                path.push(b'/');
            }
            path.extend_from_slice(&below);
        }
        self.sink.trouble(Failure {
            path,
            side,
            op,
            errno,
            class,
        });
    }

    /// An entry was seen on these sides.
    pub(super) fn seen(&self, source: bool, destination: bool) {
        add(&self.tally.source_entries, u64::from(source));
        add(&self.tally.destination_entries, u64::from(destination));
    }
}
