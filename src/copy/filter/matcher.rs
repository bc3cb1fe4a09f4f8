//! Wildcards against bytes.
//!
//! Boundary: a list of tokens and a text, without a word about paths but that `*`, `?` and classes stop at a slash.
//!
//! Nothing here recurses or tries every division of the text among the stars, which takes time without bound for
//! `*a*a*a*a*b`. It is enough to remember the last `*` and the last `**`: stars take in as little as they can, so what is
//! behind one begins as early as it can, and an earlier star that took in more could only leave the later ones less. A `*`
//! that meets a slash is done; its `**` then takes in one byte more.

use super::class::ByteSet;

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// This byte.
    Byte(u8),
    /// `?`: any byte but a slash.
    One,
    /// `[..]`: one of these bytes.
    Class(ByteSet),
    /// `*`: any bytes but slashes, or none.
    Name,
    /// `**`: any bytes, or none.
    Path,
}

impl Token {
    /// Whether a token that stands for one byte stands for this one.
    fn is(&self, byte: u8) -> bool {
        match self {
            Self::Byte(own) => *own == byte,
            Self::One => byte != b'/',
            Self::Class(set) => set.has(byte),
            Self::Name | Self::Path => false,
        }
    }
}

/// A star that has taken in the text up to `taken`; `next` is the token behind it.
#[derive(Clone, Copy)]
struct Star {
    next: usize,
    taken: usize,
}

/// Whether the tokens match the whole text, to which a slash is added if `slash` says so.
pub(super) fn matches(tokens: &[Token], text: &[u8], slash: bool) -> bool {
    let byte = |at: usize| match text.get(at) {
        Some(&byte) => Some(byte),
        None => (slash && at == text.len()).then_some(b'/'),
    };
    let (mut at, mut next) = (0, 0);
    let mut name: Option<Star> = None;
    let mut path: Option<Star> = None;
    loop {
        match (tokens.get(next), byte(at)) {
            (Some(Token::Name), _) => {
                next += 1;
                name = Some(Star { next, taken: at });
                continue;
            }
            (Some(Token::Path), _) => {
                next += 1;
                path = Some(Star { next, taken: at });
                name = None;
                if next == tokens.len() {
                    return true;
                }
                continue;
            }
            (None, None) => return true,
            (Some(token), Some(byte)) if token.is(byte) => {
                next += 1;
                at += 1;
                continue;
            }
            _ => {}
        }
        if let Some(star) = name.filter(|star| byte(star.taken).is_some_and(|byte| byte != b'/')) {
            (next, at) = (star.next, star.taken + 1);
            name = Some(Star { next, taken: at });
        } else if let Some(star) = path.filter(|star| byte(star.taken).is_some()) {
            (next, at) = (star.next, star.taken + 1);
            path = Some(Star { next, taken: at });
            // A `*` behind it begins anew.
            name = None;
        } else {
            return false;
        }
    }
}
