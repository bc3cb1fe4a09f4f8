//! The walk of the one source as the lanes of a copy to several destinations
//! see it: what it enters, and what each lane does there.
//!
//! Boundary: hands every entry to [`Fan`]; what is done with its data is there.

use std::ffi::CStr;
use std::sync::Arc;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::FileType;
use rustix::io::{Errno, fcntl_dupfd_cloexec};

use super::super::copier::{Scratch, wait};
use super::super::counters::add;
use super::super::fault::Fault;
use super::super::place::is_temporary;
use super::super::together::Piece;
use super::super::{Follow, Lane, Op};
use super::{Fan, Nodes};
use crate::copy::filter::Decision;
use crate::copy::tree::{At, Held, Node, Selected, Tree, Visit, Visitor};

impl Visitor for Fan {
    type Directory = Nodes;
    type Piece = Piece;
    type Scratch<'a> = Scratch<'a>;

    fn enter(
        &self,
        own: &Tree<Self>,
        parent: &Arc<Node<Nodes>>,
        name: &CStr,
    ) -> Option<(Held, Nodes)> {
        let mut nodes: Nodes = self.lanes.iter().map(|_| None).collect();
        let mut source: Option<OwnedFd> = None;
        for way in self.ways(&parent.data, name, FileType::Directory) {
            let Lane { copier, tree, .. } = way.lane;
            let Some((held, directory)) = copier.enter_directory(tree, way.at(name)) else {
                way.done();
                continue;
            };
            if source.is_none() {
                source = tree.patiently(|| fcntl_dupfd_cloexec(&held.from, 0)).ok();
            }
            match tree.adopt(&way.node, name, held, directory) {
                Ok(node) => nodes[way.number] = Some(node),
                Err(errno) => {
                    let fault = Fault::destination(Op::Open)(errno);
                    copier.tell(&way.node, Some(name), fault);
                    way.done();
                }
            }
        }
        self.present(&nodes).next()?;
        let twice = source.and_then(|from| {
            let to = own.patiently(|| fcntl_dupfd_cloexec(&from, 0)).ok()?;
            Some(Held::new(from, to))
        });
        if twice.is_none() {
            for (_, lane, node) in self.present(&nodes) {
                node.data.mark_unread();
                let fault = Fault::source(Op::Open)(Errno::MFILE);
                lane.copier.tell(node, None, fault);
                lane.tree.done(&lane.copier, node);
            }
        }
        twice.map(|held| (held, nodes))
    }

    fn select(&self, _: &Tree<Self>, at: At<'_, Nodes>, reported: FileType) -> Selected {
        let Some((_, lane, node)) = self.present(&at.node.data).next() else {
            return Selected::No;
        };
        // All destinations are divided in the same way.
        if (lane.copier).is_anothers(node, at.held.from.as_fd(), at.name, reported) {
            return Selected::No;
        }
        let options = &lane.copier.options;
        for (_, lane, node) in self.present(&at.node.data) {
            add(&lane.copier.counters.found, 1);
            if is_temporary(at.name) {
                node.data.keep_temporary(at.name);
            }
        }
        let links_count = options.follow == Follow::Always && reported == FileType::Symlink;
        let kind = if reported == FileType::Unknown || links_count {
            match lane.copier.stat_named(at.held.from.as_fd(), at.name) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                Err(fault) => {
                    for (_, lane, node) in self.present(&at.node.data) {
                        lane.copier.tell(node, Some(at.name), fault);
                    }
                    return Selected::No;
                }
            }
        } else {
            reported
        };
        if !options.filter.is_empty() {
            let path = at.node.path(Some(at.name));
            if options.filter.decide(&path, kind == FileType::Directory) == Decision::Leave {
                for (_, lane, _) in self.present(&at.node.data) {
                    add(&lane.copier.counters.excluded, 1);
                }
                return Selected::No;
            }
        }
        for (_, _, node) in self.present(&at.node.data) {
            Tree::<super::super::Copier>::expect(node);
        }
        if kind == FileType::Directory {
            Selected::Directory
        } else {
            Selected::Entry(kind)
        }
    }

    fn entry(
        &self,
        tree: &Tree<Self>,
        at: At<'_, Nodes>,
        kind: FileType,
        scratch: &mut Scratch<'_>,
    ) -> Visit {
        if let Some(limit) = &self.files_limit
            && wait(limit.take(1), scratch.control).is_err()
        {
            return Visit::Pending;
        }
        let ways = self.ways(&at.node.data, at.name, kind);
        if kind == FileType::RegularFile {
            self.regular(tree, at.name, ways, scratch);
        } else {
            for way in ways {
                way.alone(at.name, kind, scratch);
            }
        }
        // Nothing waits for it here: the lanes have counts of their own.
        Visit::Done
    }

    fn piece(&self, _: &Tree<Self>, piece: Piece, scratch: &mut Scratch<'_>) {
        self.copy_piece(piece, scratch);
    }

    fn listed(&self, _: &Tree<Self>, node: &Arc<Node<Nodes>>, end: Result<(), Errno>) {
        for (_, lane, node) in self.present(&node.data) {
            if let Err(errno) = end {
                node.data.mark_unread();
                let fault = Fault::source(Op::ReadDirectory)(errno);
                lane.copier.tell(node, None, fault);
            }
            lane.tree.done(&lane.copier, node);
        }
    }

    fn lost(&self, _: &Tree<Self>, node: &Node<Nodes>, errno: Errno) {
        for (_, lane, node) in self.present(&node.data) {
            node.data.mark_unread();
            lane.copier.tell(node, None, Fault::source(Op::Open)(errno));
        }
    }

    fn walked(&self) {
        if let Some(lane) = self.lanes.first() {
            add(&lane.copier.counters.walked, 1);
        }
    }

    fn leave(&self, _: &Tree<Self>, _: &Arc<Node<Nodes>>) {}
}
