//! Tests of the templates as a whole.
//!
//! `positions` and `fuzz` run the shells themselves: what a shell does with a
//! script is not to be guessed here either.

mod direct;
mod fuzz;
mod paste;
mod positions;
mod refused;
mod shells;
mod shown;
mod tokens;

use std::path::Path;
use std::sync::Arc;

use super::{
    Append, Argv, Batch, Command, DestToken, Record, Replace, ShellKind, Spec, Template,
    TemplateError, Values,
};

/// A specification with nothing declared; every word is a program unless it
/// begins with `no-`.
fn spec<'a>(command: Command<'a>, shell: &'a str) -> Spec<'a> {
    Spec {
        command,
        replace: Replace::Auto,
        names: &[],
        params: &[],
        dest: DestToken::Undeclared,
        batch: Batch::One,
        append: Append::Input,
        shell: Path::new(shell),
        shell_kind: ShellKind::of(Path::new(shell)),
        bash: Path::new("bash"),
        functions: &[],
        is_program: Arc::new(|name| !name.starts_with(b"no-")),
    }
}

fn script(text: &str, shell: &str) -> Result<Template, TemplateError> {
    Template::parse(&spec(Command::Script(text.as_bytes()), shell))
}

fn record(columns: &[&[u8]]) -> Record {
    let mut record = Record::new();
    for column in columns {
        record.push(column);
    }
    record
}

fn values(records: &[Record]) -> Values<'_> {
    Values {
        records,
        seq: 7,
        slot: 3,
        dest: Some(b"/mnt/a"),
        total: None,
    }
}

fn words(template: &Template, records: &[Record]) -> Vec<Vec<u8>> {
    let mut argv = Argv::new();
    template.render(&values(records), &mut argv);
    argv.words().map(|word| word.to_bytes().to_vec()).collect()
}

fn text_words(template: &Template, records: &[Record]) -> Vec<String> {
    words(template, records)
        .iter()
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}

fn line(template: &Template, records: &[Record]) -> Vec<u8> {
    let mut line = Vec::new();
    template.render_line(&values(records), &mut line);
    line
}

fn text_line(template: &Template, records: &[Record]) -> String {
    String::from_utf8(line(template, records)).unwrap()
}

/// Values that try something.
const HOSTILE: &[&[u8]] = &[
    b"",
    b"plain",
    b"two  words",
    b" lead and trail ",
    b"a\nb\n",
    b"-n",
    b"--",
    b"-va[$(: >canary)]",
    b"$(: >canary)",
    b"`: >canary`",
    b"'; : >canary; '",
    b"\"; : >canary; \"",
    b"'\"'\"'$(: >canary)",
    b"\n: >canary\n",
    b"a[$(: >canary)]",
    b"x[`: >canary`]+1",
    b"${x:=$(: >canary)}",
    b"END\n: >canary",
    b"END",
    b"\\",
    b"\\\\n%s%d",
    b"*?[a]~{a,b}",
    b"~root",
    b"<> <1> {} {1}",
    b"#not a comment",
    b"}; : >canary; {",
    b") : >canary (",
    b"& ! | ^",
    b"\xff\xfe\x80 \x81\x82\x88",
    b"\xc3\xa9 \xe2\x80\xa8 \x01\x7f\x1b[0m",
    b"=ls",
    b"\t\r",
];
