//! `--bin` and `--shard`: which job a record goes to, by one of its columns.
//!
//! Boundary: takes a block apart and puts its records together by job; who
//! carries them there is not known.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::block::{Block, Body};
use super::column::Column;
use super::edges::{Edges, Extent, compile};
use super::error::BlocksError;
use super::spec::{ColumnSpec, RecordsSpec};

/// What of a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// Its number: 1 goes to the first job, and so on in turn. What is no
    /// number is 0.
    Number,
    /// Its text: the same text always goes the same way.
    Text,
}

/// Deals records to a number of jobs.
pub struct Sorter {
    edges: Edges,
    spec: ColumnSpec,
    /// The column, once there is a header to find its name in.
    column: Option<Column>,
    by: SortBy,
    jobs: usize,
}

impl Sorter {
    /// Deals records to `jobs` jobs, at least one.
    pub fn new(
        records: &RecordsSpec,
        column: &ColumnSpec,
        by: SortBy,
        jobs: usize,
    ) -> Result<Self, BlocksError> {
        compile(&column.separator, "--colsep")?;
        Ok(Self {
            edges: Edges::of_records(records)?,
            spec: column.clone(),
            column: None,
            by,
            jobs: jobs.max(1),
        })
    }

    /// The records of `block`, in order, by job; jobs without any are left out.
    pub fn sort(&mut self, block: &Block) -> Result<Vec<(usize, Block)>, BlocksError> {
        let Body::Bytes(bytes) = &block.body else {
            return Ok(Vec::new());
        };
        let column = match self.column.take() {
            Some(column) => column,
            None => Column::new(&self.spec, &block.header)?,
        };
        let mut sorted = vec![Vec::new(); self.jobs];
        let mut from = 0;
        while from < bytes.len() {
            let next = self.edges.next(bytes, from, from, Extent::Whole);
            let to = next.unwrap_or(bytes.len());
            let record = &bytes[from..to];
            sorted[self.job_of(&column.of(record)?)].extend_from_slice(record);
            from = to;
        }
        self.column = Some(column);
        let full = sorted.into_iter().enumerate();
        Ok(full
            .filter(|(_, bytes)| !bytes.is_empty())
            .map(|(job, bytes)| (job, Block::derived(&block.header, bytes)))
            .collect())
    }

    fn job_of(&self, value: &[u8]) -> usize {
        let jobs = self.jobs as u64;
        let job = match self.by {
            SortBy::Text => xxh3_64(value) % jobs,
            SortBy::Number => {
                let text = std::str::from_utf8(value.trim_ascii()).unwrap_or_default();
                let number: i64 = text.parse().unwrap_or(0);
                let jobs = i64::try_from(jobs).unwrap_or(i64::MAX);
                number.saturating_sub(1).rem_euclid(jobs).unsigned_abs()
            }
        };
        usize::try_from(job).unwrap_or(0)
    }
}

impl Block {
    fn derived(header: &Arc<[u8]>, bytes: Vec<u8>) -> Self {
        Self::of_bytes(header, bytes, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::blocks::spec::Which;

    fn sorted(by: SortBy, jobs: usize, text: &str) -> Vec<String> {
        let column = ColumnSpec {
            which: Which::Number(1),
            separator: "\t".into(),
            key: None,
        };
        let mut sorter = Sorter::new(&RecordsSpec::default(), &column, by, jobs).unwrap();
        let block = Block::derived(&Arc::default(), text.as_bytes().to_vec());
        let mut all = vec![String::new(); jobs];
        for (job, block) in sorter.sort(&block).unwrap() {
            let Body::Bytes(bytes) = block.body else {
                panic!("not in memory")
            };
            all[job] = String::from_utf8(bytes).unwrap();
        }
        all
    }

    #[test]
    fn numbers_go_round_and_the_rest_is_nought() {
        // As GNU parallel 20221122 deals them.
        assert_eq!(
            sorted(SortBy::Number, 3, "0\n1\n2\n3\n4\nx\n-1\n"),
            ["1\n4\n", "2\n-1\n", "0\n3\nx\n"]
        );
    }

    #[test]
    fn the_same_text_goes_the_same_way() {
        let all = sorted(SortBy::Text, 4, "a\t1\nb\t2\na\t3\nb\t4");
        let with = |text: &str| all.iter().position(|job| job.contains(text));
        assert_eq!(with("a\t1\n"), with("a\t3\n"));
        assert_eq!(with("b\t2\n"), with("b\t4"));
        assert_eq!(all.concat().len(), "a\t1\nb\t2\na\t3\nb\t4".len());
    }
}
