//! Trees on disk: the one tree walk, what is checked before a tree is copied,
//! which entries are left out, and how fast the rest may go.
//!
//! Boundary: std, rustix and small crates; knows no job, stage, preset or
//! terminal, and imports nothing else of prun.

pub mod filter;
pub mod limit;
pub mod probe;
pub mod units;
pub mod walk;

pub use probe::ProbeError;
pub use walk::{Entry, Kind, Options, Root, Select, Sizes, Walk, WalkError};
