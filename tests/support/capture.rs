//! Collects what comes out of a pipe or a terminal on a thread, and lets a test wait for a part of it.

use std::fs::File;
use std::io::{PipeWriter, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    ended: bool,
}

/// Reads a descriptor to its end, or until it is stopped.
pub(crate) struct Capture {
    shared: Arc<(Mutex<State>, Condvar)>,
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Capture {
    /// Starts to read.
    pub(crate) fn start(source: OwnedFd) -> Capture {
        let shared = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let (stopped, stop) = std::io::pipe().expect("a pipe");
        let inside = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let mut source = File::from(source);
            let mut buffer = vec![0; 1 << 16];
            loop {
                let mut fds = [
                    PollFd::new(&source, PollFlags::IN),
                    PollFd::from_borrowed_fd(stopped.as_fd(), PollFlags::IN),
                ];
                if poll(&mut fds, None).is_err() {
                    continue;
                }
                if !fds[1].revents().is_empty() {
                    break;
                }
                // A terminal whose other side is gone gives EIO: that is its end.
                let Ok(count @ 1..) = source.read(&mut buffer) else {
                    break;
                };
                inside
                    .0
                    .lock()
                    .expect("no reader panicked")
                    .bytes
                    .extend_from_slice(&buffer[..count]);
                inside.1.notify_all();
            }
            drop(source);
            inside.0.lock().expect("no reader panicked").ended = true;
            inside.1.notify_all();
        });
        Capture {
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// What has come so far.
    pub(crate) fn so_far(&self) -> Vec<u8> {
        self.shared
            .0
            .lock()
            .expect("no reader panicked")
            .bytes
            .clone()
    }

    /// Waits until what has come satisfies `enough`; false when it ended or the time ran out before.
    pub(crate) fn wait(&self, limit: Duration, enough: impl Fn(&[u8]) -> bool) -> bool {
        self.wait_state(limit, |state| enough(&state.bytes), |state| state.ended)
    }

    /// Waits for the end of the stream; false when the time ran out before.
    pub(crate) fn wait_end(&self, limit: Duration) -> bool {
        self.wait_state(limit, |state| state.ended, |_| false)
    }

    /// Stops reading and closes the descriptor.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    fn wait_state(
        &self,
        limit: Duration,
        enough: impl Fn(&State) -> bool,
        hopeless: impl Fn(&State) -> bool,
    ) -> bool {
        let until = Instant::now() + limit;
        let mut state = self.shared.0.lock().expect("no reader panicked");
        loop {
            if enough(&state) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if hopeless(&state) || left.is_zero() {
                return false;
            }
            state = self
                .shared
                .1
                .wait_timeout(state, left)
                .expect("no reader panicked")
                .0;
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.stop();
    }
}
