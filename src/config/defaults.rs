//! Options that the user has set for all runs: `config.toml`, `$PRUN_OPTS`.
//!
//! Boundary: finds and reads them, and gives them on as words; what options
//! there are is known to `cli` alone.

use std::io::ErrorKind;

use super::{ConfigError, Env};
use crate::Error;
use crate::cli::Defaults;

/// The form of `config.toml`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    /// Words as they would stand on the command line.
    #[serde(default)]
    options: Vec<String>,
}

/// The user's defaults, those that count least first.
pub(super) fn read(env: &Env) -> Result<Vec<Defaults>, Error> {
    let mut all = Vec::new();
    all.extend(file(env)?);
    if let Some(words) = env.get("PRUN_OPTS") {
        all.push(Defaults::split("$PRUN_OPTS", words)?);
    }
    Ok(all)
}

fn file(env: &Env) -> Result<Option<Defaults>, Error> {
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
            }
            .into());
        }
    };
    let origin = path.display().to_string();
    let file: ConfigFile = toml::from_str(&text).map_err(|error| ConfigError::ConfigFile {
        path,
        error: Box::new(error),
    })?;
    Ok(Some(Defaults {
        origin,
        words: file.options.into_iter().map(Into::into).collect(),
    }))
}
