//! What is done with a tree while it is gone through.
//!
//! Boundary: the words in which the walk and its visitors speak; nothing here
//! does anything.

use std::ffi::CStr;
use std::sync::Arc;

use rustix::fs::FileType;
use rustix::io::Errno;

use super::Tree;
use super::node::{Held, Node};

/// How far the workers are to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Go on.
    No,
    /// Take nothing more; end what is under way as is quickest.
    Soon,
}

/// Says whether to stop; asked between entries and between blocks of data.
pub type Control<'a> = &'a (dyn Fn() -> Stop + Sync);

/// What becomes of a name that was read in a directory.
pub(in crate::copy) enum Selected {
    /// It is visited as an entry of this type.
    Entry(FileType),
    /// It is entered as a directory.
    Directory,
    /// It is left out.
    No,
}

/// Whether an entry is done when its visit returns.
#[derive(PartialEq, Eq)]
pub(in crate::copy) enum Visit {
    /// It is.
    Done,
    /// The visitor will say so by [`Tree::done`].
    Pending,
}

/// How what is in a directory is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::copy) enum Handout {
    /// Many names to one worker, so that little is asked of the queue.
    Shares,
    /// One name, then one of the next directory, and so on.
    Singly,
    /// The same, and no other of this directory until that one is
    /// [made](Tree::made): a network file system makes them one at a time, and
    /// more workers would only wait for each other.
    InTurn,
}

/// How names, and how directories to enter, are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::copy) struct Handouts {
    pub(in crate::copy) names: Handout,
    pub(in crate::copy) directories: Handout,
}

impl Default for Handouts {
    fn default() -> Self {
        Self {
            names: Handout::Shares,
            directories: Handout::Shares,
        }
    }
}

/// On which sides a directory is. Of one that is on one side alone, both
/// descriptors are of that one, and it is found again on that side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::copy) enum Sides {
    /// On both.
    Both,
    /// In the tree that is gone through.
    From,
    /// In the tree beside it.
    To,
}

/// A name in a directory.
pub(in crate::copy) struct At<'a, D> {
    /// The directory.
    pub(in crate::copy) node: &'a Arc<Node<D>>,
    /// Its descriptors.
    pub(in crate::copy) held: &'a Arc<Held>,
    /// The name.
    pub(in crate::copy) name: &'a CStr,
}

impl<D> Clone for At<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for At<'_, D> {}

/// What is done at each place of a tree.
pub(in crate::copy) trait Visitor: Sized + Send + Sync {
    /// What the visitor keeps for a directory while work is going on below it.
    type Directory: Send + Sync;
    /// A part of an entry that any worker may do.
    type Piece: Send;
    /// What a worker keeps from one entry to the next.
    type Scratch<'a>;

    /// Opens the directory `name` of `parent`. `None` if that failed, or if it
    /// is not to be entered; what went wrong has then been told.
    fn enter(
        &self,
        tree: &Tree<Self>,
        parent: &Arc<Node<Self::Directory>>,
        name: &CStr,
    ) -> Option<(Held, Self::Directory)>;

    /// On which sides a directory that was entered is.
    fn sides(&self, directory: &Self::Directory) -> Sides {
        let _ = directory;
        Sides::Both
    }

    /// How what is in a directory is handed out.
    fn handouts(&self, directory: &Self::Directory) -> Handouts {
        let _ = directory;
        Handouts::default()
    }

    /// What becomes of a name that was read in `node`.
    fn select(
        &self,
        tree: &Tree<Self>,
        at: At<'_, Self::Directory>,
        reported: FileType,
    ) -> Selected;

    /// Visits an entry that is not a directory, or was none when it was read.
    fn entry(
        &self,
        tree: &Tree<Self>,
        at: At<'_, Self::Directory>,
        kind: FileType,
        scratch: &mut Self::Scratch<'_>,
    ) -> Visit;

    /// Does a piece.
    fn piece(&self, tree: &Tree<Self>, piece: Self::Piece, scratch: &mut Self::Scratch<'_>);

    /// The source directory `node` has been read to its end, or to an error.
    fn listed(&self, tree: &Tree<Self>, node: &Arc<Node<Self::Directory>>, end: Result<(), Errno>);

    /// The descriptors of `node` could not be had again.
    fn lost(&self, tree: &Tree<Self>, node: &Node<Self::Directory>, errno: Errno);

    /// Every directory has been read: nothing more will be found.
    fn walked(&self) {}

    /// All in `node` is done.
    fn leave(&self, tree: &Tree<Self>, node: &Arc<Node<Self::Directory>>);
}
