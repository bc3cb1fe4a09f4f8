//! Scripts made of pieces at random: whenever one is accepted, no value in it
//! runs anything.

use proptest::prelude::*;
use proptest::sample::select;

use super::positions::PLACES;
use super::shells::{Dir, installed};
use super::{record, script, words};

/// Pieces of scripts. None of them runs a program or loops for long.
const PIECES: &[&str] = &[
    " ",
    " ",
    " ",
    "\n",
    ";",
    " && ",
    " || ",
    " | ",
    " & ",
    "'",
    "\"",
    "\"",
    "\\",
    "$",
    "${x:-",
    "${x#",
    "${x/",
    "}",
    "$(",
    ")",
    "(",
    "((",
    "))",
    "$((",
    "`",
    "{ ",
    " }",
    "[ ",
    " ]",
    "[[ ",
    " ]]",
    " -eq ",
    " = ",
    " -v ",
    " -n ",
    "x=",
    "x[",
    "]",
    "<<E",
    "\nE\n",
    "<<'E'",
    "<<-E\n",
    "<<<",
    " > ",
    " >& ",
    " < ",
    "<(",
    "#",
    " # ",
    "case ",
    " in ",
    " esac",
    ";;",
    "a)",
    "if ",
    " then ",
    " fi",
    "for x in ",
    " do ",
    " done",
    "eval ",
    "echo ",
    "printf ",
    "printf -v ",
    "export ",
    "declare ",
    "declare -i x; ",
    "set -- ",
    "test ",
    "local ",
    "read ",
    "command ",
    "trap ",
    "f() ",
    "f ",
    "unset ",
    "a",
    "-",
    "--",
    "%s",
    "1",
    "{a,",
    "~",
    "*",
    "$'",
    "$x",
    "$1",
    "!",
    "time ",
    "function g ",
    "$[",
    "+=",
    "let ",
    "let x=",
    "x=(",
    ": ",
    "\t",
    "case a in ",
    "${x[",
    "${x:",
    "$((x))",
    "$(($1))",
    "((y))",
    "${!x}",
    "${x@P}",
    "${x[$x]}",
    "[[ $x -eq 1 ]]",
    "unset $x;",
    "x=<1>; ",
    "set -- <1>; ",
    "y=$x; ",
    "f() { echo $(($1)); }; ",
    "eval $x",
];

const TOKENS: &[&str] = &["<1>", "<2>", "<3>", "<4>", "<5>", "<6>"];

const CANARIES: &[&[&[u8]]] = &[
    &[
        b"$(: >canary)",
        b"a[$(: >canary)]",
        b"'; : >canary; '",
        b"-v",
        b"a[`: >canary`]",
        b"\"; : >canary; \"",
    ],
    &[
        b"-va[$(: >canary)]",
        b"\n: >canary\n",
        b"x[$(: >canary)]=1",
        b": >canary",
        b"eval",
        b"); : >canary; (",
    ],
    &[
        b"-v",
        b"a[$(: >canary)]",
        b"x[$(: >canary)]",
        b"E\n: >canary\nE\n: >canary",
        b"=",
        b"a[$(: >canary)]=",
    ],
    &[
        b"eval",
        b": >canary",
        b"$(: >canary)",
        b"}; : >canary; {",
        b"\\`: >canary\\`",
        b"[0$(: >canary)]=1",
    ],
];

/// Pieces at random, or one of the places with some pieces put in anywhere.
fn template() -> impl Strategy<Value = String> {
    let piece = prop_oneof![3 => select(PIECES), 1 => select(TOKENS)];
    let pieces = proptest::collection::vec(piece.clone(), 0..7);
    let random = (pieces.clone(), select(TOKENS), pieces)
        .prop_map(|(before, token, after)| before.concat() + token + &after.concat());
    let places: Vec<&str> = PLACES.iter().map(|place| place.0).collect();
    let changes = proptest::collection::vec((any::<proptest::sample::Index>(), piece), 1..4);
    let changed =
        (select(places.clone()), select(places), changes).prop_map(|(first, second, changes)| {
            let mut text = format!("{first}\n{}", second.replace("<>", "<2>")).replace("<>", "<1>");
            for (index, piece) in changes {
                let at = index.index(text.len() + 1);
                text.insert_str(at, piece);
            }
            text
        });
    prop_oneof![random, changed]
}

/// Runs a script where there is no program to find, for a short time.
fn execute(argv: &[Vec<u8>], shell: &str, dir: &Dir) {
    use std::os::unix::ffi::OsStrExt as _;
    let mut child = std::process::Command::new("timeout")
        .args(["-k1", "2", shell])
        .args(
            argv[1..]
                .iter()
                .map(|word| std::ffi::OsStr::from_bytes(word)),
        )
        .current_dir(dir.path())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    child.wait().unwrap();
}

/// How many scripts to try: `PRUN_TEST_FUZZ` for a campaign.
fn cases() -> u32 {
    std::env::var("PRUN_TEST_FUZZ")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_value_runs_anything(text in template(), which in 0..CANARIES.len()) {
        for shell in installed(&["dash", "bash", "ksh", "zsh"]) {
            let arrays = if shell == "dash" { "" } else { "a=(1 2); x=(3);" };
            let text = format!("PATH=/nowhere; x=1; {arrays} p() {{ :; }}; {text}");
            if let Ok(template) = script(&text, shell) {
                let dir = Dir::new();
                let argv = words(&template, &[record(CANARIES[which])]);
                execute(&argv, shell, &dir);
                prop_assert!(!dir.has_canary(), "{}: {:?}\n{}", shell, text, String::from_utf8_lossy(&argv[2]));
            }
        }
    }
}
