//! Files and rows, without jobs.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::exec::{Captured, Outcome, SpillPolicy, Stream};
use crate::template::{DestToken, Record, Replace};

fn values(records: &[Record]) -> Values<'_> {
    Values {
        records,
        seq: 7,
        slot: 1,
        dest: None,
        total: None,
    }
}

fn text(text: &[u8]) -> Text {
    Text::parse(text, Replace::Auto, &[], &[], DestToken::Undeclared).unwrap()
}

#[test]
fn a_job_is_complete_when_its_number_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let results = Results::Tree {
        root: dir.path().join("out"),
        names: Vec::new(),
    };
    results.prepare().unwrap();
    let records = [Record::single(b"a/b\n")];
    let values = values(&records);
    assert!(!results.has(&values));
    let mut kept = results.begin(&values).unwrap();
    assert!(kept.take(Stream::Out, b"one"));
    assert!(kept.take(Stream::Err, b"two"));
    assert!(!results.has(&values), "it has not ended");
    kept.complete(7).unwrap();
    assert!(results.has(&values));
    let files = dir.path().join("out/1/a\\_b\n");
    for (name, text) in [("stdout", "one"), ("stderr", "two"), ("seq", "7")] {
        assert_eq!(std::fs::read_to_string(files.join(name)).unwrap(), text);
    }
    // The next attempt begins anew, and a kill in the middle of it is seen.
    let kept = results.begin(&values).unwrap();
    drop(kept);
    assert!(!results.has(&values));
}

#[test]
fn templates_name_files_or_directories() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_str().unwrap();
    let records = [Record::single(b"a")];
    let values = values(&records);
    let files = Results::Files(text(format!("{root}/f/<>.txt").as_bytes()));
    files.begin(&values).unwrap().complete(7).unwrap();
    let directories = Results::Directories(text(format!("{root}/d-<#>/").as_bytes()));
    directories.begin(&values).unwrap().complete(7).unwrap();
    for name in [
        "f/a.txt",
        "f/a.txt.err",
        "f/a.txt.seq",
        "d-7/stdout",
        "d-7/stderr",
        "d-7/seq",
    ] {
        assert!(dir.path().join(name).is_file(), "{name}");
    }
    assert!(files.has(&values) && directories.has(&values));
}

#[test]
fn temporary_files_are_new_and_for_standard_output() {
    let dir = tempfile::tempdir().unwrap();
    let results = Results::Temporary(dir.path().join("made"));
    results.prepare().unwrap();
    let values = values(&[]);
    let mut one = results.begin(&values).unwrap();
    let other = results.begin(&values).unwrap();
    assert!(one.take(Stream::Out, b"x"));
    assert!(
        !one.take(Stream::Err, b"x"),
        "standard error goes its usual way"
    );
    let (one_name, other_name) = (one.name().to_owned(), other.name().to_owned());
    assert_ne!(one_name, other_name);
    one.complete(1).unwrap();
    other.discard();
    assert_eq!(std::fs::read(one_name).unwrap(), b"x");
    assert!(!other_name.exists());
}

#[test]
fn what_cannot_be_made_is_told_with_its_path() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "").unwrap();
    let tree = |name: &str| Results::Tree {
        root: dir.path().join(name),
        names: Vec::new(),
    };
    let error = tree("file/x").prepare().unwrap_err().to_string();
    assert!(error.starts_with("cannot make the directory"), "{error}");
    assert!(error.contains("file/x: Not a directory"), "{error}");
    if !rustix::process::geteuid().is_root() {
        let closed = dir.path().join("closed");
        std::fs::create_dir(&closed).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o500)).unwrap();
        let error = tree("closed").prepare().unwrap_err().to_string();
        assert!(error.contains("closed: Permission denied"), "{error}");
    }
    let records = [Record::single(&[[b'a'; 250].as_slice(), b"///"].concat())];
    let error = tree("out")
        .begin(&values(&records))
        .unwrap_err()
        .to_string();
    assert!(error.contains("File name too long"), "{error}");
    assert!(error.contains("--results 'out/<#>'"), "{error}");
}

#[test]
fn a_full_disk_is_remembered() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let results = Results::Tree {
        root: dir.path().into(),
        names: Vec::new(),
    };
    std::fs::create_dir_all(dir.path().join("1/a")).unwrap();
    std::os::unix::fs::symlink("/dev/full", dir.path().join("1/a/stdout")).unwrap();
    let records = [Record::single(b"a")];
    let mut kept = results.begin(&values(&records)).unwrap();
    kept.take(Stream::Out, b"x");
    kept.take(Stream::Out, b"y");
    let error = kept.complete(1).unwrap_err().to_string();
    assert!(
        error.contains("1/a/stdout: No space left on device"),
        "{error}"
    );
    assert!(!results.has(&values(&records)), "it is not complete");
}

/// The inputs of a job, its line, and what it wrote to stdout and stderr.
type Job<'a> = (&'a [Record], &'a [u8], &'a [u8], &'a [u8]);

fn rows(sheet: &Sheet, jobs: &[Job<'_>]) -> Vec<u8> {
    let spill = SpillPolicy::new(std::env::temp_dir());
    let mut all = Vec::new();
    let held = |bytes: &[u8]| {
        let mut held = Captured::new(&spill);
        held.push(bytes);
        held
    };
    for (seq, (records, line, out, err)) in (1..).zip(jobs) {
        sheet.widen(records);
        if all.is_empty() {
            all.extend(sheet.header().unwrap_or_default());
        }
        let row = Row {
            seq,
            started: UNIX_EPOCH + Duration::from_millis(1500),
            runtime: Duration::from_millis(4),
            sent: 0,
            received: out.len() as u64,
            outcome: &Outcome::Exited(3),
            line,
            records,
        };
        let mut into = Captured::new(&spill);
        sheet.write(&row, &held(out), &held(err), &mut into);
        let mut add = |piece: &[u8]| {
            all.extend_from_slice(piece);
            Ok::<(), ()>(())
        };
        into.write_to(&mut add).unwrap();
    }
    all
}

#[test]
fn fields_are_in_quotes_where_they_must_be() {
    let sheet = Sheet::new(SheetForm::Csv, vec![(b"file name".to_vec(), 0)]);
    let records = [Record::single(b"a,b")];
    let two = [Record::single(b"x"), Record::single(b"y")];
    let all = rows(
        &sheet,
        &[
            (&records, b"echo a,b", b"a,b\n", b""),
            (&two, b"e", b"\xff\"", b"plain"),
            (&[], b"e", b"", b""),
        ],
    );
    let text = "Seq,Host,Starttime,JobRuntime,Send,Receive,Exitval,Signal,Command,\"file name\",Stdout,Stderr\n\
        1,:,1.500,0.004,0,4,3,0,\"echo a,b\",\"a,b\",\"a,b\n\",\n\
        2,:,1.500,0.004,0,2,3,0,e,\"x y\",\"";
    let want = [
        text.as_bytes(),
        b"\xff\"\"\",plain\n3,:,1.500,0.004,0,0,3,0,e,,,\n",
    ]
    .concat();
    assert_eq!(
        all.escape_ascii().to_string(),
        want.escape_ascii().to_string()
    );
    let tabs = Sheet::new(SheetForm::Tsv, Vec::new());
    let all = rows(&tabs, &[(&[Record::single(b"a,b")], b"e\tf", b"", b"")]);
    assert!(
        all.ends_with(b"\t\"e\tf\"\ta,b\t\t\n"),
        "{}",
        all.escape_ascii()
    );
}

#[test]
fn json_is_one_line_a_job() {
    let sheet = Sheet::new(SheetForm::Json, Vec::new());
    let records = [Record::single(b"v\tw"), Record::single(b"x")];
    let all = rows(&sheet, &[(&records, b"say \"it\\\"", b"a\n", b"\x01/")]);
    assert_eq!(
        String::from_utf8(all).unwrap(),
        "{ \"Seq\": 1, \"Host\": \":\", \"Starttime\": 1.500, \"JobRuntime\": 0.004, \"Send\": 0, \"Receive\": 2, \"Exitval\": 3, \"Signal\": 0, \"Command\": \"say \\\"it\\\\\\\"\", \"V\": [ \"v\\u0009w\",\"x\" ], \"Stdout\": \"a\\u000a\", \"Stderr\": \"\\u0001/\" }\n"
    );
}

#[test]
fn rows_of_much_output_are_held_as_output_is() {
    let sheet = Sheet::new(SheetForm::Csv, Vec::new());
    let big = vec![b'"'; 3 << 20];
    let all = rows(&sheet, &[(&[Record::single(b"a")], b"e", &big, b"")]);
    assert_eq!(all.split(|byte| *byte == b'\"').count(), 2 * big.len() + 3);
}
