//! What a person and a machine are told of a native copy: failures as they
//! happen, progress, a summary, a report, a log.
//!
//! Boundary: hears failures ([`Reporter`]) and reads counters; does not know
//! the engine, starts nothing but the thread of the progress bar, and reads
//! neither the environment nor whether standard error is a terminal: that is
//! handed in. It writes to standard error, by `ui`, and to the two files.
//!
//! How it is used, by whoever puts a copy together:
//!
//! ```text
//! let mut copying = Copying::new(Settings {
//!     screen: Screen::of(stderr_is_terminal, term),  // before anything is done:
//!     report, log, ..                                // an error here is a status of 2
//! })?;
//! let engine = Arc::new(Engine::new(.., copying.reporter()));
//! let counts = { let engine = Arc::clone(&engine); move || engine.counts() };
//! copying.start(counts)?;                            // the bar appears
//! engine.begin(); /* workers */ engine.finish();     // warnings by `ui` make the bar step aside
//! copying.stop();                                    // where other stages follow before the end
//! let status = copying.end(&Outcome {                // also after a signal, also when begin() refused
//!     exit: 0, lost: 1, passes: engine.passes(), ..Outcome::default()
//! });                                                // bar gone, summary told, report written
//! ```
//!
//! One that is dropped without its end takes the bar away and writes nothing.
//! Whoever writes to standard output while a copy runs (`-v`) does it inside
//! [`crate::ui::aside`], as the bar may be on the same terminal.

mod error;
mod json;
mod line;
mod log;
mod pace;
mod parts;
mod progress;
mod report;
mod summary;
mod told;
mod voice;

pub use crate::output::screen::Screen;
pub use error::CopyingError;
pub use told::Told;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::copy::{Counts, Part, Reporter};
use crate::output::progress::{Asker, Form, Progress};
use crate::ui;

use log::Log;
use progress::{Going, Read};
use report::{Matter, Report, ReportFile};
use summary::{Extent, Facts, advice, summary};
use voice::{Lines, Voice};

/// What is to be told, and where.
#[derive(Debug)]
pub struct Settings {
    /// The command line as it was given, for the report.
    pub args: Vec<OsString>,
    /// The source as it was given, for the report.
    pub source: PathBuf,
    /// The destination as it was given, for the report.
    pub destination: PathBuf,
    /// What standard error is.
    pub screen: Screen,
    /// Whether progress is shown.
    pub show: Show,
    /// How long the summary is.
    pub amount: Amount,
    /// `--report FILE`.
    pub report: Option<PathBuf>,
    /// `--log FILE`.
    pub log: Option<PathBuf>,
}

/// Whether progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// On a terminal.
    #[default]
    OnTerminal,
    /// Everywhere (`--progress`): a line a second where none can be drawn.
    Always,
    /// Everywhere, for a program to read (`--progress=json`).
    Json,
    /// Nowhere (`--no-progress`).
    Never,
}

/// How long the summary is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Amount {
    /// A few lines on a terminal; elsewhere nothing but trouble.
    #[default]
    Short,
    /// Everything that was counted (`--stats`, `-v`).
    Whole,
}

/// How a copy ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The exit status that the copy itself comes to.
    pub exit: u8,
    /// The exit status in place of 0, if the report or lines of the log could
    /// not be written.
    pub lost: u8,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Why it did not begin.
    pub refused: Option<String>,
    /// How long each pass took.
    pub passes: Vec<(&'static str, Duration)>,
    /// What was done by way of each of several mounts, or in each of several
    /// destinations.
    pub parts: Vec<Part>,
    /// How many differences a verification found, if there was one.
    pub differences: Option<u64>,
}

/// The voice of one copy, from before it begins until all is told.
pub struct Copying {
    settings: Settings,
    voice: Arc<Voice>,
    report: Option<ReportFile>,
    began: (SystemTime, Instant),
    took: Option<Duration>,
    counts: Option<Arc<Read>>,
    progress: Option<Progress>,
}

impl Copying {
    /// Opens the log and finds out whether the report can be written.
    pub fn new(settings: Settings) -> Result<Self, CopyingError> {
        let report = settings.report.as_deref();
        let report = report.map(ReportFile::prepare).transpose()?;
        let log = settings.log.as_deref().map(Log::create).transpose()?;
        let lines = match settings.screen {
            Screen::Terminal | Screen::Dumb => Lines::First,
            Screen::Other => Lines::All,
        };
        Ok(Self {
            voice: Arc::new(Voice::new(lines, log)),
            report,
            settings,
            began: (SystemTime::now(), Instant::now()),
            took: None,
            counts: None,
            progress: None,
        })
    }

    /// Who is to hear of failures.
    pub fn reporter(&self) -> Arc<dyn Reporter> {
        Arc::clone(&self.voice) as Arc<dyn Reporter>
    }

    /// Records an entry and what was done with it, in a word, in the log.
    pub fn entry(&self, path: &[u8], done: &str) {
        if let Some(log) = self.voice.log() {
            log.entry(path, done);
        }
    }

    /// The copy begins now; `counts` gives its counters at any time.
    pub fn start(
        &mut self,
        counts: impl Fn() -> Counts + Send + Sync + 'static,
    ) -> Result<(), CopyingError> {
        let counts: Arc<Read> = Arc::new(counts);
        self.began = (SystemTime::now(), Instant::now());
        self.counts = Some(Arc::clone(&counts));
        let form = form(self.settings.screen, self.settings.show);
        let going = Box::new(Going::new(counts));
        self.progress = Some(Progress::start(form, going).map_err(CopyingError::NoBar)?);
        Ok(())
    }

    /// Who may ask for a line of progress while it is shown.
    pub fn asker(&self) -> Option<Asker> {
        self.progress.as_ref().map(Progress::asker)
    }

    /// The copy itself is over, though there may be more to do before all can
    /// be told: takes the bar away and stops the clock.
    pub fn stop(&mut self) {
        self.took.get_or_insert_with(|| self.began.1.elapsed());
        self.progress = None;
    }

    /// All is over: tells the summary and writes the report. Gives the exit
    /// status.
    pub fn end(mut self, outcome: &Outcome) -> u8 {
        self.stop();
        let elapsed = self.took.unwrap_or_default();
        let counts = self.counts.map(|counts| counts()).unwrap_or_default();
        let heard = self.voice.take();

        let report_path = self.report.as_ref().map(ReportFile::path);
        let rest = self
            .voice
            .rest(&heard, report_path.map(|path| path.as_os_str().as_bytes()));
        if let Some(rest) = rest {
            ui::more(rest);
        }
        // Who was refused has been told why, and nothing else happened.
        if outcome.refused.is_none() {
            let facts = Facts {
                counts,
                elapsed,
                passes: &outcome.passes,
                parts: &outcome.parts,
                by_errno: &heard.by_errno(),
                signal: outcome.signal,
            };
            let extent = extent(self.settings.screen, self.settings.amount);
            tell(&summary(&facts, extent));
            if let Some(advice) = advice(&facts) {
                ui::hint(advice);
            }
        }

        let mut exit = outcome.exit;
        let lose = |error: CopyingError, exit: &mut u8| {
            ui::error(error);
            if *exit == 0 {
                *exit = outcome.lost;
            }
        };
        if let Some(error) = self.voice.log().and_then(Log::lost) {
            lose(error, &mut exit);
        }
        if let Some(file) = self.report {
            let matter = Matter {
                args: &self.settings.args,
                source: &self.settings.source,
                destination: &self.settings.destination,
                started: self.began.0,
                elapsed,
                passes: &outcome.passes,
                parts: &outcome.parts,
                counts,
                heard: &heard,
                exit,
                signal: outcome.signal,
                refused: outcome.refused.as_deref(),
                differences: outcome.differences,
            };
            if let Err(error) = file.write(&Report::from(&matter)) {
                lose(error, &mut exit);
            }
        }
        exit
    }
}

fn form(screen: Screen, show: Show) -> Form {
    match (show, screen) {
        (Show::Json, _) => Form::Json,
        (Show::OnTerminal | Show::Always, Screen::Terminal) => Form::Bar,
        (Show::Always, Screen::Dumb | Screen::Other) => Form::Lines,
        (Show::Never, _) | (Show::OnTerminal, Screen::Dumb | Screen::Other) => Form::Asked,
    }
}

fn extent(screen: Screen, amount: Amount) -> Extent {
    match (amount, screen) {
        (Amount::Whole, _) => Extent::Whole,
        (Amount::Short, Screen::Terminal | Screen::Dumb) => Extent::Short,
        (Amount::Short, Screen::Other) => Extent::Trouble,
    }
}

fn tell(lines: &[String]) {
    if let Some((first, others)) = lines.split_first() {
        ui::say(first);
        for line in others {
            ui::more(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::{Class, Failure, Op, Side};
    use rustix::io::Errno;
    use serde_json::{Value, json};
    use std::ffi::OsStr;
    use std::path::Path;

    fn settings(dir: &Path) -> Settings {
        Settings {
            args: vec!["preset".into()],
            source: "a".into(),
            destination: "b".into(),
            screen: Screen::Other,
            show: Show::default(),
            amount: Amount::default(),
            report: Some(dir.join("report")),
            log: Some(dir.join("log")),
        }
    }

    fn report(dir: &Path) -> Value {
        serde_json::from_slice(&std::fs::read(dir.join("report")).unwrap()).unwrap()
    }

    #[test]
    fn a_copy_from_end_to_end() {
        let dir = tempfile::tempdir().unwrap();
        let mut copying = Copying::new(settings(dir.path())).unwrap();
        let reporter = copying.reporter();
        let counts = Counts {
            files: 7,
            failed: 1,
            ..Counts::default()
        };
        copying.start(move || counts).unwrap();
        reporter.failure(Failure {
            path: b"a/x".to_vec(),
            side: Side::Source,
            op: Op::Open,
            errno: Errno::ACCESS,
            class: Class::Failed,
        });
        copying.entry(b"a/y", "file");
        let outcome = Outcome {
            exit: 1,
            lost: 1,
            ..Outcome::default()
        };
        assert_eq!(copying.end(&outcome), 1);
        let report = report(dir.path());
        assert_eq!(report["exit"], json!(1));
        assert_eq!(report["counts"]["files"], json!(7));
        assert_eq!(report["errors"][0]["path"], json!("a/x"));
        let log = std::fs::read_to_string(dir.path().join("log")).unwrap();
        assert_eq!(log.lines().count(), 2);
    }

    #[test]
    fn a_copy_that_is_refused_has_a_report() {
        let dir = tempfile::tempdir().unwrap();
        let copying = Copying::new(settings(dir.path())).unwrap();
        let outcome = Outcome {
            exit: 2,
            lost: 1,
            refused: Some("a: No such file or directory".into()),
            ..Outcome::default()
        };
        assert_eq!(copying.end(&outcome), 2);
        let report = report(dir.path());
        assert_eq!(report["refused"], json!("a: No such file or directory"));
        assert_eq!(report["counts"]["files"], json!(0));
    }

    #[test]
    fn a_record_that_is_lost_is_no_success() {
        let dir = tempfile::tempdir().unwrap();
        let end = |exit, settings: Settings| {
            let copying = Copying::new(settings).unwrap();
            if let Some(report) = &copying.settings.report {
                // What was a place for a report is none any more.
                std::fs::create_dir(report).unwrap();
            }
            copying.entry(b"x", "file");
            let outcome = Outcome {
                exit,
                lost: 23,
                ..Outcome::default()
            };
            copying.end(&outcome)
        };
        assert_eq!(end(0, settings(dir.path())), 23);
        if Path::new("/dev/full").exists() {
            let full = || Settings {
                report: None,
                log: Some("/dev/full".into()),
                ..settings(dir.path())
            };
            assert_eq!(end(0, full()), 23);
            assert_eq!(end(4, full()), 4);
        }
    }

    #[test]
    fn what_is_shown_where() {
        use Screen::{Dumb, Other, Terminal};
        use Show::{Always, Never, OnTerminal};

        let of = |term: Option<&str>| Screen::of(true, term.map(OsStr::new));
        assert_eq!(of(Some("xterm")), Screen::Terminal);
        assert_eq!(of(Some("dumb")), Screen::Dumb);
        assert_eq!(of(None), Screen::Dumb);
        assert_eq!(Screen::of(false, Some(OsStr::new("xterm"))), Screen::Other);

        let shown = |show| [Terminal, Dumb, Other].map(|screen| form(screen, show));
        let (bar, lines, asked) = (Form::Bar, Form::Lines, Form::Asked);
        assert_eq!(shown(OnTerminal), [bar, asked, asked]);
        assert_eq!(shown(Always), [bar, lines, lines]);
        assert_eq!(shown(Show::Json), [Form::Json; 3]);
        assert_eq!(shown(Never), [asked; 3]);
        assert_eq!(extent(Other, Amount::Short), Extent::Trouble);
        assert_eq!(extent(Dumb, Amount::Short), Extent::Short);
        assert_eq!(extent(Other, Amount::Whole), Extent::Whole);
    }
}
