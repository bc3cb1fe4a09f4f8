//! `prun preset`, and `parallelcp --engine exec` against names that break scripts and each fault of the script it replaces.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;

use crate::support::{
    Dir, Entry, Prun, assert_same_tree, is_root, nasty_names, nasty_tree, need, need_root, prun,
    snapshot,
};

/// `prun preset parallelcp --engine exec SRC DST`.
#[track_caller]
fn copy(dir: &Dir, source: impl AsRef<Path>, destination: impl AsRef<Path>) -> Prun {
    prun(["preset", "parallelcp", "--engine", "exec"])
        .args([source.as_ref(), destination.as_ref()])
        .in_dir(dir)
        .stderr_any()
        .deadline(120)
}

/// A small tree: a file, a directory with a file, a link.
#[track_caller]
fn small_tree(dir: &Dir, name: &str) {
    dir.write(format!("{name}/top"), "top content");
    dir.write(format!("{name}/sub dir/below"), "below content");
    symlink("top", dir.join(format!("{name}/link"))).expect("symlink");
}

#[test]
fn presets_are_listed() {
    prun(["preset"]).stdout_has(&["parallelcp"]).run();
    prun(["preset", "list"])
        .status_in(&[0, 2, 255])
        .stdout_any()
        .stderr_any()
        .run();
}

#[test]
fn every_preset_of_the_folder_is_built_in_as_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets");
    let list = prun(["preset"]).stdout_any().run().text();
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("presets/") {
        let path = entry.expect("an entry").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            assert!(list.contains(&name), "`prun preset` does not list {name}");
            prun(["preset", "show", &name])
                .stdout(fs::read(&path).expect("read"))
                .run();
            count += 1;
        }
    }
    assert!(count > 0);
}

#[test]
fn a_preset_has_help() {
    prun(["preset", "parallelcp", "--help"])
        .stdout_has(&["SRC", "DST", "--engine"])
        .run();
    prun(["preset", "parallelcp", "--help", "x"])
        .stdout_has(&["SRC"])
        .run();
}

#[test]
fn an_unknown_preset_is_an_error() {
    prun(["preset", "no-such-preset"])
        .status_in(&[2, 255])
        .stderr_has(&["prun: error: ", "no-such-preset"])
        .run();
}

#[test]
fn wrong_arguments_are_errors_and_do_nothing() {
    for words in [
        ["parallelcp"].as_slice(),
        &["parallelcp", "src"],
        &["parallelcp", "src", "dst", "third"],
    ] {
        let dir = Dir::new();
        small_tree(&dir, "src");
        prun(["preset"])
            .args(words)
            .in_dir(&dir)
            .status(2)
            .stderr_has(&["prun: error: "])
            .run();
        assert!(!dir.has("dst"));
    }
}

#[test]
fn a_missing_source_is_an_error_and_does_nothing() {
    let dir = Dir::new();
    copy(&dir, "no-such-source", "dst")
        .status(2)
        .stderr_has(&["prun: error: ", "no-such-source"])
        .run();
    assert!(!dir.has("dst"));
}

#[test]
fn a_dry_run_prints_commands_and_makes_nothing() {
    let dir = Dir::new();
    small_tree(&dir, "src");
    let ran = copy(&dir, "src", "dst")
        .args(["--dry-run"])
        .stdout_has(&["top", "'", "mkdir", "cp"])
        .run();
    assert!(!dir.has("dst"));
    assert!(ran.text().lines().count() >= 4, "{}", ran.text());
}

#[test]
fn a_dry_run_pasted_in_a_shell_copies() {
    let dir = Dir::new();
    nasty_tree(&dir.join("src"));
    let lines = copy(&dir, "src", "dst")
        .args(["--dry-run"])
        .stdout_any()
        .run()
        .stdout;
    let script = dir.write("script", lines);
    let bash = std::process::Command::new("bash")
        .arg(script)
        .current_dir(dir.path())
        .output()
        .expect("bash runs");
    assert!(bash.status.success(), "{}", bash.stderr.escape_ascii());
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
}

#[test]
fn nasty_names_are_copied_exactly() {
    let dir = Dir::new();
    nasty_tree(&dir.join("src"));
    copy(&dir, "src", "dst").run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
    assert!(!dir.has("pwned"), "a name ran as code");
}

#[test]
fn absolute_relative_and_slashed_paths_mean_the_same() {
    let dir = Dir::new();
    small_tree(&dir, "trees/src");
    let absolute = dir.join("trees/src").display().to_string();
    let sources = [
        "trees/src",
        "trees/src/",
        "trees//src//",
        "./trees/src",
        "trees/../trees/src",
        "trees/src/.",
        &absolute,
    ];
    for (count, source) in sources.iter().enumerate() {
        for (form, destination) in [format!("dst{count}"), format!("deep/er/dst{count}/")]
            .iter()
            .enumerate()
        {
            copy(&dir, source, destination).run();
            assert_same_tree(&dir.join("trees/src"), &dir.join(destination));
            assert_eq!(snapshot(&dir.join(destination)).len(), 4, "{source} {form}");
        }
    }
    copy(&dir, ".", dir.join("from-inside"))
        .cwd("trees/src")
        .run();
    assert_same_tree(&dir.join("trees/src"), &dir.join("from-inside"));
}

#[test]
fn sources_and_destinations_of_any_name_are_literal() {
    for name in nasty_names() {
        if name == b"-" || name.starts_with(b"--") || name.len() > 200 {
            continue; // an option's spelling needs `./` or `--`, see below
        }
        let dir = Dir::new();
        let name = OsString::from_vec(name);
        let (mut source, mut destination) = (name.clone(), OsString::from("to "));
        destination.push(&name);
        if source.as_encoded_bytes().starts_with(b"-") {
            source = OsString::from("./");
            source.push(&name);
        }
        dir.write(dir.join(&source).join("f"), "content");
        dir.mkdir(dir.join(&source).join("d"));
        copy(&dir, &source, &destination).run();
        assert_same_tree(&dir.join(&source), &dir.join(&destination));
        let entries = fs::read_dir(dir.path()).expect("read").count();
        assert_eq!(
            entries, 2,
            "{name:?}: something was made beside the destination"
        );
    }
}

#[test]
fn a_name_like_an_option_can_be_given() {
    let dir = Dir::new();
    small_tree(&dir, "./-src");
    prun([
        "preset",
        "parallelcp",
        "--engine",
        "exec",
        "--",
        "-src",
        "-dst",
    ])
    .in_dir(&dir)
    .stderr_any()
    .run();
    assert_same_tree(&dir.join("-src"), &dir.join("-dst"));
}

#[test]
fn an_empty_source_makes_an_empty_destination() {
    let dir = Dir::new();
    dir.mkdir("src");
    copy(&dir, "src", "dst").run();
    assert!(snapshot(&dir.join("dst")).is_empty());
}

#[test]
fn a_rerun_changes_nothing_and_nests_nothing() {
    let dir = Dir::new();
    nasty_tree(&dir.join("src"));
    copy(&dir, "src", "dst").run();
    copy(&dir, "src", "dst").run();
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
}

#[test]
fn an_unreadable_directory_is_named_and_the_rest_is_copied() {
    if is_root() && !need("setpriv") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir, "src");
    dir.write("src/locked/inside", "x");
    fs::set_permissions(dir.join("src/locked"), fs::Permissions::from_mode(0o000)).expect("chmod");
    copy(&dir, "src", "dst")
        .unprivileged()
        .status(1)
        .stderr_has(&["locked"])
        .run();
    fs::set_permissions(dir.join("src/locked"), fs::Permissions::from_mode(0o700)).expect("chmod");
    for name in ["top", "sub dir/below", "link"] {
        assert!(
            dir.join("dst").join(name).symlink_metadata().is_ok(),
            "{name} was not copied"
        );
    }
}

#[test]
fn an_unreadable_file_is_named_and_the_rest_is_copied() {
    if is_root() && !need("setpriv") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir, "src");
    fs::set_permissions(
        dir.write("src/secret", "x"),
        fs::Permissions::from_mode(0o000),
    )
    .expect("chmod");
    copy(&dir, "src", "dst")
        .unprivileged()
        .status(1)
        .stderr_has(&["secret"])
        .run();
    assert!(dir.has("dst/sub dir/below"));
}

#[test]
fn many_failures_are_status_1() {
    if is_root() && !need("setpriv") {
        return;
    }
    let dir = Dir::new();
    for count in 0..251 {
        let path = dir.write(format!("src/{count}"), "x");
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("chmod");
    }
    let ran = copy(&dir, "src", "dst")
        .unprivileged()
        .status(1)
        .stderr_has(&["251"])
        .run();
    assert!(!ran.stderr.is_empty());
}

#[test]
fn a_destination_that_cannot_be_made_is_an_error() {
    let dir = Dir::new();
    small_tree(&dir, "src");
    dir.write("a file", "x");
    copy(&dir, "src", "a file/dst")
        .status_in(&[1, 2])
        .stderr_has(&["a file"])
        .run();
    assert_eq!(dir.read("a file"), b"x");
}

#[test]
fn a_fifo_is_made_not_read() {
    let dir = Dir::new();
    small_tree(&dir, "src");
    let _fifo = dir.gate("src/fifo");
    copy(&dir, "src", "dst").run();
    assert_eq!(
        snapshot(&dir.join("dst")).get(b"fifo".as_slice()),
        Some(&Entry::Fifo)
    );
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
}

#[test]
fn a_device_is_made_or_skipped_by_name_never_read() {
    if !need_root("make device nodes") {
        return;
    }
    let dir = Dir::new();
    small_tree(&dir, "src");
    let made = std::process::Command::new("mknod")
        .arg(dir.join("src/zero"))
        .args(["c", "1", "5"])
        .status()
        .expect("mknod");
    assert!(made.success(), "root makes device nodes");
    let ran = copy(&dir, "src", "dst").status_in(&[0, 1]).run();
    match dir.join("dst/zero").symlink_metadata() {
        Ok(found) => assert!(
            found.file_type().is_char_device(),
            "the device was read into a {} byte file",
            found.len()
        ),
        Err(_) => assert!(
            String::from_utf8_lossy(&ran.stderr).contains("zero"),
            "the device was left out in silence"
        ),
    }
}

#[test]
fn a_link_in_the_destination_is_not_followed() {
    let dir = Dir::new();
    dir.write("src/f", "new");
    dir.write("victim", "precious");
    dir.mkdir("dst");
    symlink("../victim", dir.join("dst/f")).expect("symlink");
    copy(&dir, "src", "dst").run();
    assert_eq!(dir.read("victim"), b"precious");
    assert_same_tree(&dir.join("src"), &dir.join("dst"));
}

#[test]
fn a_linked_directory_in_the_destination_is_not_followed() {
    let dir = Dir::new();
    dir.write("src/d/f", "new");
    dir.mkdir("elsewhere");
    dir.mkdir("dst");
    symlink("../elsewhere", dir.join("dst/d")).expect("symlink");
    copy(&dir, "src", "dst")
        .status(2)
        .stderr_has(&["dst/d", "symbolic link"])
        .run();
    assert!(
        !dir.has("elsewhere/f"),
        "written through a link in the destination"
    );
}

#[test]
fn a_directory_in_the_place_of_a_file_is_an_error_and_nothing_nests() {
    let dir = Dir::new();
    dir.write("src/f", "file");
    symlink("f", dir.join("src/l")).expect("symlink");
    dir.mkdir("dst/f");
    dir.mkdir("dst/l");
    copy(&dir, "src", "dst")
        .status(1)
        .stderr_has(&["f", "l"])
        .run();
    assert!(!dir.has("dst/f/f") && !dir.has("dst/l/l"), "nested");
}

#[test]
fn a_file_in_the_place_of_a_directory_is_an_error() {
    let dir = Dir::new();
    dir.write("src/d/f", "file");
    dir.write("src/other", "x");
    dir.write("dst/d", "in the way");
    copy(&dir, "src", "dst").status(1).stderr_has(&["d"]).run();
    assert_eq!(dir.read("dst/d"), b"in the way");
    assert_eq!(dir.read("dst/other"), b"x");
}

#[test]
fn a_deep_tree_is_copied() {
    let dir = Dir::new();
    dir.mkdir("src");
    let deep: String = vec!["directory"; 100].join("/");
    dir.write(format!("src/{deep}/file"), "deep");
    copy(&dir, "src", "dst").run();
    assert_eq!(dir.read(format!("dst/{deep}/file")), b"deep");
}

/// The command lines of the runner that copy a tree, as the README shows them; SRC absolute and relative.
#[test]
fn the_runner_copies_a_tree_by_hand() {
    if !need("find") {
        return;
    }
    let dir = Dir::new();
    nasty_tree(&dir.join("my s[1]"));
    let find = |folder: &Path, root: &str, what: &[&str]| {
        let mut find = std::process::Command::new("find");
        find.arg(root)
            .args(["-mindepth", "1"])
            .args(what)
            .arg("-print0")
            .current_dir(folder);
        let found = find.output().expect("find runs");
        assert!(found.status.success());
        found.stdout
    };
    let source = dir.join("my s[1]");
    let directories = find(&source, ".", &["-type", "d"]);
    let rest = find(&source, ".", &["!", "-type", "d"]);
    for (count, root) in ["my s[1]".to_owned(), source.display().to_string()]
        .iter()
        .enumerate()
    {
        // The user quotes what the user wrote; the value needs no quotes.
        let destination = format!("my dst{count}");
        let runner = |line: &str| prun(["-0", "-j225", line]).in_dir(&dir).deadline(120);
        runner(&format!("mkdir -p '{destination}'/<>"))
            .stdin(&directories)
            .run();
        runner(&format!("cp -P '{root}'/<> '{destination}'/<>"))
            .stdin(&rest)
            .run();
        assert_same_tree(&source, &dir.join(&destination));

        let stripped = format!("my other{count}");
        runner(&format!("mkdir -p '{stripped}'/<>"))
            .stdin(&directories)
            .run();
        let listed = find(dir.path(), root, &["!", "-type", "d"]);
        let line = format!("cp -P '{root}'/<> '{stripped}'/<>");
        prun(["-0", "--strip", root, "-j225", &line])
            .in_dir(&dir)
            .stdin(listed)
            .deadline(120)
            .run();
        assert_same_tree(&source, &dir.join(&stripped));
    }
    assert!(!dir.has("pwned"), "a name ran as code");
}
