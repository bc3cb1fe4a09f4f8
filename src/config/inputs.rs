//! Inputs: from options and `:::` words to open sources and batches.
//!
//! Boundary: translation, and the one place where standard input is taken over.

use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;

use super::env::Standard;
use super::{ConfigError, Env};
use crate::cli::{Args, InputArgs, Join as CliJoin, SourceKind, TrimArg};
use crate::exec::Cancel;
use crate::input::{
    BatchSpec, EmptyInputs, Fill, Header, Inputs, Join, LinkAll, Order, Outside, RegexSpec,
    Separator, SourceSpec, Sources, SourcesSpec, StripSpec, Trim, Unmatched,
};
use crate::run::{Interruptible, JobSource, SourceError};
use crate::template::{Batch, Record, Template};
use crate::ui;

/// What the system leaves for arguments beside the environment: a quarter of
/// the stack limit is allowed for both (execve(2)); GNU parallel and xargs
/// stay at 128 KiB.
const DEFAULT_LINE: usize = 128 << 10;

/// Standard input, which jobs must not read: it becomes `/dev/null`, and its
/// old descriptor is given to the one reader there may be.
pub(super) fn take_stdin(cancel: &Arc<Cancel>) -> io::Result<Box<dyn Read + Send>> {
    let stdin = take_descriptor()?;
    Ok(Box::new(Interruptible::new(stdin, Arc::clone(cancel))))
}

/// The same, as it is.
pub(super) fn take_descriptor() -> io::Result<OwnedFd> {
    let old = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let null = std::fs::File::open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    Ok(old)
}

/// Opens all sources.
pub(super) fn open(args: &Args, env: &Env, cancel: &Arc<Cancel>) -> Result<Sources, ConfigError> {
    let stdin = take_stdin(cancel).map_err(ConfigError::Start)?;
    open_with(args, env, stdin)
}

/// Opens all sources; the one that is standard input reads from `stdin`.
pub(super) fn open_with(
    args: &Args,
    env: &Env,
    stdin: Box<dyn Read + Send>,
) -> Result<Sources, ConfigError> {
    let spec = spec(args);
    let reads_stdin = spec.sources.iter().any(|(_, source)| {
        matches!(source, SourceSpec::Stdin) || *source == SourceSpec::File("-".into())
    });
    if reads_stdin && env.stdin == Standard::Terminal {
        ui::note("reading inputs from the terminal; end them with Ctrl-D, or give them after :::");
    }
    Ok(Sources::open(spec, move || stdin)?)
}

fn spec(args: &Args) -> SourcesSpec {
    let inputs = &args.inputs;
    let mut sources: Vec<(Join, SourceSpec)> = args
        .sources
        .iter()
        .map(|source| {
            let join = match source.join {
                CliJoin::Product => Join::Product,
                CliJoin::LinkToPrevious => Join::LinkToPrevious,
            };
            let kind = match &source.kind {
                SourceKind::Words(words) => {
                    SourceSpec::Words(words.iter().map(|word| word.clone().into_vec()).collect())
                }
                SourceKind::File(path) => SourceSpec::File(path.clone()),
                SourceKind::Stdin => SourceSpec::Stdin,
            };
            (join, kind)
        })
        .collect();
    if sources.is_empty() {
        sources.push((Join::Product, SourceSpec::Stdin));
    }
    SourcesSpec {
        sources,
        link_all: if inputs.link {
            LinkAll::Wrapping
        } else {
            LinkAll::No
        },
        separator: match (&inputs.delimiter, inputs.null) {
            (Some(delimiter), _) => Separator::Bytes(delimiter.0.clone()),
            (None, true) => Separator::Nul,
            (None, false) => Separator::Line,
        },
        colsep: inputs.colsep.clone(),
        header: if inputs.has_header() {
            Header::FirstRecord
        } else {
            Header::No
        },
        trim: match inputs.trim {
            None => Trim::Unset,
            Some(TrimArg::Nothing) => Trim::Nothing,
            Some(TrimArg::Left) => Trim::Left,
            Some(TrimArg::Right) => Trim::Right,
            Some(TrimArg::Both) => Trim::Both,
        },
        empty: if inputs.no_run_if_empty {
            EmptyInputs::Drop
        } else {
            EmptyInputs::Keep
        },
        order: if inputs.shuf {
            Order::Shuffled { seed: None }
        } else {
            Order::AsGiven
        },
        strip: args.template.strip.clone().map(|prefix| StripSpec {
            prefix: prefix.into_vec(),
            outside: if args.template.strip_skip {
                Outside::Skip
            } else {
                Outside::Error
            },
        }),
        regex: args.template.regex.clone().map(|pattern| RegexSpec {
            pattern,
            unmatched: if args.template.regex_skip {
                Unmatched::Skip
            } else {
                Unmatched::Error
            },
        }),
        eof: inputs.eof.clone().map(OsStringExt::into_vec),
        ..SourcesSpec::default()
    }
}

/// What several inputs in one job do to the template.
pub(super) fn batch(inputs: &InputArgs) -> Batch {
    let several = inputs.max_args.is_some()
        || inputs.max_replace_args.is_some()
        || inputs.max_lines.is_some()
        || inputs.context_replace;
    match (inputs.insert, several) {
        (true, _) => Batch::Insert,
        (false, true) => Batch::Repeat,
        (false, false) => Batch::One,
    }
}

/// Whether the number of jobs has to be known before the first one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    Needed,
    Unneeded,
}

/// Puts inputs together into jobs, as many as the options and the length of a
/// command line allow.
pub(super) fn batched(
    sources: Sources,
    inputs: &InputArgs,
    template: &Arc<Template>,
    slots: usize,
    total: Total,
) -> Result<BoxedSource, ConfigError> {
    let most = inputs.max_args.or(inputs.max_replace_args);
    let fills = inputs.context_replace || inputs.insert;
    let limit = inputs
        .max_chars
        .map(|size| usize::try_from(size.0).unwrap_or(usize::MAX));
    let fill = if fills || limit.is_some() {
        let cost = Arc::clone(template);
        Fill::Full {
            max_bytes: limit.unwrap_or(DEFAULT_LINE),
            alone: limit.unwrap_or(DEFAULT_LINE),
            fixed: template.fixed_len(),
            cost: Box::new(move |record: &Record| cost.record_len(record)),
            spread_over: slots,
        }
    } else {
        Fill::No
    };
    let own = template
        .max_records()
        .filter(|_| batch(inputs) != Batch::One);
    let spec = BatchSpec {
        // `-s` alone is a limit for one input, not leave to take several.
        max_records: match (most, own, fills) {
            (Some(most), own, _) => Some(own.map_or(most, |own| own.min(most))),
            (None, own, true) => own,
            (None, _, false) => (inputs.max_lines.is_none() && limit.is_some()).then_some(1),
        },
        lines: inputs.max_lines,
        fill,
    };
    let inputs = match total {
        Total::Needed => sources.counted(spec)?,
        Total::Unneeded => sources.batched(spec),
    };
    Ok(Box::new(Streamed(inputs)))
}

/// The inputs of all jobs, one input to a job.
pub(super) fn all_jobs(sources: Sources) -> Result<Vec<Vec<Record>>, ConfigError> {
    let mut inputs = sources.batched(BatchSpec {
        max_records: None,
        lines: None,
        fill: Fill::No,
    });
    let mut jobs = Vec::new();
    loop {
        let mut records = Vec::new();
        if !inputs.next_job(&mut records)? {
            return Ok(jobs);
        }
        jobs.push(records);
    }
}

/// A source that can be handed to the feeder's thread.
pub(super) type BoxedSource = Box<dyn JobSource>;

/// Inputs as a source of jobs: any error ends them.
pub(super) struct Streamed(pub(super) Inputs);

impl JobSource for Streamed {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        self.0
            .next_job(records)
            .map_err(|error| SourceError::Fatal(Box::new(error)))
    }

    fn total(&self) -> Option<u64> {
        self.0.total()
    }
}
