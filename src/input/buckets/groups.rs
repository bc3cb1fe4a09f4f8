//! Names of one file that are held until all of them have been seen.
//!
//! Boundary: keeps and gives back. Memory is what the names take of files of
//! which some name has not come yet; a file that has names outside of the tree
//! is held to the end of the walk.

use std::collections::HashMap;

use crate::copy::Linked;

/// Names that stay together.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The names, each ended by a NUL byte.
    pub(super) names: Vec<u8>,
    /// How many there are.
    pub(super) entries: u64,
    /// The size of the file.
    pub(super) bytes: u64,
}

/// All groups of which some name has not come yet.
#[derive(Debug, Default)]
pub(super) struct Groups(HashMap<(u64, u64), Group>);

impl Groups {
    /// Takes one name; gives the whole group if it was the last one.
    pub(super) fn take(&mut self, linked: Linked, name: &[u8], bytes: u64) -> Option<Group> {
        let key = (linked.device, linked.inode);
        let group = self.0.entry(key).or_default();
        group.names.extend_from_slice(name);
        group.names.push(0);
        group.entries += 1;
        group.bytes = bytes;
        if group.entries < linked.names {
            return None;
        }
        self.0.remove(&key)
    }

    /// Gives what is left.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = Group> + use<> {
        std::mem::take(&mut self.0).into_values()
    }
}
