//! What a template is rendered from: the values of one job's inputs.
//!
//! Boundary: plain data, defined here (the lowest layer) so that neither the
//! input readers nor the slots have to know how a template looks inside.

/// One input: its values by column, as bytes.
///
/// The values lie end to end in one buffer, because ten million of them are
/// read, queued and dropped in one run: two allocations an input, and none
/// when a `Record` is reused with [`Record::clear`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// End of the whole input, which then lies before the columns in `bytes`.
    whole: Option<usize>,
}

impl Record {
    /// An input with no column.
    pub fn new() -> Self {
        Self::default()
    }

    /// An input with the one column `value`.
    pub fn single(value: &[u8]) -> Self {
        let mut record = Self::new();
        record.push(value);
        record
    }

    /// Adds a column after the last one.
    pub fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends.push(self.bytes.len());
    }

    /// Removes all columns and keeps the buffers.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.whole = None;
    }

    /// Says what the whole input is (`<>`) when it is not its columns joined
    /// by spaces: under `--regex` the columns are the groups of the match.
    pub fn set_whole(&mut self, value: &[u8]) {
        let old = self.whole.unwrap_or(0);
        self.bytes.splice(..old, value.iter().copied());
        for end in &mut self.ends {
            *end = *end - old + value.len();
        }
        self.whole = Some(value.len());
    }

    /// The whole input where [`Record::set_whole`] gave it; `None` means the
    /// columns, joined by a space where there are several.
    pub fn whole(&self) -> Option<&[u8]> {
        self.whole.map(|end| &self.bytes[..end])
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no column at all (an empty *value* is a column).
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The value of column `index`, from 0.
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let start = match index {
            0 => self.whole.unwrap_or(0),
            _ => self.ends[index - 1],
        };
        Some(&self.bytes[start..end])
    }

    /// The values in column order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.get(index).unwrap_or_default())
    }
}

/// All that one job's tokens can stand for.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// The job's inputs: one, or several when inputs are batched (`-n`, `-X`, `-m`, `-L`).
    pub records: &'a [Record],
    /// Sequence number of the job, from 1.
    pub seq: u64,
    /// Number of the slot the job runs in, from 1.
    pub slot: u32,
    /// The destination dealt to this job (`<dest>`), where there are several.
    pub dest: Option<&'a [u8]>,
    /// How many jobs there are in all, where that is known.
    pub total: Option<u64>,
}
