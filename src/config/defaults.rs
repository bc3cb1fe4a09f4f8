//! Options that the user has set for all runs: `config.toml`, `$PRUN_OPTS`.
//!
//! Boundary: finds and reads them, and gives them on as words; what options
//! there are is known to `cli` alone.

use std::ffi::OsString;
use std::io::ErrorKind;

use toml::Value;

use super::{ConfigError, Env};
use crate::cli::Defaults;

/// The user's defaults, those that count least first.
pub(super) fn read(env: &Env) -> Result<Vec<Defaults>, ConfigError> {
    let mut all = Vec::new();
    all.extend(file(env)?);
    if let Some(words) = env.get("PRUN_OPTS") {
        all.push(Defaults::split("$PRUN_OPTS", words)?);
    }
    Ok(all)
}

fn file(env: &Env) -> Result<Option<Defaults>, ConfigError> {
    let Some(directory) = env.config_directory() else {
        return Ok(None);
    };
    let path = directory.join("config.toml");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(source) => {
            return Err(ConfigError::Path {
                what: "cannot read the config file",
                path,
                source,
            });
        }
    };
    let origin = path.display().to_string();
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            return Err(ConfigError::ConfigFile {
                path,
                error: Box::new(error),
            });
        }
    };
    let mut words = Vec::new();
    for (key, value) in &table {
        if !add(key, value, &mut words) {
            return Err(ConfigError::ConfigKey {
                path,
                key: key.clone(),
            });
        }
    }
    Ok(Some(Defaults { origin, words }))
}

/// One key as words of a command line: `tag = true` is `--tag`, `jobs = "50%"`
/// is `--jobs=50%`, an array is the option several times. False if the value
/// is of a form that no option has.
fn add(key: &str, value: &Value, words: &mut Vec<OsString>) -> bool {
    let word = match value {
        Value::Boolean(true) => format!("--{key}"),
        Value::Boolean(false) => return true,
        Value::String(text) => format!("--{key}={text}"),
        Value::Integer(number) => format!("--{key}={number}"),
        Value::Float(number) => format!("--{key}={number}"),
        Value::Array(values) => return values.iter().all(|value| add(key, value, words)),
        Value::Datetime(_) | Value::Table(_) => return false,
    };
    words.push(word.into());
    true
}
