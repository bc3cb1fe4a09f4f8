//! The bounded queue between the feeder and the slots.
//!
//! Boundary: holds jobs, knows who waits, and lets starts be spaced out
//! (`--delay`); knows nothing of what a job is.
//!
//! A channel of a crate would wake the feeder for every job that is taken. This
//! queue wakes it when half is gone, which halves the context switches a
//! trivial job costs.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A queue of at most so many items.
pub(super) struct Queue<T> {
    capacity: usize,
    state: Mutex<State<T>>,
    filled: Condvar,
    emptied: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
    /// How many takers wait now.
    idle: usize,
    /// Whether the feeder waits for room.
    feeder_waits: bool,
    /// How many items have been taken.
    taken: u64,
    /// How far apart items are taken.
    delay: Duration,
    /// When the next item may be taken.
    next_start: Option<Instant>,
}

impl<T> Queue<T> {
    /// An empty queue; items are taken at least `delay` apart.
    pub(super) fn new(capacity: usize, delay: Duration) -> Self {
        let state = State {
            items: VecDeque::with_capacity(capacity),
            closed: false,
            idle: 0,
            feeder_waits: false,
            taken: 0,
            delay,
            next_start: None,
        };
        Self {
            capacity: capacity.max(1),
            state: Mutex::new(state),
            filled: Condvar::new(),
            emptied: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item when there is room. Gives it back when the queue has been
    /// closed. The answer says how many items wait without a taker at hand.
    pub(super) fn push(&self, item: T) -> Result<usize, T> {
        let mut state = self.lock();
        while state.items.len() >= self.capacity && !state.closed {
            state.feeder_waits = true;
            state = self
                .emptied
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.feeder_waits = false;
        if state.closed {
            return Err(item);
        }
        state.items.push_back(item);
        let without_taker = state.items.len().saturating_sub(state.idle);
        if state.idle > 0 {
            self.filled.notify_one();
        }
        Ok(without_taker)
    }

    /// Takes the first item, waiting for one; `None` when the queue is closed
    /// and empty.
    pub(super) fn pop(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(wait) = state.wait_for_start() {
                (state, _) = self
                    .filled
                    .wait_timeout(state, wait)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            if let Some(item) = state.items.pop_front() {
                state.taken += 1;
                if !state.delay.is_zero() {
                    state.next_start = Some(Instant::now() + state.delay);
                }
                if state.feeder_waits && state.items.len() <= self.capacity / 2 {
                    state.feeder_waits = false;
                    self.emptied.notify_one();
                }
                // A wake-up may have gone to a taker that waited for its start.
                if state.idle > 0 && !state.items.is_empty() {
                    self.filled.notify_one();
                }
                return Some(item);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            // The feeder may be waiting for somebody to be idle.
            self.emptied.notify_one();
            state = self
                .filled
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// Takes the first item if there is one that may be taken now.
    pub(super) fn pop_now(&self) -> Option<T> {
        let is_ready = {
            let state = self.lock();
            !state.items.is_empty() && state.wait_for_start().is_none()
        };
        // Only the callers of a stage with one slot depend on the answer being
        // still true; `pop` waits if another taker was faster.
        if is_ready { self.pop() } else { None }
    }

    /// Waits until the queue is empty and `is_hungry` finds the number of idle
    /// takers enough; false when the queue has been closed.
    pub(super) fn wait_hungry(&self, is_hungry: impl Fn(usize) -> bool) -> bool {
        let mut state = self.lock();
        while !(state.closed || (state.items.is_empty() && is_hungry(state.idle))) {
            state.feeder_waits = true;
            state = self
                .emptied
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        !state.closed
    }

    /// No more items will come; those that are there will be taken.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake_all();
    }

    /// No more items will come, and those that are there are dropped.
    pub(super) fn abandon(&self) {
        let dropped = {
            let mut state = self.lock();
            state.closed = true;
            std::mem::take(&mut state.items)
        };
        drop(dropped);
        self.wake_all();
    }

    fn wake_all(&self) {
        self.filled.notify_all();
        self.emptied.notify_all();
    }

    /// From now on items are taken so many times as far apart.
    pub(super) fn stretch_delay(&self, times: f64) {
        let mut state = self.lock();
        let longest = Duration::from_secs(u64::from(u32::MAX));
        state.delay = state.delay.mul_f64(times).min(longest);
    }

    /// How many items have been taken.
    pub(super) fn taken(&self) -> u64 {
        self.lock().taken
    }
}

impl<T> State<T> {
    /// How long the first item has to wait for its turn.
    fn wait_for_start(&self) -> Option<Duration> {
        if self.items.is_empty() {
            return None;
        }
        let wait = self.next_start?.saturating_duration_since(Instant::now());
        (!wait.is_zero()).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn everything_arrives_once() {
        let queue = Arc::new(Queue::new(4, Duration::ZERO));
        let takers: Vec<_> = (0..3)
            .map(|_| {
                let queue = Arc::clone(&queue);
                std::thread::spawn(move || std::iter::from_fn(|| queue.pop()).collect::<Vec<u32>>())
            })
            .collect();
        for n in 0..1000 {
            queue.push(n).unwrap();
        }
        queue.close();
        let mut all: Vec<u32> = takers
            .into_iter()
            .flat_map(|taker| taker.join().unwrap())
            .collect();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
        assert_eq!(queue.taken(), 1000);
    }

    #[test]
    fn an_abandoned_queue_refuses_and_gives_nothing() {
        let queue = Queue::new(4, Duration::ZERO);
        assert_eq!(queue.push(1), Ok(1));
        queue.abandon();
        assert_eq!(queue.push(2), Err(2));
        assert_eq!(queue.pop(), None);
        assert_eq!(queue.taken(), 0);
        assert!(!queue.wait_hungry(|_| true));
    }

    #[test]
    fn starts_are_spaced_out() {
        let delay = Duration::from_millis(20);
        let queue = Queue::new(4, delay);
        let start = Instant::now();
        for n in 0..3 {
            queue.push(n).unwrap();
        }
        assert_eq!(
            (queue.pop(), queue.pop(), queue.pop()),
            (Some(0), Some(1), Some(2))
        );
        assert!(start.elapsed() >= 2 * delay);
    }
}
