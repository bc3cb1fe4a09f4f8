//! Any number of records in order, in bounded memory: what is more than a
//! buffer holds goes to temporary files in sorted runs, which are merged.
//!
//! Boundary: bytes and their order; what is in a record is not known here.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// How much waits in memory until it is written as a run.
const BUFFER: usize = 4 << 20;
/// How much of a run is read at a time.
const READ: usize = 32 << 10;
/// How many runs there are at most; more are merged to one.
const RUNS: usize = 64;

/// Takes records.
pub(super) struct Sorter {
    bytes: Vec<u8>,
    /// Where each record ends; it begins where the one before ends.
    ends: Vec<u32>,
    runs: Vec<File>,
    most: usize,
}

impl Default for Sorter {
    fn default() -> Self {
        Self::with_buffer(BUFFER)
    }
}

impl Sorter {
    /// With so much memory.
    fn with_buffer(most: usize) -> Self {
        Self {
            bytes: Vec::new(),
            ends: Vec::new(),
            runs: Vec::new(),
            most,
        }
    }

    /// Takes a record, which is at most [`BUFFER`] long. The error is one of a
    /// temporary file.
    pub(super) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        let held = self.bytes.len() + 4 * self.ends.len() + record.len();
        if held > self.most && !self.ends.is_empty() {
            self.spill()?;
        }
        self.bytes.extend_from_slice(record);
        self.ends.push(small(self.bytes.len())?);
        Ok(())
    }

    /// The records in the order of their bytes.
    pub(super) fn sorted(mut self) -> io::Result<Sorted> {
        if self.runs.is_empty() {
            let order = self.order();
            return Ok(Sorted::Held {
                bytes: self.bytes,
                order: order.into_iter(),
            });
        }
        if !self.ends.is_empty() {
            self.spill()?;
        }
        Merge::new(self.runs).map(Sorted::Merged)
    }

    /// Where each record is, in order.
    fn order(&self) -> Vec<(u32, u32)> {
        let begins = std::iter::once(&0).chain(&self.ends);
        let mut order: Vec<(u32, u32)> = begins.copied().zip(self.ends.iter().copied()).collect();
        order.sort_unstable_by(|one, other| {
            slice(&self.bytes, *one).cmp(slice(&self.bytes, *other))
        });
        order
    }

    fn spill(&mut self) -> io::Result<()> {
        let mut run = BufWriter::new(tempfile::tempfile()?);
        for place in self.order() {
            write(&mut run, slice(&self.bytes, place))?;
        }
        self.runs.push(rewound(run)?);
        self.bytes.clear();
        self.ends.clear();
        if self.runs.len() >= RUNS {
            // Each run has a descriptor and a buffer when they are merged.
            let mut merge = Merge::new(std::mem::take(&mut self.runs))?;
            let mut run = BufWriter::new(tempfile::tempfile()?);
            let mut record = Vec::new();
            while merge.next_into(&mut record)? {
                write(&mut run, &record)?;
            }
            self.runs.push(rewound(run)?);
        }
        Ok(())
    }
}

/// Gives records in order.
pub(super) enum Sorted {
    Held {
        bytes: Vec<u8>,
        order: std::vec::IntoIter<(u32, u32)>,
    },
    Merged(Merge),
}

impl Sorted {
    /// Puts the next record in the place of what `record` holds; false at the end.
    pub(super) fn next_into(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        match self {
            Self::Held { bytes, order } => match order.next() {
                None => Ok(false),
                Some(place) => {
                    record.clear();
                    record.extend_from_slice(slice(bytes, place));
                    Ok(true)
                }
            },
            Self::Merged(merge) => merge.next_into(record),
        }
    }
}

/// Sorted runs, as one.
pub(super) struct Merge {
    runs: Vec<BufReader<File>>,
    /// The first record of each run that has one, the smallest on top.
    heads: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
}

impl Merge {
    fn new(runs: Vec<File>) -> io::Result<Self> {
        let mut merge = Self {
            runs: runs
                .into_iter()
                .map(|run| BufReader::with_capacity(READ, run))
                .collect(),
            heads: BinaryHeap::new(),
        };
        for number in 0..merge.runs.len() {
            merge.refill(number, Vec::new())?;
        }
        Ok(merge)
    }

    fn next_into(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        let Some(Reverse((next, number))) = self.heads.pop() else {
            return Ok(false);
        };
        let spare = std::mem::replace(record, next);
        self.refill(number, spare)?;
        Ok(true)
    }

    /// Takes the next record of a run to the heads, in `spare`.
    fn refill(&mut self, number: usize, mut spare: Vec<u8>) -> io::Result<()> {
        let run = &mut self.runs[number];
        let mut length = [0; 4];
        match run.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?;
        spare.resize(length, 0);
        run.read_exact(&mut spare)?;
        self.heads.push(Reverse((spare, number)));
        Ok(())
    }
}

fn write(run: &mut impl Write, record: &[u8]) -> io::Result<()> {
    run.write_all(&small(record.len())?.to_le_bytes())?;
    run.write_all(record)
}

fn rewound(run: BufWriter<File>) -> io::Result<File> {
    let mut run = run.into_inner().map_err(io::IntoInnerError::into_error)?;
    run.rewind()?;
    Ok(run)
}

fn small(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(io::Error::other)
}

fn slice(bytes: &[u8], (begin, end): (u32, u32)) -> &[u8] {
    &bytes[begin as usize..end as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(records: &[Vec<u8>], buffer: usize) -> Vec<Vec<u8>> {
        let mut sorter = Sorter::with_buffer(buffer);
        for record in records {
            sorter.push(record).unwrap();
        }
        let mut sorted = sorter.sorted().unwrap();
        let (mut all, mut record) = (Vec::new(), Vec::new());
        while sorted.next_into(&mut record).unwrap() {
            all.push(record.clone());
        }
        all
    }

    #[test]
    fn records_come_in_order_whether_they_fit_or_not() {
        // Some are equal, some empty, some the beginning of others.
        let records: Vec<Vec<u8>> = (0_u32..20_000)
            .map(|number| {
                let text = (number.wrapping_mul(2_654_435_761) % 7919).to_string();
                text.into_bytes()[..usize::try_from(number % 5).unwrap().min(4).min(1)].to_vec()
            })
            .chain((0_u32..20_000).map(|number| {
                let number = number.wrapping_mul(2_654_435_761);
                number.to_be_bytes()[..=(number % 4) as usize].to_vec()
            }))
            .collect();
        let mut expected = records.clone();
        expected.sort();
        // So small a buffer makes more runs than are merged at once.
        for buffer in [usize::MAX >> 1, 100_000, 700] {
            assert!(sorted(&records, buffer) == expected, "with {buffer}");
        }
        assert_eq!(sorted(&[], 10), Vec::<Vec<u8>>::new());
    }
}
