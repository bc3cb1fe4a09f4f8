//! The consumers of events: what becomes of jobs' output, and what is kept of
//! the jobs themselves.
//!
//! Boundary: takes [`Event`]s, knows how output is put in order, written and
//! recorded; starts, stops and schedules nothing.

pub mod copying;
mod event;
mod joblog;
mod policy;
mod printer;
mod resume;
mod sequencer;
mod summary;
mod tag;

pub use event::{Chunk, Event, Halted, JobEnd};
pub use joblog::{JobLog, JobLogError};
pub use policy::{Grouping, Order};
pub use printer::{Print, PrintError, Printer, is_reader_gone};
pub use resume::{Resume, ResumeMode, fingerprint};
pub use sequencer::{Held, Sequencer, Write};
pub use summary::{Failure, RunEnd, Summary};
pub use tag::Tagger;
