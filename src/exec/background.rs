//! prun itself once more, in the background: how `sem` comes back while its
//! command runs.
//!
//! Boundary: starts the process and hears that it has what it waits for. They
//! talk by a FIFO, because a descriptor that is inherited by number can only be
//! taken over by unsafe code; and the process ends with the one that started
//! it, as long as that waits for it.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, ExitStatus};

use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::process::pidfd;

/// How often the process's end is looked for where there is no pidfd.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// What became of the process.
#[derive(Debug)]
pub enum Background {
    /// It goes on by itself.
    Goes,
    /// It has ended before it had what it waits for.
    Ended(ExitStatus),
}

/// Starts `program` with these arguments and waits until it calls
/// [`in_background`]. `variable` tells it where to.
pub fn start_in_background(
    program: &Path,
    arguments: &[OsString],
    variable: &str,
) -> io::Result<Background> {
    let directory = tempfile::Builder::new().prefix("prun-sem-").tempdir()?;
    let fifo = directory.path().join("ready");
    nix::unistd::mkfifo(
        &fifo,
        nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR,
    )?;
    // For both, so that it never looks as if the writer had gone.
    let mut ready = File::options().read(true).write(true).open(&fifo)?;
    let mut child = Command::new(program)
        .args(arguments)
        .env(variable, said_by(rustix::process::getpid(), &fifo))
        .spawn()?;
    let pidfd = pidfd(Pid::from_raw(child.id().cast_signed()));
    loop {
        let mut fds = vec![PollFd::from_borrowed_fd(ready.as_fd(), PollFlags::IN)];
        let limit = match &pidfd {
            Some(pidfd) => {
                fds.push(PollFd::from_borrowed_fd(pidfd.as_fd(), PollFlags::IN));
                None
            }
            None => Some(LOOK),
        };
        match poll(&mut fds, limit.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        if fds[0].revents().contains(PollFlags::IN) {
            ready.read_exact(&mut [0])?;
            return Ok(Background::Goes);
        }
        if let Some(status) = child.try_wait()? {
            return Ok(Background::Ended(status));
        }
    }
}

/// In the process that was started: waits with `wait`, and tells who started it
/// when that is over. `said` is what the variable says.
pub fn in_background<T>(said: &OsStr, wait: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let (starter, fifo) = heard(said).ok_or(io::ErrorKind::InvalidInput)?;
    ends_with_parent(true)?;
    // It may have gone before this process said so; who is the parent then, if
    // anybody, is another one. This process goes as the kernel would let it go.
    if rustix::process::Pid::as_raw(rustix::process::getppid()) != starter {
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGTERM)?;
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    let waited = wait()?;
    ends_with_parent(false)?;
    let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    // Nobody may hear it any more; the work is done all the same.
    if let Ok(mut ready) = File::options()
        .write(true)
        .custom_flags(nonblocking)
        .open(fifo)
    {
        let _ = ready.write_all(b"\n");
    }
    Ok(waited)
}

/// Who starts the process, and where it is to say that it has what it waits for.
fn said_by(starter: rustix::process::Pid, fifo: &Path) -> OsString {
    let mut said = OsString::from(format!("{}:", starter.as_raw_nonzero()));
    said.push(fifo);
    said
}

/// What [`said_by`] put together.
fn heard(said: &OsStr) -> Option<(i32, &Path)> {
    let said = said.as_bytes();
    let colon = said.iter().position(|byte| *byte == b':')?;
    let starter = std::str::from_utf8(&said[..colon]).ok()?.parse().ok()?;
    Some((starter, Path::new(OsStr::from_bytes(&said[colon + 1..]))))
}

/// Whether the kernel ends this process when its parent ends (`PR_SET_PDEATHSIG`,
/// Linux).
fn ends_with_parent(ends: bool) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        let signal = ends.then_some(rustix::process::Signal::TERM);
        rustix::process::set_parent_process_death_signal(signal)?;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = ends;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard() {
        let starter = rustix::process::getpid();
        let fifo = Path::new(OsStr::from_bytes(b"/tmp/a:b\xff/ready"));
        let said = said_by(starter, fifo);
        assert_eq!(heard(&said), Some((starter.as_raw_nonzero().get(), fifo)));
        for other in ["", "ready", ":ready", "x:ready"] {
            assert_eq!(heard(OsStr::new(other)), None, "{other}");
        }
    }
}
