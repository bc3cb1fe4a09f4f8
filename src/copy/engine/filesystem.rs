//! What a destination's file system can do, found out once.
//!
//! Boundary: facts about one mounted file system; who acts on them is
//! elsewhere.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
#[cfg(any(target_os = "linux", target_os = "android"))]
use rustix::fs::syncfs;
use rustix::fs::{AtFlags, Dev, Mode, Timespec, Timestamps, fstat, fstatfs, futimens, unlinkat};
use rustix::io::Errno;

use super::attributes::mtime;
use super::place::create_temporary;

/// File systems on whose files close(2) only drops a reference: what was
/// written lies in the page cache, and what goes wrong later only a sync tells.
/// By the magic numbers of statfs(2): ext2/3/4, xfs, btrfs, tmpfs, ramfs, f2fs,
/// bcachefs, zfs.
const CLOSE_IS_SILENT: [u64; 8] = [
    0xEF53,
    0x5846_5342,
    0x9123_683E,
    0x0102_1994,
    0x8584_58F6,
    0xF2F5_2010,
    0xCA45_1A4E,
    0x2FC1_2FC1,
];

/// File systems that can copy on the server, or share blocks, by
/// copy_file_range(2): NFS, CIFS, SMB2, Ceph, ZFS, bcachefs, OCFS2.
const COPIES_BY_ITSELF: [u64; 7] = [
    0x6969,
    0xFF53_4D42,
    0xFE53_4D42,
    0x00C3_6400,
    0x2FC1_2FC1,
    0xCA45_1A4E,
    0x7461_636F,
];

/// Whether close(2) of a written file can tell that data was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// It cannot.
    Silent,
    /// It can, as on NFS and FUSE.
    Telling,
}

/// One mounted file system.
pub(super) struct FileSystem {
    pub(super) dev: Dev,
    pub(super) closing: Closing,
    copies: bool,
    clones: AtomicBool,
    /// Whether it takes no more data.
    full: AtomicBool,
    granularity: OnceLock<u64>,
    /// A directory in it, for the sync at the end; open from before anything
    /// was written, so that no error is missed.
    place: OwnedFd,
}

impl FileSystem {
    /// The file system of a directory.
    pub(super) fn of(directory: BorrowedFd<'_>, dev: Dev) -> Result<Self, Errno> {
        let magic = magic(directory)?;
        Ok(Self {
            dev,
            closing: if CLOSE_IS_SILENT.contains(&magic) {
                Closing::Silent
            } else {
                Closing::Telling
            },
            copies: COPIES_BY_ITSELF.contains(&magic),
            clones: AtomicBool::new(true),
            full: AtomicBool::new(false),
            granularity: OnceLock::new(),
            place: directory.try_clone_to_owned().map_err(|_| Errno::MFILE)?,
        })
    }

    /// Whether it may be able to share the data of two files.
    pub(super) fn may_clone(&self) -> bool {
        self.clones.load(Ordering::Relaxed)
    }

    /// It has said that it cannot.
    pub(super) fn cannot_clone(&self) {
        self.clones.store(false, Ordering::Relaxed);
    }

    /// Whether it takes no more data.
    pub(super) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// It has said that it takes no more.
    pub(super) fn is_full_now(&self) {
        self.full.store(true, Ordering::Relaxed);
    }

    /// Whether copy_file_range(2) is more than a loop of reads and writes.
    pub(super) fn copies_by_itself(&self) -> bool {
        self.copies
    }

    /// How far apart its times are, in nanoseconds: 1 if it keeps them as they
    /// are given. Found out by a file that is made for it, once.
    pub(super) fn granularity(&self) -> u64 {
        *self
            .granularity
            .get_or_init(|| granularity(self.place.as_fd()).unwrap_or(1))
    }

    /// Stores all that was written to it (syncfs(2)).
    pub(super) fn sync(&self) -> Result<(), Errno> {
        sync(self.place.as_fd())
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn sync(place: BorrowedFd<'_>) -> Result<(), Errno> {
    syncfs(place)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn sync(place: BorrowedFd<'_>) -> Result<(), Errno> {
    rustix::fs::fsync(place)
}

/// What becomes of a time with all its digits, of an odd second.
fn granularity(place: BorrowedFd<'_>) -> Result<u64, Errno> {
    const SECONDS: i64 = 1_000_000_001;
    const NANOSECONDS: i64 = 999_999_999;
    let (file, name) = create_temporary(place, Mode::from_raw_mode(0o600))?;
    let time = Timespec {
        tv_sec: SECONDS,
        tv_nsec: NANOSECONDS,
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    let kept = futimens(&file, &times).and_then(|()| fstat(&file));
    unlinkat(place, &name, AtFlags::empty())?;
    let (seconds, nanoseconds) = mtime(&kept?);
    let lost = (SECONDS - seconds) * 1_000_000_000 + NANOSECONDS - nanoseconds;
    Ok(u64::try_from(lost).unwrap_or(0) + 1)
}

/// The type of a directory's file system, as statfs(2) numbers them.
fn magic(directory: BorrowedFd<'_>) -> Result<u64, Errno> {
    let statfs = fstatfs(directory)?;
    // The field is signed on some machines: only its low 32 bits count.
    #[expect(clippy::cast_sign_loss, reason = "a bit pattern")]
    Ok(statfs.f_type as u64 & 0xFFFF_FFFF)
}
