//! Several clients: shares of a copy and what finalize makes of them, manifests and their scripts, a process for each
//! directory, and the counts. The torture tree goes the same ways in tests/scripts/clients.sh.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::support::{Dir, assert_same_tree, nasty_tree, need_root, prun};

/// A tree with nasty names, hard links over directories, odd modes and old times.
#[track_caller]
fn tree(dir: &Dir) {
    let root = dir.join("src");
    nasty_tree(&root);
    for number in 0..12 {
        dir.write(
            format!("src/d{number}/e/f/g/file"),
            format!("{number} deep"),
        );
        dir.write(
            format!("src/d{number}/shallow"),
            format!("{number} shallow"),
        );
        fs::hard_link(
            root.join("empty file"),
            root.join(format!("d{number}/e/linked")),
        )
        .expect("link");
    }
    fs::hard_link(root.join("d1/e/f/g/file"), root.join("d2/other name")).expect("link");
    fs::set_permissions(root.join("d3/e"), fs::Permissions::from_mode(0o751)).expect("chmod");
    let touched = Command::new("find")
        .args([
            "src",
            "-depth",
            "-exec",
            "touch",
            "-h",
            "-d",
            "@1500000000.123456789",
            "{}",
            "+",
        ])
        .current_dir(dir.path())
        .status()
        .expect("find");
    assert!(touched.success());
}

/// Compares all that prun's own comparison does.
#[track_caller]
fn same(dir: &Dir, options: &[&str]) {
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
    prun(["preset", "verify", "src", "dst"])
        .args(options)
        .in_dir(dir)
        .stdout_has(&["differences: 0"])
        .run();
}

fn client(dir: &Dir, share: &str) {
    prun(["preset", "parallelcp", "--client", share, "src", "dst"])
        .in_dir(dir)
        .stderr_has(&[
            &format!("client {share}"),
            "prun preset finalize -- src dst",
        ])
        .run();
}

fn finalize(dir: &Dir) {
    prun(["preset", "finalize", "src", "dst"])
        .in_dir(dir)
        .stderr_any()
        .run();
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).expect("lstat").ino()
}

#[test]
fn shares_of_clients_and_finalize_are_the_whole() {
    let dir = Dir::new();
    tree(&dir);
    for share in ["2/3", "3/3", "1/3"] {
        client(&dir, share);
    }
    // All is there, but not yet as it should be.
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
    assert_ne!(
        fs::metadata(dir.join("dst/d3")).expect("stat").mtime(),
        1_500_000_000
    );
    finalize(&dir);
    same(&dir, &[]);
    let before = inode(&dir.join("dst/d1/e/f/g/file"));
    finalize(&dir);
    for share in ["1/3", "2/3", "3/3"] {
        client(&dir, share);
    }
    finalize(&dir);
    same(&dir, &[]);
    assert_eq!(
        inode(&dir.join("dst/d1/e/f/g/file")),
        before,
        "it was copied again"
    );
}

#[test]
fn a_client_copies_its_share_alone() {
    let dir = Dir::new();
    tree(&dir);
    let count = |root: &str| {
        let text = prun(["preset", "count", "--json", root])
            .in_dir(&dir)
            .stdout_any()
            .run()
            .text();
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let of = |key: &str| value[key].as_u64().expect("a number");
        (of("directories"), of("entries") - of("directories"))
    };
    let (directories, all) = count("src");
    let mut sum = 0;
    for share in ["1/4", "2/4", "3/4", "4/4"] {
        client(&dir, share);
        let (made, copied) = count("dst");
        assert_eq!(made, directories, "every client makes the directories");
        assert!(copied < all, "share {share} is everything");
        sum += copied;
        fs::remove_dir_all(dir.join("dst")).expect("rm");
    }
    assert_eq!(sum, all, "each entry is one client's");
}

#[test]
fn clients_make_several_copies_and_spread_one() {
    let dir = Dir::new();
    tree(&dir);
    let copy = |words: &[&str]| prun(["preset"]).args(words).in_dir(&dir).stderr_any().run();
    let files = |root: &str| {
        let ran = prun(["preset", "count", root])
            .in_dir(&dir)
            .stdout_any()
            .run();
        let text = ran.text();
        let line = text.lines().next().expect("a line");
        line.strip_prefix("files ")
            .expect("files")
            .parse::<u64>()
            .expect("a number")
    };
    let all = files("src");
    let mut sum = 0;
    for share in ["1/2", "2/2"] {
        let before = if dir.has("dst") { files("dst") } else { 0 };
        copy(&[
            "parallelcp",
            "--client",
            share,
            "--replicate",
            "dst,other",
            "src",
        ]);
        assert!(files("dst") - before < all, "share {share} is everything");
        assert_eq!(files("dst"), files("other"));
        sum += files("dst") - before;
    }
    assert_eq!(sum, all);
    fs::remove_file(dir.join("other/d7/shallow")).expect("rm");
    copy(&["finalize", "--replicate", "dst,other", "src"]);
    same(&dir, &[]);
    prun(["preset", "verify", "src", "other"])
        .in_dir(&dir)
        .stdout_has(&["differences: 0"])
        .run();
    // Two ways to one directory.
    for name in ["dst", "other"] {
        fs::remove_dir_all(dir.join(name)).expect("rm");
    }
    dir.mkdir("dst");
    symlink("dst", dir.join("way")).expect("symlink");
    for share in ["1/2", "2/2"] {
        copy(&[
            "parallelcp",
            "--client",
            share,
            "--spread",
            "dst,way",
            "src",
        ]);
    }
    copy(&["finalize", "--spread", "dst,way", "src"]);
    same(&dir, &[]);
}

#[test]
fn finalize_copies_what_no_client_has() {
    let dir = Dir::new();
    tree(&dir);
    client(&dir, "1/3");
    client(&dir, "3/3");
    finalize(&dir);
    same(&dir, &[]);
}

#[test]
fn clients_at_the_same_time_do_not_hinder_each_other() {
    let dir = Dir::new();
    tree(&dir);
    std::thread::scope(|scope| {
        for share in ["1/3", "2/3", "3/3"] {
            let dir = &dir;
            scope.spawn(move || client(dir, share));
        }
    });
    finalize(&dir);
    same(&dir, &[]);
}

#[test]
fn a_dry_run_of_a_share_is_pasted_and_comes_to_the_same() {
    let dir = Dir::new();
    tree(&dir);
    let mut script = Vec::new();
    for share in ["1/2", "2/2"] {
        let ran = prun([
            "preset",
            "parallelcp",
            "-n",
            "--client",
            share,
            "src",
            "dst",
        ])
        .in_dir(&dir)
        .stdout_any()
        .run();
        script.push(ran.text());
        assert!(!dir.has("dst"));
    }
    // The second one makes directories that the first one has made.
    for text in script {
        bash(&dir, &text.replace("mkdir -- ", "mkdir -p -- "), 0);
    }
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
}

/// Runs a script with bash; gives its standard error.
#[track_caller]
fn bash(dir: &Dir, script: &str, status: i32) -> String {
    let file = dir.write("script", script);
    let ran = Command::new("bash")
        .arg(file)
        .current_dir(dir.path())
        .output()
        .expect("bash");
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(status), "{told}");
    told
}

#[test]
fn what_makes_no_sense_with_a_share_is_refused() {
    let dir = Dir::new();
    dir.write("src/file", "x");
    for (words, told) in [
        (&["parallelcp", "--client", "5/4"][..], "I/N"),
        (&["parallelcp", "--client", "0/4"], "I/N"),
        (&["parallelcp", "--client", "1"], "I/N"),
        (&["parallelcp", "--client", "1/2", "--verify"], "finalize"),
        (
            &["parallelcp", "--client", "1/2", "--engine", "exec"],
            "--client",
        ),
        (&["finalize", "--client", "1/2"], "--client 1/2"),
    ] {
        prun(["preset"])
            .args(words)
            .args(["src", "dst"])
            .in_dir(&dir)
            .status(2)
            .stderr_has(&["prun: error: ", told])
            .run();
        assert!(!dir.has("dst"));
    }
}

#[test]
fn a_share_that_failed_is_not_said_to_be_copied() {
    let dir = Dir::new();
    dir.write("src/a/file", "x");
    dir.write("dst/a", "in the place of a directory");
    let share = ["preset", "parallelcp", "--client", "1/1", "src", "dst"];
    let ran = prun(share).in_dir(&dir).status(1).stderr_any().run();
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(!told.contains("has copied its share"), "{told}");
    fs::remove_file(dir.join("dst/a")).expect("remove");
    prun(share)
        .in_dir(&dir)
        .stderr_has(&["has copied its share; when all have, finish with the same options: prun preset finalize -- src dst"])
        .run();
}

#[test]
fn a_manifest_writes_through_no_symlink() {
    let dir = Dir::new();
    dir.write("src/a/b/file", "x");
    dir.mkdir("dst");
    dir.mkdir("outside");
    std::os::unix::fs::symlink("../outside", dir.join("dst/a")).expect("symlink");
    prun([
        "preset", "manifest", "--depth", "2", "--out", "out", "src", "dst",
    ])
    .in_dir(&dir)
    .status(2)
    .stderr_has(&["`dst/a` is a symbolic link"])
    .run();
    assert!(!dir.has("out"));
}

#[test]
fn a_process_for_each_directory_comes_to_a_whole_copy() {
    let dir = Dir::new();
    tree(&dir);
    for depth in ["1", "3", "9"] {
        for _ in 0..2 {
            prun(["preset", "dirs", "src", "dst", "--depth", depth])
                .in_dir(&dir)
                .stderr_any()
                .deadline(120)
                .run();
            same(&dir, &[]);
        }
        fs::remove_dir_all(dir.join("dst")).expect("rm");
    }
    let plan = prun(["preset", "dirs", "src", "dst", "--depth", "2", "-n"])
        .in_dir(&dir)
        .stdout_any()
        .run();
    assert!(
        plan.text()
            .contains("cp -a -T --remove-destination -- src/d1/e dst/d1/e"),
        "{}",
        plan.text()
    );
    for wrong in ["0", "-1", "x"] {
        prun(["preset", "dirs", "src", "dst", "--depth", wrong])
            .in_dir(&dir)
            .status(2)
            .stderr_has(&["prun: error: ", "whole number"])
            .run();
    }
    assert!(!dir.has("dst"));
}

/// Makes a manifest in `out`.
#[track_caller]
fn manifest(dir: &Dir, options: &[&str]) -> String {
    prun(["preset", "manifest", "--out", "out", "src", "dst"])
        .args(options)
        .in_dir(dir)
        .stdout_any()
        .stderr_any()
        .run()
        .text()
}

#[track_caller]
fn run_scripts(dir: &Dir, clients: usize, status: i32) {
    for number in 1..=clients {
        let script = fs::read_to_string(dir.join(format!("out/client{number}_copy_commands")))
            .expect("script");
        bash(dir, &script, status);
    }
    let script = fs::read_to_string(dir.join("out/rest_copy_commands")).expect("script");
    bash(dir, &script, status);
}

#[test]
fn scripts_of_a_manifest_copy_the_whole_tree_and_can_be_run_again() {
    let dir = Dir::new();
    tree(&dir);
    for options in [
        &["--depth", "2", "--clients", "3"][..],
        &["--depth", "1", "--clients", "4", "--split", "size"],
        &[
            "--depth",
            "3",
            "--clients",
            "2",
            "--split",
            "files",
            "--no-cut",
        ],
        &[
            "--depth",
            "2",
            "--clients",
            "1",
            "--template",
            "cp -a -T --remove-destination --",
        ],
        &[
            "--depth",
            "2",
            "--template",
            "cp --remove-destination -a -T -- <src> <dst>",
        ],
    ] {
        let told = manifest(&dir, options);
        assert!(told.contains("spread: "), "{told}");
        let clients = fs::read_dir(dir.join("out")).expect("out").count() / 3 - 1;
        for _ in 0..2 {
            run_scripts(&dir, clients, 0);
            same(&dir, &["--ignore", "xattr"]);
        }
        fs::remove_dir_all(dir.join("dst")).expect("rm");
        fs::remove_dir_all(dir.join("out")).expect("rm");
    }
}

#[test]
fn lines_of_a_script_are_commands_by_themselves() {
    let dir = Dir::new();
    tree(&dir);
    manifest(&dir, &["--depth", "1", "--clients", "2"]);
    for number in 1..=2 {
        let list = format!("out/client{number}_copy_commands");
        prun(["--shell", "bash", "-j", "8", "-a", &list])
            .in_dir(&dir)
            .run();
    }
    let rest = fs::read_to_string(dir.join("out/rest_copy_commands")).expect("script");
    bash(&dir, &rest, 0);
    same(&dir, &["--ignore", "xattr"]);
    // A line that fails says so by itself too.
    fs::remove_dir_all(dir.join("src/d1")).expect("rm");
    let failed = fs::read_to_string(dir.join("out/client1_copy_commands"))
        .expect("script")
        .lines()
        .chain(
            fs::read_to_string(dir.join("out/client2_copy_commands"))
                .expect("script")
                .lines(),
        )
        .find(|line| line.contains("src/d1 "))
        .expect("a line of d1")
        .to_owned();
    bash(&dir, &failed, 1);
}

#[test]
fn what_has_gone_since_the_manifest_fails_and_the_rest_is_copied() {
    let dir = Dir::new();
    tree(&dir);
    manifest(&dir, &["--depth", "1", "--clients", "1", "--no-cut"]);
    fs::remove_dir_all(dir.join("src/d5")).expect("rm");
    let script = fs::read_to_string(dir.join("out/client1_copy_commands")).expect("script");
    let told = bash(&dir, &script, 1);
    assert!(told.contains("src/d5"), "{told}");
    assert!(dir.has("dst/d4/e/f/g/file") && dir.has("dst/d6/e/f/g/file"));
}

#[test]
fn a_manifest_of_fewer_entries_than_clients_is_an_error() {
    let dir = Dir::new();
    dir.write("src/a/b/c/d/file", "x");
    prun([
        "preset",
        "manifest",
        "--clients",
        "3",
        "--out",
        "out",
        "src",
        "dst",
    ])
    .in_dir(&dir)
    .status(2)
    .stderr_has(&["prun: error: ", "3 clients", "--depth"])
    .run();
    assert_eq!(fs::read_dir(dir.join("out")).expect("out").count(), 0);
    // Also for one client, whom nothing would be taken from.
    prun([
        "preset", "manifest", "--depth", "9", "--out", "out", "src", "dst",
    ])
    .in_dir(&dir)
    .status(2)
    .stderr("prun: error: there is nothing at depth 9 to divide; give a smaller --depth\n")
    .run();
    for wrong in [
        &["--clients", "0"][..],
        &["--depth", "0"],
        &["--split", "even"],
        &["--template", "cp <src> <dst> && true"],
        &["--out", "src/out"],
    ] {
        prun(["preset", "manifest", "src", "dst"])
            .args(wrong)
            .in_dir(&dir)
            .status(2)
            .stderr_has(&["prun: error: "])
            .run();
    }
    prun(["preset", "manifest", "src", "src/a/x"])
        .in_dir(&dir)
        .status(2)
        .stderr_has(&["inside"])
        .run();
}

#[test]
fn what_cannot_be_read_is_told_and_counted() {
    let dir = Dir::new();
    dir.write("src/a/b/file", "x");
    dir.write("src/a/closed/file", "x");
    dir.mkdir("out");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
    fs::set_permissions(dir.join("out"), fs::Permissions::from_mode(0o777)).expect("chmod");
    fs::set_permissions(dir.join("src/a/closed"), fs::Permissions::from_mode(0o000))
        .expect("chmod");
    prun(["preset", "count", "src"])
        .in_dir(&dir)
        .unprivileged()
        .status(1)
        .stdout_has(&["unreadable 1\n", "directories 4\n", "entries 5\n"])
        .stderr_has(&["src/a/closed", "EACCES"])
        .run();
    prun([
        "preset", "manifest", "--depth", "2", "--out", "out", "src", "dst",
    ])
    .in_dir(&dir)
    .unprivileged()
    .status(1)
    .stdout_any()
    .stderr_has(&["src/a/closed", "EACCES"])
    .run();
    let list = fs::read_to_string(dir.join("out/manifest")).expect("manifest");
    assert!(list.contains("a/closed"), "{list}");
    fs::set_permissions(dir.join("src/a/closed"), fs::Permissions::from_mode(0o700))
        .expect("chmod");
}

#[test]
fn counts_are_those_of_find_and_du() {
    let dir = Dir::new();
    tree(&dir);
    let printed = |command: &str| {
        let ran = Command::new("bash")
            .args(["-c", command])
            .current_dir(dir.path())
            .output()
            .expect("bash");
        String::from_utf8_lossy(&ran.stdout).trim().to_owned()
    };
    let number = |kind: &str| printed(&format!("find src {kind} -printf x | wc -c"));
    let lines = [
        ("files", number("-type f")),
        ("directories", number("-type d")),
        ("symlinks", number("-type l")),
        ("specials", number("! -type f ! -type d ! -type l")),
        ("entries", number("")),
        (
            "bytes",
            printed(
                "find src -type f -printf '%i %s\\n' | sort -u | awk '{ s += $2 } END { print s }'",
            ),
        ),
        ("allocated", printed("du -s -B1 src | cut -f 1")),
        ("unreadable", "0".to_owned()),
    ];
    for words in [
        &["count", "src"][..],
        &["prime", "src"],
        &["count", "-d", "src", "--workers", "2"],
        &["count", "--prime", "src"],
    ] {
        let text = prun(["preset"])
            .args(words)
            .in_dir(&dir)
            .stdout_any()
            .run()
            .text();
        for (name, number) in &lines {
            let line = format!("{name} {number}");
            assert!(
                text.lines().any(|other| *other == line),
                "no line {line:?} in\n{text}"
            );
        }
        let entries: u64 = lines[4].1.parse().expect("a number");
        assert_eq!(
            text.lines().last(),
            Some(&*format!("msrsync -p 64 -f {}", entries.div_ceil(64)))
        );
    }
    let two = prun(["preset", "count", "src/d1", "src/d2"])
        .in_dir(&dir)
        .stdout_any()
        .run()
        .text();
    assert!(two.starts_with("files "), "{two}");
    let here = prun(["preset", "count"])
        .in_dir(&dir)
        .stdout_any()
        .run()
        .text();
    assert!(
        here.contains(&format!("symlinks {}\n", lines[2].1)),
        "{here}"
    );
    prun(["preset", "count", "src", "gone"])
        .in_dir(&dir)
        .status(2)
        .stderr_has(&["gone"])
        .run();
    symlink("src", dir.join("way")).expect("symlink");
    let by_link = prun(["preset", "count", "way"])
        .in_dir(&dir)
        .stdout_any()
        .run()
        .text();
    assert!(
        by_link.contains(&format!("entries {}\n", lines[4].1)),
        "{by_link}"
    );
}

/// `cp -p -R` as another user than the files': nothing but what that user may set is missing.
#[test]
fn a_user_can_run_the_scripts_twice() {
    if !need_root("run a script as another user") {
        return;
    }
    let dir = Dir::new();
    dir.write("src/a/read only", "x");
    // Directories too; one is a row and one is cut, and a file has a name in both.
    dir.write("src/cut/large", "x".repeat(1000));
    dir.write("src/cut/other", "x".repeat(1000));
    fs::hard_link(dir.join("src/cut/large"), dir.join("src/a/name")).expect("link");
    for (path, mode) in [
        ("src/a/read only", 0o444),
        ("src/a", 0o555),
        ("src/cut", 0o555),
    ] {
        fs::set_permissions(dir.join(path), fs::Permissions::from_mode(mode)).expect("chmod");
    }
    manifest(&dir, &["--depth", "1"]);
    fs::create_dir(dir.join("dst")).expect("mkdir");
    for path in ["", "dst"] {
        fs::set_permissions(dir.join(path), fs::Permissions::from_mode(0o755)).expect("chmod");
    }
    std::os::unix::fs::chown(dir.join("dst"), Some(1234), Some(1234)).expect("chown");
    for _ in 0..2 {
        for name in ["client1", "rest"] {
            let script = dir.join(format!("out/{name}_copy_commands"));
            let ran = Command::new("setpriv")
                .args([
                    "--reuid",
                    "1234",
                    "--regid",
                    "1234",
                    "--clear-groups",
                    "bash",
                ])
                .arg(script)
                .output()
                .expect("setpriv");
            assert!(
                ran.status.success(),
                "{}",
                String::from_utf8_lossy(&ran.stderr)
            );
        }
    }
    assert!(dir.has("dst/a/read only"));
    // All but the owners are as in the source.
    let verified = prun(["preset", "verify", "src", "dst"])
        .in_dir(&dir)
        .status(3)
        .stdout_any()
        .run();
    let differences = verified.text();
    assert!(
        differences.contains("count owner") && !differences.contains("mode "),
        "{differences}"
    );
    assert!(!differences.contains("hardlink"), "{differences}");
}

#[test]
fn a_user_can_copy_directories_twice() {
    if !need_root("run as another user") {
        return;
    }
    let dir = Dir::new();
    dir.write("src/a/deep/file", "x");
    for path in ["src/a/deep", "src/a"] {
        fs::set_permissions(dir.join(path), fs::Permissions::from_mode(0o555)).expect("chmod");
    }
    for depth in ["1", "1", "2"] {
        prun(["preset", "dirs", "--depth", depth, "src", "dst"])
            .in_dir(&dir)
            .unprivileged()
            .run();
    }
    assert!(dir.has("dst/a/deep/file"));
}
