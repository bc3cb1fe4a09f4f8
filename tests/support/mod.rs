//! What the tests share. Boundary: nothing here knows an option of prun; a helper either sets a scene, waits for a real
//! event with a deadline, or compares and shows everything when the comparison fails.
//!
//! Time is never a synchronisation: jobs block on a [`Gate`], the test sees them arrive and lets them go.

mod capture;
mod dir;
mod expect;
mod gate;
mod need;
mod processes;
mod prun;
mod running;
mod terminal;
mod tree;
mod wait;

pub(crate) use dir::Dir;
pub(crate) use gate::{Gate, Held};
pub(crate) use need::{is_root, need, need_root, skip};
pub(crate) use processes::{Marker, process, state_of};
pub(crate) use prun::{PRUN, Prun, prun};
pub(crate) use terminal::{CTRL_C, CTRL_Z, Terminal};
pub(crate) use tree::{Entry, assert_same_tree, nasty_names, nasty_tree, snapshot};
pub(crate) use wait::wait_until;

/// The numbers from 1, one a line.
pub(crate) fn numbered(count: usize) -> String {
    let lines: Vec<String> = (1..=count).map(|n| n.to_string()).collect();
    lines.join("\n") + "\n"
}

/// Values that break careless quoting; all legal in a file name but for the slash and the length.
pub(crate) fn nasty_values() -> Vec<Vec<u8>> {
    let mut values: Vec<Vec<u8>> = [
        "",
        " ",
        "a b",
        " lead",
        "trail ",
        "'",
        "it's",
        "\"",
        "a\"b'c",
        "$HOME",
        "$(touch pwned)",
        "`touch pwned`",
        "${x:=touch pwned}",
        "; touch pwned",
        "| touch pwned",
        "&& touch pwned",
        "> pwned",
        "\n",
        "a\nb",
        "\ntouch pwned\n",
        "trailing newline\n",
        "tab\there",
        "\r",
        "back\\slash",
        "\\",
        "\\n",
        "\\c",
        "a\\",
        "*",
        "?",
        "[a-z]*",
        "a[1]",
        "~",
        "~root",
        "!",
        "!!",
        "#x",
        "-",
        "--help",
        "-rf",
        "{}",
        "{1}",
        "<>",
        "<1>",
        "<#>",
        "<<>>",
        "{a,b}",
        "%s%d",
        "a=b",
        "x[$(touch pwned)]",
        "a[$(touch pwned>&2)]",
        "\u{e9}\u{4e2d}",
        "\u{1}\u{7f}\u{1b}[31m",
        "'\"'\"'",
        "$'a'",
        "EOF",
        "\nEOF\n",
        "a;b&c|d(e)f",
        "=ls",
        "^x",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    values.push(b"not \xff\xfe utf-8 \x80".to_vec());
    values.push((1..=255).collect());
    values
}
