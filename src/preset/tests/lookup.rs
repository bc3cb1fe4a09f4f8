//! Where presets are looked for, and what is said about it.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use super::super::*;

const MINIMAL: &str =
    "description = \"mine\"\n[[stage]]\nname = \"s\"\nlist = []\nrun = \"true\"\n";

/// A user's directory with these presets.
fn user_dir(names: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in names {
        fs::write(dir.path().join(name), MINIMAL).unwrap();
    }
    dir
}

fn owner() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[test]
fn a_users_preset_comes_before_a_built_in_and_a_note_says_so() {
    let dir = user_dir(&["parallelcp.toml", "mine.toml"]);
    let lookup = Lookup {
        user_dir: Some(dir.path()),
        euid: owner(),
    };
    let mine = find(OsStr::new("mine"), &lookup).unwrap();
    assert_eq!((mine.source.toml.as_str(), mine.notes.len()), (MINIMAL, 0));
    let hiding = find(OsStr::new("parallelcp"), &lookup).unwrap();
    assert_eq!(hiding.source.toml, MINIMAL);
    let file = dir.path().join("parallelcp.toml");
    assert_eq!(hiding.source.origin.to_string(), file.display().to_string());
    let notes: Vec<String> = hiding.notes.iter().map(ToString::to_string).collect();
    let expected = format!(
        "preset `parallelcp` is `{}`; the built-in is `builtin:parallelcp`",
        file.display()
    );
    assert_eq!(notes, [expected]);
    let hidden = find(OsStr::new("builtin:parallelcp"), &lookup).unwrap();
    assert_eq!(hidden.source.origin.to_string(), "built-in");
    assert_eq!(hidden.notes, []);
}

#[test]
fn a_word_with_a_slash_is_a_file() {
    let dir = user_dir(&["list.toml"]);
    let file = dir.path().join("list.toml");
    let lookup = Lookup {
        user_dir: None,
        euid: owner() + 1,
    };
    let found = find(file.as_os_str(), &lookup).unwrap();
    assert_eq!(found.source.toml, MINIMAL);
    let missing = dir.path().join("none.toml");
    assert_eq!(
        find(missing.as_os_str(), &lookup).unwrap_err().to_string(),
        format!(
            "cannot read `{}`: No such file or directory (os error 2)",
            missing.display()
        )
    );
}

#[test]
fn what_is_no_preset_is_said() {
    let lookup = Lookup {
        user_dir: Some(Path::new("/nonexistent")),
        euid: owner(),
    };
    let error = |word: &str| find(OsStr::new(word), &lookup).unwrap_err().to_string();
    assert_eq!(
        error("parallelpc"),
        "there is no preset `parallelpc`; did you mean `parallelcp`? `prun preset` lists them, \
         and a file is run as `./parallelpc`"
    );
    assert!(error("para").contains("did you mean `parallelcp`?"));
    for far in ["frobnicate", "xx"] {
        assert_eq!(
            error(far),
            format!(
                "there is no preset `{far}`; `prun preset` lists them, and a file is run as `./{far}`"
            )
        );
    }
    for word in ["list", "show", "", "-x", ".."] {
        assert_eq!(
            error(word),
            format!(
                "`{word}` cannot be the name of a preset; rename the file, or run it by its path"
            )
        );
    }
    assert!(error("builtin:nope").starts_with("there is no preset `builtin:nope`"));
}

#[test]
fn root_does_not_use_files_of_others() {
    let dir = user_dir(&["parallelcp.toml"]);
    let file = dir.path().join("parallelcp.toml");
    std::os::unix::fs::chown(&file, Some(owner().max(1)), None).unwrap();
    let lookup = Lookup {
        user_dir: Some(dir.path()),
        euid: 0,
    };
    let found = find(OsStr::new("parallelcp"), &lookup).unwrap();
    assert_eq!(found.source.origin, Origin::BuiltIn);
    let expected = format!(
        "preset file `{}` is ignored: you are root and user {} owns it; to use it, give its path",
        file.display(),
        owner().max(1)
    );
    let notes: Vec<String> = found.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes, [expected]);
    let listing = list(&lookup).unwrap();
    assert_eq!(listing.notes, found.notes);
    assert_eq!(listing.presets.len(), builtin_names().count());
}

#[test]
fn root_does_not_use_what_everybody_may_write() {
    use std::os::unix::fs::PermissionsExt;
    let dir = user_dir(&["mine.toml"]);
    let file = dir.path().join("mine.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let of = |euid| {
        let lookup = Lookup {
            user_dir: Some(dir.path()),
            euid,
        };
        find(OsStr::new("mine"), &lookup)
    };
    assert!(of(owner().max(1)).is_ok());
    // Says why there is none; whose it is comes first.
    let error = of(0).unwrap_err().to_string();
    let why = if owner() == 0 {
        "everybody may write it".to_owned()
    } else {
        format!("user {} owns it", owner())
    };
    let start = format!("preset file `{}` is ignored: ", file.display());
    assert!(error.starts_with(&start) && error.contains(&why), "{error}");
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let dir = user_dir(&[]);
    let lookup = Lookup {
        user_dir: Some(dir.path()),
        euid: owner(),
    };
    let fifo = dir.path().join("fifo.toml");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    fs::create_dir(dir.path().join("folder.toml")).unwrap();
    for name in ["fifo", "folder"] {
        let error = find(OsStr::new(name), &lookup).unwrap_err().to_string();
        assert!(error.ends_with("it is not a file"), "{error}");
    }
    let listing = list(&lookup).unwrap();
    let broken = (listing.presets.iter()).filter(|listed| listed.description.is_err());
    assert_eq!(broken.count(), 2);
}

#[test]
fn the_list_has_all_of_them_by_name() {
    let dir = user_dir(&[
        "parallelcp.toml",
        "a.toml",
        "show.toml",
        ".hidden.toml",
        "readme.txt",
    ]);
    fs::write(dir.path().join("broken.toml"), "x = 1").unwrap();
    let lookup = Lookup {
        user_dir: Some(dir.path()),
        euid: owner(),
    };
    let listing = list(&lookup).unwrap();
    let lines: Vec<(&str, bool)> = listing
        .presets
        .iter()
        .map(|listed| (listed.name.as_str(), listed.description.is_ok()))
        .collect();
    let mut expected = vec![("a", true), ("broken", false), ("builtin:parallelcp", true)];
    expected.extend(builtin_names().map(|name| (name, true)));
    expected.sort_unstable();
    assert_eq!(lines, expected);
    let notes: Vec<String> = listing.notes.iter().map(ToString::to_string).collect();
    let expected = format!(
        "preset file `{}` is ignored: it cannot be called by this name; rename it",
        dir.path().join("show.toml").display()
    );
    assert_eq!(notes, [expected]);
}
