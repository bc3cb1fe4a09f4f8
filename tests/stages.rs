//! Stages that read from stages: what runs at once, what waits, what is handed on, and that one run is one run: one
//! order of output, one job log, one end.

use nix::sys::signal::Signal;

use crate::support::{Dir, Held, Prun, prun};

/// A preset of these stages in a file, run.
#[track_caller]
fn preset(dir: &Dir, stages: &str) -> Prun {
    let file = dir.write("p.toml", format!("description = \"d\"\n{stages}"));
    prun(["preset".as_ref(), file.as_os_str()])
        .in_dir(dir)
        .deadline(60)
}

#[test]
fn a_stage_that_streams_runs_while_the_one_before_runs() {
    let dir = Dir::new();
    let _go = dir.gate("go");
    // b of the first stage waits for a of the second one.
    let ran = preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        list = ["a", "b"]
        run = "if test <> = b; then read -r line <go; fi; echo one <>"
        limits = { jobs = 2 }
        [[stage]]
        name = "two"
        from = "one"
        run = "if test <> = a; then echo x >go; fi; echo two <>"
        limits = { jobs = 2 }
        "#,
    );
    ran.stdout_lines(["one a", "one b", "two a", "two b"]).run();
}

#[test]
fn a_barrier_waits_for_the_whole_stage() {
    let dir = Dir::new();
    let values: Vec<String> = (0..40).map(|n| format!("\"{n}\"")).collect();
    preset(
        &dir,
        &format!(
            r#"
            [[stage]]
            name = "one"
            list = [{}]
            run = "touch done.<>"
            limits = {{ jobs = 4 }}
            [[stage]]
            name = "two"
            from = "one"
            barrier = true
            run = ": <>; set -- done.*; echo $#"
            limits = {{ jobs = 4 }}
            "#,
            values.join(",")
        ),
    )
    .stdout("40\n".repeat(40))
    .run();
}

#[test]
fn what_failed_is_not_handed_on() {
    let dir = Dir::new();
    for barrier in ["", "barrier = true"] {
        preset(
            &dir,
            &format!(
                r#"
                [[stage]]
                name = "one"
                list = ["a", "b", "c"]
                run = "test <> != b"
                [[stage]]
                name = "two"
                from = "one"
                {barrier}
                run = "echo <>"
                "#
            ),
        )
        .args(["-j1"])
        .status(1)
        .stdout("a\nc\n")
        .stderr_has(&["test b '!=' b"])
        .run();
    }
}

#[test]
fn three_stages_stream_and_names_pass_exactly() {
    let dir = Dir::new();
    let names: [&[u8]; 5] = [b"a b", b"new\nline", b"-n", b"\xff\x01", b"$(touch pwned)"];
    dir.write("list", names.map(|name| [name, b"\0"].concat()).concat());
    let ran = preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        file = "list"
        separator = "nul"
        run = "true <>"
        [[stage]]
        name = "two"
        from = "one"
        run = "true <>"
        [[stage]]
        name = "three"
        from = "two"
        run = "printf '%s\\0' <>"
        "#,
    )
    .stdout_any()
    .run();
    let mut found: Vec<&[u8]> = ran.stdout.split_inclusive(|byte| *byte == 0).collect();
    found.sort_unstable();
    let mut expected = names.map(|name| [name, b"\0"].concat());
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert!(!dir.has("pwned"));
}

#[test]
fn two_stages_may_read_from_one_and_a_later_one_from_the_first() {
    let dir = Dir::new();
    preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        list = ["a", "b"]
        run = "echo one <>"
        [[stage]]
        name = "two"
        from = "one"
        run = "echo two <>"
        [[stage]]
        name = "between"
        list = ["x"]
        run = "echo between <>"
        [[stage]]
        name = "three"
        from = "one"
        run = "echo three <>"
        "#,
    )
    .args(["--keep-order"])
    .stdout("one a\none b\ntwo a\ntwo b\nbetween x\nthree a\nthree b\n")
    .run();
}

#[test]
fn keep_order_is_stage_by_stage_in_the_order_of_the_inputs() {
    let dir = Dir::new();
    let _go = dir.gate("go");
    // The first input ends last.
    preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        list = ["a", "b", "c"]
        run = "case <> in a) read -r line <go;; c) echo x >go;; esac; echo one <>"
        limits = { jobs = 3 }
        [[stage]]
        name = "two"
        from = "one"
        run = "echo two <>; echo err <> >&2"
        limits = { jobs = 3 }
        "#,
    )
    .args(["--keep-order"])
    .stdout("one a\none b\none c\ntwo a\ntwo b\ntwo c\n")
    .stderr("err a\nerr b\nerr c\n")
    .run();
}

#[test]
fn output_of_jobs_of_two_stages_is_not_mixed() {
    let dir = Dir::new();
    let values: Vec<String> = (0..30).map(|n| format!("\"{n}\"")).collect();
    let lines = "for i in 1 2 3 4 5; do echo";
    let ran = preset(
        &dir,
        &format!(
            r#"
            [[stage]]
            name = "one"
            list = [{}]
            run = "{lines} one <>; done"
            [[stage]]
            name = "two"
            from = "one"
            run = "{lines} two <>; done"
            "#,
            values.join(",")
        ),
    )
    .stdout_any()
    .run();
    let text = ran.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 300);
    for group in lines.chunks(5) {
        assert!(group.iter().all(|line| *line == group[0]), "{group:?}");
    }
}

#[test]
fn one_job_log_holds_all_stages_and_a_number_is_one_job() {
    let dir = Dir::new();
    preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        list = ["a", "b", "c"]
        run = "true one <>"
        [[stage]]
        name = "two"
        from = "one"
        run = "true two <>"
        "#,
    )
    .args(["--joblog", "log"])
    .run();
    let log = dir.text("log");
    let rows: Vec<Vec<&str>> = log
        .lines()
        .skip(1)
        .map(|row| row.split('\t').collect())
        .collect();
    let mut seqs: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, ["1", "2", "3", "4", "5", "6"], "{log}");
    // `true` is a builtin of shells too: the log says `env true`.
    let mut commands: Vec<&str> = rows
        .iter()
        .map(|row| row[8].trim_start_matches("env "))
        .collect();
    commands.sort_unstable();
    let expected = ["one a", "one b", "one c", "two a", "two b", "two c"];
    assert_eq!(commands, expected.map(|words| format!("true {words}")));
}

#[test]
fn slots_of_stages_that_run_at_once_have_numbers_of_their_own() {
    let dir = Dir::new();
    let _go = dir.gate("go");
    let ran = preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        list = ["a", "b"]
        run = "if test <> = b; then read -r line <go; fi; echo one <> <%> $PRUN_SLOT"
        limits = { jobs = 2 }
        [[stage]]
        name = "two"
        from = "one"
        run = "if test <> = a; then echo two <> <%> $PRUN_SLOT; echo x >go; fi"
        limits = { jobs = 1 }
        "#,
    )
    .stdout_any()
    .run();
    // Which of its two slots the first stage takes for b depends on whether a has ended.
    let text = ran.text();
    assert!(
        text.contains("one a 1 1\n") && text.contains("two a 3 3\n"),
        "{text}"
    );
    assert!(
        text.contains("one b 1 1\n") || text.contains("one b 2 2\n"),
        "{text}"
    );
}

#[test]
fn halt_in_one_stage_ends_the_other() {
    let dir = Dir::new();
    preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        list = ["a", "b", "c"]
        run = "if test <> != a; then exec sleep 1000; fi"
        limits = { jobs = 2 }
        [[stage]]
        name = "two"
        from = "one"
        run = "exit 7"
        [[stage]]
        name = "three"
        list = ["x"]
        run = "touch never"
        "#,
    )
    .args(["--halt", "now,fail=1"])
    .status(1)
    .stderr_has(&["failed (exit status 7)", "ending all jobs"])
    .run();
    assert!(!dir.has("never"));
}

#[test]
fn halt_counts_through_all_stages() {
    let dir = Dir::new();
    preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        list = ["a", "b", "c"]
        run = "test <> != a"
        [[stage]]
        name = "two"
        from = "one"
        barrier = true
        run = "echo <>; test <> != b"
        "#,
    )
    .args(["-j1", "--halt", "soon,fail=2"])
    .status(1)
    .stdout("b\n")
    .stderr_has(&["starting no more jobs"])
    .run();
}

#[test]
fn a_signal_ends_the_jobs_of_both_stages() {
    let dir = Dir::new();
    let (one, two) = (dir.gate("one"), dir.gate("two"));
    let running = preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        list = ["a", "b"]
        run = "if test <> != a; then read -r line <one; fi"
        limits = { jobs = 2 }
        [[stage]]
        name = "two"
        from = "one"
        run = ": <>; read -r line <two"
        "#,
    )
    .signal(Signal::SIGTERM)
    .stderr_any()
    .start();
    let held = [one.arrived(), two.arrived()];
    running.kill(Signal::SIGTERM);
    running.finish();
    assert!(held.iter().all(Held::is_alone));
}

#[test]
fn drain_lets_both_stages_end_what_runs() {
    let dir = Dir::new();
    let (one, two) = (dir.gate("one"), dir.gate("two"));
    let running = preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        list = ["a", "b", "c"]
        run = "if test <> != a; then read -r line <one; fi; echo one <>"
        limits = { jobs = 1 }
        [[stage]]
        name = "two"
        from = "one"
        run = "read -r line <two; echo two <>"
        "#,
    )
    .args(["--drain"])
    .signal(Signal::SIGTERM)
    .stdout_lines(["one a", "one b", "two a"])
    .stderr_has(&["starting no more jobs"])
    .start();
    let (first, second) = (one.arrived(), two.arrived());
    running.kill(Signal::SIGTERM);
    running.wait_stderr("starting no more jobs");
    first.release();
    second.release();
    running.finish();
}

#[test]
fn a_rehearsal_prints_stage_by_stage() {
    let dir = Dir::new();
    preset(
        &dir,
        r#"
        [[stage]]
        name = "one"
        list = ["a", "b"]
        run = "mkdir <>"
        [[stage]]
        name = "two"
        from = "one"
        run = "touch <>/f"
        "#,
    )
    .args(["-n"])
    .stdout("mkdir a\nmkdir b\ntouch a/f\ntouch b/f\n")
    .run();
}

#[test]
fn a_closed_pipe_ends_both_stages() {
    let dir = Dir::new();
    let file = dir.write(
        "p.toml",
        r#"
        description = "d"
        [[stage]]
        name = "one"
        list = ["a", "b", "c", "d"]
        run = "yes one <> | head -c 100000"
        [[stage]]
        name = "two"
        from = "one"
        run = "yes two <> | head -c 100000"
        "#,
    );
    let ended = std::process::Command::new("bash")
        .args(["-c", "set -o pipefail; \"$0\" preset \"$1\" | head -c 10"])
        .arg(env!("CARGO_BIN_EXE_prun"))
        .arg(file)
        .output()
        .expect("bash runs");
    assert_eq!(ended.status.code(), Some(128 + 13), "{ended:?}");
    assert_eq!(ended.stderr, b"");
}
