//! A pattern, made ready once: which part of a path it is held against, and how.
//!
//! Boundary: rsync(1), PATTERN MATCHING RULES. The wildcards themselves are `matcher`'s.

use super::class;
use super::matcher::{Token, matches};

/// An entry that patterns are held against.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    path: &'a [u8],
    /// Where its last component begins.
    last: usize,
    is_directory: bool,
}

impl<'a> Subject<'a> {
    pub(super) fn new(path: &'a [u8], is_directory: bool) -> Self {
        Self {
            path,
            last: memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1),
            is_directory,
        }
    }

    /// Where the last components begin, those with so many slashes between them; `None` if there are not so many.
    fn tail(&self, slashes: usize) -> Option<usize> {
        (0..slashes).try_fold(self.last, |start, _| {
            let slash = start.checked_sub(1)?;
            Some(memchr::memrchr(b'/', &self.path[..slash]).map_or(0, |slash| slash + 1))
        })
    }
}

#[derive(Clone, Debug)]
pub(super) struct Pattern {
    only: Only,
    body: Body,
}

/// Which entries a pattern can match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Only {
    All,
    /// It ended with a slash.
    Directories,
}

#[derive(Clone, Debug)]
enum Body {
    /// The whole path, byte for byte: `/foo/bar`.
    Path(Box<[u8]>),
    /// The last components, byte for byte: `foo`, `foo/bar`.
    Tail(Box<[u8]>),
    /// With wildcards.
    Wild {
        place: Place,
        end: End,
        tokens: Box<[Token]>,
    },
    /// It can match nothing: a class is not closed or unknown, or a backslash is the last byte.
    Nothing,
}

/// Where in the path a pattern with wildcards may begin. It always ends where the path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the root.
    Root,
    /// So many slashes before the last component. rsync counts those in the pattern, even one within `[..]`, which no
    /// name can match; so does this.
    Tail(usize),
    /// At any component: `**` takes in as many as there are.
    AnyComponent,
}

/// What the end of the path is for a pattern with wildcards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Plain,
    /// The pattern ends with `***`: a directory is held against it with a slash at its end, so that `foo/***` matches
    /// `foo` too.
    Slash,
}

impl Pattern {
    /// Never fails: what cannot match is as good a pattern to rsync as any other.
    pub(super) fn parse(text: &[u8]) -> Self {
        let (text, only) = match text {
            [text @ .., b'/'] if !text.is_empty() => (text, Only::Directories),
            text => (text, Only::All),
        };
        Self {
            only,
            body: Body::parse(text),
        }
    }

    pub(super) fn matches(&self, subject: &Subject<'_>) -> bool {
        (self.only == Only::All || subject.is_directory) && self.body.matches(subject)
    }
}

impl Body {
    fn parse(text: &[u8]) -> Self {
        let (text, anchored) = match text {
            [b'/', rest @ ..] => (rest, true),
            text => (text, false),
        };
        if memchr::memchr3(b'*', b'?', b'[', text).is_none() {
            return if anchored {
                Self::Path(text.into())
            } else {
                Self::Tail(text.into())
            };
        }
        let Some(mut tokens) = tokens(text) else {
            return Self::Nothing;
        };
        // These look at the text, as rsync does: a star counts here even if a backslash or a class has it.
        let place = if anchored {
            Place::Root
        } else if text.starts_with(b"**") {
            // rsync holds it against the path with a slash in front, so that `**/foo` matches `foo` at the root.
            if matches!(tokens[..], [_, Token::Byte(b'/'), ..]) {
                tokens.drain(..2);
                Place::AnyComponent
            } else {
                Place::Root
            }
        } else if memchr::memmem::find(text, b"**").is_some() {
            Place::AnyComponent
        } else {
            Place::Tail(memchr::memchr_iter(b'/', text).count())
        };
        let end = if text.ends_with(b"***") {
            End::Slash
        } else {
            End::Plain
        };
        Self::Wild {
            place,
            end,
            tokens: tokens.into(),
        }
    }

    fn matches(&self, subject: &Subject<'_>) -> bool {
        let path = subject.path;
        match self {
            Self::Nothing => false,
            Self::Path(literal) => path == &**literal,
            Self::Tail(literal) => path.strip_suffix(&**literal).is_some_and(|rest| {
                !literal.is_empty() && matches!(rest.last(), None | Some(b'/'))
            }),
            Self::Wild { place, end, tokens } => {
                let slash = *end == End::Slash && subject.is_directory;
                let from = |start: usize| matches(tokens, &path[start..], slash);
                match *place {
                    Place::Root => from(0),
                    Place::Tail(slashes) => subject.tail(slashes).is_some_and(from),
                    Place::AnyComponent => {
                        from(0) || memchr::memchr_iter(b'/', path).any(|slash| from(slash + 1))
                    }
                }
            }
        }
    }
}

/// Takes a pattern with wildcards apart. `None` if it can match nothing.
fn tokens(text: &[u8]) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let (token, after) = match byte {
            b'*' => {
                let stars = rest.iter().take_while(|&&byte| byte == b'*').count();
                let token = if stars == 1 { Token::Name } else { Token::Path };
                (token, &rest[stars..])
            }
            b'?' => (Token::One, after),
            b'[' => {
                let (set, after) = class::parse(after)?;
                (Token::Class(set), after)
            }
            b'\\' => {
                let (&escaped, after) = after.split_first()?;
                (Token::Byte(escaped), after)
            }
            byte => (Token::Byte(byte), after),
        };
        tokens.push(token);
        rest = after;
    }
    Some(tokens)
}
