//! Copying as a way through a tree: what is done at each place of it.
//!
//! Boundary: which function is called for what, what is tried again, and how
//! failures are counted and told; the work itself is in the other files.

use std::ffi::CStr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{AtFlags, FileType, Stat, statat};
use rustix::io::{Errno, retry_on_intr};

use super::big::Cuts;
use super::counters::add;
use super::data::Broken;
use super::directory::Directory;
use super::ending::Piece;
use super::fault::{Fault, Work};
use super::filesystem::{Closing, FileSystem};
use super::groups::{First, Groups, Member, Role};
use super::journal::Journal;
use super::mounts::Mounts;
use super::place::is_temporary;
use super::{
    Attribute, Class, CopyOptions, Counters, Delete, Done, Failure, Follow, JournalError, OnFull,
    Op, Reporter, Share, Side, Sync,
};
use crate::copy::digest::{Digest, Digests};
use crate::copy::filter::Decision;
use crate::copy::tree::{
    At, Control, Handout, Handouts, Held, Identity, Node, Selected, Stop, Tree, Visit, Visitor,
};

pub(super) type Place<'a> = At<'a, Directory>;

/// How long before the first new try; each next one waits four times as long.
const BACK_OFF: Duration = Duration::from_millis(10);

/// How long before the new try after so many.
pub(super) fn pause(tries: u32) -> Duration {
    BACK_OFF.saturating_mul(4_u32.saturating_pow(tries))
}

/// How often a source that changes while it is read is read again.
pub(super) const READINGS: u32 = 3;

/// The copy, as all workers share it.
pub(super) struct Copier {
    pub(super) source: PathBuf,
    pub(super) destination: PathBuf,
    pub(super) options: CopyOptions,
    pub(super) counters: Counters,
    pub(super) reporter: Arc<dyn Reporter>,
    /// Whether the reporter hears of entries that are done.
    pub(super) names_entries: bool,
    pub(super) groups: Groups<Directory>,
    /// The file systems of the destination that were met.
    pub(super) systems: std::sync::Mutex<Vec<Arc<FileSystem>>>,
    /// The destination's own directory, which is never copied into itself.
    pub(super) own: Identity,
    /// The user that files are made as.
    pub(super) euid: u32,
    /// Whether sources may be read without a change of their time of access.
    pub(super) keeps_atime: AtomicBool,
    /// The earliest change that this copy made, in nanoseconds since 1970, by
    /// the clock of the destination.
    pub(super) since: AtomicI64,
    /// How many entries may still be removed.
    pub(super) removals: AtomicU64,
    /// Digests of what was copied, where it is to be verified.
    pub(super) digests: Option<Arc<Digests>>,
    pub(super) journal: Option<Journal>,
    /// What the first failed sync said.
    pub(super) sync_failed: OnceLock<Errno>,
    pub(super) bytes_limit: Option<Arc<crate::copy::limit::Limit>>,
    pub(super) files_limit: Option<crate::copy::limit::Limit>,
    /// Whether the run is to stop: for what no worker's control is at hand in.
    pub(super) is_stopping: AtomicBool,
    /// The source and the directories above it, where something is removed.
    pub(super) spared: Vec<Identity>,
    /// Who cuts large files.
    pub(super) cuts: Cuts,
    /// The mounts of the destination, if it has several.
    pub(super) mounts: Option<Arc<Mounts>>,
}

/// What a worker keeps from one entry to the next.
pub(super) struct Scratch<'a> {
    pub(super) control: Control<'a>,
    pub(super) buffer: Vec<u8>,
    /// The digest of the data that was copied since it was last taken.
    pub(super) digest: Digest,
    /// Whether the entry is one of several names of a file.
    pub(super) is_linked: bool,
    /// Whether less was read of an extent than there was said to be.
    pub(super) is_short: bool,
}

impl<'a> Scratch<'a> {
    pub(super) fn new(control: Control<'a>) -> Self {
        Self {
            control,
            buffer: Vec::new(),
            digest: Digest::default(),
            is_linked: false,
            is_short: false,
        }
    }
}

/// Why an entry was not copied, or not wholly.
pub(super) enum Unfinished {
    /// A call failed.
    Fault(Fault),
    /// The source kept changing.
    Changed,
    /// Something else has come in the place of the source; what was made of
    /// the old one is undone.
    Replaced,
    /// The run is to stop; what was made of it is undone.
    Stopped,
    /// The destination is full, so it was not tried.
    NotTried,
    /// What is there, or that nothing is, is to stay as it is.
    LeftAlone,
}

impl From<Fault> for Unfinished {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Broken> for Unfinished {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Fault(fault) => Self::Fault(fault),
            Broken::Stopped => Self::Stopped,
        }
    }
}

impl Copier {
    pub(super) fn preserves(&self, attribute: Attribute) -> bool {
        self.options.preserve.has(attribute)
    }

    pub(super) fn is_root(&self) -> bool {
        self.euid == 0
    }

    /// Whether the run is to stop.
    pub(super) fn stop(&self) -> Stop {
        if self.is_stopping.load(Ordering::Relaxed) {
            Stop::Soon
        } else {
            Stop::No
        }
    }

    /// Counts so many bytes, and waits as long as `--bwlimit` asks for.
    pub(super) fn throttle(&self, bytes: usize, control: Control<'_>) -> Result<(), Broken> {
        // As they come, not when the file is complete: that may be an hour away.
        add(&self.counters.moved_bytes, bytes as u64);
        match &self.bytes_limit {
            Some(limit) => wait(limit.take(bytes as u64), control),
            None => Ok(()),
        }
    }

    /// Counts and tells what went wrong at a place, and looks whether the
    /// destination is full.
    pub(super) fn tell(&self, node: &Node<Directory>, name: Option<&CStr>, fault: Fault) {
        self.tell_by(0, node, name, fault);
    }

    /// The same of what was done by way of a mount.
    pub(super) fn tell_by(
        &self,
        mount: usize,
        node: &Node<Directory>,
        name: Option<&CStr>,
        fault: Fault,
    ) {
        if fault.is_full() && self.options.on_full == OnFull::Stop {
            node.data.fs.is_full_now();
        }
        let class = if fault.is_vanished() {
            Class::Vanished
        } else {
            Class::Failed
        };
        self.report(mount, node, name, (fault, class));
    }

    /// Tells that an entry of a directory is done, if anybody is to hear of it.
    pub(super) fn told_done(&self, node: &Node<Directory>, name: &CStr, done: Done) {
        if self.names_entries {
            self.reporter.done(&node.path(Some(name)), done);
        }
    }

    fn report(
        &self,
        mount: usize,
        node: &Node<Directory>,
        name: Option<&CStr>,
        (fault, class): (Fault, Class),
    ) {
        add(
            match class {
                Class::Failed => &self.counters.failed,
                Class::Vanished => &self.counters.vanished,
                Class::Changed => &self.counters.changed,
            },
            1,
        );
        node.data.mark_partial();
        if let (Some(_), Some(name)) = (&self.journal, name) {
            node.data.mark_failed(name);
        }
        let root = match (fault.side, &self.mounts) {
            (Side::Source, _) => &self.source,
            (Side::Destination, None) => &self.destination,
            (Side::Destination, Some(mounts)) => {
                mounts.count_failure(mount);
                mounts.path(mount)
            }
        };
        let mut path = root.as_os_str().as_encoded_bytes().to_vec();
        let below = node.path(name);
        if !below.is_empty() {
            if !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend_from_slice(&below);
        }
        self.reporter.failure(Failure {
            path,
            side: fault.side,
            op: fault.op,
            errno: fault.errno,
            class,
        });
    }

    /// Does one entry, with new tries where a failure may pass.
    pub(super) fn attempt(
        &self,
        tree: &Tree<Self>,
        at: Place<'_>,
        kind: FileType,
        scratch: &mut Scratch<'_>,
    ) -> Visit {
        self.attempt_as(tree, at, kind, None, scratch).0
    }

    /// As [`Self::attempt`]; `first` is the group of links that the entry is
    /// to be the first name of. If that has come to nothing, the caller has to
    /// tell the group: telling it from here, name after name would be tried on
    /// top of each other, and a group may have more of them than a stack holds.
    fn attempt_as(
        &self,
        tree: &Tree<Self>,
        at: Place<'_>,
        kind: FileType,
        mut first: Option<Identity>,
        scratch: &mut Scratch<'_>,
    ) -> (Visit, Group) {
        let (mut tries, mut looks) = (0, 0);
        let mut group = Group::Told;
        scratch.is_linked = first.is_some();
        let done = loop {
            match self.copy_entry(tree, at, kind, first, scratch) {
                Err(Unfinished::Fault(fault))
                    if fault.is_passing() && tries < self.options.retries =>
                {
                    tries += 1;
                    if wait(pause(tries - 1), scratch.control).is_err() {
                        break Err(Unfinished::Stopped);
                    }
                }
                Err(Unfinished::Replaced) if looks < READINGS => {
                    looks += 1;
                    // It is no name of that group any more, and joins its own.
                    if first.take().is_some() {
                        group = Group::Waits;
                    }
                }
                done => break done,
            }
        };
        if first.is_some() && done.is_err() {
            group = Group::Waits;
        }
        let visit = match done {
            Ok(visit) => visit,
            Err(Unfinished::LeftAlone) => {
                add(&self.counters.skipped, 1);
                Visit::Done
            }
            Err(unfinished) => {
                let is_done = self.note(at, &unfinished);
                // If not, its directory is not whole: it is not to be left.
                let visit = if is_done { Visit::Done } else { Visit::Pending };
                return (visit, group);
            }
        };
        if visit == Visit::Done {
            self.note_done(at.node, at.name, scratch.is_linked);
        }
        (visit, group)
    }

    /// Notes an entry that is done, where there is a journal.
    pub(super) fn note_done(&self, node: &Node<Directory>, name: &CStr, is_linked: bool) {
        let Some(journal) = &self.journal else { return };
        if is_linked {
            node.data.mark_partial();
        } else if !node.data.has_failed(name) {
            journal.entry(&node.path(Some(name)));
        }
        if journal.is_due() {
            self.record();
        }
    }

    /// Stores what the destination was given, and records in the journal what
    /// was done before that.
    pub(super) fn record(&self) {
        let Some(journal) = &self.journal else { return };
        match journal.checkpoint(|| self.store()) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.tell_of_journal(&error),
            Err(errno) => {
                let _ = self.sync_failed.set(errno);
            }
        }
    }

    /// Empties the journal: what it says is done is so no longer.
    pub(super) fn forget(&self) {
        let Some(journal) = &self.journal else { return };
        if let Err(error) = journal.abandon() {
            self.tell_of_journal(&error);
        }
    }

    fn tell_of_journal(&self, error: &JournalError) {
        add(&self.counters.failed, 1);
        if let JournalError::Io { path, source, .. } = error {
            let errno = source.raw_os_error().map(Errno::from_raw_os_error);
            self.reporter.failure(Failure {
                path: path.as_os_str().as_encoded_bytes().to_vec(),
                side: Side::Destination,
                op: Op::Write,
                errno: errno.unwrap_or(Errno::IO),
                class: Class::Failed,
            });
        }
    }

    /// Stores all that was written so far, on each file system (syncfs(2)).
    pub(super) fn store(&self) -> Result<(), Errno> {
        if self.options.sync == Sync::No {
            return Ok(());
        }
        let systems = {
            let systems = self.systems.lock();
            systems.unwrap_or_else(PoisonError::into_inner).clone()
        };
        let mut stored = Ok(());
        for system in systems {
            stored = stored.and(system.sync());
        }
        stored
    }

    /// Whether a name is another client's: not in a directory of this one's, and
    /// no directory, as far as that is known.
    pub(super) fn is_anothers(
        &self,
        node: &Node<Directory>,
        from: BorrowedFd<'_>,
        name: &CStr,
        reported: FileType,
    ) -> bool {
        if self.has(node) {
            return false;
        }
        let is_certain = match reported {
            FileType::Unknown => false,
            FileType::Symlink => self.options.follow == Follow::Never,
            _ => true,
        };
        let kind = if is_certain {
            Some(reported)
        } else {
            let stat = self.stat_named(from, name).ok();
            stat.map(|stat| FileType::from_raw_mode(stat.st_mode))
        };
        kind.is_some_and(|kind| kind != FileType::Directory)
    }

    /// Whether an earlier run has done an entry. In a directory that this run
    /// has made it has not, or what it did is gone.
    pub(super) fn is_recorded(&self, at: Place<'_>, kind: FileType) -> bool {
        !at.node.data.is_new()
            && self.journal.as_ref().is_some_and(|journal| {
                let path = at.node.path(Some(at.name));
                if kind == FileType::Directory {
                    journal.has_directory(&path)
                } else {
                    journal.has_entry(&path)
                }
            })
    }

    /// Counts and tells why an entry is unfinished. False if that is because
    /// the run is to stop.
    pub(super) fn note(&self, at: Place<'_>, unfinished: &Unfinished) -> bool {
        let (mount, name) = (at.held.mount, Some(at.name));
        match unfinished {
            Unfinished::Fault(fault) => self.tell_by(mount, at.node, name, *fault),
            Unfinished::Changed | Unfinished::Replaced => {
                let fault = Fault::source(Op::Compare)(Errno::AGAIN);
                self.report(mount, at.node, name, (fault, Class::Changed));
            }
            Unfinished::NotTried => {
                at.node.data.mark_partial();
                add(&self.counters.not_tried, 1);
            }
            Unfinished::LeftAlone => add(&self.counters.skipped, 1),
            Unfinished::Stopped => return false,
        }
        true
    }

    /// The first name of a group of links is done: the others are linked to
    /// it, or, if it failed, the next one is copied in its place.
    pub(super) fn first_done(
        &self,
        tree: &Tree<Self>,
        file: Identity,
        mut first: First<Directory>,
        scratch: &mut Scratch<'_>,
    ) {
        loop {
            let complete = match &first {
                First::Complete(name) => Some(name.clone()),
                First::Failed => None,
            };
            let waiting = self.groups.done(file, first);
            let Some(complete) = complete else {
                if (scratch.control)() != Stop::No {
                    // Who waits keeps its directory from being left.
                    return;
                }
                let Some(next) = waiting.into_iter().next() else {
                    return;
                };
                let (node, name) = (next.name.node, next.name.name);
                let held = match self.held_by(tree, &node, next.name.mount) {
                    Ok(held) => held,
                    Err(fault) => {
                        self.tell(&node, Some(&name), fault);
                        tree.done(self, &node);
                        first = First::Failed;
                        continue;
                    }
                };
                let at = At {
                    node: &node,
                    held: &held,
                    name: &name,
                };
                let (visit, group) = self.attempt_as(tree, at, next.kind, Some(file), scratch);
                if visit == Visit::Done {
                    tree.done(self, &node);
                }
                if group == Group::Waits {
                    first = First::Failed;
                    continue;
                }
                return;
            };
            for waiting in waiting {
                let (node, name) = (waiting.name.node, waiting.name.name);
                // As for all names of one file: the journal does not record them.
                node.data.mark_partial();
                let is_done = match self.held_by(tree, &node, waiting.name.mount) {
                    Ok(held) => {
                        let at = At {
                            node: &node,
                            held: &held,
                            name: &name,
                        };
                        match self.link(tree, at, waiting.kind, &complete, scratch) {
                            Ok(Visit::Done) => true,
                            Ok(Visit::Pending) => false,
                            Err(unfinished) => self.note(at, &unfinished),
                        }
                    }
                    Err(fault) => {
                        self.tell(&node, Some(&name), fault);
                        true
                    }
                };
                if is_done {
                    tree.done(self, &node);
                }
            }
            return;
        }
    }

    /// Copies one entry. `first`: it is to be the first of a group of links,
    /// which is told here or by the last piece of the file; of a failure only
    /// if it has become the first here.
    fn copy_entry(
        &self,
        tree: &Tree<Self>,
        at: Place<'_>,
        kind: FileType,
        first: Option<Identity>,
        scratch: &mut Scratch<'_>,
    ) -> Result<Visit, Unfinished> {
        if kind == FileType::RegularFile
            && let Regular::Visited(visit) = self.regular(tree, at, first, scratch)?
        {
            return Ok(visit);
        }
        let mut own = first;
        let done = self.irregular(tree, at, kind, &mut own, scratch);
        if let Some(file) = own {
            match &done {
                Ok(Visit::Done) => self.first_done(tree, file, outcome(at, true), scratch),
                Err(_) if first.is_none() => {
                    self.first_done(tree, file, First::Failed, scratch);
                }
                Ok(Visit::Pending) | Err(_) => {}
            }
        }
        done
    }

    /// Copies an entry that is no regular file, or was none when it was listed.
    /// `first` is set if it is the first name of a group of links.
    fn irregular(
        &self,
        tree: &Tree<Self>,
        at: Place<'_>,
        listed: FileType,
        first: &mut Option<Identity>,
        scratch: &mut Scratch<'_>,
    ) -> Result<Visit, Unfinished> {
        let stat = self.stat_source(at)?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        match kind {
            FileType::Directory => return Err(Unfinished::Changed),
            FileType::RegularFile if listed == FileType::RegularFile => {
                // It was something else a moment ago, and is a file again.
                return Err(Unfinished::Changed);
            }
            FileType::RegularFile => {
                // The file tells its group by itself.
                let own = first.take();
                return match self.regular(tree, at, own, scratch)? {
                    Regular::Visited(visit) => Ok(visit),
                    Regular::Not => Err(Unfinished::Changed),
                };
            }
            _ => {}
        }
        if first.is_some_and(|file| file != Identity::from_stat(&stat)) {
            return Err(Unfinished::Replaced);
        }
        if first.is_none() {
            let role = self.role(at, kind, &stat);
            scratch.is_linked |= role.is_some();
            match role {
                None => {}
                Some(Role::First) => *first = Some(Identity::from_stat(&stat)),
                Some(Role::Link(to)) => return self.link(tree, at, kind, &to, scratch),
                Some(Role::Waits) => return Ok(Visit::Pending),
            }
        }
        self.other(at, kind, &stat).map(|()| Visit::Done)
    }

    /// What an entry is in its group of links, if it is in one.
    pub(super) fn role(
        &self,
        at: Place<'_>,
        kind: FileType,
        stat: &Stat,
    ) -> Option<Role<Directory>> {
        let links = link_count(stat);
        (links > 1 && self.preserves(Attribute::Links)).then(|| {
            let file = Identity::from_stat(stat);
            self.groups.join((file, links), at, kind)
        })
    }

    pub(super) fn stat_source(&self, at: Place<'_>) -> Work<Stat> {
        self.stat_named(at.held.from.as_fd(), at.name)
    }

    /// Looks at a name in a directory of the source.
    pub(super) fn stat_named(&self, from: BorrowedFd<'_>, name: &CStr) -> Work<Stat> {
        let flags = match self.options.follow {
            Follow::Never => AtFlags::SYMLINK_NOFOLLOW,
            Follow::Always => AtFlags::empty(),
        };
        retry_on_intr(|| statat(from, name, flags)).map_err(Fault::source(Op::Stat))
    }

    /// Notes when this copy first changed something, by the destination's clock.
    pub(super) fn note_change(&self, stat: &Stat) {
        let (seconds, nanoseconds) = super::attributes::ctime(stat);
        let at = seconds
            .saturating_mul(1_000_000_000)
            .saturating_add(nanoseconds);
        if at < self.since.load(Ordering::Relaxed) {
            self.since.fetch_min(at, Ordering::Relaxed);
        }
    }
}

/// Whether a group of links knows what came of its first name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// It does, or a piece of the file will tell it.
    Told,
    /// It does not: the next name is to take the place.
    Waits,
}

/// How many names a file has. The field has other types on other systems.
fn link_count(stat: &Stat) -> u64 {
    fn wide(count: impl TryInto<u64>) -> u64 {
        count.try_into().unwrap_or(1)
    }
    wide(stat.st_nlink)
}

/// What came of the visit of a name that was a regular file.
pub(super) enum Regular {
    Visited(Visit),
    Not,
}

/// What the other names of a group are told.
pub(super) fn outcome(at: Place<'_>, is_complete: bool) -> First<Directory> {
    if is_complete {
        First::Complete(Member {
            node: Arc::clone(at.node),
            name: at.name.to_owned(),
            mount: at.held.mount,
        })
    } else {
        First::Failed
    }
}

/// Waits, unless the run is to stop.
pub(super) fn wait(pause: Duration, control: Control<'_>) -> Result<(), Broken> {
    const SLICE: Duration = Duration::from_millis(50);
    let mut left = pause;
    while !left.is_zero() {
        if control() != Stop::No {
            return Err(Broken::Stopped);
        }
        let slice = left.min(SLICE);
        thread::sleep(slice);
        left -= slice;
    }
    Ok(())
}

impl Visitor for Copier {
    type Directory = Directory;
    type Piece = Piece;
    type Scratch<'a> = Scratch<'a>;

    fn enter(
        &self,
        tree: &Tree<Self>,
        parent: &Arc<Node<Directory>>,
        name: &CStr,
    ) -> Option<(Held, Directory)> {
        let held = match tree.held(parent) {
            Ok(held) => held,
            Err(errno) => {
                self.tell(parent, Some(name), Fault::source(Op::Open)(errno));
                return None;
            }
        };
        let at = At {
            node: parent,
            held: &held,
            name,
        };
        self.enter_directory(tree, at)
    }

    fn handouts(&self, directory: &Directory) -> Handouts {
        if directory.fs.closing == Closing::Silent {
            return Handouts::default();
        }
        let in_turn = match &self.mounts {
            None => Handout::InTurn,
            // Each mount makes one at a time.
            Some(_) => Handout::Singly,
        };
        Handouts {
            names: in_turn,
            // Those that are there are opened, and need not wait for each other.
            directories: if directory.is_new() {
                in_turn
            } else {
                Handout::Singly
            },
        }
    }

    fn select(&self, _: &Tree<Self>, at: Place<'_>, reported: FileType) -> Selected {
        if self.is_anothers(at.node, at.held.from.as_fd(), at.name, reported) {
            return Selected::No;
        }
        add(&self.counters.found, 1);
        if is_temporary(at.name) {
            at.node.data.keep_temporary(at.name);
        }
        let links_count = self.options.follow == Follow::Always && reported == FileType::Symlink;
        let kind = if reported == FileType::Unknown || links_count {
            match self.stat_source(at) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                Err(fault) => {
                    self.tell(at.node, Some(at.name), fault);
                    return Selected::No;
                }
            }
        } else {
            reported
        };
        if !self.options.filter.is_empty() {
            let path = at.node.path(Some(at.name));
            if self
                .options
                .filter
                .decide(&path, kind == FileType::Directory)
                == Decision::Leave
            {
                add(&self.counters.excluded, 1);
                return Selected::No;
            }
        }
        if self.is_recorded(at, kind) {
            add(&self.counters.skipped, 1);
            Selected::No
        } else if kind == FileType::Directory {
            Selected::Directory
        } else {
            Selected::Entry(kind)
        }
    }

    fn entry(
        &self,
        tree: &Tree<Self>,
        at: Place<'_>,
        kind: FileType,
        scratch: &mut Scratch<'_>,
    ) -> Visit {
        if let Some(limit) = &self.files_limit
            && wait(limit.take(1), scratch.control).is_err()
        {
            return Visit::Pending;
        }
        if self.options.share == Share::Rest && kind == FileType::RegularFile && self.is_left(at) {
            add(&self.counters.skipped, 1);
            self.note_done(at.node, at.name, false);
            return Visit::Done;
        }
        let Some(mounts) = &self.mounts else {
            return self.attempt(tree, at, kind, scratch);
        };
        let mut tries = 0;
        loop {
            match self.deal(tree, mounts, at) {
                Ok((held, _under_way)) => {
                    let at = At { held: &held, ..at };
                    return self.attempt(tree, at, kind, scratch);
                }
                Err(fault) if fault.is_passing() && tries < self.options.retries => {
                    if wait(pause(tries), scratch.control).is_err() {
                        return Visit::Pending;
                    }
                    tries += 1;
                }
                Err(fault) => {
                    self.tell(at.node, Some(at.name), fault);
                    return Visit::Done;
                }
            }
        }
    }

    fn piece(&self, tree: &Tree<Self>, piece: Piece, scratch: &mut Scratch<'_>) {
        self.do_piece(tree, piece, scratch);
    }

    fn listed(&self, _: &Tree<Self>, node: &Arc<Node<Directory>>, end: Result<(), Errno>) {
        if let Err(errno) = end {
            node.data.mark_unread();
            self.tell(node, None, Fault::source(Op::ReadDirectory)(errno));
        }
    }

    fn lost(&self, _: &Tree<Self>, node: &Node<Directory>, errno: Errno) {
        node.data.mark_unread();
        self.tell(node, None, Fault::destination(Op::Open)(errno));
    }

    fn walked(&self) {
        add(&self.counters.walked, 1);
    }

    fn leave(&self, tree: &Tree<Self>, node: &Arc<Node<Directory>>) {
        self.leave_directory(tree, node);
    }
}

/// Whether removing is asked for.
pub(super) fn deletes(options: &CopyOptions) -> bool {
    options.delete != Delete::Nothing
}
