//! Every place in a script where a token may stand gives its value back,
//! byte by byte, in every shell.

use proptest::prelude::*;

use super::shells::{Dir, installed, run};
use super::{HOSTILE, record, script, words};
use crate::template::{Place, TemplateError};

/// A command that writes what stands at the place, what it writes before and
/// after the value, and the shells that know the syntax.
pub(super) const PLACES: &[(&str, &str, &str, &str)] = &[
    ("p <>", "", "", "*"),
    ("p a<>b", "a", "b", "*"),
    ("p a<>b<>", "a", "", "2"),
    ("p \"<>\"", "", "", "*"),
    ("p \"a <>b\"", "a ", "b", "*"),
    ("p '<>'", "", "", "*"),
    ("p 'a$x <> `b'\"\"", "a$x ", " `b", "*"),
    ("p \"$(p <>)x\"", "", "|x", "*"),
    ("p \"$(p \"<>\")x\"", "", "|x", "*"),
    ("p \"$(p \"$(p '<>')\")x\"", "", "||x", "*"),
    (
        "p \"$( # a comment ) '\np <>; case a in a) p x ;; esac)x\"",
        "",
        "|x|x",
        "*",
    ),
    ("p \"$(case <> in <>) p <>;; esac)x\"", "", "|x", "*"),
    (
        "p \"$(case a in (a|b) p <> ;; *) ;; esac)x\"",
        "",
        "|x",
        "*",
    ),
    ("unset n; p \"${n:-<>}\"", "", "", "*"),
    ("unset n; p \"${n-a<>b}\"", "a", "b", "*"),
    ("unset n; p ${n:-<>}", "", "", "*"),
    ("unset n; p ${n:-\"a <>\"}", "a ", "", "*"),
    ("unset n; p ${n:-'a <>'}", "a ", "", "*"),
    ("unset n; p ${n:-$(p <>)x}", "", "|x", "no"),
    ("unset n; : \"${n:=<>}\"; p \"$n\"", "", "", "*"),
    ("n=1; p \"${n:+<>}\"", "", "", "*"),
    ("n=<>; p \"${n#<>}x\"", "", "", "empty"),
    ("n=<>; p \"${n%%<>}x\"", "", "", "empty"),
    ("n=<>; p ${n#<>}x", "", "", "empty"),
    ("n=a; p \"${n/a/<>}\"", "", "", "bkz"),
    ("n=a; p \"${n//a/<>}\"", "", "", "bkz"),
    ("n=a<>; p \"${n/#a/}\"", "", "", "bkz"),
    ("n=<>; p \"$n\"", "", "", "*"),
    ("n=a<>b; p \"$n\"", "a", "b", "*"),
    ("n='<>'\"<>\"; p \"${n}\"", "", "", "2"),
    ("export n=<>; p \"$n\"", "", "", "*"),
    ("readonly ro=<>; p \"$ro\"", "", "", "*"),
    ("n=<> env sh -c 'printf \"%s|\" \"$n\"'", "", "", "*"),
    ("for i in <>; do p \"$i\"; done", "", "", "*"),
    (
        "for i in a <>; do case $i in a) ;; *) p <>;; esac; done",
        "",
        "",
        "once",
    ),
    ("case <> in \"\"*<>) p <>;; esac", "", "", "*"),
    ("case a in a) p <>; esac", "", "", "*"),
    ("if true; then p <>; fi", "", "", "*"),
    ("if false; then :; else p <>; fi", "", "", "*"),
    ("{ p <>; }", "", "", "*"),
    ("(p <>)", "", "", "*"),
    ("( (p <>) )", "", "", "*"),
    ("f() { p \"$1\"; }; f <>", "", "", "*"),
    ("f() { p <>; }; f x y", "", "", "*"),
    ("true && p <>", "", "", "*"),
    ("false || p <> | cat", "", "", "*"),
    ("! false; p <>", "", "", "*"),
    ("p <> | cat", "", "", "*"),
    ("p a >/dev/null; p <> # it's a comment <>", "", "", "*"),
    ("# it's a \"comment <>\np <>", "", "", "*"),
    ("p \\\n<>", "", "", "*"),
    ("p a\\\n<>", "a", "", "*"),
    ("p \\'<>\\\"", "'", "\"", "*"),
    ("cat <<END; echo \"|\"\n<>\nEND\n", "", "\n|\n", "*"),
    (
        "cat <<END <<-OTHER; echo '|'\nignored <>\nEND\n\ta<>b $((1)) \"'\n\tOTHER\n",
        "a",
        "b 1 \"'\n|\n",
        "dbk",
    ),
    (
        "cat <<\"END\"; p <>\n$( ' \" `\nEND\n",
        "$( ' \" `\n",
        "",
        "*",
    ),
    ("cat <<END | cat; p z\n$(p <>)x\nEND\n", "", "|x\nz|", "cat"),
    ("p \"$(cat <<END\n<>x\nEND\n)\"", "", "x", "*"),
    ("p $((1+2))<>", "3", "", "*"),
    ("p `echo a`<>", "a", "", "*"),
    ("p $'a\\n'<>", "a\n", "", "bkz"),
    ("[ <> = <> ] && p <>", "", "", "*"),
    ("[ ! -n x<> ] || p <>", "", "", "*"),
    ("test a != a<>b && p <>", "", "", "*"),
    ("[[ <> == <> ]] && p <>", "", "", "bkz"),
    ("[[ -n x<> && ! ( <> != <> ) ]] && p <>", "", "", "bkz"),
    ("cat <<< <>; echo '|'", "", "\n|\n", "bkz"),
    ("cat <(p <>)", "", "", "bkz"),
    ("((1 < 2)) && p <>", "", "", "bkz"),
    ("for ((j = 0; j < 1; j++)) do p <>; done", "", "", "bkz"),
    ("function g { p \"$1\"; }; g <>", "", "", "bkz"),
    ("set -- <> b; p \"$1\"; set --", "", "", "*"),
    ("while p <>; do break; done", "", "", "*"),
    ("command printf '%s|' <>", "", "", "*"),
    ("time p <>", "", "", "bkz"),
    ("env -- printf '%s|' <>", "", "", "*"),
    ("p \"$#\"<>", "0", "", "*"),
    ("p \"\\\"<>\\$\"", "\"", "$", "*"),
    ("p \"it's\"<>'\"'", "it's", "\"", "*"),
];

fn places_assign(text: &str) -> bool {
    let refused = script(text, "zsh").err();
    matches!(
        refused,
        Some(TemplateError::Refused {
            place: Place::AssignedInZsh(_),
            ..
        })
    )
}

fn knows(shell: &str, (text, _, _, shells): &(&str, &str, &str, &str)) -> bool {
    // zsh evaluates what is assigned to a variable that is a number.
    if shell == "zsh" && places_assign(text) {
        return false;
    }
    match *shells {
        "no" => false,
        "dbk" => shell != "zsh",
        "bkz" => shell != "dash",
        _ => true,
    }
}

/// What the place writes: `p` puts a `|` after each of its words.
fn expected(place: &(&str, &str, &str, &str), value: &[u8]) -> Vec<u8> {
    let (_, before, after, how) = *place;
    let mut out = before.as_bytes().to_vec();
    match how {
        // `$(..)` and `<<` end in a newline of their own: the text after it.
        "2" => {
            out.extend_from_slice(value);
            out.extend_from_slice(if before == "a" { b"b" } else { b"" });
            out.extend_from_slice(value);
            out.push(b'|');
        }
        "empty" => out.extend_from_slice(b"x|"),
        "once" if value == b"a" => {}
        _ => {
            out.extend_from_slice(value);
            out.extend_from_slice(after.as_bytes());
            if !after.ends_with('\n') && how != "cat" {
                out.push(b'|');
            }
        }
    }
    out
}

/// All places of a shell as one script, so that one process tries them all.
fn everything(
    shell: &str,
) -> (
    String,
    Vec<&'static (&'static str, &'static str, &'static str, &'static str)>,
) {
    let places: Vec<_> = PLACES.iter().filter(|place| knows(shell, place)).collect();
    let mut text = String::from("p() { printf '%s|' \"$@\"; }\n");
    for place in &places {
        text.push_str("(\n");
        text.push_str(place.0);
        text.push_str("\n)\necho '==='\n");
    }
    (text, places)
}

fn try_all(shell: &'static str, values: &[Vec<u8>]) {
    let (text, places) = everything(shell);
    let template = script(&text, shell).unwrap();
    let dir = Dir::new();
    for value in values {
        let output = run(&words(&template, &[record(&[value])]), &dir);
        let mut want = Vec::new();
        for place in &places {
            want.extend(expected(place, value));
            want.extend(b"===\n");
        }
        if output != want {
            one_by_one(shell, value, &dir);
            assert_eq!(
                String::from_utf8_lossy(&output),
                String::from_utf8_lossy(&want),
                "{shell}: the places together differ for {value:?}"
            );
        }
        assert!(
            !dir.has_canary(),
            "{shell}: {:?} ran",
            String::from_utf8_lossy(value)
        );
    }
}

/// Finds the place that differs.
fn one_by_one(shell: &'static str, value: &[u8], dir: &Dir) {
    for place in PLACES.iter().filter(|place| knows(shell, place)) {
        let text = format!("p() {{ printf '%s|' \"$@\"; }}\n{}", place.0);
        let template = script(&text, shell).unwrap();
        let output = run(&words(&template, &[record(&[value])]), dir);
        assert_eq!(
            String::from_utf8_lossy(&output),
            String::from_utf8_lossy(&expected(place, value)),
            "{shell}: {} with {value:?}",
            place.0
        );
    }
}

#[test]
fn every_place_is_accepted() {
    for shell in ["dash", "bash", "ksh", "zsh"] {
        for place in PLACES.iter().filter(|place| knows(shell, place)) {
            let result = script(place.0, shell);
            assert!(
                result.is_ok(),
                "{shell}: {}: {}",
                place.0,
                result.unwrap_err()
            );
        }
    }
}

#[test]
fn every_place_gives_hostile_values_back() {
    let values: Vec<Vec<u8>> = HOSTILE.iter().map(|value| value.to_vec()).collect();
    for shell in installed(&["dash", "bash", "ksh", "zsh"]) {
        try_all(shell, &values);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_place_gives_any_bytes_back(value in proptest::collection::vec(1_u8..=255, 0..24)) {
        for shell in installed(&["dash", "bash", "ksh", "zsh"]) {
            try_all(shell, std::slice::from_ref(&value));
        }
    }
}
