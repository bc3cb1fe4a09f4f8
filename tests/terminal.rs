//! A person at a terminal: Ctrl-Z, fg, Ctrl-C, a closed window. An interactive bash on a pty runs prun in its foreground.

use crate::support::{CTRL_C, CTRL_Z, Dir, Marker, PRUN, Terminal, process, state_of, wait_until};

/// Starts two sleeping jobs in the terminal; gives prun's process id.
#[track_caller]
fn two_jobs(terminal: &Terminal, marker: &Marker) -> i32 {
    terminal.type_keys(&format!(
        "'{PRUN}' --no-config -j2 sleep ::: {m} {m}\n",
        m = marker.text()
    ));
    let jobs = marker.wait_sleeps(2);
    let runner = jobs[0].parent;
    assert!(
        process(runner).is_some_and(|p| p.parent == terminal.shell()),
        "prun is the parent of its jobs"
    );
    for job in &jobs {
        assert_eq!(job.group, job.pid, "a job leads its own group");
        assert_eq!(
            job.session,
            terminal.shell(),
            "in the session of the terminal"
        );
    }
    runner
}

#[test]
fn ctrl_z_stops_all_and_fg_continues_all() {
    let (dir, marker) = (Dir::new(), Marker::new());
    let terminal = Terminal::open(&dir);
    let runner = two_jobs(&terminal, &marker);
    for _ in 0..2 {
        terminal.type_keys(CTRL_Z);
        wait_until("prun is stopped", || state_of(runner) == 'T');
        marker.wait_state('T');
        terminal.type_keys("fg\n");
        wait_until("prun goes on", || matches!(state_of(runner), 'S' | 'R'));
        marker.wait_state('S');
    }
    terminal.type_keys(CTRL_C);
    marker.wait_gone();
}

#[test]
fn ctrl_z_then_bg_goes_on_in_the_background() {
    let (dir, marker) = (Dir::new(), Marker::new());
    let terminal = Terminal::open(&dir);
    let runner = two_jobs(&terminal, &marker);
    terminal.type_keys(CTRL_Z);
    wait_until("prun is stopped", || state_of(runner) == 'T');
    terminal.type_keys("bg\n");
    wait_until("prun goes on", || matches!(state_of(runner), 'S' | 'R'));
    marker.wait_state('S');
    terminal.type_keys("kill %1\n");
    marker.wait_gone();
}

#[test]
fn ctrl_c_ends_all_and_the_shell_sees_130() {
    let (dir, marker) = (Dir::new(), Marker::new());
    let terminal = Terminal::open(&dir);
    let runner = two_jobs(&terminal, &marker);
    terminal.type_keys(CTRL_C);
    wait_until("prun is gone", || process(runner).is_none());
    assert!(marker.sleeps().is_empty(), "jobs outlive prun");
    // The typed line is echoed with `$?` in it; only the answer has the number.
    terminal.type_keys("echo status=$?\n");
    terminal.wait_for("status=130");
}

#[test]
fn ctrl_c_ends_a_loop_around_prun() {
    // A shell leaves its loop only when the command died by the signal, not when it merely exited with 130.
    let (dir, marker) = (Dir::new(), Marker::new());
    let terminal = Terminal::open(&dir);
    let prun = format!("'{PRUN}' --no-config sleep ::: {}", marker.text());
    terminal.type_keys(&format!(
        "for i in 1 2 3; do {prun}; done; echo out of the loop: $((40+2))\n"
    ));
    marker.wait_sleeps(1);
    terminal.type_keys(CTRL_C);
    marker.wait_gone();
    terminal.type_keys("echo at the prompt: $((41+2))\n");
    terminal.wait_for("at the prompt: 43");
    assert!(marker.sleeps().is_empty(), "the loop went on");
}

#[test]
fn a_closed_terminal_ends_all() {
    let (dir, marker) = (Dir::new(), Marker::new());
    let mut terminal = Terminal::open(&dir);
    let runner = two_jobs(&terminal, &marker);
    terminal.hang_up();
    wait_until("prun is gone", || process(runner).is_none());
    marker.wait_gone();
}

#[test]
fn jobs_do_not_read_the_terminal() {
    let dir = Dir::new();
    let terminal = Terminal::open(&dir);
    terminal.type_keys(&format!(
        "'{PRUN}' --no-config 'cat; echo job <> $((20+1))' ::: a\n"
    ));
    terminal.wait_for("job a 21");
    terminal.type_keys("echo typed to the shell $((20+2))\n");
    terminal.wait_for("typed to the shell 22");
}

#[test]
fn a_job_can_be_given_the_terminal() {
    let dir = Dir::new();
    let terminal = Terminal::open(&dir);
    terminal.type_keys(&format!(
        "'{PRUN}' --no-config -j1 --tty 'read line; echo \"got [$line]\" <>' ::: a\n"
    ));
    let is_reading = |screen: &str| screen.contains("::: a\r\n");
    terminal.wait_screen("the command line", is_reading);
    terminal.type_keys("from the keyboard\n");
    terminal.wait_for("got [from the keyboard] a");
}

#[test]
fn a_list_typed_at_the_terminal_is_noted() {
    let dir = Dir::new();
    let terminal = Terminal::open(&dir);
    terminal.type_keys(&format!("'{PRUN}' --no-config echo job\n"));
    terminal.wait_screen("a note that names the terminal", |screen| {
        screen
            .lines()
            .any(|line| line.starts_with("prun: ") && line.contains("terminal"))
    });
    terminal.type_keys("one\n");
    terminal.wait_for("job one");
    terminal.type_keys("\u{4}");
    terminal.wait_screen("the prompt again", |screen| {
        screen.trim_end().ends_with("READY$")
    });
}
