//! Texts with replacement strings that are no commands: `--tagstring`,
//! `--results`, `--wd`, `--template`.
//!
//! Boundary: nothing is quoted, and nothing is added where there is no string.

use super::super::error::TemplateError;
use super::super::record::Values;
use super::family::Family;
use super::perl::PerlOf;
use super::pieces::{Piece, Scene, Within, cut, has_token, write};
use super::sink::Bare;

/// A text and its replacement strings.
#[derive(Clone, Debug)]
pub struct GnuText {
    pieces: Box<[Piece]>,
    slots: usize,
    perl: PerlOf,
}

impl GnuText {
    /// Parses `text`. `slots` is how many jobs run at a time.
    pub fn parse(text: &[u8], family: &Family, slots: usize) -> Result<Self, TemplateError> {
        let pieces = cut(std::iter::once(text), family, Within::Stays)?;
        Ok(Self {
            pieces: pieces.into(),
            slots,
            perl: family.perl.clone(),
        })
    }

    /// Whether it is the same for every job.
    pub fn is_constant(&self) -> bool {
        !has_token(&self.pieces)
    }

    /// Appends the text of one job.
    pub fn render(&self, values: &Values<'_>, out: &mut Vec<u8>) {
        let scene = Scene::new(values, true, self.slots, &self.perl);
        // An expression that fails here leaves its place empty: the command
        // says what becomes of the job.
        let _verdict = write(&self.pieces, scene, &mut Bare(out));
    }
}
