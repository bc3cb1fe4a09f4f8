//! What presets say about rsync: words, flags, buckets, exit statuses.

use super::*;
use crate::pipeline::{Asked, Buckets, Part, PerBucket};

fn stages(name: &str, given: &[(&str, &[&str])]) -> Vec<Stage> {
    let given = given.iter().map(|(name, values)| {
        let values = values.iter().map(|value| value.as_bytes().to_vec());
        ((*name).to_owned(), values.collect())
    });
    let pipeline = builtin(name).expand(&given.collect()).unwrap();
    pipeline.stages().to_vec()
}

/// The command of a stage, and the values of the tokens that are words.
fn command(stage: &Stage) -> (String, Vec<String>) {
    let ActionSpec::Run {
        command: Command::Script(script),
        params,
    } = &stage.action
    else {
        panic!("{stage:?}");
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let words = params.iter().filter(|(name, _)| name.contains(&b'.'));
    (text(script), words.map(|(_, value)| text(value)).collect())
}

fn buckets(stage: &Stage) -> &Buckets {
    let StageInputs::Buckets(buckets) = &stage.inputs else {
        panic!("{stage:?}");
    };
    buckets
}

const BOTH: [(&str, &[&str]); 2] = [("src", &["a/"]), ("dst", &["b/"])];

#[test]
fn each_word_of_a_parameter_is_a_token() {
    let all = stages("rsync", &BOTH);
    let names: Vec<&str> = all.iter().map(|stage| &*stage.name).collect();
    assert_eq!(names, ["phase-1", "phase-2"]);
    assert_eq!(
        command(&all[0]),
        (
            "rsync <rsync.1> <phase1.1> -- <src> <dst>".to_owned(),
            vec!["-azh".to_owned(), "--inplace".to_owned()]
        )
    );
    // A flag that was not given is no word.
    assert_eq!(command(&all[1]).0, "rsync <rsync.1>  -- <src> <dst>");
    assert_eq!(
        (all[0].codes, all[1].codes),
        (Codes::RsyncFirst, Codes::Rsync)
    );
}

#[test]
fn words_keep_what_is_quoted_and_are_never_scanned() {
    let odd = "-a --chown='a b' '<dst>' $(x)";
    let given = [BOTH[0], BOTH[1], ("rsync", &[odd]), ("phase1", &[""])];
    let all = stages("rsync", &given);
    let (script, words) = command(&all[0]);
    assert_eq!(
        script,
        "rsync <rsync.1> <rsync.2> <rsync.3> <rsync.4>  -- <src> <dst>"
    );
    assert_eq!(words, ["-a", "--chown=a b", "<dst>", "$(x)"]);
    let flags = [
        BOTH[0],
        BOTH[1],
        ("checksum", &["true"][..]),
        ("and", &["true"]),
    ];
    let all = stages("rsync", &flags);
    assert_eq!(
        command(&all[1]).0,
        "rsync <rsync.1> <checksum.1> -- <src> <dst>"
    );
    assert_eq!(command(&all[1]).1, ["-azh", "--checksum"]);
    assert_eq!(all[0].codes, Codes::RsyncFirstAnd);
}

#[test]
fn several_jobs_are_buckets() {
    let all = stages("rsync", &[BOTH[0], BOTH[1], ("cut", &["several"])]);
    let parts: Vec<Part> = all.iter().map(|stage| buckets(stage).part).collect();
    assert_eq!(parts, [Part::Entries, Part::Entries, Part::Directories]);
    let first = buckets(&all[0]);
    assert_eq!(first.from, [b"a/"]);
    assert_eq!(first.to, b"b/");
    assert_eq!((first.files, first.size), (PerBucket::Count(1000), 1 << 30));
    assert_eq!(first.options, [b"-azh"]);
}

#[test]
fn msrsync_has_its_defaults_and_takes_several_sources() {
    let all = stages("msrsync", &[("src", &["a", "b/"]), ("dst", &["c"])]);
    let names: Vec<&str> = all.iter().map(|stage| &*stage.name).collect();
    assert_eq!(names, ["copy", "directories"]);
    let copy = buckets(&all[0]);
    assert_eq!(copy.from, [&b"a"[..], b"b/"]);
    assert_eq!((copy.files, copy.size), (PerBucket::Count(1000), 1 << 30));
    assert_eq!(copy.options, [&b"-aS"[..], b"--numeric-ids"]);
    assert_eq!((copy.directory.as_ref(), copy.keep), (None, Asked::No));
    let given = [
        ("src", &["a"][..]),
        ("dst", &["c"]),
        ("two-phase", &["true"]),
        ("files", &["auto"]),
        ("size", &["1.5M"]),
        ("buckets", &["/l"]),
        ("keep", &["true"]),
    ];
    let all = stages("msrsync", &given);
    let names: Vec<&str> = all.iter().map(|stage| &*stage.name).collect();
    assert_eq!(names, ["phase-1", "phase-2", "directories"]);
    let copy = buckets(&all[0]);
    assert_eq!((copy.files, copy.size), (PerBucket::Auto, 3 << 19));
    assert_eq!(copy.directory.as_deref(), Some(Path::new("/l")));
    assert_eq!(copy.keep, Asked::Yes);
}

#[test]
fn values_that_do_not_fit_are_refused() {
    let error = |name: &str, given: &[(&str, &[u8])]| {
        let given = args(&[&[("src", &b"a"[..]), ("dst", b"b")], given].concat());
        builtin(name).expand(&given).unwrap_err().to_string()
    };
    assert_eq!(
        error("msrsync", &[("files", b"0")]),
        "`0` is not a value of `files`; give a number of files from 1, or auto"
    );
    assert_eq!(
        error("msrsync", &[("size", b"<files>")]),
        "`<files>` is not a value of `size`; give a number of bytes from 1, as 512M or 1G (by 1024)"
    );
    assert_eq!(
        error("rsync", &[("rsync", b"-a 'x")]),
        "`-a 'x` is not a value of `rsync`; give words, with quotes in pairs"
    );
    // An empty DST with a slash behind would be the root directory.
    assert_eq!(
        error("msrsync", &[("dst", b"")]),
        "`` is not a value of `dst`; give a path"
    );
}
