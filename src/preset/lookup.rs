//! Where a preset is found: a path, the user's directory, the built-ins.
//!
//! Boundary: reads files; prints nothing. What a person should
//! be told besides is returned as notes.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::PresetError;
use super::builtin::{ALIASES, BUILTIN};
use super::note::Note;

/// What selects a built-in although the user has a preset of its name.
pub(super) const BUILTIN_PREFIX: &str = "builtin:";

/// First words of `prun preset` that are no presets.
const RESERVED: [&str; 2] = ["list", "show"];

/// Where to look, and who looks.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    /// The directory of the user's presets, whether it is there or not.
    pub user_dir: Option<&'a Path>,
    /// The effective user. Root takes from `user_dir` only what root owns and not
    /// everybody may write: under sudo(8) it may be another user's directory. A file named by its path is
    /// taken whoever owns it, since the person named it.
    pub euid: u32,
}

/// The text of a preset, found but not yet read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is called.
    pub name: String,
    /// Where it is from.
    pub origin: Origin,
    /// The text.
    pub toml: String,
}

/// Where a preset is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It came with prun.
    BuiltIn,
    /// A file.
    File(PathBuf),
}

/// A preset that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The preset.
    pub source: Source,
    /// What a person should be told.
    pub notes: Vec<Note>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built-in"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Finds a preset by what was typed for it.
///
/// A word with a slash is a file. `builtin:NAME` is a built-in. Any other word
/// is `NAME.toml` in the user's directory, or else a built-in.
pub fn find(word: &OsStr, lookup: &Lookup<'_>) -> Result<Found, PresetError> {
    find_from(Path::new(""), word, lookup)
}

/// As [`find`], of a word that stands in a file of the directory `place`: a
/// relative path is meant from there, wherever prun runs.
pub(super) fn find_from(
    place: &Path,
    word: &OsStr,
    lookup: &Lookup<'_>,
) -> Result<Found, PresetError> {
    if word.as_bytes().contains(&b'/') {
        return find_file(&place.join(word));
    }
    let unknown = || PresetError::Unknown {
        name: word.to_string_lossy().into_owned(),
        similar: similar(word, lookup),
    };
    let word = word.to_str().ok_or_else(unknown)?;
    if let Some(name) = word.strip_prefix(BUILTIN_PREFIX) {
        let source = builtin(name).ok_or_else(unknown)?;
        return Ok(Found {
            source,
            notes: Vec::new(),
        });
    }
    if !can_be_called(word) {
        return Err(PresetError::Name {
            name: word.to_owned(),
        });
    }
    let mut notes = Vec::new();
    if let Some(directory) = lookup.user_dir {
        let path = directory.join(format!("{word}.toml"));
        if let Some(toml) = read_users(&path, lookup.euid, &mut notes)? {
            if builtin(word).is_some() {
                notes.push(Note::Hides {
                    name: word.to_owned(),
                    path: path.clone(),
                });
            }
            let source = Source {
                name: word.to_owned(),
                origin: Origin::File(path),
                toml,
            };
            return Ok(Found { source, notes });
        }
    }
    match (builtin(word), notes.pop()) {
        (Some(source), note) => Ok(Found {
            source,
            notes: note.into_iter().collect(),
        }),
        // The only one that there could be was not for root to use.
        (None, Some(note)) => Err(PresetError::Ignored(note)),
        (None, None) => Err(unknown()),
    }
}

/// The preset that was perhaps meant by a name that none has: one that begins
/// so, or that one letter in three, two at most, tells from it.
fn similar(word: &OsStr, lookup: &Lookup<'_>) -> Option<String> {
    let word = word.to_str().filter(|word| word.len() > 2)?;
    let users = lookup.user_dir.and_then(|dir| fs::read_dir(dir).ok());
    let users = users.into_iter().flatten().filter_map(|entry| {
        let path = PathBuf::from(entry.ok()?.file_name());
        let name = path.to_str()?.strip_suffix(".toml")?;
        can_be_called(name).then(|| name.to_owned())
    });
    let builtins = BUILTIN.iter().map(|(name, _)| (*name).to_owned());
    users
        .chain(builtins)
        .filter_map(|name| {
            let slips = if name.starts_with(word) {
                0
            } else {
                strsim::osa_distance(word, &name)
            };
            let most = (word.chars().count().max(name.len()) / 3).min(2);
            (slips <= most).then_some((slips, name))
        })
        .min()
        .map(|(_, name)| name)
}

fn find_file(path: &Path) -> Result<Found, PresetError> {
    let toml = fs::read_to_string(path).map_err(|source| PresetError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    let source = Source {
        name: path.to_string_lossy().into_owned(),
        origin: Origin::File(path.to_path_buf()),
        toml,
    };
    Ok(Found {
        source,
        notes: Vec::new(),
    })
}

/// The text of a user's file; `None` if there is none, or root should not use it.
pub(super) fn read_users(
    path: &Path,
    euid: u32,
    notes: &mut Vec<Note>,
) -> Result<Option<String>, PresetError> {
    let cannot = |source| PresetError::Read {
        path: path.to_path_buf(),
        source,
    };
    // Without waiting for somebody to write into a FIFO.
    let flags = nix::fcntl::OFlag::O_NONBLOCK.bits();
    let mut file = match File::options().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(cannot(error)),
    };
    // Of the open file: the one that is read is the one that was asked about.
    let metadata = file.metadata().map_err(cannot)?;
    let path_of = || path.to_path_buf();
    if euid == 0 && metadata.uid() != 0 {
        notes.push(Note::NotOwned {
            path: path_of(),
            owner: metadata.uid(),
        });
        return Ok(None);
    }
    // What everybody may write is nobody's word.
    if euid == 0 && metadata.mode() & 0o002 != 0 {
        notes.push(Note::Writable { path: path_of() });
        return Ok(None);
    }
    // A device may have no end.
    if !metadata.is_file() {
        return Err(PresetError::NoFile { path: path_of() });
    }
    let mut toml = String::new();
    file.read_to_string(&mut toml).map_err(cannot)?;
    Ok(Some(toml))
}

pub(super) fn builtin(name: &str) -> Option<Source> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let name = alias.map_or(name, |(_, name)| name);
    let (name, toml) = BUILTIN.iter().find(|(known, _)| *known == name)?;
    Some(Source {
        name: (*name).to_owned(),
        origin: Origin::BuiltIn,
        toml: (*toml).to_owned(),
    })
}

/// Whether a preset of this name could be called by it.
pub(super) fn can_be_called(name: &str) -> bool {
    !RESERVED.contains(&name)
        && !name.is_empty()
        && !name.starts_with(['-', '.'])
        && !name.starts_with(BUILTIN_PREFIX)
}

pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
