//! One directory of a tree that is being gone through.
//!
//! Boundary: its place, its descriptors while they are held, and how much is
//! still to be done in it.

use std::ffi::{CStr, CString};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Dev, fstat};
use rustix::io::Errno;

use super::Sides;
use super::batch::Waiting;

/// What tells one file from all others on a machine: device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::copy) struct Identity {
    /// The device.
    pub(in crate::copy) dev: Dev,
    /// The inode number.
    pub(in crate::copy) ino: u64,
}

impl Identity {
    /// The identity of an open file.
    pub(in crate::copy) fn of(fd: BorrowedFd<'_>) -> Result<Self, Errno> {
        fstat(fd).map(|stat| Self::from_stat(&stat))
    }

    /// The identity in a stat.
    pub(in crate::copy) fn from_stat(stat: &rustix::fs::Stat) -> Self {
        Self {
            dev: stat.st_dev,
            ino: stat.st_ino,
        }
    }
}

/// The open descriptors of a directory: of the source, and of what is beside it.
pub(in crate::copy) struct Held {
    /// The source.
    pub(in crate::copy) from: OwnedFd,
    /// The directory in the other tree.
    pub(in crate::copy) to: OwnedFd,
    /// By way of which mount of the other tree's file system that is, from 0.
    pub(in crate::copy) mount: usize,
    /// The same directory by way of the other mounts.
    beside: OnceLock<Box<[Beside]>>,
}

/// A directory by way of one mount, once it is known: nothing where that mount
/// has something else in its place.
pub(super) type Beside = OnceLock<Option<Arc<Held>>>;

impl Held {
    /// Both sides of a directory.
    pub(in crate::copy) fn new(from: OwnedFd, to: OwnedFd) -> Self {
        Self::by(0, from, to)
    }

    /// The same by way of a mount.
    pub(in crate::copy) fn by(mount: usize, from: OwnedFd, to: OwnedFd) -> Self {
        Self {
            from,
            to,
            mount,
            beside: OnceLock::new(),
        }
    }

    /// The place where this directory by way of one of so many `mounts` is
    /// kept. It is closed together with this one.
    pub(in crate::copy) fn beside(&self, mount: usize, mounts: usize) -> &Beside {
        let all = (self.beside).get_or_init(|| (0..mounts).map(|_| Beside::new()).collect());
        &all[mount]
    }
}

/// A directory, from when it is entered until all below it is done.
pub(in crate::copy) struct Node<D> {
    parent: Option<Arc<Node<D>>>,
    /// Its name in its parent; of the root, its whole path.
    name: CString,
    identities: (Identity, Identity),
    sides: Sides,
    held: Mutex<Option<Arc<Held>>>,
    /// How many entries, directories and readings of it are not done.
    pub(super) open: AtomicUsize,
    /// What in it waits until a name is made.
    waiting: Mutex<Vec<Waiting<D>>>,
    /// What the visitor keeps here.
    pub(in crate::copy) data: D,
}

impl<D> Node<D> {
    /// The root of a tree. It holds its descriptors to the end.
    pub(in crate::copy) fn root(path: CString, held: Held, data: D) -> Result<Self, Errno> {
        let identities = identities(&held)?;
        Ok(Self {
            parent: None,
            name: path,
            identities,
            sides: Sides::Both,
            held: Mutex::new(Some(Arc::new(held))),
            open: AtomicUsize::new(0),
            waiting: Mutex::default(),
            data,
        })
    }

    /// The directory `name` of `parent`.
    pub(super) fn below(
        parent: &Arc<Self>,
        name: CString,
        (held, sides): (&Held, Sides),
        data: D,
    ) -> Result<Self, Errno> {
        Ok(Self {
            parent: Some(Arc::clone(parent)),
            name,
            identities: identities(held)?,
            sides,
            held: Mutex::new(None),
            open: AtomicUsize::new(0),
            waiting: Mutex::default(),
            data,
        })
    }

    /// The directory it is in.
    pub(in crate::copy) fn parent(&self) -> Option<&Arc<Self>> {
        self.parent.as_ref()
    }

    /// The identity of the source directory.
    pub(in crate::copy) fn source_identity(&self) -> Identity {
        self.identities.0
    }

    /// The identity of the directory in the other tree.
    pub(in crate::copy) fn beside_identity(&self) -> Identity {
        self.identities.1
    }

    /// Its name in its parent.
    pub(in crate::copy) fn name(&self) -> &CStr {
        &self.name
    }

    /// The identities of the source directory, and of the one beside it.
    pub(in crate::copy) fn identities(&self) -> (Identity, Identity) {
        self.identities
    }

    /// Its path below the root, and `name` in it; empty for the root itself.
    pub(in crate::copy) fn path(&self, name: Option<&CStr>) -> Vec<u8> {
        let mut names: Vec<&[u8]> = name.iter().map(|name| name.to_bytes()).collect();
        let mut here = self;
        while let Some(parent) = &here.parent {
            names.push(here.name.to_bytes());
            here = parent;
        }
        names.reverse();
        names.join(&b'/')
    }

    /// As [`Node::path`], with the path of the root before it.
    pub(in crate::copy) fn whole_path(&self, name: Option<&CStr>) -> Vec<u8> {
        let mut here = self;
        while let Some(parent) = &here.parent {
            here = parent;
        }
        let mut path = here.name.to_bytes().to_vec();
        let below = self.path(name);
        if !below.is_empty() {
            if !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend_from_slice(&below);
        }
        path
    }

    /// Its descriptors, if it is held open.
    pub(in crate::copy) fn held(&self) -> Option<Arc<Held>> {
        self.lock().clone()
    }

    pub(super) fn hold(&self, held: Arc<Held>) {
        *self.lock() = Some(held);
    }

    /// Keeps what is in it back until a name is made.
    pub(super) fn let_wait(&self, waiting: Waiting<D>) {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(waiting);
    }

    /// What was kept back until this name is made.
    pub(super) fn take_waiting(&self, name: &CStr) -> Option<Waiting<D>> {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|waiting| waiting.is_after(name))?;
        Some(all.swap_remove(at))
    }

    /// Gives up its descriptors; those in use are closed when they no longer are.
    pub(super) fn give_up(&self) {
        if self.parent.is_some() {
            let given = self.lock().take();
            drop(given);
        }
    }

    /// Opens this directory from the descriptors of its parent.
    pub(super) fn open_from(
        &self,
        parent: &Held,
        mut open: impl FnMut(BorrowedFd<'_>, &CStr) -> Result<OwnedFd, Errno>,
    ) -> Result<Held, Errno> {
        let (from, to) = match self.sides {
            Sides::Both => (&parent.from, &parent.to),
            Sides::From => (&parent.from, &parent.from),
            Sides::To => (&parent.to, &parent.to),
        };
        let from = open(from.as_fd(), &self.name)?;
        let to = open(to.as_fd(), &self.name)?;
        self.if_same(Held::new(from, to))
    }

    /// Opens this directory from the descriptors of one that is in it.
    pub(super) fn open_above(
        &self,
        below: &Held,
        open: impl Fn(BorrowedFd<'_>) -> Result<OwnedFd, Errno>,
    ) -> Result<Held, Errno> {
        let from = open(below.from.as_fd())?;
        self.if_same(Held::new(from, open(below.to.as_fd())?))
    }

    fn if_same(&self, held: Held) -> Result<Held, Errno> {
        if identities(&held)? == self.identities {
            Ok(held)
        } else {
            // Something else stands there now.
            Err(Errno::STALE)
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Held>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn identities(held: &Held) -> Result<(Identity, Identity), Errno> {
    Ok((
        Identity::of(held.from.as_fd())?,
        Identity::of(held.to.as_fd())?,
    ))
}

impl<D> Drop for Node<D> {
    /// One after the other: a chain of thousands would overflow the stack.
    fn drop(&mut self) {
        let mut above = self.parent.take();
        while let Some(node) = above {
            above = Arc::into_inner(node).and_then(|mut node| node.parent.take());
        }
    }
}
