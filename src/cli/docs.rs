//! The man page, and the chapters of help, made of the one clap definition and of
//! the texts in `text/`.
//!
//! Boundary: bytes out, the same ones each time; nothing is read or written.

use super::args::{Doc, runner};
use super::{complete, params};
use crate::preset::json_schema_text;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use std::fmt::Write as _;

/// A chapter of prose, in `--help` and in the man page.
pub(super) struct Section {
    pub(super) title: &'static str,
    /// One paragraph a line; lines that begin with blanks are shown as they are.
    pub(super) text: &'static str,
}

/// What `prun preset --help` says.
pub(super) const PRESETS: Section = Section {
    title: "Presets",
    text: include_str!("text/presets.txt"),
};

/// What the long help of a preset that copies says, and the man page.
pub(super) const COPYING: Section = Section {
    title: "Copying",
    text: include_str!("text/copying.txt"),
};

/// What the long help of presets for several clients says, and the man page.
pub(super) const CLIENTS: Section = Section {
    title: "Several clients",
    text: include_str!("text/clients.txt"),
};

const DESCRIPTION: &str = include_str!("text/description.txt");

/// The chapters behind the options, in order.
pub(super) const SECTIONS: [Section; 12] = [
    Section {
        title: "Templates",
        text: include_str!("text/templates.txt"),
    },
    Section {
        title: "Input sources",
        text: include_str!("text/inputs.txt"),
    },
    Section {
        title: "Blocks",
        text: include_str!("text/blocks.txt"),
    },
    Section {
        title: "Records and results",
        text: include_str!("text/records.txt"),
    },
    Section {
        title: "Examples",
        text: include_str!("text/examples.txt"),
    },
    PRESETS,
    CLIENTS,
    COPYING,
    Section {
        title: "Exit status",
        text: include_str!("text/exit_status.txt"),
    },
    Section {
        title: "Signals",
        text: include_str!("text/signals.txt"),
    },
    Section {
        title: "Environment",
        text: include_str!("text/environment.txt"),
    },
    Section {
        title: "Files",
        text: include_str!("text/files.txt"),
    },
];

/// Makes the document that `--generate` asks for.
///
/// `presets` are the names that completions offer after `prun preset`; those
/// that a shell would have to quote are left out.
pub fn generate(doc: Doc, presets: &[&str]) -> Vec<u8> {
    let text = match doc {
        Doc::Man => man(),
        Doc::Bash => complete::bash(presets),
        Doc::Zsh => complete::zsh(presets),
        Doc::Fish => complete::fish(presets),
        Doc::PresetSchema => json_schema_text(),
    };
    text.into_bytes()
}

/// Rendered in pieces: clap_mangen puts one chapter `EXTRA` behind its own,
/// lists hundreds of words as the synopsis, and makes each group of options a
/// chapter of its own.
fn man() -> String {
    let mut roff = Roff::new();
    roff.control("SH", ["DESCRIPTION"]);
    prose(&mut roff, DESCRIPTION);
    let description = roff.render();
    let mut roff = Roff::new();
    for section in &SECTIONS {
        roff.control("SH", [section.title.to_uppercase().as_str()]);
        prose(&mut roff, section.text);
    }
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman("xargs(1), find(1), parallel(1), rsync(1), cp(1)")]);
    let chapters = roff.render();

    // clap_mangen leaves out the help of options that `-h` leaves out.
    let page = Man::new(runner().mut_args(|arg| arg.hide_short_help(false)));
    // No date: the same page every day.
    let version = env!("CARGO_PKG_VERSION");
    let mut out = format!(
        ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n.TH PRUN 1 \"\" \"prun {version}\" \"User Commands\"\n"
    );
    out.push_str(&piece(|w| page.render_name_section(w)));
    out.push_str(&piece(|w| page.render_synopsis_section(w)));
    out.push_str(without_preamble(&description));
    out.push_str(".SH OPTIONS\n");
    out.push_str(
        &piece(|w| page.render_options_section(w))
            .replace("\n.SH ", "\n.SS ")
            .replacen(".SH ", ".SS ", 1),
    );
    // The options of copies stand behind what is said of copies.
    let (before, after) = match chapters.find(".SH \"EXIT STATUS\"") {
        Some(at) => chapters.split_at(at),
        None => (&*chapters, ""),
    };
    out.push_str(without_preamble(before));
    for native in [
        params::copying(),
        params::verifying(),
        params::counting(),
        params::dividing(),
    ] {
        let page = Man::new(native.mut_args(|arg| arg.hide_short_help(false)));
        out.push_str(
            &piece(|w| page.render_options_section(w))
                .replace("\n.SH ", "\n.SS ")
                .replacen(".SH ", ".SS ", 1),
        );
    }
    out.push_str(after);
    out
}

/// One piece of the page, as text. Writing to memory does not fail.
fn piece(render: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    let _: std::io::Result<()> = render(&mut bytes);
    without_preamble(&String::from_utf8_lossy(&bytes)).to_owned()
}

/// Every piece begins with the same definitions, which a page needs once.
fn without_preamble(text: &str) -> &str {
    text.find("\n.SH").map_or(text, |at| &text[at + 1..])
}

/// Writes paragraphs filled, and indented lines as they are.
fn prose(roff: &mut Roff, text: &str) {
    let mut verbatim = false;
    for line in text.lines() {
        let indented = line.starts_with(' ');
        if indented != verbatim && !line.is_empty() {
            roff.control(if indented { "nf" } else { "fi" }, []);
            verbatim = indented;
        }
        if line.is_empty() {
            roff.control("PP", []);
        } else {
            roff.text([roman(line)]);
        }
    }
    if verbatim {
        roff.control("fi", []);
    }
}

/// A chapter as plain text 80 columns wide, each line behind `indent`.
pub(super) fn plain(text: &str, indent: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        if line.is_empty() {
            out.push('\n');
        } else if line.starts_with(' ') {
            // Writing to a String does not fail.
            let _: std::fmt::Result = writeln!(out, "{indent}{line}");
        } else {
            fill(line, indent, &mut out);
        }
    }
    out
}

fn fill(paragraph: &str, indent: &str, out: &mut String) {
    let mut width = usize::MAX;
    for word in paragraph.split(' ') {
        let chars = word.chars().count();
        if width.saturating_add(chars + 1) > 79 {
            out.push_str(if width == usize::MAX { "" } else { "\n" });
            out.push_str(indent);
            width = indent.len();
        } else {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += chars;
    }
    out.push('\n');
}

/// The description, for the top of `--help`.
pub(super) fn description() -> String {
    plain(DESCRIPTION, "")
}
