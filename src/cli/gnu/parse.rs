//! From words to options, as perl's Getopt::Long reads them with bundling and
//! with options before the command only.
//!
//! Boundary: matches words to the table; knows no option by name. (Written
//! here: clap has no bundling of this kind, no abbreviations that stay unique
//! whatever their case, and no values that may be left out in a next word.)

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use super::error::GnuError;
use super::options::{Opt, Spec, Standing, Takes, table};

/// Options in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given(Vec<(Opt, Option<OsString>)>);

impl Given {
    /// Whether the option was given.
    pub fn has(&self, option: Opt) -> bool {
        self.0.iter().any(|(known, _)| *known == option)
    }

    /// How often the option was given.
    pub fn count(&self, option: Opt) -> usize {
        self.0.iter().filter(|(known, _)| *known == option).count()
    }

    /// The value of the option where it was given last.
    pub fn last(&self, option: Opt) -> Option<&OsString> {
        self.all(option).last()
    }

    /// All values of the option, in order.
    pub fn all(&self, option: Opt) -> impl Iterator<Item = &OsString> {
        self.0
            .iter()
            .filter(move |(known, _)| *known == option)
            .filter_map(|(_, value)| value.as_ref())
    }

    /// Which of these options was given last, with its value.
    pub fn last_of(&self, options: &[Opt]) -> Option<(Opt, Option<&OsString>)> {
        self.0
            .iter()
            .rfind(|(known, _)| options.contains(known))
            .map(|(known, value)| (*known, value.as_ref()))
    }

    /// Whether `on` was given, and `off` not after it.
    pub fn is_on(&self, on: Opt, off: Opt) -> bool {
        self.last_of(&[on, off]).is_some_and(|(last, _)| last == on)
    }
}

/// Reads options from the front of `words` into `given`; gives the words behind
/// them.
pub(super) fn read(words: Vec<OsString>, given: &mut Given) -> Result<Vec<OsString>, GnuError> {
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let bytes = word.as_bytes();
        if bytes == b"--" {
            return Ok(words.collect());
        }
        if !bytes.starts_with(b"-") || bytes == b"-" {
            return Ok(std::iter::once(word).chain(words).collect());
        }
        match bytes.strip_prefix(b"--") {
            Some(long) => read_long(long, &mut words, given)?,
            None => read_bundle(&bytes[1..], &mut words, given)?,
        }
    }
    Ok(Vec::new())
}

type Words = std::vec::IntoIter<OsString>;

fn read_long(long: &[u8], words: &mut Words, given: &mut Given) -> Result<(), GnuError> {
    let (name, joined) = match long.iter().position(|&byte| byte == b'=') {
        Some(equals) => (&long[..equals], Some(&long[equals + 1..])),
        None => (long, None),
    };
    let shown = || format!("--{}", String::from_utf8_lossy(name));
    let spec = find(name).map_err(|found| match found {
        Found::Nothing => GnuError::Unknown { option: shown() },
        Found::Several(names) => GnuError::Ambiguous {
            option: shown(),
            names,
        },
    })?;
    if spec.takes == Takes::Nothing && joined.is_some() {
        return Err(GnuError::TakesNothing { option: shown() });
    }
    let joined = joined.map(|value| OsString::from_vec(value.to_vec()));
    take(spec, &shown(), joined, words, given)
}

fn read_bundle(bundle: &[u8], words: &mut Words, given: &mut Given) -> Result<(), GnuError> {
    let mut rest = bundle;
    while let Some((&letter, after)) = rest.split_first() {
        rest = after;
        let shown = format!("-{}", char::from(letter));
        let spec = table()
            .iter()
            .find(|spec| spec.names().any(|name| name.as_bytes() == [letter]))
            .ok_or(GnuError::Unknown {
                option: shown.clone(),
            })?;
        if spec.takes == Takes::Nothing {
            take(spec, &shown, None, words, given)?;
            continue;
        }
        if spec.takes == Takes::MaybeNumber && !after.first().is_some_and(u8::is_ascii_digit) {
            given.0.push((spec.id, None));
            continue;
        }
        // The rest of the word is the value, even if it begins with `=`.
        let joined = (!after.is_empty()).then(|| OsString::from_vec(after.to_vec()));
        return take(spec, &shown, joined, words, given);
    }
    Ok(())
}

fn take(
    spec: &Spec,
    shown: &str,
    joined: Option<OsString>,
    words: &mut Words,
    given: &mut Given,
) -> Result<(), GnuError> {
    let option = || shown.to_owned();
    let value = match (spec.takes, joined) {
        (_, Some(value)) => Some(value),
        (Takes::Nothing, None) => None,
        (Takes::Value, None) => Some(
            words
                .next()
                .ok_or_else(|| GnuError::NeedsValue { option: option() })?,
        ),
        (Takes::Maybe | Takes::MaybeNumber, None) => {
            let is_value = |next: &OsString| {
                let next = next.as_bytes();
                match spec.takes {
                    Takes::MaybeNumber => next.iter().all(u8::is_ascii_digit),
                    _ => !next.starts_with(b"-"),
                }
            };
            if words.as_slice().first().is_some_and(is_value) {
                words.next()
            } else {
                None
            }
        }
    };
    if let Standing::Refused(instead) | Standing::InFirstLine(instead) = spec.standing {
        return Err(GnuError::Refused {
            option: option(),
            instead,
        });
    }
    given.0.push((spec.id, value));
    Ok(())
}

/// Why no single option has a name.
enum Found {
    Nothing,
    Several(String),
}

/// The option of a long name: of exactly this one, whatever its case, or of
/// the only one that begins so.
fn find(name: &[u8]) -> Result<&'static Spec, Found> {
    let exactly = |same: fn(&[u8], &[u8]) -> bool| {
        table()
            .iter()
            .find(|spec| spec.names().any(|known| same(known.as_bytes(), name)))
    };
    if let Some(spec) = exactly(|known, name| known == name)
        .or_else(|| exactly(|known, name| known.len() > 1 && known.eq_ignore_ascii_case(name)))
    {
        return Ok(spec);
    }
    let begins = |known: &&str| {
        known
            .as_bytes()
            .get(..name.len())
            .is_some_and(|start| !name.is_empty() && start.eq_ignore_ascii_case(name))
    };
    let mut found = table()
        .iter()
        .filter(|spec| spec.names().any(|known| begins(&known)));
    match (found.next(), found.next()) {
        (None, _) => Err(Found::Nothing),
        (Some(spec), None) => Ok(spec),
        (Some(_), Some(_)) => {
            let mut names: Vec<&str> = table()
                .iter()
                .flat_map(Spec::names)
                .filter(begins)
                .collect();
            names.sort_unstable();
            Err(Found::Several(names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<(Given, Vec<String>), GnuError> {
        let mut given = Given::default();
        let words = line.split(' ').map(OsString::from).collect();
        let rest = read(words, &mut given)?;
        let rest = rest.iter().map(|word| word.to_str().unwrap().to_owned());
        Ok((given, rest.collect()))
    }

    fn value(line: &str, option: Opt) -> Option<String> {
        let (given, _) = parsed(line).unwrap();
        given
            .last(option)
            .map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn letters_go_together_and_a_value_ends_them() {
        let (given, rest) = parsed("-kj2 echo -k").unwrap();
        assert!(given.has(Opt::KeepOrder));
        assert_eq!(given.last(Opt::Jobs).unwrap(), "2");
        assert_eq!(rest, ["echo", "-k"]);
        assert_eq!(value("-j2k echo", Opt::Jobs).unwrap(), "2k");
        assert_eq!(value("-j 2 echo", Opt::Jobs).unwrap(), "2");
        assert_eq!(value("-d, echo", Opt::Delimiter).unwrap(), ",");
        assert_eq!(value("-I% echo", Opt::Replace).unwrap(), "%");
    }

    #[test]
    fn long_names_may_be_cut_short_and_are_read_in_any_case() {
        for line in ["--keep x", "--KEEP-ORDER x", "--keeporder x", "--Keep-Or x"] {
            let (given, rest) = parsed(line).unwrap();
            assert!(given.has(Opt::KeepOrder), "{line}");
            assert_eq!(rest, ["x"]);
        }
        assert_eq!(value("--jobs=3 x", Opt::Jobs).unwrap(), "3");
        assert_eq!(value("--maxprocs 3 x", Opt::Jobs).unwrap(), "3");
        assert_eq!(value("--colsep== x", Opt::Colsep).unwrap(), "=");
        assert!(parsed("--re x").unwrap_err().to_string().contains("resume"));
        for line in ["--foo x", "-Z x", "-k- x"] {
            assert!(
                matches!(parsed(line), Err(GnuError::Unknown { .. })),
                "{line}"
            );
        }
        assert!(matches!(
            parsed("--keep-order=1"),
            Err(GnuError::TakesNothing { .. })
        ));
        assert!(matches!(parsed("--jobs"), Err(GnuError::NeedsValue { .. })));
    }

    #[test]
    fn values_that_may_be_left_out() {
        assert_eq!(value("-l2 echo", Opt::MaxLinesMaybe).unwrap(), "2");
        assert_eq!(value("-l echo", Opt::MaxLinesMaybe), None);
        assert!(parsed("-lk echo").unwrap().0.has(Opt::KeepOrder));
        assert_eq!(value("-i echo {}", Opt::ReplaceMaybe).unwrap(), "echo");
        assert_eq!(value("-i -k echo", Opt::ReplaceMaybe), None);
        assert_eq!(value("-i, echo", Opt::ReplaceMaybe).unwrap(), ",");
        assert_eq!(value("--eof=b echo", Opt::EofMaybe).unwrap(), "b");
    }

    #[test]
    fn the_last_word_counts() {
        let (given, _) = parsed("-k --no-keep-order x").unwrap();
        assert!(!given.is_on(Opt::KeepOrder, Opt::NoKeepOrder));
        let (given, _) = parsed("-v --silent -v x").unwrap();
        assert!(given.is_on(Opt::Verbose, Opt::Silent));
    }

    #[test]
    fn a_dash_and_two_end_the_options() {
        assert_eq!(parsed("-k -- -k x").unwrap().1, ["-k", "x"]);
        assert_eq!(parsed("-k - x").unwrap().1, ["-", "x"]);
    }

    #[test]
    fn every_option_is_documented() {
        let doc = include_str!("../../../docs/gnu-parallel.md");
        for spec in table() {
            let mut names = spec.names();
            let missing = names.find(|name| {
                let dashes = if name.len() == 1 { "-" } else { "--" };
                !doc.contains(&format!("`{dashes}{name}`"))
            });
            assert_eq!(missing, None, "not in docs/gnu-parallel.md");
            let is_refused = matches!(spec.standing, Standing::Refused(_));
            let first = spec.names().next().unwrap_or_default();
            let dashes = if first.len() == 1 { "-" } else { "--" };
            let row = doc
                .lines()
                .find(|line| line.starts_with(&format!("| `{dashes}{first}`")))
                .unwrap_or_default();
            assert_eq!(row.contains("| refused: "), is_refused, "{first}: {row}");
        }
    }

    #[test]
    fn no_name_stands_for_two_options() {
        let mut names: Vec<&str> = table().iter().flat_map(Spec::names).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
