//! One line that says how far a run has come, while it runs.
//!
//! Boundary: a thread that asks for the line on a tick and shows it; what it
//! says is for whoever starts it, and nothing is done per job or file. On a
//! terminal the line is drawn in one place by indicatif and gone at the end;
//! elsewhere (a file, a terminal without a cursor) it is a new line each
//! second, or an object for a program to read. SIGUSR1, and SIGINFO where there
//! is one, ask for one line in any case, if whoever starts it leaves them to it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signal_hook::{SigId, consts, flag};

use super::screen::{Canvas, Screen, width};
use crate::ui::{self, Drawn};

/// Gives the line, in at most so many columns. Called on every tick.
pub(super) type Line = dyn FnMut(usize) -> String + Send;

/// How often the line is drawn anew, and a signal heard at the latest.
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
    /// An object after an object, the last one when all is over: the line is JSON.
    Json,
    /// A line where a signal asks for one.
    Asked,
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

/// Who hears the signals that ask for a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requests {
    /// Progress itself.
    Heard,
    /// Whoever starts it.
    Elsewhere,
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
    /// cannot be started, or of a signal that cannot be heard.
    pub fn start(form: Form, asking: Requests, mut line: Box<Line>) -> io::Result<Self> {
        let (going, over) = sync_channel(0);
        // Before the run begins: from now on a signal does not end it.
        let ticks = Ticks::new(over, asking)?;
        let thread =
            std::thread::Builder::new()
                .name("progress".into())
                .spawn(move || match form {
                    Form::Bar => draw(&mut *line, ticks),
                    Form::Lines | Form::Asked => write(&mut *line, ticks, form),
                    Form::Json => each(WRITTEN, ticks, |_| ui::plain(line(usize::MAX))),
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

fn draw(line: &mut Line, ticks: Ticks) {
    let target = ProgressDrawTarget::term_like(Box::new(Canvas::default()));
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    let drawn = {
        let bar = bar.clone();
        Drawn::new(Arc::new(move |what| bar.suspend(what)))
    };
    each(DRAWN, ticks, |event| {
        if event == Event::Asked {
            ui::say(line(usize::MAX));
        }
        // The last column stays free: a terminal that has written there wraps
        // at different times.
        bar.set_message(line(usize::from(width()).saturating_sub(1)));
    });
    // In this order, so that no line is written over the bar.
    bar.finish_and_clear();
    drop(drawn);
}

/// A line on each tick, or only when one is asked for. It is asked for on each
/// tick all the same: whoever makes it sees the pace by that.
fn write(line: &mut Line, ticks: Ticks, form: Form) {
    each(WRITTEN, ticks, |event| {
        let line = line(usize::MAX);
        if event == Event::Asked || (event == Event::Tick && form == Form::Lines) {
            ui::say(line);
        }
    });
}

/// Calls `show` on every tick and whenever a signal asks for it, and once when
/// it is over.
fn each(tick: Duration, mut ticks: Ticks, mut show: impl FnMut(Event)) {
    loop {
        let event = ticks.next(tick);
        show(event);
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
    /// Set by a signal, if one is heard here.
    asked: Option<Arc<AtomicBool>>,
    over: Receiver<()>,
    last: Instant,
}

impl Ticks {
    fn new(over: Receiver<()>, asking: Requests) -> io::Result<Self> {
        let asked = match asking {
            Requests::Elsewhere => None,
            Requests::Heard => {
                let asked = Arc::default();
                for signal in ASKING {
                    // It stays: a signal that comes late must not end prun.
                    let _id: SigId = flag::register(*signal, Arc::clone(&asked))?;
                }
                Some(asked)
            }
        };
        Ok(Self {
            asked,
            over,
            last: Instant::now(),
        })
    }

    fn next(&mut self, tick: Duration) -> Event {
        let most = match self.asked {
            Some(_) => DRAWN,
            None => Duration::MAX,
        };
        loop {
            let left = tick.saturating_sub(self.last.elapsed());
            if left.is_zero() {
                self.last = Instant::now();
                return Event::Tick;
            }
            match self.over.recv_timeout(left.min(most)) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return Event::Over,
            }
            if let Some(asked) = &self.asked
                && asked.swap(false, Ordering::Relaxed)
            {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn it_shows_on_ticks_and_ends_at_once() {
        let (tell, told) = channel();
        let (going, over) = sync_channel::<()>(0);
        let ticks = Ticks::new(over, Requests::Elsewhere).unwrap();
        let thread = std::thread::spawn(move || {
            each(Duration::from_millis(1), ticks, |_| {
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
        let line = Box::new(|_| String::new());
        let progress = Progress::start(Form::Lines, Requests::Elsewhere, line).unwrap();
        let began = Instant::now();
        drop(progress);
        assert!(began.elapsed() < WRITTEN, "{:?}", began.elapsed());
    }
}
