//! A script with its values in it, as a line for a person.
//!
//! Boundary: only where the reader noted that every shell does the same with
//! the script; in doubt the caller shows `SHELL -c SCRIPT SHELL VALUE...`.

use super::super::quote::{is_printable, quote, quote_always};
use super::super::record::Values;
use super::super::token::Token;
use super::super::value::{self, Which};
use super::reader::{Echoes, Place, Segment, Showable, Shown, Slot, Spread};

/// Whether the line does the same as the job with these values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fits {
    Yes,
    No,
}

struct Line<'a> {
    tokens: &'a [Token],
    values: &'a Values<'a>,
    records: usize,
    echoes: Echoes,
    fits: Fits,
    out: Vec<u8>,
}

/// Appends the line and returns true, or appends nothing.
pub(super) fn render(
    segments: &[Segment],
    showable: Showable,
    records: usize,
    tokens: &[Token],
    values: &Values<'_>,
    out: &mut Vec<u8>,
) -> bool {
    if showable.shown == Shown::No {
        return false;
    }
    let mut line = Line {
        tokens,
        values,
        records,
        echoes: showable.echoes,
        fits: Fits::Yes,
        out: Vec::new(),
    };
    line.write(segments, None);
    if line.fits == Fits::No || !is_printable(&line.out) {
        return false;
    }
    if showable.shown == Shown::InParentheses {
        out.push(b'(');
        out.append(&mut line.out);
        out.push(b')');
    } else {
        out.append(&mut line.out);
    }
    true
}

impl Line<'_> {
    fn write(&mut self, segments: &[Segment], current: Option<usize>) {
        for (index, segment) in segments.iter().enumerate() {
            match segment {
                Segment::Text(text) => self.out.extend_from_slice(text),
                Segment::Slot(slot) => self.slot(*slot, &segments[index + 1..], current),
                Segment::Word(inner) => {
                    for record in 0..self.records {
                        if record > 0 {
                            self.out.push(b' ');
                        }
                        self.write(inner, Some(record));
                    }
                }
            }
        }
    }

    fn slot(&mut self, slot: Slot, after: &[Segment], current: Option<usize>) {
        match (slot.spread, current) {
            (Spread::Joined, _) => self.value(slot, Which::All, after),
            (Spread::PerInput, Some(record)) => self.value(slot, Which::Record(record), after),
            (Spread::PerInput, None) => {
                for record in 0..self.records {
                    if record > 0 {
                        self.out.push(b' ');
                    }
                    self.value(slot, Which::Record(record), after);
                }
            }
        }
    }

    fn value(&mut self, slot: Slot, which: Which, after: &[Segment]) {
        let mut value = Vec::new();
        value::write(&self.tokens[slot.token], self.values, which, &mut value);
        if self.echoes == Echoes::Yes && (value.contains(&b'\\') || value.starts_with(b"-")) {
            self.fits = Fits::No;
        }
        let out = &mut self.out;
        match slot.place {
            // `2` before `>` would be a descriptor.
            Place::Bare if is_redirection(after) => quote_always(&value, out),
            Place::Bare => quote(&value, out),
            Place::Double if is_plain(&value) && is_free(out) => out.extend_from_slice(&value),
            Place::Double => {
                out.push(b'"');
                quote_always(&value, out);
                out.push(b'"');
            }
            Place::Single if is_printable(&value) && !value.contains(&b'\'') => {
                out.extend_from_slice(&value);
            }
            Place::Single => {
                out.push(b'\'');
                quote_always(&value, out);
                out.push(b'\'');
            }
        }
    }
}

fn is_redirection(after: &[Segment]) -> bool {
    let next = after
        .iter()
        .find(|segment| !matches!(segment, Segment::Text(text) if text.is_empty()));
    matches!(next, Some(Segment::Text(text)) if matches!(text[0], b'<' | b'>'))
}

/// Whether double quotes leave `value` as it is.
fn is_plain(value: &[u8]) -> bool {
    value
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b" _.+/@%:,=-".contains(byte))
}

/// Whether nothing before the place, in its quotes, could take the value in:
/// `"$x"` must not become `"$xvalue"`.
fn is_free(out: &[u8]) -> bool {
    out.iter()
        .rev()
        .find(|byte| matches!(byte, b'"' | b'$' | b'`' | b'\\'))
        .is_some_and(|byte| *byte == b'"')
}
