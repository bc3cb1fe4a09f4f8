//! How a file whose data is there becomes complete, and how one that does not
//! is taken back.
//!
//! Boundary: the order: attributes, a checked flush where a close can fail, the
//! time of modification, the close, the name. A source that has changed
//! meanwhile is read again.
//!
//! A file is never complete by accident: its time of modification is set last,
//! and where a close can fail, after a checked flush. What failed is removed.

use std::ffi::CStr;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Stat, Timespec, Timestamps, fstat, ftruncate, utimensat};
use rustix::io::{Errno, dup};

use super::attributes::{Made, Origin, ctime, mtime};
use super::copier::{Copier, READINGS, Scratch, Unfinished};
use super::counters::{LARGE, add};
use super::data::{Data, size};
use super::directory::Directory;
use super::fault::Fault;
use super::file::Copying;
use super::filesystem::Closing;
use super::place::{Place, remove_own, rename};
use super::subject::Subject;
use super::{Done, Op, Partial};
use crate::copy::digest::Digest;
use crate::copy::tree::{At, Held, Identity, Node};

impl Copier {
    /// Completes a file whose data is there: attributes, times, close, name.
    /// What fails is undone.
    pub(super) fn complete(
        &self,
        copying: Copying,
        mut data: Data,
        scratch: &mut Scratch<'_>,
    ) -> Result<(), Unfinished> {
        let mut source = copying.source;
        let sealed = self.seal(&copying, &mut source, &mut data, scratch);
        let Copying {
            node,
            held,
            name,
            to,
            made,
            place,
            ..
        } = copying;
        // A descriptor that is dropped tells nobody that the close failed.
        let closed = close(to).map_err(Fault::destination(Op::Close));
        let named = sealed.and_then(|version| {
            closed?;
            if let Place::Temporary(temporary) = &place {
                rename(held.to.as_fd(), temporary, &name)?;
            }
            Ok(version)
        });
        let version = match named {
            Ok(version) => version,
            Err(unfinished) => {
                self.undo(&node, &held, &name, &place, &made);
                return Err(unfinished);
            }
        };
        add(&self.counters.files, 1);
        self.told_done(&node, &name, Done::File);
        let is_large = size(&source) >= LARGE;
        add(&self.counters.large_files, u64::from(is_large));
        match data {
            Data::Cloned => add(&self.counters.cloned, 1),
            Data::Copied(bytes) => {
                add(&self.counters.bytes, bytes);
                add(&self.counters.large_bytes, if is_large { bytes } else { 0 });
            }
        }
        if let Some(mounts) = &self.mounts {
            let bytes = match data {
                Data::Cloned => 0,
                Data::Copied(bytes) => bytes,
            };
            mounts.count_file(held.mount, bytes);
        }
        if let (Some(digests), Data::Copied(_), Version::Stable) = (&self.digests, data, version) {
            let file = Identity::from_stat(&made);
            // They are read by way of the last mount.
            let seen = self
                .mounts
                .as_ref()
                .map(|mounts| mounts.seen(file, held.mount));
            digests.keep(seen.unwrap_or(file), scratch.digest);
        }
        match version {
            Version::Stable => Ok(()),
            Version::Changing => Err(Unfinished::Changed),
        }
    }

    /// All but the close and the name. A source that has changed is read again.
    fn seal(
        &self,
        copying: &Copying,
        source: &mut Stat,
        data: &mut Data,
        scratch: &mut Scratch<'_>,
    ) -> Result<Version, Unfinished> {
        let fs = &copying.node.data.fs;
        let mut version = Version::Changing;
        for reading in 1..=READINGS {
            let now = fstat(&copying.from).map_err(Fault::source(Op::Stat))?;
            if same_version(source, &now) && data.is_whole(source) && !scratch.is_short {
                version = Version::Stable;
            }
            if version == Version::Stable || reading == READINGS {
                break;
            }
            self.look_again(copying, &now)?;
            *source = now;
            ftruncate(&copying.to, 0).map_err(Fault::destination(Op::Truncate))?;
            (scratch.digest, scratch.is_short) = (Digest::default(), false);
            *data = Data::Copied(self.copy_data(copying.pair(), source, fs, scratch)?);
        }
        let made = Made {
            subject: Subject::Open(copying.to.as_fd()),
            stat: &copying.made,
            origin: match copying.place {
                Place::Existing => Origin::Found,
                _ if copying.node.data.gives_acl => Origin::Inheriting,
                _ => Origin::New,
            },
        };
        let mut told = |fault| {
            let mount = copying.held.mount;
            self.tell_by(mount, &copying.node, Some(&copying.name), fault);
        };
        let from = Subject::Open(copying.from.as_fd());
        self.set_attributes(from, source, made, &mut told);
        // Without the source's time of modification a rerun copies it again.
        if version == Version::Stable {
            if fs.closing == Closing::Telling {
                let second = dup(&copying.to).map_err(Fault::destination(Op::Close))?;
                close(second).map_err(Fault::destination(Op::Close))?;
            }
            let made = Made {
                origin: Origin::New,
                ..made
            };
            self.set_times(source, made, &mut told);
        }
        Ok(version)
    }

    /// Looks what has become of the name of a source that has changed: what is
    /// read goes on to exist without a name, or under another one.
    fn look_again(&self, copying: &Copying, now: &Stat) -> Result<(), Unfinished> {
        let at = At {
            node: &copying.node,
            held: &copying.held,
            name: &copying.name,
        };
        let there = self.stat_source(at)?;
        if Identity::from_stat(&there) == Identity::from_stat(now) {
            Ok(())
        } else {
            Err(Unfinished::Replaced)
        }
    }

    /// Takes back what was made of a file that is not complete.
    pub(super) fn undo(
        &self,
        node: &Node<Directory>,
        held: &Held,
        name: &CStr,
        place: &Place,
        made: &Stat,
    ) {
        let at = held.to.as_fd();
        let forget = |name| {
            // Made to look like no source, so that a rerun copies it again.
            let _ = utimensat(at, name, &EPOCH, AtFlags::SYMLINK_NOFOLLOW);
        };
        let removed = match (place, self.options.partial) {
            (Place::Existing, _) | (Place::Final, Partial::Keep) => {
                forget(name);
                Ok(())
            }
            (Place::Final, Partial::Remove) => remove_own(at, name, Identity::from_stat(made)),
            (Place::Temporary(temporary), Partial::Remove) => {
                remove_own(at, temporary, Identity::from_stat(made))
            }
            (Place::Temporary(temporary), Partial::Keep) => {
                forget(temporary);
                rename(at, temporary, name)
            }
        };
        if let Err(fault) = removed {
            self.tell_by(held.mount, node, Some(name), fault);
        }
    }
}

impl Data {
    /// Whether all of a file that has no holes is there.
    fn is_whole(self, source: &Stat) -> bool {
        match self {
            Self::Cloned => true,
            Self::Copied(bytes) => {
                super::data::may_have_holes(source) || bytes == size(source)
                    // A file of /proc says that it is empty.
                    || size(source) == 0
            }
        }
    }
}

/// Whether a file is still what it was when its reading began.
fn same_version(before: &Stat, now: &Stat) -> bool {
    before.st_size == now.st_size && mtime(before) == mtime(now) && ctime(before) == ctime(now)
}

/// Whether a source stayed what it was while it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Stable,
    Changing,
}

/// Times that no source has: those of a file that is not complete.
pub(super) const EPOCH: Timestamps = Timestamps {
    last_access: NEVER,
    last_modification: NEVER,
};

const NEVER: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

/// Closes a descriptor and hears what close(2) has to say. Closing any
/// descriptor of a file makes NFS and FUSE store what was written and tell.
///
/// std, rustix and a dropped `File` lose the answer, so nix closes.
fn close(fd: OwnedFd) -> Result<(), Errno> {
    match nix::unistd::close(fd) {
        // The descriptor is gone whatever was said (close(2)); a signal says nothing of the data.
        Ok(()) | Err(nix::errno::Errno::EINTR) => Ok(()),
        Err(errno) => Err(Errno::from_raw_os_error(errno as i32)),
    }
}
