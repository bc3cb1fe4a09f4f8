//! Taking back what was not stored: after a failed sync no file that this copy
//! made may look like its source.
//!
//! Boundary: a second way through both trees. Which files the kernel could not
//! store it does not say, so each that has the size and time of its source and
//! was changed since the copy began is taken back: a rerun copies it again. A
//! list of what was copied would be as long as the tree.
//!
//! A file that this copy made is removed, so that a rerun which compares sizes
//! alone copies it too. One that was there before may only have been given
//! attributes: it loses its time of modification, and stays.

use std::ffi::{CStr, CString};
use std::path::Path;
use std::sync::Arc;

use rustix::fd::AsFd;
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Stat, Timespec, Timestamps, openat, statat, unlinkat,
    utimensat,
};
use rustix::io::Errno;

use super::attributes::ctime;
use super::copier::Copier;
use super::counters::add;
use super::open_directory;
use super::{Difference, Follow, Share};
use crate::copy::tree::{At, Control, Held, Node, Selected, Tree, Visit, Visitor};

/// The way back.
struct TakeBack<'a> {
    since: i64,
    copier: &'a Copier,
}

/// Takes the time of modification from all files that were changed since.
pub(super) fn take_back(
    source: &Path,
    destination: &Path,
    since: i64,
    copier: &Copier,
    control: Control<'_>,
) {
    let visitor = TakeBack { since, copier };
    let root = (|| {
        let held = Held::new(open_directory(source)?, open_directory(destination)?);
        Node::root(CString::default(), held, ())
    })();
    let Ok(root) = root else {
        add(&copier.counters.failed, 1);
        return;
    };
    let tree = Tree::new(&Arc::new(root), 1, 16);
    tree.work(&visitor, &mut (), control);
}

impl TakeBack<'_> {
    /// Whether what is in a directory may be this copy's. Another client's files
    /// are for that one to answer for.
    fn is_in_share(&self, node: &Node<()>) -> bool {
        match self.copier.options.share {
            Share::Whole | Share::Rest => true,
            Share::Client(client) => client.has(&node.path(None)),
        }
    }

    /// Whether a rerun would take a file for complete that this copy made.
    fn is_ours(&self, source: &Stat, there: &Stat) -> bool {
        let is_file = |stat: &Stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        let (seconds, nanoseconds) = ctime(there);
        let changed = seconds
            .saturating_mul(1_000_000_000)
            .saturating_add(nanoseconds);
        is_file(source)
            && is_file(there)
            && source.st_size == there.st_size
            && self.copier.looks_as_old(source, there)
            && changed >= self.since
    }
}

impl TakeBack<'_> {
    /// Whether a file was made by this copy, as far as can be told: by when it
    /// was made, and where that is not known, where nothing but its size counts.
    fn is_made(&self, at: At<'_, ()>) -> bool {
        let counts_size = self.copier.options.difference == Difference::Size;
        counts_size || birth(at).is_some_and(|born| born >= self.since)
    }
}

/// When a file was made, in nanoseconds since 1970.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn birth(at: At<'_, ()>) -> Option<i64> {
    use rustix::fs::{StatxFlags, statx};
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    let stat = statx(&at.held.to, at.name, flags, StatxFlags::BTIME).ok()?;
    let seconds = stat.stx_btime.tv_sec.saturating_mul(1_000_000_000);
    let is_known = stat.stx_mask & StatxFlags::BTIME.bits() != 0;
    is_known.then(|| seconds.saturating_add(i64::from(stat.stx_btime.tv_nsec)))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn birth(_: At<'_, ()>) -> Option<i64> {
    None
}

impl Visitor for TakeBack<'_> {
    type Directory = ();
    type Piece = ();
    type Scratch<'a> = ();

    fn enter(&self, tree: &Tree<Self>, parent: &Arc<Node<()>>, name: &CStr) -> Option<(Held, ())> {
        let above = tree.held(parent).ok()?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut source = flags;
        if self.copier.options.follow == Follow::Never {
            source |= OFlags::NOFOLLOW;
        }
        let from = openat(&above.from, name, source, Mode::empty()).ok()?;
        let to = openat(&above.to, name, flags | OFlags::NOFOLLOW, Mode::empty()).ok()?;
        Some((Held::new(from, to), ()))
    }

    fn select(&self, _: &Tree<Self>, at: At<'_, ()>, reported: FileType) -> Selected {
        let is_followed =
            self.copier.options.follow == Follow::Always && reported == FileType::Symlink;
        let kind = if reported == FileType::Unknown || is_followed {
            (self.copier.stat_named(at.held.from.as_fd(), at.name))
                .map_or(FileType::Unknown, |stat| {
                    FileType::from_raw_mode(stat.st_mode)
                })
        } else {
            reported
        };
        match kind {
            FileType::Directory => Selected::Directory,
            FileType::RegularFile if self.is_in_share(at.node) => Selected::Entry(kind),
            _ => Selected::No,
        }
    }

    fn entry(&self, _: &Tree<Self>, at: At<'_, ()>, _: FileType, (): &mut ()) -> Visit {
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        let (Ok(source), Ok(there)) = (
            self.copier.stat_named(at.held.from.as_fd(), at.name),
            statat(&at.held.to, at.name, flags),
        ) else {
            return Visit::Done;
        };
        if self.is_ours(&source, &there) {
            let zero = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            let never = Timestamps {
                last_access: zero,
                last_modification: zero,
            };
            // Where even that fails, the destination takes nothing more, and the sync has said so.
            let to = at.held.to.as_fd();
            let is_taken = (self.is_made(at) && unlinkat(to, at.name, AtFlags::empty()).is_ok())
                || utimensat(to, at.name, &never, flags).is_ok();
            if is_taken {
                add(&self.copier.counters.taken_back, 1);
            }
        }
        Visit::Done
    }

    fn piece(&self, _: &Tree<Self>, (): (), (): &mut ()) {}

    fn listed(&self, _: &Tree<Self>, _: &Arc<Node<()>>, _: Result<(), Errno>) {}

    fn lost(&self, _: &Tree<Self>, _: &Node<()>, _: Errno) {}

    fn leave(&self, _: &Tree<Self>, _: &Arc<Node<()>>) {}
}
