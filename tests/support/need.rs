//! What a test needs of the machine. A program that apt can install is demanded under `PRUN_TEST_REQUIRE_ALL=1`; a lack
//! is otherwise a named skip, told on stderr and appended to the file that `PRUN_TEST_SKIPS` names.

use std::fs::OpenOptions;
use std::io::Write;

/// Whether the program is on PATH. `false` has been recorded as a skip of the calling test: return at once.
#[must_use = "return from the test when the program is missing"]
#[track_caller]
pub(crate) fn need(program: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    });
    if !found {
        let required = std::env::var_os("PRUN_TEST_REQUIRE_ALL").is_some_and(|value| value == "1");
        assert!(
            !required,
            "{program} is not installed, and PRUN_TEST_REQUIRE_ALL=1 (tests/run installs it)"
        );
        skip(&format!(
            "{program} is not installed (tests/run installs it)"
        ));
    }
    found
}

/// Whether the tests run as root. `false` has been recorded as a skip of the calling test.
#[must_use = "return from the test when not root"]
pub(crate) fn need_root(why: &str) -> bool {
    if !is_root() {
        skip(&format!("only root can {why}"));
    }
    is_root()
}

/// Whether permission bits mean nothing to this process.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Records that the calling test, or a part of it, is skipped: the kernel, or a file system, lacks something.
pub(crate) fn skip(why: &str) {
    let thread = std::thread::current();
    let line = format!("{}: {why}\n", thread.name().unwrap_or("a test"));
    let _ = std::io::stderr().write_all(format!("skipped {line}").as_bytes());
    if let Some(file) = std::env::var_os("PRUN_TEST_SKIPS") {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(file)
            .expect("PRUN_TEST_SKIPS names a file");
        file.write_all(line.as_bytes())
            .expect("the list of skips is writable");
    }
}
