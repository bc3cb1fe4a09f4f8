//! The lines at the bottom of a terminal.
//!
//! Boundary: what indicatif draws with. Its own way to a terminal is not taken
//! for three reasons: it waits for a terminal that is stopped (Ctrl-S), it
//! draws over the shell's prompt when prun runs in the background (Ctrl-Z,
//! bg), and it fills the line with blanks, which a narrower window wraps.

use std::ffi::OsStr;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::stdio::stderr;
use rustix::termios::{tcgetpgrp, tcgetwinsize, ttyname};
use unicode_width::UnicodeWidthChar;

use crate::ui::Cursor;

/// The size of a terminal that does not know its own.
const WIDTH: u16 = 80;
const HEIGHT: u16 = 24;
/// How far apart its tab stops are.
const TAB: usize = 8;

/// What standard error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// A terminal on which a line can be drawn anew.
    Terminal,
    /// A terminal that only ever goes on (`TERM=dumb`, or none).
    Dumb,
    /// A file or a pipe.
    Other,
}

impl Screen {
    /// What it is, by isatty(3) and by the value of `TERM`.
    pub fn of(is_terminal: bool, term: Option<&OsStr>) -> Self {
        match term.map(OsStr::as_bytes) {
            _ if !is_terminal => Self::Other,
            None | Some(b"" | b"dumb") => Self::Dumb,
            Some(_) => Self::Terminal,
        }
    }
}

/// Standard error, which is a terminal. Clones are the same one.
#[derive(Clone)]
#[cfg_attr(test, derive(Default))]
pub(super) struct Canvas(Arc<Mutex<State>>);

/// What is on the screen, and what is to come there.
#[derive(Default)]
struct State {
    /// What is to be written, with one write, so that nothing flickers.
    frame: String,
    /// A line of the frame has been written, and another may follow.
    line_ended: bool,
    /// The lines that were drawn last, without what cleared the ones before.
    picture: String,
    /// If a picture is on the screen, how many lines of it are above the cursor.
    drawn: Option<usize>,
    /// Where it is drawn: the terminal, opened anew so that a write to it never
    /// waits, however much it takes.
    terminal: Option<File>,
    /// How many write beside it now, and where the last one left the cursor.
    beside: usize,
    within_line: bool,
}

impl fmt::Debug for Canvas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Canvas")
    }
}

/// How many columns standard error has, as a terminal.
pub(super) fn width() -> u16 {
    tcgetwinsize(stderr())
        .ok()
        .map(|size| size.ws_col)
        .filter(|columns| *columns > 0)
        .unwrap_or(WIDTH)
}

/// How many rows it has.
pub(super) fn height() -> u16 {
    tcgetwinsize(stderr())
        .ok()
        .map(|size| size.ws_row)
        .filter(|rows| *rows > 0)
        .unwrap_or(HEIGHT)
}

/// A line of somebody's as it may be drawn in so many columns: no control
/// character moves the cursor, and none but the first lines' columns are used.
pub(super) fn shown(line: &[u8], columns: usize) -> String {
    let mut text = String::new();
    let mut used = 0;
    for c in String::from_utf8_lossy(line).chars() {
        let (c, wide) = match c {
            '\t' => (' ', TAB - used % TAB),
            // Colours and the like are not drawn, and their letters tell nobody anything.
            c if c.is_control() => ('\u{fffd}', 1),
            c => (c, c.width().unwrap_or(0)),
        };
        if used + wide > columns {
            break;
        }
        used += wide;
        text.extend(std::iter::repeat_n(c, if c == ' ' { wide } else { 1 }));
    }
    text
}

/// Whether prun may draw: it is in the foreground of the terminal, or the
/// terminal is not the one that says who is.
fn is_foreground() -> bool {
    tcgetpgrp(stderr()).map_or(true, |group| group == rustix::process::getpgrp())
}

impl State {
    /// Draws the picture, where nothing else has the place.
    fn show(&mut self) {
        if self.beside > 0 || self.within_line || !is_foreground() {
            return;
        }
        let clearing = self.clearing();
        let frame = format!("{clearing}{}", self.picture);
        let written = self.write(frame.as_bytes());
        // What was not taken away is still there.
        if let Some(written) = written.checked_sub(clearing.len()) {
            let picture = &self.picture.as_bytes()[..written];
            let above = memchr::memchr_iter(b'\n', picture).count();
            self.drawn = (written > 0).then_some(above);
        }
    }

    /// Takes away what is drawn.
    fn clear(&mut self) {
        if self.drawn.is_some() && is_foreground() {
            self.write(self.clearing().as_bytes());
        }
        // If it is there still, others write behind it now.
        self.drawn = None;
    }

    /// Writes what the terminal takes now; how much that is.
    fn write(&self, bytes: &[u8]) -> usize {
        let mut written = 0;
        while let Some(terminal) = &self.terminal
            && written < bytes.len()
        {
            match rustix::io::write(terminal, &bytes[written..]) {
                Ok(count) => written += count,
                Err(Errno::INTR) => {}
                Err(_) => break,
            }
        }
        written
    }

    /// What takes the picture away, if it is there.
    fn clearing(&self) -> String {
        let mut clearing = String::new();
        if let Some(above) = self.drawn {
            clearing.push('\r');
            if above > 0 {
                // Writing to a String cannot fail.
                let _ = write!(clearing, "\x1b[{above}A");
            }
            clearing.push_str("\x1b[J");
        }
        clearing
    }
}

impl Canvas {
    /// The terminal that standard error is; nothing is drawn where it cannot be
    /// opened.
    pub(super) fn new() -> Self {
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let name = ttyname(stderr(), Vec::new());
        // One that belongs to another user (su) can still be opened as one's own.
        let own = || open("/dev/tty", flags, Mode::empty());
        let terminal = name
            .and_then(|name| open(&*name, flags, Mode::empty()))
            .or_else(|_| own());
        let state = State {
            terminal: terminal.ok().map(File::from),
            ..State::default()
        };
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets `what` write to the terminal: the picture is away meanwhile. Nobody
    /// who would draw waits for it, since a write to a terminal may take any
    /// time (Ctrl-S).
    pub(super) fn aside(&self, what: &mut dyn FnMut() -> Cursor) {
        {
            let mut state = self.state();
            state.beside += 1;
            state.clear();
        }
        let cursor = what();
        let mut state = self.state();
        state.beside -= 1;
        state.within_line = cursor == Cursor::Within;
        if !state.picture.is_empty() {
            state.show();
        }
    }
}

/// The picture is made whole each time, so what indicatif would move and clear
/// is passed over: [`State::clearing`] knows what is there.
impl TermLike for Canvas {
    fn width(&self) -> u16 {
        width()
    }

    fn height(&self) -> u16 {
        height()
    }

    fn move_cursor_up(&self, _n: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _n: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _n: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _n: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)?;
        self.state().line_ended = true;
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        let mut state = self.state();
        // The filler behind a line, which would wrap in a narrower window.
        if text.bytes().all(|byte| byte == b' ') {
            state.line_ended = !state.frame.is_empty();
        } else if text != "\r" {
            if std::mem::take(&mut state.line_ended) {
                state.frame.push('\n');
            }
            state.frame.push_str(text);
        }
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let mut state = self.state();
        state.line_ended = false;
        let frame = std::mem::take(&mut state.frame);
        if frame != state.picture || state.drawn.is_none() {
            state.picture = frame;
            state.show();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_lines_and_no_filler() {
        let screen = Canvas::default();
        screen.clear_line().unwrap();
        screen.move_cursor_up(0).unwrap();
        screen.write_str("12 files").unwrap();
        screen.write_str("     ").unwrap();
        screen.write_str("3 of them").unwrap();
        screen.write_str("").unwrap();
        assert_eq!(screen.state().frame, "12 files\n3 of them");
    }

    #[test]
    fn a_line_is_drawn_in_the_columns_there_are() {
        assert_eq!(shown(b"ab\tc", 80), "ab      c");
        assert_eq!(shown(b"ab\tc", 7), "ab");
        assert_eq!(shown("\u{4e2d}\u{6587}".as_bytes(), 3), "\u{4e2d}");
        assert_eq!(shown(b"\x1b[2Jred\xff", 80), "\u{fffd}[2Jred\u{fffd}");
    }

    #[test]
    fn what_is_drawn_is_taken_away_whole() {
        let state = State {
            drawn: Some(2),
            ..State::default()
        };
        assert_eq!(state.clearing(), "\r\x1b[2A\x1b[J");
        assert_eq!(State::default().clearing(), "");
    }

    #[test]
    fn what_the_terminal_does_not_take_is_not_drawn() {
        let (reader, writer) = std::io::pipe().unwrap();
        let flags = rustix::fs::fcntl_getfl(&writer).unwrap();
        rustix::fs::fcntl_setfl(&writer, flags | OFlags::NONBLOCK).unwrap();
        let mut state = State {
            terminal: Some(File::from(std::os::fd::OwnedFd::from(writer))),
            picture: "one\ntwo".to_owned(),
            ..State::default()
        };
        state.show();
        assert_eq!(state.drawn, Some(1));
        state.picture = "x".repeat(1 << 20);
        state.show();
        assert_eq!(state.drawn, Some(0), "a part of the one line is there");
        state.picture = "more".to_owned();
        state.show();
        assert_eq!(state.drawn, Some(0), "nothing was taken away");
        drop(reader);
        state.clear();
        assert_eq!(state.drawn, None);
    }

    #[test]
    fn a_line_that_somebody_has_begun_is_not_drawn_over() {
        let canvas = Canvas::default();
        canvas.state().picture = "12 files".to_owned();
        canvas.state().drawn = Some(0);
        canvas.aside(&mut || Cursor::Within);
        assert_eq!(canvas.state().drawn, None);
        let inner = canvas.clone();
        canvas.aside(&mut || {
            assert!(inner.state().beside > 0);
            Cursor::Home
        });
    }
}
