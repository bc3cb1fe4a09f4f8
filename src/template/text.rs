//! Texts with tokens that are no commands: `--tagstring`, `--results`, `--wd`.
//!
//! Boundary: no words and no quoting; a value goes in as it is.

use super::error::TemplateError;
use super::gnu::GnuText;
use super::record::Values;
use super::spec::{DestToken, Replace};
use super::token::{Names, Scanner, Sym, Token};
use super::value::{self, Which};

/// A text and its tokens.
#[derive(Clone, Debug)]
pub struct Text(Way);

#[derive(Clone, Debug)]
enum Way {
    Own {
        symbols: Box<[Sym]>,
        tokens: Vec<Token>,
    },
    Gnu(GnuText),
}

impl From<GnuText> for Text {
    fn from(text: GnuText) -> Self {
        Self(Way::Gnu(text))
    }
}

impl Text {
    /// Parses `text`. Without a token it is the same for every job: nothing
    /// is added to it.
    pub fn parse(
        text: &[u8],
        replace: Replace<'_>,
        names: &[(Vec<u8>, usize)],
        params: &[(Vec<u8>, Vec<u8>)],
        dest: DestToken,
    ) -> Result<Self, TemplateError> {
        let names = Names {
            columns: names,
            params,
            dest,
        };
        let mut scanner = Scanner::new(replace, names, std::iter::once(text))?;
        let symbols = scanner.scan(text)?.into();
        Ok(Self(Way::Own {
            symbols,
            tokens: scanner.into_tokens(),
        }))
    }

    /// Whether the text is the same for every job.
    pub fn is_constant(&self) -> bool {
        match &self.0 {
            Way::Own { tokens, .. } => tokens.is_empty(),
            Way::Gnu(text) => text.is_constant(),
        }
    }

    /// Appends the text of one job; several inputs are joined by spaces.
    pub fn render(&self, values: &Values<'_>, out: &mut Vec<u8>) {
        let (symbols, tokens) = match &self.0 {
            Way::Own { symbols, tokens } => (symbols, tokens),
            Way::Gnu(text) => return text.render(values, out),
        };
        for symbol in symbols {
            match symbol {
                Sym::Byte(byte) => out.push(*byte),
                Sym::Token(token) => value::write(&tokens[*token], values, Which::All, out),
            }
        }
    }
}
