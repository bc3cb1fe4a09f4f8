//! Where options of GNU parallel's face come from beside the command line:
//! config files, profiles, `$PARALLEL`.
//!
//! Boundary: reads files and splits them into words; which option is which is
//! the parser's. A file that is not there says nothing.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::super::{ConfigError, Env};
use crate::cli::gnu::{self, Given, Opt};
use crate::ui;

/// All options, in the order of their precedence, and the words behind them.
pub(super) fn read(argv: Vec<OsString>, env: &Env) -> Result<(Given, Vec<OsString>), ConfigError> {
    let mut typed = Given::default();
    let rest = gnu::read_options(argv.clone(), &mut typed)?;
    if typed.has(Opt::Plain) {
        return Ok((typed, rest));
    }
    let own = env.directory_in("HOME").map(|home| home.join(".parallel"));
    let mut given = Given::default();
    let profiles: Vec<&OsString> = typed.all(Opt::Profile).collect();
    if profiles.is_empty() {
        let own = own.as_ref().map(|own| own.join("config"));
        for file in [Some(PathBuf::from("/etc/parallel/config")), own] {
            if let Some(file) = file
                && let Some(words) = of_file(&file)?
            {
                gnu::read_defaults(words, &mut given)?;
            }
        }
    }
    for name in profiles {
        let file = profile(name.as_ref(), own.as_deref());
        let Some(words) = of_file(&file)? else {
            // As GNU parallel, which goes on without it and says nothing.
            ui::warning(format_args!("no profile {}", ui::Shown(name.as_bytes())));
            continue;
        };
        gnu::read_defaults(words, &mut given)?;
    }
    if let Some(variable) = env.get("PARALLEL") {
        let words = split(&variable.to_string_lossy(), "$PARALLEL")?;
        gnu::read_defaults(words, &mut given)?;
    }
    let rest = gnu::read_options(argv, &mut given)?;
    Ok((given, rest))
}

/// A path with a slash is itself, a name is a file of the user's.
fn profile(name: &Path, own: Option<&Path>) -> PathBuf {
    let in_own = own.map(|own| own.join(name));
    match in_own {
        Some(file) if !name.as_os_str().as_encoded_bytes().contains(&b'/') => file,
        _ => name.to_path_buf(),
    }
}

fn of_file(path: &Path) -> Result<Option<Vec<OsString>>, ConfigError> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(None);
        }
        Err(source) => {
            return Err(ConfigError::Path {
                what: "cannot read the options in",
                path: path.into(),
                source,
            });
        }
    };
    let mut words = Vec::new();
    for line in String::from_utf8_lossy(&text).lines() {
        if !line.trim_start().starts_with('#') {
            words.extend(split(line, &path.to_string_lossy())?);
        }
    }
    Ok(Some(words))
}

fn split(text: &str, origin: &str) -> Result<Vec<OsString>, ConfigError> {
    let words = shell_words::split(text).map_err(|_| ConfigError::GnuOptions {
        origin: origin.to_owned(),
        problem: "a quote is not closed".to_owned(),
    })?;
    Ok(words.into_iter().map(OsString::from).collect())
}
