//! One column of a record: what `--bin`, `--shard` and `--group-by` go by.
//!
//! Boundary: finds it; what its value means is known where it is asked for.

use std::borrow::Cow;

use regex::bytes::Regex;

use super::edges::compile;
use super::error::BlocksError;
use super::spec::{ColumnSpec, Key, Which};

/// A column to be found in records.
pub(super) struct Column {
    /// From 0; none if the whole record counts.
    index: Option<usize>,
    separator: Regex,
    key: Option<Key>,
}

impl Column {
    /// The column, by its number or by its name in `header`.
    pub(super) fn new(spec: &ColumnSpec, header: &[u8]) -> Result<Self, BlocksError> {
        let separator = compile(&spec.separator, "--colsep")?;
        let index = match &spec.which {
            Which::Whole => None,
            Which::Number(number) => Some(number.saturating_sub(1)),
            Which::Named(name) => {
                let line = header.split(|byte| *byte == b'\n').next();
                let mut names = separator.split(line.unwrap_or_default());
                let found = names.position(|column| column.trim_ascii() == name.as_bytes());
                let name = || BlocksError::NoColumn { name: name.clone() };
                Some(found.ok_or_else(name)?)
            }
        };
        let key = spec.key.clone();
        Ok(Self {
            index,
            separator,
            key,
        })
    }

    /// Its value in `record`, or what is made of it; nothing if there are fewer
    /// columns.
    pub(super) fn of<'a>(&self, record: &'a [u8]) -> Result<Cow<'a, [u8]>, BlocksError> {
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let value = match self.index {
            None => record,
            Some(index) => self.separator.split(record).nth(index).unwrap_or_default(),
        };
        let Some(key) = &self.key else {
            return Ok(value.into());
        };
        let made = (key.make)(value).map_err(|why| BlocksError::Key {
            expression: key.text.clone(),
            why,
        })?;
        Ok(made.into())
    }
}
