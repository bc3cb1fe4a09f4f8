//! Functions of values: case, positions, joining.
//!
//! Boundary: scalars in and out; no variable is known here. Case is that of
//! ASCII: values are bytes.

use std::ops::Range;

use super::error::{Native, Stop};
use super::format;
use super::scalar::{Scalar, within};
use super::tree::{Function, Unary};

/// `uc` and its kin.
pub(super) fn unary(function: Unary, value: Scalar) -> Native<Scalar> {
    let text = |change: fn(&mut [u8])| {
        let mut bytes = value.clone().into_bytes();
        change(&mut bytes);
        Ok(Scalar::Bytes(bytes))
    };
    match function {
        Unary::Uc => text(<[u8]>::make_ascii_uppercase),
        Unary::Lc => text(<[u8]>::make_ascii_lowercase),
        Unary::UcFirst => text(|bytes| first(bytes).make_ascii_uppercase()),
        Unary::LcFirst => text(|bytes| first(bytes).make_ascii_lowercase()),
        Unary::Length if value == Scalar::Undef => Ok(value),
        Unary::Length => Ok(Scalar::count(value.into_bytes().len())),
        Unary::Defined => Ok(Scalar::truth(value != Scalar::Undef)),
        Unary::QuoteMeta => Ok(Scalar::Bytes(quote_meta(&value.into_bytes()))),
        Unary::Abs => match value.number() {
            number if number.float() < 0.0 => number.negated(),
            number => Ok(number),
        },
        Unary::Int => match value.number() {
            #[expect(clippy::cast_possible_truncation, reason = "the range is looked at")]
            Scalar::Float(value) if value > -9.2e18 && value < 1.8e19 => {
                Ok(Scalar::Int(value.trunc() as i128))
            }
            Scalar::Float(value) => Ok(Scalar::Float(value.trunc())),
            number => Ok(number),
        },
        Unary::Sqrt => match value.float() {
            negative if negative < 0.0 => {
                Err(Stop::Fail("the square root of a negative number".into()))
            }
            value => Ok(Scalar::Float(value.sqrt())),
        },
        Unary::Hex => based(&value.into_bytes(), 16),
        Unary::Oct => {
            let bytes = value.into_bytes();
            let text = bytes.trim_ascii();
            match text {
                [b'0', b'x' | b'X', ..] => based(text, 16),
                [b'0', b'b' | b'B', digits @ ..] => based(digits, 2),
                _ => based(text, 8),
            }
        }
        Unary::Ord => Ok(Scalar::Int(
            value.into_bytes().first().copied().unwrap_or(0).into(),
        )),
        Unary::Chr => {
            let byte = u8::try_from(value.integer()?);
            let byte = byte.map_err(|_| Stop::perl("a wide character"))?;
            Ok(Scalar::Bytes(vec![byte]))
        }
        // Known where the node is: a list is not a value.
        Unary::Scalar => Ok(value),
    }
}

fn first(bytes: &mut [u8]) -> &mut [u8] {
    let len = bytes.len().min(1);
    &mut bytes[..len]
}

fn based(text: &[u8], base: u32) -> Native<Scalar> {
    let digits = match text {
        [b'0', b'x' | b'X', digits @ ..] if base == 16 => digits,
        digits => digits,
    };
    if digits.is_empty() {
        return Ok(Scalar::Int(0));
    }
    let plain = digits.iter().all(|byte| char::from(*byte).is_digit(base));
    let shown = std::str::from_utf8(digits).ok().filter(|_| plain);
    let value = shown.and_then(|digits| u64::from_str_radix(digits, base).ok());
    let value = value.ok_or_else(|| Stop::perl("digits that are none"))?;
    Ok(Scalar::Int(value.into()))
}

fn quote_meta(bytes: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(bytes.len());
    for byte in bytes {
        if !byte.is_ascii_alphanumeric() && *byte != b'_' {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted
}

/// The bytes that `substr` means; `None` if they are outside.
pub(super) fn part(len: usize, offset: i64, count: Option<i64>) -> Option<Range<usize>> {
    let len = i64::try_from(len).ok()?;
    let from = if offset < 0 { offset + len } else { offset };
    if from > len {
        return None;
    }
    let to = match count {
        None => len,
        Some(count) if count < 0 => len + count,
        Some(count) => from.saturating_add(count),
    };
    if from < 0 && to < 0 {
        return None;
    }
    let from = from.max(0);
    let to = to.clamp(from, len.max(from)).min(len);
    Some(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
}

/// `index` and `rindex`.
pub(super) fn index(function: Function, values: &[Scalar]) -> Native<Scalar> {
    let text = values[0].clone().into_bytes();
    let sought = values[1].clone().into_bytes();
    let len = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let from = values.get(2).map(Scalar::offset).transpose()?;
    let places = text.len().checked_sub(sought.len());
    let found = places.and_then(|last| {
        let matches = |at: &usize| text[*at..].starts_with(&sought);
        if function == Function::Index {
            let from = usize::try_from(from.unwrap_or(0).clamp(0, len)).unwrap_or(0);
            return (from..=last).find(matches);
        }
        let from = from.unwrap_or(len);
        if from < 0 {
            // Perl finds what begins at the start even so.
            return (0..=0).find(|at| sought.is_empty() && matches(at));
        }
        let last = last.min(usize::try_from(from).unwrap_or(usize::MAX));
        (0..=last).rev().find(matches)
    });
    Ok(found.map_or(Scalar::Int(-1), Scalar::count))
}

/// `sprintf`, `join`, and `reverse` as one value.
pub(super) fn of_list(function: Function, values: Vec<Scalar>) -> Native<Scalar> {
    let mut values = values.into_iter();
    let bytes = match function {
        Function::Reverse => {
            let mut text = join(b"", values);
            text.reverse();
            text
        }
        Function::Sprintf => {
            let format = values.next().unwrap_or(Scalar::Undef).into_bytes();
            format::sprintf(&format, values.as_slice())?
        }
        _ => {
            let between = values.next().unwrap_or(Scalar::Undef).into_bytes();
            join(&between, values)
        }
    };
    within(bytes.len())?;
    Ok(Scalar::Bytes(bytes))
}

/// The values with `between` between them.
pub(super) fn join(between: &[u8], values: impl IntoIterator<Item = Scalar>) -> Vec<u8> {
    let mut text = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            text.extend(between);
        }
        text.extend(value.into_bytes());
    }
    text
}

/// A text that is put together, with `\U \L \Q \u \l \E` in force.
#[derive(Debug, Default)]
pub(super) struct Text {
    written: Vec<u8>,
    modes: Vec<u8>,
    once: Option<u8>,
}

impl Text {
    pub(super) fn case(&mut self, letter: u8) {
        match letter {
            b'E' => {
                self.modes.pop();
            }
            b'u' | b'l' => self.once = Some(letter),
            b'U' | b'L' => {
                // One ends the other.
                if let Some(at) = self.modes.iter().position(|mode| *mode != b'Q') {
                    self.modes.truncate(at);
                }
                self.modes.push(letter);
            }
            mode => self.modes.push(mode),
        }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        let mut bytes = bytes.to_vec();
        if self.modes.contains(&b'U') {
            bytes.make_ascii_uppercase();
        }
        if self.modes.contains(&b'L') {
            bytes.make_ascii_lowercase();
        }
        if !bytes.is_empty() {
            match self.once.take() {
                Some(b'u') => first(&mut bytes).make_ascii_uppercase(),
                Some(_) => first(&mut bytes).make_ascii_lowercase(),
                None => {}
            }
        }
        if self.modes.contains(&b'Q') {
            bytes = quote_meta(&bytes);
        }
        self.written.extend(bytes);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.written
    }
}
