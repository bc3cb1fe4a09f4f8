//! What stands between delimiters: texts, patterns, `s///`, `tr///`, `qw()`.
//!
//! Boundary: delimiters, escapes, and variables inside of texts.

use super::effects::has_match;
use super::error::{Native, Stop};
use super::escape;
use super::parse::{Inside, Parser};
use super::pattern::Pattern;
use super::scalar::Scalar;
use super::translate::{ANY_CASE, DOT_ALL, EXTENDED, LINES};
use super::transliterate::Transliteration;
use super::tree::{Extent, Keep, Node, Piece, Place, Regex};

/// What the text becomes, and so which escapes it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Pattern,
}

impl Parser<'_> {
    /// A quote, or `s`, `m`, `y`, `tr`, `q`, `qq`, `qw` with what follows.
    pub(super) fn quote_like(&mut self, word: &[u8]) -> Native<Node> {
        self.at += word.len();
        if !word.is_empty() && matches!(self.peek(), Some(b' ' | b'\t'..=b'\r')) {
            self.blanks();
        }
        let delimiter = self.peek().ok_or_else(|| self.unknown())?;
        if delimiter.is_ascii_alphanumeric() || delimiter == b'_' || !delimiter.is_ascii_graphic() {
            return Err(self.unknown());
        }
        // `y => 1`, `s = 2` and the like.
        if matches!(delimiter, b'=') || !word.is_empty() && matches!(delimiter, b';' | b')') {
            return Err(self.unknown());
        }
        let raw = self.delimited()?;
        match word {
            b"" if delimiter == b'\'' => Ok(Node::Const(Scalar::Bytes(single(&raw, delimiter)?))),
            b"q" => Ok(Node::Const(Scalar::Bytes(single(&raw, delimiter)?))),
            b"" if delimiter == b'"' => self.text(&raw, delimiter),
            b"qq" if delimiter != b'\'' => self.text(&raw, delimiter),
            b"qw" => {
                if raw.contains(&b'\\') {
                    return Err(Stop::perl("a backslash in qw()"));
                }
                let words = raw
                    .split(u8::is_ascii_whitespace)
                    .filter(|word| !word.is_empty());
                let words = words.map(|word| Node::Const(Scalar::Bytes(word.to_vec())));
                Ok(Node::List(words.collect()))
            }
            _ if delimiter == b'\'' => Err(Stop::perl("a pattern in single quotes")),
            b"" | b"m" => {
                if delimiter == b'?' {
                    return Err(Stop::perl("m?..?"));
                }
                let letters = self.letters();
                let (flags, letters) = flags(&letters)?;
                let extent = match letters.as_slice() {
                    b"" => Extent::First,
                    b"g" => Extent::All,
                    _ => return Err(Stop::perl("the letters after a pattern")),
                };
                let regex = self.regex(&raw, delimiter, flags)?;
                Ok(Node::Match(
                    Box::new(Node::Var(Place::Topic)),
                    Box::new(regex),
                    extent,
                ))
            }
            b"s" => self.substitution(&raw, delimiter),
            _ => self.transliteration(&raw, delimiter),
        }
    }

    fn substitution(&mut self, raw: &[u8], delimiter: u8) -> Native<Node> {
        let (with_delimiter, with) = self.second(delimiter)?;
        let letters = self.letters();
        let (flags, letters) = flags(&letters)?;
        let has = |letter: u8| letters.contains(&letter);
        let twice = letters
            .iter()
            .enumerate()
            .any(|(at, letter)| letters[..at].contains(letter));
        if letters.iter().any(|letter| !b"ger".contains(letter)) || twice {
            return Err(Stop::perl("the letters after s///"));
        }
        let regex = self.regex(raw, delimiter, flags)?;
        if raw.is_empty() {
            return Err(Stop::perl("an empty pattern"));
        }
        let with = if has(b'e') {
            let code = bare(&with, with_delimiter)?;
            let node = self.inside(&code, Inside::Expression)?;
            if has_match(&node) {
                // It would change what $1 is for the rest.
                return Err(Stop::perl("a pattern inside of s///e"));
            }
            node
        } else if with_delimiter == b'\'' {
            return Err(Stop::perl("s///''"));
        } else {
            self.text(&with, with_delimiter)?
        };
        Ok(Node::Substitute {
            target: Box::new(Node::Var(Place::Topic)),
            regex: Box::new(regex),
            with: Box::new(with),
            extent: if has(b'g') {
                Extent::All
            } else {
                Extent::First
            },
            result: if has(b'r') {
                Keep::Returned
            } else {
                Keep::InPlace
            },
        })
    }

    fn transliteration(&mut self, raw: &[u8], delimiter: u8) -> Native<Node> {
        let (with_delimiter, to) = self.second(delimiter)?;
        let mut letters = self.letters();
        let returned = letters.contains(&b'r');
        letters.retain(|letter| *letter != b'r');
        let table = Transliteration::new(
            &bare(raw, delimiter)?,
            &bare(&to, with_delimiter)?,
            &letters,
        )?;
        let keep = if returned {
            Keep::Returned
        } else {
            Keep::InPlace
        };
        Ok(Node::Transliterate(
            Box::new(Node::Var(Place::Topic)),
            Box::new(table),
            keep,
        ))
    }

    /// The second part of `s` and `tr`, with its own delimiters if the first were brackets.
    fn second(&mut self, delimiter: u8) -> Native<(u8, Vec<u8>)> {
        if closing(delimiter) == delimiter {
            self.at -= 1;
            return Ok((delimiter, self.delimited()?));
        }
        self.blanks();
        let second = self.peek().ok_or_else(|| self.unknown())?;
        if !second.is_ascii_punctuation() || second == b'_' || second == b'=' {
            return Err(self.unknown());
        }
        Ok((second, self.delimited()?))
    }

    /// Takes what is between the delimiter here and the one that ends it, escapes and all.
    fn delimited(&mut self) -> Native<Vec<u8>> {
        let open = self.text[self.at];
        let close = closing(open);
        let start = self.at + 1;
        let mut depth = 0;
        let mut at = start;
        while let Some(byte) = self.text.get(at) {
            if *byte == b'\\' {
                at += 2;
                continue;
            }
            if *byte == close {
                if depth == 0 {
                    self.at = at + 1;
                    return Ok(self.text[start..at].to_vec());
                }
                depth -= 1;
            } else if *byte == open {
                depth += 1;
            }
            at += 1;
        }
        Err(Stop::perl("a text without its end"))
    }

    fn letters(&mut self) -> Vec<u8> {
        let len = self
            .rest()
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let letters = self.rest()[..len].to_vec();
        self.at += len;
        letters
    }

    fn regex(&mut self, raw: &[u8], delimiter: u8, flags: u8) -> Native<Regex> {
        let text = for_pattern(raw, delimiter)?;
        let pieces = self.pieces(&text, Kind::Pattern)?;
        match pieces.as_slice() {
            [] => Ok(Regex::Fixed(Pattern::new(b"", flags)?)),
            [Piece::Text(text)] => Ok(Regex::Fixed(Pattern::new(text, flags)?)),
            _ => Ok(Regex::Composed { pieces, flags }),
        }
    }

    /// A text in double quotes: fixed, or pieces.
    fn text(&mut self, raw: &[u8], delimiter: u8) -> Native<Node> {
        let text = bare(raw, delimiter)?;
        let pieces = self.pieces(&text, Kind::Text)?;
        Ok(match pieces.as_slice() {
            [] => Node::Const(Scalar::Bytes(Vec::new())),
            [Piece::Text(text)] => Node::Const(Scalar::Bytes(text.clone())),
            _ => Node::Text(pieces),
        })
    }

    fn pieces(&mut self, text: &[u8], kind: Kind) -> Native<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut literal = Vec::new();
        let mut at = 0;
        let mut quoting = false;
        while at < text.len() {
            let rest = &text[at..];
            let letter = rest.get(1).copied();
            match (rest[0], letter) {
                (b'\\', Some(letter @ (b'U' | b'L' | b'Q' | b'E' | b'u' | b'l' | b'F'))) => {
                    if letter == b'F' || kind == Kind::Pattern && !matches!(letter, b'Q' | b'E') {
                        return Err(Stop::perl("a change of case in a pattern"));
                    }
                    if quoting && letter != b'E' {
                        return Err(Stop::perl("a change of case after \\Q"));
                    }
                    quoting = letter == b'Q';
                    flush(&mut pieces, &mut literal);
                    pieces.push(Piece::Case(letter));
                    at += 2;
                }
                (b'\\', Some(letter)) if quoting => {
                    return Err(Stop::perl(format!("\\{} after \\Q", char::from(letter))));
                }
                (b'\\', Some(_)) if kind == Kind::Pattern => {
                    literal.extend(&rest[..2]);
                    at += 2;
                }
                (b'\\', Some(letter)) => {
                    let (byte, len) = escape::byte(rest)
                        .ok_or_else(|| Stop::perl(format!("\\{} in a text", char::from(letter))))?;
                    literal.push(byte);
                    at += len;
                }
                (b'$', next) => {
                    // In a pattern a dollar before `)`, `|` or the end is the end of the text.
                    if kind == Kind::Pattern && matches!(next, None | Some(b')' | b'|')) {
                        literal.push(b'$');
                        at += 1;
                        continue;
                    }
                    let (node, len) = self.variable_in(rest, kind)?;
                    flush(&mut pieces, &mut literal);
                    pieces.push(Piece::Value(node));
                    at += len;
                }
                (b'@', Some(next))
                    if next.is_ascii_alphanumeric()
                        || matches!(next, b'_' | b'{' | b'$' | b':') =>
                {
                    let len = 1 + word_len(&rest[1..]);
                    if matches!(rest.get(len), Some(b'[' | b'{' | b':')) || len == 1 {
                        return Err(Stop::perl("an array in a text"));
                    }
                    let node = self.inside(&rest[..len], Inside::Term)?;
                    flush(&mut pieces, &mut literal);
                    pieces.push(Piece::Elements(node));
                    at += len;
                }
                (byte, _) => {
                    literal.push(byte);
                    at += 1;
                }
            }
        }
        flush(&mut pieces, &mut literal);
        Ok(pieces)
    }

    /// The variable at the start of `text`, and its length.
    fn variable_in(&mut self, text: &[u8], kind: Kind) -> Native<(Node, usize)> {
        let unknown = || Stop::perl("a dollar sign in a text");
        let next = *text.get(1).ok_or_else(unknown)?;
        let mut len = match next {
            b'$' => {
                2 + text[2..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count()
            }
            b'&' if kind == Kind::Text => 2,
            b'1'..=b'9' => {
                1 + text[1..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count()
            }
            b'{' => {
                let inner = &text[2..];
                let len = inner
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                    .count();
                if len == 0 || inner.get(len) != Some(&b'}') {
                    return Err(unknown());
                }
                len + 3
            }
            _ => 1 + word_len(&text[1..]),
        };
        if len < 2 || text[len..].starts_with(b"::") {
            return Err(unknown());
        }
        let mut source = text[..len].to_vec();
        if next == b'{' && source[2].is_ascii_digit() {
            source.retain(|byte| !matches!(byte, b'{' | b'}'));
        }
        match text.get(len) {
            Some(b'[') => {
                let inner = &text[len + 1..];
                let end = inner
                    .iter()
                    .position(|byte| *byte == b']')
                    .ok_or_else(unknown)?;
                let index = &inner[..end];
                let digits = index.strip_prefix(b"-").unwrap_or(index);
                let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
                let is_variable =
                    index.first() == Some(&b'$') && word_len(&index[1..]) + 1 == index.len();
                // In a pattern `$x[..]` may be a class: only what cannot be one is an element.
                let plain = is_number || is_variable;
                if !plain || kind == Kind::Pattern && !source.ends_with(b"arg") || source.len() < 2
                {
                    return Err(unknown());
                }
                len += end + 2;
                source.extend(b"[");
                source.extend(index);
                source.extend(b"]");
            }
            Some(b'{')
                if kind == Kind::Text
                    || !text[len + 1..].first().is_some_and(u8::is_ascii_digit) =>
            {
                return Err(unknown());
            }
            Some(b'-') if text[len..].starts_with(b"->[") || text[len..].starts_with(b"->{") => {
                return Err(unknown());
            }
            _ => {}
        }
        Ok((self.inside(&source, Inside::Term)?, len))
    }
}

fn flush(pieces: &mut Vec<Piece>, literal: &mut Vec<u8>) {
    if !literal.is_empty() {
        pieces.push(Piece::Text(std::mem::take(literal)));
    }
}

fn word_len(text: &[u8]) -> usize {
    if text.first().is_some_and(u8::is_ascii_digit) {
        return 0;
    }
    text.iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count()
}

fn closing(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        b'<' => b'>',
        other => other,
    }
}

/// `imsx`, and the letters that are left.
fn flags(letters: &[u8]) -> Native<(u8, Vec<u8>)> {
    let mut flags = 0;
    let mut others = Vec::new();
    for letter in letters {
        flags |= match letter {
            b'i' => ANY_CASE,
            b'm' => LINES,
            b's' => DOT_ALL,
            b'x' if flags & EXTENDED != 0 => return Err(Stop::perl("/xx")),
            b'x' => EXTENDED,
            other => {
                others.push(*other);
                0
            }
        };
    }
    Ok((flags, others))
}

/// The text without the backslashes before its delimiters.
fn bare(raw: &[u8], delimiter: u8) -> Native<Vec<u8>> {
    let close = closing(delimiter);
    let mut text = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        match raw.get(at + 1) {
            Some(next) if raw[at] == b'\\' && (*next == delimiter || *next == close) => {
                if matches!(delimiter, b'$' | b'@' | b'\\' | b'-') {
                    return Err(Stop::perl("a delimiter with a meaning of its own"));
                }
                text.push(*next);
                at += 2;
            }
            Some(next) if raw[at] == b'\\' => {
                text.extend([b'\\', *next]);
                at += 2;
            }
            _ => {
                text.push(raw[at]);
                at += 1;
            }
        }
    }
    Ok(text)
}

/// The same of a pattern, where a delimiter may mean something there.
fn for_pattern(raw: &[u8], delimiter: u8) -> Native<Vec<u8>> {
    let escaped = raw
        .windows(2)
        .any(|pair| pair[0] == b'\\' && (pair[1] == delimiter || pair[1] == closing(delimiter)));
    if !escaped {
        return Ok(raw.to_vec());
    }
    if !matches!(
        delimiter,
        b'/' | b',' | b'!' | b'%' | b'"' | b'~' | b';' | b'`' | b'&'
    ) {
        return Err(Stop::perl("an escaped delimiter in a pattern"));
    }
    bare(raw, delimiter)
}

/// A text in single quotes: only `\\` and the delimiter are escaped.
fn single(raw: &[u8], delimiter: u8) -> Native<Vec<u8>> {
    if delimiter == b'\\' {
        return Err(Stop::perl("a backslash as a delimiter"));
    }
    let close = closing(delimiter);
    let mut text = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().peekable();
    while let Some(byte) = bytes.next() {
        match bytes.peek() {
            Some(next)
                if *byte == b'\\'
                    && (**next == b'\\' || **next == delimiter || **next == close) =>
            {
                text.push(**next);
                bytes.next();
            }
            _ => text.push(*byte),
        }
    }
    Ok(text)
}
