//! What the machine has: CPUs by several ways of counting, and the length of
//! a command.
//!
//! Boundary: reads `/proc/cpuinfo` and limits; who asks for which number is
//! elsewhere.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::super::Env;

/// How CPUs are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cpus {
    /// Those that run threads: the usual way.
    Threads,
    /// Cores.
    Cores,
    /// Sockets.
    Sockets,
}

/// The longest command there can be: Linux takes no argument beyond 128 KiB,
/// its NUL included (execve(2)).
pub(super) const LONGEST: usize = (128 << 10) - 1;

/// How long GNU parallel 20221122 says a command may be on Linux, observed: a
/// little shorter than [`LONGEST`].
pub(super) const ALLOWED: usize = 130_329;

/// How long GNU parallel 20221122 lets a command with many inputs become on
/// Linux, observed (`--show-limits`): how many jobs they make shows in scripts.
pub(super) const USABLE: usize = 63_663;

/// Tells what `--show-limits` asks for, before the jobs.
pub(super) fn show_limits(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "Maximal size of command: {ALLOWED}")?;
    writeln!(out, "Maximal usable size of command: {}", USABLE + 1)?;
    writeln!(
        out,
        "\nThe jobs run now. Where that was not meant, CTRL-D ends the input and CTRL-C all.\n"
    )?;
    out.flush()
}

/// How many CPUs there are for this process; of cores and sockets never more.
pub(super) fn cpus(way: Cpus, env: &Env) -> usize {
    let threads = env.cpus();
    if way == Cpus::Threads {
        return threads;
    }
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let (mut cores, mut sockets) = (BTreeSet::new(), BTreeSet::new());
    let mut socket = "";
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        match key.trim() {
            "physical id" => {
                socket = value.trim();
                sockets.insert(socket);
            }
            "core id" => {
                cores.insert((socket, value.trim()));
            }
            _ => {}
        }
    }
    let found = match way {
        Cpus::Threads | Cpus::Cores => cores.len(),
        Cpus::Sockets => sockets.len(),
    };
    match (found, way) {
        (0, Cpus::Sockets) => 1,
        (0, _) => threads,
        (found, _) => found.min(threads),
    }
}
