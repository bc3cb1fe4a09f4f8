//! The voice on standard error: how every diagnostic of prun is spelled.
//!
//! Boundary: formats and writes whole lines, each with one `write`, and knows
//! nothing of what they are about. A standard error that cannot be written to
//! is passed over: there is nobody left to tell.

use std::fmt::{self, Display};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Says why the run cannot be right, and which line the user should read first.
pub fn error(message: impl Display) {
    line("error: ", message);
}

/// Says what the user would want to know though the run goes on.
pub fn warning(message: impl Display) {
    line("warning: ", message);
}

/// Says what prun noticed, once.
pub fn note(message: impl Display) {
    line("note: ", message);
}

/// Says what to do next, under an error.
pub fn hint(message: impl Display) {
    write(&format!("hint: {message}\n"));
}

/// Says a line under prun's name, without a class; and whether standard error
/// took it.
pub fn say(message: impl Display) -> bool {
    line("", message)
}

/// A line that continues the one before.
pub fn more(message: impl Display) {
    write(&format!("  {message}\n"));
}

/// A line for a program to read: nothing but what it is.
pub fn plain(line: impl Display) {
    write(&format!("{line}\n"));
}

fn line(class: &str, message: impl Display) -> bool {
    if SPEAKER.load(Ordering::Relaxed) {
        write(&format!("parallel: {}{message}\n", capital(class)))
    } else {
        write(&format!("prun: {class}{message}\n"))
    }
}

/// Whether prun speaks under the name of `parallel`.
static SPEAKER: AtomicBool = AtomicBool::new(false);

/// From now on lines begin as GNU parallel's do: scripts look for them.
pub fn speak_as_parallel() {
    SPEAKER.store(true, Ordering::Relaxed);
}

fn capital(class: &str) -> String {
    let mut chars = class.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// Where the cursor of the terminal is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// At the beginning of a line: something may be drawn there.
    Home,
    /// Behind the beginning of a line, which is not to be drawn over.
    Within,
}

impl Cursor {
    /// Where it is when `text` has been written.
    pub fn behind(text: &[u8]) -> Self {
        match text.last() {
            None | Some(b'\n') => Self::Home,
            Some(_) => Self::Within,
        }
    }
}

/// Takes away what is drawn on the terminal, does what it is given, and draws
/// it again.
pub type Aside = dyn Fn(&mut dyn FnMut() -> Cursor) + Send + Sync;

/// What is drawn on the terminal at this time.
static DRAWN: RwLock<Option<Arc<Aside>>> = RwLock::new(None);

/// Something is drawn on the terminal as long as this lives.
#[must_use]
pub struct Drawn(());

impl Drawn {
    /// From now on `aside` is asked to make way for every line. There is one
    /// drawing at a time: a later one takes the place of an earlier one.
    pub fn new(aside: Arc<Aside>) -> Self {
        *DRAWN.write().unwrap_or_else(PoisonError::into_inner) = Some(aside);
        Self(())
    }
}

impl Drop for Drawn {
    fn drop(&mut self) {
        *DRAWN.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Writes to the terminal by `what` while nothing is drawn there: for standard
/// output, which may be the same terminal.
pub fn aside(what: impl FnOnce() -> Cursor) {
    let drawn = DRAWN.read().unwrap_or_else(PoisonError::into_inner).clone();
    let mut what = Some(what);
    let mut once = || what.take().map_or(Cursor::Home, |what| what());
    match drawn {
        Some(drawn) => drawn(&mut once),
        None => {
            once();
        }
    }
}

/// Writes what draws, unless standard error would make it wait: what is drawn
/// is soon drawn anew.
pub fn draw(text: &str) {
    send(text, Timespec::default());
}

/// How long a line waits for a reader of standard error.
const PATIENCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 500_000_000,
};

/// Whether standard error was found stuck: lines do not wait until it takes
/// one again.
static STUCK: AtomicBool = AtomicBool::new(false);

fn write(text: &str) -> bool {
    let mut written = false;
    aside(|| {
        // A pipe that nobody reads must not keep prun from ending.
        let patience = if STUCK.load(Ordering::Relaxed) {
            Timespec::default()
        } else {
            PATIENCE
        };
        written = send(text, patience);
        STUCK.store(!written, Ordering::Relaxed);
        Cursor::behind(text.as_bytes())
    });
    written
}

/// Writes when standard error can take it within that time; whether it did.
fn send(text: &str, patience: Timespec) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(
        rustix::stdio::stderr(),
        PollFlags::OUT,
    )];
    if let Ok(0) = poll(&mut fds, Some(&patience)) {
        return false;
    }
    // One write a line, so that lines of two processes do not mix.
    std::io::stderr().write_all(text.as_bytes()).is_ok()
}

/// Bytes from outside (a file name, an input) as they may be shown to a
/// terminal: quoted where that is needed, control characters escaped.
pub struct Shown<'a>(pub &'a [u8]);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_./-+:,@%=".contains(b);
        if !self.0.is_empty() && self.0.iter().all(plain) {
            return f.write_str(&String::from_utf8_lossy(self.0));
        }
        f.write_str("'")?;
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                if c.is_control() {
                    write!(f, "{}", c.escape_default())?;
                } else {
                    write!(f, "{c}")?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        f.write_str("'")
    }
}

/// A line that is already quoted for a shell, made safe for a terminal: bytes
/// that are not text are shown, not sent. A long one is cut.
pub struct Line<'a>(pub &'a [u8]);

/// How much of a line is shown.
const LINE_CUT: usize = 300;

impl Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(self.0);
        for (at, c) in text.chars().enumerate() {
            if at == LINE_CUT {
                return f.write_str(" ...");
            }
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

/// An operating-system error as its number and text, the way `strerror` says
/// it, without Rust's `(os error N)` tail.
pub struct Errno<'a>(pub &'a std::io::Error);

impl Display for Errno<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        match text.find(" (os error") {
            Some(end) => f.write_str(&text[..end]),
            None => f.write_str(&text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_keeps_plain_names_and_escapes_the_rest() {
        assert_eq!(Shown(b"a/b.c").to_string(), "a/b.c");
        assert_eq!(Shown(b"").to_string(), "''");
        assert_eq!(Shown(b"a b").to_string(), "'a b'");
        assert_eq!(
            Shown(b"a\x1b[31m\xff\n").to_string(),
            "'a\\u{1b}[31m\\xff\\n'"
        );
        assert_eq!(Shown("é".as_bytes()).to_string(), "'é'");
    }

    #[test]
    fn what_is_drawn_makes_way() {
        use std::sync::Mutex;
        let steps: Arc<Mutex<Vec<&str>>> = Arc::default();
        let mine = std::thread::current().id();
        let drawn = Drawn::new({
            let steps = Arc::clone(&steps);
            Arc::new(move |what| {
                // Tests on other threads may have something to say meanwhile.
                if std::thread::current().id() != mine {
                    what();
                    return;
                }
                steps.lock().unwrap().push("away");
                assert_eq!(what(), Cursor::Within);
                steps.lock().unwrap().push("back");
            })
        });
        aside(|| {
            steps.lock().unwrap().push("said");
            Cursor::behind(b"sai")
        });
        drop(drawn);
        aside(|| {
            steps.lock().unwrap().push("later");
            Cursor::behind(b"later\n")
        });
        assert_eq!(*steps.lock().unwrap(), ["away", "said", "back", "later"]);
    }

    #[test]
    fn errno_drops_the_number() {
        let error = std::io::Error::from_raw_os_error(2);
        assert_eq!(Errno(&error).to_string(), "No such file or directory");
    }
}
