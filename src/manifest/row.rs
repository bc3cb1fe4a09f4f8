//! A row of the manifest, and rows as records that sort as a tree does.
//!
//! Boundary: bytes in a record; no order but that of bytes.
//!
//! In a record the slashes of a path are NULs, which no name has: so a
//! directory comes straight before all that is in it, and `a-b` behind `a/c`.

use crate::copy::survey::Amount;

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A directory, with all that is in it.
    Directory,
    /// Anything else: its directory was cut.
    Leaf,
}

/// What is dealt out as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The path below the source.
    pub(super) path: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) amount: Amount,
}

/// Two NULs end a path: a name is never empty.
const END: [u8; 2] = [0, 0];

/// Bytes behind the path: its end, the kind, three numbers.
const TAIL: usize = 2 + 1 + 3 * 8;

impl Row {
    /// The record, in the place of what `record` holds.
    pub(super) fn write(&self, record: &mut Vec<u8>) {
        record.clear();
        record.extend(key(&self.path));
        record.extend_from_slice(&END);
        record.push(match self.kind {
            Kind::Directory => b'd',
            Kind::Leaf => b'l',
        });
        let Amount {
            entries,
            bytes,
            allocated,
        } = self.amount;
        for number in [entries, bytes, allocated] {
            record.extend_from_slice(&number.to_be_bytes());
        }
    }

    /// The row of a record that [`Row::write`] made.
    pub(super) fn read(record: &[u8]) -> Option<Self> {
        let (path, tail) = record.split_at_checked(record.len().checked_sub(TAIL)?)?;
        let number = |place: usize| {
            let bytes = tail.get(3 + 8 * place..11 + 8 * place)?;
            Some(u64::from_be_bytes(bytes.try_into().ok()?))
        };
        Some(Self {
            path: path_of(path),
            kind: if tail[2] == b'd' {
                Kind::Directory
            } else {
                Kind::Leaf
            },
            amount: Amount {
                entries: number(0)?,
                bytes: number(1)?,
                allocated: number(2)?,
            },
        })
    }
}

/// A path as it is in records.
pub(super) fn key(path: &[u8]) -> impl Iterator<Item = u8> + '_ {
    path.iter()
        .map(|byte| if *byte == b'/' { 0 } else { *byte })
}

/// The path of a key.
pub(super) fn path_of(key: &[u8]) -> Vec<u8> {
    let byte = |byte: &u8| if *byte == 0 { b'/' } else { *byte };
    key.iter().map(byte).collect()
}

/// A path that sorts behind all that is in it.
pub(super) fn upward(path: &[u8], record: &mut Vec<u8>) {
    record.clear();
    // The other way round, and longer paths first: 0xff, of a slash, would come
    // last, and an end has to come behind it. So each byte takes two.
    for byte in key(path) {
        record.extend_from_slice(&[0, 255 - byte]);
    }
    record.push(1);
}

/// The path of a record that [`upward`] made.
pub(super) fn upward_path(record: &[u8]) -> Vec<u8> {
    let bytes: Vec<u8> = record.chunks_exact(2).map(|pair| 255 - pair[1]).collect();
    path_of(&bytes)
}

/// Whether a path is below a directory.
pub(super) fn is_below(path: &[u8], directory: &[u8]) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.first() == Some(&b'/'))
}

/// The directory that an entry is in; that of the first level is empty.
pub(super) fn above(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|byte| *byte == b'/');
    slash.map_or(b"", |slash| &path[..slash])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_comes_straight_before_what_is_in_it() {
        let mut records: Vec<Vec<u8>> = ["b", "a-b", "a/c", "a", "a\u{1}", "a/c/d", "a/c-"]
            .iter()
            .map(|path| {
                let mut record = Vec::new();
                row(path).write(&mut record);
                record
            })
            .collect();
        records.sort();
        let paths: Vec<Vec<u8>> = records
            .iter()
            .map(|record| Row::read(record).unwrap().path)
            .collect();
        let expected = ["a", "a/c", "a/c/d", "a/c-", "a\u{1}", "a-b", "b"];
        assert_eq!(paths, expected.map(|path| path.as_bytes().to_vec()));
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let mut record = Vec::new();
        let row = Row {
            path: b"a/\xff\n/-".to_vec(),
            kind: Kind::Leaf,
            amount: Amount {
                entries: 0,
                bytes: u64::MAX,
                allocated: 512,
            },
        };
        row.write(&mut record);
        assert_eq!(Row::read(&record), Some(row));
        assert_eq!(Row::read(b"short"), None);
    }

    #[test]
    fn upward_the_innermost_come_first() {
        let mut records: Vec<Vec<u8>> = ["", "a", "a/b", "a-b", "b\u{1}", "b", "a/b/c"]
            .iter()
            .map(|path| {
                let mut record = Vec::new();
                upward(path.as_bytes(), &mut record);
                record
            })
            .collect();
        records.sort();
        let paths: Vec<Vec<u8>> = records.iter().map(|record| upward_path(record)).collect();
        for (at, path) in paths.iter().enumerate() {
            let later = &paths[at + 1..];
            assert!(
                !later.iter().any(|other| is_below(other, path)),
                "{paths:?}"
            );
        }
        assert_eq!(paths.last(), Some(&Vec::new()));
    }

    fn row(path: &str) -> Row {
        Row {
            path: path.as_bytes().to_vec(),
            kind: Kind::Directory,
            amount: Amount::default(),
        }
    }
}
