//! Trees on disk: the copy engine, the walks, and what is checked before a
//! tree is copied.
//!
//! Boundary: std, rustix, and nix for a checked close; knows no job, stage,
//! preset or terminal, and imports nothing else of prun.

pub mod engine;
pub mod filter;
pub mod probe;
mod tree;
pub mod verify;
pub mod walk;

pub use engine::*;
pub use probe::ProbeError;
pub use tree::{Control, Stop};
pub use walk::{Entry, Kind, Options, Root, Select, Walk, WalkError};
