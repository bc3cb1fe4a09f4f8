//! Inputs on GNU parallel's face.
//!
//! Boundary: translates options into what `input/` opens, in GNU parallel's
//! ways where they differ.

use std::io::Read;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::sync::Arc;

use super::super::env::Standard;
use super::super::inputs::{BoxedSource, Streamed, Total};
use super::super::{ConfigError, Env};
use super::machine::{LONGEST, USABLE};
use super::values::{self, Several};
use crate::cli::gnu::{Given, GnuArgs, Opt};
use crate::cli::{Join as CliJoin, SourceKind};
use crate::input::{
    BatchSpec, EmptyInputs, Fill, FirstRecord, Header, Join, LinkAll, Order, Quotes, Rules,
    Separator, SourceSpec, Sources, SourcesSpec, Trim,
};
use crate::template::{Record, Template};
use crate::ui;

/// Names of columns, and the columns from 0.
pub(super) type Names = Vec<(Vec<u8>, usize)>;

/// Opens all sources; gives the names of columns too.
pub(super) fn open(
    args: &GnuArgs,
    env: &Env,
    stdin: Box<dyn Read + Send>,
) -> Result<(Sources, Names), ConfigError> {
    let (spec, files) = spec(args)?;
    let reads_stdin = spec
        .sources
        .iter()
        .any(|(_, source)| matches!(source, SourceSpec::Stdin));
    if reads_stdin && env.stdin == Standard::Terminal {
        ui::warning(
            "Input is read from the terminal. You either know what you are doing (in which case: press CTRL-D to end it) or you have forgotten ::: or :::: or to pipe data into parallel",
        );
    }
    let sources = Sources::open(spec, move || stdin)?;
    let names = sources.names().iter().cloned().chain(files).collect();
    Ok((sources, names))
}

fn spec(args: &GnuArgs) -> Result<(SourcesSpec, Names), ConfigError> {
    let given = &args.given;
    let separator = separator(given)?;
    let mut files = Names::new();
    let names_files = given.last(Opt::Header).is_some_and(|value| value == "0");
    let mut sources: Vec<(Join, SourceSpec)> = Vec::new();
    for (column, source) in args.sources.iter().enumerate() {
        let join = match source.join {
            CliJoin::Product => Join::Product,
            CliJoin::LinkToPrevious => Join::LinkToPrevious,
        };
        let kind = match &source.kind {
            SourceKind::Words(words) => {
                let words = words.iter().map(|word| word.as_bytes());
                SourceSpec::Words(words.flat_map(|word| cut(word, &separator)).collect())
            }
            SourceKind::File(path) => {
                if names_files {
                    files.push((path.as_os_str().as_bytes().to_vec(), column));
                }
                SourceSpec::File(path.clone())
            }
            SourceKind::Stdin => SourceSpec::Stdin,
        };
        sources.push((join, kind));
    }
    if sources.is_empty() {
        sources.push((Join::Product, SourceSpec::Stdin));
    }
    let flag = |option| given.has(option);
    let eof = match given.last_of(&[Opt::Eof, Opt::EofMaybe]) {
        Some((_, Some(value))) if !value.is_empty() => Some(value.clone().into_vec()),
        _ => None,
    };
    let colsep = given.last(Opt::Colsep);
    let colsep = colsep
        .map(|text| values::text(text, "--colsep"))
        .transpose()?;
    let spec = SourcesSpec {
        sources,
        link_all: if flag(Opt::Link) {
            LinkAll::Wrapping
        } else {
            LinkAll::No
        },
        separator,
        colsep: colsep.map(str::to_owned),
        header: match given.last(Opt::Header) {
            // With --pipe it is that of the blocks, though --tee has inputs too.
            Some(value) if value != "0" && !flag(Opt::Pipe) => Header::FirstRecord,
            _ => Header::No,
        },
        trim: match given.last(Opt::Trim).map(|value| value.as_bytes()) {
            None => Trim::Unset,
            Some(b"n") => Trim::Nothing,
            Some(b"l") => Trim::Left,
            Some(b"r") => Trim::Right,
            Some(b"lr" | b"rl") => Trim::Both,
            Some(_) => return Err(ConfigError::Usage("--trim must be one of: r l rl lr.")),
        },
        empty: if flag(Opt::NoRunIfEmpty) {
            EmptyInputs::Drop
        } else {
            EmptyInputs::Keep
        },
        order: if flag(Opt::Shuf) {
            Order::Shuffled { seed: None }
        } else {
            Order::AsGiven
        },
        eof,
        rules: Rules::Gnu,
        first: if flag(Opt::SkipFirstLine) {
            FirstRecord::Skipped
        } else {
            FirstRecord::Taken
        },
        quotes: if flag(Opt::Csv) {
            Quotes::Csv
        } else {
            Quotes::Plain
        },
        ..SourcesSpec::default()
    };
    Ok((spec, files))
}

fn separator(given: &Given) -> Result<Separator, ConfigError> {
    // Wherever they stand, `-d` counts before `-0`.
    Ok(match given.last(Opt::Delimiter) {
        Some(text) => delimiter(text.as_bytes())?,
        None if given.has(Opt::Null) => Separator::Nul,
        None => Separator::Line,
    })
}

/// What was given to `-d`. Only `\n`, `\r`, `\t`, `\\` and octal numbers of
/// one or three digits are escapes there; before anything else a backslash is
/// a character.
fn delimiter(text: &[u8]) -> Result<Separator, ConfigError> {
    if text.is_empty() {
        return Err(ConfigError::Usage(
            "--delimiter must have at least one character: nothing would end an input",
        ));
    }
    let mut escaped = Vec::new();
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let octal = after
            .iter()
            .take_while(|digit| matches!(digit, b'0'..=b'7'));
        let taken = match (after.first(), octal.count()) {
            (Some(b'n' | b'r' | b't' | b'\\'), _) => 1,
            (_, 3..) => 3,
            (_, 1..) => 1,
            _ => 0,
        };
        if first != b'\\' {
            escaped.push(first);
            rest = after;
        } else if taken == 0 {
            escaped.extend_from_slice(b"\\\\");
            rest = after;
        } else {
            // Three digits, so that none behind it is taken for a part of it.
            let digits = &after[..taken];
            let zeros: &[u8] = if digits[0].is_ascii_digit() && taken == 1 {
                b"\\00"
            } else {
                b"\\"
            };
            escaped.extend_from_slice(zeros);
            escaped.extend_from_slice(digits);
            rest = &after[taken..];
        }
    }
    Ok(Separator::parse(&escaped)?)
}

/// A word of the command line as values: a delimiter that was asked for cuts
/// it, a newline does not.
fn cut(word: &[u8], separator: &Separator) -> Vec<Vec<u8>> {
    let Separator::Bytes(separator) = separator else {
        return vec![word.to_vec()];
    };
    let mut values = Vec::new();
    let mut rest = word;
    while let Some(at) = memchr::memmem::find(rest, separator) {
        values.push(rest[..at].to_vec());
        rest = &rest[at + separator.len()..];
    }
    if !rest.is_empty() || values.is_empty() {
        values.push(rest.to_vec());
    }
    values
}

/// Puts inputs together into jobs.
pub(super) fn batched(
    sources: Sources,
    several: &Several,
    template: &Arc<Template>,
    slots: usize,
    total: Total,
) -> Result<BoxedSource, ConfigError> {
    let fills = several.fills;
    let fill = if fills || several.max_chars.is_some() {
        let cost = Arc::clone(template);
        // The limit counts the end of the line too.
        let longest = several.max_chars.map(|most| most.saturating_sub(1));
        Fill::Full {
            max_bytes: longest.map_or(USABLE, |longest| longest.min(USABLE)),
            // One long value is no reason for an error where it can be run.
            alone: longest.unwrap_or(LONGEST),
            fixed: template.fixed_len(),
            cost: Box::new(move |record: &Record| cost.record_len(record)),
            spread_over: if several.spreads { slots } else { 1 },
        }
    } else {
        Fill::No
    };
    let one = || (!fills && several.lines.is_none() && several.max_chars.is_some()).then_some(1);
    let spec = BatchSpec {
        max_records: several.max_records.or_else(one),
        lines: several.lines,
        fill,
    };
    let inputs = match total {
        Total::Needed => sources.counted(spec)?,
        Total::Unneeded => sources.batched(spec),
    };
    Ok(Box::new(Streamed(inputs)))
}
