//! Running the shells that are installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The shells of `names` that are here; the others are skipped by name, or
/// fail the test where everything is required.
pub(super) fn installed(names: &[&'static str]) -> Vec<&'static str> {
    let found = |name: &&str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let here = std::env::split_paths(&path).any(|dir| dir.join(name).is_file());
        if !here {
            assert!(
                std::env::var_os("PRUN_TEST_REQUIRE_ALL").is_none_or(|value| value != "1"),
                "{name} is not installed, and PRUN_TEST_REQUIRE_ALL=1"
            );
            println!("skip: {name} not installed");
        }
        here
    };
    names.iter().copied().filter(|name| found(name)).collect()
}

/// An empty directory that is removed again.
pub(super) struct Dir(PathBuf);

impl Dir {
    pub(super) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("prun-template-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Whether a value has run anything.
    pub(super) fn has_canary(&self) -> bool {
        self.0.join("canary").exists()
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Runs `words` in `dir` and returns what is written to stdout.
pub(super) fn run(words: &[Vec<u8>], dir: &Dir) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    let os = |word: &Vec<u8>| std::ffi::OsStr::from_bytes(word).to_owned();
    let output = Command::new(os(&words[0]))
        .args(words[1..].iter().map(os))
        .current_dir(dir.path())
        .env("LC_ALL", "C.UTF-8")
        .env_remove("BASH_ENV")
        .env_remove("ENV")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .unwrap();
    output.stdout
}
