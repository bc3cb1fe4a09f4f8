//! One entry, with new tries where a failure may pass, and the names of one
//! file in their order.
//!
//! Boundary: what is tried again, and who is told that the first name of a file
//! is done; how an entry is copied is in the other files.

use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{FileType, Stat};

use super::Attribute;
use super::copier::{Copier, Place, READINGS, Scratch, Unfinished, wait};
use super::counters::add;
use super::directory::Directory;
use super::groups::{First, Member, Role};
use crate::copy::tree::{At, Identity, Stop, Tree, Visit};

/// How long before the first new try; each next one waits four times as long.
const BACK_OFF: Duration = Duration::from_millis(10);

/// How long before the new try after so many.
pub(super) fn pause(tries: u32) -> Duration {
    BACK_OFF.saturating_mul(4_u32.saturating_pow(tries))
}

/// What came of the visit of a name that was a regular file.
pub(super) enum Regular {
    Visited(Visit),
    Not,
}

/// Whether a group of links knows what came of its first name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// It does, or a piece of the file will tell it.
    Told,
    /// It does not: the next name is to take the place.
    Waits,
}

impl Copier {
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
}

/// How many names a file has. The field has other types on other systems.
fn link_count(stat: &Stat) -> u64 {
    fn wide(count: impl TryInto<u64>) -> u64 {
        count.try_into().unwrap_or(1)
    }
    wide(stat.st_nlink)
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
