//! Which output is due now: grouping and order, as a pure state machine.
//!
//! Boundary: no IO and no clock. Takes what jobs send and their ends, gives
//! back what is to be written now, in order. Generic over what is held, so
//! that its tests hold plain strings.

use std::collections::BTreeMap;

use super::policy::{Grouping, Order};
use crate::exec::Stream;

/// Output that waits for its turn.
pub trait Held {
    /// Whether there is nothing to write.
    fn is_empty(&self) -> bool;
}

/// What is to be written now.
#[derive(Debug, PartialEq, Eq)]
pub enum Write<H, C> {
    /// A piece of a job that is still running.
    Piece(Stream, C),
    /// All that is left of a job that has ended.
    Rest(H),
}

/// The state: who may write, and who waits.
pub struct Sequencer<H> {
    grouping: Grouping,
    order: Order,
    /// `Order::Input`: the job whose turn it is.
    next: u64,
    /// `Order::Completion`, grouped: a running job whose output has begun.
    streaming: Option<u64>,
    /// Ended jobs that wait; `None` for one that left nothing to write, since
    /// millions of those may wait for one slow job.
    waiting: BTreeMap<u64, Option<Box<H>>>,
}

impl<H: Held> Sequencer<H> {
    /// No job has been seen.
    pub fn new(grouping: Grouping, order: Order) -> Self {
        Self {
            grouping,
            order,
            next: 1,
            streaming: None,
            waiting: BTreeMap::new(),
        }
    }

    /// The job that may pass its output on while it runs, under
    /// `Order::Input`.
    pub fn turn(&self) -> u64 {
        self.next
    }

    /// `Order::Input`: it is the turn of job `order`; none before it will come.
    pub fn turn_to<C>(&mut self, order: u64, writes: &mut Vec<Write<H, C>>) {
        self.next = order;
        self.advance(writes);
    }

    /// Whether the end of job `order` would be written at once.
    pub fn is_due(&self, order: u64) -> bool {
        match self.order {
            Order::Input => order == self.next,
            Order::Completion => self.streaming.is_none_or(|streaming| streaming == order),
        }
    }

    /// Takes output of the running job `order`, which its slot may send only
    /// when it is due.
    pub fn output<C>(
        &mut self,
        order: u64,
        stream: Stream,
        chunk: C,
        writes: &mut Vec<Write<H, C>>,
    ) {
        if self.order == Order::Completion && self.grouping == Grouping::Grouped {
            self.streaming = Some(order);
        }
        writes.push(Write::Piece(stream, chunk));
    }

    /// Takes the end of job `order` with the rest of its output.
    pub fn ended<C>(&mut self, order: u64, rest: H, writes: &mut Vec<Write<H, C>>) {
        let is_due = self.is_due(order);
        let rest = (!rest.is_empty()).then_some(rest);
        if !is_due {
            self.waiting.insert(order, rest.map(Box::new));
            return;
        }
        writes.extend(rest.map(Write::Rest));
        match self.order {
            Order::Completion => {
                if self.streaming.take().is_some() {
                    self.flush(writes);
                }
            }
            Order::Input => {
                self.next += 1;
                self.advance(writes);
            }
        }
    }

    fn advance<C>(&mut self, writes: &mut Vec<Write<H, C>>) {
        while let Some(entry) = self.waiting.first_entry()
            && *entry.key() == self.next
        {
            self.next += 1;
            writes.extend(entry.remove().map(|rest| Write::Rest(*rest)));
        }
    }

    /// Gives out all that still waits: the run is over, and a job that never
    /// ran leaves a gap in the order.
    pub fn flush<C>(&mut self, writes: &mut Vec<Write<H, C>>) {
        for (_, rest) in std::mem::take(&mut self.waiting) {
            writes.extend(rest.map(|rest| Write::Rest(*rest)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl Held for String {
        fn is_empty(&self) -> bool {
            str::is_empty(self)
        }
    }

    type Writes = Vec<Write<String, String>>;

    fn text(writes: &Writes) -> String {
        writes
            .iter()
            .map(|write| match write {
                Write::Piece(_, piece) => piece.as_str(),
                Write::Rest(rest) => rest.as_str(),
            })
            .collect()
    }

    #[test]
    fn a_job_that_has_begun_to_write_is_not_interrupted() {
        let mut writes = Writes::new();
        let mut sequencer = Sequencer::new(Grouping::Grouped, Order::Completion);
        sequencer.output(2, Stream::Out, "b1 ".to_owned(), &mut writes);
        sequencer.ended(1, "a ".to_owned(), &mut writes);
        sequencer.output(2, Stream::Out, "b2 ".to_owned(), &mut writes);
        sequencer.ended(2, "b3 ".to_owned(), &mut writes);
        assert_eq!(text(&writes), "b1 b2 b3 a ");
    }

    #[test]
    fn lines_of_several_jobs_may_mix() {
        let mut writes = Writes::new();
        let mut sequencer = Sequencer::new(Grouping::LineBuffered, Order::Completion);
        sequencer.output(2, Stream::Out, "b1 ".to_owned(), &mut writes);
        sequencer.ended(1, "a ".to_owned(), &mut writes);
        assert_eq!(text(&writes), "b1 a ");
    }

    #[test]
    fn a_job_without_output_holds_nobody_up() {
        let mut writes = Writes::new();
        let mut sequencer = Sequencer::new(Grouping::Grouped, Order::Input);
        sequencer.ended(2, String::new(), &mut writes);
        sequencer.ended(3, "c".to_owned(), &mut writes);
        assert!(writes.is_empty());
        sequencer.ended(1, String::new(), &mut writes);
        assert_eq!(text(&writes), "c");
        assert_eq!(sequencer.turn(), 4);
    }

    #[test]
    fn a_gap_does_not_lose_what_waits() {
        let mut writes = Writes::new();
        let mut sequencer = Sequencer::new(Grouping::Grouped, Order::Input);
        sequencer.ended(3, "c".to_owned(), &mut writes);
        sequencer.flush(&mut writes);
        assert_eq!(text(&writes), "c");
    }

    proptest! {
        /// However jobs end, `-k` writes each one's output once, in order.
        #[test]
        fn input_order_is_kept(order in Just((1..=40_u64).collect::<Vec<_>>()).prop_shuffle()) {
            let mut writes = Writes::new();
            let mut sequencer = Sequencer::new(Grouping::Grouped, Order::Input);
            for job in order {
                let rest = if job % 3 == 0 { String::new() } else { format!("{job} ") };
                sequencer.ended(job, rest, &mut writes);
            }
            let expected: String = (1..=40).filter(|job| job % 3 != 0).fold(String::new(), |all, job| format!("{all}{job} "));
            prop_assert_eq!(text(&writes), expected);
        }

        /// Without `-k` nothing is lost and no job is cut in two.
        #[test]
        fn completion_order_keeps_jobs_whole(
            order in Just((1..=20_u64).collect::<Vec<_>>()).prop_shuffle(),
            streams in proptest::collection::vec(any::<bool>(), 20),
        ) {
            let mut writes = Writes::new();
            let mut sequencer = Sequencer::new(Grouping::Grouped, Order::Completion);
            let mut streaming = None;
            for (job, begins) in order.iter().zip(streams) {
                if begins && streaming.is_none() {
                    sequencer.output(*job, Stream::Out, format!("<{job}"), &mut writes);
                    streaming = Some(*job);
                } else {
                    sequencer.ended(*job, format!("<{job}>"), &mut writes);
                }
            }
            if let Some(job) = streaming {
                sequencer.ended(job, ">".to_owned(), &mut writes);
            }
            let all = text(&writes);
            for job in &order {
                let whole = format!("<{job}>");
                prop_assert!(all.contains(&whole), "{} in {}", whole, all);
            }
        }
    }
}
