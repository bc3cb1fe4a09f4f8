//! The walk on real trees.

mod changes;
mod deep;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use rustix::fs::{FileType, mknodat};
use tempfile::TempDir;

use super::*;

/// What a walk told: paths with their kinds, and messages of errors.
#[derive(Debug, Default, PartialEq)]
struct Told {
    entries: BTreeMap<Vec<u8>, Kind>,
    errors: Vec<String>,
}

/// Walks to the end, and checks what holds of every walk.
fn told(walk: &mut Walk) -> Told {
    let mut told = Told::default();
    loop {
        match walk.next_entry() {
            None => return told,
            Some(Err(error)) => told.errors.push(error.to_string()),
            Some(Ok(entry)) => {
                let names = entry.path.split(|byte| *byte == b'/').count();
                let depth = if entry.path == b"." { 0 } else { names };
                assert_eq!(entry.depth, depth);
                let twice = told.entries.insert(entry.path.to_vec(), entry.kind);
                assert_eq!(twice, None, "{entry:?} was told twice");
            }
        }
    }
}

fn walk(root: &Path, options: Options) -> Told {
    told(&mut Walk::new(root, options).unwrap())
}

fn all(root: &Path) -> Told {
    walk(root, Options::default())
}

fn paths(told: &Told) -> Vec<&str> {
    assert_eq!(told.errors, Vec::<String>::new());
    let paths = told.entries.keys();
    paths.map(|path| str::from_utf8(path).unwrap()).collect()
}

/// A directory with one entry of each kind that an ordinary user can make.
fn zoo() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("d/empty")).unwrap();
    fs::write(dir.path().join("d/file"), "12345").unwrap();
    symlink("nowhere", dir.path().join("link")).unwrap();
    symlink("..", dir.path().join("d/loop")).unwrap();
    let fd = fs::File::open(dir.path()).unwrap();
    mknodat(&fd, "fifo", FileType::Fifo, Mode::RWXU, 0).unwrap();
    drop(UnixListener::bind(dir.path().join("socket")).unwrap());
    dir
}

fn select(root: &Path, select: Select) -> Told {
    let options = Options {
        select,
        ..Options::default()
    };
    walk(root, options)
}

#[test]
fn every_kind_is_told_and_no_symlink_followed() {
    let zoo = zoo();
    let told = all(zoo.path());
    let expected = [
        ("d", Kind::Directory),
        ("d/empty", Kind::Directory),
        ("d/file", Kind::File),
        ("d/loop", Kind::Symlink),
        ("fifo", Kind::Fifo),
        ("link", Kind::Symlink),
        ("socket", Kind::Socket),
    ];
    let expected = expected.map(|(path, kind)| (path.as_bytes().to_vec(), kind));
    assert_eq!(told.entries, BTreeMap::from(expected));
    assert_eq!(told.errors, Vec::<String>::new());
}

#[test]
fn selections_part_the_tree() {
    let zoo = zoo();
    let root = zoo.path();
    assert_eq!(paths(&select(root, Select::Directories)), ["d", "d/empty"]);
    assert_eq!(
        paths(&select(root, Select::NonDirectories)),
        ["d/file", "d/loop", "fifo", "link", "socket"]
    );
    assert_eq!(
        paths(&select(root, Select::FilesAndLinks)),
        ["d/file", "d/loop", "link"]
    );
    assert_eq!(paths(&select(root, Select::Specials)), ["fifo", "socket"]);
}

#[test]
fn a_directory_comes_before_what_is_in_it() {
    let dir = tempfile::tempdir().unwrap();
    for path in ["a/b/c", "a/d", "e/f/g/h"] {
        fs::create_dir_all(dir.path().join(path)).unwrap();
    }
    let mut walk = Walk::new(dir.path(), Options::default()).unwrap();
    let mut seen: Vec<Vec<u8>> = Vec::new();
    while let Some(entry) = walk.next_entry() {
        let path = entry.unwrap().path.to_vec();
        if let Some(slash) = path.iter().rposition(|byte| *byte == b'/') {
            assert!(seen.iter().any(|parent| *parent == path[..slash]));
        }
        seen.push(path);
    }
    assert_eq!(seen.len(), 8);
}

#[test]
fn the_root_is_told_first_if_asked_for() {
    let zoo = zoo();
    let options = Options {
        root: Root::Included,
        select: Select::Directories,
        ..Options::default()
    };
    let mut started = Walk::new(zoo.path(), options).unwrap();
    let first = started.next_entry().unwrap().unwrap();
    assert_eq!((first.path, first.depth), (&b"."[..], 0));
    assert_eq!(paths(&walk(zoo.path(), options)), [".", "d", "d/empty"]);
    let options = Options {
        select: Select::Specials,
        ..options
    };
    assert_eq!(paths(&walk(zoo.path(), options)), ["fifo", "socket"]);
}

#[test]
fn sizes_are_those_of_regular_files() {
    let zoo = zoo();
    let options = Options {
        sizes: Sizes::Told,
        ..Options::default()
    };
    let mut walk = Walk::new(zoo.path(), options).unwrap();
    let mut sizes = BTreeMap::new();
    while let Some(entry) = walk.next_entry() {
        let entry = entry.unwrap();
        sizes.extend(entry.size.map(|size| (entry.path.to_vec(), size)));
    }
    assert_eq!(sizes, BTreeMap::from([(b"d/file".to_vec(), 5)]));
}

#[test]
fn names_of_one_file_have_their_inode_in_common() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("alone"), "").unwrap();
    fs::create_dir(dir.path().join("d")).unwrap();
    fs::write(dir.path().join("one"), "").unwrap();
    fs::hard_link(dir.path().join("one"), dir.path().join("d/two")).unwrap();
    let options = Options {
        links: Links::Told,
        ..Options::default()
    };
    let mut walk = Walk::new(dir.path(), options).unwrap();
    let mut linked = BTreeMap::new();
    while let Some(entry) = walk.next_entry() {
        let entry = entry.unwrap();
        linked.extend(entry.linked.map(|linked| (entry.path.to_vec(), linked)));
    }
    let names: Vec<&[u8]> = linked.keys().map(Vec::as_slice).collect();
    assert_eq!(names, [&b"d/two"[..], b"one"]);
    let both: Vec<_> = linked.values().collect();
    assert_eq!(both[0], both[1]);
    assert_eq!(both[0].names, 2);
}

#[test]
fn an_unknown_kind_is_asked_for() {
    let zoo = zoo();
    let fd = fs::File::open(zoo.path()).unwrap();
    let ask = |name| {
        let fd = rustix::fd::AsFd::as_fd(&fd);
        look(Some(fd), name, FileType::Unknown, Options::default())
    };
    assert_eq!(ask(c"d").unwrap(), (Kind::Directory, More::default()));
    assert_eq!(ask(c"link").unwrap(), (Kind::Symlink, More::default()));
    assert_eq!(ask(c"fifo").unwrap(), (Kind::Fifo, More::default()));
    let vanished = ask(c"vanished").unwrap_err();
    assert_eq!(vanished.kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_root_may_be_a_symlink_and_end_in_slashes() {
    let zoo = zoo();
    let expected = all(zoo.path());
    let outside = tempfile::tempdir().unwrap();
    let link = outside.path().join("link");
    symlink(zoo.path(), &link).unwrap();
    assert_eq!(all(&link), expected);
    assert_eq!(all(&zoo.path().join("d/..//")), expected);
}

#[test]
fn a_root_that_is_no_directory_is_an_error_at_once() {
    let zoo = zoo();
    for (name, text) in [
        ("missing", "No such file or directory (os error 2)"),
        ("d/file", "Not a directory (os error 20)"),
        ("link", "No such file or directory (os error 2)"),
    ] {
        let root = zoo.path().join(name);
        let error = Walk::new(&root, Options::default()).map(drop).unwrap_err();
        assert_eq!(error.op, WalkOp::OpenRoot);
        assert_eq!(
            error.to_string(),
            format!("cannot open directory `{}`: {text}", root.display())
        );
    }
}

#[test]
fn names_are_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let long = vec![b'n'; 255];
    let names: [&[u8]; 8] = [
        b"new\nline",
        b"\xff\xfe not UTF-8",
        b" ",
        b"-rf",
        b"<>",
        b"...",
        b"a\\'\"$(x)",
        &long,
    ];
    let mut expected = BTreeMap::new();
    for name in names {
        let inner = [name, b"/", name].concat();
        fs::create_dir(dir.path().join(OsStr::from_bytes(name))).unwrap();
        fs::write(dir.path().join(OsStr::from_bytes(&inner)), "").unwrap();
        expected.insert(name.to_vec(), Kind::Directory);
        expected.insert(inner, Kind::File);
    }
    assert_eq!(all(dir.path()).entries, expected);
}

#[test]
fn a_wide_directory_is_walked() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..3000 {
        fs::create_dir(dir.path().join(number.to_string())).unwrap();
    }
    assert_eq!(paths(&all(dir.path())).len(), 3000);
}
