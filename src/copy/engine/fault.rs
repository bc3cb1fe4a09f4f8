//! What stopped work on one entry, before it is known where in the tree.
//!
//! Boundary: the small type that functions return; a [`super::Failure`] is made
//! of it once, with the path.

use rustix::io::Errno;

use super::{Op, Side};

/// What stopped work on one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) side: Side,
    pub(super) op: Op,
    pub(super) errno: Errno,
}

pub(super) type Work<T> = Result<T, Fault>;

impl Fault {
    /// Something on the source's side.
    pub(super) fn source(op: Op) -> impl Fn(Errno) -> Self {
        move |errno| Self {
            side: Side::Source,
            op,
            errno,
        }
    }

    /// Something on the destination's side.
    pub(super) fn destination(op: Op) -> impl Fn(Errno) -> Self {
        move |errno| Self {
            side: Side::Destination,
            op,
            errno,
        }
    }

    /// Whether the destination has no room, or takes nothing any more. An
    /// attribute says so too where it alone is too large for an inode.
    pub(super) fn is_full(self) -> bool {
        self.side == Side::Destination
            && !matches!(self.op, Op::SetXattr | Op::SetAcl)
            && matches!(self.errno, Errno::NOSPC | Errno::DQUOT | Errno::ROFS)
    }

    /// Whether another try may go better.
    pub(super) fn is_passing(self) -> bool {
        matches!(
            self.errno,
            Errno::INTR
                | Errno::AGAIN
                | Errno::STALE
                | Errno::TIMEDOUT
                | Errno::BUSY
                | Errno::REMOTEIO
        )
    }

    /// Whether it says that the source is gone.
    pub(super) fn is_vanished(self) -> bool {
        self.side == Side::Source && matches!(self.errno, Errno::NOENT)
    }
}
