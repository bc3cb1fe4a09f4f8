//! Comparisons of real trees, each with a change that must be told and nothing else.

mod differences;
mod limits;
mod text;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, mknodat, utimensat};
use tempfile::TempDir;

use super::*;
use crate::copy::Failure;

/// What was told.
#[derive(Default)]
struct Heard {
    lines: Mutex<Vec<String>>,
    trouble: Mutex<Vec<Failure>>,
}

impl Differences for Heard {
    fn difference(&self, difference: &Difference) {
        self.lines.lock().unwrap().push(difference.to_string());
    }

    fn trouble(&self, failure: Failure) {
        self.trouble.lock().unwrap().push(failure);
    }
}

/// What a comparison came to, with its lines in order.
struct Outcome {
    lines: Vec<String>,
    trouble: Vec<Failure>,
    verified: Verified,
}

/// Two trees that are equal at first.
struct Trees {
    dir: TempDir,
    options: VerifyOptions,
    workers: usize,
}

impl Trees {
    /// Two directories of one entry of each kind an ordinary user can make.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for side in ["a", "b"] {
            let root = dir.path().join(side);
            fs::create_dir_all(root.join("d/e")).unwrap();
            fs::create_dir(root.join("empty")).unwrap();
            fs::write(root.join("d/e/file"), "contents").unwrap();
            fs::write(root.join("d/one"), "linked").unwrap();
            fs::hard_link(root.join("d/one"), root.join("d/two")).unwrap();
            symlink("nowhere", root.join("link")).unwrap();
            mknodat(
                CWD,
                root.join("fifo"),
                FileType::Fifo,
                Mode::RUSR | Mode::WUSR,
                0,
            )
            .unwrap();
        }
        let trees = Self {
            dir,
            options: VerifyOptions {
                contents: Contents::Compared,
                ..VerifyOptions::default()
            },
            workers: 3,
        };
        trees.level();
        trees
    }

    fn a(&self) -> PathBuf {
        self.dir.path().join("a")
    }

    fn b(&self) -> PathBuf {
        self.dir.path().join("b")
    }

    /// Gives everything on both sides one time.
    fn level(&self) {
        let mut below = vec![self.a(), self.b()];
        while let Some(here) = below.pop() {
            if here.is_dir() && !here.is_symlink() {
                below.extend(
                    fs::read_dir(&here)
                        .unwrap()
                        .map(|entry| entry.unwrap().path()),
                );
            }
            set_mtime(&here, 1_000_000_000, 0);
        }
    }

    fn run(&self) -> Outcome {
        compare(&self.a(), &self.b(), self.options.clone(), self.workers)
    }

    /// Compares, and checks that these lines are told and no other.
    #[track_caller]
    fn tell(&self, lines: &[&str]) -> Verified {
        let outcome = self.run();
        assert_eq!(outcome.lines, lines);
        assert!(outcome.trouble.is_empty(), "{:?}", outcome.trouble);
        assert_eq!(outcome.verified.differences, lines.len() as u64);
        assert!(outcome.verified.is_whole);
        outcome.verified
    }
}

fn set_mtime(path: &Path, second: i64, nanosecond: i64) {
    let time = Timespec {
        tv_sec: second,
        tv_nsec: nanosecond,
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

fn compare(a: &Path, b: &Path, options: VerifyOptions, workers: usize) -> Outcome {
    compare_until(a, b, options, workers, &|| Stop::No)
}

fn compare_until(
    a: &Path,
    b: &Path,
    options: VerifyOptions,
    workers: usize,
    control: Control<'_>,
) -> Outcome {
    let heard = Arc::new(Heard::default());
    let sink: Arc<dyn Differences> = Arc::<Heard>::clone(&heard);
    let verifier = Verifier::new(a, b, options, workers, sink);
    verifier.begin().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| verifier.work(control));
        }
    });
    let verified = verifier.finish();
    let mut lines = heard.lines.lock().unwrap().clone();
    lines.sort();
    let trouble = heard.trouble.lock().unwrap().clone();
    assert_eq!(verified.trouble, trouble.len() as u64);
    Outcome {
        lines,
        trouble,
        verified,
    }
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
