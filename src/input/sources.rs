//! Opening: from the description of inputs to inputs that can be read.
//!
//! Boundary: everything that can be wrong before the first job starts is found
//! here: missing files, patterns, headers.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::Record;
use super::batch::Inputs;
use super::columns::{Splitter, Width};
use super::combine::Combine;
use super::error::{InputError, Origin};
use super::header::Names;
use super::link::Group;
use super::matcher::{Matcher, OldColumns};
use super::records::{Filtered, Records};
use super::separator::Separator;
use super::source::{Source, Treatment};
use super::spec::{
    BatchSpec, FirstRecord, Header, Join, LinkAll, Quotes, Rules, SourceSpec, SourcesSpec, Trim,
};
use super::strip::Strip;

/// Sources that are open, their headers read.
pub struct Sources {
    records: Records,
    names: Names,
}

impl Sources {
    /// Opens all files and reads the headers. `stdin` is called once if
    /// standard input is a source, else not at all.
    ///
    /// Fails, before anything is read, when a file cannot be opened, a pattern
    /// is bad, or standard input is named twice; then when a header is bad.
    pub fn open(
        spec: SourcesSpec,
        stdin: impl FnOnce() -> Box<dyn Read + Send>,
    ) -> Result<Self, InputError> {
        let colsep = match (spec.colsep.as_deref(), spec.header) {
            (None, Header::FirstRecord) => Some("\t"),
            (given, _) => given,
        };
        let treatment = Treatment {
            splitter: splitter(&spec, colsep)?,
            empty: spec.empty,
            eof: spec.eof,
            rules: spec.rules,
        };
        let strip = spec.strip.map(Strip::new).transpose()?;
        let old = match spec.header {
            Header::No => OldColumns::Drop,
            Header::FirstRecord => OldColumns::Append,
        };
        let matcher = spec
            .regex
            .map(|regex| Matcher::new(&regex, old))
            .transpose()?;

        let (joins, specs): (Vec<Join>, Vec<SourceSpec>) = spec.sources.into_iter().unzip();
        let mut sources = open_all(
            specs,
            &joins,
            spec.link_all,
            &spec.separator,
            &treatment,
            stdin,
        )?;

        if spec.first == FirstRecord::Skipped {
            // Of the first source only, as GNU parallel has it.
            if let Some(source) = sources.first_mut() {
                source.next(&mut Record::new())?;
            }
        }
        let mut names = Names::new(spec.rules);
        let mut offset = 0;
        if let Some(matcher) = &matcher {
            for (name, column) in matcher.names() {
                names.add(name, column)?;
            }
            offset = matcher.groups();
        }
        if spec.header == Header::FirstRecord {
            read_headers(&mut sources, &mut names, offset, spec.rules)?;
        }
        if spec.rules == Rules::Gnu && sources.len() > 1 {
            sources.iter_mut().for_each(Source::never_empty);
        }

        let combine = combine(sources, &joins, spec.link_all);
        let filtered = Filtered {
            combine,
            strip,
            matcher,
        };
        Ok(Self {
            records: Records::new(filtered, spec.order),
            names,
        })
    }

    /// The names of columns, from headers and from groups of `--regex`, with
    /// the columns they stand for, from 0.
    pub fn names(&self) -> &[(Vec<u8>, usize)] {
        self.names.as_slice()
    }

    #[cfg(test)]
    pub(super) fn into_records(self) -> Records {
        self.records
    }

    /// Inputs as jobs; they stream.
    pub fn batched(self, batch: BatchSpec) -> Inputs {
        Inputs::new(self.records, batch)
    }

    /// Inputs as jobs, all read into memory first, so that
    /// [`Inputs::total`] is known. Fails with the first error among them,
    /// before any job is given out.
    pub fn counted(self, batch: BatchSpec) -> Result<Inputs, InputError> {
        Inputs::counted(self.records, batch)
    }
}

fn splitter(spec: &SourcesSpec, colsep: Option<&str>) -> Result<Splitter, InputError> {
    if spec.quotes == Quotes::Plain {
        let trim = match (spec.rules, spec.trim, &spec.colsep) {
            // There only a colsep that was asked for trims, not that of --header.
            (Rules::Gnu, Trim::Unset, None) => Trim::Nothing,
            _ => spec.trim,
        };
        return Splitter::new(colsep, trim, spec.rules);
    }
    let separator = spec.colsep.as_deref().unwrap_or(",");
    let [separator] = *separator.as_bytes() else {
        return Err(InputError::CsvSeparator {
            separator: separator.to_owned(),
        });
    };
    Ok(Splitter::csv(separator, spec.trim, spec.rules))
}

fn open_all(
    specs: Vec<SourceSpec>,
    joins: &[Join],
    link_all: LinkAll,
    separator: &Separator,
    treatment: &Treatment,
    stdin: impl FnOnce() -> Box<dyn Read + Send>,
) -> Result<Vec<Source>, InputError> {
    let several = specs.len() > 1;
    let mut stdin = Some(stdin);
    let mut sources = Vec::with_capacity(specs.len());
    for (at, spec) in specs.into_iter().enumerate() {
        let treatment = treatment.clone();
        let stream = |origin, from| Source::reader(origin, from, separator, treatment.clone());
        sources.push(match spec {
            SourceSpec::File(path) if path != Path::new("-") => {
                let file = open_file(&path)?;
                stream(Origin::File(path), Box::new(file))
            }
            SourceSpec::Stdin | SourceSpec::File(_) => {
                let stdin = stdin.take().ok_or(InputError::StdinTwice)?;
                stream(Origin::Stdin, stdin())
            }
            SourceSpec::Words(mut words) => {
                let linked = |at: usize| joins.get(at) == Some(&Join::LinkToPrevious);
                let alone = link_all == LinkAll::No && (at == 0 || !linked(at)) && !linked(at + 1);
                // As GNU parallel has it: `::: a b :::` gives two inputs. Its own
                // rules have that for every source without values.
                if words.is_empty() && several && alone && treatment.rules == Rules::Own {
                    words.push(Vec::new());
                }
                Source::words(at + 1, words, treatment)
            }
        });
    }
    Ok(sources)
}

fn open_file(path: &Path) -> Result<File, InputError> {
    // Linux opens a directory and fails at the first read, when jobs may run.
    let opened = File::open(path).and_then(|file| {
        if file.metadata()?.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        Ok(file)
    });
    opened.map_err(|error| InputError::Open {
        origin: Origin::File(path.to_owned()),
        error,
    })
}

fn read_headers(
    sources: &mut [Source],
    names: &mut Names,
    mut offset: usize,
    rules: Rules,
) -> Result<(), InputError> {
    let last = sources.len().saturating_sub(1);
    let mut header = Record::new();
    for (at, source) in sources.iter_mut().enumerate() {
        header.clear();
        let found = match rules {
            Rules::Gnu => source.next_header(&mut header)?,
            Rules::Own => source.next(&mut header)?,
        };
        if found {
            names.add_header(&header, offset, source.origin())?;
            offset += header.len();
            source.set_width(match rules {
                Rules::Gnu => Width::AsFound,
                Rules::Own if at == last => Width::AtLeast(header.len()),
                Rules::Own => Width::Exactly(header.len()),
            });
        }
    }
    Ok(())
}

fn combine(sources: Vec<Source>, joins: &[Join], link_all: LinkAll) -> Combine {
    if link_all == LinkAll::Wrapping && !sources.is_empty() {
        return Combine::new(Group::wrapping(sources), Vec::new());
    }
    let mut groups: Vec<Vec<Source>> = Vec::new();
    for (source, join) in sources.into_iter().zip(joins) {
        match groups.last_mut() {
            Some(group) if *join == Join::LinkToPrevious => group.push(source),
            _ => groups.push(vec![source]),
        }
    }
    let mut groups = groups.into_iter().map(Group::Shortest);
    // No source at all: no inputs.
    let first = groups.next().unwrap_or(Group::Shortest(Vec::new()));
    Combine::new(first, groups.collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::spec::{RegexSpec, Unmatched};
    use super::super::testing::{drain, jobs, open, sources, stdin, words};
    use super::*;

    fn file(path: &Path) -> (Join, SourceSpec) {
        (Join::Product, SourceSpec::File(path.to_owned()))
    }

    fn of(sources: Vec<(Join, SourceSpec)>) -> SourcesSpec {
        SourcesSpec {
            sources,
            ..SourcesSpec::default()
        }
    }

    #[test]
    fn files_are_read_and_a_dash_is_standard_input() {
        let mut list = tempfile::NamedTempFile::new().unwrap();
        list.write_all(b"a\nb").unwrap();
        let spec = of(vec![file(list.path()), file(Path::new("-"))]);
        assert_eq!(
            jobs(open(spec, &b"1\n2\n"[..])),
            ["[a][1]", "[a][2]", "[b][1]", "[b][2]"]
        );
    }

    #[test]
    fn what_is_missing_is_found_before_anything_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("no\nlist");
        for (path, end) in [
            (missing.as_path(), "no\\nlist': No such file or directory"),
            (directory.path(), "': is a directory"),
        ] {
            let spec = of(vec![stdin(), file(path)]);
            let error = sources(spec, super::super::testing::Failing::after(b""))
                .err()
                .unwrap();
            let message = error.to_string();
            assert!(
                message.starts_with("cannot open the input file '/"),
                "{message}"
            );
            assert!(message.ends_with(end), "{message}");
        }
    }

    #[test]
    fn standard_input_is_taken_once_and_only_if_it_is_a_source() {
        let twice = of(vec![stdin(), file(Path::new("-"))]);
        assert!(matches!(
            sources(twice, &b""[..]),
            Err(InputError::StdinTwice)
        ));
        let opened = Sources::open(of(vec![words(&["a"])]), || unreachable!());
        assert_eq!(jobs(opened.unwrap().batched(BatchSpec::default())), ["[a]"]);
        assert_eq!(
            jobs(open(of(Vec::new()), &b"a\n"[..])),
            Vec::<String>::new()
        );
    }

    #[test]
    fn groups_and_header_name_columns() {
        let spec = SourcesSpec {
            header: Header::FirstRecord,
            regex: Some(RegexSpec {
                pattern: r"^(?<stem>\w+)\.(\w+)".to_owned(),
                unmatched: Unmatched::Error,
            }),
            ..of(vec![stdin()])
        };
        let bytes = &b"file\tsize\na.b\t7\n?\t8\n"[..];
        let opened = sources(spec.clone(), bytes).unwrap();
        let expected = [("stem", 0), ("file", 2), ("size", 3)];
        assert_eq!(
            opened.names(),
            expected.map(|(name, at)| (name.as_bytes().to_vec(), at))
        );
        let (jobs, error) = drain(&mut opened.batched(BatchSpec::default()));
        assert_eq!(jobs, ["[a][b][a.b][7]"]);
        assert!(matches!(error, Some(InputError::Unmatched { .. })));
        let twice = SourcesSpec {
            regex: Some(RegexSpec {
                pattern: "(?<size>.)".to_owned(),
                unmatched: Unmatched::Error,
            }),
            ..spec
        };
        assert!(matches!(
            sources(twice, bytes),
            Err(InputError::DuplicateName {
                first: 1,
                second: 3,
                ..
            })
        ));
    }
}
