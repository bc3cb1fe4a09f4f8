//! `prun preset parallelcp` and `prun preset verify` with the native engine, as a user drives them: options, exit
//! statuses, the rehearsal, signals. How exact a copy is, is the torture tree's matter (`tests/scripts/copy-torture.sh`).

use std::ffi::OsStr;
use std::fs::{self, File, FileTimes};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use nix::sys::signal::Signal;

use crate::support::{
    Dir, Prun, assert_same_tree, is_root, nasty_tree, need_root, prun, snapshot, wait_until,
};

/// `prun preset parallelcp src dst`, with these options.
#[track_caller]
fn copy(dir: &Dir, options: &[&str]) -> Prun {
    prun(["preset", "parallelcp", "src", "dst"])
        .args(options)
        .in_dir(dir)
}

/// Both trees are equal: by prun's own comparison, contents too.
#[track_caller]
fn assert_verified(dir: &Dir) {
    let ran = prun(["preset", "verify", "-c", "src", "dst"])
        .in_dir(dir)
        .stdout_any()
        .run();
    assert!(ran.text().ends_with("\ndifferences: 0\n"), "{}", ran.text());
}

/// A small tree with one of most things.
fn tree(dir: &Dir) {
    dir.write("src/a b/one", "1");
    dir.write("src/a b/deep/two", "22");
    dir.write("src/top.o", "333");
    dir.mkdir("src/empty");
    symlink("nowhere", dir.join("src/dangling")).expect("symlink");
    fs::hard_link(dir.join("src/top.o"), dir.join("src/a b/other name")).expect("link");
    fs::set_permissions(dir.join("src/empty"), fs::Permissions::from_mode(0o1750)).expect("chmod");
    set_time(&dir.join("src/a b/one"), 1_000_000_000);
    set_time(&dir.join("src/a b"), 1_100_000_000);
    set_time(&dir.join("src"), 1_200_000_000);
}

fn set_time(path: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, 123_456_789);
    let file = File::open(path).expect("it opens");
    file.set_times(FileTimes::new().set_modified(time))
        .expect("its time is set");
}

#[test]
fn a_tree_is_copied_and_not_copied_again() {
    let dir = Dir::new();
    nasty_tree(&dir.join("src"));
    copy(&dir, &[]).run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
    assert_verified(&dir);
    copy(&dir, &["--stats"])
        .stderr_has(&["prun: nothing was copied"])
        .run();
    assert_verified(&dir);
}

#[test]
fn the_slash_behind_a_directory_says_nothing() {
    let dir = Dir::new();
    tree(&dir);
    prun(["preset", "parallelcp", "src///", "dst/"])
        .in_dir(&dir)
        .run();
    assert_verified(&dir);
    prun(["preset", "parallelcp", "-j1", "--", "src", "-new/one/"])
        .in_dir(&dir)
        .run();
    assert_same_tree(&dir.join("src"), &dir.join("-new/one"));
}

#[test]
fn what_cannot_begin_ends_with_2_and_does_nothing() {
    let dir = Dir::new();
    tree(&dir);
    dir.write("file", "a file");
    symlink("src", dir.join("alias")).expect("symlink");
    for (words, named) in [
        (&["nothing", "dst"][..], "nothing"),
        (&["file", "dst"], "file"),
        (&["src", "file"], "file"),
        (&["src", "src"], "same directory"),
        (&["src", "alias"], "same directory"),
        (&["src", "alias/below"], "inside"),
        (&["src", "src/a b"], "inside"),
        (&["src", "dst", "--exclude-from=nothing"], "nothing"),
        (&["src", "dst", "--report=no/report"], "no/report"),
        (&["src", "dst", "--log=no/log"], "no/log"),
        (&["src", "dst", "--journal=no/journal"], "no/journal"),
        (&["src", "dst", "--max-delete=1"], "--delete"),
        (&["src", "dst", "--resume"], "--journal"),
        (&["src", "dst", "--bwlimit=fast"], "--bwlimit"),
        (&["src", "dst", "-j0.5"], "-j"),
        (&["src", "dst", "third"], "third"),
    ] {
        let before = snapshot(dir.path());
        prun(["preset", "parallelcp"])
            .args(words)
            .in_dir(&dir)
            .status(2)
            .stderr_has(&["prun: error: ", named])
            .run();
        assert!(snapshot(dir.path()) == before, "{words:?} did something");
    }
}

#[test]
fn options_about_jobs_are_refused_and_say_what_to_do() {
    let dir = Dir::new();
    tree(&dir);
    for (option, advice) in [
        (
            "--joblog=log",
            "--report, --log and --journal record a copy",
        ),
        ("--timeout=1", "--engine exec"),
        ("--delay=1", "--engine exec"),
        ("--halt=now,fail=1", "--engine exec"),
        ("--termseq=KILL", "--engine exec"),
        ("--shell=sh", "--engine exec"),
        (
            "--drain",
            "a first signal lets files that are under way end",
        ),
        ("--keep-order", "--engine exec"),
        ("--group", "--engine exec"),
        ("--ungroup", "--engine exec"),
        ("--line-buffer", "--engine exec"),
        ("--tag", "--engine exec"),
        ("--tagstring=x", "--engine exec"),
    ] {
        let name = option.split('=').next().expect("a name");
        copy(&dir, &[option])
            .status(2)
            .stderr_has(&["prun: error: ", name, advice])
            .run();
    }
    assert!(!dir.has("dst") && !dir.has("log"));
    // With jobs they are taken.
    copy(&dir, &["--engine=exec", "--tag", "--timeout=9"])
        .stdout_any()
        .run();
    assert!(dir.has("dst/a b/one"));
}

#[test]
fn options_about_jobs_that_are_set_for_all_runs_are_passed_over() {
    let dir = Dir::new();
    tree(&dir);
    copy(&dir, &[])
        .env(
            "PRUN_OPTS",
            "--tag --halt now,fail=10% --timeout 1 --retries 0 --keep-order",
        )
        .run();
    assert_verified(&dir);
}

#[test]
fn options_of_copies_are_refused_where_commands_copy() {
    let dir = Dir::new();
    tree(&dir);
    for option in [
        "-c",
        "-p",
        "--delete",
        "--exclude=x",
        "--report=r",
        "--verify",
        "--journal=j",
    ] {
        let name = option.split('=').next().expect("a name");
        copy(&dir, &["--engine", "exec", option])
            .status(2)
            .stderr_has(&["prun: error: ", name, "--engine native"])
            .run();
    }
    assert!(!dir.has("dst") && !dir.has("r"));
    copy(&dir, &["--engine", "exec", "-rPH", "--exit=prun"]).run();
    assert!(dir.has("dst/a b/one"));
}

#[test]
fn something_that_failed_is_told_and_the_rest_is_copied() {
    for (exit, status) in [("prun", 1), ("rsync", 23)] {
        let dir = Dir::new();
        tree(&dir);
        dir.write("dst/top.o/inside", "a directory in the place of a file");
        copy(&dir, &["--exit", exit])
            .status(status)
            .stderr_has(&["prun: dst/top.o: "])
            .run();
        assert_eq!(dir.text("dst/a b/deep/two"), "22");
        assert_eq!(
            dir.text("dst/top.o/inside"),
            "a directory in the place of a file"
        );
    }
}

#[test]
fn rsyncs_statuses_are_given_for_what_cannot_begin() {
    let dir = Dir::new();
    tree(&dir);
    copy(&dir, &["--exit=rsync", "--exclude-from=nothing"])
        .status(1)
        .stderr_any()
        .run();
    prun(["preset", "parallelcp", "--exit=rsync", "src", "src/x"])
        .in_dir(&dir)
        .status(3)
        .stderr_any()
        .run();
    prun(["preset", "parallelcp", "--exit=rsync", "nothing", "x"])
        .in_dir(&dir)
        .status(3)
        .stderr_any()
        .run();
}

#[test]
fn trees_that_differ_end_with_3_and_are_told() {
    let dir = Dir::new();
    tree(&dir);
    copy(&dir, &[]).run();
    assert_verified(&dir);
    dir.write("dst/a b/deep/two", "zz");
    let original = fs::metadata(dir.join("src/a b/deep/two")).expect("stat");
    let file = File::options()
        .write(true)
        .open(dir.join("dst/a b/deep/two"))
        .expect("it opens");
    file.set_times(FileTimes::new().set_modified(original.modified().expect("a time")))
        .expect("its time is set");
    let verify = |options: &[&str]| {
        prun(["preset", "verify", "src", "dst"])
            .args(options)
            .in_dir(&dir)
            .stdout_any()
    };
    let ran = verify(&[]).run();
    assert!(ran.text().ends_with("\ndifferences: 0\n"), "{}", ran.text());
    let ran = verify(&["--checksum"]).status(3).run();
    assert!(
        ran.text().starts_with("content  a b/deep/two: "),
        "{}",
        ran.text()
    );
    assert!(ran.text().ends_with("\ndifferences: 1\n"), "{}", ran.text());
    verify(&["-c", "--ignore", "content"]).run();
    verify(&["-c", "--ignore=content:link"]).status(3).run();
    prun(["preset", "verify", "src", "nothing"])
        .in_dir(&dir)
        .status(2)
        .stderr_has(&["prun: error: ", "nothing"])
        .run();
    // A copy that is verified does not take the file for equal that differs.
    copy(&dir, &["--verify=checksum"])
        .status(3)
        .stdout_has(&["content  a b/deep/two: ", "\ndifferences: 1\n"])
        .run();
    copy(&dir, &["--verify=checksum", "--exit=rsync"])
        .status(23)
        .stdout_any()
        .run();
    copy(&dir, &["--verify=checksum", "--checksum"])
        .stdout_has(&["\ndifferences: 0\n"])
        .run();
}

#[test]
fn what_was_not_to_be_kept_is_no_difference_after_a_copy() {
    let dir = Dir::new();
    tree(&dir);
    dir.write("dst/extra", "of before");
    copy(&dir, &["--as-article", "--verify=checksum"])
        .stdout_has(&["\ndifferences: 0\n"])
        .run();
    let of = |path| fs::metadata(dir.join(path)).expect("stat");
    assert!(of("dst/a b/one").mtime() > of("src/a b/one").mtime());
    assert_eq!(of("dst/top.o").nlink(), 1);
}

#[test]
fn what_is_kept_can_be_chosen() {
    let dir = Dir::new();
    tree(&dir);
    let of = |path: String| fs::metadata(dir.join(path)).expect("stat");
    for (at, options, keeps_time, keeps_links) in [
        ("1", &["-p"][..], true, false),
        ("2", &["-d"], false, true),
        ("3", &["--preserve=mode"], false, false),
        ("4", &["--no-preserve=links"], true, false),
        ("5", &["--preserve=links,timestamps"], true, true),
        ("6", &[], true, true),
    ] {
        prun(["preset", "parallelcp", "src", at])
            .args(options)
            .in_dir(&dir)
            .run();
        let has_time = of(format!("{at}/a b/one")).mtime() == 1_000_000_000;
        assert_eq!(has_time, keeps_time, "{options:?}");
        let has_links = of(format!("{at}/top.o")).nlink() == 2;
        assert_eq!(has_links, keeps_links, "{options:?}");
    }
}

#[test]
fn rules_are_asked_in_their_order_and_those_that_match_nothing_are_told() {
    let dir = Dir::new();
    tree(&dir);
    dir.write("src/other.o", "o");
    dir.write("rules", "# a comment\n/a b/deep/\n");
    copy(
        &dir,
        &[
            "--include=top.o",
            "--exclude=*.o",
            "--exclude-from=rules",
            "--exclude=/nowhere/",
        ],
    )
    .stderr("prun: note: the filter `--exclude /nowhere/` matched nothing\n")
    .run();
    assert!(dir.has("dst/top.o") && !dir.has("dst/other.o") && !dir.has("dst/a b/deep"));
    // The other way round, and from standard input.
    let again = Dir::new();
    tree(&again);
    copy(&again, &["--exclude-from=-", "--include=top.o"])
        .stdin("*.o\n")
        .stderr_any()
        .run();
    assert!(!again.has("dst/top.o") && again.has("dst/a b/deep/two"));
}

#[test]
fn extraneous_entries_are_removed_up_to_a_limit() {
    let dir = Dir::new();
    tree(&dir);
    copy(&dir, &[]).run();
    for n in 0..3 {
        dir.write(format!("dst/extra {n}"), "x");
    }
    dir.write("dst/a b/more/deep", "x");
    copy(&dir, &[]).run();
    assert!(dir.has("dst/extra 0"));
    copy(&dir, &["--delete", "--max-delete=1", "--exit=rsync"])
        .status(25)
        .stderr_any()
        .run();
    copy(&dir, &["--delete", "--exclude=extra 1"]).run();
    assert!(dir.has("dst/extra 1") && !dir.has("dst/extra 0") && !dir.has("dst/a b/more"));
    copy(&dir, &["--delete=after"]).run();
    assert_verified(&dir);
}

#[test]
fn what_makes_a_file_differ_can_be_chosen() {
    let content = |options: &[&str], there: (&str, u64)| {
        let dir = Dir::new();
        dir.write("src/f", "new");
        set_time(&dir.join("src/f"), 1_500_000_000);
        dir.write("dst/f", there.0);
        set_time(&dir.join("dst/f"), there.1);
        copy(&dir, options).run();
        dir.text("dst/f")
    };
    let (older, same, newer) = (1_400_000_000, 1_500_000_000, 1_600_000_000);
    for (options, there, expected) in [
        (&[][..], ("old", same), "old"),
        (&[], ("old", older), "new"),
        (&[], ("longer", same), "new"),
        (&["-I"], ("old", same), "new"),
        (&["-c"], ("old", same), "new"),
        (&["--size-only"], ("old", older), "old"),
        (&["--size-only"], ("longer", same), "new"),
        (&["-u"], ("old", newer), "old"),
        (&["-u"], ("old", older), "new"),
        (&["--ignore-existing"], ("longer", older), "longer"),
        (&["--no-clobber"], ("longer", older), "longer"),
        (&["--inplace"], ("longer", older), "new"),
        (&["--max-size=2"], ("longer", older), "longer"),
        (&["--min-size=4"], ("longer", older), "longer"),
        (
            &["--modify-window=100000000000000000"],
            ("old", older),
            "old",
        ),
    ] {
        assert_eq!(content(options, there), expected, "{options:?} {there:?}");
    }
}

#[test]
fn nothing_new_is_made_with_existing() {
    let dir = Dir::new();
    tree(&dir);
    dir.write("dst/a b/one", "old content");
    copy(&dir, &["--existing"]).run();
    assert_eq!(dir.text("dst/a b/one"), "1");
    assert!(!dir.has("dst/top.o") && !dir.has("dst/a b/deep") && !dir.has("dst/empty"));
}

#[test]
fn links_are_followed_if_that_is_asked_for() {
    let dir = Dir::new();
    dir.write("src/real/file", "content");
    symlink("real", dir.join("src/to directory")).expect("symlink");
    symlink("real/file", dir.join("src/to file")).expect("symlink");
    copy(&dir, &["-L"]).run();
    let is_link = |path: &str| {
        let found = fs::symlink_metadata(dir.join(path)).expect("stat");
        found.file_type().is_symlink()
    };
    assert!(!is_link("dst/to directory") && !is_link("dst/to file"));
    assert_eq!(dir.text("dst/to directory/file"), "content");
}

/// What a rehearsal prints, run by bash.
#[track_caller]
fn paste(dir: &Dir, options: &[&str]) -> String {
    let before = snapshot(dir.path());
    let ran = copy(dir, &[options, &["--dry-run"]].concat())
        .stdout_any()
        .run();
    assert!(snapshot(dir.path()) == before, "a rehearsal did something");
    let last = ran.text().lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with("# to make: "), "{last}");
    // Not in what is copied, and no other test's.
    let beside = Dir::new();
    let script = beside.join("script");
    fs::write(&script, &ran.stdout).expect("write");
    let bash = Command::new("bash")
        .arg(&script)
        .current_dir(dir.path())
        .output()
        .expect("bash runs");
    assert!(
        bash.status.success() && bash.stderr.is_empty(),
        "{}",
        bash.stderr.escape_ascii()
    );
    ran.text()
}

#[test]
fn a_rehearsal_that_is_pasted_copies() {
    let dir = Dir::new();
    tree(&dir);
    nasty_tree(&dir.join("src/nasty"));
    let text = paste(&dir, &[]);
    assert!(text.contains("\nmkdir -- 'dst/a b'\n"), "{text}");
    assert!(text.contains("cp -a --no-target-directory -- "), "{text}");
    assert_verified(&dir);
    assert_eq!(paste(&dir, &[]).lines().count(), 1, "all is equal now");
}

#[test]
fn a_rehearsal_tells_what_is_replaced_mended_linked_and_removed() {
    let dir = Dir::new();
    tree(&dir);
    copy(&dir, &[]).run();
    dir.write("src/a b/one", "changed");
    fs::set_permissions(
        dir.join("dst/a b/deep/two"),
        fs::Permissions::from_mode(0o600),
    )
    .expect("chmod");
    fs::remove_file(dir.join("dst/a b/other name")).expect("remove");
    dir.write("dst/extra/deep", "x");
    let text = paste(&dir, &["--delete"]);
    for line in [
        "rm -r -f -- dst/extra\n",
        "cp -a --remove-destination --no-target-directory -- 'src/a b/one' 'dst/a b/one'\n",
        "cp -a --attributes-only --no-target-directory -- 'src/a b/deep/two' 'dst/a b/deep/two'\n",
        "; attributes to put right: 1",
        "; to remove: 1",
        "hard links 1;",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_verified(&dir);
}

#[test]
fn a_rehearsal_links_again_what_it_replaces() {
    for options in [&[][..], &["--inplace"]] {
        let dir = Dir::new();
        tree(&dir);
        fs::create_dir(dir.join("src/names")).expect("mkdir");
        for name in ["names/second", "names/third"] {
            fs::hard_link(dir.join("src/a b/one"), dir.join("src").join(name)).expect("link");
        }
        copy(&dir, &[]).run();
        // All names of it have the new contents, in the source alone.
        dir.write("src/a b/one", "changed");
        paste(&dir, options);
        assert_verified(&dir);
    }
}

#[test]
fn a_rehearsal_heeds_filters_and_what_is_kept() {
    let dir = Dir::new();
    tree(&dir);
    let text = paste(
        &dir,
        &[
            "--as-article",
            "--exclude=deep/",
            "--include=top.o",
            "--exclude=*.o",
        ],
    );
    assert!(
        text.contains("cp -R -P --no-target-directory -- src/top.o dst/top.o\n"),
        "{text}"
    );
    assert!(text.contains("; excluded: 1"), "{text}");
    assert!(!text.contains("touch") && !text.contains("chown") && !dir.has("dst/a b/deep"));
    assert!(dir.has("dst/a b/one") && dir.has("dst/empty"));
}

#[test]
fn a_rehearsal_of_a_comparison_is_a_line() {
    let dir = Dir::new();
    prun(["preset", "verify", "a b", "c", "-n", "--checksum"])
        .in_dir(&dir)
        .stdout("rsync -n -a -H -A -X -i --numeric-ids --delete -c -- 'a b/' c/\n")
        .run();
}

#[test]
fn a_signal_stops_a_copy_and_the_same_command_goes_on() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let dir = Dir::new();
        tree(&dir);
        dir.write("src/large", vec![7; 2 << 20]);
        let running = copy(&dir, &["--bwlimit=300K", "--report=report"])
            .signal(signal)
            .stderr_any()
            .start();
        // The large file takes seconds from here on.
        wait_until("the copy has begun", || dir.has("dst/a b/one"));
        running.kill(signal);
        running.finish();
        let report = dir.text("report");
        let line = format!("\"signal\": {}", signal as i32);
        assert!(report.contains(&line), "{report}");
        assert!(!dir.has("dst/large"), "a part of a file under its name");
        copy(&dir, &[]).run();
        assert_verified(&dir);
    }
}

#[test]
fn a_journal_of_another_run_is_refused() {
    let dir = Dir::new();
    tree(&dir);
    copy(&dir, &["--journal=journal"]).run();
    copy(&dir, &["--journal=journal", "--resume"]).run();
    prun([
        "preset",
        "parallelcp",
        "src",
        "other",
        "--journal=journal",
        "--resume",
    ])
    .in_dir(&dir)
    .status(2)
    .stderr_has(&["prun: error: ", "journal", "another run"])
    .run();
    copy(
        &dir,
        &["--journal=journal", "--resume", "--no-preserve=mode"],
    )
    .status(2)
    .stderr_has(&["a run with other options (--preserve)"])
    .run();
    assert!(!dir.has("other"));
}

#[test]
fn what_must_be_kept_and_is_not_is_a_failure() {
    if !need_root("files of another owner") {
        return;
    }
    let dir = Dir::new();
    dir.write("src/f", "content");
    let copy = |options: &[&str], at: &str| {
        prun(["preset", "parallelcp", "src", at])
            .args(options)
            .in_dir(&dir)
            .unprivileged()
    };
    copy(&[], "1").run();
    copy(&["--require=owner,xattr"], "2")
        .status(1)
        .stderr_has(&["prun: error: --require=owner: not kept for 2 entries"])
        .run();
    copy(&["--require=times"], "3").run();
    copy(&["--require=owner", "--no-preserve=ownership"], "4").run();
}

#[test]
fn a_reader_of_differences_may_go_away() {
    let dir = Dir::new();
    for n in 0..3000 {
        dir.write(format!("src/file {n}"), "");
    }
    dir.mkdir("dst");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    prun(["preset", "verify", "src", "dst"])
        .in_dir(&dir)
        .stdout_to(File::from(std::os::fd::OwnedFd::from(writer)))
        .signal(Signal::SIGPIPE)
        .run();
}

#[test]
fn a_full_standard_output_is_told() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let dir = Dir::new();
    tree(&dir);
    dir.mkdir("dst");
    prun(["preset", "verify", "src", "dst"])
        .in_dir(&dir)
        .stdout_to(
            File::options()
                .write(true)
                .open("/dev/full")
                .expect("it opens"),
        )
        .status(1)
        .stderr_has(&["cannot write to standard output: No space left on device"])
        .run();
}

#[test]
fn entries_are_named_as_they_are_done() {
    let dir = Dir::new();
    tree(&dir);
    dir.write("dst/extra", "x");
    let names = |options: &[&str]| {
        let ran = copy(&dir, options).stdout_any().stderr_any().run();
        let mut lines: Vec<String> = ran.text().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let all = names(&["-v", "--delete", "--log=log"]);
    // Which name of a file is copied and which is linked is chance.
    assert_eq!(
        all,
        [
            "'a b/'",
            "'a b/deep/'",
            "'a b/deep/two'",
            "'a b/one'",
            "'a b/other name'",
            "dangling",
            "deleted extra",
            "empty/",
            "top.o",
        ]
    );
    assert_eq!(dir.text("log").lines().count(), all.len());
    assert!(
        dir.text("log")
            .contains(r#""path":"extra","done":"removed""#),
        "{}",
        dir.text("log")
    );
    assert!(names(&["--verbose"]).is_empty());
    dir.write("src/new", "x");
    assert_eq!(names(&["--verbose"]), ["new"]);
}

#[test]
fn a_reader_of_names_may_go_away() {
    let dir = Dir::new();
    for n in 0..3000 {
        dir.write(format!("src/file {n}"), "");
    }
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    copy(&dir, &["-v"])
        .stdout_to(File::from(std::os::fd::OwnedFd::from(writer)))
        .signal(Signal::SIGPIPE)
        .stderr_any()
        .run();
    copy(&dir, &[]).run();
    assert_verified(&dir);
}

#[test]
fn a_users_preset_copies_too() {
    let dir = Dir::new();
    tree(&dir);
    dir.write(
        "mine.toml",
        "description = 'copy, then say so'\n\
         [[param]]\nname = 'what'\ntype = 'directory'\nhelp = 'what'\n\
         [[stage]]\nname = 'copy'\ncopy = { from = '<what>', to = 'dst' }\n\
         [[stage]]\nname = 'say'\nlist = ['done']\nrun = 'echo <>; test -e dst/top.o'\n\
         [[stage]]\nname = 'check'\nverify = { from = '<what>', to = 'dst' }\n",
    );
    let mine = |options: &[&str]| {
        prun(["preset", "./mine.toml", "src"])
            .args(options)
            .in_dir(&dir)
    };
    mine(&["--joblog=log", "--tag"])
        .stdout_has(&["done\tdone\n", "\ndifferences: 0\n"])
        .run();
    assert_eq!(dir.text("log").lines().count(), 2, "{}", dir.text("log"));
    mine(&["--dry-run"])
        .stdout_has(&["# to make: ", "echo done", "rsync -n "])
        .run();
    // A stage that fails keeps the others from nothing.
    mine(&["--exclude=top.o", "--report=report", "--delete"])
        .status(0)
        .stdout_any()
        .run();
    fs::remove_dir_all(dir.join("dst")).expect("remove");
    mine(&["--exclude=top.o", "--report=report"])
        .status(1)
        .stdout_has(&["missing  top.o", "\ndifferences: "])
        .stderr_has(&["1 of "])
        .run();
    let report = dir.text("report");
    assert!(report.contains("\"exit\": 1"), "{report}");
}

#[test]
fn help_of_the_built_in_presets_fits_80_columns() {
    for preset in ["parallelcp", "verify"] {
        for form in ["-h", "--help"] {
            let ran = prun(["preset", preset, form]).stdout_any().run();
            for line in ran.text().lines() {
                assert!(line.chars().count() <= 80, "{preset} {form}: {line}");
            }
        }
    }
}

#[test]
fn names_that_are_no_text_are_told_and_copied() {
    use std::os::unix::ffi::OsStrExt;
    let dir = Dir::new();
    let name = OsStr::from_bytes(b"src/\xff\n \x1b[31m");
    dir.write(name, "content");
    dir.write(
        Path::new("dst").join(OsStr::from_bytes(b"\xff\n \x1b[31m/in")),
        "x",
    );
    copy(&dir, &[])
        .status(1)
        .stderr_has(&["prun: 'dst/\\xff\\n \\u{1b}[31m': "])
        .run();
}

#[test]
fn unreadable_directories_fail_and_the_rest_is_copied() {
    let dir = Dir::new();
    tree(&dir);
    dir.write("src/shut/inside", "x");
    fs::set_permissions(dir.join("src/shut"), fs::Permissions::from_mode(0o0)).expect("chmod");
    if is_root() {
        for path in ["src", "src/a b", "src/empty"] {
            fs::set_permissions(dir.join(path), fs::Permissions::from_mode(0o755)).expect("chmod");
        }
    }
    copy(&dir, &[])
        .unprivileged()
        .status(1)
        .stderr_has(&["prun: src/shut: ", "Permission denied (EACCES)"])
        .run();
    assert_eq!(dir.text("dst/a b/deep/two"), "22");
    fs::set_permissions(dir.join("src/shut"), fs::Permissions::from_mode(0o755)).expect("chmod");
}
