//! Where a program lies: PATH is searched once for each name, never per job.
//!
//! Boundary: names in, paths out. Whether a word is worth looking up at all is
//! the template's decision.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// The search path of a run, and what has been found in it.
pub struct Programs {
    path: Option<OsString>,
    directory: PathBuf,
    found: RwLock<HashMap<Vec<u8>, Arc<Path>>>,
}

impl Programs {
    /// Searches `path` (the value of `PATH`); its relative entries start at
    /// `directory`.
    pub fn new(path: Option<OsString>, directory: PathBuf) -> Self {
        Self {
            path,
            directory,
            found: RwLock::default(),
        }
    }

    /// The file to execute for `name`. A name with a slash is a path already
    /// and is not looked at: execve(2) will say what is wrong with it.
    pub fn resolve(&self, name: &[u8]) -> Option<Arc<Path>> {
        if let Some(path) = self
            .found
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
        {
            return Some(Arc::clone(path));
        }
        let path: Arc<Path> = if name.contains(&b'/') {
            // Not kept: names with slashes may all differ, and cost no search.
            return Some(Path::new(OsStr::from_bytes(name)).into());
        } else {
            self.search(name)?.into()
        };
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        found.insert(name.to_vec(), Arc::clone(&path));
        Some(path)
    }

    fn search(&self, name: &[u8]) -> Option<PathBuf> {
        if name.is_empty() {
            return None;
        }
        which::which_in(OsStr::from_bytes(name), self.path.as_ref(), &self.directory).ok()
    }
}

/// Whether `word` names a program: on the search path, or, with a slash, an
/// executable file.
pub fn is_program(programs: &Programs, word: &[u8]) -> bool {
    if word.contains(&b'/') {
        let path = programs.directory.join(OsStr::from_bytes(word));
        return path.is_file() && rustix::fs::access(&path, rustix::fs::Access::EXEC_OK).is_ok();
    }
    programs.resolve(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs() -> Programs {
        Programs::new(Some("/usr/bin:/bin".into()), "/".into())
    }

    #[test]
    fn a_name_is_found_on_the_path_and_kept() {
        let programs = programs();
        let first = programs.resolve(b"sh").unwrap();
        assert!(first.is_absolute());
        assert!(Arc::ptr_eq(&first, &programs.resolve(b"sh").unwrap()));
        assert!(programs.resolve(b"no-such-program-anywhere").is_none());
        assert!(programs.resolve(b"").is_none());
    }

    #[test]
    fn a_path_is_itself() {
        assert_eq!(&*programs().resolve(b"./x").unwrap(), Path::new("./x"));
        assert!(is_program(&programs(), b"bin/sh"));
        assert!(!is_program(&programs(), b"/etc/passwd"));
        assert!(!is_program(&programs(), b"/etc"));
    }
}
