//! A rate that many threads keep together: bytes per second for `--bwlimit`, files per second for `--files-limit`.
//!
//! Boundary: arithmetic on a clock. It never sleeps: it says how long to wait, and the caller sleeps, in slices, so
//! that it can be cancelled.
//!
//! One atomic number is the whole state: how much was taken so far, counted on the same line as what the clock has
//! allowed so far. A thread takes its place in the queue with one compare-and-swap and then waits for its own
//! moment, so 225 threads go on in the order in which they asked, and none is woken to find the tokens gone. The
//! usual bucket, refilled under a lock, promises neither.
//!
//! rsync(1) limits its one socket by sleeping after each block, with "some burstiness"; here a tenth of a second is the
//! most that can go at once after a pause.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many tenths of a second fit in a second: an idle time longer than one of them is not saved up.
const BURSTS_A_SECOND: u64 = 10;

/// Fine units a second, at least 2^33 / 2: finer than a nanosecond, and a u64 of them lasts 68 years.
const FINE: u32 = 33;

const NANOS: u128 = 1_000_000_000;

/// Tells the time from a fixed moment on, and never goes back.
pub trait Clock {
    /// How long it is since that moment.
    fn now(&self) -> Duration;
}

/// The machine's clock, from when it was made.
#[derive(Debug)]
pub struct Monotonic(Instant);

impl Clock for Monotonic {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A rate shared by threads: by reference, or in an `Arc`.
#[derive(Debug)]
pub struct Limit<C = Monotonic> {
    clock: C,
    rate: NonZeroU64,
    /// One thing taken is `1 << shift` fine units: a slow rate needs them to be exact, a fast one does not.
    shift: u32,
    /// Fine units given out so far. Where the clock's own line is ahead of it, that much may go at once.
    given: AtomicU64,
}

impl Limit<Monotonic> {
    /// A limit of so many things a second: bytes (see [`parse_rate`](super::units::parse_rate)) or files.
    pub fn new(rate: NonZeroU64) -> Self {
        Self::with_clock(rate, Monotonic(Instant::now()))
    }
}

impl<C: Clock> Limit<C> {
    /// A limit on another clock, for tests.
    pub fn with_clock(rate: NonZeroU64, clock: C) -> Self {
        let shift = FINE.saturating_sub(u64::BITS - rate.leading_zeros());
        Self {
            clock,
            rate,
            shift,
            given: AtomicU64::new(0),
        }
    }

    /// Things a second.
    pub fn rate(&self) -> NonZeroU64 {
        self.rate
    }

    /// The most to [`take`](Self::take) at once: what goes in a tenth of a second, and at least one. A larger piece
    /// is right on the average, but goes out in one burst after a long wait.
    pub fn piece(&self) -> u64 {
        (self.rate.get() / BURSTS_A_SECOND).max(1)
    }

    /// Takes `n` things, and tells how long to wait before going on with them; zero if they may go now.
    ///
    /// They are taken in any case: a caller that does not wait makes the others wait for it. Whoever asks first goes
    /// first.
    pub fn take(&self, n: u64) -> Duration {
        let now = self.allowed(self.clock.now());
        let saved = now.saturating_sub(self.per_second() / BURSTS_A_SECOND);
        let wanted = fine(u128::from(n) << self.shift);
        let place = |given: u64| given.max(saved).saturating_add(wanted);
        // Relaxed: nothing is read because of this number but itself.
        let mut given = self.given.load(Ordering::Relaxed);
        while let Err(other) = self.given.compare_exchange_weak(
            given,
            place(given),
            Ordering::Relaxed,
            Ordering::Relaxed,
        ) {
            given = other;
        }
        self.duration(place(given).saturating_sub(now))
    }

    fn per_second(&self) -> u64 {
        fine(u128::from(self.rate.get()) << self.shift)
    }

    /// What the clock has allowed until then, in fine units.
    fn allowed(&self, now: Duration) -> u64 {
        let nanos = now.as_nanos();
        let per_second = u128::from(self.per_second());
        let seconds = (nanos / NANOS).saturating_mul(per_second);
        fine(seconds.saturating_add(nanos % NANOS * per_second / NANOS))
    }

    /// How long it takes to allow so many fine units, rounded up: too early would be too fast.
    fn duration(&self, units: u64) -> Duration {
        let nanos = (u128::from(units) * NANOS).div_ceil(u128::from(self.per_second()));
        Duration::from_nanos(fine(nanos))
    }
}

/// The number as a u64, or the largest: a wait of centuries is as good as one of millennia.
fn fine(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
