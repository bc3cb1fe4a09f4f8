//! Writing, reading back, and what damage does.

use super::*;
use crate::exec::{Captured, Outcome, SpillPolicy};
use std::time::Duration;

fn end(seq: u64, outcome: Outcome, line: &[u8]) -> JobEnd {
    let policy = SpillPolicy::new(std::env::temp_dir());
    JobEnd {
        order: seq,
        seq,
        outcome,
        started: UNIX_EPOCH + Duration::from_millis(1500),
        runtime: Duration::from_millis(12),
        sent: 0,
        received: 5,
        out: Captured::new(&policy),
        err: Captured::new(&policy),
        line: Some(line.to_vec()),
        lost: None,
    }
}

fn records(path: &Path) -> Result<Vec<(u64, bool)>, String> {
    let mut all = Vec::new();
    read(path, |record| all.push((record.seq, record.succeeded)))
        .map_err(|error| error.to_string())?;
    Ok(all)
}

#[test]
fn what_is_written_is_gnu_parallels_form_and_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let mut log = JobLog::create(&path).unwrap();
    log.record(&end(1, Outcome::Exited(0), b"echo a\tb"))
        .unwrap();
    log.record(&end(2, Outcome::Signaled(9), b"x")).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        text,
        format!(
            "{HEADER}1\t:\t1.500\t     0.012\t0\t5\t0\t0\techo a\tb\n2\t:\t1.500\t     0.012\t0\t5\t0\t9\tx\n"
        )
    );
    let mut commands = Vec::new();
    read(&path, |record| commands.push(record.command)).unwrap();
    assert_eq!(commands, [b"echo a\tb".to_vec(), b"x".to_vec()]);
    assert_eq!(records(&path).unwrap(), [(1, true), (2, false)]);
}

#[test]
fn a_torn_last_line_is_read_past_and_ended_by_the_next_run() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    std::fs::write(
        &path,
        format!("{HEADER}1\t:\t1.500\t0.012\t0\t5\t0\t0\tx\n2\t:\t1.5"),
    )
    .unwrap();
    assert_eq!(records(&path).unwrap(), [(1, true)]);
    JobLog::append(&path)
        .unwrap()
        .record(&end(3, Outcome::Exited(0), b"y"))
        .unwrap();
    assert_eq!(records(&path).unwrap(), [(1, true), (3, true)]);
}

#[test]
fn malformed_lines_are_refused_by_number() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    for (bad, problem) in [
        ("rm -rf x", "Seq is no number"),
        ("1\t:\t1.5\t0.0\t0\t5\tzero\t0\tx", "Exitval is no number"),
        ("", "Seq is no number"),
    ] {
        std::fs::write(&path, format!("{HEADER}{bad}\n3\t:\t1\t1\t0\t0\t0\t0\tx\n")).unwrap();
        let error = records(&path).unwrap_err();
        assert!(error.contains("line 2 is no record of a job"), "{error}");
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn a_full_disk_takes_the_record_back() {
    let Ok(file) = OpenOptions::new().append(true).open("/dev/full") else {
        return;
    };
    let mut log = JobLog {
        path: "/dev/full".into(),
        file,
        line: Vec::new(),
    };
    let error = log
        .record(&end(1, Outcome::Exited(0), b"x"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("/dev/full: No space left on device"),
        "{error}"
    );
}

#[test]
fn a_command_with_newlines_is_one_line_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let mut log = JobLog::create(&path).unwrap();
    let forged = b"echo 'a\n9\t:\t1.0\t0.0\t0\t0\t1\t0\ttouch pwned\n'";
    log.record(&end(1, Outcome::Exited(1), forged)).unwrap();
    let text = std::fs::read(&path).unwrap();
    assert_eq!(text.split(|byte| *byte == b'\n').count(), 3);
    assert_eq!(failed_jobs(&path).unwrap(), [(1, forged.to_vec())]);
}

#[test]
fn the_last_record_of_a_job_says_whether_it_failed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let mut log = JobLog::create(&path).unwrap();
    for (seq, status) in [(3, 1), (1, 1), (2, 0), (3, 0), (2, 5)] {
        log.record(&end(
            seq,
            Outcome::Exited(status),
            format!("c{seq}").as_bytes(),
        ))
        .unwrap();
    }
    log.record(&end(4, Outcome::Signaled(9), b"c4")).unwrap();
    let failed = failed_jobs(&path).unwrap();
    assert_eq!(
        failed,
        [
            (1, b"c1".to_vec()),
            (2, b"c2".to_vec()),
            (4, b"c4".to_vec())
        ]
    );
}
