//! `-j FILE`: a file that holds the number of jobs at once.
//!
//! Boundary: reads it and makes a number of it, at the start and whenever a job
//! has ended; who waits meanwhile is the runner's affair.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, open};

use crate::pipeline::Jobs;
use crate::run::Width;

/// A number of jobs, and the file it is read from, if it can change there.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// What it is now.
    pub(super) jobs: Jobs,
    /// Where it is looked up again.
    pub(super) file: Option<PathBuf>,
}

/// What `-j` asks for: `value` is a number for `parse`, or the name of a file
/// that holds one.
pub(super) fn asked(value: &OsStr, parse: Parse) -> Option<Asked> {
    if let Some(jobs) = value.to_str().and_then(parse) {
        return Some(Asked { jobs, file: None });
    }
    let path = Path::new(value);
    let jobs = held(path, parse, Look::First)?;
    // What a pipe has said it does not say again, and a look at it may wait.
    let file = path.is_file().then(|| path.to_owned());
    Some(Asked { jobs, file })
}

/// How a number of jobs is read.
pub(super) type Parse = fn(&str) -> Option<Jobs>;

/// What a file of numbers is read for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// At the start: any file will do, and a pipe is waited for.
    First,
    /// While jobs run: nothing but a plain file is looked at, since others may
    /// make one wait.
    Again,
}

/// The number in a file, of which no more than a number is read.
fn held(path: &Path, parse: Parse, look: Look) -> Option<Jobs> {
    let flags = match look {
        Look::First => OFlags::CLOEXEC,
        Look::Again => OFlags::CLOEXEC | OFlags::NONBLOCK,
    };
    let file = File::from(open(path, flags, Mode::empty()).ok()?);
    if look == Look::Again && !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    parse(text.trim())
}

/// How much of a file is read.
const LONGEST: u64 = 256;

/// The number in the file, on a machine of so many CPUs. While the file is
/// gone, or being written, the last number holds.
pub(super) struct JobsFile {
    /// The file.
    pub(super) path: PathBuf,
    /// The number it held at first.
    pub(super) first: Jobs,
    /// How a number is read.
    pub(super) parse: Parse,
    /// How many CPUs there are.
    pub(super) cpus: usize,
}

/// How many jobs are reckoned with where there are `now` so many: memory for
/// their input is bounded before it is known how many there will be.
pub(super) fn foreseen(file: Option<&JobsFile>, now: usize) -> usize {
    match file {
        None => now,
        Some(_) => now.max(FORESEEN),
    }
}

/// How far a number is foreseen to rise.
const FORESEEN: usize = 64;

impl JobsFile {
    fn number(&self, jobs: Jobs) -> NonZeroUsize {
        NonZeroUsize::new(jobs.resolve(self.cpus)).unwrap_or(NonZeroUsize::MIN)
    }
}

impl Width for JobsFile {
    fn first(&self) -> NonZeroUsize {
        self.number(self.first)
    }

    fn slots(&self) -> Option<NonZeroUsize> {
        held(&self.path, self.parse, Look::Again).map(|jobs| self.number(jobs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Jobs> {
        text.parse().ok()
    }

    #[test]
    fn the_number_is_that_of_the_file_whenever_it_is_looked_at() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("jobs");
        std::fs::write(&path, " 3\n").unwrap();
        let asked = asked(path.as_os_str(), parse).unwrap();
        assert_eq!(asked.jobs.resolve(2), 3);
        let file = JobsFile {
            path: asked.file.unwrap(),
            first: asked.jobs,
            parse,
            cpus: 2,
        };
        let slots = || file.slots().map(NonZeroUsize::get);
        assert_eq!(slots(), Some(3));
        std::fs::write(&path, "200%").unwrap();
        assert_eq!(slots(), Some(4));
        for unusable in ["", "many", "3 4"] {
            std::fs::write(&path, unusable).unwrap();
            assert_eq!(slots(), None, "{unusable}");
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(slots(), None);
        assert_eq!(file.first().get(), 3);
        // What could make a job wait is not looked at while jobs run.
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(slots(), None);
    }

    #[test]
    fn a_number_is_no_file_and_a_device_is_read_once() {
        let four = asked(OsStr::new("4"), parse).unwrap();
        assert_eq!((four.jobs.resolve(1), four.file), (4, None));
        assert!(asked(OsStr::new("/dev/null"), parse).is_none());
        assert!(asked(OsStr::new("/nosuch"), parse).is_none());
    }
}
