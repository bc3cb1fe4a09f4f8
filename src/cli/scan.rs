//! Which word is an option, which is its value, where the command begins.
//!
//! clap cannot say it for a command runner: `-d=` has the value `=` (clap drops
//! it), any word may be a value (`-d -`), the command's own options are not
//! ours, and options come from three places of which the last one wins. So
//! words are told apart here, by the table of options clap declares, and clap
//! gets them in a form that reads only one way.
//!
//! Boundary: structure only. What a value may be, and which options go
//! together, is clap's to check.

use super::args;
use super::error::{CliError, shown};
use super::params;
use clap::{Arg, ArgAction, Command};
use std::any::TypeId;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

/// What stands after an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    /// A value after `=`, or none.
    EqualsValue,
}

/// Which bytes a value may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bytes {
    Any,
    Utf8,
}

/// What becomes of words that are no option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// The first one ends the options: it begins the command.
    EndOptions,
    /// They stand between options, as the paths of cp do.
    Between,
}

/// How an option was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `-x`
    Short,
    /// `--xyz`
    Long,
}

/// One option as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) id: String,
    /// As clap calls it: `--jobs`, or `-m` if that is all there is.
    pub(super) name: String,
    pub(super) form: Form,
    /// As typed, without the value: `-j`, `--jobs`.
    pub(super) typed: String,
    pub(super) value: Option<OsString>,
    pub(super) turn: Turn,
    /// The place it comes from, if that is not the command line.
    pub(super) origin: Option<String>,
}

/// What an option does with what a lower place says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Says something itself.
    On,
    /// Takes it back: `--no-keep-order`.
    Off,
}

/// A whole list of words, told apart.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) given: Vec<Given>,
    /// The words that are no option, without the `--` that may precede them.
    pub(super) words: Vec<OsString>,
    /// How many of `words` stood before a `--`: all of them if there was none.
    pub(super) before_dashes: usize,
    /// What stopped the scan; the words before it are in `given`.
    pub(super) fault: Option<CliError>,
}

impl Scan {
    /// The last time option `id` was given.
    pub(super) fn last(&self, id: &str) -> Option<&Given> {
        self.given.iter().rev().find(|given| given.id == id)
    }
}

struct Opt {
    id: String,
    longs: Vec<String>,
    /// The names that take it back, in the order of `longs`: flags only.
    offs: Vec<String>,
    shorts: Vec<char>,
    takes: Takes,
    bytes: Bytes,
    value_name: String,
}

/// The options of one clap `Command`, for telling words apart.
pub(super) struct Table(Vec<Opt>);

impl Table {
    /// The table of `command`'s options.
    pub(super) fn new(command: &Command) -> Self {
        Self(
            command
                .get_arguments()
                .filter(|arg| !arg.is_positional())
                .map(Opt::new)
                .collect(),
        )
    }

    /// Tells `words` apart.
    pub(super) fn scan(&self, words: Vec<OsString>, between: Words) -> Scan {
        let mut scan = Scan::default();
        let mut rest = words.into_iter();
        let mut dashes = false;
        while let Some(word) = rest.next() {
            let bytes = word.as_bytes();
            let step = if bytes == b"--" {
                dashes = true;
                break;
            } else if let Some(long) = bytes.strip_prefix(b"--") {
                self.long(long, &mut rest, &mut scan.given)
            } else if let [b'-', letters @ ..] = bytes
                && !letters.is_empty()
            {
                self.letters(letters, &mut rest, &mut scan.given)
            } else {
                scan.words.push(word);
                match between {
                    Words::EndOptions => break,
                    Words::Between => Ok(()),
                }
            };
            if let Err(fault) = step {
                scan.fault = Some(fault);
                break;
            }
        }
        scan.before_dashes = scan.words.len();
        scan.words.extend(rest);
        if !dashes {
            scan.before_dashes = scan.words.len();
        }
        scan
    }

    fn long(
        &self,
        word: &[u8],
        rest: &mut impl Iterator<Item = OsString>,
        given: &mut Vec<Given>,
    ) -> Result<(), CliError> {
        let (name, value) = match word.iter().position(|b| *b == b'=') {
            Some(equals) => (
                &word[..equals],
                Some(OsString::from_vec(word[equals + 1..].to_vec())),
            ),
            None => (word, None),
        };
        let typed = format!("--{}", shown(OsStr::from_bytes(name)));
        let is = |long: &String| long.as_bytes() == name;
        let on = self.0.iter().find(|opt| opt.longs.iter().any(is));
        let off = || self.0.iter().find(|opt| opt.offs.iter().any(is));
        let (opt, turn) = match (on, on.is_none().then(off).flatten()) {
            (Some(opt), _) => (opt, Turn::On),
            (None, Some(opt)) => (opt, Turn::Off),
            (None, None) => {
                return Err(CliError::UnknownOption {
                    option: typed,
                    similar: None,
                });
            }
        };
        let takes = match turn {
            Turn::On => opt.takes,
            Turn::Off => Takes::Nothing,
        };
        let value = match (takes, value) {
            (Takes::Nothing, Some(value)) => {
                return Err(CliError::UnexpectedValue {
                    option: typed,
                    value: shown(&value),
                });
            }
            (Takes::Value, None) => Some(opt.next_value(rest, &typed)?),
            (_, value) => value,
        };
        let one = opt.given(Form::Long, typed, value)?;
        given.push(Given { turn, ..one });
        Ok(())
    }

    /// A bundle as `-kj2`: letters, the last of which may have its value behind it.
    fn letters(
        &self,
        letters: &[u8],
        rest: &mut impl Iterator<Item = OsString>,
        given: &mut Vec<Given>,
    ) -> Result<(), CliError> {
        let mut after = letters;
        while let [letter, behind @ ..] = after {
            let typed = format!("-{}", char::from(*letter));
            let opt = self
                .0
                .iter()
                .find(|opt| opt.shorts.contains(&char::from(*letter)));
            let Some(opt) = opt.filter(|_| letter.is_ascii()) else {
                // A letter of several bytes is named whole.
                let text = shown(OsStr::from_bytes(after));
                let option = format!("-{}", text.chars().next().unwrap_or_default());
                return Err(CliError::UnknownOption {
                    option,
                    similar: None,
                });
            };
            after = behind;
            let value = match opt.takes {
                Takes::Nothing | Takes::EqualsValue => None,
                Takes::Value if behind.is_empty() => Some(opt.next_value(rest, &typed)?),
                Takes::Value => {
                    after = &[];
                    Some(OsString::from_vec(behind.to_vec()))
                }
            };
            given.push(opt.given(Form::Short, typed, value)?);
        }
        Ok(())
    }

    /// Writes options in the one form that clap reads as they were meant.
    pub(super) fn rewrite<'a>(&self, given: impl IntoIterator<Item = &'a Given>) -> Vec<OsString> {
        let mut words = Vec::new();
        for given in given {
            let Some(opt) = self.0.iter().find(|opt| opt.id == given.id) else {
                continue;
            };
            let name = match given.turn {
                Turn::On => opt.longs.first(),
                Turn::Off => opt.offs.first(),
            };
            match (name, &given.value) {
                (Some(long), None) => words.push(format!("--{long}").into()),
                (Some(long), Some(value)) => {
                    let mut word = OsString::from(format!("--{long}="));
                    word.push(value);
                    words.push(word);
                }
                (None, value) => {
                    // Not `-I=x`: clap would drop the `=`.
                    words.extend(opt.shorts.first().map(|short| format!("-{short}").into()));
                    words.extend(value.clone());
                }
            }
        }
        words
    }

    /// Every long name, and the one that help has for it.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        fn pairs(names: &[String]) -> impl Iterator<Item = (&str, &str)> {
            let main = names.first().map_or("", |name| name.as_str());
            names.iter().map(move |name| (name.as_str(), main))
        }
        let opts = self.0.iter();
        opts.flat_map(|opt| pairs(&opt.longs).chain(pairs(&opt.offs)))
    }

    /// The name in [`Given::name`] of the option that is typed so, if there is one.
    pub(super) fn named(&self, typed: &str) -> Option<String> {
        let long = typed.strip_prefix("--");
        let letter = typed.chars().nth(1);
        let opt = self.0.iter().find(|opt| match (long, letter) {
            (Some(long), _) => opt.longs.iter().any(|name| name == long),
            (None, Some(letter)) => opt.shorts.contains(&letter),
            (None, None) => false,
        });
        opt.map(Opt::name)
    }

    /// What every option that has its value in the next word is called, aliases too.
    pub(super) fn with_value(&self) -> impl Iterator<Item = String> {
        let opts = self.0.iter().filter(|opt| opt.takes == Takes::Value);
        opts.flat_map(|opt| {
            let shorts = opt.shorts.iter().map(|letter| format!("-{letter}"));
            shorts.chain(opt.longs.iter().map(|long| format!("--{long}")))
        })
    }

    /// Whether option `id` is in the table.
    pub(super) fn has(&self, id: &str) -> bool {
        self.0.iter().any(|opt| opt.id == id)
    }
}

/// Whether `arg`, a flag, may stand in a config file, so that it may have to be taken back.
fn may_be_off(arg: &Arg) -> bool {
    let id = arg.get_id().as_str();
    !args::NO_DEFAULTS.contains(&id) && !params::is_id(id)
}

impl Opt {
    fn new(arg: &Arg) -> Self {
        let takes = match arg.get_action() {
            ArgAction::Set | ArgAction::Append if arg.is_require_equals_set() => Takes::EqualsValue,
            ArgAction::Set | ArgAction::Append => Takes::Value,
            _ => Takes::Nothing,
        };
        let kind = arg.get_value_parser().type_id();
        let any = [
            TypeId::of::<OsString>(),
            TypeId::of::<PathBuf>(),
            TypeId::of::<super::Delimiter>(),
            TypeId::of::<super::Destinations>(),
        ];
        let longs: Vec<String> = arg
            .get_long()
            .into_iter()
            .chain(arg.get_all_aliases().into_iter().flatten())
            .map(str::to_owned)
            .collect();
        Self {
            id: arg.get_id().to_string(),
            offs: if takes == Takes::Value || !may_be_off(arg) {
                Vec::new()
            } else {
                longs.iter().map(|long| args::off_name(long)).collect()
            },
            longs,
            shorts: arg
                .get_short()
                .into_iter()
                .chain(arg.get_all_short_aliases().into_iter().flatten())
                .collect(),
            takes,
            bytes: if any.iter().any(|any| kind == *any) {
                Bytes::Any
            } else {
                Bytes::Utf8
            },
            value_name: arg
                .get_value_names()
                .and_then(<[_]>::first)
                .map(ToString::to_string)
                .unwrap_or_default(),
        }
    }

    fn name(&self) -> String {
        match (self.longs.first(), self.shorts.first()) {
            (Some(long), _) => format!("--{long}"),
            (None, Some(short)) => format!("-{short}"),
            (None, None) => self.id.clone(),
        }
    }

    fn next_value(
        &self,
        rest: &mut impl Iterator<Item = OsString>,
        typed: &str,
    ) -> Result<OsString, CliError> {
        rest.next().ok_or_else(|| CliError::MissingValue {
            option: typed.to_owned(),
            value_name: self.value_name.clone(),
        })
    }

    fn given(&self, form: Form, typed: String, value: Option<OsString>) -> Result<Given, CliError> {
        if let Some(value) = &value
            && self.bytes == Bytes::Utf8
            && value.to_str().is_none()
        {
            return Err(CliError::BadValue {
                option: typed,
                value: shown(value),
                accepted: "this is not UTF-8".to_owned(),
            });
        }
        Ok(Given {
            id: self.id.clone(),
            name: self.name(),
            form,
            typed,
            value,
            turn: Turn::On,
            origin: None,
        })
    }
}
