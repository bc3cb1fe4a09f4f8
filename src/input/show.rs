//! Values as error messages show them.
//!
//! Boundary: for people, not for shells. A name from a file system may hold
//! escape sequences or turn the direction of text; nothing of that passes.

/// Characters of a value that a message shows.
const SHOWN: usize = 200;

/// `value` in quotes, on one line, without control characters; bytes that are
/// not UTF-8 as `\xNN`; cut when it is long.
pub(super) fn shown(value: &[u8]) -> String {
    let mut text = String::from("'");
    let mut room = SHOWN;
    for chunk in value.utf8_chunks() {
        for character in chunk.valid().chars() {
            if room == 0 {
                return cut(text, value.len());
            }
            room -= 1;
            match character {
                '"' => text.push('"'),
                other => text.extend(other.escape_debug()),
            }
        }
        for &byte in chunk.invalid() {
            if room == 0 {
                return cut(text, value.len());
            }
            room -= 1;
            text.extend(std::ascii::escape_default(byte).map(char::from));
        }
    }
    text.push('\'');
    text
}

fn cut(mut text: String, bytes: usize) -> String {
    text.extend(["...' (", &bytes.to_string(), " bytes)"]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_itself() {
        assert_eq!(shown("a b/ü \"x\"".as_bytes()), "'a b/ü \"x\"'");
    }

    #[test]
    fn nothing_reaches_the_terminal_raw() {
        assert_eq!(shown(b"a\x1b[2J\n\xff'\\"), r"'a\u{1b}[2J\n\xff\'\\'");
        assert_eq!(shown("\u{202e}x\u{85}".as_bytes()), r"'\u{202e}x\u{85}'");
    }

    #[test]
    fn long_values_are_cut() {
        let text = shown(&[b'a'; 5000]);
        assert!(
            text.len() < 260 && text.ends_with("...' (5000 bytes)"),
            "{text}"
        );
        assert!(shown(&[0xff; 5000]).ends_with("...' (5000 bytes)"));
    }
}
