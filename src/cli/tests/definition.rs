//! Rules that every option has to keep.

use super::*;
use clap::Arg;
use std::collections::BTreeSet;

const HEADINGS: [&str; 7] = [
    "Inputs", "Template", "Blocks", "Running", "Output", "Records", "Other",
];

#[test]
fn clap_finds_nothing_wrong() {
    args::runner().debug_assert();
}

#[test]
fn every_option_has_help_a_group_and_a_named_value() {
    for arg in args::runner()
        .get_arguments()
        .filter(|arg| !arg.is_positional())
    {
        let id = arg.get_id();
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        assert!(
            !help.is_empty() && help.len() <= 51,
            "{id}: {} {help}",
            help.len()
        );
        assert!(!help.ends_with('.') && !help.contains('\n'), "{id}: {help}");
        assert!(
            HEADINGS.contains(&arg.get_help_heading().unwrap_or_default()),
            "{id}"
        );
        // clap's own name for a value is the option's in capitals.
        let own = id.as_str().to_uppercase();
        let names = arg.get_value_names().unwrap_or_default();
        if arg.get_action().takes_values() {
            assert!(
                names.len() == 1 && (names[0] != own.as_str() || id == "shell"),
                "{id}"
            );
        }
    }
}

/// So that a value may begin with a dash in every option, as with getopt.
#[test]
fn every_value_may_begin_with_a_dash() {
    for arg in args::runner()
        .get_arguments()
        .filter(|arg| !arg.is_positional())
    {
        let free = arg.is_allow_hyphen_values_set() || arg.is_require_equals_set();
        assert_eq!(free, arg.get_action().takes_values(), "{}", arg.get_id());
    }
}

#[test]
fn no_name_is_there_twice_and_none_that_is_not_built() {
    let mut seen = BTreeSet::new();
    let runner = args::runner();
    let names = |arg: &Arg| -> Vec<String> {
        let longs = arg
            .get_long()
            .into_iter()
            .chain(arg.get_all_aliases().into_iter().flatten());
        let longs: Vec<String> = longs.map(|long| format!("--{long}")).collect();
        let shorts = arg
            .get_short()
            .into_iter()
            .chain(arg.get_all_short_aliases().into_iter().flatten());
        shorts
            .map(|short| format!("-{short}"))
            .chain(longs)
            .collect()
    };
    for arg in runner.get_arguments() {
        for name in names(arg) {
            assert!(seen.insert(name.clone()), "{name}");
        }
    }
    for later in ["--timings", "--events", "--env"] {
        assert!(!seen.contains(later), "{later}");
    }
    for there in [
        "--max-procs",
        "-P",
        "--null",
        "-0",
        "--arg-file",
        "--lb",
        "--jl",
        "--xapply",
        "--workdir",
        "-p",
        "-t",
    ] {
        assert!(seen.contains(there), "{there}");
    }
}
