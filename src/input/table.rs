//! Records kept in memory, close together.
//!
//! Boundary: storage only. What has to be kept (the factors of a product,
//! `--shuf`, counting) can be ten million records: a `Record` each would cost
//! two allocations and four times the room.

use std::sync::Arc;

use super::Record;

/// Whether rows hold a whole input beside their columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Wholes {
    #[default]
    Without,
    /// It is stored as a first column.
    With,
}

/// Rows of columns. All rows of one table have a whole input, or none has.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    bytes: Vec<u8>,
    /// End of each column in `bytes`.
    columns: Vec<usize>,
    /// End of each row in `columns`.
    rows: Vec<usize>,
    wholes: Wholes,
}

impl Table {
    /// Adds a row.
    pub(super) fn push(&mut self, record: &Record) {
        let whole = record.whole();
        self.wholes = if whole.is_some() {
            Wholes::With
        } else {
            Wholes::Without
        };
        for column in whole.into_iter().chain(record.iter()) {
            self.bytes.extend_from_slice(column);
            self.columns.push(self.bytes.len());
        }
        self.rows.push(self.columns.len());
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Forgets all rows and gives the memory back.
    pub(super) fn free(&mut self) {
        *self = Self::default();
    }

    /// Adds the columns of row `index`, which must exist, to `record`.
    pub(super) fn append(&self, index: usize, record: &mut Record) {
        let mut first = if index == 0 { 0 } else { self.rows[index - 1] };
        let end = self.rows[index];
        let mut start = if first == 0 {
            0
        } else {
            self.columns[first - 1]
        };
        if self.wholes == Wholes::With {
            record.set_whole(&self.bytes[start..self.columns[first]]);
            start = self.columns[first];
            first += 1;
        }
        for &column in &self.columns[first..end] {
            record.push(&self.bytes[start..column]);
            start = column;
        }
    }
}

/// In which order a cursor goes through its table.
#[derive(Clone, Debug)]
enum Turns {
    Rows,
    Given(Arc<[usize]>),
}

/// A walk over a shared table; a clone of a new one starts at the start.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    table: Arc<Table>,
    turns: Turns,
    next: usize,
}

impl Cursor {
    pub(super) fn new(table: Table) -> Self {
        Self {
            table: Arc::new(table),
            turns: Turns::Rows,
            next: 0,
        }
    }

    /// A walk in random order: Fisher and Yates, by the generator `SplitMix64`
    /// (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
    /// 2014). Written out here, so that a seed means the same in all versions.
    pub(super) fn shuffled(table: Table, seed: u64) -> Self {
        let mut order: Vec<usize> = (0..table.len()).collect();
        let mut state = seed;
        for last in (1..order.len()).rev() {
            order.swap(last, below(last + 1, &mut state));
        }
        Self {
            table: Arc::new(table),
            turns: Turns::Given(order.into()),
            next: 0,
        }
    }

    /// Adds the next row's columns to `record`; false at the end.
    pub(super) fn next(&mut self, record: &mut Record) -> bool {
        if self.next == self.table.len() {
            return false;
        }
        let row = match &self.turns {
            Turns::Rows => self.next,
            Turns::Given(order) => order[self.next],
        };
        self.next += 1;
        self.table.append(row, record);
        true
    }

    /// Rows in the table.
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }
}

/// A number below `limit`. The high half of a product, not a remainder: its
/// bias is below `limit / 2^64`.
fn below(limit: usize, state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    let scaled = (u128::from(mixed) * limit as u128) >> 64;
    usize::try_from(scaled).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;
    use super::*;

    fn table(rows: u32) -> Table {
        let mut table = Table::default();
        for row in 0..rows {
            table.push(&Record::single(row.to_string().as_bytes()));
        }
        table
    }

    fn walk(mut cursor: Cursor) -> Vec<String> {
        let mut rows = Vec::new();
        let mut record = Record::new();
        while cursor.next(&mut record) {
            rows.push(text(&record));
            record.clear();
        }
        rows
    }

    #[test]
    fn rows_come_back_with_their_whole() {
        let mut first = Record::single(b"a");
        first.push(b"");
        first.set_whole(b"whole");
        let mut second = Record::new();
        second.set_whole(b"");
        let mut table = Table::default();
        table.push(&first);
        table.push(&second);
        let mut back = Record::new();
        table.append(0, &mut back);
        assert_eq!(back, first);
        back.clear();
        table.append(1, &mut back);
        assert_eq!(back, second);
    }

    #[test]
    fn a_seed_is_an_order() {
        let once = walk(Cursor::shuffled(table(100), 7));
        assert_eq!(once, walk(Cursor::shuffled(table(100), 7)));
        assert_ne!(once, walk(Cursor::shuffled(table(100), 8)));
        let mut sorted = once.clone();
        sorted.sort();
        let mut all = walk(Cursor::new(table(100)));
        assert_ne!(once, all);
        all.sort();
        assert_eq!(sorted, all);
    }

    #[test]
    fn the_generator_is_the_published_one() {
        // First outputs of SplitMix64 for seed 1234567.
        let mut state = 1_234_567;
        let high = |state: &mut u64| below(1 << 32, state);
        assert_eq!(
            high(&mut state),
            usize::try_from(6_457_827_717_110_365_317_u64 >> 32).unwrap()
        );
        assert_eq!(
            high(&mut state),
            usize::try_from(3_203_168_211_198_807_973_u64 >> 32).unwrap()
        );
    }

    #[test]
    fn every_order_of_three_comes_up() {
        let orders: std::collections::BTreeSet<_> = (0..100)
            .map(|seed| walk(Cursor::shuffled(table(3), seed)))
            .collect();
        assert_eq!(orders.len(), 6);
    }
}
