//! Bytes and times as JSON can hold them.
//!
//! Boundary: small helpers for the report and the log, so that both spell the
//! same thing the same way.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::told::{code, message};
use crate::copy::Failure;

/// Bytes as text, with U+FFFD for what is none.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The bytes themselves: base64 of RFC 4648, section 4.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes themselves, only where the text is not they.
pub(super) fn exact(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).is_err().then(|| base64(bytes))
}

/// A time as RFC 3339 has it, in UTC with milliseconds. A clock that is set
/// before 1970 or beyond the year 9999 is taken to be at the nearest of them.
pub(super) fn time(at: SystemTime) -> String {
    /// The last second of the year 9999.
    const LAST: Duration = Duration::from_secs(253_402_300_799);
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default().min(LAST);
    humantime::format_rfc3339_millis(UNIX_EPOCH + since).to_string()
}

/// A duration in seconds, to the microsecond.
pub(super) fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

/// A failure as an object.
#[derive(Debug, Serialize)]
pub(super) struct JsonFailure {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_b64: Option<String>,
    side: &'static str,
    op: &'static str,
    errno: String,
    class: &'static str,
    message: String,
}

impl From<&Failure> for JsonFailure {
    fn from(failure: &Failure) -> Self {
        Self {
            path: text(&failure.path),
            path_b64: exact(&failure.path),
            side: failure.side.name(),
            op: failure.op.name(),
            errno: code(failure),
            class: failure.class.name(),
            message: message(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_there_exactly() {
        assert_eq!((text(b"a\nb"), exact(b"a\nb")), ("a\nb".into(), None));
        assert_eq!(text(b"a\xff"), "a\u{fffd}");
        assert_eq!(exact(b"a\xff").as_deref(), Some("Yf8="));
        // U+FFFD in a name that is text is that name.
        assert_eq!(exact("\u{fffd}".as_bytes()), None);
    }

    #[test]
    fn times_of_any_clock() {
        let at = |s, ms| UNIX_EPOCH + Duration::from_secs(s) + Duration::from_millis(ms);
        assert_eq!(time(at(0, 0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(time(at(1_709_210_096, 7)), "2024-02-29T12:34:56.007Z");
        assert_eq!(time(UNIX_EPOCH - Duration::from_secs(1)), time(UNIX_EPOCH));
        assert_eq!(time(at(300_000_000_000, 0)), "9999-12-31T23:59:59.000Z");
    }

    #[test]
    fn seconds_have_six_places() {
        assert!((seconds(Duration::from_nanos(1_234_567_890)) - 1.234_568).abs() < 1e-12);
    }
}
