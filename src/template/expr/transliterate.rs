//! `tr/abc/xyz/`: byte for byte, by a table made once.
//!
//! Boundary: the lists between the delimiters in, bytes to bytes out.

use super::error::{Native, Stop};
use super::escape;

/// What becomes of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Kept,
    Becomes(u8),
    Deleted,
}

/// A table of `tr///`.
#[derive(Clone, Debug)]
pub(super) struct Transliteration {
    fates: Vec<Fate>,
    squeeze: bool,
    changes: bool,
}

impl Transliteration {
    /// `flags` are the letters after the last delimiter, without `r`.
    pub(super) fn new(from: &[u8], to: &[u8], flags: &[u8]) -> Native<Self> {
        let has = |flag| flags.contains(&flag);
        if let Some(flag) = flags.iter().find(|flag| !b"cds".contains(flag)) {
            return Err(Stop::perl(format!("tr///{}", char::from(*flag))));
        }
        let mut from = expand(from)?;
        if has(b'c') {
            from = (0..=u8::MAX).filter(|byte| !from.contains(byte)).collect();
        }
        let mut to = expand(to)?;
        let changes = has(b'd') || !to.is_empty();
        if to.is_empty() && !has(b'd') {
            to.clone_from(&from);
        }
        let mut fates = vec![Fate::Kept; 256];
        let mut known = [false; 256];
        for (index, byte) in from.iter().enumerate() {
            let at = usize::from(*byte);
            if known[at] {
                continue;
            }
            known[at] = true;
            fates[at] = match (to.get(index), to.last()) {
                (Some(byte), _) => Fate::Becomes(*byte),
                (None, Some(byte)) if !has(b'd') => Fate::Becomes(*byte),
                _ => Fate::Deleted,
            };
        }
        Ok(Self {
            fates,
            squeeze: has(b's'),
            changes: changes || has(b's'),
        })
    }

    /// The new bytes, and how many were of the list.
    pub(super) fn apply(&self, value: &[u8]) -> (Vec<u8>, usize) {
        let mut written = Vec::with_capacity(value.len());
        let mut count = 0;
        let mut last = None;
        for byte in value {
            match self.fates[usize::from(*byte)] {
                Fate::Kept => {
                    written.push(*byte);
                    last = None;
                }
                Fate::Becomes(new) => {
                    count += 1;
                    if !(self.squeeze && last == Some(new)) {
                        written.push(new);
                    }
                    last = Some(new);
                }
                Fate::Deleted => count += 1,
            }
        }
        (written, count)
    }

    /// Whether the target can be changed; `tr/a-z//` only counts.
    pub(super) fn changes(&self) -> bool {
        self.changes
    }
}

/// Escapes and ranges written out.
fn expand(list: &[u8]) -> Native<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut at = 0;
    let mut range_from = None;
    while at < list.len() {
        if list[at] == b'-' && !bytes.is_empty() && range_from.is_none() && at + 1 < list.len() {
            range_from = bytes.last().copied();
            at += 1;
            continue;
        }
        let (byte, len) = match list[at] {
            b'\\' => escape::byte(&list[at..]).ok_or_else(|| Stop::perl("an escape in tr///"))?,
            byte => (byte, 1),
        };
        at += len;
        match range_from.take() {
            Some(first) if first > byte => {
                return Err(Stop::perl("a range of tr/// that runs backwards"));
            }
            Some(first) => {
                bytes.extend(first.saturating_add(1)..=byte);
                // `a-c-e` is an error in perl.
                if list.get(at) == Some(&b'-') && at + 1 < list.len() {
                    return Err(Stop::perl("a range of tr/// after a range"));
                }
            }
            None => bytes.push(byte),
        }
    }
    Ok(bytes)
}
