//! The program: arguments in, exit status out.
//!
//! Boundary: the only place that prints the final error or exits.

use std::io::Write;
use std::process::ExitCode;

use prun::{Error, Ran, RunEnd, Summary, Telling, ui};

fn main() -> ExitCode {
    let status = match prun::run(std::env::args_os().collect()) {
        Ok(Ran::Jobs(summary, status, telling)) => {
            if telling == Telling::Failures {
                report(&summary);
            }
            if let RunEnd::Signal(number) = summary.end {
                die_by(number);
            }
            status
        }
        Ok(Ran::Text(text, status)) => match print(&text) {
            0 => status,
            failed => failed,
        },
        Err(error) => fail(&error),
    };
    ExitCode::from(status)
}

/// Says which jobs failed and how: the first ones, and how many there are.
fn report(summary: &Summary) {
    let quiet = summary.end == RunEnd::Signal(nix::libc::SIGPIPE);
    if summary.failed == 0 || quiet {
        return;
    }
    let all = summary.succeeded + summary.failed;
    let jobs = if all == 1 { "job" } else { "jobs" };
    ui::say(format_args!("{} of {all} {jobs} failed", summary.failed));
    let mut failures: Vec<_> = summary.failures.iter().collect();
    failures.sort_by_key(|failure| failure.seq);
    for failure in failures {
        ui::more(format_args!(
            "job {}: {}: {}",
            failure.seq,
            failure.how,
            ui::Line(&failure.line)
        ));
    }
    let told = summary.failures.len() as u64;
    if summary.failed > told {
        ui::more(format_args!(
            "and {} more (--joblog FILE records every job)",
            summary.failed - told
        ));
    }
}

/// Ends as the signal would have ended prun, so that a shell sees it.
fn die_by(number: i32) {
    // Only signals whose default is not to end return.
    let _ = signal_hook::low_level::emulate_default_handler(number);
}

fn print(text: &[u8]) -> u8 {
    match std::io::stdout()
        .write_all(text)
        .and_then(|()| std::io::stdout().flush())
    {
        Ok(()) => 0,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            die_by(nix::libc::SIGPIPE);
            255
        }
        Err(error) => {
            ui::error(format_args!(
                "cannot write to standard output: {}",
                ui::Errno(&error)
            ));
            255
        }
    }
}

fn fail(error: &Error) -> u8 {
    ui::error(error);
    if let Some(hint) = error.hint() {
        ui::hint(hint);
    }
    error.exit_status()
}
