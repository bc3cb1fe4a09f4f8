//! A pseudo-terminal with an interactive bash in a session of its own: what a person at a keyboard has.
//! `setsid --ctty` (util-linux) makes the pty the controlling terminal, so that no unsafe code is needed here.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::capture::Capture;
use super::dir::Dir;
use super::expect::show;
use super::wait::DEADLINE;

/// The keyboard's way to send signals.
pub(crate) const CTRL_C: &str = "\u{3}";
pub(crate) const CTRL_Z: &str = "\u{1a}";

/// A terminal and the shell in it.
pub(crate) struct Terminal {
    keyboard: Option<File>,
    screen: Capture,
    shell: Child,
}

impl Terminal {
    /// Opens a terminal and waits for the prompt.
    #[track_caller]
    pub(crate) fn open(dir: &Dir) -> Terminal {
        let master =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a pty");
        grantpt(&master).expect("grantpt");
        unlockpt(&master).expect("unlockpt");
        let name = ptsname(&master, Vec::new())
            .expect("ptsname")
            .into_string()
            .expect("a pty has a plain name");
        // Wide enough that no line editor folds or scrolls what is typed.
        let size = rustix::termios::Winsize {
            ws_row: 50,
            ws_col: 1000,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        rustix::termios::tcsetwinsize(&master, size).expect("a pty has a size");
        let side = || {
            OpenOptions::new()
                .read(true)
                .write(true)
                .open(&name)
                .expect("the other side of the pty")
        };
        let shell = Command::new("setsid")
            .args(["--ctty", "bash", "--norc", "--noprofile", "-i"])
            .env("PS1", "READY$ ")
            .env("TERM", "dumb")
            .env("HISTFILE", "")
            .env("XDG_CONFIG_HOME", dir.join("config"))
            .current_dir(dir.path())
            .stdin(Stdio::from(side()))
            .stdout(Stdio::from(side()))
            .stderr(Stdio::from(side()))
            .spawn()
            .expect("setsid runs");
        let keyboard = File::from(master);
        let screen = Capture::start(keyboard.try_clone().expect("dup of the pty").into());
        let terminal = Terminal {
            keyboard: Some(keyboard),
            screen,
            shell,
        };
        terminal.wait_for("READY$ ");
        terminal
    }

    /// Types.
    #[track_caller]
    pub(crate) fn type_keys(&self, keys: &str) {
        self.keyboard
            .as_ref()
            .expect("the terminal is open")
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
    }

    /// Waits until the screen has shown this.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_screen(text, |screen| screen.contains(text));
    }

    /// Waits until what the screen has shown satisfies this.
    #[track_caller]
    pub(crate) fn wait_screen(&self, what: &str, enough: impl Fn(&str) -> bool) {
        let found = self
            .screen
            .wait(DEADLINE, |got| enough(&String::from_utf8_lossy(got)));
        assert!(
            found,
            "the terminal never showed {what:?}; it showed {}",
            show(&self.screen.so_far())
        );
    }

    /// What the screen has shown so far, with all control characters.
    pub(crate) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.screen.so_far()).into_owned()
    }

    /// The shell's process id, which is its session's number.
    pub(crate) fn shell(&self) -> i32 {
        i32::try_from(self.shell.id()).expect("a pid fits")
    }

    /// Takes the terminal away, as a closed window does.
    pub(crate) fn hang_up(&mut self) {
        self.screen.stop();
        self.keyboard = None;
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.hang_up();
        let _ = kill(Pid::from_raw(self.shell()), Signal::SIGKILL);
        let _ = self.shell.wait();
    }
}
