//! Output that is held: in memory up to a cap, beyond it in the run's file.
//!
//! Boundary: stores one stream's bytes and gives them back in order. Two caps
//! hold at once: one for each stream of a job, and one for all that the run
//! holds, so that memory stays bounded however many jobs wait for their turn.

use std::sync::Arc;

use super::spill::{SpillError, SpillPolicy, Stretch, TOTAL_CAP};

/// How much one stream of one job may hold in memory.
const STREAM_CAP: usize = 1 << 20;
/// How much is read back at a time.
const PIECE: usize = 128 << 10;

/// One stream's held output.
pub struct Captured {
    policy: Arc<SpillPolicy>,
    /// What was spilled, in order; `memory` comes after it.
    spilled: Vec<Stretch>,
    memory: Vec<u8>,
    failed: Option<SpillError>,
}

impl Captured {
    /// Holds nothing yet.
    pub fn new(policy: &Arc<SpillPolicy>) -> Self {
        Self {
            policy: Arc::clone(policy),
            spilled: Vec::new(),
            memory: Vec::new(),
            failed: None,
        }
    }

    /// Holds `chunk` after what is there. An error of the temporary file is
    /// kept for [`Captured::failure`]; bytes after it are lost.
    pub fn push(&mut self, chunk: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        self.memory.extend_from_slice(chunk);
        self.policy.charge(chunk.len());
        if self.memory.len() > STREAM_CAP || self.policy.in_memory() > TOTAL_CAP {
            self.spill();
        }
    }

    /// Moves what is in memory to the file.
    pub fn spill(&mut self) {
        if self.memory.is_empty() {
            return;
        }
        match self.policy.store(&self.memory) {
            Ok(stretch) => self.spilled.push(stretch),
            Err(error) => self.fail(error),
        }
        self.policy.discharge(self.memory.len());
        self.memory = Vec::new();
    }

    /// Forgets what is held.
    pub fn clear(&mut self) {
        self.policy.discharge(self.memory.len());
        self.memory.clear();
        for stretch in self.spilled.drain(..) {
            self.policy.free(stretch);
        }
    }

    /// How many bytes are held.
    pub fn len(&self) -> u64 {
        let spilled: u64 = self.spilled.iter().map(|stretch| stretch.len).sum();
        spilled + self.memory.len() as u64
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.memory.is_empty() && self.spilled.is_empty()
    }

    /// Why bytes were lost, if they were.
    pub fn failure(&self) -> Option<&SpillError> {
        self.failed.as_ref()
    }

    /// Notes that bytes were lost.
    pub fn fail(&mut self, error: SpillError) {
        self.failed.get_or_insert(error);
    }

    /// Writes what is held to `out`, in pieces of bounded size.
    pub fn write_to<E>(
        &self,
        out: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), WriteError<E>> {
        let mut piece = Vec::new();
        for stretch in &self.spilled {
            let mut done = 0;
            while done < stretch.len {
                let want =
                    usize::try_from(stretch.len - done).map_or(PIECE, |left| left.min(PIECE));
                piece.resize(want, 0);
                self.policy
                    .load(&mut piece, stretch.offset + done)
                    .map_err(WriteError::Read)?;
                out(&piece).map_err(WriteError::Write)?;
                done += want as u64;
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
        self.clear();
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

    fn contents(captured: &Captured) -> Vec<u8> {
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
        assert!(captured.spilled.is_empty());
        assert_eq!(contents(&captured), b"one two");
    }

    #[test]
    fn output_beyond_the_cap_is_whole_and_in_order() {
        let policy = SpillPolicy::new(std::env::temp_dir());
        let mut all: Vec<_> = (0..3)
            .map(|_| (Captured::new(&policy), Vec::new()))
            .collect();
        for n in 0..40_u8 {
            for (at, (captured, expected)) in (0..).zip(&mut all) {
                let chunk = vec![n ^ at; 100_000];
                captured.push(&chunk);
                expected.extend_from_slice(&chunk);
            }
        }
        for (captured, expected) in &all {
            assert!(!captured.spilled.is_empty());
            assert_eq!(captured.len(), 4_000_000);
            assert!(contents(captured) == *expected);
        }
    }

    #[test]
    fn many_holders_share_one_cap() {
        let policy = SpillPolicy::new(std::env::temp_dir());
        let mut all: Vec<_> = (0..200).map(|_| Captured::new(&policy)).collect();
        for captured in &mut all {
            captured.push(&vec![b'x'; 100_000]);
        }
        assert!(policy.in_memory() <= TOTAL_CAP);
        assert!(all.iter().all(|c| contents(c).len() == 100_000));
        drop(all);
        assert_eq!(policy.in_memory(), 0);
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
