//! The totals of a count.
//!
//! Boundary: adds up; looks at nothing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FileType, Stat};

use crate::copy::LARGE;
use crate::copy::tree::Identity;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Names of regular files.
    pub files: u64,
    /// Directories, the roots among them.
    pub directories: u64,
    /// Symlinks.
    pub symlinks: u64,
    /// Fifos, sockets and devices.
    pub specials: u64,
    /// Bytes of regular files, each file once however many names it has.
    pub bytes: u64,
    /// Bytes that all entries occupy, each once: what `du -B1 -s` says.
    pub allocated: u64,
    /// Names beyond the first one of what has several.
    pub extra_names: u64,
    /// Regular files of less than [`LARGE`] bytes, each once.
    pub small: u64,
    /// Their bytes.
    pub small_bytes: u64,
    /// Regular files of [`LARGE`] bytes or more, each once.
    pub large: u64,
    /// Their bytes.
    pub large_bytes: u64,
    /// What could not be read: directories, entries, and the data of files where
    /// that was to be read.
    pub unreadable: u64,
    /// Bytes that were read.
    pub read: u64,
}

impl Counted {
    /// All entries: what `find | wc -l` says, where no name has a newline.
    pub fn entries(&self) -> u64 {
        self.files + self.directories + self.symlinks + self.specials
    }

    /// How many entries each of so many processes gets, so that none is left
    /// over for one more: the entries divided by the processes, rounded up.
    pub fn for_each_of(&self, processes: u64) -> u64 {
        self.entries().div_ceil(processes.max(1)).max(1)
    }
}

/// The totals, as all workers share them.
#[derive(Default)]
pub(super) struct Tally {
    files: AtomicU64,
    directories: AtomicU64,
    symlinks: AtomicU64,
    specials: AtomicU64,
    allocated: AtomicU64,
    extra_names: AtomicU64,
    small: AtomicU64,
    small_bytes: AtomicU64,
    large: AtomicU64,
    large_bytes: AtomicU64,
    unreadable: AtomicU64,
    read: AtomicU64,
    /// Of each file of which not all names have come, how many have not.
    links: Mutex<HashMap<Identity, u64>>,
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

/// A field of a stat, which has other types on other systems.
fn wide(field: impl TryInto<u64>) -> u64 {
    field.try_into().unwrap_or(0)
}

impl Tally {
    pub(super) fn directory(&self, stat: &Stat) {
        add(&self.directories, 1);
        self.occupied(stat);
    }

    /// A directory of which no more is known.
    pub(super) fn closed_directory(&self) {
        add(&self.directories, 1);
    }

    pub(super) fn unreadable(&self) {
        add(&self.unreadable, 1);
    }

    pub(super) fn read(&self, bytes: usize) {
        add(&self.read, wide(bytes));
    }

    /// Counts an entry that is no directory; true if it is the first name of
    /// what it is a name of.
    pub(super) fn entry(&self, stat: &Stat) -> bool {
        let kind = FileType::from_raw_mode(stat.st_mode);
        add(
            match kind {
                FileType::RegularFile => &self.files,
                FileType::Symlink => &self.symlinks,
                _ => &self.specials,
            },
            1,
        );
        if !self.is_first(stat) {
            add(&self.extra_names, 1);
            return false;
        }
        self.occupied(stat);
        if kind == FileType::RegularFile {
            let size = wide(stat.st_size);
            let (files, bytes) = if size < LARGE {
                (&self.small, &self.small_bytes)
            } else {
                (&self.large, &self.large_bytes)
            };
            add(files, 1);
            add(bytes, size);
        }
        true
    }

    fn occupied(&self, stat: &Stat) {
        // In units of 512 bytes, whatever st_blksize is (stat(2)).
        add(&self.allocated, wide(stat.st_blocks) * 512);
    }

    fn is_first(&self, stat: &Stat) -> bool {
        let names = wide(stat.st_nlink);
        if names < 2 {
            return true;
        }
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        match links.entry(Identity::from_stat(stat)) {
            Entry::Vacant(vacant) => {
                vacant.insert(names - 1);
                true
            }
            Entry::Occupied(mut found) => {
                if *found.get() > 1 {
                    *found.get_mut() -= 1;
                } else {
                    found.remove();
                }
                false
            }
        }
    }

    pub(super) fn counted(&self) -> Counted {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (small_bytes, large_bytes) = (of(&self.small_bytes), of(&self.large_bytes));
        Counted {
            files: of(&self.files),
            directories: of(&self.directories),
            symlinks: of(&self.symlinks),
            specials: of(&self.specials),
            bytes: small_bytes + large_bytes,
            allocated: of(&self.allocated),
            extra_names: of(&self.extra_names),
            small: of(&self.small),
            small_bytes,
            large: of(&self.large),
            large_bytes,
            unreadable: of(&self.unreadable),
            read: of(&self.read),
        }
    }
}
