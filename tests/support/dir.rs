//! A temporary directory that goes away with its last owner, and short ways to put things in and look at them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::gate::Gate;

/// A shared handle of one temporary directory.
#[derive(Clone)]
pub(crate) struct Dir {
    temp: Arc<tempfile::TempDir>,
    root: PathBuf,
}

impl Dir {
    /// Makes an empty directory. Its path has no symlink in it, so that it can be compared with what `pwd` prints.
    #[track_caller]
    pub(crate) fn new() -> Dir {
        let temp = tempfile::Builder::new()
            .prefix("prun-test.")
            .tempdir()
            .expect("a temporary directory");
        let root = fs::canonicalize(temp.path()).expect("the temporary directory has a path");
        Dir {
            temp: Arc::new(temp),
            root,
        }
    }

    /// Its absolute path.
    pub(crate) fn path(&self) -> &Path {
        &self.root
    }

    /// The absolute path of something in it.
    pub(crate) fn join(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.root.join(name.as_ref())
    }

    /// Writes a file, with the directories above it.
    #[track_caller]
    pub(crate) fn write(&self, name: impl AsRef<OsStr>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        fs::create_dir_all(path.parent().expect("a file in the directory has a parent"))
            .expect("mkdir");
        fs::write(&path, content).unwrap_or_else(|e| panic!("write {}: {e}", path.display()));
        path
    }

    /// Writes an executable file.
    #[track_caller]
    pub(crate) fn program(&self, name: impl AsRef<OsStr>, content: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.write(name, content);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("chmod");
        path
    }

    /// Makes a directory, with the ones above it.
    #[track_caller]
    pub(crate) fn mkdir(&self, name: impl AsRef<OsStr>) -> PathBuf {
        let path = self.join(name);
        fs::create_dir_all(&path).unwrap_or_else(|e| panic!("mkdir {}: {e}", path.display()));
        path
    }

    /// A file's bytes.
    #[track_caller]
    pub(crate) fn read(&self, name: impl AsRef<OsStr>) -> Vec<u8> {
        let path = self.join(name);
        fs::read(&path).unwrap_or_else(|e| panic!("read {}: {e}", path.display()))
    }

    /// A file's text, without the white space around it.
    #[track_caller]
    pub(crate) fn text(&self, name: impl AsRef<OsStr>) -> String {
        String::from_utf8_lossy(&self.read(name)).trim().to_owned()
    }

    /// Whether something has that name, a dangling link included.
    pub(crate) fn has(&self, name: impl AsRef<OsStr>) -> bool {
        self.join(name).symlink_metadata().is_ok()
    }

    /// Makes a FIFO on which jobs wait.
    #[track_caller]
    pub(crate) fn gate(&self, name: impl AsRef<OsStr>) -> Gate {
        Gate::make(self.join(name))
    }

    /// Every entry below it, one a line, for the report of a failed test.
    pub(crate) fn listing(&self) -> String {
        let mut lines = Vec::new();
        list(self.temp.path(), self.temp.path(), &mut lines);
        lines.sort();
        lines.truncate(60);
        lines.join("\n")
    }
}

fn list(root: &Path, folder: &Path, lines: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .as_os_str()
            .as_bytes();
        lines.push(format!("  {}", name.escape_ascii()));
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && lines.len() < 200 {
            list(root, &path, lines);
        }
    }
}
