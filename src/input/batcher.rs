//! Records put together: `-n`, `-L`, `-X`, `-m`, `-s`.
//!
//! Boundary: counts records and bytes; what a record costs is told by the
//! template, through `Cost`.

use std::collections::VecDeque;
use std::mem;

use super::Record;
use super::error::InputError;
use super::matcher::join;
use super::records::Records;
use super::spec::{BatchSpec, Cost, Fill};

/// What makes a batch, and what is left between two of them.
pub(super) struct Batcher {
    max_records: usize,
    fill: Option<Filling>,
    /// Read, but for the next job.
    ahead: Option<Record>,
    /// The last batch when it is spread over the slots.
    tail: Option<Tail>,
    /// Comes after the jobs of the inputs before it.
    failed: Option<InputError>,
    /// Records without use: their buffers are taken again.
    spare: Vec<Record>,
    /// Records in the largest job so far.
    largest: usize,
    state: State,
}

struct Filling {
    max_bytes: usize,
    alone: usize,
    fixed: usize,
    cost: Cost,
    spread_over: usize,
}

struct Tail {
    records: VecDeque<Record>,
    per_job: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Live,
    Ended,
}

impl Batcher {
    pub(super) fn new(spec: BatchSpec) -> Self {
        let unsaid = match spec.fill {
            Fill::No => 1,
            Fill::Full { .. } => usize::MAX,
        };
        let given = [spec.max_records, spec.lines].into_iter().flatten().min();
        Self {
            max_records: given.unwrap_or(unsaid).max(1),
            fill: match spec.fill {
                Fill::No => None,
                Fill::Full {
                    max_bytes,
                    alone,
                    fixed,
                    cost,
                    spread_over,
                } => Some(Filling {
                    max_bytes,
                    alone,
                    fixed,
                    cost,
                    spread_over,
                }),
            },
            ahead: None,
            tail: None,
            failed: None,
            spare: Vec::new(),
            largest: 0,
            state: State::Live,
        }
    }

    /// The number of records in each job but the last, where bytes do not
    /// count.
    pub(super) fn records_per_job(&self) -> Option<u64> {
        match self.fill {
            Some(_) => None,
            None => Some(self.max_records as u64),
        }
    }

    /// Back to before the first record.
    pub(super) fn restart(&mut self) {
        self.ahead = None;
        self.tail = None;
        self.failed = None;
        self.state = State::Live;
    }

    /// As [`Inputs::next_job`](super::Inputs::next_job), of `records`.
    pub(super) fn next(
        &mut self,
        records: &mut Records,
        job: &mut Vec<Record>,
    ) -> Result<bool, InputError> {
        let mut count = 0;
        if self.tail.is_some() {
            count = self.next_of_tail(job);
        } else if self.state == State::Live {
            count = self.gather(records, job)?;
        }
        self.largest = self.largest.max(count);
        while job.len() > count {
            if let Some(record) = job.pop() {
                self.keep(record);
            }
        }
        match self.failed.take() {
            Some(error) if count == 0 => Err(error),
            failed => {
                self.failed = failed;
                Ok(count > 0)
            }
        }
    }

    /// Reads records until a job has enough; how many it has.
    fn gather(
        &mut self,
        records: &mut Records,
        job: &mut Vec<Record>,
    ) -> Result<usize, InputError> {
        let mut bytes = self.fill.as_ref().map_or(0, |fill| fill.fixed);
        let mut count = 0;
        while count < self.max_records {
            self.slot(job, count);
            if let Some(record) = self.ahead.take() {
                self.keep(mem::replace(&mut job[count], record));
            } else if !self.read(records, &mut job[count]) {
                break;
            }
            if let Some(fill) = &self.fill {
                let needed = bytes.saturating_add((fill.cost)(&job[count]));
                let is_alone = count == 0;
                if is_alone && needed > fill.alone {
                    self.state = State::Ended;
                    return Err(too_long(&job[0], needed, fill.alone));
                }
                if !is_alone && needed > fill.max_bytes {
                    self.ahead = Some(mem::take(&mut job[count]));
                    return Ok(count);
                }
                bytes = needed;
            }
            count += 1;
        }
        if self.fill.is_some() {
            if self.state == State::Live {
                let mut ahead = self.spare.pop().unwrap_or_default();
                if self.read(records, &mut ahead) {
                    self.ahead = Some(ahead);
                }
            }
            if self.state == State::Ended {
                return Ok(self.spread(job, count));
            }
        }
        Ok(count)
    }

    /// Reads into `record`; false at the end and after an error.
    fn read(&mut self, records: &mut Records, record: &mut Record) -> bool {
        match records.next(record) {
            Ok(true) => return true,
            Ok(false) => {}
            Err(error) => self.failed = Some(error),
        }
        self.state = State::Ended;
        false
    }

    /// Keeps a record's buffers for later, if a job could need them.
    fn keep(&mut self, record: Record) {
        if self.spare.len() < self.largest {
            self.spare.push(record);
        }
    }

    /// Makes `job[at]` exist.
    fn slot(&mut self, job: &mut Vec<Record>, at: usize) {
        if job.len() == at {
            job.push(self.spare.pop().unwrap_or_default());
        }
    }

    /// Deals the last batch out over the slots, as GNU parallel does: with so
    /// many slots, each job gets the same number of records, rounded up. Full
    /// batches before it stay whole: 9 records with `-X -n3` and 4 slots are
    /// 3, 3, 1, 1, 1.
    fn spread(&mut self, job: &mut Vec<Record>, count: usize) -> usize {
        let slots = self.fill.as_ref().map_or(1, |fill| fill.spread_over.max(1));
        let per_job = count.div_ceil(slots);
        if per_job == count {
            return count;
        }
        self.tail = Some(Tail {
            records: job.drain(..count).collect(),
            per_job,
        });
        self.next_of_tail(job)
    }

    fn next_of_tail(&mut self, job: &mut Vec<Record>) -> usize {
        let Some(tail) = &mut self.tail else { return 0 };
        let count = tail.per_job.min(tail.records.len());
        for at in 0..count {
            let record = tail.records.pop_front().unwrap_or_default();
            match job.get_mut(at) {
                Some(old) => *old = record,
                None => job.push(record),
            }
        }
        if tail.records.is_empty() {
            self.tail = None;
        }
        count
    }
}

fn too_long(record: &Record, needed: usize, max: usize) -> InputError {
    let mut value = Vec::new();
    match record.whole() {
        Some(whole) => value.extend_from_slice(whole),
        None => join(record, &mut value),
    }
    InputError::TooLong { value, needed, max }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::spec::{Join, SourceSpec, SourcesSpec};
    use super::super::testing::{Endless, drain, jobs, sources, stdin};
    use super::*;

    fn full(max_records: Option<usize>, max_bytes: usize, spread_over: usize) -> BatchSpec {
        BatchSpec {
            max_records,
            lines: None,
            fill: Fill::Full {
                max_bytes,
                alone: max_bytes,
                fixed: 10,
                cost: Box::new(|record| record.get(0).map_or(0, |value| value.len() + 1)),
                spread_over,
            },
        }
    }

    /// Sizes of the jobs that the numbers up to `records` make.
    fn sizes(records: u32, batch: BatchSpec) -> Vec<usize> {
        let lines: Vec<String> = (1..=records).map(|number| number.to_string()).collect();
        let spec = SourcesSpec {
            sources: vec![stdin()],
            ..SourcesSpec::default()
        };
        let inputs = sources(spec, std::io::Cursor::new(lines.join("\n")))
            .unwrap()
            .batched(batch);
        jobs(inputs)
            .iter()
            .map(|job| job.split(' ').count())
            .collect()
    }

    #[test]
    fn a_number_of_records_is_not_spread() {
        let by = |max_records| BatchSpec {
            max_records,
            ..BatchSpec::default()
        };
        assert_eq!(sizes(3, by(None)), [1, 1, 1]);
        assert_eq!(sizes(8, by(Some(3))), [3, 3, 2]);
        assert_eq!(sizes(9, by(Some(3))), [3, 3, 3]);
        assert_eq!(sizes(2, by(Some(0))), [1, 1]);
        assert_eq!(sizes(0, by(Some(3))), [0_usize; 0]);
    }

    #[test]
    fn the_tail_is_spread_as_gnu_does() {
        // Seen with GNU parallel 20221122: `seq N | parallel -jJ -X [-nM] echo`.
        assert_eq!(sizes(10, full(None, 1000, 2)), [5, 5]);
        assert_eq!(sizes(10, full(None, 1000, 4)), [3, 3, 3, 1]);
        assert_eq!(sizes(9, full(Some(3), 1000, 4)), [3, 3, 1, 1, 1]);
        assert_eq!(sizes(8, full(Some(3), 1000, 4)), [3, 3, 1, 1]);
        assert_eq!(sizes(1, full(None, 1000, 4)), [1]);
        assert_eq!(sizes(0, full(None, 1000, 4)), [0_usize; 0]);
        assert_eq!(sizes(10, full(None, 1000, 1)), [10]);
        // Five fit: 10 + 5 * 2.
        assert_eq!(sizes(9, full(None, 20, 2)), [5, 2, 2]);
    }

    #[test]
    fn one_record_that_does_not_fit_is_an_error() {
        let spec = SourcesSpec {
            sources: vec![stdin()],
            ..SourcesSpec::default()
        };
        let bytes = &b"a\nb\nlong name\nc\n"[..];
        let mut inputs = sources(spec, bytes).unwrap().batched(full(None, 16, 2));
        let (jobs, error) = drain(&mut inputs);
        assert_eq!(jobs, ["[a] [b]"]);
        let message = error.unwrap().to_string();
        assert_eq!(
            message,
            "the command line for the input 'long name' is too long: 20 bytes, at most 16 are \
             allowed; shorten it or raise the limit of -s"
        );
    }

    #[test]
    fn inputs_before_an_error_are_given_out() {
        let spec = || SourcesSpec {
            sources: vec![stdin()],
            ..SourcesSpec::default()
        };
        let by_two = BatchSpec {
            max_records: Some(2),
            ..BatchSpec::default()
        };
        let bytes = &b"1\n2\n3\n\0\n5\n"[..];
        let (jobs, error) = drain(&mut sources(spec(), bytes).unwrap().batched(by_two));
        assert_eq!(jobs, ["[1] [2]", "[3]"]);
        assert!(matches!(error, Some(InputError::Nul { number: 4, .. })));
        let (jobs, error) = drain(&mut sources(spec(), bytes).unwrap().batched(full(None, 99, 2)));
        assert_eq!(jobs, ["[1] [2]", "[3]"]);
        assert!(matches!(error, Some(InputError::Nul { number: 4, .. })));
    }

    #[test]
    fn spare_records_do_not_pile_up() {
        let spec = SourcesSpec {
            sources: vec![stdin()],
            ..SourcesSpec::default()
        };
        let mut records = sources(spec, Endless::default()).unwrap().into_records();
        let mut batcher = Batcher::new(full(None, 40, 2));
        let mut job = Vec::new();
        for _ in 0..1000 {
            assert!(batcher.next(&mut records, &mut job).unwrap());
        }
        assert!(batcher.spare.len() <= 15, "{}", batcher.spare.len());
    }

    proptest! {
        #[test]
        fn all_values_once_in_order_within_the_limits(
            values in proptest::collection::vec("[a-z]{0,6}", 0..60),
            max_records in proptest::option::of(1_usize..9),
            max_bytes in 17_usize..60,
            slots in 1_usize..6,
        ) {
            let words = values.iter().map(|value| value.clone().into_bytes()).collect();
            let spec = SourcesSpec {
                sources: vec![(Join::Product, SourceSpec::Words(words))],
                ..SourcesSpec::default()
            };
            let open = || sources(spec.clone(), std::io::empty()).unwrap();
            let counted = open().counted(full(max_records, max_bytes, slots)).unwrap();
            let total = counted.total();
            let mut sizes = Vec::new();
            let mut seen = Vec::new();
            // The same vector again and again, as a slot's feeder does it.
            let mut job = Vec::new();
            let mut inputs = open().batched(full(max_records, max_bytes, slots));
            while inputs.next_job(&mut job).unwrap() {
                let texts: Vec<String> = job
                    .iter()
                    .map(|record| String::from_utf8(record.get(0).unwrap().to_vec()).unwrap())
                    .collect();
                prop_assert!(job.len() <= max_records.unwrap_or(usize::MAX));
                let bytes: usize = texts.iter().map(|text| text.len() + 1).sum();
                prop_assert!(bytes + 10 <= max_bytes);
                sizes.push(job.len());
                seen.extend(texts);
            }
            prop_assert_eq!(&seen, &values);
            prop_assert_eq!(total, Some(sizes.len() as u64));
            prop_assert_eq!(jobs(counted).len(), sizes.len());
        }
    }
}
