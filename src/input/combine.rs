//! Products of sources: the last varies fastest.
//!
//! Boundary: rows of columns; what is done to whole inputs is `records`'.
//! The first group streams, and each other one is read only as far as its
//! first pass has come, then replayed from memory. So any of them may be slow
//! or without end, and a single source is never kept.

use super::Record;
use super::error::InputError;
use super::link::Group;
use super::source::Lines;
use super::table::Table;

/// All combinations of the rows of its groups.
pub(super) struct Combine {
    first: Group,
    first_row: Record,
    others: Vec<Replayed>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Fresh,
    Running,
    Ended,
}

/// A group kept in memory as far as it has been read.
struct Replayed {
    group: Group,
    table: Table,
    row: usize,
    scratch: Record,
    reading: Reading,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Live,
    Ended,
}

impl Replayed {
    /// Goes to `row` if there is such a row.
    fn seek(&mut self, row: usize) -> Result<bool, InputError> {
        while self.table.len() <= row && self.reading == Reading::Live {
            self.scratch.clear();
            if self.group.next(&mut self.scratch)? {
                self.table.push(&self.scratch);
            } else {
                self.reading = Reading::Ended;
            }
        }
        if row >= self.table.len() {
            return Ok(false);
        }
        self.row = row;
        Ok(true)
    }
}

impl Combine {
    pub(super) fn new(first: Group, others: Vec<Group>) -> Self {
        let others = others.into_iter().map(|group| Replayed {
            group,
            table: Table::default(),
            row: 0,
            scratch: Record::new(),
            reading: Reading::Live,
        });
        Self {
            first,
            first_row: Record::new(),
            others: others.collect(),
            state: State::Fresh,
        }
    }

    /// The next combination into `record`, which is empty; false at the end.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool, InputError> {
        if self.others.is_empty() {
            let moved = self.first.next(record)?;
            return Ok(moved && !self.first.stood_in());
        }
        let moved = match self.state {
            State::Ended => return Ok(false),
            State::Fresh => self.start(),
            State::Running => self.advance(),
        };
        let is_first = self.state == State::Fresh;
        self.state = State::Ended;
        if !moved? || is_first && self.stood_in() {
            return Ok(false);
        }
        self.state = State::Running;
        for column in self.first_row.iter() {
            record.push(column);
        }
        for other in &self.others {
            other.table.append(other.row, record);
        }
        Ok(true)
    }

    fn start(&mut self) -> Result<bool, InputError> {
        // A product with nothing is nothing, even of a source without end.
        for other in &mut self.others {
            if !other.seek(0)? {
                return Ok(false);
            }
        }
        self.next_first()
    }

    fn advance(&mut self) -> Result<bool, InputError> {
        for other in self.others.iter_mut().rev() {
            if other.seek(other.row + 1)? {
                return Ok(true);
            }
            other.row = 0;
        }
        self.next_first()
    }

    /// Whether there is no value at all: then there are no inputs either.
    fn stood_in(&self) -> bool {
        self.first.stood_in() && self.others.iter().all(|other| other.group.stood_in())
    }

    fn next_first(&mut self) -> Result<bool, InputError> {
        self.first_row.clear();
        self.first.next(&mut self.first_row)
    }

    fn groups_mut(&mut self) -> impl Iterator<Item = &mut Group> {
        let others = self.others.iter_mut().map(|other| &mut other.group);
        std::iter::once(&mut self.first).chain(others)
    }

    pub(super) fn set_lines(&mut self, lines: Lines) {
        self.groups_mut().for_each(|group| group.set_lines(lines));
    }

    /// Reads all sources into memory; before the first combination is taken.
    pub(super) fn store(&mut self) -> Result<(), InputError> {
        self.groups_mut().try_for_each(Group::store)
    }

    /// The same combinations a second time, where all values are in memory and
    /// none has been taken.
    pub(super) fn duplicate(&self) -> Option<Self> {
        let others = self.others.iter().map(|other| other.group.duplicate());
        Some(Self::new(
            self.first.duplicate()?,
            others.collect::<Option<_>>()?,
        ))
    }

    /// How many combinations there are, where that is known without reading.
    pub(super) fn count(&self) -> Option<u64> {
        let groups =
            std::iter::once(&self.first).chain(self.others.iter().map(|other| &other.group));
        let mut count = 1_u64;
        for group in groups {
            count = count.saturating_mul(group.count()? as u64);
        }
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::spec::{Join, LinkAll, SourceSpec, SourcesSpec};
    use super::super::testing::{Endless, jobs, linked, open, stdin, text, words};
    use super::*;

    fn of(sources: Vec<(Join, SourceSpec)>) -> SourcesSpec {
        SourcesSpec {
            sources,
            ..SourcesSpec::default()
        }
    }

    #[test]
    fn the_last_source_varies_fastest() {
        let spec = of(vec![words(&["a", "b"]), stdin(), words(&["x", "y"])]);
        assert_eq!(
            jobs(open(spec, &b"1\n2\n"[..])),
            [
                "[a][1][x]",
                "[a][1][y]",
                "[a][2][x]",
                "[a][2][y]",
                "[b][1][x]",
                "[b][1][y]",
                "[b][2][x]",
                "[b][2][y]"
            ]
        );
    }

    #[test]
    fn a_linked_pair_multiplies_as_one() {
        let spec = of(vec![
            words(&["a", "b", "c"]),
            linked(&["1", "2"]),
            words(&["X", "Y"]),
        ]);
        assert_eq!(
            jobs(open(spec, &b""[..])),
            ["[a][1][X]", "[a][1][Y]", "[b][2][X]", "[b][2][Y]"]
        );
    }

    #[test]
    fn endless_sources_start_at_once() {
        for spec in [
            of(vec![stdin(), words(&["a", "b"])]),
            of(vec![words(&["a", "b"]), stdin()]),
            SourcesSpec {
                link_all: LinkAll::Wrapping,
                ..of(vec![stdin(), words(&["a", "b"])])
            },
        ] {
            let mut inputs = open(spec, Endless::default());
            let mut records = Vec::new();
            for _ in 0..1000 {
                assert!(inputs.next_job(&mut records).unwrap());
            }
        }
        let nothing = of(vec![
            stdin(),
            (Join::Product, SourceSpec::File("/dev/null".into())),
        ]);
        assert_eq!(
            jobs(open(nothing, Endless::default())),
            Vec::<String>::new()
        );
    }

    #[test]
    fn no_words_multiply_as_one_empty_value() {
        let spec = of(vec![words(&["a", "b"]), words(&[])]);
        assert_eq!(jobs(open(spec, &b""[..])), ["[a][]", "[b][]"]);
        let spec = of(vec![words(&["a"]), linked(&[])]);
        assert_eq!(jobs(open(spec, &b""[..])), Vec::<String>::new());
        assert_eq!(
            jobs(open(of(vec![words(&[])]), &b""[..])),
            Vec::<String>::new()
        );
    }

    /// What the combinations are, from the definitions, all in memory.
    fn model(sources: &[(Join, Vec<String>)], link_all: LinkAll) -> Vec<Vec<String>> {
        if link_all == LinkAll::Wrapping {
            let longest = sources
                .iter()
                .map(|(_, values)| values.len())
                .max()
                .unwrap_or(0);
            if sources.iter().any(|(_, values)| values.is_empty()) {
                return Vec::new();
            }
            return (0..longest)
                .map(|at| {
                    sources
                        .iter()
                        .map(|(_, v)| v[at % v.len()].clone())
                        .collect()
                })
                .collect();
        }
        let mut groups: Vec<Vec<Vec<String>>> = Vec::new();
        for (join, values) in sources {
            match groups.last_mut() {
                Some(group) if *join == Join::LinkToPrevious => {
                    group.truncate(values.len());
                    group
                        .iter_mut()
                        .zip(values)
                        .for_each(|(row, value)| row.push(value.clone()));
                }
                _ => groups.push(values.iter().map(|value| vec![value.clone()]).collect()),
            }
        }
        let mut rows = vec![Vec::new()];
        for group in groups {
            rows = rows
                .iter()
                .flat_map(|row: &Vec<String>| {
                    group.iter().map(|more| [&row[..], &more[..]].concat())
                })
                .collect();
        }
        rows
    }

    proptest! {
        #[test]
        fn combinations_are_those_of_the_model(
            lengths in proptest::collection::vec((prop::bool::ANY, 0_usize..4), 1..5),
            wrap in prop::bool::ANY,
        ) {
            let link_all = if wrap { LinkAll::Wrapping } else { LinkAll::No };
            let mut specs = Vec::new();
            let mut plain = Vec::new();
            let mut lines = Vec::new();
            for (at, (link, length)) in lengths.iter().enumerate() {
                let join = if *link { Join::LinkToPrevious } else { Join::Product };
                let values: Vec<String> = (0..*length).map(|value| format!("{at}-{value}")).collect();
                if at == 0 {
                    lines = values.clone();
                    specs.push((join, SourceSpec::Stdin));
                } else {
                    let words = values.iter().map(|value| value.clone().into_bytes()).collect();
                    specs.push((join, SourceSpec::Words(words)));
                }
                plain.push((join, values));
            }
            // No words after a lone `:::` are one empty value; held above.
            prop_assume!(lengths.iter().skip(1).all(|(_, length)| *length > 0));
            let lines = lines.join("\n");
            let expected: Vec<String> = model(&plain, link_all)
                .iter()
                .map(|row| format!("[{}]", row.join("][")))
                .collect();
            let spec = SourcesSpec { link_all, ..of(specs) };
            let counted = super::super::testing::sources(spec.clone(), std::io::Cursor::new(lines.clone()))
                .unwrap()
                .counted(super::super::BatchSpec::default())
                .unwrap();
            prop_assert_eq!(counted.total(), Some(expected.len() as u64));
            prop_assert_eq!(jobs(counted), expected.clone());
            prop_assert_eq!(jobs(open(spec, std::io::Cursor::new(lines))), expected);
        }
    }

    #[test]
    fn an_append_keeps_what_is_there() {
        let mut record = Record::single(b"a");
        let mut table = Table::default();
        table.push(&Record::single(b"b"));
        table.append(0, &mut record);
        assert_eq!(text(&record), "[a][b]");
    }
}
