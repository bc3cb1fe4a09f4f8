//! The directory of the lists.
//!
//! Boundary: makes it, names the files in it, and takes it away; what is in a
//! list is not looked at, but for names that are gone.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use super::{Bucket, CrawlError};

/// Whether the lists stay when all is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// They are taken away; those of buckets that failed are not.
    Failed,
    /// They stay.
    All,
}

/// A directory of this process alone.
#[derive(Debug)]
pub struct Lists {
    path: PathBuf,
    /// Until it is closed.
    directory: Mutex<Option<TempDir>>,
    keep: Keep,
    /// Whether something in it must stay.
    is_needed: AtomicBool,
}

impl Lists {
    /// Makes the directory in `parent`, which is made too if it is missing.
    /// Nobody else can read it.
    pub fn make(parent: &Path, keep: Keep) -> Result<Self, CrawlError> {
        let failed = |source| CrawlError::List {
            path: parent.to_path_buf(),
            source,
        };
        DirBuilder::new()
            .recursive(true)
            .create(parent)
            .map_err(failed)?;
        // A list is given to programs that run elsewhere.
        let parent = fs::canonicalize(parent).map_err(failed)?;
        let directory = tempfile::Builder::new()
            .prefix("prun-buckets.")
            .tempdir_in(parent)
            .map_err(failed)?;
        Ok(Self {
            path: directory.path().to_path_buf(),
            directory: Mutex::new(Some(directory)),
            keep,
            is_needed: AtomicBool::new(false),
        })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a new list.
    pub(super) fn create(&self, name: &str) -> Result<(PathBuf, BufWriter<File>), CrawlError> {
        let path = self.path.join(name);
        match File::create(&path) {
            Ok(file) => Ok((path, BufWriter::new(file))),
            Err(source) => Err(CrawlError::List { path, source }),
        }
    }

    /// A bucket has been copied: its list is of no use any more.
    pub fn done(&self, list: &Path) {
        if self.keep == Keep::Failed {
            let _ = fs::remove_file(list);
        }
    }

    /// Something here must stay.
    pub fn need(&self) {
        self.is_needed.store(true, Ordering::SeqCst);
    }

    /// Whether the directory stays when all is done.
    pub fn stays(&self) -> bool {
        self.keep == Keep::All || self.is_needed.load(Ordering::SeqCst)
    }

    /// Takes the directory away, unless it is to stay.
    pub fn close(&self) {
        let mut directory = self
            .directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(directory) = directory.take()
            && self.stays()
        {
            let _ = directory.keep();
        }
    }

    /// The bucket without the names that have gone since it was written, and
    /// how many those are.
    pub fn without_gone(&self, bucket: &Bucket) -> Result<(Bucket, u64), CrawlError> {
        let list = bucket.list.as_path();
        let failed = |source| CrawlError::List {
            path: list.to_path_buf(),
            source,
        };
        let names = fs::read(list).map_err(failed)?;
        let mut gone = 0;
        let mut left = Vec::with_capacity(names.len());
        let base = Path::new(OsStr::from_bytes(&bucket.base));
        for name in names.split_inclusive(|byte| *byte == 0) {
            let path = base.join(OsStr::from_bytes(name.strip_suffix(b"\0").unwrap_or(name)));
            match path.symlink_metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => gone += 1,
                _ => left.extend_from_slice(name),
            }
        }
        if gone > 0 {
            let mut file = File::create(list).map_err(failed)?;
            file.write_all(&left).map_err(failed)?;
        }
        let bucket = Bucket {
            entries: bucket.entries.saturating_sub(gone),
            ..bucket.clone()
        };
        Ok((bucket, gone))
    }
}

impl Drop for Lists {
    fn drop(&mut self) {
        self.close();
    }
}
