//! The files that one attempt of a job writes its output to.
//!
//! Boundary: bytes in, as they come. A write that fails is remembered, and the
//! job goes on: its status is worth more than its output.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Paths, make_directory};
use crate::exec::Stream;
use crate::ui::{Errno, Shown};

/// Output of a job cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("{what} {}: {}{}", Shown(.path.as_os_str().as_bytes()), Errno(.source), advice(.source))]
pub struct ResultsError {
    what: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl ResultsError {
    pub(super) fn new(what: &'static str, path: &Path, source: io::Error) -> Self {
        Self {
            what,
            path: path.into(),
            source,
        }
    }

    /// Which file it is about.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the operating system said.
    pub fn source(&self) -> &io::Error {
        &self.source
    }

    /// Whether no other job will fare better: the disk is full, or read-only.
    pub fn is_for_all(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        matches!(
            self.source.kind(),
            StorageFull | QuotaExceeded | ReadOnlyFilesystem
        )
    }
}

fn advice(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(nix::libc::ENAMETOOLONG) => {
            " (a value makes too long a name: number the files instead, as in --results 'out/<#>')"
        }
        _ => "",
    }
}

/// The open files of one attempt.
#[derive(Debug)]
pub struct Kept {
    out: (File, PathBuf),
    err: Option<(File, PathBuf)>,
    seq: Option<PathBuf>,
    lost: Option<ResultsError>,
}

impl Kept {
    pub(super) fn create(paths: Paths) -> Result<Self, ResultsError> {
        let out = create(paths.out)?;
        let err = create(paths.err)?;
        match std::fs::remove_file(&paths.seq) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(ResultsError::new("cannot replace", &paths.seq, error));
            }
            _ => {}
        }
        Ok(Self {
            out,
            err: Some(err),
            seq: Some(paths.seq),
            lost: None,
        })
    }

    pub(super) fn temporary(directory: &Path) -> Result<Self, ResultsError> {
        let made = tempfile::Builder::new()
            .prefix("par")
            .suffix(".par")
            .tempfile_in(directory)
            .and_then(|made| made.keep().map_err(|error| error.error));
        // By the name that was given: the crate makes it absolute.
        let named = |(file, path): (File, PathBuf)| match path.file_name() {
            Some(name) => (file, directory.join(name)),
            None => (file, path),
        };
        let out = made
            .map(named)
            .map_err(|source| ResultsError::new("cannot make a file in", directory, source))?;
        Ok(Self {
            out,
            err: None,
            seq: None,
            lost: None,
        })
    }

    /// Takes bytes the job has written; false if this stream is not kept.
    pub fn take(&mut self, stream: Stream, chunk: &[u8]) -> bool {
        let (file, path) = match (stream, &mut self.err) {
            (Stream::Out, _) => &mut self.out,
            (Stream::Err, Some(err)) => err,
            (Stream::Err, None) => return false,
        };
        if self.lost.is_none()
            && let Err(source) = file.write_all(chunk)
        {
            self.lost = Some(ResultsError::new("cannot write", path, source));
        }
        true
    }

    /// Where standard output is.
    pub fn name(&self) -> &Path {
        &self.out.1
    }

    /// The job has ended by itself: its output is complete, if all could be written.
    pub fn complete(mut self, seq: u64) -> Result<(), ResultsError> {
        if let Some(lost) = self.lost.take() {
            return Err(lost);
        }
        if let Some(path) = &self.seq {
            std::fs::write(path, seq.to_string())
                .map_err(|source| ResultsError::new("cannot write", path, source))?;
        }
        Ok(())
    }

    /// The attempt counts for nothing: a file that nobody will be told of goes away.
    pub fn discard(self) {
        if self.seq.is_none() {
            let _already_gone = std::fs::remove_file(&self.out.1);
        }
    }
}

fn create(path: PathBuf) -> Result<(File, PathBuf), ResultsError> {
    let created = match File::create(&path) {
        // Only where it is not there yet: most jobs of a run share their parents.
        Err(error) if error.kind() == io::ErrorKind::NotFound => match path.parent() {
            Some(parent) => make_directory(parent)
                .map_err(|source| ResultsError::new("cannot make the directory", parent, source))
                .and_then(|()| {
                    File::create(&path)
                        .map_err(|source| ResultsError::new("cannot write", &path, source))
                })?,
            None => return Err(ResultsError::new("cannot write", &path, error)),
        },
        created => created.map_err(|source| ResultsError::new("cannot write", &path, source))?,
    };
    Ok((created, path))
}
