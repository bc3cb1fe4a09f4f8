//! The data of one file into several: read once, written to each.
//!
//! Boundary: data only, as in `data`. What goes wrong with one of them is its
//! own; what goes wrong with the source, or a stop, is of all.

use std::os::fd::BorrowedFd;

use rustix::fs::{Stat, ftruncate};
use rustix::io::{pread, retry_on_intr};

use super::Op;
use super::copier::{Copier, Scratch};
use super::counters::add;
use super::data::{BLOCK, Broken, Extents, may_have_holes, read_full, size, write_all};
use super::fault::{Fault, Work};
use crate::copy::tree::Stop;

/// One of the files that data is poured into.
pub(super) struct Sink<'a> {
    pub(super) copier: &'a Copier,
    pub(super) to: BorrowedFd<'a>,
    /// How many bytes it has taken.
    pub(super) copied: u64,
    /// What keeps it from taking more.
    pub(super) broken: Option<Fault>,
}

impl Sink<'_> {
    fn take(&mut self, bytes: &[u8], at: u64) {
        if self.broken.is_some() {
            return;
        }
        match write_all(self.to, bytes, at) {
            Ok(()) => {
                self.copied += bytes.len() as u64;
                add(&self.copier.counters.moved_bytes, bytes.len() as u64);
            }
            Err(fault) => self.broken = Some(fault),
        }
    }

    /// Gives it its length: a hole at the end has no data that would.
    pub(super) fn cut(&mut self, size: u64) {
        if self.broken.is_none()
            && let Err(errno) = ftruncate(self.to, size)
        {
            self.broken = Some(Fault::destination(Op::Truncate)(errno));
        }
    }
}

/// Pours a whole file, of the size in `stat`, into empty ones.
pub(super) fn pour_all(
    sinks: &mut [Sink<'_>],
    from: BorrowedFd<'_>,
    stat: &Stat,
    scratch: &mut Scratch<'_>,
) -> Result<(), Broken> {
    let size = size(stat);
    if may_have_holes(stat) {
        pour_extents(sinks, from, (0, size), scratch)?;
        for sink in sinks {
            sink.cut(size);
        }
        return Ok(());
    }
    // A file of /proc says that it is empty: it ends where reading does.
    let end = if size == 0 { u64::MAX } else { size };
    pour_range(sinks, from, (0, end), scratch).map(|_| ())
}

/// Pours the data between two places, and leaves the holes.
pub(super) fn pour_extents(
    sinks: &mut [Sink<'_>],
    from: BorrowedFd<'_>,
    (start, end): (u64, u64),
    scratch: &mut Scratch<'_>,
) -> Result<(), Broken> {
    let mut extents = Extents::new(from, start, end);
    while let Some((data, hole)) = extents.next(is_hashed(sinks))? {
        let end = pour_range(sinks, from, (data, hole), scratch)?;
        // Not where no sink takes any more: each of them says why.
        scratch.is_short |= end < hole && sinks.iter().any(|sink| sink.broken.is_none());
    }
    Ok(())
}

fn is_hashed(sinks: &[Sink<'_>]) -> bool {
    sinks.iter().any(|sink| sink.copier.digests.is_some())
}

/// Pours what is between two places; less if the source ends before. Gives the
/// place where it ended.
pub(super) fn pour_range(
    sinks: &mut [Sink<'_>],
    from: BorrowedFd<'_>,
    (start, end): (u64, u64),
    scratch: &mut Scratch<'_>,
) -> Result<u64, Broken> {
    let is_hashed = is_hashed(sinks);
    let block = usize::try_from(end - start).unwrap_or(BLOCK);
    let block = block.clamp(4096, BLOCK);
    if scratch.buffer.len() < block {
        scratch.buffer.resize(block, 0);
    }
    let mut at = start;
    while at < end && sinks.iter().any(|sink| sink.broken.is_none()) {
        if (scratch.control)() != Stop::No {
            return Err(Broken::Stopped);
        }
        let want = usize::try_from(end - at).unwrap_or(BLOCK).clamp(1, BLOCK);
        let buffer = &mut scratch.buffer[..want];
        let read: Work<usize> = if is_hashed {
            read_full(from, buffer, at)
        } else {
            retry_on_intr(|| pread(from, &mut buffer[..], at)).map_err(Fault::source(Op::Read))
        };
        let read = read?;
        if read == 0 {
            break;
        }
        if is_hashed {
            scratch.digest.add(at, &scratch.buffer[..read]);
        }
        if let Some(limit) = sinks
            .iter()
            .find_map(|sink| sink.copier.bytes_limit.as_ref())
        {
            super::copier::wait(limit.take(read as u64), scratch.control)?;
        }
        for sink in &mut *sinks {
            sink.take(&scratch.buffer[..read], at);
        }
        at += read as u64;
    }
    Ok(at)
}
