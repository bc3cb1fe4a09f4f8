//! Names of one file: the first that comes is copied, the others become links
//! to it.
//!
//! Boundary: bookkeeping; links are made elsewhere. A group is forgotten when
//! all the names that the source says there are have come, so a tree full of
//! links needs no memory for those that are done.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::CString;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::FileType;

use crate::copy::tree::{At, Identity, Node};

/// A name in a directory of the tree.
pub(super) struct Member<D> {
    pub(super) node: Arc<Node<D>>,
    pub(super) name: CString,
    /// By way of which mount of the destination it is made.
    pub(super) mount: usize,
}

impl<D> Clone for Member<D> {
    fn clone(&self) -> Self {
        Self {
            node: Arc::clone(&self.node),
            name: self.name.clone(),
            mount: self.mount,
        }
    }
}

/// A name that waits until the first one of its group is done.
pub(super) struct Waiting<D> {
    pub(super) name: Member<D>,
    pub(super) kind: FileType,
}

/// What a name of a group is.
pub(super) enum Role<D> {
    /// The first one: it is copied, and [`Groups::done`] called then.
    First,
    /// To be linked to this one.
    Link(Member<D>),
    /// The first one is under way; this one will be given out by `done`.
    Waits,
}

/// What became of a group's first name.
pub(super) enum First<D> {
    /// It is complete.
    Complete(Member<D>),
    /// It failed: the next one is the first.
    Failed,
}

pub(super) struct Groups<D> {
    groups: Mutex<HashMap<Identity, Group<D>>>,
}

struct Group<D> {
    /// How many names have not come yet.
    missing: u64,
    state: State<D>,
}

enum State<D> {
    UnderWay(Vec<Waiting<D>>),
    Complete(Member<D>),
}

impl<D> Groups<D> {
    pub(super) fn new() -> Self {
        Self {
            groups: Mutex::new(HashMap::new()),
        }
    }

    /// Takes the name of a file that has `links` names.
    pub(super) fn join(
        &self,
        (file, links): (Identity, u64),
        at: At<'_, D>,
        kind: FileType,
    ) -> Role<D> {
        let own = || Member {
            node: Arc::clone(at.node),
            name: at.name.to_owned(),
            mount: at.held.mount,
        };
        let mut groups = self.lock();
        let mut found = match groups.entry(file) {
            Entry::Vacant(vacant) => {
                vacant.insert(Group {
                    missing: links.saturating_sub(1),
                    state: State::UnderWay(Vec::new()),
                });
                return Role::First;
            }
            Entry::Occupied(found) => found,
        };
        let group = found.get_mut();
        group.missing = group.missing.saturating_sub(1);
        match &mut group.state {
            State::UnderWay(waiting) => {
                waiting.push(Waiting { name: own(), kind });
                Role::Waits
            }
            State::Complete(first) => {
                let first = first.clone();
                if group.missing == 0 {
                    found.remove();
                }
                Role::Link(first)
            }
        }
    }

    /// The first name of a group is done: gives out those that wait for it.
    ///
    /// If it failed, the first of those is now the first of the group.
    pub(super) fn done(&self, file: Identity, first: First<D>) -> Vec<Waiting<D>> {
        let mut groups = self.lock();
        let Entry::Occupied(mut found) = groups.entry(file) else {
            return Vec::new();
        };
        let group = found.get_mut();
        let State::UnderWay(waiting) = &mut group.state else {
            return Vec::new();
        };
        match first {
            First::Complete(name) => {
                let waiting = std::mem::take(waiting);
                if group.missing == 0 {
                    found.remove();
                } else {
                    group.state = State::Complete(name);
                }
                waiting
            }
            First::Failed => {
                if waiting.is_empty() {
                    found.remove();
                    Vec::new()
                } else {
                    // The one that failed may be tried again, and come once more.
                    group.missing += 1;
                    vec![waiting.remove(0)]
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Identity, Group<D>>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;
    use std::fs::File;

    use super::*;
    use crate::copy::tree::Held;

    const FILE: Identity = Identity { dev: 1, ino: 7 };

    fn node() -> Arc<Node<()>> {
        let open = || File::open("/").unwrap().into();
        let held = Held::new(open(), open());
        Arc::new(Node::root(CString::default(), held, ()).unwrap())
    }

    fn join(groups: &Groups<()>, node: &Arc<Node<()>>, name: &CStr) -> Role<()> {
        let open = || File::open("/").unwrap().into();
        let held = &Arc::new(Held::new(open(), open()));
        let at = At { node, held, name };
        groups.join((FILE, 4), at, FileType::RegularFile)
    }

    fn complete(node: &Arc<Node<()>>, name: &CStr) -> First<()> {
        First::Complete(Member {
            node: Arc::clone(node),
            name: name.to_owned(),
            mount: 0,
        })
    }

    #[test]
    fn later_names_wait_for_the_first_and_are_linked_to_it() {
        let (groups, node) = (Groups::new(), node());
        assert!(matches!(join(&groups, &node, c"a"), Role::First));
        assert!(matches!(join(&groups, &node, c"b"), Role::Waits));
        let waiting = groups.done(FILE, complete(&node, c"a"));
        assert_eq!(waiting.len(), 1);
        assert_eq!(&*waiting[0].name.name, c"b");
        for name in [c"c", c"d"] {
            let Role::Link(to) = join(&groups, &node, name) else {
                panic!("{name:?} is not linked");
            };
            assert_eq!(&*to.name, c"a");
        }
        assert!(groups.lock().is_empty(), "all four names have come");
    }

    #[test]
    fn when_the_first_fails_the_next_takes_its_place() {
        let (groups, node) = (Groups::new(), node());
        assert!(matches!(join(&groups, &node, c"a"), Role::First));
        assert!(matches!(join(&groups, &node, c"b"), Role::Waits));
        assert!(matches!(join(&groups, &node, c"c"), Role::Waits));
        let next = groups.done(FILE, First::Failed);
        assert_eq!(&*next[0].name.name, c"b");
        let waiting = groups.done(FILE, complete(&node, c"b"));
        assert_eq!(&*waiting[0].name.name, c"c");
        let Role::Link(to) = join(&groups, &node, c"d") else {
            panic!("d is not linked");
        };
        assert_eq!(&*to.name, c"b");
    }

    #[test]
    fn a_group_of_which_nobody_is_left_is_forgotten() {
        let (groups, node) = (Groups::new(), node());
        assert!(matches!(join(&groups, &node, c"a"), Role::First));
        assert!(groups.done(FILE, First::Failed).is_empty());
        assert!(groups.lock().is_empty());
        assert!(matches!(join(&groups, &node, c"b"), Role::First));
    }
}
