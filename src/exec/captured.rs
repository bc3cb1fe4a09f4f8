//! Output that is held: in memory up to a cap, beyond it in an unlinked file.
//!
//! Boundary: stores bytes and gives them back in order. Two caps hold at once:
//! one for each stream of a job, and one for all that the run holds, so that
//! memory stays bounded however many jobs wait for their turn.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ui::{Errno, Shown};

/// How much one stream of one job may hold in memory.
const STREAM_CAP: usize = 1 << 20;
/// How much all held output together may take in memory.
const TOTAL_CAP: usize = 8 << 20;

/// Where held output goes when memory is used up; shared by a run.
pub struct SpillPolicy {
    directory: PathBuf,
    in_memory: AtomicUsize,
}

impl SpillPolicy {
    /// Spills into unlinked files in `directory` (`$TMPDIR`).
    pub fn new(directory: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            directory,
            in_memory: AtomicUsize::new(0),
        })
    }

    /// Whether so much is held that what can wait on disk should.
    pub fn is_tight(&self) -> bool {
        self.in_memory.load(Ordering::Relaxed) > TOTAL_CAP / 2
    }

    /// A new unlinked file.
    pub fn file(&self) -> Result<File, SpillError> {
        tempfile::tempfile_in(&self.directory).map_err(|source| self.error(source))
    }

    /// `source` as an error of this directory.
    pub fn error(&self, source: io::Error) -> SpillError {
        SpillError {
            directory: self.directory.clone(),
            source: Arc::new(source),
        }
    }
}

/// Held output could not be written to, or read from, its temporary file.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "cannot keep output in a temporary file in {}: {} (make room there, or set TMPDIR to another directory)",
    Shown(.directory.as_os_str().as_encoded_bytes()), Errno(.source)
)]
pub struct SpillError {
    directory: PathBuf,
    source: Arc<io::Error>,
}

/// One stream's held output.
pub struct Captured {
    policy: Arc<SpillPolicy>,
    memory: Vec<u8>,
    file: Option<File>,
    file_len: u64,
    failed: Option<SpillError>,
}

impl Captured {
    /// Holds nothing yet.
    pub fn new(policy: &Arc<SpillPolicy>) -> Self {
        Self {
            policy: Arc::clone(policy),
            memory: Vec::new(),
            file: None,
            file_len: 0,
            failed: None,
        }
    }

    /// Holds `chunk` after what is there. An error of the temporary file is
    /// kept for [`Captured::failure`]; bytes after it are lost.
    pub fn push(&mut self, chunk: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        let total = self.policy.in_memory.load(Ordering::Relaxed) + chunk.len();
        if self.memory.len() + chunk.len() > STREAM_CAP || total > TOTAL_CAP {
            if let Err(error) = self.spill(chunk) {
                self.failed = Some(error);
                self.forget_memory();
            }
            return;
        }
        self.policy
            .in_memory
            .fetch_add(chunk.len(), Ordering::Relaxed);
        self.memory.extend_from_slice(chunk);
    }

    fn spill(&mut self, chunk: &[u8]) -> Result<(), SpillError> {
        if self.file.is_none() {
            self.file = Some(self.policy.file()?);
        }
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.write_all(&self.memory)
            .and_then(|()| file.write_all(chunk))
            .map_err(|source| self.policy.error(source))?;
        self.file_len += (self.memory.len() + chunk.len()) as u64;
        self.forget_memory();
        Ok(())
    }

    fn forget_memory(&mut self) {
        self.policy
            .in_memory
            .fetch_sub(self.memory.len(), Ordering::Relaxed);
        self.memory = Vec::new();
    }

    /// Forgets what is held.
    pub fn clear(&mut self) {
        self.policy
            .in_memory
            .fetch_sub(self.memory.len(), Ordering::Relaxed);
        self.memory.clear();
        self.file = None;
        self.file_len = 0;
    }

    /// How many bytes are held.
    pub fn len(&self) -> u64 {
        self.file_len + self.memory.len() as u64
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a temporary file (and so a descriptor) is in use.
    pub fn is_spilled(&self) -> bool {
        self.file.is_some()
    }

    /// Why bytes were lost, if they were.
    pub fn failure(&self) -> Option<&SpillError> {
        self.failed.as_ref()
    }

    /// Notes that bytes were lost before they came here.
    pub fn fail(&mut self, error: SpillError) {
        self.failed.get_or_insert(error);
    }

    /// Writes what is held to `out`, in pieces of bounded size.
    pub fn write_to<E>(
        &mut self,
        out: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), WriteError<E>> {
        if let Some(file) = &mut self.file {
            file.rewind()
                .map_err(|source| WriteError::Read(self.policy.error(source)))?;
            let mut piece = vec![0; 128 << 10];
            loop {
                let n = match file.read(&mut piece) {
                    Ok(0) => break,
                    Ok(n) => n,
                    Err(source) => return Err(WriteError::Read(self.policy.error(source))),
                };
                out(&piece[..n]).map_err(WriteError::Write)?;
            }
        }
        if !self.memory.is_empty() {
            out(&self.memory).map_err(WriteError::Write)?;
        }
        Ok(())
    }
}

impl Drop for Captured {
    fn drop(&mut self) {
        self.policy
            .in_memory
            .fetch_sub(self.memory.len(), Ordering::Relaxed);
    }
}

/// Which side of [`Captured::write_to`] failed.
#[derive(Debug)]
pub enum WriteError<E> {
    /// The temporary file could not be read back.
    Read(SpillError),
    /// The bytes could not be written where they were to go.
    Write(E),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(captured: &mut Captured) -> Vec<u8> {
        let mut all = Vec::new();
        captured
            .write_to(&mut |piece| {
                all.extend_from_slice(piece);
                Ok::<(), ()>(())
            })
            .unwrap();
        all
    }

    #[test]
    fn small_output_stays_in_memory() {
        let policy = SpillPolicy::new(std::env::temp_dir());
        let mut captured = Captured::new(&policy);
        captured.push(b"one ");
        captured.push(b"two");
        assert!(!captured.is_spilled());
        assert_eq!(contents(&mut captured), b"one two");
    }

    #[test]
    fn output_beyond_the_cap_is_whole_and_in_order() {
        let policy = SpillPolicy::new(std::env::temp_dir());
        let mut captured = Captured::new(&policy);
        let mut expected = Vec::new();
        for n in 0..40_u8 {
            let chunk = vec![n; 100_000];
            captured.push(&chunk);
            expected.extend_from_slice(&chunk);
        }
        assert!(captured.is_spilled());
        assert_eq!(captured.len(), 4_000_000);
        assert!(contents(&mut captured) == expected);
    }

    #[test]
    fn many_holders_share_one_cap() {
        let policy = SpillPolicy::new(std::env::temp_dir());
        let mut all: Vec<_> = (0..200).map(|_| Captured::new(&policy)).collect();
        for captured in &mut all {
            captured.push(&vec![b'x'; 100_000]);
        }
        assert!(policy.in_memory.load(Ordering::Relaxed) <= TOTAL_CAP);
        assert!(all.iter_mut().all(|c| contents(c).len() == 100_000));
        drop(all);
        assert_eq!(policy.in_memory.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_directory_that_is_not_there_is_reported_and_bytes_are_dropped() {
        let policy = SpillPolicy::new("/nonexistent/prun".into());
        let mut captured = Captured::new(&policy);
        captured.push(&vec![0; STREAM_CAP + 1]);
        let text = captured
            .failure()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(
            text.contains("/nonexistent/prun: No such file or directory"),
            "{text}"
        );
        assert!(captured.is_empty());
    }
}
