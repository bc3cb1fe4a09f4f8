//! `--header`: what is taken off the front of the data.
//!
//! Boundary: looks at the beginning of the data as far as it has been read, and
//! says how long the header is, or that more must be read to know.

use regex::bytes::Regex;

use super::edges::{Extent, compile};
use super::error::BlocksError;
use super::spec::HeaderSpec;

/// How much data behind a match shows that it does not go on: the beginning of
/// one more line of a header looks like no header.
const BEHIND: usize = 1 << 20;

/// A header to be found.
pub(super) enum Head {
    /// There is none.
    None,
    /// So many lines.
    Lines(usize),
    /// So many lines, or nothing.
    WholeLines(usize),
    /// What this matches.
    Pattern(Box<Regex>),
}

/// What the beginning of the data tells of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It is so long.
    Len(usize),
    /// Only more of the data can tell.
    More,
}

impl Head {
    pub(super) fn new(spec: &HeaderSpec) -> Result<Self, BlocksError> {
        Ok(match spec {
            HeaderSpec::None | HeaderSpec::Lines(0) | HeaderSpec::WholeLines(0) => Self::None,
            HeaderSpec::WholeLines(lines) => Self::WholeLines(*lines),
            HeaderSpec::Lines(lines) => Self::Lines(*lines),
            HeaderSpec::Pattern(pattern) => {
                compile(pattern, "--header")?;
                Self::Pattern(Box::new(compile(&format!(r"\A(?:{pattern})"), "--header")?))
            }
        })
    }

    /// The length of the header of the data that begins with `bytes`.
    pub(super) fn find(&self, bytes: &[u8], extent: Extent) -> Found {
        match self {
            Self::None => Found::Len(0),
            Self::Lines(lines) | Self::WholeLines(lines) => {
                let mut ends = memchr::memchr_iter(b'\n', bytes);
                match (ends.nth(lines - 1), extent) {
                    (Some(end), _) => Found::Len(end + 1),
                    (None, Extent::Whole) if matches!(self, Self::WholeLines(_)) => Found::Len(0),
                    (None, Extent::Whole) => Found::Len(bytes.len()),
                    (None, Extent::Open) => Found::More,
                }
            }
            Self::Pattern(regex) => {
                let len = regex.find(bytes).map_or(0, |found| found.end());
                if extent == Extent::Open && bytes.len() - len < BEHIND {
                    Found::More
                } else {
                    Found::Len(len)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_patterns() {
        let lines = Head::new(&HeaderSpec::Lines(2)).unwrap();
        assert_eq!(lines.find(b"a\nb", Extent::Open), Found::More);
        assert_eq!(lines.find(b"a\nb", Extent::Whole), Found::Len(3));
        assert_eq!(lines.find(b"a\nb\nc", Extent::Open), Found::Len(4));
        let whole = Head::new(&HeaderSpec::WholeLines(2)).unwrap();
        assert_eq!(whole.find(b"a\nb", Extent::Whole), Found::Len(0));
        assert_eq!(whole.find(b"a\nb\nc", Extent::Open), Found::Len(4));
        let marked = Head::new(&HeaderSpec::Pattern(r"(%.*\n)*".into())).unwrap();
        assert_eq!(marked.find(b"%a\n%", Extent::Open), Found::More);
        assert_eq!(marked.find(b"%a\n%b\n1", Extent::Whole), Found::Len(6));
        assert_eq!(marked.find(b"1\n%a\n", Extent::Whole), Found::Len(0));
        let long = [&b"%a\n1\n"[..], &vec![b'x'; BEHIND]].concat();
        assert_eq!(marked.find(&long, Extent::Open), Found::Len(3));
    }
}
