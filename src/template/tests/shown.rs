//! The lines of `--dry-run` and the job log.

use super::{record, script, spec, text_line};
use crate::template::{Batch, Command, Template};

fn shown(text: &str, value: &str) -> String {
    text_line(&script(text, "sh").unwrap(), &[record(&[value.as_bytes()])])
}

#[test]
fn direct_commands() {
    assert_eq!(
        shown("cp -- <> /d/<//>", "a b/c.x"),
        "cp -- 'a b/c.x' '/d/a b'"
    );
    assert_eq!(shown("echo", "it's"), "echo 'it'\\''s'");
    assert_eq!(shown("ls <>", "a\nb\x01c'\\"), "ls $'a\\nb\\001c\\'\\\\'");
    assert_eq!(shown("ls <>", ""), "ls ''");
    assert_eq!(shown("ls <>", "=ls"), "ls '=ls'");
    assert_eq!(shown("ls <>", "é"), "ls 'é'");
    assert_eq!(shown("<> x", "a=b"), "'a=b' x");
    // The builtins of shells differ from the programs in these.
    assert_eq!(shown("echo <>", "a\\nb"), "env echo 'a\\nb'");
    assert_eq!(shown("echo <>", "-n"), "env echo -n");
    assert_eq!(shown("pwd", "-P"), "env pwd -P");
    assert_eq!(shown("printf '%s\\n' <>", "a\\b"), "printf '%s\\n' 'a\\b'");
}

#[test]
fn scripts_with_their_values() {
    assert_eq!(shown("echo <> | wc -c", "a b"), "echo 'a b' | wc -c");
    assert_eq!(shown("sort <> > <.>.out", "x.txt"), "sort x.txt > x.out");
    assert_eq!(shown("sort <>>out", "2"), "sort '2'>out");
    assert_eq!(
        shown("ls \"a <>\" 'b <>' | cat", "plain"),
        "ls \"a plain\" 'b plain' | cat"
    );
    assert_eq!(
        shown("ls \"a <>\" 'b <>' | cat", "$x'"),
        "ls \"a \"'$x'\\'''\"\" 'b ''$x'\\''''' | cat"
    );
    assert_eq!(
        shown("ls \"$HOME<>\" | cat", "x"),
        "ls \"$HOME\"'x'\"\" | cat"
    );
    assert_eq!(shown("cd <> && make", "a b"), "(cd 'a b' && make)");
    assert_eq!(shown("a=<>; ls \"$a\"", "x"), "(a=x; ls \"$a\")");
}

#[test]
fn scripts_that_shells_disagree_on() {
    for text in [
        "ls <> *",
        "ls <> $x",
        "ls <> | cat # x",
        "ls <>\ncat",
        "kill <> | cat",
        "ls <> &",
        "ls \"$1\" <> | cat",
        "ls <> | cat a!b",
        "ls <> {a,b}",
        "ls <> ~/x",
        "ls \"`x`<>\"",
    ] {
        let line = shown(text, "v");
        assert!(
            line.starts_with("sh -c '") || line.starts_with("sh -c $'"),
            "{text}: {line}"
        );
        assert!(line.ends_with(" sh v"), "{text}: {line}");
    }
    assert!(shown("echo <> | cat", "a\\b").starts_with("sh -c "));
    assert!(shown("echo <> | cat", "-n").starts_with("sh -c "));
}

#[test]
fn batches() {
    let mut spec = spec(Command::Script(b"ls x<> | cat"), "sh");
    spec.batch = Batch::Repeat;
    let template = Template::parse(&spec).unwrap();
    assert_eq!(
        text_line(&template, &[record(&[b"a"]), record(&[b"b c"])]),
        "ls xa x'b c' | cat"
    );
}
