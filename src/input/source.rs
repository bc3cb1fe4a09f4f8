//! One source: values one by one, each as columns.
//!
//! Boundary: reads, drops, ends and continues values (`-E`, `-r`, `-L`), and
//! has `columns` cut them; how sources are combined is `link`'s and `combine`'s.

use std::io::{self, Read};
use std::sync::Arc;

use memchr::memchr;

use super::Record;
use super::columns::{Splitter, TooMany, Width, is_space};
use super::error::{InputError, Origin};
use super::reader::{Nuls, RecordReader};
use super::separator::Separator;
use super::spec::{EmptyInputs, Rules, Trim};
use super::table::{Cursor, Table};

/// Where the values are.
enum Feed {
    Reader(Box<RecordReader>),
    Words {
        words: Arc<[Vec<u8>]>,
        next: usize,
    },
    /// Columns that have been cut before; nothing is done to them any more.
    Stored(Cursor),
}

/// Whether a line that ends in a blank goes on in the next one (`-L`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    Plain,
    Continued,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Live,
    Ended,
}

/// What is done to the values of every source.
#[derive(Clone, Debug)]
pub(super) struct Treatment {
    pub(super) splitter: Splitter,
    pub(super) empty: EmptyInputs,
    pub(super) eof: Option<Vec<u8>>,
    pub(super) rules: Rules,
}

/// A source that has been opened.
pub(super) struct Source {
    origin: Origin,
    feed: Feed,
    treatment: Treatment,
    lines: Lines,
    /// Records read so far.
    number: u64,
    /// The start of a value that goes on; it ends in a blank.
    carry: Vec<u8>,
    state: State,
    empty: Empty,
}

/// What a source without any value gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Empty {
    /// Nothing; or it is not empty.
    Nothing,
    /// One empty value, as GNU parallel has it beside other sources: a product
    /// with nothing would be nothing.
    OneValue,
    /// That value has been given.
    StoodIn,
}

impl Source {
    /// A source that streams.
    pub(super) fn reader(
        origin: Origin,
        from: Box<dyn Read + Send>,
        separator: &Separator,
        treatment: Treatment,
    ) -> Self {
        let reader = RecordReader::new(from, separator);
        Self::new(origin, Feed::Reader(Box::new(reader)), treatment)
    }

    /// Words of the command line; `position` is the source's, from 1.
    pub(super) fn words(position: usize, words: Vec<Vec<u8>>, treatment: Treatment) -> Self {
        let words = words.into();
        Self::new(
            Origin::Words(position),
            Feed::Words { words, next: 0 },
            treatment,
        )
    }

    fn new(origin: Origin, feed: Feed, treatment: Treatment) -> Self {
        Self {
            origin,
            feed,
            treatment,
            lines: Lines::Plain,
            number: 0,
            carry: Vec::new(),
            state: State::Live,
            empty: Empty::Nothing,
        }
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Makes it give one empty value if it has none.
    pub(super) fn never_empty(&mut self) {
        self.empty = Empty::OneValue;
    }

    /// Whether the value it gave is the one of a source that has none.
    pub(super) fn stood_in(&self) -> bool {
        self.empty == Empty::StoodIn
    }

    pub(super) fn set_lines(&mut self, lines: Lines) {
        self.lines = lines;
    }

    /// As [`Self::next`], of a header as GNU parallel reads it: names are not
    /// trimmed, but for a carriage return at the end of the line.
    pub(super) fn next_header(&mut self, record: &mut Record) -> Result<bool, InputError> {
        let trimming = self.treatment.splitter.clone();
        self.treatment.splitter.set_trim(Trim::Nothing);
        let mut header = Record::new();
        let found = self.next(&mut header);
        self.treatment.splitter = trimming;
        let last = header.len().saturating_sub(1);
        for (at, name) in header.iter().enumerate() {
            let bare = name.strip_suffix(b"\r").filter(|_| at == last);
            record.push(bare.unwrap_or(name));
        }
        found
    }

    pub(super) fn set_width(&mut self, width: Width) {
        self.treatment.splitter.set_width(width);
    }

    /// Adds the columns of the next value to `record`; false at the end. After
    /// an error there are no more values.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool, InputError> {
        if self.state == State::Ended {
            return Ok(false);
        }
        if let Feed::Stored(cursor) = &mut self.feed {
            return Ok(cursor.next(record));
        }
        let read = self.read(record);
        if !matches!(read, Ok(true)) {
            self.state = State::Ended;
        }
        if self.empty != Empty::OneValue {
            return read;
        }
        self.empty = Empty::Nothing;
        if let Ok(false) = read {
            record.push(b"");
            self.empty = Empty::StoodIn;
            return Ok(true);
        }
        read
    }

    fn read(&mut self, record: &mut Record) -> Result<bool, InputError> {
        self.carry.clear();
        let blank_lines_count = self.treatment.rules == Rules::Gnu || self.lines == Lines::Plain;
        let dropping = !blank_lines_count || self.treatment.empty == EmptyInputs::Drop;
        loop {
            let read = self.feed.next().map_err(|error| InputError::Read {
                origin: self.origin.clone(),
                number: self.number,
                error,
            })?;
            let eof = self.treatment.eof.as_deref();
            let Some((value, nuls)) = read.filter(|&(value, _)| eof != Some(value)) else {
                self.state = State::Ended;
                if self.carry.is_empty() {
                    return Ok(false);
                }
                break;
            };
            self.number += 1;
            if nuls == Nuls::Seen && memchr(0, value).is_some() {
                return Err(InputError::Nul {
                    origin: self.origin.clone(),
                    number: self.number,
                });
            }
            if dropping && self.carry.is_empty() && value.iter().all(|&byte| is_space(byte)) {
                continue;
            }
            // Not every white space: a file with CR LF would be one long line.
            let goes_on =
                self.lines == Lines::Continued && matches!(value.last(), Some(b' ' | b'\t'));
            let splitter = &self.treatment.splitter;
            if !self.carry.is_empty() && splitter.goes_on(&self.carry) {
                self.carry.push(b'\n');
                self.carry.extend_from_slice(value);
                if splitter.goes_on(&self.carry) {
                    continue;
                }
                break;
            }
            if splitter.goes_on(value) {
                self.carry.extend_from_slice(value);
                continue;
            }
            if self.carry.is_empty() && !goes_on {
                return match self.treatment.splitter.push(value, record) {
                    Ok(()) => Ok(true),
                    Err(many) => Err(self.too_many(many)),
                };
            }
            self.carry.extend_from_slice(value);
            if !goes_on {
                break;
            }
        }
        match self.treatment.splitter.push(&self.carry, record) {
            Ok(()) => Ok(true),
            Err(many) => Err(self.too_many(many)),
        }
    }

    fn too_many(&self, many: TooMany) -> InputError {
        InputError::TooManyColumns {
            origin: self.origin.clone(),
            number: self.number,
            found: many.found,
            expected: many.expected,
        }
    }

    /// Reads all values that are left into memory.
    pub(super) fn store(&mut self) -> Result<(), InputError> {
        if matches!(self.feed, Feed::Stored(_)) {
            return Ok(());
        }
        let mut table = Table::default();
        let mut record = Record::new();
        while self.next(&mut record)? {
            table.push(&record);
            record.clear();
        }
        self.feed = Feed::Stored(Cursor::new(table));
        self.state = State::Live;
        Ok(())
    }

    /// The same source a second time, where its values are in memory.
    pub(super) fn duplicate(&self) -> Option<Self> {
        let feed = match &self.feed {
            Feed::Reader(_) => return None,
            Feed::Words { words, next } => Feed::Words {
                words: Arc::clone(words),
                next: *next,
            },
            Feed::Stored(cursor) => Feed::Stored(cursor.clone()),
        };
        let mut copy = Self::new(self.origin.clone(), feed, self.treatment.clone());
        copy.lines = self.lines;
        copy.number = self.number;
        copy.state = self.state;
        copy.empty = self.empty;
        Some(copy)
    }

    /// How many values there are, where that is known without reading: before
    /// the first one is taken.
    pub(super) fn count(&self) -> Option<usize> {
        if let Feed::Stored(cursor) = &self.feed {
            return Some(cursor.len());
        }
        let mut copy = self.duplicate()?;
        let mut record = Record::new();
        let mut count = 0;
        while copy.next(&mut record).ok()? {
            record.clear();
            count += 1;
        }
        Some(count)
    }
}

impl Feed {
    fn next(&mut self) -> io::Result<Option<(&[u8], Nuls)>> {
        match self {
            Self::Reader(reader) => reader.next(),
            Self::Words { words, next } => {
                let word = words.get(*next);
                *next += 1;
                Ok(word.map(|word| (word.as_slice(), Nuls::Seen)))
            }
            // Taken before: stored columns are not read again.
            Self::Stored(_) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::spec::{BatchSpec, SourcesSpec};
    use super::super::testing::{drain, jobs, linked, open, sources, stdin, words};
    use super::*;

    fn spec() -> SourcesSpec {
        SourcesSpec {
            sources: vec![stdin()],
            ..SourcesSpec::default()
        }
    }

    #[test]
    fn an_empty_line_is_an_input_unless_dropped() {
        let bytes = &b"a\n\n \t\nb"[..];
        assert_eq!(jobs(open(spec(), bytes)), ["[a]", "[]", "[ \\t]", "[b]"]);
        let drop = SourcesSpec {
            empty: EmptyInputs::Drop,
            ..spec()
        };
        assert_eq!(jobs(open(drop, bytes)), ["[a]", "[b]"]);
    }

    #[test]
    fn dropped_values_move_a_linked_source_as_in_gnu() {
        let drop = SourcesSpec {
            sources: vec![words(&["a", "", "b"]), linked(&["1", "2", "3"])],
            empty: EmptyInputs::Drop,
            ..SourcesSpec::default()
        };
        assert_eq!(jobs(open(drop, &b""[..])), ["[a][1]", "[b][2]"]);
    }

    #[test]
    fn a_source_ends_at_the_eof_value() {
        let eof = SourcesSpec {
            sources: vec![words(&["a", "E", "c"]), stdin()],
            eof: Some(b"E".to_vec()),
            ..SourcesSpec::default()
        };
        assert_eq!(jobs(open(eof, &b"1\n2\nE\n3\n"[..])), ["[a][1]", "[a][2]"]);
    }

    #[test]
    fn a_word_is_one_value_and_bytes_pass() {
        let spec = SourcesSpec {
            sources: vec![words(&["a\nb", "c,d"])],
            separator: Separator::Bytes(b",".to_vec()),
            ..SourcesSpec::default()
        };
        assert_eq!(jobs(open(spec, &b""[..])), ["[a\\nb]", "[c,d]"]);
        assert_eq!(
            jobs(open(self::spec(), &b"\xff\x1b\xc3\n"[..])),
            ["[\\xff\\x1b\\xc3]"]
        );
    }

    #[test]
    fn a_nul_is_an_error_that_names_its_record() {
        let (jobs, error) = drain(&mut open(spec(), &b"a\nb\0\nc\n"[..]));
        assert_eq!(jobs, ["[a]"]);
        let message = error.unwrap().to_string();
        assert!(
            message.starts_with("record 2 of standard input holds a NUL byte"),
            "{message}"
        );
        assert!(message.ends_with("use -0"), "{message}");
        let words = SourcesSpec {
            sources: vec![words(&["a\0"])],
            ..SourcesSpec::default()
        };
        let (_, error) = drain(&mut open(words, &b""[..]));
        let message = error.unwrap().to_string();
        assert!(
            message.starts_with("record 1 of the words of input source 1"),
            "{message}"
        );
    }

    #[test]
    fn a_failing_read_ends_the_inputs_after_those_before_it() {
        let failing = super::super::testing::Failing::after(b"a\nb\ntorn");
        let (jobs, error) = drain(&mut open(spec(), failing));
        assert_eq!(jobs, ["[a]", "[b]"]);
        let message = error.unwrap().to_string();
        assert!(
            message.starts_with("cannot read inputs from standard input after record 2: "),
            "{message}"
        );
    }

    #[test]
    fn a_line_that_ends_in_a_blank_goes_on() {
        let lines = |bytes: &'static [u8], lines| {
            let batch = BatchSpec {
                lines: Some(lines),
                ..BatchSpec::default()
            };
            jobs(sources(spec(), bytes).unwrap().batched(batch))
        };
        assert_eq!(lines(b"a \nb\n\n \nc\nd\n", 2), ["[a b] [c]", "[d]"]);
        assert_eq!(lines(b"a \nb\t\nc\r\nd ", 1), ["[a b\\tc\\r]", "[d ]"]);
        assert_eq!(lines(b"a \n\nb\n", 1), ["[a ]", "[b]"]);
    }
}
