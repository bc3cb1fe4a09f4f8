//! Whether two entries of one type have the same attributes.
//!
//! Boundary: all that stat and the extended attributes tell, and a symlink's
//! target; not the data of files, and not what is in a directory.

use rustix::fs::{FileType, Mode, Stat, major, minor, readlinkat};
use rustix::io::Errno;

use super::difference::{Class, Kind};
use super::options::VerifyOptions;
use super::seen::Seen;
use super::told::{Place, Told};
use super::xattr::{self, Buffers};
use crate::copy::{Op, Side};

/// How many bytes a block is in `st_blocks` (stat(2)).
const BLOCK: u64 = 512;

/// Compares two entries of one type, and tells what differs.
pub(super) fn compare(
    told: &Told,
    options: &VerifyOptions,
    place: Place<'_>,
    from: &Seen<'_>,
    to: &Seen<'_>,
    buffers: &mut Buffers,
) {
    let kind = from.kind();
    let class = Class::of(kind);
    let (a, b) = (&from.stat, &to.stat);
    let tell = |kind: Kind, source: String, destination: String| {
        let (source, destination) = (source.into_bytes(), destination.into_bytes());
        told.difference((kind, class), place, Some(source), Some(destination));
    };
    // The bits of a symlink mean nothing, and differ between systems.
    if class != Class::Link && bits(a) != bits(b) {
        tell(
            Kind::Mode,
            format!("{:04o}", bits(a)),
            format!("{:04o}", bits(b)),
        );
    }
    if (a.st_uid, a.st_gid) != (b.st_uid, b.st_gid) {
        let owner = |stat: &Stat| format!("{}:{}", stat.st_uid, stat.st_gid);
        tell(Kind::Owner, owner(a), owner(b));
    }
    if mtime(a).abs_diff(mtime(b)) > u128::from(options.modify_window) {
        let time = |stat| {
            let (second, rest) = (
                mtime(stat).div_euclid(SECOND),
                mtime(stat).rem_euclid(SECOND),
            );
            format!("{second}.{rest:09}")
        };
        tell(Kind::Mtime, time(a), time(b));
    }
    if !(told.ignore.has(Kind::Xattr, class) && told.ignore.has(Kind::Acl, class)) {
        extended(told, place, class, from, to, buffers);
    }
    match kind {
        FileType::Symlink => targets(told, place, from, to),
        FileType::CharacterDevice | FileType::BlockDevice if a.st_rdev != b.st_rdev => {
            let device = |stat: &Stat| format!("{}:{}", major(stat.st_rdev), minor(stat.st_rdev));
            tell(Kind::Rdev, device(a), device(b));
        }
        FileType::RegularFile => {
            if from.size() != to.size() {
                tell(Kind::Size, from.size().to_string(), to.size().to_string());
            }
            let (source, destination) = (allocated(a), allocated(b));
            if destination > source + options.sparse_slack.max(source / 8) {
                let bytes = |count| format!("{count} bytes allocated");
                tell(Kind::Sparse, bytes(source), bytes(destination));
            }
        }
        _ => {}
    }
}

const SECOND: i128 = 1_000_000_000;

/// The time of modification in nanoseconds.
fn mtime(stat: &Stat) -> i128 {
    i128::from(stat.st_mtime) * SECOND + i128::from(stat.st_mtime_nsec)
}

fn bits(stat: &Stat) -> u32 {
    Mode::from_raw_mode(stat.st_mode).bits()
}

/// How many bytes a file takes on the disk.
pub(super) fn allocated(stat: &Stat) -> u64 {
    u64::try_from(stat.st_blocks).unwrap_or(0) * BLOCK
}

fn targets(told: &Told, place: Place<'_>, from: &Seen<'_>, to: &Seen<'_>) {
    let read = |side, seen: &Seen<'_>| match readlinkat(seen.directory, seen.name, Vec::new()) {
        Ok(target) => Some(target.into_bytes()),
        Err(errno) => {
            told.trouble(place, side, Op::ReadLink, errno);
            None
        }
    };
    let source = read(Side::Source, from);
    let destination = read(Side::Destination, to);
    if let (Some(source), Some(destination)) = (source, destination)
        && source != destination
    {
        let kind = (Kind::Target, Class::Link);
        told.difference(kind, place, Some(source), Some(destination));
    }
}

fn extended(
    told: &Told,
    place: Place<'_>,
    class: Class,
    from: &Seen<'_>,
    to: &Seen<'_>,
    buffers: &mut Buffers,
) {
    let failed = |side| move |errno: Errno| told.trouble(place, side, Op::ReadXattr, errno);
    let source = xattr::read(from, buffers).map_err(failed(Side::Source));
    let destination = xattr::read(to, buffers).map_err(failed(Side::Destination));
    let (Ok(source), Ok(destination)) = (source, destination) else {
        // It is not known what differs: it has been told that, and is no difference.
        return;
    };
    if source == destination {
        return;
    }
    let value = |side: &xattr::Attributes, name: &[u8]| {
        let found = side.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    let mut names: Vec<&[u8]> = (source.iter().chain(&destination))
        .map(|(name, _)| name.as_slice())
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (a, b) = (value(&source, name), value(&destination, name));
        if a != b {
            let kind = if xattr::is_acl(name) {
                Kind::Acl
            } else {
                Kind::Xattr
            };
            let text = |value: Option<Vec<u8>>| {
                let value = value.unwrap_or_else(|| b"<none>".to_vec());
                Some([name, b"=", &value].concat())
            };
            told.difference((kind, class), place, text(a), text(b));
        }
    }
}
