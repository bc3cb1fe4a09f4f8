//! The bounded queue between the feeder and the slots.
//!
//! Boundary: holds jobs, knows who waits, and lets starts be spaced out
//! (`--delay`), held up (gates) and bounded in number (a width); knows nothing
//! of what a job is.
//!
//! A channel of a crate would wake the feeder for every job that is taken. This
//! queue wakes it when half is gone, which halves the context switches a
//! trivial job costs.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What may hold up a start: waits until there may be one; false when there may
/// be none any more.
pub(super) type Turnstile = dyn Fn() -> bool + Send + Sync;

/// A queue of at most so many items.
pub(super) struct Queue<T> {
    capacity: usize,
    turnstile: Option<Box<Turnstile>>,
    state: Mutex<State<T>>,
    filled: Condvar,
    emptied: Condvar,
}

/// Whether more items come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// They may.
    Open,
    /// They do not; those that are there are taken.
    Closed,
    /// They do not, and those that were there have been dropped.
    Abandoned,
}

struct State<T> {
    items: VecDeque<T>,
    end: End,
    /// Whether a taker stands at the turnstile.
    at_turnstile: bool,
    /// How many takers wait now.
    idle: usize,
    /// Whether the feeder waits for room.
    feeder_waits: bool,
    /// How many items have been taken.
    taken: u64,
    /// How many takers may be at work, and how many are: counted only where
    /// the first number can change.
    width: usize,
    at_work: usize,
    /// How far apart items are taken.
    delay: Duration,
    /// When the next item may be taken.
    next_start: Option<Instant>,
}

impl<T> Queue<T> {
    /// An empty queue; items are taken at least `delay` apart, each when
    /// `turnstile` lets it.
    pub(super) fn new(capacity: usize, delay: Duration, turnstile: Option<Box<Turnstile>>) -> Self {
        let state = State {
            items: VecDeque::with_capacity(capacity),
            end: End::Open,
            at_turnstile: false,
            idle: 0,
            feeder_waits: false,
            taken: 0,
            width: usize::MAX,
            at_work: 0,
            delay,
            next_start: None,
        };
        Self {
            capacity: capacity.max(1),
            turnstile,
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
        while state.items.len() >= self.capacity && !state.is_closed() {
            state.feeder_waits = true;
            state = self
                .emptied
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.feeder_waits = false;
        if state.is_closed() {
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
            if state.at_work >= state.width && !state.items.is_empty() {
                // Not counted as idle: nothing that is pushed is for it.
                state = self
                    .filled
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            if let Some(wait) = state.wait_for_start() {
                (state, _) = self
                    .filled
                    .wait_timeout(state, wait)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            if !state.items.is_empty()
                && let Some(turnstile) = &self.turnstile
            {
                if state.at_turnstile {
                    state = self.wait_filled(state);
                    continue;
                }
                state.at_turnstile = true;
                state.idle += 1;
                drop(state);
                let passes = turnstile();
                state = self.lock();
                state.idle -= 1;
                state.at_turnstile = false;
                if !passes {
                    // Whoever stops the run drops what is there.
                    self.filled.notify_all();
                    return None;
                }
            }
            if let Some(item) = state.items.pop_front() {
                state.taken += 1;
                state.at_work += 1;
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
            if state.is_closed() {
                return None;
            }
            // The feeder may be waiting for somebody to be idle.
            self.emptied.notify_one();
            state = self.wait_filled(state);
        }
    }

    fn wait_filled<'a>(&self, mut state: MutexGuard<'a, State<T>>) -> MutexGuard<'a, State<T>> {
        state.idle += 1;
        state = self
            .filled
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
        state
    }

    /// Takes back an item that was taken: it is the next one. False when what
    /// was there has been dropped.
    pub(super) fn put_back(&self, item: T) -> bool {
        let mut state = self.lock();
        if state.end == End::Abandoned {
            return false;
        }
        state.items.push_front(item);
        state.taken -= 1;
        self.filled.notify_one();
        true
    }

    /// Takes the first item if there is one that may be taken now.
    pub(super) fn pop_now(&self) -> Option<T> {
        let is_ready = {
            let state = self.lock();
            self.turnstile.is_none() && !state.items.is_empty() && state.wait_for_start().is_none()
        };
        // Only the callers of a stage with one slot depend on the answer being
        // still true; `pop` waits if another taker was faster.
        if is_ready { self.pop() } else { None }
    }

    /// Waits until the queue is empty and `is_hungry` finds the number of idle
    /// takers enough; false when the queue has been closed.
    pub(super) fn wait_hungry(&self, is_hungry: impl Fn(usize) -> bool) -> bool {
        let mut state = self.lock();
        while !(state.is_closed() || (state.items.is_empty() && is_hungry(state.idle))) {
            state.feeder_waits = true;
            state = self
                .emptied
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        !state.is_closed()
    }

    /// No more items will come; those that are there will be taken.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.end = state.end.max(End::Closed);
        drop(state);
        self.wake_all();
    }

    /// No more items will come, and those that are there are dropped.
    pub(super) fn abandon(&self) {
        let dropped = {
            let mut state = self.lock();
            state.end = End::Abandoned;
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

    /// From now on so many takers may be at work at a time. Gives how many
    /// items wait without a taker at hand.
    pub(super) fn set_width(&self, width: usize) -> usize {
        let mut state = self.lock();
        state.width = width;
        let without_taker = state.items.len().saturating_sub(state.idle);
        drop(state);
        self.filled.notify_all();
        without_taker
    }

    /// A taker has done its work.
    pub(super) fn done(&self) {
        let mut state = self.lock();
        state.at_work -= 1;
    }

    /// How many takers may be at work at a time.
    pub(super) fn width(&self) -> usize {
        self.lock().width
    }

    /// How many items have been taken.
    pub(super) fn taken(&self) -> u64 {
        self.lock().taken
    }
}

impl<T> State<T> {
    fn is_closed(&self) -> bool {
        self.end > End::Open
    }

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
        let queue = Arc::new(Queue::new(4, Duration::ZERO, None));
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
        let queue = Queue::new(4, Duration::ZERO, None);
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
        let queue = Queue::new(4, delay, None);
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
    #[test]
    fn what_is_put_back_is_next_and_counts_once() {
        let queue = Queue::new(4, Duration::ZERO, None);
        queue.push(1).unwrap();
        queue.push(2).unwrap();
        queue.close();
        assert_eq!(queue.pop(), Some(1));
        assert!(queue.put_back(1));
        assert_eq!(
            (queue.pop(), queue.pop(), queue.pop()),
            (Some(1), Some(2), None)
        );
        assert_eq!(queue.taken(), 2);
        queue.abandon();
        assert!(!queue.put_back(2));
        assert_eq!(queue.taken(), 2);
    }

    #[test]
    fn one_taker_at_a_time_stands_at_the_turnstile_and_order_is_kept() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::sync::mpsc::channel;
        let (let_pass, passes) = channel::<bool>();
        let (passes, standing) = (Mutex::new(passes), Arc::new(AtomicUsize::new(0)));
        let turnstile = {
            let standing = Arc::clone(&standing);
            move || {
                assert_eq!(standing.fetch_add(1, Ordering::SeqCst), 0);
                let passes = passes.lock().unwrap().recv().unwrap_or(false);
                standing.fetch_sub(1, Ordering::SeqCst);
                passes
            }
        };
        let queue = Arc::new(Queue::new(8, Duration::ZERO, Some(Box::new(turnstile))));
        let (take, taken) = channel();
        let takers: Vec<_> = (0..3)
            .map(|_| {
                let (queue, take) = (Arc::clone(&queue), take.clone());
                std::thread::spawn(move || {
                    while let Some(item) = queue.pop() {
                        take.send(item).unwrap();
                    }
                })
            })
            .collect();
        for n in 0..5 {
            queue.push(n).unwrap();
        }
        for n in 0..4 {
            let_pass.send(true).unwrap();
            assert_eq!(taken.recv().unwrap(), n);
        }
        assert_eq!(queue.taken(), 4, "nobody goes by without leave");
        // The run stops: the one who stands there goes, and so do the others.
        queue.abandon();
        drop(let_pass);
        for taker in takers {
            taker.join().unwrap();
        }
    }
}
