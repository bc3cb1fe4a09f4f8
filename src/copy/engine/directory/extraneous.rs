//! What a directory of the destination holds that the source does not have.
//!
//! Boundary: finds it when all in the directory is done, and says whether it may
//! be removed; how a tree is removed is for `removal`.

use std::ffi::CStr;
use std::sync::atomic::Ordering;

use rustix::fd::AsFd;
use rustix::fs::{AtFlags, statat};
use rustix::io::Errno;

use super::super::copier::{Copier, deletes};
use super::super::counters::add;
use super::super::fault::{Fault, Work};
use super::super::place::{is_temporary, names, remove_left_over};
use super::super::removal::{Judge, remove_tree};
use super::super::{Done, Op};
use super::Directory;
use crate::copy::filter::Decision;
use crate::copy::tree::{Held, Identity, Node, Stop};

impl Copier {
    /// Removes what a killed run left behind, and what the source does not have.
    pub(super) fn clear(&self, node: &Node<Directory>, held: &Held) {
        let to = held.to.as_fd();
        let (temporaries, failed) = node.data.present.temporaries(to);
        for name in temporaries {
            if !node.data.has_temporary(name) {
                match remove_left_over(to, name) {
                    Ok(_) | Err(Errno::NOENT) => {}
                    Err(errno) => {
                        self.tell(node, Some(name), Fault::destination(Op::Remove)(errno));
                    }
                }
            }
        }
        let all = match failed {
            None if !deletes(&self.options) => return,
            None => names(to),
            Some(errno) => Err(errno),
        };
        let all = match all {
            Ok(all) => all,
            Err(errno) => {
                self.tell(node, None, Fault::destination(Op::ReadDirectory)(errno));
                return;
            }
        };
        for name in all {
            if self.stop() != Stop::No {
                break;
            }
            if is_temporary(&name) && !node.data.has_temporary(&name) {
                // Another run's, under way.
                continue;
            }
            if let Err(fault) = self.remove_extraneous(node, held, &name) {
                self.tell(node, Some(&name), fault);
            }
        }
        if self.stop() != Stop::No {
            node.data.mark_partial();
        }
    }

    /// Removes an entry if the source does not have it.
    fn remove_extraneous(&self, node: &Node<Directory>, held: &Held, name: &CStr) -> Work<()> {
        match statat(&held.from, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => return Ok(()),
            Err(Errno::NOENT) => {}
            Err(errno) => return Err(Fault::source(Op::Stat)(errno)),
        }
        let mut judge = Extraneous {
            copier: self,
            // A directory that could not be read has nothing removed in it:
            // what is missing from the list may be there.
            is_sure: !node.data.is_unread.load(Ordering::Relaxed),
        };
        let path = node.path(Some(name));
        let removed = remove_tree(held.to.as_fd(), name, path, &mut judge);
        add(&self.counters.deleted, removed.count);
        if let Some(errno) = removed.failed {
            return Err(Fault::destination(Op::Remove)(errno));
        }
        if removed.count > 0 && !removed.is_left {
            self.told_done(node, name, Done::Removed);
        }
        Ok(())
    }
}

/// What may be removed of what the source does not have.
struct Extraneous<'a> {
    copier: &'a Copier,
    is_sure: bool,
}

impl Judge for Extraneous<'_> {
    fn spares(&self, directory: Identity) -> bool {
        self.copier.spared.contains(&directory)
    }

    fn goes_on(&self) -> bool {
        self.copier.stop() == Stop::No
    }

    fn condemns(&mut self, path: &[u8], is_directory: bool) -> bool {
        // What is left out of the copy is left alone too, as with rsync.
        let filter = &self.copier.options.filter;
        filter.is_empty() || filter.decide(path, is_directory) != Decision::Leave
    }

    fn grants(&mut self) -> bool {
        let may = self.is_sure
            && (self.copier.removals)
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(1)
                })
                .is_ok();
        if !may {
            add(&self.copier.counters.delete_kept, 1);
        }
        may
    }

    fn revokes(&mut self) {
        self.copier.removals.fetch_add(1, Ordering::Relaxed);
    }
}
