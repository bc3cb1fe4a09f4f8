//! Several copies at once: one walk of the source, one reading of each file,
//! and in each destination all that is done for one copy.
//!
//! Boundary: what goes on in one destination is its lane's business, a copier
//! and a tree with nodes of its own, and what fails there fails there alone.
//! Here is what the lanes share: the walk that tells them what there is, and
//! the data, which is read once for those of them that need it.

mod walk;

use std::ffi::{CStr, CString};
use std::sync::Arc;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::FileType;
use rustix::io::{Errno, fcntl_dupfd_cloexec};

use super::attempt::{Regular, outcome};
use super::copier::{Place, Scratch, Unfinished};
use super::counters::add;
use super::data::{Broken, Data, clone_data, occupied};
use super::destinations::{Part, PartKind};
use super::directory::Directory;
use super::fault::Fault;
use super::file::{Begun, Copying};
use super::groups::First;
use super::pour::{Sink, pour_all};
use super::together::cut;
use super::{Lane, Op};
use crate::copy::digest::Digest;
use crate::copy::limit::Limit;
use crate::copy::tree::{At, Control, Held, Node, Tree, Visit};

/// Several copies that are made at once.
pub(super) struct Replicas {
    fan: Fan,
    tree: Tree<Fan>,
}

impl Replicas {
    /// The copies in `lanes`; `held` is the source, open twice.
    pub(super) fn new(
        lanes: Vec<Lane>,
        held: Held,
        files_limit: Option<Limit>,
        (workers, directories): (usize, usize),
    ) -> Result<Self, Errno> {
        let roots: Nodes = lanes
            .iter()
            .map(|lane| {
                // That it is read.
                Tree::<super::Copier>::expect(&lane.root);
                Some(Arc::clone(&lane.root))
            })
            .collect();
        let root = Node::root(CString::default(), held, roots)?;
        Ok(Self {
            fan: Fan { lanes, files_limit },
            tree: Tree::new(&Arc::new(root), workers, directories),
        })
    }

    pub(super) fn lanes(&self) -> &[Lane] {
        &self.fan.lanes
    }

    pub(super) fn work(&self, scratch: &mut Scratch<'_>, control: Control<'_>) {
        self.tree.work(&self.fan, scratch, control);
    }

    /// What was done in each destination.
    pub(super) fn parts(&self) -> Vec<Part> {
        let part = |lane: &Lane| {
            let counts = lane.copier.counters.counts();
            Part {
                path: lane.copier.destination.clone(),
                kind: PartKind::Replica,
                entries: counts.files + counts.symlinks + counts.specials + counts.hard_links,
                files: counts.files,
                bytes: counts.bytes,
                failed: counts.failed,
                not_tried: counts.not_tried,
                taken_back: counts.taken_back,
            }
        };
        self.fan.lanes.iter().map(part).collect()
    }
}

/// The lanes, as the walk calls them.
pub(super) struct Fan {
    lanes: Vec<Lane>,
    files_limit: Option<Limit>,
}

/// A directory of the source in each of the lanes; nothing where it could not
/// be made.
type Nodes = Box<[Option<Arc<Node<Directory>>>]>;

/// A directory in one lane.
struct Way<'a> {
    /// The lane's number.
    number: usize,
    lane: &'a Lane,
    node: Arc<Node<Directory>>,
    held: Arc<Held>,
}

impl Way<'_> {
    fn at<'b>(&'b self, name: &'b CStr) -> Place<'b> {
        At {
            node: &self.node,
            held: &self.held,
            name,
        }
    }

    fn done(&self) {
        self.lane.tree.done(&self.lane.copier, &self.node);
    }

    /// Does an entry of this lane by itself.
    fn alone(&self, name: &CStr, kind: FileType, scratch: &mut Scratch<'_>) {
        let Lane { copier, tree, .. } = self.lane;
        if copier.attempt(tree, self.at(name), kind, scratch) == Visit::Done {
            self.done();
        }
    }

    /// Ends a regular file that is done, or not. What may go better, or has to
    /// be looked at anew, is tried again in this lane alone.
    fn settle(&self, name: &CStr, done: Result<(), Unfinished>, scratch: &mut Scratch<'_>) {
        let copier = &self.lane.copier;
        match done {
            Ok(()) => copier.note_done(&self.node, name, scratch.is_linked),
            Err(Unfinished::Fault(fault)) if fault.is_passing() && copier.options.retries > 0 => {
                return self.alone(name, FileType::RegularFile, scratch);
            }
            Err(Unfinished::Replaced) => {
                return self.alone(name, FileType::RegularFile, scratch);
            }
            Err(unfinished) => {
                if !copier.note(self.at(name), &unfinished) {
                    return;
                }
            }
        }
        self.done();
    }
}

/// A file that is being copied in one lane.
pub(super) struct Filling {
    number: usize,
    pub(super) copying: Box<Copying>,
    /// Whether it is one of several names of a file.
    is_linked: bool,
}

impl Fan {
    /// The lanes in which a directory of the source is.
    fn present<'a>(
        &'a self,
        nodes: &'a [Option<Arc<Node<Directory>>>],
    ) -> impl Iterator<Item = (usize, &'a Lane, &'a Arc<Node<Directory>>)> {
        let lanes = self.lanes.iter().zip(nodes).enumerate();
        lanes.filter_map(|(number, (lane, node))| Some((number, lane, node.as_ref()?)))
    }

    /// The lanes in which an entry of a directory is to be copied.
    fn ways(&self, nodes: &Nodes, name: &CStr, kind: FileType) -> Vec<Way<'_>> {
        let mut ways = Vec::with_capacity(self.lanes.len());
        for (number, lane, node) in self.present(nodes) {
            let way = match lane.tree.held(node) {
                Ok(held) => Way {
                    number,
                    lane: &self.lanes[number],
                    node: Arc::clone(node),
                    held,
                },
                Err(errno) => {
                    let fault = Fault::destination(Op::Open)(errno);
                    lane.copier.tell(node, Some(name), fault);
                    lane.tree.done(&lane.copier, node);
                    continue;
                }
            };
            if lane.copier.is_recorded(way.at(name), kind) {
                add(&lane.copier.counters.skipped, 1);
                way.done();
            } else {
                ways.push(way);
            }
        }
        ways
    }

    fn regular(
        &self,
        tree: &Tree<Self>,
        name: &CStr,
        ways: Vec<Way<'_>>,
        scratch: &mut Scratch<'_>,
    ) {
        let Some(first) = ways.first() else { return };
        let opened = (first.lane.copier).open_regular_source(&first.lane.tree, first.at(name));
        let from = match opened {
            Ok(Some(from)) => from,
            Ok(None) => {
                for way in ways {
                    way.alone(name, FileType::RegularFile, scratch);
                }
                return;
            }
            Err(fault) => {
                for way in ways {
                    way.settle(name, Err(fault.into()), scratch);
                }
                return;
            }
        };
        let mut all = Vec::with_capacity(ways.len());
        for way in ways {
            all.extend(begin(&way, name, &from, scratch));
        }
        drop(from);
        let all = self.share(name, all, scratch);
        let Some(source) = all.first().map(|one| one.copying.source) else {
            return;
        };
        let copier = &self.lanes[all[0].number].copier;
        if copier.is_cut(tree.workers(), &source) {
            cut(tree, name, all);
            return;
        }
        (scratch.digest, scratch.is_short) = (Digest::default(), false);
        let mut sinks: Vec<Sink<'_>> = all.iter().map(|one| self.sink(one)).collect();
        let poured = pour_all(&mut sinks, all[0].copying.from.as_fd(), &source, scratch);
        let ends = sinks
            .into_iter()
            .map(|sink| (sink.copied, sink.broken))
            .collect();
        self.complete(name, all, ends, poured.err().as_ref(), scratch);
    }

    /// Shares the blocks of the source where a file system can; gives those
    /// files for which data is to be copied.
    fn share(&self, name: &CStr, all: Vec<Filling>, scratch: &mut Scratch<'_>) -> Vec<Filling> {
        let mut rest = Vec::with_capacity(all.len());
        for one in all {
            let (copying, lane) = (&one.copying, &self.lanes[one.number]);
            let fs = Arc::clone(&copying.node.data.fs);
            match clone_data(copying.pair(), &copying.source, &fs) {
                Ok(false) => {
                    add(&lane.copier.counters.found_bytes, occupied(&copying.source));
                    rest.push(one);
                }
                Ok(true) => {
                    scratch.is_short = false;
                    self.end(name, one, Ok(Data::Cloned), scratch);
                }
                Err(fault) => self.end(name, one, Err(fault.into()), scratch),
            }
        }
        rest
    }

    pub(super) fn sink<'a>(&'a self, one: &'a Filling) -> Sink<'a> {
        Sink {
            copier: &self.lanes[one.number].copier,
            to: one.copying.to.as_fd(),
            copied: 0,
            broken: None,
        }
    }

    /// Completes the files whose data is there, of each of which it is known
    /// how much it took and what went wrong with it. `broken` is what went
    /// wrong with all.
    pub(super) fn complete(
        &self,
        name: &CStr,
        all: Vec<Filling>,
        ends: Vec<(u64, Option<Fault>)>,
        broken: Option<&Broken>,
        scratch: &mut Scratch<'_>,
    ) {
        let read = (scratch.digest, scratch.is_short);
        for (one, (copied, own)) in all.into_iter().zip(ends) {
            (scratch.digest, scratch.is_short) = read;
            let data = match (broken, own) {
                (_, Some(fault)) => Err(fault.into()),
                (Some(Broken::Fault(fault)), None) => Err((*fault).into()),
                (Some(Broken::Stopped), None) => Err(Unfinished::Stopped),
                (None, None) => Ok(Data::Copied(copied)),
            };
            self.end(name, one, data, scratch);
        }
    }

    /// Ends one file in one lane: completes it or takes it back, tells its
    /// group of links, and counts it.
    fn end(
        &self,
        name: &CStr,
        one: Filling,
        data: Result<Data, Unfinished>,
        scratch: &mut Scratch<'_>,
    ) {
        let lane = &self.lanes[one.number];
        let Lane { copier, tree, .. } = lane;
        let way = Way {
            number: one.number,
            lane,
            node: Arc::clone(&one.copying.node),
            held: Arc::clone(&one.copying.held),
        };
        scratch.is_linked = one.is_linked;
        let group = one.copying.first;
        let done = match data {
            Ok(data) => copier.complete(*one.copying, data, scratch),
            Err(unfinished) => {
                one.copying.undo(copier);
                Err(unfinished)
            }
        };
        if let Some(file) = group {
            let told = match &done {
                Ok(()) => outcome(way.at(name), true),
                Err(_) => First::Failed,
            };
            copier.first_done(tree, file, told, scratch);
            scratch.is_linked = one.is_linked;
        }
        way.settle(name, done, scratch);
    }
}

/// Does all of a file in one lane but the copying of its data.
fn begin(way: &Way<'_>, name: &CStr, from: &OwnedFd, scratch: &mut Scratch<'_>) -> Option<Filling> {
    let Lane { copier, tree, .. } = way.lane;
    scratch.is_linked = false;
    let mut group = None;
    let begun = tree
        .patiently(|| fcntl_dupfd_cloexec(from, 0))
        .map_err(|errno| Fault::source(Op::Open)(errno).into())
        .and_then(|from| copier.begin(tree, way.at(name), from, &mut group, scratch));
    let is_linked = scratch.is_linked;
    let (told, done) = match begun {
        Ok(Begun::Copying(copying)) => {
            return Some(Filling {
                number: way.number,
                copying,
                is_linked,
            });
        }
        Ok(Begun::Ended(Regular::Visited(Visit::Done))) => (outcome(way.at(name), true), Ok(())),
        // It is told, and done, with the others of its group.
        Ok(Begun::Ended(Regular::Visited(Visit::Pending))) => return None,
        Ok(Begun::Ended(Regular::Not)) => {
            way.alone(name, FileType::RegularFile, scratch);
            return None;
        }
        Err(unfinished) => (First::Failed, Err(unfinished)),
    };
    if let Some(file) = group {
        copier.first_done(tree, file, told, scratch);
        scratch.is_linked = is_linked;
    }
    way.settle(name, done, scratch);
    None
}
