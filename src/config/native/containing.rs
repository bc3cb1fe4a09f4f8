//! The stage that looks whether a tree is all in one place.
//!
//! Boundary: one walk by one thread; each symlink that leads out is an error.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{NativeStage, Verdict, Whole};
use crate::config::ConfigError;
use crate::copy::contained::leaks;
use crate::copy::{Control, Stop};
use crate::exec::{NativeWork, Output, Stream};
use crate::output::RunEnd;
use crate::template::quote;
use crate::ui;

/// How many links are told of.
const TOLD: u64 = 20;

/// The look at a tree and what it found.
pub(super) struct ContainedStage(Arc<Look>);

struct Look {
    root: PathBuf,
    is_taken: AtomicBool,
    found: AtomicU64,
}

impl ContainedStage {
    /// A look at this tree.
    pub(super) fn new(root: &Path) -> Self {
        Self(Arc::new(Look {
            root: root.to_path_buf(),
            is_taken: AtomicBool::new(false),
            found: AtomicU64::new(0),
        }))
    }
}

impl NativeWork for Look {
    fn work(&self, _output: &mut dyn Output, control: Control<'_>) {
        if self.is_taken.swap(true, Ordering::SeqCst) {
            return;
        }
        let stop = || control() != Stop::No;
        leaks(&self.root, &stop, &mut |leak| {
            if self.found.fetch_add(1, Ordering::SeqCst) < TOLD {
                ui::error(leak);
            }
        });
    }

    fn finish(&self, _output: &mut dyn Output, _control: Control<'_>) {}
}

impl NativeStage for ContainedStage {
    fn work(&self) -> Arc<dyn NativeWork> {
        Arc::clone(&self.0) as Arc<dyn NativeWork>
    }

    fn begin(&mut self) -> Result<(), ConfigError> {
        Ok(())
    }

    fn end(&mut self, _end: &RunEnd) -> Verdict {
        Verdict {
            failed: self.0.found.load(Ordering::SeqCst) > 0,
            ..Verdict::default()
        }
    }

    fn tell(self: Box<Self>, whole: &Whole) -> u8 {
        let found = self.0.found.load(Ordering::SeqCst);
        if found > TOLD {
            ui::say(format_args!(
                "{} more symbolic links lead out",
                found - TOLD
            ));
        }
        whole.status
    }
}

/// A line in place of a stage whose tree is not there yet.
pub(super) struct InPlace(Arc<Text>);

struct Text(Vec<u8>);

impl InPlace {
    /// In place of a look at a tree: which of its links point to absolute
    /// paths or upwards, for a person to see.
    pub(super) fn of_contained(root: &Path) -> Self {
        let mut line = b"find ".to_vec();
        word(root, &mut line);
        line.extend_from_slice(
            b" -type l '(' -lname '/*' -o -lname '*..*' ')' -printf '%p -> %l\\n'\n",
        );
        Self(Arc::new(Text(line)))
    }

    /// In place of a copy of a tree that an earlier stage makes.
    pub(super) fn of_copy(from: &Path, to: &Path) -> Self {
        let mut line = b"mkdir -p ".to_vec();
        word(to, &mut line);
        line.extend_from_slice(b" && cp -a -T ");
        word(from, &mut line);
        line.push(b' ');
        word(to, &mut line);
        line.push(b'\n');
        Self(Arc::new(Text(line)))
    }
}

/// A path as a word of a shell, which no command takes for an option.
fn word(path: &Path, line: &mut Vec<u8>) {
    let bytes = path.as_os_str().as_bytes();
    if bytes.starts_with(b"-") {
        quote(&[b"./", bytes].concat(), line);
    } else {
        quote(bytes, line);
    }
}

impl NativeWork for Text {
    fn work(&self, _output: &mut dyn Output, _control: Control<'_>) {}

    fn finish(&self, output: &mut dyn Output, _control: Control<'_>) {
        output.take(Stream::Out, &self.0);
    }
}

impl NativeStage for InPlace {
    fn work(&self) -> Arc<dyn NativeWork> {
        Arc::clone(&self.0) as Arc<dyn NativeWork>
    }

    fn begin(&mut self) -> Result<(), ConfigError> {
        Ok(())
    }

    fn end(&mut self, _end: &RunEnd) -> Verdict {
        Verdict::default()
    }

    fn tell(self: Box<Self>, whole: &Whole) -> u8 {
        whole.status
    }
}
