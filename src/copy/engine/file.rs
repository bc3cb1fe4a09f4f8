//! A regular file: opened, its place made, its data copied.
//!
//! Boundary: the order of these; what is to be done with a taken name is
//! `plan`'s, bytes are `data`'s, and `complete` makes it complete.

use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, ftruncate, futimens, openat};
use rustix::io::Errno;

use super::attempt::{Regular, outcome};
use super::big::{Cuts, cut};
use super::complete::EPOCH;
use super::copier::{Copier, Scratch, Unfinished};
use super::counters::add;
use super::data::{Data, Pair, clone_data, occupied, size};
use super::directory::Directory;
use super::fault::{Fault, Work};
use super::groups::{First, Role};
use super::mounts::UnderWay;
use super::place::{Place, create, create_temporary};
use super::plan::Plan;
use super::subject::Subject;
use super::{Attribute, Create, Follow, Op, Replace};
use crate::copy::digest::Digest;
use crate::copy::filter::Decision;
use crate::copy::tree::{Held, Identity, Node, Tree, Visit};

/// A file whose data is being copied.
pub(super) struct Copying {
    pub(super) node: Arc<Node<Directory>>,
    pub(super) held: Arc<Held>,
    pub(super) name: CString,
    pub(super) from: OwnedFd,
    pub(super) source: Stat,
    pub(super) to: OwnedFd,
    pub(super) made: Stat,
    pub(super) place: Place,
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
