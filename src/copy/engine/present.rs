//! What was in a directory of the destination before the copy came to it.
//!
//! Boundary: read once, when the first entry asks; who makes or removes a name
//! is elsewhere. A name that was free need not be looked at before it is made:
//! on a network file system that is one wait on the server less for each file.

use std::ffi::{CStr, CString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

use rustix::fd::BorrowedFd;
use rustix::fs::Dir;
use rustix::io::{Errno, fcntl_dupfd_cloexec};

use super::place::is_temporary;

/// How many names are kept. In a directory that has more each is looked at.
const MOST: usize = 4096;

/// What was in one directory.
#[derive(Default)]
pub(super) struct Present(OnceLock<Listing>);

struct Listing {
    /// Digests of the names, in order; nothing if they are not all known. Two
    /// names may share one: then a free name is looked at, and found free.
    names: Option<Vec<u64>>,
    /// Names that have the form of temporary ones.
    temporaries: Vec<CString>,
    /// What kept it from being read.
    failed: Option<Errno>,
}

impl Present {
    /// Of a directory that was not there.
    pub(super) fn nothing() -> Self {
        let listing = Listing {
            names: Some(Vec::new()),
            temporaries: Vec::new(),
            failed: None,
        };
        Self(OnceLock::from(listing))
    }

    /// Whether a name was free. False also where that is not known.
    pub(super) fn lacks(&self, to: BorrowedFd<'_>, name: &CStr) -> bool {
        let Some(names) = &self.listing(to).names else {
            return false;
        };
        names.binary_search(&digest(name)).is_err()
    }

    /// The names that an earlier run may have left behind, and what kept the
    /// directory from being read to its end.
    pub(super) fn temporaries(&self, to: BorrowedFd<'_>) -> (&[CString], Option<Errno>) {
        let listing = self.listing(to);
        (&listing.temporaries, listing.failed)
    }

    fn listing(&self, to: BorrowedFd<'_>) -> &Listing {
        self.0.get_or_init(|| Listing::read(to))
    }
}

impl Listing {
    fn read(to: BorrowedFd<'_>) -> Self {
        let mut names = Vec::new();
        let mut temporaries = Vec::new();
        let failed = (|| {
            // The same open file, which nobody else reads by: opening it once
            // more would ask a file server.
            for entry in Dir::new(fcntl_dupfd_cloexec(to, 0)?)? {
                let entry = entry?;
                let name = entry.file_name();
                if matches!(name.to_bytes(), b"." | b"..") {
                    continue;
                }
                if is_temporary(name) {
                    temporaries.push(name.to_owned());
                }
                if names.len() <= MOST {
                    names.push(digest(name));
                }
            }
            Ok(())
        })();
        let is_known = failed.is_ok() && names.len() <= MOST;
        names.sort_unstable();
        names.shrink_to_fit();
        Self {
            names: is_known.then_some(names),
            temporaries,
            failed: failed.err(),
        }
    }
}

fn digest(name: &CStr) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.to_bytes().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::fs::{File, write};
    use std::os::fd::AsFd;

    use super::*;

    fn lacks(present: &Present, dir: &File, name: &str) -> bool {
        present.lacks(dir.as_fd(), &CString::new(name).unwrap())
    }

    #[test]
    fn what_was_there_is_known_by_its_name_and_what_comes_later_is_not() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b\nc", ".prun.0123abcd"] {
            write(dir.path().join(name), "").unwrap();
        }
        let opened = File::open(dir.path()).unwrap();
        let present = Present::default();
        for name in ["a", "b\nc", ".prun.0123abcd"] {
            assert!(!lacks(&present, &opened, name), "{name:?}");
        }
        assert!(lacks(&present, &opened, "d"));
        write(dir.path().join("d"), "").unwrap();
        assert!(lacks(&present, &opened, "d"), "it is read once");
        let (temporaries, failed) = present.temporaries(opened.as_fd());
        assert_eq!(temporaries, [c".prun.0123abcd".to_owned()]);
        assert_eq!(failed, None);
        assert!(lacks(&Present::nothing(), &opened, "a"));
    }

    #[test]
    fn in_a_directory_of_very_many_each_is_looked_at() {
        let dir = tempfile::tempdir().unwrap();
        for at in 0..MOST {
            write(dir.path().join(at.to_string()), "").unwrap();
        }
        let opened = File::open(dir.path()).unwrap();
        assert!(lacks(&Present::default(), &opened, "new"));
        write(dir.path().join(".prun.0123abcd"), "").unwrap();
        let opened = File::open(dir.path()).unwrap();
        let present = Present::default();
        assert!(!lacks(&present, &opened, "new"));
        assert_eq!(present.temporaries(opened.as_fd()).0.len(), 1);
    }

    #[test]
    fn what_cannot_be_read_lacks_nothing() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path().join("file"), "").unwrap();
        let file = File::open(dir.path().join("file")).unwrap();
        let present = Present::default();
        assert!(!lacks(&present, &file, "a"));
        assert_eq!(
            present.temporaries(file.as_fd()),
            (&[][..], Some(Errno::NOTDIR))
        );
    }
}
