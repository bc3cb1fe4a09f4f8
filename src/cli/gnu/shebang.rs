//! A script whose `#!` line calls parallel: the kernel gives all that stands
//! behind the program there as one word, and the script's path behind it.
//!
//! Boundary: makes of these words what a person would have typed; reads no file.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use super::error::GnuError;
use crate::template::gnu_quote;

/// The words of a script's call as those of a command line; others stay as
/// they are.
///
/// `--shebang` (or `--hashbang`) makes the lines of the script, but the first,
/// the inputs. `--shebang-wrap` makes the script a program of the interpreter
/// that the line ends with, and the script's arguments the inputs, or standard
/// input if there are none.
pub fn of_script(argv: Vec<OsString>) -> Result<Vec<OsString>, GnuError> {
    // Where the line is cut into words (`env -S`) this is one of its own.
    let is_own = argv.first().is_some_and(|word| word == "--gnu")
        && argv
            .get(1)
            .is_some_and(|word| word.as_bytes().starts_with(b"--"));
    let argv: Vec<OsString> = argv.into_iter().skip(usize::from(is_own)).collect();
    let Some(line) = argv.first().filter(|_| argv.len() > 1) else {
        return Ok(argv);
    };
    let bytes = line.as_bytes();
    // The whole of the line is one word: `#!/usr/bin/prun --gnu --shebang`.
    let bytes = bytes.strip_prefix(b"--gnu ").unwrap_or(bytes);
    let line = std::str::from_utf8(bytes).ok();
    let name = bytes.split(u8::is_ascii_whitespace).next();
    let wraps = match name.unwrap_or_default() {
        b"--shebang" | b"--hashbang" => false,
        b"--shebang-wrap" | b"--shebangwrap" => true,
        _ => return Ok(argv),
    };
    let words = line.and_then(|line| shell_words::split(line).ok());
    let words = words.ok_or(GnuError::Conflict(
        "the #! line cannot be cut into words: write it in UTF-8, and close its quotes",
    ))?;
    // `env -S` has cut the line already, and the script comes last.
    let is_cut = words.len() == 1 && argv.len() > 2;
    if is_cut && wraps {
        return Ok(argv);
    }
    let mut words: Vec<OsString> = words.into_iter().skip(1).map(OsString::from).collect();
    let mut rest: Vec<OsString> = argv.into_iter().skip(1).collect();
    if is_cut {
        words.extend(rest.drain(..rest.len() - 1));
    }
    let mut rest = rest.into_iter();
    let script = rest.next().unwrap_or_default();
    let arguments: Vec<OsString> = rest.collect();
    if !wraps {
        let source = ["-a".into(), script, "--skip-first-line".into()];
        return Ok(source.into_iter().chain(words).chain(arguments).collect());
    }
    let mut quoted = Vec::new();
    gnu_quote(script.as_bytes(), &mut quoted);
    words.push(OsString::from_vec(quoted));
    if arguments.first().is_some_and(|first| !is_marker(first)) {
        words.push(":::".into());
    }
    words.extend(arguments);
    Ok(words)
}

/// Whether inputs begin here by themselves.
fn is_marker(word: &OsString) -> bool {
    word == ":::" || word == "::::"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(argv: &[&str]) -> Vec<String> {
        let argv = argv.iter().map(OsString::from).collect();
        let made = of_script(argv).unwrap().into_iter();
        made.map(|word| word.into_string().unwrap()).collect()
    }

    #[test]
    fn the_lines_of_a_script_are_inputs() {
        assert_eq!(
            made(&["--shebang -rk echo 'a  b'", "./s"]),
            ["-a", "./s", "--skip-first-line", "-rk", "echo", "a  b"]
        );
        assert_eq!(
            made(&["--gnu --hashbang", "s"]),
            ["-a", "s", "--skip-first-line"]
        );
        assert_eq!(
            made(&["--shebang", "-k", "echo", "s"]),
            ["-a", "s", "--skip-first-line", "-k", "echo"]
        );
    }

    #[test]
    fn a_script_is_a_program_of_its_interpreter() {
        assert_eq!(
            made(&["--shebang-wrap -k /bin/sh", "./my s", "a", "b"]),
            ["-k", "/bin/sh", "'./my s'", ":::", "a", "b"]
        );
        assert_eq!(
            made(&["--shebang-wrap /bin/sh", "s", "::::", "list"]),
            ["/bin/sh", "s", "::::", "list"]
        );
        assert_eq!(made(&["--shebang-wrap /bin/sh", "s"]), ["/bin/sh", "s"]);
    }

    #[test]
    fn other_words_and_open_quotes() {
        let words = ["-k", "--shebang", "echo"];
        assert_eq!(made(&words), words);
        assert_eq!(made(&["--shebang"]), ["--shebang"]);
        let open = vec!["--shebang echo 'a".into(), "s".into()];
        assert!(of_script(open).is_err());
    }
}
