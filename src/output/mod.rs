//! The consumers of events: what becomes of jobs' output, and what is kept of
//! the jobs themselves.
//!
//! Boundary: takes [`Event`]s, knows how output is put in order, written and
//! recorded; starts, stops and schedules nothing.

pub mod copying;
mod event;
mod human;
mod joblog;
mod paint;
mod policy;
mod printer;
mod progress;
mod results;
mod resume;
mod screen;
mod sequencer;
mod summary;
mod tag;
mod watch;

pub use event::{Chunk, Event, Halted, JobEnd};
pub use joblog::{JobLog, JobLogError, failed_jobs, row as log_row};
pub use paint::{Colour, Paint, Painter};
pub use policy::{Grouping, Order};
pub use printer::{Paper, Print, PrintError, Printer, is_reader_gone};
pub use progress::{Asker, Form, Progress, Shows};
pub use results::{Keeping, Kept, Results, ResultsError, Row, Sheet, SheetForm, Store, Told};
pub use resume::{Identity, Resume, ResumeMode, fingerprint};
pub use screen::Screen;
pub use sequencer::{Held, Sequencer, Write};
pub use summary::{Failure, RunEnd, Summary};
pub use tag::{LineEnd, Tag, Tagger};
pub use watch::{JobsSeen, Total, Watch};
