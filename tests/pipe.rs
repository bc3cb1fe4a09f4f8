//! Jobs that read their inputs in blocks: --pipe, --pipepart and what goes with them.

use std::sync::atomic::{AtomicBool, Ordering};

use nix::sys::signal::Signal;

use crate::support::{Dir, Marker, numbered, prun, wait_until};

#[test]
fn each_job_reads_a_block_of_whole_records() {
    for (args, input, output) in [
        (&["--pipe", "-k", "cat"][..], "1\n2\n", "1\n2\n"),
        (
            &["--pipe", "-k", "-n2", "cat; echo end"],
            "1\n2\n3\n",
            "1\n2\nend\n3\nend\n",
        ),
        (
            &["--pipe", "-k", "-L2", "-N1", "cat; echo end"],
            "1\n2\n3\n",
            "1\n2\nend\n3\nend\n",
        ),
        (
            &["--pipe", "-k", "-N1", "cat; echo ."],
            "a\nb",
            "a\n.\nb.\n",
        ),
        (
            &["--pipe", "-k", "-N1", "echo '<#>'; cat"],
            "a\nb\n",
            "1\na\n2\nb\n",
        ),
        (
            &["--pipe", "-k", "-L2", "cat; echo end"],
            "1\n2\n3\n",
            "1\n2\nend\n3\nend\n",
        ),
        (
            &["--pipe", "-k", "-N1", "--tagstring", "<#>", "cat"],
            "a\nb\n",
            "1\ta\n2\tb\n",
        ),
        (
            &["--pipe", "-k", "-N1", "--recstart", ">", "cat; echo --"],
            ">a\n1\n>b\n2\n",
            ">a\n1\n--\n>b\n2\n--\n",
        ),
        (
            &[
                "--pipe",
                "-k",
                "-N1",
                "--recend",
                r"\n",
                "--recstart",
                ">",
                "cat; echo --",
            ],
            ">a>x\n1\n>b\n2\n",
            ">a>x\n1\n--\n>b\n2\n--\n",
        ),
        (
            &[
                "--pipe",
                "-k",
                "-N1",
                "--regexp",
                "--recend",
                "[0-9]+",
                "cat; echo",
            ],
            "a1b22c333d",
            "a1\nb22\nc333\nd\n",
        ),
        (
            &["--pipe", "-k", "-N1", "--recend", "--", "cat; echo"],
            "a--b--c--",
            "a--\nb--\nc--\n",
        ),
        (
            &["--pipe", "-k", "-N1", "--recend", r"\0", "tr '\\0' .; echo"],
            "a\0b\0",
            "a.\nb.\n",
        ),
        (
            &[
                "--pipe",
                "-k",
                "-N2",
                "--rrs",
                "--recend",
                "--",
                "cat; echo",
            ],
            "a--b--c--",
            "ab\nc\n",
        ),
        (
            &["--pipe", "-k", "--block", "2", "--recend", "", "cat; echo"],
            "abcde",
            "ab\ncd\ne\n",
        ),
        (
            &["--pipe", "-k", "-N2", "--header=:", "cat; echo --"],
            "h\n1\n2\n3\n",
            "h\n1\n2\n--\nh\n3\n--\n",
        ),
        (
            &["--pipe", "-k", "-N1", "--header=2", "cat; echo --"],
            "h\ni\n1\n2\n",
            "h\ni\n1\n--\nh\ni\n2\n--\n",
        ),
        (
            &["--pipe", "-k", "-N1", r"--header=(%.*\n)*", "cat; echo --"],
            "%a\n%b\n1\n2\n",
            "%a\n%b\n1\n--\n%a\n%b\n2\n--\n",
        ),
        (&["--pipe", "--header", "cat"], "only the header\n", ""),
        (&["--pipe", "cat; echo x"], "", ""),
    ] {
        prun(args).stdin(input).stdout(output).run();
    }
}

#[test]
fn bytes_pass_exactly() {
    let bytes: Vec<u8> = (0..200_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    prun(["--pipe", "-k", "--block", "10k", "cat"])
        .stdin(&bytes)
        .stdout(&bytes)
        .stderr_any()
        .run();
    prun([
        "--pipepart",
        "-a",
        "data",
        "-k",
        "-j3",
        "--block",
        "-5",
        "cat",
    ])
    .file("data", &bytes)
    .stdout(&bytes)
    .run();
    prun(["--pipe", "-k", "-N7", "-a", "data", "cat"])
        .file("data", &bytes)
        .stdout(&bytes)
        .run();
}

#[test]
fn blocks_are_as_large_as_they_may_be() {
    prun(["--pipe", "-k", "--block", "1k", "wc -c"])
        .stdin(numbered(1000))
        .stdout("1000\n1000\n1000\n893\n")
        .run();
    // From a file, which nobody reads but the jobs, they are the same.
    prun(["--pipe", "-k", "--block", "1k", "-a", "data", "wc -c"])
        .file("data", numbered(1000))
        .stdout("1000\n1000\n1000\n893\n")
        .run();
    prun(["--pipe", "-k", "wc -c"])
        .stdin("1234567\n".repeat(300_000))
        .stdout("1048576\n1048576\n302848\n")
        .run();
}

#[test]
fn a_record_that_does_not_fit_is_whole_and_told_once() {
    let input = format!("{}\n{}\n1\n", "x".repeat(3000), "y".repeat(9000));
    for source in [&["--pipe"][..], &["--pipe", "-a", "data"]] {
        prun(source)
            .args(["-k", "--block", "1k", "wc -l"])
            .file("data", &input)
            .stdin(&input)
            .stdout("1\n2\n")
            .stderr_has(&["warning: a record is longer than a block", "--block"])
            .run();
    }
}

#[test]
fn a_job_need_not_read() {
    let input = "some line\n".repeat(700_000);
    for command in [
        "true",
        "head -c 1 >/dev/null",
        "exec <&-; echo x >/dev/null",
    ] {
        prun(["--pipe", "--block", "3M", command])
            .stdin(&input)
            .run();
        prun(["--pipepart", "-a", "data", "--block", "3M", command])
            .file("data", &input)
            .run();
    }
    prun(["--pipe", "--round-robin", "-j2", "--block", "100k", "true"])
        .stdin(&input)
        .run();
    // What a job leaves behind may hold its standard input open.
    prun([
        "--pipe",
        "--block",
        "3M",
        "sleep 1000 <&0 >/dev/null 2>&1 & echo $! >>pids",
    ])
    .stdin(&input)
    .run()
    .dir
    .text("pids")
    .lines()
    .for_each(|pid| {
        let pid = nix::unistd::Pid::from_raw(pid.parse().expect("a pid"));
        let _ = nix::sys::signal::kill(pid, Signal::SIGKILL);
    });
}

#[test]
fn failures_are_counted_and_a_block_is_fed_again() {
    prun(["--pipe", "-N1", "cat >/dev/null; false"])
        .stdin("1\n2\n3\n")
        .status(3)
        .stderr_any()
        .run();
    let again = "cat; test -e '<#>' || { : >'<#>'; false; }";
    for source in [
        &["--pipe", "-N1"][..],
        &["--pipe", "--block", "2", "-a", "data"],
        &["--pipepart", "--block", "2", "-a", "data"],
    ] {
        prun(source)
            .args(["-k", "--retries", "2", again])
            .file("data", "a\nb\n")
            .stdin("a\nb\n")
            .stdout("a\nb\n")
            .run();
    }
    let ran = prun([
        "--pipe",
        "-N1",
        "--cat",
        "-k",
        "--retries",
        "2",
        "cat <>; test -e '<#>' || { : >'<#>'; false; }",
    ])
    .stdin("a\nb\n")
    .stdout("a\nb\n")
    .run();
    assert!(ran.dir.has("1") && ran.dir.has("2"));
}

#[test]
fn a_job_starts_before_the_input_has_ended() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let mut running = prun(["--pipe", "-N1", "read x; echo $x; read _ <gate"])
        .in_dir(&dir)
        .stdin_pipe()
        .stdout("1\n2\n")
        .start();
    running.send("1\n2");
    gate.pass();
    running.wait_stdout("1\n");
    running.send("\n");
    gate.pass();
    running.end_input();
    running.finish();
}

#[test]
fn what_has_come_after_a_time_is_a_block() {
    let mut running = prun(["--pipe", "--block-timeout", "50ms", "cat; echo --"])
        .stdin_pipe()
        .stdout("a\nb\n--\ncd\n--\n")
        .start();
    running.send("a\nb\nc");
    running.wait_stdout("a\nb\n--\n");
    running.send("d\n");
    running.wait_stdout("a\nb\n--\ncd\n--\n");
    running.end_input();
    running.finish();
}

#[test]
fn order_is_kept_though_the_first_is_last() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let running = prun([
        "--pipe",
        "-j4",
        "-k",
        "-N1",
        "read x; test $x != 1 || read _ <gate; echo $x; : >ended$x",
    ])
    .in_dir(&dir)
    .stdin(numbered(4))
    .stdout(numbered(4))
    .start();
    let held = gate.arrived();
    wait_until("the others have ended", || {
        (2..=4).all(|n| dir.has(format!("ended{n}")))
    });
    held.release();
    running.finish();
}

#[test]
fn reading_stops_while_nobody_takes_what_was_read() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    // Each job holds its first bytes; what it may not read yet stays unread.
    let running = prun(["--pipe", "-j2", "-k", "--block", "1M", "read _ <gate; cat"])
        .in_dir(&dir)
        .wrap(["bash", "-c", "{ for i in {1..200}; do echo $i >written; head -c 1000000 /dev/zero | tr '\\0' x; echo; done; } | \"$@\"", "bash"])
        .stdout_any()
        .measured()
        .start();
    let first = gate.arrived();
    let written = || dir.text("written").parse::<u32>().unwrap_or(0);
    wait_until("what there is room for is read", || written() >= 3);
    assert!(written() < 12, "{} MB were read", written());
    first.release();
    let done = AtomicBool::new(false);
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                if let Some(held) = gate.now() {
                    held.release();
                }
                std::thread::yield_now();
            }
        });
        let ran = running.finish();
        done.store(true, Ordering::SeqCst);
        ran
    });
    assert!(ran.peak_kib() < 64 * 1024, "{} KiB", ran.peak_kib());
    assert_eq!(ran.stdout.len(), 200 * 1_000_001);
}

#[test]
fn files_and_fifos_hold_the_block_while_the_job_runs() {
    let dir = Dir::new();
    let temporary = dir.mkdir("tmp");
    let run = |args: &[&str]| {
        prun(args)
            .in_dir(&dir)
            .env("TMPDIR", &temporary)
            .stdin("a\nb\n")
    };
    run(&[
        "--pipe",
        "-N1",
        "-k",
        "--cat",
        "test -f <> && cat <> && cat",
    ])
    .stdout("a\nb\n")
    .run();
    run(&["--pipe", "-N1", "-k", "--cat", "wc", "-c"])
        .stdout_has(&["2 "])
        .run();
    run(&["--pipe", "-N1", "-k", "--fifo", "test -p {} && cat {}"])
        .stdout("a\nb\n")
        .run();
    run(&["--pipe", "-N1", "-k", "--fifo", "--header", "cat <>; cat"])
        .stdout("a\nb\n")
        .run();
    // A job may never open it, or not read it to the end.
    run(&["--pipe", "-N1", "--fifo", ": <>"]).run();
    let large = "some line\n".repeat(100_000);
    run(&["--pipe", "--fifo", "head -n 1 <>"])
        .stdin(large)
        .stdout("some line\n")
        .run();
    let left = std::fs::read_dir(&temporary).expect("it is there").count();
    assert_eq!(left, 0, "what was made is gone");
    prun(["--pipe", "--cat", "cat <>"])
        .env("TMPDIR", "/dev/null/no")
        .stdin("a\n")
        .refused(&["cannot make a directory for blocks in"])
        .run();
}

#[test]
fn signals_end_jobs_that_read_or_do_not() {
    for (args, input) in [
        // More than a pipe takes, and nobody reads.
        (
            &["--pipe", "--block", "9M"][..],
            "some line\n".repeat(900_000),
        ),
        (
            &["--pipe", "--round-robin", "-j1"],
            "some line\n".repeat(900_000),
        ),
        (&["--pipe", "-N1", "--fifo"], "a\nb\n".into()),
        (&["--pipe", "-N1", "--cat"], "a\nb\n".into()),
    ] {
        let marker = Marker::new();
        let dir = Dir::new();
        let temporary = dir.mkdir("tmp");
        let command = format!(
            "exec sleep {}; : {}",
            marker.text(),
            if args.len() < 4 && args.contains(&"-N1") {
                "<>"
            } else {
                ""
            }
        );
        let running = prun(args)
            .args(["-j2", &command])
            .in_dir(&dir)
            .env("TMPDIR", &temporary)
            .stdin(input)
            .signal(Signal::SIGTERM)
            .stderr_any()
            .start();
        wait_until("a job runs", || !marker.sleeps().is_empty());
        running.kill(Signal::SIGTERM);
        running.finish();
        assert!(marker.sleeps().is_empty(), "{args:?}");
        let left = std::fs::read_dir(&temporary).expect("it is there").count();
        assert_eq!(left, 0, "{args:?}");
    }
    // While the input does not come.
    let mut running = prun(["--pipe", "cat"])
        .stdin_pipe()
        .signal(Signal::SIGINT)
        .stderr_any()
        .start();
    running.send("a\n");
    running.kill(Signal::SIGINT);
    running.finish();
}

#[test]
fn half_a_record_is_no_record_when_the_run_is_to_end() {
    let dir = Dir::new();
    let feed = dir.gate("feed");
    let running = prun([
        "--pipe",
        "--drain",
        "--round-robin",
        "-j1",
        "--block",
        "4",
        "read x; read y; : >begun; cat; echo $x$y",
    ])
    .in_dir(&dir)
    .prelude("exec <feed")
    .stdout("aabb\n")
    .signal(Signal::SIGTERM)
    .stderr_any()
    .start();
    // Held to the end: the input does not end, only the reading of it.
    let held = feed.arrived();
    held.write("aa\nbb\nccc");
    wait_until("the job runs", || dir.has("begun"));
    running.kill(Signal::SIGTERM);
    running.finish();
    held.release();
}

#[test]
fn a_job_that_does_not_read_may_time_out() {
    prun([
        "--pipe",
        "--block",
        "9M",
        "--timeout",
        "100ms",
        "exec sleep 1000",
    ])
    .stdin("some line\n".repeat(900_000))
    .status(1)
    .stderr_has(&["timed out"])
    .run();
}

#[test]
fn as_many_jobs_as_slots_share_the_blocks() {
    let input = numbered(20_000);
    let ran = prun([
        "--pipe",
        "--round-robin",
        "-j3",
        "--block",
        "1k",
        "cat >got'<#>'; echo",
    ])
    .stdin(&input)
    .stdout("\n\n\n")
    .run();
    let mut lines: Vec<u32> = (1..=3)
        .flat_map(|n| {
            let text = ran.dir.text(format!("got{n}"));
            text.lines()
                .map(|line| line.parse().expect("a whole line"))
                .collect::<Vec<_>>()
        })
        .collect();
    lines.sort_unstable();
    assert_eq!(lines, (1..=20_000).collect::<Vec<_>>());
    // Jobs that all read have the blocks in turn.
    prun(["--pipe", "--round-robin", "-j2", "-N1", "-k", "cat; echo ."])
        .stdin(numbered(6))
        .stdout("1\n3\n5\n.\n2\n4\n6\n.\n")
        .run();
    // No more jobs than blocks, and the header once a job.
    prun(["--pipe", "--round-robin", "-j3", "--header", "cat"])
        .stdin("h\n1\n2\n")
        .stdout("h\n1\n2\n")
        .run();
    prun(["--pipe", "--round-robin", "-j3", "cat; echo"])
        .stdout("")
        .run();
}

#[test]
fn every_job_has_all_of_the_input() {
    prun([
        "--pipe",
        "--tee",
        "-j3",
        "-k",
        "--tag",
        "grep <> | wc -l",
        ":::",
        "1",
        "2",
        "3",
    ])
    .stdin(numbered(100))
    .stdout("1\t20\n2\t19\n3\t19\n")
    .run();
    // One that stops early does not stop the others.
    prun(["--pipe", "--tee", "-j2", "-k", "<>", ":::", "true", "wc"])
        .stdin("some line\n".repeat(500_000))
        .stdout(" 500000 1000000 5000000\n")
        .run();
    prun(["--pipe", "--tee", "-j2", "cat", ":::", "1", "2", "3"])
        .stdin("a\n")
        .refused(&["--tee", "-j 3"])
        .run();
    prun([
        "--pipe",
        "--tee",
        "-j2",
        "-k",
        "wc -l <&0; : <>",
        ":::",
        "1",
        "2",
    ])
    .stdout("0\n0\n")
    .run();
}

#[test]
fn records_go_by_a_column() {
    prun(["--pipe", "--bin", "1", "-j2", "-k", "cat; echo --"])
        .stdin("1\n2\n3\n4\n")
        .stdout("1\n3\n--\n2\n4\n--\n")
        .run();
    let ran = prun(["--pipe", "--shard", "2", "-C", ",", "-j3", "cat >got'<#>'"])
        .stdin("1,a\n2,b\n3,a\n4,c\n5,b\n")
        .run();
    let all: Vec<String> = (1..=3).map(|n| ran.dir.text(format!("got{n}"))).collect();
    for (one, other) in [("1,a", "3,a"), ("2,b", "5,b")] {
        assert!(
            all.iter()
                .any(|got| got.contains(one) && got.contains(other)),
            "{all:?}"
        );
    }
}

#[test]
fn records_with_the_same_column_stay_together() {
    let table = "k\tv\na\t1\na\t2\nb\t3\na\t4\n";
    prun([
        "--pipe",
        "--group-by",
        "k",
        "--header",
        "-N1",
        "-k",
        "cat; echo --",
    ])
    .stdin(table)
    .stdout("k\tv\na\t1\na\t2\n--\nk\tv\nb\t3\n--\nk\tv\na\t4\n--\n")
    .run();
    prun([
        "--pipe",
        "--group-by",
        "1",
        "-k",
        "--block",
        "9",
        "cat; echo --",
    ])
    .stdin(table)
    .stdout("k\tv\n--\na\t1\na\t2\n--\nb\t3\na\t4\n--\n")
    .run();
    for option in ["--group-by", "--bin"] {
        prun(["--pipe", "--header", option, "gone", "cat"])
            .stdin(table)
            .refused(&["column gone", "--header"])
            .run();
    }
}

#[test]
fn a_file_is_cut_in_so_many_parts() {
    let data = || prun(["--pipepart", "-a", "data", "-k"]).file("data", numbered(20_000));
    let ran = data()
        .args(["--block", "-3", "-j2", "wc -l"])
        .stdout_any()
        .run();
    assert_eq!(ran.text().lines().count(), 6);
    let lines: u32 = ran
        .text()
        .lines()
        .map(|line| line.parse::<u32>().expect("a count"))
        .sum();
    assert_eq!(lines, 20_000);
    let ran = data().args(["-j2", "wc -l"]).stdout_any().run();
    assert_eq!(ran.text().lines().count(), 20, "ten to a slot");
    data()
        .args([
            "--regexp",
            "--recend",
            r"7\n",
            "--block",
            "-1",
            "-j2",
            "tail -n 1",
        ])
        .stdout_has(&["7\n", "20000\n"])
        .run();
    data()
        .args(["--block", "10k", "cat"])
        .stdout(numbered(20_000))
        .run();
    prun([
        "--pipepart",
        "-k",
        "--block",
        "1k",
        "--header",
        "head -n 1",
        "::::",
        "data",
    ])
    .file("data", format!("head\n{}", numbered(400)))
    .stdout("head\nhead\n")
    .run();
    // Where all of the data has to be looked at, it is read.
    data()
        .args(["-N", "12000", "wc -l"])
        .stdout("12000\n8000\n")
        .run();
}

#[test]
fn a_file_that_shrinks_meanwhile_fails_the_job() {
    for source in [
        &["--pipepart"][..],
        &["--pipe"],
        &["--pipe", "--round-robin"],
        &["--pipe", "--cat"],
    ] {
        prun(source)
            .args([
                "-j1",
                "-a",
                "data",
                "--block",
                "100k",
                "truncate -s 1 data; cat >/dev/null; : '<#>'",
            ])
            .file("data", "some line\n".repeat(200_000))
            .status_in(&[1, 19, 20, 101])
            .stderr_has(&["'data' has become shorter while it was read"])
            .run();
    }
}

#[test]
fn what_was_read_of_a_shared_file_is_read() {
    prun(["--pipe", "cat"])
        .file("data", "a\nb\n")
        .wrap([
            "bash",
            "-c",
            "exec <data; read x; \"$@\"; echo rest; cat",
            "bash",
        ])
        .stdout("b\nrest\n")
        .run();
}

#[test]
fn files_that_the_kernel_makes_up_are_read() {
    for path in [
        "/proc/version",
        "/sys/kernel/mm/transparent_hugepage/enabled",
    ] {
        // Some kernels lack the second one.
        let Ok(text) = std::fs::read(path) else {
            continue;
        };
        prun(["--pipe", "-a", path, "cat"]).stdout(text).run();
    }
}

#[test]
fn the_job_log_has_what_was_sent() {
    let ran = prun(["--pipe", "--joblog", "log", "-j1", "cat"])
        .stdin(numbered(5))
        .stdout(numbered(5))
        .run();
    let log = ran.dir.text("log");
    let fields: Vec<&str> = log.lines().last().unwrap_or_default().split('\t').collect();
    assert_eq!(fields[4..], ["10", "10", "0", "0", "cat"], "{log}");
    // A resumed run leaves out the blocks that are done.
    prun([
        "--pipe",
        "-N1",
        "--joblog",
        "log",
        "-k",
        "cat; test -e marker",
    ])
    .in_dir(&ran.dir)
    .stdin("a\nb\n")
    .stdout("a\nb\n")
    .status(2)
    .stderr_any()
    .run();
    ran.dir.write("marker", "");
    prun([
        "--pipe",
        "-N1",
        "--joblog",
        "log",
        "--resume-failed",
        "-k",
        "cat; test -e marker",
    ])
    .in_dir(&ran.dir)
    .stdin("a\nb\n")
    .stdout("a\nb\n")
    .run();
    prun([
        "--pipe",
        "-N1",
        "--joblog",
        "log",
        "--resume",
        "cat; test -e marker",
    ])
    .in_dir(&ran.dir)
    .stdin("a\nb\n")
    .run();
}

#[test]
fn a_reader_that_has_gone_ends_it_quietly() {
    prun(["--pipe", "-N1", "-k", "cat"])
        .wrap([
            "bash",
            "-c",
            "yes | \"$@\" | head -n 1; exit ${PIPESTATUS[1]}",
            "bash",
        ])
        .stdout("y\n")
        .status(141)
        .run();
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (args, naming) in [
        (&["--pipe"][..], &["--pipe gives blocks to a command"][..]),
        (&["--pipe", "-0", "cat"], &["-0", "--pipe"]),
        (&["--pipe", "-X", "cat"], &["-X", "--pipe"]),
        (&["--pipe", "--pipepart", "cat"], &["--pipe"]),
        (&["--pipe", "cat <>"], &["--cat and --fifo"]),
        (
            &["--pipe", "--cat", "--joblog", "l", "--resume", "cat <>"],
            &["--resume", "--cat"],
        ),
        (&["--pipe", "cat", ":::", "a"], &["--tee"]),
        (&["--pipe", "--tee", "cat"], &[":::"]),
        (
            &["--pipe", "--retries", "3", "--round-robin", "cat"],
            &["--retries"],
        ),
        (
            &["--pipe", "--halt", "soon,fail=10%", "cat"],
            &["percentage"],
        ),
        (&["--pipe", "--block", "-3", "cat"], &["--pipepart"]),
        (
            &["--pipe", "--block", "x", "cat"],
            &["--block x: give a number of bytes"],
        ),
        (
            &["--pipe", "--recend", r"\q", "cat"],
            &["--recend", "octal"],
        ),
        (
            &["--pipe", "--regexp", "--recstart", "(", "cat"],
            &["--recstart"],
        ),
        (&["--pipe", "--header=(", "cat"], &["--header"]),
        (&["--pipepart", "cat"], &["-a FILE"]),
        (
            &["--pipepart", "-a", "gone", "cat"],
            &["cannot open 'gone': No such file"],
        ),
        (&["--pipepart", "-a", "/dev/null", "cat"], &["/dev/null"]),
        (
            &["--round-robin", "cat"],
            &["--round-robin needs --pipe or --pipepart"],
        ),
        (&["--header=2", "cat"], &["--header 2: give :"]),
    ] {
        prun(args).stdin("a\n").refused(naming).run();
    }
}
