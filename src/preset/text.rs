//! Tokens in the values of a preset: roots, files, lists.
//!
//! Boundary: values only. The text of a command keeps its tokens; they are the
//! template's, which knows where in a script a value stands.

use std::ops::Range;

/// Values of the parameters, by name.
pub(super) type Values = [(Vec<u8>, Vec<u8>)];

/// `text` with each `<name>` of a parameter replaced by its value, in one pass:
/// a value is never scanned. All else is text, as in a template.
pub(super) fn substitute(text: &str, values: &Values) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(token) = next_token(rest) {
        let name = &rest[token.start + 1..token.end - 1];
        let value = values.iter().find(|(known, _)| known == name.as_bytes());
        match value {
            Some((_, value)) => {
                out.extend_from_slice(&rest.as_bytes()[..token.start]);
                out.extend_from_slice(value);
            }
            None => out.extend_from_slice(&rest.as_bytes()[..token.end]),
        }
        rest = &rest[token.end..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

/// The first `<name>` in `text` that is not one of the parameters.
pub(super) fn undeclared<'a>(text: &'a str, names: &[&str]) -> Option<&'a str> {
    let mut rest = text;
    while let Some(token) = next_token(rest) {
        let name = &rest[token.start + 1..token.end - 1];
        if !names.contains(&name) {
            return Some(name);
        }
        rest = &rest[token.end..];
    }
    None
}

/// Where each `<name>` is in `text`, of a parameter or not.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let token = next_token(&text[at..])?;
        let found = at + token.start..at + token.end;
        at = found.end;
        Some(found)
    })
}

/// Whether `name` can stand in a token: a lowercase letter, then those, digits and dashes.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(is_name_byte)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

/// Where the next `<name>` is, whether there is such a parameter or not. As in
/// a template, none begins straight after a digit or `&`.
fn next_token(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find_map(|start| {
        let escaped = start > 0 && matches!(bytes[start - 1], b'0'..=b'9' | b'&');
        if bytes[start] != b'<' || escaped {
            return None;
        }
        let end = start
            + 1
            + bytes[start + 1..]
                .iter()
                .position(|byte| !is_name_byte(*byte))?;
        (bytes[end] == b'>' && is_name(&text[start + 1..end])).then_some(start..end + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Vec<(Vec<u8>, Vec<u8>)> {
        vec![
            (b"src".to_vec(), b"<dst>\xff".to_vec()),
            (b"dst".to_vec(), b"D".to_vec()),
        ]
    }

    #[test]
    fn a_value_is_put_in_and_never_scanned() {
        assert_eq!(substitute("<src>", &values()), b"<dst>\xff");
        assert_eq!(substitute("<src>/x/<dst>", &values()), b"<dst>\xff/x/D");
    }

    #[test]
    fn all_else_is_text() {
        for text in [
            "",
            "<",
            "<>",
            "<src",
            "<Src>",
            "<-x>",
            "<nope>",
            "3<src>",
            "&<src>",
            "a > b < c",
            "<ä>",
        ] {
            assert_eq!(substitute(text, &values()), text.as_bytes());
        }
        assert_eq!(substitute("<<dst>>", &values()), b"<D>");
        assert_eq!(substitute("<nope><dst>", &values()), b"<nope>D");
    }

    #[test]
    fn names_that_are_not_declared_are_found() {
        assert_eq!(undeclared("<dst>/<scr>", &["src", "dst"]), Some("scr"));
        assert_eq!(undeclared("<dst>/<src>", &["src", "dst"]), None);
    }
}
