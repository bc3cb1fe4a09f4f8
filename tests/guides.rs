//! The guides in `docs/`: every command in them is run, in order, and does what the text says.
//!
//! A fence of the language `sh` is run by bash, which stops at the first failure; `status=N` behind the language says
//! that it ends with N. A fence `output` or `errors` after it is what it prints. `toml file=NAME` is written to that file.
//! Each section (`##`), in the cookbook each block, begins in a new directory with what [`prepare`] puts there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::support::{Dir, need};

const PRUN: &str = env!("CARGO_BIN_EXE_prun");

/// One fenced block.
struct Block {
    line: usize,
    language: String,
    marks: Vec<(String, String)>,
    text: String,
    /// The heading it stands under.
    section: String,
}

impl Block {
    fn mark(&self, key: &str) -> Option<&str> {
        let found = self.marks.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }
}

fn blocks(guide: &str) -> Vec<Block> {
    let text = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("docs")
            .join(guide),
    )
    .expect("the guide");
    let mut blocks = Vec::new();
    let mut section = String::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(rest)) => {
                assert!(rest.is_empty(), "{guide}:{}: a fence in a fence", index + 1);
                blocks.extend(open.take());
            }
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(info)) => {
                let mut words = info.split_whitespace();
                open = Some(Block {
                    line: index + 1,
                    language: words.next().unwrap_or_default().to_owned(),
                    marks: words
                        .map(|word| {
                            let (key, value) =
                                word.split_once('=').expect("KEY=VALUE behind the language");
                            (key.to_owned(), value.to_owned())
                        })
                        .collect(),
                    text: String::new(),
                    section: section.clone(),
                });
            }
            (None, None) => {
                if let Some(title) = line.strip_prefix("## ") {
                    title.clone_into(&mut section);
                }
            }
        }
    }
    assert!(open.is_none(), "{guide}: a fence is not closed");
    blocks
}

/// What every section finds in its directory: the trees that the guides speak of.
fn prepare(dir: &Dir, text: &str) {
    // Most blocks do without these, and they are many.
    if text.contains("numbered") {
        for number in 1..=1000 {
            dir.write(format!("numbered/{number:04}"), format!("{number}\n"));
        }
    }
    for name in ["file1", "file2"] {
        dir.write(format!("source/{name}"), name);
    }
    for directory in [
        "dir1/dir1a",
        "dir1/dir1b",
        "dir1/dir1c/dir1c1",
        "dir1/dir1d",
        "dir2/dir2a",
        "dir 3/one\ntwo",
    ] {
        for count in 0..3 {
            dir.write(
                format!("source/{directory}/file{count}"),
                format!("{directory} {count}"),
            );
        }
    }
    dir.write("source/dir1/shallow", "shallow");
    symlink("file1", dir.join("source/link")).expect("symlink");
    // Three paths of one directory, as three mounts of one export are.
    dir.mkdir("destination");
    for number in 1..=3 {
        symlink("destination", dir.join(format!("destination{number}"))).expect("symlink");
    }
    for name in ["a", "b", "c d"] {
        dir.write(format!("logs/{name}.log"), format!("{name}\n").repeat(100));
    }
    package(dir);
}

/// A source tarball as small as can be.
fn package(dir: &Dir) {
    let configure = "#!/bin/sh\nsed \"s|@src@|$(dirname \"$0\")|\" \"$(dirname \"$0\")/Makefile.in\" >Makefile\n";
    dir.program("package/hello-1.0/configure", configure);
    dir.write(
        "package/hello-1.0/Makefile.in",
        "hello: @src@/hello.in\n\tcp $< $@\n",
    );
    dir.write("package/hello-1.0/hello.in", "hello\n");
    let mut tar = Command::new("tar");
    tar.args(["-cf", "hello-1.0.tar", "-C", "package", "hello-1.0"]);
    let ended = tar.current_dir(dir.path()).status().expect("tar runs");
    assert!(ended.success());
    fs::remove_dir_all(dir.join("package")).expect("rm");
}

/// A shell in the directory, in which `prun` is this one.
fn bash(dir: &Dir, script: &str) -> std::process::Output {
    let path = std::env::var("PATH").unwrap_or_default();
    let own = Path::new(PRUN).parent().expect("a directory");
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", script])
        .current_dir(dir.path())
        .env("PATH", format!("{}:{path}", own.display()))
        .env("HOME", dir.path())
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("PRUN_OPTS")
        .env_remove("PRUN_SHELL")
        .stdin(std::process::Stdio::null());
    bash.output().expect("bash runs")
}

/// When a block finds the prepared directory as new.
#[derive(PartialEq)]
enum Anew {
    EachBlock,
    EachSection,
}

fn run(guide: &str, anew: &Anew) {
    for program in ["bash", "tar", "make", "gzip", "rsync"] {
        if !need(program) {
            return;
        }
    }
    let blocks = blocks(guide);
    let mut section = String::new();
    let mut dir = Dir::new();
    let mut ended = None;
    for (index, block) in blocks.iter().enumerate() {
        let place = format!("docs/{guide}:{}", block.line);
        let is_new = block.section != section || index == 0;
        if is_new || *anew == Anew::EachBlock && block.language == "sh" {
            section.clone_from(&block.section);
            dir = Dir::new();
            prepare(&dir, &block.text);
        }
        match block.language.as_str() {
            "sh" => {
                let output = bash(&dir, &block.text);
                let status = block
                    .mark("status")
                    .map_or(0, |status| status.parse().expect("a number"));
                assert_eq!(
                    output.status.code(),
                    Some(status),
                    "{place}:\n{}\nstdout:\n{}\nstderr:\n{}",
                    block.text,
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr),
                );
                ended = Some(output);
            }
            "output" | "errors" => {
                let Some(output) = &ended else { continue };
                let printed = if block.language == "output" {
                    &output.stdout
                } else {
                    &output.stderr
                };
                assert_eq!(String::from_utf8_lossy(printed), block.text, "{place}");
            }
            "toml" => {
                let file = block.mark("file").expect("toml has a file=NAME");
                dir.write(file, &block.text);
            }
            // What the article has, or what is no command.
            "text" => assert!(
                !block.text.contains("prun "),
                "{place}: a command of prun that no test runs"
            ),
            other => panic!("{place}: no such kind of block: {other:?}"),
        }
    }
    assert!(blocks.iter().filter(|block| block.language == "sh").count() > 5);
}

#[test]
fn every_command_of_the_cookbook_works() {
    run("cookbook.md", &Anew::EachBlock);
}

#[test]
fn every_command_of_the_guide_to_presets_works() {
    run("presets.md", &Anew::EachSection);
}
