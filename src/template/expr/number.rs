//! Numbers: read from the front of a text, and shown, as perl does both.
//!
//! Boundary: text and numbers. Which operator wants a number is `scalar`'s.

use super::scalar::Scalar;

/// The number at the start of a text; none is 0.
pub(super) fn parse(text: &[u8]) -> Scalar {
    let text = text.trim_ascii_start();
    let (sign, digits) = match text.first() {
        Some(b'-') => (-1, &text[1..]),
        Some(b'+') => (1, &text[1..]),
        _ => (1, text),
    };
    if let Some(special) = special(digits) {
        return Scalar::Float(f64::from(sign) * special);
    }
    let whole = run(digits);
    let mut end = whole;
    let mut fraction = 0;
    if digits.get(end) == Some(&b'.') {
        fraction = run(&digits[end + 1..]);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return Scalar::Int(0);
    }
    if matches!(digits.get(end), Some(b'e' | b'E')) {
        let mut at = end + 1;
        at += usize::from(matches!(digits.get(at), Some(b'+' | b'-')));
        let exponent = run(digits.get(at..).unwrap_or_default());
        if exponent > 0 {
            end = at + exponent;
        }
    }
    let shown = std::str::from_utf8(&digits[..end]).unwrap_or("0");
    if end == whole
        && let Ok(value) = shown.parse::<u64>()
        && (sign > 0 || value <= 1 << 63)
    {
        // "-0" is a text that counts as the integer 0.
        return Scalar::Int(i128::from(sign) * i128::from(value));
    }
    Scalar::Float(f64::from(sign) * shown.parse::<f64>().unwrap_or(0.0))
}

fn run(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn special(text: &[u8]) -> Option<f64> {
    let word: Vec<u8> = text.iter().take(3).map(u8::to_ascii_lowercase).collect();
    match word.as_slice() {
        b"inf" => Some(f64::INFINITY),
        b"nan" => Some(f64::NAN),
        _ => None,
    }
}

/// As `%.15g` shows it.
pub(super) fn show(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    general(value, 15, false)
}

/// `Inf`, `-Inf`, `NaN`.
pub(super) fn not_finite(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value < 0.0 { "-Inf" } else { "Inf" })
    } else {
        None
    }
}

/// As `%.Pe` shows it.
pub(super) fn scientific(value: f64, precision: usize) -> String {
    let shown = format!("{value:.precision$e}");
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// As `%.Pg` shows it; `#` keeps the zeros at the end.
pub(super) fn general(value: f64, precision: usize, keep_zeros: bool) -> String {
    if let Some(word) = not_finite(value) {
        return word.into();
    }
    let precision = precision.max(1);
    let shown = scientific(value, precision - 1);
    let exponent: i32 = shown
        .rsplit('e')
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let digits = i32::try_from(precision).unwrap_or(i32::MAX);
    if exponent < -4 || exponent >= digits {
        let (mantissa, rest) = shown.split_once('e').unwrap_or((&shown, ""));
        return format!("{}e{rest}", trimmed(mantissa, keep_zeros));
    }
    let places = usize::try_from(digits - 1 - exponent).unwrap_or(0);
    trimmed(&format!("{value:.places$}"), keep_zeros).to_owned()
}

fn trimmed(text: &str, keep_zeros: bool) -> &str {
    if keep_zeros || !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.')
}
