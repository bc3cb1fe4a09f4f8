//! Edges: the places between two records.
//!
//! Boundary: looks at bytes, gives offsets; knows nothing of blocks. An edge is
//! never at the beginning of what is looked at, since that is one already.

use std::borrow::Cow;
use std::cell::Cell;

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};

use super::column::Column;
use super::error::BlocksError;
use super::spec::{Reading, RecordsSpec};

/// Whether more bytes may follow those that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// They may: what a pattern matches at the end could become longer.
    Open,
    /// They do not.
    Whole,
}

/// Where records may be cut apart.
pub(super) enum Edges {
    /// Between any two bytes.
    Anywhere,
    /// Between two texts, one of which may be empty.
    Text(Box<Text>),
    /// Between what two patterns match.
    Pattern(Box<Pattern>),
    /// Between records whose column differs.
    Groups(Box<Groups>),
}

/// Records that go together while a column stays the same (`--group-by`).
pub(super) struct Groups {
    records: Edges,
    column: Column,
    /// Why a value could not be told.
    fault: Cell<Option<BlocksError>>,
}

/// The end of one record and the beginning of the next, as one text.
pub(super) struct Text {
    forward: memmem::Finder<'static>,
    backward: memmem::FinderRev<'static>,
    /// How much of it is the end of the first one.
    before: usize,
    /// Both, for [`Edges::without`].
    end: Vec<u8>,
    start: Vec<u8>,
}

/// As [`Text`], in patterns.
pub(super) struct Pattern {
    /// The end and the beginning; group 1 is empty and stands at the edge.
    both: Regex,
    place: Place,
    /// What a whole block begins and ends with, for [`Edges::without`].
    leading: Regex,
    trailing: Regex,
}

/// Where in a match the edge is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Front,
    Back,
    Within,
}

impl Edges {
    /// The edges between such records, or groups of them, in data with this
    /// header.
    pub(super) fn new(spec: &RecordsSpec, header: &[u8]) -> Result<Self, BlocksError> {
        let records = Self::of_records(spec)?;
        Ok(match &spec.group_by {
            None => records,
            Some(column) => Self::Groups(Box::new(Groups {
                records,
                column: Column::new(column, header)?,
                fault: Cell::new(None),
            })),
        })
    }

    /// The edges between records, however they are grouped.
    pub(super) fn of_records(spec: &RecordsSpec) -> Result<Self, BlocksError> {
        let (start, end) = match (&spec.start, &spec.end) {
            (None, None) => (&b""[..], &b"\n"[..]),
            (start, end) => (
                start.as_deref().unwrap_or_default(),
                end.as_deref().unwrap_or_default(),
            ),
        };
        if start.is_empty() && end.is_empty() {
            return Ok(Self::Anywhere);
        }
        // A newline that nobody wrote is no pattern.
        let is_default = spec.start.is_none() && spec.end.is_none();
        match spec.reading {
            Reading::Pattern if !is_default => Pattern::new(start, end).map(Self::pattern),
            _ => Ok(Self::Text(Box::new(Text::new(start, end)))),
        }
    }

    fn pattern(pattern: Pattern) -> Self {
        Self::Pattern(Box::new(pattern))
    }

    /// Whether an edge can be told from the few bytes around it, so that a file
    /// can be cut without reading all of it.
    pub(super) fn is_local(&self) -> bool {
        matches!(self, Self::Anywhere | Self::Text(_))
    }

    /// Whether only whole matches within a block tell its edges: what a record
    /// begins with is no part of the one before.
    pub(super) fn are_within(&self) -> bool {
        matches!(self, Self::Pattern(pattern) if pattern.place == Place::Front)
    }

    /// How many bytes around an edge tell that it is one.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Anywhere | Self::Pattern(_) | Self::Groups(_) => 1,
            Self::Text(text) => text.end.len() + text.start.len(),
        }
    }

    /// How much of the text that tells an edge is before it.
    pub(super) fn before(&self) -> usize {
        match self {
            Self::Text(text) => text.before,
            Self::Anywhere | Self::Pattern(_) | Self::Groups(_) => 0,
        }
    }

    /// The first edge of `bytes` behind `from`, which is an edge itself.
    /// Nothing is behind it before `searched`.
    pub(super) fn next(
        &self,
        bytes: &[u8],
        from: usize,
        searched: usize,
        extent: Extent,
    ) -> Option<usize> {
        self.next_with(0, bytes, from, searched, extent)
    }

    /// As [`Edges::next`], of a record that has at least so many bytes before
    /// its end, if that is told by text.
    pub(super) fn next_with(
        &self,
        least: usize,
        bytes: &[u8],
        from: usize,
        searched: usize,
        extent: Extent,
    ) -> Option<usize> {
        match self {
            Self::Anywhere => (from < bytes.len()).then_some(from + 1),
            Self::Text(text) => {
                // An edge before any record would cut off nothing.
                let first = from + least.max(usize::from(text.before == 0));
                let first = first.max(searched.saturating_sub(self.width()));
                let found = text.forward.find(bytes.get(first..)?)?;
                Some(first + found + text.before)
            }
            Self::Pattern(pattern) => pattern.next(bytes, from, extent),
            Self::Groups(groups) => groups.next(bytes, from, extent),
        }
    }

    /// The last edge of `bytes`, for edges that are told by text.
    pub(super) fn last(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Anywhere => Some(bytes.len()).filter(|len| *len > 0),
            Self::Text(text) => {
                let found = text.backward.rfind(bytes)?;
                Some(found + text.before).filter(|edge| *edge > 0)
            }
            Self::Pattern(_) | Self::Groups(_) => self.last_of(bytes, 1, bytes.len(), Extent::Open),
        }
    }

    /// The last edge of `bytes` that is not behind `most` and has a multiple of
    /// `group` records before it.
    pub(super) fn last_of(
        &self,
        bytes: &[u8],
        group: usize,
        most: usize,
        extent: Extent,
    ) -> Option<usize> {
        let (mut edge, mut count, mut last) = (0, 0, None);
        while let Some(next) = self.next(bytes, edge, edge, extent) {
            if next > most {
                break;
            }
            edge = next;
            count += 1;
            if count == group {
                (count, last) = (0, Some(edge));
            }
        }
        last
    }

    /// Why the last edge could not be told, if there was an error.
    pub(super) fn fault(&self) -> Result<(), BlocksError> {
        match self {
            Self::Groups(groups) => groups.fault.take().map_or(Ok(()), Err),
            Self::Anywhere | Self::Text(_) | Self::Pattern(_) => Ok(()),
        }
    }

    /// `block` without what separates its records, and without what it begins
    /// and ends with.
    pub(super) fn without(&self, block: &[u8]) -> Vec<u8> {
        match self {
            Self::Anywhere => block.to_vec(),
            Self::Text(text) => text.without(block),
            Self::Pattern(pattern) => pattern.without(block),
            Self::Groups(groups) => groups.records.without(block),
        }
    }
}

impl Groups {
    /// The value of a record; none if there was an error, which is kept.
    fn value<'a>(&self, record: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let value = self.column.of(record);
        value.map_err(|error| self.fault.set(Some(error))).ok()
    }

    /// An edge is one of a group if the record behind it, which must be whole,
    /// has another value than the one before.
    fn next(&self, bytes: &[u8], from: usize, extent: Extent) -> Option<usize> {
        let mut edge = self.records.next(bytes, from, from, extent)?;
        let value = self.value(&bytes[from..edge])?;
        while edge < bytes.len() {
            let end = match (self.records.next(bytes, edge, edge, extent), extent) {
                (Some(end), _) => end,
                (None, Extent::Whole) => bytes.len(),
                (None, Extent::Open) => return None,
            };
            if self.value(&bytes[edge..end])? != value {
                return Some(edge);
            }
            edge = end;
        }
        (extent == Extent::Whole).then_some(edge)
    }
}

impl Text {
    fn new(start: &[u8], end: &[u8]) -> Self {
        let both = [end, start].concat();
        Self {
            forward: memmem::Finder::new(&both).into_owned(),
            backward: memmem::FinderRev::new(&both).into_owned(),
            before: end.len(),
            end: end.to_vec(),
            start: start.to_vec(),
        }
    }

    fn without(&self, block: &[u8]) -> Vec<u8> {
        let block = block.strip_prefix(&*self.start).unwrap_or(block);
        let mut out = Vec::with_capacity(block.len());
        let mut from = 0;
        for found in self.forward.find_iter(block) {
            out.extend_from_slice(&block[from..found]);
            from = found + self.forward.needle().len();
        }
        let rest = &block[from..];
        out.extend_from_slice(rest.strip_suffix(&*self.end).unwrap_or(rest));
        out
    }
}

impl Pattern {
    fn new(start: &[u8], end: &[u8]) -> Result<Self, BlocksError> {
        let (start_text, end_text) = (text(start, "--recstart")?, text(end, "--recend")?);
        // Each by itself first, so that an error names the right one.
        compile(start_text, "--recstart")?;
        compile(end_text, "--recend")?;
        let option = "--recend";
        Ok(Self {
            both: compile(&format!("(?:{end_text})()(?:{start_text})"), option)?,
            place: match (end.is_empty(), start.is_empty()) {
                (false, true) => Place::Back,
                (true, false) => Place::Front,
                _ => Place::Within,
            },
            leading: compile(&format!(r"\A(?:{start_text})"), option)?,
            trailing: compile(&format!(r"(?:{end_text})\z"), option)?,
        })
    }

    fn next(&self, bytes: &[u8], from: usize, extent: Extent) -> Option<usize> {
        // What a record begins with is passed over as a whole: a part of it may
        // look like the beginning of another.
        let mut at = match self.place {
            Place::Front => from + self.leading.find(bytes.get(from..)?).map_or(0, |m| m.end()),
            Place::Back | Place::Within => from,
        };
        while at <= bytes.len() {
            let (start, end, edge) = self.find(bytes, at)?;
            let is_open = extent == Extent::Open && end == bytes.len();
            if is_open {
                return None;
            }
            if edge > from {
                return Some(edge);
            }
            at = start.max(at) + 1;
        }
        None
    }

    /// A match from `at` on: where it begins, where it ends, and its edge.
    fn find(&self, bytes: &[u8], at: usize) -> Option<(usize, usize, usize)> {
        if self.place == Place::Within {
            let groups = self.both.captures_at(bytes, at)?;
            let (all, edge) = (groups.get(0)?, groups.get(1)?);
            return Some((all.start(), all.end(), edge.start()));
        }
        let all = self.both.find_at(bytes, at)?;
        let edge = match self.place {
            Place::Front => all.start(),
            Place::Back | Place::Within => all.end(),
        };
        Some((all.start(), all.end(), edge))
    }

    fn without(&self, block: &[u8]) -> Vec<u8> {
        let first = self.leading.find(block).map_or(0, |found| found.end());
        let block = &block[first..];
        let mut out = Vec::with_capacity(block.len());
        let mut from = 0;
        for found in self.both.find_iter(block) {
            out.extend_from_slice(&block[from..found.start()]);
            from = found.end();
        }
        let rest = &block[from..];
        let end = self.trailing.find(rest).map_or(rest.len(), |m| m.start());
        out.extend_from_slice(&rest[..end]);
        out
    }
}

fn text<'a>(pattern: &'a [u8], option: &'static str) -> Result<&'a str, BlocksError> {
    std::str::from_utf8(pattern).map_err(|_| BlocksError::NotUtf8 { option })
}

/// Compiles a pattern over bytes. `^` and `$` are the ends of lines: where a
/// stream begins says nothing of its records.
pub(super) fn compile(pattern: &str, option: &'static str) -> Result<Regex, BlocksError> {
    RegexBuilder::new(pattern)
        .multi_line(true)
        .unicode(false)
        .build()
        .or_else(|_| RegexBuilder::new(pattern).multi_line(true).build())
        .map_err(|error| BlocksError::Pattern {
            option,
            error: Box::new(error),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::blocks::spec::{ColumnSpec, Which};

    fn edges(start: Option<&str>, end: Option<&str>, reading: Reading) -> Edges {
        let bytes = |text: &str| text.as_bytes().to_vec();
        let spec = RecordsSpec {
            start: start.map(bytes),
            end: end.map(bytes),
            reading,
            ..RecordsSpec::default()
        };
        Edges::new(&spec, b"").unwrap()
    }

    fn all(edges: &Edges, bytes: &[u8], extent: Extent) -> Vec<usize> {
        let (mut found, mut from) = (Vec::new(), 0);
        while let Some(edge) = edges.next(bytes, from, from, extent) {
            found.push(edge);
            from = edge;
        }
        if edges.is_local() {
            assert_eq!(edges.last(bytes), found.last().copied());
        }
        let last = edges.last_of(bytes, 1, bytes.len(), extent);
        assert_eq!(last, found.last().copied());
        found
    }

    #[test]
    fn texts() {
        let lines = edges(None, None, Reading::Text);
        assert_eq!(all(&lines, b"a\n\nb\nc", Extent::Open), [2, 3, 5]);
        assert_eq!(all(&lines, b"none", Extent::Open), [0; 0]);
        let starts = edges(Some(">"), None, Reading::Text);
        assert_eq!(all(&starts, b">a>b>", Extent::Open), [2, 4]);
        assert_eq!(all(&starts, b">", Extent::Open), [0; 0]);
        let both = edges(Some(">"), Some("\n"), Reading::Text);
        assert_eq!(all(&both, b">a>x\n1\n>b\n", Extent::Open), [7]);
        assert_eq!(
            all(&edges(None, Some(""), Reading::Text), b"ab", Extent::Open),
            [1, 2]
        );
    }

    #[test]
    fn patterns_wait_for_the_end_of_a_match() {
        let digits = edges(None, Some("[0-9]+"), Reading::Pattern);
        assert_eq!(all(&digits, b"a1b22c33", Extent::Open), [2, 5]);
        assert_eq!(all(&digits, b"a1b22c33", Extent::Whole), [2, 5, 8]);
        let numbers = edges(Some("[0-9]+"), None, Reading::Pattern);
        assert_eq!(all(&numbers, b"12a13b", Extent::Whole), [3]);
        let starts = edges(Some("^>"), None, Reading::Pattern);
        assert_eq!(all(&starts, b">a>x\n>b\n>", Extent::Open), [5]);
        assert_eq!(all(&starts, b">a>x\n>b\n>", Extent::Whole), [5, 8]);
        let both = edges(Some("[A-Z]"), Some("\n+"), Reading::Pattern);
        assert_eq!(all(&both, b"A\nx\n\nB\nC", Extent::Whole), [5, 7]);
    }

    #[test]
    fn a_pattern_that_matches_nothing_cuts_anywhere_and_ends() {
        let any = edges(None, Some("x*"), Reading::Pattern);
        assert_eq!(all(&any, b"axxb", Extent::Whole), [3, 4]);
    }

    #[test]
    fn groups_end_where_a_column_changes() {
        let spec = RecordsSpec {
            group_by: Some(ColumnSpec {
                which: Which::Named("b".into()),
                separator: ",".into(),
                key: None,
            }),
            ..RecordsSpec::default()
        };
        let groups = Edges::new(&spec, b"a,b\n").unwrap();
        let text = b"1,x\n2,x\n3,y\n4,y";
        assert_eq!(all(&groups, text, Extent::Whole), [8, 15]);
        assert_eq!(all(&groups, text, Extent::Open), [8]);
        assert_eq!(all(&groups, b"1,x\n2,x\n3,", Extent::Open), [0; 0]);
        let unknown = Edges::new(&spec, b"a,c\n").err().unwrap();
        assert_eq!(
            unknown.to_string(),
            "the header names no column b; give --header, or the number of the column"
        );
    }

    #[test]
    fn separators_are_taken_out() {
        let without =
            |edges: &Edges, text: &str| String::from_utf8(edges.without(text.as_bytes())).unwrap();
        let both = edges(Some(">"), Some("\n"), Reading::Text);
        assert_eq!(without(&both, ">a\n>b\n>c\n"), "abc");
        let end = edges(None, Some("--"), Reading::Text);
        assert_eq!(without(&end, "a--b--"), "ab");
        assert_eq!(without(&end, "a--b"), "ab");
        let digits = edges(Some("<+"), Some("[0-9]+"), Reading::Pattern);
        assert_eq!(without(&digits, "<<a1<b22<<<c333"), "abc");
    }

    #[test]
    fn bad_patterns_are_refused_by_option() {
        let refused = |start: Option<&[u8]>, end: Option<&[u8]>| {
            let spec = RecordsSpec {
                start: start.map(<[u8]>::to_vec),
                end: end.map(<[u8]>::to_vec),
                reading: Reading::Pattern,
                ..RecordsSpec::default()
            };
            Edges::new(&spec, b"").err().unwrap().to_string()
        };
        assert!(refused(Some(b"("), None).contains("--recstart"));
        assert!(refused(None, Some(b"a)(b")).contains("--recend"));
        assert!(refused(None, Some(b"\xff")).contains("not UTF-8"));
    }
}
