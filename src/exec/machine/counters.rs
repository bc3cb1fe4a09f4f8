//! The files of `/proc` that count: load, swapping, disks.
//!
//! Boundary: text in, numbers out. The forms are those of proc_loadavg(5),
//! proc_vmstat(5), proc_diskstats(5) and of the kernel's cpu lists.

use super::Swapped;

/// `/proc/loadavg`: three averages, then `running/all`. Who reads it runs, and
/// does not count itself.
#[expect(
    clippy::cast_precision_loss,
    reason = "a number of processes, compared with an average"
)]
pub(super) fn load(text: &str) -> Option<f64> {
    let mut fields = text.split_ascii_whitespace();
    let average: f64 = fields.next()?.parse().ok()?;
    let (running, _) = fields.nth(2)?.split_once('/')?;
    let running: u64 = running.parse().ok()?;
    Some(average.max(running.saturating_sub(1) as f64))
}

/// `/proc/vmstat`: a name and a number a line.
pub(super) fn swapped(text: &str) -> Option<Swapped> {
    let of = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(' '));
        let found = lines.find(|(key, _)| *key == name)?;
        found.1.trim().parse().ok()
    };
    Some(Swapped {
        ins: of("pswpin")?,
        outs: of("pswpout")?,
    })
}

/// `/proc/diskstats`: two numbers, a name, then counters, the tenth of which is
/// the time in which there was something to do. Lines of another form, and
/// disks that have never done anything, are passed over.
pub(super) fn disks(text: &str) -> Vec<(String, u64)> {
    let disk = |line: &str| {
        let mut fields = line.split_ascii_whitespace().skip(2);
        let name = fields.next()?.to_owned();
        let busy: u64 = fields.nth(9)?.parse().ok()?;
        (busy > 0).then_some((name, busy))
    };
    text.lines().filter_map(disk).collect()
}

/// How many numbers there are in a list such as `0-3,8`.
pub(super) fn ranges(text: &str) -> Option<usize> {
    let mut all = 0;
    for range in text.split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        all += last.checked_sub(first)? + 1;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_now_counts_without_who_looks() {
        let of = |text| load(text).map(|load| format!("{load}"));
        assert_eq!(of("0.20 0.18 0.12 1/80 11206\n").as_deref(), Some("0.2"));
        assert_eq!(of("0.20 0.18 0.12 6/80 11206\n").as_deref(), Some("5"));
        assert_eq!(of("7.50 0.18 0.12 6/80 11206\n").as_deref(), Some("7.5"));
        assert_eq!(of("0.20 0.18"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn swapping_is_two_lines_of_many() {
        let text = "pgpgin 17\npswpin 4\npswpout 5\npswpoutx 9\n";
        assert_eq!(swapped(text), Some(Swapped { ins: 4, outs: 5 }));
        assert_eq!(swapped("pswpin 4\n"), None);
    }

    #[test]
    fn a_disk_is_as_busy_as_its_tenth_counter() {
        let text =
            " 8 0 sda 1 2 3 4 5 6 7 8 9 1234 11 0 0 0 0\n 7 0 loop0 0 0 0 0 0 0 0 0 0 0 0\n odd\n";
        assert_eq!(disks(text), [("sda".to_owned(), 1234)]);
    }

    #[test]
    fn lists_of_cpus() {
        assert_eq!(ranges("0"), Some(1));
        assert_eq!(ranges("0-3,8,10-11"), Some(7));
        for odd in ["", "3-1", "a", "1-"] {
            assert_eq!(ranges(odd), None, "{odd:?}");
        }
    }
}
