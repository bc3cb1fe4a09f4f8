//! Inputs as they are given out: combined, stripped, matched, shuffled.
//!
//! Boundary: whole records, one at a time; how many make a job is `batch`'s.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::Record;
use super::combine::Combine;
use super::error::InputError;
use super::matcher::Matcher;
use super::source::Lines;
use super::spec::{Order, Outside, Unmatched};
use super::strip::{Strip, Verdict};
use super::table::{Cursor, Table};

/// Combinations, and what is done to each.
pub(super) struct Filtered {
    pub(super) combine: Combine,
    pub(super) strip: Option<Strip>,
    pub(super) matcher: Option<Matcher>,
}

impl Filtered {
    fn next(&mut self, record: &mut Record) -> Result<bool, InputError> {
        loop {
            record.clear();
            if !self.combine.next(record)? {
                return Ok(false);
            }
            if let Some(strip) = &mut self.strip
                && strip.apply(record)? == Verdict::Drop
            {
                continue;
            }
            if let Some(matcher) = &mut self.matcher
                && matcher.apply(record)? == Verdict::Drop
            {
                continue;
            }
            return Ok(true);
        }
    }

    fn may_drop(&self) -> bool {
        self.strip
            .as_ref()
            .is_some_and(|strip| strip.outside() == Outside::Skip)
            || self
                .matcher
                .as_ref()
                .is_some_and(|matcher| matcher.unmatched() == Unmatched::Skip)
    }

    fn duplicate(&self) -> Option<Self> {
        Some(Self {
            combine: self.combine.duplicate()?,
            strip: self.strip.clone(),
            matcher: self.matcher.clone(),
        })
    }
}

/// The records of a run, in order.
pub(super) enum Records {
    /// As they come.
    Streaming(Box<Filtered>),
    /// To be shuffled when the first one is asked for.
    Unshuffled(Box<Filtered>, u64),
    /// In memory.
    Stored(Cursor),
}

impl Records {
    pub(super) fn new(filtered: Filtered, order: Order) -> Self {
        let filtered = Box::new(filtered);
        match order {
            Order::AsGiven => Self::Streaming(filtered),
            Order::Shuffled { seed } => {
                // The standard library's own random keys: no further crate.
                let random = || RandomState::new().build_hasher().finish();
                Self::Unshuffled(filtered, seed.unwrap_or_else(random))
            }
        }
    }

    /// The next record in place of what `record` holds; false at the end.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool, InputError> {
        match self {
            Self::Streaming(filtered) => filtered.next(record),
            Self::Unshuffled(..) => {
                self.shuffle()?;
                self.next(record)
            }
            Self::Stored(cursor) => {
                record.clear();
                Ok(cursor.next(record))
            }
        }
    }

    fn shuffle(&mut self) -> Result<(), InputError> {
        let Self::Unshuffled(filtered, seed) = self else {
            return Ok(());
        };
        let mut table = Table::default();
        let mut record = Record::new();
        while filtered.next(&mut record)? {
            table.push(&record);
        }
        *self = Self::Stored(Cursor::shuffled(table, *seed));
        Ok(())
    }

    pub(super) fn set_lines(&mut self, lines: Lines) {
        if let Self::Streaming(filtered) | Self::Unshuffled(filtered, _) = self {
            filtered.combine.set_lines(lines);
        }
    }

    /// Reads everything into memory; before the first record is taken.
    pub(super) fn store(&mut self) -> Result<(), InputError> {
        match self {
            Self::Streaming(filtered) => filtered.combine.store(),
            Self::Unshuffled(..) => self.shuffle(),
            Self::Stored(_) => Ok(()),
        }
    }

    /// The same records a second time, where all is in memory and none has
    /// been taken.
    pub(super) fn duplicate(&self) -> Option<Self> {
        Some(match self {
            Self::Streaming(filtered) => Self::Streaming(Box::new(filtered.duplicate()?)),
            Self::Unshuffled(filtered, seed) => {
                Self::Unshuffled(Box::new(filtered.duplicate()?), *seed)
            }
            Self::Stored(cursor) => Self::Stored(cursor.clone()),
        })
    }

    /// How many records there are, where that is known without reading: before
    /// the first one is taken.
    pub(super) fn count(&self) -> Option<u64> {
        match self {
            Self::Streaming(filtered) | Self::Unshuffled(filtered, _) if filtered.may_drop() => {
                None
            }
            Self::Streaming(filtered) | Self::Unshuffled(filtered, _) => filtered.combine.count(),
            Self::Stored(cursor) => Some(cursor.len() as u64),
        }
    }
}
