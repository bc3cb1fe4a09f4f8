//! Options of the config file and of `$PRUN_OPTS` below those of the command line.

use super::*;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

fn layer(origin: &str, line: &[&str]) -> Defaults {
    Defaults {
        origin: origin.to_owned(),
        words: words(line),
    }
}

fn over(line: &[&str], defaults: &[&[&str]]) -> Args {
    let defaults: Vec<Defaults> = defaults
        .iter()
        .map(|words| layer("config.toml", words))
        .collect();
    match parse(words(line), &defaults) {
        Ok(Invocation::Run(args)) => *args,
        other => panic!("{line:?}: {other:?}"),
    }
}

fn fault(defaults: &[Defaults]) -> String {
    parse(words(&["x"]), defaults)
        .map(drop)
        .unwrap_err()
        .to_string()
}

#[test]
fn the_higher_place_wins() {
    let args = over(
        &["-j4", "x"],
        &[&["-j", "1", "--retries=2"], &["-P2", "-k", "--retries=3"]],
    );
    assert_eq!(args.running.jobs.as_deref(), Some("4"));
    assert_eq!(args.running.retries, Some(3));
    assert!(args.output.keep_order);
    assert_eq!(args.command, words(&["x"]));
}

#[test]
fn lists_are_replaced() {
    let args = over(&["-a", "f", "x"], &[&["-a", "g", "-a", "h"]]);
    assert_eq!(args.sources.len(), 1);
    assert_eq!(over(&["x"], &[&["-a", "g", "-a", "h"]]).sources.len(), 2);
}

#[test]
fn what_excludes_a_default_silences_it() {
    let args = over(&["-u", "x"], &[&["-k", "--tag"], &["--lb"]]);
    assert_eq!(args.output.grouping(), Some(Grouping::Ungrouped));
    assert!(!args.output.keep_order && !args.output.tag);
    let args = over(&["-k", "x"], &[&["-u"]]);
    assert_eq!(args.output.grouping(), None);
    assert!(over(&["-0", "x"], &[&["-d,"]]).inputs.delimiter.is_none());
    assert!(over(&["-X", "x"], &[&["-m"]]).inputs.context_replace);
}

#[test]
fn a_flag_of_a_lower_place_can_be_taken_back() {
    let defaults: &[&[&str]] = &[
        &["--tag", "--drain", "-r", "--header", "-t"],
        &["-k", "--no-drain"],
    ];
    let args = over(&["x"], defaults);
    assert!(args.output.keep_order && args.output.tag && args.inputs.no_run_if_empty);
    assert!(args.running.verbose && args.inputs.has_header() && !args.running.drain);
    let off = [
        "--no-keep-order",
        "--no-tag",
        "--run-if-empty",
        "--no-verbose",
        "--no-header",
        "--no-xapply",
        "x",
    ];
    let args = over(&off, defaults);
    assert!(!args.output.keep_order && !args.output.tag && !args.inputs.no_run_if_empty);
    assert!(!args.running.verbose && !args.inputs.has_header());
    // Of one place the last word counts, and it is an error nowhere.
    assert!(!over(&["--no-tag", "x"], &[]).output.tag);
    assert!(over(&["--no-tag", "--tag", "x"], &[]).output.tag);
    assert!(!over(&["--tag", "-k", "--no-tag", "x"], &[]).output.tag);
    let args = over(&["-u", "--no-keep-order", "x"], &[&["--tag"]]);
    assert_eq!(args.output.grouping(), Some(Grouping::Ungrouped));
    // What is taken back excludes nothing.
    let args = over(&["--no-ungroup", "x"], &[&["--ungroup"]]);
    assert_eq!(args.output.grouping(), None);
    assert!(over(&["--no-ungroup", "x"], &[&["-k"]]).output.keep_order);
    assert!(!over(&["--no-resume", "x"], &[&["--resume"]]).resume.resume);
}

#[test]
fn every_flag_with_a_name_can_be_taken_back() {
    for arg in args::runner().get_arguments() {
        let flag = matches!(arg.get_action(), clap::ArgAction::SetTrue);
        let Some(long) = arg.get_long().filter(|_| flag) else {
            continue;
        };
        let off = format!("--{}", args::off_name(long));
        let parsed = parse(words(&[&off, "x"]), &[]);
        if args::NO_DEFAULTS.contains(&arg.get_id().as_str()) {
            assert!(parsed.is_err(), "{off}");
        } else {
            assert!(matches!(parsed, Ok(Invocation::Run(_))), "{off}");
        }
    }
}

#[test]
fn the_place_of_a_value_is_known() {
    let defaults = [
        layer(
            "/c/config.toml",
            &["-jabc", "--halt=3", "-I%", "--retries=2"],
        ),
        layer(
            "$PRUN_OPTS",
            &["--termseq=x", "--jl=f", "--halt", "4", "--tag"],
        ),
    ];
    let Ok(Invocation::Run(args)) = parse(words(&["--retries=1", "--no-tag", "x"]), &defaults)
    else {
        panic!()
    };
    for (option, origin) in [
        ("jobs", Some("/c/config.toml")),
        ("--jobs", Some("/c/config.toml")),
        ("I", Some("/c/config.toml")),
        ("halt", Some("$PRUN_OPTS")),
        ("termseq", Some("$PRUN_OPTS")),
        ("joblog", Some("$PRUN_OPTS")),
        ("retries", None),
        ("tag", None),
        ("nice", None),
    ] {
        assert_eq!(args.origin_of(option), origin, "{option}");
    }
}

#[test]
fn a_default_can_be_completed_on_the_command_line() {
    let args = over(&["--joblog", "f", "x"], &[&["--resume"]]);
    assert_eq!(args.resume.resume(), Resume::Missing);
}

#[test]
fn errors_say_where() {
    for (line, expected) in [
        (&["--jbos"][..], "in $PRUN_OPTS: unknown option --jbos"),
        (&["-n", "x"], "in $PRUN_OPTS: -n x: give a number from 1"),
        (&["-u", "-k"], "in $PRUN_OPTS: -u cannot be used with -k"),
        (&["-j"], "in $PRUN_OPTS: -j needs a value: N"),
        (
            &["-k", "echo"],
            "in $PRUN_OPTS: 'echo' cannot stand here, only options of a run can",
        ),
        (
            &[":::", "a"],
            "in $PRUN_OPTS: ':::' cannot stand here, only options of a run can",
        ),
        (
            &["-h"],
            "in $PRUN_OPTS: '-h' cannot stand here, only options of a run can",
        ),
        (
            &["--no-config"],
            "in $PRUN_OPTS: '--no-config' cannot stand here, only options of a run can",
        ),
        (
            &["--resume"],
            "in $PRUN_OPTS: --resume needs --joblog FILE or --results DIR",
        ),
        (
            &["--no-tag=1"],
            "in $PRUN_OPTS: --no-tag takes no value, but has '1'",
        ),
        (&["--jobs-no"], "in $PRUN_OPTS: unknown option --jobs-no"),
    ] {
        assert_eq!(
            fault(&[layer("config.toml", &["-k"]), layer("$PRUN_OPTS", line)]),
            expected
        );
    }
}

#[test]
fn text_is_split_as_a_shell_would() {
    let split = |text: &[u8]| Defaults::split("$PRUN_OPTS", OsStr::from_bytes(text));
    assert_eq!(
        split(br" -j2  --tagstring 'a b' -d\; ").map(|d| d.words),
        Ok(words(&["-j2", "--tagstring", "a b", "-d;"]))
    );
    assert_eq!(split(b"").map(|d| d.words), Ok(Vec::new()));
    let error = |text| split(text).unwrap_err().to_string();
    assert_eq!(
        error(b"-I 'x"),
        "in $PRUN_OPTS: the words cannot be split: a quote is not closed"
    );
    assert_eq!(
        error(b"\xff"),
        "in $PRUN_OPTS: the words cannot be split: they are not UTF-8"
    );
}

#[test]
fn config_is_wanted_unless_it_is_refused_or_nothing_runs() {
    for line in [
        &["x"][..],
        &[],
        &["-k", "x", "--no-config"],
        &["--", "--no-config"],
        &["-I", "--no-config", "x"],
        &["preset", "p", "--", "--no-config"],
        &["--bogus"],
    ] {
        assert_eq!(wants_config(&words(line)), ConfigUse::Read, "{line:?}");
    }
    for line in [
        &["--no-config", "x"][..],
        &["-j", "2", "--no-config", "x"],
        &["-h"],
        &["-V"],
        &["--generate=man"],
        &["preset", "p", "a", "--no-config"],
        &["--no-config", "preset"],
    ] {
        assert_eq!(wants_config(&words(line)), ConfigUse::Ignore, "{line:?}");
    }
}
