//! The escapes that stand for one byte: `\t`, `\x41`, `\101`.
//!
//! Boundary: shared by texts, lists of `tr///` and patterns.

/// The byte that `text`, which begins with a backslash, stands for, and how
/// long its escape is. `None` for what means more than a byte.
pub(super) fn byte(text: &[u8]) -> Option<(u8, usize)> {
    let letter = *text.get(1)?;
    let plain = |byte| Some((byte, 2));
    match letter {
        b'n' => plain(b'\n'),
        b't' => plain(b'\t'),
        b'r' => plain(b'\r'),
        b'f' => plain(0x0c),
        b'e' => plain(0x1b),
        b'a' => plain(0x07),
        b'0'..=b'7' => {
            let digits = text[1..]
                .iter()
                .take(3)
                .take_while(|byte| matches!(byte, b'0'..=b'7'))
                .count();
            let shown = std::str::from_utf8(&text[1..=digits]).ok()?;
            Some((u8::from_str_radix(shown, 8).ok()?, 1 + digits))
        }
        b'x' => hexadecimal(text),
        letter if letter.is_ascii_alphanumeric() || !letter.is_ascii() => None,
        letter => plain(letter),
    }
}

fn hexadecimal(text: &[u8]) -> Option<(u8, usize)> {
    let (digits, len) = if text.get(2) == Some(&b'{') {
        let close = text.iter().position(|byte| *byte == b'}')?;
        (&text[3..close], close + 1)
    } else {
        let run = text[2..]
            .iter()
            .take(2)
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        (&text[2..2 + run], 2 + run)
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let shown = std::str::from_utf8(digits).ok()?;
    Some((u8::from_str_radix(shown, 16).ok()?, len))
}
