//! Names in the destination: made where they are new, made under another name
//! and renamed where something is in the place.
//!
//! Boundary: names, never data or attributes; what the source does not have is
//! `removal`'s. A temporary name has a fixed
//! length, because a name of 255 bytes has no room for a suffix.

use std::ffi::{CStr, CString};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::fs::{
    AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, Stat, flock, fstat, openat, renameat,
    statat, unlinkat,
};
use rustix::io::{Errno, retry_on_intr};

use super::Op;
use super::fault::{Fault, Work};
use crate::copy::tree::Identity;

/// How often an entry is made anew whose temporary name has gone away.
const TRIES: u32 = 8;

/// What a temporary name begins with; eight hexadecimal digits follow.
const TEMPORARY: &[u8] = b".prun.";

/// A name that nobody else has, for an entry that is renamed when complete.
pub(super) fn temporary_name() -> CString {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let count = NEXT.fetch_add(1, Ordering::Relaxed);
    // Other processes count too: each begins elsewhere.
    let number = RandomState::new().hash_one(count) & 0xFFFF_FFFF;
    CString::new(format!(".prun.{number:08x}")).unwrap_or_default()
}

/// Whether a name has the form of a temporary one.
pub(super) fn is_temporary(name: &CStr) -> bool {
    name.to_bytes()
        .strip_prefix(TEMPORARY)
        .is_some_and(|rest| rest.len() == 8 && rest.iter().all(u8::is_ascii_hexdigit))
}

/// Where a new entry is being made.
#[derive(Debug)]
pub(super) enum Place {
    /// Under its own name, which was free.
    Final,
    /// Under this name; to be renamed.
    Temporary(CString),
    /// In the file that was there.
    Existing,
}

/// What is at a name in the destination.
pub(super) fn look(at: BorrowedFd<'_>, name: &CStr) -> Work<Option<Stat>> {
    match retry_on_intr(|| statat(at, name, AtFlags::SYMLINK_NOFOLLOW)) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(Fault::destination(Op::Stat)(errno)),
    }
}

/// Makes a new file for writing; an error if the name is taken.
pub(super) fn create(at: BorrowedFd<'_>, name: &CStr, mode: Mode) -> Result<OwnedFd, Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    retry_on_intr(|| openat(at, name, flags, mode))
}

/// Makes a new file under a temporary name. It is locked (flock(2)) as long as
/// it is open, so that another run sees that it is not left over.
pub(super) fn create_temporary(
    at: BorrowedFd<'_>,
    mode: Mode,
) -> Result<(OwnedFd, CString), Errno> {
    loop {
        let name = temporary_name();
        match create(at, &name, mode) {
            // Where files cannot be locked, nobody can tell; they are then left alone.
            Ok(fd) => match flock(&fd, FlockOperation::NonBlockingLockExclusive) {
                // Another run has found it before it was locked, and removes it.
                Err(Errno::WOULDBLOCK) => {}
                Ok(()) if fstat(&fd).is_ok_and(|stat| stat.st_nlink == 0) => {}
                _ => return Ok((fd, name)),
            },
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Makes an entry under a temporary name and renames it to its own.
pub(super) fn replace(
    at: BorrowedFd<'_>,
    name: &CStr,
    op: Op,
    mut make: impl FnMut(&CStr) -> Result<(), Errno>,
    prepare: impl Fn(&CStr) -> Work<()>,
) -> Work<()> {
    let mut tries = 0;
    loop {
        let temporary = temporary_name();
        match make(&temporary) {
            Ok(()) => {}
            Err(Errno::EXIST) => continue,
            Err(errno) => return Err(Fault::destination(op)(errno)),
        }
        match prepare(&temporary).and_then(|()| rename(at, &temporary, name)) {
            // Another run has taken it for left over: it cannot be locked.
            Err(fault) if fault.errno == Errno::NOENT && tries < TRIES => tries += 1,
            Err(fault) => {
                let _ = unlinkat(at, &temporary, AtFlags::empty());
                return Err(fault);
            }
            Ok(()) => return Ok(()),
        }
    }
}

/// Puts what is complete under `temporary` in the place of `name`.
pub(super) fn rename(at: BorrowedFd<'_>, temporary: &CStr, name: &CStr) -> Work<()> {
    retry_on_intr(|| renameat(at, temporary, at, name)).map_err(Fault::destination(Op::Rename))
}

/// Removes a name if it is still that of this file: another run may have put
/// its own there.
pub(super) fn remove_own(at: BorrowedFd<'_>, name: &CStr, file: Identity) -> Work<()> {
    let there = match statat(at, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Identity::from_stat(&stat),
        Err(Errno::NOENT) => return Ok(()),
        Err(errno) => return Err(Fault::destination(Op::Remove)(errno)),
    };
    if there != file {
        return Ok(());
    }
    unlinkat(at, name, AtFlags::empty()).map_err(Fault::destination(Op::Remove))
}

/// Removes a temporary entry that an earlier run left behind. False if it may
/// be another run's that is under way.
pub(super) fn remove_left_over(at: BorrowedFd<'_>, name: &CStr) -> Result<bool, Errno> {
    let stat = statat(at, name, AtFlags::SYMLINK_NOFOLLOW)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => return Ok(false),
        FileType::RegularFile => {
            let open = |access| {
                let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                openat(at, name, flags, Mode::empty())
            };
            // For writing: NFS gives no lock of one's own otherwise (flock(2)),
            // and says EBADF. Not to be opened: it has the mode of its source
            // by now, so it was complete.
            if let Ok(fd) = open(OFlags::WRONLY).or_else(|_| open(OFlags::RDONLY))
                && flock(&fd, FlockOperation::NonBlockingLockExclusive)
                    .is_err_and(|errno| errno != Errno::BADF)
            {
                return Ok(false);
            }
        }
        // Such an entry is under its temporary name for a moment only.
        _ => {}
    }
    unlinkat(at, name, AtFlags::empty())?;
    Ok(true)
}

/// The names in a directory.
pub(super) fn names(directory: BorrowedFd<'_>) -> Result<Vec<CString>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            names.push(entry.file_name().to_owned());
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use rustix::fs::CWD;

    use super::*;

    fn opened(dir: &tempfile::TempDir) -> OwnedFd {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat(CWD, dir.path(), flags, Mode::empty()).unwrap()
    }

    #[test]
    fn temporary_names_are_known_and_differ() {
        let (one, other) = (temporary_name(), temporary_name());
        assert_ne!(one, other);
        assert!(is_temporary(&one) && is_temporary(&other));
        for name in [
            c".prun.1234567",
            c".prun.123456789",
            c".prun.1234567g",
            c"prun.12345678",
        ] {
            assert!(!is_temporary(name), "{name:?}");
        }
    }

    #[test]
    fn what_is_locked_is_not_left_over() {
        let dir = tempfile::tempdir().unwrap();
        let at = opened(&dir);
        let (file, name) = create_temporary(at.as_fd(), Mode::from_raw_mode(0o600)).unwrap();
        assert_eq!(remove_left_over(at.as_fd(), &name), Ok(false));
        drop(file);
        assert_eq!(remove_left_over(at.as_fd(), &name), Ok(true));
        assert_eq!(names(at.as_fd()).unwrap(), Vec::<CString>::new());
    }

    #[test]
    fn an_entry_whose_temporary_name_goes_away_is_made_again() {
        let dir = tempfile::tempdir().unwrap();
        let at = opened(&dir);
        let mut made = 0;
        let make = |name: &CStr| {
            made += 1;
            rustix::fs::symlinkat(c"x", &at, name)
        };
        let is_first = std::cell::Cell::new(true);
        let prepare = |name: &CStr| {
            if is_first.replace(false) {
                // Another run takes it for left over.
                unlinkat(&at, name, AtFlags::empty()).unwrap();
            }
            Ok(())
        };
        replace(at.as_fd(), c"a", Op::Symlink, make, prepare).unwrap();
        assert_eq!(made, 2);
        assert_eq!(names(at.as_fd()).unwrap(), [c"a".to_owned()]);
    }

    #[test]
    fn only_its_own_file_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let at = opened(&dir);
        let file = create(at.as_fd(), c"a", Mode::from_raw_mode(0o600)).unwrap();
        let own = Identity::of(file.as_fd()).unwrap();
        std::fs::rename(dir.path().join("a"), dir.path().join("b")).unwrap();
        std::fs::write(dir.path().join("a"), "another run's").unwrap();
        remove_own(at.as_fd(), c"a", own).unwrap();
        assert_eq!(names(at.as_fd()).unwrap().len(), 2);
        remove_own(at.as_fd(), c"b", own).unwrap();
        assert_eq!(names(at.as_fd()).unwrap(), [c"a".to_owned()]);
        remove_own(at.as_fd(), c"b", own).unwrap();
    }
}
