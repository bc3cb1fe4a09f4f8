//! A value as columns: `--colsep` and `--trim`.
//!
//! Boundary: one value in, columns of a record out.

use super::Record;
use super::csv;
use super::error::InputError;
use super::pattern::Pattern;
use super::spec::{Rules, Trim};

/// How many columns a record of a source has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Width {
    /// As many as its value has.
    #[default]
    AsFound,
    /// So many at least; missing ones are empty. A header names them.
    AtLeast(usize),
    /// Exactly so many, as the columns of another source follow.
    Exactly(usize),
}

/// A value with more columns than may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany {
    pub(super) found: usize,
    pub(super) expected: usize,
}

/// Cuts values.
#[derive(Clone, Debug)]
pub(super) struct Splitter {
    colsep: Option<Pattern>,
    /// `--csv`: the separator of its columns.
    csv: Option<u8>,
    trim: Trim,
    width: Width,
    rules: Rules,
}

impl Splitter {
    /// A pattern that matches the empty string is refused: GNU parallel cuts
    /// at every character then, and who writes `'|'` means a bar.
    pub(super) fn new(colsep: Option<&str>, trim: Trim, rules: Rules) -> Result<Self, InputError> {
        let colsep = colsep
            .map(|pattern| Pattern::new("--colsep", pattern))
            .transpose()?;
        if let (Some(pattern), Rules::Own) = (&colsep, rules)
            && pattern.regex(Pattern::reading(b"")).is_match(b"")
        {
            return Err(InputError::EmptyColsep {
                pattern: pattern.as_str().to_owned(),
            });
        }
        let trim = match (trim, &colsep) {
            (Trim::Unset, Some(_)) => Trim::Both,
            (Trim::Unset, None) => Trim::Nothing,
            (given, _) => given,
        };
        Ok(Self {
            colsep,
            csv: None,
            trim,
            width: Width::AsFound,
            rules,
        })
    }

    /// A splitter of rows of CSV, whose columns end at `separator`.
    pub(super) fn csv(separator: u8, trim: Trim, rules: Rules) -> Self {
        Self {
            colsep: None,
            csv: Some(separator),
            trim,
            width: Width::AsFound,
            rules,
        }
    }

    /// Whether the row that begins with `value` goes on in the next value.
    pub(super) fn goes_on(&self, value: &[u8]) -> bool {
        self.csv.is_some() && csv::goes_on(value)
    }

    pub(super) fn set_trim(&mut self, trim: Trim) {
        self.trim = trim;
    }

    pub(super) fn set_width(&mut self, width: Width) {
        self.width = width;
    }

    /// Adds the columns of `value` to `record`.
    pub(super) fn push(&self, value: &[u8], record: &mut Record) -> Result<(), TooMany> {
        let before = record.len();
        if let Some(separator) = self.csv {
            csv::push(value, separator, record);
        } else if let Some(colsep) = &self.colsep {
            let regex = colsep.regex(Pattern::reading(value));
            let mut from = 0;
            for found in regex.find_iter(value) {
                // As perl's split: nothing cuts at the start, nor at the end.
                let is_cut = !found.is_empty()
                    || self.rules == Rules::Gnu
                        && found.start() > from
                        && found.end() < value.len();
                if !is_cut {
                    continue;
                }
                record.push(trimmed(&value[from..found.start()], self.trim));
                from = found.end();
            }
            record.push(trimmed(&value[from..], self.trim));
        } else {
            record.push(trimmed(value, self.trim));
        }
        let found = record.len() - before;
        let (expected, most) = match self.width {
            Width::AsFound => return Ok(()),
            Width::AtLeast(expected) => (expected, usize::MAX),
            Width::Exactly(expected) => (expected, expected),
        };
        for _ in found..expected {
            record.push(b"");
        }
        if found > most {
            return Err(TooMany { found, expected });
        }
        Ok(())
    }
}

/// White space as perl's `\s`, which GNU parallel trims by: ASCII's and the
/// vertical tab.
pub(super) fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

fn trimmed(mut value: &[u8], trim: Trim) -> &[u8] {
    if matches!(trim, Trim::Left | Trim::Both) {
        while let Some((&first, rest)) = value.split_first()
            && is_space(first)
        {
            value = rest;
        }
    }
    if matches!(trim, Trim::Right | Trim::Both) {
        while let Some((&last, rest)) = value.split_last()
            && is_space(last)
        {
            value = rest;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;
    use super::*;

    fn split(colsep: Option<&str>, trim: Trim, value: &[u8]) -> String {
        let mut record = Record::new();
        Splitter::new(colsep, trim, Rules::Own)
            .unwrap()
            .push(value, &mut record)
            .unwrap();
        text(&record)
    }

    #[test]
    fn columns_are_trimmed_unless_told_otherwise() {
        let colsep = Some(",");
        assert_eq!(split(colsep, Trim::Unset, b" a , b,\t"), "[a][b][]");
        assert_eq!(split(colsep, Trim::Nothing, b" a , b,"), "[ a ][ b][]");
        assert_eq!(split(colsep, Trim::Left, b" a , b "), "[a ][b ]");
        assert_eq!(split(colsep, Trim::Right, b" a , b "), "[ a][ b]");
        assert_eq!(split(colsep, Trim::Unset, b""), "[]");
        assert_eq!(split(colsep, Trim::Unset, b",x,"), "[][x][]");
        assert_eq!(split(None, Trim::Unset, b" a "), "[ a ]");
        assert_eq!(split(None, Trim::Both, b" \x0b\ra \n"), "[a]");
        assert_eq!(split(None, Trim::Both, b"  "), "[]");
    }

    #[test]
    fn the_separator_is_a_regex_over_bytes() {
        assert_eq!(split(Some(" +"), Trim::Unset, b"a   b c"), "[a][b][c]");
        assert_eq!(split(Some(r"\|"), Trim::Unset, b"a|b"), "[a][b]");
        assert_eq!(split(Some("."), Trim::Unset, "ü".as_bytes()), "[][]");
        assert_eq!(split(Some(","), Trim::Unset, b"\xff,\xfe"), r"[\xff][\xfe]");
        assert_eq!(split(Some(r"\xff"), Trim::Unset, b"a\xffb"), "[a][b]");
        assert_eq!(split(Some(r",|\b"), Trim::Unset, b"a,b"), "[a][b]");
    }

    #[test]
    fn separators_without_length_are_refused() {
        for pattern in ["|", "", " *"] {
            let message = Splitter::new(Some(pattern), Trim::Unset, Rules::Own)
                .unwrap_err()
                .to_string();
            assert!(message.contains("matches the empty string"), "{message}");
        }
        let message = Splitter::new(Some("(x"), Trim::Unset, Rules::Own)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("bad pattern for --colsep: "),
            "{message}"
        );
    }

    #[test]
    fn widths() {
        let mut splitter = Splitter::new(Some(","), Trim::Unset, Rules::Own).unwrap();
        let mut record = Record::single(b"0");
        splitter.set_width(Width::AtLeast(2));
        splitter.push(b"a", &mut record).unwrap();
        splitter.push(b"a,b,c", &mut record).unwrap();
        assert_eq!(text(&record), "[0][a][][a][b][c]");
        splitter.set_width(Width::Exactly(2));
        assert_eq!(splitter.push(b"a", &mut record), Ok(()));
        let many = TooMany {
            found: 3,
            expected: 2,
        };
        assert_eq!(splitter.push(b"a,b,c", &mut record), Err(many));
    }
}
