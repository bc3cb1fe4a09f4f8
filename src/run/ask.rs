//! `-p`: asks about each job before it starts.
//!
//! Boundary: prints the question on standard error and reads the answer from
//! the terminal itself, because standard input may be the list of inputs.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

use crate::ui::{self, Cursor};

/// Whether jobs are asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asking {
    /// They are not.
    #[default]
    Never,
    /// Each one is.
    EachJob,
}

/// The terminal.
pub(super) struct Terminal(BufReader<File>);

impl Terminal {
    /// Opens the controlling terminal.
    pub(super) fn open() -> io::Result<Self> {
        File::open("/dev/tty").map(|file| Self(BufReader::new(file)))
    }

    /// Shows `line` and waits for an answer; one that begins with y or Y is
    /// yes, as in xargs.
    pub(super) fn confirms(&mut self, line: &[u8]) -> bool {
        let mut question = line.to_vec();
        question.extend_from_slice(b" ?...");
        let mut answer = Vec::new();
        // Nothing is drawn over it until it is answered.
        ui::aside(|| {
            if io::stderr().write_all(&question).is_ok() {
                // Without an answer there is no yes.
                let _ = self.0.read_until(b'\n', &mut answer);
            }
            Cursor::behind(&answer)
        });
        matches!(answer.first(), Some(b'y' | b'Y'))
    }
}
