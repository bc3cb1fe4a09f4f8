//! The words after `prun preset`.
//!
//! Boundary: two steps, because between them `preset/` has to find the preset
//! and say which parameters it has: [`PresetCall`] names it, [`parse_preset`]
//! reads the words behind the name by its parameters.

use super::args::{
    CopyArgs, CountArgs, ManifestArgs, MountsArgs, Origins, PresetOptions, TellingArgs, VerifyArg,
    VerifyArgs,
};
use super::clap_error::{listed, names, translate};
use super::error::{CliError, shown};
use super::layers::{Defaults, Parser};
use super::params::{self, NativeOptions, ParamKind, PresetSpec};
use super::scan::{Form, Given, Turn, Words};
use super::several::Several;
use super::{Invocation, args, docs, help};
use clap::FromArgMatches as _;
use clap::error::{ContextKind, ErrorKind};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// What is asked for of presets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresetCall {
    /// `prun preset`: list them.
    List,
    /// `prun preset show NAME`: print its TOML.
    Show(OsString),
    /// `prun preset NAME WORDS...`.
    Run {
        /// The preset, a name or a path.
        name: OsString,
        /// The words behind it, after the options that stood before `preset`.
        words: Vec<OsString>,
    },
}

/// What the words behind a preset's name ask for.
#[derive(Clone, Debug)]
pub enum PresetParsed {
    /// Print this help on stdout.
    Print(String),
    /// Run it.
    Run(Box<PresetRun>),
}

/// A preset with its arguments.
#[derive(Clone, Debug)]
pub struct PresetRun {
    /// The values of its parameters by name: given ones, and defaults. A flag
    /// that was given has the value `true`; what has no value is not there.
    pub values: BTreeMap<String, Vec<OsString>>,
    /// The runner's options.
    pub options: PresetOptions,
    /// The options of its native actions.
    pub native: NativeArgs,
    /// The options that were typed and make sense only for one kind of stage.
    pub typed: Typed,
    /// Where those of them come from that were not typed.
    pub origins: Origins,
}

/// Options that were typed, each as it was, without its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Those that say something of jobs.
    pub of_jobs: Vec<String>,
    /// Those that say something of native actions.
    pub of_native: Vec<String>,
}

/// The options of a preset's native actions.
#[derive(Clone, Debug)]
pub enum NativeArgs {
    /// It has none.
    None,
    /// It copies.
    Copy(Box<CopyArgs>, TellingArgs),
    /// It compares.
    Verify(VerifyArgs),
    /// It counts.
    Count(CountArgs),
    /// It divides.
    Manifest(ManifestArgs),
    /// Its commands go by several mounts.
    Mounts(MountsArgs),
}

impl PresetRun {
    /// As [`Args::origin_of`](super::Args::origin_of), of the runner's options.
    pub fn origin_of(&self, long: &str) -> Option<&str> {
        self.origins.of(long)
    }
}

/// Reads the words after `preset`; `common` are the options before it.
pub(super) fn call(
    given: &[Given],
    common: Vec<OsString>,
    words: Vec<OsString>,
) -> Result<Invocation, CliError> {
    let mut words = words.into_iter();
    let name = words.next();
    let nothing_more = |verb, takes, word: Option<OsString>| match word {
        None => Ok(()),
        Some(word) => Err(CliError::PresetVerb {
            verb,
            takes,
            word: shown(&word),
        }),
    };
    let option = given
        .iter()
        .find(|given| given.id != "no_config")
        .map(|given| OsString::from(&given.typed));
    let call = match name.as_deref().map(OsStr::to_string_lossy).as_deref() {
        None => {
            nothing_more("list", "nothing", option)?;
            PresetCall::List
        }
        Some("list") => {
            let mut words = words.filter(|word| word != "--no-config");
            nothing_more("list", "nothing", option.or_else(|| words.next()))?;
            PresetCall::List
        }
        Some("show") => {
            let mut words = words.filter(|word| word != "--no-config");
            let name = words.next().ok_or(CliError::PresetShowNothing)?;
            nothing_more("show", "one name", option.or_else(|| words.next()))?;
            PresetCall::Show(name)
        }
        Some("-h" | "--help") => return Ok(Invocation::Print(help::presets())),
        Some(word) if word.starts_with('-') => {
            return Err(CliError::OptionBeforePreset {
                option: shown(OsStr::new(word)),
            });
        }
        Some(_) => PresetCall::Run {
            name: name.unwrap_or_default(),
            words: common.into_iter().chain(words).collect(),
        },
    };
    Ok(Invocation::Preset(call))
}

/// Reads the words behind the name of a preset, by its parameters.
///
/// `defaults` are those of [`parse`](super::parse); of their options those
/// count that a preset has.
pub fn parse_preset(
    spec: &PresetSpec<'_>,
    words: Vec<OsString>,
    defaults: &[Defaults],
) -> Result<PresetParsed, CliError> {
    parse(spec, words, defaults).map_err(|error| match error {
        CliError::InDefaults { .. } => error,
        error => error.in_preset(spec.name),
    })
}

fn parse(
    spec: &PresetSpec<'_>,
    words: Vec<OsString>,
    defaults: &[Defaults],
) -> Result<PresetParsed, CliError> {
    let command = params::command(spec)?;
    let mut parser = Parser::new(command.clone());
    let mut scan = parser.scan(words, Words::Between);
    if let Some(asked) = scan.last("help") {
        let size = match asked.form {
            Form::Short => help::Size::Short,
            Form::Long => help::Size::Long,
        };
        let section = match spec.native {
            NativeOptions::Copy => Some(&docs::COPYING),
            NativeOptions::Manifest => Some(&docs::CLIENTS),
            _ => None,
        };
        let text = help::preset(&command, size, spec.long_about, section);
        return Ok(PresetParsed::Print(text));
    }
    if let Some(CliError::UnknownOption { option, similar }) = &mut scan.fault
        && let Some(long) = Parser::new(args::runner()).table.named(option)
    {
        // The runner's `-k` is `--keep-order` here; its `--null` is nothing here.
        *similar = parser.table.named(&long);
    }
    if let Some(fault) = scan.fault {
        return Err(fault);
    }
    let layers = if defaults.is_empty() {
        Vec::new()
    } else {
        Parser::new(args::runner()).check(defaults)?
    };
    let usage = || help::usage(&command);
    let positionals = match Several::of(spec, &scan.given)? {
        None => params::assign(spec.params, scan.words, usage)?,
        Some(several) => {
            let others = several.others(spec, &scan.words)?;
            let mut options = params::assign(&others, scan.words, usage)?;
            options.push(several.assigned());
            options
        }
    };
    parser.command = params::without_positionals(parser.command);
    let (matches, origins) =
        parser
            .matches(&scan.given, &layers, positionals)
            .map_err(|error| match error.kind() {
                ErrorKind::MissingRequiredArgument => CliError::MissingParameters {
                    names: listed(&names(&error, ContextKind::InvalidArg), "and"),
                    usage: usage(),
                },
                _ => translate(&error, &scan.given),
            })?;
    let mut values = BTreeMap::new();
    for param in spec.params {
        let id = params::id(param);
        let given: Vec<OsString> = match param.kind {
            ParamKind::Flag if matches.get_flag(&id) => vec!["true".into()],
            ParamKind::Flag => Vec::new(),
            _ => matches
                .get_raw(&id)
                .into_iter()
                .flatten()
                .map(OsStr::to_owned)
                .collect(),
        };
        if !given.is_empty() {
            values.insert(param.name.clone(), given);
        }
    }
    let wrong = |error: clap::Error| translate(&error, &scan.given);
    let options = PresetOptions::from_arg_matches(&matches).map_err(wrong)?;
    let telling = || TellingArgs::from_arg_matches(&matches).map_err(wrong);
    let native = match spec.native {
        NativeOptions::None => NativeArgs::None,
        NativeOptions::Copy => {
            let mut copy = CopyArgs::from_arg_matches(&matches).map_err(wrong)?;
            copy.order(&scan.given);
            needs(&copy)?;
            NativeArgs::Copy(Box::new(copy), telling()?)
        }
        NativeOptions::Verify => {
            let verify = VerifyArgs::from_arg_matches(&matches).map_err(wrong)?;
            NativeArgs::Verify(verify)
        }
        NativeOptions::Count => {
            NativeArgs::Count(CountArgs::from_arg_matches(&matches).map_err(wrong)?)
        }
        NativeOptions::Manifest => {
            NativeArgs::Manifest(ManifestArgs::from_arg_matches(&matches).map_err(wrong)?)
        }
        NativeOptions::Mounts => {
            NativeArgs::Mounts(MountsArgs::from_arg_matches(&matches).map_err(wrong)?)
        }
    };
    Ok(PresetParsed::Run(Box::new(PresetRun {
        values,
        options,
        native,
        typed: typed(&scan.given, spec.native),
        origins,
    })))
}

/// Options that make sense only with another one.
fn needs(copy: &CopyArgs) -> Result<(), CliError> {
    let lack = |option: &str, other: &str| {
        Err(CliError::Needs {
            option: option.to_owned(),
            other: other.to_owned(),
        })
    };
    if copy.max_delete.is_some() && !copy.deletes() {
        return lack("--max-delete", "--delete");
    }
    if copy.balance.is_some() && copy.spread.is_empty() {
        return lack("--balance", "--spread D1,D2");
    }
    if copy.client.is_some() && copy.verify() != VerifyArg::No {
        // What other clients have is no difference.
        return Err(CliError::Conflict {
            option: "--verify".to_owned(),
            other: "--client; give it to prun preset finalize".to_owned(),
        });
    }
    if copy.resume && copy.journal.is_none() {
        return lack("--resume", "--journal FILE");
    }
    Ok(())
}

fn typed(given: &[Given], native: NativeOptions) -> Typed {
    let of_native = params::native_ids(native);
    let named = |is_one: &dyn Fn(&str) -> bool| {
        let on = given.iter().filter(|given| given.turn == Turn::On);
        on.filter(|given| is_one(&given.id))
            .map(|given| given.typed.clone())
            .collect()
    };
    Typed {
        of_jobs: named(&|id| params::is_of_jobs(id, native)),
        of_native: named(&|id| of_native.iter().any(|one| one == id)),
    }
}
