//! Lines of the job log for shells that do not know `$'..'`.
//!
//! Boundary: text to text. What `quote` wrote for bash, ksh and zsh is written
//! again in plain quotes, in which a newline stands for itself.

/// `line` with each `$'..'` outside of other quotes in plain quotes.
pub fn without_ansi_c(line: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(line.len());
    let mut at = 0;
    let mut begins_word = true;
    while at < line.len() {
        let rest = &line[at..];
        let len = match rest[0] {
            b'\\' => 2,
            b'\'' => 2 + until(&rest[1..], b'\'', false),
            b'"' => 2 + until(&rest[1..], b'"', true),
            // The rest is a comment, which may have any quotes in it.
            b'#' if begins_word => rest.len(),
            b'$' if rest.get(1) == Some(&b'\'') => {
                let inner = until(&rest[2..], b'\'', true);
                let value = decode(&rest[2..rest.len().min(2 + inner)]);
                plain.push(b'\'');
                for byte in value {
                    match byte {
                        b'\'' => plain.extend(b"'\\''"),
                        byte => plain.push(byte),
                    }
                }
                plain.push(b'\'');
                begins_word = false;
                at += 3 + inner;
                continue;
            }
            _ => 1,
        };
        begins_word = b" \t\n;&|(".contains(&rest[0]);
        plain.extend(&rest[..len.min(rest.len())]);
        at += len;
    }
    plain
}

/// How many bytes there are before `end`.
fn until(text: &[u8], end: u8, has_escapes: bool) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte == end {
            return at;
        }
        at += if has_escapes && *byte == b'\\' { 2 } else { 1 };
    }
    text.len()
}

/// What `quote` escapes in `$'..'`, read back.
fn decode(text: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let (byte, len) = match (text[at], text.get(at + 1)) {
            (b'\\', Some(b'n')) => (b'\n', 2),
            (b'\\', Some(b't')) => (b'\t', 2),
            (b'\\', Some(b'r')) => (b'\r', 2),
            (b'\\', Some(b'0'..=b'7')) => {
                let digits = text[at + 1..].iter().take(3);
                let digits = digits.take_while(|byte| matches!(byte, b'0'..=b'7'));
                let (value, len) = digits.fold((0_u32, 0), |(value, len), digit| {
                    (value * 8 + u32::from(digit - b'0'), len + 1)
                });
                (u8::try_from(value & 0xff).unwrap_or(0), 1 + len)
            }
            (b'\\', Some(other)) => (*other, 2),
            (byte, _) => (byte, 1),
        };
        value.push(byte);
        at += len;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::super::quote::quote;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_is_outside_of_other_quotes_changes() {
        for (line, plain) in [
            (r"echo $'a\nb'", "echo 'a\nb'"),
            (r"echo '$' $'it\'s' x", "echo '$' 'it'\\''s' x"),
            (r#"echo "$'a\nb'" 'x $'"#, r#"echo "$'a\nb'" 'x $'"#),
            (r"echo \$'a b' # $'x\n' it's", r"echo \$'a b' # $'x\n' it's"),
            (r"echo a#b $'\033'", "echo a#b '\x1b'"),
            (
                r"sh -c $'echo \'x y\'\nfalse'",
                "sh -c 'echo '\\''x y'\\''\nfalse'",
            ),
            ("echo $'open", "echo 'open'"),
            ("echo \\", "echo \\"),
        ] {
            assert_eq!(
                without_ansi_c(line.as_bytes()).escape_ascii().to_string(),
                plain.as_bytes().escape_ascii().to_string(),
                "{line}"
            );
        }
    }

    proptest! {
        /// Whatever a value holds, a plain shell reads it back from its quotes.
        #[test]
        fn a_quoted_value_is_the_value(value in proptest::collection::vec(1_u8.., 0..12)) {
            let mut quoted = b"printf %s ".to_vec();
            quote(&value, &mut quoted);
            let plain = without_ansi_c(&quoted);
            let script = std::str::from_utf8(&plain);
            if let Ok(script) = script {
                let words = shell_words::split(script).expect("balanced quotes");
                prop_assert_eq!(words[2..].join(""), String::from_utf8_lossy(&value));
            }
        }
    }
}
