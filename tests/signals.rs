//! Signals sent to prun alone: it ends or drains its jobs, dies by the same signal, and respects what was ignored.

use nix::sys::signal::Signal;

use crate::support::{Dir, Marker, numbered, prun, state_of, wait_until};

#[test]
fn a_signal_ends_all_jobs_and_is_raised_again() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let marker = Marker::new();
        let running = prun([
            "-j2",
            "sleep",
            ":::",
            marker.text(),
            marker.text(),
            marker.text(),
        ])
        .signal(signal)
        .stderr_any()
        .start();
        marker.wait_sleeps(2);
        running.kill(signal);
        running.finish();
        assert!(marker.sleeps().is_empty(), "{signal}: jobs outlive prun");
    }
}

#[test]
fn a_shell_sees_the_usual_status() {
    let marker = Marker::new();
    let dir = Dir::new();
    let gate = dir.gate("gate");
    // bash -c would exec its only command: the echo keeps it alive to see the status.
    let running = prun(["sleep", ":::", marker.text()])
        .in_dir(&dir)
        .wrap([
            "bash",
            "-c",
            "\"$@\" & echo $! >pid; read _ <gate; wait $!; echo status=$?",
            "bash",
        ])
        .stdout("status=143\n")
        .stderr_any()
        .start();
    marker.wait_sleeps(1);
    let pid = nix::unistd::Pid::from_raw(dir.text("pid").parse().expect("a pid"));
    nix::sys::signal::kill(pid, Signal::SIGTERM).expect("kill");
    wait_until("the job is gone", || marker.sleeps().is_empty());
    gate.pass();
    running.finish();
}

#[test]
fn no_more_jobs_start_after_a_signal() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "echo <> >>started; read _ <gate; echo <>";
    let running = prun(["-j1", script, ":::", "a", "b", "c"])
        .in_dir(&dir)
        .signal(Signal::SIGTERM)
        .stderr_any()
        .start();
    let held = gate.arrived();
    running.kill(Signal::SIGTERM);
    running.finish();
    drop(held);
    assert_eq!(dir.text("started"), "a");
}

#[test]
fn a_second_signal_kills_at_once() {
    for (first, second) in [
        (Signal::SIGINT, Signal::SIGINT),
        (Signal::SIGTERM, Signal::SIGTERM),
    ] {
        let marker = Marker::new();
        let dir = Dir::new();
        let _gate = dir.gate("never");
        let script = format!(
            "trap 'echo asked >asked' TERM; sleep {} & echo up >up; while :; do read _ <never; done; : <>",
            marker.text()
        );
        let running = prun(["--termseq", "TERM,1000000,KILL,25", &script, ":::", "a"])
            .in_dir(&dir)
            .signal(second)
            .stdout_any()
            .stderr_any()
            .start();
        wait_until("the job runs", || dir.has("up"));
        running.kill(first);
        wait_until("the job was asked to end", || dir.has("asked"));
        running.kill(second);
        running.finish();
        marker.wait_gone();
    }
}

#[test]
fn a_job_that_ignores_term_is_killed_after_its_grace() {
    let marker = Marker::new();
    let script = format!("trap '' TERM; sleep {}; : <>", marker.text());
    let running = prun(["--termseq", "TERM,200,KILL,25", &script, ":::", "a"])
        .signal(Signal::SIGTERM)
        .stderr_any()
        .start();
    marker.wait_sleeps(1);
    running.kill(Signal::SIGTERM);
    running.finish();
    marker.wait_gone();
}

#[test]
fn draining_lets_running_jobs_end() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "echo <> >>started; case <#> in 1) read _ <gate;; esac; echo <>";
    let running = prun(["--drain", "-j1", "-k", "--joblog", "log", script])
        .stdin(numbered(500))
        .in_dir(&dir)
        .signal(Signal::SIGTERM)
        .stdout_any()
        .stderr_any()
        .start();
    let held = gate.arrived();
    running.kill(Signal::SIGTERM);
    held.release();
    let text = running.finish().text();
    // The job that ran ended by itself. How many followed before the signal was looked at, time decides; not all of them.
    assert!(text.starts_with("1\n"), "{text}");
    assert!(
        text.lines().count() < 100,
        "{} jobs ran after the signal",
        text.lines().count()
    );
    assert_eq!(
        text.trim(),
        dir.text("started"),
        "what was started was let run to its end"
    );
    assert_eq!(dir.text("log").lines().count(), 1 + text.lines().count());
}

#[test]
fn a_hang_up_that_was_ignored_stays_ignored() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let script = "grep ^SigIgn: /proc/self/status; read _ <gate; echo <>";
    let running = prun(["-k", "-j1", script, ":::", "a"])
        .in_dir(&dir)
        .prelude("trap '' HUP")
        .stdout_any()
        .start();
    let held = gate.arrived();
    running.kill(Signal::SIGHUP);
    held.release();
    let text = running.finish().text();
    let mask = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("SigIgn:\t"))
        .expect("a mask");
    assert_eq!(
        u64::from_str_radix(mask, 16).expect("a mask") & 1,
        1,
        "jobs ignore it as well"
    );
    assert_eq!(text.lines().nth(1), Some("a"));
}

#[test]
fn an_interrupt_that_was_ignored_stays_ignored() {
    // What a shell without job control does to a background command.
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let running = prun(["read _ <gate; echo <>", ":::", "a"])
        .in_dir(&dir)
        .prelude("trap '' INT")
        .stdout("a\n")
        .start();
    let held = gate.arrived();
    running.kill(Signal::SIGINT);
    held.release();
    running.finish();
}

#[test]
fn stopping_stops_all_and_continuing_continues_all() {
    let marker = Marker::new();
    let script = format!("setsid --wait sleep {m}; : <>", m = marker.text());
    let running = prun(["-j2", &script, ":::", "a", "b"])
        .signal(Signal::SIGTERM)
        .stderr_any()
        .start();
    marker.wait_sleeps(2);
    for _ in 0..3 {
        running.kill(Signal::SIGTSTP);
        wait_until("prun is stopped", || state_of(running.pid()) == 'T');
        marker.wait_state('T');
        running.kill(Signal::SIGCONT);
        wait_until("prun goes on", || state_of(running.pid()) != 'T');
        marker.wait_state('S');
    }
    running.kill(Signal::SIGTERM);
    running.finish();
    marker.wait_gone();
}

#[test]
fn nothing_is_left_in_the_temporary_directory() {
    for signal in [Signal::SIGINT, Signal::SIGKILL] {
        let marker = Marker::new();
        let dir = Dir::new();
        let tmp = dir.mkdir("tmp");
        let script = format!("head -c 20000000 /dev/zero; sleep {}; : <>", marker.text());
        let running = prun(["-k", "-j2", &script, ":::", "a", "b"])
            .in_dir(&dir)
            .env("TMPDIR", &tmp)
            .signal(signal)
            .stdout_any()
            .stderr_any()
            .start();
        marker.wait_sleeps(2);
        running.kill(signal);
        running.finish();
        assert_eq!(
            std::fs::read_dir(&tmp).expect("tmp").count(),
            0,
            "{signal}: temporary files stay behind"
        );
    }
}
