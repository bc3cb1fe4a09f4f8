//! What the lanes of several copies tell, as one voice.
//!
//! Boundary: passes on; a failure of the source is told by the first lane that
//! meets it.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Done, Failure, Reporter, Side};

/// Tells each failure of the source once, though each lane meets it.
pub(super) struct Once {
    reporter: Arc<dyn Reporter>,
    /// Hashes of those that were told.
    told: Mutex<HashSet<u64>>,
}

impl Once {
    pub(super) fn new(reporter: Arc<dyn Reporter>) -> Self {
        Self {
            reporter,
            told: Mutex::default(),
        }
    }

    /// What the lane of a destination tells.
    pub(super) fn of(self: &Arc<Self>, destination: &Path) -> Arc<dyn Reporter> {
        Arc::new(OfLane {
            once: Arc::clone(self),
            root: destination.as_os_str().as_bytes().to_vec(),
        })
    }
}

struct OfLane {
    once: Arc<Once>,
    root: Vec<u8>,
}

impl Reporter for OfLane {
    fn failure(&self, failure: Failure) {
        if failure.side == Side::Source {
            let hasher = BuildHasherDefault::<DefaultHasher>::default();
            let what = (failure.op.name(), failure.errno.raw_os_error());
            let hash = hasher.hash_one((&failure.path, what));
            let mut told = (self.once.told.lock()).unwrap_or_else(PoisonError::into_inner);
            if !told.insert(hash) {
                return;
            }
        }
        self.once.reporter.failure(failure);
    }

    fn done(&self, path: &[u8], done: Done) {
        // Several have the same path below their roots.
        let mut whole = self.root.clone();
        if !whole.ends_with(b"/") {
            whole.push(b'/');
        }
        whole.extend_from_slice(path);
        self.once.reporter.done(&whole, done);
    }

    fn hears_of_entries(&self) -> bool {
        self.once.reporter.hears_of_entries()
    }
}
