//! Deals rows to clients.
//!
//! Boundary: who has which row; the order of a client's rows is that in which
//! it got them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroU32;

use super::Split;
use super::error::ManifestError;
use super::row::Row;
use super::sort::{Sorted, Sorter};

/// Bytes before a row's own record: the client, and the row's number.
const DEALT: usize = 4 + 8;
/// Bytes before it while the largest are sought.
const WEIGHED: usize = 8;

/// Takes rows in the order of the manifest.
pub(super) struct Dealer {
    split: Split,
    clients: NonZeroU32,
    /// Rows by client, or, if the largest come first, by weight.
    sorter: Sorter,
    taken: u64,
    buffer: Vec<u8>,
}

impl Dealer {
    pub(super) fn new(split: Split, clients: NonZeroU32) -> Self {
        Self {
            split,
            clients,
            sorter: Sorter::default(),
            taken: 0,
            buffer: Vec::new(),
        }
    }

    /// Takes a row and its record.
    pub(super) fn push(&mut self, row: &Row, record: &[u8]) -> Result<(), ManifestError> {
        self.buffer.clear();
        match self.split {
            Split::Turn => {
                let client = self.taken % u64::from(self.clients.get());
                let client = u32::try_from(client).unwrap_or(u32::MAX);
                dealt(client, self.taken, &mut self.buffer);
            }
            Split::Size | Split::Files => {
                // The largest first.
                let weight = u64::MAX - self.split.weight(row.amount);
                self.buffer.extend_from_slice(&weight.to_be_bytes());
            }
        }
        self.taken += 1;
        self.buffer.extend_from_slice(record);
        self.sorter
            .push(&self.buffer)
            .map_err(ManifestError::Temporary)
    }

    /// The rows by client.
    pub(super) fn dealt(mut self) -> Result<Dealt, ManifestError> {
        let mut sorted = self.sorter.sorted().map_err(ManifestError::Temporary)?;
        if self.split != Split::Turn {
            let mut by_client = Sorter::default();
            // The client with the least comes first; of several the first one.
            let mut loads: BinaryHeap<Reverse<(u64, u64, u32)>> = (0..self.clients.get())
                .map(|client| Reverse((0, 0, client)))
                .collect();
            let (mut record, mut number) = (Vec::new(), 0);
            while sorted
                .next_into(&mut record)
                .map_err(ManifestError::Temporary)?
            {
                let row = &record[WEIGHED..];
                let weight = Row::read(row).map_or(0, |row| self.split.weight(row.amount));
                let Some(Reverse((load, rows, client))) = loads.pop() else {
                    break;
                };
                // Rows without weight go round too.
                loads.push(Reverse((load + weight, rows + 1, client)));
                self.buffer.clear();
                dealt(client, number, &mut self.buffer);
                number += 1;
                self.buffer.extend_from_slice(row);
                by_client
                    .push(&self.buffer)
                    .map_err(ManifestError::Temporary)?;
            }
            sorted = by_client.sorted().map_err(ManifestError::Temporary)?;
        }
        Ok(Dealt {
            sorted,
            record: Vec::new(),
        })
    }
}

fn dealt(client: u32, number: u64, record: &mut Vec<u8>) {
    record.extend_from_slice(&client.to_be_bytes());
    record.extend_from_slice(&number.to_be_bytes());
}

/// Rows with the clients that have them, the first client's first.
pub(super) struct Dealt {
    sorted: Sorted,
    record: Vec<u8>,
}

impl Dealt {
    /// The next row and its client, from 0.
    pub(super) fn next(&mut self) -> Result<Option<(u32, Row)>, ManifestError> {
        let there = (self.sorted.next_into(&mut self.record)).map_err(ManifestError::Temporary)?;
        if !there {
            return Ok(None);
        }
        let (head, row) = self.record.split_at(DEALT);
        let client = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        Ok(Row::read(row).map(|row| (client, row)))
    }
}
