//! Readers and short forms for the tests of this module.

use std::io::{self, Read};

use super::{BatchSpec, InputError, Inputs, Join, Record, SourceSpec, Sources, SourcesSpec};

/// Gives its bytes in pieces of the given sizes, over and over.
pub(super) struct Chunks {
    bytes: Vec<u8>,
    at: usize,
    sizes: Vec<usize>,
    turn: usize,
}

impl Chunks {
    pub(super) fn new(bytes: Vec<u8>, sizes: Vec<usize>) -> Self {
        Self {
            bytes,
            at: 0,
            sizes,
            turn: 0,
        }
    }
}

impl Read for Chunks {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.turn % self.sizes.len()];
        self.turn += 1;
        if self.turn.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = size.min(room.len()).min(self.bytes.len() - self.at);
        room[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Gives its bytes, then fails for ever.
pub(super) struct Failing(&'static [u8]);

impl Failing {
    pub(super) fn after(bytes: &'static [u8]) -> Self {
        Self(bytes)
    }
}

impl Read for Failing {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Err(io::Error::from_raw_os_error(5));
        }
        self.0.read(room)
    }
}

/// Never ends: 1, 2, 3 ... one number a line.
#[derive(Default)]
pub(super) struct Endless {
    number: u64,
}

impl Read for Endless {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.number += 1;
        let line = format!("{}\n", self.number);
        room[..line.len()].copy_from_slice(line.as_bytes());
        Ok(line.len())
    }
}

/// Words as a source that multiplies.
pub(super) fn words(values: &[&str]) -> (Join, SourceSpec) {
    let values = values
        .iter()
        .map(|value| value.as_bytes().to_vec())
        .collect();
    (Join::Product, SourceSpec::Words(values))
}

/// Words as a source linked to the one before.
pub(super) fn linked(values: &[&str]) -> (Join, SourceSpec) {
    (Join::LinkToPrevious, words(values).1)
}

/// Standard input as a source.
pub(super) fn stdin() -> (Join, SourceSpec) {
    (Join::Product, SourceSpec::Stdin)
}

/// Opens `spec` with `from` as standard input, a job for each record.
pub(super) fn open(spec: SourcesSpec, from: impl Read + Send + 'static) -> Inputs {
    sources(spec, from).unwrap().batched(BatchSpec::default())
}

/// Opens `spec` with `from` as standard input.
pub(super) fn sources(
    spec: SourcesSpec,
    from: impl Read + Send + 'static,
) -> Result<Sources, InputError> {
    Sources::open(spec, || Box::new(from))
}

/// A record as text: columns in brackets.
pub(super) fn text(record: &Record) -> String {
    let columns = record
        .iter()
        .map(|column| format!("[{}]", column.escape_ascii()));
    columns.collect::<Vec<_>>().concat()
}

/// All jobs as text, records joined by a space, and the error at the end.
pub(super) fn drain(inputs: &mut Inputs) -> (Vec<String>, Option<InputError>) {
    let mut jobs = Vec::new();
    let mut records = Vec::new();
    let error = loop {
        match inputs.next_job(&mut records) {
            Ok(true) => jobs.push(records.iter().map(text).collect::<Vec<_>>().join(" ")),
            Ok(false) => break None,
            Err(error) => break Some(error),
        }
    };
    assert!(
        !inputs.next_job(&mut records).unwrap(),
        "the end is the end"
    );
    (jobs, error)
}

/// All jobs of inputs without errors.
pub(super) fn jobs(mut inputs: Inputs) -> Vec<String> {
    let (jobs, error) = drain(&mut inputs);
    assert!(error.is_none(), "{error:?}");
    jobs
}
