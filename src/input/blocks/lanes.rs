//! Lanes: blocks on their way to jobs that read many of them.
//!
//! Boundary: bounded queues between the one reader of the input and the jobs;
//! knows nothing of processes. A job that has gone takes its lane with it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::block::Block;

/// How much may wait in a lane that anyone's blocks go to: as much as a pipe
/// holds, or one block.
const ROOM: u64 = 64 << 10;
/// How many blocks may wait in a lane that has its own.
const WAITING: usize = 2;

/// All lanes of a run.
#[derive(Debug)]
pub struct Lanes {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// Blocks whose job has gone, and that anyone may take.
    common: VecDeque<Arc<Block>>,
    lanes: Vec<OneLane>,
    /// The lane whose turn it is, of those that anyone's blocks go to.
    turn: usize,
    closed: bool,
}

#[derive(Debug, Default)]
struct OneLane {
    waiting: VecDeque<(Arc<Block>, Whose)>,
    gone: bool,
}

/// Who may have a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// This lane alone.
    Own,
    /// Anyone: it only waits here.
    Anyones,
}

/// One job's end of it; when it is dropped, the job has gone.
#[derive(Debug)]
pub struct Lane {
    lanes: Arc<Lanes>,
    index: usize,
}

/// Nobody is left to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NobodyReads;

impl Lanes {
    /// So many lanes, and what their jobs hold of them.
    pub fn new(count: usize) -> (Arc<Self>, Vec<Lane>) {
        let all = Arc::new(Self {
            state: Mutex::new(State {
                common: VecDeque::new(),
                lanes: (0..count).map(|_| OneLane::default()).collect(),
                turn: 0,
                closed: false,
            }),
            changed: Condvar::new(),
        });
        let lane = |index| Lane {
            lanes: Arc::clone(&all),
            index,
        };
        let lanes = (0..count).map(lane).collect();
        (all, lanes)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives `block` to the next lane that has room for it, waiting for one:
    /// lanes take turns, and one whose job does not read is passed over.
    pub fn to_any(&self, block: Arc<Block>) -> Result<(), NobodyReads> {
        let mut state = self.lock();
        loop {
            if state.lanes.iter().all(|lane| lane.gone) {
                return Err(NobodyReads);
            }
            let count = state.lanes.len();
            let mut turns = (0..count).map(|step| (state.turn + step) % count);
            if let Some(index) = turns.find(|index| state.lanes[*index].has_room()) {
                state.turn = index + 1;
                state.lanes[index]
                    .waiting
                    .push_back((block, Whose::Anyones));
                self.changed.notify_all();
                return Ok(());
            }
            state = self.wait(state);
        }
    }

    /// Gives the lane at `index`, whose job has not started, its first block.
    pub fn first(&self, index: usize, block: Arc<Block>) {
        let mut state = self.lock();
        if let Some(lane) = state.lanes.get_mut(index) {
            lane.waiting.push_back((block, Whose::Anyones));
        }
    }

    /// Gives `block` to the lane at `index`, when there is room for it there. A
    /// lane whose job has gone swallows it.
    pub fn to_one(&self, index: usize, block: Arc<Block>) {
        let mut state = self.lock();
        while state.lanes.get(index).is_some_and(OneLane::is_full) {
            state = self.wait(state);
        }
        if let Some(lane) = state.lanes.get_mut(index).filter(|lane| !lane.gone) {
            lane.waiting.push_back((block, Whose::Own));
            self.changed.notify_all();
        }
    }

    /// Gives `block` to every lane, when there is room for it in each.
    pub fn to_all(&self, block: &Arc<Block>) -> Result<(), NobodyReads> {
        let count = self.lock().lanes.len();
        for index in 0..count {
            self.to_one(index, Arc::clone(block));
        }
        if self.lock().lanes.iter().all(|lane| lane.gone) {
            return Err(NobodyReads);
        }
        Ok(())
    }

    /// No more blocks will come.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl OneLane {
    /// Whether one more of anyone's blocks may wait here.
    fn has_room(&self) -> bool {
        let bytes: u64 = self.waiting.iter().map(|(block, _)| block.len()).sum();
        !self.gone && bytes < ROOM
    }

    fn is_full(&self) -> bool {
        !self.gone && self.waiting.len() >= WAITING
    }
}

impl Lane {
    /// The same lane, for who carries blocks to the job.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            lanes: Arc::clone(&self.lanes),
            index: self.index,
        }
    }

    /// The next block, when there is one; none when no more will come, or the
    /// job has left.
    pub fn take(&self) -> Option<Arc<Block>> {
        let mut state = self.lanes.lock();
        loop {
            let lane = state.lanes.get_mut(self.index).filter(|lane| !lane.gone)?;
            let next = lane.waiting.pop_front().map(|(block, _)| block);
            if let Some(block) = next.or_else(|| state.common.pop_front()) {
                self.lanes.changed.notify_all();
                return Some(block);
            }
            if state.closed {
                return None;
            }
            state = self.lanes.wait(state);
        }
    }

    /// The job reads no more: what waits for it alone is dropped, and the rest
    /// is for the others.
    pub fn leave(&self) {
        let mut state = self.lanes.lock();
        if let Some(lane) = state.lanes.get_mut(self.index) {
            lane.gone = true;
            let waiting = std::mem::take(&mut lane.waiting);
            let others = waiting
                .into_iter()
                .filter(|(_, whose)| *whose == Whose::Anyones);
            state.common.extend(others.map(|(block, _)| block));
        }
        if state.lanes.iter().all(|lane| lane.gone) {
            // What nobody can take any more must not hold the memory for blocks:
            // who reads the input may be waiting for that.
            state.common.clear();
        }
        self.lanes.changed.notify_all();
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.leave();
    }
}
