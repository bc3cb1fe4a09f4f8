//! Owner, extended attributes, access control lists, permissions and times of
//! an entry, made those of its source.
//!
//! Boundary: the order, and what a failure of each means; the calls are in
//! `subject`. What `cp -a` does where the destination cannot hold something is
//! the measure: an owner that only root may set is left quietly, an extended
//! attribute too, an access control list is an error.
//!
//! The order matters. chown(2) clears set-id bits and capabilities, so it is
//! first; an access control list and the mode change each other's group bits,
//! so the mode comes after it; a file without the write bit takes no `user.`
//! attributes from its owner, so they come before the mode; everything but a
//! write leaves the times alone, so they are last.

use std::ffi::CStr;

use rustix::fs::{FileType, Gid, Mode, Stat, Timespec, Timestamps, Uid};
use rustix::io::Errno;

use super::copier::Copier;
use super::counters::add;
use super::fault::{Fault, Work};
use super::subject::Subject;
use super::{Attribute, Op};

/// The access control list of an entry, and the one that new entries of a
/// directory get, in the form xattr(7) has them.
pub(super) const ACCESS_ACL: &CStr = c"system.posix_acl_access";
pub(super) const DEFAULT_ACL: &CStr = c"system.posix_acl_default";

/// Permission bits, set-id and sticky bits.
pub(super) const MODE: u32 = 0o7777;

/// What is known of an entry that has just been made, or was there.
#[derive(Clone, Copy)]
pub(super) struct Made<'a> {
    pub(super) subject: Subject<'a>,
    /// What it is like now.
    pub(super) stat: &'a Stat,
    /// Whether it may have attributes of its own that the source lacks.
    pub(super) origin: Origin,
}

/// Hears of what could not be set.
pub(super) type Told<'a> = &'a mut dyn FnMut(Fault);

/// Where an entry of the destination comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is new, in a directory that gives it nothing.
    New,
    /// It is new, and the directory it is in has a default access control list.
    Inheriting,
    /// It was there.
    Found,
}

/// Whether anything had to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Nothing,
    Changed,
}

impl Copier {
    /// Makes all attributes but the times those of the source. What cannot be
    /// set is `told`, and the others are set all the same.
    pub(super) fn set_attributes(
        &self,
        from: Subject<'_>,
        source: &Stat,
        made: Made<'_>,
        told: Told<'_>,
    ) -> Effect {
        let kind = FileType::from_raw_mode(source.st_mode);
        let (is_link, is_directory) = (kind == FileType::Symlink, kind == FileType::Directory);
        let mut effect = Effect::Nothing;
        let mut mode = source.st_mode & MODE;
        let owner = self.set_owner(source, made).unwrap_or_else(|fault| {
            told(fault);
            Owner::Refused
        });
        if owner == Owner::Refused {
            // As cp does: rights that were given to one owner are not given to another.
            mode &= if is_directory { 0o1777 } else { 0o0777 };
        }
        if owner == Owner::Set {
            effect = Effect::Changed;
        }
        let has_acl = self.set_xattrs(from, made, &mut effect, told);
        if self.preserves(Attribute::Mode) && !is_link {
            let is_set = made.stat.st_mode & MODE == mode && owner != Owner::Set && !has_acl;
            if !is_set {
                match made.subject.chmod(Mode::from_raw_mode(mode)) {
                    Ok(()) => effect = Effect::Changed,
                    Err(errno) => {
                        add(&self.counters.mode_not_kept, 1);
                        told(Fault::destination(Op::Chmod)(errno));
                    }
                }
            }
        }
        effect
    }

    /// Makes the times those of the source, if they are not.
    pub(super) fn set_times(&self, source: &Stat, made: Made<'_>, told: Told<'_>) -> Effect {
        if !self.preserves(Attribute::Timestamps) {
            return Effect::Nothing;
        }
        let same = made.origin == Origin::Found && mtime(source) == mtime(made.stat);
        if same {
            return Effect::Nothing;
        }
        match made.subject.set_times(&times(source)) {
            Ok(()) => Effect::Changed,
            Err(errno) => {
                add(&self.counters.times_not_kept, 1);
                told(Fault::destination(Op::SetTimes)(errno));
                Effect::Nothing
            }
        }
    }

    fn set_owner(&self, source: &Stat, made: Made<'_>) -> Work<Owner> {
        let same = (source.st_uid, source.st_gid) == (made.stat.st_uid, made.stat.st_gid);
        if same || !self.preserves(Attribute::Ownership) {
            return Ok(Owner::Same);
        }
        let (owner, group) = (Uid::from_raw(source.st_uid), Gid::from_raw(source.st_gid));
        match made.subject.chown(Some(owner), Some(group)) {
            Ok(()) => Ok(Owner::Set),
            Err(errno @ (Errno::PERM | Errno::INVAL)) if !self.is_root() => {
                // The group may be one of ours even if the owner cannot be kept.
                let _ = errno;
                let _ = made.subject.chown(None, Some(group));
                add(&self.counters.owner_not_kept, 1);
                Ok(Owner::Refused)
            }
            Err(errno) => {
                add(&self.counters.owner_not_kept, 1);
                Err(Fault::destination(Op::Chown)(errno))
            }
        }
    }

    /// Copies extended attributes and access control lists. True if the mode
    /// must be set again after that.
    fn set_xattrs(
        &self,
        from: Subject<'_>,
        made: Made<'_>,
        effect: &mut Effect,
        told: Told<'_>,
    ) -> bool {
        let acls = self.preserves(Attribute::Mode);
        let xattrs = self.preserves(Attribute::Xattr);
        if !acls && !xattrs {
            return false;
        }
        let takes = |name: &CStr| match kind(name) {
            Xattr::Acl => acls,
            Xattr::Plain => xattrs,
            Xattr::Foreign => false,
        };
        let mut names = Vec::new();
        match from.xattr_names(&mut names) {
            Ok(()) | Err(Errno::OPNOTSUPP) => {}
            Err(errno) => {
                // Without the list nothing can be told apart from what is to go.
                told(Fault::source(Op::ReadXattr)(errno));
                return false;
            }
        }
        let mut has_acl = false;
        if made.origin != Origin::New {
            has_acl = drop_xattrs(&names, made, takes, effect, told);
        }
        let (mut value, mut there) = (Vec::new(), Vec::new());
        let mut lost = false;
        for name in each(&names).filter(|name| takes(name)) {
            match from.xattr(name, &mut value) {
                Ok(()) => {}
                // Gone since the names were read, or not ours to read.
                Err(Errno::NODATA | Errno::PERM | Errno::ACCESS) => {
                    lost = true;
                    continue;
                }
                Err(errno) => {
                    lost = true;
                    told(Fault::source(Op::ReadXattr)(errno));
                    continue;
                }
            }
            if made.origin != Origin::New
                && made.subject.xattr(name, &mut there).is_ok()
                && there == value
            {
                continue;
            }
            let is_acl = kind(name) == Xattr::Acl;
            match made.subject.set_xattr(name, &value) {
                Ok(()) => {
                    *effect = Effect::Changed;
                    has_acl |= name == ACCESS_ACL;
                }
                // As cp has it: a list that is not kept is an error.
                Err(errno) if is_acl => {
                    add(&self.counters.acl_not_kept, 1);
                    told(Fault::destination(Op::SetAcl)(errno));
                }
                Err(errno @ (Errno::NOSPC | Errno::DQUOT | Errno::IO | Errno::ROFS)) => {
                    lost = true;
                    told(Fault::destination(Op::SetXattr)(errno));
                }
                Err(_) => lost = true,
            }
        }
        if lost {
            add(&self.counters.xattr_not_kept, 1);
        }
        has_acl
    }
}

/// Removes what the source does not have. True if the mode must be set again.
fn drop_xattrs(
    wanted: &[u8],
    made: Made<'_>,
    takes: impl Fn(&CStr) -> bool,
    effect: &mut Effect,
    told: Told<'_>,
) -> bool {
    let mut names = Vec::new();
    if made.subject.xattr_names(&mut names).is_err() {
        return false;
    }
    let mut had_acl = false;
    for name in each(&names).filter(|name| takes(name)) {
        if each(wanted).any(|other| other == name) {
            continue;
        }
        match made.subject.remove_xattr(name) {
            Ok(()) => {
                *effect = Effect::Changed;
                had_acl |= name == ACCESS_ACL;
            }
            // A security module's own label comes back by itself.
            Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::PERM | Errno::ACCESS) => {}
            Err(errno) => told(Fault::destination(Op::SetXattr)(errno)),
        }
    }
    had_acl
}

/// What became of owner and group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Same,
    Set,
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Xattr {
    Acl,
    Plain,
    /// Another view of something else, or a file system's own.
    Foreign,
}

/// What an extended attribute is, by its name. Those left out are what libattr's
/// xattr.conf(5) lists as permissions under another name or as a file system's own.
fn kind(name: &CStr) -> Xattr {
    let bytes = name.to_bytes();
    let foreign: [&[u8]; 5] = [
        b"system.",
        b"trusted.SGI_",
        b"xfsroot.",
        b"security.evm",
        b"afs.",
    ];
    if name == ACCESS_ACL || name == DEFAULT_ACL {
        Xattr::Acl
    } else if foreign.iter().any(|prefix| bytes.starts_with(prefix)) {
        Xattr::Foreign
    } else {
        Xattr::Plain
    }
}

/// The names in a list of them.
fn each(names: &[u8]) -> impl Iterator<Item = &CStr> {
    names
        .split_inclusive(|byte| *byte == 0)
        .filter_map(|name| CStr::from_bytes_with_nul(name).ok())
}

/// A time of modification: seconds and nanoseconds since 1970.
pub(super) fn mtime(stat: &Stat) -> (i64, i64) {
    (wide(stat.st_mtime), wide(stat.st_mtime_nsec))
}

/// When an inode was last changed.
pub(super) fn ctime(stat: &Stat) -> (i64, i64) {
    (wide(stat.st_ctime), wide(stat.st_ctime_nsec))
}

/// These fields have other types on other systems.
fn wide(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// The times of a stat, to be set.
pub(super) fn times(stat: &Stat) -> Timestamps {
    Timestamps {
        last_access: Timespec {
            tv_sec: wide(stat.st_atime),
            tv_nsec: narrow(stat.st_atime_nsec),
        },
        last_modification: Timespec {
            tv_sec: wide(stat.st_mtime),
            tv_nsec: narrow(stat.st_mtime_nsec),
        },
    }
}

fn narrow<T>(value: impl TryInto<T>) -> T
where
    T: Default,
{
    value.try_into().unwrap_or_default()
}
