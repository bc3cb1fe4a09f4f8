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

/// All options, in the order of their precedence, and the words behind them:
/// those of files and of the variable begin the command.
pub(super) fn read(argv: Vec<OsString>, env: &Env) -> Result<(Given, Vec<OsString>), ConfigError> {
    let mut typed = Given::default();
    let rest = gnu::read_options(argv.clone(), &mut typed)?;
    if typed.has(Opt::Plain) {
        return Ok((typed, rest));
    }
    let mut given = Given::default();
    let mut command = Vec::new();
    let directories = directories(env);
    let profiles: Vec<&OsString> = typed.all(Opt::Profile).collect();
    if profiles.is_empty() {
        let own = directories.iter().map(|own| own.join("config"));
        for file in std::iter::once(PathBuf::from("/etc/parallel/config")).chain(own) {
            if let Some(words) = of_file(&file)? {
                command.extend(gnu::read_options(words, &mut given)?);
            }
        }
    }
    for name in profiles {
        let mut is_there = false;
        for file in profile(name.as_ref(), &directories) {
            if let Some(words) = of_file(&file)? {
                is_there = true;
                command.extend(gnu::read_options(words, &mut given)?);
            }
        }
        if !is_there {
            // As GNU parallel, which goes on without it and says nothing.
            ui::warning(format_args!("no profile {}", ui::Shown(name.as_bytes())));
        }
    }
    if let Some(variable) = env.get("PARALLEL") {
        let words = split(&variable.to_string_lossy(), "$PARALLEL")?;
        command.extend(gnu::read_options(words, &mut given)?);
    }
    command.extend(gnu::read_options(argv, &mut given)?);
    Ok((given, command))
}

/// Where files of options may be, the last one first in precedence.
fn directories(env: &Env) -> Vec<PathBuf> {
    let config = env.directory_in("XDG_CONFIG_HOME");
    let home = env.directory_in("HOME");
    [
        env.directory_in("PARALLEL_HOME"),
        config.map(|config| config.join("parallel")),
        home.map(|home| home.join(".parallel")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A path with a slash is itself, a name is a file of the user's.
fn profile(name: &Path, directories: &[PathBuf]) -> Vec<PathBuf> {
    if directories.is_empty() || name.as_os_str().as_encoded_bytes().contains(&b'/') {
        return vec![name.to_path_buf()];
    }
    directories.iter().map(|own| own.join(name)).collect()
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
