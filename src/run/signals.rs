//! The signals that users, shells and terminals send to prun.
//!
//! Boundary: turns them into [`Word`]s and knows which were ignored when prun
//! started (`nohup`, a job in the background of a script): those stay ignored.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// End: the number of the signal, to be raised again.
    End(i32),
    /// Stop for now (Ctrl-Z).
    Stop,
    /// Say which jobs run (SIGUSR1, and SIGINFO where there is one).
    List,
    /// Show progress, or show it no longer (SIGUSR2).
    Watch,
}

/// What becomes of SIGINT and SIGTERM if they were ignored when prun started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ignored {
    /// They stay so.
    #[default]
    Stay,
    /// They are heard all the same, as GNU parallel hears them: it may have
    /// been started in the background of a script.
    Heard,
}

/// From now on the signals that only ask (SIGUSR1, SIGUSR2) do not end prun,
/// though nobody answers before a session has begun: that answers then.
pub fn hear_questions() -> io::Result<()> {
    let asked = EARLY.get_or_init(Arc::default);
    signal_hook::flag::register(nix::libc::SIGUSR1, Arc::clone(asked))?;
    signal_hook::flag::register(nix::libc::SIGUSR2, Arc::default())?;
    Ok(())
}

/// Whether somebody has asked before anybody could answer.
static EARLY: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Whether SIGUSR1 came between [`hear_questions`] and now.
pub(super) fn was_asked_early() -> bool {
    EARLY
        .get()
        .is_some_and(|asked| asked.load(Ordering::SeqCst))
}

/// The signals that are listened to.
pub(super) struct Signals {
    hangup: Option<Signal>,
    interrupt: Option<Signal>,
    quit: Option<Signal>,
    terminate: Option<Signal>,
    stop: Option<Signal>,
    list: Option<Signal>,
    info: Option<Signal>,
    watch: Option<Signal>,
}

impl Signals {
    /// Listens from now on. Call inside a tokio runtime.
    pub(super) fn new(regard: Ignored) -> io::Result<Self> {
        let ignored = ignored_signals();
        let listen = |kind: SignalKind| {
            let bit = u64::try_from(kind.as_raw_value() - 1).unwrap_or(0);
            if ignored >> bit & 1 == 1 {
                Ok(None)
            } else {
                signal(kind).map(Some)
            }
        };
        let end = |kind| match regard {
            Ignored::Stay => listen(kind),
            Ignored::Heard => signal(kind).map(Some),
        };
        Ok(Self {
            hangup: listen(SignalKind::hangup())?,
            interrupt: end(SignalKind::interrupt())?,
            quit: listen(SignalKind::quit())?,
            terminate: end(SignalKind::terminate())?,
            stop: listen(SignalKind::from_raw(nix::libc::SIGTSTP))?,
            list: listen(SignalKind::user_defined1())?,
            #[cfg(any(target_os = "macos", target_os = "freebsd", target_os = "netbsd"))]
            info: listen(SignalKind::info())?,
            #[cfg(not(any(target_os = "macos", target_os = "freebsd", target_os = "netbsd")))]
            info: None,
            watch: listen(SignalKind::user_defined2())?,
        })
    }

    /// Waits for the next signal.
    pub(super) async fn next(&mut self) -> Word {
        tokio::select! {
            () = heard(&mut self.interrupt) => Word::End(nix::libc::SIGINT),
            () = heard(&mut self.terminate) => Word::End(nix::libc::SIGTERM),
            () = heard(&mut self.hangup) => Word::End(nix::libc::SIGHUP),
            () = heard(&mut self.quit) => Word::End(nix::libc::SIGQUIT),
            () = heard(&mut self.stop) => Word::Stop,
            () = heard(&mut self.list) => Word::List,
            () = heard(&mut self.info) => Word::List,
            () = heard(&mut self.watch) => Word::Watch,
        }
    }
}

async fn heard(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// The signals this process ignored from its start, as a bit set: `SigIgn` in
/// `/proc/self/status` (proc_pid_status(5)). Where there is no such file no
/// signal is taken for ignored.
fn ignored_signals() -> u64 {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return 0;
    };
    let set = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    set.and_then(|set| u64::from_str_radix(set.trim(), 16).ok())
        .unwrap_or(0)
}
