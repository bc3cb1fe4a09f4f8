//! What was typed: options and their spellings, defaults from the config file and `$PRUN_OPTS`, and each bad input's error.

use crate::support::{Dir, need, prun};

#[test]
fn version_names_the_program() {
    let ran = prun(["--version"]).stdout_any().run();
    assert!(ran.text().starts_with("prun "), "{}", ran.text());
    assert!(ran.text().contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn help_goes_to_stdout() {
    let long = prun(["--help"]).stdout_any().run().text();
    let short = prun(["-h"]).stdout_any().run().text();
    for option in [
        "--jobs",
        "--keep-order",
        "--dry-run",
        "--joblog",
        "--halt",
        "--timeout",
        "preset",
    ] {
        assert!(long.contains(option), "--help does not name {option}");
    }
    assert!(
        short.lines().count() < long.lines().count(),
        "-h is the short one"
    );
}

#[test]
fn options_end_at_the_command() {
    prun(["-k", "echo", "-n", "--", "-k", ":::", "a"])
        .stdout("-- -k a")
        .run();
    prun(["-k", "--", "echo", "-n", ":::", "a"])
        .stdout("a")
        .run();
}

#[test]
fn short_options_bundle_and_take_values() {
    prun(["-kj2", "echo", ":::", "a", "b"])
        .stdout("a\nb\n")
        .run();
    prun(["-k", "-j2", "-n2", "echo", ":::", "a", "b"])
        .stdout("a b\n")
        .run();
    prun(["-kd,", "echo"]).stdin("a,b").stdout("a\nb\n").run();
}

#[test]
fn spellings_of_xargs() {
    prun(["-k", "-P", "2", "echo", ":::", "a", "b"])
        .stdout("a\nb\n")
        .run();
    prun(["-k", "--null", "echo"])
        .stdin("a\0b\0")
        .stdout("a\nb\n")
        .run();
    prun(["-k", "--arg-file", "list", "echo"])
        .file("list", "a\nb\n")
        .stdout("a\nb\n")
        .run();
}

#[test]
fn an_unknown_option_is_refused() {
    prun(["--no-such-option", "echo", ":::", "a"])
        .refused(&["--no-such-option"])
        .run();
    prun(["-Q", "echo", ":::", "a"]).refused(&["-Q"]).run();
}

#[test]
fn a_misspelt_option_gets_a_hint() {
    prun(["--keep-ordr", "echo", ":::", "a"])
        .refused(&["--keep-ordr", "--keep-order"])
        .run();
}

#[test]
fn a_far_option_gets_no_suggestion() {
    for (option, advice) in [
        ("--events", "not built yet"),
        ("--xargs", "-X or -m"),
        ("-q", "not needed"),
        ("-i", "-I STR"),
    ] {
        let ran = prun([option, "echo", ":::", "a"])
            .status(255)
            .stderr_has(&[option, "hint: ", advice])
            .run();
        let text = String::from_utf8_lossy(&ran.stderr);
        assert!(!text.contains("did you mean"), "{text}");
    }
}

#[test]
fn a_command_can_be_run_without_its_value_as_the_hint_says() {
    prun(["-n0", "echo", ":::", "a"])
        .status(255)
        .stderr_has(&["-n 0", "seq N | prun sh -c 'COMMAND' sh"])
        .run();
    prun(["sh", "-c", "echo hi", "sh"])
        .stdin("1\n2\n")
        .stdout("hi\nhi\n")
        .run();
}

#[test]
fn an_empty_path_is_refused() {
    for option in ["-a", "--joblog", "--shell"] {
        prun([option, "", "echo", ":::", "a"])
            .refused(&[option, "give a path"])
            .run();
    }
}

#[test]
fn the_runners_resume_is_not_a_presets() {
    prun(["preset", "parallelcp", "a", "b", "--resume-failed"])
        .status(2)
        .stderr_has(&["--resume-failed", "runs them all again"])
        .run();
    prun(["preset", "parallelcp", "a", "b", "--resume"])
        .status(2)
        .stderr_has(&["--resume needs --journal FILE"])
        .run();
    prun(["preset", "parallelcp", "a", ""])
        .status(2)
        .stderr_has(&["DST ''", "give a path"])
        .run();
}

#[test]
fn an_empty_template_is_refused() {
    prun(["", ":::", "a"]).refused(&["empty"]).run();
    prun(["   ", ":::", "a"]).refused(&["empty"]).run();
}

#[test]
fn bad_numbers_are_refused() {
    let cases = [
        ["-j", "abc"],
        ["-j", "1.5x"],
        ["-j", ""],
        ["-n", "x"],
        ["-n", "-1"],
        ["--timeout", "soon"],
        ["--retries", "many"],
        ["--delay", "x"],
        ["--halt", "later,fail=1"],
        ["--halt", "now,fail=x"],
        ["--nice", "nicely"],
        ["--termseq", "NOSUCHSIGNAL,1"],
        ["-s", "0x"],
    ];
    for [option, value] in cases {
        // The option is spelled long or short in the message: the value names it best.
        let naming: &[&str] = if value.is_empty() { &[] } else { &[value] };
        prun([option, value, "touch ran; : <>", ":::", "a"])
            .refused(naming)
            .run();
    }
}

#[test]
fn a_missing_input_file_is_refused_before_any_job() {
    for arguments in [
        ["-a", "no-such-file", "touch", "ran"].as_slice(),
        &["touch ran; : <>", "::::", "no-such-file"],
        &["touch ran; : <>", ":::", "a", "::::", "no-such-file"],
    ] {
        let ran = prun(arguments).refused(&["no-such-file"]).run();
        assert!(!ran.dir.has("ran"), "{arguments:?}: a job ran");
    }
}

#[test]
fn a_directory_as_input_file_is_refused() {
    prun(["-a", ".", "echo"]).refused(&["."]).run();
}

#[test]
fn a_command_that_is_not_found_is_refused_before_any_job() {
    for command in [
        ["no-such-command-here", "<>"].as_slice(),
        &["no-such-command-here <>"],
        &["./no-such-file", "<>"],
    ] {
        let words = command.iter().chain(&[":::", "a", "b"]);
        prun(words).refused(&["no-such"]).run();
    }
}

#[test]
fn a_lone_operator_among_words_is_refused() {
    for operator in ["|", ">", "&&", ";", "||", "<", ">>", "&"] {
        let ran = prun(["touch", "ran", operator, "cat", ":::", "a"])
            .refused(&[operator, "quote"])
            .run();
        assert!(!ran.dir.has("ran"), "{operator}: a job ran");
    }
}

#[test]
fn an_operator_inside_a_word_is_a_word() {
    prun(["-k", "printf", "%s\n", "a|b", "c>d", "e;f", ":::", "x"])
        .stdout("a|b\nc>d\ne;f\nx\n")
        .run();
}

#[test]
fn a_bad_regex_is_refused_with_its_place() {
    prun(["--regex", "a(b", "echo", ":::", "a"])
        .refused(&["a(b"])
        .run();
    prun(["-C", "[", "echo", ":::", "a"]).refused(&["["]).run();
}

#[test]
fn resume_needs_a_job_log() {
    prun(["--resume", "echo", ":::", "a"])
        .refused(&["--resume", "--joblog"])
        .run();
    prun(["--resume-failed", "echo", ":::", "a"])
        .refused(&["--resume-failed", "--joblog"])
        .run();
}

#[test]
fn a_job_log_that_cannot_be_written_is_refused_before_any_job() {
    let ran = prun([
        "--joblog",
        "no/such/folder/log",
        "touch ran; : <>",
        ":::",
        "a",
    ])
    .refused(&["no/such/folder/log"])
    .run();
    assert!(!ran.dir.has("ran"));
}

#[test]
fn a_working_directory_that_is_not_there_is_refused_before_any_job() {
    let ran = prun(["--wd", "no-such-folder", "touch ../ran; : <>", ":::", "a"])
        .refused(&["no-such-folder"])
        .run();
    assert!(!ran.dir.has("ran"));
}

#[test]
fn an_unreadable_working_directory_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    if !need("setpriv") {
        return;
    }
    let dir = Dir::new();
    let locked = dir.mkdir("locked");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).expect("chmod");
    prun(["--wd", "locked", "pwd; : <>", ":::", "a"])
        .in_dir(&dir)
        .unprivileged()
        .refused(&["locked"])
        .run();
}

#[test]
fn a_file_as_working_directory_is_refused() {
    prun(["--wd", "file", "pwd; : <>", ":::", "a"])
        .file("file", "")
        .refused(&["file"])
        .run();
}

#[test]
fn a_first_word_that_is_reserved_can_still_be_a_program() {
    let dir = Dir::new();
    dir.program("bin/agent", "#!/bin/sh\necho \"agent of mine: $1\"\n");
    let path = format!(
        "{}:{}",
        dir.join("bin").display(),
        std::env::var("PATH").expect("PATH")
    );
    prun(["--", "agent", ":::", "a"])
        .in_dir(&dir)
        .env("PATH", path)
        .stdout("agent of mine: a\n")
        .run();
}

#[test]
fn the_config_file_gives_defaults() {
    let config = "# a comment\ntag = true\nretries = 2\n";
    let base = |more: &[&str]| {
        prun(more)
            .args(["-k", "echo", ":::", "a"])
            .file("config/prun/config.toml", config)
    };
    base(&[]).stdout("a\ta\n").run();
    base(&[]).env("PRUN_OPTS", "").stdout("a\ta\n").run();
    base(&["--no-config"]).stdout("a\n").run();
}

#[test]
fn the_environment_gives_defaults() {
    prun(["-k", "echo", ":::", "a"])
        .env("PRUN_OPTS", "--tag")
        .stdout("a\ta\n")
        .run();
    prun(["-k", "echo", ":::", "a"])
        .env("PRUN_OPTS", "--tagstring 'two words'")
        .stdout("two words\ta\n")
        .run();
    prun(["--no-config", "-k", "echo", ":::", "a"])
        .env("PRUN_OPTS", "--tag")
        .stdout("a\n")
        .run();
}

#[test]
fn a_preset_that_bad_defaults_keep_from_beginning_is_status_2() {
    // Of a runner it is 255; a preset has statuses of its own.
    for config in ["[tag]\n", "tag = \n"] {
        prun(["preset", "count", "."])
            .file("config/prun/config.toml", config)
            .status(2)
            .stderr_has(&["config.toml"])
            .run();
    }
    prun(["preset", "count", "."])
        .env("PRUN_OPTS", "--tag 'open")
        .status(2)
        .stderr_has(&["PRUN_OPTS"])
        .run();
}

#[test]
fn the_command_line_wins_over_the_environment_over_the_file() {
    let base = |arguments: &[&str]| {
        prun(arguments)
            .args(["-k", "echo", ":::", "a"])
            .file("config/prun/config.toml", "tagstring = 'file'\n")
    };
    base(&[]).stdout("file\ta\n").run();
    base(&[])
        .env("PRUN_OPTS", "--tagstring env")
        .stdout("env\ta\n")
        .run();
    base(&["--tagstring", "line"])
        .env("PRUN_OPTS", "--tagstring env")
        .stdout("line\ta\n")
        .run();
}

#[test]
fn a_flag_of_a_lower_place_can_be_taken_back() {
    let base = |arguments: &[&str]| {
        prun(arguments)
            .args(["-k", "echo", ":::", "a"])
            .file("config/prun/config.toml", "tag = true\n")
    };
    base(&[]).stdout("a\ta\n").run();
    base(&["--no-tag"]).stdout("a\n").run();
    base(&[]).env("PRUN_OPTS", "--no-tag").stdout("a\n").run();
    base(&["--tag"])
        .env("PRUN_OPTS", "--no-tag")
        .stdout("a\ta\n")
        .run();
}

#[test]
fn a_config_file_that_cannot_be_read_ends_a_preset_with_its_own_status() {
    for (args, status) in [
        (&["preset", "parallelcp", "a", "b"][..], 2),
        (&["echo", "x"], 255),
    ] {
        prun(args)
            .file("config/prun/config.toml/is/a/directory", "")
            .status(status)
            .stderr_has(&["config.toml", "cannot read the config file"])
            .run();
    }
}

#[test]
fn a_bad_config_file_is_named_with_its_line() {
    let config = |text: &str| {
        prun(["echo", ":::", "a"])
            .file("config/prun/config.toml", text)
            .status(255)
    };
    config("no-such-key = 1\n")
        .stderr_has(&["config.toml", "no-such-key"])
        .run();
    config("jobs = [\n")
        .stderr_has(&["config.toml", "line 1"])
        .run();
    config("[tag]\n").stderr_has(&["config.toml", "tag"]).run();
}

#[test]
fn bad_defaults_in_the_environment_say_where_they_are() {
    prun(["echo", ":::", "a"])
        .env("PRUN_OPTS", "--no-such-option")
        .refused(&["PRUN_OPTS", "--no-such-option"])
        .run();
    prun(["echo", ":::", "a"])
        .env("PRUN_OPTS", "--tag 'open")
        .refused(&["PRUN_OPTS"])
        .run();
}
