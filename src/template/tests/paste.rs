//! Lines that are pasted into bash, ksh and zsh do what the job does.

use proptest::prelude::*;

use super::shells::{Dir, installed, run};
use super::{HOSTILE, line, record, script, words};
use crate::template::quote;

const TEMPLATES: &[&str] = &[
    "printf '%s|' <> a<>b",
    "printf '%s|' <> | cat",
    "printf '%s|' \"<>\" \"$HOME<>\" 'x <>' a<>b && true",
    "echo <> a<>",
    "echo \"<>\" | cat",
    "cd / && printf '%s|' <>",
    "a=<>; printf '%s|' \"$a\"",
    "printf '%s|' \"${n:-<>}\"",
    "printf '%s|' \"$(printf '%s|' <>)\"",
    "for i in <> b; do printf '%s|' \"$i\"; done",
    "[ <> = x ] || printf '%s|' <>",
    "cat <<E\n<>\nE\n",
];

fn try_all(values: &[Vec<u8>]) {
    let dir = Dir::new();
    for shell in installed(&["bash", "ksh", "zsh"]) {
        for text in TEMPLATES {
            let template = script(text, "sh").unwrap();
            let mut script = Vec::new();
            let mut want = Vec::new();
            for value in values {
                let records = [record(&[value])];
                let line = line(&template, &records);
                assert!(!line.contains(&b'\n'));
                script.extend(line);
                script.extend(b"\nprintf '\\n===\\n'\n");
                want.extend(run(&words(&template, &records), &dir));
                want.extend(b"\n===\n");
            }
            let got = run(&[shell.into(), b"-c".to_vec(), script], &dir);
            assert_eq!(
                String::from_utf8_lossy(&got),
                String::from_utf8_lossy(&want),
                "{shell}: {text}"
            );
            assert_eq!(got, want, "{shell}: {text}");
            assert!(!dir.has_canary());
        }
    }
}

#[test]
fn hostile_values_are_pasted_exactly() {
    let values: Vec<Vec<u8>> = HOSTILE.iter().map(|value| value.to_vec()).collect();
    try_all(&values);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quoted_words_are_read_back(values in proptest::collection::vec(proptest::collection::vec(1_u8..=255, 0..12), 1..200)) {
        let dir = Dir::new();
        let mut script = b"printf '%s|'".to_vec();
        for value in &values {
            script.push(b' ');
            quote(value, &mut script);
        }
        let want: Vec<u8> = values.iter().flat_map(|value| [value.as_slice(), b"|"].concat()).collect();
        for shell in installed(&["bash", "ksh", "zsh"]) {
            let got = run(&[shell.into(), b"-c".to_vec(), script.clone()], &dir);
            prop_assert_eq!(&got, &want, "{}", shell);
        }
    }
}
