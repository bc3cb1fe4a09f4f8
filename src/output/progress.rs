//! What says how far a run has come, while it runs.
//!
//! Boundary: a thread that looks on a tick and shows what it is given; what
//! that says is for whoever starts it, and nothing is done per job or file. On
//! a terminal a line is drawn in one place by indicatif and gone at the end;
//! elsewhere (a file, a terminal without a cursor) it is a new line each second,
//! or an object for a program to read. An [`Asker`] gets a line in any case.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::screen::{Canvas, Screen, height, shown, width};
use crate::ui::{self, Drawn};

/// What is shown.
pub trait Shows: Send {
    /// Looks how far the run has come. Called before the others.
    fn look(&mut self);

    /// What was seen, in at most so many columns.
    fn line(&self, width: usize) -> String;

    /// What is shown above that line where lines are drawn: a line each.
    fn above(&self) -> Vec<Vec<u8>> {
        Vec::new()
    }

    /// What was seen, for a program, where there is such a form.
    fn object(&self) -> Option<String> {
        None
    }
}

/// How often the line is drawn anew.
const DRAWN: Duration = Duration::from_millis(100);

/// How often a line is written where it cannot be drawn.
const WRITTEN: Duration = Duration::from_secs(1);

/// How it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Drawn in place.
    Bar,
    /// A line after a line.
    Lines,
    /// An object after an object.
    Json,
    /// A line where somebody asks for one.
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

/// What is told to the thread.
enum Told {
    Asked,
    Over,
}

/// The thread that shows progress. It ends, and takes the line away, when this
/// is dropped.
pub struct Progress {
    told: Sender<Told>,
    thread: Option<JoinHandle<()>>,
}

/// Who may ask for a line at any time.
#[derive(Clone)]
pub struct Asker(Sender<Told>);

impl Asker {
    /// Asks for a line.
    pub fn ask(&self) {
        // It may be over; then there is nothing more to say.
        let _ = self.0.send(Told::Asked);
    }
}

impl Progress {
    /// Begins to show. An error is that of a thread that cannot be started.
    pub fn start(form: Form, mut shows: Box<dyn Shows>) -> io::Result<Self> {
        let (told, hears) = channel();
        let thread =
            std::thread::Builder::new()
                .name("progress".into())
                .spawn(move || match form {
                    Form::Bar => draw(&mut *shows, &hears),
                    Form::Lines => write(&mut *shows, &hears),
                    Form::Json => objects(&mut *shows, &hears),
                    Form::Asked => answer(&mut *shows, &hears),
                })?;
        Ok(Self {
            told,
            thread: Some(thread),
        })
    }

    /// Who may ask for a line.
    pub fn asker(&self) -> Asker {
        Asker(self.told.clone())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let _ = self.told.send(Told::Over);
        if let Some(thread) = self.thread.take() {
            // It has panicked at worst, and has said so.
            let _ = thread.join();
        }
    }
}

fn draw(shows: &mut dyn Shows, hears: &Receiver<Told>) {
    let canvas = Canvas::new();
    let target = ProgressDrawTarget::term_like(Box::new(canvas.clone()));
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    let drawn = Drawn::new(Arc::new(move |what| canvas.aside(what)));
    each(DRAWN, hears, |event| {
        shows.look();
        if event == Event::Asked {
            ui::say(shows.line(usize::MAX));
        }
        // The last column stays free: a terminal that has written there wraps
        // at different times.
        let columns = usize::from(width()).saturating_sub(1);
        let mut lines: Vec<String> = shows.above().iter().map(|l| shown(l, columns)).collect();
        // The oldest jobs stay: theirs are the lines one waits for.
        lines.truncate(usize::from(height()).saturating_sub(2));
        lines.push(shows.line(columns));
        let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        bar.set_message(lines.join("\n"));
    });
    // In this order, so that no line is written over the bar.
    bar.finish_and_clear();
    drop(drawn);
}

/// A line on each tick, and when one is asked for.
fn write(shows: &mut dyn Shows, hears: &Receiver<Told>) {
    each(WRITTEN, hears, |event| {
        shows.look();
        if event != Event::Over {
            ui::say(shows.line(usize::MAX));
        }
    });
}

/// A line only when one is asked for.
fn answer(shows: &mut dyn Shows, hears: &Receiver<Told>) {
    each(WRITTEN, hears, |event| {
        shows.look();
        if event == Event::Asked {
            ui::say(shows.line(usize::MAX));
        }
    });
}

fn objects(shows: &mut dyn Shows, hears: &Receiver<Told>) {
    each(WRITTEN, hears, |_| {
        shows.look();
        if let Some(object) = shows.object() {
            ui::plain(object);
        }
    });
}

/// What progress is told for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Tick,
    Asked,
    Over,
}

/// Calls `show` on every tick and whenever somebody asks, and once when it is
/// over.
fn each(tick: Duration, hears: &Receiver<Told>, mut show: impl FnMut(Event)) {
    let mut due = Instant::now() + tick;
    loop {
        let event = match hears.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(Told::Asked) => Event::Asked,
            Err(RecvTimeoutError::Timeout) => {
                due = Instant::now() + tick;
                Event::Tick
            }
            Ok(Told::Over) | Err(RecvTimeoutError::Disconnected) => Event::Over,
        };
        show(event);
        if event == Event::Over {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Shows for Nothing {
        fn look(&mut self) {}

        fn line(&self, _width: usize) -> String {
            String::new()
        }
    }

    #[test]
    fn it_shows_on_ticks_and_when_asked_and_ends_at_once() {
        let (tell, told) = channel();
        let (ask, hears) = channel();
        let thread = std::thread::spawn(move || {
            each(Duration::from_millis(1), &hears, |event| {
                // The test may have gone on.
                let _ = tell.send(event);
            });
        });
        for _ in 0..5 {
            assert_eq!(told.recv().unwrap(), Event::Tick);
        }
        ask.send(Told::Asked).unwrap();
        assert!(told.iter().any(|event| event == Event::Asked));
        ask.send(Told::Over).unwrap();
        assert_eq!(told.iter().last(), Some(Event::Over));
        thread.join().unwrap();
    }

    #[test]
    fn the_end_does_not_wait_for_a_tick_nor_for_who_may_ask() {
        let progress = Progress::start(Form::Asked, Box::new(Nothing)).unwrap();
        let asker = progress.asker();
        let began = Instant::now();
        drop(progress);
        assert!(began.elapsed() < WRITTEN, "{:?}", began.elapsed());
        asker.ask();
    }
}
