//! `--spread` and `--replicate` of a copy: several destinations, and no DST.
//!
//! Boundary: what was typed; whether the directories are what they are said to
//! be, the engine looks.

use super::args::{BalanceArg, CopyArgs};
use super::error::{CliError, shown};
use super::params::{NativeOptions, ParamKind, ParamSpec, PresetSpec, Repeat};
use super::scan::{Given, Turn};
use super::values::Destinations as List;
use crate::copy::{Balance, Destinations};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

/// The ids of the two options.
const SPREAD: &str = "mounts";
const REPLICATE: &str = "replicas";

/// How several destinations take the place of one parameter.
pub(super) struct Several {
    /// The option as it was typed.
    option: String,
    /// The parameter, as help calls it, and its value: the main destination.
    param: String,
    main: OsString,
}

impl Several {
    /// Several destinations, if an option asks for them.
    pub(super) fn of(spec: &PresetSpec<'_>, given: &[Given]) -> Result<Option<Self>, CliError> {
        let first = |id: &str| {
            let is_one = |one: &&Given| one.id == id && one.turn == Turn::On;
            given.iter().find(is_one)
        };
        let option = match (first(SPREAD), first(REPLICATE)) {
            (None, None) => return Ok(None),
            (Some(spread), Some(replicate)) => {
                return Err(CliError::Destinations {
                    what: format!("{} and {} are two things", spread.typed, replicate.typed),
                    preset: shown(spec.name),
                });
            }
            (Some(option), None) | (None, Some(option)) => option,
        };
        let Some(param) = spec.destination else {
            return Err(CliError::Conflict {
                option: option.typed.clone(),
                other: "a preset that says itself where it copies to".to_owned(),
            });
        };
        let value = option.value.as_deref().unwrap_or(OsStr::new(""));
        let list = List::parse(value).map_err(|error| CliError::BadValue {
            option: option.typed.clone(),
            value: shown(value),
            accepted: error.to_string(),
        })?;
        let main = list.0.into_iter().next().unwrap_or_default();
        Ok(Some(Self {
            option: option.typed.clone(),
            param: param.to_owned(),
            main: OsString::from_vec(main),
        }))
    }

    /// The parameters that words are dealt out to: all but the destination. A
    /// word for that as well is an error.
    pub(super) fn others(
        &self,
        spec: &PresetSpec<'_>,
        words: &[OsString],
    ) -> Result<Vec<ParamSpec>, CliError> {
        let mut others = spec.params.to_vec();
        others.retain(|param| param.name != self.param);
        let is_positional = |param: &&ParamSpec| param.kind == ParamKind::Positional;
        let places = others.iter().filter(is_positional).count();
        match words.get(places) {
            // Of several sources none can be told from a destination.
            Some(_) if others.iter().any(|param| param.repeat == Repeat::Many) => Ok(others),
            Some(_) if spec.native == NativeOptions::Mounts && places + 1 == words.len() => {
                Err(CliError::Conflict {
                    option: self.option.clone(),
                    other: format!(
                        "{0}: write SRC {0}, or SRC --spread D1,D2",
                        self.param.to_uppercase()
                    ),
                })
            }
            Some(word) if places + 1 == words.len() => Err(CliError::Destinations {
                what: format!(
                    "{} '{}' as well as {}",
                    self.param.to_uppercase(),
                    shown(word),
                    self.option
                ),
                preset: shown(spec.name),
            }),
            _ => Ok(others),
        }
    }

    /// The destination as an option, as `params::assign` writes the others.
    pub(super) fn assigned(&self) -> OsString {
        let mut option = OsString::from(format!("--{}=", self.param.to_uppercase()));
        option.push(&self.main);
        option
    }
}

impl CopyArgs {
    /// Where the copy goes to, if that is more than one directory.
    pub fn destinations(&self) -> Option<Destinations> {
        let paths = |lists: &[List]| -> Vec<PathBuf> {
            let all = lists.iter().flat_map(|list| list.0.iter().cloned());
            all.map(|path| PathBuf::from(OsString::from_vec(path)))
                .collect()
        };
        if !self.spread.is_empty() {
            Some(Destinations::Spread {
                mounts: paths(&self.spread),
                balance: match self.balance {
                    None | Some(BalanceArg::RoundRobin) => Balance::RoundRobin,
                    Some(BalanceArg::Load) => Balance::Load,
                    Some(BalanceArg::Hash) => Balance::Hash,
                },
            })
        } else if !self.replicate.is_empty() {
            Some(Destinations::Replicate(paths(&self.replicate)))
        } else {
            None
        }
    }
}
