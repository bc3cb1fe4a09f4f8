//! A job without a script as a line for a person.
//!
//! Boundary: quotes words that are already rendered.

use super::argv::Argv;
use super::quote::{quote, quote_always};
use super::words::is_shell_word;

/// Appends `argv` as one line.
pub(super) fn render(argv: &Argv, out: &mut Vec<u8>) {
    let words: Vec<&[u8]> = argv.words().map(std::ffi::CStr::to_bytes).collect();
    let Some((first, operands)) = words.split_first() else {
        return;
    };
    if is_shell_word(first) && !is_alike(first, operands) {
        // The shell has something of its own by this name; env has not.
        out.extend_from_slice(b"env ");
    }
    if first.contains(&b'=') || first.starts_with(b"%") {
        quote_always(first, out);
    } else {
        quote(first, out);
    }
    for word in operands {
        out.push(b' ');
        quote(word, out);
    }
}

/// Whether the builtins of bash, ksh and zsh do the same as the program.
fn is_alike(name: &[u8], operands: &[&[u8]]) -> bool {
    match name {
        b"true" | b"false" => operands.is_empty(),
        b"echo" => {
            !operands.first().is_some_and(|word| word.starts_with(b"-"))
                && !operands.iter().any(|word| word.contains(&b'\\'))
        }
        b"printf" => operands
            .first()
            .is_some_and(|format| is_alike_format(format)),
        _ => false,
    }
}

/// Whether every printf does the same with `format`.
pub(super) fn is_alike_format(format: &[u8]) -> bool {
    if format.starts_with(b"-") {
        return false;
    }
    let mut bytes = format.iter();
    while let Some(byte) = bytes.next() {
        let alike = match byte {
            b'%' => matches!(bytes.next(), Some(b's' | b'%')),
            b'\\' => matches!(bytes.next(), Some(b'n' | b't' | b'\\')),
            _ => true,
        };
        if !alike {
            return false;
        }
    }
    true
}
