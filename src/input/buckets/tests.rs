//! Whole crawls of small trees.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::*;

struct Cut {
    scene: TempDir,
    lists: Arc<Lists>,
    buckets: Vec<Vec<Vec<u8>>>,
    directories: Vec<Vec<Vec<u8>>>,
    errors: Vec<String>,
    totals: CrawlTotals,
}

fn names(bucket: &Bucket) -> Vec<Vec<u8>> {
    let text = fs::read(&bucket.list).unwrap();
    let names: Vec<Vec<u8>> = text
        .split_inclusive(|byte| *byte == 0)
        .map(|name| name.strip_suffix(b"\0").unwrap().to_vec())
        .collect();
    assert_eq!(names.len() as u64, bucket.entries);
    names
}

/// Cuts `sources`, below the directory that `make` fills.
fn cut(sources: &[&str], fill: Fill, together: Together, make: impl FnOnce(&Path)) -> Cut {
    let scene = tempfile::tempdir().unwrap();
    make(scene.path());
    let lists = Arc::new(Lists::make(&scene.path().join("lists"), Keep::Failed).unwrap());
    let sources = sources.iter().map(|source| {
        let path = [scene.path().as_os_str().as_bytes(), b"/", source.as_bytes()].concat();
        path.clone()
    });
    let mut crawl = Crawl::new(sources.collect(), fill, together, "s", Arc::clone(&lists));
    let (mut buckets, mut errors) = (Vec::new(), Vec::new());
    while let Some(next) = crawl.next_bucket() {
        match next {
            Ok(bucket) => {
                assert!(bucket.list.is_absolute());
                buckets.push(names(&bucket));
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    Cut {
        directories: crawl.directories().iter().map(names).collect(),
        totals: crawl.totals(),
        scene,
        lists,
        buckets,
        errors,
    }
}

fn up_to(entries: u64) -> Fill {
    Fill::UpTo {
        entries,
        bytes: u64::MAX,
    }
}

fn sorted(names: &[Vec<u8>]) -> BTreeSet<&[u8]> {
    names.iter().map(Vec::as_slice).collect()
}

fn tree(root: &Path) {
    fs::create_dir_all(root.join("src/d/empty")).unwrap();
    fs::write(root.join("src/d/one"), "12345").unwrap();
    fs::write(root.join(OsStr::from_bytes(b"src/d/\n\xff -x")), "1").unwrap();
    symlink("nowhere", root.join("src/link")).unwrap();
}

#[test]
fn contents_are_named_from_the_tree_and_the_tree_from_its_parent() {
    let bare = cut(&["src/"], up_to(9), Together::No, tree);
    let expected: [&[u8]; 3] = [b"d/\n\xff -x", b"d/one", b"link"];
    assert_eq!(sorted(&bare.buckets[0]), BTreeSet::from(expected));
    let expected: [&[u8]; 3] = [b".", b"d", b"d/empty"];
    assert_eq!(sorted(&bare.directories[0]), BTreeSet::from(expected));
    assert_eq!(
        (
            bare.totals.entries,
            bare.totals.bytes,
            bare.totals.directories
        ),
        (3, 6, 3)
    );
    let named = cut(&["src"], up_to(9), Together::No, tree);
    let expected: [&[u8]; 3] = [b"src/d/\n\xff -x", b"src/d/one", b"src/link"];
    assert_eq!(sorted(&named.buckets[0]), BTreeSet::from(expected));
    let expected: [&[u8]; 3] = [b"src", b"src/d", b"src/d/empty"];
    assert_eq!(sorted(&named.directories[0]), BTreeSet::from(expected));
}

#[test]
fn no_name_is_a_comment() {
    let make = |root: &Path| {
        fs::create_dir_all(root.join("src/#d")).unwrap();
        fs::write(root.join("src/#d/#f"), "").unwrap();
        fs::write(root.join("src/;g"), "").unwrap();
        fs::write(root.join("#one"), "").unwrap();
    };
    let cut = cut(&["src/", "#one"], up_to(9), Together::HardLinks, make);
    let expected: [&[u8]; 2] = [b"./#d/#f", b"./;g"];
    assert_eq!(sorted(&cut.buckets[0]), BTreeSet::from(expected));
    let expected: [&[u8]; 2] = [b".", b"./#d"];
    assert_eq!(sorted(&cut.directories[0]), BTreeSet::from(expected));
    assert_eq!(cut.buckets[1], [b"./#one"]);
}

#[test]
fn several_sources_never_share_a_bucket_or_a_list() {
    let cut = cut(&["src/link", "src/", "src/d"], up_to(2), Together::No, tree);
    let sizes: Vec<usize> = cut.buckets.iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, 2, 1, 2]);
    assert_eq!(cut.buckets[0], [b"link"]);
    assert_eq!(cut.directories.len(), 2);
    assert_eq!(cut.totals.buckets, 4);
}

#[test]
fn names_of_one_file_are_in_one_bucket() {
    let make = |root: &Path| {
        for number in 0..9 {
            let directory = root.join(format!("src/{number}"));
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join("own"), "").unwrap();
            if number == 0 {
                fs::write(directory.join("shared"), "1234567").unwrap();
                fs::hard_link(directory.join("shared"), root.join("outside")).unwrap();
            } else {
                fs::hard_link(root.join("src/0/shared"), directory.join("shared")).unwrap();
            }
        }
    };
    let apart = cut(&["src/"], up_to(2), Together::No, make);
    assert_eq!(apart.totals.bytes, 63);
    let cut = cut(&["src/"], up_to(2), Together::HardLinks, make);
    // Once: the bytes are copied once.
    assert_eq!((cut.totals.entries, cut.totals.bytes), (18, 7));
    let mut shared = BTreeMap::new();
    for (number, bucket) in cut.buckets.iter().enumerate() {
        for name in bucket.iter().filter(|name| name.ends_with(b"shared")) {
            shared
                .entry(number)
                .or_insert_with(Vec::new)
                .push(name.clone());
        }
    }
    assert_eq!(shared.len(), 1, "{shared:?}");
    assert_eq!(shared.into_values().next().unwrap().len(), 9);
}

#[test]
fn what_rsync_would_cut_off_is_told() {
    let name = "n".repeat(200);
    let make = |root: &Path| {
        fs::create_dir(root.join("src")).unwrap();
        let mut here = fs::File::open(root.join("src")).unwrap();
        for _ in 0..21 {
            rustix::fs::mkdirat(&here, &*name, 0o755.into()).unwrap();
            let flags = rustix::fs::OFlags::DIRECTORY;
            here = rustix::fs::openat(&here, &*name, flags, 0.into())
                .unwrap()
                .into();
        }
    };
    let cut = cut(&["src/"], up_to(9), Together::No, make);
    // 20 names and the slashes between them are 4,019 bytes.
    assert_eq!(cut.directories[0].len(), 21);
    assert_eq!(cut.errors.len(), 1);
    assert!(
        cut.errors[0]
            .starts_with("the path is too long for rsync (4220 bytes; it takes 4095): nnn"),
        "{}",
        cut.errors[0]
    );
    assert!(cut.errors[0].contains("parallelcp"));
}

#[test]
fn lists_that_lie_in_the_tree_are_not_copied() {
    let cut = cut(&["src/", ""], up_to(99), Together::No, tree);
    assert_eq!(cut.buckets.len(), 2);
    let of_list = |name: &Vec<u8>| name.starts_with(b"lists/prun");
    assert!(!cut.buckets[1].iter().any(of_list), "{:?}", cut.buckets[1]);
    assert!(!cut.directories[1].iter().any(of_list));
    assert!(cut.directories[1].contains(&b"lists".to_vec()));
}

#[test]
fn lists_go_unless_they_are_needed() {
    let gone = cut(&["src/"], up_to(1), Together::No, tree);
    let path = gone.lists.path().to_path_buf();
    assert!(path.exists());
    gone.lists.close();
    assert!(!path.exists());
    let kept = cut(&["src/"], up_to(1), Together::No, tree);
    kept.lists.need();
    kept.lists.close();
    assert!(kept.lists.path().exists());
    drop(kept.scene);
}

#[test]
fn names_that_have_gone_are_taken_out() {
    let cut = cut(&["src/"], up_to(9), Together::No, tree);
    let list = cut.lists.path().join("s.1.1");
    let bucket = Bucket {
        list: list.clone(),
        base: cut
            .scene
            .path()
            .join("src")
            .into_os_string()
            .into_encoded_bytes(),
        entries: 3,
        bytes: 6,
    };
    assert_eq!(
        cut.lists.without_gone(&bucket).unwrap(),
        (bucket.clone(), 0)
    );
    fs::remove_file(cut.scene.path().join("src/d/one")).unwrap();
    let (left, gone) = cut.lists.without_gone(&bucket).unwrap();
    assert_eq!((left.entries, gone), (2, 1));
    // A link to nothing is there.
    assert!(names(&left).contains(&b"link".to_vec()));
}

#[test]
fn shares_are_of_each_tree() {
    let make = |root: &Path| {
        fs::create_dir_all(root.join("src")).unwrap();
        for number in 0..11 {
            fs::write(root.join(format!("src/{number}")), "").unwrap();
        }
    };
    let cut = cut(&["src/"], Fill::Shares(4), Together::No, make);
    let sizes: Vec<usize> = cut.buckets.iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 3, 3, 2]);
}

#[test]
fn a_source_that_is_not_there_is_told_and_the_rest_goes_on() {
    let cut = cut(&["nothing", "src/d"], up_to(9), Together::No, tree);
    assert_eq!(cut.errors.len(), 1);
    assert!(
        cut.errors[0].contains("nothing: No such file"),
        "{}",
        cut.errors[0]
    );
    assert_eq!(cut.buckets.len(), 1);
}
