//! The journal, as the copy keeps it: what is done, and that it is stored.
//!
//! Boundary: when something is recorded; the file itself is `journal`'s.

use std::ffi::CStr;
use std::sync::PoisonError;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::copier::{Copier, Place};
use super::counters::add;
use super::directory::Directory;
use super::{Class, Failure, JournalError, Op, Side, Sync};
use crate::copy::tree::Node;

impl Copier {
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
}
