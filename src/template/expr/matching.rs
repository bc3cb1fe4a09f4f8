//! Matching, substitution, splitting.
//!
//! Boundary: what a match does to values; how one is found is `pattern`.

use std::sync::Arc;

use super::error::{Native, Stop};
use super::eval::Machine;
use super::pattern::{Groups, Pattern, Subject};
use super::scalar::{Scalar, within};
use super::targets::target_of;
use super::transliterate::Transliteration;
use super::tree::{Cut, Extent, Keep, Node, Regex};

/// The last match, for `$1`, `$&` and their kin.
#[derive(Clone, Debug)]
pub(super) struct Matched {
    subject: Arc<[u8]>,
    groups: Groups,
}

impl Matched {
    pub(super) fn group(&self, number: usize) -> Option<&[u8]> {
        let (start, end) = self.groups.0.get(number).copied().flatten()?;
        Some(&self.subject[start..end])
    }

    pub(super) fn before(&self) -> &[u8] {
        &self.subject[..self.groups.whole().0]
    }

    pub(super) fn after(&self) -> &[u8] {
        &self.subject[self.groups.whole().1..]
    }
}

impl Machine<'_> {
    fn pattern(&mut self, regex: &Regex) -> Native<Pattern> {
        match regex {
            Regex::Fixed(pattern) => Ok(pattern.clone()),
            Regex::Composed { pieces, flags } => {
                let text = self.text(pieces)?;
                if text.is_empty() {
                    return Err(Stop::perl("an empty pattern"));
                }
                self.program.composed(text, *flags)
            }
        }
    }

    /// The text of the target; an assignment in it is done first.
    fn subject(&mut self, target: &Node) -> Native<Arc<[u8]>> {
        Ok(self.scalar(target)?.into_bytes().into())
    }

    fn first(&mut self, target: &Node, regex: &Regex) -> Native<bool> {
        let subject = self.subject(target)?;
        let pattern = self.pattern(regex)?;
        let found = pattern.find(&Subject::new(&subject), 0)?;
        let Some(groups) = found else {
            return Ok(false);
        };
        self.matched = Some(Matched { subject, groups });
        Ok(true)
    }

    pub(super) fn match_scalar(
        &mut self,
        target: &Node,
        regex: &Regex,
        extent: Extent,
    ) -> Native<Scalar> {
        if extent == Extent::All {
            return Err(Stop::perl("m//g where one value is meant"));
        }
        Ok(Scalar::truth(self.first(target, regex)?))
    }

    pub(super) fn match_list(
        &mut self,
        target: &Node,
        regex: &Regex,
        extent: Extent,
        values: &mut Vec<Scalar>,
    ) -> Native<()> {
        let groups_of = |matched: &Matched, values: &mut Vec<Scalar>| {
            for number in 1..matched.groups.0.len() {
                let group = matched.group(number);
                values.push(group.map_or(Scalar::Undef, |group| Scalar::Bytes(group.to_vec())));
            }
        };
        if extent == Extent::First {
            if self.first(target, regex)? {
                let before = values.len();
                if let Some(matched) = &self.matched {
                    groups_of(matched, values);
                }
                if values.len() == before {
                    values.push(Scalar::Int(1));
                }
            }
            return Ok(());
        }
        let subject = self.subject(target)?;
        let pattern = self.pattern(regex)?;
        for groups in all(&pattern, &subject)? {
            let matched = Matched {
                subject: Arc::clone(&subject),
                groups,
            };
            if matched.groups.0.len() == 1 {
                values.push(Scalar::Bytes(matched.group(0).unwrap_or_default().to_vec()));
            }
            groups_of(&matched, values);
            self.matched = Some(matched);
        }
        Ok(())
    }

    pub(super) fn substitute(
        &mut self,
        target: &Node,
        regex: &Regex,
        with: &Node,
        extent: Extent,
        keep: Keep,
    ) -> Native<Scalar> {
        let subject = self.subject(target)?;
        let pattern = self.pattern(regex)?;
        let found = match extent {
            Extent::First => pattern
                .find(&Subject::new(&subject), 0)?
                .into_iter()
                .collect(),
            Extent::All => all(&pattern, &subject)?,
        };
        let mut text = Vec::with_capacity(subject.len());
        let mut end = 0;
        let count = found.len();
        for groups in found {
            let (from, to) = groups.whole();
            text.extend(&subject[end..from]);
            self.matched = Some(Matched {
                subject: Arc::clone(&subject),
                groups,
            });
            text.extend(self.scalar(with)?.into_bytes());
            within(text.len())?;
            end = to;
        }
        text.extend(&subject[end..]);
        if keep == Keep::Returned {
            return Ok(Scalar::Bytes(text));
        }
        if count > 0 {
            self.assign(target_of(target), Scalar::Bytes(text))?;
            return Ok(Scalar::count(count));
        }
        Ok(Scalar::truth(false))
    }

    pub(super) fn transliterate(
        &mut self,
        target: &Node,
        table: &Transliteration,
        keep: Keep,
    ) -> Native<Scalar> {
        let value = self.subject(target)?;
        let (text, count) = table.apply(&value);
        if keep == Keep::Returned && table.changes() {
            return Ok(Scalar::Bytes(text));
        }
        if table.changes() {
            self.assign(target_of(target), Scalar::Bytes(text))?;
        }
        Ok(Scalar::count(count))
    }

    pub(super) fn split(
        &mut self,
        cut: &Cut,
        value: &Node,
        limit: Option<&Node>,
        values: &mut Vec<Scalar>,
    ) -> Native<()> {
        let text = self.subject(value)?;
        let limit = match limit {
            Some(limit) => self.scalar(limit)?.offset()?,
            None => 0,
        };
        let (pattern, text) = match cut {
            Cut::Awk => (Pattern::new(b"\\s+", 0)?, without_blanks(&text)),
            Cut::At(regex) => (self.pattern(regex)?, &*text),
        };
        let first = values.len();
        let most = usize::try_from(limit)
            .ok()
            .filter(|most| *most > 0)
            .unwrap_or(usize::MAX);
        let subject = Subject::new(text);
        let (mut start, mut from, mut fields) = (0, 0, 1);
        while !text.is_empty() && fields < most {
            let Some(groups) = pattern.find(&subject, from)? else {
                break;
            };
            let (begin, end) = groups.whole();
            if begin == end && begin >= text.len() {
                break;
            }
            // Nothing between two fields: not before the first byte of one.
            if begin == end && begin == start {
                if pattern.has_choice() {
                    return Err(Stop::perl("split at what may be nothing"));
                }
                from = begin + 1;
                if let Some(groups) = pattern.find(&subject, from)?
                    && groups.whole().0 >= from
                {
                    continue;
                }
                break;
            }
            values.push(Scalar::Bytes(text[start..begin].to_vec()));
            for group in groups.0.iter().skip(1) {
                values.push(group.map_or(Scalar::Undef, |(from, to)| {
                    Scalar::Bytes(text[from..to].to_vec())
                }));
            }
            fields += 1;
            (start, from) = (end, end);
        }
        if !text.is_empty() {
            values.push(Scalar::Bytes(text[start..].to_vec()));
        }
        if limit == 0 {
            while values.len() > first
                && matches!(values.last(), Some(Scalar::Undef | Scalar::Bytes(_)))
                && values
                    .last()
                    .is_some_and(|value| value.clone().into_bytes().is_empty())
            {
                values.pop();
            }
        }
        Ok(())
    }
}

/// Perl's white space has the vertical tab as well.
fn without_blanks(text: &[u8]) -> &[u8] {
    let blanks = text
        .iter()
        .take_while(|byte| matches!(byte, b'\t'..=b'\r' | b' '))
        .count();
    &text[blanks..]
}

/// All matches, one after the other. After one of nothing, the next may not be of nothing at the same place.
fn all(pattern: &Pattern, subject: &[u8]) -> Native<Vec<Groups>> {
    let text = Subject::new(subject);
    let mut found = Vec::new();
    let mut from = 0;
    let mut nothing_at = None;
    while let Some(groups) = pattern.find(&text, from)? {
        let (start, end) = groups.whole();
        if start == end && nothing_at == Some(start) {
            from = start + 1;
            nothing_at = None;
            continue;
        }
        if start == end {
            if pattern.has_choice() {
                return Err(Stop::perl("many matches of what may be nothing"));
            }
            nothing_at = Some(start);
        } else {
            nothing_at = None;
        }
        from = end;
        found.push(groups);
    }
    Ok(found)
}
