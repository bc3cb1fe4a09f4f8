//! What is done about an entry that is no directory.
//!
//! Boundary: the engine's rules, on what stat(2) says of both sides; reads
//! contents only where they are asked for.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use crate::copy::{Attribute, CopyOptions, Create, Difference, Overwrite};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Skip,
    /// Its attributes are put right.
    Attributes,
    /// It is copied.
    Copy,
}

/// What is done about `source`, where `there` is what is in its place.
pub(super) fn step(
    options: &CopyOptions,
    (from, source): (&Path, &Metadata),
    there: Option<(&Path, &Metadata)>,
) -> io::Result<Step> {
    let Some((to, there)) = there else {
        return Ok(match options.create {
            Create::Missing => Step::Copy,
            Create::Nothing => Step::Skip,
        });
    };
    match options.overwrite {
        Overwrite::Nothing => return Ok(Step::Skip),
        Overwrite::Older if source.is_file() && there.is_file() && time(there) > time(source) => {
            return Ok(Step::Skip);
        }
        Overwrite::Differing | Overwrite::Older => {}
    }
    if source.file_type() != there.file_type() || !is_equal(options, (from, source), (to, there))? {
        return Ok(Step::Copy);
    }
    if has_attributes(options, source, there) {
        return Ok(Step::Skip);
    }
    // cp does not put the attributes of others right without making them anew.
    Ok(if source.is_file() {
        Step::Attributes
    } else {
        Step::Copy
    })
}

fn is_equal(
    options: &CopyOptions,
    (from, source): (&Path, &Metadata),
    (to, there): (&Path, &Metadata),
) -> io::Result<bool> {
    if source.is_symlink() {
        return Ok(fs::read_link(from)? == fs::read_link(to)?);
    }
    if !source.is_file() {
        let is_device = source.file_type().is_char_device() || source.file_type().is_block_device();
        return Ok(!is_device || source.rdev() == there.rdev());
    }
    let same_size = source.len() == there.len();
    Ok(same_size
        && match options.difference {
            Difference::Any => false,
            Difference::Size => true,
            Difference::SizeAndTime => is_close(options, source, there),
            Difference::Contents => have_same_contents(from, to)?,
        })
}

/// Whether what is kept of a source is so already.
pub(super) fn has_attributes(options: &CopyOptions, source: &Metadata, there: &Metadata) -> bool {
    let keeps = |attribute| options.preserve.has(attribute);
    let same_owner = (source.uid(), source.gid()) == (there.uid(), there.gid());
    let same_mode = source.mode() == there.mode();
    (!keeps(Attribute::Ownership) || same_owner)
        && (!keeps(Attribute::Mode) || same_mode || source.is_symlink())
        && (!keeps(Attribute::Timestamps) || is_close(options, source, there))
}

fn is_close(options: &CopyOptions, source: &Metadata, there: &Metadata) -> bool {
    time(source).abs_diff(time(there)) <= u128::from(options.modify_window)
}

/// The time of modification, in nanoseconds since 1970.
fn time(metadata: &Metadata) -> i128 {
    i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec())
}

fn have_same_contents(from: &Path, to: &Path) -> io::Result<bool> {
    let (mut one, mut other) = (File::open(from)?, File::open(to)?);
    let (mut here, mut there) = (vec![0; 128 << 10], vec![0; 128 << 10]);
    loop {
        let read = one.read(&mut here)?;
        if read == 0 {
            return Ok(other.read(&mut there)? == 0);
        }
        match other.read_exact(&mut there[..read]) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
        if here[..read] != there[..read] {
            return Ok(false);
        }
    }
}
