//! Tokens: how they are spelled, and the one scan that finds them.
//!
//! Boundary: text in, symbols out. What a token becomes is `value`; where it
//! may stand is decided by `words` and `script`.

use super::error::TemplateError;
use super::spec::{DestToken, Replace};

/// What is done to a value before it is put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Whole,
    NoExtension,
    Base,
    Dir,
    BaseNoExtension,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Input,
    /// Position from 1, or from the end from -1.
    Column(i32),
    /// Column from 0, by its name.
    Named(usize),
    Param(Vec<u8>),
    Dest,
    Seq,
    Slot,
}

/// One token of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) spelling: Vec<u8>,
    pub(super) source: Source,
    pub(super) op: Op,
}

impl Token {
    /// Whether each input of a batch has a value of its own for this token.
    pub(super) fn is_per_input(&self) -> bool {
        matches!(self.source, Source::Input | Source::Named(_))
    }
}

/// A byte of text, or a token by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sym {
    Byte(u8),
    Token(usize),
}

/// Tokens are numbered by characters of one private-use plane in `words`.
const LIMIT: usize = 0xfffd;

#[derive(Clone, Copy, Debug)]
enum Family<'a> {
    Angle,
    /// The brace family, chosen because there was no other token: `<<>>` is
    /// still how a literal `<>` is written.
    Brace,
    /// The brace family, asked for with `-I`.
    BraceOnly,
    Literal(&'a [u8]),
}

/// The names that can be tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    pub(super) columns: &'a [(Vec<u8>, usize)],
    pub(super) params: &'a [(Vec<u8>, Vec<u8>)],
    pub(super) dest: DestToken,
}

/// Finds the tokens of a template.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    family: Family<'a>,
    names: Names<'a>,
    tokens: Vec<Token>,
}

impl<'a> Scanner<'a> {
    /// A scanner for the template that consists of `texts`: the family is
    /// chosen once for all of them.
    pub(super) fn new<'t>(
        replace: Replace<'a>,
        names: Names<'a>,
        mut texts: impl Iterator<Item = &'t [u8]>,
    ) -> Result<Self, TemplateError> {
        let mut scanner = Self {
            family: Family::Angle,
            names,
            tokens: Vec::new(),
        };
        scanner.family = match replace {
            Replace::With(b"") => return Err(TemplateError::EmptyReplace),
            Replace::With(b"{}") => Family::BraceOnly,
            Replace::With(b"<>") => Family::Angle,
            Replace::With(text) => Family::Literal(text),
            Replace::Auto if texts.any(|text| scanner.has_token(text)) => Family::Angle,
            Replace::Auto => Family::Brace,
        };
        Ok(scanner)
    }

    fn has_token(&self, text: &[u8]) -> bool {
        let mut at = 0;
        while at < text.len() {
            if self.escape(&text[at..]) {
                at += 4;
            } else if self.token_at(text, at).is_some() {
                return true;
            } else {
                at += 1;
            }
        }
        false
    }

    /// `text` with its tokens taken out and numbered.
    pub(super) fn scan(&mut self, text: &[u8]) -> Result<Vec<Sym>, TemplateError> {
        let mut symbols = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            if self.escape(&text[at..]) {
                symbols.extend([Sym::Byte(b'<'), Sym::Byte(b'>')]);
                at += 4;
            } else if let Some((token, len)) = self.token_at(text, at) {
                symbols.push(self.number(token)?);
                at += len;
            } else {
                if text[at] == 0 {
                    return Err(TemplateError::Nul);
                }
                symbols.push(Sym::Byte(text[at]));
                at += 1;
            }
        }
        Ok(symbols)
    }

    /// The token that is added where a template has none.
    pub(super) fn whole_input(&mut self) -> Result<Sym, TemplateError> {
        let spelling = match self.family {
            Family::Literal(text) => text.to_vec(),
            Family::Angle | Family::Brace | Family::BraceOnly => b"<>".to_vec(),
        };
        self.number(Token {
            spelling,
            source: Source::Input,
            op: Op::Whole,
        })
    }

    /// The tokens found so far, by number.
    pub(super) fn into_tokens(self) -> Vec<Token> {
        self.tokens
    }

    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The same token twice has one number, and in a script one variable.
    fn number(&mut self, token: Token) -> Result<Sym, TemplateError> {
        if let Some(index) = self.tokens.iter().position(|known| *known == token) {
            return Ok(Sym::Token(index));
        }
        if self.tokens.len() == LIMIT {
            return Err(TemplateError::TooManyTokens { limit: LIMIT });
        }
        self.tokens.push(token);
        Ok(Sym::Token(self.tokens.len() - 1))
    }

    fn escape(&self, rest: &[u8]) -> bool {
        matches!(self.family, Family::Angle | Family::Brace) && rest.starts_with(b"<<>>")
    }

    fn token_at(&self, text: &[u8], at: usize) -> Option<(Token, usize)> {
        let before = at.checked_sub(1).map(|index| text[index]);
        let (open, close) = match self.family {
            Family::Literal(spelling) => {
                return text[at..].starts_with(spelling).then(|| {
                    let token = Token {
                        spelling: spelling.to_vec(),
                        source: Source::Input,
                        op: Op::Whole,
                    };
                    (token, spelling.len())
                });
            }
            Family::Angle => (b'<', b'>'),
            Family::Brace | Family::BraceOnly => (b'{', b'}'),
        };
        // `3<>f` and `&<>f` are redirections, `${1}` is a parameter.
        let starts = match before {
            Some(b'0'..=b'9' | b'&') => open != b'<',
            Some(b'$') => open != b'{',
            _ => true,
        };
        if text[at] != open || !starts {
            return None;
        }
        let len = text[at + 1..].iter().position(|&byte| byte == close)?;
        let (source, op) = self.meaning(&text[at + 1..][..len])?;
        let token = Token {
            spelling: text[at..][..len + 2].to_vec(),
            source,
            op,
        };
        Some((token, len + 2))
    }

    fn meaning(&self, inner: &[u8]) -> Option<(Source, Op)> {
        match inner {
            b"" => return Some((Source::Input, Op::Whole)),
            b"#" => return Some((Source::Seq, Op::Whole)),
            b"%" => return Some((Source::Slot, Op::Whole)),
            _ => {}
        }
        // A declared name comes before a shorter one with a modifier.
        let forms: [(&[u8], Op); 5] = [
            (b"", Op::Whole),
            (b"//", Op::Dir),
            (b"/.", Op::BaseNoExtension),
            (b"/", Op::Base),
            (b".", Op::NoExtension),
        ];
        forms.into_iter().find_map(|(suffix, op)| {
            let name = inner.strip_suffix(suffix)?;
            let source = if name.is_empty() {
                Source::Input
            } else {
                self.named(name)?
            };
            Some((source, op))
        })
    }

    fn named(&self, name: &[u8]) -> Option<Source> {
        if let Some(position) = position(name) {
            return Some(Source::Column(position));
        }
        if let Some((_, column)) = self.names.columns.iter().find(|(known, _)| known == name) {
            return Some(Source::Named(*column));
        }
        if let Some((_, value)) = self.names.params.iter().find(|(known, _)| known == name) {
            return Some(Source::Param(value.clone()));
        }
        (name == b"dest" && self.names.dest == DestToken::Declared).then_some(Source::Dest)
    }
}

fn position(name: &[u8]) -> Option<i32> {
    let digits = name.strip_prefix(b"-").unwrap_or(name);
    if !matches!(digits.first()?, b'1'..=b'9') || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(name).ok()?.parse().ok()
}
