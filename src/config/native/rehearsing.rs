//! A native stage under `--dry-run`: commands in place of work.
//!
//! Boundary: the checks of the real stage, and none of what it makes.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{NativeStage, Verdict, Whole};
use crate::config::ConfigError;
use crate::copy::verify::{Contents, VerifyOptions};
use crate::copy::{Control, CopyOptions, Delete, Destinations, probe};
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
    /// The rehearsals of a copy of a source by this user: of several copies
    /// one after the other.
    pub(super) fn all(
        trees: &Trees,
        destinations: &Destinations,
        options: &CopyOptions,
        euid: u32,
    ) -> Vec<Self> {
        let deletes = options.delete != Delete::Nothing;
        let one = |to: &PathBuf, rehearsal: Rehearsal| Self {
            trees: Trees {
                from: trees.from.clone(),
                to: to.clone(),
            },
            deletes,
            rehearsal: Arc::new(rehearsal),
        };
        let plain = |to: &PathBuf| {
            let rehearsal = Rehearsal::new(&trees.from, to, options.clone(), euid);
            one(to, rehearsal)
        };
        match destinations {
            Destinations::One(to) => vec![plain(to)],
            Destinations::Replicate(all) => all.iter().map(plain).collect(),
            Destinations::Spread { mounts, balance } => {
                let to = mounts.first().unwrap_or(&trees.to);
                let rehearsal = Rehearsal::new(&trees.from, to, options.clone(), euid);
                vec![one(to, rehearsal.spread(mounts, *balance))]
            }
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

/// Work that is only talked about, as lines.
pub(super) struct LineRehearsal(Arc<Line>);

struct Line(Vec<u8>);

impl LineRehearsal {
    /// Lines of these words, each with `end` behind it.
    pub(super) fn new(lines: impl Iterator<Item = Vec<Vec<u8>>>, end: &[u8]) -> Self {
        let mut text = Vec::new();
        for words in lines {
            for (at, word) in words.iter().enumerate() {
                if at > 0 {
                    text.push(b' ');
                }
                quote(word, &mut text);
            }
            text.extend_from_slice(end);
            text.push(b'\n');
        }
        Self(Arc::new(Line(text)))
    }

    /// The line of a comparison of these trees. rsync tells the same, but for
    /// holes, by its own letters.
    pub(super) fn verify(trees: &Trees, options: &VerifyOptions) -> Self {
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

    /// In place of a look at a tree that is not there yet: which of its links
    /// point to absolute paths or upwards, for a person to see.
    pub(super) fn contained(root: &Path) -> Self {
        let mut line = b"find ".to_vec();
        word(root, &mut line);
        line.extend_from_slice(
            b" -type l '(' -lname '/*' -o -lname '*..*' ')' -printf '%p -> %l\\n'\n",
        );
        Self(Arc::new(Line(line)))
    }

    /// In place of a copy of a tree that an earlier stage makes.
    pub(super) fn later_copy(from: &Path, to: &Path) -> Self {
        let mut line = b"mkdir -p ".to_vec();
        word(to, &mut line);
        line.extend_from_slice(b" && cp -a -T ");
        word(from, &mut line);
        line.push(b' ');
        word(to, &mut line);
        line.push(b'\n');
        Self(Arc::new(Line(line)))
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

impl NativeWork for Line {
    fn work(&self, _output: &mut dyn Output, _control: Control<'_>) {}

    fn finish(&self, output: &mut dyn Output, _control: Control<'_>) {
        output.take(Stream::Out, &self.0);
    }
}

impl NativeStage for LineRehearsal {
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
