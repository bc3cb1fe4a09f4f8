//! A tree walk as a source of inputs: each entry's path is one input.
//!
//! Boundary: an adapter. What cannot be read is told and counted, and the walk
//! goes on.

use std::path::PathBuf;

use crate::copy::{Options, Walk, WalkError};
use crate::run::{JobSource, SourceError};
use crate::template::Record;

/// A walk that starts when its stage does.
pub(super) enum Walked {
    Due(PathBuf, Options),
    Going(Box<Walk>),
    Over,
}

impl JobSource for Walked {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        let fatal = |error: WalkError| SourceError::Fatal(Box::new(error));
        if let Self::Due(root, options) = self {
            *self = Self::Going(Box::new(Walk::new(root, *options).map_err(fatal)?));
        }
        let Self::Going(walk) = self else {
            return Ok(false);
        };
        match walk.next_entry() {
            Some(Ok(entry)) => {
                records.clear();
                records.push(Record::single(entry.path));
                Ok(true)
            }
            Some(Err(error)) => Err(SourceError::Entry(Box::new(error))),
            None => {
                *self = Self::Over;
                Ok(false)
            }
        }
    }

    fn total(&self) -> Option<u64> {
        None
    }
}
