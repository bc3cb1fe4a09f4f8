//! Buckets, exit statuses and words of a preset, with the values of its
//! parameters.
//!
//! Boundary: pure, as `expand` is.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::param::split;
use super::text::{Values, substitute, tokens};
use super::{BucketsSpec, CodesSpec, Param, PresetError};
use crate::copy::units::parse_size;
use crate::pipeline::{Asked, Buckets, Codes, Params, PerBucket};

/// How many entries a bucket has where a preset does not say: msrsync's.
const FILES: u64 = 1000;
/// How many bytes: msrsync's.
const SIZE: u64 = 1 << 30;

/// The buckets of a stage.
pub(super) fn buckets(spec: &BucketsSpec, values: &Values) -> Result<Buckets, PresetError> {
    let text = |text: &str| substitute(text, values);
    let asked = |key: &str| {
        if text(key).is_empty() {
            Asked::No
        } else {
            Asked::Yes
        }
    };
    let wrong = |key: &str, given: &[u8], wanted: &str| PresetError::Value {
        param: param_of(key).unwrap_or("buckets").to_owned(),
        given: String::from_utf8_lossy(given).into_owned(),
        wanted: wanted.to_owned(),
    };
    let number = |given: &[u8]| std::str::from_utf8(given).ok()?.parse().ok();
    let files = text(&spec.files);
    let files = match (&*files, number(&files)) {
        (b"", _) => PerBucket::Count(FILES),
        (b"auto", _) => PerBucket::Auto,
        (_, Some(count @ 1..)) => PerBucket::Count(count),
        (given, _) => {
            let wanted = "a number of files from 1, or auto";
            return Err(wrong(&spec.files, given, wanted));
        }
    };
    let bytes = |given: &[u8]| parse_size(std::str::from_utf8(given).ok()?).ok();
    let size = text(&spec.size);
    let size = match (&*size, bytes(&size)) {
        (b"", _) => SIZE,
        (_, Some(size @ 1..)) => size,
        (given, _) => {
            let wanted = "a number of bytes from 1, as 512M or 1G (by 1024)";
            return Err(wrong(&spec.size, given, wanted));
        }
    };
    let directory = text(&spec.directory);
    Ok(Buckets {
        from: every(&spec.trees.from, values),
        to: text(&spec.trees.to),
        part: spec.part,
        files,
        size,
        options: words(&spec.options, values),
        directory: (!directory.is_empty()).then(|| OsString::from_vec(directory).into()),
        keep: asked(&spec.keep),
        show: asked(&spec.show),
        progress: asked(&spec.progress),
        stats: asked(&spec.stats),
    })
}

/// What exit statuses mean.
pub(super) fn codes(spec: &CodesSpec, values: &Values) -> Codes {
    match spec {
        CodesSpec::Plain => Codes::Plain,
        CodesSpec::Rsync => Codes::Rsync,
        CodesSpec::RsyncFirst(strict) if substitute(strict, values).is_empty() => Codes::RsyncFirst,
        CodesSpec::RsyncFirst(_) => Codes::RsyncFirstAnd,
    }
}

/// The words of a text; values have been checked.
pub(super) fn words(text: &str, values: &Values) -> Vec<Vec<u8>> {
    split(&substitute(text, values)).unwrap_or_default()
}

/// `text`, once for each value where it is one token of a parameter that has
/// several.
pub(super) fn every(text: &str, values: &Values) -> Vec<Vec<u8>> {
    match param_of(text) {
        None => vec![substitute(text, values)],
        Some(name) => {
            let named = values.iter().filter(|(known, _)| known == name.as_bytes());
            named.map(|(_, value)| value.clone()).collect()
        }
    }
}

/// The parameter that is the whole of `text`.
fn param_of(text: &str) -> Option<&str> {
    let token = tokens(text).next()?;
    (token == (0..text.len())).then(|| &text[1..text.len() - 1])
}

/// A command in which each parameter that stands for several words has become
/// one token a word, and the values of all tokens. A word is a value like any
/// other: nothing in it is a token, or means something to a shell.
pub(super) fn command(run: &str, params: &[Param], values: &Values) -> (Vec<u8>, Params) {
    let mut script = String::new();
    let mut all = values.to_vec();
    let mut end = 0;
    for token in tokens(run) {
        let name = &run[token.start + 1..token.end - 1];
        let value = values.iter().find(|(known, _)| known == name.as_bytes());
        let param = params.iter().find(|param| param.name == name);
        let (Some((_, value)), Some(param)) = (value, param) else {
            continue;
        };
        let Some(words) = param.kind.words(value) else {
            continue;
        };
        script.push_str(&run[end..token.start]);
        end = token.end;
        let mut spellings = Vec::new();
        for (index, word) in words.into_iter().enumerate() {
            // No parameter can have a dot in its name.
            let word_name = format!("{name}.{}", index + 1);
            spellings.push(format!("<{word_name}>"));
            all.push((word_name.into_bytes(), word));
        }
        script.push_str(&spellings.join(" "));
    }
    script.push_str(&run[end..]);
    (script.into_bytes(), all)
}
