//! The bytes of a file, from one descriptor to another.
//!
//! Boundary: data only, no names and no attributes. Shared blocks where the
//! file system can, then a copy it makes by itself, then reads and writes;
//! holes stay holes.

use std::os::fd::BorrowedFd;

use rustix::fs::{SeekFrom, Stat, ftruncate, seek};
#[cfg(any(target_os = "linux", target_os = "android"))]
use rustix::fs::{copy_file_range, ioctl_ficlone};
use rustix::io::{Errno, pread, pwrite, retry_on_intr};

use super::copier::{Copier, Scratch};
use super::fault::{Fault, Work};
use super::filesystem::FileSystem;
use super::{Op, Side};
use crate::copy::tree::Stop;

/// How much is read at a time: fits the second-level cache of most CPUs.
pub(super) const BLOCK: usize = 256 << 10;

/// The size of a digest's blocks, as an offset.
const BLOCK_OF_DIGEST: u64 = crate::copy::digest::BLOCK as u64;

/// Below this size a file's blocks are not shared: writing them is cheaper
/// than the metadata of a shared extent.
const LEAST_CLONE: u64 = 4096;

/// What lies between two files that are being copied.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) from: BorrowedFd<'a>,
    pub(super) to: BorrowedFd<'a>,
}

/// How the data of a file got to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// So many bytes were copied.
    Copied(u64),
    /// Its blocks are shared with the source's.
    Cloned,
}

/// What stopped the copying of data.
pub(super) enum Broken {
    /// A system call failed.
    Fault(Fault),
    /// The run is to stop.
    Stopped,
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Whether a file may have holes, by what it occupies.
pub(super) fn may_have_holes(stat: &Stat) -> bool {
    occupied(stat) < size(stat)
}

/// How much of a file is data and no hole, by what it occupies: an estimate
/// where a file system compresses, or allocates late.
pub(super) fn occupied(stat: &Stat) -> u64 {
    u64::try_from(stat.st_blocks)
        .unwrap_or(0)
        .saturating_mul(512)
        .min(size(stat))
}

/// The size in a stat.
pub(super) fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}

/// Shares the source's blocks, if the file system can. False if it did not.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn clone_data(pair: Pair<'_>, stat: &Stat, fs: &FileSystem) -> Work<bool> {
    if size(stat) < LEAST_CLONE || !fs.may_clone() {
        return Ok(false);
    }
    match ioctl_ficlone(pair.to, pair.from) {
        Ok(()) => Ok(true),
        Err(errno @ (Errno::NOSPC | Errno::DQUOT | Errno::IO)) => {
            Err(Fault::destination(Op::Write)(errno))
        }
        // This file only: a swap file, another checksum policy.
        Err(Errno::INVAL | Errno::TXTBSY | Errno::PERM) => Ok(false),
        Err(_) => {
            fs.cannot_clone();
            Ok(false)
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn clone_data(_: Pair<'_>, _: &Stat, _: &FileSystem) -> Work<bool> {
    Ok(false)
}

impl Copier {
    /// Copies a whole file, of the size in `stat`, into an empty one.
    pub(super) fn copy_data(
        &self,
        pair: Pair<'_>,
        stat: &Stat,
        fs: &FileSystem,
        scratch: &mut Scratch<'_>,
    ) -> Result<u64, Broken> {
        let size = size(stat);
        if may_have_holes(stat) {
            let copied = self.copy_extents(pair, 0, size, fs, scratch)?;
            // A hole at the end has no data that would give the file its length.
            ftruncate(pair.to, size).map_err(Fault::destination(Op::Truncate))?;
            return Ok(copied);
        }
        // A file of /proc says that it is empty: it ends where reading does.
        let length = if size == 0 { u64::MAX } else { size };
        self.copy_range(pair, 0, length, fs, scratch)
    }

    /// Copies the data between `from` and `end`, and leaves the holes.
    pub(super) fn copy_extents(
        &self,
        pair: Pair<'_>,
        from: u64,
        end: u64,
        fs: &FileSystem,
        scratch: &mut Scratch<'_>,
    ) -> Result<u64, Broken> {
        let mut extents = Extents::new(pair.from, from, end);
        let mut copied = 0;
        while let Some((data, hole)) = extents.next(self.digests.is_some())? {
            let length = self.copy_range(pair, data, hole - data, fs, scratch)?;
            scratch.is_short |= length < hole - data;
            copied += length;
        }
        Ok(copied)
    }

    /// Copies up to `length` bytes at `from`; fewer if the source ends there.
    pub(super) fn copy_range(
        &self,
        pair: Pair<'_>,
        from: u64,
        length: u64,
        fs: &FileSystem,
        scratch: &mut Scratch<'_>,
    ) -> Result<u64, Broken> {
        let mut done = 0;
        if fs.copies_by_itself() && self.digests.is_none() {
            done = self.served_range(pair, from, length, scratch)?;
            if done == length {
                return Ok(done);
            }
        }
        let block = usize::try_from(length).unwrap_or(BLOCK).clamp(4096, BLOCK);
        if scratch.buffer.len() < block {
            scratch.buffer.resize(block, 0);
        }
        while done < length {
            if (scratch.control)() != Stop::No {
                return Err(Broken::Stopped);
            }
            let want = usize::try_from(length - done)
                .unwrap_or(BLOCK)
                .clamp(1, BLOCK);
            let buffer = &mut scratch.buffer[..want];
            let read = if self.digests.is_some() {
                // Whole blocks, wherever the source gives less at a time.
                read_full(pair.from, buffer, from + done)?
            } else {
                retry_on_intr(|| pread(pair.from, &mut buffer[..], from + done))
                    .map_err(Fault::source(Op::Read))?
            };
            if read == 0 {
                break;
            }
            if self.digests.is_some() {
                scratch.digest.add(from + done, &scratch.buffer[..read]);
            }
            self.throttle(read, scratch.control)?;
            write_all(pair.to, &scratch.buffer[..read], from + done)?;
            done += read as u64;
        }
        Ok(done)
    }

    /// Has the file system copy by itself; less than `length` if it will not.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn served_range(
        &self,
        pair: Pair<'_>,
        from: u64,
        length: u64,
        scratch: &mut Scratch<'_>,
    ) -> Result<u64, Broken> {
        /// In parts, so that a stop is heard and a limit kept.
        const PART: u64 = 64 << 20;
        let mut done = 0;
        while done < length {
            if (scratch.control)() != Stop::No {
                return Err(Broken::Stopped);
            }
            let part = usize::try_from((length - done).min(PART)).unwrap_or(BLOCK);
            let (mut at, mut to) = (from + done, from + done);
            match copy_file_range(pair.from, Some(&mut at), pair.to, Some(&mut to), part) {
                // The end of the source, or a file system that says so wrongly: a read tells.
                Ok(0) => break,
                Ok(copied) => {
                    self.throttle(copied, scratch.control)?;
                    done += copied as u64;
                }
                Err(Errno::INTR) => {}
                Err(
                    Errno::NOSYS
                    | Errno::XDEV
                    | Errno::INVAL
                    | Errno::PERM
                    | Errno::OPNOTSUPP
                    | Errno::TXTBSY
                    | Errno::BADF
                    | Errno::NOENT
                    | Errno::FBIG,
                ) if done == 0 => break,
                Err(errno) => return Err(Fault::destination(Op::Write)(errno).into()),
            }
        }
        Ok(done)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn served_range(
        &self,
        _: Pair<'_>,
        _: u64,
        _: u64,
        _: &mut Scratch<'_>,
    ) -> Result<u64, Broken> {
        Ok(0)
    }
}

/// The parts of a file that are data and no hole.
pub(super) struct Extents<'a> {
    from: BorrowedFd<'a>,
    at: u64,
    end: u64,
}

impl<'a> Extents<'a> {
    /// Those between `at` and `end`.
    pub(super) fn new(from: BorrowedFd<'a>, at: u64, end: u64) -> Self {
        Self { from, at, end }
    }

    /// Where the next one begins and ends: if it `is_hashed`, at whole blocks.
    pub(super) fn next(&mut self, is_hashed: bool) -> Work<Option<(u64, u64)>> {
        if self.at >= self.end {
            return Ok(None);
        }
        let data = match seek(self.from, SeekFrom::Data(self.at)) {
            Ok(data) => data,
            // Nothing but a hole is left.
            Err(Errno::NXIO) => return Ok(None),
            // No such thing here: all is data.
            Err(Errno::INVAL | Errno::OPNOTSUPP) => self.at,
            Err(errno) => return Err(Fault::source(Op::Read)(errno)),
        };
        if data >= self.end {
            return Ok(None);
        }
        let hole = match seek(self.from, SeekFrom::Hole(data)) {
            Ok(hole) => hole.min(self.end),
            Err(Errno::NXIO | Errno::INVAL | Errno::OPNOTSUPP) => self.end,
            Err(errno) => return Err(Fault::source(Op::Read)(errno)),
        };
        // A file system that does not move on would keep us here for ever.
        let hole = if hole > data { hole } else { self.end };
        let (data, hole) = if is_hashed {
            // Digests are of whole blocks; the zeros beside the data count nothing.
            let block = BLOCK_OF_DIGEST;
            let end = hole.next_multiple_of(block).min(self.end);
            (data / block * block, end)
        } else {
            (data, hole)
        };
        self.at = hole;
        Ok(Some((data, hole)))
    }
}

/// Reads until the buffer is full or the source ends.
pub(super) fn read_full(from: BorrowedFd<'_>, buffer: &mut [u8], offset: u64) -> Work<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        let rest = &mut buffer[filled..];
        let read = retry_on_intr(|| pread(from, &mut *rest, offset + filled as u64))
            .map_err(Fault::source(Op::Read))?;
        if read == 0 {
            break;
        }
        filled += read;
    }
    Ok(filled)
}

/// Writes all of `bytes` at an offset.
pub(super) fn write_all(to: BorrowedFd<'_>, bytes: &[u8], offset: u64) -> Work<()> {
    let mut done = 0;
    while done < bytes.len() {
        let rest = &bytes[done..];
        match retry_on_intr(|| pwrite(to, rest, offset + done as u64)) {
            // POSIX lets a write of more than nothing write nothing only on odd devices.
            Ok(0) => return Err(Fault::destination(Op::Write)(Errno::IO)),
            Ok(written) => done += written,
            Err(errno) => {
                return Err(Fault {
                    side: Side::Destination,
                    op: Op::Write,
                    errno,
                });
            }
        }
    }
    Ok(())
}

/// Whether two open files of one size have the same contents.
pub(super) fn same_contents(pair: Pair<'_>, scratch: &mut Scratch<'_>) -> Result<bool, Broken> {
    if scratch.buffer.len() < BLOCK {
        scratch.buffer.resize(BLOCK, 0);
    }
    let (one, other) = scratch.buffer.split_at_mut(BLOCK / 2);
    let mut at = 0;
    loop {
        if (scratch.control)() != Stop::No {
            return Err(Broken::Stopped);
        }
        let read =
            retry_on_intr(|| pread(pair.from, &mut *one, at)).map_err(Fault::source(Op::Read))?;
        if read == 0 {
            let more = retry_on_intr(|| pread(pair.to, &mut other[..1], at))
                .map_err(Fault::destination(Op::Read))?;
            return Ok(more == 0);
        }
        let mut filled = 0;
        while filled < read {
            let rest = &mut other[filled..read];
            let more = retry_on_intr(|| pread(pair.to, &mut *rest, at + filled as u64))
                .map_err(Fault::destination(Op::Read))?;
            if more == 0 {
                return Ok(false);
            }
            filled += more;
        }
        if one[..read] != other[..read] {
            return Ok(false);
        }
        at += read as u64;
    }
}
