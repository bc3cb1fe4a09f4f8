//! Which names are the same file, on either side.
//!
//! Boundary: only names of entries that both sides have, with one type, and of
//! which one side says that there are more links than one: nothing else is kept.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rustix::fs::Stat;

use crate::copy::tree::Identity;

/// A name that may have others beside it.
struct Name {
    path: Vec<u8>,
    source: Option<Identity>,
    destination: Option<Identity>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Links {
    names: Mutex<Vec<Name>>,
}

/// A name whose group is another one in the destination: the first name of
/// its group on each side, if it is not alone there.
pub(super) struct Moved {
    pub(super) path: Vec<u8>,
    pub(super) source: Option<Vec<u8>>,
    pub(super) destination: Option<Vec<u8>>,
}

impl Links {
    /// Whether a name is to be noted.
    pub(super) fn wants(source: &Stat, destination: &Stat) -> bool {
        source.st_nlink > 1 || destination.st_nlink > 1
    }

    /// Notes a name.
    pub(super) fn note(&self, path: Vec<u8>, source: &Stat, destination: &Stat) {
        let several = |stat: &Stat| (stat.st_nlink > 1).then(|| Identity::from_stat(stat));
        let name = Name {
            path,
            source: several(source),
            destination: several(destination),
        };
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.push(name);
    }

    /// Takes all names, and calls `tell` for each that is in another group, by name.
    pub(super) fn compare(&self, mut tell: impl FnMut(Moved)) {
        let mut names = {
            let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *names)
        };
        names.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let sources = groups(names.iter().map(|name| name.source));
        let destinations = groups(names.iter().map(|name| name.destination));
        let first = |groups: &HashMap<Identity, Group>, identity: Option<Identity>| {
            let group = groups.get(&identity?)?;
            (group.count > 1).then_some(group.first)
        };
        for name in &names {
            let source = first(&sources, name.source);
            let destination = first(&destinations, name.destination);
            if source != destination {
                let path = |at: usize| names[at].path.clone();
                tell(Moved {
                    path: name.path.clone(),
                    source: source.map(path),
                    destination: destination.map(path),
                });
            }
        }
    }
}

/// The names that are one file: how many, and the place of the first.
struct Group {
    first: usize,
    count: usize,
}

fn groups(files: impl Iterator<Item = Option<Identity>>) -> HashMap<Identity, Group> {
    let mut groups = HashMap::new();
    for (at, file) in files.enumerate() {
        if let Some(file) = file {
            let group = groups.entry(file).or_insert(Group {
                first: at,
                count: 0,
            });
            group.count += 1;
        }
    }
    groups
}
