//! A regular file: opened, its place made, its data copied, and made complete.
//!
//! Boundary: the order of these; bytes are `data`'s, attributes `attributes`'.
//!
//! A file is never complete by accident: its time of modification is set last,
//! and where a close can fail, after a checked flush. What failed is removed.

use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Stat, Timespec, Timestamps, fstat, ftruncate, futimens,
    openat, utimensat,
};
use rustix::io::{Errno, dup};

use super::attributes::{Effect, Made, Origin, ctime, mtime};
use super::big::{Cuts, cut};
use super::copier::{Copier, READINGS, Regular, Scratch, Unfinished, outcome};
use super::counters::{LARGE, add};
use super::data::{Data, Pair, clone_data, occupied, same_contents, size};
use super::directory::Directory;
use super::fault::{Fault, Work};
use super::filesystem::{Closing, FileSystem};
use super::groups::{First, Role};
use super::mounts::UnderWay;
use super::place::{Place, create, create_temporary, look, remove_own, rename};
use super::subject::Subject;
use super::{Attribute, Create, Difference, Done, Follow, Op, Overwrite, Partial, Replace};
use crate::copy::digest::Digest;
use crate::copy::filter::Decision;
use crate::copy::tree::{At, Held, Identity, Node, Tree, Visit};

/// A file whose data is being copied.
pub(super) struct Copying {
    pub(super) node: Arc<Node<Directory>>,
    pub(super) held: Arc<Held>,
    pub(super) name: CString,
    pub(super) from: OwnedFd,
    pub(super) source: Stat,
    pub(super) to: OwnedFd,
    made: Stat,
    place: Place,
    /// The group of links whose first name it is.
    pub(super) first: Option<Identity>,
    /// Its part of what is under way by way of its mount.
    _under_way: Option<UnderWay>,
}

/// What has been begun with a regular file.
pub(super) enum Begun {
    /// Its place is open, and waits for its data.
    Copying(Box<Copying>),
    /// There is nothing more to do.
    Ended(Regular),
}

/// What is to be done with a name.
enum Plan {
    /// It is the very same file.
    Skip,
    /// It is to be left alone.
    Leave,
    /// Its attributes are to be looked at.
    Mend(Stat),
    /// It is to be made.
    Make,
    /// It is to be replaced.
    Replace(Stat),
}

impl Copier {
    /// Copies a regular file. `first`: it is to be the first of a group of
    /// links; the group is told here, or by the file's last piece, and of a
    /// failure only if it has become the first here.
    pub(super) fn regular(
        &self,
        tree: &Tree<Self>,
        at: super::copier::Place<'_>,
        first: Option<Identity>,
        scratch: &mut Scratch<'_>,
    ) -> Result<Regular, Unfinished> {
        let mut own = first;
        let done = self.opened(tree, at, &mut own, scratch);
        if let Some(file) = own {
            match &done {
                Ok(Regular::Visited(Visit::Done)) => {
                    self.first_done(tree, file, outcome(at, true), scratch);
                }
                Err(_) if first.is_none() => {
                    self.first_done(tree, file, First::Failed, scratch);
                }
                // Its last piece, or the caller, will.
                Ok(Regular::Visited(Visit::Pending) | Regular::Not) | Err(_) => {}
            }
        }
        done
    }

    fn opened(
        &self,
        tree: &Tree<Self>,
        at: super::copier::Place<'_>,
        first: &mut Option<Identity>,
        scratch: &mut Scratch<'_>,
    ) -> Result<Regular, Unfinished> {
        let Some(from) = self.open_regular_source(tree, at)? else {
            return Ok(Regular::Not);
        };
        match self.begin(tree, at, from, first, scratch)? {
            Begun::Copying(copying) => self.fill(tree, *copying, scratch).map(Regular::Visited),
            Begun::Ended(regular) => Ok(regular),
        }
    }

    /// Opens the source of a regular file; `None` if it is something else by now.
    pub(super) fn open_regular_source(
        &self,
        tree: &Tree<Self>,
        at: super::copier::Place<'_>,
    ) -> Work<Option<OwnedFd>> {
        match self.open_source(tree, at) {
            Ok(from) => Ok(Some(from)),
            // A symlink, or a socket or a device without a driver, by now (open(2)).
            Err(Fault {
                errno: Errno::LOOP | Errno::NXIO | Errno::NODEV,
                ..
            }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Does all of a regular file whose source is open but the copying of its
    /// data. `first` is set if it is the first name of a group of links.
    pub(super) fn begin(
        &self,
        tree: &Tree<Self>,
        at: super::copier::Place<'_>,
        from: OwnedFd,
        first: &mut Option<Identity>,
        scratch: &mut Scratch<'_>,
    ) -> Result<Begun, Unfinished> {
        let source = fstat(&from).map_err(Fault::source(Op::Stat))?;
        let kind = FileType::from_raw_mode(source.st_mode);
        if kind != FileType::RegularFile {
            return Ok(Begun::Ended(Regular::Not));
        }
        if self.options.sizes.decide(size(&source)) == Decision::Leave {
            add(&self.counters.excluded, 1);
            return Ok(Begun::Ended(Regular::Visited(Visit::Done)));
        }
        if first.is_some_and(|file| file != Identity::from_stat(&source)) {
            // Others would be linked to what is not theirs.
            return Err(Unfinished::Replaced);
        }
        if first.is_none() {
            let role = self.role(at, kind, &source);
            scratch.is_linked |= role.is_some();
            match role {
                None => {}
                Some(Role::First) => *first = Some(Identity::from_stat(&source)),
                Some(Role::Waits) => {
                    return Ok(Begun::Ended(Regular::Visited(Visit::Pending)));
                }
                Some(Role::Link(to)) => {
                    drop(from);
                    return (self.link(tree, at, kind, &to, scratch))
                        .map(Regular::Visited)
                        .map(Begun::Ended);
                }
            }
        }
        self.open_regular(tree, at, from, source, *first, scratch)
    }

    /// Opens the place of a regular file, if its data is to be copied.
    fn open_regular(
        &self,
        tree: &Tree<Self>,
        at: super::copier::Place<'_>,
        from: OwnedFd,
        source: Stat,
        first: Option<Identity>,
        scratch: &mut Scratch<'_>,
    ) -> Result<Begun, Unfinished> {
        let done = Ok(Begun::Ended(Regular::Visited(Visit::Done)));
        let mut plan = if at.node.data.lacks(at.held.to.as_fd(), at.name) {
            Plan::Make
        } else {
            // Looking at names need not wait for each other.
            tree.made(at);
            self.plan(tree, at, &from, &source, scratch)?
        };
        let (to, place) = loop {
            match plan {
                Plan::Skip => {
                    add(&self.counters.skipped, 1);
                    return done;
                }
                Plan::Leave => return Err(Unfinished::LeftAlone),
                Plan::Mend(there) => {
                    self.mend(at, Subject::Open(from.as_fd()), &source, &there);
                    return done;
                }
                Plan::Make if self.options.create == Create::Nothing => {
                    return Err(Unfinished::LeftAlone);
                }
                Plan::Make | Plan::Replace(_) if at.node.data.fs.is_full() => {
                    return Err(Unfinished::NotTried);
                }
                Plan::Make => {
                    let mode = self.first_mode(&source);
                    match tree.patiently(|| create(at.held.to.as_fd(), at.name, mode)) {
                        Ok(to) => break (to, Place::Final),
                        // Somebody else made it meanwhile, or names differ only by case here.
                        Err(Errno::EXIST) => {
                            plan = self.plan(tree, at, &from, &source, scratch)?;
                        }
                        Err(errno) => return Err(Fault::destination(Op::Create)(errno).into()),
                    }
                }
                Plan::Replace(there) => break self.open_place(tree, at, &source, &there)?,
            }
        };
        tree.made(at);
        let made = fstat(&to).map_err(Fault::destination(Op::Stat))?;
        self.note_change(&made);
        let copying = Copying {
            node: Arc::clone(at.node),
            held: Arc::clone(at.held),
            name: at.name.to_owned(),
            from,
            source,
            to,
            made,
            place,
            first,
            _under_way: (self.mounts.as_ref())
                .map(|mounts| mounts.under_way(at.held.mount, size(&source))),
        };
        Ok(Begun::Copying(Box::new(copying)))
    }

    /// What is to be done with a name that may be taken.
    fn plan(
        &self,
        tree: &Tree<Self>,
        at: super::copier::Place<'_>,
        from: &OwnedFd,
        source: &Stat,
        scratch: &mut Scratch<'_>,
    ) -> Result<Plan, Unfinished> {
        let Some(there) = look(at.held.to.as_fd(), at.name)? else {
            return Ok(Plan::Make);
        };
        let kind = FileType::from_raw_mode(there.st_mode);
        if kind == FileType::Directory {
            return Err(Fault::destination(Op::Create)(Errno::ISDIR).into());
        }
        if Self::is_other_name(at) {
            return Err(Fault::destination(Op::Create)(Errno::EXIST).into());
        }
        if !self.may_replace(source, &there) {
            return Ok(Plan::Leave);
        }
        let same_file = Identity::from_stat(source) == Identity::from_stat(&there);
        if same_file {
            // Two ways to one file: there is nothing to copy, and it must not be cut.
            return Ok(Plan::Skip);
        }
        if kind != FileType::RegularFile || self.has_other_names(source, &there) {
            return Ok(Plan::Replace(there));
        }
        let same_size = source.st_size == there.st_size;
        let is_equal = match self.options.difference {
            Difference::SizeAndTime => {
                same_size && self.same_time(source, &there, &at.node.data.fs)
            }
            Difference::Size => same_size,
            Difference::Any => false,
            Difference::Contents => {
                same_size && {
                    let to = tree
                        .patiently(|| {
                            openat(
                                &at.held.to,
                                at.name,
                                OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
                                Mode::empty(),
                            )
                        })
                        .map_err(Fault::destination(Op::Open))?;
                    let pair = Pair {
                        from: from.as_fd(),
                        to: to.as_fd(),
                    };
                    same_contents(pair, scratch)?
                }
            }
        };
        Ok(if is_equal {
            Plan::Mend(there)
        } else {
            Plan::Replace(there)
        })
    }

    /// Whether a client has left a file complete. It is not opened: the time of
    /// modification is set after all else. One of several names is none such.
    pub(super) fn is_left(&self, at: super::copier::Place<'_>) -> bool {
        let Ok(source) = self.stat_source(at) else {
            return false;
        };
        let Ok(Some(there)) = look(at.held.to.as_fd(), at.name) else {
            return false;
        };
        let is_usual = self.options.difference == Difference::SizeAndTime
            && self.options.sizes.decide(size(&source)) != Decision::Leave;
        is_usual
            && source.st_mode == there.st_mode
            && source.st_size == there.st_size
            && (source.st_uid, source.st_gid) == (there.st_uid, there.st_gid)
            && source.st_nlink == 1
            && there.st_nlink == 1
            && self.same_time(&source, &there, &at.node.data.fs)
    }

    /// Whether an entry that is there may be replaced at all.
    pub(super) fn may_replace(&self, source: &Stat, there: &Stat) -> bool {
        let is_file = |stat: &Stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        match self.options.overwrite {
            Overwrite::Differing => true,
            // Only of two files is the newer one kept, as rsync(1) has it: a
            // symlink in a file's place is no newer file.
            Overwrite::Older => {
                !is_file(source) || !is_file(there) || mtime(there) <= mtime(source)
            }
            Overwrite::Nothing => false,
        }
    }

    /// Whether a file has names in the destination that its source does not
    /// have: writing to it would write to those.
    fn has_other_names(&self, source: &Stat, there: &Stat) -> bool {
        self.preserves(Attribute::Links) && there.st_nlink > source.st_nlink
    }

    /// Whether a file that is there might be taken for one that is as old as
    /// its source, whatever its file system makes of times: better one too many.
    pub(super) fn looks_as_old(&self, source: &Stat, there: &Stat) -> bool {
        let seconds = |stat: &Stat| mtime(stat).0;
        let window = self.options.modify_window / 1_000_000_000 + 2;
        (!self.preserves(Attribute::Timestamps) && mtime(there) >= mtime(source))
            || seconds(source).abs_diff(seconds(there)) <= window
    }

    /// Whether two times of modification are equal.
    fn same_time(&self, source: &Stat, there: &Stat, fs: &FileSystem) -> bool {
        if !self.preserves(Attribute::Timestamps) {
            // Without times to compare, an equal size and a later time must do, as for make(1).
            return mtime(there) >= mtime(source);
        }
        let nanoseconds = |(s, n): (i64, i64)| i128::from(s) * 1_000_000_000 + i128::from(n);
        let apart = nanoseconds(mtime(source)) - nanoseconds(mtime(there));
        if apart.unsigned_abs() <= u128::from(self.options.modify_window) {
            return true;
        }
        // The file system may have cut the time off: FAT keeps every other second.
        let may_be_cut = (1..2_000_000_000).contains(&apart) && mtime(there).1 % 100 == 0;
        may_be_cut && apart < i128::from(fs.granularity())
    }

    /// Puts the attributes of an equal entry right.
    pub(super) fn mend(
        &self,
        at: super::copier::Place<'_>,
        from: Subject<'_>,
        source: &Stat,
        there: &Stat,
    ) {
        let made = Made {
            subject: Subject::Named(at.held.to.as_fd(), at.name),
            stat: there,
            origin: Origin::Found,
        };
        let mut told = |fault| self.tell_by(at.held.mount, at.node, Some(at.name), fault);
        let set = self.set_attributes(from, source, made, &mut told);
        let timed = self.set_times(source, made, &mut told);
        add(&self.counters.skipped, 1);
        if (set, timed) != (Effect::Nothing, Effect::Nothing) {
            add(&self.counters.mended, 1);
        }
    }

    /// Where the new contents of a name that is taken go.
    fn open_place(
        &self,
        tree: &Tree<Self>,
        at: super::copier::Place<'_>,
        source: &Stat,
        there: &Stat,
    ) -> Work<(OwnedFd, Place)> {
        let is_file = FileType::from_raw_mode(there.st_mode) == FileType::RegularFile;
        let may_write = is_file && !self.has_other_names(source, there);
        if self.options.replace == Replace::InPlace && may_write {
            let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let to = tree
                .patiently(|| openat(&at.held.to, at.name, flags, Mode::empty()))
                .map_err(Fault::destination(Op::Open))?;
            // Whatever becomes of it now, it is not what it was.
            futimens(&to, &EPOCH).map_err(Fault::destination(Op::SetTimes))?;
            ftruncate(&to, 0).map_err(Fault::destination(Op::Truncate))?;
            return Ok((to, Place::Existing));
        }
        let mode = self.first_mode(source);
        let (to, name) = tree
            .patiently(|| create_temporary(at.held.to.as_fd(), mode))
            .map_err(Fault::destination(Op::Create))?;
        Ok((to, Place::Temporary(name)))
    }

    /// The mode a file is made with: never more than its source's, and nothing
    /// for others while the owner is not yet the right one.
    fn first_mode(&self, source: &Stat) -> Mode {
        let mode = source.st_mode & 0o777;
        if !self.preserves(Attribute::Mode) {
            return Mode::from_raw_mode(mode);
        }
        let same_owner = source.st_uid == self.euid || !self.preserves(Attribute::Ownership);
        Mode::from_raw_mode(if same_owner { mode | 0o200 } else { 0o600 })
    }

    /// Copies the data of a file that has its place, and completes it.
    fn fill(
        &self,
        tree: &Tree<Self>,
        copying: Copying,
        scratch: &mut Scratch<'_>,
    ) -> Result<Visit, Unfinished> {
        let fs = Arc::clone(&copying.node.data.fs);
        scratch.is_short = false;
        match clone_data(copying.pair(), &copying.source, &fs) {
            Ok(true) => return self.end_file(tree, copying, Data::Cloned, scratch),
            Ok(false) => {}
            Err(fault) => {
                copying.undo(self);
                return Err(fault.into());
            }
        }
        add(&self.counters.found_bytes, occupied(&copying.source));
        if self.cuts == Cuts::Own && self.is_cut(tree.workers(), &copying.source) {
            cut(tree, copying);
            return Ok(Visit::Pending);
        }
        (scratch.digest, scratch.is_short) = (Digest::default(), false);
        match self.copy_data(copying.pair(), &copying.source, &fs, scratch) {
            Ok(bytes) => self.end_file(tree, copying, Data::Copied(bytes), scratch),
            Err(broken) => {
                copying.undo(self);
                Err(broken.into())
            }
        }
    }

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

    /// Opens a source for reading: never a symlink put in its place, never
    /// waiting for the other end of a fifo, and without changing its time of
    /// access where that is allowed.
    fn open_source(&self, tree: &Tree<Self>, at: super::copier::Place<'_>) -> Work<OwnedFd> {
        let mut flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        if self.options.follow == Follow::Never {
            flags |= OFlags::NOFOLLOW;
        }
        self.open_quietly(tree, at.held.from.as_fd(), at.name, flags)
            .map_err(Fault::source(Op::Open))
    }

    pub(super) fn open_quietly(
        &self,
        tree: &Tree<Self>,
        at: BorrowedFd<'_>,
        name: &CStr,
        flags: OFlags,
    ) -> Result<OwnedFd, Errno> {
        let open = |flags| tree.patiently(|| openat(at, name, flags, Mode::empty()));
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if self.keeps_atime.load(Ordering::Relaxed) {
            match open(flags | OFlags::NOATIME) {
                // Another owner's file (open(2)); root may.
                Err(Errno::PERM) => {
                    if !self.is_root() {
                        self.keeps_atime.store(false, Ordering::Relaxed);
                    }
                }
                other => return other,
            }
        }
        open(flags)
    }
}

impl Copying {
    pub(super) fn pair(&self) -> Pair<'_> {
        Pair {
            from: self.from.as_fd(),
            to: self.to.as_fd(),
        }
    }

    /// Takes it back.
    pub(super) fn undo(&self, copier: &Copier) {
        copier.undo(&self.node, &self.held, &self.name, &self.place, &self.made);
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
const EPOCH: Timestamps = Timestamps {
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
