//! What cannot be looked at, what changes meanwhile, stops, and deep trees.

use rustix::fs::{OFlags, mkdirat, openat, unlinkat};

use super::*;
use crate::copy::Class as FailureClass;

#[test]
fn a_tree_that_is_not_there_is_an_error_and_nothing_is_compared() {
    let trees = Trees::new();
    let begin = |a: &Path, b: &Path| {
        let options = VerifyOptions::default();
        let verifier = Verifier::new(a, b, options, 2, Arc::new(Heard::default()));
        verifier.begin().unwrap_err().to_string()
    };
    let nowhere = trees.dir.path().join("nowhere");
    let text = begin(&nowhere, &trees.b());
    assert!(text.starts_with("cannot open source `"), "{text}");
    assert!(text.contains("No such file"), "{text}");
    let text = begin(&trees.a(), &nowhere);
    assert!(text.starts_with("cannot open destination `"), "{text}");
    let text = begin(Path::new("a\0b"), &trees.b());
    assert!(text.contains("has a NUL in it"), "{text}");
}

#[test]
fn what_may_not_be_read_is_trouble_and_no_difference() {
    if rustix::process::geteuid().is_root() {
        // Nothing is kept from root; tests/verify.rs does this as somebody else.
        return;
    }
    let trees = Trees::new();
    for side in [trees.a(), trees.b()] {
        chmod(&side.join("d/e"), 0o000);
    }
    let outcome = trees.run();
    for side in [trees.a(), trees.b()] {
        chmod(&side.join("d/e"), 0o700);
    }
    assert_eq!(outcome.lines, Vec::<String>::new());
    assert_eq!(outcome.trouble.len(), 1);
    assert_eq!(outcome.trouble[0].errno, Errno::ACCESS);
    assert_eq!(outcome.trouble[0].class, FailureClass::Failed);
}

#[test]
fn a_stop_leaves_a_comparison_unfinished() {
    let trees = Trees::new();
    let (a, b) = (trees.a(), trees.b());
    let run = |control: Control<'_>| compare_until(&a, &b, trees.options.clone(), 2, control);
    let outcome = run(&|| Stop::Soon);
    assert!(!outcome.verified.is_whole);
    assert_eq!(outcome.lines, Vec::<String>::new());
    // A large file is given up between its pieces, and links are not judged by a part.
    fs::remove_file(b.join("d/two")).unwrap();
    fs::write(b.join("d/two"), "linked").unwrap();
    for side in [&a, &b] {
        let file = fs::File::create(side.join("large")).unwrap();
        file.set_len(9 * files::PIECE).unwrap();
        // No hole on one side is enough for it to be read.
        std::os::unix::fs::FileExt::write_all_at(&file, b"x", 8 * files::PIECE).unwrap();
    }
    trees.level();
    let asked = AtomicUsize::new(0);
    for after in 0..40 {
        asked.store(0, Ordering::Release);
        let outcome = run(&|| {
            if asked.fetch_add(1, Ordering::AcqRel) < after {
                Stop::No
            } else {
                Stop::Soon
            }
        });
        if outcome.verified.is_whole {
            assert_eq!(outcome.verified.of(Kind::Hardlink), 2);
        } else {
            assert_eq!(outcome.verified.of(Kind::Hardlink), 0, "after {after}");
        }
    }
}

#[test]
fn paths_may_be_longer_than_path_max_on_either_side() {
    const DEPTH: usize = 60;
    let dir = tempfile::tempdir().unwrap();
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let name = "n".repeat(200);
    let open =
        |at: &rustix::fd::OwnedFd, name: &str| openat(at, name, flags, Mode::empty()).unwrap();
    let top = openat(CWD, dir.path(), flags, Mode::empty()).unwrap();
    for side in ["a", "b"] {
        mkdirat(&top, side, Mode::RWXU).unwrap();
        let mut here = open(&top, side);
        for _ in 0..DEPTH {
            mkdirat(&here, &name, Mode::RWXU).unwrap();
            here = open(&here, &name);
        }
        if side == "b" {
            mkdirat(&here, "extra", Mode::RWXU).unwrap();
        }
    }
    let options: VerifyOptions = VerifyOptions {
        ignore: "mtime".parse().unwrap(),
        ..VerifyOptions::default()
    };
    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    mkdirat(&top, "none", Mode::RWXU).unwrap();
    let none = dir.path().join("none");
    let same = compare(&a, &b, options.clone(), 3);
    let missing = compare(&a, &none, options.clone(), 3);
    let extra = compare(&none, &b, options, 3);
    for side in ["a", "b"] {
        let mut here = open(&top, side);
        for _ in 0..DEPTH {
            here = open(&here, &name);
        }
        let _ = unlinkat(&here, "extra", AtFlags::REMOVEDIR);
        for _ in 0..DEPTH {
            here = open(&here, "..");
            unlinkat(&here, &name, AtFlags::REMOVEDIR).unwrap();
        }
    }
    assert_eq!(same.lines.len(), 1);
    assert_eq!(same.verified.of(Kind::Extra), 1);
    assert_eq!(same.verified.source_entries, DEPTH as u64 + 1);
    assert_eq!(missing.verified.of(Kind::Missing), DEPTH as u64);
    assert_eq!(extra.verified.of(Kind::Extra), DEPTH as u64 + 1);
    for outcome in [same, missing, extra] {
        assert!(outcome.trouble.is_empty(), "{:?}", outcome.trouble);
        assert!(outcome.verified.is_whole);
    }
}

#[test]
fn following_symlinks_ends_at_a_loop() {
    let mut trees = Trees::new();
    let a = trees.a();
    fs::remove_file(a.join("link")).unwrap();
    symlink("..", a.join("d/e/up")).unwrap();
    symlink("d/e/file", a.join("link")).unwrap();
    let b = trees.b();
    fs::remove_file(b.join("link")).unwrap();
    fs::copy(b.join("d/e/file"), b.join("link")).unwrap();
    fs::create_dir(b.join("d/e/up")).unwrap();
    trees.level();
    set_mtime(&a.join("d/e/file"), 1_000_000_000, 0);
    trees.options.follow = crate::copy::Follow::Always;
    let outcome = trees.run();
    assert_eq!(outcome.lines, Vec::<String>::new());
    assert_eq!(outcome.trouble.len(), 1);
    assert_eq!(outcome.trouble[0].errno, Errno::LOOP);
    assert!(outcome.verified.is_whole);
}
