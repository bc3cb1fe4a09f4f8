//! How a job's process is started, what it finds, and that ending a job ends all of it, and nothing more.

use nix::sys::signal::Signal;

use crate::support::{Dir, Marker, PRUN, need, need_root, prun, state_of, wait_until};

#[test]
fn the_input_of_jobs_is_empty() {
    prun(["-k", "cat; echo <>"])
        .stdin("a\nb\n")
        .stdout("a\nb\n")
        .run();
    prun(["-k", "cat; echo <>", ":::", "a"])
        .stdin("this is for nobody\n")
        .stdout("a\n")
        .run();
    prun(["-k", "-a", "list", "cat; echo <>"])
        .file("list", "a\n")
        .stdin("nor is this\n")
        .stdout("a\n")
        .run();
}

#[test]
fn jobs_start_with_the_signals_of_a_fresh_process() {
    // As they were when prun was started: what Rust's runtime ignores (SIGPIPE) and prun blocks or handles is not passed on.
    let words = ["grep", "-E", "^Sig(Ign|Blk):", "/proc/self/status"];
    let plain = std::process::Command::new(words[0])
        .args(&words[1..])
        .output()
        .expect("grep runs");
    prun(&words[..3])
        .args(["<>", ":::", words[3]])
        .stdout(plain.stdout)
        .run();
    prun(["-u", "sh", "-c", "yes | head -n 1", "sh", "<>", ":::", "a"])
        .stdout("y\n")
        .run();
}

#[test]
fn jobs_inherit_no_descriptor_of_prun() {
    // Only what prun itself was started with.
    let script = "ls /proc/self/fd; : <>";
    let plain = std::process::Command::new("sh")
        .args(["-c", "ls /proc/self/fd; :"])
        .output()
        .expect("sh runs");
    let values = ["a", "b", "c", "d", "e", "f"];
    let all = plain.stdout.repeat(values.len());
    prun(["-j4", script, ":::"]).args(values).stdout(all).run();
}

#[test]
fn a_job_leads_a_process_group_of_its_own() {
    let marker = Marker::new();
    let running = prun(["-j2", "sleep", ":::", marker.text(), marker.text()])
        .signal(Signal::SIGTERM)
        .stderr_any()
        .start();
    for job in marker.wait_sleeps(2) {
        assert_eq!(job.group, job.pid);
        assert_ne!(job.group, running.pid());
        assert_eq!(job.parent, running.pid());
    }
    running.kill(Signal::SIGTERM);
    running.finish();
    marker.wait_gone();
}

#[test]
fn jobs_see_the_environment_unchanged() {
    prun(["printenv", ":::", "MY_VALUE"])
        .env("MY_VALUE", "a  b\n*")
        .stdout("a  b\n*\n")
        .run();
}

#[test]
fn a_job_that_dies_by_a_signal_failed() {
    prun(["-j1", "kill -KILL $$; : <>", ":::", "a"])
        .status(1)
        .stderr_has(&["9"])
        .run();
}

/// Templates whose job starts a process that leaves the job's process group; the marker is the process's argument.
fn runaways(marker: &Marker) -> Vec<(&'static str, String)> {
    let m = marker.text();
    vec![
        ("a plain child", format!("sleep {m}; : <>")),
        ("timeout(1)", format!("timeout {m} sleep {m}; : <>")),
        (
            "a nested prun",
            format!("'{PRUN}' --no-config -j2 sleep ::: {m} {m}; : <>"),
        ),
        (
            "setsid in the foreground",
            format!("setsid --wait sleep {m}; : <>"),
        ),
        (
            "setsid in the background",
            format!("setsid sleep {m} & setsid sleep {m} & wait; read _ <never; : <>"),
        ),
        (
            "a child whose parent is gone",
            format!("sh -c 'setsid sh -c \"sleep {m}; :\" & exit'; read _ <never; : <>"),
        ),
    ]
}

#[test]
fn ending_prun_ends_every_descendant_of_its_jobs() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let marker = Marker::new();
        for (what, script) in runaways(&marker) {
            let dir = Dir::new();
            let _never = dir.gate("never");
            let running = prun([script.as_str(), ":::", "x"])
                .in_dir(&dir)
                .signal(signal)
                .stderr_any()
                .start();
            wait_until(&format!("{what}: sleep runs"), || {
                !marker.sleeps().is_empty()
            });
            running.kill(signal);
            running.finish();
            wait_until(&format!("{signal}, {what}: all is gone"), || {
                marker.processes().is_empty()
            });
        }
    }
}

#[test]
fn a_job_beyond_its_time_is_ended_with_every_descendant() {
    for index in 0..6 {
        let marker = Marker::new();
        let (what, script) = runaways(&marker).swap_remove(index);
        let dir = Dir::new();
        let _never = dir.gate("never");
        prun(["--timeout", "1", &script, ":::", "x"])
            .in_dir(&dir)
            .status(1)
            .stderr_any()
            .run();
        wait_until(&format!("timeout, {what}: all is gone"), || {
            marker.processes().is_empty()
        });
    }
}

#[test]
fn halting_ends_every_descendant_of_the_other_jobs() {
    let marker = Marker::new();
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = format!(
        "case <> in 1) timeout {m} setsid --wait sleep {m};; *) read _ <gate; exit 1;; esac",
        m = marker.text()
    );
    let running = prun(["-j2", "--halt", "now,fail=1", &script, ":::", "1", "2"])
        .in_dir(&dir)
        .status(1)
        .stderr_any()
        .start();
    wait_until("sleep runs", || !marker.sleeps().is_empty());
    gate.pass();
    running.finish();
    marker.wait_gone();
}

#[test]
fn ending_one_job_leaves_its_neighbours_alone() {
    let (ended, other) = (Marker::new(), Marker::new());
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "case <> in stays) setsid sleep \"$2\" & read _ <gate; kill $!; echo stayed;; *) setsid --wait sleep <>;; esac";
    let script = script.replace("\"$2\"", other.text());
    let running = prun([
        "-j2",
        "--joblog",
        "log",
        "--timeout",
        "1000",
        &script,
        ":::",
        "stays",
        ended.text(),
    ])
    .in_dir(&dir)
    .status(1)
    .stdout("stayed\n")
    .stderr_any()
    .start();
    let held = gate.arrived();
    other.wait_sleeps(1);
    for sleep in ended.wait_sleeps(1) {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(sleep.pid), Signal::SIGKILL)
            .expect("kill");
    }
    wait_until("the killed job has its row", || {
        dir.text("log").contains(ended.text())
    });
    assert_eq!(
        other.sleeps().len(),
        1,
        "the other job's child was ended too"
    );
    held.release();
    running.finish();
}

#[test]
fn a_daemon_that_a_job_leaves_behind_survives_it() {
    let marker = Marker::new();
    let script = format!(
        "setsid sleep {} </dev/null >/dev/null 2>&1 & echo <>",
        marker.text()
    );
    prun(["-j1", "-k", &script, ":::", "a", "b"])
        .stdout("a\nb\n")
        .run();
    // Each may still be on its way from fork to exec; one that prun ended would never come.
    marker.wait_sleeps(2);
}

#[test]
fn a_daemon_that_holds_the_output_does_not_hold_up_the_job() {
    let marker = Marker::new();
    let script = format!("setsid sleep {} & echo <>", marker.text());
    prun(["-j1", "-k", &script, ":::", "a", "b"])
        .stdout("a\nb\n")
        .run();
    marker.wait_sleeps(2);
}

#[test]
fn what_daemons_leave_to_be_reaped_is_reaped() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    // prun is the subreaper: an orphan that ends becomes its child, and must not stay a zombie.
    let script = "case <> in wait) read _ <gate;; *) sh -c 'sh -c \"echo \\$\\$ >orphan; exit\" & exit'; echo left;; esac";
    let running = prun(["-j2", script, ":::", "wait", "leave"])
        .in_dir(&dir)
        .stdout("left\n")
        .start();
    let held = gate.arrived();
    running.wait_stdout("left\n");
    wait_until("the orphan has said its number", || {
        dir.has("orphan") && !dir.text("orphan").is_empty()
    });
    let orphan = dir.text("orphan");
    wait_until("the orphan is reaped", || {
        !std::path::Path::new(&format!("/proc/{orphan}")).exists()
    });
    held.release();
    running.finish();
}

#[test]
fn few_descriptors_are_enough_for_many_jobs() {
    let values: Vec<String> = (0..2000).map(|n| n.to_string()).collect();
    prun(["-j225", "echo"])
        .stdin(values.join("\n"))
        .prelude("ulimit -n 64")
        .stdout_lines(&values)
        .stderr_any()
        .deadline(180)
        .run();
}

#[test]
fn running_out_of_descriptors_waits_for_a_slot() {
    // Each job lasts, so that far more want to run at once than 64 descriptors allow.
    let values: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    prun(["-j100", "sleep 0.1; echo <>"])
        .stdin(values.join("\n"))
        .prelude("ulimit -n 64")
        .stdout_lines(&values)
        .stderr_any()
        .deadline(180)
        .run();
}

#[test]
fn running_out_of_processes_waits_for_a_slot() {
    if !need_root("set the limit of another user's processes") || !need("setpriv") {
        return;
    }
    // The limit counts processes and threads of that user: prun's own and its jobs', each of which is one process.
    let ran = prun(["-j16", "--joblog", "log", "sleep"])
        .stdin("0.1\n".repeat(80))
        .unprivileged()
        .prelude("ulimit -u 24")
        .stderr_any()
        .deadline(180)
        .run();
    let log = ran.dir.text("log");
    assert_eq!(
        log.lines()
            .skip(1)
            .filter(|row| row.contains("\t0\t0\tsleep "))
            .count(),
        80,
        "{log}"
    );
}

#[test]
fn a_program_that_may_not_be_run_fails_by_name() {
    let dir = Dir::new();
    dir.write("not-executable", "#!/bin/sh\necho ran\n");
    prun(["./not-executable", "<>", ":::", "a"])
        .in_dir(&dir)
        .status_in(&[1, 255])
        .stderr_has(&["not-executable"])
        .run();
}

#[test]
fn a_program_found_only_for_some_inputs_fails_those_jobs() {
    prun(["-j1", "<>", "x", ":::", "echo", "no-such-program"])
        .status_in(&[1, 255])
        .stdout("x\n")
        .stderr_has(&["no-such-program"])
        .run();
}

#[test]
fn a_killed_prun_leaves_its_jobs_running() {
    // SIGKILL is outside the promise; what must hold is that nothing else is harmed.
    let marker = Marker::new();
    let running = prun(["sleep", ":::", marker.text()])
        .signal(Signal::SIGKILL)
        .stderr_any()
        .start();
    let job = marker.wait_sleeps(1).remove(0);
    running.kill(Signal::SIGKILL);
    running.finish();
    assert_ne!(state_of(job.pid), '-');
}
