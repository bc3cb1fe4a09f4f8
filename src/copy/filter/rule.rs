//! One rule: what it says, where it was written, and what it does to an entry.
//!
//! Boundary: the old-style rules of rsync(1) alone (`PATTERN`, `- PATTERN`, `+ PATTERN`, `!`); a rule name such as
//! `merge`, or a modifier, is part of a pattern, as it is there.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use super::error::FilterError;
use super::pattern::{Pattern, Subject};

/// What a rule does to the entries that its pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// They are taken.
    Include,
    /// They are left out.
    Exclude,
}

impl RuleKind {
    fn option(self) -> &'static str {
        match self {
            Self::Include => "--include",
            Self::Exclude => "--exclude",
        }
    }

    pub(super) fn file_option(self) -> &'static str {
        match self {
            Self::Include => "--include-from",
            Self::Exclude => "--exclude-from",
        }
    }
}

/// Where a rule was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// As the value of an option.
    Option,
    /// In a file.
    Line {
        /// The file.
        file: Arc<Path>,
        /// The line, from 1.
        number: u64,
    },
}

/// A rule. It shows itself as it was given: `--exclude *.o`, or `line 3 of rules (--exclude-from): *.o`.
#[derive(Clone, Debug)]
pub struct Rule {
    given: RuleKind,
    written: Box<[u8]>,
    origin: Origin,
    effect: Effect,
}

#[derive(Clone, Debug)]
pub(super) enum Effect {
    /// The rules before it are forgotten.
    Clear,
    /// What the pattern matches is taken or left out.
    Decide(RuleKind, Pattern),
}

impl Rule {
    /// The rule that `--exclude TEXT` or `--include TEXT` is. `- ` and `+ ` in front of a pattern say themselves which
    /// kind it is; `!` alone clears the rules before it; an empty text matches nothing.
    pub fn parse(kind: RuleKind, text: &[u8]) -> Result<Self, FilterError> {
        Self::new(kind, text, Origin::Option)
    }

    pub(super) fn new(given: RuleKind, text: &[u8], origin: Origin) -> Result<Self, FilterError> {
        let (kind, pattern) = match text {
            [b'-', b' ', pattern @ ..] => (RuleKind::Exclude, pattern),
            [b'+', b' ', pattern @ ..] => (RuleKind::Include, pattern),
            pattern => (given, pattern),
        };
        let effect = match text {
            b"!" => Effect::Clear,
            _ => Effect::Decide(kind, Pattern::parse(pattern)),
        };
        let rule = Self {
            given,
            written: text.into(),
            origin,
            effect,
        };
        let shown = || format!("`{rule}`");
        if memchr::memchr(0, text).is_some() {
            Err(FilterError::Nul { rule: shown() })
        } else if pattern.is_empty() && !text.is_empty() {
            Err(FilterError::Empty { rule: shown() })
        } else {
            Ok(rule)
        }
    }

    /// The rule as it was written, with its sign if it has one.
    pub fn written(&self) -> &[u8] {
        &self.written
    }

    /// Where it was written.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn effect(&self) -> &Effect {
        &self.effect
    }

    /// What the rule says about an entry, if it matches.
    pub(super) fn decides(&self, subject: &Subject<'_>) -> Option<RuleKind> {
        match &self.effect {
            Effect::Decide(kind, pattern) if pattern.matches(subject) => Some(*kind),
            _ => None,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = OsStr::from_bytes(&self.written).display();
        match &self.origin {
            Origin::Option => write!(f, "{} {written}", self.given.option()),
            Origin::Line { file, number } => {
                let (file, option) = (file.display(), self.given.file_option());
                write!(f, "line {number} of {file} ({option}): {written}")
            }
        }
    }
}
