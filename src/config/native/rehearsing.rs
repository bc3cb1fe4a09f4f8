//! A native stage under `--dry-run`: commands in place of work.
//!
//! Boundary: the checks of the real stage, and none of what it makes.

use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use super::{NativeStage, Verdict, Whole};
use crate::config::ConfigError;
use crate::copy::verify::{Contents, VerifyOptions};
use crate::copy::{Control, CopyOptions, Delete, probe};
use crate::exec::{NativeWork, Output, Rehearsal, Stream};
use crate::output::RunEnd;
use crate::pipeline::Trees;
use crate::template::quote;

/// A copy that is only talked about.
pub(super) struct CopyRehearsal {
    trees: Trees,
    deletes: bool,
    rehearsal: Arc<Rehearsal>,
}

impl CopyRehearsal {
    /// A rehearsal of a copy of these trees by this user.
    pub(super) fn new(trees: &Trees, options: CopyOptions, euid: u32) -> Self {
        let deletes = options.delete != Delete::Nothing;
        let rehearsal = Rehearsal::new(&trees.from, &trees.to, options, euid);
        Self {
            trees: trees.clone(),
            deletes,
            rehearsal: Arc::new(rehearsal),
        }
    }
}

impl NativeStage for CopyRehearsal {
    fn work(&self) -> Arc<dyn NativeWork> {
        Arc::clone(&self.rehearsal) as Arc<dyn NativeWork>
    }

    fn begin(&mut self) -> Result<(), ConfigError> {
        let (from, to) = (&self.trees.from, &self.trees.to);
        if self.deletes {
            probe::spared(from, to)?;
        }
        Ok(probe::apart(from, to)?)
    }

    fn end(&mut self, _end: &RunEnd) -> Verdict {
        Verdict {
            failed: self.rehearsal.failed() > 0,
            ..Verdict::default()
        }
    }

    fn tell(self: Box<Self>, whole: &Whole) -> u8 {
        whole.status
    }
}

/// A comparison that is only talked about.
pub(super) struct VerifyRehearsal(Arc<Line>);

struct Line(Vec<u8>);

impl VerifyRehearsal {
    /// The line of a comparison of these trees. rsync tells the same, but for
    /// holes, by its own letters.
    pub(super) fn new(trees: &Trees, options: &VerifyOptions) -> Self {
        let mut line = b"rsync -n -a -H -A -X -i --numeric-ids --delete".to_vec();
        if options.contents == Contents::Compared {
            line.extend_from_slice(b" -c");
        }
        line.extend_from_slice(b" --");
        for path in [&trees.from, &trees.to] {
            line.push(b' ');
            let mut path = path.as_os_str().as_bytes().to_vec();
            path.push(b'/');
            quote(&path, &mut line);
        }
        line.push(b'\n');
        Self(Arc::new(Line(line)))
    }
}

impl NativeWork for Line {
    fn work(&self, _output: &mut dyn Output, _control: Control<'_>) {}

    fn finish(&self, output: &mut dyn Output, _control: Control<'_>) {
        output.take(Stream::Out, &self.0);
    }
}

impl NativeStage for VerifyRehearsal {
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
