//! The texts that help prints.
//!
//! Boundary: plain text, 80 columns wide, the same on every terminal and in
//! every pipe; printing it is not done here.

use super::args::runner;
use super::docs;
use clap::Command;

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// What is used most: fits a screen.
    Short,
    /// Everything.
    Long,
}

const SHORT_END: &str = "\
Tokens: <> the input, <.> without extension, </> basename, <//> dirname,
        <#> number, <%> slot, <1> column 1; without any, {} {.} ... are tokens.
prun --help has every option and token, and examples; prun -V the version.
";

/// `prun -h`.
pub(super) fn short() -> String {
    format!("{}\n{SHORT_END}", options(&runner(), Size::Short))
}

/// `prun --help`.
pub(super) fn long() -> String {
    let mut text = options(&runner(), Size::Long);
    // The description stands between the first line and the usage.
    if let Some(at) = text.find("\n\nUsage:") {
        text.insert_str(at + 2, &format!("{}\n", docs::description()));
    }
    for section in &docs::SECTIONS {
        text.push('\n');
        text.push_str(&chapter(section));
    }
    text
}

/// A chapter under its title.
fn chapter(section: &docs::Section) -> String {
    format!("{}:\n{}", section.title, docs::plain(section.text, "  "))
}

/// `prun preset --help`.
pub(super) fn presets() -> String {
    docs::plain(docs::PRESETS.text, "")
}

/// `prun --version`.
pub(super) fn version() -> String {
    format!("prun {}\n", env!("CARGO_PKG_VERSION"))
}

/// `prun preset NAME --help`.
pub(super) fn preset(
    command: &Command,
    size: Size,
    more: &str,
    section: Option<&docs::Section>,
) -> String {
    let mut text = options(command, size);
    if size == Size::Long && !more.trim().is_empty() {
        text.push('\n');
        text.push_str(more.trim_end());
        text.push('\n');
    }
    if let Some(section) = section.filter(|_| size == Size::Long) {
        text.push('\n');
        text.push_str(&chapter(section));
    }
    text
}

/// How a command is used, on one line.
pub(super) fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage: ").trim_end().to_owned()
}

/// The options of `command`, one a line as far as they go.
fn options(command: &Command, size: Size) -> String {
    // clap's own long form takes three lines for an option; the man page has
    // the room for that.
    let mut command = match size {
        Size::Short => command.clone(),
        Size::Long => command.clone().mut_args(|arg| arg.hide_short_help(false)),
    };
    command.render_help().to_string()
}
