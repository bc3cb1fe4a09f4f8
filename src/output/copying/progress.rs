//! The progress of a copy, while it runs.
//!
//! Boundary: a thread that reads the counters on a tick and shows the line
//! that `line` makes of them; nothing is done per file, and the workers do not
//! know of it. On a terminal the line is drawn in one place by indicatif and
//! gone at the end; elsewhere (a file, a terminal without a cursor) it is a
//! new line each second, or an object for a program to read. SIGUSR1, and
//! SIGINFO where there is one, ask for one line in any case.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signal_hook::{SigId, consts, flag};

use super::error::CopyingError;
use super::json::seconds;
use super::line::line;
use super::pace::{Pace, done};
use super::screen::{Screen, width};
use crate::copy::Counts;
use crate::ui::{self, Drawn};

/// Where the counters are read.
pub(super) type Read = dyn Fn() -> Counts + Send + Sync;

/// How often the line is drawn anew.
const DRAWN: Duration = Duration::from_millis(100);

/// How often a line is written where it cannot be drawn.
const WRITTEN: Duration = Duration::from_secs(1);

/// No line by itself.
const NEVER: Duration = Duration::MAX;

/// How the line is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Drawn in place.
    Bar,
    /// A line after a line.
    Lines,
    /// An object after an object.
    Json,
    /// A line where a signal asks for one.
    Asked,
}

/// The thread that shows progress. It ends, and takes the line away, when this
/// is dropped.
pub(super) struct Progress {
    /// Nothing is ever sent: its end is the message.
    going: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to show what `read` gives.
    pub(super) fn start(form: Form, read: Arc<Read>) -> Result<Self, CopyingError> {
        let (going, over) = sync_channel(0);
        // Before the copy begins: from now on a signal does not end it.
        let ticks = Ticks::new(over).map_err(CopyingError::NoBar)?;
        let thread = std::thread::Builder::new()
            .name("progress".into())
            .spawn(move || match form {
                Form::Bar => draw(&read, ticks),
                Form::Lines => write(&read, ticks, WRITTEN),
                Form::Json => objects(&read, ticks),
                Form::Asked => write(&read, ticks, NEVER),
            })
            .map_err(CopyingError::NoBar)?;
        Ok(Self {
            going: Some(going),
            thread: Some(thread),
        })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.going.take());
        if let Some(thread) = self.thread.take() {
            // It has panicked at worst, and has said so.
            let _ = thread.join();
        }
    }
}

fn draw(read: &Arc<Read>, ticks: Ticks) {
    let target = ProgressDrawTarget::term_like(Box::new(Screen::default()));
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    let drawn = {
        let bar = bar.clone();
        Drawn::new(Arc::new(move |what| bar.suspend(what)))
    };
    each(DRAWN, read, ticks, |event, counts, pace| {
        if event == Event::Asked {
            ui::say(line(counts, pace, usize::MAX));
        }
        // The last column stays free: a terminal that has written there wraps
        // at different times.
        let width = usize::from(width()).saturating_sub(1);
        bar.set_message(line(counts, pace, width));
    });
    // In this order, so that no line is written over the bar.
    bar.finish_and_clear();
    drop(drawn);
}

/// A line on each tick, or only when one is asked for.
fn write(read: &Arc<Read>, ticks: Ticks, tick: Duration) {
    let is_told = tick != NEVER;
    each(tick.min(WRITTEN), read, ticks, |event, counts, pace| {
        if event == Event::Asked || (event == Event::Tick && is_told) {
            ui::say(line(counts, pace, usize::MAX));
        }
    });
}

fn objects(read: &Arc<Read>, ticks: Ticks) {
    let began = Instant::now();
    each(WRITTEN, read, ticks, |_, counts, pace| {
        if let Ok(object) = serde_json::to_string(&Object::of(began.elapsed(), counts, pace)) {
            ui::plain(object);
        }
    });
}

/// Calls `show` on every tick and whenever a signal asks for it, and once when
/// it is over.
fn each(tick: Duration, read: &Arc<Read>, mut ticks: Ticks, show: impl Fn(Event, &Counts, &Pace)) {
    let began = Instant::now();
    let mut pace = Pace::default();
    pace.add(Duration::ZERO, &read());
    loop {
        let event = ticks.next(tick);
        let counts = read();
        pace.add(began.elapsed(), &counts);
        show(event, &counts, &pace);
        if event == Event::Over {
            return;
        }
    }
}

/// What progress is told for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Tick,
    Asked,
    Over,
}

/// What comes next: a tick, a signal, the end.
struct Ticks {
    /// Set by a signal.
    asked: Arc<AtomicBool>,
    over: Receiver<()>,
    last: Instant,
}

impl Ticks {
    fn new(over: Receiver<()>) -> std::io::Result<Self> {
        let asked = Arc::default();
        for signal in ASKING {
            // It stays: a signal that comes late must not end prun.
            let _id: SigId = flag::register(*signal, Arc::clone(&asked))?;
        }
        Ok(Self {
            asked,
            over,
            last: Instant::now(),
        })
    }

    fn next(&mut self, tick: Duration) -> Event {
        loop {
            let left = tick.saturating_sub(self.last.elapsed());
            if left.is_zero() {
                self.last = Instant::now();
                return Event::Tick;
            }
            match self.over.recv_timeout(left.min(DRAWN)) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return Event::Over,
            }
            if self.asked.swap(false, Ordering::Relaxed) {
                return Event::Asked;
            }
        }
    }
}

/// The signals that ask for a line: dd(1) and rsync(1) know them too.
const ASKING: &[i32] = &[
    consts::SIGUSR1,
    #[cfg(any(target_os = "macos", target_os = "freebsd", target_os = "netbsd"))]
    consts::SIGINFO,
];

/// How far a copy is, for a program. `docs/report.md` says what each field is.
#[derive(Debug, serde::Serialize)]
struct Object {
    version: u32,
    r#type: &'static str,
    elapsed: f64,
    is_walked: bool,
    found: u64,
    done: u64,
    found_bytes: u64,
    bytes: u64,
    errors: u64,
    files_per_second: u64,
    bytes_per_second: u64,
    remaining: Option<f64>,
}

impl Object {
    fn of(elapsed: Duration, counts: &Counts, pace: &Pace) -> Self {
        let rates = pace.rates();
        Self {
            version: 1,
            r#type: "progress",
            elapsed: seconds(elapsed),
            is_walked: counts.walked > 0,
            found: counts.found,
            done: done(counts),
            found_bytes: counts.found_bytes,
            bytes: counts.moved_bytes,
            errors: counts.failed + counts.vanished + counts.changed,
            files_per_second: rates.entries,
            bytes_per_second: rates.bytes,
            remaining: pace.remaining(counts).map(seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn it_reads_on_ticks_and_ends_at_once() {
        let (tell, told) = channel();
        let read = move || {
            // The test may have gone on.
            let _ = tell.send(());
            Counts::default()
        };
        let (going, over) = sync_channel::<()>(0);
        let ticks = Ticks::new(over).unwrap();
        let read: Arc<Read> = Arc::new(read);
        let thread = std::thread::spawn(move || {
            each(Duration::from_millis(1), &read, ticks, |_, _, _| {});
        });
        for _ in 0..5 {
            told.recv().unwrap();
        }
        drop(going);
        thread.join().unwrap();
    }

    #[test]
    fn the_end_does_not_wait_for_a_tick() {
        let progress = Progress::start(Form::Lines, Arc::new(Counts::default)).unwrap();
        let began = Instant::now();
        drop(progress);
        assert!(began.elapsed() < WRITTEN, "{:?}", began.elapsed());
    }
}
