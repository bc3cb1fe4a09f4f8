//! Options from several places: defaults below, the command line above.
//!
//! What is given in a higher place replaces what a lower one says of the same
//! option, and silences the lower one's options that exclude it: `--ungroup`
//! on the command line wins over `keep-order` in the config file. Two options
//! of *one* place that exclude each other are an error. `--no-keep-order` says
//! nothing but silences `keep-order` of lower places, and of its own place what
//! stands before it.
//!
//! Boundary: words in, words out; where they come from is read in `config/`.

use super::args::{NO_DEFAULTS, Origins};
use super::clap_error::translate;
use super::error::{CliError, shown};
use super::scan::{Given, Scan, Table, Turn, Words};
use super::spelling::similar;
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

    /// Tells `words` apart; an unknown option gets a suggestion.
    pub(super) fn scan(&self, words: Vec<OsString>, between: Words) -> Scan {
        let mut scan = self.table.scan(words, between);
        if let Some(CliError::UnknownOption {
            option,
            similar: like,
        }) = &mut scan.fault
            && option.starts_with("--")
        {
            *like = similar(&self.table, option);
        }
        scan
    }

    /// The values of the options in `typed` over those of `defaults` (lowest
    /// first), and of `more` options that only clap knows; and where those
    /// come from that were not typed.
    pub(super) fn matches(
        &mut self,
        typed: &[Given],
        defaults: &[Vec<Given>],
        more: Vec<OsString>,
    ) -> Result<(ArgMatches, Origins), clap::Error> {
        let mut kept: Vec<&Given> = settled(typed).collect();
        for layer in defaults.iter().rev() {
            let below: Vec<&Given> = settled(layer)
                .filter(|given| self.table.has(&given.id))
                .filter(|given| !kept.iter().any(|above| self.silences(above, given)))
                .collect();
            kept.splice(0..0, below);
        }
        kept.retain(|given| given.turn == Turn::On);
        let mut origins = Origins::default();
        for given in &kept {
            if let Some(origin) = &given.origin {
                origins.note(&given.name, origin);
            }
        }
        let mut words = vec![OsString::from("prun")];
        words.extend(self.table.rewrite(kept));
        words.extend(more);
        let matches = self.command.try_get_matches_from_mut(words)?;
        Ok((matches, origins))
    }

    /// Whether an option above leaves nothing of an option below.
    fn silences(&self, above: &Given, below: &Given) -> bool {
        let both_on = above.turn == Turn::On && below.turn == Turn::On;
        let (above, below) = (&*above.id, &*below.id);
        let excludes = |one: &str, other: &str| {
            let arg = self.command.get_arguments().find(|arg| arg.get_id() == one);
            arg.is_some_and(|arg| {
                self.command
                    .get_arg_conflicts_with(arg)
                    .iter()
                    .any(|arg| arg.get_id() == other)
            })
        };
        above == below || both_on && (excludes(above, below) || excludes(below, above))
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
            for id in NO_DEFAULTS {
                if let Some(given) = scan.last(id) {
                    return Err(CliError::NotADefault {
                        word: given.typed.clone(),
                    });
                }
            }
            match self.matches(&scan.given, &[], Vec::new()) {
                Err(error) => Err(translate(&error, &scan.given)),
                Ok(_) => Ok(from(scan.given, &defaults.origin)),
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

/// What one place says in the end: an option and its `--no-` form take back
/// what stands before them of the other.
fn settled(layer: &[Given]) -> impl Iterator<Item = &Given> {
    let later = |at: usize| layer.get(at + 1..).unwrap_or_default();
    let one = layer.iter().enumerate().filter(move |(at, given)| {
        !(later(*at).iter()).any(|other| other.id == given.id && other.turn != given.turn)
    });
    one.map(|(_, given)| given)
}

/// The options of the place `origin`.
fn from(given: Vec<Given>, origin: &str) -> Vec<Given> {
    let noted = |given| Given {
        origin: Some(origin.to_owned()),
        ..given
    };
    given.into_iter().map(noted).collect()
}
