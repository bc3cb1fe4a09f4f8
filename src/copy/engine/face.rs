//! The engine as its callers see it (a stand-in until the real one is merged):
//! one worker copies, and only files, directories and symlinks.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Class, CopyOptions, Counters, Failure, Op, Reporter, Side, add};
use crate::copy::tree::{Control, Stop};
use crate::copy::{Entry, Kind, Options, ProbeError, Walk, probe};

/// A copy.
pub struct Engine {
    source: PathBuf,
    destination: PathBuf,
    options: CopyOptions,
    reporter: Arc<dyn Reporter>,
    counters: Counters,
    taken: AtomicBool,
    since: Instant,
}

impl Engine {
    /// A copy of `source` into `destination` by `workers` threads; opens nothing.
    pub fn new(
        source: &Path,
        destination: &Path,
        options: CopyOptions,
        _workers: usize,
        reporter: Arc<dyn Reporter>,
    ) -> Self {
        Self {
            source: source.to_path_buf(),
            destination: destination.to_path_buf(),
            options,
            reporter,
            counters: Counters::default(),
            taken: AtomicBool::new(false),
            since: Instant::now(),
        }
    }

    /// Looks whether the copy can begin, and makes the destination.
    pub fn begin(&self) -> Result<(), ProbeError> {
        probe::copy(&self.source, &self.destination)?;
        fs::create_dir_all(&self.destination).map_err(|source| ProbeError::Destination {
            path: self.destination.clone(),
            source,
        })
    }

    /// A worker's part.
    pub fn work(&self, control: Control<'_>) {
        if self.taken.swap(true, Ordering::SeqCst) {
            return;
        }
        let Ok(mut walk) = Walk::new(&self.source, Options::default()) else {
            return;
        };
        while let Some(entry) = walk.next_entry() {
            if control() != Stop::No {
                return;
            }
            match entry {
                Ok(entry) => self.entry(&entry),
                Err(error) => self.fail(&error.path, Op::Open, &error.source),
            }
        }
    }

    fn entry(&self, entry: &Entry<'_>) {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(entry.path);
        let (from, to) = (self.source.join(name), self.destination.join(name));
        add(&self.counters.found, 1);
        let is_directory = entry.kind == Kind::Directory;
        if self.options.filter.decide(entry.path, is_directory)
            == crate::copy::filter::Decision::Leave
        {
            add(&self.counters.excluded, 1);
            return;
        }
        let done = match entry.kind {
            Kind::Directory => fs::create_dir_all(&to).map(|()| add(&self.counters.directories, 1)),
            Kind::Symlink => fs::read_link(&from)
                .and_then(|target| std::os::unix::fs::symlink(target, &to))
                .map(|()| add(&self.counters.symlinks, 1)),
            _ => self.file(&from, &to),
        };
        if let Err(error) = done {
            self.fail(&from, Op::Write, &error);
        }
    }

    fn file(&self, from: &Path, to: &Path) -> std::io::Result<()> {
        let source = fs::metadata(from)?;
        if let Ok(there) = fs::metadata(to)
            && (there.len(), there.mtime()) == (source.len(), source.mtime())
        {
            add(&self.counters.skipped, 1);
            return Ok(());
        }
        let bytes = fs::copy(from, to)?;
        fs::File::options()
            .write(true)
            .open(to)?
            .set_modified(source.modified()?)?;
        add(&self.counters.files, 1);
        add(&self.counters.bytes, bytes);
        Ok(())
    }

    fn fail(&self, path: &Path, op: Op, error: &std::io::Error) {
        use std::os::unix::ffi::OsStrExt;
        add(&self.counters.failed, 1);
        self.reporter.failure(Failure {
            path: path.as_os_str().as_bytes().to_vec(),
            side: Side::Source,
            op,
            errno: rustix::io::Errno::from_io_error(error).unwrap_or(rustix::io::Errno::IO),
            class: Class::Failed,
        });
    }

    /// What is done when all workers have returned.
    pub fn finish(&self, _control: Control<'_>) {}

    /// What has been done so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How long each pass took.
    pub fn passes(&self) -> Vec<(&'static str, Duration)> {
        vec![("copy", self.since.elapsed())]
    }
}
