//! What is a token, what it becomes, and what is left alone.

use super::{record, script, spec, text_words, values};
use crate::template::{Argv, Batch, Command, DestToken, Replace, Template, TemplateError, Text};

fn words_of(text: &str, replace: Replace<'_>, columns: &[&[u8]]) -> Vec<String> {
    let mut spec = spec(Command::Script(text.as_bytes()), "sh");
    spec.replace = replace;
    text_words(&Template::parse(&spec).unwrap(), &[record(columns)])
}

fn one(text: &str, value: &str) -> String {
    words_of(text, Replace::Auto, &[value.as_bytes()]).remove(1)
}

#[test]
fn modifiers() {
    let table = [
        (
            "a/b.c/d.tar.gz",
            "a/b.c/d.tar",
            "d.tar.gz",
            "a/b.c",
            "d.tar",
        ),
        ("d.d/x", "d.d/x", "x", "d.d", "x"),
        (".hidden", "", ".hidden", ".", ""),
        ("a.", "a", "a.", ".", "a"),
        ("a..", "a.", "a..", ".", "a."),
        ("..", ".", "..", ".", "."),
        ("a", "a", "a", ".", "a"),
        ("/a", "/a", "a", "/", "a"),
        ("a/b/", "a/b/", "", "a", ""),
        ("a//b", "a//b", "b", "a", "b"),
        ("//a", "//a", "a", "/", "a"),
        ("/", "/", "", "/", ""),
        ("", "", "", ".", ""),
        ("x.d/", "x.d/", "", ".", ""),
    ];
    for (value, no_extension, base, dir, plain) in table {
        assert_eq!(one("echo <>", value), value);
        assert_eq!(one("echo <.>", value), no_extension, "<.> of {value}");
        assert_eq!(one("echo </>", value), base, "</> of {value}");
        assert_eq!(one("echo <//>", value), dir, "<//> of {value}");
        assert_eq!(one("echo </.>", value), plain, "</.> of {value}");
        assert_eq!(one("echo {/.}", value), plain, "{{/.}} of {value}");
        assert_eq!(one("echo <1//>", value), dir);
        assert_eq!(one("echo <-1/.>", value), plain);
        assert_eq!(one("echo {1/}", value), base);
    }
}

#[test]
fn columns_and_numbers() {
    let columns: &[&[u8]] = &[b"a/x.c", b"b", b"c c"];
    let all = |text| words_of(text, Replace::Auto, columns)[1..].to_vec();
    assert_eq!(all("p <>"), ["a/x.c b c c"]);
    assert_eq!(all("p </.>"), ["x b c c"]);
    assert_eq!(all("p <1> <3> <-1> <-3.>"), ["a/x.c", "c c", "c c", "a/x"]);
    assert_eq!(all("p '<4>' <-4> <9/>"), ["", "", ""]);
    assert_eq!(all("p <#>-<%>"), ["7-3"]);
    assert_eq!(all("p {#}-{%} {2}"), ["7-3", "b"]);
}

#[test]
fn text_that_is_no_token() {
    for text in [
        "<0>", "<01>", "<+1>", "<foo>", "<1#>", "<dest>", "<,>", "< >", "<->", "{0}", "{a,b",
        "{1..3}x",
    ] {
        let template = script(&format!("echo '{text}'"), "sh").unwrap();
        assert_eq!(
            text_words(&template, &[record(&[b"v"])]),
            ["echo", text, "v"]
        );
    }
    assert_eq!(one("echo '3<>f' <>", "v"), "3<>f");
    assert_eq!(one("echo '&<1>f' <>", "v"), "&<1>f");
    assert_eq!(one("echo '<<>>' <>", "v"), "<>");
    assert_eq!(one("echo 'a<<>>b' {}", "v"), "a<>b");
    assert_eq!(one("echo '{}{.}' <>", "v"), "{}{.}");
    // Without any `<>` token the braces are tokens, but never after a dollar.
    assert_eq!(one("echo '${1}{}'", "v"), "${1}v");
}

#[test]
fn replacement_strings() {
    let with = |text, string: &'static str| {
        words_of(text, Replace::With(string.as_bytes()), &[b"v.c"])[1..].to_vec()
    };
    assert_eq!(
        with("p X '<>' {} '<1>' aXb", "X"),
        ["v.c", "<>", "{}", "<1>", "av.cb"]
    );
    assert_eq!(with("p '<>' {.} '<<>>'", "{}"), ["<>", "v", "<<>>"]);
    assert_eq!(with("p <.> {}", "<>"), ["v", "{}"]);
    assert_eq!(with("p a", "@"), ["a", "v.c"]);
    let mut empty = spec(Command::Script(b"p"), "sh");
    empty.replace = Replace::With(b"");
    assert_eq!(
        Template::parse(&empty).unwrap_err(),
        TemplateError::EmptyReplace
    );
}

#[test]
fn declared_names() {
    let names = [
        (b"file".to_vec(), 1),
        (b"a.".to_vec(), 0),
        (b"a".to_vec(), 1),
    ];
    let params = [(b"SRC".to_vec(), b"/s/<file> $x.d".to_vec())];
    let mut spec = spec(
        Command::Script(b"p <file> <file/.> <a.> <SRC> <SRC//> <SRC.> <dest> <dest/> <other>"),
        "sh",
    );
    spec.replace = Replace::Auto;
    spec.names = &names;
    spec.params = &params;
    spec.dest = DestToken::Declared;
    let words = ["p <file> <file/.> <a.> <SRC> <SRC//> <SRC.> <dest> <dest/> '<other>'"];
    spec.command = Command::Script(words[0].as_bytes());
    let template = Template::parse(&spec).unwrap();
    assert_eq!(
        text_words(&template, &[record(&[b"one", b"d/two.c"])])[1..],
        [
            "d/two.c",
            "two",
            "one",
            "/s/<file> $x.d",
            "/s",
            "/s/<file> $x",
            "/mnt/a",
            "a",
            "<other>"
        ]
    );
    let tokens: Vec<_> = template
        .tokens()
        .map(|token| String::from_utf8_lossy(token).into_owned())
        .collect();
    assert_eq!(tokens.len(), 8);
    assert_eq!(tokens[0], "<file>");
}

#[test]
fn values_are_not_scanned_again() {
    for value in ["<1>", "{}", "<>", "<<>>", "$1", "${_prun_1}"] {
        assert_eq!(one("echo <>", value), value);
        assert_eq!(one("echo {}", value), value);
        let template = script("echo <> | cat", "sh").unwrap();
        assert_eq!(
            text_words(&template, &[record(&[value.as_bytes()])])[4],
            value
        );
    }
}

#[test]
fn batches_of_words() {
    let records = [record(&[b"A"]), record(&[b"B"]), record(&[b"C"])];
    let rendered = |text: &str, batch| {
        let mut spec = spec(Command::Script(text.as_bytes()), "sh");
        spec.batch = batch;
        text_words(&Template::parse(&spec).unwrap(), &records)[1..].to_vec()
    };
    assert_eq!(
        rendered("p x<>y z", Batch::Repeat),
        ["xAy", "xBy", "xCy", "z"]
    );
    assert_eq!(rendered("p x<>y z", Batch::Insert), ["xA", "B", "Cy", "z"]);
    assert_eq!(rendered("p", Batch::Repeat), ["A", "B", "C"]);
    assert_eq!(rendered("p", Batch::Insert), ["A", "B", "C"]);
    assert_eq!(rendered("p <2> <-1> <4>", Batch::Repeat), ["B", "C", ""]);
    assert_eq!(
        rendered("p <>:<1>:<#>", Batch::Repeat),
        ["A:A:7", "B:A:7", "C:A:7"]
    );
    assert_eq!(
        rendered("p <>-<>", Batch::Insert),
        ["A", "B", "C-A", "B", "C"]
    );
}

#[test]
fn batches_in_scripts() {
    let records = [record(&[b"A a"]), record(&[b"B"])];
    let rendered = |text: &str, batch| {
        let mut spec = spec(Command::Script(text.as_bytes()), "sh");
        spec.batch = batch;
        let template = Template::parse(&spec).unwrap();
        text_words(&template, &records)[2..].to_vec()
    };
    assert_eq!(
        rendered("p x<>y | q \"<>\"", Batch::Repeat),
        [
            "_prun_1=${1}; _prun_2=${2}; _prun_3=${3}; shift 3; p x\"${_prun_1}\"y x\"${_prun_2}\"y | q \"${_prun_3}\"",
            "sh",
            "A a",
            "B",
            "A a B"
        ]
    );
    assert_eq!(
        rendered("p x<>y > <>", Batch::Insert)[0],
        "_prun_1=${1}; _prun_2=${2}; _prun_3=${3}; shift 3; p x\"${_prun_1}\" \"${_prun_2}\"y > \"${_prun_3}\""
    );
    assert_eq!(
        rendered("[ -f <> ] && x=<> p", Batch::Repeat)[0],
        "_prun_1=${1}; shift 1; [ -f \"${_prun_1}\" ] && x=\"${_prun_1}\" p \"${_prun_1}\""
            .replace(" p \"${_prun_1}\"", " p")
    );
}

#[test]
fn lengths_are_upper_bounds() {
    let records: Vec<_> = (0..40).map(|index| record(&[&vec![b'x'; index]])).collect();
    for text in [
        "p x<>y z <1>",
        "p",
        "p </> <//>a | q \"<>\" <>",
        "p <> > <#>",
    ] {
        for batch in [Batch::Repeat, Batch::Insert] {
            let mut spec = spec(Command::Script(text.as_bytes()), "sh");
            spec.batch = batch;
            let template = Template::parse(&spec).unwrap();
            for count in 1..records.len() {
                let mut argv = Argv::new();
                template.render(&values(&records[..count]), &mut argv);
                let bound: usize = records[..count]
                    .iter()
                    .map(|record| template.record_len(record))
                    .sum();
                assert!(
                    argv.total_bytes() <= template.fixed_len() + bound,
                    "{text} {batch:?} {count}"
                );
            }
        }
    }
}

#[test]
fn lengths_of_words_are_exact() {
    let records = [record(&[b"a"]), record(&[b"b/c.d", b"e f"]), record(&[b""])];
    for text in ["echo", "echo <>", "p x<>y </> z", "p <#>", "p '<> <//>'"] {
        for batch in [Batch::Repeat, Batch::Insert] {
            let mut spec = spec(Command::Script(text.as_bytes()), "sh");
            spec.batch = batch;
            let template = Template::parse(&spec).unwrap();
            let mut argv = Argv::new();
            template.render(&values(&records), &mut argv);
            let numbers = if text.contains('#') { 19 } else { 0 };
            let counted: usize = records
                .iter()
                .map(|record| template.record_len(record))
                .sum();
            assert_eq!(
                argv.total_bytes() + numbers,
                template.fixed_len() + counted,
                "{text} {batch:?}"
            );
        }
    }
    let mut spec = spec(Command::Script(b"echo"), "sh");
    spec.batch = Batch::Repeat;
    let template = Template::parse(&spec).unwrap();
    assert_eq!(template.fixed_len(), 5);
    assert_eq!(template.record_len(&record(&[&[b'a'; 13]])), 14);
}

#[test]
fn the_whole_input_where_columns_are_groups() {
    let mut input = record(&[b"a", b"b"]);
    input.set_whole(b"a-b.c");
    let template = script("p <> <.> <1> <2>", "sh").unwrap();
    assert_eq!(
        text_words(&template, std::slice::from_ref(&input)),
        ["p", "a-b.c", "a-b", "a", "b"]
    );
    let mut spec = spec(Command::Script(b"p"), "sh");
    spec.batch = Batch::Repeat;
    let template = Template::parse(&spec).unwrap();
    assert_eq!(template.record_len(&input), 6);
}

#[test]
fn texts() {
    let names = [(b"n".to_vec(), 1)];
    let text = Text::parse(
        b"<1>/<n.>:<#> <x>",
        Replace::Auto,
        &names,
        &[],
        DestToken::Undeclared,
    )
    .unwrap();
    let records = [record(&[b"a", b"b.c"])];
    let mut out = b">".to_vec();
    text.render(&values(&records), &mut out);
    assert_eq!(out, b">a/b:7 <x>");
    assert!(!text.is_constant());
    let constant = Text::parse(b"<x>", Replace::Auto, &names, &[], DestToken::Undeclared).unwrap();
    assert!(constant.is_constant());
}
