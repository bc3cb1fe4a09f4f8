//! What the machine has to spare: load, memory, swapping, disks, and what a
//! command of the user's says of it.
//!
//! Boundary: reads numbers and runs that one command; what follows from them is
//! `run/`'s business, which sees all of it through [`Meter`].

mod ask;
mod counters;
mod memory;

use std::io;
use std::path::{Path, PathBuf};

pub use ask::LimitCommand;

use super::Cancel;

/// Where the numbers come from.
pub trait Meter: Send + Sync {
    /// How many processes want a CPU: the larger of the load average of the
    /// last minute and of those that do now, so that jobs that have just
    /// started count.
    fn load(&self) -> io::Result<f64>;

    /// How many bytes of memory there are for new processes, as this process's
    /// cgroup sees it.
    fn free_memory(&self) -> io::Result<u64>;

    /// How much has been swapped since the machine started.
    fn swapped(&self) -> io::Result<Swapped>;

    /// For how many milliseconds each disk has been busy since the machine
    /// started.
    fn disks(&self) -> io::Result<Vec<(String, u64)>>;

    /// What the user's command says: its exit status. `None` if the run is to
    /// stop before it has ended.
    fn ask(&self, cancel: &Cancel) -> io::Result<Option<i32>>;
}

/// Pages that have gone in and out of swap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swapped {
    /// Read back.
    pub ins: u64,
    /// Written out.
    pub outs: u64,
}

/// This machine.
pub struct Machine {
    root: PathBuf,
    command: Option<LimitCommand>,
}

impl Machine {
    /// This machine, with the user's command if there is one.
    pub fn new(command: Option<LimitCommand>) -> Self {
        Self {
            root: "/".into(),
            command,
        }
    }

    /// How many CPUs the machine has online, whoever may use them: what its
    /// load is compared with.
    pub fn cpus(&self) -> usize {
        self.read("sys/devices/system/cpu/online")
            .ok()
            .and_then(|text| counters::ranges(text.trim()))
            .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
            .unwrap_or(1)
    }

    fn read(&self, path: &str) -> io::Result<String> {
        read(&self.root.join(path))
    }
}

/// Reads a file; an error names it.
fn read(path: &Path) -> io::Result<String> {
    std::fs::read_to_string(path).map_err(|error| named(path, &error))
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    let what = crate::ui::Errno(error);
    io::Error::new(
        error.kind(),
        format!("cannot read {}: {what}", path.display()),
    )
}

fn garbled(path: &str) -> io::Error {
    io::Error::other(format!("/{path} is not of the form that is known"))
}

impl Meter for Machine {
    fn load(&self) -> io::Result<f64> {
        let path = "proc/loadavg";
        counters::load(&self.read(path)?).ok_or_else(|| garbled(path))
    }

    fn free_memory(&self) -> io::Result<u64> {
        memory::free(&self.root)
    }

    fn swapped(&self) -> io::Result<Swapped> {
        let path = "proc/vmstat";
        counters::swapped(&self.read(path)?).ok_or_else(|| garbled(path))
    }

    fn disks(&self) -> io::Result<Vec<(String, u64)>> {
        let text = self.read("proc/diskstats")?;
        Ok(counters::disks(&text))
    }

    fn ask(&self, cancel: &Cancel) -> io::Result<Option<i32>> {
        match &self.command {
            None => Ok(Some(0)),
            Some(command) => command.ask(cancel),
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_what_is_asked_of_it() {
        let machine = Machine::new(None);
        assert!(machine.load().unwrap() >= 0.0);
        assert!(machine.free_memory().unwrap() > 0);
        assert!(machine.swapped().is_ok());
        assert!(machine.disks().is_ok());
        assert!(machine.cpus() >= 1);
        assert_eq!(machine.ask(&Cancel::new().unwrap()).unwrap(), Some(0));
    }

    #[test]
    fn what_is_missing_is_named() {
        let machine = Machine {
            root: "/nonexistent".into(),
            command: None,
        };
        let error = machine.load().unwrap_err().to_string();
        assert_eq!(
            error,
            "cannot read /nonexistent/proc/loadavg: No such file or directory"
        );
    }
}
