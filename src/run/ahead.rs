//! Inputs read ahead of the jobs, so that their number is known.
//!
//! Boundary: a source of jobs in front of another one, with a thread that reads
//! that to its end. Jobs start with the first input all the same, and what
//! memory has no room for waits in the run's temporary file (`handover`).

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::handover::Handover;
use super::tally::Tally;
use super::{JobSource, SourceError};
use crate::exec::{Cancel, CancelLevel, SpillPolicy};
use crate::output::Order;
use crate::template::Record;

/// A source that is read ahead.
pub(super) struct Ahead {
    handover: Arc<Handover>,
    failed: Arc<Mutex<Vec<SourceError>>>,
}

impl Ahead {
    /// Begins to read `source`, and tells `tally` how many jobs there are.
    pub(super) fn start(
        mut source: Box<dyn JobSource>,
        tally: Arc<Tally>,
        cancel: Arc<Cancel>,
        spill: Arc<SpillPolicy>,
    ) -> io::Result<Self> {
        // In this order they are handed over as they come.
        let handover = Arc::new(Handover::new(Order::Completion, spill));
        let failed = Arc::new(Mutex::new(Vec::new()));
        let ahead = Self {
            handover: Arc::clone(&handover),
            failed: Arc::clone(&failed),
        };
        std::thread::Builder::new()
            .name("reader".into())
            .spawn(move || {
                let mut records = Vec::new();
                loop {
                    records.clear();
                    let next = source.next_job(&mut records);
                    // As in the feeder: a read that was broken off is no input.
                    if cancel.level() != CancelLevel::Run {
                        break;
                    }
                    match next {
                        Ok(true) => {
                            tally.read_ahead();
                            handover.ended(0, Some(&records));
                        }
                        Ok(false) => {
                            tally.all_read();
                            break;
                        }
                        Err(error) => {
                            let is_fatal = matches!(error, SourceError::Fatal(_));
                            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                            failed.push(error);
                            if is_fatal {
                                break;
                            }
                        }
                    }
                }
                handover.close();
            })?;
        Ok(ahead)
    }

    /// What has to be abandoned when the run stops.
    pub(super) fn handover(&self) -> Arc<Handover> {
        Arc::clone(&self.handover)
    }

    /// The errors, those that end the inputs last. Told when the inputs before
    /// them are jobs; one that is missing may be told a little late.
    fn failure(&self) -> Option<SourceError> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        (!failed.is_empty()).then(|| failed.remove(0))
    }
}

impl JobSource for Ahead {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        let next = self.handover.next(records);
        match next {
            Ok(true) => Ok(true),
            Ok(false) => self.failure().map_or(Ok(false), Err),
            Err(error) => Err(SourceError::Fatal(Box::new(error))),
        }
    }

    fn total(&self) -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::roster::Roster;
    use super::*;
    use crate::output::Total;
    use std::sync::mpsc::{Receiver, channel};

    fn tally() -> Arc<Tally> {
        let roster = Arc::new(Roster::new(1));
        Arc::new(Tally::new(roster, Arc::default(), None))
    }

    struct Given(Receiver<Result<&'static str, SourceError>>);

    impl JobSource for Given {
        fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
            match self.0.recv() {
                Err(_) => Ok(false),
                Ok(Err(error)) => Err(error),
                Ok(Ok(text)) => {
                    records.push(Record::single(text.as_bytes()));
                    Ok(true)
                }
            }
        }

        fn total(&self) -> Option<u64> {
            None
        }
    }

    #[test]
    fn the_first_is_there_while_the_rest_is_still_to_come_and_errors_come_last() {
        let (give, given) = channel();
        let tally = tally();
        let mut ahead = Ahead::start(
            Box::new(Given(given)),
            Arc::clone(&tally),
            Arc::new(Cancel::new().unwrap()),
            SpillPolicy::new(std::env::temp_dir()),
        )
        .unwrap();
        let mut next = || {
            let mut records = Vec::new();
            let next = ahead.next_job(&mut records);
            next.map(|there| there.then(|| records[0].get(0).unwrap().to_vec()))
        };
        give.send(Ok("a")).unwrap();
        assert_eq!(next().ok().unwrap(), Some(b"a".to_vec()));
        give.send(Err(SourceError::Entry("missing".into())))
            .unwrap();
        give.send(Ok("b\nc")).unwrap();
        give.send(Err(SourceError::Fatal("broken".into()))).unwrap();
        assert_eq!(next().ok().unwrap(), Some(b"b\nc".to_vec()));
        assert!(matches!(next(), Err(SourceError::Entry(_))));
        assert!(matches!(next(), Err(SourceError::Fatal(_))));
        assert_eq!(tally.seen().total, Total::AtLeast(2), "there was more");
    }

    #[test]
    fn the_number_is_known_when_all_is_read_and_not_when_all_is_done() {
        let (give, given) = channel();
        let tally = tally();
        for _ in 0..1000 {
            give.send(Ok("x")).unwrap();
        }
        drop(give);
        let mut ahead = Ahead::start(
            Box::new(Given(given)),
            Arc::clone(&tally),
            Arc::new(Cancel::new().unwrap()),
            SpillPolicy::new(std::env::temp_dir()),
        )
        .unwrap();
        while tally.seen().total != Total::Exactly(1000) {
            std::thread::yield_now();
        }
        let mut jobs = 0;
        while ahead.next_job(&mut Vec::new()).ok().unwrap() {
            jobs += 1;
        }
        assert_eq!(jobs, 1000);
    }

    #[test]
    fn a_run_that_stops_gets_nothing_more() {
        let (give, given) = channel();
        let cancel = Arc::new(Cancel::new().unwrap());
        let mut ahead = Ahead::start(
            Box::new(Given(given)),
            tally(),
            Arc::clone(&cancel),
            SpillPolicy::new(std::env::temp_dir()),
        )
        .unwrap();
        cancel.raise(CancelLevel::Drain);
        ahead.handover().abandon();
        give.send(Ok("broken o")).unwrap();
        assert_eq!(ahead.next_job(&mut Vec::new()).ok(), Some(false));
    }
}
