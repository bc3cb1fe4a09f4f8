//! The form of a preset file, as serde reads it.
//!
//! Boundary: names of keys and types of values; what they mean together is
//! checked in `check`. Every table refuses keys it does not know, and no type is
//! guessed (no `untagged`, no `flatten`): an error names its line and column.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use toml::Spanned;

use crate::copy::{Root, Select};
use crate::pipeline;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) description: Spanned<String>,
    #[serde(default)]
    pub(super) param: Vec<Param>,
    #[serde(default)]
    pub(super) probe: Vec<Probe>,
    pub(super) stage: Vec<Stage>,
}

/// `[[param]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Param {
    pub(super) name: Spanned<String>,
    #[serde(rename = "type")]
    pub(super) kind: Spanned<Type>,
    #[serde(default)]
    pub(super) form: Form,
    pub(super) choices: Option<Spanned<Vec<String>>>,
    pub(super) default: Option<Spanned<Scalar>>,
    pub(super) help: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Type {
    String,
    Path,
    Directory,
    Integer,
    Choice,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Form {
    #[default]
    Positional,
    Option,
}

/// `[[probe]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Probe {
    #[serde(default)]
    pub(super) when: When,
    pub(super) copy: Trees,
}

/// `when = { engine = "native" }`: parameters of type choice, and the choice
/// each must have for the stage or probe to be there.
pub(super) type When = BTreeMap<Spanned<String>, Spanned<String>>;

/// `copy = { from = .., to = .. }`, `verify = { from = .., to = .. }`
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Trees {
    pub(super) from: Spanned<String>,
    pub(super) to: Spanned<String>,
}

/// `[[stage]]`: inputs and a command, or a native action, which has no inputs:
/// it goes through its trees by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Stage {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) when: When,
    pub(super) walk: Option<Spanned<String>>,
    pub(super) select: Option<Spanned<Selection>>,
    pub(super) root: Option<Spanned<Inclusion>>,
    pub(super) file: Option<Spanned<String>>,
    pub(super) separator: Option<Spanned<Separator>>,
    pub(super) list: Option<Spanned<Vec<String>>>,
    pub(super) from: Option<Spanned<String>>,
    pub(super) barrier: Option<Spanned<bool>>,
    pub(super) run: Option<Spanned<String>>,
    pub(super) copy: Option<Spanned<Trees>>,
    pub(super) verify: Option<Spanned<Trees>>,
    #[serde(default)]
    pub(super) limits: Limits,
}

/// `limits = { .. }`
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Limits {
    pub(super) jobs: Option<Spanned<Scalar>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Selection {
    All,
    Directories,
    NonDirectories,
    FilesAndLinks,
    Specials,
}

impl From<Selection> for Select {
    fn from(selection: Selection) -> Self {
        match selection {
            Selection::All => Self::All,
            Selection::Directories => Self::Directories,
            Selection::NonDirectories => Self::NonDirectories,
            Selection::FilesAndLinks => Self::FilesAndLinks,
            Selection::Specials => Self::Specials,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Inclusion {
    Excluded,
    Included,
}

impl From<Inclusion> for Root {
    fn from(inclusion: Inclusion) -> Self {
        match inclusion {
            Inclusion::Excluded => Self::Excluded,
            Inclusion::Included => Self::Included,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Separator {
    Line,
    Nul,
}

impl From<Separator> for pipeline::Separator {
    fn from(separator: Separator) -> Self {
        match separator {
            Separator::Line => Self::Line,
            Separator::Nul => Self::Nul,
        }
    }
}

/// A string, or a whole number as it would be typed: `jobs = 225` and `jobs = "50%"`.
pub(super) struct Scalar(pub(super) String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl Visitor<'_> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a whole number")
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar(value.to_owned()))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}
