//! Files of rules, and the signs in front of patterns.

use std::os::unix::ffi::OsStrExt;

use super::*;

/// The rules of such a text, with the lines they stand on.
fn rules(kind: RuleKind, text: &[u8]) -> Vec<(Vec<u8>, u64)> {
    let mut filter = Filter::new();
    filter.read(kind, Path::new("rules"), text).unwrap();
    filter
        .counts()
        .map(|(rule, _)| match rule.origin() {
            Origin::Line { number, .. } => (rule.written().to_vec(), *number),
            Origin::Option => panic!("a line is no option"),
        })
        .collect()
}

fn one(text: &str, line: u64) -> (Vec<u8>, u64) {
    (text.as_bytes().to_vec(), line)
}

#[test]
fn blank_lines_and_comments_are_passed_over() {
    let text = b"\n\n;a\n#b\nzoo\n  \n #c\n- #d\na;b";
    assert_eq!(
        rules(RuleKind::Exclude, text),
        [
            one("zoo", 5),
            one("  ", 6),
            one(" #c", 7),
            one("- #d", 8),
            one("a;b", 9)
        ]
    );
}

#[test]
fn a_carriage_return_ends_a_line_too() {
    assert_eq!(
        rules(RuleKind::Exclude, b"a\r\n\r\nb\rc\r\n"),
        [one("a", 1), one("b", 3), one("c", 3)]
    );
}

#[test]
fn spaces_are_part_of_a_pattern() {
    let filter = filter(" x\ny \n-  z");
    for (name, decision) in [
        (" x", Decision::Leave),
        ("x", Decision::Take),
        ("y ", Decision::Leave),
        ("y", Decision::Take),
        (" z", Decision::Leave),
        ("z", Decision::Take),
    ] {
        assert_eq!(filter.decide(name.as_bytes(), false), decision, "{name:?}");
    }
}

#[test]
fn a_sign_says_the_kind_and_its_lack_is_the_options() {
    let text = b"a\n- b\n+ c\n-d\n+e\n-\n+\n-_f\n-\tg";
    for (kind, bare) in [
        (RuleKind::Exclude, Decision::Leave),
        (RuleKind::Include, Decision::Take),
    ] {
        let mut filter = Filter::new();
        filter.read(kind, Path::new("rules"), text).unwrap();
        filter.push(exclude("c"));
        for (name, decision) in [
            ("a", bare),
            ("b", Decision::Leave),
            ("c", Decision::Take),
            ("-d", bare),
            ("+e", bare),
            ("-", bare),
            ("+", bare),
            ("-_f", bare),
            ("-\tg", bare),
            ("d", Decision::Take),
            ("f", Decision::Take),
        ] {
            assert_eq!(filter.decide(name.as_bytes(), false), decision, "{name:?}");
        }
    }
}

#[test]
fn an_exclamation_mark_alone_clears() {
    assert_eq!(rules(RuleKind::Exclude, b"a\n!\nb"), [one("b", 3)]);
    assert_eq!(
        rules(RuleKind::Exclude, b"a\n! \n!b\n- !"),
        [one("a", 1), one("! ", 2), one("!b", 3), one("- !", 4)]
    );
    let mut filter = filter("a\nb");
    filter.push(Rule::parse(RuleKind::Include, b"!").unwrap());
    assert!(filter.is_empty());
}

#[test]
fn a_sign_without_a_pattern_is_an_error() {
    for text in ["- ", "+ "] {
        let error = Rule::parse(RuleKind::Exclude, text.as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`--exclude {text}` has no pattern behind its sign; write one, or leave the rule out"
            )
        );
        let mut kept = filter("a");
        let lines = format!("b\n\n{text}\nc");
        let error = kept
            .read(RuleKind::Include, Path::new("some/rules"), lines.as_bytes())
            .unwrap_err();
        assert!(
            error.to_string().starts_with(&format!(
                "`line 3 of some/rules (--include-from): {text}` has no"
            )),
            "{error}"
        );
        assert_eq!(kept.counts().count(), 1, "rules of the file were kept");
    }
}

/// A list that was written with NULs would else be read as one pattern.
#[test]
fn a_nul_is_an_error() {
    let mut filter = Filter::new();
    let error = filter
        .read(RuleKind::Exclude, Path::new("list"), b"a\nb\0c\0")
        .unwrap_err();
    assert!(matches!(error, FilterError::Nul { .. }), "{error}");
    assert!(error.to_string().contains("line 2 of list"), "{error}");
    assert!(Rule::parse(RuleKind::Exclude, b"\0").is_err());
}

#[test]
fn a_file_is_read_whatever_its_name_and_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(std::ffi::OsStr::from_bytes(b"rules \xff"));
    fs::write(&path, b"# comment\n\xff*\n").unwrap();
    let mut filter = Filter::new();
    filter.read_file(RuleKind::Exclude, &path).unwrap();
    assert_eq!(filter.decide(b"a/\xff\xfe", false), Decision::Leave);
    assert_eq!(filter.decide("\u{fffd}".as_bytes(), false), Decision::Take);
    fs::write(&path, "").unwrap();
    filter.read_file(RuleKind::Exclude, &path).unwrap();
    assert_eq!(filter.counts().count(), 1);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut filter = Filter::new();
    let missing = dir.path().join("none");
    for (path, errno) in [
        (missing.as_path(), "os error 2"),
        (dir.path(), "os error 21"),
    ] {
        let error = filter
            .read_file(RuleKind::Include, path)
            .unwrap_err()
            .to_string();
        for part in [path.to_str().unwrap(), "--include-from", errno] {
            assert!(error.contains(part), "{error} lacks {part}");
        }
    }
}
