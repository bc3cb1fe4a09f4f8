//! Inputs on their way from a stage to one that reads from it: `from`.
//!
//! Boundary: takes the inputs of jobs that have succeeded and gives each to the
//! reader once. What does not fit its two blocks of memory waits in the run's
//! temporary file, so a slow reader, or one that waits for the whole stage
//! (`barrier = true`), neither holds the stage up nor fills the memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::order::within;
use super::{JobSource, SourceError};
use crate::exec::{SpillError, SpillPolicy, Stretch};
use crate::output::Order;
use crate::template::Record;

/// How much is kept in memory before it goes to the file.
const BLOCK: usize = 256 << 10;

/// The way from one stage to another.
pub struct Handover {
    spill: Arc<SpillPolicy>,
    order: Order,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What is being read, and how far that has come.
    head: Vec<u8>,
    at: usize,
    /// What is to be read after it, on disk.
    blocks: VecDeque<Stretch>,
    /// What is to be read after that.
    tail: Vec<u8>,
    /// [`Order::Input`]: the last place that has gone into `tail`, and jobs
    /// that ended before those in front of them.
    passed: u64,
    early: BTreeMap<u64, Early>,
    early_bytes: usize,
    is_over: bool,
    error: Option<SpillError>,
}

/// A job that ended before its turn.
enum Early {
    /// It has no inputs to hand over.
    Nothing,
    Here(Vec<u8>),
    OnDisk(Stretch),
}

impl Handover {
    /// Nothing has been handed over. With [`Order::Input`] inputs keep the
    /// order that they have in the first stage, else they go as they succeed.
    pub fn new(order: Order, spill: Arc<SpillPolicy>) -> Self {
        Self {
            spill,
            order,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the inputs of the job at `order`, if it succeeded.
    pub(super) fn ended(&self, order: u64, inputs: Option<&[Record]>) {
        if inputs.is_none() && self.order == Order::Completion {
            return;
        }
        let mut state = self.lock();
        if state.is_over || state.error.is_some() {
            return;
        }
        let pushed = match self.order {
            Order::Completion => {
                encode(inputs.unwrap_or_default(), &mut state.tail);
                state.make_room(&self.spill)
            }
            Order::Input => state.in_turn(within(order), inputs, &self.spill),
        };
        state.error = pushed.err();
        self.changed.notify_one();
    }

    /// Nothing more will come.
    pub(super) fn close(&self) {
        self.lock().is_over = true;
        self.changed.notify_one();
    }

    /// Nothing more will be wanted.
    pub(super) fn abandon(&self) {
        let dropped = std::mem::take(&mut *self.lock());
        self.lock().is_over = true;
        self.changed.notify_one();
        drop(dropped);
    }

    /// Waits for the next job's inputs; false when there are no more.
    pub(super) fn next(&self, records: &mut Vec<Record>) -> Result<bool, SpillError> {
        let mut state = self.lock();
        loop {
            if let Some(error) = &state.error {
                return Err(error.clone());
            }
            if state.at < state.head.len() {
                let State { head, at, .. } = &mut *state;
                decode(head, at, records);
                return Ok(true);
            }
            // All of it has been given, and is not to be given again.
            state.at = 0;
            state.head.clear();
            if let Some(stretch) = state.blocks.pop_front() {
                state.head = self.spill.take(stretch)?;
            } else if !state.tail.is_empty() {
                let State { head, tail, .. } = &mut *state;
                std::mem::swap(head, tail);
            } else if state.is_over {
                return Ok(false);
            } else {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

impl State {
    fn in_turn(
        &mut self,
        place: u64,
        inputs: Option<&[Record]>,
        spill: &SpillPolicy,
    ) -> Result<(), SpillError> {
        if place != self.passed + 1 {
            let early = match inputs {
                None => Early::Nothing,
                Some(inputs) => {
                    let mut bytes = Vec::new();
                    encode(inputs, &mut bytes);
                    if self.early_bytes + bytes.len() > BLOCK {
                        Early::OnDisk(spill.store(&bytes)?)
                    } else {
                        self.early_bytes += bytes.len();
                        Early::Here(bytes)
                    }
                }
            };
            self.early.insert(place, early);
            return Ok(());
        }
        self.passed = place;
        if let Some(inputs) = inputs {
            encode(inputs, &mut self.tail);
        }
        while let Some(entry) = self.early.first_entry()
            && *entry.key() == self.passed + 1
        {
            self.passed += 1;
            match entry.remove() {
                Early::Nothing => {}
                Early::Here(bytes) => {
                    self.early_bytes -= bytes.len();
                    self.tail.extend_from_slice(&bytes);
                }
                Early::OnDisk(stretch) => self.tail.extend_from_slice(&spill.take(stretch)?),
            }
            self.make_room(spill)?;
        }
        self.make_room(spill)
    }

    fn make_room(&mut self, spill: &SpillPolicy) -> Result<(), SpillError> {
        if self.tail.len() >= BLOCK {
            self.blocks.push_back(spill.store(&self.tail)?);
            self.tail.clear();
        }
        Ok(())
    }
}

/// The reader's end: the inputs of a stage with `from`.
pub struct Handed(pub Arc<Handover>);

impl JobSource for Handed {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        self.0
            .next(records)
            .map_err(|error| SourceError::Fatal(Box::new(error)))
    }

    fn total(&self) -> Option<u64> {
        None
    }
}

/// Lengths are eight bytes in the machine's own order: nobody else reads this.
fn encode(inputs: &[Record], out: &mut Vec<u8>) {
    number(inputs.len(), out);
    for input in inputs {
        number(input.len(), out);
        for value in input.iter() {
            number(value.len(), out);
            out.extend_from_slice(value);
        }
        match input.whole() {
            None => out.push(0),
            Some(whole) => {
                out.push(1);
                number(whole.len(), out);
                out.extend_from_slice(whole);
            }
        }
    }
}

fn number(number: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&number.to_ne_bytes());
}

/// Reads one job's inputs behind `at`; only what [`encode`] wrote is there.
fn decode(bytes: &[u8], at: &mut usize, records: &mut Vec<Record>) {
    records.clear();
    for _ in 0..length(bytes, at) {
        let mut record = Record::new();
        for _ in 0..length(bytes, at) {
            record.push(value(bytes, at));
        }
        let has_whole = bytes.get(*at) == Some(&1);
        *at += 1;
        if has_whole {
            record.set_whole(value(bytes, at));
        }
        records.push(record);
    }
}

fn length(bytes: &[u8], at: &mut usize) -> usize {
    let end = *at + size_of::<usize>();
    let number = bytes.get(*at..end).and_then(|slice| slice.try_into().ok());
    *at = end;
    usize::from_ne_bytes(number.unwrap_or_default())
}

fn value<'a>(bytes: &'a [u8], at: &mut usize) -> &'a [u8] {
    let length = length(bytes, at);
    let start = *at;
    *at += length;
    bytes.get(start..*at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handover(order: Order) -> Handover {
        Handover::new(order, SpillPolicy::new(std::env::temp_dir()))
    }

    fn one(text: &str) -> [Record; 1] {
        [Record::single(text.as_bytes())]
    }

    fn all(handover: &Handover) -> Vec<String> {
        let mut records = Vec::new();
        let mut texts = Vec::new();
        while handover.next(&mut records).unwrap() {
            let text = records[0].get(0).unwrap();
            texts.push(String::from_utf8(text.to_vec()).unwrap());
        }
        texts
    }

    #[test]
    fn inputs_of_several_columns_come_through() {
        let mut two = Record::new();
        two.push(b"a\nb");
        two.push(b"");
        let mut matched = Record::single(b"\xff");
        matched.set_whole(b"whole \xff");
        let inputs = [two, matched, Record::new()];
        let handover = handover(Order::Completion);
        handover.ended(1, Some(&inputs));
        handover.ended(2, None);
        handover.close();
        let mut records = Vec::new();
        assert!(handover.next(&mut records).unwrap());
        assert_eq!(records, inputs);
        assert!(!handover.next(&mut records).unwrap());
    }

    #[test]
    fn as_they_succeed_or_in_the_order_of_the_stage() {
        for (order, expected) in [
            (Order::Completion, vec!["d", "b", "a"]),
            (Order::Input, vec!["a", "b", "d"]),
        ] {
            let handover = handover(order);
            handover.ended(4, Some(&one("d")));
            handover.ended(2, Some(&one("b")));
            handover.ended(3, None);
            handover.ended(1, Some(&one("a")));
            handover.close();
            assert_eq!(all(&handover), expected, "{order:?}");
        }
    }

    #[test]
    fn what_waits_is_on_disk_and_in_order() {
        const JOBS: u64 = 20_000;
        let text = |job: u64| format!("{job} {}", "x".repeat(100));
        let expected: Vec<String> = (1..=JOBS).map(text).collect();
        for order in [Order::Completion, Order::Input] {
            let handover = handover(order);
            // The first job is the last to end, where that matters.
            let first = match order {
                Order::Completion => 1,
                Order::Input => 2,
            };
            for job in first..=JOBS {
                handover.ended(job, Some(&one(&text(job))));
            }
            if first == 2 {
                handover.ended(1, Some(&one(&text(1))));
            }
            {
                let state = handover.lock();
                assert!(state.tail.capacity() <= 4 * BLOCK, "{order:?}");
                assert!(state.early_bytes <= BLOCK);
                assert!(state.blocks.len() > 4, "{order:?}");
            }
            handover.close();
            assert_eq!(all(&handover), expected, "{order:?}");
        }
    }

    #[test]
    fn a_full_disk_is_an_error_of_the_reader() {
        let missing = std::env::temp_dir().join("prun no such directory");
        let handover = Handover::new(Order::Completion, SpillPolicy::new(missing));
        handover.ended(1, Some(&one(&"x".repeat(BLOCK))));
        let error = handover.next(&mut Vec::new()).unwrap_err().to_string();
        assert!(error.contains("prun no such directory"), "{error}");
    }

    #[test]
    fn a_reader_that_waits_is_woken() {
        for end in [Handover::close, Handover::abandon] {
            let handover = handover(Order::Completion);
            std::thread::scope(|scope| {
                let reader = scope.spawn(|| handover.next(&mut Vec::new()).unwrap());
                end(&handover);
                assert!(!reader.join().unwrap());
            });
        }
    }
}
