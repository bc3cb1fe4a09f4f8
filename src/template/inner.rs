//! Commands that give one of their words to another shell.
//!
//! Boundary: recognises a shell with -c wherever it stands, and `su -c` and
//! `ssh HOST`, also behind `env`, `sudo`, `xargs` and their kin, and refuses a
//! token in what they run. That is a help, not a promise: prun answers for its own shell only.

use super::error::{Place, TemplateError};
use super::nested;
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
    let prefixed = is_prefix(&text(first));
    for (index, word) in words.iter().enumerate() {
        let program = text(word);
        let operands = &words[index + 1..];
        let leads = index == 0 || prefixed;
        match runs(&program) {
            // A shell and its -c are that whatever stands before them.
            Some(Runs::Script) => check(Runs::Script, &program, operands, tokens)?,
            Some(other) if leads => check(other, &program, operands, tokens)?,
            _ => {}
        }
        if leads && let Some(runner) = nested::runner(base(&program)) {
            let name = String::from_utf8_lossy(base(&program));
            nested::check(runner, &name, operands, tokens)?;
        }
        // `$SHELL -c ..`
        if leads && base(&program) == b"$" {
            check(Runs::Script, b"$SHELL", operands, tokens)?;
        }
    }
    Ok(())
}

/// The shell that `words` run without a script, so that it reads one from its
/// standard input: here, or on another machine.
pub(super) fn bare_shell(words: &[Vec<Sym>]) -> Option<String> {
    let first = words.first()?;
    let prefixed = is_prefix(&text(first));
    let last = if prefixed { words.len() } else { 1 };
    (0..last).find_map(|index| {
        let program = text(&words[index]);
        let operands = &words[index + 1..];
        let bare = match runs(&program)? {
            Runs::Script => script_operand(operands).is_none(),
            Runs::LateScript => false,
            Runs::Remote => match remote_command(operands) {
                [] => true,
                words => bare_shell(words).is_some(),
            },
        };
        bare.then(|| String::from_utf8_lossy(base(&program)).into_owned())
    })
}

/// The shell that `words` run, and the word that is its script: a file or,
/// after -c, code.
pub(super) fn reads_script(words: &[Vec<Sym>]) -> Option<(String, usize)> {
    let first = text(words.first()?);
    let last = if is_prefix(&first) { words.len() } else { 1 };
    (0..last).find_map(|index| {
        let program = text(&words[index]);
        if runs(&program)? != Runs::Script {
            return None;
        }
        let (operand, _) = script_operand(&words[index + 1..])?;
        let name = String::from_utf8_lossy(base(&program)).into_owned();
        Some((name, index + 1 + operand))
    })
}

/// Whether a shell's first operand is code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operand {
    File,
    Code,
}

/// The operand of a shell that is its script; with `-s` there is none.
fn script_operand(operands: &[Vec<Sym>]) -> Option<(usize, Operand)> {
    let mut kind = Operand::File;
    let mut stdin = false;
    let mut at = 0;
    while let Some(word) = operands.get(at) {
        let known = text(word);
        match word.first() {
            Some(Sym::Byte(b'-' | b'+')) if known == b"--" || known == b"-" => {}
            Some(Sym::Byte(b'-' | b'+')) if !known.starts_with(b"--") => {
                if word.contains(&Sym::Byte(b'c')) {
                    kind = Operand::Code;
                }
                stdin |= word.contains(&Sym::Byte(b's'));
                // The name of an option, as in `bash -eo pipefail -c`.
                at += usize::from(matches!(known.last(), Some(b'o' | b'O')));
            }
            Some(Sym::Byte(b'-')) => {
                at += usize::from(matches!(&*known, b"--rcfile" | b"--init-file"));
            }
            _ if stdin && kind == Operand::File => return None,
            _ => return Some((at, kind)),
        }
        at += 1;
    }
    None
}

/// The words after the host of `ssh`.
fn remote_command(operands: &[Vec<Sym>]) -> &[Vec<Sym>] {
    let mut at = 0;
    while at < operands.len() {
        let word = text(&operands[at]);
        match &*word {
            [b'-', .., letter] if b"BbcDEeFIiJLlmOoPpQRSWw".contains(letter) && word.len() == 2 => {
                at += 2;
            }
            [b'-', _, ..] => at += 1,
            _ => break,
        }
    }
    operands.get(at + 1..).unwrap_or_default()
}

/// Refuses a token in `word`.
pub(super) fn refuse(word: &[Sym], tokens: &[Token], place: Place) -> Result<(), TemplateError> {
    match word.iter().find_map(token_of) {
        None => Ok(()),
        Some(token) => Err(TemplateError::Refused {
            token: String::from_utf8_lossy(&tokens[token].spelling).into_owned(),
            place,
        }),
    }
}

pub(super) fn text(word: &[Sym]) -> Vec<u8> {
    super::words::literal(word).unwrap_or_default()
}

fn check(
    runs: Runs,
    name: &[u8],
    operands: &[Vec<Sym>],
    tokens: &[Token],
) -> Result<(), TemplateError> {
    let name = String::from_utf8_lossy(base(name)).into_owned();
    let refuse = |word: &[Sym], place: Place| refuse(word, tokens, place);
    let script = |word: &[Sym], option: &[u8]| {
        let name = format!("{name} {}", String::from_utf8_lossy(option));
        match word {
            [Sym::Token(_)] => refuse(word, Place::WholeScript(name)),
            _ => refuse(word, Place::InnerScript(name)),
        }
    };
    match runs {
        Runs::Script => match script_operand(operands) {
            Some((at, Operand::Code)) => script(&operands[at], b"-c"),
            _ => Ok(()),
        },
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
        Runs::Remote => remote_command(operands)
            .iter()
            .try_for_each(|word| refuse(word, Place::Remote(name.clone()))),
    }
}

fn token_of(symbol: &Sym) -> Option<usize> {
    match symbol {
        Sym::Byte(_) => None,
        Sym::Token(index) => Some(*index),
    }
}
