//! Trees of files with names that break copy tools, and an exact comparison of two trees: names, types, link targets, contents.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::Path;

/// What is at one place of a tree.
#[derive(PartialEq, Eq, Debug, Clone)]
pub(crate) enum Entry {
    File(Vec<u8>),
    Directory,
    Link(Vec<u8>),
    Fifo,
    Device,
    Other,
}

/// Names as people and machines really make them.
pub(crate) fn nasty_names() -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = [
        "plain",
        "with space",
        " lead",
        "trail ",
        "two  spaces",
        "new\nline",
        "\n",
        "trailing newline\n",
        "tab\tin",
        "it's",
        "dou\"ble",
        "`back`",
        "$(touch pwned)",
        "$HOME",
        ";touch pwned",
        "a&b|c",
        "back\\slash",
        "br[1]",
        "*",
        "?",
        "{a,b}",
        "{}",
        "<>",
        "<1>",
        "-rf",
        "--help",
        "-",
        "#hash",
        "~",
        "!bang",
        "a:b",
        "a=b",
        "%s",
        ".hidden",
        "...",
        "dot.",
        "\u{e9}\u{4e2d}\u{1f600}",
        "\u{1b}[31m",
    ]
    .iter()
    .map(|name| name.as_bytes().to_vec())
    .collect();
    names.push(b"latin1-\xe9\xff".to_vec());
    names.push(vec![b'n'; 255]);
    names
}

/// Makes a tree at `root`: a file, a link and a directory (with something in it) of each nasty name.
#[track_caller]
pub(crate) fn nasty_tree(root: &Path) {
    for folder in ["files", "links", "folders", "empty"] {
        fs::create_dir_all(root.join(folder)).expect("mkdir");
    }
    for (count, name) in nasty_names().iter().enumerate() {
        let name = OsStr::from_bytes(name);
        fs::write(
            root.join("files").join(name),
            [name.as_bytes(), b" content"].concat(),
        )
        .expect("write");
        symlink(name, root.join("links").join(name)).expect("symlink");
        let folder = root.join("folders").join(name);
        fs::create_dir(&folder).expect("mkdir");
        if count % 2 == 0 {
            fs::create_dir_all(folder.join(name)).expect("mkdir");
            fs::write(folder.join(name).join("x"), vec![b'x'; count * 1000]).expect("write");
        }
    }
    fs::write(root.join("empty file"), "").expect("write");
    symlink("folders", root.join("link to a directory")).expect("symlink");
    symlink("/nonexistent/target", root.join("dangling")).expect("symlink");
}

/// All that is below `root`, by path relative to it.
#[track_caller]
pub(crate) fn snapshot(root: &Path) -> BTreeMap<Vec<u8>, Entry> {
    let mut entries = BTreeMap::new();
    collect(root, root, &mut entries);
    entries
}

#[track_caller]
fn collect(root: &Path, folder: &Path, entries: &mut BTreeMap<Vec<u8>, Entry>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("read {}: {e}", folder.display())) {
        let path = entry.expect("an entry").path();
        let kind = fs::symlink_metadata(&path).expect("lstat").file_type();
        let found = if kind.is_symlink() {
            Entry::Link(
                fs::read_link(&path)
                    .expect("readlink")
                    .as_os_str()
                    .as_bytes()
                    .to_vec(),
            )
        } else if kind.is_dir() {
            collect(root, &path, entries);
            Entry::Directory
        } else if kind.is_file() {
            Entry::File(fs::read(&path).expect("read"))
        } else if kind.is_fifo() {
            Entry::Fifo
        } else if kind.is_char_device() || kind.is_block_device() {
            Entry::Device
        } else {
            Entry::Other
        };
        let relative = path.strip_prefix(root).expect("it is below the root");
        entries.insert(relative.as_os_str().as_bytes().to_vec(), found);
    }
}

/// Fails, naming each difference, unless both trees hold the same.
#[track_caller]
pub(crate) fn assert_same_tree(source: &Path, copy: &Path) {
    let (want, got) = (snapshot(source), snapshot(copy));
    let mut differences = Vec::new();
    for (name, entry) in &want {
        match got.get(name) {
            None => differences.push(format!("missing: \"{}\"", name.escape_ascii())),
            Some(other) if other != entry => {
                differences.push(format!("differs: \"{}\"", name.escape_ascii()));
            }
            Some(_) => {}
        }
    }
    let extra = got.keys().filter(|name| !want.contains_key(*name));
    differences.extend(extra.map(|name| format!("extra: \"{}\"", name.escape_ascii())));
    assert!(!want.is_empty(), "the source {} is empty", source.display());
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}
