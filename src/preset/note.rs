//! What a person should be told besides, such as that a file hides a built-in.
//!
//! Boundary: data and its text; the caller prints it.

use std::fmt;
use std::path::PathBuf;

use super::lookup::BUILTIN_PREFIX;

/// Something that a person should be told, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A user's preset is used instead of a built-in.
    Hides {
        /// The name of both.
        name: String,
        /// The user's file.
        path: PathBuf,
    },
    /// Root does not use another user's file.
    NotOwned {
        /// The file.
        path: PathBuf,
        /// The user id of its owner.
        owner: u32,
    },
    /// Root does not use a file that everybody may write.
    Writable {
        /// The file.
        path: PathBuf,
    },
    /// A file whose name cannot be that of a preset.
    Name {
        /// The file.
        path: PathBuf,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hides { name, path } => write!(
                f,
                "preset `{name}` is `{}`; the built-in is `{BUILTIN_PREFIX}{name}`",
                path.display()
            ),
            Self::NotOwned { path, owner } => write!(
                f,
                "preset file `{}` is ignored: you are root and user {owner} owns it; to use it, give its path",
                path.display()
            ),
            Self::Writable { path } => write!(
                f,
                "preset file `{}` is ignored: you are root and everybody may write it; take that right away (chmod o-w), or give its path",
                path.display()
            ),
            Self::Name { path } => write!(
                f,
                "preset file `{}` is ignored: it cannot be called by this name; rename it",
                path.display()
            ),
        }
    }
}
