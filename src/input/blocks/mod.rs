//! Blocks: input that jobs read on their standard input instead of having its
//! values in their commands (`--pipe`, `--pipepart`).
//!
//! Role: cuts a stream, or a file, into blocks of about one size, none of which
//! ends within a record. Boundary: bytes in, [`Block`]s out; who reads them,
//! and how, is not known here, and nothing is printed.
//!
//! ```text
//! stream -> Cutter (edges, head, budget) -> blocks in memory
//! file   -> Ranges (edges, head)         -> ranges of the file
//!           Lanes (Sorter)               -> blocks to jobs that read several
//! ```

mod block;
mod budget;
mod column;
mod cutter;
mod edges;
mod error;
mod head;
mod lanes;
mod ranges;
mod sorter;
mod spec;
#[cfg(test)]
mod tests;

pub use block::{Block, Body, Part};
pub use cutter::{Cutter, Intake, Taken};
pub use error::BlocksError;
pub use lanes::{Lane, Lanes, NobodyReads};
pub use ranges::Ranges;
pub use sorter::{SortBy, Sorter};
pub use spec::{
    BlockSize, BlocksSpec, ColumnSpec, Deal, FirstLine, FirstRecord, HeaderSpec, Horizon, Key,
    LeftOut, PipeFrom, PipeSpec, Reading, RecordsSpec, Separators, Way, Which,
};
