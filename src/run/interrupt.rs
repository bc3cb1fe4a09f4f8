//! Reading that ends when the run does.
//!
//! Boundary: wraps a descriptor; a read that waits for a slow producer gives
//! "end of file" as soon as nothing more is to be started, so that no thread
//! stays behind in it.

use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::exec::{Cancel, CancelLevel};

/// A reader that heeds the cancel switches.
pub struct Interruptible {
    fd: OwnedFd,
    cancel: Arc<Cancel>,
}

impl Interruptible {
    /// Reads from `fd` until `cancel` says that nothing more is to start.
    pub fn new(fd: OwnedFd, cancel: Arc<Cancel>) -> Self {
        Self { fd, cancel }
    }
}

/// What waiting for something to read came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// There is something, or the end.
    Ready,
    /// There was nothing in the time given.
    Late,
    /// Nothing more is to be started.
    Over,
}

impl Interruptible {
    /// Waits until there is something to read, for ever or for `most`.
    pub fn wait(&self, most: Option<Duration>) -> io::Result<Waited> {
        let mut fds = [
            PollFd::from_borrowed_fd(self.fd.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.cancel.readable_at(CancelLevel::Drain), PollFlags::IN),
        ];
        let most = most.and_then(|most| Timespec::try_from(most).ok());
        let ready = poll(&mut fds, most.as_ref())?;
        Ok(if !fds[1].revents().is_empty() {
            Waited::Over
        } else if ready == 0 {
            Waited::Late
        } else {
            Waited::Ready
        })
    }

    /// Appends what there is to `into`, as much as it has room for: room that is
    /// not filled with zeros before.
    pub fn append(&self, into: &mut Vec<u8>) -> io::Result<usize> {
        Ok(rustix::io::read(&self.fd, spare_capacity(into))?)
    }
}

impl Read for Interruptible {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.wait(None)? {
            Waited::Over => Ok(0),
            Waited::Ready | Waited::Late => Ok(rustix::io::read(&self.fd, buffer)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn data_comes_through_and_a_drain_ends_it() {
        let cancel = Arc::new(Cancel::new().unwrap());
        let (reader, mut writer) = io::pipe().unwrap();
        let mut input = Interruptible::new(reader.into(), Arc::clone(&cancel));
        writer.write_all(b"abc").unwrap();
        let mut buffer = [0; 8];
        assert_eq!(input.read(&mut buffer).unwrap(), 3);
        cancel.raise(CancelLevel::Drain);
        assert_eq!(input.read(&mut buffer).unwrap(), 0);
    }
}
