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
    gate.pass();
    let drawn = "\r\u{1b}[2K[##########..........]  1/2 jobs 50 %  1 running  ETA 00:00:0";
    terminal.wait_for(drawn);
    gate.pass();
    terminal.wait_for("over 42");
    let shown = terminal.shown();
    let last = shown
        .rsplit("jobs")
        .next()
        .expect("the end of what was shown");
    assert!(last.contains("\u{1b}[2K"), "the bar is left: {last:?}");
    assert!(!shown.contains("/dev/tty"), "{shown}");
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
