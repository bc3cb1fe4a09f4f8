//! The copy engine.

mod counters;
mod face;
mod failure;
mod options;

pub(in crate::copy) use counters::add;
pub use counters::{Counters, Counts, LARGE};
pub use face::Engine;
pub use failure::{Class, Failure, Op, Reporter, Side};
pub use options::{
    Attribute, Boundary, CopyOptions, Create, Delete, Difference, Follow, OnFull, Overwrite,
    Partial, Preserve, Replace, Sizes, Sync, Verify,
};
