//! Help, man page and completions.

use super::*;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn text(doc: Doc) -> String {
    String::from_utf8(generate(doc, &["parallelcp", "my copy"])).unwrap()
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

#[test]
fn help_says_what_asking_and_the_terminal_need_of_each_other() {
    let page = text(Doc::Man);
    assert!(help::long().contains("Ask on the terminal before each job"));
    assert!(help::long().contains("The terminal as stdin, for jobs that read it"));
    assert!(page.contains("A job that reads the terminal itself needs \\-\\-tty too"));
    assert!(
        help::long().contains("--no-keep-order"),
        "the --no- forms are told"
    );
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
        // Where no file has the name of anything that is asked for.
        .current_dir("/")
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
        let mut script = text(Doc::Bash);
        script.push_str(
            "ask() {\n\
             COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))\n\
             _prun prun \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"\n\
             echo ${COMPREPLY[@]}\n}\n",
        );
        let mut expected = String::new();
        for (ask, reply) in [
            ("prun --jo", "--jobs --joblog"),
            ("prun -k --jo", "--jobs --joblog"),
            ("prun --trim ''", "n l r lr"),
            ("prun --trim = l", "l lr"),
            ("prun --joblog = f prese", "preset"),
            ("prun prese", "preset"),
            ("prun -kj 2 -I{} --wd . prese", "preset"),
            ("prun -- prese", ""),
            ("prun preset ''", "parallelcp list show"),
            ("prun -j2 preset p", "parallelcp"),
            ("prun preset show ''", "parallelcp"),
            ("prun preset parallelcp --ret", "--retries"),
            ("prun preset parallelcp --excl", "--exclude --exclude-from"),
            ("prun preset parallelcp d", ""),
            ("prun -k bas preset p", ""),
            ("prun -k sh --jo", ""),
        ] {
            writeln!(script, "ask {ask}").unwrap();
            writeln!(expected, "{reply}").unwrap();
        }
        script.push_str("ask prun -k ech | grep -o '\\<echo\\>' | head -n1\ncomplete -p prun\n");
        expected.push_str("echo\ncomplete -o bashdefault -o default -F _prun prun\n");
        assert_eq!(run_shell(&["bash", "--norc"], &script), expected);
    }
}

#[test]
fn zsh_loads_its_completions() {
    if has("zsh") {
        run_shell(&["zsh", "-fn"], &text(Doc::Zsh));
        let script = format!(
            "autoload -U compinit; compinit -uD\n{}\necho $_comps[prun] $+functions[_prun_words]\n",
            text(Doc::Zsh)
        );
        assert_eq!(run_shell(&["zsh", "-f"], &script), "_prun 1\n");
        // The words from the command on are ours to complete.
        assert!(text(Doc::Zsh).contains("'(-)*::command -- "));
        assert!(text(Doc::Zsh).contains(":_prun_words'"));
        assert!(text(Doc::Zsh).contains("(parallelcp list show)"));
    }
}

#[test]
fn fish_loads_its_completions() {
    if has("fish") {
        let mut script = text(Doc::Fish);
        let mut expected = String::new();
        let preset = "preset\tRun a preset, or list them";
        for (ask, reply) in [
            ("prun --jobl", "--joblog\tWrite a line for each job to FILE"),
            ("prun prese", preset),
            ("prun -j 2 prese", preset),
            ("prun -kj 2 --wd . prese", preset),
            ("prun preset parall", "parallelcp"),
            ("prun preset show parall", "parallelcp"),
        ] {
            writeln!(script, "complete -C '{ask}'").unwrap();
            writeln!(expected, "{reply}").unwrap();
        }
        script.push_str("complete -C 'prun -k ech' | string match -e echo | head -n1 | cut -f1\n");
        expected.push_str("echo\n");
        assert_eq!(run_shell(&["fish", "--no-config"], &script), expected);
    }
}
