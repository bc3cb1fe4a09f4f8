//! Words as a person can paste them into a shell.
//!
//! Boundary: for what is shown and logged. Nothing that `prun` itself runs
//! goes through here: values reach a shell as arguments, never as text.

/// Appends the shortest form that bash, ksh, zsh and dash read back as exactly
/// `value`, on one line.
///
/// Control bytes and bytes that are not UTF-8 need `$'..'`, which dash does
/// not know.
pub fn quote(value: &[u8], out: &mut Vec<u8>) {
    if is_plain(value) {
        out.extend_from_slice(value);
    } else {
        quote_always(value, out);
    }
}

/// [`quote`], with quotes even where none are needed.
pub(super) fn quote_always(value: &[u8], out: &mut Vec<u8>) {
    if !is_printable(value) {
        ansi_c(value, out);
        return;
    }
    out.push(b'\'');
    for &byte in value {
        if byte == b'\'' {
            out.extend_from_slice(b"'\\''");
        } else {
            out.push(byte);
        }
    }
    out.push(b'\'');
}

/// Whether every shell reads `value` as itself, as an argument.
fn is_plain(value: &[u8]) -> bool {
    // A leading `=` is a path lookup in zsh.
    !matches!(value, [] | [b'=', ..])
        && value
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.+/@%:,=-".contains(byte))
}

/// Whether `value` can be shown as it is: UTF-8 without control characters
/// and without the separators that some programs take for a line end.
pub(super) fn is_printable(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|text| !text.chars().any(is_special))
}

fn is_special(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

fn ansi_c(value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"$'");
    for chunk in value.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\n' => out.extend_from_slice(b"\\n"),
                '\t' => out.extend_from_slice(b"\\t"),
                '\r' => out.extend_from_slice(b"\\r"),
                '\\' => out.extend_from_slice(b"\\\\"),
                '\'' => out.extend_from_slice(b"\\'"),
                _ => {
                    let mut buffer = [0; 4];
                    let bytes = character.encode_utf8(&mut buffer).as_bytes();
                    if is_special(character) {
                        for &byte in bytes {
                            octal(byte, out);
                        }
                    } else {
                        out.extend_from_slice(bytes);
                    }
                }
            }
        }
        for &byte in chunk.invalid() {
            octal(byte, out);
        }
    }
    out.push(b'\'');
}

/// Always three octal digits: `\x41b` takes the `b` for a digit in some
/// shells, and so would a shorter octal number take a digit after it.
fn octal(byte: u8, out: &mut Vec<u8>) {
    out.extend([
        b'\\',
        b'0' + (byte >> 6),
        b'0' + (byte >> 3 & 7),
        b'0' + (byte & 7),
    ]);
}
