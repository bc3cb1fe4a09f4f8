//! Several mounts of one destination, for presets whose commands copy.
//!
//! Boundary: the same names and ids as in `copy`, without what only prun's own
//! engine can do.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser as _};

use super::BalanceArg;
use crate::cli::values::Destinations;

/// The mounts that jobs are dealt.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Copying")]
pub struct MountsArgs {
    /// In place of DST: mounts of one file system
    ///
    /// D1, D2, ... are the full paths of one directory by way of each mount. The
    /// tree is cut in buckets, and each bucket goes by one of them; directories
    /// are put right by way of D1. That they are one directory is proved by a
    /// file, and if not nothing is copied. Repeatable; \, is a comma in a path.
    #[arg(id = "mounts", long = "spread", value_name = "D1,D2", action = clap::ArgAction::Append, value_parser = OsStringValueParser::new().try_map(|text| Destinations::parse(&text)), allow_hyphen_values = true)]
    pub(in crate::cli) spread: Vec<Destinations>,

    /// How --spread deals: rr (in turn), load or hash
    ///
    /// load is the mount with the fewest running jobs, hash is by the list.
    #[arg(
        id = "mounts_balance",
        long = "balance",
        value_name = "HOW",
        allow_hyphen_values = true,
        hide_short_help = true,
        hide_possible_values = true
    )]
    pub balance: Option<BalanceArg>,
}

impl MountsArgs {
    /// The mounts, in order; none if the destination is one directory.
    pub fn mounts(&self) -> Vec<PathBuf> {
        use std::os::unix::ffi::OsStringExt as _;
        let all = self.spread.iter().flat_map(|list| list.0.iter().cloned());
        all.map(|path| PathBuf::from(std::ffi::OsString::from_vec(path)))
            .collect()
    }
}
