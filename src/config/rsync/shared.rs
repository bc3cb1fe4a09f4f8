//! What all stages share that run rsync over one tree: the lists, and what has
//! been copied so far.
//!
//! Boundary: state and its telling; which stage does what is `attend`'s.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::config::ConfigError;
use crate::config::env::Standard;
use crate::copy::{probe, prove_mounts};
use crate::input::buckets::{Bucket, CrawlError, CrawlTotals, Keep, Lists};
use crate::pipeline::{Asked, Buckets};
use crate::template::Record;
use crate::ui::{self, Shown};

/// How often progress is told.
const PERIOD: Duration = Duration::from_secs(1);

/// Whether anything is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// It is.
    Copying,
    /// Commands are printed, and the lists are theirs.
    Rehearsing,
}

/// The state.
pub(in crate::config) struct Shared {
    doing: Doing,
    temporary: PathBuf,
    workers: usize,
    terminal: Standard,
    /// The mounts that the destination is reached by, if it is more than one.
    mounts: Vec<PathBuf>,
    lists: OnceLock<Arc<Lists>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The directories of the trees walked last.
    directories: Vec<Bucket>,
    found: CrawlTotals,
    copied: (u64, u64),
    jobs: u64,
    busy: Duration,
    began: Option<Instant>,
    told: Option<Instant>,
    has_stopped: bool,
}

impl Shared {
    pub(super) fn new(
        doing: Doing,
        temporary: PathBuf,
        workers: usize,
        terminal: Standard,
        mounts: Vec<PathBuf>,
    ) -> Arc<Self> {
        Arc::new(Self {
            doing,
            temporary,
            workers,
            terminal,
            mounts,
            lists: OnceLock::new(),
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks whether the trees can be copied, makes the destination and the
    /// place of the lists. Done once, by the first stage.
    pub(super) fn begin(&self, spec: &Buckets) -> Result<(), ConfigError> {
        if self.lists.get().is_some() {
            return Ok(());
        }
        let to = Path::new(OsStr::from_bytes(&spec.to));
        for source in &spec.from {
            let (path, found) = super::source_of(source);
            let found = found.map_err(|error| CrawlError::Source {
                path: source.clone(),
                source: error,
            })?;
            if found.is_dir() {
                probe::apart(&path, to).map_err(ConfigError::Probe)?;
            }
        }
        if self.doing == Doing::Copying {
            let was_there = to.exists();
            std::fs::create_dir_all(to).map_err(|source| ConfigError::Path {
                what: "cannot make the destination",
                path: to.to_path_buf(),
                source,
            })?;
            let others = self.mounts.get(1..).unwrap_or_default();
            if let Err(error) = prove_mounts(to, others) {
                if !was_there {
                    let _ = std::fs::remove_dir(to);
                }
                return Err(ConfigError::Probe(error));
            }
        }
        let keep = match (spec.keep, self.doing) {
            (Asked::No, Doing::Copying) => Keep::Failed,
            (Asked::Yes, _) | (_, Doing::Rehearsing) => Keep::All,
        };
        let parent = spec.directory.as_deref().unwrap_or(&self.temporary);
        let lists = Arc::new(Lists::make(parent, keep)?);
        if spec.show == Asked::Yes {
            ui::say(format_args!("the lists are in {}", shown(lists.path())));
        }
        let _ = self.lists.set(lists);
        self.state().began = Some(Instant::now());
        Ok(())
    }

    /// The place of the lists, once a stage has begun.
    pub(super) fn lists(&self) -> Option<&Arc<Lists>> {
        self.lists.get()
    }

    /// The names that jobs are dealt: the mounts, or the one destination.
    pub(super) fn places(&self, spec: &Buckets) -> Vec<Vec<u8>> {
        if self.mounts.is_empty() {
            return vec![spec.to.clone()];
        }
        let bytes = |path: &PathBuf| path.as_os_str().as_bytes().to_vec();
        self.mounts.iter().map(bytes).collect()
    }

    pub(super) fn workers(&self) -> usize {
        self.workers
    }

    pub(super) fn doing(&self) -> Doing {
        self.doing
    }

    /// A walk has come so far.
    pub(super) fn found(&self, totals: CrawlTotals, directories: &[Bucket]) {
        let mut state = self.state();
        state.found = totals;
        if state.directories.len() != directories.len() {
            state.directories = directories.to_vec();
        }
    }

    /// A walk begins: what an earlier one has found does not count.
    pub(super) fn anew(&self) {
        let mut state = self.state();
        state.directories.clear();
        state.found = CrawlTotals::default();
        state.copied = (0, 0);
    }

    /// The directories of the trees walked last.
    pub(super) fn directories(&self) -> Vec<Bucket> {
        self.state().directories.clone()
    }

    /// A bucket has been copied.
    pub(super) fn done(&self, bucket: &Bucket) {
        let mut state = self.state();
        state.copied.0 += bucket.entries;
        state.copied.1 += bucket.bytes;
        drop(state);
        if let Some(lists) = self.lists() {
            lists.done(&bucket.list);
        }
    }

    /// A process has run so long.
    pub(super) fn ran(&self, time: Duration) {
        let mut state = self.state();
        state.jobs += 1;
        state.busy += time;
    }

    /// Later stages are not to run.
    pub(super) fn stop(&self) {
        self.state().has_stopped = true;
    }

    pub(super) fn has_stopped(&self) -> bool {
        self.state().has_stopped
    }

    /// One line of how far the copying is, as msrsync has it.
    pub(super) fn tell_progress(&self, when: When) {
        let mut state = self.state();
        let now = Instant::now();
        let since = state.told.map(|told| now.duration_since(told));
        if when == When::Due && since.is_some_and(|since| since < PERIOD) {
            return;
        }
        state.told = Some(now);
        let seconds = state
            .began
            .map_or(0.0, |began| began.elapsed().as_secs_f64());
        let (entries, bytes) = state.copied;
        let line = format!(
            "[{entries}/{} entries] [{}/{} transferred] [{} entries/s] [{}/s bw]",
            state.found.entries,
            human(bytes),
            human(state.found.bytes),
            rate(entries, seconds),
            human(rate(bytes, seconds)),
        );
        drop(state);
        match (self.terminal, when) {
            (Standard::Terminal, When::Due) => ui::draw(&format!("\r{line}\x1b[K")),
            (Standard::Terminal, When::Last) => ui::draw(&format!("\r{line}\x1b[K\n")),
            (Standard::Other, _) => ui::draw(&format!("{line}\n")),
        }
    }

    /// The totals, by msrsync's names, on standard error.
    pub(super) fn tell_stats(&self, status: u8) {
        let state = self.state();
        let total = state.began.map_or(Duration::ZERO, |began| began.elapsed());
        let seconds = total.as_secs_f64();
        let found = state.found;
        let buckets = found.buckets.max(1);
        let crawl = found.time.as_secs_f64();
        let lines = [
            format!(
                "Status: {}",
                if status == 0 { "SUCCESS" } else { "FAILURE" }
            ),
            format!("Total size: {} ({} bytes)", human(found.bytes), found.bytes),
            format!(
                "Total entries: {} (and {} directories)",
                found.entries, found.directories
            ),
            format!("Buckets number: {}", found.buckets),
            format!("Mean entries per bucket: {}", found.entries / buckets),
            format!("Mean size per bucket: {}", human(found.bytes / buckets)),
            format!("Entries per second: {}", rate(state.copied.0, seconds)),
            format!("Speed: {}/s", human(rate(state.copied.1, seconds))),
            format!("Rsync workers: {}", self.workers),
            format!(
                "Total rsync's processes ({}) cumulative runtime: {:.1}s",
                state.jobs,
                state.busy.as_secs_f64()
            ),
            format!(
                "Crawl time: {crawl:.1}s ({:.1}% of total runtime)",
                if seconds > 0.0 {
                    100.0 * crawl / seconds
                } else {
                    0.0
                }
            ),
            format!("Total time: {seconds:.1}s"),
        ];
        drop(state);
        for line in lines {
            ui::say(line);
        }
    }

    /// Tells which lists stay, and takes the others away.
    pub(super) fn close(&self) {
        let Some(lists) = self.lists() else { return };
        if lists.stays() {
            let path = lists.path().to_path_buf();
            ui::say(format_args!("lists of names are kept in {}", shown(&path)));
        }
        lists.close();
    }
}

/// When progress is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// If it is time.
    Due,
    /// For the last time.
    Last,
}

fn shown(path: &Path) -> Shown<'_> {
    Shown(path.as_os_str().as_bytes())
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate for people"
)]
fn rate(count: u64, seconds: f64) -> u64 {
    (count as f64 / seconds.max(0.001)) as u64
}

/// A number of bytes as msrsync writes it.
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
fn human(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["bytes", "K", "M", "G", "T", "P"] {
        if value < 1024.0 {
            return if unit == "bytes" {
                format!("{bytes} {unit}")
            } else {
                format!("{value:.1} {unit}")
            };
        }
        value /= 1024.0;
    }
    format!("{value:.1} E")
}

/// A bucket as the input of a job: the list is `<bucket>`, the directory that
/// its names are below is `<base>`; the rest is for prun itself.
pub(super) fn record_of(bucket: &Bucket) -> Record {
    let mut record = Record::new();
    record.push(bucket.list.as_os_str().as_bytes());
    record.push(&bucket.base);
    record.push(bucket.entries.to_string().as_bytes());
    record.push(bucket.bytes.to_string().as_bytes());
    record
}

/// The bucket that an input is, if it is one.
pub(super) fn bucket_of(record: &Record) -> Option<Bucket> {
    let number = |index| {
        std::str::from_utf8(record.get(index)?)
            .ok()?
            .parse::<u64>()
            .ok()
    };
    Some(Bucket {
        list: Path::new(OsStr::from_bytes(record.get(0)?)).to_path_buf(),
        base: record.get(1)?.to_vec(),
        entries: number(2)?,
        bytes: number(3)?,
    })
}
