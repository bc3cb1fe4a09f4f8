//! `--spread` and `--replicate` of a copy, as a user drives them: what is refused, and what is told. What needs mounts is
//! in `tests/scripts/copy-several.sh`.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

use crate::support::{Dir, Prun, assert_same_tree, prun, snapshot};

/// `prun preset parallelcp src`, with these words.
#[track_caller]
fn copy(dir: &Dir, words: &[&str]) -> Prun {
    prun(["preset", "parallelcp", "src"])
        .args(words)
        .in_dir(dir)
}

/// A tree, and one directory that is reached in two ways.
fn two_ways() -> Dir {
    let dir = Dir::new();
    for number in 0..20 {
        dir.write(format!("src/a/file{number}"), format!("{number}"));
    }
    dir.write("src/b/deep/er/one", "1");
    dir.mkdir("src/empty");
    symlink("nowhere", dir.join("src/link")).expect("symlink");
    fs::hard_link(dir.join("src/a/file1"), dir.join("src/b/other")).expect("link");
    dir.mkdir("d1");
    symlink("d1", dir.join("d2")).expect("symlink");
    dir
}

fn report(dir: &Dir) -> Value {
    let text = fs::read_to_string(dir.join("report")).expect("a report");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn entries_are_dealt_to_mounts_and_each_is_told() {
    for balance in ["rr", "load", "hash"] {
        let dir = two_ways();
        copy(&dir, &["--spread", "d1,d2", "--balance", balance])
            .args(["--report=report", "--stats"])
            .stderr_has(&["by way of d1: ", "by way of d2: "])
            .run();
        assert_same_tree(&dir.join("src"), &dir.join("d1"));
        let report = report(&dir);
        let entries = |at: usize| report["mounts"][at]["entries"].as_u64().expect("a count");
        assert_eq!(entries(0) + entries(1), 23, "{report}");
        assert!(entries(0) > 0 && entries(1) > 0, "{report}");
        assert!(report.get("replicas").is_none());
    }
}

#[test]
fn lists_are_added_up_and_a_comma_may_be_in_a_name() {
    let dir = two_ways();
    dir.mkdir("with,comma");
    copy(&dir, &["--replicate", r"with\,comma,two"])
        .args(["--replicate=three/new", "--report=report"])
        .run();
    for there in ["with,comma", "two", "three/new"] {
        assert_same_tree(&dir.join("src"), &dir.join(there));
    }
    let report = report(&dir);
    let replicas = report["replicas"].as_array().expect("a list");
    assert_eq!(replicas.len(), 3);
    for replica in replicas {
        assert_eq!(
            (&replica["files"], &replica["failed"]),
            (&21.into(), &0.into())
        );
    }
}

#[test]
fn what_is_no_set_of_destinations_is_refused_and_does_nothing() {
    let dir = two_ways();
    dir.mkdir("other/in");
    let forms = ["SRC DST", "--spread D1,D2", "--replicate D1,D2"];
    for (words, told) in [
        (
            &["--spread", "d1,other"][..],
            &["`other` is not the same directory as `d1`", "--replicate"][..],
        ),
        (
            &["--spread", "d1,missing"],
            &["`missing` is not the same directory as `d1`"],
        ),
        (
            &["--spread", "new/d1,other"],
            &["`other` is not the same directory as `new/d1`"],
        ),
        (
            &["--replicate", "d1,d2"],
            &["`d2` is the same directory as `d1`", "--spread"],
        ),
        (
            &["--replicate", "d1,new,d1/"],
            &["is the same directory as"],
        ),
        (
            &["--replicate", "other,other/in"],
            &["`other/in` is inside destination `other`"],
        ),
        (
            &["--replicate", "other/in,new,other"],
            &["`other/in` is inside destination `other`"],
        ),
        (&["--replicate", "d1,src/in"], &["is inside the source"]),
        (&["dst", "--spread", "d1,d2"], &forms),
        (&["dst", "--replicate", "d1,other"], &forms),
        (&["--spread", "d1,d2", "--replicate", "other"], &forms),
        (&["--spread", "d1,,d2"], &["--spread", r"\,"]),
        (&["--replicate="], &["--replicate"]),
        (&["dst", "--balance", "rr"], &["--balance", "--spread"]),
        (&["--spread", "d1,d2", "--balance", "size"], &["--balance"]),
        (&["a", "b", "--spread", "d1,d2"], &["unexpected word"]),
        (
            &["--engine", "exec", "--spread", "d1,d2"],
            &["--spread", "--engine native"],
        ),
    ] {
        let before = snapshot(dir.path());
        copy(&dir, words)
            .status(2)
            .stderr_has(&["prun: error: "])
            .stderr_has(told)
            .run();
        assert!(snapshot(dir.path()) == before, "{words:?} did something");
    }
}

#[test]
fn what_fails_in_one_copy_fails_there_alone() {
    let dir = two_ways();
    dir.write("one/a/file1/inside", "a directory in the place of a file");
    dir.write("one/b", "a file in the place of a directory");
    copy(&dir, &["--replicate", "one,two", "--report=report"])
        .status(1)
        .stderr_has(&[
            "prun: one/a/file1: ",
            "prun: one/b: ",
            "in one: ",
            "not complete: failed 2",
            "in two: ",
            "nothing failed",
        ])
        .run();
    assert_same_tree(&dir.join("src"), &dir.join("two"));
    assert!(dir.has("one/a/file19") && dir.has("one/empty"));
    let report = report(&dir);
    assert_eq!(report["replicas"][0]["failed"], 2);
    assert_eq!(report["replicas"][1]["failed"], 0);
}

#[test]
fn each_copy_is_verified_and_rehearsed() {
    let dir = two_ways();
    dir.mkdir("two");
    let plan = copy(&dir, &["--replicate", "one,two", "-n"])
        .stdout_any()
        .run();
    let plan = plan.text();
    assert!(
        plan.contains("one/a/file1") && plan.contains("two/a/file1"),
        "{plan}"
    );
    let plan = copy(&dir, &["--spread", "d1,d2", "-n"]).stdout_any().run();
    let plan = plan.text();
    // Names of one file stay on one mount, whichever of them the walk finds first.
    let copies = ["d1", "d2"].map(|mount| {
        let by = |line: &&str| line.starts_with("cp ") && line.contains(&format!(" {mount}/"));
        plan.lines().filter(by).count()
    });
    assert_eq!(copies.iter().sum::<usize>(), 22, "{plan}");
    assert!(
        copies.iter().all(|count| (10..=12).contains(count)),
        "{plan}"
    );
    assert!(!dir.has("one") && !dir.has("d1/a"));
    let ran = copy(&dir, &["--replicate", "one,two", "--verify=checksum"])
        .stdout_any()
        .run();
    assert_eq!(ran.text().matches("differences: 0\n").count(), 2);
}
