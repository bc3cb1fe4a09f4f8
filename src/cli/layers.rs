//! Options from several places: defaults below, the command line above.
//!
//! What is given in a higher place replaces what a lower one says of the same
//! option, and silences the lower one's options that exclude it: `--ungroup`
//! on the command line wins over `keep-order` in the config file. Two options
//! of *one* place that exclude each other are an error.
//!
//! Boundary: words in, words out; where they come from is read in `config/`.

use super::clap_error::{similar, translate};
use super::error::{CliError, shown};
use super::scan::{Given, Scan, Table, Words};
use clap::{ArgMatches, Command};
use std::ffi::{OsStr, OsString};

/// Options that stand below those of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// What errors call the place: `$PRUN_OPTS`, or the path of the config file.
    pub origin: String,
    /// The words, as they would stand on the command line.
    pub words: Vec<OsString>,
}

impl Defaults {
    /// The words of a text such as `$PRUN_OPTS`, split and unquoted as a shell would.
    pub fn split(origin: &str, text: &OsStr) -> Result<Self, CliError> {
        let fault = |reason| CliError::InDefaults {
            origin: origin.to_owned(),
            source: Box::new(CliError::Unsplittable { reason }),
        };
        let text = text.to_str().ok_or_else(|| fault("they are not UTF-8"))?;
        let words = shell_words::split(text).map_err(|_| fault("a quote is not closed"))?;
        Ok(Self {
            origin: origin.to_owned(),
            words: words.into_iter().map(OsString::from).collect(),
        })
    }
}

/// A clap `Command`, and the table of its options.
pub(super) struct Parser {
    pub(super) command: Command,
    pub(super) table: Table,
}

impl Parser {
    pub(super) fn new(command: Command) -> Self {
        let table = Table::new(&command);
        Self { command, table }
    }

    /// Tells `words` apart; an unknown option gets the suggestion of clap.
    pub(super) fn scan(&self, words: Vec<OsString>, between: Words) -> Scan {
        let mut scan = self.table.scan(words, between);
        if let Some(CliError::UnknownOption {
            option,
            similar: like,
        }) = &mut scan.fault
            && option.starts_with("--")
        {
            *like = similar(&self.command, option).map(|like| self.table.main_name(&like));
        }
        scan
    }

    /// The values of the options in `typed` over those of `defaults` (lowest
    /// first), and of `more` options that only clap knows.
    pub(super) fn matches(
        &mut self,
        typed: &[Given],
        defaults: &[Vec<Given>],
        more: Vec<OsString>,
    ) -> Result<ArgMatches, clap::Error> {
        let mut kept: Vec<&Given> = typed.iter().collect();
        for layer in defaults.iter().rev() {
            let below: Vec<&Given> = layer
                .iter()
                .filter(|given| self.table.has(&given.id))
                .filter(|given| !kept.iter().any(|above| self.silences(&above.id, &given.id)))
                .collect();
            kept.splice(0..0, below);
        }
        let mut words = vec![OsString::from("prun")];
        words.extend(self.table.rewrite(kept));
        words.extend(more);
        self.command.try_get_matches_from_mut(words)
    }

    /// Whether an option above leaves nothing of an option below.
    fn silences(&self, above: &str, below: &str) -> bool {
        let excludes = |one: &str, other: &str| {
            let arg = self.command.get_arguments().find(|arg| arg.get_id() == one);
            arg.is_some_and(|arg| {
                self.command
                    .get_arg_conflicts_with(arg)
                    .iter()
                    .any(|arg| arg.get_id() == other)
            })
        };
        above == below || excludes(above, below) || excludes(below, above)
    }

    /// Checks each of `defaults` by itself, so that an error says where it is.
    pub(super) fn check(&mut self, defaults: &[Defaults]) -> Result<Vec<Vec<Given>>, CliError> {
        let mut within = |defaults: &Defaults| {
            let scan = self.scan(defaults.words.clone(), Words::Between);
            if let Some(fault) = scan.fault {
                return Err(fault);
            }
            if let Some(word) = scan.words.first() {
                return Err(CliError::NotADefault { word: shown(word) });
            }
            for id in ["help", "version", "generate", "no_config"] {
                if let Some(given) = scan.last(id) {
                    return Err(CliError::NotADefault {
                        word: given.typed.clone(),
                    });
                }
            }
            match self.matches(&scan.given, &[], Vec::new()) {
                Err(error) => Err(translate(&error, &scan.given)),
                Ok(_) => Ok(scan.given),
            }
        };
        defaults
            .iter()
            .map(|defaults| {
                within(defaults).map_err(|source| CliError::InDefaults {
                    origin: defaults.origin.clone(),
                    source: Box::new(source),
                })
            })
            .collect()
    }
}
