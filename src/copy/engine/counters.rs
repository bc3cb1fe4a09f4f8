//! What a copy has done so far.
//!
//! Boundary: numbers that workers add to and anybody may read at any time; a
//! progress bar and the summary are made of them.

use std::sync::atomic::{AtomicU64, Ordering};

/// The size from which on a file is a large one: below it the rate that counts
/// is files a second, from it on bytes a second.
pub const LARGE: u64 = 10 << 20;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a copy has done so far.
        #[derive(Debug, Default)]
        pub struct Counters {
            $($(#[$doc])* pub(in crate::copy) $name: AtomicU64,)*
        }

        /// The counters at one moment.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Counts {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Counts {
            /// The sums of these and those of another destination.
            #[must_use]
            pub fn plus(self, other: Self) -> Self {
                Self {
                    $($name: self.$name + other.$name,)*
                }
            }
        }

        impl Counters {
            /// The counters as they are now, each by itself.
            pub fn counts(&self) -> Counts {
                Counts {
                    $($name: self.$name.load(Ordering::Relaxed),)*
                }
            }
        }
    };
}

counters! {
    /// Entries found in the source, the root among them.
    found,
    /// Whether the walk has found all there is: 1 then.
    walked,
    /// Bytes of data that are to be copied, of the files that have been opened:
    /// neither those of files that are there nor, as far as can be told, holes.
    found_bytes,
    /// Bytes of data that were copied so far, also those of files that are not
    /// complete, fail later, or are read again.
    moved_bytes,
    /// Regular files whose data was copied.
    files,
    /// Bytes of data that were copied; holes are not counted.
    bytes,
    /// Of the files, those of at least [`LARGE`] bytes.
    large_files,
    /// Of the bytes, those of large files.
    large_bytes,
    /// Files whose data is shared with the source's, not copied.
    cloned,
    /// Directories that were made.
    directories,
    /// Directories that were there.
    directories_there,
    /// Symlinks that were made.
    symlinks,
    /// Fifos, sockets and devices that were made.
    specials,
    /// Hard links that were made.
    hard_links,
    /// Entries that were there and equal.
    skipped,
    /// Of those, entries whose attributes were put right.
    mended,
    /// Entries that filters, sizes or file system borders left out.
    excluded,
    /// Entries that were removed because the source does not have them.
    deleted,
    /// Entries that were to be removed and were kept, for safety or the limit.
    delete_kept,
    /// Entries that failed.
    failed,
    /// Entries that were not tried, because the destination is full.
    not_tried,
    /// Sources that went away.
    vanished,
    /// Sources that changed while they were read.
    changed,
    /// Files that were made to look incomplete, because the sync failed.
    taken_back,
    /// Names that were to be hard links and became copies.
    links_not_kept,
    /// Entries whose owner or group was not kept.
    owner_not_kept,
    /// Entries whose permissions were not kept in full.
    mode_not_kept,
    /// Entries whose access control list was not kept.
    acl_not_kept,
    /// Entries some of whose extended attributes were not kept.
    xattr_not_kept,
    /// Entries whose times were not kept.
    times_not_kept,
}

/// Adds to a counter. Nothing is decided by them while a copy runs.
pub(in crate::copy) fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}
