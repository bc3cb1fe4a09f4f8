//! The copy stage: an engine, and the voice that tells of it.
//!
//! Boundary: brings them together, and makes a verdict of the counters.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::lines::{Ending, Lines};
use super::naming::{Named, Names};
use super::{NativeStage, Verdict, Whole};
use crate::cli::{ProgressArg, Required, RunningArgs, TellingArgs};
use crate::config::{ConfigError, Env};
use crate::copy::filter::Filter;
use crate::copy::{Client, CopyOptions, Counts, Delete, Destinations, Engine, Reporter, Share};
use crate::exec::NativeWork;
use crate::output::copying::{Amount, Copying, Outcome, Settings, Show};
use crate::output::{Asker, RunEnd};
use crate::pipeline::Trees;
use crate::run::hear_questions;
use crate::template::quote;
use crate::ui;

/// How many filter rules that matched nothing are told.
const UNUSED: usize = 10;

/// A copy and its voice.
pub(super) struct CopyStage {
    engine: Arc<Engine>,
    voice: Copying,
    /// Where entries are named, if they are.
    lines: Option<Arc<Lines>>,
    filter: Arc<Filter>,
    required: Vec<Required>,
    /// The client that copies its share, if it is one.
    client: Option<Client>,
    trees: Trees,
    /// The most entries there may be to remove, if there is an end.
    limits_deletion: bool,
}

impl CopyStage {
    /// A copy of these trees by so many workers. An error is one of its report
    /// or log, which cannot be written. Entries are named on `lines`.
    pub(super) fn new(
        (from, to): (&Path, Destinations),
        options: CopyOptions,
        workers: usize,
        required: Vec<Required>,
        settings: Settings,
        lines: Option<Lines>,
    ) -> Result<Self, ConfigError> {
        let filter = Arc::clone(&options.filter);
        let client = match options.share {
            Share::Client(client) => Some(client),
            Share::Whole | Share::Rest => None,
        };
        let limits_deletion = matches!(options.delete, Delete::Extraneous { most: Some(_) });
        let voice = Copying::new(settings)?;
        let lines = lines.map(Arc::new);
        let reporter = match &lines {
            None => voice.reporter(),
            Some(lines) => Arc::new(Names {
                lines: Arc::clone(lines),
                voice: voice.reporter(),
            }),
        };
        let trees = Trees {
            from: from.to_path_buf(),
            to: to.paths().first().cloned().unwrap_or_default(),
        };
        let engine = Engine::new(from, to, options, workers, reporter);
        Ok(Self {
            engine: Arc::new(engine),
            voice,
            lines,
            filter,
            required,
            client,
            trees,
            limits_deletion,
        })
    }

    /// Who hears of failures.
    pub(super) fn reporter(&self) -> Arc<dyn Reporter> {
        self.voice.reporter()
    }

    /// Says which attributes had to be kept and were not; false if none.
    fn lacks_required(&self, counts: &Counts) -> bool {
        let mut lacks = false;
        for required in &self.required {
            let (name, count) = match required {
                Required::Owner => ("owner", counts.owner_not_kept),
                Required::Mode => ("mode", counts.mode_not_kept),
                Required::Acl => ("acl", counts.acl_not_kept),
                Required::Xattr => ("xattr", counts.xattr_not_kept),
                Required::Times => ("times", counts.times_not_kept),
                Required::Links => ("links", counts.links_not_kept),
            };
            if count > 0 {
                lacks = true;
                ui::error(format_args!(
                    "--require={name}: not kept for {count} {}",
                    if count == 1 { "entry" } else { "entries" }
                ));
            }
        }
        lacks
    }

    /// Says what is still to be done where one client has copied its share.
    fn tell_of_clients(&self) {
        if let Some(client) = self.client {
            let mut command = b"prun preset finalize --".to_vec();
            for path in [&self.trees.from, &self.trees.to] {
                command.push(b' ');
                quote(path.as_os_str().as_bytes(), &mut command);
            }
            ui::note(format_args!(
                "client {client} has copied its share; when all have, finish with the same options: {}",
                ui::Line(&command)
            ));
        }
    }

    /// Says which filter rules matched nothing: they may be misspelt.
    fn tell_unused_rules(&self) {
        let mut unused = self.filter.unused();
        for rule in unused.by_ref().take(UNUSED) {
            ui::note(format_args!("the filter `{rule}` matched nothing"));
        }
        let more = unused.count();
        if more > 0 {
            ui::note(format_args!("and {more} more filters matched nothing"));
        }
    }
}

impl NativeStage for CopyStage {
    fn work(&self) -> Arc<dyn NativeWork> {
        let engine = Arc::clone(&self.engine);
        match &self.lines {
            None => engine,
            Some(lines) => Arc::new(Named {
                lines: Arc::clone(lines),
                engine,
            }),
        }
    }

    fn begin(&mut self) -> Result<(), ConfigError> {
        // Whoever sees the destination made may ask.
        hear_questions()?;
        let engine = Arc::clone(&self.engine);
        self.voice.start(move || engine.counts())?;
        Ok(self.engine.begin()?)
    }

    fn asker(&self) -> Option<Asker> {
        self.voice.asker()
    }

    fn end(&mut self, end: &RunEnd) -> Verdict {
        self.voice.stop();
        // A run that a signal ended does not wait for a reader of names.
        let ending = match (&self.lines, end) {
            (None, _) | (_, RunEnd::Signal(_)) => Ending::Written,
            (Some(lines), _) => lines.end(),
        };
        let counts = self.engine.counts();
        let has_failed = counts.failed + counts.not_tried > 0;
        if *end == RunEnd::Complete {
            self.tell_unused_rules();
            if !has_failed {
                self.tell_of_clients();
            }
        }
        Verdict {
            failed: has_failed || self.lacks_required(&counts) || ending != Ending::Written,
            reader_gone: ending == Ending::ReaderGone,
            full: counts.not_tried > 0,
            changed: counts.changed + counts.vanished > 0,
            kept: self.limits_deletion && counts.delete_kept > 0,
            ..Verdict::default()
        }
    }

    fn tell(self: Box<Self>, whole: &Whole) -> u8 {
        let passes: Vec<(&'static str, Duration)> = self.engine.passes();
        self.voice.end(&Outcome {
            exit: whole.status,
            lost: whole.lost,
            signal: whole.signal,
            refused: whole.refused.clone(),
            passes,
            parts: self.engine.parts(),
            differences: whole.differences,
        })
    }
}

/// What is to be told of a copy, and where.
pub(super) fn settings(
    trees: &Trees,
    telling: &TellingArgs,
    running: &RunningArgs,
    env: &Env,
) -> Settings {
    Settings {
        args: env.argv.clone(),
        source: trees.from.clone(),
        destination: trees.to.clone(),
        screen: env.screen(),
        show: match telling.progress() {
            ProgressArg::Auto => Show::OnTerminal,
            ProgressArg::Always => Show::Always,
            ProgressArg::Json => Show::Json,
            ProgressArg::Never => Show::Never,
        },
        amount: if telling.stats || running.print || running.verbose {
            Amount::Whole
        } else {
            Amount::Short
        },
        report: telling.report.clone(),
        log: telling.log.clone(),
    }
}
