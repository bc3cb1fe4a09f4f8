//! Inputs: where they come from, how they are cut, combined and batched.
//!
//! Role: from sources (standard input, files, words of the command line) to
//! the records of one job, streaming. Boundary: it knows nothing of templates
//! beyond [`Record`], nothing of slots, and prints nothing.
//!
//! The way of a value, each step a file of its own:
//!
//! ```text
//! reader (separators) -> source (-E, -r, -L) -> columns (--colsep, --trim)
//!   -> link, combine (products) -> strip -> matcher (--regex) -> shuffle -> batch
//! ```

mod batch;
mod batcher;
pub mod blocks;
pub mod buckets;
mod columns;
mod combine;
mod csv;
mod error;
mod header;
mod link;
mod matcher;
mod pattern;
mod reader;
mod records;
mod separator;
mod show;
mod source;
mod sources;
mod spec;
mod strip;
mod table;
#[cfg(test)]
mod testing;

pub use batch::Inputs;
pub use error::{InputError, Origin};
pub use sources::Sources;
pub use spec::{
    BatchSpec, Cost, EmptyInputs, Fill, FirstRecord, Header, Join, LinkAll, Order, Outside, Quotes,
    RegexSpec, Rules, Separator, SourceSpec, SourcesSpec, StripSpec, Trim, Unmatched,
};

use crate::template::Record;
