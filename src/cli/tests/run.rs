//! What is typed to run jobs.

use super::*;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::time::Duration;

#[test]
fn letters_bundle_and_the_last_one_has_the_value() {
    for line in [
        &["-0kj2", "x"][..],
        &["-0kj", "2", "x"],
        &["-0", "-k", "-P2", "x"],
        &["--null", "--keep-order", "--jobs=2", "x"],
        &["--null", "--keep-order", "--max-procs", "2", "x"],
    ] {
        let args = run(line);
        assert!(args.inputs.null && args.output.keep_order, "{line:?}");
        assert_eq!(args.running.jobs.as_deref(), Some("2"), "{line:?}");
        assert_eq!(args.command, words(&["x"]), "{line:?}");
    }
    assert_eq!(
        error(&["-j2k", "--nice", "x", "y"]),
        "--nice x: give a number from -20 to 19"
    );
    assert_eq!(run(&["-j2k", "x"]).running.jobs.as_deref(), Some("2k"));
}

#[test]
fn jobs_keep_their_sign() {
    for (line, jobs) in [
        (&["-j", "-1"][..], "-1"),
        (&["-j-1"], "-1"),
        (&["-j", "+2"], "+2"),
        (&["-j50%"], "50%"),
        (&["--jobs=-1"], "-1"),
        (&["--jobs", "-1"], "-1"),
        (&["-P", "0"], "0"),
        (&["-j4", "-j8"], "8"),
    ] {
        assert_eq!(run(line).running.jobs.as_deref(), Some(jobs), "{line:?}");
    }
}

#[test]
fn any_word_can_be_a_value() {
    let delimiter = |line: &[&str]| run(line).inputs.delimiter.map(|d| d.0);
    assert_eq!(delimiter(&["-d="]), Some(b"=".to_vec()));
    assert_eq!(delimiter(&["-d=,"]), Some(b"=,".to_vec()));
    assert_eq!(delimiter(&["-d", "-"]), Some(b"-".to_vec()));
    assert_eq!(delimiter(&["-d", "--"]), Some(b"--".to_vec()));
    assert_eq!(delimiter(&["-d", "-0"]), Some(b"-0".to_vec()));
    assert_eq!(delimiter(&["--delimiter=="]), Some(b"=".to_vec()));
    assert_eq!(delimiter(&["-d", r"\0"]), Some(vec![0]));
    for value in ["=x", "--", "-x", "", "{}", ":::"] {
        assert_eq!(
            run(&["-I", value, "x"]).template.replace,
            Some(value.into()),
            "{value}"
        );
        assert_eq!(
            run(&["-E", value, "x"]).inputs.eof,
            Some(value.into()),
            "{value}"
        );
        assert_eq!(
            run(&["--tagstring", value, "x"]).output.tagstring,
            Some(value.into()),
            "{value}"
        );
    }
    assert_eq!(run(&["-I%", "x"]).template.replace, Some("%".into()));
}

#[test]
fn the_commands_own_options_are_not_ours() {
    for line in [
        &["ls", "-k", "--help", "-j2", "--", "-0", "--bogus"][..],
        &["--", "ls", "-k", "--help", "-j2", "--", "-0", "--bogus"],
    ] {
        let args = run(line);
        assert_eq!(
            args.command,
            words(&["ls", "-k", "--help", "-j2", "--", "-0", "--bogus"])
        );
        assert!(!args.output.keep_order);
        assert_eq!(args.running.jobs, None);
    }
    assert_eq!(run(&["--", "-x"]).command, words(&["-x"]));
    assert_eq!(run(&["--", "--", "x"]).command, words(&["--", "x"]));
    assert_eq!(run(&["-", "x"]).command, words(&["-", "x"]));
    assert_eq!(run(&[]).command, words(&[]));
    assert_eq!(run(&["", "x"]).command, words(&["", "x"]));
}

#[test]
fn sources_follow_the_command_and_those_of_options_come_first() {
    let file = |name: &str| SourceArg {
        join: Join::Product,
        kind: SourceKind::File(PathBuf::from(name)),
    };
    let args = run(&[
        "-a",
        "f",
        "--arg-file=g",
        "--",
        "echo",
        "-a",
        ":::",
        "-k",
        "--",
        "b",
    ]);
    assert_eq!(args.command, words(&["echo", "-a"]));
    let values = SourceArg {
        join: Join::Product,
        kind: SourceKind::Words(words(&["-k", "--", "b"])),
    };
    assert_eq!(args.sources, [file("f"), file("g"), values]);
    assert_eq!(run(&["-a-", "x"]).sources[0].kind, SourceKind::Stdin);
    let args = run(&["-k", ":::", "a"]);
    assert_eq!((args.command.len(), args.sources.len()), (0, 1));
    assert!(error(&["-a", "-", "x", "::::", "-"]).contains("more than once"));
}

#[test]
fn bytes_that_are_not_utf8_pass() {
    let bad = OsStr::from_bytes(b"\xff\n").to_owned();
    let line = |first: &str| {
        vec![
            first.into(),
            bad.clone(),
            bad.clone(),
            ":::".into(),
            bad.clone(),
        ]
    };
    for option in [
        "-I",
        "-d",
        "-a",
        "--strip",
        "--joblog",
        "--wd",
        "--tagstring",
        "-E",
        "--shell",
    ] {
        let Ok(Invocation::Run(args)) = parse(line(option), &[]) else {
            panic!("{option}")
        };
        assert_eq!(args.command, std::slice::from_ref(&bad), "{option}");
        assert_eq!(
            args.sources.last().map(|s| s.kind.clone()),
            Some(SourceKind::Words(vec![bad.clone()]))
        );
    }
    for option in ["-j", "--halt", "-C", "--regex", "--timeout", "-n"] {
        let error = parse(line(option), &[]).map(drop).unwrap_err().to_string();
        assert_eq!(error, format!("{option} \u{fffd}\\n: this is not UTF-8"));
    }
    let mut glued = OsString::from("--strip=");
    glued.push(&bad);
    let Ok(Invocation::Run(args)) = parse(vec![glued], &[]) else {
        panic!()
    };
    assert_eq!(args.template.strip, Some(bad));
}

#[test]
fn values() {
    let args = run(&[
        "--timeout",
        "1m",
        "--retries=3",
        "--delay",
        "0.5",
        "--nice",
        "-5",
        "-s",
        "64K",
        "-L2",
        "--trim",
        "rl",
    ]);
    assert_eq!(
        args.running.timeout,
        Some(Timeout::After(Duration::from_mins(1)))
    );
    assert_eq!(args.running.retries, Some(3));
    assert_eq!(
        args.running.delay,
        Some(DelayArg {
            time: Duration::from_millis(500),
            adapts: false,
        })
    );
    assert_eq!(args.running.nice, Some(Nice(-5)));
    assert_eq!(args.inputs.max_chars, Some(Size(65536)));
    assert_eq!(args.inputs.max_lines, Some(2));
    assert_eq!(args.inputs.trim, Some(TrimArg::Both));
    assert_eq!(run(&["--halt", "-1"]).running.halt.as_deref(), Some("-1"));
}

#[test]
fn choices() {
    assert_eq!(run(&[]).output.grouping(), None);
    assert_eq!(run(&["--lb"]).output.grouping(), Some(Grouping::Lines));
    assert_eq!(run(&["-u"]).output.grouping(), Some(Grouping::Ungrouped));
    assert_eq!(run(&["--group"]).output.grouping(), Some(Grouping::Group));
    assert_eq!(run(&[]).resume.resume(), Resume::All);
    assert_eq!(
        run(&["--jl", "f", "--resume"]).resume.resume(),
        Resume::Missing
    );
    let both = run(&["--joblog=f", "--resume", "--resume-failed"]);
    assert_eq!(both.resume.resume(), Resume::FailedAndMissing);
    assert!(run(&["--header", "x"]).inputs.has_header());
    assert!(run(&["--header=:", "x"]).inputs.has_header());
    assert_eq!(run(&["--header", "--", ":"]).command, words(&[":"]));
}

#[test]
fn errors_name_the_thing_on_one_line() {
    for (line, expected) in [
        (
            &["--jbos", "2"][..],
            "unknown option --jbos (did you mean --jobs?)",
        ),
        (
            &["--max-proc=2"],
            "unknown option --max-proc (did you mean --jobs?)",
        ),
        (
            &["-kW"],
            "unknown option -W (prun --help lists the options; those of the command stand after it)",
        ),
        (
            &["-1"],
            "unknown option -1 (prun --help lists the options; those of the command stand after it)",
        ),
        (
            &["-ké"],
            "unknown option -é (prun --help lists the options; those of the command stand after it)",
        ),
        (&["-j"], "-j needs a value: N"),
        (&["-kj"], "-j needs a value: N"),
        (&["--joblog"], "--joblog needs a value: FILE"),
        (&["--null=x"], "--null takes no value, but has 'x'"),
        (
            &["-n", "0"],
            "-n 0: give a number from 1 (to run a command N times without the value: seq N | prun sh -c 'COMMAND' sh)",
        ),
        (&["-n", "a\nb"], "-n a\\nb: give a number from 1"),
        (&["--max-args="], "--max-args '': give a number from 1"),
        (&["--trim", "x"], "--trim x: give n, l, r or lr"),
        (&["--header=2"], "--header 2: give :"),
        (
            &["--header", ":", "x"],
            "--header takes a value only after '=', and here ':' would be the command (write --header, or --header=: as GNU parallel has it)",
        ),
        (
            &["--retries", "-1"],
            "--retries -1: give how often to try a job in all, 0 for without end",
        ),
        (
            &["-d", ""],
            r"-d '': give the separator itself, or \n \t \r \0 \\, \101 (octal) or \x41",
        ),
        (&["-u", "-k"], "-u cannot be used with -k"),
        (
            &["--tag", "--ungroup"],
            "--tag cannot be used with --ungroup",
        ),
        (&["-0", "-d,"], "-0 cannot be used with -d"),
        (&["-m", "-X"], "-m cannot be used with -X"),
        (&["-n2", "-L", "2"], "-n cannot be used with -L"),
        (&["-n2", "-N2"], "-n cannot be used with -N"),
        (
            &["--resume", "x"],
            "--resume needs --joblog FILE or --results DIR",
        ),
        (
            &["--resume-failed", "x"],
            "--resume-failed needs --joblog FILE",
        ),
        (&["--regex-skip", "x"], "--regex-skip needs --regex RE"),
        (&["--strip-skip", "x"], "--strip-skip needs --strip PREFIX"),
        (
            &["agent", "x"],
            "'agent' is a reserved word (to run a program of that name: prun -- agent)",
        ),
        (
            &["-k", "timings"],
            "'timings' is a reserved word (to run a program of that name: prun -- timings)",
        ),
        (
            &["--generate", "x"],
            "--generate x: give man, bash, zsh, fish or preset-schema",
        ),
    ] {
        assert_eq!(error(line), expected, "{line:?}");
        assert_eq!(parse(words(line), &[]).map(drop).unwrap_err().status(), 255);
    }
    assert_eq!(run(&["--", "agent"]).command, words(&["agent"]));
    assert_eq!(run(&["agent <>"]).command, words(&["agent <>"]));
}

#[test]
fn help_and_version_come_before_what_is_wrong_behind_them() {
    for line in [
        &["-h"][..],
        &["-kh", "-n0"],
        &["--help", "--bogus"],
        &["-V"],
        &["--version"],
        &["-k", "--help", "x"],
    ] {
        assert!(
            matches!(parse(words(line), &[]), Ok(Invocation::Print(_))),
            "{line:?}"
        );
    }
    assert!(matches!(
        parse(words(&["--generate=man"]), &[]),
        Ok(Invocation::Generate(Doc::Man))
    ));
    let Ok(Invocation::Print(version)) = parse(words(&["-V"]), &[]) else {
        panic!()
    };
    assert_eq!(version, format!("prun {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn an_empty_path_is_refused_with_what_is_accepted() {
    for option in ["-a", "--arg-file", "--joblog", "--shell"] {
        assert_eq!(
            error(&[option, "", "x"]),
            format!("{option} '': give a path")
        );
    }
    assert_eq!(error(&["--trim", "", "x"]), "--trim '': give n, l, r or lr");
}

#[test]
fn only_what_is_close_is_suggested() {
    for (typed, meant) in [
        ("--dryrun", "--dry-run"),
        ("--dry_run", "--dry-run"),
        ("--keep", "--keep-order"),
        ("--keep-ordr", "--keep-order"),
        ("--no-keep-ordr", "--no-keep-order"),
        ("--linebuffer", "--line-buffer"),
        ("--tga", "--tag"),
        ("--resum", "--resume"),
        ("--max-proc", "--jobs"),
        ("--delimeter", "--delimiter"),
    ] {
        let hint = format!("unknown option {typed} (did you mean {meant}?)");
        assert_eq!(error(&[typed, "x"]), hint);
    }
    for typed in [
        "--xargs",
        "--timings",
        "--max",
        "--env",
        "--events",
        "--no",
        "--ab",
        "--wq",
        "--semaphore",
    ] {
        let text = error(&[typed, "x"]);
        assert!(!text.contains("did you mean"), "{text}");
    }
}

#[test]
fn spellings_of_other_tools_get_advice() {
    for (typed, advice) in [
        ("--timings=d", "not built yet"),
        ("-i", "-I STR"),
        ("-q", "not needed"),
        ("--quote", "not needed"),
        ("-x", "-X or -m"),
        ("--xargs", "-X or -m"),
        ("-S", "not built yet"),
        ("-l", "-L N"),
    ] {
        let text = error(&[typed, "x"]);
        assert!(text.contains(advice), "{text}");
    }
    for line in [&["-N0", "x"][..], &["--max-args=0", "x"], &["-n", "0", "x"]] {
        let text = error(line);
        assert!(
            text.ends_with(
                "(to run a command N times without the value: seq N | prun sh -c 'COMMAND' sh)"
            ),
            "{text}"
        );
    }
    assert_eq!(error(&["-n", "x", "y"]), "-n x: give a number from 1");
    assert_eq!(
        run(&["echo", "::", "a"]).command,
        words(&["echo", "::", "a"])
    );
}
