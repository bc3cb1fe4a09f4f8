//! `sem`: a command that waits for a place; in the foreground and in the background, and when its holder dies.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;

use nix::sys::signal::Signal;

use crate::support::{Dir, PRUN, Prun, prun, wait_until};

/// prun as `sem`, its semaphores in the directory of the test.
#[track_caller]
fn sem<I>(dir: &Dir, args: I) -> Prun
where
    I: IntoIterator,
    I::Item: AsRef<OsStr>,
{
    let link = dir.join("sem");
    if !dir.has("sem") {
        std::os::unix::fs::symlink(PRUN, &link).expect("a link to prun");
        std::fs::create_dir(dir.join("run")).expect("a directory of its own");
    }
    prun(args)
        .called(link)
        .in_dir(dir)
        .env("XDG_RUNTIME_DIR", dir.join("run"))
}

#[test]
fn in_the_foreground_it_has_the_commands_output_input_and_status() {
    let dir = Dir::new();
    sem(&dir, ["--fg", "--id", "a", "echo", "a  b", "{}|cat"])
        .stdout("a b\n")
        .run();
    sem(&dir, ["--fg", "--id", "a", "cat"])
        .stdin("in\n")
        .stdout("in\n")
        .run();
    sem(&dir, ["--fg", "--id", "a", "exit 7"]).status(7).run();
    sem(&dir, ["--fg", "--id", "a", "kill -9 $$"])
        .status(137)
        .run();
    sem(&dir, ["--id", "a"]).run();
    sem(&dir, ["--wait"]).run();
}

#[test]
fn in_the_background_it_comes_back_with_the_place_taken() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    // Its streams are the test's as long as it runs, so they go to files.
    sem(
        &dir,
        ["--id", "x", "read _ <gate; echo one >>log; cat >>log"],
    )
    .prelude("exec >/dev/null 2>&1 <<<two")
    .run();
    let held = gate.arrived();
    sem(
        &dir,
        ["--id", "x", "--fg", "--st", "-0.01", "echo", "three"],
    )
    .status(1)
    .stderr_has(&["Semaphore timed out. Exiting."])
    .run();
    sem(&dir, ["--id", "x", "--wait", "--st", "-0.01"])
        .status(1)
        .stderr_any()
        .run();
    sem(&dir, ["--id", "y", "--fg", "echo", "another"])
        .stdout("another\n")
        .run();
    sem(
        &dir,
        ["--id", "x", "--fg", "--st", "0.01", "echo", "anyway"],
    )
    .stdout("anyway\n")
    .run();
    let waiting = sem(&dir, ["--id", "x", "--fg", "cat log; echo three"])
        .stdout("one\ntwo\nthree\n")
        .start();
    held.release();
    waiting.finish();
    sem(&dir, ["--id", "x", "--wait"]).run();
    assert!(!dir.has(".parallel"), "something is kept in $HOME");
}

#[test]
fn so_many_at_once() {
    let dir = Dir::new();
    let gates = [dir.gate("gate.1"), dir.gate("gate.2")];
    for n in ["1", "2"] {
        let command = format!("read _ <gate.{n}; echo {n} >>log");
        sem(&dir, ["-j2", "--id", "x", command.as_str()])
            .prelude("exec >/dev/null 2>&1 </dev/null")
            .run();
    }
    let held = [gates[0].arrived(), gates[1].arrived()];
    sem(&dir, ["-j2", "--id", "x", "--st", "-0.01", "--fg", "true"])
        .status(1)
        .stderr_any()
        .run();
    for one in held {
        one.release();
    }
    sem(&dir, ["--wait", "--id", "x"]).run();
    assert_eq!(dir.text("log").lines().count(), 2);
}

#[test]
fn a_dead_holder_frees_its_place() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let holder = sem(&dir, ["--fg", "--id", "x", "read _ <gate"])
        .signal(Signal::SIGKILL)
        .start();
    let held = gate.arrived();
    holder.kill(Signal::SIGKILL);
    holder.finish();
    sem(&dir, ["--fg", "--id", "x", "echo", "free"])
        .stdout("free\n")
        .run();
    // What it ran runs on, as with any runner that is killed.
    held.release();
}

#[test]
fn who_waits_in_the_background_goes_with_who_started_it() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let holder = sem(&dir, ["--fg", "--id", "x", "read _ <gate"]).start();
    let held = gate.arrived();
    let waiting = sem(&dir, ["--id", "x", "echo late >late"])
        .signal(Signal::SIGTERM)
        .start();
    let child = || {
        let all = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", waiting.pid()));
        all.ok()?
            .split_ascii_whitespace()
            .next()?
            .parse::<i32>()
            .ok()
    };
    let mut started = None;
    wait_until("a process in the background waits", || {
        started = child();
        started.is_some_and(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|line| line.contains("--semaphore"))
        })
    });
    waiting.kill(Signal::SIGTERM);
    waiting.finish();
    let pid = started.expect("it was there");
    wait_until("it is gone", || crate::support::process(pid).is_none());
    held.release();
    holder.finish();
    assert!(!dir.has("late"));
}

#[test]
fn a_directory_that_is_not_the_users_alone_is_refused() {
    let dir = Dir::new();
    let shared = dir.mkdir("shared");
    std::fs::create_dir(shared.join("prun")).expect("mkdir");
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(shared.join("prun"), open).expect("chmod");
    prun(["--gnu", "--semaphore", "--fg", "--id", "x", "true"])
        .in_dir(&dir)
        .env("XDG_RUNTIME_DIR", &shared)
        .status(255)
        .stderr_has(&["cannot keep semaphores", "Permission denied"])
        .run();
}
