//! Trees on disk: the copy engine, the walks, what is checked before a tree is
//! copied, which entries are left out, and how fast the rest may go.
//!
//! Boundary: std, rustix, nix for a checked close, and small crates; knows no
//! job, stage, preset or terminal, and imports nothing else of prun.

pub mod contained;
pub mod count;
mod digest;
pub mod engine;
pub mod filter;
pub mod limit;
pub mod probe;
pub mod survey;
mod tree;
pub mod units;
pub mod verify;
pub mod walk;

pub use digest::Digests;
pub use engine::*;
pub use probe::ProbeError;
pub use tree::{Control, Stop};
pub use walk::{Depth, Entry, Kind, Linked, Links, Options, Root, Select, Sizes, Walk, WalkError};
