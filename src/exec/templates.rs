//! Files that are written anew for each job from a text with tokens.
//!
//! Boundary: an executor around another one; what is written is the text's,
//! what runs is the inner one's.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use super::{Cancel, Executor, Job, JobIo, Outcome, StartError};
use crate::template::Text;

/// What becomes of a file when its job has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// It stays.
    Keep,
    /// It is removed.
    Remove,
}

/// A file of each job.
#[derive(Clone, Debug)]
pub struct TemplateFile {
    /// Its name.
    pub name: Text,
    /// What is in it.
    pub text: Text,
    /// What becomes of it.
    pub afterwards: Afterwards,
}

/// Writes files before a job runs.
pub struct Templates<E> {
    inner: E,
    files: Vec<TemplateFile>,
}

impl<E: Executor> Templates<E> {
    /// An executor that writes `files`, then has `inner` do the job.
    pub fn new(inner: E, files: Vec<TemplateFile>) -> Self {
        Self { inner, files }
    }
}

impl<E: Executor> Executor for Templates<E> {
    fn execute(&self, job: &Job<'_>, io: &mut JobIo<'_>, cancel: &Cancel) -> Outcome {
        let mut passing = Vec::new();
        for file in &self.files {
            let (mut name, mut text) = (Vec::new(), Vec::new());
            file.name.render(&job.values, &mut name);
            file.text.render(&job.values, &mut text);
            let path = PathBuf::from(OsString::from_vec(name));
            if let Err(source) = std::fs::write(&path, &text) {
                return Outcome::NotStarted(StartError::File { file: path, source });
            }
            if file.afterwards == Afterwards::Remove {
                passing.push(path);
            }
        }
        let outcome = self.inner.execute(job, io, cancel);
        for path in passing {
            // The job may have removed it itself.
            let _ = std::fs::remove_file(path);
        }
        outcome
    }
}
