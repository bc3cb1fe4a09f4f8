//! A pattern that is looked for in values of any bytes.
//!
//! Boundary: compiles and chooses; what a match means is for `columns` and
//! `matcher`. Compiled once, at start-up.

use regex::bytes::{Regex, RegexBuilder};

use super::error::InputError;

/// A regex in two readings: by characters for values that are UTF-8, by bytes
/// for others. With the first alone `(.*)` could not match a Latin-1 name;
/// with the second alone `(.)` would cut an `ü` in two.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: Regex,
    bytes: Regex,
}

/// The reading that fits a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Text,
    Bytes,
}

impl Pattern {
    /// Compiles the pattern given to `option`. `.` matches a newline: a value
    /// is one value, however many lines its name has.
    pub(super) fn new(option: &'static str, pattern: &str) -> Result<Self, InputError> {
        let mut builder = RegexBuilder::new(pattern);
        builder.dot_matches_new_line(true);
        let text = builder.build().map_err(|error| InputError::Pattern {
            option,
            pattern: pattern.to_owned(),
            error: Box::new(error),
        })?;
        // `[ü]` has no reading by bytes; such values then match by characters.
        let bytes = builder
            .unicode(false)
            .build()
            .unwrap_or_else(|_| text.clone());
        Ok(Self { text, bytes })
    }

    /// How `value` is to be read.
    pub(super) fn reading(value: &[u8]) -> Reading {
        match std::str::from_utf8(value) {
            Ok(_) => Reading::Text,
            Err(_) => Reading::Bytes,
        }
    }

    /// The regex for a reading; both have the same groups.
    pub(super) fn regex(&self, reading: Reading) -> &Regex {
        match reading {
            Reading::Text => &self.text,
            Reading::Bytes => &self.bytes,
        }
    }

    /// As it was written.
    pub(super) fn as_str(&self) -> &str {
        self.text.as_str()
    }
}
