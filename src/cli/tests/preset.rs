//! `prun preset` and the parameters of presets.

use super::*;
use std::ffi::OsStr;

fn param(name: &str, kind: ParamKind, value: ParamValue) -> ParamSpec {
    ParamSpec {
        name: name.to_owned(),
        letter: None,
        kind,
        value,
        help: format!("the {name}"),
        default: None,
        presence: Presence::Optional,
        repeat: Repeat::Once,
    }
}

/// Like parallelcp, with one of everything.
fn params() -> Vec<ParamSpec> {
    let required = |param: ParamSpec| ParamSpec {
        presence: Presence::Required,
        ..param
    };
    let engines = ParamValue::Choice(vec!["native".to_owned(), "exec".to_owned()]);
    vec![
        ParamSpec {
            repeat: Repeat::Many,
            ..required(param("src", ParamKind::Positional, ParamValue::Path))
        },
        required(param("dst", ParamKind::Positional, ParamValue::Path)),
        ParamSpec {
            default: Some("native".into()),
            ..param("engine", ParamKind::Option, engines)
        },
        ParamSpec {
            letter: Some('d'),
            ..param("depth", ParamKind::Option, ParamValue::Number)
        },
        ParamSpec {
            repeat: Repeat::Many,
            ..param("exclude", ParamKind::Option, ParamValue::Text)
        },
        param("one-file-system", ParamKind::Flag, ParamValue::Text),
    ]
}

fn spec(params: &[ParamSpec]) -> PresetSpec<'_> {
    PresetSpec {
        name: OsStr::new("cptree"),
        about: "Copy a tree",
        long_about: "All of it.",
        params,
        native: NativeOptions::None,
        destination: None,
    }
}

fn parsed(line: &[&str], defaults: &[Defaults]) -> Result<PresetParsed, CliError> {
    parse_preset(&spec(&params()), words(line), defaults)
}

fn ran(line: &[&str]) -> PresetRun {
    match parsed(line, &[]) {
        Ok(PresetParsed::Run(run)) => *run,
        other => panic!("{line:?}: {other:?}"),
    }
}

fn printed(line: &[&str]) -> String {
    match parsed(line, &[]) {
        Ok(PresetParsed::Print(text)) => text,
        other => panic!("{line:?}: {other:?}"),
    }
}

fn fault(line: &[&str]) -> String {
    let error = parsed(line, &[]).map(drop).unwrap_err();
    assert_eq!(error.status(), 2);
    let hint = error
        .hint()
        .map(|hint| format!(" ({hint})"))
        .unwrap_or_default();
    format!("{error}{hint}")
}

fn call(line: &[&str]) -> PresetCall {
    match parse(words(line), &[]) {
        Ok(Invocation::Preset(call)) => call,
        other => panic!("{line:?}: {other:?}"),
    }
}

#[test]
fn calls() {
    assert_eq!(call(&["preset"]), PresetCall::List);
    assert_eq!(call(&["preset", "list"]), PresetCall::List);
    assert_eq!(
        call(&["--no-config", "preset", "list", "--no-config"]),
        PresetCall::List
    );
    assert_eq!(call(&["preset", "show", "x"]), PresetCall::Show("x".into()));
    let run = |words: &[&str]| PresetCall::Run {
        name: "./x.toml".into(),
        words: super::words(words),
    };
    assert_eq!(
        call(&["preset", "./x.toml", "a", "-n", "--", "b"]),
        run(&["a", "-n", "--", "b"])
    );
    assert_eq!(
        call(&["-P2", "preset", "./x.toml", "a"]),
        run(&["--jobs=2", "a"])
    );
    assert_eq!(
        run_args(&["--", "preset", "x"]).command,
        words(&["preset", "x"])
    );
    assert!(matches!(
        parse(words(&["preset", "--help"]), &[]),
        Ok(Invocation::Print(_))
    ));
}

fn run_args(line: &[&str]) -> Args {
    super::run(line)
}

#[test]
fn wrong_calls_end_with_2() {
    for (line, expected) in [
        (
            &["preset", "show"][..],
            "'prun preset show' needs the name of a preset (prun preset lists them)",
        ),
        (
            &["preset", "show", "a", "b"],
            "'prun preset show' takes one name, but has 'b'",
        ),
        (
            &["preset", "list", "a"],
            "'prun preset list' takes nothing, but has 'a'",
        ),
        (
            &["-j2", "preset"],
            "'prun preset list' takes nothing, but has '-j'",
        ),
        (
            &["preset", "-n", "x"],
            "-n stands before the name of the preset (write: prun preset NAME OPTIONS...)",
        ),
    ] {
        assert_eq!(error(line), expected);
        assert_eq!(parse(words(line), &[]).map(drop).unwrap_err().status(), 2);
    }
}

#[test]
fn parameters_and_options_stand_anywhere() {
    let run = ran(&[
        "a",
        "--exclude",
        "-x",
        "-j8",
        "b",
        "--exclude=y",
        "-n",
        "-d",
        "2",
        "--",
        "-c",
    ]);
    let value = |name: &str| run.values.get(name).cloned().unwrap_or_default();
    assert_eq!(value("src"), words(&["a", "b"]));
    assert_eq!(value("dst"), words(&["-c"]));
    assert_eq!(value("exclude"), words(&["-x", "y"]));
    assert_eq!(value("engine"), words(&["native"]));
    assert_eq!(value("depth"), words(&["2"]));
    assert!(!run.values.contains_key("one-file-system"));
    assert_eq!(run.options.running.jobs.as_deref(), Some("8"));
    assert!(run.options.running.dry_run);
    let run = ran(&[
        "a",
        "b",
        "--engine=exec",
        "--one-file-system",
        "--keep-order",
        "--joblog",
        "f",
        "--depth",
        "1",
        "--depth=3",
    ]);
    assert_eq!(run.values["engine"], words(&["exec"]));
    assert_eq!(run.values["one-file-system"], words(&["true"]));
    assert_eq!(run.values["depth"], words(&["3"]));
    assert!(run.options.output.keep_order && run.options.records.joblog.is_some());
}

#[test]
fn errors() {
    let usage = "usage: prun preset cptree [OPTIONS] <SRC>... <DST>";
    for (line, expected) in [
        (&["a"][..], format!("preset cptree: DST missing ({usage})")),
        (&[], format!("preset cptree: SRC and DST missing ({usage})")),
        (&["a", "b", "--engine=x"], "preset cptree: --engine x: give native or exec".to_owned()),
        (&["a", "b", "-d", "x"], "preset cptree: -d x: give a whole number".to_owned()),
        (&["a", "b", "--null"], "preset cptree: unknown option --null (it is an option of plain runs, presets do not have it)".to_owned()),
        (&["a", "b", "-I%"], "preset cptree: unknown option -I (it is an option of plain runs, presets do not have it)".to_owned()),
        (&["a", "b", "--resume"], "preset cptree: unknown option --resume (a preset that runs commands runs them all again; leaving out what is done is not built, so it takes no --resume)".to_owned()),
        (&["a", "b", "--results=x"], "preset cptree: unknown option --results (it is an option of plain runs, presets do not have it)".to_owned()),
        (&["a", "b", "--xyzzy"], "preset cptree: unknown option --xyzzy (prun preset cptree --help lists its options)".to_owned()),
        (&["a", "--engine", "exec", ""], "preset cptree: DST '': give a path".to_owned()),
        (&["a", "b", "--engin=x"], "preset cptree: unknown option --engin (did you mean --engine?)".to_owned()),
        (&["a", "b", "-k"], "preset cptree: unknown option -k (did you mean --keep-order?)".to_owned()),
        (&["a", "b", "--timeout=x"], "preset cptree: --timeout x: give a time from 1ms up as in 10, 1.5s, 1h30m, or a percentage of the median as in 200%".to_owned()),
    ] {
        assert_eq!(fault(line), expected, "{line:?}");
    }
    let none = PresetSpec {
        params: &[],
        ..spec(&[])
    };
    let error = parse_preset(&none, words(&["x"]), &[])
        .map(drop)
        .unwrap_err();
    assert_eq!(error.to_string(), "preset cptree: unexpected word 'x'");
}

#[test]
fn defaults_of_a_run_count_as_far_as_a_preset_has_them() {
    let defaults = [Defaults {
        origin: "config.toml".to_owned(),
        words: words(&["-0", "-j3", "-k", "--retries=2"]),
    }];
    let Ok(PresetParsed::Run(run)) = parsed(&["a", "b", "--retries=5", "--ungroup"], &defaults)
    else {
        panic!()
    };
    assert_eq!(run.options.running.jobs.as_deref(), Some("3"));
    assert_eq!(run.options.running.retries, Some(5));
    assert!(!run.options.output.keep_order);
    assert_eq!(run.origin_of("jobs"), Some("config.toml"));
    assert_eq!(run.origin_of("retries"), None);
    let Ok(PresetParsed::Run(run)) = parsed(&["a", "b", "--no-keep-order"], &defaults) else {
        panic!()
    };
    assert!(!run.options.output.keep_order && run.origin_of("keep-order").is_none());
    // Options that stand before `preset` are rewritten, these too.
    let PresetCall::Run { words: line, .. } = call(&["--no-keep-order", "preset", "p"]) else {
        panic!()
    };
    assert_eq!(line, words(&["--no-keep-order"]));
    let wrong = [Defaults {
        origin: "config.toml".to_owned(),
        words: words(&["--bogus"]),
    }];
    let error = parsed(&["a", "b"], &wrong).map(drop).unwrap_err();
    assert_eq!(error.to_string(), "in config.toml: unknown option --bogus");
}

#[test]
fn a_parameter_may_take_a_letter_but_not_a_name() {
    let with = |name: &str, letter| {
        [ParamSpec {
            letter,
            ..param(name, ParamKind::Option, ParamValue::Text)
        }]
    };
    let params = with("procs", Some('n'));
    let Ok(PresetParsed::Run(run)) = parse_preset(&spec(&params), words(&["-n", "4"]), &[]) else {
        panic!()
    };
    assert_eq!(run.values["procs"], words(&["4"]));
    assert!(!run.options.running.dry_run);
    for (name, letter, fault) in [
        ("jobs", None, "has the name of an option of prun"),
        ("max-procs", None, "has the name of an option of prun"),
        ("no-tag", None, "has the name of an option of prun"),
        ("help", None, "has the name of an option of prun"),
        (
            "Src",
            None,
            "has a name that is not made of a-z, 0-9, '-' and '_'",
        ),
        (
            "x",
            Some('h'),
            "has a letter that is not one of a-z, A-Z, 0-9, or is h",
        ),
    ] {
        let params = with(name, letter);
        let error = parse_preset(&spec(&params), Vec::new(), &[])
            .map(drop)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("preset cptree: its parameter '{name}' {fault}")
        );
    }
}

#[test]
fn help_shows_parameters_and_the_runners_options() {
    let long = printed(&["--help"]);
    for line in [
        "Copy a tree",
        "Usage: prun preset cptree [OPTIONS] <SRC>... <DST>",
        "  <SRC>...  the src",
        "  -d, --depth <N>             the depth",
        "--engine <native|exec>  the engine [default: native]",
        "-n, --dry-run",
        "-j, --jobs <N>",
        "--no-config",
        "All of it.",
    ] {
        assert!(long.contains(line), "{line}\n{long}");
    }
    assert!(
        !long.contains("-0, --null") && !long.contains("-t,"),
        "{long}"
    );
    let short = printed(&["a", "-h", "b"]);
    assert!(short.len() < long.len() && short.lines().all(|line| line.len() <= 80));
    assert!(long.lines().all(|line| line.len() <= 80), "{long}");
}

/// `prun preset --help` names the options of the runner that a preset has, and no other.
#[test]
fn the_text_about_presets_is_true() {
    let text = printed_presets();
    let named: std::collections::BTreeSet<&str> = text
        .split([' ', '\n', ',', ';', ':', '(', ')'])
        .filter(|word| word.starts_with("--"))
        .collect();
    let none = PresetSpec {
        params: &[],
        ..spec(&[])
    };
    let command = params::command(&none).unwrap();
    let mut expected: std::collections::BTreeSet<String> = command
        .get_arguments()
        .filter_map(|arg| Some(format!("--{}", arg.get_long()?)))
        .collect();
    // What it says presets do not have.
    for other in [
        "--wd",
        "--tty",
        "--interactive",
        "--resume",
        "--resume-failed",
    ] {
        assert!(expected.insert(other.to_owned()), "{other}");
    }
    // `prun -- preset`
    expected.insert("--".to_owned());
    assert_eq!(
        named
            .into_iter()
            .map(str::to_owned)
            .collect::<std::collections::BTreeSet<_>>(),
        expected
    );
}

fn printed_presets() -> String {
    match parse(words(&["preset", "--help"]), &[]) {
        Ok(Invocation::Print(text)) => text,
        other => panic!("{other:?}"),
    }
}
