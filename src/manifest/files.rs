//! The files of a manifest: all of them, or none.
//!
//! Boundary: names, temporary names and buffers; what a line says is not known
//! here, but for a path's.

use std::fs::{self, Permissions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::Spec;
use super::error::ManifestError;
use super::row::Row;
use crate::template::quote;

/// Who may do what with a file, before the umask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Text,
    Program,
}

/// Looks whether the files can be written, and makes their directory.
pub(super) fn prepare(spec: &Spec) -> Result<(), ManifestError> {
    let out = &spec.out;
    let failed = |source| ManifestError::Write {
        path: out.clone(),
        source,
    };
    let tree = fs::canonicalize(&spec.source);
    // Of a directory that is still to be made, where it would be.
    let nearest = out.ancestors().find_map(|path| {
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        fs::canonicalize(path).ok()
    });
    if let (Ok(tree), Some(nearest)) = (tree, nearest)
        && nearest.starts_with(&tree)
    {
        return Err(ManifestError::OutInside {
            out: out.clone(),
            source_tree: spec.source.clone(),
        });
    }
    fs::create_dir_all(out).map_err(failed)?;
    let one_more = format!("client{}", u64::from(spec.clients.get()) + 1);
    for end in ["", ".0", "_copy_commands"] {
        let path = out.join(format!("{one_more}{end}"));
        if fs::symlink_metadata(&path).is_ok() {
            return Err(ManifestError::Stale { path });
        }
    }
    Ok(())
}

/// Files that get their names when all are complete.
pub(super) struct Files {
    out: PathBuf,
    complete: Vec<(TempPath, PathBuf)>,
}

impl Files {
    pub(super) fn new(out: &Path) -> Self {
        Self {
            out: out.to_path_buf(),
            complete: Vec::new(),
        }
    }

    /// A file to be written.
    pub(super) fn open(&mut self, name: &str, mode: Mode) -> Result<Sink, ManifestError> {
        let mode = match mode {
            Mode::Text => 0o666,
            Mode::Program => 0o777,
        };
        let path = self.out.join(name);
        let made = tempfile::Builder::new()
            .prefix(".prun.")
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(&self.out);
        match made {
            Ok(file) => Ok(Sink {
                file: BufWriter::new(file),
                path,
            }),
            Err(source) => Err(ManifestError::Write { path, source }),
        }
    }

    /// A list of paths, in two forms.
    pub(super) fn list(&mut self, name: &str) -> Result<List, ManifestError> {
        Ok(List {
            text: self.open(name, Mode::Text)?,
            nul: self.open(&format!("{name}.0"), Mode::Text)?,
            line: Vec::new(),
        })
    }

    /// A file is complete.
    pub(super) fn end(&mut self, sink: Sink) -> Result<(), ManifestError> {
        let Sink { file, path } = sink;
        let failed = |source| ManifestError::Write {
            path: path.clone(),
            source,
        };
        let file = file
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        // A file server may say only now that it is full.
        file.as_file().sync_all().map_err(failed)?;
        self.complete.push((file.into_temp_path(), path));
        Ok(())
    }

    pub(super) fn end_list(&mut self, list: List) -> Result<(), ManifestError> {
        self.end(list.text)?;
        self.end(list.nul)
    }

    /// Gives all files their names.
    pub(super) fn keep(self) -> Result<(), ManifestError> {
        for (file, path) in self.complete {
            file.persist(&path).map_err(|error| ManifestError::Write {
                path,
                source: error.error,
            })?;
        }
        Ok(())
    }
}

/// A file that is being written.
pub(super) struct Sink {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl Sink {
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), ManifestError> {
        self.file
            .write_all(bytes)
            .map_err(|source| ManifestError::Write {
                path: self.path.clone(),
                source,
            })
    }

    pub(super) fn line(&mut self, line: &[u8]) -> Result<(), ManifestError> {
        self.write(line)?;
        self.write(b"\n")
    }

    /// A row of the table: numbers, and the path as one word of a shell, which
    /// has neither tab nor newline.
    pub(super) fn row(&mut self, row: &Row) -> Result<(), ManifestError> {
        let amount = row.amount;
        let mut line = format!(
            "{}\t{}\t{}\t",
            amount.entries, amount.bytes, amount.allocated
        )
        .into_bytes();
        quote(&row.path, &mut line);
        self.line(&line)
    }
}

/// Paths, as words of a shell one a line, and with NULs.
pub(super) struct List {
    text: Sink,
    nul: Sink,
    line: Vec<u8>,
}

impl List {
    pub(super) fn path(&mut self, path: &[u8]) -> Result<(), ManifestError> {
        self.line.clear();
        quote(path, &mut self.line);
        self.text.line(&self.line)?;
        self.nul.write(path)?;
        self.nul.write(b"\0")
    }
}
