//! One test per bug that must not come back. A bug of ours is named for its issue (`r12_...`, with what was seen above
//! it); a bug seen in a peer, which prun must never get, is named for the peer.

use crate::support::{Dir, prun, wait_until};

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

/// `prun -u ... | head -1` went on for ever: nothing of prun's own met the closed pipe.
#[test]
fn ungrouped_output_without_a_reader_ends_the_run() {
    prun(["-u", "echo"])
        .wrap(["bash", "-c", "yes | \"$@\" | head -1", "bash"])
        .stdout("y\n")
        .run();
}

/// A read that a stop breaks off looked like the end of a last line, and its beginning ran as an input.
#[test]
fn a_record_that_was_cut_short_is_no_input() {
    for _ in 0..10 {
        let mut running = prun(["--strip", "d", "--halt", "soon,fail=1", "false", "<>"])
            .stdin_pipe()
            .status(1)
            .stderr_has(&["job 1 failed", "1 of 1 job failed"])
            .start();
        running.send("d/a\npart");
        running.wait_stderr("1 of 1 job failed");
        let finished = running.finish();
        let told = String::from_utf8_lossy(&finished.stderr);
        assert!(!told.contains("part"), "{told}");
    }
}

/// Every stream that spilled had a file of its own, and a run with a low limit of descriptors lost output.
#[test]
fn output_is_whole_under_a_low_limit_of_descriptors() {
    let job = "head -c 300000 /dev/zero; head -c 1200000 /dev/zero >&2; : <>";
    let script = "ulimit -n 128; seq 60 | \"$@\" 2>&1 | wc -c";
    prun(["-j40", job])
        .wrap(["bash", "-c", script, "bash"])
        .stdout("90000000\n")
        .run();
}

/// Errors of the runner's options in a preset had the runner's status.
#[test]
fn a_preset_that_cannot_begin_is_status_2_whatever_the_reason() {
    for option in [
        "--jobs=abc",
        "--halt=xyz",
        "--termseq=X",
        "--joblog=/nonexistent/x",
        "--shell=nope",
    ] {
        let dir = Dir::new();
        dir.write("src/f", "x");
        prun(["preset", "parallelcp", option, "src", "dst"])
            .in_dir(&dir)
            .status(2)
            .stderr_has(&["prun: error: "])
            .run();
        assert!(!dir.has("dst"));
    }
}

/// Each stage of a preset began to count at 1, so that a number was not one row of the job log.
#[test]
fn sequence_numbers_go_on_through_the_stages() {
    let dir = Dir::new();
    dir.write("src/d/f", "x");
    dir.write("src/g", "y");
    prun([
        "preset",
        "parallelcp",
        "--engine=exec",
        "--joblog",
        "log",
        "src",
        "dst",
    ])
    .in_dir(&dir)
    .run();
    let log = dir.text("log");
    let mut rows: Vec<&str> = log
        .lines()
        .skip(1)
        .filter_map(|row| row.split('\t').next())
        .collect();
    rows.sort_unstable();
    assert_eq!(rows, ["1", "2", "3", "4"]);
}

/// A slot that could not pass output on found, when it could, that its job's time was over, though the job had ended.
#[test]
fn a_reader_who_pauses_does_not_make_jobs_time_out() {
    // The reader reads nothing until the job is done with everything it had to do.
    let script = "(\"$@\"; echo $? >&2) | (read _ <gate; wc -c)";
    let job = "head -c 3000000 /dev/zero; : <>";
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let running = prun(["--timeout", "1", job, ":::", "a"])
        .wrap(["bash", "-c", script, "bash"])
        .in_dir(&dir)
        .stdout("3000000\n")
        .stderr("0\n")
        .start();
    let held = gate.arrived();
    let since = std::time::Instant::now();
    wait_until("more time has gone than the job may take", || {
        since.elapsed() > std::time::Duration::from_millis(1500)
    });
    held.release();
    running.finish();
}
