//! Directory names made of values.
//!
//! Boundary: bytes to a path, nothing is looked at. A value is one name, or
//! none if it is empty, whatever is in it: it cannot lead out of its directory.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::template::Record;

/// The directory of a job: a number, or the column's name, and its value, for
/// each column of each input.
pub(super) fn of(root: &Path, names: &[(Vec<u8>, usize)], records: &[Record]) -> PathBuf {
    let mut path = root.to_path_buf();
    for record in records {
        for (column, value) in record.iter().enumerate() {
            match names.iter().find(|(_, place)| *place == column) {
                Some((name, _)) => push(&mut path, name),
                None => path.push((column + 1).to_string()),
            }
            push(&mut path, value);
        }
    }
    path
}

fn push(path: &mut PathBuf, value: &[u8]) {
    if !value.is_empty() {
        path.push(OsStr::from_bytes(&escape(value)));
    }
}

/// A value as one name: GNU parallel's form, with `\.` for a dot that would
/// be the directory itself or the one above.
fn escape(value: &[u8]) -> Vec<u8> {
    let mut name = Vec::with_capacity(value.len());
    if value == b"." || value == b".." {
        name.push(b'\\');
    }
    for byte in value {
        match byte {
            b'/' => name.extend(b"\\_"),
            b'\\' => name.extend(b"\\\\"),
            b'\t' => name.extend(b"\\t"),
            0 => name.extend(b"\\0"),
            byte => name.push(*byte),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_single_names() {
        for (value, name) in [
            (b"a b".as_slice(), b"a b".as_slice()),
            (b"a/b", b"a\\_b"),
            (b"q\\w", b"q\\\\w"),
            (b"x\ty\0", b"x\\ty\\0"),
            (b".", b"\\."),
            (b"..", b"\\.."),
            (b"...", b"..."),
            (b"nl\nx", b"nl\nx"),
            (b"\xff", b"\xff"),
        ] {
            assert_eq!(escape(value), name);
        }
    }

    #[test]
    fn columns_have_their_name_or_their_number() {
        let mut record = Record::new();
        for value in [b"a".as_slice(), b"", b"b/c"] {
            record.push(value);
        }
        let names = [(b"size".to_vec(), 2)];
        let path = of(Path::new("out"), &names, &[record, Record::single(b"d")]);
        assert_eq!(path, Path::new("out/1/a/2/size/b\\_c/1/d"));
    }

    proptest! {
        /// However a value looks, it is one name below its column, and two values never have the same name.
        #[test]
        fn a_name_is_of_one_value(one in proptest::collection::vec(any::<u8>(), 1..6), other in proptest::collection::vec(any::<u8>(), 1..6)) {
            let path = |value: &[u8]| of(Path::new("r"), &[], &[Record::single(value)]);
            let components: Vec<_> = path(&one).components().map(|part| part.as_os_str().to_owned()).collect();
            prop_assert_eq!(components.len(), 3);
            prop_assert!(!matches!(components[2].as_bytes(), b"." | b".."));
            prop_assert_eq!(one == other, path(&one) == path(&other));
        }
    }
}
