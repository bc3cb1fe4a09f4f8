//! Completions: clap's for the options, and what stands in `shells/` for the
//! command, for `preset` and the names of presets.
//!
//! Boundary: bytes out, the same ones each time.

use super::args::runner;
use super::params::{self, NativeOptions, PresetSpec};
use super::scan::Table;
use clap::Command;
use clap_complete::Shell;
use std::ffi::OsStr;

const BASH: &str = include_str!("shells/prun.bash");
const ZSH: &str = include_str!("shells/prun.zsh");
const FISH: &str = include_str!("shells/prun.fish");

pub(super) fn bash(presets: &[&str]) -> String {
    let options = of_clap(Shell::Bash).replace("_prun", "_prun_options");
    options + &filled(BASH, presets)
}

pub(super) fn zsh(presets: &[&str]) -> String {
    // `(-)`: behind the command there are no options of prun.
    let options = of_clap(Shell::Zsh)
        .replace(":_cmdambivalent'", ":_prun_words'")
        .replace("'*::command ", "'(-)*::command ");
    let words = filled(ZSH, presets);
    // The last lines call what stands before them.
    match options.rfind("\nif [") {
        Some(at) => format!("{}{words}{}", &options[..at], &options[at..]),
        None => options + &words,
    }
}

pub(super) fn fish(presets: &[&str]) -> String {
    of_clap(Shell::Fish) + &filled(FISH, presets)
}

fn of_clap(shell: Shell) -> String {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut runner(), "prun", &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// `text` with the names of options and presets in it.
fn filled(text: &str, presets: &[&str]) -> String {
    let (letters, longs): (Vec<String>, Vec<String>) = Table::new(&runner())
        .with_value()
        .partition(|name| !name.starts_with("--"));
    let plain = |name: &&&str| {
        let safe = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        !name.is_empty() && name.bytes().all(safe)
    };
    let presets: Vec<&str> = presets.iter().filter(plain).copied().collect();
    let any = PresetSpec {
        name: OsStr::new(""),
        about: "",
        long_about: "",
        params: &[],
        native: NativeOptions::Copy,
        destination: None,
    };
    let options = params::command(&any).map(|command| names(&command));
    text.replace("@WITH_VALUE@", &[&*letters, &*longs].concat().join(" "))
        .replace("@LONGS@", &longs.join(" "))
        .replace("@LETTERS@", &letters.concat().replace('-', ""))
        .replace("@PRESETS@", &presets.join(" "))
        .replace("@PRESET_OPTIONS@", &options.unwrap_or_default().join(" "))
}

/// The options of `command`, each as help has it.
fn names(command: &Command) -> Vec<String> {
    let shorts = (command.get_arguments().filter_map(clap::Arg::get_short))
        .map(|letter| format!("-{letter}"));
    let longs =
        (command.get_arguments().filter_map(clap::Arg::get_long)).map(|long| format!("--{long}"));
    shorts.chain(longs).collect()
}
