//! What has no data of its own: symlinks, fifos, sockets, devices, and the
//! second and later names of a file.
//!
//! Boundary: how each is made and replaced; what is in a group of links with
//! what is `groups`' business.

use std::ffi::CString;

use rustix::fd::AsFd;
use rustix::fs::{AtFlags, Dev, FileType, Mode, Stat, linkat, mknodat, readlinkat, symlinkat};
use rustix::io::{Errno, retry_on_intr};

use super::attributes::{Made, Origin};
use super::copier::{Copier, Place, Regular, Scratch, Unfinished};
use super::counters::add;
use super::directory::Directory;
use super::fault::{Fault, Work};
use super::groups::Member;
use super::place::{look, replace};
use super::subject::Subject;
use super::{Create, Done, Op};
use crate::copy::tree::{At, Identity, Tree, Visit};

/// What is to be made.
enum What {
    Symlink(CString),
    Node(FileType, Dev),
}

impl Copier {
    /// Copies what is neither a regular file nor a directory.
    pub(super) fn other(
        &self,
        at: Place<'_>,
        kind: FileType,
        stat: &Stat,
    ) -> Result<(), Unfinished> {
        let what = if kind == FileType::Symlink {
            let target = retry_on_intr(|| readlinkat(&at.held.from, at.name, Vec::new()))
                .map_err(Fault::source(Op::ReadLink))?;
            What::Symlink(target)
        } else {
            What::Node(kind, stat.st_rdev)
        };
        let to = at.held.to.as_fd();
        let there = if at.node.data.lacks(to, at.name) {
            None
        } else {
            look(to, at.name)?
        };
        let mut there = there;
        loop {
            match there {
                None if self.options.create == Create::Nothing => {
                    return Err(Unfinished::LeftAlone);
                }
                None => match make(at, &what, at.name) {
                    Ok(()) => {
                        self.dress(at, at.name, stat)?;
                        break;
                    }
                    Err(Errno::EXIST) => there = look(to, at.name)?,
                    Err(errno) => return Err(Fault::destination(what.op())(errno).into()),
                },
                Some(there) => {
                    let found = FileType::from_raw_mode(there.st_mode);
                    if found == FileType::Directory {
                        return Err(Fault::destination(what.op())(Errno::ISDIR).into());
                    }
                    if Self::is_other_name(at) {
                        return Err(Fault::destination(what.op())(Errno::EXIST).into());
                    }
                    if !self.may_replace(stat, &there) {
                        return Err(Unfinished::LeftAlone);
                    }
                    if found == kind && is_same(at, &what, &there) {
                        let from = Subject::Named(at.held.from.as_fd(), at.name);
                        self.mend(at, from, stat, &there);
                        return Ok(());
                    }
                    replace(
                        to,
                        at.name,
                        what.op(),
                        |name| make(at, &what, name),
                        |name| self.dress(at, name, stat),
                    )?;
                    break;
                }
            }
        }
        let (counter, done) = match what {
            What::Symlink(_) => (&self.counters.symlinks, Done::Symlink),
            What::Node(..) => (&self.counters.specials, Done::Special),
        };
        add(counter, 1);
        self.told_done(at.node, at.name, done);
        Ok(())
    }

    /// Gives an entry that has just been made the attributes of its source.
    fn dress(&self, at: Place<'_>, name: &std::ffi::CStr, stat: &Stat) -> Work<()> {
        let to = at.held.to.as_fd();
        let there = look(to, name)?.ok_or(Fault::destination(Op::Stat)(Errno::NOENT))?;
        self.note_change(&there);
        let made = Made {
            subject: Subject::Named(to, name),
            stat: &there,
            origin: if at.node.data.gives_acl {
                Origin::Inheriting
            } else {
                Origin::New
            },
        };
        let mut told = |fault| self.tell_by(at.held.mount, at.node, Some(at.name), fault);
        let from = Subject::Named(at.held.from.as_fd(), at.name);
        self.set_attributes(from, stat, made, &mut told);
        self.set_times(stat, made, &mut told);
        Ok(())
    }

    /// Makes a name a link to the first one of its group.
    pub(super) fn link(
        &self,
        tree: &Tree<Self>,
        at: Place<'_>,
        kind: FileType,
        first: &Member<Directory>,
        scratch: &mut Scratch<'_>,
    ) -> Result<Visit, Unfinished> {
        let mut held = self.held_by(tree, &first.node, first.mount)?;
        // A link from one mount to another cannot be: the name goes where the first is.
        let mut own = self.by_way_of(tree, at.node, at.held, held.mount)?;
        if own.mount != held.mount {
            held = self.held_by(tree, &first.node, own.mount)?;
            own = self.by_way_of(tree, at.node, &own, held.mount)?;
        }
        let at = At { held: &own, ..at };
        let to = at.held.to.as_fd();
        if self.options.create == Create::Nothing && look(to, at.name)?.is_none() {
            return Err(Unfinished::LeftAlone);
        }
        let make = |name: &std::ffi::CStr| {
            retry_on_intr(|| linkat(&held.to, &*first.name, to, name, AtFlags::empty()))
        };
        match make(at.name) {
            Ok(()) => {
                add(&self.counters.hard_links, 1);
                self.told_done(at.node, at.name, Done::HardLink);
                return Ok(Visit::Done);
            }
            Err(Errno::EXIST) => {}
            Err(errno) => return self.copy_instead(tree, at, kind, errno, scratch),
        }
        let Some(there) = look(to, at.name)? else {
            return Err(Fault::destination(Op::Link)(Errno::BUSY).into());
        };
        if Self::is_other_name(at) {
            return Err(Fault::destination(Op::Link)(Errno::EXIST).into());
        }
        let leader = look(held.to.as_fd(), &first.name)?;
        if leader.is_some_and(|leader| Identity::from_stat(&leader) == Identity::from_stat(&there))
        {
            add(&self.counters.skipped, 1);
            return Ok(Visit::Done);
        }
        if FileType::from_raw_mode(there.st_mode) == FileType::Directory {
            return Err(Fault::destination(Op::Link)(Errno::ISDIR).into());
        }
        let source = self.stat_source(at)?;
        if !self.may_replace(&source, &there) {
            return Err(Unfinished::LeftAlone);
        }
        match replace(to, at.name, Op::Link, make, |_| Ok(())) {
            Ok(()) => {
                add(&self.counters.hard_links, 1);
                self.told_done(at.node, at.name, Done::HardLink);
                Ok(Visit::Done)
            }
            Err(fault) if fault.op == Op::Link => {
                self.copy_instead(tree, at, kind, fault.errno, scratch)
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// Where a link cannot be made, the contents are copied.
    fn copy_instead(
        &self,
        tree: &Tree<Self>,
        at: Place<'_>,
        kind: FileType,
        errno: Errno,
        scratch: &mut Scratch<'_>,
    ) -> Result<Visit, Unfinished> {
        // Too many links, two mounts, a file system without links, or a first
        // name that somebody has removed.
        let may_copy = matches!(
            errno,
            Errno::MLINK | Errno::XDEV | Errno::PERM | Errno::OPNOTSUPP | Errno::NOENT
        );
        if !may_copy {
            return Err(Fault::destination(Op::Link)(errno).into());
        }
        add(&self.counters.links_not_kept, 1);
        let stat = self.stat_source(at)?;
        if kind != FileType::RegularFile {
            return self.other(at, kind, &stat).map(|()| Visit::Done);
        }
        let own = Some(Identity::from_stat(&stat));
        match self.regular(tree, at, own, scratch)? {
            Regular::Visited(visit) => Ok(visit),
            Regular::Not => Err(Unfinished::Changed),
        }
    }
}

impl What {
    fn op(&self) -> Op {
        match self {
            Self::Symlink(_) => Op::Symlink,
            Self::Node(..) => Op::MakeNode,
        }
    }
}

fn make(at: Place<'_>, what: &What, name: &std::ffi::CStr) -> Result<(), Errno> {
    let to = at.held.to.as_fd();
    match what {
        What::Symlink(target) => retry_on_intr(|| symlinkat(&**target, to, name)),
        What::Node(kind, device) => {
            retry_on_intr(|| mknodat(to, name, *kind, Mode::from_raw_mode(0o600), *device))
        }
    }
}

/// Whether what is there is what would be made.
fn is_same(at: Place<'_>, what: &What, there: &Stat) -> bool {
    match what {
        What::Symlink(target) => {
            readlinkat(&at.held.to, at.name, Vec::new()).is_ok_and(|found| found == *target)
        }
        What::Node(FileType::CharacterDevice | FileType::BlockDevice, device) => {
            there.st_rdev == *device
        }
        What::Node(..) => true,
    }
}
