//! Lanes: blocks on their way to jobs that read many of them.
//!
//! Boundary: bounded queues between the one reader of the input and the jobs;
//! knows nothing of processes. A job that has gone takes its lane with it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::block::Block;

/// How many blocks may wait in a lane.
const WAITING: usize = 2;

/// All lanes of a run.
#[derive(Debug)]
pub struct Lanes {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// Blocks that anyone may take.
    common: VecDeque<Arc<Block>>,
    lanes: Vec<OneLane>,
    closed: bool,
}

#[derive(Debug, Default)]
struct OneLane {
    waiting: VecDeque<Arc<Block>>,
    gone: bool,
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

    /// Gives `block` to whoever reads first, when there is room for it.
    pub fn to_any(&self, block: Arc<Block>) -> Result<(), NobodyReads> {
        let mut state = self.lock();
        loop {
            if state.lanes.iter().all(|lane| lane.gone) {
                return Err(NobodyReads);
            }
            if state.common.len() < WAITING {
                break;
            }
            state = self.wait(state);
        }
        state.common.push_back(block);
        self.changed.notify_all();
        Ok(())
    }

    /// Gives `block` to the lane at `index`, when there is room for it there. A
    /// lane whose job has gone swallows it.
    pub fn to_one(&self, index: usize, block: Arc<Block>) {
        let mut state = self.lock();
        while state.lanes.get(index).is_some_and(OneLane::is_full) {
            state = self.wait(state);
        }
        if let Some(lane) = state.lanes.get_mut(index).filter(|lane| !lane.gone) {
            lane.waiting.push_back(block);
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
            let next = lane.waiting.pop_front();
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

    /// The job reads no more: what waits for it alone is dropped.
    pub fn leave(&self) {
        let mut state = self.lanes.lock();
        if let Some(lane) = state.lanes.get_mut(self.index) {
            lane.gone = true;
            lane.waiting.clear();
        }
        self.lanes.changed.notify_all();
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.leave();
    }
}
