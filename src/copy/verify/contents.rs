//! Whether two files of one size have the same bytes.
//!
//! Boundary: two open files and a range of them; who reads which range, and
//! what is told, is decided in `files`.
//!
//! Both are read and compared: a sum of each would read as much and could say
//! less. Ranges that are holes on both sides are not read.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{FileType, SeekFrom, Stat, fstat, seek};
use rustix::io::{Errno, pread, retry_on_intr};

use super::attributes::allocated;
use super::seen::Seen;
use crate::copy::digest::{self, Digest};
use crate::copy::tree::Identity;
use crate::copy::{Op, Side};

/// How many bytes are compared at once: enough for a network file system's
/// largest request or two, and both buffers stay in a core's cache.
pub(super) const BLOCK: usize = 256 << 10;

/// Buffers that are kept from one file to the next.
#[derive(Default)]
pub(super) struct Blocks {
    from: Vec<u8>,
    to: Vec<u8>,
}

/// Why two files could not be compared.
pub(super) enum Fault {
    /// The system said so.
    System(Side, Op, Errno),
    /// A file is not what it was when it was looked at.
    Changed(Side),
}

/// Two regular files of one size.
pub(super) struct Pair {
    files: [(OwnedFd, Stat); 2],
    holes: Holes,
    pub(super) size: u64,
}

/// Whether there may be ranges that need not be read.
#[derive(PartialEq)]
enum Holes {
    None,
    Possible,
}

impl Pair {
    /// Opens both, each by way of `open`.
    pub(super) fn open(
        from: &Seen<'_>,
        to: &Seen<'_>,
        open: impl Fn(&Seen<'_>) -> Result<OwnedFd, Errno>,
    ) -> Result<Self, Fault> {
        let one = |side, seen: &Seen<'_>| {
            let fd = open(seen).map_err(|errno| Fault::System(side, Op::Open, errno))?;
            let stat = fstat(&fd).map_err(|errno| Fault::System(side, Op::Stat, errno))?;
            let is_same = Identity::from_stat(&stat) == Identity::from_stat(&seen.stat)
                && FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
                && stat.st_size == seen.stat.st_size;
            if is_same {
                Ok((fd, stat))
            } else {
                Err(Fault::Changed(side))
            }
        };
        let files = [one(Side::Source, from)?, one(Side::Destination, to)?];
        let size = from.size();
        // A file without holes takes at least its size, but where it is compressed.
        let may_have_holes = files.iter().all(|(_, stat)| allocated(stat) < size);
        let pair = Self {
            files,
            holes: if may_have_holes {
                Holes::Possible
            } else {
                Holes::None
            },
            size,
        };
        pair.prepare();
        Ok(pair)
    }

    /// Drops what the system keeps of the destination: pages that were written
    /// and never read back would vouch for themselves. Only advice, and of no
    /// effect on pages that are not stored yet.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn prepare(&self) {
        use rustix::fs::{Advice, fadvise};

        let [(from, _), (to, _)] = &self.files;
        let _ = fadvise(to, 0, None, Advice::DontNeed);
        if self.size > BLOCK as u64 {
            let _ = fadvise(from, 0, None, Advice::Sequential);
            let _ = fadvise(to, 0, None, Advice::Sequential);
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn prepare(&self) {}

    /// The first byte of `range` that differs. Looks no further than `found`,
    /// which others may lower meanwhile; `read` counts the bytes compared.
    pub(super) fn first_difference(
        &self,
        range: Range<u64>,
        found: &AtomicU64,
        blocks: &mut Blocks,
        read: &AtomicU64,
    ) -> Result<Option<u64>, Fault> {
        let [(from, _), (to, _)] = &self.files;
        let longest = range.end.saturating_sub(range.start).min(BLOCK as u64);
        let longest = usize::try_from(longest).unwrap_or(BLOCK);
        blocks.grow(longest);
        let mut at = range.start;
        while at < range.end && at < found.load(Ordering::Relaxed) {
            let data = self.data(at..range.end);
            at = data.start;
            while at < data.end && at < found.load(Ordering::Relaxed) {
                let length = usize::try_from(data.end - at).unwrap_or(BLOCK).min(BLOCK);
                let a = &mut blocks.from[..length];
                let b = &mut blocks.to[..length];
                let failed = |side| move |errno| Fault::System(side, Op::Read, errno);
                let a_length = read_full(from.as_fd(), a, at).map_err(failed(Side::Source))?;
                let b_length = read_full(to.as_fd(), b, at).map_err(failed(Side::Destination))?;
                read.fetch_add(length as u64, Ordering::Relaxed);
                if a_length == length && b_length == length && a == b {
                    at += length as u64;
                    continue;
                }
                self.unchanged()?;
                let common = a_length.min(b_length);
                let differs = a[..common]
                    .iter()
                    .zip(&b[..common])
                    .position(|(a, b)| a != b);
                return Ok(Some(at + differs.unwrap_or(common) as u64));
            }
        }
        Ok(None)
    }

    /// The identity of the file in the destination.
    pub(super) fn destination(&self) -> Identity {
        Identity::from_stat(&self.files[1].1)
    }

    /// The digest of `range` of the destination, which begins at a block.
    pub(super) fn digest(
        &self,
        range: Range<u64>,
        blocks: &mut Blocks,
        read: &AtomicU64,
    ) -> Result<Digest, Fault> {
        let to = self.files[1].0.as_fd();
        let block = digest::BLOCK as u64;
        blocks.grow(BLOCK);
        let mut digest = Digest::default();
        let mut at = range.start;
        while at < range.end {
            let found = if self.holes == Holes::None {
                at..range.end
            } else {
                data(to, at..range.end)
            };
            at = found.start / block * block;
            let end = found.end.next_multiple_of(block).min(range.end);
            while at < end {
                let length = usize::try_from(end - at).unwrap_or(BLOCK).min(BLOCK);
                let bytes = &mut blocks.to[..length];
                let length = read_full(to, bytes, at)
                    .map_err(|errno| Fault::System(Side::Destination, Op::Read, errno))?;
                if length == 0 {
                    return Ok(digest);
                }
                digest.add(at, &bytes[..length]);
                read.fetch_add(length as u64, Ordering::Relaxed);
                at += length as u64;
            }
        }
        Ok(digest)
    }

    /// The next part of `range` in which at least one side has data; it begins
    /// at the end of `range` if there is none.
    fn data(&self, range: Range<u64>) -> Range<u64> {
        if self.holes == Holes::None {
            return range;
        }
        let [(from, _), (to, _)] = &self.files;
        let a = data(from.as_fd(), range.clone());
        let b = data(to.as_fd(), range);
        if a.start <= b.start { a } else { b }
    }

    /// Whether both files are still what they were: a difference in a file
    /// that is being written is none.
    fn unchanged(&self) -> Result<(), Fault> {
        for (side, (fd, stat)) in [Side::Source, Side::Destination].iter().zip(&self.files) {
            let now = fstat(fd).map_err(|errno| Fault::System(*side, Op::Stat, errno))?;
            let state = |stat: &Stat| {
                (
                    (stat.st_size, stat.st_mtime, stat.st_mtime_nsec),
                    (stat.st_ctime, stat.st_ctime_nsec),
                )
            };
            if state(&now) != state(stat) {
                return Err(Fault::Changed(*side));
            }
        }
        Ok(())
    }
}

impl Blocks {
    fn grow(&mut self, length: usize) {
        if self.from.len() < length {
            // Once for all files but the small ones.
            let length = length.next_power_of_two();
            self.from.resize(length, 0);
            self.to.resize(length, 0);
        }
    }
}

/// The next data of a file in `range`; all of it where the system does not say.
fn data(fd: BorrowedFd<'_>, range: Range<u64>) -> Range<u64> {
    let start = match seek_data(fd, range.start) {
        Ok(start) if start >= range.end => return range.end..range.end,
        Ok(start) if start >= range.start => start,
        Err(Errno::NXIO) => return range.end..range.end,
        Ok(_) | Err(_) => return range,
    };
    match seek_hole(fd, start) {
        // One that is not behind it would be met for ever.
        Ok(hole) if hole > start => start..hole.min(range.end),
        Ok(_) | Err(_) => start..range.end,
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn seek_data(fd: BorrowedFd<'_>, at: u64) -> Result<u64, Errno> {
    seek(fd, SeekFrom::Data(at))
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn seek_hole(fd: BorrowedFd<'_>, at: u64) -> Result<u64, Errno> {
    seek(fd, SeekFrom::Hole(at))
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
fn seek_data(_: BorrowedFd<'_>, _: u64) -> Result<u64, Errno> {
    Err(Errno::INVAL)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
fn seek_hole(_: BorrowedFd<'_>, _: u64) -> Result<u64, Errno> {
    Err(Errno::INVAL)
}

/// Reads until the buffer is full or the file is at its end.
fn read_full(fd: BorrowedFd<'_>, buffer: &mut [u8], at: u64) -> Result<usize, Errno> {
    let mut length = 0;
    while length < buffer.len() {
        match retry_on_intr(|| pread(fd, &mut buffer[length..], at + length as u64))? {
            0 => break,
            more => length += more,
        }
    }
    Ok(length)
}
