//! An entry whose attributes are read or set: by descriptor where one is open,
//! else by name in its directory, and never through a symlink.
//!
//! Boundary: one system call each; what is to be set is decided in
//! `attributes`.

use std::ffi::{CStr, CString};
use std::os::fd::AsRawFd;

use rustix::fd::BorrowedFd;
use rustix::fs::{
    AtFlags, Gid, Mode, Timestamps, Uid, XattrFlags, chmodat, chownat, fchmod, fchown, fgetxattr,
    flistxattr, fremovexattr, fsetxattr, futimens, lgetxattr, llistxattr, lremovexattr, lsetxattr,
    utimensat,
};
use rustix::io::Errno;

/// The most one value or one list of names can have (xattr(7)).
const MOST: usize = 64 << 10;

/// An entry.
#[derive(Clone, Copy)]
pub(in crate::copy) enum Subject<'a> {
    /// An open file or directory.
    Open(BorrowedFd<'a>),
    /// A name in a directory: of a symlink or of what must not be opened.
    Named(BorrowedFd<'a>, &'a CStr),
}

impl Subject<'_> {
    pub(super) fn chown(self, owner: Option<Uid>, group: Option<Gid>) -> Result<(), Errno> {
        match self {
            Self::Open(fd) => fchown(fd, owner, group),
            Self::Named(at, name) => chownat(at, name, owner, group, AtFlags::SYMLINK_NOFOLLOW),
        }
    }

    pub(super) fn chmod(self, mode: Mode) -> Result<(), Errno> {
        match self {
            Self::Open(fd) => fchmod(fd, mode),
            Self::Named(at, name) => chmodat(at, name, mode, AtFlags::empty()),
        }
    }

    pub(super) fn set_times(self, times: &Timestamps) -> Result<(), Errno> {
        match self {
            Self::Open(fd) => futimens(fd, times),
            Self::Named(at, name) => utimensat(at, name, times, AtFlags::SYMLINK_NOFOLLOW),
        }
    }

    /// The names of its extended attributes, each with a NUL behind it, into `names`.
    pub(in crate::copy) fn xattr_names(self, names: &mut Vec<u8>) -> Result<(), Errno> {
        match self {
            Self::Open(fd) => grown(names, |room| flistxattr(fd, room)),
            Self::Named(at, name) => {
                let path = by_descriptor(at, name);
                grown(names, |room| llistxattr(&*path, room))
            }
        }
    }

    /// The value of an extended attribute, into `value`.
    pub(in crate::copy) fn xattr(self, key: &CStr, value: &mut Vec<u8>) -> Result<(), Errno> {
        match self {
            Self::Open(fd) => grown(value, |room| fgetxattr(fd, key, room)),
            Self::Named(at, name) => {
                let path = by_descriptor(at, name);
                grown(value, |room| lgetxattr(&*path, key, room))
            }
        }
    }

    pub(super) fn set_xattr(self, key: &CStr, value: &[u8]) -> Result<(), Errno> {
        match self {
            Self::Open(fd) => fsetxattr(fd, key, value, XattrFlags::empty()),
            Self::Named(at, name) => {
                let path = by_descriptor(at, name);
                lsetxattr(&*path, key, value, XattrFlags::empty())
            }
        }
    }

    pub(super) fn remove_xattr(self, key: &CStr) -> Result<(), Errno> {
        match self {
            Self::Open(fd) => fremovexattr(fd, key),
            Self::Named(at, name) => {
                let path = by_descriptor(at, name);
                lremovexattr(&*path, key)
            }
        }
    }
}

/// A path to a name in an open directory: there is no `getxattrat` on most
/// kernels (it came with Linux 6.13), and a path from the root may be too long.
fn by_descriptor(at: BorrowedFd<'_>, name: &CStr) -> CString {
    let mut path = format!("/proc/self/fd/{}/", at.as_raw_fd()).into_bytes();
    path.extend_from_slice(name.to_bytes());
    // No NUL in it: both parts have none.
    CString::new(path).unwrap_or_default()
}

/// Calls `read` with room for more until it has enough.
fn grown(
    bytes: &mut Vec<u8>,
    mut read: impl FnMut(&mut [u8]) -> Result<usize, Errno>,
) -> Result<(), Errno> {
    bytes.resize(bytes.capacity().max(256), 0);
    loop {
        match read(&mut bytes[..]) {
            Ok(length) => {
                bytes.truncate(length);
                return Ok(());
            }
            Err(Errno::RANGE) if bytes.len() < MOST => {
                let room = (bytes.len() * 4).min(MOST);
                bytes.resize(room, 0);
            }
            Err(errno) => {
                bytes.clear();
                return Err(errno);
            }
        }
    }
}
