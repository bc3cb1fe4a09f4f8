//! Buckets as the inputs of jobs.
//!
//! Boundary: adapters from walks and from what failed to a source of jobs.

use std::sync::Arc;

use super::shared::{Shared, record_of};
use super::tally::Tally;
use crate::input::buckets::{Crawl, Fill, Together};
use crate::pipeline::{Buckets, PerBucket};
use crate::run::{JobSource, SourceError};
use crate::template::Record;

/// The entries of trees, in buckets. The walk begins with the stage.
pub(super) struct Entries {
    pub(super) name: String,
    pub(super) spec: Buckets,
    pub(super) together: Together,
    pub(super) shared: Arc<Shared>,
    pub(super) crawl: Option<Crawl>,
}

impl JobSource for Entries {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        let crawl = match &mut self.crawl {
            Some(crawl) => crawl,
            none => {
                let Some(lists) = self.shared.lists() else {
                    return Ok(false);
                };
                self.shared.anew();
                let workers = u64::try_from(self.shared.workers()).unwrap_or(u64::MAX);
                let fill = match self.spec.files {
                    PerBucket::Count(entries) => Fill::UpTo {
                        entries,
                        bytes: self.spec.size,
                    },
                    PerBucket::Auto => Fill::Shares(workers),
                };
                let from = self.spec.from.clone();
                none.insert(Crawl::new(
                    from,
                    fill,
                    self.together,
                    &self.name,
                    Arc::clone(lists),
                ))
            }
        };
        let next = crawl.next_bucket();
        self.shared.found(crawl.totals(), crawl.directories());
        match next {
            None => Ok(false),
            Some(Ok(bucket)) => {
                records.clear();
                records.push(record_of(&bucket));
                Ok(true)
            }
            Some(Err(error)) if error.is_fatal() => Err(SourceError::Fatal(Box::new(error))),
            Some(Err(error)) => Err(SourceError::Entry(Box::new(error))),
        }
    }

    fn total(&self) -> Option<u64> {
        None
    }
}

/// The directories of the trees that have been walked last.
pub(super) struct Directories {
    pub(super) shared: Arc<Shared>,
    pub(super) given: usize,
}

impl JobSource for Directories {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        let all = self.shared.directories();
        let Some(bucket) = all.get(self.given) else {
            return Ok(false);
        };
        self.given += 1;
        records.clear();
        records.push(record_of(bucket));
        Ok(true)
    }

    fn total(&self) -> Option<u64> {
        None
    }
}

/// The jobs that are tried again.
pub(super) struct Again {
    pub(super) failed: Arc<Tally>,
}

impl JobSource for Again {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        let next = self.failed.failed().pop_first();
        let Some((_, failed)) = next else {
            return Ok(false);
        };
        records.clear();
        records.push(failed.record);
        Ok(true)
    }

    fn total(&self) -> Option<u64> {
        None
    }
}
