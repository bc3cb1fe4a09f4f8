//! The one temporary file of a run: output, and inputs on their way to a later
//! stage, that memory has no room for.
//!
//! Boundary: stretches of a file, given out and taken back. One file instead of
//! one a job, because hundreds of jobs may spill at once and a hundred thousand
//! may wait under `-k`, and every open file is a descriptor.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::ui::{Errno, Shown};

/// How much all held output together may take in memory.
pub(super) const TOTAL_CAP: usize = 8 << 20;
/// How often the file is tried to be made while descriptors are used up.
const TRIES: u32 = 100;
/// How long between the tries: a job may end meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// Where held output goes when memory is used up; shared by a run.
pub struct SpillPolicy {
    directory: PathBuf,
    in_memory: AtomicUsize,
    place: Mutex<Place>,
    end: AtomicU64,
    live: AtomicU64,
}

/// The file, or what keeps a descriptor free for it.
enum Place {
    Reserved(Option<File>),
    Made(Arc<File>),
}

impl SpillPolicy {
    /// Spills into an unlinked file in `directory` (`$TMPDIR`), which is made
    /// when it is needed.
    pub fn new(directory: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            directory,
            in_memory: AtomicUsize::new(0),
            place: Mutex::new(Place::Reserved(File::open("/dev/null").ok())),
            end: AtomicU64::new(0),
            live: AtomicU64::new(0),
        })
    }

    /// Whether so much is held that what can wait on disk should.
    pub fn is_tight(&self) -> bool {
        self.in_memory.load(Ordering::Relaxed) > TOTAL_CAP / 2
    }

    /// How much is held in memory.
    pub(super) fn in_memory(&self) -> usize {
        self.in_memory.load(Ordering::Relaxed)
    }

    /// Counts bytes that are held in memory from now on.
    pub(super) fn charge(&self, bytes: usize) {
        self.in_memory.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts bytes that are held no more.
    pub(super) fn discharge(&self, bytes: usize) {
        self.in_memory.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// `source` as an error of this directory.
    pub(super) fn error(&self, source: io::Error) -> SpillError {
        SpillError {
            directory: self.directory.clone(),
            source: Arc::new(source),
        }
    }

    fn file(&self) -> Result<Arc<File>, SpillError> {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tries = 0;
        loop {
            if let Place::Made(file) = &*place {
                return Ok(Arc::clone(file));
            }
            // Gives back the descriptor that was kept for this.
            if let Place::Reserved(kept) = &mut *place {
                drop(kept.take());
            }
            match tempfile::tempfile_in(&self.directory) {
                Ok(file) => *place = Place::Made(Arc::new(file)),
                Err(error) if tries < TRIES && is_scarce(&error) => {
                    tries += 1;
                    std::thread::park_timeout(PAUSE);
                }
                Err(error) => return Err(self.error(error)),
            }
        }
    }

    /// Writes `bytes` to a stretch of their own.
    pub fn store(&self, bytes: &[u8]) -> Result<Stretch, SpillError> {
        let file = self.file()?;
        let len = bytes.len() as u64;
        let offset = self.end.fetch_add(len, Ordering::SeqCst);
        file.write_all_at(bytes, offset)
            .map_err(|source| self.error(source))?;
        self.live.fetch_add(1, Ordering::SeqCst);
        Ok(Stretch { offset, len })
    }

    /// Reads from a stretch, from `offset` in the file.
    pub(super) fn load(&self, bytes: &mut [u8], offset: u64) -> Result<(), SpillError> {
        let file = self.file()?;
        file.read_exact_at(bytes, offset)
            .map_err(|source| self.error(source))
    }

    /// Reads a whole stretch and gives it back.
    pub fn take(&self, stretch: Stretch) -> Result<Vec<u8>, SpillError> {
        let len = usize::try_from(stretch.len).unwrap_or(usize::MAX);
        let mut bytes = vec![0; len];
        self.load(&mut bytes, stretch.offset)?;
        self.free(stretch);
        Ok(bytes)
    }

    /// Gives the disk space of a stretch back. Where a file system cannot do
    /// that, the space is held until the run ends.
    pub fn free(&self, stretch: Stretch) {
        self.live.fetch_sub(1, Ordering::SeqCst);
        #[cfg(target_os = "linux")]
        if let Ok(file) = self.file() {
            use rustix::fs::{FallocateFlags, fallocate};
            let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            let _ = fallocate(&*file, hole, stretch.offset, stretch.len);
        }
    }
}

fn is_scarce(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(nix::libc::EMFILE | nix::libc::ENFILE)
    )
}

/// A part of the file that belongs to one holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub(super) offset: u64,
    pub(super) len: u64,
}

/// What was to be held could not be written to, or read from, the temporary file.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "cannot keep what waits in a temporary file in {}: {} ({})",
    Shown(.directory.as_os_str().as_encoded_bytes()), Errno(.source), advice(.source)
)]
pub struct SpillError {
    directory: PathBuf,
    source: Arc<io::Error>,
}

fn advice(error: &io::Error) -> &'static str {
    if is_scarce(error) {
        "raise `ulimit -n`, or use fewer slots with -j"
    } else {
        "make room there, or set TMPDIR to another directory"
    }
}
