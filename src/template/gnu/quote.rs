//! GNU parallel's form of quoting, which scripts compare: in `--dry-run`, `-v`
//! and the job log.
//!
//! Boundary: one value in, one shell word out.

/// Appends `value` as one word: as it is if it has only letters, digits and
/// `_ . + / -`, else between single quotes, with `'` written as `'"'"'`.
pub fn quote(value: &[u8], out: &mut Vec<u8>) {
    if value.is_empty() {
        out.extend_from_slice(b"''");
        return;
    }
    if value.iter().all(|&byte| is_plain(byte)) {
        out.extend_from_slice(value);
        return;
    }
    // An empty pair of quotes at either end is left out, between two
    // apostrophes it is not.
    let mut pieces = value.split(|&byte| byte == b'\'').peekable();
    let mut is_first = true;
    while let Some(piece) = pieces.next() {
        if !is_first {
            out.extend_from_slice(b"\"'\"");
        }
        if !piece.is_empty() || (!is_first && pieces.peek().is_some()) {
            out.push(b'\'');
            out.extend_from_slice(piece);
            out.push(b'\'');
        }
        is_first = false;
    }
}

/// The length of what [`quote`] appends.
pub(super) fn quoted_len(value: &[u8]) -> usize {
    if !value.is_empty() && value.iter().all(|&byte| is_plain(byte)) {
        return value.len();
    }
    let mut out = Vec::with_capacity(value.len() + 2);
    quote(value, &mut out);
    out.len()
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.+/-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(value: &[u8]) -> String {
        let mut out = Vec::new();
        quote(value, &mut out);
        assert_eq!(quoted_len(value), out.len());
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn only_some_bytes_are_plain() {
        assert_eq!(quoted(b"a+b-c_d.e/F9"), "a+b-c_d.e/F9");
        for plain_elsewhere in [",", ":", "=", "@", "%", "~", "#", "^", "é"] {
            assert_eq!(
                quoted(plain_elsewhere.as_bytes()),
                format!("'{plain_elsewhere}'")
            );
        }
        assert_eq!(quoted(b""), "''");
        assert_eq!(quoted(b"a\nb\t$x"), "'a\nb\t$x'");
    }

    #[test]
    fn apostrophes_are_written_as_gnu_parallel_writes_them() {
        assert_eq!(quoted(b"it's"), r#"'it'"'"'s'"#);
        assert_eq!(quoted(b"it''s"), r#"'it'"'"''"'"'s'"#);
        assert_eq!(quoted(b"'a"), r#""'"'a'"#);
        assert_eq!(quoted(b"a'"), r#"'a'"'""#);
        assert_eq!(quoted(b"'"), r#""'""#);
        assert_eq!(quoted(b"''"), r#""'"''"'""#);
    }
}
