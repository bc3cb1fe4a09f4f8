//! Commands that make shell code of their words: a nested `prun`, GNU
//! `parallel`, `watch`.
//!
//! Boundary: as `inner`, a help and not a promise. An option that is not known
//! is taken to have a value of its own: then less is taken for a command.

use super::error::{Place, TemplateError};
use super::inner::{refuse, text};
use super::token::{Sym, Token};
use super::words::among;

/// A command that runs commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    /// One word is a script, several are not.
    Prun,
    /// All words are joined, and a shell reads them.
    Parallel,
    /// The same, but without inputs.
    Watch,
}

/// The runner of that name.
pub(super) fn runner(name: &[u8]) -> Option<Runner> {
    match name {
        b"prun" => Some(Runner::Prun),
        b"parallel" | b"sem" | b"parallel.moreutils" => Some(Runner::Parallel),
        b"watch" => Some(Runner::Watch),
        _ => None,
    }
}

impl Runner {
    /// Letters of options without a value.
    fn flags(self) -> &'static [u8] {
        match self {
            Self::Prun => b"0XmrvtpkuhV",
            Self::Parallel => b"0XmrvtpkuqhVx",
            Self::Watch => b"dtbegcpxwhv",
        }
    }

    fn is_long_flag(self, word: &[u8]) -> bool {
        const SHARED: &str = "\
        --null --link --context-replace --no-run-if-empty --shuf --dry-run --verbose --tty \
        --interactive --keep-order --group --ungroup --line-buffer --lb --latest-line --ll \
        --tag --resume --resume-failed --bar --eta --progress --pipe --help --version";
        const PRUN: &str = "\
        --header --regex-skip --strip-skip --drain --no-config";
        const PARALLEL: &str = "\
        --linebuffer --latestline --quote --plus --xargs --semaphore \
        --wait --fg --bg --will-cite --no-notice --dryrun";
        const WATCH: &str = "\
        --differences --no-title --beep --errexit --chgexit --color --precise --exec \
        --no-wrap --help --version";
        match self {
            Self::Prun => among(SHARED, word) || among(PRUN, word),
            Self::Parallel => among(SHARED, word) || among(PARALLEL, word),
            Self::Watch => among(WATCH, word),
        }
    }

    /// Whether the word after the option `word` is its value.
    fn takes_next(self, word: &[u8]) -> bool {
        if word.starts_with(b"--") {
            return !word.contains(&b'=') && !self.is_long_flag(word);
        }
        let letters = word.get(1..).unwrap_or_default();
        letters
            .iter()
            .position(|letter| !self.flags().contains(letter))
            .is_some_and(|index| index + 1 == letters.len())
    }
}

/// Options whose value is the name of a file, or a number.
fn is_plain_option(word: &[u8]) -> bool {
    matches!(
        word,
        b"-a"
            | b"-j"
            | b"-n"
            | b"--arg-file"
            | b"--jobs"
            | b"--joblog"
            | b"--wd"
            | b"--workdir"
            | b"--interval"
    )
}

/// The words of a runner.
struct Split {
    /// Where the command begins.
    command: usize,
    /// Where the values begin.
    values: usize,
    /// `-x`
    exec: bool,
    /// Values of options in which a token may stand.
    plain: Vec<usize>,
}

fn split(runner: Runner, operands: &[Vec<Sym>]) -> Split {
    let values = operands
        .iter()
        .position(|word| runner != Runner::Watch && is_source(&text(word)))
        .unwrap_or(operands.len());
    let mut exec = false;
    let mut plain = Vec::new();
    let mut at = 0;
    while at < values && operands[at].first() == Some(&Sym::Byte(b'-')) && operands[at].len() > 1 {
        let word = text(&operands[at]);
        at += 1;
        if word == b"--" {
            break;
        }
        exec |= runner == Runner::Watch
            && (word == b"--exec" || (!word.starts_with(b"--") && word.contains(&b'x')));
        if runner.takes_next(&word) {
            if is_plain_option(&word) {
                plain.push(at);
            }
            at += 1;
        }
    }
    Split {
        command: at.min(values),
        values,
        exec,
        plain,
    }
}

fn is_source(word: &[u8]) -> bool {
    matches!(word, b":::" | b":::+" | b"::::" | b"::::+")
}

/// Refuses a token in what `runner` gives to a shell.
pub(super) fn check(
    runner: Runner,
    name: &str,
    operands: &[Vec<Sym>],
    tokens: &[Token],
) -> Result<(), TemplateError> {
    let split = split(runner, operands);
    let words = split.values - split.command;
    let code = match runner {
        Runner::Prun => words < 2,
        Runner::Parallel => true,
        Runner::Watch => !split.exec,
    };
    let place = || Place::InnerCommand(name.to_owned());
    if code {
        for (index, word) in operands[..split.values].iter().enumerate() {
            if !split.plain.contains(&index) {
                refuse(word, tokens, place())?;
            }
        }
    }
    if words == 0 {
        // Values are commands, and files hold commands.
        let mut file = false;
        for word in &operands[split.values..] {
            match &*text(word) {
                b":::" | b":::+" => file = false,
                b"::::" | b"::::+" => file = true,
                _ if !file => refuse(word, tokens, place())?,
                _ => {}
            }
        }
    }
    Ok(())
}
