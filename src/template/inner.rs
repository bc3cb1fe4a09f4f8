//! Commands that give one of their words to another shell.
//!
//! Boundary: recognises `sh -c`, `su -c` and `ssh HOST`, also behind `env`,
//! `sudo`, `xargs` and their kin, and refuses a token in what they run. That
//! is a help, not a promise: prun answers for its own shell only.

use super::error::{Place, TemplateError};
use super::token::{Sym, Token};
use super::words::{among, show};

/// What stands after a shell's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runs {
    /// `NAME -c SCRIPT`
    Script,
    /// `NAME ... -c SCRIPT`, with words in between
    LateScript,
    /// `NAME HOST WORD...`
    Remote,
}

fn runs(program: &[u8]) -> Option<Runs> {
    match base(program) {
        b"sh" | b"bash" | b"rbash" | b"dash" | b"ash" | b"ksh" | b"ksh93" | b"mksh" | b"zsh"
        | b"fish" | b"csh" | b"tcsh" => Some(Runs::Script),
        b"su" | b"runuser" | b"script" | b"flock" | b"sg" => Some(Runs::LateScript),
        b"ssh" | b"autossh" | b"rsh" => Some(Runs::Remote),
        _ => None,
    }
}

/// Programs whose operands are a command again.
fn is_prefix(program: &[u8]) -> bool {
    const PREFIXES: &str = "\
    busybox builtin chroot chrt command cpulimit doas env exec find firejail ionice ltrace \
    nice nocorrect noglob nohup nsenter numactl parallel perf prun setarch setpriv setsid \
    softlimit srun sshpass stdbuf strace sudo systemd-run taskset time timeout torsocks \
    unbuffer unshare valgrind xargs";
    among(PREFIXES, base(program))
}

fn base(program: &[u8]) -> &[u8] {
    program
        .rsplit(|&byte| byte == b'/')
        .next()
        .unwrap_or_default()
}

/// Refuses a token in what another shell would run as code.
pub(super) fn inner_script(words: &[Vec<Sym>], tokens: &[Token]) -> Result<(), TemplateError> {
    let Some(first) = words.first() else {
        return Ok(());
    };
    let last = if is_prefix(&text(first)) {
        words.len()
    } else {
        1
    };
    for index in 0..last {
        if let Some(runs) = runs(&text(&words[index])) {
            check(runs, &text(&words[index]), &words[index + 1..], tokens)?;
        }
    }
    Ok(())
}

fn text(word: &[Sym]) -> Vec<u8> {
    super::words::literal(word).unwrap_or_default()
}

fn check(
    runs: Runs,
    name: &[u8],
    operands: &[Vec<Sym>],
    tokens: &[Token],
) -> Result<(), TemplateError> {
    let name = String::from_utf8_lossy(base(name)).into_owned();
    let refuse = |word: &[Sym], place: Place| match word.iter().find_map(token_of) {
        None => Ok(()),
        Some(token) => Err(TemplateError::Refused {
            token: String::from_utf8_lossy(&tokens[token].spelling).into_owned(),
            place,
        }),
    };
    let script = |word: &[Sym], option: &[u8]| {
        let name = format!("{name} {}", String::from_utf8_lossy(option));
        match word {
            [Sym::Token(_)] => refuse(word, Place::WholeScript(name)),
            _ => refuse(word, Place::InnerScript(name)),
        }
    };
    match runs {
        Runs::Script => {
            let mut option = None;
            let mut operands = operands.iter();
            while let Some(word) = operands.next() {
                let text = text(word);
                match word.first() {
                    Some(Sym::Byte(b'-' | b'+')) if text == b"--" => {}
                    Some(Sym::Byte(b'-' | b'+')) if !text.starts_with(b"--") => {
                        if word.contains(&Sym::Byte(b'c')) {
                            option = Some(b"-c".to_vec());
                        }
                        // The name of an option, as in `bash -eo pipefail -c`.
                        if matches!(text.last(), Some(b'o' | b'O')) {
                            operands.next();
                        }
                    }
                    Some(Sym::Byte(b'-')) => {
                        if matches!(&*text, b"--rcfile" | b"--init-file") {
                            operands.next();
                        }
                    }
                    _ => {
                        return match option {
                            Some(option) => script(word, &option),
                            None => Ok(()),
                        };
                    }
                }
            }
            Ok(())
        }
        Runs::LateScript => {
            for pair in operands.windows(2) {
                if matches!(&*text(&pair[0]), [b'-', letters @ ..] if letters.last() == Some(&b'c'))
                    || matches!(&*text(&pair[0]), b"--command" | b"--session-command")
                {
                    script(&pair[1], &text(&pair[0]))?;
                }
            }
            for word in operands {
                let long = show(word);
                if long.starts_with("--command=") || (long.starts_with("-c") && long.len() > 2) {
                    refuse(word, Place::InnerScript(format!("{name} -c")))?;
                }
            }
            Ok(())
        }
        Runs::Remote => {
            let mut at = 0;
            while at < operands.len() {
                let word = text(&operands[at]);
                match &*word {
                    [b'-', .., letter]
                        if b"BbcDEeFIiJLlmOoPpQRSWw".contains(letter) && word.len() == 2 =>
                    {
                        at += 2;
                    }
                    [b'-', _, ..] => at += 1,
                    _ => break,
                }
            }
            for word in operands.iter().skip(at + 1) {
                refuse(word, Place::Remote(name.clone()))?;
            }
            Ok(())
        }
    }
}

fn token_of(symbol: &Sym) -> Option<usize> {
    match symbol {
        Sym::Byte(_) => None,
        Sym::Token(index) => Some(*index),
    }
}
