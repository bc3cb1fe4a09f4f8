//! Hears the survey, and keeps what it tells until all is seen.
//!
//! Boundary: records in sorters, which any number of threads fill.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::ManifestError;
use super::row::{Kind, Row, key, upward};
use super::sort::Sorter;
use crate::copy::survey::{Amount, Surveyor};
use crate::copy::{Failure, Reporter};

/// What a survey has told.
#[derive(Default)]
pub(super) struct Found {
    /// Rows of directories that are dealt out, and of those in them.
    pub(super) directories: Sorter,
    /// Entries in no such directory: the key of the directory, two NULs, the name.
    pub(super) shallow: Sorter,
    /// Directories above: records that sort as paths do.
    pub(super) above: Sorter,
    /// Directories that are to be put right, the innermost first.
    pub(super) upward: Sorter,
    /// Names of what has several: device, inode, path.
    pub(super) links: Sorter,
    /// What is in no directory that is dealt out, and those above.
    pub(super) rest: Amount,
}

/// Hears.
pub(super) struct Gather {
    found: Mutex<Found>,
    error: Mutex<Option<io::Error>>,
    has_failed: AtomicBool,
    unreadable: AtomicU64,
    reporter: Arc<dyn Reporter>,
}

impl Gather {
    pub(super) fn new(reporter: Arc<dyn Reporter>) -> Self {
        Self {
            found: Mutex::default(),
            error: Mutex::default(),
            has_failed: AtomicBool::new(false),
            unreadable: AtomicU64::new(0),
            reporter,
        }
    }

    /// Whether a record could not be kept.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    /// How much could not be read.
    pub(super) fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    /// What was told; to be called when all is.
    pub(super) fn take(&self) -> Result<Found, ManifestError> {
        let mut error = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        match error.take() {
            Some(error) => Err(ManifestError::Temporary(error)),
            None => Ok(std::mem::take(&mut *self.lock())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, push: impl FnOnce(&mut Found) -> io::Result<()>) {
        let kept = push(&mut self.lock());
        if let Err(error) = kept {
            self.has_failed.store(true, Ordering::Relaxed);
            let mut first = self.error.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert(error);
        }
    }
}

impl Surveyor for Gather {
    fn directory(&self, path: &[u8], amount: Amount) {
        let row = Row {
            path: path.to_vec(),
            kind: Kind::Directory,
            amount,
        };
        let mut record = Vec::new();
        row.write(&mut record);
        self.keep(|found| found.directories.push(&record));
    }

    fn shallow_directory(&self, path: &[u8]) {
        let mut back = Vec::new();
        upward(path, &mut back);
        let forth: Vec<u8> = key(path).collect();
        self.keep(|found| {
            found.rest.entries += 1;
            found.above.push(&forth)?;
            found.upward.push(&back)
        });
    }

    fn shallow(&self, directory: &[u8], name: &[u8], amount: Amount) {
        let mut record: Vec<u8> = key(directory).collect();
        record.extend_from_slice(&[0, 0]);
        record.extend_from_slice(name);
        self.keep(|found| {
            found.rest.entries += amount.entries;
            found.rest.bytes += amount.bytes;
            found.rest.allocated += amount.allocated;
            found.shallow.push(&record)
        });
    }

    fn link(&self, device: u64, inode: u64, path: &[u8]) {
        let mut record = device.to_be_bytes().to_vec();
        record.extend_from_slice(&inode.to_be_bytes());
        record.extend_from_slice(path);
        self.keep(|found| found.links.push(&record));
    }

    fn failure(&self, failure: Failure) {
        self.unreadable.fetch_add(1, Ordering::Relaxed);
        self.reporter.failure(failure);
    }
}
