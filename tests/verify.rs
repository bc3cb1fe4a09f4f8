//! `prun preset verify` against the oracle, tests/torture/compare.sh: the same lines, counts and entries, for every
//! single change that the oracle's own test makes to a copy of the torture tree, and for trees that differ in everything.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Dir, PRUN, is_root, need, need_root, prun, skip};

/// Calls both, and prints what prun says; where they disagree, or prun's status is not what it says, that is appended to
/// the file `$DISAGREED`, and so is what prun says on standard error.
const BOTH: &str = r#"#!/bin/bash
oracle=$("$ORACLE" "$1" "$2" --max 0)
case $? in 0) status=0 ;; 1) status=3 ;; *) status='none: the oracle failed' ;; esac
ours=$("$PRUN" preset verify --no-config --checksum "$1" "$2" 2>>"$DISAGREED")
seen=$?
oracle=$(grep -av '^trouble' <<<"$oracle" | LC_ALL=C sort)
if [[ $oracle != "$(LC_ALL=C sort <<<"$ours")" || $seen != "$status" ]]; then
  { echo "status $seen, expected $status: $1 $2"; diff <(echo "$oracle") <(LC_ALL=C sort <<<"$ours"); } >>"$DISAGREED"
fi
echo "$ours"
exit $((seen == 3 ? 1 : seen))
"#;

/// What the torture tree and its oracle are made with.
fn can_torture() -> bool {
    let programs = ["bash", "python3", "setfattr", "setfacl", "setcap", "tar"];
    need_root("make every kind of entry") && programs.into_iter().all(need)
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/torture")
        .join(name)
}

/// A command that finds both programs, and where they write down that they disagree.
fn torture(dir: &Dir, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let both = dir.program("both", BOTH);
    let mut command = Command::new(program);
    command
        .env("COMPARE", both)
        .env("ORACLE", script("compare.sh"))
        .env("PRUN", PRUN)
        .env("DISAGREED", dir.join("disagreed"));
    command
}

#[track_caller]
fn agreed(dir: &Dir) {
    let disagreed = dir.join("disagreed");
    let text = std::fs::read(&disagreed).unwrap_or_default();
    assert!(text.is_empty(), "{}", String::from_utf8_lossy(&text));
}

/// On the disk of temporary files, and in memory; side by side, since most of it is waiting for programs to start.
#[test]
fn every_single_change_is_told_as_the_oracle_tells_it() {
    if !can_torture() {
        return;
    }
    let check = |work: &Path| {
        let dir = Dir::new();
        let mut run = torture(&dir, script("selftest.sh"));
        let output = run.arg(work).output().expect("selftest.sh runs");
        let said = String::from_utf8_lossy(&output.stdout);
        agreed(&dir);
        assert!(said.contains("21 passed, 0 failed"), "{said}");
        assert!(output.status.success(), "{said}");
    };
    let places: Vec<_> = [std::env::temp_dir(), "/dev/shm".into()]
        .into_iter()
        .filter_map(|place| tempfile::tempdir_in(place).ok())
        .filter(|place| keeps_attributes(place.path()))
        .collect();
    std::thread::scope(|scope| {
        for place in &places {
            scope.spawn(|| check(place.path()));
        }
    });
}

/// Whether a file system keeps the attributes that are to be changed; tmpfs does so since Linux 6.6.
fn keeps_attributes(place: &Path) -> bool {
    let set = Command::new("setfattr")
        .args(["-n", "user.k", "-v", "v"])
        .arg(place)
        .output();
    let keeps = set.is_ok_and(|output| output.status.success());
    if !keeps {
        let parent = place.parent().unwrap_or(place).display();
        skip(&format!(
            "the file system of {parent} keeps no user.* attributes"
        ));
    }
    keeps
}

#[test]
fn trees_that_differ_in_everything_are_told_as_the_oracle_tells_them() {
    if !can_torture() {
        return;
    }
    let dir = Dir::new();
    let built = Command::new(script("torture.sh"))
        .arg(dir.join("a"))
        .args(["-q", "--wide", "50"])
        .output()
        .expect("torture.sh runs");
    assert!(built.status.success(), "{built:?}");
    // Without attributes, links, holes and what cp cannot reach; the specials are read by nobody.
    let made = Command::new("bash")
        .args(["-c", "mkdir b empty && cd a && tar --exclude=./tree/beyond -cf - . | tar -C ../b -xf - && cd ../b && \
               find . -type f -links +1 -exec sh -c 'for f; do cp \"$f\" \"$f\".x && mv \"$f\".x \"$f\"; done' sh {} + && \
               chmod -R u+rwX,g-w . && find . -name '*1*' -prune -exec rm -r {} +; sync -f ."])
        .current_dir(dir.path())
        .output()
        .expect("bash runs");
    assert!(dir.join("b/links").is_dir(), "{made:?}");
    for (a, b) in [
        ("a", "b"),
        ("b", "a"),
        ("a", "empty"),
        ("empty", "a"),
        ("a", "a"),
        ("a/data/binary", "b/links"),
    ] {
        torture(&dir, dir.join("both"))
            .args([a, b])
            .current_dir(dir.path())
            .output()
            .expect("both run");
        agreed(&dir);
    }
    // Paths beyond PATH_MAX are removed by who goes from directory to directory.
    let removed = Command::new("rm")
        .args(["-rf", "a"])
        .current_dir(dir.path())
        .status();
    assert!(removed.expect("rm runs").success());
}

/// As somebody from whom something is kept: it is told, and is status 1.
#[test]
fn what_may_not_be_read_is_told_and_is_status_1() {
    if is_root() && !need("setpriv") {
        return;
    }
    let dir = Dir::new();
    for side in ["a", "b"] {
        dir.write(format!("{side}/open/f"), "x");
        dir.write(format!("{side}/closed/f"), "x");
        dir.write(format!("{side}/file"), "x");
    }
    let same = Command::new("touch")
        .args(["-d", "2020-02-02"])
        .args([
            "a/open/f",
            "a/closed/f",
            "a/file",
            "a/open",
            "a/closed",
            "a",
        ])
        .args([
            "b/open/f",
            "b/closed/f",
            "b/file",
            "b/open",
            "b/closed",
            "b",
        ])
        .current_dir(dir.path())
        .status();
    assert!(same.expect("touch runs").success());
    let mode = |path: &str, mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(dir.join(path), permissions).expect("chmod");
    };
    for side in ["a", "b"] {
        mode(&format!("{side}/closed"), 0o000);
        mode(&format!("{side}/file"), 0o200);
    }
    let mut verify = prun(["preset", "verify", "--checksum", "a", "b"]).in_dir(&dir);
    if is_root() {
        mode("", 0o755);
        let user = [
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
        ];
        verify = verify.wrap(user);
    }
    verify
        .stdout("entries: src 5 dst 5\ndifferences: 0\n")
        .stderr_has(&[
            "a/closed: open: Permission denied",
            "a/file: open: Permission denied",
        ])
        .status(1)
        .run();
    for side in ["a", "b"] {
        mode(&format!("{side}/closed"), 0o755);
    }
}

/// With few descriptors there are fewer workers; with too few it does not begin.
#[test]
fn few_descriptors_are_enough_or_are_told_to_be_too_few() {
    let dir = Dir::new();
    for number in 0..40 {
        dir.write(format!("tree/{number}/a/b/c/f"), "x");
    }
    let verify = || {
        prun([
            "preset",
            "verify",
            "-j64",
            "--checksum",
            "tree",
            "tree/../tree",
        ])
        .in_dir(&dir)
    };
    verify()
        .prelude("ulimit -n 40")
        .stdout("entries: src 201 dst 201\ndifferences: 0\n")
        .run();
    verify()
        .prelude("ulimit -n 22")
        .stderr_has(&["more files may be opened", "raise the limit (ulimit -n)"])
        .status(2)
        .run();
}
