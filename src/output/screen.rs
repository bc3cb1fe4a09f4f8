//! The lines at the bottom of a terminal.
//!
//! Boundary: what indicatif draws with. Its own way to a terminal is not taken
//! for three reasons: it waits for a terminal that is stopped (Ctrl-S), it
//! draws over the shell's prompt when prun runs in the background (Ctrl-Z,
//! bg), and it fills the line with blanks, which a narrower window wraps.

use std::ffi::OsStr;
use std::fmt::{self, Write as _};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;
use rustix::stdio::stderr;
use rustix::termios::{tcgetpgrp, tcgetwinsize};
use unicode_width::UnicodeWidthChar;

use crate::ui::{self, Cursor};

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
#[derive(Clone, Default)]
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
    /// Whether the picture is on the screen, the cursor in its last line.
    is_drawn: bool,
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
    fn show(&mut self, clearing: &str) {
        if self.beside > 0 || self.within_line || self.picture.is_empty() || !is_foreground() {
            return;
        }
        ui::draw(&format!("{clearing}{}", self.picture));
        self.is_drawn = true;
    }

    /// What takes the picture away, if it is there.
    fn clearing(&self) -> String {
        let mut clearing = String::new();
        if self.is_drawn {
            let above = self.picture.matches('\n').count();
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
            if state.is_drawn {
                if is_foreground() {
                    ui::draw(&state.clearing());
                }
                state.is_drawn = false;
            }
        }
        let cursor = what();
        let mut state = self.state();
        state.beside -= 1;
        state.within_line = cursor == Cursor::Within;
        state.show("");
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
        if frame == state.picture && state.is_drawn {
            return Ok(());
        }
        let clearing = state.clearing();
        state.picture = frame;
        if state.picture.is_empty() && state.is_drawn {
            if is_foreground() {
                ui::draw(&clearing);
            }
            state.is_drawn = false;
        } else {
            state.show(&clearing);
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
            picture: "one\ntwo\nthree".to_owned(),
            is_drawn: true,
            ..State::default()
        };
        assert_eq!(state.clearing(), "\r\x1b[2A\x1b[J");
        assert_eq!(State::default().clearing(), "");
    }

    #[test]
    fn a_line_that_somebody_has_begun_is_not_drawn_over() {
        let canvas = Canvas::default();
        canvas.state().picture = "12 files".to_owned();
        canvas.aside(&mut || Cursor::Within);
        assert!(!canvas.state().is_drawn);
        let inner = canvas.clone();
        canvas.aside(&mut || {
            inner.state().show("");
            assert!(!inner.state().is_drawn, "somebody writes");
            inner.state().picture.clear();
            Cursor::Home
        });
    }
}
