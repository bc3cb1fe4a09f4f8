//! The options that decide what a copy comes to, as text: what a journal keeps
//! of them, and which of them are others than in this run.
//!
//! Boundary: text alone; the journal reads and writes it.

use super::options::CopyOptions;

/// One line for each option: the options of the command line that it is about,
/// a tab, and its value. Two copies of one text skip and keep the same.
pub(super) fn fingerprint(options: &CopyOptions) -> String {
    let CopyOptions {
        share,
        preserve,
        follow,
        difference,
        overwrite,
        create,
        delete,
        filter,
        sizes,
        boundary,
        modify_window,
        ..
    } = options;
    let rules: Vec<String> = filter.counts().map(|(rule, _)| rule.to_string()).collect();
    [
        ("--preserve", format!("{preserve:?}")),
        ("-P, -L, -H", format!("{follow:?}")),
        ("--checksum, --size-only, -I", format!("{difference:?}")),
        ("--update, --no-clobber", format!("{overwrite:?}")),
        ("--existing", format!("{create:?}")),
        ("--delete", format!("{delete:?}")),
        ("filters", format!("{rules:?}")),
        ("--max-size, --min-size", format!("{sizes:?}")),
        ("-x", format!("{boundary:?}")),
        ("--modify-window", format!("{modify_window}")),
        ("--client", format!("{share:?}")),
    ]
    .map(|(name, value)| format!("{name}\t{value}"))
    .join("\n")
}

/// Which options of two fingerprints differ, for a person to look at.
pub(super) fn differing(one: &str, other: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    let (mut one, mut other) = (one.lines(), other.lines());
    loop {
        let pair = (one.next(), other.next());
        let ((Some(line), _) | (None, Some(line))) = pair else {
            break;
        };
        if pair.0 != pair.1 {
            names.push(line.split('\t').next().unwrap_or(line));
        }
    }
    names.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::engine::options::Boundary;

    #[test]
    fn the_options_that_differ_are_named() {
        let options = CopyOptions::default();
        let text = fingerprint(&options);
        assert_eq!(differing(&text, &text), "");
        let other = CopyOptions {
            boundary: Boundary::Kept,
            modify_window: 2,
            ..options
        };
        let other = fingerprint(&other);
        assert_eq!(differing(&text, &other), "-x; --modify-window");
        assert!(differing("", &other).starts_with("--preserve; -P, -L, -H; "));
    }
}
