//! `--regex`: the groups of a match as the columns of an input.
//!
//! Boundary: whole inputs, after `strip`. The pattern is looked for anywhere
//! in the input: who means all of it writes `^` and `$`.

use regex::bytes::CaptureLocations;

use super::Record;
use super::error::InputError;
use super::pattern::{Pattern, Reading};
use super::spec::{RegexSpec, Unmatched};
use super::strip::Verdict;

/// What becomes of the columns that an input had before the match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OldColumns {
    /// They are within the whole input only.
    Drop,
    /// They follow the groups: a header names them.
    Append,
}

/// A compiled `--regex`.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    pattern: Pattern,
    /// Reused from match to match; a location list fits only its own regex.
    text: CaptureLocations,
    bytes: CaptureLocations,
    unmatched: Unmatched,
    old: OldColumns,
    joined: Vec<u8>,
    scratch: Record,
}

impl Matcher {
    pub(super) fn new(spec: &RegexSpec, old: OldColumns) -> Result<Self, InputError> {
        let pattern = Pattern::new("--regex", &spec.pattern)?;
        Ok(Self {
            text: pattern.regex(Reading::Text).capture_locations(),
            bytes: pattern.regex(Reading::Bytes).capture_locations(),
            pattern,
            unmatched: spec.unmatched,
            old,
            joined: Vec::new(),
            scratch: Record::new(),
        })
    }

    /// Whether some inputs may be dropped.
    pub(super) fn unmatched(&self) -> Unmatched {
        self.unmatched
    }

    /// How many groups there are, the whole match not among them.
    pub(super) fn groups(&self) -> usize {
        self.pattern.regex(Reading::Text).captures_len() - 1
    }

    /// The groups that have a name, and their columns.
    pub(super) fn names(&self) -> Vec<(Vec<u8>, usize)> {
        let names = self.pattern.regex(Reading::Text).capture_names().skip(1);
        names
            .enumerate()
            .filter_map(|(column, name)| Some((name?.as_bytes().to_vec(), column)))
            .collect()
    }

    /// Makes the groups of the match the columns of `record`; a group without
    /// part in the match is empty.
    pub(super) fn apply(&mut self, record: &mut Record) -> Result<Verdict, InputError> {
        let whole = if let (1, Some(value)) = (record.len(), record.get(0)) {
            value
        } else {
            join(record, &mut self.joined);
            &self.joined
        };
        let reading = Pattern::reading(whole);
        let groups = match reading {
            Reading::Text => &mut self.text,
            Reading::Bytes => &mut self.bytes,
        };
        if self
            .pattern
            .regex(reading)
            .captures_read(groups, whole)
            .is_none()
        {
            return match self.unmatched {
                Unmatched::Skip => Ok(Verdict::Drop),
                Unmatched::Error => Err(InputError::Unmatched {
                    value: whole.to_vec(),
                    pattern: self.pattern.as_str().to_owned(),
                }),
            };
        }
        self.scratch.clear();
        self.scratch.set_whole(whole);
        for group in 1..groups.len() {
            let (from, to) = groups.get(group).unwrap_or_default();
            self.scratch.push(&whole[from..to]);
        }
        if self.old == OldColumns::Append {
            for column in record.iter() {
                self.scratch.push(column);
            }
        }
        std::mem::swap(record, &mut self.scratch);
        Ok(Verdict::Keep)
    }
}

/// All columns of `record`, a space between them, as `<>` stands for them.
pub(super) fn join(record: &Record, whole: &mut Vec<u8>) {
    whole.clear();
    for (at, column) in record.iter().enumerate() {
        if at > 0 {
            whole.push(b' ');
        }
        whole.extend_from_slice(column);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;
    use super::*;

    fn matcher(pattern: &str, unmatched: Unmatched) -> Matcher {
        let pattern = pattern.to_owned();
        Matcher::new(&RegexSpec { pattern, unmatched }, OldColumns::Drop).unwrap()
    }

    fn groups(pattern: &str, value: &[u8]) -> String {
        let mut record = Record::single(value);
        let verdict = matcher(pattern, Unmatched::Error)
            .apply(&mut record)
            .unwrap();
        assert_eq!(verdict, Verdict::Keep);
        assert_eq!(record.whole(), Some(value));
        text(&record)
    }

    #[test]
    fn groups_are_columns_and_the_whole_stays() {
        assert_eq!(groups(r"(.*)\.(\w+)$", b"a b.txt"), "[a b][txt]");
        assert_eq!(groups("(a)|(b)", b"b"), "[][b]");
        assert_eq!(groups("b", b"abc"), "");
        assert_eq!(groups("^(.)", "\u{fc}x".as_bytes()), r"[\xc3\xbc]");
        assert_eq!(groups("^(.*)/(.*)$", b"\xff/\xfe"), r"[\xff][\xfe]");
        assert_eq!(groups("^(.*)$", b"a\nb"), r"[a\nb]");
        assert_eq!(groups("^([\u{fc}x])", b"x\xff"), "[x]");
    }

    #[test]
    fn several_columns_are_matched_joined() {
        let mut record = Record::single(b"a");
        record.push(b"b");
        let spec = RegexSpec {
            pattern: "(a b)".to_owned(),
            unmatched: Unmatched::Error,
        };
        let mut kept = Matcher::new(&spec, OldColumns::Append).unwrap();
        assert_eq!(kept.apply(&mut record).unwrap(), Verdict::Keep);
        assert_eq!(text(&record), "[a b][a][b]");
        assert_eq!(record.whole(), Some(&b"a b"[..]));
    }

    #[test]
    fn named_groups() {
        let named = matcher(r"(?<year>\d+)-(\d+)-(?P<day>\d+)", Unmatched::Error);
        assert_eq!(named.names(), [(b"year".to_vec(), 0), (b"day".to_vec(), 2)]);
        assert_eq!(named.groups(), 3);
    }

    #[test]
    fn an_input_that_does_not_match() {
        let mut record = Record::single(b"a\x1b");
        assert_eq!(
            matcher("b", Unmatched::Skip).apply(&mut record).unwrap(),
            Verdict::Drop
        );
        let message = matcher("b", Unmatched::Error)
            .apply(&mut record)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with(r"the input 'a\u{1b}' does not match --regex 'b'; "),
            "{message}"
        );
        let spec = RegexSpec {
            pattern: "(".to_owned(),
            unmatched: Unmatched::Error,
        };
        let message = Matcher::new(&spec, OldColumns::Drop)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("bad pattern for --regex: "),
            "{message}"
        );
    }
}
