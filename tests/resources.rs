//! What holds jobs back until the machine has room: load, memory, swapping, a command's word; and a delay that adapts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::sys::signal::Signal;

use crate::support::{Dir, prun, wait_until};

#[test]
fn gates_that_stand_open_let_all_jobs_through() {
    for gate in [
        ["--load", "100000"],
        ["--load", "10000000%"],
        ["--memfree", "1k"],
        ["--memsuspend", "1k"],
        ["--limit", "exit 0"],
        ["--limit", "mem 1k"],
        ["--limit", "load 100000"],
    ] {
        prun(gate)
            .args(["-k", "-j3", "echo", ":::", "a", "b", "c", "d"])
            .stdout("a\nb\nc\nd\n")
            .run();
    }
    prun(["--noswap", "-k", "echo", ":::", "a", "b"])
        .stdout("a\nb\n")
        .run();
}

#[test]
fn values_that_are_none_are_refused() {
    prun(["--load", "x", "echo", ":::", "a"])
        .refused(&["--load", "give a load"])
        .run();
    prun(["--memfree", "1x", "echo", ":::", "a"])
        .refused(&["--memfree", "bytes"])
        .run();
    prun(["--limit", "io 0", "echo", ":::", "a"])
        .refused(&["--limit", "percentage"])
        .run();
    prun(["--delay", "auto", "echo", ":::", "a"])
        .refused(&["--delay", "give a time"])
        .run();
}

#[test]
fn no_job_starts_above_the_load_and_ctrl_c_ends_the_wait() {
    // A thread of the test wants a CPU all the time, so the load is at least 1.
    let done = Arc::new(AtomicBool::new(false));
    let busy = {
        let done = Arc::clone(&done);
        std::thread::spawn(move || {
            while !done.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        })
    };
    let dir = Dir::new();
    let running = prun(["--load", "0", "--limit", "echo asked >>asked"])
        .args(["echo <> >>ran", ":::", "a"])
        .in_dir(&dir)
        .signal(Signal::SIGINT)
        .stderr_has(&["note: no job may start: the load is", "and --load is 0.01"])
        .start();
    running.wait_stderr("no job may start: the load is");
    running.kill(Signal::SIGINT);
    running.finish();
    done.store(true, Ordering::Relaxed);
    busy.join().expect("it spins");
    assert!(!dir.has("ran"), "a job ran");
    assert!(!dir.has("asked"), "asked although the load was too high");
}

#[test]
fn no_job_starts_with_less_memory_than_asked_for() {
    // No machine has so much; and less than half of it is no reason to end jobs, as none run.
    let running = prun(["--memfree", "8000000T", "echo", ":::", "a"])
        .signal(Signal::SIGTERM)
        .stderr_has(&[
            "note: no job may start: ",
            "MiB of memory are free, and --memfree is",
        ])
        .start();
    running.wait_stderr("no job may start");
    running.kill(Signal::SIGTERM);
    running.finish();
}

#[test]
fn a_command_holds_jobs_back_until_it_says_so() {
    let dir = Dir::new();
    let running = prun(["--limit", "echo asked >>asked; test -e go", "-j2"])
        .args(["-k", "echo", ":::", "a", "b"])
        .in_dir(&dir)
        .stdout("a\nb\n")
        .start();
    wait_until("it has been asked three times", || {
        dir.has("asked") && dir.text("asked").lines().count() >= 3
    });
    assert_eq!(running.stdout_so_far(), b"");
    dir.write("go", "");
    running.finish();
}

#[test]
fn a_command_that_is_not_understood_ends_the_run() {
    prun(["--limit", "exit 7", "echo", ":::", "a"])
        .status(255)
        .stderr_has(&["the command of --limit ended with exit status 7"])
        .run();
    prun(["--limit", "/nonexistent/command", "echo", ":::", "a"])
        .status(255)
        .stderr_has(&["exit status 127"])
        .run();
}

#[test]
fn a_command_that_hangs_is_gone_with_the_run() {
    let dir = Dir::new();
    let running = prun(["--limit", "echo $$ >pid; exec sleep 1000"])
        .args(["echo", ":::", "a"])
        .in_dir(&dir)
        .signal(Signal::SIGTERM)
        .start();
    wait_until("it is asked", || {
        dir.has("pid") && dir.read("pid").ends_with(b"\n")
    });
    running.kill(Signal::SIGTERM);
    running.finish();
    let pid: i32 = dir.text("pid").trim().parse().expect("a pid");
    assert!(crate::support::process(pid).is_none(), "it outlives prun");
}

#[test]
fn the_youngest_job_is_called_back_and_runs_again() {
    // The third question is answered with 2: of the two that run, b is the younger one.
    let dir = Dir::new();
    let (a, b) = (dir.gate("gate.a"), dir.gate("gate.b"));
    let limit = "n=$(cat n 2>/dev/null || echo 0); n=$((n + 1)); echo $n >n; \
                 test $n -ne 3 || { while test ! -e both; do sleep 0.01; done; exit 2; }";
    let running = prun(["-j3", "--limit", limit, "--joblog", "log"])
        .args(["echo run >>runs.<>; test <> = c || read _ <gate.<>; echo <>"])
        .args([":::", "a", "b", "c"])
        .in_dir(&dir)
        .stdout_lines(["a", "b", "c"])
        .stderr_has(&["job 2 is ended, to be run again later: the command of --limit says so"])
        .start();
    let (held_a, held_b) = (a.arrived(), b.arrived());
    dir.write("both", "");
    // The second b stands at the gate that the first was held at.
    wait_until("b runs again", || dir.text("runs.b") == "run\nrun");
    held_b.release();
    held_a.release();
    running.finish();
    assert_eq!(dir.text("runs.a"), "run");
    assert_eq!(dir.text("runs.b"), "run\nrun");
    let log = dir.text("log");
    assert_eq!(log.lines().count(), 4, "{log}");
}

#[test]
fn one_job_runs_at_a_time_while_memory_is_short() {
    // No machine has so much.
    prun(["-j3", "--memsuspend", "8000000T", "-k"])
        .args([
            "mkdir alone && rmdir alone && echo <>",
            ":::",
            "a",
            "b",
            "c",
        ])
        .stdout("a\nb\nc\n")
        .run();
}

#[test]
fn a_delay_that_adapts_grows_with_failures() {
    use std::time::{Duration, Instant};
    let began = Instant::now();
    prun(["-j1", "--delay", "50msauto", "false"])
        .stdin("1\n2\n3\n4\n5\n")
        .status(5)
        .stderr_any()
        .run();
    // 50, 65, 84 and 109 ms.
    assert!(began.elapsed() >= Duration::from_millis(300));
}
