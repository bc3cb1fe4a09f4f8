//! The architecture, held by a table: a module imports itself and strictly lower layers only, and some things are named
//! in one place only. The table is the picture; the test names each line that does not fit it.
//!
//! Comments and literals are blanked before anything is searched. Rules about what may be named leave out the code under
//! `#[cfg(test)]`; the rule about layers does not.

use std::fs;
use std::path::{Path, PathBuf};

/// Every module of the crate's root and its layer.
const LAYERS: &[(&str, u32)] = &[
    ("template", 0),
    ("copy", 0),
    ("ui", 0),
    ("input", 1),
    ("manifest", 1),
    ("pipeline", 1),
    ("exec", 2),
    ("output", 3),
    ("preset", 4),
    ("run", 4),
    ("agent", 5),
    ("cli", 5),
    ("config", 6),
    ("main", 7),
    ("lib", 7),
    ("error", 7),
];

/// A name that only some modules may use, outside of test code.
struct Reserved {
    names: &'static [&'static str],
    only_in: &'static [&'static str],
    why: &'static str,
}

const RESERVED: &[Reserved] = &[
    Reserved {
        names: &["clap", "clap_complete", "clap_mangen"],
        only_in: &["cli"],
        why: "clap belongs to cli/",
    },
    Reserved {
        names: &["tokio"],
        only_in: &["run", "main"],
        why: "tokio belongs to run/",
    },
    Reserved {
        names: &["process::Command", "posix_spawn"],
        only_in: &["exec"],
        why: "processes are started in exec/",
    },
    Reserved {
        names: &["env::var", "env::var_os", "env::vars", "env::vars_os"],
        only_in: &["config"],
        why: "the environment is read in config/",
    },
    Reserved {
        names: &["process::exit"],
        only_in: &["main"],
        why: "only main.rs exits",
    },
];

/// A source file, with comments and literals blanked.
struct Source {
    path: PathBuf,
    /// The path of the module, from the crate's root: `["input", "record"]`.
    module: Vec<String>,
    code: String,
    /// For each byte of `code`, whether it is under `#[cfg(test)]`.
    test: Vec<bool>,
}

#[test]
fn modules_import_lower_layers_only() {
    let mut offences = Vec::new();
    for source in sources("src") {
        let own = source.module[0].as_str();
        let Some(layer) = layer(own) else {
            offences.push(format!(
                "{}: `{own}` is in no layer: add it to the table",
                source.path.display()
            ));
            continue;
        };
        for (at, target) in crate_paths(&source) {
            let allowed = target == own || self::layer(&target).unwrap_or(7) < layer || layer == 7;
            if !allowed {
                offences.push(source.offence(at, &format!("`{own}` may not use `{target}`")));
            }
        }
    }
    assert!(
        offences.is_empty(),
        "{} imports against the layers:\n{}",
        offences.len(),
        offences.join("\n")
    );
}

#[test]
fn some_names_belong_to_one_place() {
    let mut offences = Vec::new();
    for source in sources("src") {
        for rule in RESERVED {
            if rule.only_in.contains(&source.module[0].as_str()) {
                continue;
            }
            let places = source.reserved(rule).into_iter();
            offences.extend(places.map(|at| source.offence(at, rule.why)));
        }
    }
    assert!(
        offences.is_empty(),
        "{} names out of place:\n{}",
        offences.len(),
        offences.join("\n")
    );
}

#[test]
fn nothing_is_left_open_or_ignored() {
    let mut offences = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        for name in ["todo!", "unimplemented!", "#[ignore"] {
            offences.extend(
                source
                    .names(name)
                    .map(|at| source.offence(at, "finish it, or leave it out")),
            );
        }
    }
    for source in sources("tests") {
        let sleeps = source.names("thread::sleep");
        offences.extend(sleeps.map(|at| source.offence(at, "wait for an event, not for time")));
    }
    assert!(
        offences.is_empty(),
        "{} offences:\n{}",
        offences.len(),
        offences.join("\n")
    );
}

#[test]
fn the_table_has_no_module_that_is_gone_missing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let declared = fs::read_to_string(root.join("lib.rs")).expect("src/lib.rs");
    for entry in fs::read_dir(&root).expect("src/") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let is_module =
            path.is_file() || fs::read_dir(&path).is_ok_and(|mut files| files.next().is_some());
        if is_module && name != "lib" && name != "main" {
            let found = declared
                .lines()
                .any(|line| line.trim_end().ends_with(&format!("mod {name};")));
            assert!(found, "src/lib.rs does not declare {name}");
        }
    }
}

/// The checker itself: what it must see, and what it must not.
#[test]
fn the_checker_sees_paths_and_skips_text() {
    let text = r##"
        // crate::run is a comment, and so is /* crate::cli */
        use crate::{input::{Record, Sources}, exec::Job};
        use crate::template::Template;
        const TEXT: &str = "crate::config";
        const RAW: &str = r#"crate::agent "quoted" "#;
        fn f() { let c = '"'; super::run::go(); crate::output::go(c); }
        mod inner { use super::super::cli; use super::f; }
        #[cfg(test)]
        mod tests { use super::*; fn g() { std::process::Command::new("x"); } }
        use std::process::{Child, Command};
        fn h() { clap::Command::new("x"); }
    "##;
    let source = Source::read(PathBuf::from("src/ui.rs"), vec!["ui".to_owned()], text);
    let targets: Vec<String> = crate_paths(&source)
        .into_iter()
        .map(|(_, target)| target)
        .collect();
    assert_eq!(
        targets,
        ["input", "exec", "template", "run", "output", "cli"]
    );
    let starts: Vec<usize> = source.names("Command::new").collect();
    assert_eq!(starts.len(), 2);
    assert!(source.test[starts[0]], "it is under #[cfg(test)]");
    assert!(
        !source.test[source.names("f").next().expect("fn f")],
        "f is not under #[cfg(test)]"
    );
    let processes = RESERVED
        .iter()
        .find(|rule| rule.only_in == ["exec"])
        .expect("a rule for exec/");
    let found = source.reserved(processes);
    assert_eq!(
        found.len(),
        1,
        "the `use` outside of the tests, and not clap's Command"
    );
    assert!(source.code[found[0]..].starts_with("process::{Child, Command}"));
}

fn layer(module: &str) -> Option<u32> {
    LAYERS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, layer)| *layer)
}

/// Every .rs file below a folder of the package.
fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a source folder is readable") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path
                    .strip_prefix(&root)
                    .expect("it is below the root")
                    .with_extension("");
                let mut module: Vec<String> = relative
                    .iter()
                    .map(|part| part.to_string_lossy().into_owned())
                    .collect();
                if module.len() > 1 && module.last().is_some_and(|last| last == "mod") {
                    module.pop();
                }
                let text = fs::read_to_string(&path).expect("a source file is text");
                found.push(Source::read(path, module, &text));
            }
        }
    }
    assert!(!found.is_empty(), "no source below {folder}");
    found
}

impl Source {
    fn read(path: PathBuf, module: Vec<String>, text: &str) -> Source {
        let code = blank(text);
        // `#[cfg(test)] mod tests;` stands in the file above.
        let whole_file = module.iter().any(|part| part == "tests");
        let test = if whole_file {
            vec![true; code.len()]
        } else {
            test_code(&code)
        };
        Source {
            path,
            module,
            code,
            test,
        }
    }

    /// Where one of a rule's names stands outside of test code: written out, or in the braces of a `use`.
    fn reserved(&self, rule: &Reserved) -> Vec<usize> {
        let mut places = Vec::new();
        for name in rule.names {
            places.extend(self.names(name));
            if let Some((module, item)) = name.rsplit_once("::") {
                let grouped = self.names(module).filter(|at| {
                    let rest = self.code[at + module.len()..].strip_prefix("::");
                    rest.is_some_and(|rest| {
                        rest.starts_with('{') && heads(rest).iter().any(|head| head == item)
                    })
                });
                places.extend(grouped);
            }
        }
        places.retain(|&at| !self.test[at]);
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Where a name stands, as a whole path segment or sequence of them.
    fn names<'a>(&'a self, name: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.code
            .match_indices(name)
            .map(|(at, _)| at)
            .filter(move |&at| {
                let before = self.code[..at].chars().next_back();
                let after = self.code[at + name.len()..].chars().next();
                let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                let apart_after = !inside(after) || !inside(name.chars().next_back());
                !inside(before) && apart_after
            })
    }

    fn offence(&self, at: usize, why: &str) -> String {
        let number = self.code[..at].matches('\n').count() + 1;
        let line = self.code.lines().nth(number - 1).unwrap_or_default().trim();
        format!("{}:{number}: {why}: {line}", self.path.display())
    }
}

/// The root modules a file names: by `crate::x`, by `crate::{x, y::z}`, or by enough `super`s.
fn crate_paths(source: &Source) -> Vec<(usize, String)> {
    let code = &source.code;
    let mut found = Vec::new();
    for at in source.names("crate") {
        let rest = &code[at + "crate".len()..];
        if let Some(rest) = rest.trim_start().strip_prefix("::") {
            // `pub(crate)` and `$crate` have no path after them; `$crate::` counts as any other.
            found.extend(heads(rest).into_iter().map(|head| (at, head)));
        }
    }
    for at in source.names("super") {
        if code[..at].trim_end().ends_with("super::") {
            continue; // not the first of its chain
        }
        let mut rest = &code[at..];
        let mut supers = 0;
        while let Some(next) = rest
            .trim_start()
            .strip_prefix("super")
            .and_then(|r| r.trim_start().strip_prefix("::"))
        {
            rest = next;
            supers += 1;
        }
        if supers > 0 && supers == source.module.len() + inline_modules(&code[..at]) {
            let named = heads(rest).into_iter().filter(|head| head != "super");
            found.extend(named.map(|head| (at, head)));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found
}

/// The first segments of what follows a `::`.
fn heads(rest: &str) -> Vec<String> {
    let segment = |text: &str| {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let Some(group) = rest.trim_start().strip_prefix('{') else {
        return vec![segment(rest)]
            .into_iter()
            .filter(|head| !head.is_empty())
            .collect();
    };
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items
        .into_iter()
        .map(segment)
        .filter(|head| !head.is_empty() && head != "self")
        .collect()
}

/// How many `mod x { ... }` are open at the end of this code.
fn inline_modules(code: &str) -> usize {
    let mut open: Vec<bool> = Vec::new();
    for (at, c) in code.char_indices() {
        if c == '{' {
            let head = code[..at]
                .rsplit(['{', '}', ';'])
                .next()
                .unwrap_or_default();
            let words: Vec<&str> = head.split_whitespace().collect();
            open.push(words.len() >= 2 && words[words.len() - 2] == "mod");
        } else if c == '}' {
            open.pop();
        }
    }
    open.into_iter().filter(|is_module| *is_module).count()
}

/// Marks what stands under `#[cfg(test)]`: to the end of the item, a block or a semicolon.
fn test_code(code: &str) -> Vec<bool> {
    const ATTRIBUTE: &str = "#[cfg(test)]";
    let mut marks = vec![false; code.len()];
    for (start, _) in code.match_indices(ATTRIBUTE) {
        let mut depth = 0;
        for (at, byte) in code.bytes().enumerate().skip(start + ATTRIBUTE.len()) {
            marks[at] = true;
            match byte {
                b'{' => depth += 1,
                b'}' if depth <= 1 => break,
                b'}' => depth -= 1,
                b';' if depth == 0 => break,
                _ => {}
            }
        }
    }
    marks
}

/// Replaces comments and the inside of literals by blanks; lines stay where they are.
fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = match rest {
            [b'/', b'/', ..] => at + rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => at + block_comment(rest),
            [b'r', b'"' | b'#', ..] if !after_name(bytes, at) => at + raw_string(rest),
            [b'"', ..] => at + quoted(rest, b'"'),
            // A lifetime has no closing quote; a character literal has one after one character or an escape.
            [b'\'', b'\\', ..] => at + quoted(rest, b'\''),
            [b'\'', ..] => at + character(&text[at..]),
            _ => at,
        };
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn after_name(bytes: &[u8], at: usize) -> bool {
    at > 0
        && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
        && bytes[at - 1] != b'b'
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_string(rest: &[u8]) -> usize {
    let hashes = rest[1..].iter().take_while(|&&b| b == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return 1; // r#ident
    }
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let inside = &rest[2 + hashes..];
    let end = inside
        .windows(close.len())
        .position(|window| window == close)
        .unwrap_or(inside.len());
    (2 + hashes + end + close.len()).min(rest.len())
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn character(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(2);
    match characters.next() {
        Some((at, '\'')) => at + 1,
        _ => 0,
    }
}
