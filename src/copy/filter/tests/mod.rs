//! What the rules decide, one entry at a time. Whole trees are compared with rsync's own choice in tests/filter.rs.

mod files;
mod matching;
mod patterns;

use super::*;

/// A filter of such lines, as `--exclude-from` reads them.
fn filter(lines: &str) -> Filter {
    let mut filter = Filter::new();
    filter
        .read(RuleKind::Exclude, Path::new("rules"), lines.as_bytes())
        .unwrap_or_else(|e| panic!("{lines:?}: {e}"));
    filter
}

fn exclude(pattern: impl AsRef<[u8]>) -> Rule {
    Rule::parse(RuleKind::Exclude, pattern.as_ref()).unwrap()
}

/// What a walk that leaves out what the filter says has seen of these paths; a directory's ends with a slash.
fn taken<'a>(filter: &Filter, paths: &[&'a str]) -> Vec<&'a str> {
    let mut left: Vec<&str> = Vec::new();
    let mut taken = Vec::new();
    for &path in paths {
        if left.iter().any(|left| path.starts_with(left)) {
            continue;
        }
        let name = path.strip_suffix('/').unwrap_or(path);
        match filter.decide(name.as_bytes(), path.ends_with('/')) {
            Decision::Take => taken.push(path),
            Decision::Leave if path.ends_with('/') => left.push(path),
            Decision::Leave => {}
        }
    }
    taken
}

#[test]
fn a_filter_without_rules_takes_everything() {
    let filter = Filter::new();
    assert!(filter.is_empty());
    assert_eq!(filter.decide(b"a/\xff\n", false), Decision::Take);
    assert_eq!(filter.counts().count(), 0);
}

#[test]
fn the_first_rule_that_matches_decides() {
    let tree = ["a.c", "a.o", "keep.o", "d/", "d/b.o"];
    assert_eq!(
        taken(&filter("+ keep.o\n*.o"), &tree),
        ["a.c", "keep.o", "d/"]
    );
    assert_eq!(taken(&filter("*.o\n+ keep.o"), &tree), ["a.c", "d/"]);
}

/// The examples of rsync(1), under SIMPLE INCLUDE/EXCLUDE EXAMPLE and PATTERN MATCHING RULES.
#[test]
fn the_manuals_examples_hold() {
    let tree = [
        "x/",
        "x/file.txt",
        "x/y/",
        "x/y/file.txt",
        "x/y/zzz.txt",
        "x/z/",
        "x/z/file.txt",
    ];
    assert_eq!(
        taken(&filter("+ x/\n+ x/y/\n+ x/y/file.txt\n- *"), &tree),
        ["x/", "x/y/", "x/y/file.txt"]
    );
    assert_eq!(taken(&filter("+ file.txt\n- *"), &tree), [""; 0]);
    let sources = [
        "d/",
        "d/a.c",
        "d/a.h",
        "foo/",
        "foo/bar.c",
        "foo/b.c",
        "m.c",
    ];
    assert_eq!(
        taken(&filter("+ */\n+ *.c\n- *"), &sources),
        ["d/", "d/a.c", "foo/", "foo/bar.c", "foo/b.c", "m.c"]
    );
    assert_eq!(
        taken(&filter("+ foo/\n+ foo/bar.c\n- *"), &sources),
        ["foo/", "foo/bar.c"]
    );
}

#[test]
fn what_is_below_a_directory_that_is_left_out_is_never_asked_about() {
    let filter = filter("+ deep/wanted\n- deep/");
    assert_eq!(taken(&filter, &["deep/", "deep/wanted"]), [""; 0]);
    let counts: Vec<u64> = filter.counts().map(|(_, count)| count).collect();
    assert_eq!(counts, [0, 1]);
}

#[test]
fn the_root_is_always_taken() {
    for pattern in ["*", "**", "***", ".", "/", "*/", "/***", "?"] {
        assert_eq!(
            filter(pattern).decide(b".", true),
            Decision::Take,
            "{pattern}"
        );
    }
}

#[test]
fn each_rule_counts_what_it_decided() {
    let filter = filter("+ keep\n*.o\nnowhere\n*.o");
    for name in ["keep", "a.o", "b.o", "c"] {
        filter.decide(name.as_bytes(), false);
    }
    let counts: Vec<(&[u8], u64)> = filter
        .counts()
        .map(|(rule, count)| (rule.written(), count))
        .collect();
    assert_eq!(
        counts,
        [
            (&b"+ keep"[..], 1),
            (b"*.o", 2),
            (b"nowhere", 0),
            (b"*.o", 0)
        ]
    );
    let unused: Vec<String> = filter.unused().map(ToString::to_string).collect();
    assert_eq!(
        unused,
        [
            "line 3 of rules (--exclude-from): nowhere",
            "line 4 of rules (--exclude-from): *.o"
        ]
    );
}

#[test]
fn many_threads_count_together() {
    let filter = filter("*.o");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    assert_eq!(filter.decide(b"a/b.o", false), Decision::Leave);
                }
            });
        }
    });
    assert_eq!(filter.counts().next().unwrap().1, 8000);
}

#[test]
fn a_rule_shows_where_it_comes_from() {
    let rule = exclude("- *.o");
    assert_eq!(rule.to_string(), "--exclude - *.o");
    assert_eq!(rule.origin(), &Origin::Option);
    let rule = Rule::parse(RuleKind::Include, b"\xff").unwrap();
    assert_eq!(rule.to_string(), "--include \u{fffd}");
    assert_eq!(rule.written(), b"\xff");
}

#[test]
fn sizes_are_bounded_on_both_sides() {
    let limits = SizeLimits {
        min: 10,
        max: Some(20),
    };
    let sizes = [9, 10, 20, 21].map(|size| limits.decide(size));
    assert_eq!(
        sizes,
        [
            Decision::Leave,
            Decision::Take,
            Decision::Take,
            Decision::Leave
        ]
    );
    assert!(!limits.is_all() && SizeLimits::default().is_all());
    assert_eq!(SizeLimits::default().decide(u64::MAX), Decision::Take);
    let empty_only = SizeLimits {
        min: 0,
        max: Some(0),
    };
    assert_eq!(empty_only.decide(0), Decision::Take);
    assert_eq!(empty_only.decide(1), Decision::Leave);
}
