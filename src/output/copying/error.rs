//! What can be wrong with the files that a copy is recorded in.
//!
//! Boundary: the type and its wording.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::output::human::counted;
use crate::ui::{Errno, Shown};

/// A report or a log cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum CopyingError {
    /// No file can be made where the report is to be.
    #[error("cannot write the report {}: {} (--report FILE is made anew in its directory: give one that can be written to)",
        Shown(.0.as_os_str().as_bytes()), Errno(.1))]
    NoReport(PathBuf, io::Error),
    /// The report could not be written at the end.
    #[error("the report {} was not written: {}", Shown(.0.as_os_str().as_bytes()), Errno(.1))]
    ReportLost(PathBuf, io::Error),
    /// The log cannot be opened.
    #[error("cannot open the log {}: {} (--log FILE is made where there is none: give one that can be written to)",
        Shown(.0.as_os_str().as_bytes()), Errno(.1))]
    NoLog(PathBuf, io::Error),
    /// Some lines of the log could not be written.
    #[error("{} of the log {} could not be written: {}", counted(*.lines, "line", "lines"),
        Shown(.path.as_os_str().as_bytes()), Errno(.error))]
    LogLost {
        /// The file.
        path: PathBuf,
        /// How many lines it lacks.
        lines: u64,
        /// Why the first of them could not be written.
        error: io::Error,
    },
    /// There can be no thread for the bar.
    #[error("cannot start a thread for the progress bar: {} (--no-progress does without)", Errno(.0))]
    NoBar(io::Error),
}
