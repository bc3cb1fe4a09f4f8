//! What is told of entries: that they are done, or what went wrong, at which
//! place.
//!
//! Boundary: counts, and makes a failure of a fault; who hears it is the
//! reporter's business.

use std::ffi::CStr;

use rustix::io::Errno;

use super::copier::{Copier, Place, Unfinished};
use super::counters::add;
use super::directory::Directory;
use super::fault::Fault;
use super::{Class, Done, Failure, OnFull, Op, Side};
use crate::copy::tree::Node;

impl Copier {
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
}
