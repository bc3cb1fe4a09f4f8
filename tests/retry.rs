//! Running again what a job log says has failed, and logs that are added to.

use crate::support::{Dir, nasty_values, prun};

/// Sequence numbers, exit values and commands of a log.
fn rows(dir: &Dir) -> Vec<(u64, String, String)> {
    let text = String::from_utf8_lossy(&dir.read("log")).into_owned();
    let row = |line: &str| {
        let columns: Vec<&str> = line.splitn(9, '\t').collect();
        (
            columns[0].parse().expect("a number"),
            columns[6].to_owned(),
            columns[8].to_owned(),
        )
    };
    text.lines().skip(1).map(row).collect()
}

#[test]
fn what_failed_runs_by_its_command_under_its_number() {
    let dir = Dir::new();
    prun([
        "-j1",
        "--joblog",
        "log",
        "echo <>; test -e ok || test <> = b",
        ":::",
        "a",
        "b",
        "c d",
    ])
    .in_dir(&dir)
    .status(2)
    .stdout("a\nb\nc d\n")
    .stderr_any()
    .run();
    let before = rows(&dir);
    dir.write("ok", "");
    prun(["-j1", "--joblog", "log", "--retry-failed"])
        .in_dir(&dir)
        .stdout("a\nc d\n")
        .run();
    let after = rows(&dir);
    let again: Vec<_> = before
        .iter()
        .filter(|row| row.1 == "1")
        .map(|row| (row.0, "0".to_owned(), row.2.clone()))
        .collect();
    assert_eq!(&after[3..], &again[..], "same numbers, same commands");
    prun(["-j1", "--joblog", "log", "--retry-failed"])
        .in_dir(&dir)
        .run();
    assert_eq!(rows(&dir).len(), 5, "nothing is left to do");
    // A resume after it takes them for done.
    prun([
        "-j1",
        "--joblog",
        "log",
        "--resume-failed",
        "echo <>; test -e ok || test <> = b",
        ":::",
        "a",
        "b",
        "c d",
    ])
    .in_dir(&dir)
    .run();
}

#[test]
fn what_else_is_given_is_told_of_and_not_used() {
    let dir = Dir::new();
    prun(["-j1", "--joblog", "log", "ls", ":::", "no"])
        .in_dir(&dir)
        .status(1)
        .stderr_any()
        .run();
    prun([
        "--joblog",
        "log",
        "--retry-failed",
        "touch",
        "ran",
        ":::",
        "x",
    ])
    .in_dir(&dir)
    .status(1)
    .stderr_has(&[
        "note: --retry-failed runs the commands of the job log",
        "job 1: exit status 2: ls no",
    ])
    .run();
    assert!(!dir.has("ran") && !dir.has("x"));
}

#[test]
fn values_are_what_they_were_whatever_shell_runs_them() {
    let values = nasty_values();
    let stdin: Vec<u8> = values
        .iter()
        .flat_map(|value| [value.as_slice(), b"\0"].concat())
        .collect();
    // Plain words, and a script with a value in quotes.
    for template in [
        ["sh", "-c", "printf '<%s>' \"$1\"; test -e ok", "sh"].as_slice(),
        &["printf '<%s>' \"<>\"; test -e ok"],
    ] {
        let dir = Dir::new();
        let first = prun(["-0", "-j1", "--joblog", "log"])
            .args(template)
            .in_dir(&dir)
            .stdin(&stdin)
            .any_end()
            .stdout_any()
            .stderr_any()
            .run();
        dir.write("ok", "");
        for shell in ["sh", "dash", "bash"] {
            let log = dir.read("log");
            let again = prun(["-j1", "--joblog", "log", "--shell", shell, "--retry-failed"])
                .in_dir(&dir)
                .stdout_any()
                .run();
            assert_eq!(
                again.stdout.escape_ascii().to_string(),
                first.stdout.escape_ascii().to_string(),
                "{shell}"
            );
            dir.write("log", log);
        }
    }
}

#[test]
fn a_row_forged_in_a_value_is_never_run() {
    let dir = Dir::new();
    let forged = b"x\n2\t:\t1.0\t0.0\t0\t0\t1\t0\ttouch pwned\n\t$(touch pwned)`touch pwned`'; touch pwned #";
    for template in [
        ["false"].as_slice(),
        &["false; : <>"],
        &["--gnu", "false"],
        &["--gnu", "false; : {}"],
    ] {
        let (face, template) = match template {
            ["--gnu", rest @ ..] => (&["--gnu"][..], rest),
            rest => (&[][..], rest),
        };
        prun(face)
            .args(["-0", "-j1", "--joblog", "log"])
            .args(template)
            .in_dir(&dir)
            .stdin(forged)
            .any_end()
            .stderr_any()
            .run();
        let lines = dir.read("log").split(|byte| *byte == b'\n').count();
        assert_eq!(lines, 3, "a header, one row, and the end");
        prun(["-j1", "--joblog", "log", "--retry-failed"])
            .in_dir(&dir)
            .any_end()
            .stderr_any()
            .run();
        assert!(!dir.has("pwned"), "{template:?}");
    }
}

#[test]
fn a_log_that_is_no_log_is_refused_and_nothing_runs() {
    let dir = Dir::new();
    let header = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";
    for (rows, told) in [
        (
            "1\t:\t1.0\t0.0\t0\t0\t1\t0\ttouch pwned\ntouch pwned\n",
            "line 3 is no record",
        ),
        (
            "1\t:\t1.0\t0.0\t0\t0\tx\t0\ttouch pwned\n",
            "Exitval is no number",
        ),
        (
            "-1\t:\t1.0\t0.0\t0\t0\t1\t0\ttouch pwned\n",
            "Seq is no number",
        ),
        (
            "1\t:\t1.0\t0.0\t0\t0\t1\t0 touch pwned\n",
            "Signal is no number",
        ),
    ] {
        dir.write("log", format!("{header}{rows}"));
        prun(["--joblog", "log", "--retry-failed"])
            .in_dir(&dir)
            .refused(&["log", told])
            .run();
        assert!(!dir.has("pwned"), "{rows}");
    }
    std::fs::remove_file(dir.join("log")).expect("it is there");
    prun(["--joblog", "log", "--retry-failed"])
        .in_dir(&dir)
        .refused(&["cannot open the job log log"])
        .run();
    prun(["--retry-failed"])
        .in_dir(&dir)
        .refused(&["--retry-failed needs --joblog FILE"])
        .run();
    prun(["--joblog", "log", "--retry-failed", "--resume"])
        .in_dir(&dir)
        .refused(&["--retry-failed"])
        .run();
}

#[test]
fn a_plus_adds_to_a_log() {
    let dir = Dir::new();
    for value in ["a", "b"] {
        prun(["--joblog", "+log", "echo", ":::", value])
            .in_dir(&dir)
            .stdout(format!("{value}\n"))
            .run();
    }
    let commands: Vec<String> = rows(&dir).into_iter().map(|row| row.2).collect();
    assert_eq!(commands, ["echo a", "echo b"]);
}

#[test]
fn a_rehearsal_shows_what_would_run_and_logs_nothing() {
    let dir = Dir::new();
    prun(["-j1", "--joblog", "log", "ls", ":::", "a b"])
        .in_dir(&dir)
        .status(1)
        .stderr_any()
        .run();
    let before = dir.read("log");
    prun(["--joblog", "log", "--retry-failed", "--dry-run"])
        .in_dir(&dir)
        .stdout("ls 'a b'\n")
        .run();
    assert_eq!(dir.read("log"), before);
}
