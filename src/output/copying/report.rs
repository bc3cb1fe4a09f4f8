//! `--report FILE`: what became of a copy, as one JSON object.
//!
//! Boundary: the form, and the file it goes to. That the file can be made is
//! found out before the copy begins; it is written when all is over, under
//! another name and renamed, so that a reader never meets half a report. The
//! form is described in `docs/report.md` and has a version.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};
use tempfile::NamedTempFile;

use super::error::CopyingError;
use super::json::{JsonFailure, base64, exact, seconds, text, time};
use super::parts::{self, JsonPart};
use super::voice::Heard;
use crate::copy::{Counts, Part, PartKind};

/// The version of the form. It changes when a key goes or changes its meaning,
/// not when one comes.
const VERSION: u32 = 1;

/// Where a report goes.
#[derive(Debug)]
pub(super) struct ReportFile {
    path: PathBuf,
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// Made in this directory and renamed to this path.
    Rename { directory: PathBuf, to: PathBuf },
    /// What is there is no file that could be replaced (`/dev/stdout`, a
    /// fifo): it is written to.
    Open(File),
}

impl ReportFile {
    /// Finds out whether a report can be made at `path`; leaves nothing there.
    pub(super) fn prepare(path: &Path) -> Result<Self, CopyingError> {
        let way = Way::to(path).map_err(|error| CopyingError::NoReport(path.into(), error))?;
        Ok(Self {
            path: path.into(),
            way,
        })
    }

    /// Its path, as it was given.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the report.
    pub(super) fn write(self, report: &Report<'_>) -> Result<(), CopyingError> {
        let Self { path, way } = self;
        let written = serde_json::to_vec_pretty(report)
            .map_err(io::Error::from)
            .and_then(|mut bytes| {
                bytes.push(b'\n');
                way.write(&bytes)
            });
        written.map_err(|error| CopyingError::ReportLost(path, error))
    }
}

impl Way {
    fn to(path: &Path) -> io::Result<Self> {
        let to = match path.metadata() {
            Ok(meta) if meta.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            // A link to a file stays a link.
            Ok(meta) if meta.is_file() => path.canonicalize()?,
            Ok(_) => return OpenOptions::new().write(true).open(path).map(Self::Open),
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_path_buf(),
            Err(error) => return Err(error),
        };
        if to.as_os_str().as_bytes().ends_with(b"/") {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let directory = match to.parent() {
            Some(parent) if parent != Path::new("") => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        // Not kept until the end: it could be copied, or deleted, by the very
        // copy it is about, and a SIGKILL would leave it behind.
        drop(beside(&directory)?);
        Ok(Self::Rename { directory, to })
    }

    fn write(self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Open(mut file) => file.write_all(bytes),
            Self::Rename { directory, to } => {
                let mut file = beside(&directory)?;
                file.write_all(bytes)?;
                // Some file systems rename before they write.
                file.as_file().sync_data()?;
                file.persist(&to).map_err(|error| error.error)?;
                Ok(())
            }
        }
    }
}

/// A new file, with the permissions that any new file gets.
fn beside(directory: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".prun.")
        .rand_bytes(8)
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(directory)
}

/// What a report is made of.
#[derive(Debug)]
pub(super) struct Matter<'a> {
    pub(super) args: &'a [OsString],
    pub(super) source: &'a Path,
    pub(super) destination: &'a Path,
    pub(super) started: SystemTime,
    pub(super) elapsed: Duration,
    pub(super) passes: &'a [(&'static str, Duration)],
    pub(super) parts: &'a [Part],
    pub(super) counts: Counts,
    pub(super) heard: &'a Heard,
    pub(super) exit: u8,
    pub(super) signal: Option<i32>,
    pub(super) refused: Option<&'a str>,
    pub(super) differences: Option<u64>,
}

/// The object.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    version: u32,
    prun: &'static str,
    exit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    signal: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'a str>,
    args: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    args_b64: Option<Vec<String>>,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_b64: Option<String>,
    destination: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_b64: Option<String>,
    started: String,
    seconds: f64,
    passes: Passes<'a>,
    counts: JsonCounts,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mounts: Vec<JsonPart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replicas: Vec<JsonPart>,
    bytes: u64,
    not_kept: NotKept,
    failed: u64,
    vanished: u64,
    changed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<u64>,
    errors_by_errno: ByErrno<'a>,
    errors_total: u64,
    errors: Vec<JsonFailure>,
}

/// Entries by what became of them.
#[derive(Debug, Serialize)]
struct JsonCounts {
    found: u64,
    found_all: bool,
    found_bytes: u64,
    moved_bytes: u64,
    files: u64,
    large_files: u64,
    large_bytes: u64,
    cloned: u64,
    directories: u64,
    directories_there: u64,
    symlinks: u64,
    specials: u64,
    hard_links: u64,
    skipped: u64,
    mended: u64,
    excluded: u64,
    deleted: u64,
    delete_kept: u64,
    not_tried: u64,
    taken_back: u64,
}

/// Entries by what was not kept of them.
#[derive(Debug, Serialize)]
struct NotKept {
    owner: u64,
    mode: u64,
    acl: u64,
    xattr: u64,
    times: u64,
    links: u64,
}

#[derive(Debug)]
struct Passes<'a>(&'a [(&'static str, Duration)]);

impl Serialize for Passes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, time)| (name, seconds(*time))))
    }
}

#[derive(Debug)]
struct ByErrno<'a>(Vec<(&'a str, u64)>);

impl Serialize for ByErrno<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

impl<'a> From<&'a Matter<'_>> for Report<'a> {
    fn from(matter: &'a Matter<'_>) -> Self {
        let bytes_of = |path: &'a Path| path.as_os_str().as_bytes();
        let (source, destination) = (bytes_of(matter.source), bytes_of(matter.destination));
        let args = || matter.args.iter().map(|arg| arg.as_bytes());
        let all_text = args().all(|arg| exact(arg).is_none());
        // Every counter by name, so that a new one is not forgotten here.
        let Counts {
            found,
            walked,
            found_bytes,
            moved_bytes,
            files,
            bytes,
            large_files,
            large_bytes,
            cloned,
            directories,
            directories_there,
            symlinks,
            specials,
            hard_links,
            skipped,
            mended,
            excluded,
            deleted,
            delete_kept,
            failed,
            not_tried,
            vanished,
            changed,
            taken_back,
            links_not_kept,
            owner_not_kept,
            mode_not_kept,
            acl_not_kept,
            xattr_not_kept,
            times_not_kept,
        } = matter.counts;
        Self {
            version: VERSION,
            prun: env!("CARGO_PKG_VERSION"),
            exit: matter.exit,
            signal: matter.signal,
            refused: matter.refused,
            args: args().map(text).collect(),
            args_b64: (!all_text).then(|| args().map(base64).collect()),
            source: text(source),
            source_b64: exact(source),
            destination: text(destination),
            destination_b64: exact(destination),
            started: time(matter.started),
            seconds: seconds(matter.elapsed),
            passes: Passes(matter.passes),
            counts: JsonCounts {
                found,
                found_all: walked > 0,
                found_bytes,
                moved_bytes,
                files,
                large_files,
                large_bytes,
                cloned,
                directories,
                directories_there,
                symlinks,
                specials,
                hard_links,
                skipped,
                mended,
                excluded,
                deleted,
                delete_kept,
                not_tried,
                taken_back,
            },
            mounts: parts::json(matter.parts, PartKind::Mount),
            replicas: parts::json(matter.parts, PartKind::Replica),
            bytes,
            not_kept: NotKept {
                owner: owner_not_kept,
                mode: mode_not_kept,
                acl: acl_not_kept,
                xattr: xattr_not_kept,
                times: times_not_kept,
                links: links_not_kept,
            },
            failed,
            vanished,
            changed,
            differences: matter.differences,
            errors_by_errno: ByErrno(matter.heard.by_errno()),
            errors_total: matter.heard.total,
            errors: matter.heard.first.iter().map(JsonFailure::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::{Class, Failure, Op, Reporter, Side};
    use crate::output::copying::voice::{KEPT, Lines, Voice};
    use rustix::io::Errno;
    use serde_json::{Value, json};
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::{FileTypeExt, symlink};
    use std::time::UNIX_EPOCH;

    const PASSES: [(&str, Duration); 1] = [("files", Duration::from_millis(250))];

    fn heard(n: usize) -> Heard {
        let voice = Voice::saying(Lines::First, None, |_| true);
        for at in 0..n {
            voice.failure(Failure {
                path: if at == 0 {
                    b"d/\xff".to_vec()
                } else {
                    format!("d/{at}").into()
                },
                side: Side::Destination,
                op: Op::Close,
                errno: Errno::NOSPC,
                class: Class::Failed,
            });
        }
        voice.take()
    }

    fn matter<'a>(heard: &'a Heard, args: &'a [OsString]) -> Matter<'a> {
        Matter {
            args,
            source: Path::new("src"),
            destination: Path::new("dst"),
            started: UNIX_EPOCH,
            elapsed: Duration::from_millis(1_500),
            parts: &[],
            passes: &PASSES,
            counts: Counts {
                found: 9,
                walked: 1,
                files: 3,
                bytes: 70,
                hard_links: 2,
                acl_not_kept: 4,
                failed: 1,
                ..Counts::default()
            },
            heard,
            exit: 1,
            signal: None,
            refused: None,
            differences: None,
        }
    }

    fn value(matter: &Matter<'_>) -> Value {
        serde_json::to_value(Report::from(matter)).unwrap()
    }

    fn entries(directory: &Path) -> Vec<String> {
        let names = std::fs::read_dir(directory).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_form() {
        let args = ["preset", "parallelcp", "src", "dst"].map(OsString::from);
        let heard = heard(1);
        assert_eq!(
            value(&matter(&heard, &args)),
            json!({
                "version": 1,
                "prun": env!("CARGO_PKG_VERSION"),
                "exit": 1,
                "args": ["preset", "parallelcp", "src", "dst"],
                "source": "src",
                "destination": "dst",
                "started": "1970-01-01T00:00:00.000Z",
                "seconds": 1.5,
                "passes": {"files": 0.25},
                "counts": {
                    "found": 9, "found_all": true, "found_bytes": 0, "moved_bytes": 0,
                    "files": 3, "large_files": 0, "large_bytes": 0, "cloned": 0,
                    "directories": 0, "directories_there": 0, "symlinks": 0, "specials": 0,
                    "hard_links": 2, "skipped": 0, "mended": 0, "excluded": 0,
                    "deleted": 0, "delete_kept": 0, "not_tried": 0, "taken_back": 0,
                },
                "bytes": 70,
                "not_kept": {"owner": 0, "mode": 0, "acl": 4, "xattr": 0, "times": 0, "links": 0},
                "failed": 1,
                "vanished": 0,
                "changed": 0,
                "errors_by_errno": {"ENOSPC": 1},
                "errors_total": 1,
                "errors": [{
                    "path": "d/\u{fffd}", "path_b64": "ZC//", "side": "destination", "op": "close",
                    "errno": "ENOSPC", "class": "failed", "message": "No space left on device",
                }],
            })
        );
    }

    #[test]
    fn words_that_are_no_text_are_there_exactly() {
        let args = [OsString::from("a"), OsString::from_vec(b"\xff".to_vec())];
        let heard = heard(0);
        let value = value(&Matter {
            source: Path::new(&args[1]),
            signal: Some(15),
            refused: Some("no such source"),
            differences: Some(0),
            ..matter(&heard, &args)
        });
        assert_eq!(value["args"], json!(["a", "\u{fffd}"]));
        assert_eq!(value["args_b64"], json!(["YQ==", "/w=="]));
        assert_eq!(value["source_b64"], json!("/w=="));
        assert_eq!(value.get("destination_b64"), None);
        assert_eq!(value["signal"], json!(15));
        assert_eq!(value["refused"], json!("no such source"));
        assert_eq!(value["differences"], json!(0));
    }

    #[test]
    fn a_thousand_failures_are_named_and_all_are_counted() {
        let heard = heard(KEPT + 234);
        let value = value(&matter(&heard, &[]));
        assert_eq!(value["errors"].as_array().unwrap().len(), KEPT);
        assert_eq!(value["errors_total"], json!(1_234));
        assert_eq!(value["errors_by_errno"]["ENOSPC"], json!(1_234));
    }

    #[test]
    fn it_is_made_whole_and_nothing_else_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report");
        let heard = heard(0);
        for _ in 0..2 {
            let file = ReportFile::prepare(&path).unwrap();
            file.write(&Report::from(&matter(&heard, &[]))).unwrap();
            assert_eq!(entries(dir.path()), ["report"]);
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!(bytes.last(), Some(&b'\n'));
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(value["version"], json!(1));
        }
    }

    #[test]
    fn preparing_touches_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report");
        ReportFile::prepare(&path).unwrap();
        assert!(entries(dir.path()).is_empty());
        std::fs::write(&path, "an older one").unwrap();
        ReportFile::prepare(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"an older one");
    }

    #[test]
    fn what_cannot_be_written_is_found_before() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        for (name, why) in [
            ("none/report", "No such file or directory"),
            ("file/report", "Not a directory"),
            ("", "is a directory"),
            ("new/", "is a directory"),
        ] {
            let path = dir.path().join(name);
            let error = ReportFile::prepare(&path).unwrap_err().to_string();
            assert!(error.contains(why), "{name}: {error}");
            assert!(error.contains("--report FILE"), "{error}");
        }
        assert_eq!(entries(dir.path()), ["file"]);
    }

    #[test]
    fn a_link_stays_and_a_device_is_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let (link, file) = (dir.path().join("link"), dir.path().join("file"));
        std::fs::write(&file, "").unwrap();
        symlink("file", &link).unwrap();
        let heard = heard(0);
        let report = matter(&heard, &[]);
        let write = |path: &Path| ReportFile::prepare(path)?.write(&Report::from(&report));
        write(&link).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert!(std::fs::read(&file).unwrap().starts_with(b"{"));
        write(Path::new("/dev/null")).unwrap();
        let null = Path::new("/dev/null").metadata().unwrap();
        assert!(null.file_type().is_char_device());
        if Path::new("/dev/full").exists() {
            let error = write(Path::new("/dev/full")).unwrap_err().to_string();
            assert_eq!(
                error,
                "the report /dev/full was not written: No space left on device"
            );
        }
    }
}
