//! The options of presets that copy or compare natively.

use super::*;
use crate::copy::verify::Kinds;
use crate::copy::{Attribute, Follow, Preserve};
use std::ffi::OsStr;

fn spec(params: &[ParamSpec], native: NativeOptions) -> PresetSpec<'_> {
    PresetSpec {
        name: OsStr::new("cptree"),
        about: "Copy a tree",
        long_about: "",
        params,
        native,
        destination: None,
    }
}

fn parsed(line: &[&str], native: NativeOptions) -> Result<PresetParsed, CliError> {
    parse_preset(&spec(&[], native), words(line), &[])
}

fn ran(line: &[&str], native: NativeOptions) -> PresetRun {
    match parsed(line, native) {
        Ok(PresetParsed::Run(run)) => *run,
        other => panic!("{line:?}: {other:?}"),
    }
}

fn copy(line: &[&str]) -> (CopyArgs, TellingArgs) {
    match ran(line, NativeOptions::Copy).native {
        NativeArgs::Copy(copy, telling) => (*copy, telling),
        other => panic!("{line:?}: {other:?}"),
    }
}

fn fault(line: &[&str], native: NativeOptions) -> String {
    let error = parsed(line, native).map(drop).unwrap_err();
    assert_eq!(error.status(), 2);
    error
        .to_string()
        .trim_start_matches("preset cptree: ")
        .to_owned()
}

#[test]
fn the_definitions_hold() {
    for native in [
        NativeOptions::None,
        NativeOptions::Copy,
        NativeOptions::Verify,
    ] {
        params::command(&spec(&[], native)).unwrap().debug_assert();
    }
}

#[test]
fn what_is_kept_is_what_cp_keeps() {
    use Attribute::{Links, Mode, Ownership, Timestamps, Xattr};
    let set = |attributes: &[Attribute]| {
        let all = attributes.iter();
        all.fold(Preserve::NONE, |set, attribute| set.with(*attribute))
    };
    let usual = set(&[Mode, Ownership, Timestamps]);
    for (line, kept) in [
        (&[][..], Preserve::ALL),
        (&["-a"], Preserve::ALL),
        (&["-R", "-x"], Preserve::ALL),
        (&["-p"], usual),
        (&["--preserve"], usual),
        (&["-d"], set(&[Links])),
        (&["-dp"], usual.with(Links)),
        (&["-p", "-a"], Preserve::ALL),
        (&["-ap"], Preserve::ALL),
        (&["--preserve=mode"], set(&[Mode])),
        (&["--preserve=m,time,x"], set(&[Mode, Timestamps, Xattr])),
        (
            &["--preserve=mode", "--preserve=links"],
            set(&[Mode, Links]),
        ),
        (&["--preserve=all"], Preserve::ALL),
        (&["--no-preserve=xattr"], Preserve::ALL.without(Xattr)),
        (&["-a", "--no-preserve", "links,xattr"], usual),
        (&["--no-preserve=mode", "-p"], usual),
        (&["-p", "--no-preserve=mode"], usual.without(Mode)),
        (&["--as-article"], Preserve::NONE),
        (&["--as-article", "--preserve=mode"], set(&[Mode])),
        (&["--preserve=mode", "--as-article"], Preserve::NONE),
    ] {
        assert_eq!(copy(line).0.preserve(), kept, "{line:?}");
    }
}

#[test]
fn the_last_one_says_which_links_are_followed() {
    for (line, follow) in [
        (&[][..], Follow::Never),
        (&["-L"], Follow::Always),
        (&["-LP"], Follow::Never),
        (&["-P", "--dereference"], Follow::Always),
        (&["-La"], Follow::Never),
        (&["-aL"], Follow::Always),
        (&["-Ld"], Follow::Never),
        (&["-LH"], Follow::Never),
        (&["-HL", "-r"], Follow::Always),
    ] {
        assert_eq!(copy(line).0.follow(), follow, "{line:?}");
    }
}

#[test]
fn rules_keep_their_order_across_options() {
    let (args, _) = copy(&[
        "--include=*/",
        "--exclude",
        "-x",
        "--exclude-from=a b",
        "--include-from",
        "-",
        "--exclude=*",
    ]);
    let text = |sense, text: &str| RuleArg {
        sense,
        place: RulePlace::Text(text.into()),
    };
    let file = |sense, path: &str| RuleArg {
        sense,
        place: RulePlace::File(path.into()),
    };
    assert_eq!(
        args.rules(),
        [
            text(RuleSense::Include, "*/"),
            text(RuleSense::Exclude, "-x"),
            file(RuleSense::Exclude, "a b"),
            file(RuleSense::Include, "-"),
            text(RuleSense::Exclude, "*"),
        ]
    );
}

#[test]
fn values_are_read() {
    let (args, telling) = copy(&[
        "--bwlimit=2",
        "--files-limit=500/s",
        "--min-size=1K",
        "--max-size",
        "1.5MB",
        "--modify-window=1000",
        "--delete",
        "--max-delete=0",
        "--verify=checksum",
        "--require=acl,owner",
        "--on-full=continue",
        "--no-clobber",
        "--exit=rsync",
        "--progress",
        "--no-progress",
        "-n",
        "--retries=7",
    ]);
    assert_eq!(args.bytes_per_second().map(Into::into), Some(2048_u64));
    assert_eq!(args.files_per_second().map(Into::into), Some(500_u64));
    assert_eq!(
        (args.min_size, args.max_size),
        (Some(1024), Some(1_500_000))
    );
    assert_eq!(args.modify_window, Some(1000));
    assert!(args.deletes() && args.max_delete == Some(0));
    assert_eq!(args.verify(), VerifyArg::Contents);
    assert_eq!(args.require.unwrap().0, [Required::Acl, Required::Owner]);
    assert_eq!(args.on_full, Some(OnFullArg::Continue));
    assert!(args.ignore_existing);
    assert_eq!(telling.exit, Some(ExitArg::Rsync));
    assert_eq!(telling.progress(), ProgressArg::Never);
    let (args, telling) = copy(&["--delete=after", "--verify", "--no-progress", "--progress"]);
    assert!(args.deletes());
    assert_eq!(args.verify(), VerifyArg::Metadata);
    assert_eq!(telling.progress(), ProgressArg::Always);
    let (_, telling) = copy(&["--no-progress", "--progress=json"]);
    assert_eq!(telling.progress(), ProgressArg::Json);
    let (args, telling) = copy(&["--bwlimit=0"]);
    assert!(args.bytes_per_second().is_none() && !args.deletes());
    assert_eq!(args.verify(), VerifyArg::No);
    assert_eq!(telling.progress(), ProgressArg::Auto);
}

#[test]
fn wrong_values_say_what_is_right() {
    for (option, said) in [
        (
            "--preserve=mode,foo",
            "give a list of: mode,ownership,timestamps,links,xattr,all",
        ),
        (
            "--preserve=",
            "give a list of: mode,ownership,timestamps,links,xattr,all",
        ),
        (
            "--preserve=context",
            "security contexts are extended attributes; give xattr",
        ),
        (
            "--no-preserve=x,,",
            "give a list of: mode,ownership,timestamps,links,xattr,all",
        ),
        ("--delete=before", "give --delete or --delete=after"),
        ("--verify=md5", "give --verify or --verify=checksum"),
        (
            "--bwlimit=x",
            "give KiB a second, or a number with a unit as 512B, 500K, 10M, 1.5GB; 0 is no limit",
        ),
        (
            "--bwlimit=1B",
            "give 512B or more, or 0 for no limit (without a unit it is KiB)",
        ),
        (
            "--files-limit=x",
            "give a number of files a second; 0 is no limit",
        ),
        (
            "--min-size=x",
            "give a number, then B K M G T or P (of 1024), or KB MB GB (of 1000), as 1.5M or 10GB",
        ),
        ("--max-size=9000P", "the largest size is 8192P-1"),
        ("--modify-window=+1", "give a whole number"),
        ("--max-delete=-1", "give a whole number"),
        (
            "--require=all",
            "give a list of: owner,mode,acl,xattr,times,links",
        ),
        ("--exit=cp", "give prun or rsync"),
        ("--on-full=wait", "give stop or continue"),
    ] {
        let (name, value) = option.split_once('=').unwrap();
        let value = if value.is_empty() { "''" } else { value };
        let expected = format!("{name} {value}: {said}");
        assert_eq!(fault(&[option], NativeOptions::Copy), expected);
    }
    for (line, said) in [
        (&["--max-delete=1"][..], "--max-delete needs --delete"),
        (&["--resume"], "--resume needs --journal FILE"),
        (
            &["--checksum=md5"],
            "--checksum takes no value, but has 'md5'",
        ),
        (&["-S"], "unknown option -S"),
    ] {
        assert_eq!(fault(line, NativeOptions::Copy), said);
    }
    assert!(fault(&["--ignore=mtime:disk"], NativeOptions::Verify).contains("mtime"));
    assert_eq!(
        fault(&["--delete"], NativeOptions::Verify),
        "unknown option --delete"
    );
    assert_eq!(
        fault(&["--delete"], NativeOptions::None),
        "unknown option --delete"
    );
}

#[test]
fn kinds_to_ignore_add_up() {
    let run = ran(
        &["-c", "--ignore=xattr,acl", "--ignore", "mtime:dir"],
        NativeOptions::Verify,
    );
    let NativeArgs::Verify(args) = run.native else {
        panic!()
    };
    assert!(args.checksum);
    let all = args.ignore.iter().copied().fold(Kinds::NONE, Kinds::union);
    assert_eq!(Ok(all), "acl,mtime:dir,xattr".parse());
}

#[test]
fn what_was_typed_for_jobs_or_for_copies_is_told_apart() {
    let typed = |line: &[&str], native| {
        let typed = ran(line, native).typed;
        (typed.of_jobs, typed.of_native)
    };
    let names = |names: &[&str]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
    let line = [
        "-j2",
        "-v",
        "-rPH",
        "--tag",
        "-c",
        "--retries=2",
        "--exit=rsync",
        "--stats",
        "--nice=3",
    ];
    assert_eq!(
        typed(&line, NativeOptions::Copy),
        (names(&["--tag"]), names(&["-c", "--stats"]))
    );
    assert_eq!(
        typed(
            &["-v", "--retries=2", "--halt=0", "-c"],
            NativeOptions::Verify
        ),
        (names(&["-v", "--retries", "--halt"]), names(&["-c"]))
    );
    // A default that the user has set for all runs was not typed here.
    let defaults = [Defaults {
        origin: "config.toml".to_owned(),
        words: words(&["--tag", "--halt=now,fail=1"]),
    }];
    let Ok(PresetParsed::Run(run)) =
        parse_preset(&spec(&[], NativeOptions::Copy), words(&["-n"]), &defaults)
    else {
        panic!()
    };
    assert_eq!(run.typed, Typed::default());
    assert!(run.options.output.tag);
}

#[test]
fn help_has_every_option_and_fits() {
    for native in [NativeOptions::Copy, NativeOptions::Verify] {
        let command = params::command(&spec(&[], native)).unwrap();
        for form in ["-h", "--help"] {
            let Ok(PresetParsed::Print(text)) = parsed(&[form], native) else {
                panic!()
            };
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
            if form == "-h" {
                assert!(text.lines().count() <= 45, "{text}");
                continue;
            }
            for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
                let name = arg.get_long().map_or_else(
                    || format!("  -{}", arg.get_short().unwrap()),
                    |long| format!("--{long}"),
                );
                assert!(text.contains(&name), "{name}");
            }
            assert_eq!(
                text.contains("\nCopying:\n  A preset"),
                native == NativeOptions::Copy
            );
        }
    }
}

#[test]
fn the_man_page_has_the_options_of_copies() {
    let page = String::from_utf8(generate(Doc::Man, &[])).unwrap();
    for native in [params::copying(), params::verifying()] {
        for arg in native.get_arguments() {
            let help = arg
                .get_help()
                .unwrap()
                .to_string()
                .replace('\\', "\\\\")
                .replace('-', "\\-")
                .replace('\'', "\\*(Aq");
            assert!(page.contains(&format!("\n{help}\n")), "{help}");
        }
    }
    for section in ["COPYING", "\"EXIT STATUS\"", "FILES"] {
        assert_eq!(
            page.matches(&format!("\n.SH {section}\n")).count(),
            1,
            "{section}"
        );
    }
}

#[test]
fn a_parameter_cannot_have_the_name_of_an_option_of_copies() {
    let param = ParamSpec {
        name: "checksum".to_owned(),
        letter: None,
        kind: ParamKind::Option,
        value: ParamValue::Text,
        help: String::new(),
        default: None,
        presence: Presence::Optional,
        repeat: Repeat::Once,
    };
    let params = [param];
    assert!(params::command(&spec(&params, NativeOptions::None)).is_ok());
    let error = params::command(&spec(&params, NativeOptions::Copy)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("has the name of an option of prun")
    );
}
