//! A tree in parallel: many workers go through one source tree, and the tree
//! beside it, each directory reached from the descriptor of the one above it.
//!
//! Boundary: descriptors, order and bookkeeping; what is done with an entry is
//! a [`Visitor`]'s business. Copying, comparing and taking back are visitors.
//!
//! A worker takes what the queue gives: a directory to enter, names to visit,
//! or a piece of a large file. A helper does what a worker has put aside so as
//! not to wait for it. A directory is left when all below it is done,
//! by whichever worker did the last of it, so attributes that work inside it
//! would change (its times) are put right there. Nothing recurses: a tree may
//! be deeper than a stack.

mod batch;
mod descriptors;
mod node;
mod queue;
mod visitor;

use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::fd::OwnedFd;
use rustix::fs::Dir;
use rustix::io::{Errno, fcntl_dupfd_cloexec};

use batch::{Batch, Names};
use descriptors::Descriptors;
pub(super) use node::{Held, Identity, Node};
pub(super) use queue::Dismissed;
use queue::{Queue, Reading, Task, Way};
pub(super) use visitor::{At, Handout, Handouts, Selected, Sides, Visit, Visitor};
pub use visitor::{Control, Stop};

/// How many entries of a directory are read before they are handed out.
const CHUNK: usize = 512;

/// How many partly read directories may wait at most, each with a descriptor
/// and a buffer.
const READINGS: usize = 64;

/// Ends the walk if its thread panics. The others would wait for ever for the
/// end of what that thread had begun, and the panic would never be heard.
struct GiveUp<'a, V: Visitor>(&'a Queue<V>);

impl<V: Visitor> Drop for GiveUp<'_, V> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.give_up();
        }
    }
}

/// A tree that is being gone through.
pub(super) struct Tree<V: Visitor> {
    queue: Queue<V>,
    descriptors: Descriptors<V::Directory>,
    /// How many directories have not been read to their ends.
    unread: AtomicUsize,
    /// Whether the root has been left.
    is_left: AtomicBool,
}

impl<V: Visitor> Tree<V> {
    /// A tree below `root`, for so many workers, which may hold `directories`
    /// pairs of descriptors open.
    pub(super) fn new(root: &Arc<Node<V::Directory>>, workers: usize, directories: usize) -> Self {
        let tree = Self {
            queue: Queue::new(workers, (directories / 4).min(READINGS)),
            descriptors: Descriptors::new(directories, workers),
            unread: AtomicUsize::new(1),
            is_left: AtomicBool::new(false),
        };
        tree.queue.push_root(Arc::clone(root));
        tree
    }

    /// One worker's part: goes on until the whole tree is done, or until `control` says stop.
    pub(super) fn work(&self, visitor: &V, scratch: &mut V::Scratch<'_>, control: Control<'_>) {
        let _at_a_panic = GiveUp(&self.queue);
        let mut next = self.queue.take(control);
        while let Some(task) = next {
            match task {
                Task::Piece(piece) => visitor.piece(self, piece, scratch),
                Task::Entries(batch) => self.entries(visitor, &batch, scratch, control),
                Task::Walk(Way::Enter(parent, name)) => self.enter(visitor, &parent, name),
                Task::Walk(Way::Root(root)) => self.start(visitor, root),
                Task::Walk(Way::Read(reading)) => self.read(visitor, reading),
            }
            next = self.queue.next(control);
        }
    }

    /// A helper's part: does what is [put aside](Self::put_aside) until it is
    /// [dismissed](Self::dismiss).
    pub(super) fn help(&self, visitor: &V, scratch: &mut V::Scratch<'_>, dismissed: &Dismissed) {
        let _at_a_panic = GiveUp(&self.queue);
        while let Some(piece) = self.queue.help(dismissed) {
            visitor.piece(self, piece, scratch);
            self.queue.helped();
        }
    }

    /// Tells a helper that no more will come from the worker it belongs to.
    pub(super) fn dismiss(&self, dismissed: &Dismissed) {
        self.queue.dismiss(dismissed);
    }

    /// Puts a piece aside for a helper; gives it back if none is free. The
    /// entry itself must be pending.
    pub(super) fn put_aside(&self, piece: V::Piece) -> Result<(), V::Piece> {
        self.queue.put_aside(piece)
    }

    /// Whether all is done. If not, and nobody said stop, something waits for
    /// what will never come.
    pub(super) fn is_done(&self) -> bool {
        self.is_left.load(Ordering::Acquire)
    }

    /// How many workers there are.
    pub(super) fn workers(&self) -> usize {
        self.queue.workers()
    }

    /// The descriptors of a directory, opened again if they had been given up.
    pub(super) fn held(&self, node: &Arc<Node<V::Directory>>) -> Result<Arc<Held>, Errno> {
        self.descriptors.held(node)
    }

    /// Opens something, and while no descriptor is left tries again.
    pub(super) fn patiently<T>(&self, open: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
        self.descriptors.patiently(open)
    }

    /// Hands pieces of an entry of `node` to the workers, before all else.
    /// The entry itself must be pending.
    pub(super) fn push_pieces(&self, pieces: impl ExactSizeIterator<Item = V::Piece>) {
        self.queue.push_pieces(pieces);
    }

    /// The name that is being visited, or entered, is made, or is not to be: the
    /// next one in its directory may be. Said by the visitor as soon as it is
    /// so; when it returns it is so in any case.
    pub(super) fn made(&self, at: At<'_, V::Directory>) {
        self.queue.is_made(at.node, at.name);
    }

    /// Has directories of `node` entered besides those that were read in it:
    /// those that only the other side has, or that turned out to be some.
    /// Something in `node` must be under way, its listing or an entry.
    pub(super) fn also(&self, node: &Arc<Node<V::Directory>>, directories: Vec<CString>) {
        node.open.fetch_add(directories.len(), Ordering::AcqRel);
        self.unread.fetch_add(directories.len(), Ordering::AcqRel);
        let handouts = Handouts::default();
        (self.queue).push_listing(node, handouts, Names::default(), directories, None);
    }

    /// One more thing in `node` is to be done, and will be told by
    /// [`Tree::done`]: of a tree that is gone through by another one's walk.
    pub(super) fn expect(node: &Node<V::Directory>) {
        node.open.fetch_add(1, Ordering::AcqRel);
    }

    /// Takes over a directory that another tree's walk has entered. It must be
    /// [expected](Self::expect) in `parent`; that it is read is expected in it.
    pub(super) fn adopt(
        &self,
        parent: &Arc<Node<V::Directory>>,
        name: &CStr,
        held: Held,
        directory: V::Directory,
    ) -> Result<Arc<Node<V::Directory>>, Errno> {
        let held = Arc::new(held);
        let sides = (&*held, Sides::Both);
        let node = Arc::new(Node::below(parent, name.to_owned(), sides, directory)?);
        Self::expect(&node);
        self.descriptors.remember(&node, held);
        Ok(node)
    }

    /// An entry of `node` whose visit was pending is done.
    pub(super) fn done(&self, visitor: &V, node: &Arc<Node<V::Directory>>) {
        self.finish(visitor, node, 1);
    }

    fn entries(
        &self,
        visitor: &V,
        batch: &Batch<V::Directory>,
        scratch: &mut V::Scratch<'_>,
        control: Control<'_>,
    ) {
        let node = &batch.node;
        let held = match self.held(node) {
            Ok(held) => held,
            Err(errno) => {
                visitor.lost(self, node, errno);
                for (name, _) in batch.iter() {
                    self.queue.is_made(node, name);
                }
                self.finish(visitor, node, batch.count);
                return;
            }
        };
        let mut done = 0;
        for (name, kind) in batch.iter() {
            if control() != Stop::No {
                // What was not visited keeps its directory from being left.
                break;
            }
            let at = At {
                node,
                held: &held,
                name,
            };
            if visitor.entry(self, at, kind, scratch) == Visit::Done {
                done += 1;
            }
            if batch.handout == Handout::InTurn {
                self.made(at);
            }
        }
        drop(held);
        if done > 0 {
            self.finish(visitor, node, done);
        }
    }

    fn start(&self, visitor: &V, root: Arc<Node<V::Directory>>) {
        self.list(visitor, root);
    }

    fn enter(&self, visitor: &V, parent: &Arc<Node<V::Directory>>, name: CString) {
        let entered = visitor.enter(self, parent, &name);
        self.queue.is_made(parent, &name);
        let Some((held, directory)) = entered else {
            self.is_read(visitor);
            self.finish(visitor, parent, 1);
            return;
        };
        let held = Arc::new(held);
        let sides = visitor.sides(&directory);
        match Node::below(parent, name, (&held, sides), directory) {
            Ok(node) => {
                let node = Arc::new(node);
                self.descriptors.remember(&node, held);
                self.list(visitor, node);
            }
            Err(errno) => {
                visitor.lost(self, parent, errno);
                self.is_read(visitor);
                self.finish(visitor, parent, 1);
            }
        }
    }

    /// A directory has been read to its end, or never will be.
    fn is_read(&self, visitor: &V) {
        if self.unread.fetch_sub(1, Ordering::AcqRel) == 1 {
            visitor.walked();
        }
    }

    /// Begins to read a directory that has just been entered.
    fn list(&self, visitor: &V, node: Arc<Node<V::Directory>>) {
        node.open.fetch_add(1, Ordering::AcqRel);
        let stream = self
            .held(&node)
            .and_then(|held| self.descriptors.patiently(|| read_again(&held.from)))
            .and_then(Dir::new);
        match stream {
            Ok(stream) => self.read(visitor, Reading { node, stream }),
            Err(errno) => {
                visitor.listed(self, &node, Err(errno));
                self.is_read(visitor);
                self.finish(visitor, &node, 1);
            }
        }
    }

    /// Reads some of a directory, and hands out what was found.
    fn read(&self, visitor: &V, mut reading: Reading<V::Directory>) {
        let node = Arc::clone(&reading.node);
        let held = match self.held(&node) {
            Ok(held) => held,
            Err(errno) => {
                visitor.listed(self, &node, Err(errno));
                self.is_read(visitor);
                self.finish(visitor, &node, 1);
                return;
            }
        };
        let mut names = Names::default();
        let mut directories = Vec::new();
        let end = loop {
            if names.count() + directories.len() >= CHUNK {
                break None;
            }
            match reading.stream.read() {
                None => break Some(Ok(())),
                Some(Err(errno)) => break Some(Err(errno)),
                Some(Ok(entry)) => {
                    let name = entry.file_name();
                    if matches!(name.to_bytes(), b"." | b"..") {
                        continue;
                    }
                    let at = At {
                        node: &node,
                        held: &held,
                        name,
                    };
                    match visitor.select(self, at, entry.file_type()) {
                        Selected::Entry(kind) => names.push(name, kind),
                        Selected::Directory => directories.push(name.to_owned()),
                        Selected::No => {}
                    }
                }
            }
        };
        drop(held);
        node.open
            .fetch_add(names.count() + directories.len(), Ordering::AcqRel);
        self.unread.fetch_add(directories.len(), Ordering::AcqRel);
        let is_whole = end.is_some();
        let rest = (!is_whole).then_some(reading);
        let handouts = visitor.handouts(&node.data);
        self.queue
            .push_listing(&node, handouts, names, directories, rest);
        if let Some(end) = end {
            visitor.listed(self, &node, end);
            self.is_read(visitor);
            self.finish(visitor, &node, 1);
        }
    }

    /// Takes `count` off what is to be done in `node`, and leaves each
    /// directory in which that was the last, from the inside out.
    fn finish(&self, visitor: &V, node: &Arc<Node<V::Directory>>, count: usize) {
        let mut node = Arc::clone(node);
        let mut count = count;
        loop {
            if node.open.fetch_sub(count, Ordering::AcqRel) != count {
                return;
            }
            visitor.leave(self, &node);
            let Some(parent) = node.parent() else {
                self.is_left.store(true, Ordering::Release);
                return;
            };
            let parent = Arc::clone(parent);
            // The last thing in it is done, so that it is left next.
            if parent.open.load(Ordering::Acquire) == 1 {
                self.descriptors.climb(&node, &parent);
            }
            node.give_up();
            node = parent;
            count = 1;
        }
    }
}

/// A second descriptor of a directory, to read it by. It is the same open file,
/// which nobody else reads: opening `.` once more would ask a file server, and
/// takes the right to search the directory where reading it needs none.
fn read_again(directory: &OwnedFd) -> Result<OwnedFd, Errno> {
    fcntl_dupfd_cloexec(directory, 0)
}

#[cfg(test)]
mod tests;
