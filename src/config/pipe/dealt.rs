//! Jobs that read many blocks: `--round-robin`, `--tee`, `--bin`, `--shard`.
//!
//! Boundary: gives out the jobs, each with its lane, and then carries blocks to
//! the lanes, on the same thread: nothing is read before there is somebody to
//! read it.

use std::sync::Arc;

use super::super::ConfigError;
use super::beside::Beside;
use super::supply::Supply;
use crate::exec::Feed;
use crate::input::blocks::{Block, BlocksError, Deal, Lane, Lanes, PipeSpec, SortBy, Sorter};
use crate::run::{JobSource, SourceError};
use crate::template::Record;

/// Blocks for jobs that are fewer.
pub(super) struct Dealt {
    supply: Supply,
    dealing: Dealing,
    beside: Beside,
    lanes: Arc<Lanes>,
    /// Those that no job has yet.
    left: std::vec::IntoIter<Lane>,
    given: usize,
    next: Feed,
}

enum Dealing {
    RoundRobin,
    /// With the inputs of the jobs.
    Tee(std::vec::IntoIter<Vec<Record>>),
    /// With the first block, which shows that there is something to sort.
    Sorted(Box<Sorter>, Option<Block>),
}

impl Dealt {
    /// Deals what comes from `supply` to `jobs` jobs, or to those whose inputs
    /// are `tee`.
    pub(super) fn new(
        spec: &PipeSpec,
        supply: Supply,
        jobs: usize,
        tee: Vec<Vec<Record>>,
        beside: Beside,
    ) -> Result<Self, ConfigError> {
        let sorted = |column, by| -> Result<Dealing, BlocksError> {
            let sorter = Sorter::new(&spec.blocks.records, column, by, jobs)?;
            Ok(Dealing::Sorted(Box::new(sorter), None))
        };
        let mut count = jobs;
        let dealing = match &spec.deal {
            Deal::Bin(column) => sorted(column, SortBy::Number)?,
            Deal::Shard(column) => sorted(column, SortBy::Text)?,
            Deal::Tee if tee.len() > jobs => return Err(ConfigError::Tee { jobs: tee.len() }),
            Deal::Tee => {
                count = tee.len();
                Dealing::Tee(tee.into_iter())
            }
            Deal::Each | Deal::RoundRobin => Dealing::RoundRobin,
        };
        let (lanes, left) = Lanes::new(count);
        Ok(Self {
            supply,
            dealing,
            beside,
            lanes,
            left: left.into_iter(),
            given: 0,
            next: Feed::Nothing,
        })
    }

    /// Whether there is one more job, after what comes before it is done.
    fn step(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        let Some(lane) = self.left.next() else {
            self.carry().map_err(fatal)?;
            return Ok(false);
        };
        match &mut self.dealing {
            Dealing::RoundRobin => {
                // There are no more jobs than blocks, so the first ones go round.
                let Some(block) = self.supply.next_block().map_err(fatal)? else {
                    return Ok(false);
                };
                self.lanes.first(self.given, Arc::new(block));
                self.beside.next_job(records)?;
            }
            Dealing::Tee(inputs) => records.extend(inputs.next().unwrap_or_default()),
            Dealing::Sorted(_, first) => {
                if self.given == 0 {
                    *first = self.supply.next_block().map_err(fatal)?;
                    if first.is_none() {
                        return Ok(false);
                    }
                }
                self.beside.next_job(records)?;
            }
        }
        self.given += 1;
        self.next = Feed::Lane(lane);
        Ok(true)
    }

    /// Carries all that is left.
    fn carry(&mut self) -> Result<(), BlocksError> {
        match &mut self.dealing {
            Dealing::RoundRobin => {
                while let Some(block) = self.supply.next_block()? {
                    if self.lanes.to_any(Arc::new(block)).is_err() {
                        break;
                    }
                }
            }
            Dealing::Tee(_) => {
                while let Some(block) = self.supply.next_block()? {
                    if self.lanes.to_all(&Arc::new(block)).is_err() {
                        break;
                    }
                }
            }
            Dealing::Sorted(sorter, first) => {
                let mut next = first.take();
                while let Some(block) = next {
                    for (job, block) in sorter.sort(&block)? {
                        self.lanes.to_one(job, Arc::new(block));
                    }
                    drop(block);
                    next = self.supply.next_block()?;
                }
            }
        }
        Ok(())
    }
}

fn fatal(error: BlocksError) -> SourceError {
    SourceError::Fatal(Box::new(error))
}

impl JobSource for Dealt {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        let more = self.step(records);
        if !matches!(more, Ok(true)) {
            self.lanes.close();
        }
        more
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

impl Drop for Dealt {
    fn drop(&mut self) {
        // A run that is stopped asks for no more jobs.
        self.lanes.close();
    }
}
