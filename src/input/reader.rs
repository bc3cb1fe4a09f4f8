//! A byte stream as records.
//!
//! Boundary: finds separators, nothing more; what a record means is `source`'s.
//! A record is given out as soon as its separator has been read: a slow
//! producer holds back only what it has not written. One buffer serves the
//! whole stream; it grows to the longest record.

use std::io::{self, Read};

use memchr::memchr;

use super::separator::{Finder, Separator};

/// Bytes asked for at once; also the size of a pipe on Linux, pipe(7).
const CHUNK: usize = 64 * 1024;

/// Room below which unread bytes move to the front of the buffer.
const LOW: usize = 16 * 1024;

/// Whether a NUL byte has been read where it is no separator. Known per
/// chunk, so that clean input is not searched record by record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nuls {
    None,
    Seen,
}

#[derive(PartialEq, Eq)]
enum State {
    Open,
    Ended,
}

/// Reads records; after an error there are none.
pub(super) struct RecordReader {
    from: Box<dyn Read + Send>,
    finder: Finder,
    buffer: Vec<u8>,
    /// Unread bytes are `buffer[start..end]`.
    start: usize,
    end: usize,
    /// No separator begins before this: a long record is searched once.
    searched: usize,
    nuls: Nuls,
    state: State,
}

impl RecordReader {
    pub(super) fn new(from: Box<dyn Read + Send>, separator: &Separator) -> Self {
        Self {
            from,
            finder: Finder::new(separator),
            buffer: Vec::new(),
            start: 0,
            end: 0,
            searched: 0,
            nuls: Nuls::None,
            state: State::Open,
        }
    }

    /// The next record without its separator, and whether it may hold a NUL;
    /// bytes after the last separator are a record too.
    pub(super) fn next(&mut self) -> io::Result<Option<(&[u8], Nuls)>> {
        let (from, to) = loop {
            if let Some(at) = self.finder.find(&self.buffer[self.searched..self.end]) {
                let from = self.start;
                let to = self.searched + at;
                self.start = to + self.finder.len();
                self.searched = self.start;
                break (from, to);
            }
            // The first bytes of a separator may be the last ones read.
            let kept = self.finder.len() - 1;
            self.searched = self
                .searched
                .max(self.end.saturating_sub(kept))
                .max(self.start);
            if self.state == State::Open && self.fill()? {
                continue;
            }
            if self.start == self.end {
                return Ok(None);
            }
            let from = self.start;
            self.start = self.end;
            self.searched = self.end;
            break (from, self.end);
        };
        Ok(Some((&self.buffer[from..to], self.nuls)))
    }

    /// Reads once; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        self.make_room();
        let room = &mut self.buffer[self.end..];
        let count = loop {
            match self.from.read(room) {
                Ok(count) => break count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    // The torn record is no input.
                    self.state = State::Ended;
                    self.start = self.end;
                    self.searched = self.end;
                    return Err(error);
                }
            }
        };
        if count == 0 {
            // A terminal would be read on after its end: it is not asked again.
            self.state = State::Ended;
            return Ok(false);
        }
        if self.nuls == Nuls::None
            && !matches!(self.finder, Finder::Byte(0))
            && memchr(0, &room[..count]).is_some()
        {
            self.nuls = Nuls::Seen;
        }
        self.end += count;
        Ok(true)
    }

    fn make_room(&mut self) {
        if self.start > 0 && (self.start == self.end || self.buffer.len() - self.end < LOW) {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.searched -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < LOW {
            let size = (self.buffer.len() * 2).max(CHUNK);
            self.buffer.resize(size, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{Chunks, Failing};
    use super::*;

    fn read_all(from: impl Read + Send + 'static, separator: &Separator) -> Vec<Vec<u8>> {
        let mut reader = RecordReader::new(Box::new(from), separator);
        let mut records = Vec::new();
        while let Some((record, _)) = reader.next().unwrap() {
            records.push(record.to_vec());
        }
        assert!(reader.next().unwrap().is_none());
        records
    }

    /// The records by looking at every position.
    fn model(bytes: &[u8], separator: &[u8]) -> Vec<Vec<u8>> {
        let mut records = Vec::new();
        let mut from = 0;
        let mut at = 0;
        while at + separator.len() <= bytes.len() {
            if &bytes[at..at + separator.len()] == separator {
                records.push(bytes[from..at].to_vec());
                at += separator.len();
                from = at;
            } else {
                at += 1;
            }
        }
        if from < bytes.len() {
            records.push(bytes[from..].to_vec());
        }
        records
    }

    #[test]
    fn lines_nuls_and_strings() {
        let of = |bytes: &'static [u8], separator| read_all(bytes, &separator);
        assert_eq!(of(b"a\r\n\nb", Separator::Line), [&b"a\r"[..], b"", b"b"]);
        assert_eq!(of(b"", Separator::Line), Vec::<Vec<u8>>::new());
        assert_eq!(of(b"\n", Separator::Line), [b""]);
        assert_eq!(of(b"a\nb\0\0", Separator::Nul), [&b"a\nb"[..], b""]);
        let comma = Separator::Bytes(b",".to_vec());
        assert_eq!(of(b"a,b,c\n", comma), [&b"a"[..], b"b", b"c\n"]);
        let dashes = Separator::Bytes(b"--".to_vec());
        assert_eq!(of(b"a---b--", dashes), [&b"a"[..], b"-b"]);
    }

    #[test]
    fn a_long_record_grows_the_buffer() {
        let mut bytes = vec![b'x'; 5 * CHUNK];
        bytes.push(b'\n');
        bytes.extend_from_slice(b"y\n");
        let records = read_all(Chunks::new(bytes, vec![CHUNK - 1]), &Separator::Line);
        assert_eq!(records[0].len(), 5 * CHUNK);
        assert_eq!(records[1], b"y");
    }

    #[test]
    fn short_records_do_not_grow_it() {
        let bytes = b"some input\n".repeat(100_000);
        let mut reader = RecordReader::new(Box::new(io::Cursor::new(bytes)), &Separator::Line);
        while reader.next().unwrap().is_some() {}
        assert_eq!(reader.buffer.len(), CHUNK);
    }

    #[test]
    fn an_error_ends_the_stream_and_drops_the_torn_record() {
        let mut reader = RecordReader::new(Box::new(Failing::after(b"a\nto")), &Separator::Line);
        assert_eq!(reader.next().unwrap(), Some((&b"a"[..], Nuls::None)));
        assert!(reader.next().is_err());
        assert_eq!(reader.next().unwrap(), None);
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_records(
            bytes in proptest::collection::vec(prop::sample::select(b"a-,\n\0\xff".to_vec()), 0..200),
            sizes in proptest::collection::vec(1_usize..9, 1..20),
            separator in prop::sample::select(vec![
                Separator::Line,
                Separator::Nul,
                Separator::Bytes(b",".to_vec()),
                Separator::Bytes(b"--".to_vec()),
                Separator::Bytes(b"-,-".to_vec()),
                Separator::Bytes(b"aa\xff".to_vec()),
            ]),
        ) {
            let literal = match &separator {
                Separator::Line => b"\n".to_vec(),
                Separator::Nul => b"\0".to_vec(),
                Separator::Bytes(bytes) => bytes.clone(),
            };
            let records = read_all(Chunks::new(bytes.clone(), sizes), &separator);
            prop_assert_eq!(records, model(&bytes, &literal));
        }
    }
}
