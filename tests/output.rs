//! What comes out, in which order, unmixed; and what happens when it cannot go out.

use std::fs::File;

use crate::support::{Dir, Marker, need, prun, wait_until};

/// Writes 3,000 lines to each stream in turn, each line with the job's name: more than any pipe holds.
const NOISY: &str = "i=0; while [ $i -lt 3000 ]; do echo \"<> out $i 0123456789012345678901234567890123456789\"; \
    echo \"<> err $i 0123456789012345678901234567890123456789\" >&2; i=$((i+1)); done";

#[test]
fn jobs_never_mix() {
    let names = ["a", "b", "c", "d", "e", "f"];
    for options in [["-j6"].as_slice(), &["-j6", "-k"]] {
        let ran = prun(options)
            .args([NOISY, ":::"])
            .args(names)
            .stdout_any()
            .stderr_any()
            .run();
        let (out, err) = (
            ran.text(),
            String::from_utf8_lossy(&ran.stderr).into_owned(),
        );
        for (stream, text) in [("out", &out), ("err", &err)] {
            let mut seen: Vec<&str> = Vec::new();
            for (at, line) in text.lines().enumerate() {
                let words: Vec<&str> = line.split(' ').collect();
                assert_eq!(
                    (words[1], words[2]),
                    (stream, (at % 3000).to_string().as_str()),
                    "{options:?}: {line}"
                );
                if at % 3000 == 0 {
                    seen.push(words[0]);
                }
                assert_eq!(
                    seen.last(),
                    Some(&words[0]),
                    "{options:?}: a line of another job inside one's output"
                );
            }
            if options.contains(&"-k") {
                assert_eq!(seen, names);
            }
            seen.sort_unstable();
            assert_eq!(seen, names);
        }
    }
}

#[test]
fn a_jobs_stderr_follows_its_stdout() {
    let one = "echo err-<> >&2; echo out-<>";
    prun(["-k", "-j4", one, ":::", "a", "b"])
        .prelude("exec 2>&1")
        .stdout("out-a\nerr-a\nout-b\nerr-b\n")
        .run();
    let ran = prun(["-j4", NOISY, ":::", "a", "b", "c"])
        .prelude("exec 2>&1")
        .stdout_any()
        .run();
    let text = ran.text();
    let kinds: Vec<(&str, &str)> = text
        .lines()
        .map(|line| line.split_once(' ').expect("two words"))
        .collect();
    let mut blocks: Vec<(&str, &str)> =
        kinds.iter().map(|(job, rest)| (*job, &rest[..3])).collect();
    blocks.dedup();
    assert_eq!(blocks.len(), 6, "{blocks:?}");
    for pair in blocks.chunks(2) {
        assert_eq!((pair[0].0, pair[0].1, pair[1].1), (pair[1].0, "out", "err"));
    }
}

#[test]
fn bytes_pass_unchanged() {
    prun(["printf", "a\\0b\\377\\n%.0sno newline", "<>", ":::", "x"])
        .stdout(b"a\0b\xff\nno newline")
        .run();
    prun(["-k", "printf", "%s", ":::", "a", "b"])
        .stdout("ab")
        .run();
}

#[test]
fn output_comes_as_jobs_end() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "case <> in a) read _ <gate;; esac; echo <>";
    let running = prun(["-j2", script, ":::", "a", "b", "c"])
        .in_dir(&dir)
        .stdout("b\nc\na\n")
        .start();
    let held = gate.arrived();
    running.wait_stdout("b\nc\n");
    held.release();
    running.finish();
}

#[test]
fn order_can_be_kept() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "case <> in a) read _ <gate;; esac; echo <>; echo <> >>ended";
    let running = prun(["-k", "-j2", script, ":::", "a", "b", "c"])
        .in_dir(&dir)
        .stdout("a\nb\nc\n")
        .start();
    let held = gate.arrived();
    wait_until("b and c have ended", || {
        dir.has("ended") && dir.text("ended") == "b\nc"
    });
    assert_eq!(running.stdout_so_far(), b"");
    held.release();
    running.finish();
}

#[test]
fn a_silent_job_does_not_hold_up_the_others() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "case <> in b) :;; d) read _ <gate;; *) echo <>;; esac";
    let running = prun(["-k", "-j1", script, ":::", "a", "b", "c", "d"])
        .in_dir(&dir)
        .stdout("a\nc\n")
        .start();
    let held = gate.arrived();
    running.wait_stdout("a\nc\n");
    held.release();
    running.finish();
}

#[test]
fn the_first_unfinished_job_streams() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let running = prun([
        "-k",
        "-j2",
        "echo start <>; read _ <gate; echo end <>",
        ":::",
        "a",
    ])
    .in_dir(&dir)
    .stdout("start a\nend a\n")
    .start();
    let held = gate.arrived();
    running.wait_stdout("start a\n");
    held.release();
    running.finish();
}

#[test]
fn a_slow_producer_does_not_delay_finished_output() {
    for option in ["-k", "-j4"] {
        let mut running = prun([option, "echo", "<>"])
            .stdin_pipe()
            .stdout("a\nb\n")
            .start();
        running.send("a\nb"); // half a line more
        running.wait_stdout("a\n");
        running.end_input();
        running.finish();
    }
}

#[test]
fn ungrouped_output_comes_at_once() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let running = prun(["-u", "printf part; read _ <gate; echo <>", ":::", "a"])
        .in_dir(&dir)
        .stdout("parta\n")
        .start();
    let held = gate.arrived();
    running.wait_stdout("part");
    held.release();
    running.finish();
}

#[test]
fn line_buffered_output_comes_by_whole_lines() {
    let dir = Dir::new();
    let (first, second) = (dir.gate("gate.a"), dir.gate("gate.b"));
    let script = "echo line <>; printf half-; read _ <gate.<>; echo <>";
    let running = prun(["--line-buffer", "-j2", script, ":::", "a", "b"])
        .in_dir(&dir)
        .stdout_lines(["line a", "line b", "half-a", "half-b"])
        .start();
    let (a, b) = (first.arrived(), second.arrived());
    wait_until("both whole lines", || {
        running.stdout_so_far().len() == "line a\nline b\n".len()
    });
    b.release();
    wait_until("the second job's last line", || {
        running.stdout_so_far().ends_with(b"half-b\n")
    });
    a.release();
    running.finish();
}

#[test]
fn line_buffered_lines_are_never_broken() {
    let script =
        "i=0; while [ $i -lt 300 ]; do printf '%s ' <> <>; printf '%s\\n' <>; i=$((i+1)); done";
    let long = "x".repeat(70_000);
    let ran = prun(["--line-buffer", "-j4", script, ":::", "a", "b", "c", &long])
        .stdout_any()
        .run();
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for line in ran.text().lines() {
        let words: Vec<&str> = line.split(' ').collect();
        assert!(
            words.len() == 3 && words[0] == words[1] && words[1] == words[2],
            "a broken line of {} bytes",
            line.len()
        );
        *counts.entry(words[0].to_owned()).or_default() += 1;
    }
    assert_eq!(counts.values().collect::<Vec<_>>(), [&300; 4]);
}

#[test]
fn order_with_line_buffering_streams_the_first_job() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "echo start <>; case <> in a) read _ <gate;; esac; echo end <>; echo <> >>ended";
    let running = prun(["-k", "--line-buffer", "-j2", script, ":::", "a", "b"])
        .in_dir(&dir)
        .stdout("start a\nend a\nstart b\nend b\n")
        .start();
    let held = gate.arrived();
    running.wait_stdout("start a\n");
    wait_until("b has ended", || {
        dir.has("ended") && dir.text("ended") == "b"
    });
    held.release();
    running.finish();
}

#[test]
fn lines_can_be_tagged() {
    let both = "echo one; echo two >&2; : <>";
    prun(["-k", "--tag", both, ":::", "a b", "c"])
        .stdout("a b\tone\nc\tone\n")
        .stderr("a b\ttwo\nc\ttwo\n")
        .run();
    prun(["-k", "--tag", "echo", ":::", "a", ":::", "1"])
        .stdout("a 1\ta 1\n")
        .run();
    prun(["-k", "--tag", "printf 'x\\npartial'; : <>", ":::", "a"])
        .stdout("a\tx\na\tpartial")
        .run();
    prun(["-k", "--tag", "true", ":::", "a"]).stdout("").run();
    prun([
        "-k",
        "--tagstring",
        "<#>=<>",
        "echo",
        "x",
        "<>",
        ":::",
        "a",
        "b",
    ])
    .stdout("1=a\tx a\n2=b\tx b\n")
    .run();
    prun(["-k", "--line-buffer", "--tag", "echo x; : <>", ":::", "a"])
        .stdout("a\tx\n")
        .run();
}

#[test]
fn tagged_long_lines_stay_whole() {
    let ran = prun([
        "-k",
        "--tag",
        "head -c 300000 /dev/zero | tr '\\0' y; echo; : <>",
        ":::",
        "a",
    ])
    .stdout_any()
    .run();
    assert_eq!(
        ran.stdout,
        ["a\t".as_bytes(), &b"y".repeat(300_000), b"\n"].concat()
    );
}

#[test]
fn waiting_output_needs_bounded_memory() {
    if !need("time") {
        return;
    }
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let tmp = dir.mkdir("tmp");
    // 1 + 24 jobs: the first one waits, the others have 8 MiB each that must wait for their turn.
    let script = "case <#> in 1) read _ <gate;; esac; head -c 8388608 /dev/zero; echo <> >>ended";
    let values: Vec<String> = (1..=25).map(|n| n.to_string()).collect();
    let out = File::create(dir.join("out")).expect("create");
    let running = prun(["-k", "-j3", script, ":::"])
        .args(&values)
        .in_dir(&dir)
        .env("TMPDIR", &tmp)
        .stdout_to(out)
        .measured()
        .start();
    let held = gate.arrived();
    wait_until("the others have ended", || {
        dir.has("ended") && dir.text("ended").lines().count() == 24
    });
    assert_eq!(
        std::fs::read_dir(&tmp).expect("tmp").count(),
        0,
        "temporary files have no name"
    );
    held.release();
    let ran = running.finish();
    assert_eq!(
        dir.join("out").metadata().expect("out").len(),
        25 * 8_388_608
    );
    assert!(
        ran.peak_kib() < 64 * 1024,
        "{} KiB for 192 MiB that wait",
        ran.peak_kib()
    );
}

#[test]
fn one_large_output_needs_bounded_memory() {
    if !need("time") {
        return;
    }
    for options in [
        ["-j1"].as_slice(),
        &["-k", "-j2"],
        &["--line-buffer"],
        &["--tag"],
    ] {
        let dir = Dir::new();
        let out = File::create(dir.join("out")).expect("create");
        let ran = prun(options)
            .args(["yes 0123456789 | head -c 268435456; : <>", ":::", "a"])
            .in_dir(&dir)
            .stdout_to(out)
            .measured()
            .deadline(180)
            .run();
        assert!(dir.join("out").metadata().expect("out").len() >= 268_435_456);
        assert!(
            ran.peak_kib() < 64 * 1024,
            "{options:?}: {} KiB for 256 MiB",
            ran.peak_kib()
        );
    }
}

#[test]
fn a_spill_that_fails_is_reported() {
    // A limit on the size of files stands for a full disk: writing beyond it fails.
    let dir = Dir::new();
    let tmp = dir.mkdir("tmp");
    let gate = dir.gate("gate");
    let script = "case <#> in 1) read _ <gate;; esac; head -c 67108864 /dev/zero; : <>";
    let running = prun(["-k", "-j2", "--joblog", "log", script, ":::", "a", "b"])
        .in_dir(&dir)
        .env("TMPDIR", &tmp)
        .prelude("trap '' XFSZ; ulimit -f 4096")
        .status(255)
        .stdout_any()
        .stderr_has(&["prun: error: "])
        .start();
    gate.pass();
    running.finish();
}

#[test]
fn a_temporary_directory_that_is_not_there_is_named() {
    let dir = Dir::new();
    let script = "head -c 67108864 /dev/zero; : <>";
    let ran = prun(["-k", "-j2", script, ":::", "a", "b"])
        .in_dir(&dir)
        .env("TMPDIR", dir.join("no-such-tmp"))
        .any_end()
        .stdout_any()
        .stderr_any()
        .run();
    // Whether it was needed depends on the caps; when it was, its name is in the message and nothing is claimed to be well.
    if ran.stdout.len() < 2 * 67_108_864 {
        assert_eq!(ran.status.code(), Some(255));
        assert!(String::from_utf8_lossy(&ran.stderr).contains("no-such-tmp"));
    } else {
        assert_eq!(ran.status.code(), Some(0));
    }
}

#[test]
fn a_full_disk_ends_the_run_and_is_reported() {
    for options in [
        ["-j1"].as_slice(),
        &["-j1", "-k"],
        &["-j1", "--line-buffer"],
        &["-j1", "--tag"],
    ] {
        let full = File::create("/dev/full").expect("/dev/full");
        let ran = prun(options)
            .args([
                "--joblog",
                "log",
                "echo <>; echo <> >>ran",
                ":::",
                "a",
                "b",
                "c",
                "d",
            ])
            .stdout_to(full)
            .status(255)
            .stderr_has(&["prun: error: ", "No space left on device"])
            .run();
        let ended = ran.dir.text("ran").lines().count();
        let rows = ran.dir.text("log").lines().count() - 1;
        assert_eq!(rows, ended, "{options:?}: every job that ended has its row");
    }
}

#[test]
fn a_full_disk_fails_a_dry_run() {
    let full = File::create("/dev/full").expect("/dev/full");
    prun(["--dry-run", "echo", ":::", "a"])
        .stdout_to(full)
        .status(255)
        .stderr_has(&["No space left on device"])
        .run();
}

#[test]
fn a_reader_that_leaves_ends_the_run() {
    for options in [
        ["-j2"].as_slice(),
        &["-k", "-j2"],
        &["--line-buffer", "-j2"],
        &["--dry-run"],
    ] {
        let marker = Marker::new();
        let script = format!(
            "yes {} | {{ \"$@\"; echo \"${{PIPESTATUS[0]}}\" >status; }} | head -n 1",
            marker.text()
        );
        let ran = prun(options)
            .args(["echo", "<>"])
            .wrap([
                "bash",
                "-c",
                &script.replace("${PIPESTATUS[0]}", "$?"),
                "bash",
            ])
            .stdout_any()
            .stderr_any()
            .run();
        assert_eq!(ran.text().lines().count(), 1, "{options:?}");
        assert!(
            String::from_utf8_lossy(&ran.stderr).lines().count() <= 2,
            "{options:?}: quietly"
        );
        assert_ne!(
            ran.dir.text("status"),
            "0",
            "{options:?}: what was asked for was not delivered"
        );
        marker.wait_gone();
    }
}

#[test]
fn a_reader_that_leaves_ends_running_jobs() {
    let marker = Marker::new();
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = format!(
        "case <> in sleeps) sleep {};; 1) read _ <gate; echo a;; *) echo a;; esac",
        marker.text()
    );
    let (reader, writer) = std::io::pipe().expect("a pipe");
    // Many write: another test's child that has not yet become its program may
    // hold the reading end for a moment.
    let running = prun(["-j2", &script, ":::", "sleeps"])
        .args((1..=1000).map(|n| n.to_string()))
        .in_dir(&dir)
        .stdout_to(File::from(std::os::fd::OwnedFd::from(writer)))
        .any_end()
        .stderr_any()
        .start();
    marker.wait_sleeps(1);
    let held = gate.arrived();
    drop(reader);
    held.release();
    running.finish();
    marker.wait_gone();
}

#[test]
fn diagnostics_go_to_stderr_only() {
    prun(["-j1", "echo <>; exit 1", ":::", "a"])
        .status(1)
        .stdout("a\n")
        .stderr_any()
        .run();
    prun(["--no-such-option"])
        .refused(&["--no-such-option"])
        .run();
}
