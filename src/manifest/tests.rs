use std::collections::BTreeSet;
use std::os::unix::fs::symlink;

use super::*;
use crate::copy::Failure;

struct Nobody;

impl Reporter for Nobody {
    fn failure(&self, failure: Failure) {
        panic!("{failure:?}");
    }
}

struct Scene {
    dir: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("src")).unwrap();
        Self { dir }
    }

    fn file(&self, path: &str, size: usize) {
        let path = self.dir.path().join("src").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, vec![b'x'; size]).unwrap();
    }

    fn spec(&self, depth: usize, clients: u32, split: Split) -> Spec {
        Spec {
            source: self.dir.path().join("src"),
            destination: self.dir.path().join("dst"),
            depth,
            clients: NonZeroU32::new(clients).unwrap(),
            split,
            cut: Cut::Deeper,
            out: self.dir.path().join("out"),
            template: None,
        }
    }

    fn divide(spec: Spec) -> Result<Written, ManifestError> {
        let manifest = Manifest::new(spec, 3, Arc::new(Nobody));
        manifest.begin()?;
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| manifest.work(&|| Stop::No));
            }
        });
        manifest.finish(&|| Stop::No);
        manifest.outcome.into_inner().unwrap()
    }

    fn list(&self, name: &str) -> Vec<String> {
        let text = std::fs::read(self.dir.path().join("out").join(name)).unwrap();
        let paths = text
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty());
        paths
            .map(|path| String::from_utf8(path.to_vec()).unwrap())
            .collect()
    }
}

#[test]
fn in_turn_rows_go_round_as_sed_deals_them() {
    let scene = Scene::new();
    for name in ["b", "a-b", "a/deep", "c", "d", "e"] {
        scene.file(&format!("top/{name}/file"), 1);
    }
    let mut spec = scene.spec(2, 3, Split::Turn);
    spec.cut = Cut::No;
    let written = Scene::divide(spec).unwrap();
    let all = ["top/a", "top/a-b", "top/b", "top/c", "top/d", "top/e"];
    assert_eq!(scene.list("manifest.0"), all);
    assert_eq!(scene.list("client1.0"), ["top/a", "top/c"]);
    assert_eq!(scene.list("client2.0"), ["top/a-b", "top/d"]);
    assert_eq!(scene.list("client3.0"), ["top/b", "top/e"]);
    // src and top.
    assert_eq!(written.rest.entries, 2);
    let entries: u64 = written
        .clients
        .iter()
        .map(|share| share.amount.entries)
        .sum();
    assert_eq!(entries, 13);
    assert_eq!(written.spread(Split::Turn), Some(1.0));
}

#[test]
fn by_size_the_largest_come_first_and_shares_are_even() {
    let scene = Scene::new();
    for (name, size) in [("a", 10), ("b", 700), ("c", 300), ("d", 390), ("e", 20)] {
        scene.file(&format!("{name}/file"), size);
    }
    let mut spec = scene.spec(1, 2, Split::Size);
    spec.cut = Cut::No;
    let written = Scene::divide(spec).unwrap();
    assert_eq!(scene.list("client1.0"), ["b", "a"]);
    assert_eq!(scene.list("client2.0"), ["d", "c", "e"]);
    let bytes: Vec<u64> = written
        .clients
        .iter()
        .map(|share| share.amount.bytes)
        .collect();
    assert_eq!(bytes, [710, 710]);
}

#[test]
fn by_files_entries_are_even() {
    let scene = Scene::new();
    for number in 0..9 {
        scene.file(&format!("many/{number}"), 1);
    }
    for name in ["a", "b", "c", "d", "e"] {
        scene.file(&format!("{name}/large"), 1000);
    }
    let mut spec = scene.spec(1, 2, Split::Files);
    spec.cut = Cut::No;
    let written = Scene::divide(spec).unwrap();
    assert_eq!(scene.list("client1.0"), ["many"]);
    assert_eq!(written.clients[0].amount.entries, 10);
    assert_eq!(written.clients[1].amount.entries, 10);
}

#[test]
fn what_is_too_large_is_cut_and_nothing_is_lost() {
    let scene = Scene::new();
    scene.file("a/big/deeper/one", 4000);
    scene.file("a/big/deeper/two", 4000);
    scene.file("a/big/deeper/empty", 0);
    scene.file("a/big/other/small", 10);
    scene.file("a/big-b/small", 10);
    scene.file("a/shallow", 10);
    std::fs::create_dir(scene.dir.path().join("src/a/big/deeper/void")).unwrap();
    symlink("x", scene.dir.path().join("src/a/big/link")).unwrap();
    let written = Scene::divide(scene.spec(2, 2, Split::Size)).unwrap();
    let rows: BTreeSet<String> = scene.list("manifest.0").into_iter().collect();
    let expected = [
        "a/big-b",
        "a/big/deeper/empty",
        "a/big/deeper/one",
        "a/big/deeper/two",
        "a/big/deeper/void",
        "a/big/link",
        "a/big/other",
    ];
    assert_eq!(rows, expected.map(str::to_owned).into());
    // The source, a, a/shallow; big and deeper, which were cut.
    assert_eq!((written.cut, written.rest.entries), (2, 5));
    let entries: u64 = written
        .clients
        .iter()
        .map(|share| share.amount.entries)
        .sum();
    assert_eq!(entries + written.rest.entries, 14);
    assert!(written.spread(Split::Size).unwrap() < 1.01);
}

#[test]
fn fewer_rows_than_clients_are_an_error_that_leaves_nothing() {
    let scene = Scene::new();
    scene.file("a/b/file", 1);
    let error = Scene::divide(scene.spec(2, 3, Split::Turn)).unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("3 clients") && error.contains("depth 2"),
        "{error}"
    );
    let error = Scene::divide(scene.spec(7, 1, Split::Turn)).unwrap_err();
    assert!(
        matches!(error, ManifestError::Few { rows: 0, .. }),
        "{error}"
    );
    assert_eq!(
        std::fs::read_dir(scene.dir.path().join("out"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn lists_of_more_clients_are_not_left_beside_new_ones() {
    let scene = Scene::new();
    for name in ["a", "b", "c"] {
        scene.file(&format!("{name}/file"), 1);
    }
    Scene::divide(scene.spec(1, 3, Split::Turn)).unwrap();
    Scene::divide(scene.spec(1, 3, Split::Size)).unwrap();
    let error = Scene::divide(scene.spec(1, 2, Split::Turn)).unwrap_err();
    assert!(
        matches!(&error, ManifestError::Stale { path } if path.ends_with("client3")),
        "{error}"
    );
}

#[test]
fn lists_are_not_written_into_the_tree() {
    let scene = Scene::new();
    scene.file("a/file", 1);
    let mut spec = scene.spec(1, 1, Split::Turn);
    spec.out = spec.source.join("a/new/out");
    let error = Scene::divide(spec).unwrap_err();
    assert!(matches!(error, ManifestError::OutInside { .. }), "{error}");
    assert!(!scene.dir.path().join("src/a/new").exists());
}

#[test]
fn a_stopped_survey_writes_nothing() {
    let scene = Scene::new();
    scene.file("a/file", 1);
    let manifest = Manifest::new(scene.spec(1, 1, Split::Turn), 1, Arc::new(Nobody));
    manifest.begin().unwrap();
    manifest.work(&|| Stop::Soon);
    manifest.finish(&|| Stop::Soon);
    assert!(matches!(
        manifest.outcome(),
        Some(Err(ManifestError::Stopped))
    ));
    assert_eq!(
        std::fs::read_dir(scene.dir.path().join("out"))
            .unwrap()
            .count(),
        0
    );
}
