//! One file for all output that waits for its turn, when memory is short.
//!
//! Boundary: parks a job's output and gives it back by place. One file instead
//! of one a job, because a hundred thousand jobs may wait under `-k` and every
//! open file is a descriptor.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::exec::{Captured, SpillError, SpillPolicy, WriteError};

/// The file, shared with the thread that prints.
pub struct Overflow {
    policy: Arc<SpillPolicy>,
    file: File,
    end: AtomicU64,
    parked: AtomicU64,
}

/// A stretch of the file.
pub struct Extent {
    overflow: Arc<Overflow>,
    offset: u64,
    /// How many bytes there are.
    pub len: u64,
}

impl Overflow {
    /// An empty file in the directory of `policy`.
    pub fn new(policy: &Arc<SpillPolicy>) -> Result<Arc<Self>, SpillError> {
        let file = policy.file()?;
        Ok(Arc::new(Self {
            policy: Arc::clone(policy),
            file,
            end: AtomicU64::new(0),
            parked: AtomicU64::new(0),
        }))
    }

    /// Moves `captured` into the file.
    pub fn park(self: &Arc<Self>, mut captured: Captured) -> Result<Extent, SpillError> {
        let offset = self.end.load(Ordering::SeqCst);
        let mut len = 0;
        let written = captured.write_to(&mut |piece| {
            self.file.write_all_at(piece, offset + len)?;
            len += piece.len() as u64;
            Ok::<(), std::io::Error>(())
        });
        self.end.fetch_add(len, Ordering::SeqCst);
        self.parked.fetch_add(1, Ordering::SeqCst);
        let extent = Extent {
            overflow: Arc::clone(self),
            offset,
            len,
        };
        match written {
            Ok(()) => Ok(extent),
            Err(WriteError::Read(error)) => Err(error),
            Err(WriteError::Write(source)) => Err(self.policy.error(source)),
        }
    }

    /// Gives the disk back when nothing is parked. Called by the thread that
    /// parks, so that nothing is parked meanwhile.
    pub fn trim(&self) {
        if self.parked.load(Ordering::SeqCst) == 0 && self.end.swap(0, Ordering::SeqCst) > 0 {
            // Only space is lost when this fails.
            let _ = self.file.set_len(0);
        }
    }
}

impl Extent {
    /// Writes the bytes to `out`, in pieces of bounded size.
    pub fn write_to<E>(
        &self,
        out: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), WriteError<E>> {
        let mut piece = vec![
            0;
            usize::try_from(self.len)
                .unwrap_or(usize::MAX)
                .min(128 << 10)
        ];
        let mut done = 0;
        while done < self.len {
            let want = piece
                .len()
                .min(usize::try_from(self.len - done).unwrap_or(usize::MAX));
            self.overflow
                .file
                .read_exact_at(&mut piece[..want], self.offset + done)
                .map_err(|source| WriteError::Read(self.overflow.policy.error(source)))?;
            out(&piece[..want]).map_err(WriteError::Write)?;
            done += want as u64;
        }
        Ok(())
    }
}

impl Drop for Extent {
    fn drop(&mut self) {
        self.overflow.parked.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_parked_comes_back_whole() {
        let policy = SpillPolicy::new(std::env::temp_dir());
        let overflow = Overflow::new(&policy).unwrap();
        let extents: Vec<_> = (0..3_u8)
            .map(|n| {
                let mut captured = Captured::new(&policy);
                captured.push(&vec![n; 300_000]);
                overflow.park(captured).unwrap()
            })
            .collect();
        for (n, extent) in (0_u8..).zip(&extents) {
            let mut all = Vec::new();
            let mut collect = |piece: &[u8]| {
                all.extend_from_slice(piece);
                Ok::<(), ()>(())
            };
            extent.write_to(&mut collect).unwrap();
            assert!(all == vec![n; 300_000]);
        }
        overflow.trim();
        assert_eq!(overflow.end.load(Ordering::SeqCst), 900_000, "still parked");
        drop(extents);
        overflow.trim();
        assert_eq!(overflow.file.metadata().unwrap().len(), 0);
    }
}
