//! The stage that counts trees, and what it prints.
//!
//! Boundary: totals go to standard output at the end, and only if everything was
//! seen; what could not be read goes to standard error.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::lines::{Ending, Lines};
use super::rehearsing::LineRehearsal;
use super::{NativeStage, Says, Verdict, Whole, bytes};
use crate::cli::{CountArgs, PresetRun};
use crate::config::{ConfigError, Env};
use crate::copy::count::{Counted, Counter, Reading};
use crate::copy::{Control, LARGE};
use crate::exec::{NativeWork, Output};
use crate::output::RunEnd;
use crate::pipeline::Tree;
use crate::ui;

/// The processes that the article found best for msrsync on four cores.
const MSRSYNC: u64 = 64;

/// The stage that counts the trees that were typed, or the preset's one.
pub(super) fn stage(
    tree: &Tree,
    args: &CountArgs,
    run: &PresetRun,
    workers: usize,
    env: &Env,
) -> Box<dyn NativeStage> {
    let directories = counted(tree, args, run);
    if run.options.running.dry_run {
        let words = |path: &PathBuf| vec![b"find".to_vec(), bytes(path)];
        let lines = directories.iter().map(words);
        return Box::new(LineRehearsal::new(lines, b" | wc -l"));
    }
    let workers = args
        .workers
        .map_or(workers, |workers| workers.get() as usize);
    let lines = Lines::new(env.stdout);
    Box::new(CountStage::new(directories, args, workers, lines))
}

/// The trees that are counted: those that were typed, or the one of the preset.
fn counted(tree: &Tree, args: &CountArgs, run: &PresetRun) -> Vec<PathBuf> {
    let param = tree.param.as_ref();
    let typed = param.and_then(|param| run.values.get(param));
    let mut directories: Vec<PathBuf> = args.directory.clone();
    directories.extend(typed.into_iter().flatten().map(PathBuf::from));
    if directories.is_empty() {
        directories.push(tree.path.clone());
    }
    directories
}

/// A count and its outcome.
struct CountStage {
    count: Arc<Count>,
    lines: Lines,
    form: Form,
}

enum Form {
    Text,
    Json,
}

struct Count {
    counter: Counter,
    /// How often it is said what was counted so far, and when it next is.
    interval: Option<(Duration, Mutex<Instant>)>,
}

impl CountStage {
    fn new(directories: Vec<PathBuf>, args: &CountArgs, workers: usize, lines: Lines) -> Self {
        let reading = if args.prime {
            Reading::Everything
        } else {
            Reading::Nothing
        };
        let interval = args.interval.map(|span| span.0);
        let next = |every| (every, Mutex::new(Instant::now() + every));
        Self {
            count: Arc::new(Count {
                counter: Counter::new(directories, reading, workers, Arc::new(Says)),
                interval: interval.filter(|every| !every.is_zero()).map(next),
            }),
            lines,
            form: if args.json { Form::Json } else { Form::Text },
        }
    }
}

impl Count {
    /// Says what was counted so far, if it is time.
    fn tell(&self) {
        let Some((every, next)) = &self.interval else {
            return;
        };
        // Whoever holds it is telling.
        let Ok(mut next) = next.try_lock() else {
            return;
        };
        let now = Instant::now();
        if now < *next {
            return;
        }
        *next = now + *every;
        let Counted {
            files,
            directories,
            bytes,
            read,
            ..
        } = self.counter.counted();
        ui::say(format_args!(
            "files {files}, directories {directories}, bytes {bytes}, read {read}"
        ));
    }
}

impl NativeWork for Count {
    fn work(&self, _output: &mut dyn Output, control: Control<'_>) {
        let control = || {
            self.tell();
            control()
        };
        self.counter.work(&control);
    }

    fn finish(&self, _output: &mut dyn Output, _control: Control<'_>) {}
}

impl NativeStage for CountStage {
    fn work(&self) -> Arc<dyn NativeWork> {
        Arc::clone(&self.count) as Arc<dyn NativeWork>
    }

    fn begin(&mut self) -> Result<(), ConfigError> {
        if let Some((every, next)) = &self.count.interval {
            *next.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + *every;
        }
        Ok(self.count.counter.begin()?)
    }

    fn end(&mut self, end: &RunEnd) -> Verdict {
        let counter = &self.count.counter;
        let counted = counter.counted();
        let is_whole = *end == RunEnd::Complete && counter.is_whole();
        if is_whole {
            let text = match self.form {
                Form::Text => text(&counted),
                Form::Json => json(&counted),
            };
            self.lines.line(&text);
        }
        let ending = if is_whole {
            self.lines.end()
        } else {
            Ending::Written
        };
        Verdict {
            failed: !is_whole || counted.unreadable > 0 || ending != Ending::Written,
            reader_gone: ending == Ending::ReaderGone,
            ..Verdict::default()
        }
    }

    fn tell(self: Box<Self>, whole: &Whole) -> u8 {
        whole.status
    }
}

fn text(counted: &Counted) -> String {
    let mut text = String::new();
    let lines = [
        ("files", counted.files),
        ("directories", counted.directories),
        ("symlinks", counted.symlinks),
        ("specials", counted.specials),
        ("entries", counted.entries()),
        ("bytes", counted.bytes),
        ("allocated", counted.allocated),
        ("hardlinked extra names", counted.extra_names),
        ("files below 10 MiB", counted.small),
        ("bytes of files below 10 MiB", counted.small_bytes),
        ("files from 10 MiB", counted.large),
        ("bytes of files from 10 MiB", counted.large_bytes),
        ("unreadable", counted.unreadable),
    ];
    for (name, number) in lines {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name} {number}");
    }
    let each = counted.for_each_of(MSRSYNC);
    let _ = write!(text, "msrsync -p {MSRSYNC} -f {each}");
    text
}

fn json(counted: &Counted) -> String {
    serde_json::json!({
        "version": 1,
        "files": counted.files,
        "directories": counted.directories,
        "symlinks": counted.symlinks,
        "specials": counted.specials,
        "entries": counted.entries(),
        "bytes": counted.bytes,
        "allocated": counted.allocated,
        "hardlinked_extra_names": counted.extra_names,
        "border": LARGE,
        "small": { "files": counted.small, "bytes": counted.small_bytes },
        "large": { "files": counted.large, "bytes": counted.large_bytes },
        "read": counted.read,
        "unreadable": counted.unreadable,
        "msrsync": { "processes": MSRSYNC, "files": counted.for_each_of(MSRSYNC) },
    })
    .to_string()
}
