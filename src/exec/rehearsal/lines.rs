//! The commands of a rehearsal, each a line that a shell reads.
//!
//! Boundary: spelling alone; which of them there are is decided elsewhere.

use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::listxattr;

use crate::copy::{Attribute, CopyOptions, Follow, Preserve, Replace};
use crate::template::quote;

/// Security labels come with the file system and by a policy, not by a copy of
/// attributes that root alone may set.
const LABELS: &[u8] = b"security.selinux";

/// The commands that go with the options of a copy.
pub(super) struct Commands {
    /// `cp -a`, or what else copies an entry.
    copy: String,
    replace: Replace,
    preserve: Preserve,
}

impl Commands {
    pub(super) fn new(options: &CopyOptions) -> Self {
        let preserve = options.preserve;
        let names = [
            (Attribute::Mode, "mode"),
            (Attribute::Ownership, "ownership"),
            (Attribute::Timestamps, "timestamps"),
            (Attribute::Links, "links"),
            (Attribute::Xattr, "xattr"),
        ];
        let kept: Vec<&str> = names
            .iter()
            .filter(|(attribute, _)| preserve.has(*attribute))
            .map(|(_, name)| *name)
            .collect();
        let mut copy = match kept.as_slice() {
            _ if preserve == Preserve::ALL => "cp -a".to_owned(),
            [] => "cp -R -P".to_owned(),
            kept => format!("cp -R -P --preserve={}", kept.join(",")),
        };
        if options.follow == Follow::Always {
            copy.push_str(" -L");
        }
        Self {
            copy,
            replace: options.replace,
            preserve,
        }
    }

    /// Copies one entry; `there` is what is in its place.
    pub(super) fn copy(&self, from: &Path, to: &Path, there: Option<&Metadata>, out: &mut Vec<u8>) {
        out.extend_from_slice(self.copy.as_bytes());
        let rewritten = self.replace == Replace::InPlace && there.is_some_and(Metadata::is_file);
        if there.is_some() && !rewritten {
            out.extend_from_slice(b" --remove-destination");
        }
        words(out, b" --no-target-directory --", &[from, to]);
    }

    /// Puts the attributes of a file right.
    pub(super) fn attributes(&self, from: &Path, to: &Path, out: &mut Vec<u8>) {
        out.extend_from_slice(self.copy.as_bytes());
        words(
            out,
            b" --attributes-only --no-target-directory --",
            &[from, to],
        );
    }

    /// Makes a directory, the topmost one with those above it.
    pub(super) fn make_directory(to: &Path, is_root: bool, out: &mut Vec<u8>) {
        let command: &[u8] = if is_root { b"mkdir -p --" } else { b"mkdir --" };
        words(out, command, &[to]);
    }

    /// Gives a file a further name.
    pub(super) fn link(first: &Path, to: &Path, out: &mut Vec<u8>) {
        words(out, b"ln -f -P --no-target-directory --", &[first, to]);
    }

    /// Removes what the source does not have.
    pub(super) fn remove(path: &Path, out: &mut Vec<u8>) {
        words(out, b"rm -r -f --", &[path]);
    }

    /// Puts the attributes of a directory right: owner, then extended
    /// attributes and lists, then mode, then times, each of which may change
    /// those before it but not those after.
    pub(super) fn directory(
        &self,
        from: &Path,
        to: &Path,
        source: &Metadata,
        euid: u32,
        out: &mut Vec<u8>,
    ) {
        let mut by_reference = |command: &[u8]| {
            out.extend_from_slice(command);
            quoted(from, out);
            words(out, b" --", &[to]);
        };
        // Others than root may not give a directory away.
        if self.preserve.has(Attribute::Ownership) && (euid == 0 || source.uid() == euid) {
            by_reference(b"chown --reference=");
        }
        if self.preserve.has(Attribute::Mode) {
            by_reference(b"chmod --reference=");
        }
        if self.preserve.has(Attribute::Xattr) && has_attributes(from) {
            out.extend_from_slice(b"(cd -- ");
            quoted(from, out);
            out.extend_from_slice(b" && getfattr -d -m - -- .) | (cd -- ");
            quoted(to, out);
            out.extend_from_slice(b" && setfattr --restore=-)\n");
        }
        if self.preserve.has(Attribute::Timestamps) {
            out.extend_from_slice(b"touch -r ");
            quoted(from, out);
            words(out, b" --", &[to]);
        }
    }
}

/// Whether a directory has extended attributes, or a list that is kept as one.
fn has_attributes(path: &Path) -> bool {
    // What does not fit is there.
    let mut names = vec![0_u8; 4096];
    match listxattr(path, &mut names[..]) {
        Ok(length) => names[..length]
            .split(|byte| *byte == 0)
            .any(|name| !name.is_empty() && name != LABELS),
        Err(errno) => errno == rustix::io::Errno::RANGE,
    }
}

fn words(out: &mut Vec<u8>, command: &[u8], paths: &[&Path]) {
    out.extend_from_slice(command);
    for path in paths {
        out.push(b' ');
        quoted(path, out);
    }
    out.push(b'\n');
}

/// A path as one word.
pub(super) fn quoted(path: &Path, out: &mut Vec<u8>) {
    quote(path.as_os_str().as_bytes(), out);
}
