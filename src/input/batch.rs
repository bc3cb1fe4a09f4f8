//! Inputs as the rest of the program takes them: job by job.
//!
//! Boundary: ties `records` and `batcher` together and knows the total.

use super::Record;
use super::batcher::Batcher;
use super::error::InputError;
use super::records::Records;
use super::source::Lines;
use super::spec::BatchSpec;

/// The inputs of a run, job by job.
pub struct Inputs {
    records: Records,
    batcher: Batcher,
    total: Option<u64>,
}

impl Inputs {
    pub(super) fn new(mut records: Records, spec: BatchSpec) -> Self {
        records.set_lines(lines(&spec));
        let batcher = Batcher::new(spec);
        let per_job = batcher.records_per_job();
        let total = per_job.and_then(|most| Some(records.count()?.div_ceil(most)));
        Self {
            records,
            batcher,
            total,
        }
    }

    pub(super) fn counted(mut records: Records, spec: BatchSpec) -> Result<Self, InputError> {
        records.set_lines(lines(&spec));
        records.store()?;
        let mut inputs = Self::new(records, spec);
        if inputs.total.is_none()
            && let Some(mut again) = inputs.records.duplicate()
        {
            // What is dropped, and what fits, is known when it has been tried.
            let mut job = Vec::new();
            let mut total = 0;
            while inputs.batcher.next(&mut again, &mut job)? {
                total += 1;
            }
            inputs.batcher.restart();
            inputs.total = Some(total);
        }
        Ok(inputs)
    }

    /// How many jobs there are in all, given out or not, where that is known
    /// without reading further: for words of the command line, and always
    /// after [`Sources::counted`](super::Sources::counted).
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The next job's records in place of what `job` holds, whose buffers are
    /// used again; false at the end.
    ///
    /// Fails with what is wrong with an input, once, when all inputs before it
    /// have been given out. Then, too, there are no more jobs.
    pub fn next_job(&mut self, job: &mut Vec<Record>) -> Result<bool, InputError> {
        self.batcher.next(&mut self.records, job)
    }
}

fn lines(spec: &BatchSpec) -> Lines {
    match spec.lines {
        Some(_) => Lines::Continued,
        None => Lines::Plain,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread;

    use super::super::spec::{
        EmptyInputs, Fill, LinkAll, Order, Outside, RegexSpec, SourcesSpec, StripSpec, Unmatched,
    };
    use super::super::testing::{jobs, linked, open, sources, stdin, words};
    use super::*;

    fn of_words(values: &[&str]) -> SourcesSpec {
        SourcesSpec {
            sources: vec![words(values)],
            ..SourcesSpec::default()
        }
    }

    fn total(spec: SourcesSpec, batch: BatchSpec) -> Option<u64> {
        sources(spec, &b"1\n2\n"[..])
            .unwrap()
            .batched(batch)
            .total()
    }

    fn by(max_records: usize) -> BatchSpec {
        BatchSpec {
            max_records: Some(max_records),
            ..BatchSpec::default()
        }
    }

    #[test]
    fn the_total_of_words_is_known_at_once() {
        let five = of_words(&["a", "b", "", "d", "e"]);
        assert_eq!(total(five.clone(), BatchSpec::default()), Some(5));
        assert_eq!(total(five.clone(), by(2)), Some(3));
        let dropping = SourcesSpec {
            empty: EmptyInputs::Drop,
            eof: Some(b"e".to_vec()),
            ..five.clone()
        };
        assert_eq!(total(dropping, BatchSpec::default()), Some(3));
        let mut product = five.clone();
        product.sources.push(words(&["1", "2"]));
        product.sources.push(linked(&["1", "2", "3"]));
        assert_eq!(total(product.clone(), BatchSpec::default()), Some(10));
        product.link_all = LinkAll::Wrapping;
        assert_eq!(total(product.clone(), BatchSpec::default()), Some(5));
        product.sources.push(stdin());
        assert_eq!(total(product, BatchSpec::default()), None);
        let regex = |unmatched| SourcesSpec {
            regex: Some(RegexSpec {
                pattern: "a".to_owned(),
                unmatched,
            }),
            ..five.clone()
        };
        assert_eq!(total(regex(Unmatched::Skip), BatchSpec::default()), None);
        assert_eq!(
            total(regex(Unmatched::Error), BatchSpec::default()),
            Some(5)
        );
    }

    #[test]
    fn counting_tries_what_cannot_be_known() {
        let spec = SourcesSpec {
            sources: vec![stdin(), words(&["s/a", "b", "s/cc"])],
            strip: Some(StripSpec {
                prefix: b"s".to_vec(),
                outside: Outside::Skip,
            }),
            ..SourcesSpec::default()
        };
        let counted = |batch, order| {
            let spec = SourcesSpec {
                order,
                ..spec.clone()
            };
            let inputs = sources(spec, &b"s/1\n2\ns/3\n"[..])
                .unwrap()
                .counted(batch)
                .unwrap();
            (inputs.total(), jobs(inputs))
        };
        let all = ["[1][a]", "[1][cc]", "[3][a]", "[3][cc]"];
        let (total, given) = counted(BatchSpec::default(), Order::AsGiven);
        assert_eq!(
            (total, given.as_slice()),
            (Some(4), all.map(str::to_owned).as_slice())
        );
        let full = || BatchSpec {
            fill: Fill::Full {
                max_bytes: 6,
                alone: 6,
                fixed: 1,
                cost: Box::new(|record| record.iter().map(<[u8]>::len).sum()),
                spread_over: 1,
            },
            ..BatchSpec::default()
        };
        let (total, given) = counted(full(), Order::AsGiven);
        assert_eq!((total, given.len()), (Some(2), 2));
        let (total, given) = counted(full(), Order::Shuffled { seed: Some(3) });
        assert_eq!(total, Some(given.len() as u64));
    }

    #[test]
    fn shuffled_inputs_are_all_there_once() {
        let spec = |seed| SourcesSpec {
            sources: vec![stdin(), words(&["a", "b", "c", "d"])],
            order: Order::Shuffled { seed },
            ..SourcesSpec::default()
        };
        let given = |seed| jobs(open(spec(seed), &b"1\n2\n3\n4\n"[..]));
        let plain = SourcesSpec {
            order: Order::AsGiven,
            ..spec(None)
        };
        let plain = jobs(open(plain, &b"1\n2\n3\n4\n"[..]));
        assert_eq!(given(Some(1)), given(Some(1)));
        assert_ne!(given(Some(1)), given(Some(2)));
        for seed in [None, Some(1)] {
            let mut sorted = given(seed);
            sorted.sort();
            assert_eq!(sorted, plain);
        }
    }

    #[test]
    fn dropping_an_input_keeps_linked_values_together() {
        let spec = SourcesSpec {
            sources: vec![words(&["s/a", "b", "s/c"]), linked(&["s/1", "s/2", "s/3"])],
            strip: Some(StripSpec {
                prefix: b"s".to_vec(),
                outside: Outside::Skip,
            }),
            ..SourcesSpec::default()
        };
        assert_eq!(jobs(open(spec, &b""[..])), ["[a][1]", "[c][3]"]);
    }

    /// Writes a line only when asked to, and says when it is asked for more.
    struct Handshake {
        lines: Receiver<&'static [u8]>,
        wants: Sender<()>,
    }

    impl Read for Handshake {
        fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
            self.wants.send(()).unwrap();
            let line = self.lines.recv().unwrap_or_default();
            room[..line.len()].copy_from_slice(line);
            Ok(line.len())
        }
    }

    #[test]
    fn an_input_is_given_out_before_the_next_is_written() {
        let (give, lines) = channel();
        let (wants, wanted) = channel();
        let spec = SourcesSpec {
            sources: vec![stdin(), words(&["x"])],
            ..SourcesSpec::default()
        };
        let mut inputs = open(spec, Handshake { lines, wants });
        let (out, given) = channel();
        let feeder = thread::spawn(move || {
            let mut job = Vec::new();
            while inputs.next_job(&mut job).unwrap() {
                out.send(job[0].get(0).unwrap().to_vec()).unwrap();
            }
        });
        // A torn line is held back; whole ones come without a further read.
        wanted.recv().unwrap();
        give.send(&b"one\ntwo\nthr"[..]).unwrap();
        assert_eq!(given.recv().unwrap(), b"one");
        assert_eq!(given.recv().unwrap(), b"two");
        wanted.recv().unwrap();
        give.send(&b"ee\n"[..]).unwrap();
        assert_eq!(given.recv().unwrap(), b"three");
        drop(give);
        feeder.join().unwrap();
        assert!(given.recv().is_err());
    }

    #[test]
    fn a_batch_is_given_out_as_soon_as_it_is_full() {
        let (give, lines) = channel();
        let (wants, _wanted) = channel();
        let spec = SourcesSpec {
            sources: vec![stdin()],
            ..SourcesSpec::default()
        };
        let reader = Handshake { lines, wants };
        let mut inputs = sources(spec, reader).unwrap().batched(by(2));
        give.send(&b"1\n2\n"[..]).unwrap();
        let mut job = Vec::new();
        // Nothing more is written: were more asked for, this would not return.
        assert!(inputs.next_job(&mut job).unwrap());
        assert_eq!(job.len(), 2);
    }

    #[test]
    fn buffers_are_used_again() {
        let bytes = b"0123456789\nabc\ndefg\n".repeat(10);
        let spec = SourcesSpec {
            sources: vec![stdin()],
            ..SourcesSpec::default()
        };
        let mut inputs = open(spec, std::io::Cursor::new(bytes));
        let mut job = Vec::new();
        assert!(inputs.next_job(&mut job).unwrap());
        let buffer = job[0].get(0).unwrap().as_ptr();
        while inputs.next_job(&mut job).unwrap() {
            assert_eq!(job[0].get(0).unwrap().as_ptr(), buffer);
        }
    }

    #[test]
    fn inputs_can_be_read_on_a_thread_of_their_own() {
        fn sendable<T: Send>() {}
        sendable::<Inputs>();
        sendable::<super::super::Sources>();
    }
}
