//! Digests of files, taken while they are copied, to compare with what a later
//! reading of the copy gives.
//!
//! Boundary: sums of blocks, and a table of them; who reads is elsewhere.
//!
//! The digest of a file is the sum of the XXH3 digests of its blocks, each
//! seeded with its place; blocks of zeros count nothing. So several workers can
//! take it at once and in any order, and a hole is the same as the zeros it
//! reads as. It tells of damage; it is no proof against somebody who wants to
//! deceive.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::tree::Identity;

/// The size of a block, in bytes: the least that file systems make holes of.
pub(super) const BLOCK: usize = 4096;

/// The digest of some of a file's blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Digest(u128);

impl Digest {
    /// Adds `bytes`, which lie at `offset`: a multiple of [`BLOCK`]. All but
    /// the last bytes of a file must come as whole blocks.
    pub(super) fn add(&mut self, offset: u64, bytes: &[u8]) {
        let places = (offset..).step_by(BLOCK);
        for (block, place) in bytes.chunks(BLOCK).zip(places) {
            if block.iter().any(|byte| *byte != 0) {
                self.0 = self.0.wrapping_add(xxh3_128_with_seed(block, place));
            }
        }
    }

    /// Adds what another worker has summed up.
    pub(super) fn join(&mut self, other: Self) {
        self.0 = self.0.wrapping_add(other.0);
    }
}

/// The digests of files by their identities in the destination.
#[derive(Debug, Default)]
pub struct Digests {
    table: Mutex<HashMap<Identity, Digest>>,
}

impl Digests {
    /// Keeps the digest of a file that has been copied.
    pub(super) fn keep(&self, file: Identity, digest: Digest) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.insert(file, digest);
    }

    /// The digest that a file had when it was copied, if it was.
    pub(super) fn of(&self, file: Identity) -> Option<Digest> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.get(&file).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digest(parts: &[(u64, &[u8])]) -> Digest {
        let mut digest = Digest::default();
        for (offset, bytes) in parts {
            digest.add(*offset, bytes);
        }
        digest
    }

    proptest! {
        #[test]
        fn order_and_cuts_do_not_matter(
            bytes in prop::collection::vec(any::<u8>(), 0..40_000),
            cut in 0_usize..10,
        ) {
            let at = (cut * BLOCK).min(bytes.len() / BLOCK * BLOCK);
            let whole = digest(&[(0, &bytes)]);
            let (one, other) = bytes.split_at(at);
            prop_assert_eq!(whole, digest(&[(at as u64, other), (0, one)]));
            let mut joined = digest(&[(0, one)]);
            joined.join(digest(&[(at as u64, other)]));
            prop_assert_eq!(whole, joined);
        }

        #[test]
        fn one_bit_matters(
            bytes in prop::collection::vec(any::<u8>(), 1..20_000),
            at in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let mut changed = bytes.clone();
            changed[at.index(bytes.len())] ^= 1 << bit;
            prop_assert_ne!(digest(&[(0, &bytes)]), digest(&[(0, &changed)]));
        }
    }

    #[test]
    fn a_hole_is_zeros_and_a_block_has_its_place() {
        let data = [7_u8; BLOCK];
        let with_zeros = [[0_u8; BLOCK], data].concat();
        assert_eq!(
            digest(&[(0, &with_zeros)]),
            digest(&[(BLOCK as u64, &data)])
        );
        assert_ne!(digest(&[(0, &data)]), digest(&[(BLOCK as u64, &data)]));
    }
}
