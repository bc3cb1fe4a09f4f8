//! Reading a job log back.
//!
//! Boundary: a file to records, one after the other. What is no record is
//! refused by its line: the commands of a log are run again, so nothing in it
//! is guessed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::JobLogError;

/// One record that was read.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Record {
    pub(in super::super) seq: u64,
    pub(in super::super) succeeded: bool,
    pub(in super::super) command: Vec<u8>,
}

/// Reads a log; `each` is told every record in turn. A last line without its
/// newline was torn by a crash and is passed over.
pub(in super::super) fn read(path: &Path, mut each: impl FnMut(Record)) -> Result<(), JobLogError> {
    let file = File::open(path).map_err(|error| JobLogError::Open(path.into(), error))?;
    let mut reader = BufReader::with_capacity(256 << 10, file);
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        number += 1;
        let n = reader
            .read_until(b'\n', &mut line)
            .map_err(|error| JobLogError::Read(path.into(), error))?;
        if n == 0 || line.pop() != Some(b'\n') {
            return Ok(());
        }
        if number == 1 && line.starts_with(b"Seq\t") {
            continue;
        }
        match parse(&line) {
            Ok(record) => each(record),
            Err(problem) => {
                // The newline that ended a torn line makes it look whole.
                if is_torn(&line) {
                    continue;
                }
                return Err(JobLogError::Malformed {
                    path: path.into(),
                    line: number,
                    problem,
                });
            }
        }
    }
}

/// Whether `line` is the beginning of a record that a crash cut short: it has
/// fewer fields than a record, and those it has are of the right form.
fn is_torn(line: &[u8]) -> bool {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b'\t').collect();
    let numeric = |field: &&[u8]| {
        field
            .iter()
            .all(|b| b.is_ascii_digit() || b" .-".contains(b))
    };
    fields.len() < 9
        && !line.is_empty()
        && fields
            .iter()
            .enumerate()
            .all(|(index, field)| index == 1 || numeric(field))
}

fn parse(line: &[u8]) -> Result<Record, &'static str> {
    let mut fields = line.splitn(9, |byte| *byte == b'\t');
    let mut number = || -> Result<&str, &'static str> {
        let field = fields.next().ok_or("it has fewer than nine columns")?;
        std::str::from_utf8(field)
            .map(str::trim)
            .map_err(|_| "a column is no number")
    };
    let seq = number()?.parse().map_err(|_| "Seq is no number")?;
    number()?;
    for _ in 0..4 {
        number()?
            .parse::<f64>()
            .map_err(|_| "a column is no number")?;
    }
    let exit: i64 = number()?.parse().map_err(|_| "Exitval is no number")?;
    let signal: i64 = number()?.parse().map_err(|_| "Signal is no number")?;
    let command = fields.next().ok_or("it has fewer than nine columns")?;
    let lines = |byte: &u8| if *byte == 0 { b'\n' } else { *byte };
    Ok(Record {
        seq,
        succeeded: exit == 0 && signal == 0,
        command: command.iter().map(lines).collect(),
    })
}

/// The jobs that failed, by their numbers, with their commands as they were
/// logged. The last record of a job counts.
pub fn failed_jobs(path: &Path) -> Result<Vec<(u64, Vec<u8>)>, JobLogError> {
    let mut failed = BTreeMap::new();
    read(path, |record| {
        if record.succeeded {
            failed.remove(&record.seq);
        } else {
            failed.insert(record.seq, record.command);
        }
    })?;
    Ok(failed.into_iter().collect())
}
