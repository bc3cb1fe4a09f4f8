//! Cutting a file: ranges of it, found by looking only where they end.
//!
//! Boundary: reads a file by offset, never moving the position that a
//! descriptor has; gives out ranges, which jobs read by themselves.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, FileTypeExt};
use std::sync::Arc;

use super::block::{Block, Part};
use super::cutter::grow;
use super::edges::{Edges, Extent};
use super::error::BlocksError;
use super::head::{Found, Head};
use super::spec::{BlocksSpec, FirstLine, LeftOut, Separators};
use crate::input::Origin;

/// How much is looked at first for an edge.
const WINDOW: u64 = 32 << 10;

/// Where the ends of blocks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Places {
    /// At the last edge before so many bytes, as in a stream.
    Before,
    /// At the first edge whose record ends behind so many bytes, as GNU parallel
    /// cuts files: its text, if there is any, begins there or later. There are no
    /// more blocks than the size goes into the file, and none has to grow.
    Behind,
}

/// A file that is being cut.
pub struct Ranges {
    file: Arc<File>,
    origin: Origin,
    edges: Edges,
    header: Arc<[u8]>,
    places: Places,
    size: u64,
    grown: bool,
    /// Where the next block begins.
    at: u64,
    end: u64,
}

impl Ranges {
    /// Whether a file can be cut like this, so that nothing has to be read into
    /// memory: records by number, patterns, separators that are taken out and
    /// blocks that are left out need all of the data looked at.
    pub fn can_cut(spec: &BlocksSpec) -> bool {
        spec.records.per_job.is_none()
            && spec.records.lines.is_none_or(|lines| lines == 1)
            && spec.separators == Separators::Keep
            && spec.left_out == LeftOut::None
            && Edges::new(&spec.records, b"").is_ok_and(|edges| edges.is_local())
    }

    /// Cuts `file`, which messages call `origin`, from `at` on, into the blocks
    /// that a stream would be cut into.
    pub fn stream(
        file: File,
        origin: Origin,
        at: u64,
        spec: &BlocksSpec,
    ) -> Result<Self, BlocksError> {
        let size = spec.size.of_stream().ok_or(BlocksError::NoShare)?;
        let mut ranges = Self::open(file, origin, at, spec, Places::Before)?;
        ranges.size = size;
        Ok(ranges)
    }

    /// Cuts `file` into parts (`--pipepart`), for so many slots.
    pub fn parts(
        file: File,
        origin: Origin,
        spec: &BlocksSpec,
        slots: usize,
    ) -> Result<Self, BlocksError> {
        let mut ranges = Self::open(file, origin, 0, spec, Places::Behind)?;
        ranges.size = spec.size.of_parts(ranges.end, slots);
        Ok(ranges)
    }

    fn open(
        file: File,
        origin: Origin,
        at: u64,
        spec: &BlocksSpec,
        places: Places,
    ) -> Result<Self, BlocksError> {
        let mut ranges = Self {
            file: Arc::new(file),
            origin,
            edges: Edges::of_records(&spec.records)?,
            header: Arc::default(),
            places,
            size: 1,
            grown: false,
            at,
            end: at,
        };
        ranges.end = ranges.length()?.max(at);
        if spec.first_line == FirstLine::Skipped {
            ranges.take_header(&Head::Lines(1))?;
        }
        ranges.take_header(&Head::new(&spec.header)?)?;
        Ok(ranges)
    }

    /// The next block; none at the end of the file.
    pub fn next_block(&mut self) -> Result<Option<Block>, BlocksError> {
        if self.at >= self.end && self.places == Places::Before {
            // It may have grown meanwhile, as a stream would have.
            self.end = self.length()?.max(self.at);
        }
        if self.at >= self.end {
            return Ok(None);
        }
        let end = match self.places {
            Places::Before => self.edge_before()?,
            Places::Behind => self.edge_behind()?,
        };
        let part = Part {
            file: Arc::clone(&self.file),
            origin: self.origin.clone(),
            offset: self.at,
            len: end - self.at,
        };
        self.at = end;
        Ok(Some(Block::of_part(&self.header, part)))
    }

    /// How large blocks have become, if that is news: a record did not fit.
    pub fn grown(&mut self) -> Option<u64> {
        std::mem::take(&mut self.grown).then_some(self.size)
    }

    /// How far the file has been given out.
    pub fn at(&self) -> u64 {
        self.at
    }

    fn take_header(&mut self, head: &Head) -> Result<(), BlocksError> {
        let mut window = WINDOW;
        loop {
            let all = self.load(self.at, self.at + window)?;
            let extent = if self.at + window >= self.end {
                Extent::Whole
            } else {
                Extent::Open
            };
            match head.find(&all, extent) {
                Found::Len(len) => {
                    self.header = all[..len].into();
                    self.at += len as u64;
                    return Ok(());
                }
                Found::More => window *= 2,
            }
        }
    }

    /// The last edge with no more than `size` bytes before it; blocks grow until
    /// there is one.
    fn edge_before(&mut self) -> Result<u64, BlocksError> {
        let mut low = self.at;
        loop {
            let high = self.at.saturating_add(self.size);
            if high > self.end {
                return Ok(self.end);
            }
            if let Some(edge) = self.last_edge(low, high)? {
                return Ok(edge);
            }
            if high == self.end {
                return Ok(self.end);
            }
            // What has been looked through need not be again.
            low = high.saturating_sub(self.edges.width() as u64).max(self.at);
            self.size = grow(self.size);
            self.grown = true;
        }
    }

    /// The last edge in `low..=high`, but not `low` itself.
    fn last_edge(&self, low: u64, high: u64) -> Result<Option<u64>, BlocksError> {
        let (mut window, mut to) = (WINDOW, high);
        loop {
            let from = to.saturating_sub(window).max(low);
            let bytes = self.load(from, to)?;
            if let Some(edge) = self.edges.last(&bytes) {
                return Ok(Some(from + edge as u64));
            }
            if from == low {
                return Ok(None);
            }
            // An edge at the beginning of a window is seen in the one before.
            to = (from + self.edges.width() as u64).min(high);
            window = (window * 2).max(2 * self.edges.width() as u64);
        }
    }

    /// The first edge whose text begins behind `size` bytes.
    fn edge_behind(&self) -> Result<u64, BlocksError> {
        let place = self.at.saturating_add(self.size);
        let width = self.edges.width() as u64;
        let least = place.saturating_add(self.edges.before() as u64);
        // What ends behind the place may begin before it.
        let mut from = place.saturating_sub(width).max(self.at);
        let mut window = WINDOW + 2 * width;
        while from < self.end {
            let to = (from + window).min(self.end);
            let bytes = self.load(from, to)?;
            let mut edge = 0;
            while let Some(next) = self.edges.next(&bytes, edge, edge, Extent::Open) {
                edge = next;
                let at = from + edge as u64;
                if at >= least {
                    return Ok(at.min(self.end));
                }
            }
            if to == self.end {
                break;
            }
            from = to - width;
            window *= 2;
        }
        Ok(self.end)
    }

    fn load(&self, from: u64, to: u64) -> Result<Vec<u8>, BlocksError> {
        let len = usize::try_from(to.min(self.end).saturating_sub(from)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; len];
        let mut done = 0;
        while done < len {
            match self.file.read_at(&mut bytes[done..], from + done as u64) {
                // It has become shorter; who reads the range will say so.
                Ok(0) => break,
                Ok(n) => done += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.unread(from, error)),
            }
        }
        bytes.truncate(done);
        Ok(bytes)
    }

    /// How long the file is now: also of a device, which stat(2) does not tell.
    fn length(&self) -> Result<u64, BlocksError> {
        let meta = self.file.metadata();
        let meta = meta.map_err(|error| self.unread(self.at, error))?;
        if meta.is_file() {
            return Ok(meta.len());
        }
        if !meta.file_type().is_block_device() {
            return Err(BlocksError::NoSize {
                origin: self.origin.clone(),
            });
        }
        // The descriptor is prun's own: nobody else's position moves.
        let end = rustix::fs::seek(&*self.file, rustix::fs::SeekFrom::End(0));
        end.map_err(|errno| self.unread(self.at, errno.into()))
    }

    fn unread(&self, offset: u64, error: io::Error) -> BlocksError {
        BlocksError::Read {
            origin: self.origin.clone(),
            offset,
            error,
        }
    }
}
