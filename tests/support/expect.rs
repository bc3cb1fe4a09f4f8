//! What a run of prun must have been: its end, stdout and stderr, checked together and shown together.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// How prun ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// With one of these statuses.
    Status(Vec<i32>),
    /// By this signal.
    Signal(i32),
    /// In whatever way.
    Any,
}

/// What a stream must hold.
#[derive(Clone, Debug)]
pub(crate) enum Stream {
    /// These bytes.
    Exactly(Vec<u8>),
    /// These lines, in whatever order.
    Lines(Vec<Vec<u8>>),
    /// Each of these texts somewhere.
    Holds(Vec<String>),
    /// One line `prun: error: ...` that holds these texts (it, or a `hint: ...` line after it), and nothing else.
    Error(Vec<String>),
    /// Whatever it holds.
    Any,
}

impl End {
    pub(crate) fn matches(&self, status: ExitStatus) -> bool {
        match self {
            End::Status(codes) => status.code().is_some_and(|code| codes.contains(&code)),
            End::Signal(signal) => status.signal() == Some(*signal),
            End::Any => true,
        }
    }
}

impl Stream {
    /// Says what is wrong; none when all is well.
    pub(crate) fn complaint(&self, got: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(got);
        match self {
            Stream::Any => None,
            Stream::Exactly(want) => {
                (want != got).then(|| format!("wanted exactly {}", show(want)))
            }
            Stream::Lines(want) => {
                let mut lines: Vec<&[u8]> = got.split_inclusive(|&b| b == b'\n').collect();
                let mut wanted: Vec<&[u8]> = want.iter().map(Vec::as_slice).collect();
                lines.sort_unstable();
                wanted.sort_unstable();
                (lines != wanted)
                    .then(|| format!("wanted these lines in any order: {}", show(&want.concat())))
            }
            Stream::Holds(wanted) => missing(wanted, &text),
            Stream::Error(wanted) => {
                let mut lines = text.lines();
                let head = lines.next().unwrap_or_default();
                let only_hints = lines.all(|line| line.trim_start().starts_with("hint: "));
                if !head.starts_with("prun: error: ") || !only_hints || !text.ends_with('\n') {
                    return Some(
                        "wanted one line `prun: error: ...`, then nothing but lines `hint: ...`"
                            .to_owned(),
                    );
                }
                missing(wanted, &text)
            }
        }
    }
}

fn missing(wanted: &[String], text: &str) -> Option<String> {
    let missing: Vec<&String> = wanted
        .iter()
        .filter(|part| !text.contains(part.as_str()))
        .collect();
    (!missing.is_empty()).then(|| format!("wanted it to hold {missing:?}"))
}

/// Bytes as a person can read and compare them; the middle of long ones is left out.
pub(crate) fn show(bytes: &[u8]) -> String {
    const MOST: usize = 4000;
    if bytes.len() <= MOST {
        return format!("{} bytes: \"{}\"", bytes.len(), bytes.escape_ascii());
    }
    let (head, tail) = (&bytes[..MOST / 2], &bytes[bytes.len() - MOST / 2..]);
    format!(
        "{} bytes: \"{}\" ... \"{}\"",
        bytes.len(),
        head.escape_ascii(),
        tail.escape_ascii()
    )
}
