//! The parallel tree on real directories: every entry once, whatever the shape,
//! the workers and the descriptors, and an end in every case.

mod scene;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use tempfile::TempDir;

use super::*;
use scene::{Pair, Recorder, Seen, deep, go, limited, names, without_stop};

/// A directory of every shape: wide, narrow, empty, with links and odd names.
fn zoo() -> (TempDir, BTreeSet<Vec<u8>>) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    for outer in 0..20 {
        for inner in 0..5 {
            fs::create_dir_all(root.join(format!("d{outer}/e{inner}"))).unwrap();
            fs::write(root.join(format!("d{outer}/e{inner}/f")), "x").unwrap();
        }
    }
    fs::create_dir_all(root.join("wide/empty")).unwrap();
    for number in 0..3000 {
        fs::write(root.join(format!("wide/{number}")), "").unwrap();
    }
    symlink("wide", root.join("link")).unwrap();
    let odd = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"n\xff\nl");
    fs::write(root.join(odd), "").unwrap();
    let all = names(root);
    assert_eq!(all.len(), 20 + 100 + 100 + 1 + 1 + 3000 + 2);
    (dir, all)
}

#[test]
fn every_entry_is_visited_once_and_directories_are_left_last() {
    let (dir, all) = zoo();
    for workers in [1, 2, 8, 33] {
        for held in [1, 2, 3, 4, 100] {
            let recorder = Recorder::default();
            go(dir.path(), &recorder, workers, held, without_stop);
            let seen = recorder.seen();
            assert_eq!(seen.all(), all, "{workers} workers, {held} held");
            assert_eq!(seen.lost, Vec::new(), "{workers} workers, {held} held");
            assert_eq!(seen.walked, 1, "{workers} workers, {held} held");
            assert!(seen.is_root_left);
        }
    }
}

#[test]
fn an_empty_root_is_listed_and_left() {
    let dir = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    go(dir.path(), &recorder, 4, 1, without_stop);
    let seen = recorder.seen();
    assert_eq!(seen.all(), BTreeSet::new());
    assert_eq!(seen.listed, [Vec::<u8>::new()]);
    assert!(seen.is_root_left);
}

/// Deeper than any path may be long, and than a stack allows frames.
#[test]
fn a_deep_tree_needs_neither_stack_nor_descriptors() {
    const DEPTH: usize = 3000;
    let dir = deep(DEPTH);
    for held in [1, 4, 1000] {
        let recorder = Recorder::default();
        go(dir.path(), &recorder, 4, held, without_stop);
        let seen = recorder.seen();
        assert_eq!(seen.lost, Vec::new(), "{held} held");
        // A directory and a file on each level.
        assert_eq!(seen.entered.len(), DEPTH, "{held} held");
        assert_eq!(seen.entries.len(), DEPTH, "{held} held");
        let longest = seen.entries.iter().map(Vec::len).max();
        assert_eq!(longest, Some(DEPTH * 9 + 1), "{held} held");
        assert!(seen.is_root_left);
    }
}

/// A directory of which a part has been read holds a descriptor: there must
/// not be one for each level.
#[test]
fn wide_directories_in_each_other_need_few_descriptors() {
    const DEPTH: usize = 10;
    if !limited(16) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut here = dir.path().to_path_buf();
    for _ in 0..DEPTH {
        // More than one chunk of directories, so that some are to be entered while others are still to be read.
        for number in 0..=CHUNK {
            fs::create_dir(here.join(format!("d{number}"))).unwrap();
        }
        here = here.join("d7");
    }
    let recorder = Recorder::default();
    go(dir.path(), &recorder, 1, 2, without_stop);
    let seen = recorder.seen();
    assert_eq!(seen.lost.len(), 0);
    assert_eq!(seen.failed_listings.len(), 0);
    assert_eq!(seen.entered.len(), DEPTH * (CHUNK + 1));
    assert!(seen.is_root_left);
}

#[test]
fn a_stop_ends_every_worker_and_leaves_the_rest() {
    let (dir, all) = zoo();
    for at in [0, 1, 700, 2000] {
        let recorder = Recorder::default();
        let visited = &recorder.visits;
        go(dir.path(), &recorder, 4, 2, || {
            if visited.load(Ordering::Acquire) >= at {
                Stop::Soon
            } else {
                Stop::No
            }
        });
        let seen = recorder.seen();
        assert!(!seen.is_root_left, "stopped at {at}");
        assert!(seen.entries.len() >= at, "stopped at {at}");
        // A worker looks before each entry.
        assert!(seen.entries.len() < at + 4 + 1, "stopped at {at}");
        assert!(seen.all().is_subset(&all));
    }
}

#[test]
fn a_directory_is_left_after_the_pieces_of_its_files() {
    let (dir, all) = zoo();
    let recorder = Recorder {
        pieces: 3,
        ..Recorder::default()
    };
    go(dir.path(), &recorder, 4, 3, without_stop);
    let seen = recorder.seen();
    assert_eq!(seen.all(), all);
    assert_eq!(seen.pieces, seen.entries.len() * 3);
    assert!(seen.is_root_left);
}

const IN_TURN: Handouts = Handouts {
    names: Handout::InTurn,
    directories: Handout::InTurn,
};

#[test]
fn every_entry_is_visited_once_also_in_turn_and_with_helpers() {
    let (dir, all) = zoo();
    for handouts in [IN_TURN, Handouts::default()] {
        for (workers, helpers) in [(1, 1), (2, 8), (8, 3)] {
            let recorder = Recorder {
                pieces: 2,
                helpers,
                handouts,
                ..Recorder::default()
            };
            go(dir.path(), &recorder, workers, 3, without_stop);
            let seen = recorder.seen();
            assert_eq!(seen.all(), all, "{handouts:?}");
            assert_eq!(seen.lost, Vec::new(), "{handouts:?}");
            assert_eq!(seen.pieces, seen.entries.len() * 2, "{handouts:?}");
            assert!(seen.aside > 0, "helpers do something");
            assert!(seen.is_root_left);
        }
    }
}

/// Two: what the second asks before it holds the directory is asked meanwhile.
#[test]
fn of_names_that_go_in_turn_two_are_visited_at_once() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..300 {
        fs::write(dir.path().join(number.to_string()), "").unwrap();
    }
    let both_here = std::sync::Barrier::new(2);
    let now = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (here, highest) = (Arc::clone(&now), Arc::clone(&most));
    let first = AtomicUsize::new(0);
    let recorder = Recorder {
        handouts: IN_TURN,
        on_entry: Box::new(move |_| {
            let count = here.fetch_add(1, Ordering::AcqRel) + 1;
            highest.fetch_max(count, Ordering::AcqRel);
            if first.fetch_add(1, Ordering::AcqRel) < 2 {
                both_here.wait();
            }
            std::thread::yield_now();
            here.fetch_sub(1, Ordering::AcqRel);
        }),
        ..Recorder::default()
    };
    go(dir.path(), &recorder, 16, 1, without_stop);
    assert_eq!(recorder.seen().entries.len(), 300);
    assert_eq!(most.load(Ordering::Acquire), 2);
}

/// A stop with names kept back and pieces put aside: all come back.
#[test]
fn a_stop_ends_helpers_and_those_whose_turn_has_not_come() {
    let (dir, _) = zoo();
    for at in [0, 1, 50, 900] {
        let recorder = Recorder {
            pieces: 1,
            helpers: 4,
            handouts: IN_TURN,
            ..Recorder::default()
        };
        let visited = &recorder.visits;
        go(dir.path(), &recorder, 4, 2, || {
            if visited.load(Ordering::Acquire) >= at {
                Stop::Soon
            } else {
                Stop::No
            }
        });
        let seen = recorder.seen();
        assert!(!seen.is_root_left, "stopped at {at}");
        assert_eq!(seen.pieces, seen.entries.len(), "what was begun is ended");
    }
}

/// Removes or replaces `d3` while one of its entries is visited, with a single
/// directory held, so that it must be found again for what is left of it.
fn meddle(way: RenameFlags) -> Seen {
    let pair = Pair::new();
    let root = pair.from().to_path_buf();
    for number in 0..6 {
        for below in 0..60 {
            let below = root.join(format!("d{number}/e{below}"));
            fs::create_dir_all(&below).unwrap();
            fs::write(below.join("f"), "x").unwrap();
        }
    }
    let other = pair.to().join("d3");
    if way == RenameFlags::EXCHANGE {
        fs::create_dir(&other).unwrap();
        fs::write(other.join("new"), "").unwrap();
    }
    let met = AtomicUsize::new(0);
    let recorder = Recorder {
        on_entry: Box::new(move |path| {
            if path.starts_with(b"d3/") && met.fetch_add(1, Ordering::AcqRel) == 0 {
                renameat_with(CWD, root.join("d3"), CWD, &other, way).unwrap();
            }
        }),
        ..Recorder::default()
    };
    go(pair.from(), &recorder, 2, 1, without_stop);
    recorder.seen()
}

#[test]
fn a_directory_that_vanishes_is_told_and_ends_nothing_else() {
    let seen = meddle(RenameFlags::NOREPLACE);
    assert!(seen.is_root_left);
    assert!(!seen.lost.is_empty());
    for (path, errno) in &seen.lost {
        assert!(path.starts_with(b"d3"), "{}", path.escape_ascii());
        assert_eq!(*errno, Errno::NOENT);
    }
    let others = seen.entries.iter().filter(|path| !path.starts_with(b"d3"));
    assert_eq!(others.count(), 5 * 60);
}

#[test]
fn a_directory_that_is_replaced_is_not_taken_for_the_first_one() {
    let seen = meddle(RenameFlags::EXCHANGE);
    assert!(seen.is_root_left);
    assert!(!seen.lost.is_empty());
    for (path, errno) in &seen.lost {
        assert!(path.starts_with(b"d3"), "{}", path.escape_ascii());
        assert_eq!(*errno, Errno::STALE);
    }
    assert!(!seen.entries.contains(b"d3/new".as_slice()));
    let others = seen.entries.iter().filter(|path| !path.starts_with(b"d3"));
    assert_eq!(others.count(), 5 * 60);
}

/// What only the other side has is entered on request, and found again there.
#[test]
fn directories_of_the_other_side_are_entered_on_request() {
    let pair = Pair::new();
    fs::create_dir_all(pair.from().join("both/of from")).unwrap();
    fs::create_dir_all(pair.to().join("both")).unwrap();
    for outer in 0..4 {
        for inner in 0..40 {
            let below = format!("both/extra{outer}/{inner}");
            fs::create_dir_all(pair.to().join(&below)).unwrap();
            fs::write(pair.to().join(below).join("f"), "").unwrap();
        }
    }
    for held in [1, 4, 100] {
        let recorder = Recorder::default();
        pair.go(&recorder, 3, held);
        let seen = recorder.seen();
        assert_eq!(seen.lost, Vec::new(), "{held} held");
        let both: BTreeSet<_> = names(pair.from())
            .union(&names(pair.to()))
            .cloned()
            .collect();
        assert_eq!(seen.all(), both, "{held} held");
        assert!(seen.is_root_left);
    }
}

#[test]
fn many_workers_on_few_names_all_come_back() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("one"), "").unwrap();
    for _ in 0..50 {
        let recorder = Recorder::default();
        go(dir.path(), &recorder, 64, 1, without_stop);
        assert_eq!(recorder.seen().entries.len(), 1);
    }
}

/// The names of one directory are shared by as many workers as there are: the
/// first visits wait for each other here, each on its own thread.
#[test]
fn names_of_one_directory_are_shared_by_all_workers() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..64 {
        fs::write(dir.path().join(number.to_string()), "").unwrap();
    }
    let all_here = std::sync::Barrier::new(8);
    let first = AtomicUsize::new(0);
    let recorder = Recorder {
        on_entry: Box::new(move |_| {
            if first.fetch_add(1, Ordering::AcqRel) < 8 {
                all_here.wait();
            }
        }),
        ..Recorder::default()
    };
    go(dir.path(), &recorder, 8, 1, without_stop);
    assert_eq!(recorder.seen().entries.len(), 64);
}

fn bytes(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}
