//! How output appears on GNU parallel's face: groups, tags, colours, commands.
//!
//! Boundary: from options to policies of the plan.

use std::os::unix::ffi::OsStrExt as _;

use super::super::ConfigError;
use crate::cli::gnu::{Given, Opt};
use crate::cli::unescape;
use crate::output::{Grouping, LineEnd, Paint, Tag};
use crate::run::Announce;
use crate::template::{Family, GnuText};

pub(super) fn is_ungrouped(given: &Given) -> bool {
    grouping(given) == Grouping::Ungrouped
}

pub(super) fn grouping(given: &Given) -> Grouping {
    // Output that is kept comes through prun.
    let ungroups = given.has(Opt::Ungroup) && !given.has(Opt::Results);
    if given.has(Opt::Tty) || given.has(Opt::OpenTty) || ungroups {
        return Grouping::Ungrouped;
    }
    match given.last_of(&[Opt::Group, Opt::LineBuffer, Opt::LatestLine]) {
        Some((Opt::LineBuffer, _)) => Grouping::LineBuffered,
        Some((Opt::LatestLine, _)) => Grouping::LatestLine,
        _ => Grouping::Grouped,
    }
}

/// What stands before each line of output; nothing where lines are not prun's
/// to write.
pub(super) fn tag(
    given: &Given,
    family: &Family,
    slots: usize,
) -> Result<Option<Tag>, ConfigError> {
    if is_ungrouped(given) {
        return Ok(None);
    }
    let everywhere = given.has(Opt::OnAll) || given.has(Opt::NonAll);
    // A text that was asked for counts before the values.
    let texts = given.last_of(&[Opt::TagString, Opt::ColorTagString]);
    let tags = texts.or_else(|| given.last_of(&[Opt::Tag, Opt::ColorTag]));
    let (text, family) = match tags {
        None => return Ok(None),
        Some((Opt::TagString | Opt::ColorTagString, Some(text))) => {
            let text = text.as_bytes();
            let text = unescape(text).unwrap_or_else(|| text.to_vec());
            (text, family.clone())
        }
        Some(_) if everywhere => (b":".to_vec(), Family::default()),
        Some(_) => (b"{}".to_vec(), Family::default()),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let text = [text.as_slice(), b"\t"].concat();
    Ok(Some(Tag {
        text: GnuText::parse(&text, &family, slots)?.into(),
        lines: LineEnd::NewlineOrReturn,
    }))
}

/// Output that does not come through prun cannot be painted.
pub(super) fn paint(given: &Given) -> Paint {
    let colours = [Opt::Color, Opt::ColorTag, Opt::ColorTagString];
    if is_ungrouped(given) {
        Paint::Nothing
    } else if colours.into_iter().any(|option| given.has(option)) {
        Paint::Jobs
    } else if given.has(Opt::ColorFailed) {
        Paint::Failed
    } else {
        Paint::Nothing
    }
}

pub(super) fn announce(given: &Given, only_shows: bool) -> Announce {
    let shows = given.has(Opt::Verbose) && !given.has(Opt::Silent) && !only_shows;
    // The question of `-p` shows the command already.
    let prints = given.has(Opt::Print);
    match (shows, prints) {
        (false, false) => Announce::No,
        (true, false) => Announce::WithOutput,
        (false, true) => Announce::AtStart,
        (true, true) => Announce::Both,
    }
}
