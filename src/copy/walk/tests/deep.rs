//! Deep trees and few descriptors. What needs a process of its own, with a limit
//! on descriptors, runs this test binary again under `sh -c 'ulimit ..'`.

use std::fs;
use std::process::Command;

use rustix::fs::{mkdirat, unlinkat};

use super::super::*;
use super::{all, paths, told, zoo};

/// Makes `depth` directories named `name`, each in the one before and with an
/// empty directory `side` beside the next; beyond PATH_MAX no path reaches them.
fn dig(root: &Path, name: &str, depth: usize) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut here = openat(CWD, root, flags, Mode::empty()).unwrap();
    for _ in 0..depth {
        mkdirat(&here, name, Mode::RWXU).unwrap();
        mkdirat(&here, "side", Mode::RWXU).unwrap();
        here = openat(&here, name, flags, Mode::empty()).unwrap();
    }
}

/// Removes what `dig` made, which `TempDir` may not reach.
fn fill_in(root: &Path, name: &str, depth: usize) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut here = openat(CWD, root, flags, Mode::empty()).unwrap();
    for _ in 0..depth {
        here = openat(&here, name, flags, Mode::empty()).unwrap();
    }
    for _ in 0..depth {
        here = openat(&here, "..", flags, Mode::empty()).unwrap();
        unlinkat(&here, name, AtFlags::REMOVEDIR).unwrap();
        unlinkat(&here, "side", AtFlags::REMOVEDIR).unwrap();
    }
}

#[test]
fn a_path_may_be_longer_than_path_max() {
    let dir = tempfile::tempdir().unwrap();
    let name = "x".repeat(200);
    dig(dir.path(), &name, 40);
    let told = all(dir.path());
    fill_in(dir.path(), &name, 40);
    assert_eq!(told.errors, Vec::<String>::new());
    assert_eq!(told.entries.len(), 80);
    let longest = told.entries.keys().map(Vec::len).max();
    assert_eq!(longest, Some(40 * 201 - 1));
}

/// Runs the calling test again in a process with few descriptors. The test
/// that called goes on only in that process.
fn with_descriptors(limit: u32) -> Limited {
    const CHILD: &str = "PRUN_TEST_LIMITED";
    if std::env::var_os(CHILD).is_some() {
        return Limited::Inside;
    }
    let thread = std::thread::current();
    let output = Command::new("sh")
        .args(["-c", "ulimit -n \"$1\" && shift && exec \"$@\"", "sh"])
        .arg(limit.to_string())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", thread.name().unwrap(), "--test-threads=1"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}");
    assert!(stdout.contains("1 passed"), "{stdout}");
    Limited::Outside
}

#[derive(PartialEq)]
enum Limited {
    Inside,
    Outside,
}

/// How many descriptors this process has open; 0 where the system does not say.
fn open_descriptors() -> usize {
    fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// Opens files until no descriptor is left.
fn take_all_descriptors() -> Vec<fs::File> {
    let mut taken = Vec::new();
    loop {
        match fs::File::open("/dev/null") {
            Ok(file) => taken.push(file),
            Err(error) => {
                assert_eq!(error.raw_os_error(), Some(Errno::MFILE.raw_os_error()));
                return taken;
            }
        }
    }
}

#[test]
fn a_deep_tree_needs_few_descriptors() {
    if with_descriptors(64) == Limited::Outside {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    dig(dir.path(), "d", 5000);
    let before = open_descriptors();
    let mut walk = Walk::new(dir.path(), Options::default()).unwrap();
    let mut entries = 0;
    while let Some(entry) = walk.next_entry() {
        entry.unwrap();
        entries += 1;
        if entries % 50 == 0 {
            assert!(open_descriptors() <= before + Walk::DESCRIPTORS);
        }
    }
    fill_in(dir.path(), "d", 5000);
    assert_eq!(entries, 10_000);
}

#[test]
fn a_walk_gives_up_what_it_holds_when_descriptors_are_short() {
    if with_descriptors(32) == Limited::Outside {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    dig(dir.path(), "d", 30);
    let mut walk = Walk::new(dir.path(), Options::default()).unwrap();
    let mut taken = take_all_descriptors();
    taken.truncate(taken.len() - 3);
    let told = told(&mut walk);
    drop(taken);
    assert_eq!(told.errors, Vec::<String>::new());
    assert_eq!(told.entries.len(), 60);
}

#[test]
fn a_walk_waits_for_a_descriptor() {
    if with_descriptors(32) == Limited::Outside {
        return;
    }
    let zoo = zoo();
    let mut walk = Walk::new(zoo.path(), Options::default()).unwrap();
    let taken = take_all_descriptors();
    let told = std::thread::scope(|scope| {
        let walking = scope.spawn(|| told(&mut walk));
        // Whether this comes before the walk needs one or while it waits, it must succeed.
        std::thread::yield_now();
        drop(taken);
        walking.join().unwrap()
    });
    assert_eq!(paths(&told).len(), 7);
}
