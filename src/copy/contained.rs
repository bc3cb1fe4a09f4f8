//! Whether a tree is all in one place: no symlink in it leads out. For trees
//! that somebody else has packed, before anything is done with them.
//!
//! Boundary: looks, and changes nothing. What the links lead to need not be
//! there; hard links cannot be told from files and are not looked for.

use std::ffi::{CString, OsString};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{CWD, Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;
use thiserror::Error;

use super::walk::{Kind, Options, Walk, WalkError};

/// Why a tree is not all in one place, or why that cannot be told.
#[derive(Debug, Error)]
pub enum Leak {
    /// A symlink leads out.
    #[error(
        "symbolic link `{}` leads out of the tree, to `{}`; nothing is done with such a tree",
        .link.display(), .target.display()
    )]
    Out {
        /// The link.
        link: PathBuf,
        /// What it points to, as it is written.
        target: PathBuf,
    },
    /// Something cannot be looked at.
    #[error("cannot look at `{}`: {source}", .path.display())]
    Look {
        /// What.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The tree cannot be walked.
    #[error(transparent)]
    Walk(#[from] WalkError),
}

/// Looks at every symlink of the tree `root` and gives what is wrong, one after
/// the other; `stop` is asked before each entry.
pub fn leaks(root: &Path, stop: &dyn Fn() -> bool, tell: &mut dyn FnMut(Leak)) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let top = match openat(CWD, root, flags, Mode::empty()) {
        Ok(top) => top,
        Err(errno) => {
            return tell(Leak::Look {
                path: root.to_path_buf(),
                source: errno.into(),
            });
        }
    };
    let mut walk = match Walk::new(root, Options::default()) {
        Ok(walk) => walk,
        Err(error) => return tell(error.into()),
    };
    while let Some(entry) = walk.next_entry() {
        if stop() {
            return;
        }
        let path = match entry {
            Ok(entry) if entry.kind == Kind::Symlink => entry.path,
            Ok(_) => continue,
            Err(error) => {
                tell(error.into());
                continue;
            }
        };
        let shown = || root.join(OsString::from_vec(path.to_vec()));
        match target(top.as_fd(), path) {
            Ok(None) => {}
            Ok(Some(target)) => tell(Leak::Out {
                link: shown(),
                target: PathBuf::from(OsString::from_vec(target)),
            }),
            Err(errno) => tell(Leak::Look {
                path: shown(),
                source: errno.into(),
            }),
        }
    }
}

/// The target of the symlink at `path`, if it leads out of `top`.
fn target(top: BorrowedFd<'_>, path: &[u8]) -> Result<Option<Vec<u8>>, Errno> {
    let name = CString::new(path).map_err(|_| Errno::INVAL)?;
    let target = readlinkat(top, &name, Vec::new())?.into_bytes();
    let leads_out = climbs_out(path, &target) || resolves_out(top, &name)?;
    Ok(leads_out.then_some(target))
}

/// By its text: what a link would lead to whatever comes to be on its way.
fn climbs_out(path: &[u8], target: &[u8]) -> bool {
    if target.first() == Some(&b'/') {
        return true;
    }
    let mut depth = path.split(|byte| *byte == b'/').count() - 1;
    for part in target.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if depth == 0 => return true,
            b".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

/// By what is there: `d/..` is elsewhere than it seems where `d` is a link.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn resolves_out(top: BorrowedFd<'_>, name: &CString) -> Result<bool, Errno> {
    use rustix::fs::{ResolveFlags, openat2};

    let flags = OFlags::PATH | OFlags::CLOEXEC;
    loop {
        match openat2(top, name, flags, Mode::empty(), ResolveFlags::BENEATH) {
            Err(Errno::XDEV) => return Ok(true),
            // Something was renamed meanwhile (openat2(2)).
            Err(Errno::AGAIN | Errno::INTR) => {}
            // A link to nothing, or in a circle, leads nowhere. A kernel before
            // 5.6, or a sandbox, has no such call; the text has been looked at.
            Ok(_)
            | Err(
                Errno::NOENT
                | Errno::LOOP
                | Errno::NOTDIR
                | Errno::ACCESS
                | Errno::NAMETOOLONG
                | Errno::NOSYS
                | Errno::PERM,
            ) => return Ok(false),
            Err(errno) => return Err(errno),
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn resolves_out(_top: BorrowedFd<'_>, _name: &CString) -> Result<bool, Errno> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn found(root: &Path) -> Vec<String> {
        let mut texts = Vec::new();
        leaks(root, &|| false, &mut |leak| match leak {
            Leak::Out { link, .. } => {
                let link = link.strip_prefix(root).unwrap();
                texts.push(link.to_str().unwrap().to_owned());
            }
            other => panic!("{other}"),
        });
        texts.sort();
        texts
    }

    #[test]
    fn links_that_stay_inside_are_well() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("f"), "x").unwrap();
        for (link, target) in [
            ("a/up", "../f"),
            ("a/b/up", "../../f"),
            ("self", "self"),
            ("none", "missing/x"),
            ("a/b/root", "../.."),
            ("dots", "a/../a/./b//.."),
        ] {
            symlink(target, root.join(link)).unwrap();
        }
        assert_eq!(found(root), [""; 0]);
    }

    #[test]
    fn links_that_lead_out_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("tree");
        fs::create_dir_all(root.join("a/b")).unwrap();
        for (link, target) in [
            ("absolute", "/etc/passwd"),
            ("up", ".."),
            ("a/up", "../../x"),
            ("late", "missing/../../x"),
            ("a/b/root", "../.."),
            // By its text it is `a/b`.
            ("a/b/through", "root/.."),
        ] {
            symlink(target, root.join(link)).unwrap();
        }
        assert_eq!(
            found(&root),
            ["a/b/through", "a/up", "absolute", "late", "up"]
        );
        let mut texts = Vec::new();
        leaks(&root, &|| false, &mut |leak| texts.push(leak.to_string()));
        let text = texts.iter().find(|text| text.contains("absolute"));
        assert_eq!(
            text.unwrap(),
            &format!(
                "symbolic link `{}/absolute` leads out of the tree, to `/etc/passwd`; nothing is done with such a tree",
                root.display()
            )
        );
    }

    #[test]
    fn a_tree_that_is_not_there_is_told() {
        let mut count = 0;
        leaks(Path::new("/nonexistent/prun"), &|| false, &mut |leak| {
            assert!(matches!(leak, Leak::Look { .. }));
            count += 1;
        });
        assert_eq!(count, 1);
    }
}
