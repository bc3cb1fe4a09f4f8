//! The table of `--results FILE.csv`, `.tsv` and `.json`: a row for each job,
//! its output included.
//!
//! Boundary: a job's end to the bytes of its row, held as output is held; the
//! printer writes them, in the order of output. The forms are GNU parallel's:
//! a field is in quotes if it has a blank, a control character, a quote or the
//! separator in it; a line of JSON stands for itself.

use std::io::Write as _;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::exec::{Captured, Outcome, WriteError};
use crate::template::Record;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetForm {
    /// Commas.
    Csv,
    /// Tabs.
    Tsv,
    /// One JSON object a line.
    Json,
}

/// A table.
#[derive(Debug)]
pub struct Sheet {
    form: SheetForm,
    names: Vec<(Vec<u8>, usize)>,
    /// How many values a job has: as many as the first one.
    width: OnceLock<usize>,
    has_header: bool,
}

/// What is known of a job.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its sequence number.
    pub seq: u64,
    /// When it started.
    pub started: SystemTime,
    /// How long it took.
    pub runtime: Duration,
    /// How many bytes it was given.
    pub sent: u64,
    /// How many bytes it wrote.
    pub received: u64,
    /// How it ended.
    pub outcome: &'a Outcome,
    /// The job as a line.
    pub line: &'a [u8],
    /// Its inputs.
    pub records: &'a [Record],
}

impl Sheet {
    /// A table whose columns of values have these names, or numbers.
    pub fn new(form: SheetForm, names: Vec<(Vec<u8>, usize)>) -> Self {
        Self {
            form,
            names,
            width: OnceLock::new(),
            has_header: form != SheetForm::Json,
        }
    }

    /// A table of jobs that have no values.
    pub fn without_values(form: SheetForm) -> Self {
        Self {
            width: OnceLock::from(0),
            ..Self::new(form, Vec::new())
        }
    }

    /// The same, for a file that has its first row.
    #[must_use]
    pub fn without_header(mut self) -> Self {
        self.has_header = false;
        self
    }

    /// Says how many values a job has. The first to say so is right.
    pub fn widen(&self, records: &[Record]) {
        let _ = self
            .width
            .get_or_init(|| records.iter().map(Record::len).sum());
    }

    /// The first row, if there is one.
    pub fn header(&self) -> Option<Vec<u8>> {
        if !self.has_header {
            return None;
        }
        let mut row = Vec::new();
        for name in [
            "Seq",
            "Host",
            "Starttime",
            "JobRuntime",
            "Send",
            "Receive",
            "Exitval",
            "Signal",
            "Command",
        ] {
            row.extend(name.as_bytes());
            row.push(self.separator());
        }
        for column in 0..self.width.get().copied().unwrap_or(0) {
            match self.names.iter().find(|(_, place)| *place == column) {
                Some((name, _)) => self.field(name, &mut row),
                None => row.extend(format!("V{}", column + 1).bytes()),
            }
            row.push(self.separator());
        }
        row.extend(b"Stdout");
        row.push(self.separator());
        row.extend(b"Stderr\n");
        Some(row)
    }

    /// Appends the row of a job to `into`; its output is read back from where it is held.
    pub fn write(&self, row: &Row<'_>, out: &Captured, err: &Captured, into: &mut Captured) {
        match self.form {
            SheetForm::Json => self.write_json(row, out, err, into),
            SheetForm::Csv | SheetForm::Tsv => self.write_fields(row, out, err, into),
        }
        // What was lost of the output is told with the row.
        for side in [out, err] {
            if let Some(error) = side.failure() {
                into.fail(error.clone());
            }
        }
    }

    fn separator(&self) -> u8 {
        match self.form {
            SheetForm::Tsv => b'\t',
            SheetForm::Csv | SheetForm::Json => b',',
        }
    }

    fn needs_quotes(&self, bytes: &[u8]) -> bool {
        bytes
            .iter()
            .any(|byte| *byte <= b' ' || matches!(byte, b'"' | 0x7f) || *byte == self.separator())
    }

    fn field(&self, bytes: &[u8], row: &mut Vec<u8>) {
        if !self.needs_quotes(bytes) {
            row.extend(bytes);
            return;
        }
        row.push(b'"');
        double_quotes(bytes, row);
        row.push(b'"');
    }

    fn write_fields(&self, row: &Row<'_>, out: &Captured, err: &Captured, into: &mut Captured) {
        let separator = self.separator();
        let mut text = Vec::new();
        for number in numbers(row) {
            text.extend(number.bytes());
            text.push(separator);
        }
        self.field(row.line, &mut text);
        text.push(separator);
        let values = row.records.iter().flat_map(Record::iter);
        let width = self.width.get().copied().unwrap_or(0);
        // Every row has the columns of the first: what is missing is empty,
        // and what is too much stands in the last one.
        let mut columns: Vec<Vec<u8>> = vec![Vec::new(); width];
        for (index, value) in values.enumerate() {
            if let Some(column) = columns.get_mut(index) {
                column.extend(value);
            } else if let Some(last) = columns.last_mut() {
                last.push(b' ');
                last.extend(value);
            }
        }
        for column in &columns {
            self.field(column, &mut text);
            text.push(separator);
        }
        into.push(&text);
        for (side, end) in [(out, separator), (err, b'\n')] {
            let mut quoted = false;
            each(side, into, &mut |piece, _| {
                quoted |= self.needs_quotes(piece);
            });
            if quoted {
                into.push(b"\"");
            }
            each(side, into, &mut |piece, into| {
                let mut text = Vec::new();
                double_quotes(piece, &mut text);
                into.push(&text);
            });
            into.push(if quoted { b"\"" } else { b"" });
            into.push(&[end]);
        }
    }

    fn write_json(&self, row: &Row<'_>, out: &Captured, err: &Captured, into: &mut Captured) {
        let [seq, host, started, runtime, sent, received, exit, signal] = numbers(row);
        let mut text = format!(
            "{{ \"Seq\": {seq}, \"Host\": \"{host}\", \"Starttime\": {started}, \"JobRuntime\": {runtime}, \"Send\": {sent}, \"Receive\": {received}, \"Exitval\": {exit}, \"Signal\": {signal}, \"Command\": \""
        )
        .into_bytes();
        json(row.line, &mut text);
        text.extend(b"\", \"V\": [ ");
        let values = row.records.iter().flat_map(Record::iter);
        let has_values = self.width.get() != Some(&0);
        for (index, value) in values.filter(|_| has_values).enumerate() {
            if index > 0 {
                text.push(b',');
            }
            text.push(b'"');
            json(value, &mut text);
            text.push(b'"');
        }
        text.extend(b" ], \"Stdout\": \"");
        into.push(&text);
        for (side, end) in [(out, "\", \"Stderr\": \""), (err, "\" }\n")] {
            each(side, into, &mut |piece, into| {
                let mut text = Vec::new();
                json(piece, &mut text);
                into.push(&text);
            });
            into.push(end.as_bytes());
        }
    }
}

/// The columns of the job log before the command.
fn numbers(row: &Row<'_>) -> [String; 8] {
    let (exit, signal) = row.outcome.log_columns();
    let started = row.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    [
        row.seq.to_string(),
        ":".into(),
        format!("{:.3}", started.as_secs_f64()),
        format!("{:.3}", row.runtime.as_secs_f64()),
        row.sent.to_string(),
        row.received.to_string(),
        exit.to_string(),
        signal.to_string(),
    ]
}

/// Gives each piece of what is held; what cannot be read back is noted in `into`.
fn each(side: &Captured, into: &mut Captured, take: &mut dyn FnMut(&[u8], &mut Captured)) {
    let mut piece = |piece: &[u8]| {
        take(piece, into);
        Ok::<(), ()>(())
    };
    if let Err(WriteError::Read(error)) = side.write_to(&mut piece) {
        into.fail(error);
    }
}

fn double_quotes(bytes: &[u8], into: &mut Vec<u8>) {
    for byte in bytes {
        into.push(*byte);
        if *byte == b'"' {
            into.push(b'"');
        }
    }
}

/// Bytes as the inside of a JSON string. Those that are not UTF-8 go in as they are.
fn json(bytes: &[u8], into: &mut Vec<u8>) {
    for byte in bytes {
        match byte {
            b'"' | b'\\' => into.extend([b'\\', *byte]),
            // Writing to a Vec cannot fail.
            0..=0x1f => _ = write!(into, "\\u{byte:04x}"),
            byte => into.push(*byte),
        }
    }
}
