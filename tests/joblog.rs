//! The job log: its columns, one line a record whatever a value holds, what a kill leaves of it; resuming from it.

use nix::sys::signal::Signal;

use crate::support::{Dir, nasty_values, prun, wait_until};

const HEADER: &str = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand";

/// The rows, each split in its columns; the header is checked.
#[track_caller]
fn rows(dir: &Dir, name: &str) -> Vec<Vec<String>> {
    let text = String::from_utf8_lossy(&dir.read(name)).into_owned();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(HEADER));
    assert!(text.ends_with('\n'), "the last record is whole");
    let split = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = lines.map(split).collect();
    for row in &rows {
        assert_eq!(row.len(), 9, "{row:?}");
        for column in [0, 2, 3, 4, 5, 6, 7] {
            assert!(
                row[column].trim().parse::<f64>().is_ok(),
                "column {column} is a number: {row:?}"
            );
        }
    }
    rows
}

/// The sequence numbers of rows, sorted.
fn numbers(rows: &[Vec<String>]) -> Vec<u64> {
    let mut numbers: Vec<u64> = rows
        .iter()
        .map(|row| row[0].parse().expect("a number"))
        .collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn the_columns_of_gnu_parallel() {
    let ran = prun([
        "-j1",
        "--joblog",
        "log",
        "printf '%s' <>; exit <#>",
        ":::",
        "abc",
        "d e",
    ])
    .status(2)
    .stdout("abcd e")
    .stderr_any()
    .run();
    let rows = rows(&ran.dir, "log");
    assert_eq!(rows.len(), 2);
    let tail = |row: &[String]| {
        (
            row[0].clone(),
            row[4].clone(),
            row[5].clone(),
            row[6].clone(),
            row[7].clone(),
        )
    };
    let want = |seq: &str, received: &str, exit: &str| {
        (
            seq.to_owned(),
            "0".to_owned(),
            received.to_owned(),
            exit.to_owned(),
            "0".to_owned(),
        )
    };
    assert_eq!(tail(&rows[0]), want("1", "3", "1"));
    assert_eq!(tail(&rows[1]), want("2", "3", "2"));
    let started: f64 = rows[0][2].parse().expect("a time");
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs_f64();
    assert!(
        (now - 600.0..=now + 1.0).contains(&started),
        "{started} is not now ({now})"
    );
    assert!(rows[1][8].contains("'d e'"), "{}", rows[1][8]);
}

#[test]
fn a_signal_has_its_own_column() {
    let ran = prun(["-j1", "--joblog", "log", "kill -9 $$; : <>", ":::", "a"])
        .status(1)
        .stderr_any()
        .run();
    let rows = rows(&ran.dir, "log");
    assert_eq!((rows[0][6].as_str(), rows[0][7].as_str()), ("0", "9"));
}

#[test]
fn a_record_is_one_line_whatever_a_value_holds() {
    let mut values = nasty_values();
    values.push(b"x\n99\t:\t1.0\t0.0\t0\t0\t1\t0\ttouch pwned".to_vec());
    values.push(b"\t\t\t\t\t\t\t\ttouch pwned".to_vec());
    let stdin: Vec<u8> = values
        .iter()
        .flat_map(|value| [value.as_slice(), b"\0"].concat())
        .collect();
    for template in [["printf", "%s"].as_slice(), &["printf '%s' <>; :"]] {
        let ran = prun(["-0", "-j1", "--joblog", "log"])
            .args(template)
            .stdin(&stdin)
            .stdout(values.concat())
            .run();
        let log = ran.dir.read("log");
        let lines: Vec<&[u8]> = log.split_inclusive(|&b| b == b'\n').collect();
        assert_eq!(lines.len(), values.len() + 1);
        for (at, line) in lines.iter().enumerate().skip(1) {
            let columns: Vec<&[u8]> = line.splitn(9, |&b| b == b'\t').collect();
            assert_eq!(columns[0], at.to_string().as_bytes());
            assert_eq!(columns[6], b"0");
            assert!(
                !columns[8].contains(&b'\t'),
                "a tab inside the command: {}",
                line.escape_ascii()
            );
        }
    }
}

#[test]
fn the_command_column_does_the_same_when_pasted() {
    let values = nasty_values();
    let stdin: Vec<u8> = values
        .iter()
        .flat_map(|value| [value.as_slice(), b"\0"].concat())
        .collect();
    let ran = prun(["-0", "-j1", "--joblog", "log", "printf", "[%s]"])
        .stdin(stdin)
        .stdout_any()
        .run();
    let log = ran.dir.read("log");
    let commands: Vec<u8> = log
        .split_inclusive(|&b| b == b'\n')
        .skip(1)
        .flat_map(|line| {
            line.splitn(9, |&b| b == b'\t')
                .nth(8)
                .expect("nine columns")
                .to_vec()
        })
        .collect();
    let script = ran.dir.write("script", commands);
    let pasted = std::process::Command::new("bash")
        .arg(script)
        .current_dir(ran.dir.path())
        .output()
        .expect("bash runs");
    assert_eq!(
        pasted.stdout.escape_ascii().to_string(),
        ran.stdout.escape_ascii().to_string()
    );
    assert!(!ran.dir.has("pwned"));
}

#[test]
fn records_come_as_jobs_end() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "case <> in wait) read _ <gate;; esac";
    let running = prun(["-j2", "--joblog", "log", script, ":::", "wait", "b", "c"])
        .in_dir(&dir)
        .start();
    let held = gate.arrived();
    wait_until("two records", || numbers(&rows(&dir, "log")) == [2, 3]);
    held.release();
    running.finish();
    assert_eq!(numbers(&rows(&dir, "log")), [1, 2, 3]);
}

#[test]
fn an_old_log_is_replaced_unless_resumed() {
    let dir = Dir::new();
    prun(["--joblog", "log", "true", ":::", "a", "b"])
        .in_dir(&dir)
        .run();
    prun(["--joblog", "log", "true", ":::", "c"])
        .in_dir(&dir)
        .run();
    assert_eq!(rows(&dir, "log").len(), 1);
}

#[test]
fn resume_leaves_out_what_was_done() {
    let dir = Dir::new();
    let base = |more: &[&str]| {
        prun(["-j1", "--joblog", "log"])
            .args(more)
            .in_dir(&dir)
            .stderr_any()
    };
    base(&["echo <>; exit <>", ":::", "0", "3"])
        .status(1)
        .stdout("0\n3\n")
        .run();
    base(&["--resume", "echo <>; exit <>", ":::", "0", "3", "4"])
        .status(1)
        .stdout("4\n")
        .run();
    assert_eq!(numbers(&rows(&dir, "log")), [1, 2, 3]);
    base(&["--resume", "echo <>; exit <>", ":::", "0", "3", "4"])
        .stdout("")
        .run();
}

#[test]
fn resume_failed_runs_the_failed_ones_again() {
    let dir = Dir::new();
    let base = |more: &[&str]| {
        prun(["-j1", "--joblog", "log"])
            .args(more)
            .in_dir(&dir)
            .stderr_any()
    };
    let script = "echo <>; test -e fixed || test <> = good";
    base(&[script, ":::", "good", "bad", "worse"])
        .status(2)
        .stdout("good\nbad\nworse\n")
        .run();
    dir.write("fixed", "");
    base(&[
        "--resume-failed",
        script,
        ":::",
        "good",
        "bad",
        "worse",
        "new",
    ])
    .stdout("bad\nworse\nnew\n")
    .run();
    base(&[
        "--resume-failed",
        script,
        ":::",
        "good",
        "bad",
        "worse",
        "new",
    ])
    .stdout("")
    .run();
}

#[test]
fn another_command_under_the_same_number_is_warned_of_and_run() {
    let dir = Dir::new();
    prun(["-j1", "--joblog", "log", "echo", ":::", "a", "b"])
        .in_dir(&dir)
        .stdout("a\nb\n")
        .run();
    prun([
        "-j1", "--joblog", "log", "--resume", "echo", ":::", "a", "c",
    ])
    .in_dir(&dir)
    .stdout("c\n")
    .stderr_has(&["warning"])
    .run();
}

#[test]
fn a_malformed_row_is_refused_by_name() {
    let dir = Dir::new();
    prun(["-j1", "--joblog", "log", "echo", ":::", "a", "b"])
        .in_dir(&dir)
        .stdout("a\nb\n")
        .run();
    let whole = String::from_utf8(dir.read("log")).expect("text");
    let lines: Vec<&str> = whole.lines().collect();
    dir.write(
        "log",
        format!("{}\nthis is no record\n{}\n", lines[0], lines[2]),
    );
    for option in ["--resume", "--resume-failed"] {
        let again = prun(["-j1", "--joblog", "log", option, "echo", ":::", "a", "b"]).in_dir(&dir);
        again.status(255).stderr_has(&["log", "2"]).run();
    }
}

#[test]
fn a_torn_last_line_is_read_past() {
    let dir = Dir::new();
    prun(["-j1", "--joblog", "log", "echo", ":::", "a", "b"])
        .in_dir(&dir)
        .stdout("a\nb\n")
        .run();
    let whole = dir.read("log");
    dir.write("log", &whole[..whole.len() - 4]);
    prun([
        "-j1", "--joblog", "log", "--resume", "echo", ":::", "a", "b",
    ])
    .in_dir(&dir)
    .stdout("b\n")
    .stderr_any()
    .run();
    assert_eq!(*numbers(&rows_past_torn(&dir)).last().expect("rows"), 2);
}

/// The whole rows of a log in which one line is torn.
fn rows_past_torn(dir: &Dir) -> Vec<Vec<String>> {
    let text = String::from_utf8_lossy(&dir.read("log")).into_owned();
    let split = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
    text.lines()
        .skip(1)
        .map(split)
        .filter(|row| row.len() == 9)
        .collect()
}

#[test]
fn a_killed_prun_leaves_a_readable_log_to_resume_from() {
    let dir = Dir::new();
    let values: Vec<String> = (1..=400).map(|n| n.to_string()).collect();
    let arguments = |more: &[&str]| {
        let words = ["-j4", "--joblog", "log"]
            .iter()
            .chain(more)
            .chain(&["sh -c 'echo $1 >>ran' sh <>", ":::"]);
        prun(words).args(&values).in_dir(&dir)
    };
    let running = arguments(&[]).signal(Signal::SIGKILL).stderr_any().start();
    wait_until("fifty records", || {
        dir.has("log") && dir.read("log").split(|&b| b == b'\n').count() > 50
    });
    running.kill(Signal::SIGKILL);
    running.finish();
    let before = numbers(&rows(&dir, "log"));
    // Jobs that were running go on after a SIGKILL; each is one line in `ran` at most.
    arguments(&["--resume"]).stderr_any().run();
    let after = numbers(&rows(&dir, "log"));
    assert!(before.len() < 400 && !before.is_empty());
    assert_eq!(
        after,
        (1..=400).collect::<Vec<u64>>(),
        "each job has one record in the end"
    );
    let mut ran: Vec<u64> = dir
        .text("ran")
        .lines()
        .map(|line| line.parse().expect("a number"))
        .collect();
    ran.sort_unstable();
    ran.dedup();
    assert_eq!(ran.len(), 400);
}

#[test]
fn a_log_on_a_full_disk_ends_the_run() {
    prun(["-j1", "--joblog", "/dev/full", "echo", ":::", "a", "b"])
        .status(255)
        .stdout_any()
        .stderr_has(&["/dev/full", "No space left on device"])
        .run();
}
