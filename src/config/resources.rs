//! What must be so before a job starts: from options to gates.
//!
//! Boundary: reads each number once, so that a system that does not tell it is
//! an error before any job, and not a run that waits for ever.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::ConfigError;
use crate::cli::{LoadArg, ResourceArgs, Size};
use crate::exec::{LimitCommand, Machine, Meter};
use crate::run::{Gates, Limiting, Swapping};

/// What is asked of the machine.
#[derive(Default)]
pub(super) struct Resources {
    meter: Option<Arc<Machine>>,
    load: Option<f64>,
    memory: Option<u64>,
    suspend: Option<u64>,
    swapping: Swapping,
    disk: Option<u8>,
    asking: Limiting,
}

/// What `--limit` says.
enum Limit<'a> {
    /// A command for the shell.
    Command(&'a OsStr),
    /// `io N`.
    Io(u8),
    /// `load N`.
    Load(LoadArg),
    /// `mem SIZE`.
    Memory(u64),
}

/// A `--limit` that names one of GNU parallel's own limits, wrongly.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` needs {1}; or give a shell command")]
pub struct LimitError(String, &'static str);

impl<'a> Limit<'a> {
    fn parse(text: &'a OsStr) -> Result<Self, LimitError> {
        let words: Vec<&str> = text
            .to_str()
            .map(|text| text.split_ascii_whitespace().collect())
            .unwrap_or_default();
        let [name, value] = *words.as_slice() else {
            return Ok(Self::Command(text));
        };
        let wrong = |needs| LimitError(format!("{name} {value}"), needs);
        match name {
            "io" => match value.trim_end_matches('%').parse() {
                Ok(percent @ 1..=100) => Ok(Self::Io(percent)),
                _ => Err(wrong("a percentage from 1 to 100")),
            },
            "load" => match value.parse() {
                Ok(load) => Ok(Self::Load(load)),
                Err(_) => Err(wrong("a load, as --load takes it")),
            },
            "mem" => match value.parse() {
                Ok(Size(size)) => Ok(Self::Memory(size)),
                Err(_) => Err(wrong("a size, as --memfree takes it")),
            },
            _ => Ok(Self::Command(text)),
        }
    }
}

impl Resources {
    /// What the options ask; `shell` is that of `--limit`. An error names the
    /// option that this machine cannot answer.
    pub(super) fn new(args: &ResourceArgs, shell: PathBuf) -> Result<Self, ConfigError> {
        let limit = args.limit.as_deref().map(Limit::parse).transpose()?;
        if !is_asked(args) {
            return Ok(Self::default());
        }
        let command = match limit {
            Some(Limit::Command(script)) => Some(LimitCommand {
                shell,
                script: script.to_owned(),
            }),
            _ => None,
        };
        let mut resources = Self {
            asking: if command.is_some() {
                Limiting::Command
            } else {
                Limiting::Nothing
            },
            swapping: if args.noswap {
                Swapping::Refused
            } else {
                Swapping::Allowed
            },
            memory: args.memfree.map(|size| size.0),
            suspend: args.memsuspend.map(|size| size.0),
            ..Self::default()
        };
        let machine = Machine::new(command);
        let mut loads: Vec<LoadArg> = args.load.into_iter().collect();
        match limit {
            Some(Limit::Io(percent)) => resources.disk = Some(percent),
            Some(Limit::Load(load)) => loads.push(load),
            Some(Limit::Memory(size)) => resources.memory = resources.memory.max(Some(size)),
            Some(Limit::Command(_)) | None => {}
        }
        if !loads.is_empty() {
            let cpus = machine.cpus();
            let loads = loads.into_iter().map(|load| load.resolve(cpus));
            resources.load = loads.reduce(f64::min);
        }
        resources.probe(&machine)?;
        resources.meter = Some(Arc::new(machine));
        Ok(resources)
    }

    /// Looks whether the machine tells what is asked.
    fn probe(&self, machine: &Machine) -> Result<(), ConfigError> {
        let look = |option, result: io::Result<()>| {
            result.map_err(|source| ConfigError::Resource { option, source })
        };
        if self.load.is_some() {
            look("--load", machine.load().map(drop))?;
        }
        if self.memory.is_some() {
            look("--memfree", machine.free_memory().map(drop))?;
        }
        if self.suspend.is_some() {
            look("--memsuspend", machine.free_memory().map(drop))?;
        }
        if self.swapping == Swapping::Refused {
            look("--noswap", machine.swapped().map(drop))?;
        }
        if self.disk.is_some() {
            look("--limit", machine.disks().map(drop))?;
        }
        Ok(())
    }

    /// The gates, if there are any. A job that is called back is tried as often
    /// as one that fails, where that is said, and else until it ends by itself.
    pub(super) fn gates(&self, retries: Option<u32>) -> Option<Gates> {
        let meter: Arc<dyn Meter> = Arc::<Machine>::clone(self.meter.as_ref()?);
        Some(Gates {
            meter,
            load: self.load,
            memory: self.memory,
            suspend: self.suspend,
            swapping: self.swapping,
            disk: self.disk,
            asking: self.asking,
            tries: retries.unwrap_or(0),
        })
    }
}

fn is_asked(args: &ResourceArgs) -> bool {
    args.load.is_some()
        || args.memfree.is_some()
        || args.memsuspend.is_some()
        || args.noswap
        || args.limit.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_gnu_parallels_own_are_told_from_commands() {
        let parse = |text: &'static str| Limit::parse(OsStr::new(text));
        assert!(matches!(parse("io 90"), Ok(Limit::Io(90))));
        assert!(matches!(
            parse(" load  150% "),
            Ok(Limit::Load(LoadArg::Percent(_)))
        ));
        assert!(matches!(parse("mem 2k"), Ok(Limit::Memory(2000))));
        for command in ["load", "io 1 2", "exit 0", "./io 9", "", "loads 7"] {
            assert!(matches!(parse(command), Ok(Limit::Command(_))), "{command}");
        }
        for wrong in ["io 0", "io 101", "load x", "mem 1x"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        let error = parse("io 200").err().unwrap().to_string();
        assert_eq!(
            error,
            "`io 200` needs a percentage from 1 to 100; or give a shell command"
        );
    }
}
