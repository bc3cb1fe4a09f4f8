//! Which commands run without a shell, and that their words are exact.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::{HOSTILE, record, script, spec, text_words, words};
use crate::template::{Argv, Command, Template, TemplateError};

#[test]
fn plain_words_need_no_shell() {
    for text in [
        "echo <>",
        "cp -- <> /dst/<//>",
        "'my prog' \"a b\"<>",
        "ls a\\ b",
        "[ -f <> ]",
        "printf %s\\n <>",
        "find {} -name 'x*'",
        "true",
        "sed 's/a|b/c/' <>",
        "gzip -9k",
        "rsync a:b <>",
        "x=y-no <>".split_at(4).1,
        "./a=b <>",
        "<> --version",
        "<>",
        "prog --opt=<> 'a$b' \"don't\"",
        "git log --format=%H,%s <>",
        "ping -c1 <>",
        "cmd a#b !",
        "tar cf <>.tar </>",
    ] {
        let template = script(text, "sh").unwrap();
        assert!(!template.uses_shell(), "{text}");
    }
}

#[test]
fn shell_syntax_needs_a_shell() {
    for text in [
        "echo <> | cat",
        "echo <> > f",
        "a=b echo <>",
        "echo $HOME <>",
        "echo \"$HOME\" <>",
        "echo `date` <>",
        "ls *.c <>",
        "echo {a,b} <>",
        "echo {1..3} <>",
        "ls ~/x <>",
        "cd <>",
        "export A=<>",
        "if true; then echo <>; fi",
        "! true <>",
        "exec ls <>",
        "umask 022; cp <> x",
        "echo <>; true",
        "echo <> &",
        "ls [ab] <>",
        "ls a? <>",
        "time ls <>",
        "echo a # <> x\necho <>",
        ": <>",
        "{ echo <>; }",
        "command ls <>",
        "a+=b env <>",
        "make CFLAGS=~/x <>",
        "echo \\\n<>",
    ] {
        let template = script(text, "bash").unwrap();
        assert!(template.uses_shell(), "{text}");
    }
}

#[test]
fn argv_is_kept_exactly() {
    let odd: Vec<Vec<u8>> = ["p", "a b", "'x'", "$HOME", "*", "", "\\", "x=<>", "{}", "#"]
        .iter()
        .map(|word| word.as_bytes().to_vec())
        .collect();
    let template = Template::parse(&spec(Command::Argv(&odd), "sh")).unwrap();
    assert_eq!(
        text_words(&template, &[record(&[b"v w"])]),
        [
            "p", "a b", "'x'", "$HOME", "*", "", "\\", "x=v w", "{}", "#"
        ]
    );
    assert_eq!(template.program(), Some(&b"p"[..]));
}

fn argv(words: &[&str]) -> Result<Template, TemplateError> {
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
    Template::parse(&spec(Command::Argv(&words), "sh"))
}

#[test]
fn lone_operators_are_refused() {
    for operator in ["|", "||", "&&", "&", ";", "<", ">", ">>", "2>", "2>&1"] {
        let error = argv(&["sort", "<1>", operator, "x"]).unwrap_err();
        assert_eq!(
            error,
            TemplateError::Operator {
                word: operator.to_owned()
            }
        );
        assert!(error.to_string().contains("quote the whole command"));
    }
    assert!(argv(&["find", "<>", "-exec", "ls", "{}", ";"]).is_ok());
    assert!(argv(&["find", "<>", ";"]).is_err());
    assert!(argv(&["expr", "<1>", "|", "<2>"]).is_ok());
}

#[test]
fn commands_that_are_nothing() {
    let not_found = |name: &str| TemplateError::NotFound {
        name: name.to_owned(),
    };
    assert_eq!(
        script("no-such <>", "sh").unwrap_err(),
        not_found("no-such")
    );
    assert_eq!(argv(&["no-such", "<>"]).unwrap_err(), not_found("no-such"));
    assert_eq!(script(" \t", "sh").unwrap_err(), TemplateError::Empty);
    assert_eq!(argv(&[]).unwrap_err(), TemplateError::Empty);
    assert!(matches!(
        script("echo 'a", "sh"),
        Err(TemplateError::Unbalanced { .. })
    ));
    assert!(matches!(script("echo a\0", "sh"), Err(TemplateError::Nul)));
    let mut spec = spec(Command::Argv(&[]), "sh");
    let words = [b"cd".to_vec(), b"<>".to_vec()];
    spec.command = Command::Argv(&words);
    spec.is_program = Arc::new(|_| false);
    assert_eq!(
        Template::parse(&spec).unwrap_err(),
        TemplateError::NeedsShell {
            name: "cd".to_owned()
        }
    );
    // echo is in every shell.
    spec.command = Command::Script(b"echo <>");
    assert!(Template::parse(&spec).unwrap().uses_shell());
}

#[test]
fn functions_of_bash() {
    let functions = [b"doit".to_vec(), b"a-b".to_vec()];
    let mut spec = spec(Command::Script(b"doit <> x"), "/bin/dash");
    spec.functions = &functions;
    let template = Template::parse(&spec).unwrap();
    assert_eq!(
        text_words(&template, &[record(&[b"v"])]),
        [
            "bash",
            "-c",
            "_prun_1=${1}; shift 1; doit \"${_prun_1}\" x",
            "bash",
            "v"
        ]
    );
    spec.command = Command::Script(b"ls <> | doit");
    assert_eq!(
        Template::parse(&spec).unwrap().program(),
        Some(&b"bash"[..])
    );
    let shown = super::text_line(&Template::parse(&spec).unwrap(), &[record(&[b"v"])]);
    assert!(shown.starts_with("bash -c "), "{shown}");
    let words = [b"a-b".to_vec(), b"$x <>".to_vec()];
    spec.command = Command::Argv(&words);
    assert_eq!(
        text_words(&Template::parse(&spec).unwrap(), &[record(&[b"v"])]),
        ["bash", "-c", "a-b \"$@\"", "bash", "$x v"]
    );
}

#[test]
fn inputs_that_are_commands() {
    let asked = Arc::new(AtomicUsize::new(0));
    let mut spec = spec(Command::None, "dash");
    let count = Arc::clone(&asked);
    spec.is_program = Arc::new(move |name| {
        count.fetch_add(1, Ordering::Relaxed);
        name == b"ls" || name == b"echo"
    });
    let functions = [b"doit".to_vec()];
    spec.functions = &functions;
    let template = Template::parse(&spec).unwrap();
    let run = |line: &str| text_words(&template, &[record(&[line.as_bytes()])]);
    assert_eq!(run("ls '<>' {}1\\ x"), ["ls", "<>", "{}1 x"]);
    assert_eq!(run("ls -l 'a b'"), ["ls", "-l", "a b"]);
    assert_eq!(run("ls | cat"), ["dash", "-c", "ls | cat", "dash"]);
    assert_eq!(run("cd /"), ["dash", "-c", "cd /", "dash"]);
    assert_eq!(run("nothing x"), ["dash", "-c", "nothing x", "dash"]);
    assert_eq!(run("doit x"), ["bash", "-c", "doit x", "bash"]);
    assert_eq!(run("echo 'x"), ["dash", "-c", "echo 'x", "dash"]);
    assert_eq!(run(""), ["dash", "-c", "", "dash"]);
    let before = asked.load(Ordering::Relaxed);
    run("ls again");
    assert_eq!(
        asked.load(Ordering::Relaxed),
        before,
        "a name is looked up once"
    );
}

#[test]
fn hostile_values_are_words() {
    for value in HOSTILE {
        let rendered = words(
            &script("p 'a'<> \"<>\" '<>x'", "sh").unwrap(),
            &[record(&[value])],
        );
        assert_eq!(rendered[1], [b"a", *value].concat());
        assert_eq!(rendered[2], *value);
        assert_eq!(rendered[3], [*value, b"x"].concat());
    }
}

proptest! {
    #[test]
    fn any_words_are_exact(value in proptest::collection::vec(1_u8..=255, 0..40), other in proptest::collection::vec(1_u8..=255, 1..20)) {
        let template = Template::parse(&spec(Command::Argv(&[b"p".to_vec(), b"-<>-".to_vec(), b"\xff\xfe".to_vec()]), "sh")).unwrap();
        let rendered = words(&template, &[record(&[&value])]);
        prop_assert_eq!(&rendered[1], &[b"-", &*value, b"-"].concat());
        prop_assert_eq!(&rendered[2], b"\xff\xfe");
        // Bytes of the template itself survive being split.
        let mut text = b"p '".to_vec();
        text.extend(other.iter().filter(|byte| !b"'<>{}".contains(byte)));
        text.extend(b"' <>");
        let template = Template::parse(&spec(Command::Script(&text), "sh")).unwrap();
        let rendered = words(&template, &[record(&[&value])]);
        prop_assert_eq!(&rendered[1], &text[3..text.len() - 4]);
        prop_assert_eq!(&rendered[2], &value);
    }

    #[test]
    fn nothing_panics(text in proptest::collection::vec(0_u8..=255, 0..60), value in proptest::collection::vec(1_u8..=255, 0..9)) {
        for shell in ["sh", "bash", "zsh"] {
            if let Ok(template) = Template::parse(&spec(Command::Script(&text), shell)) {
                let records = [record(&[&value])];
                let mut argv = Argv::new();
                template.render(&super::values(&records), &mut argv);
                let line = super::line(&template, &records);
                prop_assert!(!line.contains(&b'\n'));
            }
        }
    }
}
