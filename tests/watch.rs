//! How a run shows how far it has come: --bar, --eta, --progress, and the signals that ask.

use nix::sys::signal::Signal;

use crate::support::{Dir, Gate, PRUN, Terminal, numbered, prun};

#[test]
fn standard_output_is_the_jobs_own() {
    for option in ["--bar", "--eta", "--progress"] {
        prun([option, "-k", "echo", ":::", "a", "b"])
            .stdout("a\nb\n")
            .run();
    }
    prun(["--bar", "--eta", "--total-jobs", "2", "-k", "echo"])
        .stdin("a\nb\n")
        .stdout("a\nb\n")
        .run();
    prun(["--total-jobs", "x", "echo", ":::", "a"])
        .refused(&["--total-jobs", "number of jobs"])
        .run();
}

#[test]
fn off_a_terminal_it_is_a_line_each_second() {
    let dir = Dir::new();
    let gates: Vec<Gate> = (1..=3).map(|n| dir.gate(format!("gate.{n}"))).collect();
    let running = prun(["--eta", "-j2", "read _ <gate.<>; exit <#>"])
        .args([":::", "1", "2", "3"])
        .in_dir(&dir)
        .status(3)
        .stderr_any()
        .start();
    let (one, two) = (gates[0].arrived(), gates[1].arrived());
    running.wait_stderr("prun: 0/3 jobs 0 %  2 running  ETA --:--:--  0 failed\n");
    one.release();
    let three = gates[2].arrived();
    running.wait_stderr("prun: 1/3 jobs 33 %  2 running  ETA 00:00:0");
    running.wait_stderr("  1 failed\n");
    two.release();
    three.release();
    running.finish();
}

#[test]
fn inputs_are_counted_while_jobs_run() {
    // Two jobs run; the list is 100,000 inputs long by then, and is not at its end.
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let mut running = prun([
        "--bar",
        "-j1",
        "test <> != 1 || { read _ <gate; kill -INT $PPID; }",
    ])
    .in_dir(&dir)
    .stdin_pipe()
    .signal(Signal::SIGINT)
    .stderr_any()
    .start();
    running.send(numbered(100_000));
    let held = gate.arrived();
    running.wait_stderr("prun: 0/100,000+ jobs  1 running  ETA --:--:--  0 failed\n");
    running.end_input();
    running.wait_stderr("[....................]  0/100,000 jobs 0 %  1 running");
    held.release();
    running.finish();
}

#[test]
fn a_number_that_is_told_is_the_total_and_nothing_is_read_ahead() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let mut running = prun(["--bar", "--total-jobs", "4", "-j1", "read _ <gate; : <>"])
        .in_dir(&dir)
        .stdin_pipe()
        .stderr_any()
        .start();
    running.send("1\n");
    gate.pass();
    running
        .wait_stderr("[#####...............]  1/4 jobs 25 %  0 running  ETA 00:00:00  0 failed\n");
    running.end_input();
    running.finish();
}

#[test]
fn a_list_that_breaks_off_runs_what_came_before() {
    prun(["--bar", "-k", "-d", ",", "--regex", "[a-z]", "echo"])
        .stdin("a,b,7,c")
        .status(255)
        .stdout("a\nb\n")
        .stderr_has(&["7"])
        .run();
}

#[test]
fn what_an_earlier_run_did_is_done() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let template = "test <> != b || read _ <gate";
    prun(["--joblog", "log", template, ":::", "a"])
        .in_dir(&dir)
        .run();
    let running = prun(["--joblog", "log", "--resume", "--progress", template])
        .args([":::", "a", "b"])
        .in_dir(&dir)
        .stderr_any()
        .start();
    let held = gate.arrived();
    running.wait_stderr("prun: 1/2 jobs 50 %  1 running  0 failed\n");
    held.release();
    running.finish();
}

#[test]
fn on_a_terminal_the_bar_is_drawn_in_place_and_gone_at_the_end() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let terminal = Terminal::open(&dir);
    terminal.type_keys(&format!(
        "TERM=xterm '{PRUN}' --no-config --bar -j1 'read _ <gate; echo got <>' ::: a b; echo over $((40+2))\n"
    ));
    terminal.wait_for("[....................]  0/2 jobs");
    gate.pass();
    // It makes way for the output, and is there again behind it.
    let drawn = "\r\u{1b}[Jgot a\r\n[";
    terminal.wait_for(drawn);
    terminal.wait_for("[##########..........]  1/2 jobs 50 %  1 running  ETA 00:00:0");
    gate.pass();
    terminal.wait_for("over 42");
    let shown = terminal.shown();
    let last = shown
        .rsplit("jobs")
        .next()
        .expect("the end of what was shown");
    assert!(last.contains("\u{1b}[J"), "the bar is left: {last:?}");
    assert!(!shown.contains("/dev/tty"), "{shown}");
}

#[test]
fn a_line_that_a_job_has_begun_is_not_drawn_over() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let terminal = Terminal::open(&dir);
    terminal.type_keys(&format!(
        "TERM=xterm '{PRUN}' --no-config --bar -j1 'read _ <gate; printf \"got <>\"' ::: a b; echo over $((40+2))\n"
    ));
    terminal.wait_for("[....................]  0/2 jobs");
    gate.pass();
    terminal.wait_for("got a");
    gate.pass();
    terminal.wait_for("over 42");
    let shown = terminal.shown();
    assert!(shown.contains("\r\u{1b}[Jgot a"), "{shown:?}");
    assert!(shown.contains("got agot bover 42"), "{shown:?}");
}

#[test]
fn the_latest_line_of_a_job_is_its_output() {
    let job = "seq <>; echo <> >&2";
    for prefix in [&["--ll"][..], &["--latest-line", "-k"], &["--gnu", "--ll"]] {
        let job = if prefix[0] == "--gnu" {
            "seq {}; echo {} >&2"
        } else {
            job
        };
        prun(prefix)
            .args(["-j1", job, ":::", "1", "300", "2"])
            .stdout("1\n300\n2\n")
            .stderr("1\n300\n2\n")
            .run();
    }
    prun([
        "--ll",
        "-k",
        "--tag",
        "printf 'x\ny'; : <>",
        ":::",
        "a",
        "b",
    ])
    .stdout("a\ty\nb\ty\n")
    .run();
}

#[test]
fn latest_lines_are_drawn_below_the_output() {
    let dir = Dir::new();
    let first = [dir.gate("first.a"), dir.gate("first.b")];
    let second = [dir.gate("second.a"), dir.gate("second.b")];
    let terminal = Terminal::open(&dir);
    terminal.type_keys(&format!(
        "TERM=xterm '{PRUN}' --no-config --ll -j2 'echo one <>; read _ <first.<>; printf \"\\r50 %% <>\"; read _ <second.<>; echo two <>' ::: a b; echo over $((40+2))\n"
    ));
    let screen_has = |text: &str| terminal.wait_for(text);
    screen_has("one a\r\none b");
    first[0].pass();
    screen_has("50 % a\r\none b");
    second[0].pass();
    // The output of the one that has ended is above what is drawn.
    screen_has("\r\u{1b}[1A\u{1b}[J\r50 % atwo a\r\n");
    first[1].pass();
    screen_has("\u{1b}[J50 % b");
    second[1].pass();
    screen_has("over 42");
    let shown = terminal.shown();
    assert!(shown.contains("\r50 % btwo b\r\n"), "{shown:?}");
    let after = shown.rsplit("two b\r\n").next().expect("the end");
    let drawn = after.matches("50 % b").count();
    assert_eq!(after.matches("\u{1b}[J").count(), drawn, "{after:?}");
}

#[test]
fn usr1_lists_what_runs_and_usr2_shows_progress_or_not() {
    let dir = Dir::new();
    let gates = [dir.gate("gate.a"), dir.gate("gate.b c")];
    let running = prun(["-j2", "read _ <\"gate.\"<>; echo <>"])
        .args([":::", "a", "b c"])
        .in_dir(&dir)
        .stdout_lines(["a", "b c"])
        .stderr_any()
        .start();
    let (a, b) = (gates[0].arrived(), gates[1].arrived());
    running.kill(Signal::SIGUSR1);
    running.wait_stderr("prun: 2 jobs run\n  job 1 (slot ");
    running.wait_stderr(" s): ");
    running.wait_stderr("'b c'");
    running.kill(Signal::SIGUSR2);
    running.wait_stderr("prun: 0/2 jobs 0 %  2 running  0 failed\n");
    a.release();
    running.wait_stderr("prun: 1/2 jobs 50 %  1 running  0 failed\n");
    running.kill(Signal::SIGUSR2);
    b.release();
    running.finish();
}
