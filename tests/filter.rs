//! Include and exclude rules against rsync itself: the same tree, the same rules, the same choice.
//!
//! No option of prun gives rules yet, so these ask the library. rsync is called with `--dry-run`: nothing is copied.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use prun::copy::filter::{Decision, Filter, FilterError, Rule, RuleKind, SizeLimits};
use prun::copy::units::{UnitError, parse_size};

use crate::support::{Dir, need};

/// Rules as they are given on a command line.
#[derive(Clone, Debug)]
enum Given {
    Option(RuleKind, Vec<u8>),
    File(RuleKind, Vec<u8>),
}

impl Given {
    fn shown(&self) -> String {
        let (origin, kind, text) = match self {
            Given::Option(kind, text) => ("option", kind, text),
            Given::File(kind, text) => ("file", kind, text),
        };
        format!("{kind:?} by {origin} `{}`", text.escape_ascii())
    }
}

type Make = fn(RuleKind, Vec<u8>) -> Given;

/// What is put into a tree.
#[derive(Clone, Copy, Debug)]
enum Thing {
    Directory,
    LinkToDirectory,
    File,
}

/// Names that patterns may meet, as bytes.
const NAMES: &[&[u8]] = &[
    b"a",
    b"b",
    b"x",
    b"foo",
    b"bar",
    b"fo",
    b"fooax",
    b"a.o",
    b".hid",
    b"*",
    b"a*b",
    b"[",
    b"]",
    b"\\",
    b"foo\\bar",
    b"-",
    b"!",
    b"+",
    b"a b",
    b" ",
    b"#c",
    b";c",
    b"\xff",
    b"\xc3\xa9",
    b"nl\nx",
    b"cr\rx",
    b"\\#141",
];

/// What patterns are made of, besides names.
const PIECES: &[&[u8]] = &[
    b"/",
    b"/",
    b"/",
    b"*",
    b"*",
    b"**",
    b"**/",
    b"/**",
    b"/***",
    b"***",
    b"?",
    b"[",
    b"]",
    b"[a-f]",
    b"[!a]",
    b"[^o]",
    b"[]a]",
    b"[[:alpha:]]",
    b"[![:punct:]x]",
    b"[[:nil:]]",
    b"[/]",
    b"[\\]]",
    b"[\x80-\xff]",
    b"\\",
    b"\\*",
    b"- ",
    b"+ ",
    b"!",
    b".",
    b"o",
    b"f",
    b"-",
    b":",
];

/// What may stand between two rules of a file.
const ENDS: &[&[u8]] = &[b"\n", b"\n", b"\r", b"\r\n", b"\n\n", b"\n#", b"\n;"];

/// Files of rules, each with something of its own.
const FILES: &[&str] = &[
    "a\r\nfoo\r\n",
    "a\rfoo\r\r",
    "\n\n;c\n#c\n a\n",
    "- ;c\n- #c\n ;c",
    "a\n!\nfoo",
    "a\n! \n!a\n- !",
    "+ a\n*\n",
    "- a\n-\n+",
    "a\n- ",
    "a \n- \tb\n-_x\n-  \n",
];

/// Each shows something of its own; rsync(1) has some of them.
const PATTERNS: &str = r"
    a foo foo/ /foo /foo/ //foo foo// foo//x ./foo . / // * /* */ */* */*/ ? ?? a?b *o *o/x o/x foo/* foo/*/x
    foo/bar foo/bar/ bar/x ** /** **/ **/** *** /*** ***/ **/*** /**/*** */*** */** foo** foo*** foo/** foo/***
    foo/**** foo/***/ foo/**/ /foo/** /foo/*** /foo/**/x foo/**/x foo/***x [f]oo/*** foo/ba*** **foo **/foo
    /**/foo **\/foo ***/x **//x **?x **x/ **[/]x **a/* **/*/x b**x b**/x */b**/x [**] \** \**b a\** *\*b*
    foo\bar foo\bar* foo\\bar foo\\bar* foo\/x foo\/x* foo\/* fo*\/ *\ x\ \x* [ [! [] [^] [a [[] []] [!]] [a-c]
    [c-a] [!a-z] [^a-z] [a-] [-a] [\]] [\\] [a\-z] [a-\z] [a-\] [[:alpha:]] [[:punct:]] [![:alnum:]] [[:foo:]]
    [[:foo:]a] [[: [[:] [[:a] [[:alpha] [[:alpha:] [[-]] [a[:punct:]-x] foo[a/b]x /foo[a/b]x **/foo[a/b]x [é][é]
    é - -_a + ! !a #c ;c \#141
";

/// The same, with white space in them, or empty.
const SPACED: &[&str] = &[
    "", "- ", "- a", "- - a", "+ ", "+ a", "! ", " ", "a b", "nl\nx", "cr\rx",
];

#[test]
fn each_pattern_means_what_rsync_means() {
    if !need("rsync") {
        return;
    }
    let dir = Dir::new();
    let source = dir.mkdir("source");
    for name in NAMES {
        let name = OsStr::from_bytes(name);
        fs::write(source.join(name), "").unwrap();
    }
    for (folder, names) in [
        ("d", &["a", "foo", "x", "a*b"][..]),
        ("d/e/bar/foo", &["x", "a"]),
        ("d/foo2/b", &["x", "\\#141"]),
    ] {
        fs::create_dir_all(source.join(folder)).unwrap();
        for name in names {
            fs::write(source.join(folder).join(name), "").unwrap();
        }
    }
    fs::remove_file(source.join("foo")).unwrap();
    fs::create_dir_all(source.join("foo/bar/foo")).unwrap();
    for name in ["x", "bar/x", "bar/foo/x", "xfoo"] {
        fs::write(source.join("foo").join(name), "").unwrap();
    }
    symlink(".", source.join("d/bar")).unwrap();
    let files = FILES.iter().map(|text| (Given::File as Make, *text));
    let patterns = PATTERNS.split_whitespace().chain(SPACED.iter().copied());
    let cases = files.chain(patterns.map(|pattern| (Given::Option as Make, pattern)));
    for (make, text) in cases {
        let excludes = make(RuleKind::Exclude, text.into());
        compare(&dir, &source, &[excludes]).unwrap_or_else(|e| panic!("{e}"));
        // An include shows only where something would be left out.
        let includes = make(RuleKind::Include, text.into());
        let rest = Given::Option(RuleKind::Exclude, b"[!df]*".to_vec());
        compare(&dir, &source, &[includes, rest]).unwrap_or_else(|e| panic!("{e}"));
    }
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    select(NAMES).prop_map(<[u8]>::to_vec)
}

fn tree() -> impl Strategy<Value = Vec<(Vec<Vec<u8>>, Thing)>> {
    let few = || prop_oneof![3 => select(&NAMES[..5]).prop_map(<[u8]>::to_vec), 1 => name()];
    let thing = prop_oneof![
        1 => Just(Thing::Directory),
        1 => Just(Thing::LinkToDirectory),
        2 => Just(Thing::File),
    ];
    prop::collection::vec((prop::collection::vec(few(), 1..5), thing), 1..25)
}

fn pattern() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        2 => select(&NAMES[..5]).prop_map(<[u8]>::to_vec),
        1 => name(),
        4 => select(PIECES).prop_map(<[u8]>::to_vec),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn given() -> impl Strategy<Value = Given> {
    let kind = || prop_oneof![2 => Just(RuleKind::Exclude), 1 => Just(RuleKind::Include)];
    let lines = prop::collection::vec((pattern(), select(ENDS)), 0..4);
    prop_oneof![
        3 => (kind(), pattern()).prop_map(|(kind, pattern)| Given::Option(kind, pattern)),
        1 => (kind(), lines).prop_map(|(kind, lines)| {
            let text = lines.iter().flat_map(|(line, end)| [&line[..], *end]).flatten();
            Given::File(kind, text.copied().collect())
        }),
    ]
}

/// `PROPTEST_CASES=10000` makes a campaign of it.
#[test]
fn any_rules_choose_from_any_tree_as_rsync_does() {
    // Asked once, outside of `proptest!`: a lack is one skip, not hundreds.
    if !need("rsync") {
        return;
    }
    let config = ProptestConfig::default();
    let mut runner = TestRunner::new(ProptestConfig {
        // Each case starts rsync, which is three processes.
        cases: config.cases / 2,
        failure_persistence: None,
        ..config
    });
    let input = (tree(), prop::collection::vec(given(), 1..6));
    let result = runner.run(&input, |(tree, given)| {
        let dir = Dir::new();
        let source = dir.mkdir("source");
        for (path, thing) in tree {
            let path = source.join(OsStr::from_bytes(&path.join(&b'/')));
            // What is there already as something else stays.
            let _ = fs::create_dir_all(path.parent().expect("it is below the source"));
            let _ = match thing {
                Thing::Directory => fs::create_dir(&path),
                Thing::LinkToDirectory => symlink("..", &path),
                Thing::File => fs::File::create_new(&path).map(drop),
            };
        }
        compare(&dir, &source, &given).map_err(TestCaseError::fail)
    });
    result.unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn sizes_mean_what_rsync_means() {
    if !need("rsync") {
        return;
    }
    for text in [
        "0", "1", "1.9999", "512b", ".5k", "1.k", "1k", "1K", "1kib", "1kb", "1kB-1", "1k+1",
        "1.1k", "1.1kb", "0.29kb", "4.35kb", "1.00001k", "1.5mb-1", "1.5m", "0.001g", "1bb",
        "00012", "1ki", "1k1", "1k+2", "k+", "1e3", "1..2", "-1", "+1", " 1", "1,5", "8192p",
    ] {
        let dir = Dir::new();
        let size = parse_size(text);
        let sizes: Vec<u64> = match size {
            Ok(size) => (size.saturating_sub(1)..=size + 1).collect(),
            Err(_) => vec![0, 1],
        };
        for size in &sizes {
            let file = fs::File::create(dir.join(size.to_string())).unwrap();
            file.set_len(*size).unwrap();
        }
        symlink("1", dir.join("link")).unwrap();
        for (option, limits) in [
            (
                "--max-size",
                size.clone().map(|size| SizeLimits {
                    min: 0,
                    max: Some(size),
                }),
            ),
            (
                "--min-size",
                size.clone().map(|size| SizeLimits {
                    min: size,
                    max: None,
                }),
            ),
        ] {
            let out = rsync(
                &[OsString::from(format!("{option}={text}"))],
                dir.path(),
                &dir,
            );
            let limits: Result<SizeLimits, UnitError> = limits;
            let ours = limits.map(|limits| {
                let takes = |size: &&u64| limits.decide(**size) == Decision::Take;
                let names = sizes
                    .iter()
                    .filter(takes)
                    .map(|size| size.to_string().into_bytes());
                names.chain([b"link".to_vec()]).collect()
            });
            assert_eq!(ours.ok(), theirs(&out), "{option}={text}: {out:?}");
        }
    }
}

/// Compares our choice with rsync's; the text of an error tells both.
fn compare(dir: &Dir, source: &Path, given: &[Given]) -> Result<(), String> {
    let mut options = Vec::new();
    for (number, given) in given.iter().enumerate() {
        let (option, value) = match given {
            Given::Option(RuleKind::Exclude, pattern) => ("--exclude=", pattern.clone()),
            Given::Option(RuleKind::Include, pattern) => ("--include=", pattern.clone()),
            Given::File(kind, text) => {
                let file = dir.write(format!("rules{number}"), text);
                let option = match kind {
                    RuleKind::Exclude => "--exclude-from=",
                    RuleKind::Include => "--include-from=",
                };
                (option, file.into_os_string().into_vec())
            }
        };
        options.push(OsString::from_vec([option.as_bytes(), &value].concat()));
    }
    let out = rsync(&options, source, dir);
    let ours = filter(dir, given).ok().map(|filter| {
        let mut chosen = BTreeSet::new();
        choose(&filter, source, &mut Vec::new(), &mut chosen);
        chosen
    });
    let theirs = theirs(&out);
    if ours == theirs {
        return Ok(());
    }
    let show =
        |one: &Option<BTreeSet<Vec<u8>>>, other: &Option<BTreeSet<Vec<u8>>>| match (one, other) {
            (None, _) => "an error".to_owned(),
            (Some(one), None) => format!("{} entries", one.len()),
            (Some(one), Some(other)) => {
                let more = one
                    .difference(other)
                    .map(|path| path.escape_ascii().to_string());
                more.collect::<Vec<_>>().join(", ")
            }
        };
    let rules: Vec<String> = given.iter().map(Given::shown).collect();
    Err(format!(
        "{}\nonly prun takes: {}\nonly rsync takes: {}\n{}",
        rules.join(" "),
        show(&ours, &theirs),
        show(&theirs, &ours),
        String::from_utf8_lossy(&out.stderr)
    ))
}

fn filter(dir: &Dir, given: &[Given]) -> Result<Filter, FilterError> {
    let mut filter = Filter::new();
    for (number, given) in given.iter().enumerate() {
        match given {
            Given::Option(kind, pattern) => filter.push(Rule::parse(*kind, pattern)?),
            Given::File(kind, _) => filter.read_file(*kind, &dir.join(format!("rules{number}")))?,
        }
    }
    Ok(filter)
}

/// What a copy would take of a directory, in rsync's form: a directory ends with a slash.
fn choose(filter: &Filter, folder: &Path, path: &mut Vec<u8>, chosen: &mut BTreeSet<Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("the source is readable") {
        let entry = entry.expect("the source is readable");
        let is_directory = entry.file_type().expect("a type").is_dir();
        let before = path.len();
        path.extend(entry.file_name().as_bytes());
        if filter.decide(path, is_directory) == Decision::Take {
            if is_directory {
                path.push(b'/');
                choose(filter, &entry.path(), path, chosen);
            }
            chosen.insert(path.clone());
        }
        path.truncate(before);
    }
}

fn rsync(options: &[OsString], source: &Path, dir: &Dir) -> Output {
    let mut slash = source.as_os_str().to_owned();
    slash.push("/");
    Command::new("rsync")
        .args(["--dry-run", "-rl", "--out-format=%n"])
        .args(options)
        .arg(slash)
        .arg(dir.join("destination"))
        .env("LC_ALL", "C")
        .output()
        .expect("rsync starts")
}

/// What rsync would take, or `None` if it refused its options.
fn theirs(out: &Output) -> Option<BTreeSet<Vec<u8>>> {
    if out.status.code() == Some(1) {
        return None;
    }
    assert!(out.status.success(), "{out:?}");
    let lines = out.stdout.split(|&byte| byte == b'\n');
    let names = lines.map(unescape);
    Some(
        names
            .filter(|name| !name.is_empty() && name != b"./")
            .collect(),
    )
}

/// A name as rsync prints it: a byte that it does not print is `\#` and three octal digits.
fn unescape(line: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    let mut rest = line;
    while let [first, after @ ..] = rest {
        let digits = rest.strip_prefix(b"\\#").and_then(|rest| rest.get(..3));
        let octal = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        name.push(octal.unwrap_or(*first));
        rest = octal.map_or(after, |_| &rest[5..]);
    }
    name
}
