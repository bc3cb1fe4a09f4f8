//! The stage that compares two trees, and the lines it prints.
//!
//! Boundary: differences go to standard output as they are found, the totals
//! after them; what could not be looked at goes to standard error.

use std::sync::{Arc, OnceLock};

use super::lines::{Ending, Lines};
use super::{NativeStage, Verdict, Whole};
use crate::config::ConfigError;
use crate::copy::verify::{Difference, Differences, Verified, Verifier, VerifyOptions};
use crate::copy::{Control, Failure, Reporter, Stop};
use crate::exec::{NativeWork, Output};
use crate::output::RunEnd;
use crate::output::copying::Told;
use crate::pipeline::Trees;
use crate::ui;

/// A comparison and its outcome.
pub(super) struct VerifyStage(Arc<Comparison>);

struct Comparison {
    verifier: Verifier,
    lines: Arc<Lines>,
    verified: OnceLock<Verified>,
}

impl VerifyStage {
    /// A comparison of these trees by so many workers. What could not be
    /// looked at is told to `reporter`, or said on standard error.
    pub(super) fn new(
        trees: &Trees,
        options: VerifyOptions,
        workers: usize,
        reporter: Option<Arc<dyn Reporter>>,
        lines: Lines,
    ) -> Self {
        let lines = Arc::new(lines);
        let sink = Sink {
            lines: Arc::clone(&lines),
            reporter,
        };
        let verifier = Verifier::new(&trees.from, &trees.to, options, workers, Arc::new(sink));
        Self(Arc::new(Comparison {
            verifier,
            lines,
            verified: OnceLock::new(),
        }))
    }
}

/// Hears of differences.
struct Sink {
    lines: Arc<Lines>,
    reporter: Option<Arc<dyn Reporter>>,
}

impl Differences for Sink {
    fn difference(&self, difference: &Difference) {
        self.lines.line(&difference.to_string());
    }

    fn trouble(&self, failure: Failure) {
        match &self.reporter {
            Some(reporter) => reporter.failure(failure),
            None => {
                ui::say(Told(&failure));
            }
        }
    }
}

impl NativeWork for Comparison {
    fn work(&self, _output: &mut dyn Output, control: Control<'_>) {
        let control = || {
            if self.lines.is_broken() {
                Stop::Soon
            } else {
                control()
            }
        };
        self.verifier.work(&control);
    }

    fn finish(&self, _output: &mut dyn Output, _control: Control<'_>) {
        let _ = self.verified.set(self.verifier.finish());
    }
}

impl NativeStage for VerifyStage {
    fn work(&self) -> Arc<dyn NativeWork> {
        Arc::clone(&self.0) as Arc<dyn NativeWork>
    }

    fn begin(&mut self) -> Result<(), ConfigError> {
        Ok(self.0.verifier.begin()?)
    }

    fn end(&mut self, end: &RunEnd) -> Verdict {
        let comparison = &self.0;
        let verified = comparison.verified.get();
        // A run that a signal ended does not wait for a reader of its lines.
        if matches!(end, RunEnd::Signal(_)) {
            return Verdict::default();
        }
        if let Some(verified) = verified {
            comparison.lines.line(&verified.to_string());
        }
        let ending = comparison.lines.end();
        let is_whole = verified.is_some_and(|verified| verified.is_whole);
        let trouble = verified.map_or(0, |verified| verified.trouble);
        Verdict {
            failed: !is_whole || trouble > 0 || ending != Ending::Written,
            differences: verified.map(|verified| verified.differences),
            reader_gone: ending == Ending::ReaderGone,
            ..Verdict::default()
        }
    }

    fn tell(self: Box<Self>, whole: &Whole) -> u8 {
        whole.status
    }
}
