//! Tokens and their families, the ways a command is run, and the promise that a value never becomes code.

use std::process::{Command, Stdio};

use crate::support::{Dir, nasty_values, need, prun};

#[test]
fn every_token() {
    let out = "a/b.c/file.tar.gz|a/b.c/file.tar|file.tar.gz|a/b.c|file.tar|1|1\n";
    prun([
        "-j1",
        "echo '<>|<.>|</>|<//>|</.>|<#>|<%>'",
        ":::",
        "a/b.c/file.tar.gz",
    ])
    .stdout(out)
    .run();
    prun(["-j1", "-k", "echo <#>", ":::", "a", "b"])
        .stdout("1\n2\n")
        .run();
}

#[test]
fn column_tokens() {
    let template = "echo <1> <2.> <2/> <2//> <2/.> <-1> <-2>";
    prun([template, ":::", "x", ":::", "d/f.c"])
        .stdout("x d/f f.c d f d/f.c x\n")
        .run();
    prun(["echo [<3>]", ":::", "x", ":::", "y"])
        .stdout("[]\n")
        .run();
}

#[test]
fn path_parts_at_their_edges() {
    let parts = |value: &str| {
        prun([
            "-j1", "printf", "%s|", "<.>", "</>", "<//>", "</.>", ":::", value,
        ])
    };
    parts("plain").stdout("plain|plain|.|plain|").run();
    parts("/root").stdout("/root|root|/|root|").run();
    parts(".hidden.x")
        .stdout(".hidden|.hidden.x|.|.hidden|")
        .run();
    parts("d.d/x").stdout("d.d/x|x|d.d|x|").run();
}

#[test]
fn several_columns_are_joined_in_the_whole_input() {
    prun(["echo", "[<>]", ":::", "a", ":::", "b"])
        .stdout("[a b]\n")
        .run();
}

#[test]
fn no_token_appends_the_input() {
    prun(["-k", "echo", "x", ":::", "a b", "c"])
        .stdout("x a b\nx c\n")
        .run();
    prun(["-k", "echo x", ":::", "a  b"])
        .stdout("x a  b\n")
        .run();
    prun(["-k", "echo x; echo", ":::", "a  b"])
        .stdout("x\na  b\n")
        .run();
}

#[test]
fn braces_are_tokens_where_no_angle_token_is() {
    prun(["-k", "echo", "{}", "{.}", "{#}", ":::", "a.c"])
        .stdout("a.c a 1\n")
        .run();
    prun(["-k", "echo", "{}", "<>", ":::", "a.c"])
        .stdout("{} a.c\n")
        .run();
    prun(["-k", "echo", "{1}-{2}", ":::", "a", ":::", "b"])
        .stdout("a-b\n")
        .run();
}

#[test]
fn a_replacement_string_of_ones_own() {
    prun(["-k", "-I", "%", "echo", "x%y", "x<>y", "{}", ":::", "a"])
        .stdout("xay x<>y {}\n")
        .run();
    prun(["-k", "-I", "{}", "echo", "{/} {//} <>", ":::", "d/a"])
        .stdout("a d <>\n")
        .run();
}

#[test]
fn what_is_no_token_is_text() {
    prun(["-k", "echo", "x<<>>y", "<>", ":::", "a"])
        .stdout("x<>y a\n")
        .run();
    prun(["-k", "echo", "<<>>", "<>", ":::", "a"])
        .stdout("<> a\n")
        .run();
    prun(["-k", "echo", "<name>", "<>", ":::", "a"])
        .stdout("<name> a\n")
        .run();
    prun(["-k", "echo", "x3<>f", "<>", ":::", "a"])
        .stdout("x3<>f a\n")
        .run();
}

#[test]
fn a_redirection_is_not_a_token() {
    let ran = prun(["cat 3<>file; echo <>", ":::", "a"])
        .stdout("a\n")
        .run();
    assert!(
        ran.dir.has("file"),
        "`3<>file` opens for reading and writing"
    );
}

#[test]
fn one_word_without_shell_syntax_starts_no_shell() {
    // The parent of the job is prun itself.
    let ran = prun(["sh ./parent <>", ":::", "a b"])
        .file("parent", "ps -o comm= -p $PPID; echo \"$#:$1\"")
        .stdout_any()
        .run();
    assert_eq!(ran.text(), "prun\n1:a b\n");
}

#[test]
fn a_token_stays_in_its_word() {
    prun(["-k", "printf '[%s]' x<>y '<> z'", ":::", "a b", "*"])
        .stdout("[xa by][a b z][x*y][* z]")
        .run();
}

#[test]
fn builtins_keywords_and_syntax_get_a_shell() {
    prun(["cd / && pwd; : <>", ":::", "a"]).stdout("/\n").run();
    prun(["-k", "echo <> | tr a-z A-Z", ":::", "a"])
        .stdout("A\n")
        .run();
    prun(["-k", "for x in 1 2; do echo $x<>; done", ":::", "a"])
        .stdout("1a\n2a\n")
        .run();
    prun(["-k", "echo $((1 + 2)) <>", ":::", "a"])
        .stdout("3 a\n")
        .run();
    prun(["-k", "export X=<>; printenv X", ":::", "a b"])
        .stdout("a b\n")
        .run();
    prun(["-k", "V=<> printenv V", ":::", "a b"])
        .stdout("a b\n")
        .run();
}

#[test]
fn functions_that_bash_exported_can_be_called() {
    if !need("bash") {
        return;
    }
    let script = "greet() { printf 'hello [%s]\\n' \"$1\"; }; export -f greet";
    prun(["-k", "greet <>", ":::", "a b", "$x"])
        .prelude(script)
        .stdout("hello [a b]\nhello [$x]\n")
        .run();
}

#[test]
fn the_shell_can_be_chosen() {
    if !need("dash") || !need("bash") {
        return;
    }
    let which = "echo ${BASH_VERSION:+bash}${BASH_VERSION:-dash} >/dev/null; [ -n \"$BASH_VERSION\" ] && echo bash || echo other; : <>";
    prun(["--shell", "bash", which, ":::", "a"])
        .stdout("bash\n")
        .run();
    prun(["--shell", "dash", which, ":::", "a"])
        .stdout("other\n")
        .run();
    prun([which, ":::", "a"])
        .env("PRUN_SHELL", "bash")
        .stdout("bash\n")
        .run();
    prun(["--shell", "dash", which, ":::", "a"])
        .env("PRUN_SHELL", "bash")
        .stdout("other\n")
        .run();
}

/// Each position in which a value may stand in a script; every one prints the value between brackets.
const POSITIONS: &[&str] = &[
    "printf '[%s]' <>; :",
    "printf '[%s]' \"<>\"; :",
    "printf '[%s]' '<>'; :",
    "printf '%s' \"[\"<>\"]\"; :",
    "printf '%s' '['\"<>\"']'; :",
    "v=<>; printf '[%s]' \"$v\"",
    "v=${nothing:-<>}; printf '[%s]' \"$v\"",
    "printf '[%s]' \"$(printf '%s.' <>)\" | sed '$s/\\.\\]$/]/'",
    "if true; then printf '[%s]' <>; fi",
    "(printf '[%s]' <>) # a comment that says <>",
    "f() { printf '[%s]' \"$1\"; }; f <>",
    "printf '[%s]' <> 2>&1 | cat",
];

#[test]
fn a_value_passes_through_a_script_exactly() {
    for shell in ["dash", "bash"] {
        if !need(shell) {
            continue;
        }
        for position in POSITIONS {
            passes_exactly(&["--shell", shell], &[position], position.contains("$("));
        }
    }
}

#[test]
fn a_value_passes_without_a_shell_exactly() {
    passes_exactly(&[], &["printf '[%s]' <>"], false);
    passes_exactly(&[], &["printf", "[%s]", "<>"], false);
    passes_exactly(&[], &["printf", "[%s]"], false);
    passes_exactly(&[], &["printf '[%s]'"], false);
    passes_exactly(&["-I", "X9X"], &["printf '[%s]' X9X"], false);
}

/// All nasty values in one run, NUL-separated on stdin, come out between brackets and in order; none of them ran anything.
#[track_caller]
fn passes_exactly(options: &[&str], template: &[&str], drops_newlines: bool) {
    let values: Vec<Vec<u8>> = nasty_values()
        .into_iter()
        .filter(|value| !drops_newlines || !value.ends_with(b"\n"))
        .collect();
    let stdin: Vec<u8> = values
        .iter()
        .flat_map(|value| [value.as_slice(), b"\0"].concat())
        .collect();
    let want: Vec<u8> = values
        .iter()
        .flat_map(|value| [b"[", value.as_slice(), b"]"].concat())
        .collect();
    let ran = prun(["-0", "-k"])
        .args(options)
        .args(template)
        .stdin(stdin)
        .stdout(want)
        .run();
    assert!(!ran.dir.has("pwned"), "{template:?}: a value ran as code");
}

#[test]
fn a_here_document_takes_values_exactly() {
    // The script's own newlines stay; the value is what is between the brackets.
    let values: Vec<Vec<u8>> = nasty_values();
    let stdin: Vec<u8> = values
        .iter()
        .flat_map(|value| [value.as_slice(), b"\0"].concat())
        .collect();
    let want: Vec<u8> = values
        .iter()
        .flat_map(|value| [b"[", value.as_slice(), b"]\n"].concat())
        .collect();
    let ran = prun(["-0", "-k", "cat <<EOF\n[<>]\nEOF\n"])
        .stdin(stdin)
        .stdout(want)
        .run();
    assert!(!ran.dir.has("pwned"), "a value ran as code");
}

#[test]
fn echo_is_exact_for_backslashes() {
    // The echo that dash has built in would interpret these; the one on PATH does not.
    prun(["-k", "echo <>", ":::", "a\\nb", "\\c", "\\\\", "\\t"])
        .stdout("a\\nb\n\\c\n\\\\\n\\t\n")
        .run();
}

#[test]
fn what_cannot_be_made_safe_is_refused() {
    let unsafe_templates = [
        "echo $((<> + 1))",
        "((<>)) && echo",
        "let x=<>",
        "[[ <> -eq 1 ]]",
        "echo ${a[<>]}",
        "a[<>]=1",
        "echo $'<>'",
        "echo `echo <>`",
        "cat <<'EOF'\n<>\nEOF\n",
        "eval <>",
        "eval \"echo <>\"",
        ". <>",
        "source <>",
        "trap <> EXIT",
        "declare x=<>",
        "printf -v <> x; :",
        "test -v <> && :",
        "x=(1 2); key=<>; echo ${x[$key]}",
        "n=<>; echo $((n))",
        "for n in <>; do echo $((n)); done",
        "x=<>; [[ $x -eq 1 ]]",
        "y=<>; echo ${!y}",
        "x=<>; echo ${x@P}",
        "f() { echo $(($1)); }; f <>",
        "prun 'echo <>;true' ::: a",
        "parallel echo <> ::: a",
        "env env sh -c 'echo <>'",
        "echo 'echo <>' | sh",
        "sh <<E\necho <>\nE\n",
        "sh -c 'echo <>'",
        "sh -c <>",
        "bash -c \"echo <>\"",
        "dash -c 'echo <>'; :",
        "ksh -c 'echo <>'; :",
        "zsh -c 'echo <>'; :",
        "su -c 'echo <>' root; :",
        "ssh host 'echo <>'; :",
        "echo \"<>",
        "echo '<>",
        "echo $(echo <>",
    ];
    let mut accepted = Vec::new();
    for template in unsafe_templates {
        let ran = prun(["--shell", "bash", template, ":::", "a[$(touch pwned >&2)]"])
            .any_end()
            .stdout_any()
            .stderr_any()
            .run();
        let refused = ran.status.code() == Some(255)
            && ran.stdout.is_empty()
            && ran.stderr.starts_with(b"prun: error: ")
            && !ran.dir.has("pwned");
        if !refused {
            accepted.push(format!(
                "{template:?}: {} {}",
                ran.status,
                ran.stderr.escape_ascii()
            ));
        }
    }
    assert!(accepted.is_empty(), "not refused:\n{}", accepted.join("\n"));
}

#[test]
fn a_refusal_shows_the_safe_form() {
    prun(["sh -c 'echo <>'", ":::", "a"])
        .refused(&["\"$1\"", "<>"])
        .run();
}

#[test]
fn the_safe_form_works() {
    prun(["sh -c 'echo \"[$1]\"' sh <>", ":::", "a  b"])
        .stdout("[a  b]\n")
        .run();
    prun(["sh", "-c", "echo \"[$1]\"", "sh", "<>", ":::", "a  b"])
        .stdout("[a  b]\n")
        .run();
}

#[test]
fn the_shown_check_of_a_number_works() {
    let check = "case $1 in \"\"|*[!0-9]*) exit 1;; esac; echo $(($1))";
    prun(["n=<>; echo $((n))", ":::", "a"])
        .env("PRUN_SHELL", "bash")
        .refused(&[check])
        .run();
    prun(["-k", "sh", "-c", check, "sh", "<>", ":::", "07", "12"])
        .stdout("7\n12\n")
        .run();
    let ran = prun([
        "bash",
        "-c",
        check,
        "bash",
        "<>",
        ":::",
        "a[$(touch pwned)]",
    ])
    .any_end()
    .stderr_any()
    .run();
    assert!(!ran.dir.has("pwned"), "a value ran as code");
}

#[test]
fn a_line_is_filled_to_the_byte() {
    prun([
        "-j1", "-X", "-s", "13", "echo", ":::", "a", "b", "c", "d", "e", "f",
    ])
    .stdout("a b c d\ne f\n")
    .run();
    prun(["-j1", "-X", "-s", "19", "echo", ":::", "aaaaaaaaaaaaa"])
        .stdout("aaaaaaaaaaaaa\n")
        .run();
}

#[test]
fn dry_run_prints_and_runs_nothing() {
    let ran = prun(["-k", "--dry-run", "touch", ":::", "a b", "c"])
        .stdout("touch 'a b'\ntouch c\n")
        .run();
    assert!(!ran.dir.has("c"));
}

#[test]
fn a_dry_run_line_does_the_same_when_pasted() {
    let templates: &[&[&str]] = &[
        &["printf", "[%s]", "<>"],
        &["printf '[%s]' x<>y"],
        &["printf '[%s]' \"<>\" '<>' <>; :"],
        &["printf '%s' <> | od -c"],
        &["cat <<EOF\n[<>]\nEOF"],
    ];
    let values: Vec<Vec<u8>> = nasty_values();
    let stdin: Vec<u8> = values
        .iter()
        .flat_map(|value| [value.as_slice(), b"\0"].concat())
        .collect();
    for template in templates {
        let direct = prun(["-0", "-k", "-j1"])
            .args(*template)
            .stdin(&stdin)
            .stdout_any()
            .run();
        let dry = prun(["-0", "-k", "-j1", "--dry-run"])
            .args(*template)
            .stdin(&stdin)
            .stdout_any()
            .run();
        let lines: Vec<&[u8]> = dry.stdout.split_inclusive(|&b| b == b'\n').collect();
        assert_eq!(
            lines.len(),
            values.len(),
            "{template:?}: one line a job:\n{}",
            dry.stdout.escape_ascii()
        );
        for shell in ["bash", "ksh", "zsh"] {
            if need(shell) {
                let pasted = paste(shell, &dry.stdout);
                assert_same_bytes(&direct.stdout, &pasted, &format!("{template:?} in {shell}"));
            }
        }
    }
}

/// Feeds lines to an interactive-less shell's standard input, one after the other, as pasting does.
#[track_caller]
fn paste(shell: &str, lines: &[u8]) -> Vec<u8> {
    let dir = Dir::new();
    let script = dir.write("pasted", lines);
    let input = std::fs::File::open(script).expect("the script");
    let home = dir.path();
    let output = Command::new(shell)
        .stdin(input)
        .stderr(Stdio::inherit())
        .current_dir(home)
        .env("HOME", home)
        .output();
    let output = output.unwrap_or_else(|e| panic!("{shell}: {e}"));
    assert!(!dir.has("pwned"), "{shell}: a value ran as code");
    output.stdout
}

#[track_caller]
fn assert_same_bytes(want: &[u8], got: &[u8], what: &str) {
    let at = want
        .iter()
        .zip(got)
        .position(|(a, b)| a != b)
        .unwrap_or(want.len().min(got.len()));
    let from = at.saturating_sub(40);
    let around = |bytes: &[u8]| {
        bytes[from.min(bytes.len())..(at + 40).min(bytes.len())]
            .escape_ascii()
            .to_string()
    };
    assert!(
        want == got,
        "{what}: differs at byte {at}:\n  wanted {}\n  got    {}",
        around(want),
        around(got)
    );
}

#[test]
fn a_value_is_never_scanned_again() {
    prun([
        "-k", "echo", "<1>", "<2>", ":::", "<2>", "<#>", ":::", "<1>",
    ])
    .stdout("<2> <1>\n<#> <1>\n")
    .run();
    prun(["-k", "echo {1} {2}", ":::", "{2}", ":::", "INJ"])
        .stdout("{2} INJ\n")
        .run();
}
