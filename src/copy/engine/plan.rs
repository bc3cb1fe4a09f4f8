//! What is to be done with a name that may be taken.
//!
//! Boundary: looks and compares; making, replacing and completing is `file`'s
//! and `complete`'s.

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{FileType, Mode, OFlags, Stat, openat};
use rustix::io::Errno;

use super::attributes::{Effect, Made, Origin, mtime};
use super::copier::{Copier, Scratch, Unfinished};
use super::counters::add;
use super::data::{Pair, same_contents, size};
use super::fault::Fault;
use super::filesystem::FileSystem;
use super::place::look;
use super::subject::Subject;
use super::{Attribute, Difference, Op, Overwrite};
use crate::copy::filter::Decision;
use crate::copy::tree::{Identity, Tree};

/// What is to be done with a name.
pub(super) enum Plan {
    /// It is the very same file.
    Skip,
    /// It is to be left alone.
    Leave,
    /// Its attributes are to be looked at.
    Mend(Stat),
    /// It is to be made.
    Make,
    /// It is to be replaced.
    Replace(Stat),
}

impl Copier {
    /// What is to be done with a name that may be taken.
    pub(super) fn plan(
        &self,
        tree: &Tree<Self>,
        at: super::copier::Place<'_>,
        from: &OwnedFd,
        source: &Stat,
        scratch: &mut Scratch<'_>,
    ) -> Result<Plan, Unfinished> {
        let Some(there) = look(at.held.to.as_fd(), at.name)? else {
            return Ok(Plan::Make);
        };
        let kind = FileType::from_raw_mode(there.st_mode);
        if kind == FileType::Directory {
            return Err(Fault::destination(Op::Create)(Errno::ISDIR).into());
        }
        if Self::is_other_name(at) {
            return Err(Fault::destination(Op::Create)(Errno::EXIST).into());
        }
        if !self.may_replace(source, &there) {
            return Ok(Plan::Leave);
        }
        let same_file = Identity::from_stat(source) == Identity::from_stat(&there);
        if same_file {
            // Two ways to one file: there is nothing to copy, and it must not be cut.
            return Ok(Plan::Skip);
        }
        if kind != FileType::RegularFile || self.has_other_names(source, &there) {
            return Ok(Plan::Replace(there));
        }
        let same_size = source.st_size == there.st_size;
        let is_equal = match self.options.difference {
            Difference::SizeAndTime => {
                same_size && self.same_time(source, &there, &at.node.data.fs)
            }
            Difference::Size => same_size,
            Difference::Any => false,
            Difference::Contents => {
                same_size && {
                    let to = tree
                        .patiently(|| {
                            openat(
                                &at.held.to,
                                at.name,
                                OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
                                Mode::empty(),
                            )
                        })
                        .map_err(Fault::destination(Op::Open))?;
                    let pair = Pair {
                        from: from.as_fd(),
                        to: to.as_fd(),
                    };
                    same_contents(pair, scratch)?
                }
            }
        };
        Ok(if is_equal {
            Plan::Mend(there)
        } else {
            Plan::Replace(there)
        })
    }

    /// Whether a client has left a file complete. It is not opened: the time of
    /// modification is set after all else. One of several names is none such.
    pub(super) fn is_left(&self, at: super::copier::Place<'_>) -> bool {
        let Ok(source) = self.stat_source(at) else {
            return false;
        };
        let Ok(Some(there)) = look(at.held.to.as_fd(), at.name) else {
            return false;
        };
        let is_usual = self.options.difference == Difference::SizeAndTime
            && self.options.sizes.decide(size(&source)) != Decision::Leave;
        is_usual
            && source.st_mode == there.st_mode
            && source.st_size == there.st_size
            && (source.st_uid, source.st_gid) == (there.st_uid, there.st_gid)
            && source.st_nlink == 1
            && there.st_nlink == 1
            && self.same_time(&source, &there, &at.node.data.fs)
    }

    /// Whether an entry that is there may be replaced at all.
    pub(super) fn may_replace(&self, source: &Stat, there: &Stat) -> bool {
        let is_file = |stat: &Stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        match self.options.overwrite {
            Overwrite::Differing => true,
            // Only of two files is the newer one kept, as rsync(1) has it: a
            // symlink in a file's place is no newer file.
            Overwrite::Older => {
                !is_file(source) || !is_file(there) || mtime(there) <= mtime(source)
            }
            Overwrite::Nothing => false,
        }
    }

    /// Whether a file has names in the destination that its source does not
    /// have: writing to it would write to those.
    pub(super) fn has_other_names(&self, source: &Stat, there: &Stat) -> bool {
        self.preserves(Attribute::Links) && there.st_nlink > source.st_nlink
    }

    /// Whether a file that is there might be taken for one that is as old as
    /// its source, whatever its file system makes of times: better one too many.
    pub(super) fn looks_as_old(&self, source: &Stat, there: &Stat) -> bool {
        let seconds = |stat: &Stat| mtime(stat).0;
        let window = self.options.modify_window / 1_000_000_000 + 2;
        (!self.preserves(Attribute::Timestamps) && mtime(there) >= mtime(source))
            || seconds(source).abs_diff(seconds(there)) <= window
    }

    /// Whether two times of modification are equal.
    fn same_time(&self, source: &Stat, there: &Stat, fs: &FileSystem) -> bool {
        if !self.preserves(Attribute::Timestamps) {
            // Without times to compare, an equal size and a later time must do, as for make(1).
            return mtime(there) >= mtime(source);
        }
        let nanoseconds = |(s, n): (i64, i64)| i128::from(s) * 1_000_000_000 + i128::from(n);
        let apart = nanoseconds(mtime(source)) - nanoseconds(mtime(there));
        if apart.unsigned_abs() <= u128::from(self.options.modify_window) {
            return true;
        }
        // The file system may have cut the time off: FAT keeps every other second.
        let may_be_cut = (1..2_000_000_000).contains(&apart) && mtime(there).1 % 100 == 0;
        may_be_cut && apart < i128::from(fs.granularity())
    }

    /// Puts the attributes of an equal entry right.
    pub(super) fn mend(
        &self,
        at: super::copier::Place<'_>,
        from: Subject<'_>,
        source: &Stat,
        there: &Stat,
    ) {
        let made = Made {
            subject: Subject::Named(at.held.to.as_fd(), at.name),
            stat: there,
            origin: Origin::Found,
        };
        let mut told = |fault| self.tell_by(at.held.mount, at.node, Some(at.name), fault);
        let set = self.set_attributes(from, source, made, &mut told);
        let timed = self.set_times(source, made, &mut told);
        add(&self.counters.skipped, 1);
        if (set, timed) != (Effect::Nothing, Effect::Nothing) {
            add(&self.counters.mended, 1);
        }
    }
}
