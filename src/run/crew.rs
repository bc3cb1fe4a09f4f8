//! The threads of a stage's slots: how many there are, and how many of them
//! may be at work.
//!
//! Boundary: starts threads and never ends one; what a slot does is `slot`'s.
//! Where the number changes while jobs run ([`Width`]), those who are too many
//! wait in the queue, and those who are missing are started by whoever has
//! ended a job: the feeder may be waiting for room, or be through.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc::Sender;

use super::slot::Slots;
use crate::output::Event;
use crate::ui;

/// How much stack a slot's thread needs: its buffers are on the heap.
const STACK: usize = 256 << 10;

/// How many slots may be at work, where that changes while jobs run.
pub trait Width: Send + Sync {
    /// The number at the start.
    fn first(&self) -> NonZeroUsize;

    /// The number from now on. Asked whenever a job has ended; `None` leaves it
    /// as it was.
    fn slots(&self) -> Option<NonZeroUsize>;
}

/// No thread could be started for a job that needs one.
#[derive(Debug, thiserror::Error)]
#[error("cannot start a thread: {} (raise `ulimit -u`)", ui::Errno(.0))]
pub(super) struct NoThread(std::io::Error);

/// Whether jobs end only together, because they share their input: each then
/// needs a thread of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// Each by itself.
    Alone,
    /// Together.
    Together,
}

/// The threads of one stage.
pub(super) struct Crew {
    slots: Arc<Slots>,
    events: Sender<Event>,
    /// How many there may be.
    most: usize,
    width: Option<Box<dyn Width>>,
    started: AtomicUsize,
}

impl Crew {
    /// None yet, and at most so many.
    pub(super) fn new(
        slots: Arc<Slots>,
        events: Sender<Event>,
        most: usize,
        width: Option<Box<dyn Width>>,
    ) -> Self {
        if let Some(width) = &width {
            slots.queue.set_width(width.first().get());
        }
        Self {
            slots,
            events,
            most,
            width,
            started: AtomicUsize::new(0),
        }
    }

    /// Looks how many may be at work now. Gives how many jobs wait.
    fn look(&self) -> usize {
        let width = self.width.as_ref().and_then(|width| width.slots());
        width.map_or(0, |width| self.slots.queue.set_width(width.get()))
    }

    /// How many threads there may be now.
    fn bound(&self) -> usize {
        match self.width {
            None => self.most,
            Some(_) => self.slots.queue.width().min(self.most),
        }
    }

    /// Whether one more thread may be started.
    pub(super) fn may_grow(&self) -> bool {
        self.started.load(Ordering::SeqCst) < self.bound()
    }

    /// Starts one more slot, if there may be one. Where the system gives no
    /// more threads, those there are do the work; without any there is nothing
    /// to be done, nor is there if jobs end together.
    pub(super) fn grow(self: &Arc<Self>, ends: Ends) -> Result<(), NoThread> {
        let bound = self.bound();
        let more = |started| (started < bound).then_some(started + 1);
        let reserved = self
            .started
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, more);
        let Ok(before) = reserved else {
            return Ok(());
        };
        let crew = Arc::clone(self);
        let thread = std::thread::Builder::new()
            .name(format!("slot {}", before + 1))
            .stack_size(STACK);
        match thread.spawn(move || crew.work()) {
            Ok(_) => Ok(()),
            Err(error) => {
                self.started.fetch_sub(1, Ordering::SeqCst);
                if before > 0 && ends == Ends::Alone {
                    Ok(())
                } else {
                    Err(NoThread(error))
                }
            }
        }
    }

    /// The body of a slot's thread.
    fn work(self: Arc<Self>) {
        match self.width {
            None => self.slots.work(&self.events, &|| ()),
            Some(_) => self.slots.work(&self.events, &|| self.ended()),
        }
    }

    /// A job has ended: the number may be another one now.
    fn ended(self: &Arc<Self>) {
        self.slots.queue.done();
        for _ in 0..self.look() {
            // There is a thread: this one.
            if !self.may_grow() || self.grow(Ends::Alone).is_err() {
                break;
            }
        }
    }
}
