//! Names of kinds, and the lines at the end.

use super::*;

#[test]
fn kinds_are_read_by_name() {
    let kinds: Kinds = "xattr,mtime:dir,mtime:link".parse().unwrap();
    assert!(kinds.has_all(Kind::Xattr));
    assert!(kinds.has(Kind::Mtime, Class::Directory));
    assert!(kinds.has(Kind::Mtime, Class::Link));
    assert!(!kinds.has(Kind::Mtime, Class::File));
    assert!(!kinds.has(Kind::Acl, Class::File));
    for wrong in [
        "",
        "xattrs",
        "mtime:",
        "mtime:dirs",
        "xattr,",
        "mode:dir:file",
    ] {
        let error = wrong.parse::<Kinds>().unwrap_err().to_string();
        assert!(
            error.contains("is no kind of difference; give missing"),
            "{error}"
        );
    }
}

#[test]
fn every_kind_and_class_has_a_place_of_its_own() {
    let mut all = Kinds::NONE;
    for kind in Kind::ALL {
        for class in Class::ALL {
            assert!(!all.has(kind, class));
            all = all.with(kind, Some(class));
        }
        assert!(all.has_all(kind));
    }
}

#[test]
fn the_end_counts_by_kind_in_the_order_of_names() {
    let trees = Trees::new();
    fs::remove_dir(trees.b().join("empty")).unwrap();
    fs::remove_file(trees.b().join("link")).unwrap();
    fs::remove_file(trees.b().join("fifo")).unwrap();
    fs::write(trees.b().join("z"), "").unwrap();
    trees.level();
    chmod(&trees.b(), 0o700);
    let end = trees.run().verified.to_string();
    let expected = "\
count extra(file)        1
count missing(dir)       1
count missing(link)      1
count missing(special)   1
count mode(dir)          1
entries: src 9 dst 7
differences: 5";
    assert_eq!(end, expected);
}

#[test]
fn long_texts_are_cut_with_their_length() {
    let difference = |length: usize| Difference {
        kind: Kind::Missing,
        class: Class::File,
        path: vec![b'\n'; length],
        source: Some(b"file".to_vec()),
        destination: None,
    };
    let whole = "\\x0a".repeat(40);
    assert_eq!(
        difference(40).to_string(),
        format!("missing  {whole}: file")
    );
    let cut = "\\x0a".repeat(25);
    let text = format!("missing  {cut}...(164): file");
    assert_eq!(difference(41).to_string(), text);
}
