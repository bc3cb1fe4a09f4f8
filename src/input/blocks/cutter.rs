//! Cutting a stream: blocks in memory, as they come.
//!
//! Boundary: reads through [`Intake`] and waits for nothing else than that and
//! the memory for blocks. What is left of a block behind its last record begins
//! the next one.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::block::Block;
use super::budget::Budget;
use super::edges::{Edges, Extent};
use super::error::BlocksError;
use super::head::{Found, Head};
use super::spec::{BlocksSpec, FirstLine, FirstRecord, Horizon, RecordsSpec, Separators};
use crate::input::Origin;

/// How much room for data there is at least when it is read.
const READ: usize = 256 << 10;
/// How much is read behind a block whose end a pattern tells.
const AHEAD: usize = 4 << 10;
/// From which length on a record without an end is not looked through again for
/// every few bytes that come.
const LONG: usize = 1 << 20;

/// How large a block is where none of `size` holds a record: by three tenths
/// more, rounded up, and one byte, as in GNU parallel.
pub(super) fn grow(size: u64) -> u64 {
    size.saturating_add(size / 10 * 3 + (size % 10 * 3).div_ceil(10) + 1)
}

/// What is looked for at the beginning of a stream.
fn heads(spec: &BlocksSpec) -> Result<Vec<Head>, BlocksError> {
    let skipped = (spec.first_line == FirstLine::Skipped).then_some(Head::Lines(1));
    Ok(skipped
        .into_iter()
        .chain([Head::new(&spec.header)?])
        .collect())
}

/// Where a stream comes from.
pub trait Intake {
    /// Appends what there is to `into`, as much as it has room for, waiting for
    /// at least a byte, but not longer than `wait`.
    fn read(&mut self, into: &mut Vec<u8>, wait: Option<Duration>) -> io::Result<Taken>;
}

/// What came of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// At least a byte.
    Some,
    /// Nothing in the time given.
    Late,
    /// Nothing, and nothing will come.
    End,
}

/// A stream that is being cut.
pub struct Cutter<I> {
    intake: I,
    origin: Origin,
    records: RecordsSpec,
    edges: Edges,
    /// What stands at the beginning: the header last.
    heads: Vec<Head>,
    header: Arc<[u8]>,
    separators: Separators,
    group: usize,
    per_job: Option<usize>,
    /// How large a block is at most.
    size: usize,
    /// Whether it has grown, and nobody has been told.
    grown: bool,
    patience: Option<Duration>,
    budget: Arc<Budget>,
    buffer: Vec<u8>,
    /// Where in `buffer` the next block begins.
    start: usize,
    read: u64,
    ended: bool,
}

impl<I: Intake> Cutter<I> {
    /// Cuts what comes from `intake`, which messages call `origin`. As many
    /// blocks as `slots` may be in use before the next one is given out.
    pub fn new(
        intake: I,
        origin: Origin,
        spec: &BlocksSpec,
        patience: Option<Duration>,
        slots: usize,
    ) -> Result<Self, BlocksError> {
        let size = spec.size.of_stream().ok_or(BlocksError::NoShare)?;
        let slots = slots as u64 + 1;
        Ok(Self {
            intake,
            origin,
            records: spec.records.clone(),
            // Those of the groups are known when the header is.
            edges: Edges::of_records(&spec.records)?,
            heads: heads(spec)?,
            header: Arc::default(),
            separators: spec.separators,
            group: spec.records.lines.unwrap_or(1),
            per_job: spec.records.per_job,
            size: usize::try_from(size).unwrap_or(usize::MAX),
            grown: false,
            patience,
            budget: Budget::new(size.saturating_mul(slots)),
            buffer: Vec::new(),
            start: 0,
            read: 0,
            ended: false,
        })
    }

    /// The next block; none at the end of the stream.
    pub fn next_block(&mut self) -> Result<Option<Block>, BlocksError> {
        let heads = std::mem::take(&mut self.heads);
        if !heads.is_empty() {
            for head in &heads {
                self.take_header(head)?;
            }
            self.edges = Edges::new(&self.records, &self.header)?;
        }
        let bytes = match self.per_job {
            None => self.sized()?,
            Some(records) => self.counted(records * self.group)?,
        };
        Ok(bytes.map(|bytes| {
            let bytes = match self.separators {
                Separators::Keep => bytes,
                Separators::Remove => self.edges.without(&bytes),
            };
            let share = self.budget.take(bytes.len() as u64);
            Block::of_bytes(&self.header, bytes, Some(share))
        }))
    }

    /// How large blocks have become, if that is news: a record did not fit.
    pub fn grown(&mut self) -> Option<usize> {
        std::mem::take(&mut self.grown).then_some(self.size)
    }

    fn take_header(&mut self, head: &Head) -> Result<(), BlocksError> {
        loop {
            match head.find(&self.buffer[self.start..], self.extent()) {
                Found::Len(len) => {
                    let end = self.start + len;
                    self.header = self.buffer[self.start..end].into();
                    self.start = end;
                    return Ok(());
                }
                Found::More => {
                    self.fill(None)?;
                }
            }
        }
    }

    fn extent(&self) -> Extent {
        if self.ended {
            Extent::Whole
        } else {
            Extent::Open
        }
    }

    /// Reads once.
    fn fill(&mut self, wait: Option<Duration>) -> Result<Taken, BlocksError> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        // What a block needs at once, so that its memory is got once.
        let wanted = self.size.saturating_add(self.ahead());
        let missing = wanted.saturating_sub(self.buffer.len());
        let room = if self.per_job.is_some() || self.size < READ || missing == 0 {
            READ
        } else {
            missing.min(self.buffer.len().max(READ))
        };
        self.buffer.reserve(room);
        let taken = self.intake.read(&mut self.buffer, wait);
        let taken = taken.map_err(|error| BlocksError::Read {
            origin: self.origin.clone(),
            offset: self.read,
            error,
        })?;
        self.ended = taken == Taken::End;
        Ok(taken)
    }

    /// A block of whole records, as large as it may be.
    fn sized(&mut self) -> Result<Option<Vec<u8>>, BlocksError> {
        loop {
            let is_late = self.fill_up()? == Taken::Late;
            let all = &self.buffer[self.start..];
            if self.ended && all.len() <= self.size {
                // Of lines that are no whole record (`-L`) a block is made, too.
                let groups = || {
                    self.edges
                        .last_of(all, self.group, all.len(), Extent::Whole)
                };
                let whole = (self.group > 1).then(groups).flatten();
                let rest = self.cut(whole.unwrap_or(all.len()));
                return Ok(Some(rest).filter(|rest| !rest.is_empty()));
            }
            let most = all.len().min(self.size);
            let edge = if self.group == 1 && self.are_within() {
                self.edges.last_of(&all[..most], 1, most, Extent::Whole)
            } else if self.group == 1 && self.edges.is_local() {
                self.edges.last(&all[..most])
            } else {
                self.edges.last_of(all, self.group, most, self.extent())
            };
            self.edges.fault()?;
            match edge {
                Some(edge) => return Ok(Some(self.cut(edge))),
                // There is room for more, or there may be no more.
                None if !self.ended && (is_late || all.len() <= self.size) => {
                    self.fill(None)?;
                }
                None => {
                    self.size = grow(self.size as u64).try_into().unwrap_or(usize::MAX);
                    self.grown = true;
                }
            }
        }
    }

    /// Reads until there is enough for a block, or it has taken too long.
    fn fill_up(&mut self) -> Result<Taken, BlocksError> {
        let until = self.patience.map(|patience| Instant::now() + patience);
        let wanted = self.size.saturating_add(self.ahead());
        while !self.ended && self.buffer.len() - self.start < wanted {
            let wait = until.map(|until| until.saturating_duration_since(Instant::now()));
            // Without a byte there is nothing to give out.
            let wait = wait.filter(|_| self.buffer.len() > self.start);
            if self.fill(wait)? == Taken::Late {
                return Ok(Taken::Late);
            }
        }
        Ok(Taken::Some)
    }

    /// How much behind a block tells whether it ends there: what a pattern
    /// Whether nothing beyond a block is looked at.
    fn are_within(&self) -> bool {
        self.records.horizon == Horizon::Block && self.edges.are_within()
    }

    /// matches at the end of all there is could become longer.
    fn ahead(&self) -> usize {
        if self.edges.is_local() || self.are_within() {
            0
        } else {
            AHEAD
        }
    }

    /// A block of so many records.
    fn counted(&mut self, records: usize) -> Result<Option<Vec<u8>>, BlocksError> {
        let (mut count, mut edge, mut searched) = (0, 0, 0);
        loop {
            let all = &self.buffer[self.start..];
            let extent = self.extent();
            while count < records
                && let Some(next) = match (count, self.records.first) {
                    (0, FirstRecord::HasSomething) => {
                        self.edges.next_with(1, all, edge, searched, extent)
                    }
                    _ => self.edges.next(all, edge, searched, extent),
                }
            {
                (edge, searched) = (next, next);
                count += 1;
            }
            self.edges.fault()?;
            if count == records {
                return Ok(Some(self.cut(edge)));
            }
            if self.ended {
                let rest = self.cut(all.len());
                return Ok(Some(rest).filter(|rest| !rest.is_empty()));
            }
            searched = all.len();
            // A pattern has to begin again at the record's beginning.
            let again = match &self.edges {
                Edges::Pattern(_) | Edges::Groups(_) if searched - edge > LONG => {
                    searched + (searched - edge) / 8
                }
                _ => searched + 1,
            };
            while !self.ended && self.buffer.len() - self.start < again {
                self.fill(None)?;
            }
        }
    }

    /// Takes the next `len` bytes.
    fn cut(&mut self, len: usize) -> Vec<u8> {
        let end = self.start + len;
        // Small ones are copied out; of a large one, what is behind it.
        if self.start == 0 && len >= self.buffer.capacity() / 2 {
            // As large as this one, since the next one will be like it.
            let room = if self.ended {
                0
            } else {
                self.buffer.capacity()
            };
            let mut rest = Vec::with_capacity(room.max(self.buffer.len() - end));
            rest.extend_from_slice(&self.buffer[end..]);
            let mut bytes = std::mem::replace(&mut self.buffer, rest);
            bytes.truncate(len);
            return bytes;
        }
        let bytes = self.buffer[self.start..end].to_vec();
        self.start = end;
        bytes
    }
}
