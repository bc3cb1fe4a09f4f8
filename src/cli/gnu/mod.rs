//! GNU parallel's command line: prun called as `parallel`, or with `--gnu`.
//!
//! Boundary: words in, options and sources out, as plain values. Where the
//! words come from (files, `$PARALLEL`) and what they mean is `config/`'s.

mod error;
mod help;
mod options;
mod parse;
mod shebang;

pub use error::GnuError;
pub use help::{VERSION, help, version};
pub use options::Opt;
pub use parse::Given;
pub use shebang::of_script;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::sources::{self, Markers, SourceArg};

/// A command line of GNU parallel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GnuArgs {
    /// The options, in the order of their precedence.
    pub given: Given,
    /// The words of the command; none if each input is a command.
    pub command: Vec<OsString>,
    /// The input sources, those of `-a` first; none if standard input is read.
    pub sources: Vec<SourceArg>,
}

/// Whether prun is to be GNU parallel: the words then come without the option
/// that said so.
pub fn is_gnu(name: &OsStr, argv: &[OsString]) -> bool {
    let base = name.as_bytes().rsplit(|&byte| byte == b'/').next();
    let first = argv.first().map(|word| word.as_bytes());
    // The first line of a script is one word.
    let names_it = |word: &[u8]| word == b"--gnu" || word.starts_with(b"--gnu --");
    matches!(base, Some(b"parallel" | b"sem")) || first.is_some_and(names_it)
}

/// Reads the options of the command line, of a file or of a variable; gives the
/// words behind them.
pub fn read_options(words: Vec<OsString>, given: &mut Given) -> Result<Vec<OsString>, GnuError> {
    parse::read(words, given)
}

/// Splits what follows the options into command and sources.
pub fn split(words: Vec<OsString>, given: Given) -> Result<GnuArgs, GnuError> {
    let files: Vec<PathBuf> = given.all(Opt::ArgFile).map(PathBuf::from).collect();
    let markers = Markers {
        words: given.last(Opt::ArgSep).map_or(":::".into(), Clone::clone),
        files: given
            .last(Opt::ArgFileSep)
            .map_or("::::".into(), Clone::clone),
    };
    let (command, sources) =
        sources::split_by(words, &files, &markers).map_err(|_| GnuError::StdinTwice)?;
    Ok(GnuArgs {
        given,
        command,
        sources,
    })
}
