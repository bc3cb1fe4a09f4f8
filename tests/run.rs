//! Scheduling as it shows from outside: exit statuses, how many at once, slots, halting, limits of time, attempts.

use std::time::{Duration, Instant};

use crate::support::{Dir, Gate, Marker, need, numbered, prun, wait_until};

/// A template whose job writes its slot, then stops at its gate: `gate.N` for the Nth job.
const GATED: &str = "echo $PRUN_SLOT >slot.<#>; read _ <gate.<#>; echo <>";

#[test]
fn all_well_is_0() {
    prun(["-k", "echo", ":::", "a"]).stdout("a\n").run();
    prun(["true", ":::", "a", "b"]).run();
}

#[test]
fn the_status_counts_failed_jobs() {
    let failing = |count: usize| prun(["false"]).stdin(numbered(count));
    failing(1).status(1).stderr_has(&["1"]).run();
    failing(3).status(3).stderr_has(&["3"]).run();
    failing(100).status(100).stderr_has(&["100"]).run();
    failing(101).status(101).stderr_has(&["101"]).run();
    failing(150).status(101).stderr_has(&["150"]).run();
}

#[test]
fn any_failure_counts_as_one() {
    prun(["-j1", "exit <>", ":::", "0", "7", "255", "0"])
        .status(2)
        .stderr_has(&["7", "255"])
        .run();
    prun(["-j1", "kill -<> $$", ":::", "9", "15"])
        .status(2)
        .stderr_any()
        .run();
}

#[test]
fn failed_jobs_are_listed_at_the_end() {
    let some = prun(["-j1", "exit <>", ":::", "0", "7", "0"])
        .status(1)
        .stderr_has(&["exit 7", "7"])
        .run();
    assert!(String::from_utf8_lossy(&some.stderr).lines().count() <= 4);
    let many = prun(["-j1", "exit <>"])
        .stdin("3\n".repeat(40))
        .status(40)
        .stderr_has(&["40"])
        .run();
    assert!(
        String::from_utf8_lossy(&many.stderr).lines().count() <= 14,
        "the first ten, and the count"
    );
}

#[test]
fn so_many_at_once() {
    for option in [["-j", "2"], ["-P", "2"], ["--jobs", "2"]] {
        let dir = Dir::new();
        let gates = [dir.gate("gate.1"), dir.gate("gate.2"), dir.gate("gate.3")];
        let running = prun(option)
            .args([GATED, ":::", "a", "b", "c"])
            .in_dir(&dir)
            .stdout_lines(["a", "b", "c"])
            .start();
        let (one, two) = (gates[0].arrived(), gates[1].arrived());
        assert!(!dir.has("slot.3"), "a third job runs under {option:?}");
        one.release();
        let three = gates[2].arrived();
        two.release();
        three.release();
        running.finish();
        assert_ne!(dir.text("slot.3"), "3");
    }
}

#[test]
fn so_many_at_once_as_the_file_says() {
    for gnu in [false, true] {
        let dir = Dir::new();
        let gates: Vec<Gate> = (1..=6).map(|n| dir.gate(format!("gate.{n}"))).collect();
        dir.write("many", "1\n");
        let ran = if gnu {
            prun(["--gnu", "-j", "many"]).args(["echo >slot.{#}; read _ <gate.{#}; echo {}", ":::"])
        } else {
            prun(["-j", "many", GATED, ":::"])
        };
        let running = ran
            .args(["a", "b", "c", "d", "e", "f"])
            .in_dir(&dir)
            .stdout_lines(["a", "b", "c", "d", "e", "f"])
            .start();
        let one = gates[0].arrived();
        assert!(!dir.has("slot.2"), "one job at a time");
        dir.write("many", "3\n");
        one.release();
        let three: Vec<_> = gates[1..4].iter().map(Gate::arrived).collect();
        assert!(!dir.has("slot.5"), "three jobs at a time");
        dir.write("many", "1\n");
        for one in three {
            one.release();
        }
        let five = gates[4].arrived();
        assert!(!dir.has("slot.6"), "one job at a time again");
        dir.write("many", "nonsense");
        five.release();
        gates[5].pass();
        running.finish();
    }
}

#[test]
fn a_file_that_says_how_many_may_be_a_pipe() {
    prun(["-j", "/dev/stdin", "echo <>", ":::", "a"])
        .stdin("nonsense")
        .status(255)
        .stderr_has(&["/dev/stdin"])
        .run();
    prun(["-k", "-j", "/dev/stdin", "echo <>", ":::", "a", "b"])
        .stdin("2\n")
        .stdout("a\nb\n")
        .run();
    // A pipe is read once, also where blocks are given to jobs; and what is made
    // a pipe while jobs run is not waited for.
    let dir = Dir::new();
    let gates = [dir.gate("gate.a"), dir.gate("gate.b")];
    prun(["-j", "many", "--pipe", "cat"])
        .in_dir(&dir)
        .prelude("mkfifo many; { echo 3 >many & }")
        .stdin("x\n")
        .stdout("x\n")
        .run();
    dir.write("number", "1");
    let running = prun(["-j", "number", "read _ <gate.<>; echo <>", ":::", "a", "b"])
        .in_dir(&dir)
        .stdout("a\nb\n")
        .start();
    let held = gates[0].arrived();
    std::fs::remove_file(dir.join("number")).expect("the file is there");
    let _ = dir.gate("number");
    held.release();
    gates[1].pass();
    running.finish();
}

#[test]
fn no_limit_starts_all() {
    let dir = Dir::new();
    let gates: Vec<_> = (1..=40).map(|n| dir.gate(format!("gate.{n}"))).collect();
    let values: Vec<String> = (1..=40).map(|n| format!("v{n}")).collect();
    let running = prun(["-j0", GATED, ":::"])
        .args(&values)
        .in_dir(&dir)
        .stdout_lines(&values)
        .start();
    let held: Vec<_> = gates.iter().map(Gate::arrived).collect();
    for one in held {
        one.release();
    }
    running.finish();
}

#[test]
fn numbers_of_jobs_relative_to_the_processors() {
    // The highest slot that a hundred jobs see can be no higher than the number of slots.
    let most = |jobs: &str| {
        let ran = prun(["-j", jobs, "printenv PRUN_SLOT; : <>"])
            .stdin(numbered(100))
            .stdout_any()
            .run();
        ran.text()
            .lines()
            .map(|slot| slot.parse::<usize>().expect("a slot is a number"))
            .max()
            .expect("a hundred jobs")
    };
    let cpus = std::thread::available_parallelism()
        .expect("processors")
        .get();
    assert!(most("100%") <= cpus);
    assert!(most("200%") <= 2 * cpus);
    assert!(most("+1") <= cpus + 1);
    assert_eq!(most("1"), 1);
    assert_eq!(most("-1000"), 1);
    assert_eq!(most("1%"), 1);
}

#[test]
fn jobs_know_their_number_and_slot() {
    prun([
        "-j1",
        "printenv",
        ":::",
        "PRUN_SEQ",
        "PRUN_SEQ",
        "PRUN_SLOT",
        "PRUN_SEQ",
    ])
    .stdout("1\n2\n1\n4\n")
    .run();
    prun([
        "-j1",
        "-k",
        "echo <#> $PRUN_SEQ <%> $PRUN_SLOT",
        ":::",
        "a",
        "b",
    ])
    .stdout("1 1 1 1\n2 2 1 1\n")
    .run();
}

#[test]
fn slots_are_unique_and_the_lowest_free_one_is_taken() {
    let dir = Dir::new();
    let gates: Vec<_> = (1..=5).map(|n| dir.gate(format!("gate.{n}"))).collect();
    let mut running = prun(["-j3", GATED])
        .in_dir(&dir)
        .stdin_pipe()
        .stdout_any()
        .start();
    running.send("a\nb\nc\n");
    let mut by_slot: Vec<_> = (1..=3)
        .map(|n| (gates[n - 1].arrived(), dir.text(format!("slot.{n}"))))
        .collect();
    by_slot.sort_by(|a, b| a.1.cmp(&b.1));
    assert_eq!(
        by_slot
            .iter()
            .map(|(_, slot)| slot.as_str())
            .collect::<Vec<_>>(),
        ["1", "2", "3"]
    );
    // Slot 3 falls free before slot 1; the next job takes 1 all the same, and the one after it 3.
    let (three, two, one) = (
        by_slot.pop().expect("3"),
        by_slot.pop().expect("2"),
        by_slot.pop().expect("1"),
    );
    three.0.release();
    wait_until("one job's output", || running.stdout_so_far().len() == 2);
    one.0.release();
    wait_until("two jobs' output", || running.stdout_so_far().len() == 4);
    running.send("d\n");
    let four = gates[3].arrived();
    assert_eq!(dir.text("slot.4"), "1");
    running.send("e\n");
    let five = gates[4].arrived();
    assert_eq!(dir.text("slot.5"), "3");
    four.release();
    five.release();
    two.0.release();
    running.finish();
}

#[test]
fn a_job_beyond_its_time_is_ended() {
    let marker = Marker::new();
    let start = Instant::now();
    let ran = prun([
        "-j2",
        "--timeout",
        "1",
        "--joblog",
        "log",
        "sleep",
        ":::",
        marker.text(),
        "0",
    ])
    .status(1)
    .stderr_has(&[marker.text()])
    .run();
    assert!(start.elapsed() >= Duration::from_secs(1));
    let log = ran.dir.text("log");
    let row = log
        .lines()
        .find(|line| line.contains(marker.text()))
        .expect("the ended job has a row");
    let fields: Vec<&str> = row.split('\t').collect();
    assert_eq!((fields[6], fields[7]), ("-1", "15"), "{row}");
    marker.wait_gone();
}

#[test]
fn time_limits_have_units() {
    let marker = Marker::new();
    prun(["--timeout", "0.01m", "sleep", ":::", marker.text()])
        .status(1)
        .stderr_any()
        .run();
    marker.wait_gone();
}

#[test]
fn a_failing_job_is_tried_again() {
    let count = "echo x >>tries; [ $(wc -l <tries) = 3 ] && echo <>";
    let ran = prun(["--retries", "3", count, ":::", "a"])
        .stdout("a\n")
        .run();
    assert_eq!(ran.dir.text("tries").lines().count(), 3);
    let ran = prun(["--retries", "2", count, ":::", "a"])
        .status(1)
        .stderr_any()
        .run();
    assert_eq!(ran.dir.text("tries").lines().count(), 2);
}

#[test]
fn only_the_last_attempt_is_seen() {
    let noisy =
        "echo out; echo err >&2; echo x >>tries; [ $(wc -l <tries) = 3 ]; r=$?; : <>; exit $r";
    let ran = prun(["--retries", "3", "--joblog", "log", noisy, ":::", "a"])
        .stdout("out\n")
        .stderr("err\n")
        .run();
    assert_eq!(
        ran.dir.text("log").lines().count(),
        2,
        "a header and one row"
    );
}

#[test]
fn starts_can_be_spaced() {
    let ran = prun([
        "-j4", "--delay", "0.2", "--joblog", "log", "true", ":::", "a", "b", "c", "d",
    ])
    .run();
    let mut starts: Vec<f64> = Vec::new();
    for row in ran.dir.text("log").lines().skip(1) {
        starts.push(
            row.split('\t')
                .nth(2)
                .and_then(|field| field.trim().parse().ok())
                .expect("a start time"),
        );
    }
    starts.sort_by(f64::total_cmp);
    assert_eq!(starts.len(), 4);
    for pair in starts.windows(2) {
        assert!(pair[1] - pair[0] > 0.19, "{starts:?}");
    }
}

#[test]
fn halt_never_is_the_default() {
    prun(["-j1", "echo <>; exit <>", ":::", "1", "0", "2"])
        .status(2)
        .stdout("1\n0\n2\n")
        .stderr_any()
        .run();
    prun([
        "-j1",
        "--halt",
        "never",
        "echo <>; exit <>",
        ":::",
        "1",
        "0",
    ])
    .status(1)
    .stdout("1\n0\n")
    .stderr_any()
    .run();
}

#[test]
fn halt_soon_lets_running_jobs_end() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "case <> in slow) read _ <gate; echo slow;; bad) exit 3;; *) echo <>;; esac";
    let running = prun([
        "-j2",
        "--halt",
        "soon,fail=1",
        script,
        ":::",
        "slow",
        "bad",
        "next",
        "more",
    ])
    .in_dir(&dir)
    .status(3)
    .stdout("slow\n")
    .stderr_has(&["bad"])
    .start();
    let held = gate.arrived();
    running.wait_stderr("bad");
    held.release();
    running.finish();
}

#[test]
fn halt_now_ends_running_jobs() {
    let marker = Marker::new();
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = format!(
        "case <> in slow) sleep {};; bad) read _ <gate; exit 3;; *) echo <>;; esac",
        marker.text()
    );
    let running = prun([
        "-j2",
        "--halt",
        "now,fail=1",
        &script,
        ":::",
        "slow",
        "bad",
        "next",
    ])
    .in_dir(&dir)
    .status(3)
    .stderr_any()
    .start();
    marker.wait_sleeps(1);
    gate.pass();
    running.finish();
    marker.wait_gone();
}

#[test]
fn halt_counts_failures() {
    let halt = |value: &str| {
        prun([
            "-j1",
            "--halt",
            value,
            "echo <#>; exit <>",
            ":::",
            "1",
            "0",
            "1",
            "0",
            "1",
            "0",
        ])
        .stderr_any()
    };
    halt("soon,fail=2").status(2).stdout("1\n2\n3\n").run();
    halt("now,fail=2").status(2).stdout("1\n2\n3\n").run();
    halt("soon,fail=1").status(1).stdout("1\n").run();
    halt("soon,fail=4")
        .status(3)
        .stdout("1\n2\n3\n4\n5\n6\n")
        .run();
}

#[test]
fn halt_at_a_share_of_failures() {
    let halt = |value: &str| {
        prun([
            "-j1",
            "--halt",
            value,
            "echo <#>; exit <>",
            ":::",
            "1",
            "1",
            "1",
            "0",
            "0",
            "0",
        ])
        .stderr_any()
    };
    halt("soon,fail=50%").status(50).stdout("1\n2\n3\n").run();
    halt("soon,fail=60%")
        .status(3)
        .stdout("1\n2\n3\n4\n5\n6\n")
        .run();
}

#[test]
fn halt_at_successes() {
    let halt = |value: &str| {
        prun([
            "-j1",
            "--halt",
            value,
            "echo <#>; exit <>",
            ":::",
            "1",
            "0",
            "1",
            "0",
        ])
        .stderr_any()
    };
    halt("now,success=1").status(0).stdout("1\n2\n").run();
    halt("soon,success=2")
        .status(0)
        .stdout("1\n2\n3\n4\n")
        .run();
    halt("soon,success=3")
        .status(2)
        .stdout("1\n2\n3\n4\n")
        .run();
}

#[test]
fn halt_at_any_ends() {
    let halt =
        |value: &str| prun(["-j1", "--halt", value, "echo <>", ":::", "a", "b", "c"]).stderr_any();
    halt("soon,done=2").stdout("a\nb\n").run();
    halt("now,done=1").stdout("a\n").run();
}

#[test]
fn halt_has_the_short_forms_of_gnu() {
    let halt = |value: &str| {
        prun(["-j1", "--halt", value, "echo <#>; exit <>", ":::", "3", "0"]).stderr_any()
    };
    halt("0").status(1).stdout("1\n2\n").run();
    halt("1").status(3).stdout("1\n").run();
    halt("2").status(3).stdout("1\n").run();
}

#[test]
fn jobs_can_be_nicer() {
    let ran = prun(["nice; : <>", ":::", "a"]).stdout_any().run();
    let base: i32 = ran.text().trim().parse().expect("nice prints a number");
    let nicer = prun(["--nice", "5", "nice; : <>", ":::", "a"])
        .stdout_any()
        .run();
    assert_eq!(nicer.text().trim(), (base + 5).min(19).to_string());
}

#[test]
fn jobs_run_where_they_are_told() {
    let dir = Dir::new();
    let sub = dir.mkdir("my sub");
    prun(["--wd", "my sub", "pwd; : <>", ":::", "a"])
        .in_dir(&dir)
        .stdout(format!("{}\n", sub.display()))
        .run();
    prun(["pwd; : <>", ":::", "a"])
        .in_dir(&dir)
        .cwd("my sub")
        .stdout(format!("{}\n", sub.display()))
        .run();
}

#[test]
fn commands_can_be_shown() {
    prun(["-k", "-v", "echo", ":::", "a b"])
        .stdout("echo 'a b'\na b\n")
        .run();
    prun(["-k", "-t", "echo", ":::", "a b"])
        .stdout("a b\n")
        .stderr("echo 'a b'\n")
        .run();
}

#[test]
fn a_job_that_ignores_the_first_signal_gets_the_next() {
    let marker = Marker::new();
    let script = format!(
        "trap 'echo int' INT; trap '' TERM; sleep {} & wait; wait; : <>",
        marker.text()
    );
    let ran = prun([
        "--timeout",
        "1",
        "--termseq",
        "INT,200,TERM,100,KILL,25",
        &script,
        ":::",
        "a",
    ])
    .status(1)
    .stdout_has(&["int"])
    .stderr_any()
    .run();
    drop(ran);
    marker.wait_gone();
}

#[test]
fn many_jobs_in_many_slots_all_run() {
    let values: Vec<String> = (0..3000).map(|n| n.to_string()).collect();
    prun(["-j64", "echo"])
        .stdin(values.join("\n"))
        .stdout_lines(&values)
        .deadline(120)
        .run();
    prun(["-k", "-j64", "echo"])
        .stdin(values.join("\n"))
        .stdout(values.join("\n") + "\n")
        .deadline(120)
        .run();
}

#[test]
fn the_processors_this_process_may_use_are_the_default() {
    if !need("taskset") {
        return;
    }
    let slots = prun(["printenv PRUN_SLOT; : <>"])
        .stdin(numbered(50))
        .wrap(["taskset", "-c", "0"])
        .stdout_any()
        .run();
    assert!(
        slots.text().lines().all(|slot| slot == "1"),
        "{}",
        slots.text()
    );
}

#[test]
fn spread_deals_destinations_out_in_turn() {
    prun([
        "-k",
        "--spread",
        "/m/1,/m/2",
        "--spread",
        "/m/3\\,x",
        "echo <> <dest>",
    ])
    .args([":::", "a", "b", "c", "d"])
    .stdout("a /m/1\nb /m/2\nc /m/3,x\nd /m/1\n")
    .run();
    prun([
        "-k",
        "--spread=D 1,D2",
        "--dry-run",
        "cp <> <dest>/",
        ":::",
        "a",
        "b",
    ])
    .stdout("cp a 'D 1/'\ncp b D2/\n")
    .run();
    // Where nothing runs beside it, the least loaded one is the next in turn.
    prun(["-j1", "--spread=1,2,3", "--balance=load", "echo <><dest>"])
        .args([":::", "a", "b", "c"])
        .stdout("a1\nb2\nc3\n")
        .run();
}

#[test]
fn spread_by_hash_is_the_same_in_every_order() {
    let run = |values: &[&str]| {
        let ran = prun(["--spread=1,2,3", "--balance=hash", "echo <> <dest>", ":::"])
            .args(values)
            .stdout_any()
            .run();
        let mut lines: Vec<String> = ran.text().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let lines = run(&["a", "b", "c", "d", "e", "f"]);
    assert_eq!(lines, run(&["f", "c", "e", "b", "a", "d"]));
    assert_eq!(lines.len(), 6);
}

#[test]
fn spread_that_cannot_be_meant_is_refused() {
    prun(["--spread=a,b", "echo <>", ":::", "x"])
        .refused(&["--spread gives <dest>", "<dest>/"])
        .run();
    prun([
        "--spread=a,b",
        "-I",
        "XX",
        "echo",
        "XX",
        "<dest>",
        ":::",
        "x",
    ])
    .refused(&["-I"])
    .run();
    prun(["--spread=a,,b", "echo <dest>", ":::", "x"])
        .refused(&["--spread", "D1,D2"])
        .run();
    prun(["--balance=rr", "echo <>", ":::", "x"])
        .refused(&["--balance", "--spread D1,D2"])
        .run();
    prun(["--spread=a", "--balance=fair", "echo <dest>", ":::", "x"])
        .refused(&["--balance", "rr", "load", "hash"])
        .run();
    // Without it, <dest> is text.
    prun(["echo", "<dest>", ":::", "x"])
        .stdout("<dest> x\n")
        .run();
}

#[test]
fn spread_is_kept_by_retries_and_known_to_a_resumed_run() {
    let dir = Dir::new();
    let run = || {
        prun([
            "--joblog=log",
            "--spread=1,2",
            "-j1",
            "test <> != b && echo <> <dest>",
        ])
        .args([":::", "a", "b", "c"])
        .in_dir(&dir)
        .stderr_any()
    };
    run().status(1).stdout("a 1\nc 1\n").run();
    prun(["--joblog=log", "--resume-failed", "--spread=1,2", "-j1"])
        .args(["test <> != b && echo <> <dest>", ":::", "a", "b", "c"])
        .in_dir(&dir)
        .status(1)
        .stderr_any()
        .run();
    prun([
        "--retries=3",
        "--spread=1,2",
        "echo <dest> >>tries; false <>",
    ])
    .args([":::", "a", "b", "c", "d"])
    .args(["e"])
    .in_dir(&dir)
    .status(5)
    .stderr_any()
    .run();
    let tries = dir.text("tries");
    assert_eq!(
        tries.lines().filter(|line| *line == "1").count(),
        9,
        "{tries}"
    );
}
