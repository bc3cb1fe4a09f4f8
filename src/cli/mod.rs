//! The command line: what was typed, as plain values.
//!
//! Boundary: the only importer of clap. No IO, no environment, no terminal, no
//! default that needs the machine; `config/` gives the values their meaning.
//! The words come without `argv[0]`.

mod args;
mod clap_error;
mod complete;
mod copy_values;
mod copying;
mod docs;
mod error;
pub mod gnu;
mod help;
mod layers;
mod params;
mod preset;
mod scan;
mod several;
mod sources;
mod spelling;
mod values;

pub use args::{
    Args, BalanceArg, CopyArgs, CountArgs, Doc, ExitArg, GeneralArgs, Grouping, InputArgs,
    LogStart, ManifestArgs, MountsArgs, OnFullArg, Origins, OutputArgs, PipeArgs, PresetOptions,
    ProcessArgs, ProgressArg, RecordArgs, ResourceArgs, ResultsArgs, Resume, ResumeArgs,
    RunningArgs, SplitArg, TellingArgs, TemplateArgs, TrimArg, VerifyArg, VerifyArgs, WatchArgs,
};
pub use copy_values::{Required, RequiredList};
pub use copying::{RuleArg, RulePlace, RuleSense};
pub use docs::generate;
pub use error::CliError;
pub use layers::Defaults;
pub use params::{NativeOptions, ParamKind, ParamSpec, ParamValue, Presence, PresetSpec, Repeat};
pub use preset::{NativeArgs, PresetCall, PresetParsed, PresetRun, Typed, parse_preset};
pub use sources::{Join, SourceArg, SourceKind};
pub use values::{
    BlockArg, DelayArg, Delimiter, Destinations, LoadArg, Nice, Size, Span, Timeout, ValueError,
    unescape,
};

use args::RunnerOptions;
use clap::FromArgMatches as _;
use layers::Parser;
use scan::{Form, Words};
use std::ffi::OsString;

/// What a command line asks for.
#[derive(Clone, Debug)]
pub enum Invocation {
    /// Run jobs.
    Run(Box<Args>),
    /// Something about presets.
    Preset(PresetCall),
    /// Print what [`generate`] gives.
    Generate(Doc),
    /// Print this text, help or version, on stdout.
    Print(String),
}

/// Whether the config file and `$PRUN_OPTS` are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigUse {
    /// They are.
    Read,
    /// `--no-config` was given, or nothing is run.
    Ignore,
}

/// Parses the words of the command line, without `argv[0]`.
///
/// `defaults` are the options of the config file and of `$PRUN_OPTS`, lowest
/// precedence first. They are checked, and an error in them is an error, unless
/// only help, a version or a document is asked for.
pub fn parse(argv: Vec<OsString>, defaults: &[Defaults]) -> Result<Invocation, CliError> {
    let mut parser = Parser::new(args::runner());
    let mut scan = parser.scan(argv, Words::EndOptions);
    if let Some(help) = scan.last("help") {
        return Ok(Invocation::Print(match help.form {
            Form::Short => help::short(),
            Form::Long => help::long(),
        }));
    }
    if scan.last("version").is_some() {
        return Ok(Invocation::Print(help::version()));
    }
    if let Some(fault) = scan.fault {
        return Err(fault);
    }
    if scan.last("gnu").is_some() {
        return Err(CliError::GnuNotFirst);
    }
    let first = scan.words.first().and_then(|word| word.to_str());
    if scan.before_dashes > 0 {
        match first {
            Some("preset") => {
                scan.words.remove(0);
                let common = parser.table.rewrite(&scan.given);
                return preset::call(&scan.given, common, scan.words);
            }
            Some(word @ ("agent" | "timings")) => {
                return Err(CliError::Reserved {
                    word: word.to_owned(),
                });
            }
            Some(":")
                if scan
                    .given
                    .last()
                    .is_some_and(|last| last.typed == "--header" && last.value.is_none()) =>
            {
                return Err(CliError::HeaderColon);
            }
            _ => {}
        }
    }
    // A request for a document does not depend on what a config file says.
    let defaults = if scan.last("generate").is_some() {
        &[]
    } else {
        defaults
    };
    let layers = parser.check(defaults)?;
    let wrong = |error| clap_error::translate(&error, &scan.given);
    let (matches, origins) = parser
        .matches(&scan.given, &layers, Vec::new())
        .map_err(wrong)?;
    for (id, others, name) in args::NEEDS {
        let has = |id: &&str| matches.contains_id(id);
        if matches.get_flag(id) && !others.iter().any(has) {
            let option = format!("--{}", id.replace('_', "-"));
            let origin = origins.of(&option).map(str::to_owned);
            let lack = CliError::Needs {
                option,
                other: name.to_owned(),
            };
            return Err(match origin {
                None => lack,
                Some(origin) => CliError::InDefaults {
                    origin,
                    source: Box::new(lack),
                },
            });
        }
    }
    let options = RunnerOptions::from_arg_matches(&matches).map_err(wrong)?;
    if options.template.balance.is_some() && options.template.spread.is_empty() {
        return Err(CliError::Needs {
            option: "--balance".to_owned(),
            other: "--spread D1,D2".to_owned(),
        });
    }
    // Lines that make a record (`--pipe -L`) may be counted by record (`-N`).
    let by_number = [
        (options.inputs.max_args, "max_args", "--max-args"),
        (
            options.inputs.max_replace_args,
            "max_replace_args",
            "--max-replace-args",
        ),
    ];
    if let Some((_, id, long)) = by_number.into_iter().find(|(number, ..)| number.is_some())
        && options.inputs.max_lines.is_some()
        && !options.pipe.is_on()
    {
        let typed = |id, long: &str| {
            let given = scan.last(id);
            given.map_or_else(|| long.to_owned(), |given| given.typed.clone())
        };
        return Err(CliError::Conflict {
            option: typed(id, long),
            other: typed("max_lines", "--max-lines"),
        });
    }
    if let Some(option) = options.pipe.detail().filter(|_| !options.pipe.is_on()) {
        return Err(CliError::Needs {
            option: option.to_owned(),
            other: "--pipe or --pipepart".to_owned(),
        });
    }
    if let Some(header) = options.inputs.header.as_deref()
        && header != ":"
        && !options.pipe.is_on()
    {
        return Err(CliError::BadValue {
            option: "--header".to_owned(),
            value: error::shown(header.as_ref()),
            accepted: "give :".to_owned(),
        });
    }
    if let Some(doc) = options.general.generate {
        return Ok(Invocation::Generate(doc));
    }
    let (command, sources) = sources::split(scan.words, &options.inputs.arg_files)?;
    let RunnerOptions {
        inputs,
        template,
        pipe,
        running,
        process,
        output,
        watch,
        results,
        records,
        resume,
        general: _,
    } = options;
    Ok(Invocation::Run(Box::new(Args {
        inputs,
        template,
        pipe,
        running,
        process,
        output,
        watch,
        results,
        records,
        resume,
        command,
        sources,
        origins,
    })))
}

/// Whether defaults are to be read before [`parse`]; the words are those that
/// [`parse`] gets. An error in them is left to [`parse`].
pub fn wants_config(argv: &[OsString]) -> ConfigUse {
    let scan = Parser::new(args::runner()).scan(argv.to_vec(), Words::EndOptions);
    let no_run = ["no_config", "help", "version", "generate"];
    let in_preset = scan.before_dashes > 0
        && scan.words.first().is_some_and(|word| word == "preset")
        && scan
            .words
            .iter()
            .take_while(|word| *word != "--")
            .any(|word| word == "--no-config");
    if in_preset || no_run.iter().any(|id| scan.last(id).is_some()) {
        ConfigUse::Ignore
    } else {
        ConfigUse::Read
    }
}

#[cfg(test)]
mod tests;
