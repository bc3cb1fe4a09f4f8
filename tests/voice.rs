//! What is told of a native copy: failures, the bar, the summary, the report, the log.

use std::path::Path;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::support::{CTRL_C, CTRL_Z, Dir, PRUN, Prun, Terminal, prun, wait_until};

/// How many entries of `trouble` cannot be copied.
const BAD: usize = 30;

/// What a bar has and nothing else on the screen.
const BAR: &str = " files/s";

/// `prun preset parallelcp src dst` with these options.
#[track_caller]
fn copy(dir: &Dir, options: &[&str]) -> Prun {
    prun(["preset", "parallelcp", "src", "dst"])
        .args(options)
        .in_dir(dir)
}

/// A source whose one file takes seconds at the rate of [`SLOW`].
fn slow(dir: &Dir) {
    dir.write("src/large", vec![7; 1 << 20]);
}

const SLOW: &str = "--bwlimit=400K";

/// Files of the source whose names are directories, with something in them, at the destination.
fn trouble(dir: &Dir) {
    for n in 0..BAD {
        dir.write(format!("src/bad {n}"), "file");
        dir.write(format!("dst/bad {n}/inside"), "something");
    }
    dir.write("src/good", "good");
}

/// Types a copy.
fn type_copy(terminal: &Terminal, term: &str, options: &str) {
    terminal.type_keys(&format!(
        "TERM={term} '{PRUN}' preset parallelcp src dst {options}\n"
    ));
}

/// The lines that remain on a screen on which one line was cleared again and again.
fn remains(screen: &str) -> Vec<&str> {
    screen
        .split('\n')
        .map(|line| line.trim_end_matches('\r'))
        .map(|line| line.rsplit("\u{1b}[J").next().unwrap_or(line))
        .collect()
}

/// The bytes done and the bytes in all, in every bar that was drawn.
fn bytes(screen: &str) -> Vec<(String, String)> {
    let pattern =
        regex::Regex::new(r"files[^/]*?  ([\d.,]+)/([\d.,]+)\+? [KM]?i?B ").expect("a pattern");
    pattern
        .captures_iter(screen)
        .map(|found| (found[1].to_owned(), found[2].to_owned()))
        .collect()
}

fn report(dir: &Dir) -> Value {
    serde_json::from_slice(&dir.read("report")).expect("the report is JSON")
}

#[test]
fn a_bar_moves_and_is_gone_at_the_end() {
    let dir = Dir::new();
    slow(&dir);
    let terminal = Terminal::open(&dir);
    type_copy(&terminal, "xterm", SLOW);
    terminal.wait_screen("a bar", |screen| screen.contains(BAR));
    terminal.wait_screen("a summary", |screen| screen.contains("prun: copied 1 file"));
    let screen = terminal.shown();
    let moves = bytes(&screen);
    assert!(
        moves
            .iter()
            .any(|(done, all)| done != "0" && done != "0.0" && done != all),
        "the bytes of one file come at once: {moves:?}"
    );
    let lines = remains(&screen);
    assert!(
        lines
            .iter()
            .all(|line| !line.contains(BAR) || line.starts_with("prun: copied")),
        "{lines:#?}"
    );
    assert!(!screen.contains("100 %"), "{screen}");
}

#[test]
fn failures_do_not_mix_with_the_bar() {
    let dir = Dir::new();
    trouble(&dir);
    let terminal = Terminal::open(&dir);
    // So that there are failures before, between and after bars.
    type_copy(&terminal, "xterm", "--files-limit=15");
    terminal.wait_screen("a bar", |screen| screen.contains(BAR));
    terminal.wait_screen("the end", |screen| screen.contains("not complete"));
    let screen = terminal.shown();
    let lines = remains(&screen);
    let told: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("dst/bad "))
        .collect();
    assert_eq!(told.len(), 20, "{lines:#?}");
    for line in told {
        assert!(
            line.starts_with("prun: '") && line.ends_with(')'),
            "{line:?}"
        );
    }
    let rest = format!("  and {} more (--report FILE", BAD - 20);
    assert!(
        lines.iter().any(|line| line.starts_with(&rest)),
        "{lines:#?}"
    );
    let failed = format!("failed {BAD}");
    assert!(
        lines.iter().any(|line| line.contains(&failed)),
        "{lines:#?}"
    );
    assert!(screen.contains("  errors 1"), "the bar counts: {screen}");
}

#[test]
fn a_bar_comes_back_with_fg() {
    let dir = Dir::new();
    slow(&dir);
    let terminal = Terminal::open(&dir);
    type_copy(&terminal, "xterm", "--bwlimit=100K");
    terminal.wait_screen("a bar", |screen| screen.contains(BAR));
    terminal.type_keys(CTRL_Z);
    terminal.wait_for("Stopped");
    terminal.wait_screen("the prompt", |screen| screen.ends_with("READY$ "));
    let stopped = terminal.shown().len();
    terminal.type_keys("fg\n");
    terminal.wait_screen("a bar again", |screen| {
        screen
            .get(stopped..)
            .is_some_and(|screen| screen.contains(BAR))
    });
    terminal.type_keys(CTRL_C);
    terminal.wait_for("stopped by SIGINT");
    let screen = terminal.shown();
    let lines = remains(&screen[stopped..]);
    assert!(lines[0].ends_with("fg"), "{lines:#?}");
    assert!(lines[1].ends_with("--bwlimit=100K"), "{lines:#?}");
    assert!(lines[2].starts_with("prun: "), "{lines:#?}");
}

#[test]
fn no_bar_in_the_background() {
    let dir = Dir::new();
    slow(&dir);
    let terminal = Terminal::open(&dir);
    type_copy(&terminal, "xterm", &format!("{SLOW} &"));
    terminal.wait_for("prun: copied 1 file");
    assert!(!terminal.shown().contains('\u{1b}'), "{}", terminal.shown());
}

#[test]
fn no_bar_on_a_terminal_that_cannot() {
    let dir = Dir::new();
    slow(&dir);
    let terminal = Terminal::open(&dir);
    type_copy(&terminal, "dumb", SLOW);
    terminal.wait_for("prun: copied 1 file");
    assert!(!terminal.shown().contains('\u{1b}'), "{}", terminal.shown());
}

#[test]
fn a_script_hears_nothing_of_success() {
    let dir = Dir::new();
    dir.write("src/a", "a");
    copy(&dir, &[]).run();
    copy(&dir, &["--stats"])
        .stderr_has(&["entries found", "skipped", "passes"])
        .run();
}

#[test]
fn a_script_hears_of_every_failure() {
    let dir = Dir::new();
    trouble(&dir);
    let done = copy(&dir, &["--report=report", "--log=log"])
        .status(1)
        .stderr_any()
        .run();
    let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
    let told = stderr
        .lines()
        .filter(|line| line.contains("dst/bad "))
        .count();
    assert_eq!(told, BAD, "{stderr}");
    assert!(stderr.contains(&format!("failed {BAD}")), "{stderr}");
    assert!(!stderr.contains("copied"), "{stderr}");

    let report = report(&dir);
    assert_eq!(report["exit"], json!(1));
    assert_eq!(report["failed"], json!(BAD));
    assert_eq!(report["errors_total"], json!(BAD));
    assert_eq!(report["errors"].as_array().map(Vec::len), Some(BAD));
    assert_eq!(report["counts"]["files"], json!(1));
    let log = dir.text("log");
    assert_eq!(log.lines().count(), BAD, "{log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        assert_eq!(line["kind"], json!("failure"));
    }
}

#[test]
fn progress_in_a_file_is_lines() {
    let dir = Dir::new();
    slow(&dir);
    copy(&dir, &[SLOW, "--progress"])
        .stderr_has(&["prun: ", BAR, "ETA "])
        .run();
}

#[test]
fn a_signal_asks_for_a_line_whatever_is_shown() {
    for option in ["--no-progress", "--log=log"] {
        let dir = Dir::new();
        slow(&dir);
        let running = copy(&dir, &["--bwlimit=100K", option])
            .signal(Signal::SIGINT)
            .stderr_has(&["prun: ", BAR, "stopped by SIGINT"])
            .start();
        // Made when signals are heard.
        wait_until("the copy has begun", || dir.has("dst"));
        for _ in 0..2 {
            running.kill(Signal::SIGUSR1);
        }
        running.wait_stderr(BAR);
        running.kill(Signal::SIGINT);
        running.finish();
    }
}

#[test]
fn progress_for_programs_is_objects() {
    let dir = Dir::new();
    slow(&dir);
    let ended = copy(&dir, &[SLOW, "--progress=json"]).stderr_any().run();
    let text = String::from_utf8(ended.stderr.clone()).expect("JSON is text");
    let objects: Vec<Value> = (text.lines().filter(|line| line.starts_with('{')))
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    assert!(objects.len() > 1, "{text}");
    let last = objects.last().expect("there are some");
    assert_eq!(last["version"], json!(1));
    assert_eq!(last["type"], json!("progress"));
    assert_eq!(last["is_walked"], json!(true));
    assert_eq!(last["done"], last["found"]);
    assert_eq!(last["errors"], json!(0));
    let bytes: Vec<u64> = (objects.iter())
        .map(|object| object["bytes"].as_u64().expect("a number"))
        .collect();
    assert!(bytes.is_sorted() && bytes.last() > Some(&0), "{bytes:?}");
    copy(&dir, &["--progress=xml"])
        .status(2)
        .stderr_has(&["--progress=json"])
        .run();
}

#[test]
fn a_copy_that_is_stopped_leaves_its_report() {
    let dir = Dir::new();
    slow(&dir);
    let running = copy(&dir, &["--bwlimit=100K", "--progress", "--report=report"])
        .signal(Signal::SIGINT)
        .stderr_has(&["stopped by SIGINT"])
        .start();
    running.wait_stderr(BAR);
    running.kill(Signal::SIGINT);
    running.finish();
    let report = report(&dir);
    assert_eq!(report["signal"], json!(2));
    assert_eq!(report["exit"], json!(130));
}

#[test]
fn a_report_that_cannot_be_is_found_before_the_copy() {
    let dir = Dir::new();
    dir.write("src/a", "a");
    for option in ["--report=none/report", "--log=none/log", "--report=src/"] {
        copy(&dir, &[option])
            .status(2)
            .stderr_has(&["cannot ", " FILE "])
            .run();
        assert!(!dir.has("dst"), "{option}");
    }
}

#[test]
fn a_copy_that_is_refused_has_a_report() {
    let dir = Dir::new();
    dir.write("src/a", "a");
    prun(["preset", "parallelcp", "src", "src/inside"])
        .args(["--report=report"])
        .in_dir(&dir)
        .status(2)
        .stderr_has(&["src"])
        .run();
    let report = report(&dir);
    assert_eq!(report["exit"], json!(2));
    assert!(
        report["refused"]
            .as_str()
            .is_some_and(|why| why.contains("src")),
        "{report}"
    );
}

#[test]
fn a_log_on_a_full_disk_is_no_success() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let dir = Dir::new();
    trouble(&dir);
    copy(&dir, &["--log=/dev/full"])
        .status(1)
        .stderr_has(&["lines of the log /dev/full could not be written"])
        .run();
}
