//! Compares two trees, exactly: every entry of either is looked at, and every
//! difference is told by kind and path.
//!
//! Boundary: reads both trees and changes nothing in them, not even times of
//! access where the system has a way to do that; what is done with a
//! difference is a [`Differences`]' business, and which status it leads to its
//! caller's.
//!
//! It is a visitor of the parallel tree, so paths may be longer than the system
//! takes, and no fifo or device is ever opened. Differences are told as they
//! are found; only names of which the system says that there are several links
//! are kept to the end.
//!
//! ```text
//! let verifier = Verifier::new(source, destination, options, workers, sink);
//! verifier.begin()?;
//! // on each of `workers` threads: verifier.work(&control);
//! let verified = verifier.finish();
//! ```

mod attributes;
mod compare;
mod contents;
mod descriptors;
mod difference;
mod directories;
mod error;
mod files;
mod links;
mod options;
mod seen;
mod tally;
mod told;
mod xattr;

pub use difference::{Class, Difference, Differences, Kind};
pub use error::VerifyError;
pub use options::{Contents, KindError, Kinds, VerifyOptions};
pub use tally::Verified;

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::fs::CWD;
use rustix::io::Errno;

use super::tree::{Held, Node, Sides, Tree};
use super::{Control, Op, Side, Stop};
use compare::{Comparer, Directory, Rest, Scratch};
use contents::{Blocks, Fault, Pair};
use descriptors::Share;
use links::Links;
use seen::{Seen, Symlinks};
use tally::Tally;
use told::{Place, Told};
use xattr::Buffers;

/// A comparison of two trees.
///
/// `begin` is called once, then `work` once on each of its workers' threads,
/// and `finish` when they have all come back.
pub struct Verifier {
    source: PathBuf,
    destination: PathBuf,
    workers: usize,
    comparer: Comparer,
    begun: OnceLock<Begun>,
    /// How many workers have come.
    come: AtomicUsize,
}

/// What there is to do after the trees themselves were looked at.
enum Begun {
    /// Nothing.
    Compared,
    /// They are files whose contents are to be compared.
    Files(CString, CString),
    /// They are directories, for so many workers.
    Tree(Box<Tree<Comparer>>, usize),
}

impl Verifier {
    /// Looks at nothing yet. The trees may be two directories or two entries of
    /// another type; symlinks to them are followed. Differences are told to `sink`.
    pub fn new(
        source: &Path,
        destination: &Path,
        options: VerifyOptions,
        workers: usize,
        sink: Arc<dyn Differences>,
    ) -> Self {
        let roots = [source, destination].map(|path| path.as_os_str().as_bytes().to_vec());
        Self {
            source: source.to_path_buf(),
            destination: destination.to_path_buf(),
            workers: workers.max(1),
            comparer: Comparer {
                told: Told {
                    sink,
                    ignore: options.ignore,
                    tally: Tally::new(),
                    roots,
                },
                options,
                links: Links::default(),
                is_whole: AtomicBool::new(false),
            },
            begun: OnceLock::new(),
            come: AtomicUsize::new(0),
        }
    }

    /// Compares the trees themselves, and opens them if they are directories.
    pub fn begin(&self) -> Result<(), VerifyError> {
        let from_path = c_path(Side::Source, &self.source)?;
        let to_path = c_path(Side::Destination, &self.destination)?;
        let look = |path| Seen::look(CWD, path, Symlinks::Followed);
        let from = look(&from_path).map_err(|errno| self.unreadable(Side::Source, errno))?;
        let to = look(&to_path).map_err(|errno| self.unreadable(Side::Destination, errno))?;
        self.find_attributes()?;
        let comparer = &self.comparer;
        let buffers = &mut Buffers::default();
        let begun = match comparer.both(Place::Root, &from, &to, buffers) {
            Rest::Nothing => {
                comparer.is_whole.store(true, Ordering::Release);
                Begun::Compared
            }
            Rest::Contents => Begun::Files(from_path, to_path),
            Rest::Enter => {
                let held = Held::new(
                    (from.open()).map_err(|errno| self.unreadable(Side::Source, errno))?,
                    (to.open()).map_err(|errno| self.unreadable(Side::Destination, errno))?,
                );
                self.settle(&held);
                let share = Share::of(&held, self.workers)
                    .map_err(|spare| VerifyError::Descriptors { spare })?;
                let root = Node::root(from_path, held, Directory::new(Sides::Both))
                    .map_err(|errno| self.unreadable(Side::Source, errno))?;
                let tree = Tree::new(&Arc::new(root), share.workers, share.directories);
                Begun::Tree(Box::new(tree), share.workers)
            }
        };
        let _ = self.begun.set(begun);
        Ok(())
    }

    /// A worker's part: called once on each thread. Comes back when all is
    /// compared, or when `control` says stop.
    pub fn work(&self, control: Control<'_>) {
        let number = self.come.fetch_add(1, Ordering::Relaxed);
        let scratch = &mut Scratch::new(control);
        match self.begun.get() {
            Some(Begun::Tree(tree, workers)) if number < *workers => {
                tree.work(&self.comparer, scratch, control);
            }
            Some(Begun::Files(from, to)) if number == 0 => self.files(from, to, control),
            // More workers than there are descriptors for would only wait for each other.
            Some(_) | None => {}
        }
    }

    /// What it came to, after all workers have come back.
    pub fn finish(&self) -> Verified {
        let comparer = &self.comparer;
        let is_whole = comparer.is_whole.load(Ordering::Acquire);
        // Of names that were not all seen, it is not known which ones belong together.
        if is_whole {
            comparer.links.compare(|moved| {
                let path = |first: Option<Vec<u8>>| Some(first.unwrap_or(b"<alone>".to_vec()));
                let what = (Kind::Hardlink, Class::File);
                if !comparer.told.ignore.has(what.0, what.1) {
                    let (source, destination) = (path(moved.source), path(moved.destination));
                    (comparer.told).difference_at(what, moved.path, source, destination);
                }
            });
        }
        comparer.told.tally.verified(is_whole)
    }

    /// What was found so far, at any time; links are not compared before the end.
    pub fn so_far(&self) -> Verified {
        self.comparer.told.tally.verified(false)
    }

    /// Compares two trees that are files.
    fn files(&self, from: &CStr, to: &CStr, control: Control<'_>) {
        let Comparer { told, is_whole, .. } = &self.comparer;
        let opened = Seen::look(CWD, from, Symlinks::Followed)
            .and_then(|from| Ok((from, Seen::look(CWD, to, Symlinks::Followed)?)));
        let pair = match opened {
            Ok((from, to)) => Pair::open(&from, &to, |seen: &Seen<'_>| seen.open()),
            Err(errno) => Err(Fault::System(Side::Source, Op::Stat, errno)),
        };
        match pair {
            Ok(pair) => {
                let mut blocks = Blocks::default();
                for piece in files::cut(pair, None, None) {
                    if control() != Stop::No {
                        return;
                    }
                    piece.compare(told, &mut blocks);
                }
            }
            Err(fault) => files::tell_fault(told, Place::Root, &fault),
        }
        is_whole.store(true, Ordering::Release);
    }

    /// Whether extended attributes can be reached at all.
    fn find_attributes(&self) -> Result<(), VerifyError> {
        let ignore = self.comparer.told.ignore;
        let is_needed = !(ignore.has_all(Kind::Xattr) && ignore.has_all(Kind::Acl));
        match xattr::NEEDS {
            Some(path) if is_needed && !Path::new(path).is_dir() => {
                Err(VerifyError::NoDescriptors { path })
            }
            _ => Ok(()),
        }
    }

    /// Has the destination stored: only pages that are stored can be dropped
    /// from the cache, and an error in storing is told now or never.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn settle(&self, held: &Held) {
        let Comparer { told, options, .. } = &self.comparer;
        if options.contents == Contents::Compared
            && let Err(errno) = rustix::fs::syncfs(&held.to)
        {
            told.trouble(Place::Root, Side::Destination, Op::Sync, errno);
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn settle(&self, _: &Held) {}

    fn unreadable(&self, side: Side, errno: Errno) -> VerifyError {
        let path = match side {
            Side::Source => &self.source,
            Side::Destination => &self.destination,
        };
        VerifyError::Unreadable {
            side,
            path: path.clone(),
            source: errno.into(),
        }
    }
}

fn c_path(side: Side, path: &Path) -> Result<CString, VerifyError> {
    let bytes = path.as_os_str().as_bytes();
    CString::new(bytes).map_err(|_| VerifyError::Nul { side })
}

#[cfg(test)]
mod tests;
