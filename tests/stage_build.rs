//! `prun preset stage-build`: a small package as autotools make them, and tarballs that lead out of their place.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::process::Command;

use crate::support::{Dir, Prun, need, prun};

const CONFIGURE: &str = r#"#!/bin/sh
srcdir=$(dirname "$0")
if test "$srcdir/configure" -ot "$srcdir/configure.ac"; then echo "configure is older than configure.ac"; exit 1; fi
for word; do echo "argument: $word"; done
sed "s|@srcdir@|$srcdir|" "$srcdir/Makefile.in" >Makefile
"#;

const MAKEFILE: &str = "\
all: one two
one two: %: @srcdir@/lib/%.in
\tcp $< $@
\techo flags: $(MAKEFLAGS)
@srcdir@/configure: @srcdir@/configure.ac
\techo autoconf is wanted; exit 1
include @srcdir@/configure.mk
";

/// A tarball of a package, made by tar with these options. `configure` is newer than what it is made of by one second.
#[track_caller]
fn tarball(dir: &Dir, options: &[&str]) {
    dir.program("pack/pkg-1.0/configure", CONFIGURE);
    dir.write("pack/pkg-1.0/configure.ac", "AC_INIT\n");
    dir.write("pack/pkg-1.0/configure.mk", "");
    dir.write("pack/pkg-1.0/Makefile.in", MAKEFILE);
    for name in ["one", "two"] {
        dir.write(format!("pack/pkg-1.0/lib/{name}.in"), name);
    }
    symlink("lib/one.in", dir.join("pack/pkg-1.0/link")).expect("symlink");
    for (name, second) in [("configure.ac", "01"), ("configure", "02")] {
        let time = format!("2020-01-01 00:00:{second}");
        run(
            dir,
            "touch",
            &["-d", &time, &format!("pack/pkg-1.0/{name}")],
        );
    }
    let words = [&["-czf", "pkg.tgz", "-C", "pack"], options, &["pkg-1.0"]].concat();
    run(dir, "tar", &words);
}

#[track_caller]
fn run(dir: &Dir, program: &str, words: &[&str]) {
    let mut command = Command::new(program);
    let ended = command.args(words).current_dir(dir.path()).output();
    let ended = ended.expect("it runs");
    assert!(ended.status.success(), "{program} {words:?}: {ended:?}");
}

fn build(dir: &Dir) -> Prun {
    prun(["preset", "stage-build", "pkg.tgz", "mnt/pkg", "obj"])
        .in_dir(dir)
        .deadline(120)
        .stderr_any()
}

fn can_build() -> bool {
    ["tar", "make", "xargs"].into_iter().all(need)
}

#[test]
fn a_package_is_staged_configured_and_made() {
    if !can_build() {
        return;
    }
    let dir = Dir::new();
    tarball(&dir, &[]);
    let ran = build(&dir)
        .args([
            "--configure",
            "--prefix='/opt/a b' --x=\"$(touch pwned)\"",
            "-j",
            "3",
        ])
        .stdout_has(&[
            "argument: --prefix=/opt/a b\n",
            "argument: --x=$(touch pwned)\n",
        ])
        .run();
    assert!(ran.text().contains("-j3"), "{}", ran.text());
    assert_eq!(
        (dir.text("obj/one"), dir.text("obj/two")),
        ("one".into(), "two".into())
    );
    // All that is below the top directory, with its times, and nothing left over.
    let time = |name: &str| fs::metadata(dir.join(name)).expect("it is there").mtime();
    assert_eq!(time("mnt/pkg/configure"), time("mnt/pkg/configure.ac") + 1);
    assert_eq!(
        fs::read_link(dir.join("mnt/pkg/link")).expect("a link"),
        "lib/one.in".as_ref() as &std::path::Path
    );
    assert!(!dir.has("obj/.prun-unpack") && !dir.has("pwned") && !dir.has("obj/pwned"));
    // Again: the same.
    build(&dir).stdout_any().run();
}

#[test]
fn a_tarball_without_one_top_directory_is_staged_whole() {
    if !can_build() {
        return;
    }
    let dir = Dir::new();
    tarball(
        &dir,
        &["--transform=s,^pkg-1.0/,,", "--exclude=pkg-1.0/nothing"],
    );
    // Its own directory is then an empty one beside what was in it.
    build(&dir).stdout_any().run();
    assert!(dir.has("mnt/pkg/configure") && dir.has("obj/two"));
}

#[test]
fn a_cdpath_in_the_environment_leads_nowhere_else() {
    if !can_build() {
        return;
    }
    let dir = Dir::new();
    tarball(&dir, &[]);
    for name in ["mnt/pkg", "obj/.prun-unpack/all"] {
        dir.mkdir(format!("elsewhere/{name}"));
    }
    build(&dir)
        .env("CDPATH", dir.join("elsewhere"))
        .stdout_any()
        .run();
    assert_eq!(dir.text("obj/one"), "one");
    assert!(!dir.has("elsewhere/obj/one") && dir.has("elsewhere/obj/.prun-unpack/all"));
}

#[test]
fn a_rehearsal_is_the_plan_and_makes_nothing() {
    if !can_build() {
        return;
    }
    let dir = Dir::new();
    tarball(&dir, &[]);
    let ran = build(&dir)
        .args(["-n", "-j7"])
        .stdout_has(&[
            "tar -t",
            "tar -x",
            "cp -a -T obj/.prun-unpack/tree mnt/pkg",
            "make -j7",
        ])
        .run();
    assert!(!dir.has("obj") && !dir.has("mnt"));
    let script = dir.write("script", &ran.stdout);
    run(&dir, "bash", &["-e", &script.display().to_string()]);
    assert_eq!(dir.text("obj/one"), "one");
}

#[test]
fn what_fails_stops_what_comes_after() {
    if !can_build() {
        return;
    }
    let dir = Dir::new();
    tarball(&dir, &[]);
    // A part is never configured.
    build(&dir)
        .args(["--client", "1/2"])
        .status(2)
        .stderr_has(&["--client 1/2", "stage copy", "whole"])
        .run();
    assert!(!dir.has("obj") && !dir.has("mnt"));
    build(&dir)
        .args(["--configure", "'unbalanced"])
        .status(1)
        .stderr_has(&["stage configure failed, so the stages after it were not run"])
        .run();
    assert!(!dir.has("obj/one"));
    dir.write("pkg.tgz", "no tarball");
    build(&dir)
        .status(1)
        .stderr_has(&["stage unpack failed"])
        .run();
    fs::remove_file(dir.join("pkg.tgz")).expect("rm");
    build(&dir)
        .status(2)
        .stderr_has(&["pkg.tgz", "give a file that can be read"])
        .run();
}

/// Makes a `pkg.tgz` that is not to be trusted.
type Make = fn(&Dir);

/// Each of these would, unpacked or built, reach outside of its place.
#[test]
fn a_tarball_that_leads_out_is_refused() {
    if !can_build() {
        return;
    }
    let evils: [(&str, Make, &str); 7] = [
        (
            "dots",
            |dir| {
                tarball(
                    dir,
                    &["-P", "--transform=s,^pkg-1.0/lib/one,../../../evil/one,"],
                );
            },
            "lead out of it",
        ),
        (
            "dots within",
            |dir| {
                tarball(
                    dir,
                    &[
                        "-P",
                        "--transform=s,^pkg-1.0/lib/one,pkg-1.0/../../../evil/one,",
                    ],
                );
            },
            "lead out of it",
        ),
        (
            "absolute",
            |dir| {
                let to = format!(
                    "--transform=s,^pkg-1.0/lib/one,{}/evil/one,",
                    dir.path().display()
                );
                tarball(dir, &["-P", &to]);
            },
            "lead out of it",
        ),
        (
            "absolute link",
            |dir| {
                dir.mkdir("pack/pkg-1.0");
                symlink(dir.join("evil"), dir.join("pack/pkg-1.0/away")).expect("symlink");
                tarball(dir, &[]);
            },
            "symbolic link `obj/.prun-unpack/tree/away` leads out",
        ),
        (
            "link with dots",
            |dir| {
                dir.mkdir("pack/pkg-1.0/lib");
                symlink("../../../evil", dir.join("pack/pkg-1.0/lib/away")).expect("symlink");
                tarball(dir, &[]);
            },
            "symbolic link `obj/.prun-unpack/tree/lib/away` leads out",
        ),
        (
            "a file below a link",
            |dir| {
                // `away` is a link in the first part of the archive and a directory in the second.
                dir.mkdir("pack/pkg-1.0");
                symlink(dir.join("evil"), dir.join("pack/pkg-1.0/away")).expect("symlink");
                run(dir, "tar", &["-cf", "pkg.tgz", "-C", "pack", "pkg-1.0"]);
                fs::remove_file(dir.join("pack/pkg-1.0/away")).expect("rm");
                dir.write("pack/pkg-1.0/away/file", "evil");
                run(
                    dir,
                    "tar",
                    &["-rf", "pkg.tgz", "-C", "pack", "pkg-1.0/away/file"],
                );
            },
            "stage ",
        ),
        (
            "hard link",
            |dir| {
                dir.write("pack/pkg-1.0/a", "x");
                fs::hard_link(dir.join("pack/pkg-1.0/a"), dir.join("pack/pkg-1.0/b"))
                    .expect("link");
                tarball(
                    dir,
                    &[
                        "-P",
                        "--sort=name",
                        "--transform=flags=h;s,^pkg-1.0/a,../../../precious,",
                    ],
                );
            },
            "stage unpack failed",
        ),
    ];
    for (name, make, message) in evils {
        let dir = Dir::new();
        dir.mkdir("evil");
        dir.write("precious", "precious");
        make(&dir);
        build(&dir)
            .status(1)
            .stdout_any()
            .stderr_has(&[message, "were not run"])
            .run();
        assert!(
            !dir.has("mnt") && !dir.has("obj/one"),
            "{name}: something was staged"
        );
        assert_eq!(
            fs::read_dir(dir.join("evil")).expect("read").count(),
            0,
            "{name}"
        );
        assert_eq!(
            fs::metadata(dir.join("precious")).expect("stat").nlink(),
            1,
            "{name}"
        );
    }
}
