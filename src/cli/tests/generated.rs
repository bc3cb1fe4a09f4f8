//! Help, man page and completions.

use super::*;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn text(doc: Doc) -> String {
    String::from_utf8(generate(doc)).unwrap()
}

#[test]
fn short_help_fits_a_screen_and_long_help_has_everything() {
    let (short, long) = (help::short(), help::long());
    assert!(short.lines().count() <= 40, "{}", short.lines().count());
    for line in short.lines().chain(long.lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    for arg in args::runner()
        .get_arguments()
        .filter(|arg| !arg.is_hide_set())
    {
        let name = arg.get_long().map_or_else(
            || format!("-{}", arg.get_short().unwrap()),
            |long| format!("--{long}"),
        );
        assert!(long.contains(&name), "{name}");
    }
    for section in &docs::SECTIONS {
        assert!(long.contains(&format!("\n{}:\n", section.title)));
        for line in section.text.lines().filter(|line| line.starts_with(' ')) {
            assert!(line.len() <= 72, "too wide for the man page: {line}");
        }
    }
}

#[test]
fn the_man_page_has_every_option_and_chapter() {
    let page = text(Doc::Man);
    assert_eq!(page, text(Doc::Man));
    for arg in args::runner()
        .get_arguments()
        .filter(|arg| !arg.is_hide_set())
    {
        let help = arg
            .get_help()
            .unwrap()
            .to_string()
            .replace('\\', "\\\\")
            .replace('-', "\\-")
            .replace('\'', "\\*(Aq");
        assert!(page.contains(&format!("\n{help}\n")), "{help}");
    }
    for section in [
        "NAME",
        "SYNOPSIS",
        "OPTIONS",
        "TEMPLATES",
        "EXAMPLES",
        "\"EXIT STATUS\"",
        "PRESETS",
        "FILES",
    ] {
        assert_eq!(
            page.matches(&format!("\n.SH {section}\n")).count(),
            1,
            "{section}"
        );
    }
    assert_eq!(page.matches(".ds Aq").count(), 2);
    assert!(!page.contains("EXTRA"));
}

/// Whether shell `name` is here; without it the test says that it did nothing.
fn has(name: &str) -> bool {
    let here = Command::new(name)
        .arg("-c")
        .arg("true")
        .status()
        .is_ok_and(|status| status.success());
    if !here {
        assert!(
            std::env::var_os("PRUN_TEST_REQUIRE_ALL").is_none_or(|value| value != "1"),
            "{name} is missing"
        );
        println!("skipped: {name} is not installed");
    }
    here
}

/// What `shell` prints when it reads `script` on standard input; nothing may be on stderr.
fn run_shell(shell: &[&str], script: &str) -> String {
    let mut child = Command::new(shell[0])
        .args(&shell[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && stderr.is_empty(),
        "{shell:?}: {stderr}"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bash_loads_its_completions() {
    if has("bash") {
        let ask =
            "COMP_WORDS=(prun --jo); COMP_CWORD=1; _prun prun --jo prun; echo ${COMPREPLY[@]}";
        let out = run_shell(
            &["bash", "--norc"],
            &format!("{}\n{ask}\n", text(Doc::Bash)),
        );
        assert_eq!(out, "--jobs --joblog\n");
    }
}

#[test]
fn zsh_loads_its_completions() {
    if has("zsh") {
        run_shell(&["zsh", "-fn"], &text(Doc::Zsh));
        let script = format!(
            "autoload -U compinit; compinit -uD\n{}\necho $_comps[prun]\n",
            text(Doc::Zsh)
        );
        assert_eq!(run_shell(&["zsh", "-f"], &script), "_prun\n");
    }
}

#[test]
fn fish_loads_its_completions() {
    if has("fish") {
        let script = format!("{}\ncomplete -C 'prun --jobl'\n", text(Doc::Fish));
        let out = run_shell(&["fish", "--no-config"], &script);
        assert_eq!(out, "--joblog\tWrite a line for each job to FILE\n");
    }
}
