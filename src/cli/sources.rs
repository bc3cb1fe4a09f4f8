//! The `:::` syntax, which no option parser knows: the words after the
//! command that say where its inputs come from.
//!
//! Boundary: splits words and names sources; opens and reads nothing.

use super::error::CliError;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

/// One input source, in the order in which columns are numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceArg {
    /// How it goes together with the sources before it.
    pub join: Join,
    /// Where its values are.
    pub kind: SourceKind,
}

/// How a source goes together with those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Every value with every combination of the sources before (`:::`, `::::`, `-a`).
    Product,
    /// One by one with the source just before, as far as the shorter one goes (`:::+`, `::::+`).
    LinkToPrevious,
}

/// Where the values of a source are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// In these words. With no word the source has one value, and that is empty.
    Words(Vec<OsString>),
    /// In this file, one by one.
    File(PathBuf),
    /// On standard input (`-`).
    Stdin,
}

/// Splits the words behind the options into the command and its sources.
///
/// A lone empty `:::` (or `::::`) stands for nothing, as in GNU parallel:
/// inputs are then read from standard input. So that `prun cmd ::: $EMPTY`
/// does not wait for a terminal in silence, the caller prints its note there.
pub(super) fn split(
    words: Vec<OsString>,
    arg_files: &[PathBuf],
) -> Result<(Vec<OsString>, Vec<SourceArg>), CliError> {
    split_by(words, arg_files, &Markers::default())
}

/// As [`split`], with the words that begin a source.
pub(super) fn split_by(
    mut words: Vec<OsString>,
    arg_files: &[PathBuf],
    markers: &Markers,
) -> Result<(Vec<OsString>, Vec<SourceArg>), CliError> {
    let marker = |word: &OsString| markers.meaning(word);
    let end = words
        .iter()
        .position(|word| marker(word).is_some())
        .unwrap_or(words.len());
    let tail = words.split_off(end);
    let mut sources: Vec<SourceArg> = arg_files
        .iter()
        .map(|path| SourceArg {
            join: Join::Product,
            kind: file(path.clone()),
        })
        .collect();
    let mut tail = tail.into_iter().peekable();
    while let Some((join, marked)) = tail.next().as_ref().and_then(marker) {
        let mut values = Vec::new();
        while let Some(value) = tail.next_if(|word| marker(word).is_none()) {
            values.push(value);
        }
        let mut add = |kind| {
            // There is nothing before the first source that it could be linked to.
            let join = if sources.is_empty() {
                Join::Product
            } else {
                join
            };
            sources.push(SourceArg { join, kind });
        };
        match marked {
            Marked::Words => add(SourceKind::Words(values)),
            Marked::Files => {
                let files = values.into_iter().map(PathBuf::from);
                files.map(file).for_each(add);
            }
        }
    }
    if let [
        SourceArg {
            kind: SourceKind::Words(values),
            ..
        },
    ] = sources.as_slice()
        && values.is_empty()
    {
        sources.clear();
    }
    if sources
        .iter()
        .filter(|source| source.kind == SourceKind::Stdin)
        .count()
        > 1
    {
        return Err(CliError::StdinTwice);
    }
    Ok((words, sources))
}

enum Marked {
    Words,
    Files,
}

/// The words that begin a source; with a `+` behind them they link it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Markers {
    /// What values follow.
    pub(super) words: OsString,
    /// What files follow.
    pub(super) files: OsString,
}

impl Default for Markers {
    fn default() -> Self {
        Self {
            words: ":::".into(),
            files: "::::".into(),
        }
    }
}

impl Markers {
    /// What a word means if it begins a source.
    fn meaning(&self, word: &OsStr) -> Option<(Join, Marked)> {
        let word = word.as_bytes();
        let (words, files) = (self.words.as_bytes(), self.files.as_bytes());
        let linked = word.strip_suffix(b"+");
        if word == words {
            Some((Join::Product, Marked::Words))
        } else if word == files {
            Some((Join::Product, Marked::Files))
        } else if linked == Some(words) {
            Some((Join::LinkToPrevious, Marked::Words))
        } else if linked == Some(files) {
            Some((Join::LinkToPrevious, Marked::Files))
        } else {
            None
        }
    }
}

fn file(path: PathBuf) -> SourceKind {
    // By its other names too: what is behind descriptor 0 is taken from it before
    // any file is opened, so that no job reads it.
    let names = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
    if names.iter().any(|name| path.as_os_str() == *name) {
        SourceKind::Stdin
    } else {
        SourceKind::File(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(line: &str, arg_files: &[&str]) -> String {
        let words = line
            .split(' ')
            .filter(|w| !w.is_empty())
            .map(OsString::from)
            .collect();
        let files: Vec<PathBuf> = arg_files.iter().map(PathBuf::from).collect();
        match split(words, &files) {
            Err(error) => format!("error: {error}"),
            Ok((command, sources)) => {
                let mut out = format!("{}|", command.join(OsStr::new(" ")).display());
                for source in sources {
                    let sign = if source.join == Join::LinkToPrevious {
                        "+"
                    } else {
                        ""
                    };
                    let values = match source.kind {
                        SourceKind::Stdin => "-".to_owned(),
                        SourceKind::File(path) => format!("@{}", path.display()),
                        SourceKind::Words(words) => {
                            format!("({})", words.join(OsStr::new(" ")).display())
                        }
                    };
                    out.push_str(&[" ", sign, &values].concat());
                }
                out
            }
        }
    }

    #[test]
    fn table() {
        for (line, files, expected) in [
            ("echo x", &[][..], "echo x|"),
            ("echo ::: a b", &[], "echo| (a b)"),
            ("::: a", &[], "| (a)"),
            ("echo ::: a ::: b", &[], "echo| (a) (b)"),
            ("echo ::: a :::+ b", &[], "echo| (a) +(b)"),
            ("echo :::: f g", &[], "echo| @f @g"),
            ("echo ::: a ::::+ f g", &[], "echo| (a) +@f +@g"),
            ("echo :::+ a b", &[], "echo| (a b)"),
            ("echo ::::+ f g", &[], "echo| @f +@g"),
            ("echo ::: a", &["f", "g"], "echo| @f @g (a)"),
            ("echo :::+ a", &["f"], "echo| @f +(a)"),
            // Empty sources.
            ("echo :::", &[], "echo|"),
            ("echo ::::", &[], "echo|"),
            ("echo ::: a :::", &[], "echo| (a) ()"),
            ("echo ::: ::: a", &[], "echo| () (a)"),
            ("echo ::: a :::: ::: b", &[], "echo| (a) (b)"),
            ("echo :::", &["f"], "echo| @f ()"),
            // Standard input, and words that only look like markers.
            ("echo :::: -", &[], "echo| -"),
            ("echo ::: -", &[], "echo| (-)"),
            (
                "echo :::: - -",
                &[],
                "error: '-' (standard input) is named as an input file more than once",
            ),
            ("echo :: ::::: :::a", &[], "echo :: ::::: :::a|"),
            ("echo -- -x ::: a -- b", &[], "echo -- -x| (a -- b)"),
        ] {
            assert_eq!(show(line, files), expected, "{line}");
        }
    }
}
