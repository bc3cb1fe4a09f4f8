//! rsync's exit statuses: what they mean, and which is the worst.
//!
//! Boundary: the table of rsync(1), EXIT VALUES; what follows from a status in
//! which phase is decided in `tally`.

use crate::exec::Outcome;

/// `RERR_PARTIAL`: some files were not transferred.
pub(super) const PARTIAL: u8 = 23;
/// `RERR_VANISHED`: some files vanished before they were transferred.
pub(in crate::config) const VANISHED: u8 = 24;
/// `RERR_DEL_LIMIT`: `--max-delete` stopped deletions.
pub(in crate::config) const DELETE_LIMIT: u8 = 25;
/// `RERR_TERMINATED`, in errcode.h: what rsync says of a child that a signal
/// ended.
const TERMINATED: u8 = 16;
/// `RERR_IPC`: what rsync says when it cannot start a process.
const NO_PROCESS: u8 = 14;

/// The exit status that a job came to; `None` if prun ended it.
pub(super) fn of(outcome: &Outcome) -> Option<u8> {
    match outcome {
        Outcome::Exited(status) => Some(u8::try_from(*status).unwrap_or(TERMINATED)),
        Outcome::Signaled(_) | Outcome::TimedOut { .. } => Some(TERMINATED),
        Outcome::NotStarted(_) | Outcome::NotFed(_) => Some(NO_PROCESS),
        Outcome::Ended | Outcome::Recalled | Outcome::Skipped => None,
    }
}

/// The worse of two: vanished files are the least of all evils, then what was
/// kept from deletion, then files that were not transferred; in all others
/// something stopped rsync itself.
pub(in crate::config) fn worse(one: u8, other: u8) -> u8 {
    let rank = |code: u8| match code {
        0 => (0, 0),
        VANISHED => (1, 0),
        DELETE_LIMIT => (2, 0),
        PARTIAL => (3, 0),
        fatal => (4, fatal),
    };
    if rank(other) > rank(one) { other } else { one }
}

/// Whether rsync ended before it had tried all files.
pub(super) fn is_fatal(code: u8) -> bool {
    !matches!(code, 0 | PARTIAL | VANISHED | DELETE_LIMIT)
}

/// Whether another try would end the same way: the options or the destination
/// are wrong, or it is no failure.
pub(super) fn is_final(code: u8) -> bool {
    matches!(code, 0..=4 | VANISHED | DELETE_LIMIT)
}

/// How a job ended, with what rsync(1) says of the status.
pub(super) fn told(outcome: &Outcome) -> String {
    let meaning = match outcome {
        Outcome::Exited(1) => "syntax or usage error",
        Outcome::Exited(2) => "protocol incompatibility",
        Outcome::Exited(3) => "errors selecting files or directories",
        Outcome::Exited(4) => "requested action not supported",
        Outcome::Exited(10) => "error in socket I/O",
        Outcome::Exited(11) => "error in file I/O: is the destination full?",
        Outcome::Exited(12) => "error in the protocol data stream",
        Outcome::Exited(13) => "errors with program diagnostics",
        Outcome::Exited(14) => "error in IPC",
        Outcome::Exited(20) => "it received SIGINT, SIGTERM or SIGHUP",
        Outcome::Exited(22) => "out of memory",
        Outcome::Exited(23) => "some files were not transferred",
        Outcome::Exited(24) => "some files vanished",
        Outcome::Exited(25) => "--max-delete stopped deletions",
        Outcome::Exited(30) => "timeout in sending or receiving",
        _ => return outcome.to_string(),
    };
    format!("{outcome} ({meaning})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_what_stopped_rsync() {
        let worst = |codes: &[u8]| codes.iter().copied().fold(0, worse);
        assert_eq!(worst(&[]), 0);
        assert_eq!(worst(&[0, 24, 0]), 24);
        assert_eq!(worst(&[24, 25]), 25);
        assert_eq!(worst(&[24, 23, 25]), 23);
        assert_eq!(worst(&[23, 11, 24]), 11);
        assert_eq!(worst(&[11, 12, 1]), 12);
    }

    #[test]
    fn a_death_by_signal_is_never_well() {
        assert_eq!(of(&Outcome::Signaled(9)), Some(16));
        assert!(is_fatal(16) && !is_final(16));
        assert_eq!(of(&Outcome::Ended), None);
        assert_eq!(told(&Outcome::Signaled(9)), "killed by signal 9 (SIGKILL)");
        assert_eq!(
            told(&Outcome::Exited(12)),
            "exit status 12 (error in the protocol data stream)"
        );
    }
}
