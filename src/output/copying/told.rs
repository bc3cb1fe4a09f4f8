//! How one failure is spelled, for people and for machines.
//!
//! Boundary: pure; who is told, and how often, is the voice's business.

use std::fmt::{self, Display};

use nix::errno;

use crate::copy::{Class, Failure};
use crate::ui::{self, Shown};

/// A failure as one line: `PATH: OP: message (ERRNO)`.
pub struct Told<'a>(pub &'a Failure);

impl Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { path, op, .. } = self.0;
        let message = message(self.0);
        write!(f, "{}: {op}: {message} ({})", Shown(path), code(self.0))
    }
}

/// What happened, without where.
pub(super) fn message(failure: &Failure) -> String {
    match failure.class {
        // The system has no word for it: whatever errno came along says less.
        Class::Changed => "it changed while it was read".into(),
        Class::Failed | Class::Vanished => ui::Errno(&failure.error()).to_string(),
    }
}

/// By what failures are counted: the errno's name, `changed` where there is
/// none to speak of.
pub(super) fn code(failure: &Failure) -> String {
    match failure.class {
        Class::Changed => failure.class.name().into(),
        Class::Failed | Class::Vanished => name(failure.errno.raw_os_error()),
    }
}

/// The name of an errno as in errno(3), `errno 4095` for one without.
///
/// By nix, whose `Debug` is the name of the constant; of two names for one
/// number (EAGAIN and EWOULDBLOCK, EOPNOTSUPP and ENOTSUP) it has the first.
fn name(raw: i32) -> String {
    match errno::Errno::from_raw(raw) {
        errno::Errno::UnknownErrno => format!("errno {raw}"),
        known => format!("{known:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::{Op, Side};
    use rustix::io::Errno;

    fn failure(path: &[u8], errno: Errno, class: Class) -> Failure {
        Failure {
            path: path.to_vec(),
            side: Side::Destination,
            op: Op::Write,
            errno,
            class,
        }
    }

    #[test]
    fn one_line_says_where_what_and_why() {
        let told = |path: &[u8], errno| Told(&failure(path, errno, Class::Failed)).to_string();
        assert_eq!(
            told(b"a b", Errno::NOSPC),
            "'a b': write: No space left on device (ENOSPC)"
        );
        assert_eq!(
            told(b"d/\xff\n\x1b[2J", Errno::DQUOT),
            "'d/\\xff\\n\\u{1b}[2J': write: Disk quota exceeded (EDQUOT)"
        );
        let unknown = told(b"x", Errno::from_raw_os_error(4_000));
        assert!(unknown.ends_with("(errno 4000)"), "{unknown}");
    }

    #[test]
    fn classes_are_told_apart() {
        let changed = failure(b"x", Errno::AGAIN, Class::Changed);
        assert_eq!(
            Told(&changed).to_string(),
            "x: write: it changed while it was read (changed)"
        );
        let vanished = failure(b"x", Errno::NOENT, Class::Vanished);
        assert_eq!(
            Told(&vanished).to_string(),
            "x: write: No such file or directory (ENOENT)"
        );
    }
}
