//! How many differences there are, and the text at the end.
//!
//! Boundary: counters that workers add to, and what they come to.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use super::difference::{Class, Kind};
use super::options::bit;
use crate::copy::add;

const PLACES: usize = Kind::ALL.len() * Class::ALL.len();

/// Counts while a comparison runs.
#[derive(Debug)]
pub(super) struct Tally {
    kinds: [AtomicU64; PLACES],
    pub(super) source_entries: AtomicU64,
    pub(super) destination_entries: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) trouble: AtomicU64,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            kinds: std::array::from_fn(|_| AtomicU64::new(0)),
            source_entries: AtomicU64::new(0),
            destination_entries: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            trouble: AtomicU64::new(0),
        }
    }

    pub(super) fn count(&self, kind: Kind, class: Class) {
        add(&self.kinds[bit(kind, class)], 1);
    }

    pub(super) fn verified(&self, is_whole: bool) -> Verified {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let mut counts = Vec::new();
        for kind in Kind::ALL {
            for class in Class::ALL {
                let count = get(&self.kinds[bit(kind, class)]);
                if count > 0 {
                    counts.push((kind, class, count));
                }
            }
        }
        Verified {
            differences: counts.iter().map(|(_, _, count)| count).sum(),
            counts,
            source_entries: get(&self.source_entries),
            destination_entries: get(&self.destination_entries),
            bytes: get(&self.bytes),
            trouble: get(&self.trouble),
            is_whole,
        }
    }
}

/// What a comparison came to. As text it is the lines at the end of its
/// output, of which the last one is `differences: N`, without that one's end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many differences there are.
    pub differences: u64,
    /// How many of each kind and class of entry; those that there are.
    pub counts: Vec<(Kind, Class, u64)>,
    /// How many entries were seen in the source, the tree itself among them.
    pub source_entries: u64,
    /// How many entries were seen in the destination.
    pub destination_entries: u64,
    /// How many bytes of contents were compared.
    pub bytes: u64,
    /// How many things could not be looked at.
    pub trouble: u64,
    /// Whether the comparison went to its end; it does not when it is stopped.
    pub is_whole: bool,
}

impl Verified {
    /// How many differences there are of a kind, for all classes of entries.
    pub fn of(&self, kind: Kind) -> u64 {
        let counts = self.counts.iter().filter(|(of, _, _)| *of == kind);
        counts.map(|(_, _, count)| count).sum()
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |(kind, class, count): &(Kind, Class, u64)| {
            (format!("{}({})", kind.name(), class.name()), *count)
        };
        let mut counts: Vec<_> = self.counts.iter().map(name).collect();
        counts.sort();
        for (name, count) in counts {
            writeln!(f, "count {name:<18} {count}")?;
        }
        let (source, destination) = (self.source_entries, self.destination_entries);
        writeln!(f, "entries: src {source} dst {destination}")?;
        write!(f, "differences: {}", self.differences)
    }
}
