//! Scripts whose first line calls parallel: `--shebang` and `--shebang-wrap`.
//!
//! Boundary: makes of the words that the system gives an interpreter those that
//! a person would type. On Linux they are the rest of the first line as one
//! word, the path of the script, and what the script was called with
//! (execve(2), "Interpreter scripts").

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use super::super::ConfigError;
use crate::template::gnu_quote;

/// What the first line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The script is the list of inputs (`--shebang`).
    Inputs,
    /// The script is a program for the interpreter behind the options, and the
    /// words it is called with, or standard input, are the inputs
    /// (`--shebang-wrap`).
    Program,
}

/// The words that are meant, if `argv` is that of an interpreter.
pub(super) fn unfold(argv: Vec<OsString>) -> Result<Vec<OsString>, ConfigError> {
    let Some((role, line)) = argv.first().and_then(|word| first_line(word)) else {
        return Ok(argv);
    };
    let problem = |problem: &str| ConfigError::GnuOptions {
        origin: "the script's first line".to_owned(),
        problem: problem.to_owned(),
    };
    let line = std::str::from_utf8(line).map_err(|_| problem("it is not UTF-8"))?;
    let options = shell_words::split(line).map_err(|_| problem("a quote is not closed"))?;
    let options = options.into_iter().map(OsString::from);
    let mut words = argv.into_iter().skip(1).collect::<Vec<_>>();
    if words.is_empty() {
        return Err(ConfigError::Usage(
            "--shebang and --shebang-wrap stand in the first line of a script: #!/usr/bin/parallel --shebang -k echo",
        ));
    }
    Ok(match role {
        Role::Inputs => {
            let script = words.pop().unwrap_or_default();
            let source = ["--skip-first-line".into(), "-a".into(), script];
            source.into_iter().chain(options).chain(words).collect()
        }
        Role::Program => {
            let inputs = words.split_off(1);
            let mut script = Vec::new();
            gnu_quote(words[0].as_bytes(), &mut script);
            let separator = (!inputs.is_empty()).then(|| ":::".into());
            options
                .chain([OsString::from_vec(script)])
                .chain(separator)
                .chain(inputs)
                .collect()
        }
    })
}

/// The role that a first word names, and the options behind it.
fn first_line(word: &OsStr) -> Option<(Role, &[u8])> {
    let word = word.as_bytes();
    let word = word.strip_prefix(b"--gnu ").unwrap_or(word);
    let end = word.iter().position(u8::is_ascii_whitespace);
    let (name, line) = word.split_at(end.unwrap_or(word.len()));
    let role = match name {
        b"--shebang" | b"--hashbang" => Role::Inputs,
        b"--shebang-wrap" | b"--shebangwrap" => Role::Program,
        _ => return None,
    };
    Some((role, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfolded(argv: &[&str]) -> Vec<String> {
        let argv = argv.iter().map(OsString::from).collect();
        let words = unfold(argv).unwrap().into_iter();
        words.map(|word| word.into_string().unwrap()).collect()
    }

    #[test]
    fn the_script_is_the_list_of_inputs() {
        assert_eq!(
            unfolded(&["--shebang -k echo 'a  b'", "./script"]),
            ["--skip-first-line", "-a", "./script", "-k", "echo", "a  b"]
        );
        assert_eq!(
            unfolded(&["--gnu --hashbang", "s"]),
            ["--skip-first-line", "-a", "s"]
        );
    }

    #[test]
    fn the_script_is_a_program_for_the_interpreter() {
        assert_eq!(
            unfolded(&["--shebang-wrap -k /bin/sh", "./a script", "x y", "z"]),
            ["-k", "/bin/sh", "'./a script'", ":::", "x y", "z"]
        );
        assert_eq!(
            unfolded(&["--shebang-wrap --pipe /bin/sh", "s"]),
            ["--pipe", "/bin/sh", "s"]
        );
    }

    #[test]
    fn other_words_stay_as_they_are() {
        assert_eq!(
            unfolded(&["-k", "--shebang echo"]),
            ["-k", "--shebang echo"]
        );
        assert!(unfolded(&[]).is_empty());
        assert!(unfold(vec!["--shebang echo".into()]).is_err());
        assert!(unfold(vec!["--shebang echo 'a".into(), "s".into()]).is_err());
    }
}
