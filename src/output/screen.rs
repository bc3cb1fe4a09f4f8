//! The one line at the bottom of a terminal.
//!
//! Boundary: what indicatif draws with. Its own way to a terminal is not taken
//! for three reasons: it waits for a terminal that is stopped (Ctrl-S), it
//! draws over the shell's prompt when prun runs in the background (Ctrl-Z,
//! bg), and it fills the line with blanks, which a narrower window wraps.

use std::ffi::OsStr;
use std::fmt::{self, Write as _};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;
use rustix::stdio::stderr;
use rustix::termios::{tcgetpgrp, tcgetwinsize};

use crate::ui;

/// The width of a terminal that does not know its own.
const WIDTH: u16 = 80;

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

/// Standard error, which is a terminal.
#[derive(Default)]
pub(super) struct Canvas {
    /// What is to be written, with one write, so that nothing flickers.
    frame: Mutex<String>,
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

/// Whether prun may draw: it is in the foreground of the terminal, or the
/// terminal is not the one that says who is.
fn is_foreground() -> bool {
    tcgetpgrp(stderr()).map_or(true, |group| group == rustix::process::getpgrp())
}

impl Canvas {
    fn frame(&self) -> MutexGuard<'_, String> {
        self.frame.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step(&self, n: usize, direction: char) {
        if n > 0 {
            // Writing to a String cannot fail.
            let _ = write!(self.frame(), "\x1b[{n}{direction}");
        }
    }
}

impl TermLike for Canvas {
    fn width(&self) -> u16 {
        width()
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.step(n, 'A');
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.step(n, 'B');
        Ok(())
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.step(n, 'C');
        Ok(())
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.step(n, 'D');
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        let mut frame = self.frame();
        frame.push_str(text);
        frame.push('\n');
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        // The filler behind the line; the line was cleared before.
        if text.bytes().any(|byte| byte != b' ') {
            self.frame().push_str(text);
        }
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.frame().push_str("\r\x1b[2K");
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let frame = std::mem::take(&mut *self.frame.lock().unwrap_or_else(PoisonError::into_inner));
        if !frame.is_empty() && is_foreground() {
            ui::draw(&frame);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_gathered_and_has_no_filler() {
        let screen = Canvas::default();
        screen.clear_line().unwrap();
        screen.move_cursor_up(0).unwrap();
        screen.write_str("12 files").unwrap();
        screen.write_str("     ").unwrap();
        assert_eq!(*screen.frame.lock().unwrap(), "\r\x1b[2K12 files");
    }
}
