//! The words of one job, in the form `execve` wants.
//!
//! Boundary: a buffer. What goes into it is decided by the renderers; nothing
//! here knows of tokens or quoting.

use std::ffi::CStr;

/// Words of a command, each ended by a NUL, end to end in one reused buffer.
///
/// A slot keeps one `Argv` for all of its jobs: after the first few jobs,
/// rendering allocates nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Argv {
    bytes: Vec<u8>,
    starts: Vec<usize>,
    open: usize,
}

impl Argv {
    /// No words.
    pub fn new() -> Self {
        Self::default()
    }

    /// Removes all words and keeps the buffers.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.starts.clear();
        self.open = 0;
    }

    /// Adds one whole word.
    pub fn push(&mut self, word: &[u8]) {
        self.bytes.extend_from_slice(word);
        self.end_word();
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Word `index`, from 0.
    pub fn get(&self, index: usize) -> Option<&CStr> {
        let start = *self.starts.get(index)?;
        CStr::from_bytes_until_nul(&self.bytes[start..]).ok()
    }

    /// The words in order.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &CStr> {
        (0..self.len()).map(|index| self.get(index).unwrap_or_default())
    }

    /// Bytes of all words with their NULs: what counts against the limit of
    /// the system, next to one pointer a word.
    pub fn total_bytes(&self) -> usize {
        self.open
    }

    /// The buffer, for a renderer to write the next part of the open word to.
    pub(super) fn part(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Ends the open word: what was written with [`Argv::part`] is a word now.
    pub(super) fn end_word(&mut self) {
        self.bytes.push(0);
        self.starts.push(self.open);
        self.open = self.bytes.len();
    }
}
