//! Which destination a job is dealt: `--spread` and `--balance`.
//!
//! Boundary: picks one of the given names and counts who works with which;
//! whether they are one file system is not looked at, since a template may use
//! them in any way.

use std::sync::atomic::{AtomicUsize, Ordering};

use xxhash_rust::xxh3::Xxh3Default;

use crate::template::Record;

/// How destinations are dealt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Balance {
    /// One after the other, by the number of the job.
    #[default]
    RoundRobin,
    /// That with the fewest running jobs; of several, the next one in turn.
    Load,
    /// By the inputs: the same ones go the same way in every run.
    Hash,
}

/// The destinations of a stage.
pub struct Dealer {
    balance: Balance,
    places: Vec<Place>,
}

struct Place {
    name: Vec<u8>,
    running: AtomicUsize,
}

/// A destination in use.
pub(super) struct Dealt<'a>(&'a Place);

impl Dealt<'_> {
    /// What `<dest>` stands for.
    pub(super) fn name(&self) -> &[u8] {
        &self.0.name
    }
}

impl Drop for Dealt<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Dealer {
    /// A dealer of these; `None` if there is none.
    pub fn new(names: Vec<Vec<u8>>, balance: Balance) -> Option<Self> {
        let place = |name| Place {
            name,
            running: AtomicUsize::new(0),
        };
        let places: Vec<Place> = names.into_iter().map(place).collect();
        (!places.is_empty()).then_some(Self { balance, places })
    }

    /// The destination of job `seq`, from now until the answer is dropped.
    pub(super) fn deal(&self, seq: u64, records: &[Record]) -> Dealt<'_> {
        let turn = self.turn(seq);
        let index = match self.balance {
            Balance::RoundRobin => turn,
            Balance::Hash => self.hashed(records),
            // Two slots may look at once and take the same one; counts are
            // even again with the next.
            Balance::Load => {
                let count = self.places.len();
                let order = (0..count).map(|step| (turn + step) % count);
                order
                    .min_by_key(|index| self.places[*index].running.load(Ordering::Relaxed))
                    .unwrap_or(turn)
            }
        };
        let place = &self.places[index];
        place.running.fetch_add(1, Ordering::Relaxed);
        Dealt(place)
    }

    /// The destination that the job will have, where that is known before.
    pub(super) fn foresee(&self, seq: u64, records: &[Record]) -> Option<&[u8]> {
        let index = match self.balance {
            Balance::RoundRobin => self.turn(seq),
            Balance::Hash => self.hashed(records),
            Balance::Load => return None,
        };
        Some(&self.places[index].name)
    }

    fn turn(&self, seq: u64) -> usize {
        let count = self.places.len() as u64;
        usize::try_from(seq.saturating_sub(1) % count).unwrap_or(0)
    }

    fn hashed(&self, records: &[Record]) -> usize {
        let mut hash = Xxh3Default::new();
        for value in records.iter().flat_map(Record::iter) {
            hash.update(value);
            hash.update(b"\0");
        }
        usize::try_from(hash.digest() % self.places.len() as u64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dealer(balance: Balance) -> Dealer {
        let names = ["a", "b", "c"].map(|name| name.as_bytes().to_vec());
        Dealer::new(names.to_vec(), balance).unwrap()
    }

    #[test]
    fn one_after_the_other() {
        let dealer = dealer(Balance::RoundRobin);
        let names: Vec<_> = (1..=4).map(|seq| dealer.deal(seq, &[])).collect();
        let names: Vec<&[u8]> = names.iter().map(Dealt::name).collect();
        assert_eq!(names, [b"a", b"b", b"c", b"a"]);
        assert_eq!(dealer.foresee(5, &[]), Some(&b"b"[..]));
    }

    #[test]
    fn the_idlest_next() {
        let dealer = dealer(Balance::Load);
        let a = dealer.deal(1, &[]);
        let (b, c) = (dealer.deal(1, &[]), dealer.deal(1, &[]));
        assert_eq!(
            (a.name(), b.name(), c.name()),
            (&b"a"[..], &b"b"[..], &b"c"[..])
        );
        drop(b);
        assert_eq!(dealer.deal(1, &[]).name(), b"b");
        assert_eq!(dealer.foresee(1, &[]), None);
    }

    #[test]
    fn the_same_inputs_the_same_way() {
        let dealer = dealer(Balance::Hash);
        let mut used = std::collections::BTreeSet::new();
        for number in 0..100_u32 {
            let records = [Record::single(number.to_string().as_bytes())];
            let name = dealer.deal(1, &records).name().to_vec();
            assert_eq!(dealer.foresee(99, &records), Some(&name[..]));
            used.insert(name);
        }
        assert_eq!(used.len(), 3);
        assert!(Dealer::new(Vec::new(), Balance::Hash).is_none());
    }
}
