//! A job for each block.
//!
//! Boundary: numbers blocks and says how a job reads them.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use super::beside::Beside;
use super::supply::Supply;
use crate::exec::Feed;
use crate::input::blocks::Way;
use crate::run::{JobSource, SourceError};
use crate::template::Record;

/// Blocks as jobs.
pub(super) struct Each {
    supply: Supply,
    way: Way,
    /// Where blocks that are files are.
    directory: Option<PathBuf>,
    beside: Beside,
    count: u64,
    next: Feed,
}

impl Each {
    pub(super) fn new(
        supply: Supply,
        way: Way,
        directory: Option<PathBuf>,
        beside: Beside,
    ) -> Self {
        Self {
            supply,
            way,
            directory,
            beside,
            count: 0,
            next: Feed::Nothing,
        }
    }
}

impl JobSource for Each {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        let block = self.supply.next_block();
        let Some(block) = block.map_err(|error| SourceError::Fatal(Box::new(error)))? else {
            return Ok(false);
        };
        self.count += 1;
        let block = Arc::new(block);
        let name = self.directory.as_ref();
        let name = name.map(|directory| directory.join(self.count.to_string()));
        match &name {
            Some(name) => records.push(Record::single(name.as_os_str().as_bytes())),
            None => self.beside.next_job(records)?,
        }
        self.next = match (self.way, name) {
            (Way::File, Some(name)) => Feed::File(block, name),
            (Way::Fifo, Some(name)) => Feed::Fifo(block, name),
            _ => Feed::Stdin(block),
        };
        Ok(true)
    }

    fn is_plain(&self) -> bool {
        false
    }

    fn feed(&mut self) -> Feed {
        std::mem::take(&mut self.next)
    }

    fn total(&self) -> Option<u64> {
        None
    }
}
