//! Sizes and rates as rsync writes them: `1.5m`, `2g+1`, `10KiB`.
//!
//! Boundary: text to numbers; no clock, no file. The facts are rsync(1)'s, under `--max-size` and
//! `--bwlimit`. Two things are stricter than rsync 3.5: a number without a digit (``, `k`, `.`), which it takes
//! for 0, is an error, and the arithmetic is in whole numbers, so that the largest size is what rsync(1) says it is.

use std::num::NonZeroU64;

use thiserror::Error;

/// The largest size: 8192P-1, what a file offset can hold.
const MOST: u128 = i64::MAX as u128;

/// A bare number of `--bwlimit` counts these, and every rate is a whole number of them.
const KIB: u64 = 1024;

/// Digits behind the point that count; more change no byte of any size below [`MOST`], but for
/// one that is cut a hair below a whole byte. With them, `fraction * unit` stays within a u128.
const FRACTION_DIGITS: usize = 22;

/// Why a text is no size or rate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnitError {
    /// It is not a number with a unit.
    #[error(
        "`{text}` is not a size; write a number, then nothing or one of B K M G T P (of 1024), KB MB GB (of 1000), KiB MiB GiB (of 1024), then +1 or -1 if need be: 1.5M, 10GB, 2g-1"
    )]
    Size {
        /// What was written.
        text: String,
    },
    /// It is not a number of files per second.
    #[error(
        "`{text}` is not a number of files per second; write a whole number, as 500 or 500/s, or 0 for no limit"
    )]
    Files {
        /// What was written.
        text: String,
    },
    /// It is more than a file can hold.
    #[error("`{text}` is too large; the largest is 8192P-1")]
    TooLarge {
        /// What was written.
        text: String,
    },
    /// It is a rate that would round to nothing.
    #[error(
        "the rate `{text}` is too small; give 512B or more, or 0 for no limit (a number without a unit counts KiB)"
    )]
    TooSmall {
        /// What was written.
        text: String,
    },
}

/// Reads a size, in bytes.
///
/// `B K M G T P` in either case; the letter alone or with `iB` is a power of 1024, with `B` a power of 1000
/// (`10KB`); no unit is bytes. The number may have a fraction, of which whole bytes count. `+1` or `-1` at the end
/// moves it by a byte.
///
/// ```
/// # use prun::copy::units::parse_size;
/// assert_eq!(parse_size("1.5mb-1"), Ok(1_499_999));
/// assert_eq!(parse_size("2g+1"), Ok(2_147_483_649));
/// ```
pub fn parse_size(text: &str) -> Result<u64, UnitError> {
    parse(text, 1)
}

/// Reads a rate as `--bwlimit` has it, in bytes per second; `None` is no limit, written `0`.
///
/// As [`parse_size`], but a number without a unit counts KiB, and the rate is rounded to the nearest
/// KiB per second, as rsync does.
pub fn parse_rate(text: &str) -> Result<Option<NonZeroU64>, UnitError> {
    let bytes = parse(text, u128::from(KIB))?;
    if bytes > 0 && bytes < KIB / 2 {
        return Err(UnitError::TooSmall {
            text: text.to_owned(),
        });
    }
    Ok(NonZeroU64::new((bytes + KIB / 2) / KIB * KIB))
}

/// Reads a number of files per second (`500`, `500/s`); `None` is no limit, written `0`.
///
/// rsync has no such option; the number is plain, since nobody counts files in KiB.
pub fn parse_files_rate(text: &str) -> Result<Option<NonZeroU64>, UnitError> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    match number.parse() {
        Ok(files) if digits => Ok(NonZeroU64::new(files)),
        _ => Err(UnitError::Files {
            text: text.to_owned(),
        }),
    }
}

fn parse(text: &str, without_unit: u128) -> Result<u64, UnitError> {
    let (rest, offset) = if let Some(rest) = text.strip_suffix("+1") {
        (rest, 1)
    } else if let Some(rest) = text.strip_suffix("-1") {
        (rest, -1)
    } else {
        (text, 0)
    };
    let end = rest
        .bytes()
        .position(|b| !b.is_ascii_digit() && b != b'.')
        .unwrap_or(rest.len());
    let (number, unit) = rest.split_at(end);
    let malformed = || UnitError::Size {
        text: text.to_owned(),
    };
    let too_large = || UnitError::TooLarge {
        text: text.to_owned(),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return Err(malformed());
    }
    let multiple = multiple(unit, without_unit).ok_or_else(malformed)?;
    let fraction = &fraction[..fraction.len().min(FRACTION_DIGITS)];
    let scale = fraction.bytes().fold(1_u128, |scale, _| scale * 10);
    let bytes = decimal(whole)
        .and_then(|whole| whole.checked_mul(multiple))
        .zip(decimal(fraction))
        .map(|(whole, fraction)| whole.saturating_add(fraction * multiple / scale))
        .and_then(|bytes| bytes.checked_add(1))
        .ok_or_else(too_large)?;
    // One too many so far, so that `-1` cannot wrap.
    let bytes = match offset {
        1 => bytes,
        0 => bytes - 1,
        _ => bytes.checked_sub(2).ok_or_else(malformed)?,
    };
    match u64::try_from(bytes) {
        Ok(small) if bytes <= MOST => Ok(small),
        _ => Err(too_large()),
    }
}

/// The number that these digits write, or `None` if it is beyond all bounds.
fn decimal(digits: &str) -> Option<u128> {
    digits.bytes().try_fold(0_u128, |number, digit| {
        number
            .checked_mul(10)?
            .checked_add(u128::from(digit - b'0'))
    })
}

/// How many bytes the unit stands for.
fn multiple(unit: &str, without_unit: u128) -> Option<u128> {
    let unit = unit.to_ascii_lowercase();
    let mut letters = unit.chars();
    let Some(letter) = letters.next() else {
        return Some(without_unit);
    };
    let power = "bkmgtp".find(letter)?;
    let base: u128 = match letters.as_str() {
        "" | "ib" => 1024,
        "b" => 1000,
        _ => return None,
    };
    base.checked_pow(u32::try_from(power).ok()?)
}

#[cfg(test)]
mod tests;
