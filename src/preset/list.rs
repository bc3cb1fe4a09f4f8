//! All presets there are, for `prun preset`.
//!
//! Boundary: reads the user's directory; prints nothing.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::builtin::BUILTIN;
use super::lookup::{BUILTIN_PREFIX, builtin, can_be_called, is_missing, read_users};
use super::{Lookup, Note, Origin, Preset, PresetError, Source};

/// All presets.
#[derive(Debug)]
pub struct Listing {
    /// By name. A built-in that is hidden by a file is called `builtin:NAME`.
    pub presets: Vec<Listed>,
    /// What a person should be told.
    pub notes: Vec<Note>,
}

/// One line of the list.
#[derive(Debug)]
pub struct Listed {
    /// What to call it by.
    pub name: String,
    /// Where it is from.
    pub origin: Origin,
    /// What it does, or why it cannot be used: one bad file does not hide the others.
    pub description: Result<String, PresetError>,
}

/// Lists the user's presets and the built-ins.
///
/// The one error is a user's directory that is there and cannot be read.
pub fn list(lookup: &Lookup<'_>) -> Result<Listing, PresetError> {
    let mut notes = Vec::new();
    let mut presets = match lookup.user_dir {
        Some(directory) => list_users(directory, lookup, &mut notes)?,
        None => Vec::new(),
    };
    for (name, _) in BUILTIN {
        let Some(source) = builtin(name) else {
            continue;
        };
        let mut listed = listed(source, lookup);
        if presets.iter().any(|other| other.name == *name) {
            listed.name.insert_str(0, BUILTIN_PREFIX);
        }
        presets.push(listed);
    }
    presets.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Listing { presets, notes })
}

fn list_users(
    directory: &Path,
    lookup: &Lookup<'_>,
    notes: &mut Vec<Note>,
) -> Result<Vec<Listed>, PresetError> {
    let cannot = |source| PresetError::Read {
        path: directory.to_path_buf(),
        source,
    };
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if is_missing(&error) => return Ok(Vec::new()),
        Err(error) => return Err(cannot(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(cannot)?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_bytes().starts_with(b"."));
        if path.extension() == Some(OsStr::new("toml")) && !hidden {
            paths.push(path);
        }
    }
    paths.sort();
    let mut presets = Vec::new();
    for path in paths {
        let stem = path.file_stem().and_then(OsStr::to_str);
        let Some(name) = stem.filter(|name| can_be_called(name)).map(str::to_owned) else {
            notes.push(Note::Name { path });
            continue;
        };
        match read_users(&path, lookup.euid, notes) {
            Ok(Some(toml)) => {
                let source = Source {
                    name,
                    origin: Origin::File(path),
                    toml,
                };
                presets.push(listed(source, lookup));
            }
            Ok(None) => {}
            Err(error) => presets.push(Listed {
                name,
                origin: Origin::File(path),
                description: Err(error),
            }),
        }
    }
    Ok(presets)
}

fn listed(source: Source, lookup: &Lookup<'_>) -> Listed {
    Listed {
        description: Preset::read(&source, lookup).map(|preset| preset.description),
        name: source.name,
        origin: source.origin,
    }
}
