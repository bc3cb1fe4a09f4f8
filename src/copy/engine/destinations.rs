//! Where a copy goes to: one directory, several mounts of one, or several ones.
//!
//! Boundary: opens and makes the directories, and proves by a file that is
//! made by way of one and looked for by way of the others whether they are one
//! directory. An equal device and inode number is no proof, and neither are
//! different ones: the roots of two ext4 have the same number, and one export
//! that is mounted twice has two devices.

use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, unlinkat};
use rustix::io::{Errno, read, retry_on_intr, write};

use super::attributes::Origin;
use super::place::create_temporary;
use crate::copy::probe::{self, ProbeError};
use crate::copy::tree::Identity;

/// Where a copy goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destinations {
    /// One directory.
    One(PathBuf),
    /// One directory that is reached by several mounts, the first of them the
    /// main one. Each entry is written once, by way of one of them.
    Spread {
        /// The directory by way of each mount.
        mounts: Vec<PathBuf>,
        /// Which entry goes by way of which.
        balance: Balance,
    },
    /// Several directories, with a full copy in each.
    Replicate(Vec<PathBuf>),
}

impl From<&Path> for Destinations {
    fn from(path: &Path) -> Self {
        Self::One(path.to_path_buf())
    }
}

impl Destinations {
    /// All directories, the main one first.
    pub fn paths(&self) -> &[PathBuf] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Spread { mounts: all, .. } | Self::Replicate(all) => all,
        }
    }
}

/// Which entry goes by way of which mount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Balance {
    /// One after the other.
    #[default]
    RoundRobin,
    /// By the one that has the fewest bytes under way.
    Load,
    /// By its path: the same in every run.
    Hash,
}

impl Balance {
    /// By way of which of `count` mounts an entry goes, if it is the one after
    /// `turn` others and nothing is known of what is under way.
    pub fn place(self, turn: u64, path: &[u8], count: usize) -> usize {
        let number = match self {
            Self::RoundRobin | Self::Load => turn,
            Self::Hash => hash(path),
        };
        let place = number % (count as u64).max(1);
        usize::try_from(place).unwrap_or(0)
    }
}

/// 64-bit FNV-1a, its bits mixed once more since only the lowest are used: the
/// same in every run and every version.
fn hash(path: &[u8]) -> u64 {
    let each = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
    let hash = path.iter().fold(0xCBF2_9CE4_8422_2325, each);
    (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

/// What was done by way of one of several mounts, or in one of several
/// destinations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Its directory.
    pub path: PathBuf,
    /// Which of the two it is.
    pub kind: PartKind,
    /// Entries that are no directories.
    pub entries: u64,
    /// Regular files whose data was copied.
    pub files: u64,
    /// Bytes of data that were copied.
    pub bytes: u64,
    /// Entries that failed.
    pub failed: u64,
    /// Entries that were not tried, because it is full.
    pub not_tried: u64,
    /// Files that were made to look incomplete, because the sync failed.
    pub taken_back: u64,
}

/// What a [`Part`] is one of several of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartKind {
    /// Mounts of one file system.
    #[default]
    Mount,
    /// Copies.
    Replica,
}

/// A destination's directory, open.
pub(super) struct Opened {
    pub(super) to: OwnedFd,
    pub(super) origin: Origin,
    /// What was made for it, from the outside in.
    made: Vec<PathBuf>,
}

impl Opened {
    /// Makes and opens a destination.
    pub(super) fn of(path: &Path) -> Result<Self, ProbeError> {
        let mut made = Vec::new();
        match open(path, &mut made) {
            Ok((to, origin)) => Ok(Self { to, origin, made }),
            Err(errno) => {
                take_away(made);
                Err(unusable(path, errno))
            }
        }
    }

    /// Removes what was made for it, where nothing is copied after all.
    pub(super) fn take_away(self) {
        take_away(self.made);
    }
}

fn take_away(made: Vec<PathBuf>) {
    for path in made.into_iter().rev() {
        // What somebody has put in it meanwhile keeps it there.
        let _ = unlinkat(CWD, &path, AtFlags::REMOVEDIR);
    }
}

fn open(path: &Path, made: &mut Vec<PathBuf>) -> Result<(OwnedFd, Origin), Errno> {
    match directory(path) {
        Ok(to) => return Ok((to, Origin::Found)),
        Err(Errno::NOENT) => {}
        Err(errno) => return Err(errno),
    }
    let mut missing = Vec::new();
    let mut here = Some(path);
    while let Some(path) = here
        && !path.as_os_str().is_empty()
        && matches!(directory(path), Err(Errno::NOENT))
    {
        missing.push(path);
        here = path.parent();
    }
    for path in missing.into_iter().rev() {
        match retry_on_intr(|| mkdirat(CWD, path, Mode::from_raw_mode(0o777))) {
            Ok(()) => made.push(path.to_path_buf()),
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno),
        }
    }
    // The directory above may hand down a list; it is looked at as found.
    directory(path).map(|to| (to, Origin::Inheriting))
}

/// Opens a directory by its path, through symlinks.
pub(super) fn directory(path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    retry_on_intr(|| openat(CWD, path, flags, Mode::empty()))
}

/// Opens the other mounts of `first`, whose directory is `main`, and proves
/// that they are: gives the directory by way of each, that of `main` left out.
pub(super) fn mounts(
    main: &OwnedFd,
    first: &Path,
    others: &[PathBuf],
) -> Result<Vec<OwnedFd>, ProbeError> {
    let nonce = Nonce::put(main).map_err(|errno| unusable(first, errno))?;
    let open = |path: &PathBuf| {
        let apart = || ProbeError::Apart {
            path: path.clone(),
            main: first.to_path_buf(),
        };
        let there = match look_anew(path) {
            Ok(there) => there,
            Err(Errno::NOENT) => return Err(apart()),
            Err(errno) => return Err(unusable(path, errno)),
        };
        match nonce.is_in(&there) {
            Ok(true) => Ok(there),
            Ok(false) => Err(apart()),
            Err(errno) => Err(unusable(path, errno)),
        }
    };
    others.iter().map(open).collect()
}

/// Proves that `others` are other mounts of the directory `first`, which must be
/// there: a file made by way of that one is seen by way of each of them.
pub fn prove_mounts(first: &Path, others: &[PathBuf]) -> Result<(), ProbeError> {
    let main = directory(first).map_err(|errno| unusable(first, errno))?;
    mounts(&main, first, others).map(drop)
}

/// Opens a directory that another mount has, and that this one may have looked
/// up when it was not there: opening those above it makes a client ask anew.
fn look_anew(path: &Path) -> Result<OwnedFd, Errno> {
    let first = directory(path);
    if !matches!(first, Err(Errno::NOENT)) {
        return first;
    }
    let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
    above.retain(|path| !path.as_os_str().is_empty());
    for path in above.into_iter().rev() {
        drop(directory(path)?);
    }
    match directory(path) {
        Err(Errno::NOENT) => {}
        opened => return opened,
    }
    match retry_on_intr(|| mkdirat(CWD, path, Mode::from_raw_mode(0o777))) {
        Err(Errno::EXIST) => directory(path),
        // It was not there indeed, so it is another directory.
        Ok(()) => {
            let _ = unlinkat(CWD, path, AtFlags::REMOVEDIR);
            Err(Errno::NOENT)
        }
        Err(_) => Err(Errno::NOENT),
    }
}

/// Checks that no two of several destinations are one directory, and that none
/// is inside another one.
pub(super) fn apart(all: &[(&Path, &OwnedFd)]) -> Result<(), ProbeError> {
    for (at, (path, to)) in all.iter().enumerate() {
        // A full destination takes no file, and is no reason to refuse the
        // others. Then those of the others must do.
        let nonce = Nonce::put(to).ok();
        let own = identity(path, to)?;
        for (place, (other, there)) in all.iter().enumerate() {
            if place == at {
                continue;
            }
            // By its path, which makes a client ask the server anew.
            let anew = directory(other);
            let there = anew.as_ref().unwrap_or(there);
            let is_found = nonce
                .as_ref()
                .is_some_and(|nonce| nonce.is_in(there) == Ok(true));
            if is_found || identity(other, there)? == own {
                let mut both = [(at, path), (place, other)];
                both.sort_unstable();
                let [(_, first), (_, second)] = both;
                return Err(ProbeError::Twice {
                    path: second.to_path_buf(),
                    other: first.to_path_buf(),
                });
            }
        }
    }
    for (outer, _) in all {
        for (inner, _) in all.iter().filter(|(inner, _)| inner != outer) {
            if let Err(ProbeError::Inside { .. }) = probe::apart(outer, inner) {
                return Err(ProbeError::Nested {
                    inner: (*inner).to_path_buf(),
                    outer: (*outer).to_path_buf(),
                });
            }
        }
    }
    Ok(())
}

/// A file with a content that no other one has; removed when dropped.
struct Nonce<'a> {
    directory: &'a OwnedFd,
    name: std::ffi::CString,
    content: [u8; 16],
}

impl<'a> Nonce<'a> {
    fn put(directory: &'a OwnedFd) -> Result<Self, Errno> {
        let mut content = [0; 16];
        let (low, high) = content.split_at_mut(8);
        low.copy_from_slice(&RandomState::new().hash_one(0).to_ne_bytes());
        high.copy_from_slice(&RandomState::new().hash_one(1).to_ne_bytes());
        let (file, name) = create_temporary(directory.as_fd(), Mode::from_raw_mode(0o600))?;
        let nonce = Self {
            directory,
            name,
            content,
        };
        let written = retry_on_intr(|| write(&file, &content))?;
        // Another client of a file server sees it when it is closed.
        nix::unistd::close(file).map_err(|errno| Errno::from_raw_os_error(errno as i32))?;
        if written == content.len() {
            Ok(nonce)
        } else {
            Err(Errno::NOSPC)
        }
    }

    fn is_in(&self, directory: &OwnedFd) -> Result<bool, Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(directory, &*self.name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT | Errno::LOOP) => return Ok(false),
            Err(errno) => return Err(errno),
        };
        let mut content = [0; 17];
        let count = retry_on_intr(|| read(&file, &mut content[..]))?;
        Ok(content[..count] == self.content)
    }
}

impl Drop for Nonce<'_> {
    fn drop(&mut self) {
        let _ = unlinkat(self.directory, &*self.name, AtFlags::empty());
    }
}

/// The identity of a destination's directory.
pub(super) fn identity(path: &Path, to: &OwnedFd) -> Result<Identity, ProbeError> {
    Identity::of(to.as_fd()).map_err(|errno| unusable(path, errno))
}

pub(super) fn unusable(path: &Path, errno: Errno) -> ProbeError {
    ProbeError::Destination {
        path: path.to_path_buf(),
        source: errno.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(path: &Path) -> OwnedFd {
        directory(path).unwrap()
    }

    #[test]
    fn a_file_tells_one_directory_from_another() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (dir.path().join("one"), dir.path().join("other"));
        std::fs::create_dir(&one).unwrap();
        std::fs::create_dir(&other).unwrap();
        std::os::unix::fs::symlink(&one, dir.path().join("link")).unwrap();
        let link = dir.path().join("link");
        let main = opened(&one);
        assert_eq!(
            mounts(&main, &one, &[link.clone(), one.clone()])
                .unwrap()
                .len(),
            2
        );
        let error = mounts(&main, &one, &[link.clone(), other.clone()]).unwrap_err();
        assert!(matches!(error, ProbeError::Apart { .. }), "{error}");
        let missing = dir.path().join("missing");
        let error = mounts(&main, &one, std::slice::from_ref(&missing)).unwrap_err();
        assert!(matches!(error, ProbeError::Apart { .. }), "{error}");
        assert!(!missing.exists());

        let (two, three) = (opened(&other), opened(&link));
        apart(&[(&one, &main), (&other, &two)]).unwrap();
        let error = apart(&[(&one, &main), (&other, &two), (&link, &three)]).unwrap_err();
        assert!(matches!(error, ProbeError::Twice { .. }), "{error}");
        let inner = one.join("inner");
        std::fs::create_dir(&inner).unwrap();
        for all in [
            [(&*one, &main), (&*inner, &opened(&inner))],
            [(&*inner, &opened(&inner)), (&*one, &main)],
        ] {
            let error = apart(&all).unwrap_err();
            assert!(matches!(error, ProbeError::Nested { .. }), "{error}");
        }
        // Nothing is left of it.
        assert_eq!(std::fs::read_dir(&one).unwrap().count(), 1);
        assert_eq!(std::fs::read_dir(&other).unwrap().count(), 0);
    }

    #[test]
    fn a_paths_mount_is_the_same_in_every_version() {
        assert_eq!(hash(b"a/b"), 1_303_080_053);
    }

    #[test]
    fn what_was_made_is_taken_away_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c");
        std::fs::create_dir(dir.path().join("a")).unwrap();
        Opened::of(&path).unwrap().take_away();
        assert!(dir.path().join("a").exists() && !dir.path().join("a/b").exists());
        Opened::of(&dir.path().join("a")).unwrap().take_away();
        assert!(dir.path().join("a").exists());
    }
}
