//! The copy stage.
//!
//! Boundary: one engine and the voice that hears it.

use std::sync::Arc;

use super::{NativeStage, Verdict};
use crate::copy::{Class, CopyOptions, Engine, Failure, ProbeError, Reporter};
use crate::exec::NativeWork;
use crate::output::RunEnd;
use crate::pipeline::Trees;
use crate::ui;

/// A copy with its voice.
struct Copying {
    engine: Arc<Engine>,
}

/// A copy of these trees by so many workers.
pub(in crate::config) fn copy(
    trees: &Trees,
    options: CopyOptions,
    workers: usize,
) -> Box<dyn NativeStage> {
    let engine = Engine::new(&trees.from, &trees.to, options, workers, Arc::new(Voice));
    Box::new(Copying {
        engine: Arc::new(engine),
    })
}

impl NativeStage for Copying {
    fn work(&self) -> Arc<dyn NativeWork> {
        Arc::clone(&self.engine) as Arc<dyn NativeWork>
    }

    fn begin(&self) -> Result<(), ProbeError> {
        self.engine.begin()
    }

    fn end(&self, _end: &RunEnd) -> Verdict {
        let counts = self.engine.counters().counts();
        Verdict {
            failed: counts.failed > 0,
            full: false,
            changed: counts.changed + counts.vanished > 0,
            differs: false,
        }
    }
}

struct Voice;

impl Reporter for Voice {
    fn failure(&self, failure: Failure) {
        let error = failure.error();
        let class = match failure.class {
            Class::Failed => "",
            Class::Vanished => "vanished: ",
            Class::Changed => "changed: ",
        };
        ui::say(format_args!(
            "{}: {}: {class}{}",
            ui::Shown(&failure.path),
            failure.op,
            ui::Errno(&error),
        ));
    }
}
