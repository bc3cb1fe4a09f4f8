//! Where one bucket ends and the next begins.
//!
//! Boundary: pure; numbers alone.

use super::Fill;

/// The state of the cutting.
#[derive(Debug)]
pub(super) struct Cutter {
    entries: u64,
    bytes: u64,
    /// How many buckets there may be in all.
    most: u64,
    /// How many have been begun.
    begun: u64,
    now: (u64, u64),
}

/// What is to be done with the bucket that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Nothing: it takes more.
    Not,
    /// It ends here.
    Here,
}

impl Cutter {
    /// A cutter; `items` is how many entries there are, which only
    /// [`Fill::Shares`] asks for.
    pub(super) fn new(fill: Fill, items: u64) -> Self {
        let (entries, bytes, most) = match fill {
            Fill::UpTo { entries, bytes } => (entries.max(1), bytes, u64::MAX),
            Fill::Shares(shares) => {
                let shares = shares.max(1);
                (items.div_ceil(shares).max(1), u64::MAX, shares)
            }
        };
        Self {
            entries,
            bytes,
            most,
            begun: 0,
            now: (0, 0),
        }
    }

    /// Whether the open bucket ends before these entries, which stay together.
    pub(super) fn before(&mut self, entries: u64, bytes: u64) -> Cut {
        let is_over = self.now.0.saturating_add(entries) > self.entries
            || self.now.1.saturating_add(bytes) > self.bytes;
        if self.now.0 > 0 && is_over && self.begun < self.most {
            self.now = (0, 0);
            Cut::Here
        } else {
            Cut::Not
        }
    }

    /// Takes the entries into the bucket, and says whether it is full.
    pub(super) fn take(&mut self, entries: u64, bytes: u64) -> Cut {
        if self.now.0 == 0 {
            self.begun += 1;
        }
        self.now = (
            self.now.0.saturating_add(entries),
            self.now.1.saturating_add(bytes),
        );
        // What the tree has grown by since it was counted goes to the last one.
        let is_full = self.now.0 >= self.entries || self.now.1 >= self.bytes;
        if is_full && self.begun < self.most {
            self.now = (0, 0);
            Cut::Here
        } else {
            Cut::Not
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The sizes of the buckets that these groups of entries are cut in.
    fn cut(fill: Fill, groups: &[(u64, u64)]) -> Vec<(u64, u64)> {
        let items = groups.iter().map(|(entries, _)| entries).sum();
        let mut cutter = Cutter::new(fill, items);
        let mut buckets = vec![(0, 0)];
        for &(entries, bytes) in groups {
            if cutter.before(entries, bytes) == Cut::Here {
                buckets.push((0, 0));
            }
            let last = buckets.last_mut().unwrap();
            *last = (last.0 + entries, last.1 + bytes);
            if cutter.take(entries, bytes) == Cut::Here {
                buckets.push((0, 0));
            }
        }
        buckets.retain(|(entries, _)| *entries > 0);
        buckets
    }

    fn up_to(entries: u64, bytes: u64) -> Fill {
        Fill::UpTo { entries, bytes }
    }

    #[test]
    fn a_bucket_ends_where_entries_or_bytes_are_reached() {
        let files = [(1, 10); 5];
        assert_eq!(cut(up_to(2, 1000), &files), [(2, 20), (2, 20), (1, 10)]);
        assert_eq!(cut(up_to(9, 25), &files), [(2, 20), (2, 20), (1, 10)]);
        assert_eq!(cut(up_to(0, 1000), &files).len(), 5);
        assert_eq!(cut(up_to(9, 0), &files).len(), 5);
        let large = [(1, 1), (1, 99), (1, 1)];
        assert_eq!(cut(up_to(9, 50), &large), [(1, 1), (1, 99), (1, 1)]);
    }

    #[test]
    fn what_stays_together_is_not_cut() {
        let groups = [(1, 1), (7, 1), (1, 1)];
        assert_eq!(cut(up_to(3, 1000), &groups), [(1, 1), (7, 1), (1, 1)]);
    }

    #[test]
    fn the_articles_division_makes_no_bucket_too_many() {
        // 11,000 items by 64 processes: 171.875, which the article cut to 170
        // and got a 65th bucket that ran alone.
        let sizes = cut(Fill::Shares(64), &vec![(1, 0); 11_000]);
        assert_eq!(sizes.len(), 64);
        assert_eq!(sizes[0].0, 172);
    }

    proptest! {
        #[test]
        fn shares_are_never_more_than_asked_for(
            groups in prop::collection::vec((1_u64..5, 0_u64..9), 0..200),
            shares in 1_u64..20,
        ) {
            let buckets = cut(Fill::Shares(shares), &groups);
            prop_assert!(buckets.len() as u64 <= shares);
            let all: u64 = groups.iter().map(|(entries, _)| entries).sum();
            prop_assert_eq!(buckets.iter().map(|(entries, _)| entries).sum::<u64>(), all);
        }

        #[test]
        fn no_bucket_of_single_entries_is_too_large(
            sizes in prop::collection::vec(0_u64..20, 0..200), entries in 1_u64..9, bytes in 20_u64..50,
        ) {
            let groups: Vec<_> = sizes.iter().map(|size| (1, *size)).collect();
            for (held, held_bytes) in cut(up_to(entries, bytes), &groups) {
                prop_assert!(held <= entries && held_bytes <= bytes);
            }
        }
    }
}
