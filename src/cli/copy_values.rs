//! What the words after the options of native copies may look like.
//!
//! Boundary: as `values`: text in, plain values out, an error says what is accepted.

use super::values::ValueError;
use crate::copy::units::{UnitError, parse_files_rate, parse_rate, parse_size};
use crate::copy::verify::Kinds;
use crate::copy::{Attribute, Client, Preserve};
use std::ffi::OsString;
use std::num::NonZeroU64;
use std::str::FromStr;

/// A rate; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate(pub(super) Option<NonZeroU64>);

/// Attributes, by the names of cp(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AttributeList(pub(super) Preserve);

impl AttributeList {
    /// What `-p` keeps, and `--preserve` without a list.
    pub(super) const USUAL: Preserve = Preserve::NONE
        .with(Attribute::Mode)
        .with(Attribute::Ownership)
        .with(Attribute::Timestamps);
}

impl FromStr for AttributeList {
    type Err = ValueError;

    /// Names of which the beginning is enough, as cp takes them.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        const WRONG: ValueError =
            ValueError::new("give a list of: mode,ownership,timestamps,links,xattr,all");
        const NAMES: [(&str, Preserve); 6] = [
            ("mode", Preserve::NONE.with(Attribute::Mode)),
            ("ownership", Preserve::NONE.with(Attribute::Ownership)),
            ("timestamps", Preserve::NONE.with(Attribute::Timestamps)),
            ("links", Preserve::NONE.with(Attribute::Links)),
            ("xattr", Preserve::NONE.with(Attribute::Xattr)),
            ("all", Preserve::ALL),
        ];
        let mut all = Preserve::NONE;
        for word in text.split(',') {
            if !word.is_empty() && "context".starts_with(word) {
                return Err(ValueError::new(
                    "security contexts are extended attributes; give xattr",
                ));
            }
            let named = NAMES.iter().find(|(name, _)| name.starts_with(word));
            match named {
                Some((_, attributes)) if !word.is_empty() => all = all.union(*attributes),
                _ => return Err(WRONG),
            }
        }
        Ok(Self(all))
    }
}

/// What must be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredList(pub Vec<Required>);

/// An attribute of which is counted where it was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// Owner and group.
    Owner,
    /// Permissions.
    Mode,
    /// Access control lists.
    Acl,
    /// Extended attributes.
    Xattr,
    /// Times.
    Times,
    /// Hard links.
    Links,
}

impl FromStr for RequiredList {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let word = |word: &str| match word {
            "owner" | "ownership" => Ok(Required::Owner),
            "mode" => Ok(Required::Mode),
            "acl" => Ok(Required::Acl),
            "xattr" => Ok(Required::Xattr),
            "times" | "timestamps" => Ok(Required::Times),
            "links" => Ok(Required::Links),
            _ => Err(ValueError::new(
                "give a list of: owner,mode,acl,xattr,times,links",
            )),
        };
        text.split(',')
            .map(word)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// A whole number from 0.
pub(super) fn whole(text: &str) -> Result<u64, ValueError> {
    match text.as_bytes() {
        [b'0'..=b'9', ..] => text.parse().ok(),
        _ => None,
    }
    .ok_or(ValueError::new("give a whole number"))
}

/// A size in bytes.
pub(super) fn size(text: &str) -> Result<u64, ValueError> {
    parse_size(text).map_err(|error| match error {
        UnitError::TooLarge { .. } => ValueError::new("the largest size is 8192P-1"),
        _ => ValueError::new(
            "give a number, then B K M G T or P (of 1024), or KB MB GB (of 1000), as 1.5M or 10GB",
        ),
    })
}

/// Bytes a second.
pub(super) fn rate(text: &str) -> Result<Rate, ValueError> {
    parse_rate(text).map(Rate).map_err(|error| match error {
        UnitError::TooLarge { .. } => ValueError::new("the largest rate is 8192P-1"),
        UnitError::TooSmall { .. } => {
            ValueError::new("give 512B or more, or 0 for no limit (without a unit it is KiB)")
        }
        _ => ValueError::new(
            "give KiB a second, or a number with a unit as 512B, 500K, 10M, 1.5GB; 0 is no limit",
        ),
    })
}

/// Files a second.
pub(super) fn files_rate(text: &str) -> Result<Rate, ValueError> {
    parse_files_rate(text)
        .map(Rate)
        .map_err(|_| ValueError::new("give a number of files a second; 0 is no limit"))
}

/// Kinds of differences.
pub(super) fn kinds(text: &str) -> Result<Kinds, ValueError> {
    text.parse().map_err(|_| {
        ValueError::new(
            "give a list of: missing,extra,type,content,size,mode,owner,mtime,target,rdev,hardlink,xattr,acl,sparse, each perhaps with :file, :dir, :link or :special",
        )
    })
}

/// The value of `--delete=`.
pub(super) fn after(text: &str) -> Result<OsString, ValueError> {
    one_word(text, "after", "give --delete or --delete=after")
}

/// The value of `--verify=`.
pub(super) fn checksum(text: &str) -> Result<OsString, ValueError> {
    if text.is_empty() {
        return Ok(OsString::new());
    }
    one_word(text, "checksum", "give --verify or --verify=checksum")
}

/// The value of `--progress=`.
pub(super) fn json(text: &str) -> Result<OsString, ValueError> {
    if text.is_empty() {
        return Ok(OsString::new());
    }
    one_word(text, "json", "give --progress or --progress=json")
}

fn one_word(text: &str, word: &str, accepted: &'static str) -> Result<OsString, ValueError> {
    if text == word {
        Ok(text.into())
    } else {
        Err(ValueError::new(accepted))
    }
}

/// One of several clients.
pub(super) fn client(text: &str) -> Result<Client, ValueError> {
    text.parse()
        .map_err(|_| ValueError::new("give I/N, as 2/4 for the second of four clients"))
}
