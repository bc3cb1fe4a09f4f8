//! prun's own options for blocks.
//!
//! Boundary: from what was typed to a [`PipeSpec`]; the GNU face makes one of
//! its own options.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::super::ConfigError;
use super::files::from_files;
use crate::cli::{Args, BlockArg, CliError, Resume, SourceKind, unescape};
use crate::input::blocks::{
    BlockSize, BlocksSpec, ColumnSpec, Deal, FirstLine, FirstRecord, HeaderSpec, Horizon, LeftOut,
    PipeFrom, PipeSpec, Reading, RecordsSpec, Separators, Way,
};
use crate::template::{Append, Template};

/// What was asked for, if jobs read blocks.
pub(in crate::config) fn spec(args: &Args) -> Result<Option<PipeSpec>, ConfigError> {
    let (pipe, inputs) = (&args.pipe, &args.inputs);
    if !pipe.is_on() {
        return Ok(None);
    }
    if args.command.is_empty() {
        return Err(ConfigError::Usage(
            "--pipe gives blocks to a command; say which, as in prun --pipe wc -l",
        ));
    }
    let reading = if pipe.regexp {
        Reading::Pattern
    } else {
        Reading::Text
    };
    let column = |which: Option<&String>| {
        which.map(|which| ColumnSpec {
            which: which.as_str().into(),
            separator: inputs.colsep.clone().unwrap_or_else(|| r"\t".to_owned()),
            key: None,
        })
    };
    let deal = match (column(pipe.bin.as_ref()), column(pipe.shard.as_ref())) {
        (Some(column), _) => Deal::Bin(column),
        (_, Some(column)) => Deal::Shard(column),
        _ if pipe.round_robin => Deal::RoundRobin,
        _ if pipe.tee => Deal::Tee,
        _ => Deal::Each,
    };
    let has_columns = matches!(deal, Deal::Bin(_) | Deal::Shard(_) | Deal::Tee);
    if inputs.colsep.is_some() && !has_columns && pipe.group_by.is_none() {
        return Err(ConfigError::Usage(
            "--colsep is for columns of inputs, and with --pipe for those of --bin, --shard and --group-by",
        ));
    }
    if deal != Deal::Each && args.running.retries.is_some_and(|tries| tries != 1) {
        return Err(ConfigError::Usage(
            "--retries feeds a block again, and a job that reads many has none of its own; leave it out",
        ));
    }
    if (pipe.cat || pipe.fifo) && args.resume.resume() != Resume::All {
        return Err(ConfigError::Usage(
            "--resume knows jobs by their commands, and with --cat and --fifo those have other file names in each run; give the blocks on standard input",
        ));
    }
    Ok(Some(PipeSpec {
        from: from(args, &deal)?,
        blocks: BlocksSpec {
            size: match pipe.block {
                None => BlockSize::default(),
                Some(BlockArg::Bytes(bytes)) => BlockSize::Bytes(bytes),
                Some(BlockArg::PerSlot(blocks)) => BlockSize::PerSlot(blocks),
            },
            records: RecordsSpec {
                start: separator(pipe.recstart.as_ref(), "--recstart", reading)?,
                end: separator(pipe.recend.as_ref(), "--recend", reading)?,
                reading,
                group_by: column(pipe.group_by.as_ref()),
                lines: inputs.max_lines,
                per_job: inputs.max_args.or(inputs.max_replace_args),
                first: FirstRecord::MayBeEmpty,
                horizon: Horizon::Data,
            },
            header: header(inputs.header.as_deref()),
            separators: if pipe.rrs {
                Separators::Remove
            } else {
                Separators::Keep
            },
            first_line: FirstLine::Taken,
            left_out: LeftOut::None,
        },
        deal,
        way: match (pipe.cat, pipe.fifo) {
            (true, _) => Way::File,
            (_, true) => Way::Fifo,
            _ => Way::Stdin,
        },
        patience: pipe.block_timeout.map(|span| span.0),
    }))
}

/// Where the data comes from: files of -a and of `::::`, or standard input.
/// Words after `:::` are inputs of jobs, which only --tee has.
fn from(args: &Args, deal: &Deal) -> Result<PipeFrom, ConfigError> {
    if *deal == Deal::Tee {
        let is_data = |kind: &SourceKind| matches!(kind, SourceKind::Stdin);
        if args.sources.is_empty() || args.sources.iter().any(|source| is_data(&source.kind)) {
            return Err(ConfigError::Usage(
                "--tee gives standard input to a job for each input; give those after :::, as in prun --pipe --tee 'grep <> | wc -l' ::: a b",
            ));
        }
        if args.pipe.pipepart {
            return Err(ConfigError::Usage(
                "--tee gives each job all of the input, and --pipepart a part of it; use --pipe",
            ));
        }
        return Ok(PipeFrom::Stdin);
    }
    from_files(
        &args.sources,
        args.pipe.pipepart,
        "--pipepart cuts a file: name it with -a FILE, or use --pipe",
    )
}

/// What a record begins or ends with: escapes of text are read here, those of
/// patterns are the pattern's.
fn separator(
    given: Option<&OsString>,
    option: &'static str,
    reading: Reading,
) -> Result<Option<Vec<u8>>, ConfigError> {
    let Some(text) = given.map(|text| text.as_bytes()) else {
        return Ok(None);
    };
    if reading == Reading::Pattern {
        return Ok(Some(text.to_vec()));
    }
    let bytes = unescape(text).ok_or_else(|| CliError::BadValue {
        option: option.to_owned(),
        value: OsStr::from_bytes(text).to_string_lossy().into_owned(),
        accepted: r"give the text itself, with \n \t \r \0 \\, \101 (octal) or \x41".to_owned(),
    })?;
    Ok(Some(bytes))
}

fn header(given: Option<&str>) -> HeaderSpec {
    match given {
        None => HeaderSpec::None,
        Some(":") => HeaderSpec::Lines(1),
        Some(text) => match text.parse() {
            Ok(lines) => HeaderSpec::Lines(lines),
            Err(_) => HeaderSpec::Pattern(text.to_owned()),
        },
    }
}

/// What is put behind a command without tokens: the name of a block, if it has one.
pub(in crate::config) fn append(spec: &PipeSpec) -> Append {
    match spec.way {
        Way::Stdin => Append::Nothing,
        Way::File | Way::Fifo => Append::Input,
    }
}

/// Refuses tokens that stand for nothing.
pub(in crate::config) fn check_template(
    spec: &PipeSpec,
    template: &Template,
) -> Result<(), ConfigError> {
    let is_number = |token: &[u8]| matches!(token, b"<#>" | b"<%>" | b"{#}" | b"{%}");
    let has_input = spec.deal == Deal::Tee || spec.way != Way::Stdin;
    if has_input || template.tokens().all(is_number) {
        return Ok(());
    }
    Err(ConfigError::Usage(
        "with --pipe a job has no input that could stand in the command, only <#> and <%>; --cat and --fifo make <> the name of a file with the block (with -I STR, only STR is a token)",
    ))
}
