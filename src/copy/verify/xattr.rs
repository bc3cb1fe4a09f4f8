//! The extended attributes of an entry, access control lists among them.
//!
//! Boundary: reading them. An entry is reached by way of its directory's
//! descriptor in `/proc/self/fd`: a symlink or a fifo cannot be opened to be
//! asked, and its whole path may be longer than the system takes.

use std::os::fd::AsRawFd;

use rustix::fs::CWD;
use rustix::io::Errno;

use super::seen::Seen;

/// Names and values, in the order of the names.
pub(super) type Attributes = Vec<(Vec<u8>, Vec<u8>)>;

/// Attributes that are another view of mode and access control list: XFS keeps
/// its ACLs in the first ones, and NFSv4 makes the second one up.
const VIEWS: [&[u8]; 2] = [b"trusted.SGI_ACL_", b"system.nfs4_acl"];

/// Access control lists.
const LISTS: [&[u8]; 2] = [b"system.posix_acl_access", b"system.posix_acl_default"];

/// Whether an attribute is an access control list.
pub(super) fn is_acl(name: &[u8]) -> bool {
    LISTS.contains(&name)
}

/// Buffers that are kept from one entry to the next.
#[derive(Default)]
pub(super) struct Buffers {
    path: Vec<u8>,
    names: Vec<u8>,
    value: Vec<u8>,
}

/// Where the kernel shows the process's descriptors, which is needed to reach
/// attributes; `None` if it needs none.
pub(super) const NEEDS: Option<&str> = if cfg!(any(target_os = "linux", target_os = "android")) {
    Some("/proc/self/fd")
} else {
    None
};

/// Reads all attributes of an entry. A file system that has none, has none.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn read(seen: &Seen<'_>, buffers: &mut Buffers) -> Result<Attributes, Errno> {
    use std::ffi::CStr;

    use super::seen::Symlinks;
    use rustix::fs::{getxattr, lgetxattr, listxattr, llistxattr};

    let Buffers { path, names, value } = buffers;
    write_path(seen, path);
    let path = CStr::from_bytes_with_nul(path).map_err(|_| Errno::INVAL)?;
    let listed = filled(names, |buffer| match seen.symlinks {
        Symlinks::Kept => llistxattr(path, buffer),
        Symlinks::Followed => listxattr(path, buffer),
    });
    let names = match listed {
        Ok(names) => names,
        Err(Errno::NOTSUP | Errno::PERM | Errno::NODATA) => return Ok(Attributes::new()),
        Err(errno) => return Err(errno),
    };
    let mut attributes = Attributes::new();
    for name in names.split_inclusive(|byte| *byte == 0) {
        let name = CStr::from_bytes_with_nul(name).map_err(|_| Errno::INVAL)?;
        if VIEWS.iter().any(|view| name.to_bytes().starts_with(view)) {
            continue;
        }
        let got = filled(value, |buffer| match seen.symlinks {
            Symlinks::Kept => lgetxattr(path, name, buffer),
            Symlinks::Followed => getxattr(path, name, buffer),
        });
        match got {
            Ok(value) => attributes.push((name.to_bytes().to_vec(), value.to_vec())),
            // It was taken away since it was listed.
            Err(Errno::NODATA) => {}
            Err(errno) => return Err(errno),
        }
    }
    attributes.sort_unstable();
    Ok(attributes)
}

/// Where there is no way to reach them by descriptors, none are compared.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn read(_: &Seen<'_>, _: &mut Buffers) -> Result<Attributes, Errno> {
    Ok(Attributes::new())
}

/// Writes a path of the entry, and a NUL.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn write_path(seen: &Seen<'_>, path: &mut Vec<u8>) {
    use std::io::Write;

    path.clear();
    let fd = seen.directory.as_raw_fd();
    if fd != CWD.as_raw_fd() {
        // Writing to memory does not fail.
        let _ = write!(path, "/proc/self/fd/{fd}/");
    }
    path.extend_from_slice(seen.name.to_bytes_with_nul());
}

/// The most that a list of names or a value may have (xattr(7)).
#[cfg(any(target_os = "linux", target_os = "android"))]
const MOST: usize = 64 << 10;

/// Fills a buffer, which is made longer when it does not do.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn filled(
    buffer: &mut Vec<u8>,
    mut fill: impl FnMut(&mut [u8]) -> Result<usize, Errno>,
) -> Result<&[u8], Errno> {
    if buffer.is_empty() {
        buffer.resize(512, 0);
    }
    loop {
        match fill(buffer) {
            Ok(length) => return Ok(&buffer[..length]),
            Err(Errno::RANGE) if buffer.len() < MOST => buffer.resize(MOST, 0),
            Err(errno) => return Err(errno),
        }
    }
}
