//! What waits to be done, and in which order.
//!
//! Boundary: order and waiting; knows no system call.
//!
//! - Pieces of large files come first: they take the longest.
//! - Names of many directories wait side by side and are taken in turn: a
//!   network file system makes the files of one directory one at a time, so
//!   work that goes through directories one by one would wait for itself.
//! - Directories are read as far ahead as that needs and no further, the
//!   deepest first: memory is bounded, whatever the tree's shape.
//! - A directory that has been read in part holds a descriptor. Few may; the
//!   others are read to their end before anything in them is entered.
//! - Where a file system makes the names of one directory one at a time, no more
//!   of one directory are given out than it can make.
//! - Few names are taken at once when few are left: the end is for all workers.
//! - What only waits for a file server is put aside for helpers, if one is free.

use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::fs::Dir;

use super::batch::{Batch, Names, Pending, Waiting};
use super::{Control, Handout, Handouts, Node, Stop, Visitor};

/// How many names one worker takes at once at most.
const SHARE: usize = 64;
/// How many names may wait; no more directories are read meanwhile.
const WAITING: usize = 32 << 10;
/// How often a worker that waits looks whether it is to stop.
const TICK: Duration = Duration::from_millis(50);

/// A directory that has been read in part.
pub(super) struct Reading<D> {
    pub(super) node: Arc<Node<D>>,
    pub(super) stream: Dir,
}

/// A step of the walk.
pub(super) enum Way<D> {
    Root(Arc<Node<D>>),
    /// To enter this one of a directory.
    Enter(Arc<Node<D>>, CString),
    Read(Reading<D>),
}

/// What is to be walked.
enum Ahead<D> {
    Root(Arc<Node<D>>),
    Enter(Pending<D>),
    Read(Reading<D>),
}

/// What a worker is to do.
pub(super) enum Task<V: Visitor> {
    Piece(V::Piece),
    Entries(Batch<V::Directory>),
    Walk(Way<V::Directory>),
}

/// Whether a helper is still wanted.
pub(in crate::copy) type Dismissed = std::sync::atomic::AtomicBool;

pub(super) struct Queue<V: Visitor> {
    workers: usize,
    /// How many directories may wait that have been read in part.
    readings: usize,
    state: Mutex<State<V>>,
    filled: Condvar,
    /// For helpers.
    aside: Condvar,
}

struct State<V: Visitor> {
    pieces: VecDeque<V::Piece>,
    ready: VecDeque<Batch<V::Directory>>,
    /// How many names are in `ready`.
    names: usize,
    /// The last one is taken first.
    ways: Vec<Ahead<V::Directory>>,
    /// How many of them have been read in part.
    readings: usize,
    /// What waits for helpers.
    aside: VecDeque<V::Piece>,
    /// How many helpers wait for something.
    helpers: usize,
    /// How many tasks are under way, or put aside.
    busy: usize,
    idle: usize,
    is_over: bool,
}

impl<V: Visitor> Queue<V> {
    /// For so many workers and partly read directories.
    pub(super) fn new(workers: usize, readings: usize) -> Self {
        Self {
            workers: workers.max(1),
            readings,
            state: Mutex::new(State {
                pieces: VecDeque::new(),
                ready: VecDeque::new(),
                names: 0,
                ways: Vec::new(),
                readings: 0,
                aside: VecDeque::new(),
                helpers: 0,
                busy: 0,
                idle: 0,
                is_over: false,
            }),
            filled: Condvar::new(),
            aside: Condvar::new(),
        }
    }

    /// How many workers there are.
    pub(super) fn workers(&self) -> usize {
        self.workers
    }

    pub(super) fn push_root(&self, root: Arc<Node<V::Directory>>) {
        self.lock().ways.push(Ahead::Root(root));
    }

    pub(super) fn push_pieces(&self, pieces: impl ExactSizeIterator<Item = V::Piece>) {
        let count = pieces.len();
        let mut state = self.lock();
        state.pieces.extend(pieces);
        self.wake(&state, count);
    }

    /// What was read of a directory, and the rest that is still to be read.
    pub(super) fn push_listing(
        &self,
        node: &Arc<Node<V::Directory>>,
        handouts: Handouts,
        names: Names,
        directories: Vec<CString>,
        rest: Option<Reading<V::Directory>>,
    ) {
        let count = usize::from(names.count() > 0) + directories.len();
        let mut state = self.lock();
        let (mut before, mut behind) = (None, None);
        if let Some(rest) = rest {
            let place = if state.readings < self.readings {
                &mut before
            } else {
                &mut behind
            };
            *place = Some(Ahead::Read(rest));
            state.readings += 1;
        }
        state.ways.extend(before);
        state.ways.extend(
            (Pending::new(Arc::clone(node), directories, handouts.directories))
                .turns()
                .map(Ahead::Enter),
        );
        state.ways.extend(behind);
        if names.count() > 0 {
            state.names += names.count();
            let batch = Batch::new(Arc::clone(node), names, handouts.names);
            state.ready.extend(batch.turns());
        }
        self.wake(&state, count);
    }

    /// Takes back what waits until this name is made.
    pub(super) fn is_made(&self, node: &Node<V::Directory>, name: &CStr) {
        let Some(waiting) = node.take_waiting(name) else {
            return;
        };
        let mut state = self.lock();
        match waiting {
            Waiting::Names(batch) => state.ready.push_back(batch),
            Waiting::Directories(_, pending) => state.ways.push(Ahead::Enter(pending)),
        }
        self.wake(&state, 1);
    }

    /// A worker's first task.
    pub(super) fn take(&self, control: Control<'_>) -> Option<Task<V>> {
        self.wait(self.lock(), control)
    }

    /// The next task of a worker that has done one.
    pub(super) fn next(&self, control: Control<'_>) -> Option<Task<V>> {
        let mut state = self.lock();
        state.busy -= 1;
        self.wait(state, control)
    }

    /// Puts a piece aside, if a helper waits for it; else gives it back.
    pub(super) fn put_aside(&self, piece: V::Piece) -> Result<(), V::Piece> {
        let mut state = self.lock();
        if state.helpers <= state.aside.len() {
            return Err(piece);
        }
        state.aside.push_back(piece);
        state.busy += 1;
        self.aside.notify_one();
        Ok(())
    }

    /// The next piece for a helper. What was put aside is given out even to one
    /// that is dismissed: whoever has begun a file must be able to undo it.
    pub(super) fn help(&self, dismissed: &Dismissed) -> Option<V::Piece> {
        let mut state = self.lock();
        loop {
            if let Some(piece) = state.aside.pop_front() {
                return Some(piece);
            }
            if dismissed.load(Ordering::Relaxed) {
                return None;
            }
            state.helpers += 1;
            state = (self.aside.wait(state)).unwrap_or_else(PoisonError::into_inner);
            state.helpers -= 1;
        }
    }

    /// A helper has done a piece.
    pub(super) fn helped(&self) {
        let mut state = self.lock();
        state.busy -= 1;
        if state.busy == 0 {
            // Those who wait for more look whether that was all.
            self.filled.notify_all();
        }
    }

    /// Tells a helper that it is no longer wanted.
    pub(super) fn dismiss(&self, dismissed: &Dismissed) {
        let _state = self.lock();
        dismissed.store(true, Ordering::Relaxed);
        self.aside.notify_all();
    }

    fn wait(&self, mut state: MutexGuard<'_, State<V>>, control: Control<'_>) -> Option<Task<V>> {
        loop {
            if control() != Stop::No {
                // Whoever has begun a large file must be able to undo it.
                let piece = state.pieces.pop_front()?;
                state.busy += 1;
                return Some(Task::Piece(piece));
            }
            if let Some(task) = state.pick(self.workers) {
                state.busy += 1;
                // One wakes the next: a batch of names is work for many.
                if state.idle > 0 && state.has_more() {
                    self.filled.notify_one();
                }
                return Some(task);
            }
            if state.busy == 0 || state.is_over {
                state.is_over = true;
                self.filled.notify_all();
                return None;
            }
            state.idle += 1;
            (state, _) = self
                .filled
                .wait_timeout(state, TICK)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    fn wake(&self, state: &State<V>, count: usize) {
        for _ in 0..count.min(state.idle) {
            self.filled.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: Visitor> State<V> {
    fn pick(&mut self, workers: usize) -> Option<Task<V>> {
        if let Some(piece) = self.pieces.pop_front() {
            return Some(Task::Piece(piece));
        }
        let reads_ahead = self.ready.len() < 2 * workers && self.names < WAITING;
        if reads_ahead && let Some(way) = self.take_way() {
            return Some(Task::Walk(way));
        }
        if let Some(mut batch) = self.ready.pop_front() {
            let share = match batch.handout {
                Handout::Shares => (self.names / (2 * workers)).clamp(1, SHARE),
                Handout::Singly | Handout::InTurn => 1,
            };
            let mine = batch.split(share);
            self.names -= mine.count;
            if batch.count > 0 {
                match batch.handout {
                    Handout::InTurn => {
                        let node = Arc::clone(&batch.node);
                        node.let_wait(Waiting::Names(batch));
                    }
                    Handout::Shares | Handout::Singly => self.ready.push_back(batch),
                }
            }
            return Some(Task::Entries(mine));
        }
        self.take_way().map(Task::Walk)
    }

    fn has_more(&self) -> bool {
        !(self.pieces.is_empty() && self.ready.is_empty() && self.ways.is_empty())
    }

    fn take_way(&mut self) -> Option<Way<V::Directory>> {
        match self.ways.pop()? {
            Ahead::Root(root) => Some(Way::Root(root)),
            Ahead::Read(reading) => {
                self.readings -= 1;
                Some(Way::Read(reading))
            }
            Ahead::Enter(mut pending) => {
                let name = pending.names.pop()?;
                let parent = Arc::clone(&pending.parent);
                if !pending.names.is_empty() {
                    match pending.handout {
                        Handout::InTurn => {
                            parent.let_wait(Waiting::Directories(name.clone(), pending));
                        }
                        Handout::Shares | Handout::Singly => {
                            self.ways.push(Ahead::Enter(pending));
                        }
                    }
                }
                Some(Way::Enter(parent, name))
            }
        }
    }
}
