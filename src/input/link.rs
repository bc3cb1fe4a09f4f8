//! Sources side by side: `:::+` and `--link`.
//!
//! Boundary: one row of columns at a time, streaming; products are `combine`'s.

use super::Record;
use super::error::InputError;
use super::source::{Lines, Source};
use super::table::Table;

/// One or more sources whose values are taken together.
pub(super) enum Group {
    /// Ends with its shortest source.
    Shortest(Vec<Source>),
    /// Ends with its longest source.
    Wrapping(Vec<Wrapped>),
}

/// A source that starts again when it has ended before others.
pub(super) struct Wrapped {
    source: Source,
    /// The value of this turn.
    fresh: Record,
    /// What to start again with.
    seen: Table,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Live,
    /// The row that comes next.
    Again(usize),
}

impl Group {
    pub(super) fn wrapping(sources: Vec<Source>) -> Self {
        let wrapped = sources.into_iter().map(|source| Wrapped {
            source,
            fresh: Record::new(),
            seen: Table::default(),
            state: State::Live,
        });
        Self::Wrapping(wrapped.collect())
    }

    /// Adds the next row's columns to `record`; false at the end, when what
    /// has been added is to be thrown away.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool, InputError> {
        match self {
            Self::Shortest(sources) => {
                let empty = sources.is_empty();
                for source in sources {
                    if !source.next(record)? {
                        return Ok(false);
                    }
                }
                // Without any source there are no rows.
                Ok(!empty)
            }
            Self::Wrapping(sources) => next_wrapping(sources, record),
        }
    }

    /// Whether no source of it has a value of its own.
    pub(super) fn stood_in(&self) -> bool {
        match self {
            Self::Shortest(sources) => sources.iter().all(Source::stood_in),
            Self::Wrapping(sources) => sources.iter().all(|one| one.source.stood_in()),
        }
    }

    fn sources_mut(&mut self) -> Vec<&mut Source> {
        match self {
            Self::Shortest(sources) => sources.iter_mut().collect(),
            Self::Wrapping(sources) => sources.iter_mut().map(|one| &mut one.source).collect(),
        }
    }

    pub(super) fn set_lines(&mut self, lines: Lines) {
        for source in self.sources_mut() {
            source.set_lines(lines);
        }
    }

    /// Reads all values into memory; before the first row is taken.
    pub(super) fn store(&mut self) -> Result<(), InputError> {
        self.sources_mut().into_iter().try_for_each(Source::store)
    }

    /// The same group a second time, where all its values are in memory and
    /// none has been taken.
    pub(super) fn duplicate(&self) -> Option<Self> {
        match self {
            Self::Shortest(sources) => {
                let copies = sources.iter().map(Source::duplicate);
                Some(Self::Shortest(copies.collect::<Option<_>>()?))
            }
            Self::Wrapping(sources) => {
                let copies = sources.iter().map(|one| one.source.duplicate());
                Some(Self::wrapping(copies.collect::<Option<_>>()?))
            }
        }
    }

    /// How many rows there are, where that is known without reading.
    pub(super) fn count(&self) -> Option<usize> {
        match self {
            Self::Shortest(sources) => {
                let counts: Option<Vec<_>> = sources.iter().map(Source::count).collect();
                Some(counts?.into_iter().min().unwrap_or(0))
            }
            Self::Wrapping(sources) => {
                let counts: Option<Vec<_>> = sources.iter().map(|one| one.source.count()).collect();
                let counts = counts?;
                if counts.contains(&0) {
                    return Some(0);
                }
                counts.into_iter().max()
            }
        }
    }
}

fn next_wrapping(sources: &mut [Wrapped], record: &mut Record) -> Result<bool, InputError> {
    for at in 0..sources.len() {
        // What only one source still gives is never needed again.
        let last = sources
            .iter()
            .enumerate()
            .all(|(i, one)| i == at || one.state != State::Live);
        let one = &mut sources[at];
        if one.state != State::Live {
            continue;
        }
        one.fresh.clear();
        if one.source.next(&mut one.fresh)? {
            if last {
                one.seen.free();
            } else {
                one.seen.push(&one.fresh);
            }
        } else if last || one.seen.len() == 0 {
            return Ok(false);
        } else {
            one.state = State::Again(0);
        }
    }
    for one in sources {
        if let State::Again(row) = &mut one.state {
            one.seen.append(*row, record);
            *row = (*row + 1) % one.seen.len();
        } else {
            for column in one.fresh.iter() {
                record.push(column);
            }
        }
    }
    Ok(true)
}
