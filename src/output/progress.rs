//! One line that says how far a run has come, while it runs.
//!
//! Boundary: a thread that asks for the line on a tick and shows it; what it
//! says is for whoever starts it, and nothing is done per job or file. On a
//! terminal the line is drawn in one place by indicatif and gone at the end;
//! elsewhere (a file, a terminal without a cursor) it is a new line each second.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::screen::{Canvas, Screen, width};
use crate::ui::{self, Drawn};

/// Gives the line, in at most so many columns. Called on every tick.
pub(super) type Line = dyn FnMut(usize) -> String + Send;

/// How often the line is drawn anew.
const DRAWN: Duration = Duration::from_millis(100);

/// How often a line is written where it cannot be drawn.
const WRITTEN: Duration = Duration::from_secs(1);

/// How the line is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Drawn in place.
    Bar,
    /// A line after a line.
    Lines,
}

impl Form {
    /// How it is shown on such a screen.
    pub fn on(screen: Screen) -> Self {
        match screen {
            Screen::Terminal => Self::Bar,
            Screen::Dumb | Screen::Other => Self::Lines,
        }
    }
}

/// The thread that shows progress. It ends, and takes the line away, when this
/// is dropped.
pub struct Progress {
    /// Nothing is ever sent: its end is the message.
    going: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to show what `line` gives. An error is that of a thread that
    /// cannot be started.
    pub fn start(form: Form, mut line: Box<Line>) -> io::Result<Self> {
        let (going, over) = sync_channel(0);
        let thread =
            std::thread::Builder::new()
                .name("progress".into())
                .spawn(move || match form {
                    Form::Bar => draw(&mut *line, &over),
                    Form::Lines => each(WRITTEN, &over, || {
                        ui::say(line(usize::MAX));
                    }),
                })?;
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

fn draw(line: &mut Line, over: &Receiver<()>) {
    let target = ProgressDrawTarget::term_like(Box::new(Canvas::default()));
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    let drawn = {
        let bar = bar.clone();
        Drawn::new(Arc::new(move |what| bar.suspend(what)))
    };
    each(DRAWN, over, || {
        // The last column stays free: a terminal that has written there wraps
        // at different times.
        bar.set_message(line(usize::from(width()).saturating_sub(1)));
    });
    // In this order, so that no line is written over the bar.
    bar.finish_and_clear();
    drop(drawn);
}

/// Calls `show` on every tick until it is over.
fn each(tick: Duration, over: &Receiver<()>, mut show: impl FnMut()) {
    while over.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
        show();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Instant;

    #[test]
    fn it_shows_on_ticks_and_ends_at_once() {
        let (tell, told) = channel();
        let (going, over) = sync_channel::<()>(0);
        let thread = std::thread::spawn(move || {
            each(Duration::from_millis(1), &over, || {
                // The test may have gone on.
                let _ = tell.send(());
            });
        });
        for _ in 0..5 {
            told.recv().unwrap();
        }
        drop(going);
        thread.join().unwrap();
    }

    #[test]
    fn the_end_does_not_wait_for_a_tick() {
        let progress = Progress::start(Form::Lines, Box::new(|_| String::new())).unwrap();
        let began = Instant::now();
        drop(progress);
        assert!(began.elapsed() < WRITTEN, "{:?}", began.elapsed());
    }
}
