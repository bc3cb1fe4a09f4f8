//! rsync's include and exclude rules: which entries of a tree are copied.
//!
//! Boundary: decides about one path at a time, on bytes. Walking the tree, and not entering what is left out, is the
//! caller's; so is what lies outside rsync's simple rules: `--filter`, per-directory files, `--cvs-exclude` (it reads
//! a `.cvsignore` in every directory).
//!
//! The facts are rsync(1)'s, under FILTER RULES, `--exclude` and `--exclude-from`; where the manual is silent (a class
//! that is not closed, a carriage return in a file) rsync 3.5 was asked, and tests/filter.rs asks it again. The matcher
//! is our own because the crate globset (0.4.22, the nearest) reads another language: its patterns are UTF-8, a `**`
//! within a component (`a**b`, `dir/***`) is a `*`, an unclosed `[` is an error, and a backslash escapes whether a
//! wildcard stands beside it or not. All of that cannot be mended from outside.

mod class;
mod error;
mod matcher;
mod pattern;
mod rule;
mod size;

pub use error::FilterError;
pub use rule::{Origin, Rule, RuleKind};
pub use size::SizeLimits;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pattern::Subject;
use rule::Effect;

/// What becomes of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is copied; a directory is entered.
    Take,
    /// It is left out; a directory is not entered, so no rule is asked about what is below it.
    Leave,
}

/// Rules, in the order in which they were given. The first that matches decides; without one, an entry is taken.
///
/// It is shared by reference between threads: only its counts change.
#[derive(Debug, Default)]
pub struct Filter {
    rules: Vec<Counted>,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    decided: AtomicU64,
}

impl Filter {
    /// A filter without rules: it takes everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule behind the others; the rule `!` takes away those that are there.
    pub fn push(&mut self, rule: Rule) {
        if matches!(rule.effect(), Effect::Clear) {
            self.rules.clear();
        } else {
            self.rules.push(Counted {
                rule,
                decided: AtomicU64::new(0),
            });
        }
    }

    /// Adds the rules of a file, as `--exclude-from FILE` and `--include-from FILE` do.
    ///
    /// A line is a rule of that kind, or of its own after `- ` or `+ `; it ends at a newline or a carriage return. An
    /// empty line, and one that begins with `;` or `#`, is passed over; `!` alone clears. After an error the filter is
    /// as before. `-` is a file of that name: whose standard input rsync would mean is the caller's to know (see
    /// [`read`](Self::read)).
    pub fn read_file(&mut self, kind: RuleKind, path: &Path) -> Result<(), FilterError> {
        let text = fs::read(path).map_err(|source| FilterError::Read {
            option: kind.file_option(),
            path: path.to_path_buf(),
            source,
        })?;
        self.read(kind, path, &text)
    }

    /// Adds the rules of a file whose contents are at hand; `name` is for messages.
    pub fn read(&mut self, kind: RuleKind, name: &Path, text: &[u8]) -> Result<(), FilterError> {
        let name: Arc<Path> = Arc::from(name);
        let mut rules = Vec::new();
        let mut number = 1;
        // The `\r` ends a line of its own, but it is the `\n`s that an editor counts.
        for piece in text.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            let (line, ends) = match piece.split_last() {
                Some((b'\n', line)) => (line, 1),
                Some((b'\r', line)) => (line, 0),
                _ => (piece, 0),
            };
            if !matches!(line.first(), None | Some(b';' | b'#')) {
                let origin = Origin::Line {
                    file: Arc::clone(&name),
                    number,
                };
                rules.push(Rule::new(kind, line, origin)?);
            }
            number += ends;
        }
        for rule in rules {
            self.push(rule);
        }
        Ok(())
    }

    /// Whether there is no rule, so that nobody need ask.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether an entry is copied.
    ///
    /// `path` is below the root, without a slash in front or behind; the root itself, `.`, is always taken. A symlink
    /// to a directory is no directory. Ask for a directory before anything in it, and for nothing in one that is left
    /// out. Allocates nothing.
    pub fn decide(&self, path: &[u8], is_directory: bool) -> Decision {
        if path == b"." {
            return Decision::Take;
        }
        let subject = Subject::new(path, is_directory);
        for counted in &self.rules {
            if let Some(kind) = counted.rule.decides(&subject) {
                counted.decided.fetch_add(1, Ordering::Relaxed);
                return match kind {
                    RuleKind::Include => Decision::Take,
                    RuleKind::Exclude => Decision::Leave,
                };
            }
        }
        Decision::Take
    }

    /// Each rule, with the number of entries it has decided about so far.
    pub fn counts(&self) -> impl Iterator<Item = (&Rule, u64)> {
        self.rules
            .iter()
            .map(|counted| (&counted.rule, counted.decided.load(Ordering::Relaxed)))
    }

    /// The rules that have decided nothing: misspelt, behind a rule that matches more, or for what is not there.
    pub fn unused(&self) -> impl Iterator<Item = &Rule> {
        self.counts()
            .filter_map(|(rule, count)| (count == 0).then_some(rule))
    }
}

#[cfg(test)]
mod tests;
