//! What a token becomes: the modifiers, and the choice among columns.
//!
//! Boundary: reads `Values`, appends bytes. No quoting, no allocation.

use std::io::Write as _;

use super::record::{Record, Values};
use super::token::{Op, Source, Token};

/// Which inputs of a job a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// All of them, joined by spaces.
    All,
    /// One of them.
    Record(usize),
}

/// `op` of `value`: always a part of the value, or a constant.
pub(super) fn apply(op: Op, value: &[u8]) -> &[u8] {
    match op {
        Op::Whole => value,
        Op::NoExtension => without_extension(value),
        Op::Base => base(value),
        Op::Dir => dir(value),
        Op::BaseNoExtension => without_extension(base(value)),
    }
}

fn base(value: &[u8]) -> &[u8] {
    match value.iter().rposition(|&byte| byte == b'/') {
        Some(slash) => &value[slash + 1..],
        None => value,
    }
}

fn without_extension(value: &[u8]) -> &[u8] {
    let start = value.len() - base(value).len();
    match value[start..].iter().rposition(|&byte| byte == b'.') {
        Some(dot) => &value[..start + dot],
        None => value,
    }
}

fn dir(value: &[u8]) -> &[u8] {
    let path = trim_slashes(value);
    if path.is_empty() {
        return if value.is_empty() { b"." } else { b"/" };
    }
    match path.iter().rposition(|&byte| byte == b'/') {
        None => b".",
        Some(slash) => match trim_slashes(&path[..slash]) {
            b"" => b"/",
            parent => parent,
        },
    }
}

fn trim_slashes(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|&byte| byte != b'/');
    &path[..end.map_or(0, |last| last + 1)]
}

/// Appends the value of `token` to `out`.
pub(super) fn write(token: &Token, values: &Values<'_>, which: Which, out: &mut Vec<u8>) {
    let records = match which {
        Which::All => values.records,
        Which::Record(index) => values
            .records
            .get(index)
            .map_or(&[][..], std::slice::from_ref),
    };
    match &token.source {
        Source::Input => join(records.iter().flat_map(parts), token.op, out),
        Source::Named(column) => join(
            records
                .iter()
                .map(|record| record.get(*column).unwrap_or_default()),
            token.op,
            out,
        ),
        // Positions count through all inputs of the job, also in a word that
        // is repeated for each.
        Source::Column(position) => {
            if let Some(value) = column(values.records, *position) {
                out.extend_from_slice(apply(token.op, value));
            }
        }
        Source::Param(value) => out.extend_from_slice(apply(token.op, value)),
        Source::Dest => out.extend_from_slice(apply(token.op, values.dest.unwrap_or_default())),
        // Writing to a vector cannot fail.
        Source::Seq => drop(write!(out, "{}", values.seq)),
        Source::Slot => drop(write!(out, "{}", values.slot)),
    }
}

/// The modifier is applied to each value before they are joined, as GNU
/// parallel does: the basename of a list is the list of basenames.
fn join<'a>(values: impl Iterator<Item = &'a [u8]>, op: Op, out: &mut Vec<u8>) {
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(apply(op, value));
    }
}

fn column(records: &[Record], position: i32) -> Option<&[u8]> {
    let size = usize::try_from(position.unsigned_abs()).ok()?;
    let mut index = if position > 0 {
        size - 1
    } else {
        let total: usize = records.iter().map(Record::len).sum();
        total.checked_sub(size)?
    };
    for record in records {
        if index < record.len() {
            return record.get(index);
        }
        index -= record.len();
    }
    None
}

/// Whether `token` is a number of prun's own.
pub(super) fn is_number(token: &Token) -> bool {
    matches!(token.source, Source::Seq | Source::Slot)
}

/// What the whole input is made of: itself, or its columns.
pub(super) fn parts(record: &Record) -> impl Iterator<Item = &[u8]> {
    let columns = if record.whole().is_some() {
        0
    } else {
        record.len()
    };
    record
        .whole()
        .into_iter()
        .chain(record.iter().take(columns))
}

/// Bytes of `token`, one that stands for an input, for `record`.
pub(super) fn len(token: &Token, record: &Record) -> usize {
    match &token.source {
        Source::Input => {
            let (count, bytes) = parts(record).fold((0, 0), |(count, bytes), value| {
                (count + 1, bytes + apply(token.op, value).len())
            });
            bytes + usize::saturating_sub(count, 1)
        }
        Source::Named(column) => apply(token.op, record.get(*column).unwrap_or_default()).len(),
        _ => 0,
    }
}

/// An upper bound of what one input adds to the length of `token`.
pub(super) fn bound(token: &Token, record: &Record) -> usize {
    match &token.source {
        // `//` makes `.` of nothing: a column is at least one byte, and the
        // space before the next one.
        Source::Input => parts(record).map(|value| value.len().max(1) + 1).sum(),
        Source::Column(_) => record.iter().map(|value| value.len().max(1) + 1).sum(),
        Source::Named(column) => record
            .get(*column)
            .map_or(1, |value| value.len().max(1) + 1),
        Source::Param(_) | Source::Dest | Source::Seq | Source::Slot => 0,
    }
}

/// An upper bound of what `token` adds once a job; destinations are counted
/// as the longest path there can be.
pub(super) fn fixed_bound(token: &Token) -> usize {
    match &token.source {
        Source::Input | Source::Column(_) | Source::Named(_) => 0,
        Source::Param(value) => value.len().max(1),
        Source::Dest => 4096,
        Source::Seq | Source::Slot => 20,
    }
}
