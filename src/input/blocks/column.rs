//! One column of a record: what `--bin`, `--shard` and `--group-by` go by.
//!
//! Boundary: finds it; what its value means is known where it is asked for.

use regex::bytes::Regex;

use super::edges::compile;
use super::error::BlocksError;
use super::spec::{ColumnSpec, Which};

/// A column to be found in records.
pub(super) struct Column {
    /// From 0.
    index: usize,
    separator: Regex,
}

impl Column {
    /// The column, by its number or by its name in `header`.
    pub(super) fn new(spec: &ColumnSpec, header: &[u8]) -> Result<Self, BlocksError> {
        let separator = compile(&spec.separator, "--colsep")?;
        let index = match &spec.which {
            Which::Number(number) => number.saturating_sub(1),
            Which::Named(name) => {
                let line = header.split(|byte| *byte == b'\n').next();
                let mut names = separator.split(line.unwrap_or_default());
                let found = names.position(|column| column.trim_ascii() == name.as_bytes());
                found.ok_or_else(|| BlocksError::NoColumn { name: name.clone() })?
            }
        };
        Ok(Self { index, separator })
    }

    /// Its value in `record`; nothing if there are fewer columns.
    pub(super) fn of<'a>(&self, record: &'a [u8]) -> &'a [u8] {
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let column = self.separator.split(record).nth(self.index);
        column.unwrap_or_default()
    }
}
