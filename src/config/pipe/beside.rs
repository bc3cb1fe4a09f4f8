//! Values beside blocks: what the command of a job that reads a block has.
//!
//! Boundary: blocks make the jobs; values are taken along while there are any.

use super::super::inputs::BoxedSource;
use crate::run::SourceError;
use crate::template::Record;

/// The values of jobs whose number blocks tell.
pub(super) struct Beside(Option<BoxedSource>);

impl Beside {
    /// Takes values from `source`, if there is one.
    pub(super) fn new(source: Option<BoxedSource>) -> Self {
        Self(source)
    }

    /// Puts the values of the next job into `records`: an empty one when there
    /// are no more. Those that no job comes for are never asked for.
    pub(super) fn next_job(&mut self, records: &mut Vec<Record>) -> Result<(), SourceError> {
        if let Some(source) = &mut self.0 {
            if source.next_job(records)? {
                return Ok(());
            }
            self.0 = None;
        }
        records.push(Record::single(b""));
        Ok(())
    }
}
