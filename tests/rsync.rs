//! `prun preset rsync` and `prun preset msrsync`: the real rsync over the torture tree and names of any bytes, and a
//! stand-in of that name, first on PATH, that fails in each way that rsync can.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::signal::Signal;

use crate::support::{Dir, Prun, assert_same_tree, nasty_names, nasty_tree, need, need_root, prun};

/// `prun preset NAME ARGS` in `dir`, where its lists are too.
#[track_caller]
fn preset(dir: &Dir, name: &str, args: &[&str]) -> Prun {
    let lists = dir.mkdir("tmp");
    fs::set_permissions(&lists, fs::Permissions::from_mode(0o777)).expect("chmod");
    prun(["preset", name])
        .args(args)
        .in_dir(dir)
        .env("TMPDIR", lists)
        .deadline(240)
}

/// A program named rsync that runs `script`, which may say `real`: what rsync itself does. `$n` is which call it is.
#[track_caller]
fn stand_in(dir: &Dir, script: &str) -> OsString {
    let text = format!(
        "#!/bin/bash\nreal() {{ PATH=${{PATH#*:}} command rsync \"$@\"; }}\n\
         exec 9>>{calls}; flock 9; printf 'x\\n' >&9; n=$(wc -l <{calls}); flock -u 9; exec 9>&-\n{script}\n",
        calls = dir.join("calls").display()
    );
    let program = dir.program("bin/rsync", &text);
    let path = std::env::var_os("PATH").expect("PATH");
    let mut first = program.parent().expect("bin").as_os_str().to_owned();
    first.push(":");
    first.push(path);
    first
}

/// How often the stand-in was called.
fn calls(dir: &Dir) -> usize {
    if dir.has("calls") {
        dir.text("calls").lines().count()
    } else {
        0
    }
}

/// The lists that a run has left.
fn lists(dir: &Dir) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for directory in fs::read_dir(dir.join("tmp")).expect("tmp") {
        let directory = directory.expect("an entry").path();
        if directory.is_dir() {
            let lists = fs::read_dir(directory).expect("the lists");
            found.extend(lists.map(|list| list.expect("a list").path()));
        }
    }
    found.sort();
    found
}

#[track_caller]
fn small_tree(dir: &Dir) {
    for number in 0..9 {
        dir.write(format!("src/d{number}/file"), format!("content {number}"));
    }
    dir.mkdir("src/empty");
    symlink("nowhere", dir.join("src/link")).expect("symlink");
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/torture")
        .join(name)
}

/// Builds the torture tree in `src`.
#[track_caller]
fn torture(dir: &Dir, options: &[&str]) -> bool {
    let can = ["setfattr", "setfacl", "setcap", "python3", "rsync", "bash"]
        .into_iter()
        .all(need)
        && need_root("make devices and owners");
    if can {
        let built = Command::new(script("torture.sh"))
            .args(["-q", "--wide", "50"])
            .args(options)
            .arg(dir.join("src"))
            .output()
            .expect("torture.sh");
        assert!(built.status.success(), "{built:?}");
        // rsync leaves the time of a link or a device alone where seconds are those of its making, which a quick machine
        // can do: what was made now is made older.
        let _ = Command::new("find")
            .arg(dir.join("src"))
            .args([
                "-newermt", "-1 hour", "!", "-newermt", "1 hour", "-execdir", "touch", "-h",
            ])
            .args(["-d", "2001-02-03 04:05:06.123456789", "--", "{}", "+"])
            .stderr(std::process::Stdio::null())
            .status();
    }
    can
}

/// What the oracle says of two trees: its last line, and the whole.
#[track_caller]
fn compare(dir: &Dir, to: &str) -> (String, String) {
    let ran = Command::new(script("compare.sh"))
        .args([dir.join("src"), dir.join(to)])
        .output()
        .expect("compare.sh");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    (text.lines().last().unwrap_or_default().to_owned(), text)
}

#[test]
fn the_torture_tree_is_copied_as_rsync_copies_it() {
    let dir = Dir::new();
    if !torture(&dir, &["--no-deep"]) {
        return;
    }
    let exact = "-aHAXS --numeric-ids";
    let runs: [(&str, &[&str]); 5] = [
        ("rsync", &["--rsync", exact, "src/"]),
        ("rsync", &["-j4", "--rsync", exact, "src/"]),
        ("msrsync", &["-p4", "-f100", "--rsync", exact, "src/"]),
        (
            "msrsync",
            &["-p3", "-fauto", "--two-phase", "--rsync", exact, "src/"],
        ),
        (
            "two-phase-rsync",
            &["-j2", "--checksum", "--rsync", exact, "src/"],
        ),
    ];
    for (number, (name, args)) in runs.into_iter().enumerate() {
        let to = format!("dst{number}");
        preset(&dir, name, args).args([&to]).run();
        let (last, all) = compare(&dir, &to);
        assert_eq!(last, "differences: 0", "{name} {args:?}: {all}");
        // And again, onto what is there.
        preset(&dir, name, args).args([&to]).run();
        assert_eq!(compare(&dir, &to).0, "differences: 0", "{name} {args:?}");
        fs::remove_dir_all(dir.join(to)).expect("rm");
    }
    // What the article's options do not keep: links, xattrs, ACLs, holes; nothing else.
    preset(&dir, "rsync", &["-j3", "--rsync", "-ah", "src/", "dst"]).run();
    let (_, all) = compare(&dir, "dst");
    let known = ["hardlink", "xattr", "acl", "sparse"];
    for line in all.lines().filter(|line| line.starts_with("count ")) {
        assert!(known.iter().any(|kind| line.contains(kind)), "{line}");
    }
    assert_eq!(lists(&dir), [] as [PathBuf; 0]);
}

#[test]
fn paths_that_rsync_cannot_take_are_told_and_the_rest_is_copied() {
    let dir = Dir::new();
    if !torture(&dir, &[]) {
        return;
    }
    let ran = preset(
        &dir,
        "msrsync",
        &["-p2", "-r", "-aHAXS --numeric-ids", "src/", "dst"],
    )
    .status(1)
    .stderr_has(&["the path is too long for rsync (", "parallelcp"])
    .run();
    let told = String::from_utf8_lossy(&ran.stderr);
    let told = told.matches("too long").count();
    let (last, all) = compare(&dir, "dst");
    assert_eq!(all.matches("missing ").count(), told, "{all}");
    assert_eq!(last, format!("differences: {told}"), "{all}");
    preset(&dir, "msrsync", &["--exit=rsync", "src/", "dst"])
        .status(23)
        .stderr_any()
        .run();
}

#[test]
fn names_may_hold_any_byte() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    nasty_tree(&dir.mkdir("src"));
    preset(&dir, "rsync", &["-j3", "--rsync", "-a", "src/", "dst"]).run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
    // In the root, where rsync would take `#` and `;` for comments; as SRC, as DST, and as the place of the lists.
    for name in [b"#f".to_vec(), b";f".to_vec()]
        .iter()
        .chain(&nasty_names())
    {
        dir.write(Path::new("top").join(OsStr::from_bytes(name)), "x");
    }
    preset(&dir, "msrsync", &["-p3", "-f9", "top/", "top2"]).run();
    assert_same_tree(&dir.join("top"), &dir.join("top2"));
    for name in nasty_names() {
        let name = OsStr::from_bytes(&name);
        let dir = Dir::new();
        dir.write(Path::new(name).join("d/f"), "x");
        let copy = dir.join("copy").join(name);
        prun(["preset", "msrsync", "-f1", "-b"])
            .args([dir.join("lists").join(name), dir.join(name), copy.clone()])
            .in_dir(&dir)
            .run();
        let copy = copy.join(name);
        assert_same_tree(&dir.join(name), &copy);
    }
}

#[test]
fn the_slash_is_rsyncs() {
    if !need("rsync") {
        return;
    }
    for (source, below) in [
        ("src/", ""),
        ("src", "src/"),
        ("src/.", ""),
        ("./src", "src/"),
        ("src//", ""),
        ("src/d1/..", ""),
    ] {
        for jobs in ["-j1", "-j2"] {
            let dir = Dir::new();
            small_tree(&dir);
            preset(&dir, "rsync", &[jobs, "--rsync", "-a", source, "dst"]).run();
            let copy = dir.join("dst").join(below);
            assert_same_tree(&dir.join("src"), &copy);
            assert_eq!(
                fs::read_dir(dir.join("dst")).expect("dst").count(),
                if below.is_empty() { 11 } else { 1 }
            );
        }
    }
    // Names that could be a host, an option, a file alone, a link.
    let dir = Dir::new();
    dir.write("a:b/f", "x");
    dir.write("-a/g", "y");
    dir.write("one", "z");
    symlink("a:b", dir.join("link")).expect("symlink");
    preset(
        &dir,
        "msrsync",
        &["-p2", "--", "./a:b", "-a/", "one", "link", "dst"],
    )
    .run();
    for (name, text) in [("dst/a:b/f", "x"), ("dst/g", "y"), ("dst/one", "z")] {
        assert_eq!(dir.text(name), text);
    }
    assert!(dir.join("dst/link").is_symlink());
}

#[test]
fn the_root_and_all_directories_are_put_right() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    for (number, name) in ["src/d1", "src/empty", "src"].into_iter().enumerate() {
        fs::set_permissions(dir.join(name), fs::Permissions::from_mode(0o751)).expect("chmod");
        let time = format!("@{}", 1_000_000 + number);
        let done = Command::new("touch")
            .arg("-d")
            .arg(time)
            .arg(dir.join(name))
            .status();
        assert!(done.expect("touch").success());
    }
    preset(&dir, "msrsync", &["-f1", "-p3", "src", "dst"]).run();
    for name in ["src/d1", "src/empty", "src"] {
        let (from, to) = (dir.join(name), dir.join("dst").join(name));
        let (from, to) = (from.metadata().expect("stat"), to.metadata().expect("stat"));
        assert_eq!(
            (from.mtime(), from.mode()),
            (to.mtime(), to.mode()),
            "{name}"
        );
    }
}

#[test]
fn options_that_recurse_by_themselves_copy_the_tree_once() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    let ran = preset(
        &dir,
        "msrsync",
        &["-p2", "-f3", "--rsync", "-rlptgoDi", "src/", "dst"],
    )
    .stdout_any()
    .run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
    let files = ran
        .text()
        .lines()
        .filter(|line| line.starts_with(">f"))
        .count();
    assert_eq!(files, 9, "{}", ran.text());
}

#[test]
fn directories_without_the_right_to_write_take_what_is_in_them() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    for number in 0..30 {
        dir.write(format!("src/d/{number}"), "old");
    }
    fs::set_permissions(dir.join("src/d"), fs::Permissions::from_mode(0o555)).expect("chmod");
    let copy = || {
        preset(&dir, "msrsync", &["-p4", "-f1", "src/", "dst"])
            .unprivileged()
            .run();
        let mode = dir.join("dst/d").metadata().expect("stat").mode();
        assert_eq!(mode & 0o777, 0o555);
    };
    copy();
    for number in 0..30 {
        dir.write(format!("src/d/{number}"), "newer");
    }
    copy();
    assert_eq!(dir.text("dst/d/29"), "newer");
}

#[test]
fn hard_links_stay_together_where_they_are_asked_for() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    for number in 0..20 {
        dir.write(format!("src/{number}/own"), "own");
        let name = dir.join(format!("src/{number}/shared"));
        match number {
            0 => fs::write(name, "shared").expect("write"),
            _ => fs::hard_link(dir.join("src/0/shared"), name).expect("link"),
        }
    }
    let inodes = |to: &str| {
        let mut inodes: Vec<u64> = (0..20)
            .map(|number| {
                dir.join(format!("{to}/{number}/shared"))
                    .metadata()
                    .expect("stat")
                    .ino()
            })
            .collect();
        inodes.sort_unstable();
        inodes.dedup();
        inodes.len()
    };
    preset(
        &dir,
        "msrsync",
        &["-p3", "-f2", "--rsync", "-aH", "src/", "dst"],
    )
    .run();
    assert_eq!(inodes("dst"), 1);
    preset(&dir, "rsync", &["-j3", "--rsync", "-aH", "src/", "two"]).run();
    assert_eq!(inodes("two"), 1);
    preset(&dir, "msrsync", &["-p3", "-f2", "src/", "apart"]).run();
    assert!(inodes("apart") > 1);
}

#[test]
fn the_second_phase_runs_after_a_partial_first_one() {
    if !need("rsync") {
        return;
    }
    for jobs in ["-j1", "-j2"] {
        for code in [23, 24] {
            let dir = Dir::new();
            small_tree(&dir);
            let path = stand_in(
                &dir,
                &format!("[[ $* != *--inplace* ]] || exit {code}\nreal \"$@\""),
            );
            preset(&dir, "rsync", &[jobs, "--rsync", "-a", "src/", "dst"])
                .env("PATH", &path)
                .stderr_has(&["the next phase tries them again"])
                .run();
            assert_same_tree(&dir.join("src"), &dir.join("dst"));
            // As && would have it.
            let dir = Dir::new();
            small_tree(&dir);
            let path = stand_in(&dir, &format!("exit {code}"));
            let status = if code == 23 { 1 } else { 4 };
            preset(
                &dir,
                "rsync",
                &[jobs, "--and", "--rsync", "-a", "src/", "dst"],
            )
            .env("PATH", &path)
            .status(status)
            .stderr_has(&["what comes after it is not run"])
            .run();
            assert_eq!(calls(&dir), 1, "{jobs} {code}");
        }
    }
}

#[test]
fn a_fatal_end_is_tried_once_more_and_ends_the_rest() {
    for (jobs, script, status, rsync) in [
        ("-j1", "exit 12", 1, 12),
        ("-j2", "exit 12", 1, 12),
        ("-j1", "exit 11", 1, 11),
        ("-j1", "kill -9 $$", 1, 16),
        ("-j2", "kill -9 $$", 1, 16),
    ] {
        let dir = Dir::new();
        small_tree(&dir);
        let path = stand_in(&dir, script);
        let run = |exit: &str| {
            preset(&dir, "rsync", &[jobs, exit, "--rsync", "-a", "src/", "dst"])
                .env("PATH", &path)
                .stderr_has(&[
                    "it is tried once more, alone",
                    "what comes after it is not run",
                    "1 of 1 job failed",
                ])
        };
        run("--exit=prun").status(status).run();
        assert_eq!(calls(&dir), 2, "{jobs} {script}");
        run("--exit=rsync").status(rsync).run();
    }
    // What another try cannot change.
    let dir = Dir::new();
    small_tree(&dir);
    let path = stand_in(&dir, "exit 1");
    preset(
        &dir,
        "rsync",
        &["--exit=rsync", "--rsync", "-a", "src/", "dst"],
    )
    .env("PATH", &path)
    .status(1)
    .stderr_any()
    .run();
    assert_eq!(calls(&dir), 1);
}

#[test]
fn what_failed_once_is_done_the_second_time() {
    if !need("rsync") {
        return;
    }
    for (name, args) in [
        ("rsync", &["-j1", "--rsync", "-a", "src/", "dst"][..]),
        ("rsync", &["-j2", "--rsync", "-a", "src/", "dst"]),
        ("msrsync", &["-p3", "-f2", "src/", "dst"]),
    ] {
        for end in [
            "kill -9 $$",
            "kill -TERM $$",
            "exit 12",
            "exit 20",
            "exit 30",
        ] {
            let dir = Dir::new();
            small_tree(&dir);
            let path = stand_in(&dir, &format!("((n != 1)) || {end}\nreal \"$@\""));
            preset(&dir, name, args)
                .env("PATH", &path)
                .stderr_has(&["job ", "rsync: ", "it is tried once more, alone"])
                .run();
            assert_same_tree(&dir.join("src"), &dir.join("dst"));
            assert_eq!(lists(&dir), [] as [PathBuf; 0], "{name} {end}");
        }
    }
}

#[test]
fn a_bucket_that_fails_twice_is_kept_and_named() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    let path = stand_in(
        &dir,
        "for word; do [[ $word != --files-from=* ]] || list=${word#*=}; done\n\
         ! grep -qz d4/file \"$list\" || exit 23\nreal \"$@\"",
    );
    let ran = preset(&dir, "msrsync", &["-p3", "-f2", "src/", "dst"])
        .env("PATH", &path)
        .status(1)
        .stderr_has(&[
            "lists of names are kept in ",
            "1 of 6 jobs failed",
            "exit status 23: rsync -aS",
        ])
        .run();
    let kept = lists(&dir);
    assert_eq!(kept.len(), 1, "{kept:?}");
    let names = fs::read(&kept[0]).expect("read");
    assert!(
        names
            .split(|byte| *byte == 0)
            .any(|name| name == b"d4/file")
    );
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(told.contains(&*kept[0].to_string_lossy()), "{told}");
    // All others are there, and the directories are right.
    for number in (0..9).filter(|number| *number != 4) {
        let file = format!("d{number}/file");
        assert!(
            dir.has(format!("dst/{file}"))
                || names
                    .split(|byte| *byte == 0)
                    .any(|name| name == file.as_bytes())
        );
    }
    assert!(dir.join("dst/empty").is_dir());
}

#[test]
fn names_that_go_after_the_walk_are_a_class_of_their_own() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    let path = stand_in(&dir, "rm -f src/d4/file\nreal \"$@\"");
    preset(&dir, "msrsync", &["-p1", "-f100", "src/", "dst"])
        .env("PATH", &path)
        .status(4)
        .stderr_has(&["1 names had gone before rsync came to them"])
        .run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
    let dir = Dir::new();
    small_tree(&dir);
    preset(&dir, "msrsync", &["--exit=rsync", "-f1", "src/", "dst"])
        .env("PATH", stand_in(&dir, "rm -f src/d4/file\nreal \"$@\""))
        .status_in(&[24])
        .stderr_any()
        .run();
}

#[test]
fn a_tree_is_not_copied_into_itself() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    dir.write("src/sub/file", "x");
    for jobs in ["1", "2"] {
        for (from, to) in [("src/", "src/sub/in"), ("src", "src"), ("src/", "src/.")] {
            preset(&dir, "rsync", &["-j", jobs, "--rsync=-a", from, to])
                .status(2)
                .stderr_has(&["prun: error: ", "give"])
                .run();
        }
        assert!(!dir.has("src/sub/in") && !dir.has("src/src"));
    }
    // A filter that keeps it out is rsync's matter.
    let filtered = ["--rsync=-a --exclude=/copy", "src/", "src/copy"];
    preset(&dir, "rsync", &filtered).run();
    assert!(dir.has("src/copy/sub/file") && !dir.has("src/copy/copy"));
}

#[test]
fn what_cannot_be_cut_is_refused() {
    let dir = Dir::new();
    small_tree(&dir);
    for (option, why) in [
        ("--delete", "each rsync knows its own bucket alone"),
        ("-a --del", "each rsync knows its own bucket alone"),
        (
            "-a --exclude x",
            "what is in an excluded directory would be copied",
        ),
        (
            "-aL",
            "a link to a directory would become an empty directory",
        ),
        ("-aR", "relative already"),
        ("-ax", "not for the names in a list"),
        ("-a --files-from=x", "prun makes the list"),
    ] {
        for (name, jobs) in [("rsync", "-j2"), ("msrsync", "-p1")] {
            preset(&dir, name, &[jobs, "--rsync", option, "src/", "dst"])
                .status(2)
                .stderr_has(&[
                    "of rsync cannot be used where the tree is cut in buckets",
                    why,
                ])
                .run();
        }
    }
    let cases: [(&[&str], &str); 8] = [
        (&["src/", "host:dst"], "host:dst is on another machine"),
        (&["host:src/", "dst"], "host:src/ is on another machine"),
        (&["nothing", "dst"], "cannot look at nothing: No such file"),
        (&["src/", "src/in"], "src/in"),
        (&["src/", "src"], "src"),
        (&["src/", ""], "give a path"),
        (&["-f0", "src/", "dst"], "a number of files from 1, or auto"),
        (&["-sx", "src/", "dst"], "a number of bytes"),
    ];
    for (args, text) in cases {
        preset(&dir, "msrsync", args)
            .status(2)
            .stderr_has(&[text])
            .run();
    }
    assert!(!dir.has("dst"));
    assert_eq!(calls(&dir), 0);
}

#[test]
fn without_rsync_the_package_is_named() {
    let dir = Dir::new();
    small_tree(&dir);
    dir.mkdir("bare");
    symlink("/bin/sh", dir.join("bare/sh")).expect("symlink");
    for name in ["rsync", "msrsync"] {
        preset(&dir, name, &["--rsync", "-a", "src/", "dst"])
            .env("PATH", dir.join("bare"))
            .status(2)
            .stderr_has(&[
                "command not found: rsync; install the package rsync (apt install rsync)",
            ])
            .run();
    }
    assert!(!dir.has("dst"));
}

#[test]
fn compression_between_local_paths_is_noted_once() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    let ran = preset(&dir, "rsync", &["src/", "dst"])
        .stderr_has(&["note: -z compresses what goes from one local path to another"])
        .run();
    assert_eq!(String::from_utf8_lossy(&ran.stderr).lines().count(), 1);
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
}

#[test]
fn the_rehearsal_is_commands_that_can_be_pasted() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    preset(
        &dir,
        "rsync",
        &["-n", "--rsync", "-a --chown='a b'", "src/", "d st"],
    )
    .stdout(
        "rsync -a '--chown=a b' --inplace -- src/ 'd st'\nrsync -a '--chown=a b' -- src/ 'd st'\n",
    )
    .run();
    for (name, args) in [
        ("rsync", &["-j4", "-n", "--rsync", "-a", "src/", "dst"][..]),
        ("msrsync", &["-p4", "-d", "-f4", "src/", "dst"]),
    ] {
        let ran = preset(&dir, name, args)
            .stdout_any()
            .stderr_has(&["lists of names are kept in "])
            .run();
        assert!(!dir.has("dst"));
        let done = Command::new("bash")
            .arg("-ec")
            .arg(ran.text())
            .current_dir(dir.path())
            .status();
        assert!(done.expect("bash").success());
        assert_same_tree(&dir.join("src"), &dir.join("dst"));
        fs::remove_dir_all(dir.join("dst")).expect("rm");
    }
}

#[test]
fn msrsyncs_letters_do_what_they_did() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    let ran = preset(
        &dir,
        "msrsync",
        &[
            "-p2",
            "-f4",
            "-b",
            "lists here",
            "-k",
            "-j",
            "-P",
            "--stats",
            "-r",
            "-a",
            "src/",
            "dst",
        ],
    )
    .stderr_has(&[
        "prun: the lists are in ",
        "/10 entries] [",
        "prun: Status: SUCCESS\n",
        "prun: Total size: 81 bytes (81 bytes)\n",
        "prun: Total entries: 10 (and 11 directories)\n",
        "prun: Buckets number: 3\n",
        "prun: Mean entries per bucket: 3\n",
        "prun: Rsync workers: 2\n",
        "prun: Total rsync's processes (4) cumulative runtime: ",
        "prun: lists of names are kept in ",
    ])
    .run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(
        told.contains("[10/10 entries] [81 bytes/81 bytes transferred]"),
        "{told}"
    );
    let kept = fs::read_dir(dir.join("lists here")).expect("-b").count();
    assert_eq!(kept, 1);
    // One bucket a process, and none too many.
    let ran = preset(&dir, "msrsync", &["-p4", "-fauto", "-n", "src/", "dst2"])
        .stdout_any()
        .stderr_any()
        .run();
    assert_eq!(ran.text().lines().count(), 5, "{}", ran.text());
    // Bytes cut too: each file has 9.
    let ran = preset(&dir, "msrsync", &["-s", "18", "-n", "src/", "dst2"])
        .stdout_any()
        .stderr_any()
        .run();
    assert!(
        (6..=7).contains(&ran.text().lines().count()),
        "{}",
        ran.text()
    );
}

#[test]
fn buckets_are_copied_while_the_tree_is_walked() {
    let dir = Dir::new();
    for number in 0..400 {
        dir.write(format!("src/{number}"), "");
    }
    let gate = dir.gate("gate");
    let path = stand_in(&dir, "((n != 1)) || read -r _ <gate");
    let running = preset(&dir, "msrsync", &["-p1", "-f1", "src/", "dst"])
        .env("PATH", &path)
        .start();
    let held = gate.arrived();
    // The walk goes on to the end of the queue, and waits there.
    let made = lists(&dir).len();
    assert!(made < 200, "{made} lists before the first was copied");
    held.release();
    running.finish();
    assert_eq!(calls(&dir), 401);
    assert_eq!(lists(&dir), [] as [PathBuf; 0]);
}

#[test]
fn a_signal_ends_all_processes_and_leaves_no_list() {
    for (name, args) in [
        ("rsync", &["-j2", "--rsync", "-a", "src/", "dst"][..]),
        ("msrsync", &["-p2", "-f2", "--stats", "src/", "dst"]),
    ] {
        let dir = Dir::new();
        small_tree(&dir);
        let gate = dir.gate("gate");
        let path = stand_in(&dir, "echo $$ >pid; read -r _ <gate; echo went on >went");
        let running = preset(&dir, name, args)
            .env("PATH", &path)
            .signal(Signal::SIGINT)
            .stderr_any()
            .start();
        let held = gate.arrived();
        running.kill(Signal::SIGINT);
        let ran = running.finish();
        held.release();
        assert!(!dir.has("went"), "{name}");
        assert_eq!(lists(&dir), [] as [PathBuf; 0], "{name}");
        let told = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(!told.contains("SUCCESS"), "{told}");
        // Nothing half-done is called done: a rerun copies all.
        if need("rsync") {
            preset(&dir, name, args).stderr_any().run();
            assert_same_tree(&dir.join("src"), &dir.join("dst"));
        }
    }
}

#[test]
fn a_source_in_which_something_cannot_be_read_is_a_failure() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    fs::set_permissions(dir.join("src/d3"), fs::Permissions::from_mode(0o0)).expect("chmod");
    let run = |name: &str, args: &[&str]| {
        preset(&dir, name, args)
            .unprivileged()
            .status(1)
            .stderr_has(&["cannot open directory", "d3"])
            .run();
        assert!(dir.has("dst/d4/file"));
    };
    run("msrsync", &["-p2", "src/", "dst"]);
    run("rsync", &["-j2", "--rsync", "-a", "src/", "dst"]);
    fs::set_permissions(dir.join("src/d3"), fs::Permissions::from_mode(0o755)).expect("chmod");
}

#[test]
fn every_run_is_a_row_of_the_job_log() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    let path = stand_in(&dir, "((n != 2)) || exit 12\nreal \"$@\"");
    preset(
        &dir,
        "rsync",
        &["-j2", "--joblog", "log", "--rsync", "-a", "src/", "dst"],
    )
    .env("PATH", &path)
    .stderr_any()
    .run();
    let log = dir.text("log");
    let codes: Vec<&str> = log
        .lines()
        .skip(1)
        .filter_map(|row| row.split('\t').nth(6))
        .collect();
    assert_eq!(codes, ["0", "12", "0", "0"], "{log}");
    let odd = OsString::from_vec(b"not \xff UTF-8".to_vec());
    fs::rename(dir.join("src"), dir.join(&odd)).expect("rename");
    let mut both = odd.clone();
    both.push("/");
    prun(["preset", "rsync", "--rsync", "-a"])
        .args([both.as_os_str(), OsStr::new("two")])
        .in_dir(&dir)
        .run();
    assert_same_tree(&dir.join(&odd), &dir.join("two"));
}

/// Mounts the directory `of` at each of `names` until the answer is dropped. `false` has been recorded as a skip.
struct Binds(Vec<PathBuf>);

impl Binds {
    #[track_caller]
    fn make(dir: &Dir, of: &str, names: &[&str]) -> Option<Binds> {
        if !need_root("mount") || !need("mount") {
            return None;
        }
        dir.mkdir(of);
        let mut made = Binds(Vec::new());
        for name in names {
            let at = dir.mkdir(name);
            let done = Command::new("mount")
                .arg("--bind")
                .args([&dir.join(of), &at])
                .status();
            assert!(done.expect("mount").success());
            made.0.push(at);
        }
        Some(made)
    }
}

impl Drop for Binds {
    fn drop(&mut self) {
        for at in &self.0 {
            let _ = Command::new("umount").arg(at).status();
        }
    }
}

#[test]
fn buckets_are_spread_over_mounts() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    for number in 0..20 {
        dir.write(format!("src/many/{number}"), "x");
    }
    let Some(_binds) = Binds::make(&dir, "export", &["m1", "m2"]) else {
        return;
    };
    let ran = preset(
        &dir,
        "msrsync",
        &["-p2", "-f5", "-v", "src/", "--spread", "m1/dst,m2/dst"],
    )
    .stdout_any()
    .run();
    assert_same_tree(&dir.join("src"), &dir.join("export/dst"));
    let lines = ran.text();
    let by = |mount: &str| {
        lines
            .lines()
            .filter(|line| line.ends_with(&format!(" {mount}/dst/")))
            .count()
    };
    assert!(by("m1") >= 3 && by("m2") >= 3, "{lines}");
    let directories = lines
        .lines()
        .find(|line| line.contains("--dirs"))
        .expect("the last one");
    assert!(directories.ends_with(" m1/dst/"), "{directories}");
    preset(
        &dir,
        "rsync",
        &[
            "--rsync",
            "-a",
            "src/",
            "--spread",
            "m1/two",
            "--spread=m2/two",
        ],
    )
    .run();
    assert_same_tree(&dir.join("src"), &dir.join("export/two"));
}

#[test]
fn mounts_are_proved() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir);
    dir.mkdir("other");
    for name in ["rsync", "msrsync"] {
        preset(
            &dir,
            name,
            &["--rsync", "-a", "src/", "--spread", "one,other"],
        )
        .status(2)
        .stderr_has(&["`other` is not the same directory as `one`"])
        .run();
        assert!(!dir.has("one"), "{name}");
        assert_eq!(fs::read_dir(dir.join("other")).expect("other").count(), 0);
    }
    preset(
        &dir,
        "rsync",
        &["--rsync", "-a", "src/", "dst", "--spread", "one,other"],
    )
    .status(2)
    .stderr_has(&["--spread", "DST: write SRC DST, or SRC --spread D1,D2"])
    .run();
}
