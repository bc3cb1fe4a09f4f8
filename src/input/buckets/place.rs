//! What a source stands for, by rsync's rule of the slash.
//!
//! Boundary: pure.

/// A source, taken apart: the directory that names are below, and what each
/// name begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The directory, so written that no program takes it for anything else.
    pub base: Vec<u8>,
    /// The name of the source in it; `None` where its contents are meant.
    pub name: Option<Vec<u8>>,
}

impl Place {
    /// Takes a source apart. `src/`, `src/.`, `.` and `..` are contents; `src`
    /// is the directory itself (rsync(1), USAGE).
    pub fn of(source: &[u8]) -> Self {
        let (parent, last) = match source.iter().rposition(|byte| *byte == b'/') {
            Some(0) => (&b"/"[..], &source[1..]),
            Some(slash) => (&source[..slash], &source[slash + 1..]),
            None => (&b"."[..], source),
        };
        match last {
            b"" | b"." | b".." => Self {
                base: plain(source),
                name: None,
            },
            name => Self {
                base: plain(parent),
                name: Some(name.to_vec()),
            },
        }
    }

    /// The path of what is to be walked.
    pub fn path(&self) -> Vec<u8> {
        match &self.name {
            None => self.base.clone(),
            Some(name) => [&self.base[..], b"/", name].concat(),
        }
    }
}

/// A path that begins with a slash or a dot: `a:b` would be a host, and `-a` an
/// option.
fn plain(path: &[u8]) -> Vec<u8> {
    let is_plain = path.starts_with(b"/")
        || path.starts_with(b"./")
        || path.starts_with(b"../")
        || matches!(path, b"." | b"..");
    if is_plain {
        path.to_vec()
    } else {
        [b"./", path].concat()
    }
}

/// Whether rsync takes a path for one on another machine: a colon before the
/// first slash, or `rsync://`.
pub fn is_remote(path: &[u8]) -> bool {
    let first = path.split(|byte| *byte == b'/').next().unwrap_or(path);
    first.contains(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slash_says_what_is_meant() {
        for (source, base, name, path) in [
            (&b"src"[..], &b"."[..], Some(&b"src"[..]), &b"./src"[..]),
            (b"src/", b"./src/", None, b"./src/"),
            (b"src/.", b"./src/.", None, b"./src/."),
            (b"a/b", b"./a", Some(b"b"), b"./a/b"),
            (b"/a/b", b"/a", Some(b"b"), b"/a/b"),
            (b"/b", b"/", Some(b"b"), b"//b"),
            (b"/", b"/", None, b"/"),
            (b".", b".", None, b"."),
            (b"..", b"..", None, b".."),
            (b"../x", b"..", Some(b"x"), b"../x"),
            (b"a/..", b"./a/..", None, b"./a/.."),
            (b"-a/", b"./-a/", None, b"./-a/"),
            (b".x:y/z", b"./.x:y", Some(b"z"), b"./.x:y/z"),
        ] {
            let place = Place::of(source);
            assert_eq!(place.base, base);
            assert_eq!(place.name.as_deref(), name);
            assert_eq!(place.path(), path);
        }
    }

    #[test]
    fn remote_paths_are_known() {
        for remote in ["host:x", "me@host:", "host::module", "rsync://h/x", ":x"] {
            assert!(is_remote(remote.as_bytes()), "{remote}");
        }
        for local in ["x", "./a:b", "/a:b", "a/b:c", ""] {
            assert!(!is_remote(local.as_bytes()), "{local}");
        }
    }
}
