//! Where the output of jobs is kept: `--results` and `--files`.
//!
//! Boundary: names and writes the files of one job at a time, for the slot
//! that runs it; how the output is had is `run/`'s. `path` makes names of
//! values, `sheet` makes rows of a table.

mod kept;
mod path;
mod sheet;
#[cfg(test)]
mod tests;

pub use kept::{Kept, ResultsError};
pub use sheet::{Row, Sheet, SheetForm};

use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::template::{Text, Values};

/// Where a job's output is kept.
#[derive(Clone, Debug)]
pub enum Results {
    /// `ROOT/1/VALUE/2/VALUE/stdout`, `stderr` and `seq`; a column that has a
    /// name has it in place of its number.
    Tree {
        /// The directory.
        root: PathBuf,
        /// The names of columns, with their places from 0.
        names: Vec<(Vec<u8>, usize)>,
    },
    /// `ROOT/SEQ/stdout`, `stderr` and `seq`: for jobs that read blocks, and have no values to be known by.
    Numbered(PathBuf),
    /// The files `NAME`, `NAME.err` and `NAME.seq`.
    Files(Text),
    /// `NAME/stdout`, `NAME/stderr` and `NAME/seq`.
    Directories(Text),
    /// Standard output in a new file of this directory; standard error is not
    /// kept.
    Temporary(PathBuf),
}

/// What a job's kept output leaves on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing.
    Nothing,
    /// The name of the file that holds its standard output (`--files`).
    Name,
}

/// What is kept, and what is told of it.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// Where.
    pub results: Results,
    /// What is told.
    pub told: Told,
}

/// Where the output of jobs goes.
#[derive(Clone, Debug, Default)]
pub enum Store {
    /// Where prun's own goes.
    #[default]
    Printed,
    /// In files of each job.
    Kept(Keeping),
    /// In the rows of a table, which is printed in their place.
    Rows(Arc<Sheet>),
}

/// The files of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Paths {
    out: PathBuf,
    err: PathBuf,
    /// Written when the job has ended: what has no such file is not complete.
    seq: PathBuf,
}

impl Results {
    /// The names of a job's files; `None` where they are made up as jobs run.
    fn paths(&self, values: &Values<'_>) -> Option<Paths> {
        let render = |text: &Text| {
            let mut name = Vec::new();
            text.render(values, &mut name);
            PathBuf::from(OsString::from_vec(name))
        };
        Some(match self {
            Self::Tree { root, names } => Paths::within(&path::of(root, names, values.records)),
            Self::Numbered(root) => Paths::within(&root.join(values.seq.to_string())),
            Self::Directories(text) => Paths::within(&render(text)),
            Self::Files(text) => {
                let out = render(text);
                let with = |suffix: &str| {
                    let mut name = out.clone().into_os_string();
                    name.push(suffix);
                    PathBuf::from(name)
                };
                Paths {
                    err: with(".err"),
                    seq: with(".seq"),
                    out,
                }
            }
            Self::Temporary(_) => return None,
        })
    }

    /// Whether an earlier run has kept the output of this job, whole.
    pub fn has(&self, values: &Values<'_>) -> bool {
        let Some(paths) = self.paths(values) else {
            return false;
        };
        let seq = std::fs::metadata(paths.seq);
        seq.is_ok_and(|seq| seq.is_file() && seq.len() > 0) && paths.out.is_file()
    }

    /// Looks before any job runs whether files can be made where they all go.
    pub fn prepare(&self) -> Result<(), ResultsError> {
        let (Self::Tree { root, .. } | Self::Numbered(root) | Self::Temporary(root)) = self else {
            return Ok(());
        };
        let error = |source| ResultsError::new("cannot make the directory", root, source);
        if !root.is_dir() {
            make_directory(root).map_err(error)?;
        }
        rustix::fs::access(
            root,
            rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
        )
        .map_err(|errno| ResultsError::new("cannot keep output in", root, io::Error::from(errno)))
    }

    /// Begins to keep the output of one attempt of a job. What an earlier one
    /// left is overwritten.
    pub fn begin(&self, values: &Values<'_>) -> Result<Kept, ResultsError> {
        match (self, self.paths(values)) {
            (_, Some(paths)) => Kept::create(paths),
            (Self::Temporary(directory), None) => Kept::temporary(directory),
            (_, None) => Err(ResultsError::new(
                "cannot name the file of a job in",
                Path::new("."),
                io::ErrorKind::InvalidInput.into(),
            )),
        }
    }
}

impl Paths {
    fn within(directory: &Path) -> Self {
        Self {
            out: directory.join("stdout"),
            err: directory.join("stderr"),
            seq: directory.join("seq"),
        }
    }
}

fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}
