//! How many directories are held open, and how one is opened again.
//!
//! Boundary: a cache. Any directory's descriptors may be given up at any time
//! and are opened again by names from the nearest one above that is held; only
//! if it is the same directory, and never through a symlink.

use std::collections::VecDeque;
use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags, openat};
use rustix::io::{Errno, retry_on_intr};

use super::{Held, Node};

/// How a directory below a root is opened.
const BELOW: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

/// A worker that goes from one directory to the one below it needs both, or it
/// would go down from the root each time.
const LEAST: usize = 2;

/// How long somebody waits for a descriptor when the process has none left:
/// the others give theirs back as they go on.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long between two tries at that.
const PAUSE: Duration = Duration::from_millis(2);

/// The directories that are held open, oldest first.
pub(super) struct Descriptors<D> {
    most: usize,
    /// How long to wait for a descriptor: not at all where nobody else could
    /// give one back.
    patience: Duration,
    held: Mutex<VecDeque<Weak<Node<D>>>>,
    /// Whether the last wait was in vain: the next one does not wait.
    is_hopeless: AtomicBool,
}

impl<D> Descriptors<D> {
    /// Holds `most` directories open, two descriptors each, for so many workers.
    pub(super) fn new(most: usize, workers: usize) -> Self {
        Self {
            most: most.max(LEAST),
            patience: if workers > 1 {
                PATIENCE
            } else {
                Duration::ZERO
            },
            held: Mutex::new(VecDeque::new()),
            is_hopeless: AtomicBool::new(false),
        }
    }

    /// Keeps the descriptors of `node` until others need the room.
    pub(super) fn remember(&self, node: &Arc<Node<D>>, held: Arc<Held>) {
        node.hold(held);
        if node.parent().is_none() {
            return;
        }
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back(Arc::downgrade(node));
        if all.len() <= self.most {
            return;
        }
        all.retain(|node| node.upgrade().is_some_and(|node| node.held().is_some()));
        // Many at once, so that a full cache is not looked through each time.
        let keep = self.most - self.most / 4;
        while all.len() > keep {
            if let Some(node) = all.pop_front().and_then(|node| node.upgrade()) {
                node.give_up();
            }
        }
    }

    /// Gives up the descriptors of all directories but the roots.
    pub(super) fn release(&self) {
        let all = {
            let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *all)
        };
        for node in all.iter().filter_map(Weak::upgrade) {
            node.give_up();
        }
    }

    /// The descriptors of `node`.
    pub(super) fn held(&self, node: &Arc<Node<D>>) -> Result<Arc<Held>, Errno> {
        if let Some(held) = node.held() {
            return Ok(held);
        }
        let mut below = vec![node];
        let mut here = node;
        let mut held = loop {
            let Some(parent) = here.parent() else {
                return Err(Errno::BADF);
            };
            if let Some(held) = parent.held() {
                break held;
            }
            below.push(parent);
            here = parent;
        };
        for node in below.into_iter().rev() {
            held = Arc::new(node.open_from(&held, |at, name| self.open(at, name))?);
        }
        self.remember(node, Arc::clone(&held));
        Ok(held)
    }

    /// Opens `parent` by way of `node`, which is in it and about to be left.
    ///
    /// Leaving a deep tree would else go down from the root again for each
    /// directory. Where `..` is another directory, behind a symlink or on one
    /// side alone, nothing is gained and nothing lost.
    pub(super) fn climb(&self, node: &Arc<Node<D>>, parent: &Arc<Node<D>>) {
        if parent.held().is_some() {
            return;
        }
        if let Some(held) = node.held()
            && let Ok(above) =
                parent.open_above(&held, |at| openat(at, c"..", BELOW, Mode::empty()))
        {
            self.remember(parent, Arc::new(above));
        }
    }

    fn open(&self, at: BorrowedFd<'_>, name: &CStr) -> Result<OwnedFd, Errno> {
        // A directory that was reached through a symlink (cp's -L) is told by
        // its identity; one that was not cannot have become one unnoticed.
        self.patiently(|| openat(at, name, BELOW, Mode::empty()))
    }

    /// Opens something, and while no descriptor is left tries again: with those
    /// of directories given up, then as others go on.
    pub(super) fn patiently<T>(
        &self,
        mut open: impl FnMut() -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let mut waiting: Option<Instant> = None;
        loop {
            match retry_on_intr(&mut open) {
                Err(Errno::MFILE | Errno::NFILE) => {}
                opened => {
                    if waiting.is_some() {
                        self.is_hopeless.store(false, Ordering::Relaxed);
                    }
                    return opened;
                }
            }
            // Each time: others have opened more meanwhile, and may be idle by now.
            self.release();
            match waiting {
                None => waiting = Some(Instant::now()),
                Some(since)
                    if since.elapsed() >= self.patience
                        || self.is_hopeless.load(Ordering::Relaxed) =>
                {
                    self.is_hopeless.store(true, Ordering::Relaxed);
                    return open();
                }
                Some(_) => thread::sleep(PAUSE),
            }
        }
    }
}
