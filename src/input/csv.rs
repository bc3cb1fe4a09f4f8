//! Rows of CSV: `--csv`.
//!
//! Boundary: one row in, columns of a record out (RFC 4180); whether a row goes
//! on in the next line is told here, and the lines are put together by
//! `source`.

use super::Record;

/// Whether a quote is open at the end of `row`, so that it goes on.
pub(super) fn goes_on(row: &[u8]) -> bool {
    memchr::memchr_iter(b'"', row).count() % 2 == 1
}

/// Adds the columns of `row`, which end at `separator`, to `record`.
pub(super) fn push(row: &[u8], separator: u8, record: &mut Record) {
    let mut rest = row.strip_suffix(b"\r").unwrap_or(row);
    loop {
        let (column, after) = column(rest, separator);
        record.push(&column);
        match after {
            Some(after) => rest = after,
            None => return,
        }
    }
}

/// The first column of `row`, and what follows its separator if there is one.
fn column(row: &[u8], separator: u8) -> (Vec<u8>, Option<&[u8]>) {
    let mut column = Vec::new();
    let mut quoted = false;
    let mut at = 0;
    while let Some(&byte) = row.get(at) {
        at += 1;
        match (byte, quoted) {
            (b'"', true) if row.get(at) == Some(&b'"') => {
                column.push(b'"');
                at += 1;
            }
            (b'"', true) => quoted = false,
            // A quote within plain text is itself.
            (b'"', false) if at == 1 => quoted = true,
            (byte, false) if byte == separator => return (column, Some(&row[at..])),
            (byte, _) => column.push(byte),
        }
    }
    (column, None)
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;
    use super::*;

    fn split(row: &str) -> String {
        let mut record = Record::new();
        push(row.as_bytes(), b',', &mut record);
        text(&record)
    }

    #[test]
    fn columns_may_be_quoted() {
        assert_eq!(split("a,b,c"), "[a][b][c]");
        assert_eq!(split(r#"a,"b, ""c""",d"#), r#"[a][b, \"c\"][d]"#);
        assert_eq!(split(r#"",x,","#), "[,x,][]");
        assert_eq!(split(r#""","#), "[][]");
        assert_eq!(split(""), "[]");
        assert_eq!(split("a,"), "[a][]");
        assert_eq!(split("a,b\r"), "[a][b]");
        assert_eq!(split(r#"5" nail,x"#), r#"[5\" nail][x]"#);
    }

    #[test]
    fn an_open_quote_goes_on() {
        assert!(goes_on(br#"a,"b"#));
        assert!(!goes_on(br#"a,"b""c","#));
        assert!(!goes_on(br#"a,"b""c""#));
    }
}
