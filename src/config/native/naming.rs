//! `-v`: the name of each entry that is done, on standard output.
//!
//! Boundary: stands between the engine and the voice; a run whose names nobody
//! reads any more is stopped, as cp(1) and rsync(1) are.

use std::sync::Arc;

use super::lines::Lines;
use crate::copy::{Control, Done, Engine, Failure, Reporter, Stop};
use crate::exec::{NativeWork, Output};
use crate::ui::Shown;

/// Prints names, and passes everything on.
pub(super) struct Names {
    pub(super) lines: Arc<Lines>,
    pub(super) voice: Arc<dyn Reporter>,
}

impl Reporter for Names {
    fn failure(&self, failure: Failure) {
        self.voice.failure(failure);
    }

    fn done(&self, path: &[u8], done: Done) {
        self.lines.line(&line(path, done));
        self.voice.done(path, done);
    }

    fn hears_of_entries(&self) -> bool {
        true
    }
}

/// As rsync writes it: directories with a slash, what was removed by that word.
fn line(path: &[u8], done: Done) -> String {
    match done {
        Done::Directory => Shown(&[path, b"/"].concat()).to_string(),
        Done::Removed => format!("deleted {}", Shown(path)),
        Done::File | Done::Symlink | Done::Special | Done::HardLink => Shown(path).to_string(),
    }
}

/// A copy that stops when nobody reads the names any more.
pub(super) struct Named {
    pub(super) lines: Arc<Lines>,
    pub(super) engine: Arc<Engine>,
}

impl NativeWork for Named {
    fn work(&self, _output: &mut dyn Output, control: Control<'_>) {
        let control = || {
            if self.lines.is_broken() {
                Stop::Soon
            } else {
                control()
            }
        };
        self.engine.work(&control);
    }

    fn finish(&self, _output: &mut dyn Output, control: Control<'_>) {
        self.engine.finish(control);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_one_line() {
        assert_eq!(line(b"a/b", Done::File), "a/b");
        assert_eq!(line(b"a/b c", Done::Directory), "'a/b c/'");
        assert_eq!(line(b"a\nb\xff", Done::Symlink), "'a\\nb\\xff'");
        assert_eq!(line(b"a", Done::Removed), "deleted a");
    }
}
