//! Documents that the program writes or that speak of it: they must agree with the program as it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Dir, need, prun};

fn package(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The long options that a text names.
fn long_options(text: &str) -> BTreeSet<String> {
    let pattern = regex::Regex::new(r"(?:^|[\s\[(`'|,])(--[a-z][a-z0-9-]+)").expect("a pattern");
    pattern
        .captures_iter(text)
        .map(|found| found[1].to_owned())
        .collect()
}

#[test]
fn the_man_page_is_fresh() {
    let man = prun(["--generate", "man"]).stdout_any().run().text();
    assert!(
        man == package("man/prun.1"),
        "man/prun.1 is stale: target/debug/prun --generate man >man/prun.1"
    );
}

#[test]
fn the_schema_of_presets_is_fresh() {
    let schema = prun(["--generate", "preset-schema"])
        .stdout_any()
        .run()
        .text();
    assert!(
        schema == package("docs/preset.schema.json"),
        "docs/preset.schema.json is stale: target/debug/prun --generate preset-schema >docs/preset.schema.json"
    );
}

#[test]
fn built_in_presets_name_their_schema_and_fit_it() {
    let schema: serde_json::Value =
        serde_json::from_str(&package("docs/preset.schema.json")).expect("JSON");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets");
    for entry in fs::read_dir(folder).expect("presets/") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("read");
        let named = text.starts_with("#:schema ../docs/preset.schema.json\n");
        assert!(
            named,
            "{}: the first line is not #:schema ../docs/preset.schema.json",
            path.display()
        );
        let preset: serde_json::Value = toml::from_str(&text).expect("TOML");
        let mut faults = Vec::new();
        fits(&schema, &schema, &preset, "", &mut faults);
        assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
    }
    // What a schema can say against a preset, it says.
    for (wrong, place) in [
        ("description = 1\nstage = []", "/description"),
        ("stage = []", "description"),
        ("description = \"d\"\nstages = []\nstage = []", "/stages"),
        (
            "description = \"d\"\n[[stage]]\nname = \"a\"\nselect = \"all of them\"",
            "/stage/0/select",
        ),
        (
            "description = \"d\"\n[[stage]]\nname = \"a\"\nlimits = { job = 1 }",
            "/stage/0/limits/job",
        ),
    ] {
        let preset: serde_json::Value = toml::from_str(wrong).expect("TOML");
        let mut faults = Vec::new();
        fits(&schema, &schema, &preset, "", &mut faults);
        assert!(
            faults.len() == 1 && faults[0].contains(place),
            "{wrong}: {faults:?}"
        );
    }
}

/// What of a JSON schema (draft 7) the schema of presets uses; what it uses besides is a panic.
fn fits(
    root: &serde_json::Value,
    schema: &serde_json::Value,
    value: &serde_json::Value,
    at: &str,
    faults: &mut Vec<String>,
) {
    let Some(rules) = schema.as_object() else {
        assert!(schema == true || schema == false, "{schema}");
        if schema == false {
            faults.push(format!("{at}: may not be there"));
        }
        return;
    };
    for (rule, wanted) in rules {
        match rule.as_str() {
            "$schema" | "title" | "description" | "definitions" | "default" | "format"
            | "minLength" | "maxLength" => {}
            "$ref" => {
                let pointer = wanted
                    .as_str()
                    .expect("a reference")
                    .trim_start_matches('#');
                fits(
                    root,
                    root.pointer(pointer).expect("it is there"),
                    value,
                    at,
                    faults,
                );
            }
            "allOf" => {
                for schema in wanted.as_array().expect("a list") {
                    fits(root, schema, value, at, faults);
                }
            }
            "anyOf" | "oneOf" => {
                let fitting = wanted.as_array().expect("a list").iter().filter(|schema| {
                    let mut faults = Vec::new();
                    fits(root, schema, value, at, &mut faults);
                    faults.is_empty()
                });
                if fitting.count() == 0 {
                    faults.push(format!("{at}: {value} is none of {wanted}"));
                }
            }
            "const" => {
                if wanted != value {
                    faults.push(format!("{at}: {value} is not {wanted}"));
                }
            }
            "enum" => {
                if !wanted.as_array().expect("a list").contains(value) {
                    faults.push(format!("{at}: {value} is none of {wanted}"));
                }
            }
            "type" => {
                let is = |name: &serde_json::Value| match name.as_str().expect("a type") {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    other => panic!("a type {other}"),
                };
                if !wanted
                    .as_array()
                    .map_or_else(|| is(wanted), |names| names.iter().any(is))
                {
                    faults.push(format!("{at}: {value} is no {wanted}"));
                }
            }
            "required" => {
                for name in wanted.as_array().expect("a list") {
                    if value.get(name.as_str().expect("a name")).is_none() {
                        faults.push(format!("{at}: {name} is missing"));
                    }
                }
            }
            "properties" | "additionalProperties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    let known = rules.get("properties").and_then(|known| known.get(name));
                    let schema = if rule == "properties" {
                        known
                    } else {
                        known.is_none().then_some(wanted)
                    };
                    if let Some(schema) = schema {
                        fits(root, schema, value, &format!("{at}/{name}"), faults);
                    }
                }
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    fits(root, wanted, value, &format!("{at}/{index}"), faults);
                }
            }
            other => panic!("{at}: the test does not know the rule {other:?}"),
        }
    }
}

#[test]
fn the_man_page_names_every_option_of_the_help() {
    let man = package("man/prun.1").replace('\\', "");
    let help = prun(["--help"]).stdout_any().run().text();
    let missing: Vec<String> = long_options(&help)
        .into_iter()
        .filter(|option| !man.contains(option.as_str()))
        .collect();
    assert!(missing.is_empty(), "not in man/prun.1: {missing:?}");
    assert!(long_options(&help).len() > 20, "{help}");
}

#[test]
fn the_man_page_is_clean_roff() {
    if !need("man") {
        return;
    }
    let dir = Dir::new();
    let page = dir.write("prun.1", package("man/prun.1"));
    let mut man = Command::new("man");
    man.args(["--warnings", "-l"])
        .arg(page)
        .env("LC_ALL", "C.UTF-8")
        .env("MANWIDTH", "100");
    let shown = man.output().expect("man runs");
    assert!(
        shown.status.success() && shown.stderr.is_empty(),
        "{}",
        shown.stderr.escape_ascii()
    );
    let text = String::from_utf8_lossy(&shown.stdout);
    for section in ["NAME", "SYNOPSIS", "OPTIONS"] {
        assert!(
            text.lines().any(|line| line == section),
            "no section {section}"
        );
    }
}

#[test]
fn the_man_page_has_the_exit_statuses() {
    let man = package("man/prun.1");
    for status in ["100", "101", "255"] {
        assert!(
            man.contains(status),
            "the man page does not speak of {status}"
        );
    }
}

#[test]
fn completions_are_what_their_shell_can_read() {
    let dir = Dir::new();
    for shell in ["bash", "zsh"] {
        let text = prun(["--generate", shell])
            .stdout_has(&["prun", "--joblog"])
            .run()
            .stdout;
        let file = dir.write(shell, text);
        if need(shell) {
            let checked = Command::new(shell)
                .arg("-n")
                .arg(&file)
                .output()
                .expect("the shell runs");
            assert!(
                checked.status.success() && checked.stderr.is_empty(),
                "{shell}: {}",
                checked.stderr.escape_ascii()
            );
        }
    }
    prun(["--generate", "fish"])
        .stdout_has(&["complete -c prun", "joblog"])
        .run();
}

#[test]
fn an_unknown_document_is_refused() {
    prun(["--generate", "no-such-document"])
        .refused(&["no-such-document"])
        .run();
}

#[test]
fn the_readme_names_only_options_that_exist() {
    let man = package("man/prun.1").replace('\\', "");
    let mut missing = Vec::new();
    for line in package("README.md").lines() {
        // Only what is given to prun itself: from its name to the end of the command.
        let Some(at) = line.find("prun ") else {
            continue;
        };
        let words = line[at..]
            .split([' ', '`', '|'])
            .take_while(|word| !word.starts_with('\''));
        let options = words.filter(|word| word.starts_with("--") && word.len() > 2);
        missing.extend(
            options
                .map(|word| word.split('=').next().unwrap_or(word).to_owned())
                .filter(|o| !man.contains(o.as_str())),
        );
    }
    missing.retain(|option| {
        !["--engine", "--release", "--path", "--locked"].contains(&option.as_str())
    });
    assert!(
        missing.is_empty(),
        "README.md names {missing:?}, the man page does not"
    );
}

#[test]
fn the_readme_says_how_to_test() {
    assert!(package("README.md").contains("tests/run"));
}

#[test]
fn both_licences_are_here() {
    assert!(package("LICENSE-MIT").contains("Permission is hereby granted"));
    assert!(package("LICENSE-APACHE").contains("Apache License"));
    assert!(package("Cargo.toml").contains("MIT OR Apache-2.0"));
}
