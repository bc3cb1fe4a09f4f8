//! A limit on a clock that the test moves.

use std::sync::Mutex;
use std::thread;

use proptest::prelude::*;

use super::*;

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
struct Hand(AtomicU64);

impl Hand {
    fn set(&self, now: Duration) {
        self.0
            .store(u64::try_from(now.as_nanos()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for &Hand {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::SeqCst))
    }
}

fn limit(rate: u64, hand: &Hand) -> Limit<&Hand> {
    Limit::with_clock(NonZeroU64::new(rate).unwrap(), hand)
}

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Longer than `exact` by rounding alone.
#[track_caller]
fn assert_about(wait: Duration, exact: Duration) {
    let over = wait.checked_sub(exact);
    assert!(
        over.is_some_and(|over| over <= Duration::from_nanos(2)),
        "waits {wait:?}, not {exact:?}"
    );
}

#[test]
fn each_waits_for_all_before_it() {
    let hand = Hand::default();
    let limit = limit(1000, &hand);
    assert_about(limit.take(100), millis(100));
    assert_about(limit.take(50), millis(150));
    hand.set(millis(120));
    assert_about(limit.take(10), millis(40));
    assert_eq!(limit.take(0), limit.take(0));
}

#[test]
fn what_was_waited_for_is_paid() {
    let hand = Hand::default();
    let limit = limit(1 << 20, &hand);
    let mut now = Duration::ZERO;
    for _ in 0..1000 {
        let wait = limit.take(1 << 16);
        now += wait;
        hand.set(now);
    }
    // 1000 pieces of 64 KiB at 1 MiB/s.
    let over = now.checked_sub(millis(62_500));
    assert!(
        over.is_some_and(|over| over < Duration::from_micros(2)),
        "{now:?}"
    );
}

#[test]
fn a_pause_is_worth_a_tenth_of_a_second() {
    let hand = Hand::default();
    let limit = limit(1000, &hand);
    hand.set(Duration::from_hours(1));
    assert_eq!(limit.take(60), Duration::ZERO);
    assert_eq!(limit.take(40), Duration::ZERO);
    assert_about(limit.take(1), millis(1));
}

#[test]
fn a_slow_rate_is_exact() {
    let hand = Hand::default();
    let limit = limit(1, &hand);
    assert_about(limit.take(1), millis(1000));
    hand.set(millis(1900));
    // It was due at 1.0; 0.1 of the 0.9 since then is saved.
    assert_about(limit.take(1), millis(900));
    assert_eq!(limit.piece(), 1);
}

#[test]
fn a_fast_rate_counts_single_bytes() {
    let hand = Hand::default();
    let limit = limit(20_000_000_000, &hand);
    for _ in 0..20_000 {
        limit.take(1);
    }
    let wait = limit.take(0);
    assert!(wait >= Duration::from_micros(1) && wait < Duration::from_nanos(1002));
}

#[test]
fn nothing_overflows() {
    for rate in [1, 1024, u64::from(u32::MAX), 1 << 33, 1 << 34, u64::MAX] {
        let hand = Hand::default();
        let limit = limit(rate, &hand);
        let first = limit.take(u64::MAX);
        assert!(limit.take(u64::MAX) >= first);
        hand.set(Duration::from_nanos(u64::MAX));
        let _ = limit.take(u64::MAX);
        let _ = limit.take(1);
        assert!(limit.piece() >= 1);
    }
}

/// However many ask at once, each has a moment of its own, and they lie as far apart as the rate says.
#[test]
fn threads_share_one_rate() {
    const THREADS: u64 = 225;
    const EACH: u64 = 40;
    let hand = Hand::default();
    let limit = limit(1_000_000, &hand);
    let waits = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let own: Vec<Duration> = (0..EACH).map(|_| limit.take(1000)).collect();
                assert!(own.is_sorted(), "a thread overtook itself");
                waits.lock().unwrap().extend(own);
            });
        }
    });
    let mut waits = waits.into_inner().unwrap();
    waits.sort();
    for (n, wait) in (1..).zip(waits) {
        assert_about(wait, millis(n));
    }
}

#[test]
fn the_machines_clock_moves() {
    let limit = Limit::new(NonZeroU64::new(1 << 40).unwrap());
    let first = limit.take(1 << 42);
    assert!(first <= Duration::from_secs(4) && first > Duration::from_secs(3));
    let mut second = limit.take(0);
    while second >= first {
        second = limit.take(0);
    }
}

proptest! {
    /// In no stretch of time goes more than the rate, a tenth of a second's worth, and one piece.
    #[test]
    fn no_burst_is_larger_than_promised(
        rate in 1_u64..1 << 36,
        steps in prop::collection::vec((0_u64..400_000_000, 0_u64..2000), 1..60),
    ) {
        let hand = Hand::default();
        let limit = limit(rate, &hand);
        let mut now = 0_u64;
        let mut gone: Vec<(u64, u64)> = Vec::new();
        for (pause, share) in steps {
            now += pause;
            hand.set(Duration::from_nanos(now));
            // Up to two pieces, which is more than a caller should take.
            let n = limit.piece().saturating_mul(share) / 1000;
            let wait = u64::try_from(limit.take(n).as_nanos()).unwrap();
            gone.push((now + wait, n));
        }
        prop_assert!(gone.is_sorted_by_key(|&(at, _)| at), "somebody was overtaken");
        for (first, &(from, _)) in gone.iter().enumerate() {
            let (mut sum, mut largest) = (0_u128, 0);
            for &(until, n) in &gone[first..] {
                sum += u128::from(n);
                largest = largest.max(n);
                let stretch = u128::from(until - from) + NANOS / 10 + 4;
                let most = u128::from(rate) * stretch / NANOS + u128::from(largest) + 1;
                prop_assert!(sum <= most, "{sum} in {} ns at {rate}/s", until - from);
            }
        }
    }

    /// Nobody waits longer than what was asked for takes: the rate is reached, not only kept.
    #[test]
    fn no_wait_is_longer_than_needed(
        rate in 1_u64..1 << 36,
        asked in prop::collection::vec(0_u64..1 << 24, 1..40),
    ) {
        let hand = Hand::default();
        let limit = limit(rate, &hand);
        let mut sum = 0_u128;
        for n in asked {
            sum += u128::from(n);
            let exact = (sum * NANOS).div_ceil(u128::from(rate));
            prop_assert_eq!(limit.take(n).as_nanos(), exact);
        }
    }
}
