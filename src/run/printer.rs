//! The one thread that writes to standard output and standard error.
//!
//! Boundary: hands writes to the [`Printer`] and reports the first that fails.
//! A thread of its own, because a write to a terminal or a pager may block for
//! minutes, and signals must be heard meanwhile.

use std::io;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

use crate::output::{Paper, Print, PrintError, Printer};

/// How many writes may wait for the thread.
const QUEUE: usize = 64;

/// The conductor's end of the thread.
pub(super) struct PrinterThread {
    /// Takes what is to be written. When it is dropped, the thread ends as soon
    /// as it has written the rest.
    pub(super) queue: Sender<Print>,
    /// The first error. Closed without one when all has been written.
    pub(super) failed: oneshot::Receiver<PrintError>,
}

impl PrinterThread {
    /// Starts the thread.
    pub(super) fn start(paper: Paper) -> io::Result<Self> {
        let (queue, prints) = channel(QUEUE);
        let (failure, failed) = oneshot::channel();
        let thread = std::thread::Builder::new().name("printer".into());
        thread.spawn(move || print_all(paper, prints, failure))?;
        Ok(Self { queue, failed })
    }
}

fn print_all(paper: Paper, mut prints: Receiver<Print>, failure: oneshot::Sender<PrintError>) {
    let mut failure = Some(failure);
    let mut printer = Printer::new(paper);
    while let Some(print) = prints.blocking_recv() {
        if failure.is_none() {
            // Jobs go on to their ends; what they print has nowhere to go.
            continue;
        }
        let mut result = printer.take(print);
        if result.is_ok() && prints.is_empty() {
            result = printer.flush();
        }
        if let Err(error) = result
            && let Some(failure) = failure.take()
        {
            let _ = failure.send(error);
        }
    }
    if let Some(failure) = failure
        && let Err(error) = printer.flush()
    {
        let _ = failure.send(error);
    }
}
