//! From the options of a copy, as they were typed, to what the engine is asked for.
//!
//! Boundary: reads the files of filter rules, and nothing else.

use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use crate::cli::{CopyArgs, OnFullArg, RuleArg, RulePlace, RuleSense, VerifyArg};
use crate::config::ConfigError;
use crate::copy::filter::{Filter, FilterError, Rule, RuleKind, SizeLimits};
use crate::copy::{
    Boundary, CopyOptions, Create, Delete, Difference, JournalSpec, JournalStart, OnFull,
    Overwrite, Partial, Replace, Share, Sync, Verify,
};

/// How often an operation that failed for a passing reason is tried again.
const RETRIES: u32 = 3;

/// What the engine is asked for; `retries` is what was typed, and `stdin`
/// where rules of the file `-` come from.
pub(super) fn copy_options(
    args: &CopyArgs,
    share: Share,
    retries: Option<u32>,
    stdin: &mut dyn Read,
) -> Result<CopyOptions, ConfigError> {
    Ok(CopyOptions {
        share,
        preserve: args.preserve(),
        follow: args.follow(),
        // Of several, rsync asks them in this order (generator.c, quick_check_ok).
        difference: if args.checksum {
            Difference::Contents
        } else if args.size_only {
            Difference::Size
        } else if args.ignore_times {
            Difference::Any
        } else {
            Difference::SizeAndTime
        },
        overwrite: if args.ignore_existing {
            Overwrite::Nothing
        } else if args.update {
            Overwrite::Older
        } else {
            Overwrite::Differing
        },
        create: if args.existing {
            Create::Nothing
        } else {
            Create::Missing
        },
        replace: if args.inplace {
            Replace::InPlace
        } else {
            Replace::Rename
        },
        partial: if args.partial {
            Partial::Keep
        } else {
            Partial::Remove
        },
        delete: if args.deletes() {
            Delete::Extraneous {
                most: args.max_delete,
            }
        } else {
            Delete::Nothing
        },
        filter: Arc::new(filter(args.rules(), stdin)?),
        sizes: SizeLimits {
            min: args.min_size.unwrap_or(0),
            max: args.max_size,
        },
        boundary: boundary(args.one_file_system),
        bytes_per_second: args.bytes_per_second(),
        files_per_second: args.files_per_second(),
        on_full: match args.on_full {
            None | Some(OnFullArg::Stop) => OnFull::Stop,
            Some(OnFullArg::Continue) => OnFull::Continue,
        },
        retries: retries.unwrap_or(RETRIES),
        modify_window: args.modify_window.unwrap_or(0),
        verify: match args.verify() {
            VerifyArg::No => Verify::No,
            VerifyArg::Metadata => Verify::Metadata,
            VerifyArg::Contents => Verify::Contents,
        },
        digests: (args.verify() == VerifyArg::Contents).then(Arc::default),
        sync: if args.no_sync { Sync::No } else { Sync::AtEnd },
        journal: args.journal.as_ref().map(|path| JournalSpec {
            path: path.clone(),
            start: if args.resume {
                JournalStart::Resume
            } else {
                JournalStart::Anew
            },
        }),
    })
}

/// What is asked for where a preset has no options of a copy.
pub(super) fn without_args(share: Share) -> CopyOptions {
    CopyOptions {
        share,
        retries: RETRIES,
        ..CopyOptions::default()
    }
}

pub(super) fn boundary(one_file_system: bool) -> Boundary {
    if one_file_system {
        Boundary::Kept
    } else {
        Boundary::Crossed
    }
}

fn filter(rules: &[RuleArg], stdin: &mut dyn Read) -> Result<Filter, FilterError> {
    let mut filter = Filter::new();
    for RuleArg { sense, place } in rules {
        let kind = match sense {
            RuleSense::Exclude => RuleKind::Exclude,
            RuleSense::Include => RuleKind::Include,
        };
        match place {
            RulePlace::Text(text) => filter.push(Rule::parse(kind, text.as_bytes())?),
            RulePlace::File(path) if path == Path::new("-") => {
                let mut text = Vec::new();
                stdin
                    .read_to_end(&mut text)
                    .map_err(|source| FilterError::Read {
                        option: match sense {
                            RuleSense::Exclude => "--exclude-from",
                            RuleSense::Include => "--include-from",
                        },
                        path: path.clone(),
                        source,
                    })?;
                filter.read(kind, path, &text)?;
            }
            RulePlace::File(path) => filter.read_file(kind, path)?,
        }
    }
    Ok(filter)
}
