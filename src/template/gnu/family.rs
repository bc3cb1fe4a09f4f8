//! The replacement strings of a run: `{}` and its kin, as they are spelled.
//!
//! Boundary: finds one token at a place in a text; how a command is put
//! together from them is `command`'s.

use std::sync::Arc;

use super::super::error::TemplateError;
use super::super::expr::Perl;
use super::super::token::Op as Plain;
use super::op::{OfJob, Op};
use super::perl::{self, Dynamic, PerlOf, expression};
use super::plus::Plus;

/// A replacement string in a text.
#[derive(Clone, Debug)]
pub(super) enum Token {
    /// All values of the job; in a repeated word, the one of its turn.
    All(Op),
    /// The value at a position: from 1, or from the end from -1.
    Nth(i32, Op),
    /// What stands for the job.
    Job(OfJob),
}

/// The strings whose spelling has an option of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// `{}`: `-I`, `-i`.
    Whole,
    /// `{.}`: `--extensionreplace`.
    NoExtension,
    /// `{/}`: `--basenamereplace`.
    Base,
    /// `{//}`: `--dirnamereplace`.
    Dir,
    /// `{/.}`: `--basenameextensionreplace`.
    BaseNoExtension,
    /// `{#}`: `--seqreplace`.
    Seq,
    /// `{%}`: `--slotreplace`.
    Slot,
}

#[derive(Clone, Debug)]
enum Meaning {
    OfValue(Op),
    OfJob(OfJob),
}

#[derive(Clone, Debug)]
struct Tag {
    spelling: Vec<u8>,
    standard: Option<Standard>,
    meaning: Meaning,
}

/// Whether the strings of `--plus` are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum More {
    No,
    Plus,
}

/// All replacement strings of a run.
#[derive(Clone, Debug)]
pub struct Family {
    /// The longest first.
    tags: Vec<Tag>,
    /// Names of columns, and their positions from 1.
    names: Vec<(Vec<u8>, i32)>,
    more: More,
    /// Tags with groups, as they were defined.
    dynamic: Vec<Dynamic>,
    /// What an expression stands between.
    parens: (Vec<u8>, Vec<u8>),
    pub(super) perl: PerlOf,
}

impl Default for Family {
    fn default() -> Self {
        let value = |op| Meaning::OfValue(Op::Plain(op));
        let standard: [(&str, Standard, Meaning); 7] = [
            ("{}", Standard::Whole, value(Plain::Whole)),
            ("{.}", Standard::NoExtension, value(Plain::NoExtension)),
            ("{/}", Standard::Base, value(Plain::Base)),
            ("{//}", Standard::Dir, value(Plain::Dir)),
            (
                "{/.}",
                Standard::BaseNoExtension,
                value(Plain::BaseNoExtension),
            ),
            ("{#}", Standard::Seq, Meaning::OfJob(OfJob::Seq)),
            ("{%}", Standard::Slot, Meaning::OfJob(OfJob::Slot)),
        ];
        let mut family = Self {
            tags: Vec::new(),
            names: Vec::new(),
            more: More::No,
            dynamic: Vec::new(),
            parens: (b"{=".to_vec(), b"=}".to_vec()),
            perl: PerlOf::default(),
        };
        for (spelling, standard, meaning) in standard {
            family.add(spelling.as_bytes(), Some(standard), meaning);
        }
        family
    }
}

impl Family {
    fn add(&mut self, spelling: &[u8], standard: Option<Standard>, meaning: Meaning) {
        self.tags.push(Tag {
            spelling: spelling.to_vec(),
            standard,
            meaning,
        });
        self.tags
            .sort_by_key(|tag| std::cmp::Reverse(tag.spelling.len()));
    }

    /// Spells one of the strings in another way: the old one is text then.
    pub fn respell(&mut self, which: Standard, spelling: &[u8]) {
        for tag in &mut self.tags {
            if tag.standard == Some(which) {
                tag.spelling = spelling.to_vec();
            }
        }
        self.tags
            .sort_by_key(|tag| std::cmp::Reverse(tag.spelling.len()));
    }

    /// What evaluates expressions that are not understood here.
    pub fn use_perl(&mut self, perl: Option<Arc<dyn Perl + Send + Sync>>) {
        self.perl = PerlOf(perl);
    }

    /// `--parens`: the first half of `both` opens an expression, the rest
    /// closes it.
    pub fn enclose(&mut self, both: &[u8]) {
        let (open, close) = both.split_at(both.len() / 2);
        if !open.is_empty() {
            self.parens = (open.to_vec(), close.to_vec());
        }
    }

    /// `--rpl`: a tag, a blank, and the expression that it stands for. The tag
    /// may have groups in it, whose text is `$$1` in the expression.
    pub fn define(&mut self, definition: &[u8]) -> Result<(), TemplateError> {
        let blank = definition.iter().position(u8::is_ascii_whitespace);
        let (tag, source) = definition.split_at(blank.unwrap_or(definition.len()));
        let source = source.trim_ascii_start();
        // GNU parallel's own definitions say with a 1 that they are of the job.
        let source = source.strip_prefix(b"1 ").unwrap_or(source);
        let text = std::str::from_utf8(tag).unwrap_or_default();
        if let Some(dynamic) = Dynamic::new(text, source) {
            self.dynamic.push(dynamic?);
            return Ok(());
        }
        let op = Op::Perl(expression(source, Vec::new(), &self.perl)?);
        self.tags.retain(|known| known.spelling != tag);
        self.add(tag, None, Meaning::OfValue(op));
        Ok(())
    }

    /// Adds the strings of `--plus`.
    pub fn plus(&mut self) {
        self.more = More::Plus;
        for inner in ["+/", "+.", "+..", "+...", "..", "...", "/..", "/..."] {
            if let Some(op) = Plus::fixed(inner.as_bytes()) {
                let spelling = format!("{{{inner}}}");
                self.add(spelling.as_bytes(), None, Meaning::OfValue(Op::Plus(op)));
            }
        }
        for (spelling, meaning) in [
            ("{##}", OfJob::Total),
            ("{0#}", OfJob::PaddedSeq),
            ("{0%}", OfJob::PaddedSlot),
            ("{uniq}", OfJob::Unique(None)),
            ("{choose_k}", OfJob::Ascending(None)),
            ("{slot}", OfJob::Variable("${PARALLEL_JOBSLOT}")),
            ("{host}", OfJob::Variable("${PARALLEL_SSHHOST}")),
            ("{sshlogin}", OfJob::Variable("${PARALLEL_SSHLOGIN}")),
            ("{hgrp}", OfJob::Variable("${PARALLEL_HOSTGROUPS}")),
            ("{agrp}", OfJob::Variable("${PARALLEL_ARGHOSTGROUPS}")),
        ] {
            self.add(spelling.as_bytes(), None, Meaning::OfJob(meaning));
        }
    }

    /// Makes names of columns (`--header`) into replacement strings; columns
    /// are numbered from 0. The first of two equal names counts.
    pub fn name(&mut self, names: &[(Vec<u8>, usize)]) {
        for (name, column) in names {
            if let Ok(position) = i32::try_from(column + 1) {
                self.names.push((name.clone(), position));
            }
        }
    }

    /// The token that `text` begins with, and its length.
    pub(super) fn token_at(&self, text: &[u8]) -> Option<Result<(Token, usize), TemplateError>> {
        if let Some(tag) = self
            .tags
            .iter()
            .find(|tag| !tag.spelling.is_empty() && text.starts_with(&tag.spelling))
        {
            let token = match &tag.meaning {
                Meaning::OfValue(op) => Token::All(op.clone()),
                Meaning::OfJob(of_job) => Token::Job(of_job.clone()),
            };
            return Some(Ok((token, tag.spelling.len())));
        }
        if let Some(found) = self.enclosed(text).or_else(|| self.defined(text)) {
            return Some(found);
        }
        let inner = text.strip_prefix(b"{")?;
        self.positional(inner)
            .map(Ok)
            .or_else(|| self.named(inner).map(Ok))
            .or_else(|| self.dynamic(inner))
    }

    /// `{= EXPR =}`, with a position or without.
    fn enclosed(&self, text: &[u8]) -> Option<Result<(Token, usize), TemplateError>> {
        let (open, close) = &self.parens;
        let inner = text.strip_prefix(open.as_slice())?;
        let len = memchr::memmem::find(inner, close)?;
        let (place, source) = match position(&inner[..len]).or_else(|| self.column(&inner[..len])) {
            Some((place, source)) => (Some(place), source),
            None => (None, &inner[..len]),
        };
        let all = open.len() + len + close.len();
        Some(self.evaluated(source, Vec::new(), place, all))
    }

    /// The column whose name `text` begins with, and what follows it after a
    /// blank.
    fn column<'t>(&self, text: &'t [u8]) -> Option<(i32, &'t [u8])> {
        let blank = text.iter().position(|&byte| byte == b' ')?;
        let (name, rest) = text.split_at(blank);
        let (_, position) = self.names.iter().find(|(known, _)| known == name)?;
        Some((*position, rest))
    }

    /// A tag of `--rpl` with groups.
    fn defined(&self, text: &[u8]) -> Option<Result<(Token, usize), TemplateError>> {
        let (tag, found) = self
            .dynamic
            .iter()
            .find_map(|tag| Some((tag, tag.matched(text)?)))?;
        Some(self.evaluated(tag.source(), found.groups, found.position, found.len))
    }

    fn evaluated(
        &self,
        source: &[u8],
        groups: Vec<Vec<u8>>,
        place: Option<i32>,
        len: usize,
    ) -> Result<(Token, usize), TemplateError> {
        let op = Op::Perl(expression(source, groups, &self.perl)?);
        let token = match place {
            Some(place) => nth(place, op),
            None => Token::All(op),
        };
        Ok((token, len))
    }

    /// `{2}`, `{-1.}`: a string that begins with `{`, with a position in it.
    fn positional(&self, inner: &[u8]) -> Option<(Token, usize)> {
        let (position, rest) = position(inner)?;
        let digits = inner.len() - rest.len();
        let (meaning, len) = self.modifier(rest)?;
        let token = match meaning {
            Meaning::OfValue(op) => nth(position, op.clone()),
            Meaning::OfJob(OfJob::Unique(_)) => Token::Job(OfJob::Unique(Some(position))),
            Meaning::OfJob(OfJob::Ascending(_)) => Token::Job(OfJob::Ascending(Some(position))),
            Meaning::OfJob(_) => Token::Job(OfJob::Nothing),
        };
        Some((token, 1 + digits + len))
    }

    /// What of `rest` follows a position, with the closing brace.
    fn modifier(&self, rest: &[u8]) -> Option<(&Meaning, usize)> {
        let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
        self.tags.iter().find_map(|tag| {
            let tail = tag.spelling.strip_prefix(b"{")?;
            let skipped = if tail == b"}" { blanks } else { 0 };
            rest[skipped..]
                .starts_with(tail)
                .then_some((&tag.meaning, skipped + tail.len()))
        })
    }

    /// `{name}`, `{name.}`: only the strings that are there without `--plus`
    /// go with a name.
    fn named(&self, inner: &[u8]) -> Option<(Token, usize)> {
        let close = inner.iter().position(|&byte| byte == b'}')?;
        let forms: [(&[u8], Plain); 5] = [
            (b"", Plain::Whole),
            (b"//", Plain::Dir),
            (b"/.", Plain::BaseNoExtension),
            (b"/", Plain::Base),
            (b".", Plain::NoExtension),
        ];
        forms.into_iter().find_map(|(suffix, op)| {
            let name = inner[..close].strip_suffix(suffix)?;
            let (_, position) = self.names.iter().find(|(known, _)| known == name)?;
            Some((Token::Nth(*position, Op::Plain(op)), close + 2))
        })
    }

    /// `{%sfx}`, `{2:3}`: the strings of `--plus` with a part of the user's.
    fn dynamic(&self, inner: &[u8]) -> Option<Result<(Token, usize), TemplateError>> {
        if self.more == More::No {
            return None;
        }
        let close = inner.iter().position(|&byte| byte == b'}')?;
        let inner = &inner[..close];
        let with = |place: Option<i32>, rest: &[u8]| {
            let op = match Plus::dynamic(rest)? {
                Ok(op) => Op::Plus(op),
                Err(error) => match self.by_expression(rest) {
                    Some(Ok(op)) => op,
                    _ => return Some(Err(error)),
                },
            };
            let token = match place {
                Some(place) => nth(place, op),
                None => Token::All(op),
            };
            Some(Ok((token, close + 2)))
        };
        with(None, inner).or_else(|| {
            let (place, rest) = position(inner)?;
            with(Some(place), rest)
        })
    }
}

impl Family {
    /// A string of `--plus` with a pattern that only perl has, such as one with
    /// a look-ahead.
    fn by_expression(&self, inner: &[u8]) -> Option<Result<Op, TemplateError>> {
        let (source, groups) = Plus::expression(inner)?;
        let op = expression(source, groups, &self.perl).map(Op::Perl);
        Some(op.and_then(|op| perl::check(&op, &self.perl).map(|()| op)))
    }
}

fn nth(position: i32, op: Op) -> Token {
    match position {
        0 => Token::All(op),
        position => Token::Nth(position, op),
    }
}

/// The number that `text` begins with, which may be negative, and the rest.
fn position(text: &[u8]) -> Option<(i32, &[u8])> {
    let sign = usize::from(text.first() == Some(&b'-'));
    let digits = text[sign..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 {
        return None;
    }
    let (number, rest) = text.split_at(sign + digits);
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(family: &Family, text: &str) -> Option<usize> {
        family
            .token_at(text.as_bytes())
            .map(|found| found.unwrap().1)
    }

    #[test]
    fn strings_are_found_where_they_stand() {
        let family = Family::default();
        for (text, len) in [
            ("{}x", 2),
            ("{//}", 4),
            ("{/.}}", 4),
            ("{#}", 3),
            ("{2}", 3),
            ("{01}", 4),
            ("{1 }", 4),
            ("{-1/.}", 6),
            ("{0}", 3),
        ] {
            assert_eq!(length(&family, text), Some(len), "{text}");
        }
        for text in [
            "{ }", "{+1}", "{1./}", "{foo}", "{", "x{}", "{..}", "{%x}", "{-}",
        ] {
            assert_eq!(length(&family, text), None, "{text}");
        }
    }

    #[test]
    fn another_spelling_takes_the_place_of_the_braces() {
        let mut family = Family::default();
        family.respell(Standard::Whole, b",,");
        assert_eq!(length(&family, ",,"), Some(2));
        assert_eq!(length(&family, "{}"), None);
        assert_eq!(length(&family, "{1}"), None);
        assert_eq!(length(&family, "{1.}"), Some(4));
    }

    #[test]
    fn names_and_plus() {
        let mut family = Family::default();
        family.name(&[(b"a b".to_vec(), 1), (b"c".to_vec(), 0)]);
        assert_eq!(length(&family, "{a b//}"), Some(7));
        assert_eq!(length(&family, "{c+/}"), None);
        assert_eq!(length(&family, "{d}"), None);
        family.plus();
        for (text, len) in [
            ("{##}", 4),
            ("{+..}", 5),
            ("{2+/}", 5),
            ("{1%x}", 5),
            ("{-1^^e}", 7),
        ] {
            assert_eq!(length(&family, text), Some(len), "{text}");
        }
        assert_eq!(length(&family, "{^}"), None);
    }
}
