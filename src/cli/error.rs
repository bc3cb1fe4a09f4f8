//! What can be wrong with a command line.
//!
//! Boundary: every message is one line, a lowercase fragment that names the
//! thing; the advice is apart, in [`CliError::hint`]. Printing is not done here.

use super::spelling;
use std::ffi::OsStr;

/// A command line that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CliError {
    /// An option that does not exist.
    #[error("unknown option {option}")]
    UnknownOption {
        /// The option as typed, without its value.
        option: String,
        /// An option that looks like it.
        similar: Option<String>,
    },
    /// An option that needs a value stands last.
    #[error("{option} needs a value: {value_name}")]
    MissingValue {
        /// The option as typed.
        option: String,
        /// What the value is, as the help calls it.
        value_name: String,
    },
    /// An option that takes no value has one.
    #[error("{option} takes no value, but has '{value}'")]
    UnexpectedValue {
        /// The option as typed.
        option: String,
        /// The value after `=`.
        value: String,
    },
    /// A value of the wrong form.
    #[error("{option} {value}: {accepted}")]
    BadValue {
        /// The option as typed.
        option: String,
        /// The value as typed.
        value: String,
        /// What the option takes.
        accepted: String,
    },
    /// Two options that exclude each other.
    #[error("{option} cannot be used with {other}")]
    Conflict {
        /// One of them.
        option: String,
        /// The other one.
        other: String,
    },
    /// An option that makes sense only with another one.
    #[error("{option} needs {other}")]
    Needs {
        /// The option that was given.
        option: String,
        /// The option that is missing.
        other: String,
    },
    /// `--header :`, which works in GNU parallel and would make `:` the command here.
    #[error("--header takes a value only after '=', and here ':' would be the command")]
    HeaderColon,
    /// `--gnu` behind other options: those were not GNU parallel's.
    #[error("--gnu stands first, or not at all")]
    GnuNotFirst,
    /// A word kept for prun's own use stands where the command begins.
    #[error("'{word}' is a reserved word")]
    Reserved {
        /// The word.
        word: String,
    },
    /// Standard input is named as a source more than once.
    #[error("'-' (standard input) is named as an input file more than once")]
    StdinTwice,
    /// Options from a file or a variable, not from the command line, are wrong.
    #[error("in {origin}: {source}")]
    InDefaults {
        /// The file or variable.
        origin: String,
        /// What is wrong there.
        source: Box<CliError>,
    },
    /// A word among default options that is no option, or one that makes no sense there.
    #[error("'{word}' cannot stand here, only options of a run can")]
    NotADefault {
        /// The word.
        word: String,
    },
    /// Default options that are not UTF-8 or whose quotes do not close.
    #[error("the words cannot be split: {reason}")]
    Unsplittable {
        /// Why not.
        reason: &'static str,
    },
    /// Something is wrong after `prun preset`.
    #[error("preset {name}: {source}")]
    InPreset {
        /// The preset's name.
        name: String,
        /// What is wrong.
        source: Box<CliError>,
    },
    /// `prun preset list|show` with the wrong words.
    #[error("'prun preset {verb}' takes {takes}, but has '{word}'")]
    PresetVerb {
        /// `list` or `show`.
        verb: &'static str,
        /// What it takes.
        takes: &'static str,
        /// The first word that does not fit.
        word: String,
    },
    /// `prun preset show` without a name.
    #[error("'prun preset show' needs the name of a preset")]
    PresetShowNothing,
    /// Options where the name of a preset has to stand.
    #[error("{option} stands before the name of the preset")]
    OptionBeforePreset {
        /// The option.
        option: String,
    },
    /// A preset's parameters that were not given.
    #[error("{names} missing")]
    MissingParameters {
        /// Their names.
        names: String,
        /// How the preset is used.
        usage: String,
    },
    /// A word too many.
    #[error("unexpected word '{word}'")]
    UnexpectedWord {
        /// The word.
        word: String,
        /// How the preset is used.
        usage: String,
    },
    /// More than one way to say where a copy goes.
    #[error("{what}; give one of them")]
    Destinations {
        /// What was given.
        what: String,
        /// The preset's name.
        preset: String,
    },
    /// A preset declares a parameter that cannot be one.
    #[error("its parameter '{parameter}' {fault}")]
    BadParameter {
        /// The parameter's name.
        parameter: String,
        /// Why it cannot be one.
        fault: &'static str,
    },
    /// Whatever else clap finds; its first line.
    #[error("{message}")]
    Other {
        /// clap's words.
        message: String,
    },
}

impl CliError {
    /// What to do about it, where that is not already said.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownOption {
                similar: Some(similar),
                ..
            } => Some(format!("did you mean {similar}?")),
            Self::UnknownOption {
                similar: None,
                option,
            } => Some(
                spelling::told(option)
                    .unwrap_or("prun --help lists the options; those of the command stand after it")
                    .to_owned(),
            ),
            Self::BadValue { option, value, .. } => {
                spelling::told_of_value(option, value).map(str::to_owned)
            }
            Self::HeaderColon => {
                Some("write --header, or --header=: as GNU parallel has it".to_owned())
            }
            Self::GnuNotFirst => {
                Some("write prun --gnu and then what parallel would get".to_owned())
            }
            Self::Reserved { word } => {
                Some(format!("to run a program of that name: prun -- {word}"))
            }
            Self::Destinations { preset, .. } => Some(format!(
                "write SRC DST, or prun preset {preset} SRC --spread D1,D2 (mounts of one file system, each entry written once), or prun preset {preset} SRC --replicate D1,D2 (a full copy in each)"
            )),
            Self::PresetShowNothing => Some("prun preset lists them".to_owned()),
            Self::OptionBeforePreset { .. } => {
                Some("write: prun preset NAME OPTIONS...".to_owned())
            }
            Self::MissingParameters { usage, .. } | Self::UnexpectedWord { usage, .. } => {
                Some(format!("usage: {usage}"))
            }
            Self::InPreset { name, source } => match &**source {
                Self::UnknownOption {
                    similar: None,
                    option,
                } => Some(spelling::told_in_preset(option).map_or_else(
                    || format!("prun preset {name} --help lists its options"),
                    str::to_owned,
                )),
                _ => source.hint(),
            },
            Self::InDefaults { source, .. } => source.hint(),
            _ => None,
        }
    }

    /// The exit status that goes with it: 255 for the runner, 2 for a preset.
    pub fn status(&self) -> u8 {
        match self {
            Self::InPreset { .. }
            | Self::PresetVerb { .. }
            | Self::PresetShowNothing
            | Self::OptionBeforePreset { .. } => 2,
            _ => 255,
        }
    }

    /// The same, said of the preset `name`.
    pub(super) fn in_preset(self, name: &OsStr) -> Self {
        Self::InPreset {
            name: shown(name),
            source: Box::new(self),
        }
    }
}

/// A word for a message: on one line and harmless to a terminal, whatever is in it.
pub(super) fn shown(word: &OsStr) -> String {
    let mut out = String::new();
    for c in word.to_string_lossy().chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}
