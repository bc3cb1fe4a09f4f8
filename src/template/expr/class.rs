//! Sets of bytes: `[a-z]`, `\d`, `[:alpha:]`.
//!
//! Boundary: the text of a class in, a set out, and the set in the syntax of
//! the regex crate, where a byte is the character of that number. Perl's
//! classes are those of ASCII: values are bytes.

use std::fmt::Write;

use super::error::{Native, Stop};
use super::escape;

/// A set of bytes.
#[derive(Clone, Debug)]
pub(super) struct Set(Vec<bool>);

impl Set {
    fn new(holds: impl Fn(u8) -> bool) -> Self {
        Self((0..=u8::MAX).map(holds).collect())
    }

    pub(super) fn single(byte: u8) -> Self {
        Self::new(|other| other == byte)
    }

    pub(super) fn not_newline() -> Self {
        Self::new(|byte| byte != b'\n')
    }

    pub(super) fn all() -> Self {
        Self::new(|_| true)
    }

    /// `\d` and its kin, by the letter.
    pub(super) fn shorthand(letter: u8) -> Option<Self> {
        let set = match letter.to_ascii_lowercase() {
            b'd' => Self::new(|byte| byte.is_ascii_digit()),
            b'w' => Self::new(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
            b's' => Self::new(|byte| matches!(byte, b'\t'..=b'\r' | b' ')),
            b'h' => Self::new(|byte| matches!(byte, b'\t' | b' ' | 0xa0)),
            b'v' => Self::new(|byte| matches!(byte, b'\n'..=b'\r' | 0x85)),
            _ => return None,
        };
        Some(if letter.is_ascii_uppercase() {
            set.complement()
        } else {
            set
        })
    }

    fn complement(&self) -> Self {
        Self(self.0.iter().map(|holds| !holds).collect())
    }

    fn add(&mut self, other: &Self) {
        for (holds, more) in self.0.iter_mut().zip(&other.0) {
            *holds |= more;
        }
    }

    /// Both cases of each letter.
    pub(super) fn any_case(&mut self) {
        for upper in b'A'..=b'Z' {
            let (upper, lower) = (usize::from(upper), usize::from(upper.to_ascii_lowercase()));
            let either = self.0[upper] || self.0[lower];
            (self.0[upper], self.0[lower]) = (either, either);
        }
    }

    /// Appends the set to a pattern.
    pub(super) fn write(&self, pattern: &mut String) -> Native<()> {
        if !self.0.contains(&true) {
            return Err(Stop::perl("a class of no byte"));
        }
        pattern.push('[');
        let mut at = 0;
        while at < 256 {
            if !self.0[at] {
                at += 1;
                continue;
            }
            let first = at;
            while at < 256 && self.0[at] {
                at += 1;
            }
            let _infallible = write!(pattern, "\\x{{{first:x}}}-\\x{{{:x}}}", at - 1);
        }
        pattern.push(']');
        Ok(())
    }

    /// The class at the start of `text`, which begins after the `[`; and its length, `]` included.
    pub(super) fn parse(text: &[u8], any_case: bool) -> Native<(Self, usize)> {
        let mut at = 0;
        let negated = text.first() == Some(&b'^');
        at += usize::from(negated);
        let start = at;
        let mut set = Self::new(|_| false);
        let mut low: Option<u8> = None;
        let mut in_range = false;
        loop {
            let byte = *text
                .get(at)
                .ok_or_else(|| Stop::perl("a class without its end"))?;
            let (single, len) = match byte {
                b']' if at > start => break,
                b'-' if low.is_some() && !in_range && text.get(at + 1) != Some(&b']') => {
                    in_range = true;
                    at += 1;
                    continue;
                }
                b'[' if matches!(text.get(at + 1), Some(b':' | b'.' | b'=')) => {
                    let (named, len) = named(&text[at..])?;
                    set.add(&named);
                    (None, len)
                }
                b'\\' => {
                    let letter = text.get(at + 1).copied().unwrap_or(0);
                    if letter == b'b' {
                        (Some(0x08), 2)
                    } else if let Some(more) = Self::shorthand(letter) {
                        set.add(&more);
                        (None, 2)
                    } else {
                        let (byte, len) = escape::byte(&text[at..])
                            .ok_or_else(|| Stop::perl("an escape in a class"))?;
                        (Some(byte), len)
                    }
                }
                byte => (Some(byte), 1),
            };
            at += len;
            match (in_range, low, single) {
                (true, Some(low), Some(high)) if low <= high => {
                    set.add(&Self::new(|byte| (low..=high).contains(&byte)));
                }
                (true, _, _) => return Err(Stop::perl("a range in a class")),
                (false, _, Some(byte)) => set.add(&Self::single(byte)),
                // `[\w-.]`: perl warns of it, and takes the dash as it is.
                (false, _, None)
                    if text.get(at) == Some(&b'-') && text.get(at + 1) != Some(&b']') =>
                {
                    return Err(Stop::perl("a dash after a class"));
                }
                (false, _, None) => {}
            }
            // The dash after a range is a dash.
            low = single.filter(|_| !in_range);
            in_range = false;
        }
        if any_case {
            set.any_case();
        }
        if negated {
            set = set.complement();
        }
        Ok((set, at + 1))
    }
}

fn named(text: &[u8]) -> Native<(Set, usize)> {
    let unknown = || Stop::perl("a class by name");
    let end = text
        .windows(2)
        .position(|pair| pair == b":]")
        .ok_or_else(unknown)?;
    let name = text.get(2..end).ok_or_else(unknown)?;
    let (name, negated) = match name.strip_prefix(b"^") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let set = match name {
        b"alpha" => Set::new(|byte| byte.is_ascii_alphabetic()),
        b"digit" => Set::new(|byte| byte.is_ascii_digit()),
        b"alnum" => Set::new(|byte| byte.is_ascii_alphanumeric()),
        b"upper" => Set::new(|byte| byte.is_ascii_uppercase()),
        b"lower" => Set::new(|byte| byte.is_ascii_lowercase()),
        b"space" => Set::new(|byte| matches!(byte, b'\t'..=b'\r' | b' ')),
        b"blank" => Set::new(|byte| matches!(byte, b'\t' | b' ')),
        b"punct" => Set::new(|byte| byte.is_ascii_punctuation()),
        b"xdigit" => Set::new(|byte| byte.is_ascii_hexdigit()),
        b"word" => Set::new(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
        b"cntrl" => Set::new(|byte| byte.is_ascii_control()),
        b"print" => Set::new(|byte| (b' '..=b'~').contains(&byte)),
        b"graph" => Set::new(|byte| byte.is_ascii_graphic()),
        _ => return Err(unknown()),
    };
    Ok((if negated { set.complement() } else { set }, end + 2))
}
