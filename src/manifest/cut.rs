//! Which directories are dealt out whole, and which ones are cut.
//!
//! Boundary: rows in the order of a tree go in, those to be dealt come out. A
//! directory that is cut is read once more for what is directly in it: files are
//! not told by the survey, since hardly any of them will ever be a row.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::io::Errno;

use super::error::ManifestError;
use super::gather::{Found, Gather};
use super::row::{Kind, Row, is_below, upward};
use super::sort::{Sorted, Sorter};
use super::{Cut, Spec};
use crate::copy::survey::{Amount, Surveyor};
use crate::copy::{Class, Failure, Op, Side};

/// A row of more than this part of a client's even share is cut.
const PARTS: u64 = 4;

/// The rows that are dealt out.
pub(super) struct Rows {
    /// In the order of the tree.
    pub(super) sorted: Sorted,
    pub(super) count: u64,
    /// How many directories were cut.
    pub(super) cut: u64,
    /// What is in no row.
    pub(super) rest: Amount,
}

/// The rows of what was found in a tree of this much in all.
pub(super) fn rows(
    spec: &Spec,
    total: Amount,
    found: &mut Found,
    gather: &Gather,
) -> Result<Rows, ManifestError> {
    let parts = PARTS * u64::from(spec.clients.get());
    let limit = spec.split.weight(total) / parts;
    let directories = std::mem::take(&mut found.directories);
    let mut directories = directories.sorted().map_err(ManifestError::Temporary)?;
    let mut out = Out {
        rows: Sorter::default(),
        count: 0,
        record: Vec::new(),
    };
    let (mut cut, mut rest) = (0, found.rest);
    // What was dealt out last: all that is in it comes next.
    let mut whole: Option<Vec<u8>> = None;
    let mut record = Vec::new();
    while directories
        .next_into(&mut record)
        .map_err(ManifestError::Temporary)?
    {
        let Some(row) = Row::read(&record) else {
            continue;
        };
        if whole
            .as_ref()
            .is_some_and(|whole| is_below(&row.path, whole))
        {
            continue;
        }
        let is_large = spec.split.weight(row.amount) > limit && row.amount.entries > 1;
        if spec.cut == Cut::Deeper && is_large {
            cut += 1;
            rest.entries += 1;
            upward(&row.path, &mut record);
            found
                .upward
                .push(&record)
                .map_err(ManifestError::Temporary)?;
            leaves(&spec.source, &row.path, gather, &mut out)?;
        } else {
            out.push(&row)?;
            whole = Some(row.path);
        }
    }
    Ok(Rows {
        sorted: out.rows.sorted().map_err(ManifestError::Temporary)?,
        count: out.count,
        cut,
        rest,
    })
}

struct Out {
    rows: Sorter,
    count: u64,
    record: Vec<u8>,
}

impl Out {
    fn push(&mut self, row: &Row) -> Result<(), ManifestError> {
        self.count += 1;
        row.write(&mut self.record);
        self.rows
            .push(&self.record)
            .map_err(ManifestError::Temporary)
    }
}

/// The rows of what is directly in a directory and is none. Directories in it
/// have rows of their own.
fn leaves(
    source: &Path,
    directory: &[u8],
    gather: &Gather,
    out: &mut Out,
) -> Result<(), ManifestError> {
    let whole = source.join(std::ffi::OsStr::from_bytes(directory));
    let failed = |path: &Path, op: Op, error: &io::Error| {
        let errno = Errno::from_io_error(error).unwrap_or(Errno::IO);
        let class = match errno {
            Errno::NOENT | Errno::STALE => Class::Vanished,
            _ => Class::Failed,
        };
        gather.failure(Failure {
            path: path.as_os_str().as_bytes().to_vec(),
            side: Side::Source,
            op,
            errno,
            class,
        });
    };
    let entries = match fs::read_dir(&whole) {
        Ok(entries) => entries,
        Err(error) => {
            failed(&whole, Op::Open, &error);
            return Ok(());
        }
    };
    for entry in entries {
        let looked = entry.and_then(|entry| Ok((entry.file_name(), entry.metadata()?)));
        let (name, metadata) = match looked {
            Ok(looked) => looked,
            Err(error) => {
                failed(&whole, Op::ReadDirectory, &error);
                continue;
            }
        };
        if metadata.is_dir() {
            continue;
        }
        out.push(&Row {
            path: [directory, b"/", name.as_bytes()].concat(),
            kind: Kind::Leaf,
            amount: Amount {
                entries: 1,
                bytes: if metadata.is_file() {
                    metadata.len()
                } else {
                    0
                },
                allocated: metadata.blocks() * 512,
            },
        })?;
    }
    Ok(())
}
