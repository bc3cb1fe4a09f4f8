//! What has been copied and stored, on disk, so that a later run need not look
//! at it again.
//!
//! Boundary: the file and what it holds; when a checkpoint is due is decided
//! here, what is synced for it is the caller's.
//!
//! The form: a line `prun journal 1`, then source, destination and options of
//! the run, then records: `D` and the path of a directory that is done with all
//! below it, `F` and the path of an entry that is done in a directory that is
//! not. Each record ends with NUL and newline, so a path may hold a newline and
//! a torn record is known for one. A record is written only when the
//! destination has been synced since the entry was copied: what the journal
//! calls done survives a power cut.
//!
//! Names of one file are never recorded, nor directories above them: which
//! others they must be linked to is known only by looking.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::fingerprint::{differing, fingerprint};
use super::{CopyOptions, JournalSpec, JournalStart};

const FIRST_LINE: &[u8] = b"prun journal 1\n";
const END: &[u8] = b"\0\n";

/// How long between two checkpoints at least.
const INTERVAL: Duration = Duration::from_secs(5);
/// How many bytes of records wait for a checkpoint at most.
const WAITING: usize = 4 << 20;

/// What of a run is its options.
const OPTIONS: &str = "options";

/// Why there is no journal, or none that can be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be opened, read or written.
    #[error("cannot {what} the journal `{}`: {source}", .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is something else.
    #[error("`{}` is not a journal of prun and is left alone; give another file", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It is the journal of another run.
    #[error("the journal `{}` is of another run: its {what} is `{theirs}`, here it is `{ours}`; resume that run with the same words, or leave --resume out to begin anew", .path.display())]
    OtherRun {
        /// The journal.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// What the journal says.
        theirs: String,
        /// What this run has.
        ours: String,
    },
    /// It is of a run between the same places with other options.
    #[error("the journal `{}` is of a run with other options ({which}); resume that run with the same words, or leave --resume out to begin anew", .path.display())]
    OtherOptions {
        /// The journal.
        path: PathBuf,
        /// Which of them are others.
        which: String,
    },
}

/// A journal that is being written.
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    waiting: Mutex<Waiting>,
    done: Done,
}

/// Records that wait for the next checkpoint.
struct Waiting {
    records: Vec<u8>,
    last: Instant,
    /// Whether somebody is at a checkpoint.
    is_busy: bool,
    /// Whether nothing is to be recorded any more.
    is_ended: bool,
}

/// What an earlier run has done: hashes of paths, because the paths
/// themselves would take many times as much room.
#[derive(Default)]
struct Done {
    directories: HashSet<u128>,
    entries: HashSet<u128>,
}

/// Who a journal belongs to.
struct Owner([(&'static str, Vec<u8>); 3]);

impl Journal {
    /// Opens the journal of a copy of `source` to `destination`.
    pub(super) fn open(
        spec: &JournalSpec,
        source: &Path,
        destination: &Path,
        options: &CopyOptions,
    ) -> Result<Self, JournalError> {
        let path = &spec.path;
        let failed = |what| {
            move |source| JournalError::Io {
                what,
                path: path.clone(),
                source,
            }
        };
        let owner = Owner([
            ("source", whole(source)),
            ("destination", whole(destination)),
            (OPTIONS, fingerprint(options).into_bytes()),
        ]);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed("open"))?;
        let mut reader = BufReader::new(&file);
        let is_empty = reader.fill_buf().map_err(failed("read"))?.is_empty();
        let mut done = Done::default();
        let mut good = 0;
        if !is_empty {
            let mut first = vec![0; FIRST_LINE.len()];
            let is_ours = reader.read_exact(&mut first).is_ok() && first == FIRST_LINE;
            if !is_ours {
                return Err(JournalError::Foreign { path: path.clone() });
            }
            if spec.start == JournalStart::Resume {
                good = FIRST_LINE.len() as u64;
                good += owner
                    .check(&mut reader, path)
                    .map_err(|error| match error {
                        Ok(error) => error,
                        Err(source) => failed("read")(source),
                    })?;
                good += done.read(&mut reader).map_err(failed("read"))?;
            }
        }
        // What follows is a torn record, or all of an older journal.
        file.set_len(good).map_err(failed("write"))?;
        file.seek(io::SeekFrom::End(0)).map_err(failed("write"))?;
        if good == 0 {
            file.write_all(&owner.header()).map_err(failed("write"))?;
        }
        Ok(Self {
            path: path.clone(),
            file: Mutex::new(file),
            waiting: Mutex::new(Waiting {
                records: Vec::new(),
                last: Instant::now(),
                is_busy: false,
                is_ended: false,
            }),
            done,
        })
    }

    /// Whether an earlier run has done all below a directory.
    pub(super) fn has_directory(&self, path: &[u8]) -> bool {
        !self.done.directories.is_empty() && self.done.directories.contains(&hash(path))
    }

    /// Whether an earlier run has done an entry.
    pub(super) fn has_entry(&self, path: &[u8]) -> bool {
        !self.done.entries.is_empty() && self.done.entries.contains(&hash(path))
    }

    /// Notes an entry that is done.
    pub(super) fn entry(&self, path: &[u8]) {
        self.note(b'F', path);
    }

    /// Notes a directory that is done with all below it.
    pub(super) fn directory(&self, path: &[u8]) {
        self.note(b'D', path);
    }

    /// Whether a checkpoint is due; then the caller must make one.
    pub(super) fn is_due(&self) -> bool {
        let mut waiting = self.waiting();
        let is_due = !waiting.is_busy
            && !waiting.is_ended
            && !waiting.records.is_empty()
            && (waiting.last.elapsed() >= INTERVAL || waiting.records.len() >= WAITING);
        waiting.is_busy |= is_due;
        is_due
    }

    /// Makes a checkpoint: `sync` stores what the destination was given; if it
    /// succeeds, what was done before is recorded. After a failure nothing is.
    pub(super) fn checkpoint<E>(
        &self,
        sync: impl FnOnce() -> Result<(), E>,
    ) -> Result<Result<(), JournalError>, E> {
        let (records, was_ended) = {
            let mut waiting = self.waiting();
            (std::mem::take(&mut waiting.records), waiting.is_ended)
        };
        let synced = sync();
        let written = match &synced {
            // What was noted while a sync failed is not to be recorded after all.
            Ok(()) if was_ended => Ok(()),
            Ok(()) => self.write(&records),
            Err(_) => self.forget(),
        };
        let mut waiting = self.waiting();
        waiting.is_busy = false;
        waiting.last = Instant::now();
        waiting.is_ended |= synced.is_err() || written.is_err();
        synced.map(|()| written)
    }

    /// Empties it, and records nothing more: what it says is done is so no longer.
    pub(super) fn abandon(&self) -> Result<(), JournalError> {
        {
            let mut waiting = self.waiting();
            waiting.records.clear();
            waiting.is_ended = true;
        }
        self.forget()
    }

    fn write(&self, records: &[u8]) -> Result<(), JournalError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(records)
            .and_then(|()| file.sync_data())
            .map_err(|source| JournalError::Io {
                what: "write",
                path: self.path.clone(),
                source,
            })
    }

    /// Empties it: what it says is done may not be.
    fn forget(&self) -> Result<(), JournalError> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.set_len(0)
            .and_then(|()| file.sync_data())
            .map_err(|source| JournalError::Io {
                what: "empty",
                path: self.path.clone(),
                source,
            })
    }

    fn note(&self, kind: u8, path: &[u8]) {
        let mut waiting = self.waiting();
        if waiting.is_ended {
            return;
        }
        waiting.records.push(kind);
        waiting.records.extend_from_slice(path);
        waiting.records.extend_from_slice(END);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Done {
    /// Reads records up to the end or to one that is torn; gives their length.
    fn read(&mut self, reader: &mut impl BufRead) -> io::Result<u64> {
        let mut length = 0;
        while let Some(record) = next_record(reader)? {
            length += (record.len() + END.len()) as u64;
            match record.split_first() {
                Some((b'D', path)) => self.directories.insert(hash(path)),
                Some((b'F', path)) => self.entries.insert(hash(path)),
                _ => break,
            };
        }
        Ok(length)
    }
}

impl Owner {
    fn header(&self) -> Vec<u8> {
        let mut header = FIRST_LINE.to_vec();
        for (_, value) in &self.0 {
            header.extend_from_slice(value);
            header.extend_from_slice(END);
        }
        header
    }

    /// Reads who a journal belongs to; its length, or what is wrong with it.
    fn check(
        &self,
        reader: &mut impl BufRead,
        path: &Path,
    ) -> Result<u64, Result<JournalError, io::Error>> {
        let mut length = 0;
        for (what, ours) in &self.0 {
            let theirs = next_record(reader).map_err(Err)?.unwrap_or_default();
            if theirs != *ours && *what == OPTIONS {
                let [theirs, ours] = [&theirs, ours].map(|text| String::from_utf8_lossy(text));
                return Err(Ok(JournalError::OtherOptions {
                    path: path.to_path_buf(),
                    which: differing(&theirs, &ours),
                }));
            }
            if theirs != *ours {
                return Err(Ok(JournalError::OtherRun {
                    path: path.to_path_buf(),
                    what,
                    theirs: String::from_utf8_lossy(&theirs).into_owned(),
                    ours: String::from_utf8_lossy(ours).into_owned(),
                }));
            }
            length += (theirs.len() + END.len()) as u64;
        }
        Ok(length)
    }
}

/// The next record without its end; `None` at the end of the file, and for a
/// record that is torn.
fn next_record(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut record = Vec::new();
    loop {
        if reader.read_until(b'\n', &mut record)? == 0 {
            return Ok(None);
        }
        if record.ends_with(END) {
            record.truncate(record.len() - END.len());
            return Ok(Some(record));
        }
    }
}

/// Two hashes of 64 bits: of a billion paths no two are likely to have both the same.
fn hash(path: &[u8]) -> u128 {
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let one = hasher.hash_one(path);
    let other = hasher.hash_one((0x9E37_79B9_u32, path));
    u128::from(one) << 64 | u128::from(other)
}

/// A path from the root, however it was given, whether all of it is there yet
/// or not.
fn whole(path: &Path) -> Vec<u8> {
    let mut whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    for there in path.ancestors() {
        let here = Path::new(".");
        let there = if there.as_os_str().is_empty() {
            here
        } else {
            there
        };
        if let Ok(real) = there.canonicalize() {
            let rest = path.strip_prefix(there).unwrap_or(path);
            whole = real.components().chain(rest.components()).collect();
            break;
        }
    }
    whole.as_os_str().as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixture {
        dir: tempfile::TempDir,
        spec: JournalSpec,
        options: CopyOptions,
    }

    impl Fixture {
        fn new(start: JournalStart) -> Self {
            let dir = tempfile::tempdir().unwrap();
            let spec = JournalSpec {
                path: dir.path().join("journal"),
                start,
            };
            Self {
                dir,
                spec,
                options: CopyOptions::default(),
            }
        }

        fn open(&self) -> Result<Journal, JournalError> {
            Journal::open(&self.spec, Path::new("/"), self.dir.path(), &self.options)
        }
    }

    #[test]
    fn what_was_synced_is_done_after_resuming() {
        let fixture = Fixture::new(JournalStart::Resume);
        let journal = fixture.open().unwrap();
        journal.entry(b"a\nb");
        journal.entry(b"\xff");
        journal.directory(b"d");
        journal.checkpoint(|| Ok::<_, ()>(())).unwrap().unwrap();
        journal.entry(b"not synced");
        drop(journal);
        let journal = fixture.open().unwrap();
        assert!(journal.has_entry(b"a\nb"));
        assert!(journal.has_entry(b"\xff"));
        assert!(journal.has_directory(b"d"));
        assert!(!journal.has_entry(b"not synced"));
        assert!(!journal.has_entry(b"d"));
    }

    #[test]
    fn a_torn_record_is_read_past_and_written_over() {
        let fixture = Fixture::new(JournalStart::Resume);
        let journal = fixture.open().unwrap();
        journal.entry(b"one");
        journal.checkpoint(|| Ok::<_, ()>(())).unwrap().unwrap();
        drop(journal);
        let mut file = OpenOptions::new()
            .append(true)
            .open(&fixture.spec.path)
            .unwrap();
        file.write_all(b"Ftw\n").unwrap();
        let journal = fixture.open().unwrap();
        journal.entry(b"three");
        journal.checkpoint(|| Ok::<_, ()>(())).unwrap().unwrap();
        drop(journal);
        let journal = fixture.open().unwrap();
        assert!(journal.has_entry(b"one") && journal.has_entry(b"three"));
        assert!(!journal.has_entry(b"tw\n") && !journal.has_entry(b"tw"));
    }

    #[test]
    fn what_is_noted_while_a_sync_fails_is_not_recorded_by_the_next() {
        let fixture = Fixture::new(JournalStart::Resume);
        let journal = fixture.open().unwrap();
        journal.entry(b"one");
        let failed = journal.checkpoint(|| {
            journal.entry(b"meanwhile");
            Err(())
        });
        assert!(failed.is_err());
        journal.checkpoint(|| Ok::<_, ()>(())).unwrap().unwrap();
        drop(journal);
        // Empty, and so a journal that can be begun.
        assert_eq!(std::fs::read(&fixture.spec.path).unwrap(), b"");
        assert!(!fixture.open().unwrap().has_entry(b"meanwhile"));
    }

    #[test]
    fn a_failed_sync_leaves_nothing_done() {
        let fixture = Fixture::new(JournalStart::Resume);
        let journal = fixture.open().unwrap();
        journal.entry(b"one");
        journal.checkpoint(|| Ok::<_, ()>(())).unwrap().unwrap();
        journal.entry(b"two");
        assert!(journal.checkpoint(|| Err(())).is_err());
        journal.entry(b"three");
        assert!(!journal.is_due());
        drop(journal);
        let journal = fixture.open().unwrap();
        assert!(!journal.has_entry(b"one") && !journal.has_entry(b"two"));
    }

    #[test]
    fn the_journal_of_another_run_is_refused_and_kept() {
        let fixture = Fixture::new(JournalStart::Resume);
        drop(fixture.open().unwrap());
        let other = Fixture {
            options: CopyOptions {
                difference: super::super::Difference::Any,
                ..CopyOptions::default()
            },
            spec: fixture.spec.clone(),
            dir: fixture.dir,
        };
        let before = std::fs::read(&other.spec.path).unwrap();
        let error = other.open().err().unwrap().to_string();
        assert!(
            error.contains("other options (--checksum, --size-only, -I)"),
            "{error}"
        );
        assert_eq!(std::fs::read(&other.spec.path).unwrap(), before);
    }

    #[test]
    fn a_file_that_is_no_journal_is_left_alone() {
        for start in [JournalStart::Anew, JournalStart::Resume] {
            let fixture = Fixture::new(start);
            std::fs::write(&fixture.spec.path, "dear diary").unwrap();
            assert!(matches!(fixture.open(), Err(JournalError::Foreign { .. })));
            assert_eq!(std::fs::read(&fixture.spec.path).unwrap(), b"dear diary");
        }
    }
}
