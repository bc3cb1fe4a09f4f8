//! Which files blocks come from, the same on both faces.
//!
//! Boundary: names only; nothing is opened here.

use std::path::PathBuf;

use super::super::ConfigError;
use crate::cli::{SourceArg, SourceKind};
use crate::input::blocks::PipeFrom;

/// Blocks of the files among `sources`, or of standard input if there are none;
/// parts of them if `is_part`, which `no_file` says where there is no file.
pub(in crate::config) fn from_files(
    sources: &[SourceArg],
    is_part: bool,
    no_file: &'static str,
) -> Result<PipeFrom, ConfigError> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for source in sources {
        match &source.kind {
            SourceKind::File(path) => paths.push(path.clone()),
            SourceKind::Stdin => paths.push("-".into()),
            SourceKind::Words(_) => {
                return Err(ConfigError::Usage(
                    "words after ::: are inputs for the command, not files to read blocks from; name files with -a or ::::, or leave the words out (--pipe --tee has a job for each)",
                ));
            }
        }
    }
    match (is_part, paths.is_empty()) {
        (true, true) => Err(ConfigError::Usage(no_file)),
        (true, false) => Ok(PipeFrom::Parts(paths)),
        (false, true) => Ok(PipeFrom::Stdin),
        (false, false) => Ok(PipeFrom::Files(paths)),
    }
}
