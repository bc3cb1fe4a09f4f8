//! The parameters of a preset as plain data, and the clap definition made of them.
//!
//! Boundary: knows what a parameter looks like on the command line; what a
//! preset does with it is `preset/`'s.

use super::args::{
    self, CopyArgs, CountArgs, ManifestArgs, MountsArgs, PresetOptions, TellingArgs, VerifyArgs,
};
use super::clap_error::listed;
use super::error::{CliError, shown};
use super::scan::Table;
use super::values::{Size, Span, ValueError};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, ValueHint, value_parser};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// A preset as far as its command line goes.
#[derive(Clone, Debug)]
pub struct PresetSpec<'a> {
    /// Its name, as typed.
    pub name: &'a OsStr,
    /// What it does, in one line.
    pub about: &'a str,
    /// More for its `--help`; may be empty.
    pub long_about: &'a str,
    /// Its parameters, in the order in which help shows them.
    pub params: &'a [ParamSpec],
    /// Which options it has for native actions.
    pub native: NativeOptions,
    /// The name of the parameter that is the destination of its native copy:
    /// several destinations take its place.
    pub destination: Option<&'a str>,
}

/// The options that a preset has for its native actions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NativeOptions {
    /// It has none.
    #[default]
    None,
    /// It copies.
    Copy,
    /// It compares.
    Verify,
    /// It counts.
    Count,
    /// It divides.
    Manifest,
    /// Its commands copy, and can go by several mounts.
    Mounts,
}

impl NativeOptions {
    /// Whether all that is done natively is to look.
    fn only_looks(self) -> bool {
        matches!(self, Self::Verify | Self::Count | Self::Manifest)
    }
}

/// One parameter of a preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamSpec {
    /// Its name, lowercase with `-`: the option is `--NAME`, the key of its value `NAME`.
    pub name: String,
    /// A letter for it as well: `-l`. Only for options and flags.
    pub letter: Option<char>,
    /// How it is given.
    pub kind: ParamKind,
    /// What its value may be.
    pub value: ParamValue,
    /// One line of help.
    pub help: String,
    /// Its value when it is not given.
    pub default: Option<OsString>,
    /// Whether it has to be given.
    pub presence: Presence,
    /// Whether it can have several values.
    pub repeat: Repeat,
}

/// How a parameter is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// By its place among the words that are no options; help shows it in capitals.
    Positional,
    /// As `--name VALUE`.
    Option,
    /// As `--name`; its value is then `true`.
    Flag,
}

/// What a parameter's value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamValue {
    /// Any bytes.
    Text,
    /// A path.
    Path,
    /// A whole number from 0.
    Number,
    /// A number of bytes, as [`Size`].
    Size,
    /// A length of time, as [`Span`].
    Span,
    /// One of these words.
    Choice(Vec<String>),
}

/// Whether a parameter has to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It may be left out.
    Optional,
    /// It has to be there, unless it has a default.
    Required,
}

/// Whether a parameter can have several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// One; of several, the last one counts.
    Once,
    /// All that are given, in order.
    Many,
}

/// Letters of the runner that a preset keeps, where its parameters leave them.
const LETTERS: [char; 3] = ['j', 'v', 'h'];

/// The clap definition of a preset: its parameters, and the runner's long options.
pub(super) fn command(spec: &PresetSpec<'_>) -> Result<Command, CliError> {
    let runner = Table::new(&with_runner(with_native(Command::new("prun"), spec.native)));
    for (place, param) in spec.params.iter().enumerate() {
        check(param, &runner, &spec.params[..place])?;
    }
    let name = spec.name.to_string_lossy();
    // Help shows the groups in the order in which they come here.
    let command = Command::new("prun")
        .bin_name(format!("prun preset {name}"))
        .args(spec.params.iter().map(argument));
    let command = with_native(command, spec.native);
    let native: Vec<String> = command
        .get_arguments()
        .map(|arg| arg.get_id().to_string())
        .collect();
    let ours: Vec<char> = spec
        .params
        .iter()
        .filter_map(|param| param.letter)
        .collect();
    let command = with_runner(command).mut_args(|arg| {
        if is_parameter(&arg) {
            return arg;
        }
        if native.iter().any(|id| arg.get_id() == id) {
            return match arg.get_short() {
                Some(letter) if ours.contains(&letter) => arg.short(None),
                _ => arg,
            };
        }
        let keeps = arg.get_short().filter(|letter| LETTERS.contains(letter));
        // The letters of the runner are the presets' to give out anew: `-n`
        // cuts inputs there and is a dry run here.
        let keeps = keeps.or((arg.get_id() == "dry_run").then_some('n'));
        arg.short(keeps.filter(|letter| !ours.contains(letter)))
            .short_alias(None)
    });
    let command = reworded(command, spec.native);
    Ok(args::settings(command.about(spec.about.to_owned())))
}

/// Adds the options of native actions.
fn with_native(command: Command, native: NativeOptions) -> Command {
    match native {
        NativeOptions::None => command,
        NativeOptions::Copy => {
            let command = <CopyArgs as clap::Args>::augment_args(command);
            <TellingArgs as clap::Args>::augment_args(command)
        }
        NativeOptions::Verify => <VerifyArgs as clap::Args>::augment_args(command),
        NativeOptions::Count => <CountArgs as clap::Args>::augment_args(command),
        NativeOptions::Manifest => <ManifestArgs as clap::Args>::augment_args(command),
        NativeOptions::Mounts => <MountsArgs as clap::Args>::augment_args(command),
    }
}

/// The ids of the options that only native actions heed. Those that ask for
/// what the commands of a preset do anyway are not among them.
pub(super) fn native_ids(native: NativeOptions) -> Vec<String> {
    const ANYWAY: [&str; 5] = ["no_dereference", "recursive", "h", "exit", "no_progress"];
    // Its commands heed them.
    if native == NativeOptions::Mounts {
        return Vec::new();
    }
    with_native(Command::new("prun"), native)
        .get_arguments()
        .map(|arg| arg.get_id().to_string())
        .filter(|id| !ANYWAY.contains(&&**id))
        .collect()
}

/// Whether an option of the runner says nothing to a native action.
pub(super) fn is_of_jobs(id: &str, native: NativeOptions) -> bool {
    let of_copies = ["retries", "print", "verbose"];
    args::OF_JOBS.contains(&id) || native.only_looks() && of_copies.contains(&id)
}

/// The options of copies alone, for the man page.
pub(super) fn copying() -> Command {
    args::settings(with_native(Command::new("prun"), NativeOptions::Copy))
}

/// The options of comparisons alone, for the man page.
pub(super) fn verifying() -> Command {
    args::settings(with_native(Command::new("prun"), NativeOptions::Verify))
}

/// The options of counting alone, for the man page.
pub(super) fn counting() -> Command {
    args::settings(with_native(Command::new("prun"), NativeOptions::Count))
}

/// The options of dividing alone, for the man page.
pub(super) fn dividing() -> Command {
    args::settings(with_native(Command::new("prun"), NativeOptions::Manifest))
}

/// The runner's options that mean something else, or nothing, for native
/// actions: said in their help, or left to the long one.
fn reworded(command: Command, native: NativeOptions) -> Command {
    if matches!(native, NativeOptions::None | NativeOptions::Mounts) {
        return command;
    }
    let command = command
        .mut_arg("jobs", |arg| {
            arg.help("Threads, or jobs, at once: N, +N or -N with the CPUs, N%")
        })
        .mut_arg("dry_run", |arg| {
            arg.help("Print commands that would do the same, do nothing")
        });
    if native.only_looks() {
        return command.mut_args(|arg| {
            let is_hidden = is_of_jobs(arg.get_id().as_str(), native);
            arg.hide(is_hidden)
        });
    }
    let command = command
        .mut_arg("print", |arg| {
            arg.help("Name each entry on stdout (exec: each job)")
                .hide_short_help(false)
        })
        .mut_arg("verbose", |arg| {
            arg.help("The same (exec: each job on stderr, as it starts)")
        })
        .mut_arg("retries", |arg| {
            arg.help("Try again N times what fails in passing (jobs: N in all)")
        });
    command.mut_args(|arg| {
        if is_of_jobs(arg.get_id().as_str(), native) {
            arg.hide_short_help(true)
        } else {
            arg
        }
    })
}

/// Adds what a preset has of the runner's options.
fn with_runner(command: Command) -> Command {
    let flag = |id: &'static str, help: &'static str| {
        Arg::new(id)
            .action(ArgAction::SetTrue)
            .help(help)
            .help_heading("Other")
    };
    <PresetOptions as clap::Args>::augment_args(command)
        .arg(
            flag("no_config", "Ignore the config file and $PRUN_OPTS")
                .long("no-config")
                .hide_short_help(true),
        )
        .arg(
            flag("help", "Print this help (-h: short, --help: all of it)")
                .long("help")
                .short('h'),
        )
}

/// Whether `param` can be a parameter beside those of `before` and the runner's options.
fn check(param: &ParamSpec, runner: &Table, before: &[ParamSpec]) -> Result<(), CliError> {
    let good = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    let fault = if !good(&param.name) {
        "has a name that is not made of a-z, 0-9, '-' and '_'"
    } else if before.iter().any(|other| other.name == param.name) {
        "is declared twice"
    } else if param.kind != ParamKind::Positional
        && runner.names().any(|(name, _)| name == param.name)
    {
        "has the name of an option of prun"
    } else if param
        .letter
        .is_some_and(|letter| !letter.is_ascii_alphanumeric() || letter == 'h')
    {
        "has a letter that is not one of a-z, A-Z, 0-9, or is h"
    } else if param.letter.is_some() && before.iter().any(|other| other.letter == param.letter) {
        "has a letter that another one has"
    } else {
        return Ok(());
    };
    Err(CliError::BadParameter {
        parameter: param.name.clone(),
        fault,
    })
}

fn argument(param: &ParamSpec) -> Arg {
    let upper = param.name.to_uppercase();
    let mut arg = Arg::new(id(param)).help(param.help.clone());
    if param.kind == ParamKind::Flag {
        return arg
            .long(param.name.clone())
            .short(param.letter)
            .action(ArgAction::SetTrue)
            .help_heading("Parameters");
    }
    let metavar = match (&param.kind, &param.value) {
        (ParamKind::Option, ParamValue::Number | ParamValue::Size) => "N".to_owned(),
        (ParamKind::Option, ParamValue::Span) => "D".to_owned(),
        (ParamKind::Option, ParamValue::Choice(words)) => words.join("|"),
        _ => upper,
    };
    arg = arg
        .value_name(metavar)
        // What stands where a positional does is none of clap's: `assign`.
        .allow_hyphen_values(param.kind == ParamKind::Option)
        .hide_possible_values(true);
    arg = match &param.value {
        ParamValue::Text => arg.value_parser(value_parser!(OsString)),
        ParamValue::Path => arg
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::AnyPath),
        ParamValue::Number => arg.value_parser(number),
        ParamValue::Size => arg.value_parser(value_parser!(Size)),
        ParamValue::Span => arg.value_parser(value_parser!(Span)),
        ParamValue::Choice(words) => arg.value_parser(PossibleValuesParser::new(words.clone())),
    };
    if let Some(default) = &param.default {
        arg = arg.default_value(default.clone());
    }
    arg = arg.required(param.is_needed());
    match (param.kind, param.repeat) {
        (ParamKind::Positional, Repeat::Once) => arg,
        (ParamKind::Positional, Repeat::Many) => arg.num_args(1..).action(ArgAction::Append),
        (_, Repeat::Once) => arg
            .long(param.name.clone())
            .short(param.letter)
            .help_heading("Parameters"),
        (_, Repeat::Many) => arg
            .long(param.name.clone())
            .short(param.letter)
            .action(ArgAction::Append)
            .help_heading("Parameters"),
    }
}

/// The id of a parameter in clap: apart from the ids of the runner's options.
pub(super) fn id(param: &ParamSpec) -> String {
    format!("parameter {}", param.name)
}

/// Whether `id` is one of those of [`id`].
pub(super) fn is_id(id: &str) -> bool {
    id.starts_with("parameter ")
}

fn is_parameter(arg: &Arg) -> bool {
    is_id(arg.get_id().as_str())
}

/// The same definition for parsing, in which positionals are options in
/// capitals, as help calls them; no other option can have such a name.
pub(super) fn without_positionals(command: Command) -> Command {
    command.mut_args(|arg| {
        if !arg.is_positional() {
            return arg;
        }
        let name = arg
            .get_value_names()
            .and_then(<[_]>::first)
            .map(ToString::to_string);
        arg.long(name.unwrap_or_default())
            .num_args(1)
            .allow_hyphen_values(true)
    })
}

/// Deals `words` out to the positional parameters, as options for
/// [`without_positionals`].
///
/// clap would do it wrong: behind `--` it gives a parameter that takes many
/// words all of them, and leaves none for the one behind it.
pub(super) fn assign(
    params: &[ParamSpec],
    words: Vec<OsString>,
    usage: impl Fn() -> String,
) -> Result<Vec<OsString>, CliError> {
    let places: Vec<&ParamSpec> = params
        .iter()
        .filter(|param| param.kind == ParamKind::Positional)
        .collect();
    let needed = |params: &[&ParamSpec]| params.iter().filter(|param| param.is_needed()).count();
    let missing: Vec<String> = (places.iter().filter(|param| param.is_needed()))
        .skip(words.len())
        .map(|param| param.name.to_uppercase())
        .collect();
    if !missing.is_empty() {
        return Err(CliError::MissingParameters {
            names: listed(&missing, "and"),
            usage: usage(),
        });
    }
    let mut words = words.into_iter();
    let mut options = Vec::new();
    for (place, param) in places.iter().enumerate() {
        let spare = words.len().saturating_sub(needed(&places[place..]));
        let own = usize::from(param.is_needed());
        let takes = match param.repeat {
            Repeat::Once => own.max(spare.min(1)),
            Repeat::Many => own + spare,
        };
        for word in words.by_ref().take(takes) {
            let mut option = OsString::from(format!("--{}=", param.name.to_uppercase()));
            option.push(word);
            options.push(option);
        }
    }
    match words.next() {
        None => Ok(options),
        Some(word) => Err(CliError::UnexpectedWord {
            word: shown(&word),
            usage: usage(),
        }),
    }
}

impl ParamSpec {
    fn is_needed(&self) -> bool {
        self.presence == Presence::Required && self.default.is_none()
    }
}

fn number(text: &str) -> Result<u64, ValueError> {
    text.parse().map_err(|_| ValueError {
        accepted: "give a whole number",
    })
}
