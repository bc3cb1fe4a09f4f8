//! Trees that may not be read, or that change while they are walked.

use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::super::*;
use super::{Told, told, zoo};

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_opened_is_an_error_and_the_walk_goes_on() {
    use rustix::process::{Uid, geteuid};
    use rustix::thread::set_thread_res_uid;
    use std::os::unix::fs::PermissionsExt as _;

    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for name in ["a", "closed/in", "z"] {
        fs::create_dir_all(at(name)).unwrap();
    }
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(at("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    let mut walk = Walk::new(dir.path(), Options::default()).unwrap();
    // Root may read everything, so one thread becomes another user for a while.
    let told = std::thread::scope(|scope| {
        let walking = scope.spawn(|| {
            if geteuid().is_root() {
                let nobody = Uid::from_raw(65534);
                set_thread_res_uid(nobody, nobody, nobody).unwrap();
            }
            told(&mut walk)
        });
        walking.join().unwrap()
    });
    fs::set_permissions(at("closed"), fs::Permissions::from_mode(0o700)).unwrap();
    let expected = format!(
        "cannot open directory `{}`: Permission denied (os error 13); what is in it is left out",
        at("closed").display()
    );
    assert_eq!(told.errors, [expected]);
    let told: Vec<&[u8]> = told.entries.keys().map(Vec::as_slice).collect();
    assert_eq!(told, [&b"a"[..], b"closed", b"z"]);
}

/// Walks until the root has been read, and then does something to the tree.
fn walk_after_root(root: &Path, change: impl FnOnce()) -> Told {
    let mut walk = Walk::new(root, Options::default()).unwrap();
    let first = walk.next_entry().unwrap().unwrap().path.to_vec();
    // One entry told means that the kernel has handed over this small directory whole.
    change();
    let mut told = told(&mut walk);
    told.entries.insert(first, Kind::Directory);
    told
}

#[test]
fn a_directory_that_vanishes_is_an_error_and_the_walk_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("gone")).unwrap();
    fs::create_dir_all(dir.path().join("stays/in")).unwrap();
    let told = walk_after_root(dir.path(), || {
        fs::remove_dir(dir.path().join("gone")).unwrap();
    });
    let expected = format!(
        "cannot open directory `{}/gone`: No such file or directory (os error 2); \
         what is in it is left out",
        dir.path().display()
    );
    assert_eq!(told.errors, [expected]);
    assert!(told.entries.contains_key(&b"stays/in"[..]));
}

#[test]
fn a_symlink_put_in_a_directorys_place_is_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let outside = zoo();
    fs::create_dir(dir.path().join("swapped")).unwrap();
    let told = walk_after_root(dir.path(), || {
        fs::remove_dir(dir.path().join("swapped")).unwrap();
        symlink(outside.path(), dir.path().join("swapped")).unwrap();
    });
    assert_eq!(told.entries.len(), 1);
    assert_eq!(told.errors.len(), 1);
    assert!(
        told.errors[0].contains("Not a directory (os error 20)"),
        "{told:?}"
    );
}

/// Walks a tree of two branches to the end of the first one, which is so deep
/// that the directory they branch from is closed by then, moves a part of that
/// branch out of the tree, changes more, and walks on.
fn walk_branches(change: impl FnOnce(&Path)) -> (TempDir, Told) {
    let dir = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let deep = "d/".repeat(levels::HELD * 2);
    for branch in ["p", "q"] {
        let path = dir.path().join("top").join(branch).join(&deep);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("bottom"), "").unwrap();
    }
    let mut walk = Walk::new(dir.path(), Options::default()).unwrap();
    let branch = loop {
        let entry = walk.next_entry().unwrap().unwrap();
        if entry.path.ends_with(b"/bottom") {
            break OsStr::from_bytes(&entry.path[..5]).to_owned();
        }
    };
    fs::rename(dir.path().join(branch).join("d"), outside.path().join("d")).unwrap();
    change(dir.path());
    let told = told(&mut walk);
    (dir, told)
}

#[test]
fn a_directory_moved_away_does_not_lose_those_beside_it() {
    let (_dir, told) = walk_branches(|_| {});
    assert_eq!(told.errors, Vec::<String>::new());
    assert_eq!(told.entries.len(), levels::HELD * 2 + 1);
}

#[test]
fn a_directory_that_cannot_be_found_again_is_an_error() {
    let (dir, told) = walk_branches(|root| {
        fs::rename(root.join("top"), root.join("other")).unwrap();
    });
    let error = |text: &str| {
        format!(
            "cannot return to directory `{}/top`: {text}; \
             directories in it that were not walked so far are left out",
            dir.path().display()
        )
    };
    assert_eq!(
        told.errors,
        [error("No such file or directory (os error 2)")]
    );
    assert_eq!(told.entries.len(), 0);
}

#[test]
fn another_directory_in_the_place_of_one_is_not_taken_for_it() {
    let (_dir, told) = walk_branches(|root| {
        fs::rename(root.join("top"), root.join("other")).unwrap();
        fs::create_dir_all(root.join("top/q/other")).unwrap();
    });
    assert_eq!(told.errors.len(), 1);
    let stale = Errno::STALE.to_string();
    assert!(told.errors[0].contains(&stale), "{told:?}");
    assert_eq!(told.entries.len(), 0);
}
