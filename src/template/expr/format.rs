//! `sprintf`.
//!
//! Boundary: a format and its values in, bytes out. What is rare in it
//! (`%v`, `%1$s`, sizes) is left to perl.

use super::error::{Native, Stop};
use super::number;
use super::scalar::{Scalar, within};

/// The flags between `%` and the width.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of sprintf, in any combination"
)]
struct Flags {
    left: bool,
    plus: bool,
    blank: bool,
    zero: bool,
    other_form: bool,
}

/// Fills `format` with `values`; missing ones are empty, or 0.
pub(super) fn sprintf(format: &[u8], values: &[Scalar]) -> Native<Vec<u8>> {
    let mut written = Vec::new();
    let mut values = values.iter();
    let mut at = 0;
    while at < format.len() {
        if format[at] != b'%' {
            written.push(format[at]);
            at += 1;
            continue;
        }
        at += 1;
        let mut flags = Flags::default();
        while let Some(byte) = format.get(at) {
            match byte {
                b'-' => flags.left = true,
                b'+' => flags.plus = true,
                b' ' => flags.blank = true,
                b'0' => flags.zero = true,
                b'#' => flags.other_form = true,
                _ => break,
            }
            at += 1;
        }
        let mut width = count(format, &mut at, &mut values)?;
        if let Some(value) = width
            && value < 0
        {
            flags.left = true;
            width = Some(-value);
        }
        let precision = if format.get(at) == Some(&b'.') {
            at += 1;
            // `%.f` is `%.0f`; a negative one counts as none.
            Some(count(format, &mut at, &mut values)?.unwrap_or(0)).filter(|value| *value >= 0)
        } else {
            None
        };
        let letter = *format.get(at).ok_or_else(unknown)?;
        at += 1;
        let width = usize::try_from(width.unwrap_or(0)).map_err(|_| unknown())?;
        let precision = precision
            .map(usize::try_from)
            .transpose()
            .map_err(|_| unknown())?;
        within(width.max(precision.unwrap_or(0)))?;
        if letter == b'%' {
            written.push(b'%');
            continue;
        }
        let value = values.next().cloned().unwrap_or(Scalar::Undef);
        convert(&mut written, letter, flags, width, precision, value)?;
        within(written.len())?;
    }
    Ok(written)
}

fn unknown() -> Stop {
    Stop::perl("a format of sprintf")
}

/// A width or precision: digits, or `*` for the next value.
fn count<'a>(
    format: &[u8],
    at: &mut usize,
    values: &mut impl Iterator<Item = &'a Scalar>,
) -> Native<Option<i64>> {
    if format.get(*at) == Some(&b'*') {
        *at += 1;
        return Ok(Some(values.next().map_or(Ok(0), Scalar::offset)?));
    }
    let digits = format[*at..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 {
        return Ok(None);
    }
    let shown = std::str::from_utf8(&format[*at..*at + digits]).map_err(|_| unknown())?;
    *at += digits;
    shown.parse().map(Some).map_err(|_| unknown())
}

fn convert(
    written: &mut Vec<u8>,
    letter: u8,
    flags: Flags,
    width: usize,
    precision: Option<usize>,
    value: Scalar,
) -> Native<()> {
    let zero = flags.zero && !flags.left;
    let (sign, prefix, body, zero) = match letter {
        b's' => {
            let mut text = value.into_bytes();
            text.truncate(precision.unwrap_or(text.len()));
            ("", "", text, zero)
        }
        b'c' => {
            let byte =
                u8::try_from(value.integer()?).map_err(|_| Stop::perl("a wide character"))?;
            ("", "", vec![byte], zero)
        }
        b'd' | b'i' => {
            // A greater one wraps around in perl.
            let number = value.offset()?;
            let shown = number.unsigned_abs().to_string();
            (
                sign(number < 0, flags),
                "",
                digits(shown, precision),
                zero && precision.is_none(),
            )
        }
        b'u' | b'x' | b'X' | b'o' | b'b' | b'B' => {
            let number = u64::try_from(value.integer()?).map_err(|_| unknown())?;
            let (shown, prefix) = match letter {
                b'x' => (format!("{number:x}"), "0x"),
                b'X' => (format!("{number:X}"), "0X"),
                b'o' => (format!("{number:o}"), "0"),
                b'b' => (format!("{number:b}"), "0b"),
                b'B' => (format!("{number:b}"), "0B"),
                _ => (number.to_string(), ""),
            };
            let prefix = if flags.other_form && number != 0 {
                prefix
            } else {
                ""
            };
            if prefix == "0" && precision.is_some() {
                return Err(unknown());
            }
            (
                "",
                prefix,
                digits(shown, precision),
                zero && precision.is_none(),
            )
        }
        b'e' | b'f' | b'F' | b'g' | b'E' | b'G' => {
            let number = value.float();
            if number::not_finite(number).is_some() || flags.other_form {
                return Err(unknown());
            }
            let precision = precision.unwrap_or(6);
            let size = number.abs();
            let shown = match letter {
                b'e' | b'E' => number::scientific(size, precision),
                b'g' | b'G' if size == 0.0 => "0".into(),
                b'g' | b'G' => number::general(size, precision, false),
                _ => format!("{size:.precision$}"),
            };
            let shown = if letter.is_ascii_uppercase() {
                shown.to_uppercase()
            } else {
                shown
            };
            (
                sign(number.is_sign_negative(), flags),
                "",
                shown.into_bytes(),
                zero,
            )
        }
        _ => return Err(unknown()),
    };
    let fill = width.saturating_sub(sign.len() + prefix.len() + body.len());
    let blanks = |written: &mut Vec<u8>, byte| written.extend(std::iter::repeat_n(byte, fill));
    if !flags.left && !zero {
        blanks(written, b' ');
    }
    written.extend(sign.as_bytes());
    written.extend(prefix.as_bytes());
    if zero {
        blanks(written, b'0');
    }
    written.extend(body);
    if flags.left {
        blanks(written, b' ');
    }
    Ok(())
}

fn sign(is_negative: bool, flags: Flags) -> &'static str {
    match (is_negative, flags.plus, flags.blank) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

/// At least as many digits as the precision says; 0 with precision 0 has none.
fn digits(shown: String, precision: Option<usize>) -> Vec<u8> {
    match precision {
        Some(0) if shown == "0" => Vec::new(),
        Some(least) if shown.len() < least => format!("{shown:0>least$}").into_bytes(),
        _ => shown.into_bytes(),
    }
}
