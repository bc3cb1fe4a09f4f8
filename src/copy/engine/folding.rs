//! Names that differ in the source and are one in the destination: `a` and `A`
//! where the case of letters does not count.
//!
//! Boundary: looks whether what is at a name is there under that name. Without
//! it, the second of two such files would quietly take the place of the first.

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::sync::OnceLock;

use rustix::fd::{AsFd, BorrowedFd};

use super::copier::{Copier, Place};
use super::place::{look, names};
use crate::copy::tree::Identity;

/// The names in a directory of the destination, if it folds them.
#[derive(Default)]
pub(super) struct Folding(OnceLock<Option<HashSet<CString>>>);

impl Copier {
    /// Whether what is at a name in the destination is there under another name.
    ///
    /// Costs one look into each directory whose names fold nothing.
    pub(super) fn is_other_name(at: Place<'_>) -> bool {
        let to = at.held.to.as_fd();
        let Folding(known) = &at.node.data.folding;
        let folded = match known.get() {
            Some(folded) => folded,
            None => match folds(to, at.name) {
                // Its letters have no case: the next name will tell.
                None => return false,
                Some(false) => known.get_or_init(|| None),
                Some(true) => known.get_or_init(|| listed(to)),
            },
        };
        // What was made since the names were read is among them now.
        folded.as_ref().is_some_and(|folded| {
            !folded.contains(at.name) && listed(to).is_some_and(|now| !now.contains(at.name))
        })
    }
}

fn listed(to: BorrowedFd<'_>) -> Option<HashSet<CString>> {
    names(to).ok().map(|names| names.into_iter().collect())
}

/// Whether a name with its letters in another case leads to the same entry.
/// `None` if that cannot be told by this name.
fn folds(to: BorrowedFd<'_>, name: &CStr) -> Option<bool> {
    let text = name.to_str().ok()?;
    let lower = text.to_lowercase();
    let other = if lower == text {
        text.to_uppercase()
    } else {
        lower
    };
    if other == text {
        return None;
    }
    let other = CString::new(other).ok()?;
    let there = look(to, name).ok()??;
    let same = |other| Identity::from_stat(&other) == Identity::from_stat(&there);
    Some(look(to, &other).ok()?.is_some_and(same))
}
