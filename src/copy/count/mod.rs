//! Counts what is in trees, exactly; and reads it, where that is asked for.
//!
//! Boundary: a visitor of the parallel tree and its totals; what is done with
//! them, and who hears of what could not be read, is the caller's.
//!
//! ```text
//! let counter = Counter::new(directories, reading, workers, sink);
//! counter.begin()?;
//! // on each of `workers` threads: counter.work(&control);
//! let counted = counter.counted();
//! ```

mod read;
mod tally;
#[cfg(test)]
mod tests;
mod visit;

pub use tally::Counted;

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{CWD, Mode, OFlags, fstat, openat};
use rustix::io::{Errno, fcntl_dupfd_cloexec, retry_on_intr};
use rustix::process::{Resource, getrlimit};

use super::tree::{Held, Node, Tree};
use super::{Control, ProbeError, Reporter, Stop};
use tally::Tally;
use visit::{Scratch, Visiting};

/// What is done with the data of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// Nothing: only what directories and inodes say is looked at.
    #[default]
    Nothing,
    /// It is read, so that a cache on the way has it.
    Everything,
}

/// A count of several trees. Each is counted by itself: what is in two of them
/// counts twice, as with find(1).
pub struct Counter {
    directories: Vec<PathBuf>,
    workers: usize,
    visiting: Visiting,
    trees: OnceLock<Vec<Tree<Visiting>>>,
    come: AtomicUsize,
    /// How many workers have seen all trees to their ends.
    through: AtomicUsize,
}

impl Counter {
    /// Looks at nothing yet. What cannot be read is told to `reporter`.
    pub fn new(
        directories: Vec<PathBuf>,
        reading: Reading,
        workers: usize,
        reporter: Arc<dyn Reporter>,
    ) -> Self {
        Self {
            directories,
            workers: workers.max(1).min(affordable()),
            visiting: Visiting {
                reading,
                reporter,
                tally: Tally::default(),
            },
            trees: OnceLock::new(),
            come: AtomicUsize::new(0),
            through: AtomicUsize::new(0),
        }
    }

    /// Opens the directories. The error is that one of them cannot be.
    pub fn begin(&self) -> Result<(), ProbeError> {
        let mut trees = Vec::new();
        for path in &self.directories {
            let unreadable = |errno: Errno| ProbeError::Unreadable {
                path: path.clone(),
                source: errno.into(),
            };
            let name =
                CString::new(path.as_os_str().as_bytes()).map_err(|_| unreadable(Errno::INVAL))?;
            let held = retry_on_intr(|| openat(CWD, &*name, LOOK, Mode::empty()))
                .and_then(twice)
                .map_err(unreadable)?;
            let stat = fstat(&held.from).map_err(unreadable)?;
            self.visiting.tally.directory(&stat);
            let root = Node::root(name, held, visit::Directory).map_err(unreadable)?;
            trees.push(Tree::new(&Arc::new(root), self.workers, self.held()));
        }
        // Called once.
        let _ = self.trees.set(trees);
        Ok(())
    }

    /// One worker's part: called once on each thread. Comes back when all is
    /// counted, or when `control` says stop.
    pub fn work(&self, control: Control<'_>) {
        if self.come.fetch_add(1, Ordering::Relaxed) >= self.workers {
            return;
        }
        let scratch = &mut Scratch::new(control);
        for tree in self.trees.get().into_iter().flatten() {
            tree.work(&self.visiting, scratch, control);
            if control() != Stop::No {
                return;
            }
        }
        self.through.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn counted(&self) -> Counted {
        self.visiting.tally.counted()
    }

    /// Whether everything was counted, after all workers have come back.
    pub fn is_whole(&self) -> bool {
        self.through.load(Ordering::Relaxed) > 0
    }

    /// How many directories of a tree are held open.
    fn held(&self) -> usize {
        let spare = descriptors().saturating_sub(OTHERS + EACH * self.workers);
        (spare / 4 / self.directories.len().max(1)).clamp(1, MOST_HELD)
    }
}

const LOOK: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

/// Descriptors that are open in any case.
const OTHERS: usize = 32;
/// Descriptors that one worker may need at once: a directory twice, one that is
/// being read, a file.
const EACH: usize = 4;
/// More directories than that need not be held.
const MOST_HELD: usize = 1024;

fn descriptors() -> usize {
    let limit = getrlimit(Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    })
}

fn affordable() -> usize {
    (descriptors().saturating_sub(OTHERS) / EACH).max(1)
}

/// A tree has two sides; here both are one.
fn twice(from: OwnedFd) -> Result<Held, Errno> {
    let to = fcntl_dupfd_cloexec(from.as_fd(), 0)?;
    Ok(Held::new(from, to))
}
