//! Removing what the source does not have, entry by entry.
//!
//! Boundary: goes through what is to go and removes it; which entries may go
//! is a [`Judge`]'s word, asked of each of them, those deep in a directory too.
//! Nothing is followed, no path is opened, and no mount point is entered: what
//! is mounted there is not the destination's.

use std::ffi::{CStr, CString};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, openat, statat, unlinkat};
use rustix::io::Errno;

use super::place::names;
use crate::copy::tree::Identity;

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Says which entries may go.
pub(super) trait Judge {
    /// Whether a directory is to stay by what it is, whatever its name: the
    /// source may be mounted elsewhere, or here.
    fn spares(&self, directory: Identity) -> bool;

    /// Whether to go on; if not, nothing more is touched.
    fn goes_on(&self) -> bool;

    /// Whether the entry at a path below the root is to go at all. A directory
    /// that is not is not looked into either.
    fn condemns(&mut self, path: &[u8], is_directory: bool) -> bool;

    /// Whether one more entry may be removed; takes it off what is allowed.
    fn grants(&mut self) -> bool;

    /// Takes back the last grant: the entry is not removed yet.
    fn revokes(&mut self);
}

/// What became of an entry and all in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Removed {
    /// How many entries were removed.
    pub(super) count: u64,
    /// Whether something is left of it, because it may not go.
    pub(super) is_left: bool,
    /// The first error; the rest was tried all the same.
    pub(super) failed: Option<Errno>,
}

/// Removes an entry, and if it is a directory all in it, as far as `judge`
/// lets it go. `path` is the entry's below the root. Any depth goes.
pub(super) fn remove_tree(
    at: BorrowedFd<'_>,
    name: &CStr,
    path: Vec<u8>,
    judge: &mut impl Judge,
) -> Removed {
    let mut removal = Removal {
        judge,
        path,
        way: Vec::new(),
        removed: Removed::default(),
    };
    if let Err(errno) = removal.run(at, name) {
        removal.removed.failed.get_or_insert(errno);
    }
    removal.removed.is_left |= removal.removed.failed.is_some();
    removal.removed
}

struct Removal<'a, J> {
    judge: &'a mut J,
    /// The path of what is being looked at.
    path: Vec<u8>,
    /// The directories from the outermost to the one that is being emptied.
    way: Vec<Level>,
    removed: Removed,
}

/// A directory that is being emptied.
struct Level {
    name: CString,
    itself: Identity,
    /// What has not been looked at in it.
    rest: Vec<CString>,
    /// Whether something in it stays, so that it must too.
    stays: bool,
}

impl<J: Judge> Removal<'_, J> {
    fn run(&mut self, at: BorrowedFd<'_>, name: &CStr) -> Result<(), Errno> {
        let Some(mut here) = self.visit(at, name) else {
            return Ok(());
        };
        while let Some(level) = self.way.last_mut() {
            if !self.judge.goes_on() {
                self.removed.is_left = true;
                return Ok(());
            }
            if let Some(name) = level.rest.pop() {
                let length = self.path.len();
                self.path.push(b'/');
                self.path.extend_from_slice(name.to_bytes());
                match self.visit(here.as_fd(), &name) {
                    Some(below) => here = below,
                    None => self.path.truncate(length),
                }
                continue;
            }
            let Some(level) = self.way.pop() else { break };
            let above = match self.way.last() {
                None => None,
                Some(level) => Some(climb(&here, level.itself)?),
            };
            let parent = above.as_ref().map_or(at, AsFd::as_fd);
            if level.stays || !self.judge.grants() {
                self.stays();
            } else if let Err(errno) = unlinkat(parent, &level.name, AtFlags::REMOVEDIR) {
                self.fails(errno);
            } else {
                self.removed.count += 1;
            }
            let Some(above) = above else { break };
            let length = self.path.len() - level.name.to_bytes().len() - 1;
            self.path.truncate(length);
            here = above;
        }
        Ok(())
    }

    /// Removes an entry, or begins to empty it: then gives the directory.
    fn visit(&mut self, at: BorrowedFd<'_>, name: &CStr) -> Option<OwnedFd> {
        match self.enter(at, name) {
            Ok(entered) => entered,
            Err(Errno::NOENT) => None,
            Err(errno) => {
                self.fails(errno);
                None
            }
        }
    }

    fn enter(&mut self, at: BorrowedFd<'_>, name: &CStr) -> Result<Option<OwnedFd>, Errno> {
        let stat = statat(at, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let is_directory = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        if is_directory && self.judge.spares(Identity::from_stat(&stat)) {
            return Err(Errno::BUSY);
        }
        if !self.judge.condemns(&self.path, is_directory) || !self.judge.grants() {
            self.stays();
            return Ok(None);
        }
        let how = if is_directory {
            AtFlags::REMOVEDIR
        } else {
            AtFlags::empty()
        };
        // A mount point says EBUSY here, before anything in it is touched.
        match unlinkat(at, name, how) {
            Ok(()) => {
                self.removed.count += 1;
                return Ok(None);
            }
            Err(Errno::NOTEMPTY | Errno::EXIST) if is_directory => self.judge.revokes(),
            Err(errno) => return Err(errno),
        }
        let directory = openat(at, name, DIRECTORY, Mode::empty())?;
        self.way.push(Level {
            name: name.to_owned(),
            itself: Identity::of(directory.as_fd())?,
            rest: names(directory.as_fd())?,
            stays: false,
        });
        Ok(Some(directory))
    }

    fn stays(&mut self) {
        self.removed.is_left = true;
        if let Some(level) = self.way.last_mut() {
            level.stays = true;
        }
    }

    fn fails(&mut self, errno: Errno) {
        self.removed.failed.get_or_insert(errno);
        self.stays();
    }
}

/// The directory above one, if it still is the one that was come from.
fn climb(here: &OwnedFd, above: Identity) -> Result<OwnedFd, Errno> {
    let parent = openat(here, c"..", DIRECTORY, Mode::empty())?;
    if Identity::of(parent.as_fd())? == above {
        Ok(parent)
    } else {
        Err(Errno::STALE)
    }
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, mkdirat, symlinkat};

    use super::super::place::create;
    use super::*;

    /// Keeps what is called so, lets so many others go, and spares this one.
    struct Test(&'static [u8], u64, Option<Identity>);

    impl Judge for Test {
        fn spares(&self, directory: Identity) -> bool {
            self.2 == Some(directory)
        }

        fn goes_on(&self) -> bool {
            true
        }

        fn condemns(&mut self, path: &[u8], _: bool) -> bool {
            !path.ends_with(self.0)
        }

        fn grants(&mut self) -> bool {
            let may = self.1 > 0;
            self.1 = self.1.saturating_sub(1);
            may
        }

        fn revokes(&mut self) {
            self.1 += 1;
        }
    }

    fn all() -> Test {
        Test(b"/kept", u64::MAX, None)
    }

    fn opened(dir: &tempfile::TempDir) -> OwnedFd {
        openat(CWD, dir.path(), DIRECTORY, Mode::empty()).unwrap()
    }

    fn gone(count: u64) -> Removed {
        Removed {
            count,
            ..Removed::default()
        }
    }

    #[test]
    fn a_tree_is_removed_whatever_its_depth_and_nothing_is_followed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("other"), "").unwrap();
        let at = opened(&dir);
        let mut here = at.try_clone().unwrap();
        let long = CString::new("n".repeat(200)).unwrap();
        for _ in 0..50 {
            mkdirat(&here, &*long, Mode::from_raw_mode(0o700)).unwrap();
            create(here.as_fd(), c"file", Mode::from_raw_mode(0o600)).unwrap();
            symlinkat(c"..", &here, c"up").unwrap();
            mkdirat(&here, c"empty", Mode::from_raw_mode(0o700)).unwrap();
            here = openat(&here, &*long, DIRECTORY, Mode::empty()).unwrap();
        }
        for name in [c"file", c"up", c"empty"] {
            let removed = remove_tree(at.as_fd(), name, name.to_bytes().to_vec(), &mut all());
            assert_eq!(removed, gone(1));
        }
        // Of each of 49 levels the directory and three entries, and the innermost directory.
        let removed = remove_tree(at.as_fd(), &long, b"long".to_vec(), &mut all());
        assert_eq!(removed, gone(49 * 4 + 1));
        assert_eq!(names(at.as_fd()).unwrap(), [c"other".to_owned()]);
        let removed = remove_tree(at.as_fd(), c"gone", b"gone".to_vec(), &mut all());
        assert_eq!(removed, gone(0));
    }

    #[test]
    fn what_stays_keeps_the_directories_above_it_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        for path in ["a/b/c/kept", "a/b/x", "a/y", "a/z/z"] {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let at = opened(&dir);
        let removed = remove_tree(at.as_fd(), c"a", b"a".to_vec(), &mut all());
        let left = Removed {
            is_left: true,
            ..gone(4)
        };
        assert_eq!(removed, left);
        assert!(dir.path().join("a/b/c/kept").exists());
        assert_eq!(std::fs::read_dir(dir.path().join("a")).unwrap().count(), 1);
    }

    #[test]
    fn a_directory_is_spared_by_what_it_is() {
        let dir = tempfile::tempdir().unwrap();
        for path in ["a/b/source/x", "a/b/y", "a/z"] {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let source = std::fs::File::open(dir.path().join("a/b/source")).unwrap();
        let spared = Identity::of(source.as_fd()).unwrap();
        let at = opened(&dir);
        let mut judge = Test(b"/kept", u64::MAX, Some(spared));
        let removed = remove_tree(at.as_fd(), c"a", b"a".to_vec(), &mut judge);
        assert_eq!(
            removed,
            Removed {
                count: 2,
                is_left: true,
                failed: Some(Errno::BUSY),
            }
        );
        assert!(dir.path().join("a/b/source/x").exists());
    }

    #[test]
    fn each_entry_is_counted() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("a/b")).unwrap();
        for name in ["1", "2", "3"] {
            std::fs::write(dir.path().join("a/b").join(name), "").unwrap();
        }
        let at = opened(&dir);
        for (most, count) in [(2, 2), (2, 2), (2, 1)] {
            let mut judge = Test(b"/kept", most, None);
            let removed = remove_tree(at.as_fd(), c"a", b"a".to_vec(), &mut judge);
            assert_eq!((removed.count, removed.failed), (count, None));
        }
        assert_eq!(names(at.as_fd()).unwrap(), Vec::<CString>::new());
    }
}
