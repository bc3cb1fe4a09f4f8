//! Reading that ends when the run does.
//!
//! Boundary: wraps a descriptor; a read that waits for a slow producer gives
//! "end of file" as soon as nothing more is to be started, so that no thread
//! stays behind in it.

use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};

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

impl Read for Interruptible {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut fds = [
            PollFd::from_borrowed_fd(self.fd.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.cancel.readable_at(CancelLevel::Drain), PollFlags::IN),
        ];
        poll(&mut fds, None)?;
        if !fds[1].revents().is_empty() {
            return Ok(0);
        }
        Ok(rustix::io::read(&self.fd, buffer)?)
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
