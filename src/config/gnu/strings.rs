//! The replacement strings of a run on GNU parallel's face.
//!
//! Boundary: from options to a family of strings, and the perl behind it.

use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;

use super::super::{ConfigError, Env};
use crate::cli::gnu::{Given, Opt};
use crate::exec::{PerlProcess, Programs};
use crate::template::{Family, Standard as Spelled};

/// The perl that evaluates what prun does not understand by itself. It is
/// started when it is first asked.
pub(super) fn perl(env: &Env) -> Option<Arc<PerlProcess>> {
    let programs = Programs::new(env.get("PATH").map(Into::into), env.directory.clone());
    let program = programs.resolve(b"perl")?;
    Some(Arc::new(PerlProcess::new(program.to_path_buf())))
}

pub(super) fn family(given: &Given, perl: Option<Arc<PerlProcess>>) -> Result<Family, ConfigError> {
    let mut family = Family::default();
    family.use_perl(perl.map(|perl| perl as _));
    if let Some(parens) = given.last(Opt::Parens) {
        family.enclose(parens.as_bytes());
    }
    if given.has(Opt::Plus) {
        family.plus();
    }
    for (option, which) in [
        (Opt::ExtensionReplace, Spelled::NoExtension),
        (Opt::BaseReplace, Spelled::Base),
        (Opt::DirReplace, Spelled::Dir),
        (Opt::BaseExtensionReplace, Spelled::BaseNoExtension),
        (Opt::SeqReplace, Spelled::Seq),
        (Opt::SlotReplace, Spelled::Slot),
    ] {
        if let Some(spelling) = given.last(option) {
            family.respell(which, spelling.as_bytes());
        }
    }
    if let Some((_, Some(spelling))) = given.last_of(&[Opt::Replace, Opt::ReplaceMaybe]) {
        family.respell(Spelled::Whole, spelling.as_bytes());
    }
    for definition in given.all(Opt::Rpl) {
        family.define(definition.as_bytes())?;
    }
    Ok(family)
}
