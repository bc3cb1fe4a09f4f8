//! What is kept of a run, and what an earlier run leaves to do: `--joblog`,
//! `--resume`, `--results`, `--files`.
//!
//! Boundary: from options to what the plan has of them; files are opened here,
//! so that what cannot be kept is known before any job runs.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ConfigError;
use crate::cli::{Args, Grouping, LogStart, Resume as CliResume, RunningArgs};
use crate::output::{
    Identity, JobLog, Keeping, Paper, Results, Resume, ResumeMode, Sheet, SheetForm, Store, Told,
};
use crate::template::{TemplateError, Text};

/// Parses a text with tokens.
pub(super) type ParseText<'a> = dyn Fn(&[u8]) -> Result<Text, TemplateError> + 'a;

/// What the plan has of it.
pub(super) struct Records {
    pub(super) joblog: Option<JobLog>,
    pub(super) resume: Option<Resume>,
    pub(super) store: Store,
    pub(super) paper: Paper,
}

/// What the options of the runner say. `names` are those of columns.
pub(super) fn of(
    args: &Args,
    names: &[(Vec<u8>, usize)],
    temporary: &Path,
    parse: &ParseText<'_>,
) -> Result<Records, ConfigError> {
    let how = args.resume.resume();
    let asked = Asked {
        results: args.results.results.as_deref().map(OsStr::as_bytes),
        files: args.results.files,
        temporary,
        known_by: if args.pipe.pipe || args.pipe.pipepart {
            KnownBy::Number
        } else {
            KnownBy::Values
        },
        rows: match how {
            CliResume::All => LogStart::New,
            CliResume::Missing | CliResume::FailedAndMissing | CliResume::Failed => {
                LogStart::Append
            }
        },
    };
    if asked.is_any() && (args.process.tty || args.output.grouping() == Some(Grouping::Ungrouped)) {
        return Err(ConfigError::Usage(
            "--results and --files keep the output that comes through prun; leave --ungroup and --tty out",
        ));
    }
    let place = asked.place(names, parse)?;
    let log = args.records.log();
    let resume = match (&log, how) {
        (_, CliResume::All | CliResume::Failed) => None,
        (Some((path, _)), CliResume::Missing) => Some(Resume::read(
            path,
            ResumeMode::Logged,
            Identity::SeqAndCommand,
        )?),
        (Some((path, _)), CliResume::FailedAndMissing) => Some(Resume::read(
            path,
            ResumeMode::Succeeded,
            Identity::SeqAndCommand,
        )?),
        (None, _) => Some(by_results(&place)?),
    };
    let joblog = match log {
        None => None,
        Some((path, LogStart::New)) if how == CliResume::All => {
            joblog(&path, LogStart::New, &args.running)?
        }
        Some((path, _)) => joblog(&path, LogStart::Append, &args.running)?,
    };
    let (store, paper) = if args.running.dry_run {
        (Store::Printed, Paper::Own)
    } else {
        place.open()?
    };
    Ok(Records {
        joblog,
        resume,
        store,
        paper,
    })
}

/// Starts a job log; a rehearsal leaves the old one alone.
pub(super) fn joblog(
    path: &Path,
    start: LogStart,
    running: &RunningArgs,
) -> Result<Option<JobLog>, ConfigError> {
    if running.dry_run {
        return Ok(None);
    }
    Ok(Some(match start {
        LogStart::New => JobLog::create(path)?,
        LogStart::Append => JobLog::append(path)?,
    }))
}

/// The jobs whose output is in `place`.
pub(super) fn by_results(place: &Place) -> Result<Resume, ConfigError> {
    match place {
        Place::Kept(Keeping { results, .. }) if !matches!(results, Results::Temporary(_)) => {
            Ok(Resume::by_results(results.clone()))
        }
        _ => Err(ConfigError::Usage(
            "--resume goes by the job log where output is kept in no directory: give --joblog FILE too",
        )),
    }
}

/// What tells one job's output from another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KnownBy {
    /// The values.
    Values,
    /// The sequence number: the jobs read blocks.
    Number,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// `--results`
    pub(super) results: Option<&'a [u8]>,
    /// Whether names of files are printed: `--files`
    pub(super) files: bool,
    /// Where temporary files go.
    pub(super) temporary: &'a Path,
    /// What names of directories are made of.
    pub(super) known_by: KnownBy,
    /// Whether a table goes on.
    pub(super) rows: LogStart,
}

/// Where output goes.
#[derive(Debug)]
pub(super) enum Place {
    Printed,
    Kept(Keeping),
    Table(Sheet, Option<PathBuf>, LogStart),
}

impl Asked<'_> {
    /// Whether output goes anywhere else than usual.
    pub(super) fn is_any(&self) -> bool {
        self.files || self.results.is_some()
    }

    /// Where output goes. Nothing is made yet.
    pub(super) fn place(
        &self,
        names: &[(Vec<u8>, usize)],
        parse: &ParseText<'_>,
    ) -> Result<Place, ConfigError> {
        let told = if self.files {
            Told::Name
        } else {
            Told::Nothing
        };
        let Some(name) = self.results else {
            if !self.files {
                return Ok(Place::Printed);
            }
            let results = Results::Temporary(self.temporary.into());
            return Ok(Place::Kept(Keeping { results, told }));
        };
        if name.is_empty() {
            return Err(ConfigError::Usage(
                "--results needs a directory, a template or a file that ends in .csv, .tsv or .json",
            ));
        }
        let text = parse(name)?;
        if let (Some(form), true) = (form(name), text.is_constant()) {
            if self.files {
                return Err(ConfigError::Usage(
                    "--files prints names of files, and a table keeps output in none: leave --files out, or give --results a directory",
                ));
            }
            let stem = &name[..name.iter().rposition(|byte| *byte == b'.').unwrap_or(0)];
            let path = (stem != b"-").then(|| path(name));
            let sheet = match self.known_by {
                KnownBy::Values => Sheet::new(form, names.to_vec()),
                KnownBy::Number => Sheet::without_values(form),
            };
            return Ok(Place::Table(sheet, path, self.rows));
        }
        let results = if text.is_constant() && self.known_by == KnownBy::Number {
            Results::Numbered(path(name))
        } else if text.is_constant() {
            Results::Tree {
                root: path(name),
                names: names.to_vec(),
            }
        } else if name.ends_with(b"/") {
            Results::Directories(text)
        } else {
            Results::Files(text)
        };
        Ok(Place::Kept(Keeping { results, told }))
    }
}

impl Place {
    /// Makes what there is to be before the first job.
    pub(super) fn open(self) -> Result<(Store, Paper), ConfigError> {
        match self {
            Self::Printed => Ok((Store::Printed, Paper::Own)),
            Self::Kept(keeping) => {
                keeping.results.prepare()?;
                Ok((Store::Kept(keeping), Paper::Own))
            }
            Self::Table(sheet, None, _) => Ok((Store::Rows(Arc::new(sheet)), Paper::Own)),
            Self::Table(sheet, Some(path), start) => {
                let mut options = OpenOptions::new();
                match start {
                    LogStart::New => options.write(true).create(true).truncate(true),
                    LogStart::Append => options.append(true).create(true),
                };
                let opened = options
                    .open(&path)
                    .and_then(|file| file.metadata().map(|meta| (file, meta.len())));
                let (file, len) = opened.map_err(|source| ConfigError::Path {
                    what: "cannot write the table",
                    path: path.clone(),
                    source,
                })?;
                let sheet = if len > 0 {
                    sheet.without_header()
                } else {
                    sheet
                };
                Ok((Store::Rows(Arc::new(sheet)), Paper::File(file, path)))
            }
        }
    }
}

/// The form of the table that a name is the name of.
pub(super) fn form(name: &[u8]) -> Option<SheetForm> {
    [
        (b".csv".as_slice(), SheetForm::Csv),
        (b".tsv", SheetForm::Tsv),
        (b".json", SheetForm::Json),
    ]
    .into_iter()
    .find_map(|(ending, form)| {
        let has = name.len() >= ending.len();
        let end = &name[name.len().saturating_sub(ending.len())..];
        (has && end.eq_ignore_ascii_case(ending)).then_some(form)
    })
}

fn path(name: &[u8]) -> PathBuf {
    OsString::from_vec(name.to_vec()).into()
}

/// Looks whether temporary files can be made in `directory`.
pub(super) fn usable(directory: &Path) -> Result<(), ConfigError> {
    use rustix::fs::{Access, access};
    let check = || -> std::io::Result<()> {
        if !std::fs::metadata(directory)?.is_dir() {
            return Err(std::io::Error::from_raw_os_error(nix::libc::ENOTDIR));
        }
        Ok(access(directory, Access::WRITE_OK | Access::EXEC_OK)?)
    };
    check().map_err(|source| ConfigError::Path {
        what: "cannot put temporary files in",
        path: directory.into(),
        source,
    })
}
