//! Output that is kept in place of being printed: `--results` in its forms, `--files`, and resuming by what is kept.

use nix::sys::signal::Signal;

use crate::support::{Dir, is_root, nasty_values, prun, wait_until};

/// A file as it is, its last newline too.
#[track_caller]
fn file(dir: &Dir, name: impl AsRef<std::ffi::OsStr>) -> String {
    String::from_utf8(dir.read(name)).expect("text")
}

const WRITES: &str = "echo o<>; echo e<> >&2; :";

#[test]
fn a_tree_has_a_directory_for_each_value_and_nothing_is_printed() {
    let ran = prun(["--results", "out", WRITES, ":::", "a", "b c", ":::", "x/y"]).run();
    for (job, value) in [("1", "a"), ("2", "b c")] {
        let place = format!("out/1/{value}/2/x\\_y");
        assert_eq!(
            file(&ran.dir, format!("{place}/stdout")),
            format!("o{value} x/y\n")
        );
        assert_eq!(
            file(&ran.dir, format!("{place}/stderr")),
            format!("e{value} x/y\n")
        );
        assert_eq!(file(&ran.dir, format!("{place}/seq")), job);
    }
}

#[test]
fn columns_with_names_have_them_in_the_tree() {
    let ran = prun([
        "--results",
        "out",
        "--header",
        "echo <b><a>",
        ":::",
        "a",
        "1",
        ":::",
        "b",
        "2",
    ])
    .run();
    assert_eq!(file(&ran.dir, "out/a/1/b/2/stdout"), "21\n");
}

#[test]
fn whatever_a_value_is_its_directory_is_below_the_tree() {
    let mut values = nasty_values();
    values.extend([
        b".".to_vec(),
        b"..".to_vec(),
        b"../../up".to_vec(),
        b"/tmp".to_vec(),
        b"a\\_b".to_vec(),
        b"a/b".to_vec(),
    ]);
    // One of them is longer than a name may be.
    values.retain(|value| value.len() < 200);
    let stdin = values.join(&b'\0');
    let ran = prun(["-0", "-k", "--results", "t/out", "printf %s <>"])
        .stdin(stdin)
        .run();
    let find = std::process::Command::new("find")
        .args([".", "-name", "seq", "-printf", "%h\\0"])
        .current_dir(ran.dir.path())
        .output()
        .expect("find runs");
    let places: Vec<&[u8]> = find
        .stdout
        .split(|byte| *byte == 0)
        .filter(|place| !place.is_empty())
        .collect();
    let mut different = values.clone();
    different.sort();
    different.dedup();
    assert_eq!(places.len(), different.len(), "one place a value");
    let empty_or_below = |place: &&[u8]| *place == b"./t/out/1" || place.starts_with(b"./t/out/1/");
    assert!(places.iter().all(empty_or_below), "none is elsewhere");
}

#[test]
fn a_template_names_files_or_directories() {
    let ran = prun(["-k", "--results", "my_<#>.txt", WRITES, ":::", "a"]).run();
    for (name, text) in [
        ("my_1.txt", "oa\n"),
        ("my_1.txt.err", "ea\n"),
        ("my_1.txt.seq", "1"),
    ] {
        assert_eq!(file(&ran.dir, name), text, "{name}");
    }
    let ran = prun(["-k", "--results", "d/<>/", WRITES, ":::", "a"]).run();
    for (name, text) in [
        ("d/a/stdout", "oa\n"),
        ("d/a/stderr", "ea\n"),
        ("d/a/seq", "1"),
    ] {
        assert_eq!(file(&ran.dir, name), text, "{name}");
    }
}

#[test]
fn a_table_has_a_row_for_each_job_in_the_order_of_output() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "case <> in wait) read _ <gate;; esac; echo '\"<>\"'; exit 3";
    let running = prun([
        "-j2",
        "-k",
        "--results",
        "t.csv",
        script,
        ":::",
        "wait",
        "b c",
    ])
    .in_dir(&dir)
    .status(2)
    .stderr_any()
    .start();
    gate.arrived().release();
    running.finish();
    let table = file(&dir, "t.csv");
    let rows: Vec<&str> = table.split_inclusive("\",\n").collect();
    assert!(rows[0].starts_with("Seq,Host,Starttime,JobRuntime,Send,Receive,Exitval,Signal,Command,V1,Stdout,Stderr\n1,:,"), "{table}");
    assert!(rows[0].ends_with(",wait,\"\"\"wait\"\"\n\",\n"), "{table}");
    assert!(rows[1].starts_with("2,:,"), "{table}");
    assert!(rows[1].contains(",0,6,3,0,"), "{table}");
    assert!(
        rows[1].ends_with(",\"b c\",\"\"\"b c\"\"\n\",\n"),
        "{table}"
    );
}

#[test]
fn a_table_can_be_printed_and_json_is_a_line_a_job() {
    let ran = prun(["--results", "-.json", WRITES, ":::", "a"])
        .stdout_any()
        .run();
    let line: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("one object");
    assert_eq!(line["V"], serde_json::json!(["a"]));
    assert_eq!(
        (line["Stdout"].as_str(), line["Stderr"].as_str()),
        (Some("oa\n"), Some("ea\n"))
    );
    let ran = prun(["--results", "-.tsv", "echo <>", ":::", "a"])
        .stdout_any()
        .run();
    assert!(
        ran.stdout.ends_with(b"\t\"echo a\"\ta\t\"a\n\"\t\n"),
        "{}",
        ran.stdout.escape_ascii()
    );
}

#[test]
fn a_table_of_much_output_keeps_to_its_memory() {
    let ran = prun([
        "-j2",
        "--results",
        "t.csv",
        "head -c 40000000 /dev/zero; :",
        ":::",
        "a",
        "b",
    ])
    .measured()
    .run();
    assert_eq!(
        ran.dir
            .read("t.csv")
            .iter()
            .map(|byte| u64::from(*byte == 0))
            .sum::<u64>(),
        80_000_000
    );
    assert!(ran.peak_kib() < 40 << 10, "{} KiB", ran.peak_kib());
}

#[test]
fn files_are_named_in_place_of_what_is_in_them() {
    let dir = Dir::new();
    dir.mkdir("tmp");
    let ran = prun([
        "-k", "--files", "--tmpdir", "tmp", "echo <>", ":::", "a", "b",
    ])
    .in_dir(&dir)
    .stdout_any()
    .run();
    let names = String::from_utf8(ran.stdout).expect("text");
    let texts: Vec<String> = names.lines().map(|name| file(&dir, name)).collect();
    assert!(
        names.lines().all(|name| name.starts_with("tmp/")),
        "{names}"
    );
    assert_eq!(texts, ["a\n", "b\n"]);
    prun(["--files", "--tag", "--results", "out", "echo", ":::", "a"])
        .in_dir(&dir)
        .stdout("a\tout/1/a/stdout\n")
        .run();
}

#[test]
fn only_the_last_try_is_kept() {
    let ran = prun([
        "--retries",
        "3",
        "--files",
        "--tmpdir",
        ".",
        "echo x >>tries; wc -l <tries; exit 1; : <>",
        ":::",
        "a",
    ])
    .status(1)
    .stdout_any()
    .stderr_any()
    .run();
    let names = String::from_utf8(ran.stdout).expect("text");
    assert_eq!(file(&ran.dir, names.trim_end()).trim(), "3");
    let made = ran.dir.listing().matches(".par").count();
    assert_eq!(made, 1, "{}", ran.dir.listing());
}

#[test]
fn resume_goes_by_what_is_kept_whole() {
    let dir = Dir::new();
    let run = |more: &[&str]| {
        prun(["-j1", "--results", "out"])
            .args(more)
            .in_dir(&dir)
            .stderr_any()
    };
    run(&["echo <>; exit 4", ":::", "a", "b"]).status(2).run();
    // What a kill in the middle of a job leaves: output, and no number.
    std::fs::remove_file(dir.join("out/1/b/seq")).expect("it is there");
    run(&["--resume", "echo again <>", ":::", "a", "b", "c"]).run();
    assert_eq!(file(&dir, "out/1/a/stdout"), "a\n");
    assert_eq!(file(&dir, "out/1/b/stdout"), "again b\n");
    assert_eq!(file(&dir, "out/1/c/stdout"), "again c\n");
    assert_eq!(file(&dir, "out/1/c/seq"), "3");
}

#[test]
fn a_job_that_is_ended_is_not_complete() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let running = prun([
        "--results",
        "out",
        "echo begun; read _ <gate; : <>",
        ":::",
        "a",
    ])
    .in_dir(&dir)
    .signal(Signal::SIGTERM)
    .stderr_any()
    .start();
    let held = gate.arrived();
    wait_until("its output", || {
        dir.has("out/1/a/stdout") && file(&dir, "out/1/a/stdout") == "begun\n"
    });
    running.kill(Signal::SIGTERM);
    running.finish();
    drop(held);
    assert!(!dir.has("out/1/a/seq"));
}

#[test]
fn what_cannot_be_kept_is_told_before_any_job() {
    let dir = Dir::new();
    dir.write("file", "");
    for (results, told) in [
        (
            "file/out",
            "cannot make the directory file/out: Not a directory",
        ),
        (
            "no/such/dir/t.csv",
            "cannot write the table no/such/dir/t.csv: No such file or directory",
        ),
        ("", "--results needs a directory"),
    ] {
        prun(["--results", results, "touch ran; : <>", ":::", "a"])
            .in_dir(&dir)
            .refused(&[told])
            .run();
    }
    prun(["--tmpdir", "file", "touch ran; : <>", ":::", "a"])
        .in_dir(&dir)
        .refused(&["cannot put temporary files in file: Not a directory"])
        .run();
    if !is_root() {
        let closed = dir.mkdir("closed");
        let mut mode = std::fs::metadata(&closed)
            .expect("it is there")
            .permissions();
        mode.set_readonly(true);
        std::fs::set_permissions(&closed, mode).expect("it is ours");
        prun(["--results", "closed", "touch ran; : <>", ":::", "a"])
            .in_dir(&dir)
            .refused(&["closed: Permission denied"])
            .run();
    }
    for flag in ["-u", "--tty"] {
        prun([flag, "--results", "out", "touch ran; : <>", ":::", "a"])
            .in_dir(&dir)
            .refused(&["--results"])
            .run();
    }
    assert!(!dir.has("ran"));
}

#[test]
fn a_name_that_is_too_long_fails_its_job_and_no_other() {
    let long = format!("{}///", "a".repeat(250));
    let ran = prun([
        "-j1",
        "--joblog",
        "log",
        "--results",
        "out",
        "echo",
        ":::",
        "a",
        &long,
        "b",
    ])
    .status(1)
    .stderr_has(&["job 2: not started", "File name too long", "'out/<#>'"])
    .run();
    assert_eq!(file(&ran.dir, "out/1/b/stdout"), "b\n");
    let log = file(&ran.dir, "log");
    let exits: Vec<&str> = log
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').nth(6))
        .collect();
    assert_eq!(exits, ["0", "255", "0"]);
}

#[test]
fn a_full_disk_ends_the_run_and_loses_no_status() {
    let dir = Dir::new();
    dir.mkdir("out/1/a");
    std::os::unix::fs::symlink("/dev/full", dir.join("out/1/a/stdout")).expect("a link");
    prun([
        "-j1",
        "--joblog",
        "log",
        "--results",
        "out",
        "echo <>; exit 7",
        ":::",
        "a",
        "b",
    ])
    .in_dir(&dir)
    .status(255)
    .stderr_has(&["error: cannot write out/1/a/stdout: No space left on device"])
    .run();
    let log = file(&dir, "log");
    let exits: Vec<&str> = log
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').nth(6))
        .collect();
    assert_eq!(exits[0], "7", "{log}");
    assert!(!dir.has("out/1/a/seq"), "it is not complete");
    std::os::unix::fs::symlink("/dev/full", dir.join("t.csv")).expect("a link");
    prun([
        "-j1",
        "--joblog",
        "log",
        "--results",
        "t.csv",
        "echo <>; exit 7",
        ":::",
        "a",
    ])
    .in_dir(&dir)
    .status(255)
    .stderr_has(&["cannot write t.csv: No space left on device"])
    .run();
    assert!(file(&dir, "log").contains("\t7\t0\t"));
}

#[test]
fn a_rehearsal_keeps_nothing() {
    let ran = prun(["--dry-run", "--results", "out", "echo", ":::", "a"])
        .stdout("echo a\n")
        .run();
    assert!(!ran.dir.has("out"));
}

#[test]
fn a_table_goes_on_where_a_log_is_resumed() {
    let dir = Dir::new();
    let run = |more: &[&str]| {
        prun(["-j1", "--results", "t.tsv", "--joblog", "log"])
            .args(more)
            .in_dir(&dir)
    };
    run(&["echo", ":::", "a"]).run();
    run(&["--resume", "echo", ":::", "a", "b"]).run();
    let table = file(&dir, "t.tsv");
    assert_eq!(table.matches("Seq\t").count(), 1, "{table}");
    assert_eq!(table.matches("\t\"echo ").count(), 2, "{table}");
    prun(["--results", "t.tsv", "--resume", "echo", ":::", "a"])
        .in_dir(&dir)
        .refused(&["give --joblog FILE too"])
        .run();
}

#[test]
fn jobs_that_read_blocks_are_known_by_their_number() {
    let ran = prun(["-k", "--pipe", "-N2", "--results", "out", "cat"])
        .stdin("1\n2\n3\n")
        .run();
    assert_eq!(
        (
            file(&ran.dir, "out/1/stdout"),
            file(&ran.dir, "out/2/stdout")
        ),
        ("1\n2\n".into(), "3\n".into())
    );
}
