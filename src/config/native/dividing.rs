//! The stage that divides a tree into lists, and what it says of them.
//!
//! Boundary: what the division came to goes to standard output, what could not
//! be read to standard error; the files are written by `manifest/`.

use std::sync::Arc;

use super::lines::{Ending, Lines};
use super::{NativeStage, Says, Verdict, Whole};
use crate::config::ConfigError;
use crate::copy::Control;
use crate::exec::{NativeWork, Output};
use crate::manifest::{Manifest, ManifestError, Spec, Split, Written};
use crate::output::RunEnd;
use crate::ui;

/// What a preset ends with that could not begin.
const NOTHING_DONE: u8 = 2;

/// A division and its outcome.
pub(super) struct ManifestStage {
    manifest: Arc<Manifest>,
    lines: Lines,
    split: Split,
    /// Whether it was refused for what the tree is like.
    is_refused: bool,
}

impl ManifestStage {
    pub(super) fn new(spec: Spec, workers: usize, lines: Lines) -> Self {
        let split = spec.split;
        Self {
            manifest: Arc::new(Manifest::new(spec, workers, Arc::new(Says))),
            lines,
            split,
            is_refused: false,
        }
    }

    fn say(&self, written: &Written) {
        for (number, share) in (1..).zip(&written.clients) {
            self.lines.line(&format!(
                "client{number}: {} rows, {} entries, {} bytes",
                share.rows, share.amount.entries, share.amount.bytes
            ));
        }
        self.lines.line(&format!(
            "rest: {} entries, {} bytes, {} names to link",
            written.rest.entries, written.rest.bytes, written.links
        ));
        self.lines.line(&format!("cut deeper: {}", written.cut));
        let of = match self.split {
            Split::Turn | Split::Size => "bytes",
            Split::Files => "entries",
        };
        let spread = match written.spread(self.split) {
            Some(spread) => format!("spread: {spread:.2} (most {of} of a client / mean)"),
            None => format!("spread: no {of} in the lists"),
        };
        self.lines.line(&spread);
        let listed: u64 = written.clients.iter().map(|share| share.amount.bytes).sum();
        if written.rest.bytes > listed {
            ui::note(
                "most of the bytes are above the directories that were divided and are in \
                 rest_copy_commands; give a smaller --depth",
            );
        }
    }
}

impl NativeWork for Manifest {
    fn work(&self, _output: &mut dyn Output, control: Control<'_>) {
        Manifest::work(self, control);
    }

    fn finish(&self, _output: &mut dyn Output, control: Control<'_>) {
        Manifest::finish(self, control);
    }
}

impl NativeStage for ManifestStage {
    fn work(&self) -> Arc<dyn NativeWork> {
        Arc::clone(&self.manifest) as Arc<dyn NativeWork>
    }

    fn begin(&mut self) -> Result<(), ConfigError> {
        Ok(self.manifest.begin()?)
    }

    fn end(&mut self, end: &RunEnd) -> Verdict {
        if matches!(end, RunEnd::Signal(_)) {
            return Verdict::default();
        }
        let failed = Verdict {
            failed: true,
            ..Verdict::default()
        };
        match self.manifest.outcome() {
            None => failed,
            Some(Err(error)) => {
                self.is_refused = matches!(error, ManifestError::Few { .. });
                ui::error(error);
                failed
            }
            Some(Ok(written)) => {
                self.say(written);
                let ending = self.lines.end();
                Verdict {
                    failed: written.unreadable > 0 || ending != Ending::Written,
                    reader_gone: ending == Ending::ReaderGone,
                    ..Verdict::default()
                }
            }
        }
    }

    fn tell(self: Box<Self>, whole: &Whole) -> u8 {
        if self.is_refused && whole.signal.is_none() {
            NOTHING_DONE
        } else {
            whole.status
        }
    }
}
