//! prun called as `parallel`: what the cases of tests/compat do not cover. (They are run by tests/scripts/compat.sh.)

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;

use crate::support::{
    Dir, Marker, PRUN, Prun, assert_same_tree, nasty_tree, nasty_values, need, numbered, prun,
};

/// One run under the name of parallel, from a shell that functions are exported from.
#[track_caller]
fn gnu<I>(args: I) -> Prun
where
    I: IntoIterator,
    I::Item: AsRef<OsStr>,
{
    prun(["--gnu"]).args(args)
}

/// A folder in which prun is called `parallel`.
fn named() -> Dir {
    let dir = Dir::new();
    std::os::unix::fs::symlink(PRUN, dir.join("parallel")).expect("a link");
    dir
}

/// `PATH` with `dir` in front.
fn path_with(dir: &Dir) -> OsString {
    let mut path = dir.path().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    path
}

#[test]
fn the_name_decides() {
    let dir = named();
    let run = |program: &Path, args: &[&str]| {
        let output = Command::new(program)
            .args(args)
            .env("HOME", dir.path())
            .output()
            .expect("prun runs");
        (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
            output.status.code(),
        )
    };
    let (out, ..) = run(
        &dir.join("parallel"),
        &["-k", "echo", "x{}y", ":::", "a", "b"],
    );
    assert_eq!(out, "xay\nxby\n");
    let (out, ..) = run(&dir.join("parallel"), &["--version"]);
    assert!(out.starts_with("GNU parallel 20221122\n"), "{out}");
    let (out, err, status) = run(&dir.join("parallel"), &["--no-such", "echo", ":::", "a"]);
    assert_eq!((out.as_str(), status), ("", Some(255)));
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(err.starts_with("parallel: Error: "), "{err}");
    // Only the first word makes prun be parallel.
    let (_, err, _) = run(Path::new(PRUN), &["-k", "--gnu", "echo", ":::", "a"]);
    assert!(err.starts_with("prun: error: --gnu stands first"), "{err}");
}

#[test]
fn values_are_the_same_bytes_behind_the_shell() {
    let values: Vec<Vec<u8>> = nasty_values()
        .into_iter()
        .filter(|value| !value.contains(&0))
        .collect();
    let stdin: Vec<u8> = values
        .iter()
        .flat_map(|value| [value.as_slice(), b"\0"].concat())
        .collect();
    // By a shell, by none, and with a value in the middle of a word.
    for (command, around) in [
        (vec!["printf '%s\\0' {};"], ""),
        (vec!["/usr/bin/printf", "%s\\\\0", "{}"], ""),
        (vec!["printf '%s\\0' x{}y"], "xy"),
    ] {
        let want: Vec<u8> = values
            .iter()
            .flat_map(|value| {
                let (before, after) = around.split_at(around.len() / 2);
                [before.as_bytes(), value, after.as_bytes(), b"\0"].concat()
            })
            .collect();
        gnu(["-0", "-k"])
            .args(command)
            .stdin(&stdin)
            .stdout(want)
            .run();
    }
}

#[test]
fn what_a_dry_run_prints_does_the_same() {
    for value in nasty_values() {
        if value.contains(&b'\n') || value.contains(&0) {
            continue;
        }
        let words = [b"printf".as_slice(), b"%s", b":::", &value];
        let words = words.map(|word| OsString::from_vec(word.to_vec()));
        let shown = gnu(["--dry-run"]).args(&words).stdout_any().run();
        let again = Command::new("sh")
            .arg("-c")
            .arg(OsStr::from_bytes(
                shown.stdout.strip_suffix(b"\n").expect("a line"),
            ))
            .output()
            .expect("sh");
        assert_eq!(again.stdout, value);
    }
}

#[test]
fn functions_of_the_caller_are_there() {
    gnu(["-k", "greet", ":::", "a b", "c"])
        .wrap([
            "bash",
            "-c",
            "greet() { echo \"<$1>\"; }; export -f greet; \"$@\"; exit $?",
            "bash",
        ])
        .stdout("<a b>\n<c>\n")
        .run();
    // A function of the same name as a program comes first, as in the shell.
    gnu(["seq", ":::", "3"])
        .wrap([
            "bash",
            "-c",
            "seq() { echo mine $1; }; export -f seq; \"$@\"; exit $?",
            "bash",
        ])
        .stdout("mine 3\n")
        .run();
}

#[test]
fn jobs_have_the_shell_of_the_caller() {
    let script = "echo ${BASH_VERSION:+bash};:";
    for (shell, want) in [("bash", "bash\n"), ("dash", "\n")] {
        if !need(shell) {
            continue;
        }
        gnu([script, ":::", "1"])
            .env("SHELL", "/bin/false")
            .wrap([shell, "-c", "\"$@\"; exit $?", shell])
            .stdout(want)
            .run();
    }
    // `$PARALLEL_SHELL` comes before it.
    gnu([script, ":::", "1"])
        .env("PARALLEL_SHELL", "/bin/dash")
        .wrap(["bash", "-c", "\"$@\"; exit $?", "bash"])
        .stdout("\n")
        .run();
}

#[test]
fn a_shell_that_reads_a_file_of_the_users_is_not_left_out() {
    let dir = Dir::new();
    dir.write("env", "seq() { echo from BASH_ENV; }\n");
    gnu(["seq", ":::", "1"])
        .env("BASH_ENV", dir.join("env"))
        .env("PARALLEL_SHELL", "/bin/bash")
        .stdout("from BASH_ENV\n")
        .run();
}

#[test]
fn hup_lets_jobs_end_and_nothing_more_starts() {
    let dir = Dir::new();
    let gate = dir.gate("gate");
    let running = gnu(["-j1", "read _ <gate; echo {};:", ":::", "a", "b", "c"])
        .in_dir(&dir)
        .stdout("a\n")
        .start();
    let held = gate.arrived();
    running.kill(Signal::SIGHUP);
    wait_heard(running.pid());
    held.release();
    running.finish();
}

/// Waits until no signal is pending: what was sent has been taken by prun.
fn wait_heard(pid: i32) {
    crate::support::wait_until("prun takes the signal", || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status
            .lines()
            .filter_map(|line| line.strip_prefix("ShdPnd:"))
            .all(|set| set.trim().bytes().all(|digit| digit == b'0'))
    });
}

#[test]
fn term_and_int_end_jobs_and_are_an_error() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let marker = Marker::new();
        // A background job of a script has SIGINT ignored, and it is heard all the same.
        let running = gnu(["-j2", "sleep", ":::", marker.text(), marker.text()])
            .prelude("trap '' INT")
            .status(255)
            .start();
        marker.wait_sleeps(2);
        running.kill(signal);
        running.finish();
        assert!(marker.sleeps().is_empty(), "{signal}: jobs outlive prun");
    }
}

#[test]
fn a_reader_that_goes_ends_the_run_in_silence() {
    gnu(["-k", "echo", "{}"])
        .stdin(numbered(20_000))
        .wrap([
            "bash",
            "-c",
            "\"$@\" | head -n 2; exit ${PIPESTATUS[0]}",
            "bash",
        ])
        .stdout("1\n2\n")
        .any_end()
        .run();
}

#[test]
fn a_full_output_is_an_error() {
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("/dev/full");
    gnu(["echo", ":::", "a"])
        .stdout_to(full)
        .status(255)
        .stderr_has(&["parallel: Error: cannot write to standard output: No space left on device"])
        .run();
}

#[test]
fn failures_are_a_matter_of_the_status() {
    gnu(["exit", ":::", "1", "2", "0"]).status(2).run();
    // What `--halt` has found is told in the words that scripts look for.
    gnu(["-j1", "--halt", "now,fail=1", "exit", ":::", "0", "3", "0"])
        .status(3)
        .stderr("parallel: This job failed:\nexit 3\n")
        .run();
}

#[test]
fn bytes_that_are_no_text() {
    let value = OsStr::from_bytes(b"a\xffb.\xfe");
    gnu([OsStr::new("echo {.} {/}"), OsStr::new(":::"), value])
        .stdout(b"a\xffb a\xffb.\xfe\n")
        .run();
    gnu([
        OsStr::new("-k"),
        OsStr::new("--tag"),
        OsStr::new("echo"),
        OsStr::new(":::"),
        value,
    ])
    .stdout(b"a\xffb.\xfe\ta\xffb.\xfe\n")
    .run();
    gnu([
        OsStr::new("-d"),
        OsStr::from_bytes(b"\xff"),
        OsStr::new("-k"),
        OsStr::new("echo"),
    ])
    .stdin(b"a\xffb")
    .stdout("a\nb\n")
    .run();
}

#[test]
fn a_home_that_cannot_be_written_is_no_matter() {
    gnu(["-k", "--wd", "...", "echo {};:", ":::", "a"])
        .env("HOME", "/nonexistent/home")
        .stdout("a\n")
        .run();
}

#[test]
fn options_come_from_files_and_from_the_environment() {
    let dir = Dir::new();
    dir.mkdir(".parallel");
    dir.write(".parallel/config", "# every run\n--tag\n");
    dir.write(".parallel/quiet", "-k --tagstring 'a b'\n");
    let run = |args: &[&str]| gnu(args).in_dir(&dir).env("HOME", dir.path());
    run(&["echo", ":::", "x"]).stdout("x\tx\n").run();
    run(&["--plain", "echo", ":::", "x"]).stdout("x\n").run();
    run(&["-J", "quiet", "echo", ":::", "x"])
        .stdout("a b\tx\n")
        .run();
    run(&["--tagstring", "c", "echo", ":::", "x"])
        .env("PARALLEL", "--tagstring d\\ e")
        .stdout("c\tx\n")
        .run();
    run(&["echo", ":::", "x"])
        .env("PARALLEL", "--tagstring d\\ e")
        .stdout("d e\tx\n")
        .run();
    run(&["echo", ":::", "x"])
        .env("PARALLEL", "--tagstring 'd")
        .status(255)
        .stderr_has(&["parallel: Error: ", "$PARALLEL", "quote"])
        .run();
    // prun's own settings are not its.
    run(&["--plain", "echo", ":::", "x"])
        .env("PRUN_OPTS", "--no-such-option")
        .stdout("x\n")
        .run();
}

#[test]
fn other_machines_are_refused() {
    for args in [["-S", "host"], ["-S", ":,4/user@host"], ["--slf", "hosts"]] {
        gnu(args)
            .args(["echo", ":::", "a"])
            .file("hosts", "# mine\n2/:\nhost\n")
            .status(255)
            .stderr_has(&["parallel: Error: ", "later version"])
            .run();
    }
    gnu(["--slf", "hosts", "-k", "echo", ":::", "a"])
        .file("hosts", "# this one\n2/:\n")
        .stdout("a\n")
        .run();
    gnu(["--slf", "nosuch", "echo", ":::", "a"])
        .status(255)
        .stderr_has(&["nosuch", "No such file"])
        .run();
}

#[test]
fn a_filter_takes_no_value_for_code() {
    let dir = Dir::new();
    let evil = "1; system('touch pwned')";
    gnu([
        "-k",
        "--filter",
        "{1} eq {2}",
        "printf '%s\\n'",
        ":::",
        evil,
        "x",
        ":::",
        "x",
    ])
    .in_dir(&dir)
    .stdout("x\nx\n")
    .run();
    assert!(!dir.has("pwned"));
}

#[test]
fn an_expression_that_fails_fails_its_job() {
    if !need("perl") {
        return;
    }
    gnu([
        "-k",
        "echo",
        "{= die 'no' if $_ eq 'b' =}",
        ":::",
        "a",
        "b",
        "c",
    ])
    .stdout("a\nc\n")
    .stderr_has(&["parallel: Error: job 2: ", "`b`: no"])
    .status(1)
    .run();
}

#[test]
fn a_scripts_first_line_calls_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Dir::new();
    let bin = named();
    let parallel = bin.join("parallel").display().to_string();
    let run = |name: &str, script: String, words: &[&str], input: &str| {
        let path = dir.write(name, script);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("chmod");
        // By a process of its own: see Prun::unprivileged.
        let output = Command::new("sh")
            .args(["-c", "printf %s \"$1\" | { shift; \"$@\"; }", "sh", input])
            .arg(&path)
            .args(words)
            .env("HOME", dir.path())
            .output()
            .expect("a shell");
        (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            output.status.code(),
        )
    };
    let list = format!("#!{parallel} --shebang -k echo got\none\ntwo words\n");
    let got = ("got one\ngot two words\n".to_owned(), Some(0));
    assert_eq!(run("a list", list, &[], ""), got);
    let list = format!("#!{PRUN} --gnu --shebang -k echo got\none\ntwo words\n");
    assert_eq!(run("list of prun", list, &[], ""), got);
    let program = format!("#!{parallel} --shebang-wrap -k /bin/sh\necho \"$# $1\"\n");
    let got = ("1 a\n1 b c\n".to_owned(), Some(0));
    assert_eq!(run("a program", program.clone(), &["a", "b c"], ""), got);
    assert_eq!(run("a program", program, &[], "a\nb c\n"), got);
    let piped = format!("#!{parallel} --shebang-wrap --pipe -N2 -k /bin/sh\nwc -l\n");
    let got = ("2\n1\n".to_owned(), Some(0));
    assert_eq!(run("piped", piped, &[], "1\n2\n3\n"), got);
    gnu(["-k", "--shebang", "echo", ":::", "a"])
        .status(255)
        .stderr_has(&["--shebang", "first line"])
        .run();
}

/// The script of the article, as it is printed there, with prun as its parallel.
#[test]
fn the_script_of_the_article_copies_a_tree() {
    let dir = Dir::new();
    let bin = named();
    nasty_tree(&dir.join("tree"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/parallelcp");
    let status = Command::new(script)
        .args(["tree", "copy"])
        .current_dir(dir.path())
        .env("PATH", path_with(&bin))
        .env("HOME", dir.path())
        .env("LC_ALL", "C")
        .status()
        .expect("the script runs");
    assert!(status.success(), "{status}");
    assert_same_tree(&dir.join("tree"), &dir.join("copy"));
}
