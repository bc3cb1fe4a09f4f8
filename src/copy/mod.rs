//! Trees on disk: the one tree walk, and what is checked before a tree is copied.
//!
//! Boundary: std and rustix; knows no job, stage, preset or terminal, and
//! imports nothing else of prun.

pub mod probe;
pub mod walk;

pub use probe::ProbeError;
pub use walk::{Entry, Kind, Options, Root, Select, Sizes, Walk, WalkError};
