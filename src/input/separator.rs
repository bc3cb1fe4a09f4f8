//! Where one value ends and the next begins: `-0`, `-d`, lines.
//!
//! Boundary: bytes to positions; who reads them is `reader`.

use memchr::{memchr, memmem};

use super::error::InputError;

/// What ends a value in a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// A newline; a carriage return before it belongs to the value.
    #[default]
    Line,
    /// A NUL byte (`-0`).
    Nul,
    /// Any string of bytes that is not empty (`-d`). A newline at the end of
    /// the stream is part of the last value, as in GNU parallel.
    Bytes(Vec<u8>),
}

impl Separator {
    /// Reads what was given to `-d`: bytes, with the escapes `\a \b \f \n \r
    /// \t \v \\`, octal `\0` to `\377` and `\x0` to `\xff`. A backslash alone
    /// is itself.
    ///
    /// Fails with [`InputError::Delimiter`] when it is empty or an escape is
    /// not known.
    pub fn parse(text: &[u8]) -> Result<Self, InputError> {
        let bytes = unescape(text).map_err(|problem| InputError::Delimiter {
            text: text.to_vec(),
            problem,
        })?;
        Ok(match bytes.as_slice() {
            b"\n" => Self::Line,
            b"\0" => Self::Nul,
            _ => Self::Bytes(bytes),
        })
    }
}

fn unescape(text: &[u8]) -> Result<Vec<u8>, &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text == b"\\" {
        return Ok(text.to_vec());
    }
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'\\' {
            bytes.push(first);
            continue;
        }
        let (&escape, after) = rest.split_first().ok_or("it ends in a backslash")?;
        let (base, digits) = match escape {
            b'0'..=b'7' => (8, &rest[..rest.len().min(3)]),
            b'x' => (16, &after[..after.len().min(2)]),
            _ => {
                bytes.push(control(escape).ok_or("it has an unknown escape")?);
                rest = after;
                continue;
            }
        };
        let (value, used) = number(digits, base);
        if used == 0 {
            return Err("\\x needs a hexadecimal digit");
        }
        bytes.push(u8::try_from(value).map_err(|_| "an octal escape is above \\377")?);
        rest = if base == 8 {
            &rest[used..]
        } else {
            &after[used..]
        };
    }
    Ok(bytes)
}

fn control(escape: u8) -> Option<u8> {
    Some(match escape {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'\\' => b'\\',
        _ => return None,
    })
}

/// The number that `digits` begins with, and how many digits it has.
fn number(digits: &[u8], base: u32) -> (u32, usize) {
    let values = digits
        .iter()
        .map_while(|&digit| char::from(digit).to_digit(base));
    values.fold((0, 0), |(value, used), digit| {
        (value * base + digit, used + 1)
    })
}

/// Looks for a separator; for several bytes the search is prepared once.
pub(super) enum Finder {
    Byte(u8),
    Bytes(Box<memmem::Finder<'static>>),
}

impl Finder {
    pub(super) fn new(separator: &Separator) -> Self {
        match separator {
            Separator::Line => Self::Byte(b'\n'),
            Separator::Nul => Self::Byte(0),
            Separator::Bytes(bytes) if bytes.len() == 1 => Self::Byte(bytes[0]),
            Separator::Bytes(bytes) => {
                Self::Bytes(Box::new(memmem::Finder::new(bytes).into_owned()))
            }
        }
    }

    /// Position of the first separator.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Byte(byte) => memchr(*byte, bytes),
            Self::Bytes(finder) => finder.find(bytes),
        }
    }

    /// Length of the separator.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Byte(_) => 1,
            Self::Bytes(finder) => finder.needle().len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &[u8]) -> Separator {
        Separator::parse(text).unwrap()
    }

    #[test]
    fn literal_and_escaped_delimiters() {
        assert_eq!(parsed(b","), Separator::Bytes(b",".to_vec()));
        assert_eq!(parsed(b"--"), Separator::Bytes(b"--".to_vec()));
        assert_eq!(parsed(b"\\n"), Separator::Line);
        assert_eq!(parsed(b"\\0"), Separator::Nul);
        assert_eq!(parsed(b"\\000"), Separator::Nul);
        assert_eq!(parsed(b"\\t"), Separator::Bytes(b"\t".to_vec()));
        assert_eq!(
            parsed(b"\\101\\x41\\xe4\\xfg"),
            Separator::Bytes(b"AA\xe4\x0fg".to_vec())
        );
        assert_eq!(parsed(b"\\1018"), Separator::Bytes(b"A8".to_vec()));
        assert_eq!(parsed(b"\\\\"), Separator::Bytes(b"\\".to_vec()));
        assert_eq!(parsed(b"\\"), Separator::Bytes(b"\\".to_vec()));
        assert_eq!(parsed(b"\xff"), Separator::Bytes(b"\xff".to_vec()));
    }

    #[test]
    fn bad_delimiters_say_why() {
        for (text, why) in [
            (&b""[..], "is empty"),
            (b"a\\", "ends in a backslash"),
            (b"\\q", "unknown escape"),
            (b"\\xg", "hexadecimal"),
            (b"\\x", "hexadecimal"),
            (b"\\400", "above"),
        ] {
            let message = Separator::parse(text).unwrap_err().to_string();
            assert!(message.contains(why), "{message}");
        }
    }
}
