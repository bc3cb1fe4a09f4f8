//! The bracket expressions of a pattern: `[a-z]`, `[!x]`, `[[:alpha:]]`.
//!
//! Boundary: text to a set of bytes. rsync(1) says little more than that there are such classes; the rest
//! (a first `]` is literal, `[^` is `[!`, a backslash escapes, names are those of wctype(3) in the C locale) is what rsync
//! 3.5 does. A character of several bytes is several members, to rsync as here.

/// A set of bytes. It never holds the slash: no class matches one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ByteSet([u8; 32]);

impl ByteSet {
    fn of(is_member: impl Fn(u8) -> bool) -> Self {
        let mut set = Self([0; 32]);
        for byte in (0..=u8::MAX).filter(|&byte| byte != b'/' && is_member(byte)) {
            set.0[usize::from(byte >> 3)] |= 1 << (byte & 7);
        }
        set
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 3)] & 1 << (byte & 7) != 0
    }
}

impl std::fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let members: Vec<u8> = (0..=u8::MAX).filter(|&byte| self.has(byte)).collect();
        write!(f, "[{}]", members.escape_ascii())
    }
}

/// Reads a class, from behind its `[`; gives what is behind its `]`. `None` if it is not closed or names an unknown
/// kind: to rsync, such a pattern matches nothing.
pub(super) fn parse(text: &[u8]) -> Option<(ByteSet, &[u8])> {
    let (negated, mut rest) = match text {
        [b'!' | b'^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut members = [false; 256];
    let mut first = true;
    // What a `-` could make the start of a range.
    let mut before: Option<u8> = None;
    loop {
        let here = rest;
        let (&byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b']' if !first => break,
            b'-' if before.is_some() && !matches!(rest.first(), None | Some(b']')) => {
                let (end, after) = literal(rest)?;
                rest = after;
                for member in before.take()?..=end {
                    members[usize::from(member)] = true;
                }
            }
            b'[' if rest.first() == Some(&b':') => {
                // `[:` that no `:]` ends is two members.
                let end = memchr::memchr(b']', &rest[1..])? + 1;
                if let Some(name) = rest[1..end].strip_suffix(b":") {
                    let is_member = kind(name)?;
                    for member in (0..=u8::MAX).filter(is_member) {
                        members[usize::from(member)] = true;
                    }
                    rest = &rest[end + 1..];
                    before = None;
                } else {
                    members[usize::from(b'[')] = true;
                    before = Some(b'[');
                }
            }
            _ => {
                let (member, after) = literal(here)?;
                rest = after;
                members[usize::from(member)] = true;
                before = Some(member);
            }
        }
        first = false;
    }
    let set = ByteSet::of(|byte| members[usize::from(byte)] != negated);
    Some((set, rest))
}

/// The first byte, or the one that a backslash in front escapes, and what is behind it.
fn literal(text: &[u8]) -> Option<(u8, &[u8])> {
    let text = text.strip_prefix(b"\\").unwrap_or(text);
    text.split_first().map(|(&byte, rest)| (byte, rest))
}

/// The kinds of `[:kind:]`, in the C locale.
fn kind(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        // With the vertical tab, which is_ascii_whitespace leaves out.
        b"space" => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}
