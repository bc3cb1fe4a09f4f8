//! The one integration binary: one link instead of a dozen. Its modules mirror `src/`; each drives the built program from outside.

/// Names what is in this folder and is not declared below: a forgotten file would be a test that never runs.
#[test]
fn every_file_is_declared() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let declared = include_str!("main.rs");
    let mut forgotten = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("tests/ is readable") {
        let path = entry.expect("tests/ is readable").path();
        let stem = path
            .file_stem()
            .expect("an entry has a name")
            .to_string_lossy()
            .into_owned();
        let is_module =
            path.extension().is_some_and(|e| e == "rs") || path.join("mod.rs").is_file();
        if is_module
            && stem != "main"
            && !declared.lines().any(|line| line == format!("mod {stem};"))
        {
            forgotten.push(path.display().to_string());
        }
    }
    assert!(
        forgotten.is_empty(),
        "not declared in tests/main.rs: {forgotten:?}"
    );
}

// What was typed: options, their values, config file and $PRUN_OPTS, and the errors of all these.
mod cli;
// Several clients: shares, manifests, a process for each directory; and the counts.
mod clients;
// What generates or mirrors documents: man page, completions, help, README.
mod docs;
// How a process is started, what it finds (stdin, signals, limits), and how all of it is ended.
mod exec;
// The native copy and comparison as a user drives them: options, exit statuses, the rehearsal, signals.
mod copying;
// What a native copy must not lose, remove or leave looking complete.
mod copying_losses;
// Include and exclude rules, and sizes, against rsync itself.
mod filter;
// The guides in docs/, whose commands are all run.
mod guides;
// prun called as `parallel`: names, shells, functions, signals, config files, the article's script.
mod gnu;
// Where values come from: stdin, files, `:::`, columns, batches, filters; streaming and memory.
mod input;
// The job log, resuming, and the list of failed jobs.
mod joblog;
// The architecture: which layer imports which, and what may be named only in one place.
mod layering;
// What comes out and in which order: grouping, -k, -u, --line-buffer, tags, spill, full disks, closed pipes.
mod output;
// Jobs that read blocks: how input is cut, who reads it, and what happens when nobody does.
mod pipe;
// `prun preset`, and the parallelcp preset against every fault of the script it replaces.
mod preset;
// Output kept in files and tables, and resuming by it.
mod results;
// Running again what a job log says has failed; forged and damaged logs.
mod retry;
// One test per bug that must not come back, ours or a peer's, named for where it was seen.
mod regression;
// What holds jobs back until the machine has room: --load, --memfree, --memsuspend, --noswap, --limit.
mod resources;
// The rsync and msrsync presets, with the real rsync and with stand-ins that fail.
mod rsync;
// Scheduling: exit statuses, -j, slots, --halt, --timeout, --retries, --delay, directories.
mod run;
mod several;
// `sem`: places of a semaphore, in the foreground and in the background.
mod semaphore;
// Signals sent to prun: ending, draining, ignoring, stopping, and what remains.
mod signals;
// `prun preset stage-build`: unpack, stage, configure, make; and tarballs that lead out.
mod stage_build;
// Stages of a preset that read from each other and run at once.
mod stages;
// Helpers. No test lives there.
mod support;
// Tokens, families, quoting contexts, and that a value never becomes code.
mod template;
// A real terminal (a pty with an interactive shell): Ctrl-Z, fg, Ctrl-C, hang-up.
mod terminal;
// `prun preset verify` against the oracle of the copy's tests.
mod verify;
// What is told of a native copy: failures, the bar, the summary, the report, the log.
mod voice;
// How a run of jobs shows how far it has come: --bar, --eta, --progress, SIGUSR1 and SIGUSR2.
mod watch;
