//! What may have been meant by an option that does not exist.
//!
//! Boundary: names in, advice out. A name is suggested only if it is really
//! close; options of GNU parallel and xargs that prun spells otherwise, or does
//! not have yet, are told by name.

use super::args;
use super::scan::Table;

/// The option of `table` that is nearly `option`, as help has it.
pub(super) fn similar(table: &Table, option: &str) -> Option<String> {
    let typed = option.trim_start_matches('-').replace('_', "-");
    if told(option).is_some() || typed.len() < 3 {
        return None;
    }
    // The beginning of one name, as getopt takes it.
    let mut begun: Vec<&str> = table
        .names()
        .filter(|(name, _)| name.starts_with(&typed))
        .map(|(_, main)| main)
        .collect();
    begun.dedup();
    // Or a slip: one in three letters, two at most.
    let slips = |name: &str| {
        let most = (typed.chars().count().max(name.len()) / 3).min(2);
        Some(distance(&typed, name)).filter(|slips| *slips <= most)
    };
    let close = || {
        let all = table.names();
        all.filter_map(|(name, main)| Some((slips(name)?, main)))
            .min_by_key(|(slips, _)| *slips)
            .map(|(_, main)| main)
    };
    let main = match begun.as_slice() {
        [one] => Some(*one),
        _ => close(),
    };
    main.map(|main| format!("--{main}"))
}

/// How many letters have to be put in, left out, changed or swapped with their
/// neighbour to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            next[j] = changed.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

/// What to say of an unknown option of a run.
pub(super) fn told(option: &str) -> Option<&'static str> {
    Some(match option {
        "--timings" | "--events" | "--env" | "--gnu" | "--max-jobs" => "it is not built yet",
        "-S" | "--sshlogin" | "--slf" | "--sshloginfile" => "other hosts are not built yet",
        "-i" | "--replace" => "-I STR is the one: STR is then the input; without it <> and {} are",
        "-l" => "-L N puts N lines into a command",
        "-q" | "--quote" => {
            "it is not needed: a value is one word wherever it stands, and never shell code"
        }
        "-x" | "--xargs" => "-X or -m put as many inputs into a command as fit",
        "-o" | "--open-tty" => "--tty gives jobs the terminal as standard input",
        "--will-cite" | "--citation" | "--bibtex" | "--no-notice" => {
            "it is not needed: prun asks for no citation"
        }
        _ => return None,
    })
}

/// What to say of an option that a preset does not have.
pub(super) fn told_in_preset(option: &str) -> Option<&'static str> {
    match option {
        "--resume" | "--resume-failed" => Some(
            "a preset that runs commands runs them all again; leaving out what is done is not built, so it takes no --resume",
        ),
        _ if Table::new(&args::runner()).named(option).is_some() => {
            Some("it is an option of plain runs, presets do not have it")
        }
        _ => told(option).filter(|text| text.contains("not built")),
    }
}

/// What to say of a value that an option does not take.
pub(super) fn told_of_value(option: &str, value: &str) -> Option<&'static str> {
    let counts = ["-n", "-N", "--max-args", "--max-replace-args"];
    (counts.contains(&option) && value == "0")
        .then_some("to run a command N times without the value: seq N | prun sh -c 'COMMAND' sh")
}
