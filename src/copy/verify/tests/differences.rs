//! One change, one line: of every kind that an ordinary user can bring about.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;

use super::*;
use crate::copy::filter::{Rule, RuleKind, SizeLimits};

#[test]
fn equal_trees_differ_in_nothing() {
    let trees = Trees::new();
    for workers in [1, 2, 16] {
        let verified = Trees {
            workers,
            ..Trees::new()
        }
        .tell(&[]);
        assert_eq!(verified.source_entries, 9);
        assert_eq!(verified.destination_entries, 9);
        assert_eq!(verified.bytes, 8 + 6 + 6);
    }
    // Nor does a tree differ from itself, and of that no data is read.
    let outcome = compare(&trees.a(), &trees.a(), trees.options.clone(), 2);
    assert_eq!(outcome.lines, Vec::<String>::new());
    assert_eq!(outcome.verified.bytes, 0);
}

#[test]
fn contents_are_compared_only_if_that_is_asked_for() {
    let mut trees = Trees::new();
    fs::write(trees.b().join("d/e/file"), "conteNts").unwrap();
    trees.level();
    trees.tell(&["content  d/e/file: src=differs from byte 5 dst=of 8"]);
    trees.options.contents = Contents::Ignored;
    let verified = trees.tell(&[]);
    assert_eq!(verified.bytes, 0);
}

#[test]
fn sizes_modes_times_and_targets() {
    let trees = Trees::new();
    fs::write(trees.b().join("d/e/file"), "longer contents").unwrap();
    fs::remove_file(trees.b().join("link")).unwrap();
    symlink("elsewhere", trees.b().join("link")).unwrap();
    trees.level();
    chmod(&trees.b().join("fifo"), 0o640);
    chmod(&trees.a(), 0o751);
    chmod(&trees.b(), 0o1755);
    set_mtime(&trees.a().join("d"), -1, 999_999_999);
    set_mtime(&trees.b().join("link"), 1_000_000_000, 1);
    let seconds = "src=1000000000.000000000 dst=1000000000.000000001";
    trees.tell(&[
        "mode     .: src=0751 dst=1755",
        "mode     fifo: src=0600 dst=0640",
        "mtime    d: src=-1.999999999 dst=1000000000.000000000",
        &format!("mtime    link: {seconds}"),
        "size     d/e/file: src=8 dst=15",
        "target   link: src=nowhere dst=elsewhere",
    ]);
}

#[test]
fn times_within_the_window_are_equal() {
    let mut trees = Trees::new();
    set_mtime(&trees.b().join("d/e/file"), 1_000_000_000, 1000);
    set_mtime(&trees.a().join("empty"), 1_000_000_000, 1000);
    assert_eq!(trees.run().lines.len(), 2);
    trees.options.modify_window = 999;
    assert_eq!(trees.run().lines.len(), 2);
    trees.options.modify_window = 1000;
    trees.tell(&[]);
}

#[test]
fn what_one_side_lacks_is_told_entry_by_entry() {
    let trees = Trees::new();
    fs::remove_dir_all(trees.b().join("d")).unwrap();
    fs::remove_file(trees.a().join("link")).unwrap();
    fs::create_dir_all(trees.b().join("more/inner")).unwrap();
    fs::write(trees.b().join("more/inner/x"), "").unwrap();
    trees.level();
    let verified = trees.tell(&[
        "extra    link: link",
        "extra    more/inner/x: file",
        "extra    more/inner: dir",
        "extra    more: dir",
        "missing  d/e/file: file",
        "missing  d/e: dir",
        "missing  d/one: file",
        "missing  d/two: file",
        "missing  d: dir",
    ]);
    assert_eq!(verified.of(Kind::Missing), 5);
    assert_eq!(verified.of(Kind::Extra), 4);
    assert_eq!(verified.source_entries, 3 + 5);
    assert_eq!(verified.destination_entries, 3 + 4);
}

#[test]
fn another_type_ends_the_comparison_of_an_entry() {
    let trees = Trees::new();
    fs::remove_dir_all(trees.b().join("d")).unwrap();
    symlink("../a/d", trees.b().join("d")).unwrap();
    fs::remove_file(trees.b().join("fifo")).unwrap();
    fs::create_dir_all(trees.b().join("fifo/below")).unwrap();
    trees.level();
    trees.tell(&[
        "type     d: src=dir dst=link",
        "type     fifo: src=fifo dst=dir",
    ]);
}

#[test]
fn links_are_groups_of_the_names_that_both_sides_have() {
    let trees = Trees::new();
    // Another link outside the tree is no difference.
    fs::hard_link(trees.b().join("d/e/file"), trees.dir.path().join("out")).unwrap();
    trees.tell(&[]);
    fs::remove_file(trees.b().join("d/two")).unwrap();
    fs::hard_link(trees.b().join("d/e/file"), trees.b().join("d/new")).unwrap();
    fs::write(trees.b().join("d/two"), "linked").unwrap();
    trees.level();
    trees.tell(&[
        "extra    d/new: file",
        "hardlink d/one: src=d/one dst=<alone>",
        "hardlink d/two: src=d/one dst=<alone>",
    ]);
    // A group that is merged with another one.
    fs::remove_file(trees.b().join("d/new")).unwrap();
    fs::remove_file(trees.b().join("d/two")).unwrap();
    fs::remove_file(trees.b().join("d/e/file")).unwrap();
    fs::remove_file(trees.a().join("d/e/file")).unwrap();
    fs::write(trees.a().join("d/e/file"), "linked").unwrap();
    fs::hard_link(trees.b().join("d/one"), trees.b().join("d/two")).unwrap();
    fs::hard_link(trees.b().join("d/one"), trees.b().join("d/e/file")).unwrap();
    trees.level();
    trees.tell(&[
        "hardlink d/e/file: src=<alone> dst=d/e/file",
        "hardlink d/one: src=d/one dst=d/e/file",
        "hardlink d/two: src=d/one dst=d/e/file",
    ]);
}

#[test]
fn names_of_any_bytes_stay_on_one_line() {
    let trees = Trees::new();
    let name = OsStr::from_bytes(b"a\nb\xff\\ \x7f");
    fs::write(trees.a().join(name), "").unwrap();
    trees.level();
    trees.tell(&["missing  a\\x0ab\\xff\\x5c \\x7f: file"]);
}

#[test]
fn a_large_file_is_compared_in_pieces_to_its_first_difference() {
    let trees = Trees {
        workers: 4,
        ..Trees::new()
    };
    let size = 5 * files::PIECE + 12345;
    for side in [trees.a(), trees.b()] {
        let file = fs::File::create(side.join("large")).unwrap();
        file.set_len(size).unwrap();
        file.write_all_at(b"data", 3 * files::PIECE + 7).unwrap();
    }
    trees.level();
    trees.tell(&[]);
    // In the last byte, which is behind a hole on the other side.
    let file = fs::OpenOptions::new();
    let open = || {
        file.clone()
            .write(true)
            .open(trees.b().join("large"))
            .unwrap()
    };
    open().write_all_at(b"X", size - 1).unwrap();
    trees.level();
    let at = |at: u64| format!("content  large: src=differs from byte {at} dst=of {size}");
    trees.tell(&[&at(size - 1)]);
    // And in others before it, of which the first is told.
    open().write_all_at(b"X", 3 * files::PIECE + 8).unwrap();
    open().write_all_at(b"X", 2 * files::PIECE - 1).unwrap();
    trees.level();
    trees.tell(&[&at(2 * files::PIECE - 1)]);
}

#[test]
fn holes_that_were_filled_are_told() {
    let mut trees = Trees::new();
    for side in [trees.a(), trees.b()] {
        let file = fs::File::create(side.join("sparse")).unwrap();
        file.set_len(1 << 20).unwrap();
    }
    trees.level();
    trees.tell(&[]);
    fs::write(trees.b().join("sparse"), vec![0; 1 << 20]).unwrap();
    rustix::fs::fsync(fs::File::open(trees.b().join("sparse")).unwrap()).unwrap();
    trees.level();
    let outcome = trees.run();
    assert_eq!(outcome.verified.of(Kind::Sparse), 1);
    assert_eq!(outcome.lines.len(), 1, "{:?}", outcome.lines);
    trees.options.sparse_slack = 2 << 20;
    trees.tell(&[]);
}

#[test]
fn kinds_can_be_left_out() {
    let mut trees = Trees::new();
    fs::write(trees.b().join("d/e/file"), "longer contents").unwrap();
    fs::create_dir_all(trees.b().join("extra/inner")).unwrap();
    set_mtime(&trees.b().join("d/e"), 3, 0);
    set_mtime(&trees.b().join("d/e/file"), 3, 0);
    set_mtime(&trees.b(), 3, 0);
    trees.options.ignore = "size,extra,mtime:file".parse().unwrap();
    let lines = trees.run().lines;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("mtime    .: "), "{lines:?}");
    trees.options.ignore = "size,extra,mtime".parse().unwrap();
    trees.tell(&[]);
}

#[test]
fn entries_that_the_rules_leave_out_are_on_neither_side() {
    let mut trees = Trees::new();
    fs::write(trees.b().join("x.o"), "").unwrap();
    fs::write(trees.a().join("d/y.o"), "").unwrap();
    fs::create_dir(trees.b().join("skipped")).unwrap();
    fs::write(trees.b().join("skipped/f"), "").unwrap();
    // In what is on one side alone, too.
    for lone in [trees.a().join("only a"), trees.b().join("only b")] {
        fs::create_dir_all(lone.join("skipped")).unwrap();
        fs::write(lone.join("z.o"), "").unwrap();
        fs::write(lone.join("z"), "").unwrap();
    }
    trees.level();
    assert_eq!(trees.run().lines.len(), 4 + 4 + 4);
    let mut filter = crate::copy::filter::Filter::new();
    for rule in [&b"*.o"[..], b"skipped/"] {
        filter.push(Rule::parse(RuleKind::Exclude, rule).unwrap());
    }
    trees.options.filter = Arc::new(filter);
    let lines = [
        "extra    only b/z: file",
        "extra    only b: dir",
        "missing  only a/z: file",
        "missing  only a: dir",
    ];
    trees.tell(&lines);
    // Sizes are the source's: what the destination has besides is more than was asked for.
    trees.options.sizes = SizeLimits {
        min: 1,
        ..SizeLimits::default()
    };
    trees.tell(&[lines[0], lines[1], lines[3]]);
}

#[test]
fn the_trees_may_be_files_and_links_to_them() {
    let trees = Trees::new();
    let (a, b) = (trees.a().join("d/e/file"), trees.b().join("d/e/file"));
    let to_b = trees.dir.path().join("to b");
    symlink(&b, &to_b).unwrap();
    let run = |a: &Path, b: &Path| compare(a, b, trees.options.clone(), 2);
    let outcome = run(&a, &to_b);
    assert_eq!(outcome.lines, Vec::<String>::new());
    assert!(outcome.verified.is_whole);
    assert_eq!(outcome.verified.bytes, 8);
    fs::write(&b, "conTents").unwrap();
    set_mtime(&b, 1_000_000_000, 0);
    let lines = run(&a, &to_b).lines;
    assert_eq!(lines, ["content  .: src=differs from byte 3 dst=of 8"]);
    let lines = run(&trees.a(), &b).lines;
    assert_eq!(lines, ["type     .: src=dir dst=file"]);
    let to_a = trees.dir.path().join("to a");
    symlink(trees.a(), &to_a).unwrap();
    assert_eq!(run(&to_a, &trees.a()).lines, Vec::<String>::new());
}

#[test]
fn attributes_of_files_and_directories_are_compared() {
    use rustix::fs::{XattrFlags, setxattr};

    let trees = Trees::new();
    let set = |path: &Path, value: &[u8]| setxattr(path, "user.k", value, XattrFlags::empty());
    if set(&trees.a().join("d/e/file"), b"v\n").is_err() {
        // The file system of temporary files has none.
        return;
    }
    set(&trees.b().join("d/e/file"), b"w").unwrap();
    set(&trees.b().join("d"), &[b'x'; 3000]).unwrap();
    let outcome = trees.run();
    assert_eq!(outcome.lines.len(), 2);
    let long = format!("user.k={}", "x".repeat(93));
    assert_eq!(
        outcome.lines,
        [
            "xattr    d/e/file: src=user.k=v\\x0a dst=user.k=w".to_owned(),
            format!("xattr    d: src=user.k=<none> dst={long}...(3007)"),
        ]
    );
}
