//! A preset's parameters, and the check of the values given for them.
//!
//! Boundary: plain data and no IO; `cli` makes options and help of it.

use super::PresetError;

/// One parameter of a preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name: `<name>` in the preset's commands, `--name` if it is an option.
    pub name: String,
    /// How it is given.
    pub form: Form,
    /// What values it takes.
    pub kind: ParamType,
    /// Its value when none is given; without it, one must be given.
    pub default: Option<String>,
    /// A letter for it as well, if it is an option.
    pub letter: Option<char>,
    /// Whether it can be given several times.
    pub repeat: Repeat,
    /// The option of the runner that it is another name for.
    pub stands_for: Option<StandsFor>,
    /// What it is, for `--help`.
    pub help: String,
}

/// Whether a parameter can have several values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeat {
    /// One value; of several, the last one counts.
    #[default]
    Once,
    /// All that are given, in order.
    Many,
}

/// An option of the runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandsFor {
    /// `--jobs`.
    Jobs,
    /// `--dry-run`.
    DryRun,
}

/// How a parameter is given on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By its place.
    Positional,
    /// As `--name VALUE`.
    Option,
    /// Not by itself: its value is `one` if one job runs at once, and else
    /// `several`.
    Jobs,
}

/// What values a parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// Any bytes.
    String,
    /// A path, there or not.
    Path,
    /// A directory that is there and can be read.
    Directory,
    /// A file that is there and can be read.
    File,
    /// A whole number, with a sign or without.
    Integer,
    /// One of these words.
    Choice(Vec<String>),
    /// A path, with the slash at its end that some programs heed.
    RawPath,
    /// Words, quoted as in a shell: each is a word of the command that the
    /// parameter stands in.
    Words,
    /// `--name`, without a value. In a command it stands for these words if it
    /// was given, and for nothing if it was not.
    Flag(String),
}

impl Param {
    /// The value that `given` stands for, or an error that says what is taken.
    ///
    /// A path loses its trailing slashes: they would be doubled where a preset
    /// adds a name, and they never matter to a preset (`SRC` and `SRC/` are one).
    pub(super) fn value(&self, given: &[u8]) -> Result<Vec<u8>, PresetError> {
        let refuse = |wanted: String| {
            Err(PresetError::Value {
                param: self.name.clone(),
                given: String::from_utf8_lossy(given).into_owned(),
                wanted,
            })
        };
        match &self.kind {
            ParamType::Flag(_) if given == b"true" => Ok(given.to_vec()),
            ParamType::Flag(_) => refuse("true".to_owned()),
            ParamType::Words => match split(given) {
                Some(_) => Ok(given.to_vec()),
                None => refuse("words, with quotes in pairs".to_owned()),
            },
            ParamType::File | ParamType::RawPath | ParamType::Path | ParamType::Directory
                if given.is_empty() =>
            {
                refuse("a path".to_owned())
            }
            ParamType::String | ParamType::File | ParamType::RawPath => Ok(given.to_vec()),
            ParamType::Path | ParamType::Directory => Ok(without_slashes(given).to_vec()),
            ParamType::Integer => match std::str::from_utf8(given).map(str::parse::<i64>) {
                Ok(Ok(_)) => Ok(given.to_vec()),
                _ => refuse("a whole number".to_owned()),
            },
            ParamType::Choice(choices) => {
                if choices.iter().any(|choice| choice.as_bytes() == given) {
                    Ok(given.to_vec())
                } else {
                    refuse(format!("one of: {}", choices.join(", ")))
                }
            }
        }
    }
}

impl ParamType {
    /// The words that a value stands for in a command, if it is not one word.
    pub(super) fn words(&self, value: &[u8]) -> Option<Vec<Vec<u8>>> {
        match self {
            Self::Words => split(value),
            Self::Flag(_) if value.is_empty() => Some(Vec::new()),
            Self::Flag(words) => split(words.as_bytes()),
            _ => None,
        }
    }
}

/// Words as a shell would cut them, without anything else of a shell.
pub(super) fn split(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let words = shell_words::split(std::str::from_utf8(text).ok()?).ok()?;
    Some(words.into_iter().map(String::into_bytes).collect())
}

/// A path without the slashes at its end; `/` stays.
fn without_slashes(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte != b'/') {
        Some(last) => &path[..=last],
        None => b"/",
    }
}
