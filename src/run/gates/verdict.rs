//! Whether a job may start now.
//!
//! Boundary: asks the meter and decides; whoever has a clock hands its reading
//! in, and waits. Rates need two readings: with one, the answer is to wait.

use std::fmt;
use std::time::{Duration, Instant};

use super::{GateError, Gates, Limiting, Swapping};
use crate::exec::{Cancel, Swapped};

/// How far apart two readings that make a rate are, at least and at most.
const APART: Duration = Duration::from_secs(1);
const STALE: Duration = Duration::from_secs(5);
/// How long a rate that lets jobs start is believed.
const BELIEVED: Duration = Duration::from_secs(10);

/// What is to be done with the job that is next.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It starts.
    Start,
    /// It waits.
    Wait(Reason),
    /// It waits, and the youngest of those that run is called back.
    Recall(Reason),
    /// The run is to stop.
    Stop,
}

/// Why a job waits.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reason {
    /// Too many processes want a CPU.
    Load { now: f64, most: f64 },
    /// Too little memory is free, in bytes.
    Memory { free: u64, least: u64 },
    /// Jobs are, or are about to be, suspended.
    Suspended,
    /// Pages go in and out.
    Swapping,
    /// A disk has too much to do.
    Disk { name: String, percent: u64 },
    /// The command said so.
    Limit,
    /// A second reading is needed.
    Measuring,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load { now, most } => {
                write!(f, "the load is {now:.2}, and --load is {most:.2}")
            }
            Self::Memory { free, least } => write!(
                f,
                "{} MiB of memory are free, and --memfree is {} MiB",
                free >> 20,
                least >> 20
            ),
            Self::Suspended => f.write_str("memory is short, and --memsuspend holds jobs back"),
            Self::Swapping => f.write_str("the machine swaps (--noswap)"),
            Self::Disk { name, percent } => {
                write!(
                    f,
                    "the disk {name} is busy {percent} % of the time (--limit)"
                )
            }
            Self::Limit => f.write_str("the command of --limit says so"),
            Self::Measuring => f.write_str("it is being measured"),
        }
    }
}

/// Readings that rates are made of.
#[derive(Default)]
pub(super) struct Samples {
    swap: Rate<Swapped>,
    disks: Rate<Vec<(String, u64)>>,
}

/// Two readings of one counter, and what they said.
struct Rate<T> {
    last: Option<(Instant, T)>,
    calm: Option<Instant>,
}

impl<T> Default for Rate<T> {
    fn default() -> Self {
        Self {
            last: None,
            calm: None,
        }
    }
}

impl<T: Clone> Rate<T> {
    /// `None` if jobs may start; else why not. `busy` compares two readings.
    fn look(
        &mut self,
        now: Instant,
        read: impl FnOnce() -> std::io::Result<T>,
        busy: impl FnOnce(&T, &T, Duration) -> Option<Reason>,
    ) -> std::io::Result<Option<Reason>> {
        if self
            .calm
            .is_some_and(|at| now.duration_since(at) < BELIEVED)
        {
            return Ok(None);
        }
        self.calm = None;
        if let Some((at, before)) = &self.last {
            let apart = now.duration_since(*at);
            if apart < APART {
                return Ok(Some(Reason::Measuring));
            }
            if apart <= STALE {
                let reading = read()?;
                let found = busy(before, &reading, apart);
                if found.is_none() {
                    self.calm = Some(now);
                }
                self.last = Some((now, reading));
                return Ok(found);
            }
        }
        self.last = Some((now, read()?));
        Ok(Some(Reason::Measuring))
    }
}

/// Judges at `now`, with `running` jobs.
pub(super) fn judge(
    gates: &Gates,
    samples: &mut Samples,
    now: Instant,
    running: usize,
    cancel: &Cancel,
) -> Result<Verdict, GateError> {
    let meter = &gates.meter;
    if let Some(most) = gates.load {
        let load = meter.load()?;
        if load >= most {
            return Ok(Verdict::Wait(Reason::Load { now: load, most }));
        }
    }
    if gates.memory.is_some() || gates.suspend.is_some() {
        let free = meter.free_memory()?;
        if let Some(least) = gates.memory.filter(|least| free < *least) {
            let reason = Reason::Memory { free, least };
            return Ok(if free < least / 2 {
                Verdict::Recall(reason)
            } else {
                Verdict::Wait(reason)
            });
        }
        // One job runs whatever there is: else none would ever free memory.
        if running > 0
            && gates
                .suspend
                .is_some_and(|size| free < size.saturating_mul(2))
        {
            return Ok(Verdict::Wait(Reason::Suspended));
        }
    }
    if gates.swapping == Swapping::Refused {
        let both = |before: &Swapped, now: &Swapped, _| {
            let swaps = now.ins > before.ins && now.outs > before.outs;
            swaps.then_some(Reason::Swapping)
        };
        let found = samples.swap.look(now, || meter.swapped(), both)?;
        if let Some(reason) = found {
            return Ok(Verdict::Wait(reason));
        }
    }
    if let Some(most) = gates.disk {
        let busiest = |before: &Vec<_>, now: &Vec<_>, apart| busiest(before, now, apart, most);
        let found = samples.disks.look(now, || meter.disks(), busiest)?;
        if let Some(reason) = found {
            return Ok(Verdict::Wait(reason));
        }
    }
    if gates.asking == Limiting::Command {
        return match meter.ask(cancel)? {
            None => Ok(Verdict::Stop),
            Some(0) => Ok(Verdict::Start),
            Some(1) => Ok(Verdict::Wait(Reason::Limit)),
            Some(2) => Ok(Verdict::Recall(Reason::Limit)),
            Some(status) => Err(GateError::Limit(status)),
        };
    }
    Ok(Verdict::Start)
}

/// The busiest disk, if it is as busy as `most` percent.
fn busiest(
    before: &[(String, u64)],
    now: &[(String, u64)],
    apart: Duration,
    most: u8,
) -> Option<Reason> {
    let millis = u64::try_from(apart.as_millis()).unwrap_or(u64::MAX).max(1);
    let share = |(name, busy): &(String, u64)| {
        let before = before.iter().find(|(other, _)| other == name);
        let busy = busy.saturating_sub(before?.1);
        Some((name.clone(), (busy * 100 / millis).min(100)))
    };
    let (name, percent) = now
        .iter()
        .filter_map(share)
        .max_by_key(|(_, share)| *share)?;
    (percent >= u64::from(most)).then_some(Reason::Disk { name, percent })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixed, gates};
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    fn at(gates: &Gates, samples: &mut Samples, now: Instant, running: usize) -> Verdict {
        judge(gates, samples, now, running, &Cancel::new().unwrap()).unwrap()
    }

    fn once(gates: &Gates, running: usize) -> Verdict {
        at(gates, &mut Samples::default(), Instant::now(), running)
    }

    #[test]
    fn a_job_starts_below_the_load_and_not_at_it() {
        let of = |load, most| {
            let gates = Gates {
                load: Some(most),
                ..gates(Fixed {
                    load,
                    ..Fixed::default()
                })
            };
            once(&gates, 0)
        };
        assert_eq!(of(1.9, 2.0), Verdict::Start);
        let reason = Reason::Load {
            now: 2.0,
            most: 2.0,
        };
        assert_eq!(of(2.0, 2.0), Verdict::Wait(reason.clone()));
        assert_eq!(reason.to_string(), "the load is 2.00, and --load is 2.00");
    }

    #[test]
    fn with_less_than_half_the_memory_the_youngest_goes() {
        let of = |free| {
            let gates = Gates {
                memory: Some(1000),
                ..gates(Fixed {
                    free: Arc::new(AtomicU64::new(free)),
                    ..Fixed::default()
                })
            };
            once(&gates, 3)
        };
        let reason = |free| Reason::Memory { free, least: 1000 };
        assert_eq!(of(1000), Verdict::Start);
        assert_eq!(of(999), Verdict::Wait(reason(999)));
        assert_eq!(of(500), Verdict::Wait(reason(500)));
        assert_eq!(of(499), Verdict::Recall(reason(499)));
    }

    #[test]
    fn one_job_runs_however_short_memory_is() {
        let gates = Gates {
            suspend: Some(1000),
            ..gates(Fixed {
                free: Arc::new(AtomicU64::new(10)),
                ..Fixed::default()
            })
        };
        assert_eq!(once(&gates, 0), Verdict::Start);
        assert_eq!(once(&gates, 1), Verdict::Wait(Reason::Suspended));
    }

    #[test]
    fn swapping_is_told_by_two_readings() {
        let meter = Fixed::default();
        let swapped = meter.swapped.clone();
        let gates = Gates {
            swapping: Swapping::Refused,
            ..gates(meter)
        };
        let mut samples = Samples::default();
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut look = |seconds, ins, outs| {
            *swapped.lock().unwrap() = Swapped { ins, outs };
            at(&gates, &mut samples, start + second * seconds, 1)
        };
        let wait = |reason| Verdict::Wait(reason);
        assert_eq!(look(0, 5, 5), wait(Reason::Measuring));
        assert_eq!(look(0, 9, 9), wait(Reason::Measuring), "too soon to tell");
        assert_eq!(look(1, 6, 6), wait(Reason::Swapping));
        assert_eq!(look(2, 9, 6), Verdict::Start, "in alone is no harm");
        assert_eq!(look(9, 99, 99), Verdict::Start, "believed for a while");
        assert_eq!(look(13, 99, 99), wait(Reason::Measuring), "too long ago");
        assert_eq!(look(14, 99, 99), Verdict::Start);
    }

    #[test]
    fn the_busiest_disk_counts() {
        let disks = |a, b| vec![("a".to_owned(), a), ("b".to_owned(), b)];
        let second = Duration::from_secs(1);
        let of = |most| busiest(&disks(0, 100), &disks(200, 900), second, most);
        assert_eq!(of(81), None);
        let reason = Reason::Disk {
            name: "b".to_owned(),
            percent: 80,
        };
        assert_eq!(of(80), Some(reason));
        assert_eq!(busiest(&[], &disks(9000, 9000), second, 1), None);
    }

    #[test]
    fn the_command_decides_by_its_status() {
        let of = |answer| {
            let gates = Gates {
                asking: Limiting::Command,
                ..gates(Fixed {
                    answer,
                    ..Fixed::default()
                })
            };
            let mut samples = Samples::default();
            judge(
                &gates,
                &mut samples,
                Instant::now(),
                1,
                &Cancel::new().unwrap(),
            )
        };
        assert_eq!(of(Some(0)).unwrap(), Verdict::Start);
        assert_eq!(of(Some(1)).unwrap(), Verdict::Wait(Reason::Limit));
        assert_eq!(of(Some(2)).unwrap(), Verdict::Recall(Reason::Limit));
        assert_eq!(of(None).unwrap(), Verdict::Stop);
        let error = of(Some(127)).unwrap_err().to_string();
        assert!(
            error.starts_with("the command of --limit ended with exit status 127; 0 starts"),
            "{error}"
        );
    }
}
