//! The progress of a copy, while it runs.
//!
//! Boundary: a thread that reads the counters on a tick and shows the line
//! that `line` makes of them; nothing is done per file, and the workers do not
//! know of it. On a terminal the line is drawn in one place by indicatif and
//! gone at the end; elsewhere (a file, a terminal without a cursor) it is a
//! new line each second.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::error::CopyingError;
use super::line::line;
use super::pace::Pace;
use super::screen::{Screen, width};
use crate::copy::Counts;
use crate::ui::{self, Drawn};

/// Where the counters are read.
pub(super) type Read = dyn Fn() -> Counts + Send + Sync;

/// How often the line is drawn anew.
const DRAWN: Duration = Duration::from_millis(100);

/// How often a line is written where it cannot be drawn.
const WRITTEN: Duration = Duration::from_secs(1);

/// How the line is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Drawn in place.
    Bar,
    /// A line after a line.
    Lines,
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
        let thread = std::thread::Builder::new()
            .name("progress".into())
            .spawn(move || match form {
                Form::Bar => draw(&read, &over),
                Form::Lines => write(&read, &over),
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

fn draw(read: &Arc<Read>, over: &Receiver<()>) {
    let target = ProgressDrawTarget::term_like(Box::new(Screen::default()));
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    let drawn = {
        let bar = bar.clone();
        Drawn::new(Arc::new(move |what| bar.suspend(what)))
    };
    each(DRAWN, read, over, |counts, pace| {
        // The last column stays free: a terminal that has written there wraps
        // at different times.
        let width = usize::from(width()).saturating_sub(1);
        bar.set_message(line(counts, pace, width));
    });
    // In this order, so that no line is written over the bar.
    bar.finish_and_clear();
    drop(drawn);
}

fn write(read: &Arc<Read>, over: &Receiver<()>) {
    each(WRITTEN, read, over, |counts, pace| {
        ui::say(line(counts, pace, usize::MAX));
    });
}

/// Calls `show` on every tick until it is over.
fn each(tick: Duration, read: &Arc<Read>, over: &Receiver<()>, show: impl Fn(&Counts, &Pace)) {
    let began = Instant::now();
    let mut pace = Pace::default();
    pace.add(Duration::ZERO, &read());
    while over.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
        let counts = read();
        pace.add(began.elapsed(), &counts);
        show(&counts, &pace);
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
        let read: Arc<Read> = Arc::new(read);
        let thread = std::thread::spawn(move || {
            each(Duration::from_millis(1), &read, &over, |_, _| {});
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
