//! One test per bug that must not come back. A bug of ours is named for its issue (`r12_...`, with what was seen above
//! it); a bug seen in a peer, which prun must never get, is named for the peer.

use crate::support::{Dir, prun};

/// rust-parallel 1.24.0 numbered its jobs per input file, and -k lost and reordered output of a second file.
#[test]
fn rust_parallel_order_over_several_files() {
    prun(["-k", "-j8", "echo", "::::", "one", "two"])
        .file("one", "a1\na2\na3\n")
        .file("two", "b1\nb2\n")
        .stdout("a1 b1\na1 b2\na2 b1\na2 b2\na3 b1\na3 b2\n")
        .run();
}

/// rust-parallel 1.24.0: a job that printed nothing held back, under -k, all output after it until the end.
#[test]
fn rust_parallel_silent_job_under_keep_order() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let running = prun(["-k", "-j1"])
        .stdin("echo one\ntrue\necho three\nread _ <gate\n")
        .in_dir(&dir)
        .stdout("one\nthree\n")
        .start();
    let held = gate.arrived();
    running.wait_stdout("one\nthree\n");
    held.release();
    running.finish();
}

/// rust-parallel 1.24.0 replaced one token after the other, so that a value could bring in tokens.
#[test]
fn rust_parallel_values_that_look_like_tokens() {
    prun(["-k", "-C", ",", "echo", "<1>", "<2>"])
        .stdin("x<2>y,INJ\n")
        .stdout("x<2>y INJ\n")
        .run();
}

/// rust-parallel 1.24.0: a missing input file was a warning and status 0.
#[test]
fn rust_parallel_missing_input_file() {
    prun(["-a", "nowhere", "echo"]).refused(&["nowhere"]).run();
}

/// rust-parallel 1.24.0 recorded a job killed by a signal as `exit_status=0` and ended with 0.
#[test]
fn rust_parallel_killed_job() {
    let ran = prun(["--joblog", "log", "kill -9 $$; : <>", ":::", "a"])
        .status(1)
        .stderr_any()
        .run();
    let log = ran.dir.text("log");
    assert!(
        log.lines()
            .nth(1)
            .is_some_and(|row| row.contains("\t0\t9\t")),
        "{log}"
    );
}

/// rust-parallel 1.24.0 dropped input lines that were not UTF-8, in silence.
#[test]
fn rust_parallel_lines_that_are_not_text() {
    prun(["-k", "printf", "%s|"])
        .stdin(b"a\n\xff\nb\n")
        .stdout(b"a|\xff|b|")
        .run();
}

/// GNU parallel 20221122 waited for the next line of input before it printed the output of a finished job.
#[test]
fn gnu_parallel_waits_for_the_producer() {
    let mut running = prun(["-j2", "echo"]).stdin_pipe().stdout("a\n").start();
    running.send("a\n");
    running.wait_stdout("a\n");
    running.end_input();
    running.finish();
}

/// GNU parallel 20221122 ended with 0 when its output went to a full disk.
#[test]
fn gnu_parallel_full_disk() {
    let full = std::fs::File::create("/dev/full").expect("/dev/full");
    prun(["echo", ":::", "a"])
        .stdout_to(full)
        .status(255)
        .stderr_has(&["No space left on device"])
        .run();
}

/// GNU parallel splits a word after `:::` at its newlines.
#[test]
fn gnu_parallel_newline_in_a_word() {
    prun(["-k", "printf", "[%s]", ":::", "a\nb"])
        .stdout("[a\nb]")
        .run();
}
