//! One value as Perl sees it: text, a number, or nothing.
//!
//! Boundary: conversions and arithmetic. Integers are exact from the least
//! signed to the greatest unsigned of 64 bits, as perl's are; beyond, floats.

use std::cmp::Ordering;

use super::error::{Native, Stop};
use super::number;
use super::tree::Op;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Undef,
    Int(i128),
    Float(f64),
    Bytes(Vec<u8>),
}

/// No value may grow beyond this: a mistake should be an error, not the end of memory.
const LONGEST: usize = 64 << 20;

const LEAST: i128 = i64::MIN as i128;
const GREATEST: i128 = u64::MAX as i128;

impl Scalar {
    /// Perl's true and false.
    pub(super) fn truth(value: bool) -> Self {
        if value {
            Self::Int(1)
        } else {
            Self::Bytes(Vec::new())
        }
    }

    pub(super) fn count(value: usize) -> Self {
        Self::Int(i128::try_from(value).unwrap_or(GREATEST))
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Undef => false,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Bytes(bytes) => !bytes.is_empty() && bytes != b"0",
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Undef => Vec::new(),
            Self::Int(value) => value.to_string().into_bytes(),
            Self::Float(value) => number::show(value).into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// As a number: `Int` or `Float`.
    pub(super) fn number(&self) -> Self {
        match self {
            Self::Undef => Self::Int(0),
            Self::Int(value) => Self::Int(*value),
            Self::Float(value) => Self::Float(*value),
            Self::Bytes(bytes) => number::parse(bytes),
        }
    }

    pub(super) fn float(&self) -> f64 {
        match self.number() {
            #[expect(clippy::cast_precision_loss, reason = "what perl does as well")]
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
            Self::Undef | Self::Bytes(_) => 0.0,
        }
    }

    /// Cut to a whole number; what does not fit is left to perl.
    pub(super) fn integer(&self) -> Native<i128> {
        match self.number() {
            Self::Int(value) => Ok(value),
            #[expect(clippy::cast_possible_truncation, reason = "the range is looked at")]
            Self::Float(value) if value.abs() < 9.2e18 => Ok(value.trunc() as i128),
            _ => Err(Stop::perl("a whole number beyond 64 bits")),
        }
    }

    /// A position or length.
    pub(super) fn offset(&self) -> Native<i64> {
        i64::try_from(self.integer()?).map_err(|_| Stop::perl("a position beyond 64 bits"))
    }

    fn of_integer(value: Option<i128>, float: impl FnOnce() -> f64) -> Self {
        match value {
            Some(value) if (LEAST..=GREATEST).contains(&value) => Self::Int(value),
            _ => Self::Float(float()),
        }
    }

    pub(super) fn negated(&self) -> Native<Self> {
        if let Self::Bytes(bytes) = self
            && !bytes.first().is_none_or(u8::is_ascii_digit)
            && !bytes
                .strip_prefix(b"-")
                .is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
        {
            return Err(Stop::perl("minus before a text"));
        }
        Ok(match self.number() {
            Self::Int(value) => Self::of_integer(Some(-value), || -self.float()),
            other => Self::Float(-other.float()),
        })
    }

    /// The next number, as `++` gives it.
    pub(super) fn next(&self) -> Native<Self> {
        if let Self::Bytes(bytes) = self {
            // A text that was used as a number before counts as one.
            if next_label(bytes).is_some() {
                return Err(Stop::perl("counting up a text"));
            }
            // `007` becomes `008`, but 8 if it was used as a number before.
            let is_digits = bytes.iter().all(u8::is_ascii_digit);
            if is_digits && (bytes.len() > 18 || bytes.len() > 1 && bytes[0] == b'0') {
                return Err(Stop::perl("counting up a text of digits"));
            }
        }
        Ok(self.plus(1))
    }

    /// The same of a value that was not used before: letters and digits count
    /// up as in a spreadsheet.
    pub(super) fn next_text(&self) -> Native<Self> {
        match self {
            Self::Bytes(bytes) if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit) => {
                Ok(Self::Bytes(count_up(bytes)))
            }
            Self::Bytes(bytes) => match next_label(bytes) {
                Some(next) => Ok(Self::Bytes(next)),
                None => self.next(),
            },
            other => other.next(),
        }
    }

    pub(super) fn plus(&self, step: i128) -> Self {
        match self.number() {
            #[expect(clippy::cast_precision_loss, reason = "what perl does as well")]
            Self::Int(value) => Self::of_integer(Some(value + step), || (value + step) as f64),
            #[expect(clippy::cast_precision_loss, reason = "one, or minus one")]
            other => Self::Float(other.float() + step as f64),
        }
    }
}

fn next_label(bytes: &[u8]) -> Option<Vec<u8>> {
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let letters = letters.count();
    if letters == 0 || !bytes[letters..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(count_up(bytes))
}

/// The next of letters and digits, each of which keeps its kind.
fn count_up(bytes: &[u8]) -> Vec<u8> {
    let mut next = bytes.to_vec();
    for index in (0..next.len()).rev() {
        let (carry, wrapped) = match next[index] {
            b'z' => (true, b'a'),
            b'Z' => (true, b'A'),
            b'9' => (true, b'0'),
            byte => (false, byte + 1),
        };
        next[index] = wrapped;
        if !carry {
            return next;
        }
    }
    let first = match next[0] {
        b'0' => b'1',
        letter => letter,
    };
    next.insert(0, first);
    next
}

/// `left OP right`.
pub(super) fn binary(op: Op, left: Scalar, right: Scalar) -> Native<Scalar> {
    Ok(match op {
        Op::Add => arithmetic(&left, &right, i128::checked_add, |a, b| a + b),
        Op::Sub => arithmetic(&left, &right, i128::checked_sub, |a, b| a - b),
        Op::Mul => arithmetic(&left, &right, i128::checked_mul, |a, b| a * b),
        Op::Div => divide(&left, &right)?,
        Op::Rem => remainder(&left, &right)?,
        Op::Pow => power(&left, &right)?,
        Op::Concat => {
            let mut text = left.into_bytes();
            text.extend(right.into_bytes());
            within(text.len())?;
            Scalar::Bytes(text)
        }
        Op::Repeat => {
            let times = usize::try_from(right.integer()?.max(0)).unwrap_or(usize::MAX);
            let text = left.into_bytes();
            within(text.len().saturating_mul(times))?;
            Scalar::Bytes(text.repeat(times))
        }
        Op::NumLt => compare(&left, &right, Ordering::is_lt),
        Op::NumGt => compare(&left, &right, Ordering::is_gt),
        Op::NumLe => compare(&left, &right, Ordering::is_le),
        Op::NumGe => compare(&left, &right, Ordering::is_ge),
        Op::NumEq => compare(&left, &right, Ordering::is_eq),
        Op::NumNe => Scalar::truth(numeric(&left, &right).is_none_or(Ordering::is_ne)),
        Op::NumCmp => numeric(&left, &right).map_or(Scalar::Undef, sign),
        Op::Cmp => sign(left.into_bytes().cmp(&right.into_bytes())),
        Op::Lt => Scalar::truth(left.into_bytes() < right.into_bytes()),
        Op::Gt => Scalar::truth(left.into_bytes() > right.into_bytes()),
        Op::Le => Scalar::truth(left.into_bytes() <= right.into_bytes()),
        Op::Ge => Scalar::truth(left.into_bytes() >= right.into_bytes()),
        Op::Eq => Scalar::truth(left.into_bytes() == right.into_bytes()),
        Op::Ne => Scalar::truth(left.into_bytes() != right.into_bytes()),
    })
}

/// Refuses a text that is too long.
pub(super) fn within(len: usize) -> Native<()> {
    if len > LONGEST {
        return Err(Stop::Fail(format!(
            "the result is longer than {} MiB",
            LONGEST >> 20
        )));
    }
    Ok(())
}

fn sign(order: Ordering) -> Scalar {
    Scalar::Int(order as i128)
}

fn compare(left: &Scalar, right: &Scalar, holds: fn(Ordering) -> bool) -> Scalar {
    Scalar::truth(numeric(left, right).is_some_and(holds))
}

fn numeric(left: &Scalar, right: &Scalar) -> Option<Ordering> {
    match (left.number(), right.number()) {
        (Scalar::Int(left), Scalar::Int(right)) => Some(left.cmp(&right)),
        (left, right) => left.float().partial_cmp(&right.float()),
    }
}

fn arithmetic(
    left: &Scalar,
    right: &Scalar,
    exact: fn(i128, i128) -> Option<i128>,
    float: fn(f64, f64) -> f64,
) -> Scalar {
    let approximate = || float(left.float(), right.float());
    match (left.number(), right.number()) {
        (Scalar::Int(a), Scalar::Int(b)) => Scalar::of_integer(exact(a, b), approximate),
        _ => Scalar::Float(approximate()),
    }
}

fn divide(left: &Scalar, right: &Scalar) -> Native<Scalar> {
    if right.float() == 0.0 {
        return Err(Stop::Fail("division by zero".into()));
    }
    Ok(match (left.number(), right.number()) {
        (Scalar::Int(a), Scalar::Int(b)) if a % b == 0 => Scalar::Int(a / b),
        _ => Scalar::Float(left.float() / right.float()),
    })
}

fn remainder(left: &Scalar, right: &Scalar) -> Native<Scalar> {
    let (left, right) = (left.integer()?, right.integer()?);
    if right == 0 {
        return Err(Stop::Fail("remainder of a division by zero".into()));
    }
    let rest = left.rem_euclid(right);
    // The result has the sign of the right side.
    Ok(Scalar::Int(if rest != 0 && right < 0 {
        rest + right
    } else {
        rest
    }))
}

fn power(left: &Scalar, right: &Scalar) -> Native<Scalar> {
    if let (Scalar::Int(base), Scalar::Int(exponent)) = (left.number(), right.number())
        && let Ok(exponent) = u32::try_from(exponent)
    {
        match base.checked_pow(exponent) {
            // Floats hold these exactly; what perl shows of larger ones depends on how it was built.
            Some(value) if value.abs() < 1_000_000_000_000_000 => return Ok(Scalar::Int(value)),
            _ => return Err(Stop::perl("a power beyond 15 digits")),
        }
    }
    Ok(Scalar::Float(left.float().powf(right.float())))
}
