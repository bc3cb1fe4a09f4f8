//! A directory: made when it is entered, put right when all in it is done.
//!
//! Boundary: the directory itself; what is in it beside the source's entries is
//! for `extraneous`. It is made so that its owner can work in it whatever its mode
//! will be; owner, attributes, mode and times come last.

mod extraneous;

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, Mode, OFlags, Stat, chmodat, fchmod, fstat, mkdirat, openat};
use rustix::io::{Errno, retry_on_intr};

use super::attempt::pause;
use super::attributes::{DEFAULT_ACL, Effect, MODE, Made, Origin};
use super::copier::{Copier, Place, wait};
use super::counters::add;
use super::fault::{Fault, Work};
use super::filesystem::FileSystem;
use super::folding::Folding;
use super::mounts::Mounts;
use super::present::Present;
use super::subject::Subject;
use super::{Attribute, Boundary, Create, Done, Follow, Op, Share};
use crate::copy::tree::{Held, Identity, Node, Tree};

const LOOK: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

/// What is kept of a directory while work goes on in it.
pub(super) struct Directory {
    /// What the source is like.
    pub(super) source: Stat,
    origin: Origin,
    /// Whether what is made in it gets an access control list from it.
    pub(super) gives_acl: bool,
    /// The file system it is on.
    pub(super) fs: Arc<FileSystem>,
    /// Whether the source could not be read whole: then nothing is removed.
    is_unread: AtomicBool,
    /// Whether something in it is not done for good: it failed, or is one of
    /// several names of a file.
    is_partial: AtomicBool,
    /// Whether what is in it is this client's; asked for once.
    is_own: OnceLock<bool>,
    /// Names of which something was told, where there is a journal.
    failed: Mutex<HashSet<CString>>,
    /// Whether names of the source may be one here.
    pub(super) folding: Folding,
    /// Names of the source that look like temporary ones.
    temporaries: Mutex<Vec<CString>>,
    /// What was in it before this copy.
    present: Present,
}

impl Directory {
    /// Whether a name was free when this copy came to it. It may have been
    /// taken since: making it tells.
    pub(super) fn lacks(&self, to: BorrowedFd<'_>, name: &CStr) -> bool {
        self.present.lacks(to, name)
    }

    /// Whether it was made by this copy: nothing was in it.
    pub(super) fn is_new(&self) -> bool {
        self.origin != Origin::Found
    }

    pub(super) fn mark_unread(&self) {
        self.is_unread.store(true, Ordering::Relaxed);
    }

    pub(super) fn mark_partial(&self) {
        self.is_partial.store(true, Ordering::Relaxed);
    }

    /// Something was told of a name: it is not done.
    pub(super) fn mark_failed(&self, name: &CStr) {
        self.failed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned());
    }

    pub(super) fn has_failed(&self, name: &CStr) -> bool {
        self.is_partial.load(Ordering::Relaxed)
            && self
                .failed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(name)
    }

    pub(super) fn keep_temporary(&self, name: &CStr) {
        self.temporaries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(name.to_owned());
    }

    fn has_temporary(&self, name: &CStr) -> bool {
        self.temporaries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .any(|known| **known == *name)
    }
}

impl Copier {
    /// What is kept of a directory whose two sides are open.
    pub(super) fn directory(
        &self,
        source: Stat,
        to: BorrowedFd<'_>,
        origin: Origin,
        above: Option<&Directory>,
    ) -> Work<Directory> {
        let there = fstat(to).map_err(Fault::destination(Op::Stat))?;
        if origin != Origin::Found {
            self.note_change(&there);
        }
        let fs = match above {
            Some(above) if above.fs.dev == there.st_dev => Arc::clone(&above.fs),
            _ => self.system(to, &there)?,
        };
        // A new directory has a default list only if the one above has.
        let gives_acl = origin != Origin::New
            && Subject::Open(to)
                .xattr(DEFAULT_ACL, &mut Vec::new())
                .is_ok();
        let present = match origin {
            Origin::Found => Present::default(),
            Origin::New | Origin::Inheriting => Present::nothing(),
        };
        Ok(Directory {
            source,
            origin,
            gives_acl,
            present,
            fs,
            is_unread: AtomicBool::new(false),
            is_partial: AtomicBool::new(false),
            is_own: OnceLock::new(),
            failed: Mutex::new(HashSet::new()),
            folding: Folding::default(),
            temporaries: Mutex::new(Vec::new()),
        })
    }

    /// Whether what is directly in a directory is to be copied here.
    pub(super) fn has(&self, node: &Node<Directory>) -> bool {
        match self.options.share {
            Share::Whole | Share::Rest => true,
            Share::Client(client) => {
                let is_own = || client.has(&node.path(None));
                *node.data.is_own.get_or_init(is_own)
            }
        }
    }

    pub(super) fn system(&self, to: BorrowedFd<'_>, there: &Stat) -> Work<Arc<FileSystem>> {
        let mut systems = self.systems.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = systems.iter().find(|fs| fs.dev == there.st_dev) {
            return Ok(Arc::clone(known));
        }
        let fs = FileSystem::of(to, there.st_dev).map_err(Fault::destination(Op::Stat))?;
        let fs = Arc::new(fs);
        systems.push(Arc::clone(&fs));
        Ok(fs)
    }

    /// Enters a directory of the source, and makes the one beside it.
    pub(super) fn enter_directory(
        &self,
        tree: &Tree<Self>,
        at: Place<'_>,
    ) -> Option<(Held, Directory)> {
        let mut tries = 0;
        loop {
            match self.entered(tree, at) {
                Ok(entered) => return entered,
                Err(fault)
                    if fault.is_passing()
                        && tries < self.options.retries
                        && wait(pause(tries), &|| self.stop()).is_ok() =>
                {
                    tries += 1;
                }
                Err(fault) => {
                    self.tell(at.node, Some(at.name), fault);
                    return None;
                }
            }
        }
    }

    fn entered(&self, tree: &Tree<Self>, at: Place<'_>) -> Work<Option<(Held, Directory)>> {
        let mut flags = LOOK;
        if self.options.follow == Follow::Never {
            flags |= OFlags::NOFOLLOW;
        }
        let from = match self.open_quietly(tree, at.held.from.as_fd(), at.name, flags) {
            Ok(from) => from,
            Err(Errno::ACCESS) => {
                // As cp does: it is there, with its attributes, and empty.
                self.make_closed(tree, at)?;
                return Err(Fault::source(Op::Open)(Errno::ACCESS));
            }
            Err(errno) => return Err(Fault::source(Op::Open)(errno)),
        };
        let source = fstat(&from).map_err(Fault::source(Op::Stat))?;
        let identity = Identity::from_stat(&source);
        let is_own = |mounts: &Arc<Mounts>| mounts.is_own(identity);
        if identity == self.own
            || self.mounts.as_ref().is_some_and(is_own)
            || self.is_loop(at.node, identity)
            || self.is_ours(at, &from)
        {
            return Err(Fault::source(Op::Open)(Errno::LOOP));
        }
        let Some((to, origin)) = self.make_directory(tree, at, &source)? else {
            return Ok(None);
        };
        let directory = self.directory(source, to.as_fd(), origin, Some(&at.node.data))?;
        if self.options.boundary == Boundary::Kept && source.st_dev != at.node.data.source.st_dev {
            add(&self.counters.excluded, 1);
            self.put_right(
                (at.node, Some(at.name)),
                Subject::Open(from.as_fd()),
                to.as_fd(),
                &directory,
            );
            return Ok(None);
        }
        Ok(Some((Held::new(from, to), directory)))
    }

    /// Whether following symlinks has led back to a directory that is being
    /// copied, or a mount to one that is being written: it would never end.
    fn is_loop(&self, node: &Arc<Node<Directory>>, identity: Identity) -> bool {
        let follows = self.options.follow == Follow::Always;
        let mut here = Some(node);
        while let Some(node) = here {
            let (from, to) = node.identities();
            if to == identity || (follows && from == identity) {
                return true;
            }
            here = node.parent();
        }
        false
    }

    /// Whether a symlink has led into the destination, which grows as it is read.
    fn is_ours(&self, at: Place<'_>, from: &OwnedFd) -> bool {
        if self.options.follow == Follow::Never {
            return false;
        }
        let above = |from: &OwnedFd| openat(from, c"..", LOOK, Mode::empty());
        let Ok(mut here) = above(from) else {
            return false;
        };
        let mut below = None;
        // To the top, but for the common case: it is in the directory it was found in.
        while let Ok(identity) = Identity::of(here.as_fd()) {
            if identity == self.own {
                return true;
            }
            let is_inside = below.is_none() && identity == at.node.identities().0;
            if is_inside || below == Some(identity) {
                return false;
            }
            below = Some(identity);
            let Ok(next) = above(&here) else {
                return false;
            };
            here = next;
        }
        false
    }

    /// A directory that may not be read, as far as it can be copied.
    fn make_closed(&self, tree: &Tree<Self>, at: Place<'_>) -> Work<()> {
        let source = self.stat_source(at)?;
        if let Some((to, origin)) = self.make_directory(tree, at, &source)? {
            let directory = self.directory(source, to.as_fd(), origin, Some(&at.node.data))?;
            let from = Subject::Named(at.held.from.as_fd(), at.name);
            self.put_right((at.node, Some(at.name)), from, to.as_fd(), &directory);
        }
        Ok(())
    }

    /// Makes the directory, or finds it; `None` if it is not to be made.
    fn make_directory(
        &self,
        tree: &Tree<Self>,
        at: Place<'_>,
        source: &Stat,
    ) -> Work<Option<(OwnedFd, Origin)>> {
        let beside = at.held.to.as_fd();
        let mode = source.st_mode & 0o777;
        let is_ours = source.st_uid == self.euid || !self.preserves(Attribute::Ownership);
        let mode = Mode::from_raw_mode(if is_ours { mode | 0o700 } else { 0o700 });
        let open =
            || tree.patiently(|| openat(beside, at.name, LOOK | OFlags::NOFOLLOW, Mode::empty()));
        // What is there is opened: making it would look for it while no other
        // name in the directory above can be made.
        let makes = self.options.create != Create::Nothing;
        let mut there = if makes && at.node.data.is_new() {
            Err(Errno::NOENT)
        } else {
            open()
        };
        if there.as_ref().err() == Some(&Errno::NOENT) {
            if !makes {
                return Ok(None);
            }
            let made = retry_on_intr(|| mkdirat(beside, at.name, mode));
            tree.made(at);
            match made {
                Ok(()) => {
                    add(&self.counters.directories, 1);
                    self.told_done(at.node, at.name, Done::Directory);
                    let to = open().map_err(Fault::destination(Op::Open))?;
                    let origin = if at.node.data.gives_acl {
                        Origin::Inheriting
                    } else {
                        Origin::New
                    };
                    return Ok(Some((to, origin)));
                }
                Err(Errno::EXIST) => there = open(),
                Err(errno) => return Err(Fault::destination(Op::MakeDirectory)(errno)),
            }
        }
        let to = match there {
            Ok(to) => to,
            Err(Errno::NOTDIR | Errno::LOOP) => {
                return Err(Fault::destination(Op::MakeDirectory)(Errno::NOTDIR));
            }
            Err(Errno::ACCESS) => {
                // Ours, but closed to us: its mode is put right at the end.
                let mode = Mode::from_raw_mode(source.st_mode & 0o777 | 0o700);
                let _ = chmodat(beside, at.name, mode, AtFlags::empty());
                open().map_err(Fault::destination(Op::Open))?
            }
            Err(errno) => return Err(Fault::destination(Op::Open)(errno)),
        };
        if Self::is_other_name(at) {
            return Err(Fault::destination(Op::MakeDirectory)(Errno::EXIST));
        }
        add(&self.counters.directories_there, 1);
        self.open_up(to.as_fd())?;
        Ok(Some((to, Origin::Found)))
    }

    /// Lets us work in a directory of ours that is closed to us.
    pub(super) fn open_up(&self, to: BorrowedFd<'_>) -> Work<()> {
        if self.is_root() {
            return Ok(());
        }
        let there = fstat(to).map_err(Fault::destination(Op::Stat))?;
        if there.st_uid == self.euid && there.st_mode & 0o300 != 0o300 {
            let mode = Mode::from_raw_mode(there.st_mode & MODE | 0o700);
            // Without it the first entry will fail, and say so.
            let _ = fchmod(to, mode);
        }
        Ok(())
    }

    /// Ends a directory: all in it is done.
    pub(super) fn leave_directory(&self, tree: &Tree<Self>, node: &Arc<Node<Directory>>) {
        match tree.held(node) {
            Ok(held) => {
                if !node.data.is_new() && self.has(node) {
                    self.clear(node, &held);
                }
                // What other mounts did in it the client of this one may not know
                // yet, and would give old times for; opening it makes it ask.
                let anew = self.mounts.as_ref().and_then(|_| {
                    let open = || openat(&held.to, c".", LOOK, Mode::empty());
                    tree.patiently(open).ok()
                });
                let to = anew.as_ref().unwrap_or(&held.to).as_fd();
                let from = Subject::Open(held.from.as_fd());
                self.put_right((node, None), from, to, &node.data);
            }
            Err(errno) => self.tell(node, None, Fault::destination(Op::Open)(errno)),
        }
        if let Some(journal) = &self.journal {
            if !node.data.is_partial.load(Ordering::Relaxed) {
                journal.directory(&node.path(None));
            } else if let Some(above) = node.parent() {
                above.data.mark_partial();
            }
        }
    }

    /// Gives a directory the attributes of its source. The path is that of
    /// `node`, or of `name` in it.
    fn put_right(
        &self,
        (node, name): (&Node<Directory>, Option<&CStr>),
        from: Subject<'_>,
        to: BorrowedFd<'_>,
        directory: &Directory,
    ) {
        if matches!(self.options.share, Share::Client(_)) {
            // Other clients may be at work in it.
            return;
        }
        let mut told = |fault| self.tell(node, name, fault);
        let there = match fstat(to) {
            Ok(there) => there,
            Err(errno) => return told(Fault::destination(Op::Stat)(errno)),
        };
        let made = Made {
            subject: Subject::Open(to),
            stat: &there,
            origin: directory.origin,
        };
        let set = self.set_attributes(from, &directory.source, made, &mut told);
        let made = Made {
            origin: Origin::Found,
            ..made
        };
        let timed = self.set_times(&directory.source, made, &mut told);
        if directory.origin == Origin::Found && (set, timed) != (Effect::Nothing, Effect::Nothing) {
            add(&self.counters.mended, 1);
        }
    }
}
