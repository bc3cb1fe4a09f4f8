//! `--pipe` and `--pipepart` on GNU parallel's face.
//!
//! Boundary: from its options to what `config/pipe` opens.

use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;

use super::super::ConfigError;
use super::super::pipe::from_files;
use super::keys::{by, key};
use super::values::{self, Several};
use crate::cli::gnu::{Given, GnuArgs, Opt};
use crate::cli::{BlockArg, SourceArg, SourceKind, unescape};
use crate::exec::PerlProcess;
use crate::input::blocks::{
    BlockSize, BlocksSpec, ColumnSpec, Deal, FirstLine, FirstRecord, HeaderSpec, Horizon, LeftOut,
    PipeFrom, PipeSpec, Reading, RecordsSpec, Separators, Way, Which,
};
use crate::template::GnuBatch;

/// What was asked for, if jobs read blocks.
pub(super) fn spec(
    args: &GnuArgs,
    several: &Several,
    perl: Option<&Arc<PerlProcess>>,
) -> Result<Option<PipeSpec>, ConfigError> {
    let given = &args.given;
    if !given.has(Opt::Pipe) && !given.has(Opt::PipePart) {
        return Ok(None);
    }
    // Where values make the jobs they can be the commands.
    if args.command.is_empty() && !given.has(Opt::Tee) {
        return Err(ConfigError::Usage(
            "--pipe/--pipepart must have a command to pipe into (e.g. 'cat').",
        ));
    }
    let reading = if given.has(Opt::Regexp) {
        Reading::Pattern
    } else {
        Reading::Text
    };
    let deal = deal(given, perl)?;
    if deal != Deal::Each && given.last(Opt::Retries).is_some_and(|tries| tries != "1") {
        return Err(ConfigError::Usage(
            "--retries feeds a block again, and a job that reads many has none of its own; leave it out",
        ));
    }
    if given.has(Opt::Shuf) {
        return Err(ConfigError::Usage(
            "--pipe is incompatible with --shuf: blocks come as they are read",
        ));
    }
    let by_name = given.has(Opt::Cat) || given.has(Opt::Fifo);
    if deal != Deal::Each && by_name {
        return Err(ConfigError::Usage(
            "--cat and --fifo give each job one block, and a job of --round-robin, --tee, --bin or --shard reads many; leave --cat and --fifo out",
        ));
    }
    let group_by = column(given, Opt::GroupBy, "--group-by", perl)?;
    let has_name = matches!(&group_by, Some(column) if matches!(column.which, Which::Named(_)));
    let header = match header(given)? {
        // The name is to be found somewhere.
        HeaderSpec::None if has_name => HeaderSpec::WholeLines(1),
        header => header,
    };
    Ok(Some(PipeSpec {
        from: from(args, &deal)?,
        blocks: BlocksSpec {
            size: size(given)?,
            records: RecordsSpec {
                start: separator(given, Opt::RecStart, reading),
                end: separator(given, Opt::RecEnd, reading),
                reading,
                group_by,
                lines: several.lines,
                per_job: several
                    .max_records
                    .filter(|_| several.batch != GnuBatch::LeftOut),
                first: match reading {
                    Reading::Text => FirstRecord::HasSomething,
                    Reading::Pattern => FirstRecord::MayBeEmpty,
                },
                horizon: Horizon::Block,
            },
            header,
            separators: if given.has(Opt::RemoveRecSep) {
                Separators::Remove
            } else {
                Separators::Keep
            },
            first_line: if given.has(Opt::SkipFirstLine) {
                FirstLine::Skipped
            } else {
                FirstLine::Taken
            },
            left_out: if given.has(Opt::NoRunIfEmpty) {
                LeftOut::Blank
            } else if given.has(Opt::RemoveRecSep) {
                LeftOut::Empty
            } else {
                LeftOut::None
            },
        },
        deal,
        way: match (given.has(Opt::Cat), given.has(Opt::Fifo)) {
            (true, _) => Way::File,
            (_, true) => Way::Fifo,
            _ => Way::Stdin,
        },
        patience: match given.last(Opt::BlockTimeout) {
            None => None,
            Some(value) => Some(values::span(value, "--block-timeout")?),
        },
    }))
}

/// Whether there are values for the commands: of `:::`, or of the lines of a
/// file, which is no data here. With `--cat` and `--fifo` the file with the
/// block is the value, and `--pipepart` reads the files.
pub(super) fn has_values(args: &GnuArgs, spec: &PipeSpec) -> bool {
    !args.given.has(Opt::PipePart) && spec.way == Way::Stdin && has_words(args)
}

/// Whether there is any source but standard input.
fn has_words(args: &GnuArgs) -> bool {
    let is_data = |source: &SourceArg| matches!(source.kind, SourceKind::Stdin);
    !args.sources.iter().all(is_data)
}

/// The column that an option names, by its number or by its name.
fn column(
    given: &Given,
    option: Opt,
    name: &'static str,
    perl: Option<&Arc<PerlProcess>>,
) -> Result<Option<ColumnSpec>, ConfigError> {
    let Some(value) = given.last(option) else {
        return Ok(None);
    };
    let separator = match given.last(Opt::Colsep) {
        None => r"\t",
        Some(text) => values::text(text, "--colsep")?,
    };
    let (which, expression) = by(values::text(value, name)?);
    Ok(Some(ColumnSpec {
        which,
        separator: separator.to_owned(),
        key: expression.map(|text| key(text, perl)).transpose()?,
    }))
}

fn deal(given: &Given, perl: Option<&Arc<PerlProcess>>) -> Result<Deal, ConfigError> {
    let column = |option, name| column(given, option, name, perl);
    Ok(
        match (column(Opt::Bin, "--bin")?, column(Opt::Shard, "--shard")?) {
            (Some(column), _) => Deal::Bin(column),
            (_, Some(column)) => Deal::Shard(column),
            _ if given.has(Opt::RoundRobin) => Deal::RoundRobin,
            _ if given.has(Opt::Tee) => Deal::Tee,
            _ => Deal::Each,
        },
    )
}

fn from(args: &GnuArgs, deal: &Deal) -> Result<PipeFrom, ConfigError> {
    let is_part = args.given.has(Opt::PipePart);
    if *deal == Deal::Tee {
        if args.sources.is_empty() || is_part {
            return Err(ConfigError::Usage(
                "--tee gives standard input to a job for each input; give those after :::, as in parallel --pipe --tee 'grep {} | wc -l' ::: a b",
            ));
        }
        return Ok(PipeFrom::Stdin);
    }
    if !is_part {
        return Ok(PipeFrom::Stdin);
    }
    from_files(
        &args.sources,
        true,
        "--pipepart is incompatible with input from stdin: name a file with -a FILE or :::: FILE",
    )
}

fn size(given: &Given) -> Result<BlockSize, ConfigError> {
    let Some(value) = given.last(Opt::Block) else {
        return Ok(BlockSize::default());
    };
    let parsed = value.to_str().and_then(|text| text.parse().ok());
    match parsed {
        _ if value == "0" => Ok(BlockSize::default()),
        Some(BlockArg::Bytes(bytes)) => Ok(BlockSize::Bytes(bytes)),
        Some(BlockArg::PerSlot(blocks)) => Ok(BlockSize::PerSlot(blocks)),
        None => Err(values::wrong(
            "--block",
            value,
            "give a number of bytes as in 10M, or -N blocks for each slot",
        )),
    }
}

/// What a record begins or ends with. Escapes of text are read here, those of
/// patterns are the pattern's.
fn separator(given: &Given, option: Opt, reading: Reading) -> Option<Vec<u8>> {
    let text = given.last(option)?;
    let bytes = text.as_bytes();
    if reading == Reading::Pattern {
        return Some(bytes.to_vec());
    }
    // What is no escape is text.
    Some(unescape(bytes).unwrap_or_else(|| bytes.to_vec()))
}

fn header(given: &Given) -> Result<HeaderSpec, ConfigError> {
    let Some(value) = given.last(Opt::Header) else {
        return Ok(HeaderSpec::None);
    };
    Ok(match values::text(value, "--header")? {
        ":" => HeaderSpec::WholeLines(1),
        text => match text.parse() {
            Ok(0) => HeaderSpec::None,
            Ok(lines) => HeaderSpec::WholeLines(lines),
            Err(_) => HeaderSpec::Pattern(text.to_owned()),
        },
    })
}
