//! Tests of the whole command line.

mod copying;
mod definition;
mod generated;
mod layers;
mod preset;
mod run;

use super::*;

fn words(line: &[&str]) -> Vec<OsString> {
    line.iter().map(OsString::from).collect()
}

/// The arguments of a run; a panic that shows the error if there is one.
fn run(line: &[&str]) -> Args {
    match parse(words(line), &[]) {
        Ok(Invocation::Run(args)) => *args,
        other => panic!("{line:?}: {other:?}"),
    }
}

/// The error, on one line.
fn error(line: &[&str]) -> String {
    match parse(words(line), &[]) {
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains('\n'), "{text}");
            let hint = error
                .hint()
                .map(|hint| format!(" ({hint})"))
                .unwrap_or_default();
            assert!(!hint.contains('\n'), "{hint}");
            format!("{text}{hint}")
        }
        other => panic!("{line:?}: {other:?}"),
    }
}
