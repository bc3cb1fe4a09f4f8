//! What a native copy must not lose, remove or leave looking complete: each test is a way in which it once did.
//! System calls are made to fail by strace, at their place.

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use nix::sys::signal::Signal;

use crate::support::{Dir, Prun, assert_same_tree, is_root, need, need_root, prun, wait_until};

#[track_caller]
fn copy(dir: &Dir, options: &[&str]) -> Prun {
    prun(["preset", "parallelcp", "src", "dst"])
        .args(options)
        .in_dir(dir)
}

/// The same, under strace, which injects this and keeps out of the way of signals.
#[track_caller]
fn injected(dir: &Dir, call: &str, fault: &str, options: &[&str]) -> Prun {
    let trace = format!("trace={call}");
    let inject = format!("inject={call}:{fault}");
    let strace = ["strace", "-D", "-f", "-q", "-o", "trace", "--seccomp-bpf"];
    copy(dir, options)
        .wrap(strace)
        .wrap(["-e", &trace, "-e", &inject])
        .stderr_any()
}

fn set_time(path: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let file = File::open(path).expect("it opens");
    file.set_times(FileTimes::new().set_modified(time))
        .expect("its time is set");
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
}

/// How many files look complete: they are there, and have a time.
fn complete(dir: &Dir) -> usize {
    let entries = fs::read_dir(dir.join("dst")).expect("dst is readable");
    entries
        .filter(|entry| {
            let entry = entry.as_ref().expect("dst is readable");
            (entry.metadata()).is_ok_and(|of| of.is_file() && of.mtime() != 0)
        })
        .count()
}

// Names of one file.

#[test]
fn a_name_is_not_linked_to_a_file_that_was_left_alone() {
    for option in ["--ignore-existing", "--update"] {
        // In whichever order they are read, one of the two is read first.
        for (there, other) in [("a", "b"), ("b", "a")] {
            let dir = Dir::new();
            dir.write("src/a", "new");
            fs::hard_link(dir.join("src/a"), dir.join("src/b")).expect("link");
            set_time(&dir.join("src/a"), 1_000_000_000);
            dir.write(format!("dst/{there}"), "kept");
            copy(&dir, &["-j1", option]).run();
            assert_eq!(dir.text(format!("dst/{there}")), "kept", "{option}");
            assert_eq!(dir.text(format!("dst/{other}")), "new", "{option}");
        }
    }
}

#[test]
fn no_link_is_made_with_existing() {
    let dir = Dir::new();
    dir.write("src/a", "new");
    for name in ["src/b", "src/c"] {
        fs::hard_link(dir.join("src/a"), dir.join(name)).expect("link");
    }
    dir.write("dst/b", "older");
    copy(&dir, &["-j1", "--existing"]).run();
    assert_eq!(dir.text("dst/b"), "new");
    assert!(!dir.has("dst/a") && !dir.has("dst/c"));
}

#[test]
fn files_that_are_one_file_in_the_destination_become_two_in_place_too() {
    let dir = Dir::new();
    dir.write("src/a", "one");
    dir.write("src/b", "the other");
    dir.write("dst/a", "both");
    fs::hard_link(dir.join("dst/a"), dir.join("dst/b")).expect("link");
    copy(&dir, &["-j1", "--inplace"]).run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
}

#[test]
fn thousands_of_names_of_a_file_that_fails_need_no_stack() {
    if !need("strace") {
        return;
    }
    let dir = Dir::new();
    dir.write("src/0", "x");
    for n in 1..3000 {
        fs::hard_link(dir.join("src/0"), dir.join(format!("src/{n}"))).expect("link");
    }
    // The first one fails after a while: by then the others wait for it.
    injected(
        &dir,
        "pwrite64",
        "error=ENOSPC:delay_enter=1s",
        &["-j4", "--no-sync"],
    )
    .status(1)
    .run();
}

#[test]
fn only_files_are_newer_than_files() {
    let dir = Dir::new();
    dir.write("src/file", "one");
    set_time(&dir.join("src/file"), 1_000_000_000);
    symlink("new", dir.join("src/link")).expect("symlink");
    dir.mkdir("dst");
    symlink("nowhere", dir.join("dst/file")).expect("symlink");
    symlink("old", dir.join("dst/link")).expect("symlink");
    copy(&dir, &["--update"]).run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
}

// What is removed.

#[test]
fn the_source_is_not_removed_from_a_destination_above_it() {
    let dir = Dir::new();
    dir.write("dst/deep/src/file", "x");
    for options in [&["--delete"][..], &["--delete", "-n"]] {
        prun(["preset", "parallelcp", "dst/deep/src", "dst"])
            .args(options)
            .in_dir(&dir)
            .status(2)
            .stderr_has(&["inside the destination", "--delete"])
            .run();
        assert!(dir.has("dst/deep/src/file"));
    }
}

#[test]
fn what_is_left_out_stays_in_a_directory_that_goes() {
    let dir = Dir::new();
    dir.write("src/x", "");
    dir.write("dst/gone/deep/a.keep", "");
    dir.write("dst/gone/deep/b", "");
    dir.write("dst/gone/c", "");
    copy(&dir, &["--delete", "--exclude=*.keep"]).run();
    assert!(dir.has("dst/gone/deep/a.keep"));
    assert!(!dir.has("dst/gone/deep/b") && !dir.has("dst/gone/c"));
}

#[test]
fn entries_of_directories_count_for_the_limit() {
    let dir = Dir::new();
    dir.mkdir("src");
    for n in 0..4 {
        dir.write(format!("dst/gone/{n}"), "");
    }
    copy(&dir, &["--delete", "--max-delete=2"])
        .status(1)
        .stderr_any()
        .run();
    let left = fs::read_dir(dir.join("dst/gone")).expect("it is there");
    assert_eq!(left.count(), 2);
}

#[test]
fn a_source_that_is_mounted_from_inside_the_destination_is_not_removed() {
    if !need_root("mount") {
        return;
    }
    let dir = Dir::new();
    dir.write("dst/extra/real/deep/file", "x");
    dir.write("dst/extra/other", "x");
    dir.mkdir("src");
    let bind = "mount --bind dst/extra/real src && exec \"$@\"";
    let deep = "mount --bind dst/extra src && cd src && exec \"$@\"";
    prun(["preset", "parallelcp", "--delete", "src", "dst"])
        .wrap(["unshare", "-m", "sh", "-c", bind, "sh"])
        .in_dir(&dir)
        .status(1)
        .stderr_has(&["dst/extra", "EBUSY"])
        .run();
    assert!(dir.has("dst/extra/real/deep/file"));
    assert!(dir.has("dst/deep/file") && !dir.has("dst/extra/other"));
    // The source is below what is mounted.
    prun(["preset", "parallelcp", "--delete", "real/deep", "../dst"])
        .wrap(["unshare", "-m", "sh", "-c", deep, "sh"])
        .in_dir(&dir)
        .status(1)
        .stderr_has(&["dst/extra", "EBUSY"])
        .run();
    assert!(dir.has("dst/extra/real/deep/file"));
}

#[test]
fn a_signal_ends_the_emptying_of_a_directory() {
    if !need("strace") {
        return;
    }
    let dir = Dir::new();
    dir.mkdir("src");
    for n in 0..1000 {
        dir.write(format!("dst/{n}"), "");
    }
    let options = ["-j1", "--delete"];
    let running = injected(&dir, "unlinkat", "delay_enter=10000", &options)
        .signal(Signal::SIGTERM)
        .start();
    let count = || fs::read_dir(dir.join("dst")).map_or(0, Iterator::count);
    wait_until("something is removed", || count() < 1000);
    running.kill(Signal::SIGTERM);
    running.finish();
    assert!(count() > 0);
}

// What may go better.

#[test]
fn a_directory_that_cannot_be_made_for_a_moment_is_made() {
    if !need("strace") {
        return;
    }
    for (call, errno) in [("mkdirat", "ESTALE"), ("mkdirat", "EAGAIN")] {
        let dir = Dir::new();
        for n in 0..5 {
            dir.write(format!("src/{n}/deep/file"), "x");
        }
        dir.mkdir("dst");
        let fault = format!("error={errno}:when=3+5");
        injected(&dir, call, &fault, &["-j2"]).run();
        assert_same_tree(&dir.join("src"), &dir.join("dst"));
        // Not for ever.
        let dir = Dir::new();
        dir.write("src/a/file", "x");
        dir.mkdir("dst");
        let fault = format!("error={errno}");
        injected(&dir, call, &fault, &[])
            .status(1)
            .stderr_has(&["dst/a", errno])
            .run();
    }
}

#[test]
fn a_range_that_cannot_be_written_for_a_moment_is_written() {
    if !need("strace") {
        return;
    }
    let dir = Dir::new();
    let file = dir.write("src/large", "begin");
    let large = fs::OpenOptions::new().write(true).open(&file);
    let large = large.expect("it is there");
    for at in (1..32).map(|n| n * (8 << 20)) {
        large.write_at(b"data", at).expect("room");
    }
    large.set_len(256 << 20).expect("room");
    injected(&dir, "pwrite64", "error=ESTALE:when=5", &["-j4"]).run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
}

// What looks complete and is not.

#[test]
fn what_a_sync_did_not_store_is_taken_back_after_a_signal_too() {
    if !need("strace") {
        return;
    }
    let dir = Dir::new();
    for n in 0..200 {
        let file = dir.write(format!("src/{n}"), "x");
        set_time(&file, 1_000_000_000);
    }
    let running = injected(&dir, "syncfs", "error=EIO", &["-j1", "--files-limit=40"])
        .signal(Signal::SIGTERM)
        .start();
    let count = || fs::read_dir(dir.join("dst")).map_or(0, Iterator::count);
    wait_until("the copy has begun", || count() > 3);
    running.kill(Signal::SIGTERM);
    running.finish();
    assert_eq!(complete(&dir), 0);
}

#[test]
fn what_a_sync_did_not_store_is_copied_again_whatever_the_options() {
    if !need("strace") {
        return;
    }
    for option in ["--dereference", "--as-article"] {
        let dir = Dir::new();
        let file = dir.write("elsewhere", "x");
        set_time(&file, 1_000_000_000);
        dir.mkdir("src");
        symlink("../elsewhere", dir.join("src/link")).expect("symlink");
        fs::hard_link(file, dir.join("src/file")).expect("link");
        injected(&dir, "syncfs", "error=EIO", &[option])
            .status(1)
            .run();
        assert_eq!(complete(&dir), 0, "{option}");
    }
}

/// A rerun by size alone would skip what is as long as its source. What was
/// there before, and was only given its mode, is not removed.
#[test]
fn what_a_sync_did_not_store_is_no_longer_as_long_as_its_source() {
    if !need("strace") {
        return;
    }
    let dir = Dir::new();
    for name in ["new", "there"] {
        let file = dir.write(format!("src/{name}"), "new");
        set_time(&file, 1_000_000_000);
    }
    let there = dir.write("dst/there", "new");
    set_time(&there, 1_000_000_000);
    set_mode(&there, 0o600);
    set_mode(&dir.join("src/there"), 0o640);
    injected(&dir, "syncfs", "error=EIO", &[]).status(1).run();
    assert_eq!(complete(&dir), 0);
    assert_eq!(dir.text("dst/there"), "new");
    copy(&dir, &["--size-only"]).run();
    assert_eq!(dir.text("dst/new"), "new");
}

#[test]
fn a_large_file_is_too_short_until_it_is_whole_where_its_time_tells_nothing() {
    if !need("strace") {
        return;
    }
    for option in ["--as-article", "--size-only", "--modify-window=1"] {
        let dir = Dir::new();
        dir.write("src/large", vec![7; 66 << 20]);
        injected(&dir, "pwrite64", "delay_enter=100", &["-j4", option]).run();
        let trace = dir.text("trace");
        let writers: std::collections::BTreeSet<&str> = trace
            .lines()
            .filter(|line| line.contains("pwrite64"))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert_eq!(writers.len(), 1, "{option}: in ranges side by side");
    }
}

// What a journal says.

#[test]
fn a_file_whose_mode_failed_is_not_done() {
    if !need("strace") {
        return;
    }
    let dir = Dir::new();
    set_mode(&dir.write("src/file", "x"), 0o4755);
    let journal = ["--journal=journal"];
    injected(&dir, "fchmod", "error=EIO:when=1", &journal)
        .status(1)
        .run();
    copy(&dir, &["--journal=journal", "--resume"]).run();
    let there = fs::metadata(dir.join("dst/file")).expect("it is there");
    assert_eq!(there.mode() & 0o7777, 0o4755);
}

#[test]
fn what_is_gone_is_not_done() {
    let dir = Dir::new();
    dir.write("src/a/b", "x");
    dir.write("src/c", "x");
    copy(&dir, &["--journal=journal"]).run();
    for gone in ["dst", "dst/a"] {
        fs::remove_dir_all(dir.join(gone)).expect("it is removed");
        copy(&dir, &["--journal=journal", "--resume"]).run();
        if gone == "dst" {
            assert_same_tree(&dir.join("src"), &dir.join("dst"));
        }
    }
}

#[test]
fn a_journal_says_nothing_is_done_after_a_failed_sync() {
    if !need("strace") {
        return;
    }
    let dir = Dir::new();
    let file = dir.write("src/file", "x");
    set_time(&file, 1_000_000_000);
    copy(&dir, &["--journal=journal"]).run();
    dir.write("src/other", "x");
    let resume = ["--journal=journal", "--resume"];
    injected(&dir, "syncfs", "error=EIO", &resume)
        .status(1)
        .run();
    assert_eq!(dir.text("journal"), "");
    copy(&dir, &resume).run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
}

// What never ends, and what ends too soon.

#[test]
fn a_link_into_the_destination_is_not_followed_for_ever() {
    let dir = Dir::new();
    dir.mkdir("src/one");
    dir.mkdir("src/other");
    dir.mkdir("dst/one");
    dir.mkdir("dst/other");
    symlink(dir.join("dst/one"), dir.join("src/other/link")).expect("symlink");
    symlink(dir.join("dst/other"), dir.join("src/one/link")).expect("symlink");
    copy(&dir, &["-L"])
        .status(1)
        .stderr_has(&["src/one/link: open", "src/other/link: open", "ELOOP"])
        .run();
}

#[test]
fn an_attribute_that_does_not_fit_is_no_full_destination() {
    if !need("strace") || !need("setfattr") {
        return;
    }
    let dir = Dir::new();
    dir.mkdir("src");
    for n in 0..50 {
        dir.write(format!("src/{n}"), "x");
    }
    let set = std::process::Command::new("setfattr")
        .args(["-n", "user.one", "-v", "1"])
        .args((0..50).map(|n| dir.join(format!("src/{n}"))))
        .status();
    if !set.is_ok_and(|status| status.success()) {
        return; // no such attributes here
    }
    injected(&dir, "fsetxattr", "error=ENOSPC", &["-j1"])
        .status(1)
        .run();
    for n in 0..50 {
        assert!(dir.has(format!("dst/{n}")), "{n} is not there");
    }
    // What needs no room is done as ever.
    assert!(is_root() || dir.has("dst/0"));
}
