//! Numbers as people read them: thousands by commas, bytes in binary units,
//! times in hours, minutes and seconds.
//!
//! Boundary: pure, in whole numbers, so that a text can be compared letter by
//! letter; no locale is asked.

use std::time::Duration;

/// The names of the powers of 1024.
const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// `1234567` as `1,234,567`.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `n` of a thing that is called `one`, or `many` where there are several.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// Bytes in the largest unit of which there is at least one: `8.9 GiB`.
pub(super) fn bytes(n: u64) -> String {
    let power = power_of(n);
    format!("{} {}", in_unit(n, power), UNITS[power])
}

/// Bytes done of a total, both in the total's unit: `1.2/8.9 GiB`. `mark`
/// stands behind the total.
pub(super) fn bytes_of(done: u64, total: u64, mark: &str) -> String {
    let power = power_of(total.max(done));
    let (done, total) = (in_unit(done, power), in_unit(total, power));
    format!("{done}/{total}{mark} {}", UNITS[power])
}

/// The power of 1024 whose unit suits: the figure is below 1024 when rounded.
fn power_of(n: u64) -> usize {
    let mut power = 0;
    while power + 1 < UNITS.len() && tenths(n, power).div_ceil(10) >= 1024 {
        power += 1;
    }
    power
}

/// One decimal below 100, none from there on, nor for plain bytes.
fn in_unit(n: u64, power: usize) -> String {
    let tenths = tenths(n, power);
    if power == 0 || tenths >= 1000 {
        count((tenths + 5) / 10)
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// Tenths of a unit, rounded.
fn tenths(n: u64, power: usize) -> u64 {
    let unit = 1_u128 << (10 * power);
    u64::try_from((u128::from(n) * 10 + unit / 2) / unit).unwrap_or(u64::MAX)
}

/// How many of `n` there were a second. In no time there is no rate: 0.
pub(super) fn per_second(n: u64, time: Duration) -> u64 {
    let rate = (u128::from(n) * 1_000_000_000).checked_div(time.as_nanos());
    u64::try_from(rate.unwrap_or(0)).unwrap_or(u64::MAX)
}

/// A time that is long enough to be waited for: `00:01:12`.
pub(super) fn clock(time: Duration) -> String {
    let s = time.as_secs();
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// A time that has passed: `0.053 s`, `12.3 s`, and from a minute on
/// `00:01:12`.
pub(super) fn took(time: Duration) -> String {
    let ms = time.as_millis();
    match ms {
        0..1_000 => format!("0.{ms:03} s"),
        1_000..60_000 => format!("{}.{} s", ms / 1000, ms / 100 % 10),
        _ => clock(time),
    }
}

/// As many of `fields` as have room in `width` columns, in their order: each has
/// its rank, and the highest goes first. That of rank 0 stays, cut if it must be.
pub(super) fn fit(fields: &[(u8, String)], width: usize) -> String {
    let up_to = |most: u8| -> String {
        let kept = fields.iter().filter(|(rank, _)| *rank <= most);
        kept.map(|(_, field)| field.as_str()).collect()
    };
    let last = fields.iter().map(|(rank, _)| *rank).max().unwrap_or(0);
    // All of it is ASCII: a byte is a column.
    (0..=last)
        .rev()
        .map(up_to)
        .find(|text| text.len() <= width)
        .unwrap_or_else(|| up_to(0).chars().take(width).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_commas() {
        let seen = [0, 1, 999, 1_000, 45_678, 1_234_567, u64::MAX].map(count);
        let want = [
            "0",
            "1",
            "999",
            "1,000",
            "45,678",
            "1,234,567",
            "18,446,744,073,709,551,615",
        ];
        assert_eq!(seen, want);
        assert_eq!(counted(1, "file", "files"), "1 file");
        assert_eq!(counted(2_000, "file", "files"), "2,000 files");
    }

    #[test]
    fn bytes_have_binary_units() {
        for (n, text) in [
            (0, "0 B"),
            (1_023, "1,023 B"),
            (1_024, "1.0 KiB"),
            (1_536, "1.5 KiB"),
            (102_297, "99.9 KiB"),
            (102_400, "100 KiB"),
            (1_047_552, "1,023 KiB"),
            (1_048_064, "1.0 MiB"),
            (1_048_575, "1.0 MiB"),
            (224_395_264, "214 MiB"),
            (9_556_302_233, "8.9 GiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(bytes(n), text, "{n}");
        }
    }

    #[test]
    fn a_total_gives_its_part_the_unit() {
        assert_eq!(bytes_of(1_288_490_189, 9_556_302_233, ""), "1.2/8.9 GiB");
        assert_eq!(bytes_of(1_000, 9_556_302_233, "+"), "0.0/8.9+ GiB");
        assert_eq!(bytes_of(0, 0, ""), "0/0 B");
        assert_eq!(bytes_of(2_048, 0, ""), "2.0/0.0 KiB");
    }

    #[test]
    fn rates_of_no_time_are_none() {
        assert_eq!(per_second(10, Duration::ZERO), 0);
        assert_eq!(per_second(10, Duration::from_millis(500)), 20);
        assert_eq!(per_second(u64::MAX, Duration::from_nanos(1)), u64::MAX);
    }

    #[test]
    fn times() {
        assert_eq!(clock(Duration::from_secs(72)), "00:01:12");
        assert_eq!(clock(Duration::from_hours(100)), "100:00:00");
        assert_eq!(took(Duration::from_micros(53_900)), "0.053 s");
        assert_eq!(took(Duration::from_millis(12_399)), "12.3 s");
        assert_eq!(took(Duration::from_secs(72)), "00:01:12");
    }
}
