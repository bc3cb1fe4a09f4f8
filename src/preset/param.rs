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
    /// What it is, for `--help`.
    pub help: String,
}

/// How a parameter is given on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By its place.
    Positional,
    /// As `--name VALUE`.
    Option,
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
    /// A whole number, with a sign or without.
    Integer,
    /// One of these words.
    Choice(Vec<String>),
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
            ParamType::String => Ok(given.to_vec()),
            ParamType::Path | ParamType::Directory if given.is_empty() => {
                refuse("a path".to_owned())
            }
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

/// A path without the slashes at its end; `/` stays.
fn without_slashes(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte != b'/') {
        Some(last) => &path[..=last],
        None => b"/",
    }
}
