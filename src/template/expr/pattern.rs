//! A compiled pattern, and where it matches in bytes.
//!
//! Boundary: the only user of the regex crates here. They want text, and
//! values are bytes: a byte is looked at as the character of its number, so
//! that every name can be matched, whatever its encoding.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::OnceLock;

use fancy_regex::Regex;

use super::error::{Native, Stop};
use super::translate::{Translated, translate};

/// A pattern, compiled when it is first needed.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    plain: Regex,
    newline: Option<(String, OnceLock<Option<Regex>>)>,
    has_choice: bool,
    is_empty: bool,
    is_caret: bool,
}

/// Where the groups of a match begin and end; group 0 is the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Groups(pub(super) Vec<Option<(usize, usize)>>);

impl Groups {
    /// The whole match.
    pub(super) fn whole(&self) -> (usize, usize) {
        self.0.first().copied().flatten().unwrap_or((0, 0))
    }
}

/// A value made ready to be searched.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    text: Cow<'a, str>,
    bytes: &'a [u8],
}

impl<'a> Subject<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => Cow::Borrowed(text),
            _ => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
        };
        Self { text, bytes }
    }

    fn is_plain(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }

    /// Where the byte at `at` is in the text.
    fn inwards(&self, at: usize) -> usize {
        if self.is_plain() {
            return at;
        }
        at + self.bytes[..at]
            .iter()
            .filter(|byte| !byte.is_ascii())
            .count()
    }

    fn outwards(&self, at: usize) -> usize {
        if self.is_plain() {
            return at;
        }
        self.text[..at].chars().count()
    }
}

impl Pattern {
    /// Compiles `text`; `flags` are those of `translate`.
    pub(super) fn new(text: &[u8], flags: u8) -> Native<Self> {
        let Translated {
            plain,
            newline,
            has_choice,
        } = translate(text, flags)?;
        let plain =
            Regex::new(&plain).map_err(|error| Stop::perl(format!("a pattern: {error}")))?;
        Ok(Self(Arc::new(Inner {
            plain,
            newline: newline.map(|text| (text, OnceLock::new())),
            has_choice,
            is_empty: text.is_empty(),
            is_caret: text == b"^",
        })))
    }

    /// Whether it is `//`, which to perl is the last pattern that matched.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty
    }

    /// Whether it is `/^/`, which `split` reads as the start of every line.
    pub(super) fn is_caret(&self) -> bool {
        self.0.is_caret
    }

    /// Whether a match of nothing may hide one of something at the same place.
    pub(super) fn has_choice(&self) -> bool {
        self.0.has_choice
    }

    /// The first match at or after `from`.
    pub(super) fn find(&self, subject: &Subject<'_>, from: usize) -> Native<Option<Groups>> {
        if from > subject.bytes.len() {
            return Ok(None);
        }
        let found = self
            .regex(subject)?
            .captures_from_pos(&*subject.text, subject.inwards(from))
            .map_err(|error| Stop::perl(format!("a search that was given up: {error}")))?;
        Ok(found.map(|captures| {
            let group = |found: Option<fancy_regex::Match<'_>>| {
                found.map(|found| {
                    (
                        subject.outwards(found.start()),
                        subject.outwards(found.end()),
                    )
                })
            };
            Groups(captures.iter().map(group).collect())
        }))
    }

    fn regex(&self, subject: &Subject<'_>) -> Native<&Regex> {
        match &self.0.newline {
            Some((text, compiled)) if subject.bytes.last() == Some(&b'\n') => compiled
                .get_or_init(|| Regex::new(text).ok())
                .as_ref()
                .ok_or_else(|| Stop::perl("`$` before a newline")),
            _ => Ok(&self.0.plain),
        }
    }
}
