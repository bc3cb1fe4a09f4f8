//! clap's errors, said in prun's own words on one line.
//!
//! Boundary: translation. clap is asked for the kind and the context of an
//! error, never for its rendered text, which has several lines.

use super::error::{CliError, shown};
use super::scan::Given;
use super::values::ValueError;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use std::error::Error as _;
use std::ffi::OsStr;

/// Translates `error`, which clap found in the options `given`.
pub(super) fn translate(error: &Error, given: &[Given]) -> CliError {
    let option = names(error, ContextKind::InvalidArg).join(" and ");
    // A preset's positional is an option for clap only: `--SRC`.
    let bare = |name: &str| {
        let capitals = name
            .strip_prefix("--")
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
        capitals.unwrap_or(name).to_owned()
    };
    // As it was typed: `-n`, where clap only knows `--max-args`.
    let typed = |option: &str| {
        let given = given.iter().rfind(|given| given.name == option);
        given.map_or_else(|| bare(option), |given| given.typed.clone())
    };
    match error.kind() {
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let value = names(error, ContextKind::InvalidValue).concat();
            let reason = error
                .source()
                .and_then(|source| source.downcast_ref::<ValueError>());
            let valid = || match listed(&names(error, ContextKind::ValidValue), "or") {
                // Of the options without a list only those that take a path
                // refuse a value, and that is the empty one.
                none if none.is_empty() => "give a path".to_owned(),
                words => format!("give {words}"),
            };
            let accepted = reason.map_or_else(valid, ToString::to_string);
            CliError::BadValue {
                option: typed(&option),
                value: shown_value(&value),
                accepted,
            }
        }
        ErrorKind::ArgumentConflict => CliError::Conflict {
            option: typed(&option),
            other: listed(
                &names(error, ContextKind::PriorArg)
                    .iter()
                    .map(|name| typed(name))
                    .collect::<Vec<_>>(),
                "or",
            ),
        },
        _ => CliError::Other {
            message: error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned(),
        },
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn listed(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}

/// What the error has of this kind, options without their value names.
pub(super) fn names(error: &Error, kind: ContextKind) -> Vec<String> {
    let bare = |text: &String| match kind {
        ContextKind::InvalidArg | ContextKind::PriorArg if text.starts_with('-') => text
            .split([' ', '=', '['])
            .next()
            .unwrap_or_default()
            .to_owned(),
        _ => text.clone(),
    };
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![bare(text)],
        Some(ContextValue::Strings(texts)) => texts.iter().map(bare).collect(),
        _ => Vec::new(),
    }
}

/// An empty value is shown as one.
fn shown_value(value: &str) -> String {
    if value.is_empty() {
        "''".to_owned()
    } else {
        shown(OsStr::new(value))
    }
}
