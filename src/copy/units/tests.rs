//! Sizes and rates, each put to rsync 3.5 too.

use proptest::prelude::*;

use super::*;

#[test]
fn every_unit_has_rsyncs_meaning() {
    for (text, bytes) in [
        ("0", 0),
        ("1", 1),
        ("00012", 12),
        ("1b", 1),
        ("1B", 1),
        ("1k", 1024),
        ("1K", 1024),
        ("1KiB", 1024),
        ("1kIb", 1024),
        ("1KB", 1000),
        ("1kb", 1000),
        ("1M", 1 << 20),
        ("1MB", 1_000_000),
        ("1MiB", 1 << 20),
        ("1G", 1 << 30),
        ("1GB", 1_000_000_000),
        ("1T", 1 << 40),
        ("1TB", 1_000_000_000_000),
        ("1P", 1 << 50),
        ("1PB", 1_000_000_000_000_000),
        ("1PiB", 1 << 50),
    ] {
        assert_eq!(parse_size(text), Ok(bytes), "{text}");
    }
}

/// Each was put to rsync 3.5 with files of that size and one byte more.
#[test]
fn a_fraction_counts_in_whole_bytes() {
    for (text, bytes) in [
        ("1.5mb-1", 1_499_999),
        ("2g+1", 2_147_483_649),
        ("1.5m", 1_572_864),
        ("0.1kb", 100),
        ("0.29kb", 290),
        ("4.35kb", 4350),
        ("1.1k", 1126),
        ("1.00001k", 1024),
        ("1.9999", 1),
        (".5k", 512),
        ("1.k", 1024),
        ("1.7-1", 0),
        ("1-1", 0),
        ("1kB-1", 999),
    ] {
        assert_eq!(parse_size(text), Ok(bytes), "{text}");
    }
}

#[test]
fn what_is_no_size_is_refused() {
    for text in [
        "", "k", ".", ".k", "+1", "-1", "abc", "1ki", "1kbx", "1kk", "1k1", "1k+2", "1+", "1k+",
        "1K+1+1", "0-1b", "0-1", "1,5", "1..2", "1.5.5", " 1", "1 ", "1e3", "0x10", "nan", "inf",
        "1\u{e9}", "\u{661}", "--1", "-5",
    ] {
        let error = parse_size(text).expect_err(text);
        assert_eq!(
            error,
            UnitError::Size {
                text: text.to_owned()
            }
        );
    }
}

#[test]
fn the_largest_size_is_the_largest_offset() {
    assert_eq!(parse_size("8192P-1"), Ok(i64::MAX.unsigned_abs()));
    assert_eq!(
        parse_size("9223372036854775807"),
        Ok(i64::MAX.unsigned_abs())
    );
    for text in [
        "8192P",
        "9223372036854775807+1",
        "9223372036854775808",
        "99999999999999999999999999999999999999999999999P",
        "340282366920938463463374607431768211455",
        "340282366920938463463374607431768211455.9+1",
    ] {
        assert!(
            matches!(parse_size(text), Err(UnitError::TooLarge { .. })),
            "{text}"
        );
    }
}

/// The rates are those that rsync 3.5 told its other side.
#[test]
fn a_rate_counts_kib_and_rounds_to_them() {
    for (text, kib) in [
        ("1", 1),
        ("100", 100),
        ("512", 512),
        ("1.5", 2),
        ("1.4999", 1),
        ("0.5", 1),
        (".5", 1),
        ("1.", 1),
        ("512b", 1),
        ("1023b", 1),
        ("1535b", 1),
        ("1536b", 2),
        ("1kb", 1),
        ("1.5m", 1536),
        ("1m+1", 1024),
        ("1+1", 1),
        ("1t", 1 << 30),
    ] {
        assert_eq!(parse_rate(text), Ok(NonZeroU64::new(kib << 10)), "{text}");
    }
    for text in ["0", "0b", "0k", "0.0", "1b-1"] {
        assert_eq!(parse_rate(text), Ok(None), "{text}");
    }
    for text in ["511b", "0.4", "0.1", "0+1"] {
        assert!(
            matches!(parse_rate(text), Err(UnitError::TooSmall { .. })),
            "{text}"
        );
    }
    assert!(parse_rate("-1").is_err());
    assert!(parse_rate("8192p-1").is_ok());
}

#[test]
fn files_are_counted_plainly() {
    assert_eq!(parse_files_rate("500"), Ok(NonZeroU64::new(500)));
    assert_eq!(parse_files_rate("500/s"), Ok(NonZeroU64::new(500)));
    assert_eq!(parse_files_rate("0"), Ok(None));
    for text in [
        "",
        "/s",
        "+5",
        "-5",
        "5k",
        "5/m",
        "5 /s",
        "1.5",
        "99999999999999999999",
    ] {
        assert!(
            matches!(parse_files_rate(text), Err(UnitError::Files { .. })),
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn any_text_gives_an_answer(text in "\\PC{0,12}") {
        let _ = (parse_size(&text), parse_rate(&text), parse_files_rate(&text));
    }

    #[test]
    fn numbers_and_offsets_agree(bytes in 1..=(i64::MAX.unsigned_abs() - 1), unit in 0_usize..2) {
        let unit = ["", "b"][unit];
        prop_assert_eq!(parse_size(&format!("{bytes}{unit}")), Ok(bytes));
        prop_assert_eq!(parse_size(&format!("{bytes}{unit}+1")), Ok(bytes + 1));
        prop_assert_eq!(parse_size(&format!("{bytes}{unit}-1")), Ok(bytes - 1));
    }

    #[test]
    fn a_fraction_of_a_unit_is_cut_never_rounded(thousandths in 0_u64..1_000_000, power in 1_u32..4) {
        let unit = ["", "K", "M", "G"][power as usize];
        let text = format!("{}.{:03}{unit}", thousandths / 1000, thousandths % 1000);
        prop_assert_eq!(parse_size(&text), Ok(thousandths * 1024_u64.pow(power) / 1000));
    }

    #[test]
    fn a_rate_is_within_half_a_kib(bytes in 512_u64..1 << 50) {
        let rate = parse_rate(&format!("{bytes}B")).unwrap().unwrap().get();
        prop_assert!(rate.is_multiple_of(1024) && rate.abs_diff(bytes) <= 512);
    }
}
