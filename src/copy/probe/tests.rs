//! Probes on real directories; each error by its whole text.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;

/// `src` with `sub` in it, `dst`, and a file.
fn tree() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("src/sub")).unwrap();
    fs::create_dir(dir.path().join("dst")).unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    dir
}

/// What the probe says, with the tree's own path left out.
fn probed(tree: &TempDir, from: &str, to: &str) -> String {
    match copy(&tree.path().join(from), &tree.path().join(to)) {
        Ok(()) => "good".to_owned(),
        Err(error) => error
            .to_string()
            .replace(&format!("{}/", tree.path().display()), ""),
    }
}

#[test]
fn a_destination_may_be_there_or_be_missing() {
    let tree = tree();
    symlink("dst", tree.path().join("to-dst")).unwrap();
    for to in [
        "dst",
        "dst/",
        "new",
        "new/deep/er",
        "to-dst",
        "to-dst/new",
        "dst/../new",
    ] {
        assert_eq!(probed(&tree, "src", to), "good", "{to}");
    }
    assert_eq!(probed(&tree, "src/sub", "."), "good");
}

#[test]
fn nothing_is_made_by_looking() {
    let tree = tree();
    assert_eq!(probed(&tree, "src", "new/deep"), "good");
    assert!(!tree.path().join("new").exists());
}

#[test]
fn a_source_must_be_a_directory() {
    let tree = tree();
    assert_eq!(
        probed(&tree, "missing", "dst"),
        "cannot open directory `missing`: No such file or directory (os error 2); \
         give a directory that can be read"
    );
    assert_eq!(
        probed(&tree, "file", "dst"),
        "cannot open directory `file`: Not a directory (os error 20); \
         give a directory that can be read"
    );
}

#[test]
fn a_destination_must_not_be_a_file_or_below_one() {
    let tree = tree();
    symlink("nowhere", tree.path().join("dangling")).unwrap();
    for to in ["file", "file/new/deep", "dangling", "dangling/new"] {
        let there = to.split('/').next().unwrap();
        assert_eq!(
            probed(&tree, "src", to),
            format!("destination `{there}` is not a directory; remove it, or give another one")
        );
    }
}

#[test]
fn source_and_destination_must_differ() {
    let tree = tree();
    symlink("src", tree.path().join("alias")).unwrap();
    for to in ["src", "alias", "src/sub/..", "dst/../src"] {
        assert_eq!(
            probed(&tree, "src", to),
            format!("`src` and `{to}` are the same directory; give another destination")
        );
    }
}

#[test]
fn a_destination_must_not_be_inside_the_source() {
    let tree = tree();
    symlink("src/sub", tree.path().join("alias")).unwrap();
    for to in [
        "src/sub",
        "src/new",
        "src/sub/new/deep",
        "alias",
        "alias/new",
    ] {
        assert_eq!(
            probed(&tree, "src", to),
            format!(
                "destination `{to}` is inside the source `src`, which would be copied into \
                 itself; give a destination outside it"
            )
        );
    }
    // A name that begins like the source's is not inside it.
    assert_eq!(probed(&tree, "src", "src2"), "good");
}

#[test]
fn a_missing_directory_cannot_be_left_by_dots() {
    let tree = tree();
    assert_eq!(
        probed(&tree, "src", "new/../src/sub"),
        "destination `new/../src/sub` goes through a missing directory and `..`; \
         write it without `..`"
    );
}

#[test]
fn a_relative_destination_is_looked_for_here() {
    let tree = tree();
    let here = env::current_dir().unwrap();
    assert!(matches!(
        copy(&here, Path::new("prun-no-such-directory")),
        Err(ProbeError::Inside { .. })
    ));
    assert!(
        copy(
            &tree.path().join("src"),
            Path::new("prun-no-such-directory")
        )
        .is_ok()
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_destination_must_be_writable() {
    use rustix::process::{Uid, geteuid};
    use rustix::thread::set_thread_res_uid;
    use std::os::unix::fs::PermissionsExt as _;

    let tree = tree();
    fs::set_permissions(tree.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(tree.path().join("dst"), fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write everywhere, so one thread becomes another user for a while.
    let said = std::thread::scope(|scope| {
        let probing = scope.spawn(|| {
            if geteuid().is_root() {
                let nobody = Uid::from_raw(65534);
                set_thread_res_uid(nobody, nobody, nobody).unwrap();
            }
            probed(&tree, "src", "dst/new")
        });
        probing.join().unwrap()
    });
    assert_eq!(
        said,
        "cannot use `dst` for the destination: Permission denied (os error 13)"
    );
}
