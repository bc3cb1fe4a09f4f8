//! What the words after an option may look like: times, sizes, counts.
//!
//! Boundary: text in, plain values out; an error says only what is accepted,
//! the option and the value are named by whoever knows them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::str::FromStr;
use std::time::Duration;

/// A value that is not of the form its option takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{accepted}")]
pub struct ValueError {
    /// What the option takes, as advice: "give a number from 1".
    pub accepted: &'static str,
}

impl ValueError {
    pub(super) const fn new(accepted: &'static str) -> Self {
        Self { accepted }
    }
}

/// A length of time: `10`, `1.5s`, `100ms`, `1d3.5h16.6m4s`; seconds without a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        const WRONG: ValueError =
            ValueError::new("give a time: seconds, or with units as in 1.5s, 100ms, 1h30m, 2d");
        let mut rest = text;
        let mut seconds = 0.0;
        while !rest.is_empty() {
            let (number, after) = leading_number(rest).ok_or(WRONG)?;
            let (unit, after) = match after.as_bytes() {
                [] => (1.0, after),
                [b'm', b's', ..] => (0.001, &after[2..]),
                [b's', ..] => (1.0, &after[1..]),
                [b'm', ..] => (60.0, &after[1..]),
                [b'h', ..] => (3600.0, &after[1..]),
                [b'd', ..] => (86400.0, &after[1..]),
                _ => return Err(WRONG),
            };
            seconds += number * unit;
            rest = after;
        }
        if text.is_empty() {
            return Err(WRONG);
        }
        Duration::try_from_secs_f64(seconds)
            .map(Self)
            .map_err(|_| WRONG)
    }
}

/// `--delay D` or `--delay Dauto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelayArg {
    /// The time.
    pub time: Duration,
    /// Whether it adapts to how jobs end.
    pub adapts: bool,
}

impl FromStr for DelayArg {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (time, adapts) = match text.strip_suffix("auto") {
            Some(time) => (time, true),
            None => (text, false),
        };
        let Span(time) = time.parse()?;
        Ok(Self { time, adapts })
    }
}

/// `--load MAX`: a load, absolute or by the number of the machine's CPUs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LoadArg {
    /// `N`.
    Count(f64),
    /// `+N`: so much more than there are CPUs.
    Plus(f64),
    /// `-N`: so much less than there are CPUs.
    Minus(f64),
    /// `N%`: this part of the number of CPUs.
    Percent(f64),
}

impl LoadArg {
    /// The load on a machine with `cpus` CPUs. A load of 0 is never reached by
    /// an idle machine either, so the least is 0.01, as in GNU parallel.
    #[expect(clippy::cast_precision_loss, reason = "a number of CPUs")]
    pub fn resolve(self, cpus: usize) -> f64 {
        let cpus = cpus as f64;
        let load = match self {
            Self::Count(load) => load,
            Self::Plus(more) => cpus + more,
            Self::Minus(less) => cpus - less,
            Self::Percent(percent) => cpus * percent / 100.0,
        };
        load.max(0.01)
    }
}

impl FromStr for LoadArg {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let number = |text: &str| match leading_number(text) {
            Some((number, "")) => Ok(number),
            _ => Err(ValueError::new(
                "give a load as in 4 or 1.5, +N or -N (more or less than the CPUs), or N% of them",
            )),
        };
        if let Some(more) = text.strip_prefix('+') {
            number(more).map(Self::Plus)
        } else if let Some(less) = text.strip_prefix('-') {
            number(less).map(Self::Minus)
        } else if let Some(percent) = text.strip_suffix('%') {
            number(percent).map(Self::Percent)
        } else {
            number(text).map(Self::Count)
        }
    }
}

/// The number that `text` begins with (digits, at most one point), and what follows.
fn leading_number(text: &str) -> Option<(f64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    // An exponent is not taken: in `1e3d` nobody could say what is meant.
    let number = text[..end].parse::<f64>().ok()?;
    Some((number, &text[end..]))
}

/// When a job has run too long: `--timeout D` or `--timeout N%`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Timeout {
    /// After this time.
    After(Duration),
    /// After this percentage of the median run time of the jobs that succeeded.
    MedianPercent(f64),
}

impl FromStr for Timeout {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        const WRONG: ValueError = ValueError::new(
            "give a time from 1ms up as in 10, 1.5s, 1h30m, or a percentage of the median as in 200%",
        );
        if let Some(percent) = text.strip_suffix('%') {
            return match leading_number(percent) {
                Some((number, "")) if number > 0.0 => Ok(Self::MedianPercent(number)),
                _ => Err(WRONG),
            };
        }
        let Span(time) = text.parse().map_err(|_| WRONG)?;
        if time < Duration::from_millis(1) {
            Err(WRONG)
        } else {
            Ok(Self::After(time))
        }
    }
}

/// A number of bytes: `4096`, `64k` (1000), `64K` (1024), and so on for m M, g G, t T.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        const WRONG: ValueError = ValueError::new(
            "give a number of bytes from 1, with or without a unit: k is 1000, K is 1024, then m M g G t T",
        );
        let (digits, unit) = match text.as_bytes().last().ok_or(WRONG)? {
            b'k' => (&text[..text.len() - 1], 1000),
            b'K' => (&text[..text.len() - 1], 1 << 10),
            b'm' => (&text[..text.len() - 1], 1_000_000),
            b'M' => (&text[..text.len() - 1], 1 << 20),
            b'g' => (&text[..text.len() - 1], 1_000_000_000),
            b'G' => (&text[..text.len() - 1], 1 << 30),
            b't' => (&text[..text.len() - 1], 1_000_000_000_000),
            b'T' => (&text[..text.len() - 1], 1 << 40),
            _ => (text, 1),
        };
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(WRONG);
        }
        match digits
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(unit))
        {
            Some(bytes) if bytes > 0 => Ok(Self(bytes)),
            _ => Err(WRONG),
        }
    }
}

/// How large blocks are: a size, or a number of blocks a slot (`-3`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockArg {
    /// A number of bytes, as [`Size`] takes it.
    Bytes(u64),
    /// So many blocks to each slot.
    PerSlot(u64),
}

impl FromStr for BlockArg {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        const WRONG: ValueError = ValueError::new(
            "give a number of bytes from 1, with or without a unit: k is 1000, K is 1024, then m M g G t T; or -N for N blocks a slot",
        );
        match text.strip_prefix('-') {
            None => text
                .parse()
                .ok()
                .or_else(|| with_fraction(text))
                .map(|Size(bytes)| Self::Bytes(bytes))
                .ok_or(WRONG),
            Some(blocks) => match blocks.parse::<u32>() {
                Ok(blocks) if blocks > 0 && !text.starts_with("-+") => {
                    Ok(Self::PerSlot(blocks.into()))
                }
                _ => Err(WRONG),
            },
        }
    }
}

/// A size as `1.5M`, as GNU parallel takes it.
fn with_fraction(text: &str) -> Option<Size> {
    let (number, unit) = leading_number(text)?;
    let Size(unit) = format!("1{unit}").parse().ok()?;
    // Sizes are far below what a float holds exactly.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a positive number of bytes, rounded down; `as` stops at the largest"
    )]
    let bytes = (number * unit as f64) as u64;
    (bytes > 0).then_some(Size(bytes))
}

/// `--nice N`: how much to add to a job's niceness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nice(pub i32);

impl FromStr for Nice {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text.parse() {
            Ok(number @ -20..=19) => Ok(Self(number)),
            _ => Err(ValueError::new("give a number from -20 to 19")),
        }
    }
}

/// How inputs are separated: the bytes of `-d STR`, its escapes read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delimiter(pub Vec<u8>);

impl Delimiter {
    /// Reads the value of `-d`.
    pub(super) fn parse(text: &OsStr) -> Result<Self, ValueError> {
        match unescape(text.as_bytes()) {
            Some(bytes) if !bytes.is_empty() => Ok(Self(bytes)),
            _ => Err(ValueError::new(
                r"give the separator itself, or \n \t \r \0 \\, \101 (octal) or \x41",
            )),
        }
    }
}

/// Destinations: `D1,D2,...`; `\,` is a comma in the name of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destinations(pub Vec<Vec<u8>>);

impl Destinations {
    /// Reads the value of `--spread`.
    pub(super) fn parse(text: &OsStr) -> Result<Self, ValueError> {
        let mut all = vec![Vec::new()];
        let mut bytes = text.as_bytes().iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match (byte, all.last_mut()) {
                (b',', _) => all.push(Vec::new()),
                (b'\\', Some(last)) => last.push(bytes.next_if_eq(&b',').unwrap_or(byte)),
                (byte, Some(last)) => last.push(byte),
                (_, None) => {}
            }
        }
        if all.iter().any(Vec::is_empty) {
            return Err(ValueError::new(
                r"give paths with commas between them, as in D1,D2; \, is a comma in a path",
            ));
        }
        Ok(Self(all))
    }
}

/// A count from 1, as `-n` takes.
pub(super) fn count(text: &str) -> Result<usize, ValueError> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(ValueError::new("give a number from 1")),
    }
}

/// How often a job may be tried.
pub(super) fn tries(text: &str) -> Result<u32, ValueError> {
    text.parse()
        .map_err(|_| ValueError::new("give how often to try a job in all, 0 for without end"))
}

/// How many jobs there are.
pub(super) fn jobs_in_all(text: &str) -> Result<u64, ValueError> {
    text.parse()
        .map_err(|_| ValueError::new("give the number of jobs"))
}

/// Reads the escapes of `-d` and `--tagstring`: `\n \t \r \a \b \f \v \0 \\`,
/// octal `\101`, hexadecimal `\x41`. `None` if one is none of these.
pub fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'\\' {
            out.push(*first);
            continue;
        }
        let (letter, after) = rest.split_first()?;
        rest = after;
        match letter {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'v' => out.push(11),
            b'\\' => out.push(b'\\'),
            b'x' => out.push(leading_code(&mut rest, 16, 2)?),
            b'0'..=b'7' => {
                rest = &text[text.len() - rest.len() - 1..];
                out.push(leading_code(&mut rest, 8, 3)?);
            }
            _ => return None,
        }
    }
    Some(out)
}

/// Takes up to `most` digits of base `radix` off the front of `rest`.
fn leading_code(rest: &mut &[u8], radix: u32, most: usize) -> Option<u8> {
    let digits = rest
        .iter()
        .take(most)
        .take_while(|b| char::from(**b).is_digit(radix))
        .count();
    let (code, after) = rest.split_at(digits);
    *rest = after;
    u8::from_str_radix(std::str::from_utf8(code).ok()?, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let millis = |text: &str| text.parse::<Span>().map(|s| s.0.as_millis()).ok();
        for (text, expected) in [
            ("0", 0),
            ("10", 10_000),
            ("1.5", 1500),
            (".5s", 500),
            ("100ms", 100),
            ("1h30m", 5_400_000),
            ("1d3.5h16.6m4s", 86_400_000 + 12_600_000 + 996_000 + 4_000),
            ("1m1ms", 60_001),
        ] {
            assert_eq!(millis(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "abc",
            "-1",
            "+1",
            "1x",
            "1.2.3",
            "s",
            ".",
            "1e3",
            "nan",
            "inf",
            "99999999999999999999999d",
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
    }

    #[test]
    fn delays() {
        let delay = |text: &str| {
            text.parse::<DelayArg>()
                .map(|d| (d.time.as_millis(), d.adapts))
        };
        assert_eq!(delay("0.5"), Ok((500, false)));
        assert_eq!(delay("1m3sauto"), Ok((63_000, true)));
        for text in ["auto", "", "1auto2", "-1auto"] {
            assert!(delay(text).is_err(), "{text}");
        }
    }

    #[test]
    fn loads() {
        let of = |text: &str| text.parse::<LoadArg>().map(|load| load.resolve(4)).ok();
        for (text, expected) in [
            ("2.5", 2.5),
            ("0", 0.01),
            ("100%", 4.0),
            ("+1", 5.0),
            ("-1", 3.0),
            ("-9", 0.01),
            ("12.5%", 0.5),
        ] {
            assert_eq!(of(text), Some(expected), "{text}");
        }
        for text in ["", "x", "1x", "--1", "+-1", "%", "nan", "inf", "1e3"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn timeouts() {
        assert_eq!("200%".parse(), Ok(Timeout::MedianPercent(200.0)));
        assert_eq!("1.5m".parse(), Ok(Timeout::After(Duration::from_secs(90))));
        for text in ["0", "%", "0%", "-5%", "1s%", "0.0001", ""] {
            assert!(text.parse::<Timeout>().is_err(), "{text}");
        }
    }

    #[test]
    fn sizes() {
        let bytes = |text: &str| text.parse::<Size>().map(|s| s.0).ok();
        for (text, expected) in [
            ("1", 1),
            ("64k", 64_000),
            ("64K", 65_536),
            ("2M", 2 << 20),
            ("3g", 3_000_000_000),
        ] {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
        for text in ["", "0", "k", "-1", "+1", "1.5k", "1kb", "99999999999T", "é"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn blocks() {
        assert_eq!("64K".parse(), Ok(BlockArg::Bytes(65_536)));
        assert_eq!("0.5k".parse(), Ok(BlockArg::Bytes(500)));
        assert_eq!("1.5K".parse(), Ok(BlockArg::Bytes(1536)));
        assert_eq!("-3".parse(), Ok(BlockArg::PerSlot(3)));
        for text in [
            "", "-", "-0", "0", "--3", "-+3", "-3k", "x", "0.0", ".1", "1.2.3", "1.5x", "1.5kk",
        ] {
            assert!(text.parse::<BlockArg>().is_err(), "{text}");
        }
    }

    #[test]
    fn numbers() {
        assert_eq!("+5".parse(), Ok(Nice(5)));
        assert_eq!("-20".parse(), Ok(Nice(-20)));
        assert!("20".parse::<Nice>().is_err());
        assert!(count("0").is_err());
        assert_eq!(count("7"), Ok(7));
        assert_eq!(tries("0"), Ok(0));
        assert!(tries("-1").is_err());
    }

    #[test]
    fn escapes() {
        let read = |text: &[u8]| unescape(text);
        assert_eq!(read(b"a,b").as_deref(), Some(&b"a,b"[..]));
        assert_eq!(
            read(br"\t\n\0\\\101\x41").as_deref(),
            Some(&b"\t\n\0\\AA"[..])
        );
        assert_eq!(read(br"\0011").as_deref(), Some(&b"\x011"[..]));
        assert_eq!(read(b"\xff").as_deref(), Some(&b"\xff"[..]));
        for bad in [&br"\q"[..], b"\\", br"\x", br"\777"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
        assert!(Delimiter::parse(OsStr::new("")).is_err());
        assert_eq!(
            Delimiter::parse(OsStr::new("=")),
            Ok(Delimiter(b"=".to_vec()))
        );
    }
}
