//! What GNU parallel's options ask of the machine, and what they show.
//!
//! Boundary: translation into the options of prun's own face.

use std::ffi::OsStr;

use super::super::ConfigError;
use super::super::resources::Resources;
use super::values::{number, wrong};
use super::{super::Env, shell};
use crate::cli::ResourceArgs;
use crate::cli::gnu::{Given, Opt};
use crate::exec::Programs;
use crate::output::{Form, Watch};
use crate::run::{Listing, Watching};

/// What must be so before a job starts.
pub(super) fn resources(
    given: &Given,
    env: &Env,
    programs: &Programs,
) -> Result<Resources, ConfigError> {
    let size = |option, name| {
        let value = given.last(option);
        value
            .map(|value| {
                parse(
                    value,
                    name,
                    "give a number of bytes, as in 1000, 64k or 1.5G",
                )
            })
            .transpose()
    };
    let load = given
        .last(Opt::Load)
        .map(|value| parse(value, "--load", "give a load, as in 4, +1 or 150%"));
    let args = ResourceArgs {
        load: load.transpose()?,
        memfree: size(Opt::MemFree, "--memfree")?,
        memsuspend: size(Opt::MemSuspend, "--memsuspend")?,
        noswap: given.has(Opt::NoSwap),
        limit: given.last(Opt::Limit).cloned(),
    };
    Resources::new(&args, shell::find(env, programs)?)
}

fn parse<T: std::str::FromStr>(
    value: &OsStr,
    option: &'static str,
    accepted: &'static str,
) -> Result<T, ConfigError> {
    let parsed = value.to_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| wrong(option, value, accepted))
}

/// What is shown of the run.
pub(super) fn watching(given: &Given, env: &Env) -> Result<Watching, ConfigError> {
    let watch = if given.has(Opt::Bar) {
        Some(Watch::Bar)
    } else if given.has(Opt::Eta) {
        Some(Watch::Estimate)
    } else {
        given.has(Opt::Progress).then_some(Watch::Counts)
    };
    let total = given.last(Opt::TotalJobs);
    Ok(Watching {
        watch,
        form: Form::on(env.screen()),
        total: total
            .map(|total| number(total, "--total-jobs"))
            .transpose()?,
        listing: Listing::Commands,
    })
}
