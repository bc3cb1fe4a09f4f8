//! Patterns as they are written. Each answer here was rsync 3.5's.

use super::*;

/// A directory's path ends with a slash.
fn is_match(pattern: impl AsRef<[u8]>, path: impl AsRef<[u8]>) -> bool {
    let path = path.as_ref();
    let mut filter = Filter::new();
    filter.push(exclude(pattern));
    let name = path.strip_suffix(b"/").unwrap_or(path);
    filter.decide(name, path.ends_with(b"/")) == Decision::Leave
}

#[track_caller]
fn check(pattern: &str, matched: &[&str], others: &[&str]) {
    for path in matched {
        assert!(is_match(pattern, path), "{pattern:?} must match {path:?}");
    }
    for path in others {
        assert!(
            !is_match(pattern, path),
            "{pattern:?} must not match {path:?}"
        );
    }
}

#[test]
fn a_plain_name_is_the_last_component() {
    check(
        "foo",
        &["foo", "foo/", "a/foo", "a/b/foo"],
        &["foo/x", "afoo", "foox", "fo"],
    );
    check("", &[], &["", "a", "a/"]);
    check("foo\nbar", &["foo\nbar"], &["foo"]);
}

#[test]
fn a_slash_within_makes_it_the_last_components() {
    check(
        "foo/bar",
        &["foo/bar", "a/foo/bar"],
        &["bar", "foo", "xfoo/bar", "foo/bar/x", "foo/a/bar"],
    );
    check("foo//bar", &[], &["foo/bar"]);
    check("./foo", &[], &["foo", "a/foo"]);
}

#[test]
fn a_slash_in_front_is_the_root() {
    check("/foo", &["foo", "foo/"], &["a/foo", "foo/x"]);
    check("/foo/bar", &["foo/bar"], &["a/foo/bar", "foo"]);
    check("/*", &["foo", "a/"], &["a/foo"]);
    check("//foo", &[], &["foo"]);
    check("/", &[], &["foo", "foo/", "a/b"]);
    check("//", &[], &["foo/", "a/b/"]);
}

#[test]
fn a_slash_behind_is_a_directory() {
    check("foo/", &["foo/", "a/foo/"], &["foo", "a/foo", "foo/x"]);
    check("foo//", &[], &["foo/", "foo"]);
    check("*/", &["a/", "a/b/"], &["a", "a/b"]);
    check("**/", &["a/", "a/b/"], &["a", "a/b"]);
    check("/a/b/", &["a/b/"], &["a/b", "x/a/b/"]);
}

#[test]
fn one_star_stops_at_a_slash() {
    check("*.o", &[".o", "a.o", "d/a.o"], &["a.o.c", "a.o/x"]);
    check("a*b", &["ab", "axxb"], &["a/b", "ax/xb"]);
    check(
        "foo/*/bar",
        &["foo/a/bar", "x/foo/a/bar"],
        &["foo/bar", "foo/a/b/bar"],
    );
    check("*o/x", &["foo/x", "o/x", "a/o/x"], &["x"]);
    check("*/*", &["a/b", "a/b/c"], &["a"]);
    check("a?b", &["axb"], &["ab", "a/b", "axxb"]);
}

#[test]
fn two_stars_do_not() {
    check(
        "foo/**",
        &["foo/a", "foo/a/b", "x/foo/a"],
        &["foo", "foo/", "xfoo/a"],
    );
    check("/foo/**", &["foo/a"], &["x/foo/a"]);
    check("/foo/**/bar", &["foo/a/bar", "foo/a/b/bar"], &["foo/bar"]);
    check(
        "b**x",
        &["bx", "b/x", "b/a/x", "c/bar/x", "bar/x"],
        &["ab/y", "ab/cx"],
    );
    check("**a/*", &["a/b", "xa/b", "c/a/b"], &["a", "a/b/c"]);
    check("*/b**/x", &["a/b/x", "a/bar/c/x"], &["b/x"]);
    check("[**]x", &["*x", "a/*x"], &["ax", "x"]);
}

#[test]
fn two_stars_in_front_are_any_directories_or_none() {
    check("**/foo", &["foo", "a/foo", "a/b/foo"], &["afoo", "foo/x"]);
    check("**\\/foo", &["foo", "a/foo"], &["afoo"]);
    check("**foo", &["foo", "afoo", "a/bfoo"], &["foo/x"]);
    check("/**/foo", &["a/foo"], &["foo"]);
    check("**/*/foo", &["a/foo", "b/a/foo"], &["foo"]);
    check("**//foo", &[], &["foo", "a/foo"]);
    check("**?x", &["ax", "b/ax"], &["x", "b/x"]);
    check("**", &["a", "a/b"], &[]);
    check("**/**", &["a", "a/b"], &[]);
}

#[test]
fn three_stars_behind_are_a_directory_and_all_in_it() {
    for pattern in ["foo/***", "foo/****", "[f]oo/***"] {
        check(
            pattern,
            &["foo/", "foo/a", "foo/a/b", "x/foo/", "x/foo/a"],
            &["foo", "x/foo", "xfoo/a"],
        );
    }
    check("/foo/***", &["foo/", "foo/a"], &["foo", "x/foo/"]);
    check("foo/***/", &["foo/", "foo/a/"], &["foo", "foo/a"]);
    check("foo***", &["foo", "foobar", "foo/", "foo/a"], &["afoo"]);
    check("*/***", &["a/", "a/b", "a/b/"], &["a"]);
    check("/**/***", &["a/", "a/b"], &["a"]);
    check("**/***", &["a", "a/"], &[]);
    check("foo/***x", &["foo/x", "foo/a/x"], &["foo/", "foo/xa"]);
    check("***/foo", &["foo", "a/foo"], &["afoo"]);
}

#[test]
fn a_backslash_escapes_beside_a_wildcard_only() {
    check(r"foo\bar", &[r"foo\bar"], &["foobar"]);
    check(r"foo\bar*", &["foobar", "foobarx"], &[r"foo\bar"]);
    check(r"foo\\bar*", &[r"foo\bar"], &["foobar"]);
    check(r"foo\\bar", &[r"foo\\bar"], &[r"foo\bar"]);
    check(r"\*", &["*"], &["a", r"\*"]);
    check(r"\[a]", &["[a]"], &["a"]);
    check(r"foo\/x*", &["foo/x", "a/foo/xy"], &[r"foo\/x"]);
    check(r"a\**", &["a*", "a*b", "c/a*b"], &["ab", "a"]);
    check(r"x\", &[r"x\"], &["x"]);
    check(r"*\", &[], &["x", r"x\"]);
    check(r"fo*\/", &[], &["foo/", r"foo\/"]);
}

#[test]
fn a_class_is_one_byte_and_never_a_slash() {
    check("c[a-c]", &["ca", "cb", "cc"], &["cd", "c", "cab"]);
    for not in ["c[!a-z]", "c[^a-z]"] {
        check(not, &["c1", "cZ"], &["ca", "c/", "c"]);
    }
    check("a[!x]b", &["ayb"], &["a/b"]);
    check("/foo[a/b]x", &["fooax"], &["foo/x"]);
    check("foo[a/b]x", &[], &["fooax", "d/fooax", "foo/x"]);
    assert!(is_match(b"x[\xc3][\xa9]", "x\u{e9}") && is_match("x??", "x\u{e9}"));
    assert!(is_match(b"[\x80-\xff]", b"\xe9") && !is_match(b"[\x80-\xff]", "a"));
}

#[test]
fn classes_have_odd_corners() {
    for (pattern, members, others) in [
        ("[]]", "]", "a"),
        ("[!]]", "a[", "]"),
        ("[]-a]", "]^_`a", "[b"),
        ("[]!]", "]!", "a"),
        ("[a-]", "a-", "b"),
        ("[-a]", "a-", "b"),
        ("[0-9-z]", "059-z", "ay"),
        ("[z-a]", "z", "am-"),
        (r"[\]]", "]", r"\"),
        (r"[\\]", r"\", "]"),
        (r"[a\-z]", "a-z", "b"),
        (r"[\a-c]", "abc", r"\-"),
        (r"[0-\9]", "059", r"\-"),
        ("[^^]", "a!", "^"),
        ("[+--]", "+,-", "."),
        ("[[]", "[", "]"),
        ("[[:]", "[:", "]"),
        ("[[:a]", "[:a", "]"),
        ("[[:alpha]", "[:alph", "]b"),
        ("[[:alpha:]0-9]", "aZ0", ":_"),
        ("[[:digit:]-a]", "0-a", "b"),
        ("[![:space:]]", "a0", " \t"),
    ] {
        for (chars, is_member) in [(members, true), (others, false)] {
            for member in chars.chars() {
                let name = format!("c{member}");
                assert_eq!(
                    is_match(format!("c{pattern}"), &name),
                    is_member,
                    "{pattern} {name}"
                );
            }
        }
    }
}

#[test]
fn a_class_that_is_not_closed_or_unknown_matches_nothing() {
    for pattern in [
        "[",
        "[!",
        "[a",
        "[]",
        "[^]",
        "[a-",
        r"[a\",
        r"[a-\]",
        "[[:alpha:]",
        "[[:foo:]]",
        "[[::]]",
        "[[:ALPHA:]]",
        "[[:foo:]a]",
        "[a[:foo:]]",
        "[[:alpha::]]",
        "[[:",
    ] {
        check(
            &format!("*{pattern}"),
            &[],
            &["a", "[", "]", pattern, "[a", "a]", ":]"],
        );
    }
}

#[test]
fn kinds_are_those_of_the_c_locale() {
    for (kind, members) in [
        ("alnum", "0189aZ".to_owned()),
        ("alpha", "aZ".to_owned()),
        ("blank", " \t".to_owned()),
        ("cntrl", "\t\u{b}\n\r\u{7f}".to_owned()),
        ("digit", "0189".to_owned()),
        ("lower", "a".to_owned()),
        ("punct", "-,][\\^!_:=".to_owned()),
        ("space", " \t\n\u{b}\r".to_owned()),
        ("upper", "Z".to_owned()),
        ("xdigit", "0189a".to_owned()),
        ("graph", "0189aZ-,][\\^!_:=".to_owned()),
        ("print", "0189aZ-,][\\^!_:= ".to_owned()),
    ] {
        for byte in b"0189aZ-,][\\^!_:= \t\n\x0b\r\x7f\xe9" {
            let is_member = members.as_bytes().contains(byte);
            let found = is_match(format!("[[:{kind}:]]"), [*byte]);
            assert_eq!(found, is_member, "{kind} {:?}", char::from(*byte));
        }
    }
}
