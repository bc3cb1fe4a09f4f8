//! The stage that looks whether a tree is all in one place.
//!
//! Boundary: one walk by one thread; each symlink that leads out is an error.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{NativeStage, Verdict, Whole};
use crate::config::ConfigError;
use crate::copy::contained::leaks;
use crate::copy::{Control, Stop};
use crate::exec::{NativeWork, Output};
use crate::output::RunEnd;
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
