//! The walk that fills the buckets.
//!
//! Boundary: one thread, one bucket open at a time. What cannot be read is told
//! among the buckets, and the walk goes on.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cutter::{Cut, Cutter};
use super::groups::Groups;
use super::lists::Lists;
use super::place::Place;
use super::{Bucket, CrawlError, Fill, Together};
use crate::copy::{Entry, Kind, Links, Options, Root, Select, Sizes, Walk, WalkError};

/// The longest path that rsync takes: it reads a name into PATH_MAX bytes, NUL
/// and all, and cuts off the rest.
const LONGEST: usize = 4095;

/// How much of a path is told that is too long.
const TOLD: usize = 60;

/// What a walk has found, of all sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrawlTotals {
    /// Entries in buckets.
    pub entries: u64,
    /// Bytes of the regular files among them.
    pub bytes: u64,
    /// Directories.
    pub directories: u64,
    /// Buckets.
    pub buckets: u64,
    /// How long the walk took, the time included in which nobody asked for more.
    pub time: Duration,
}

/// A walk of several sources, one after the other.
pub struct Crawl {
    sources: VecDeque<Vec<u8>>,
    fill: Fill,
    together: Together,
    /// What the lists are called, before their numbers.
    name: String,
    /// How many sources have been opened.
    opened: u64,
    lists: Arc<Lists>,
    tree: Option<Tree>,
    directories: Vec<Bucket>,
    totals: CrawlTotals,
    since: Option<Instant>,
}

/// The source that is being walked.
struct Tree {
    walk: Option<Walk>,
    filling: Filling,
}

impl Crawl {
    /// A walk that begins with the first call of [`Self::next_bucket`]. `name`
    /// is the beginning of the names of its lists.
    pub fn new(
        sources: Vec<Vec<u8>>,
        fill: Fill,
        together: Together,
        name: &str,
        lists: Arc<Lists>,
    ) -> Self {
        Self {
            sources: sources.into(),
            fill,
            together,
            name: name.to_owned(),
            opened: 0,
            lists,
            tree: None,
            directories: Vec::new(),
            totals: CrawlTotals::default(),
            since: None,
        }
    }

    /// The next bucket, or what is in none; `None` when all has been walked.
    pub fn next_bucket(&mut self) -> Option<Result<Bucket, CrawlError>> {
        let since = *self.since.get_or_insert_with(Instant::now);
        let next = self.step().transpose();
        if next.is_none() {
            self.totals.time = since.elapsed();
        }
        next
    }

    /// The directories of each source, as one list each; of the sources that
    /// have been walked.
    pub fn directories(&self) -> &[Bucket] {
        &self.directories
    }

    /// What has been found so far.
    pub fn totals(&self) -> CrawlTotals {
        self.totals
    }

    fn step(&mut self) -> Result<Option<Bucket>, CrawlError> {
        loop {
            let Some(tree) = &mut self.tree else {
                match self.sources.pop_front() {
                    None => return Ok(None),
                    Some(source) => self.tree = Some(self.open(&source)?),
                }
                continue;
            };
            let filling = &mut tree.filling;
            if let Some(bucket) = filling.ready.pop_front() {
                self.totals.buckets += 1;
                self.totals.entries += bucket.entries;
                self.totals.bytes += bucket.bytes;
                return Ok(Some(bucket));
            }
            let next = tree.walk.as_mut().and_then(Walk::next_entry);
            match next {
                Some(Ok(entry)) => filling.take(&entry)?,
                Some(Err(error)) => return Err(error.into()),
                None if filling.is_over => {
                    self.directories.extend(filling.directories.take());
                    self.totals.directories += filling.directory_count;
                    self.tree = None;
                }
                None => filling.end()?,
            }
        }
    }

    fn open(&mut self, source: &[u8]) -> Result<Tree, CrawlError> {
        self.opened += 1;
        let place = Place::of(source);
        let path = PathBuf::from(OsString::from_vec(place.path()));
        let is_tree = match &place.name {
            None => true,
            // A link to a directory is a link, without the slash.
            Some(_) => path
                .symlink_metadata()
                .map_err(|error| CrawlError::Source {
                    path: source.to_vec(),
                    source: error,
                })?
                .is_dir(),
        };
        let items = match self.fill {
            Fill::UpTo { .. } => 0,
            Fill::Shares(_) if is_tree => count(&path)?,
            Fill::Shares(_) => 1,
        };
        let options = Options {
            select: Select::All,
            root: Root::Included,
            sizes: Sizes::Told,
            links: match self.together {
                Together::No => Links::Omitted,
                Together::HardLinks => Links::Told,
            },
            ..Options::default()
        };
        let walk = is_tree.then(|| Walk::new(&path, options)).transpose()?;
        let mut filling = Filling {
            cutter: Cutter::new(self.fill, items),
            groups: Groups::default(),
            lists: Arc::clone(&self.lists),
            stem: format!("{}.{}", self.name, self.opened),
            begun: 0,
            prefix: place.name.clone().unwrap_or_default(),
            base: place.base,
            path: Vec::new(),
            own: own(&path, self.lists.path()),
            open: None,
            directories: None,
            directory_list: None,
            directory_count: 0,
            ready: VecDeque::new(),
            is_over: false,
        };
        if walk.is_none() {
            filling.add_one(&place.name.unwrap_or_default())?;
        }
        Ok(Tree { walk, filling })
    }
}

/// How many entries there are that are no directories. What cannot be read is
/// told by the walk that follows.
fn count(path: &Path) -> Result<u64, WalkError> {
    let options = Options {
        select: Select::NonDirectories,
        ..Options::default()
    };
    let mut walk = Walk::new(path, options)?;
    let mut count = 0;
    while let Some(entry) = walk.next_entry() {
        count += u64::from(entry.is_ok());
    }
    Ok(count)
}

/// Where below `root` the lists are, if they are there: nobody wants a copy.
fn own(root: &Path, lists: &Path) -> Option<Vec<u8>> {
    let root = root.canonicalize().ok()?;
    let below = lists.strip_prefix(root).ok()?;
    Some(below.as_os_str().as_bytes().to_vec())
}

/// Puts `./` before a name that rsync would take for a comment and pass over
/// without a word: one that begins with `#` or `;`, with `--from0` too (seen in
/// 3.2 and 3.5).
fn guard(name: &mut Vec<u8>) {
    if matches!(name.first(), Some(b'#' | b';')) {
        name.splice(..0, *b"./");
    }
}

/// The lists of one source.
struct Filling {
    cutter: Cutter,
    groups: Groups,
    lists: Arc<Lists>,
    stem: String,
    begun: u64,
    base: Vec<u8>,
    prefix: Vec<u8>,
    path: Vec<u8>,
    /// Where in the tree the lists are, if they are there.
    own: Option<Vec<u8>>,
    open: Option<Open>,
    directories: Option<Bucket>,
    directory_list: Option<Open>,
    directory_count: u64,
    ready: VecDeque<Bucket>,
    is_over: bool,
}

/// A list that is being written.
struct Open {
    path: PathBuf,
    file: BufWriter<File>,
    entries: u64,
    bytes: u64,
}

impl Open {
    fn new(lists: &Lists, name: &str) -> Result<Self, CrawlError> {
        let (path, file) = lists.create(name)?;
        Ok(Self {
            path,
            file,
            entries: 0,
            bytes: 0,
        })
    }

    fn write(&mut self, names: &[u8], entries: u64, bytes: u64) -> Result<(), CrawlError> {
        self.entries += entries;
        self.bytes += bytes;
        let written = self.file.write_all(names);
        written.map_err(|source| self.failed(source))
    }

    fn end(mut self, base: &[u8]) -> Result<Bucket, CrawlError> {
        let flushed = self.file.flush();
        flushed.map_err(|source| self.failed(source))?;
        Ok(Bucket {
            list: self.path,
            base: base.to_vec(),
            entries: self.entries,
            bytes: self.bytes,
        })
    }

    fn failed(&self, source: std::io::Error) -> CrawlError {
        CrawlError::List {
            path: self.path.clone(),
            source,
        }
    }
}

impl Filling {
    fn take(&mut self, entry: &Entry<'_>) -> Result<(), CrawlError> {
        if self.own.as_ref().is_some_and(|own| {
            let rest = entry.path.strip_prefix(own.as_slice());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        }) {
            return Ok(());
        }
        self.path.clear();
        self.path.extend_from_slice(&self.prefix);
        if entry.depth == 0 {
            if self.path.is_empty() {
                self.path.push(b'.');
            }
        } else {
            if !self.path.is_empty() {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(entry.path);
        }
        guard(&mut self.path);
        if self.path.len() > LONGEST {
            return Err(CrawlError::TooLong {
                start: self.path[..TOLD].to_vec(),
                length: self.path.len(),
            });
        }
        let bytes = entry.size.unwrap_or(0);
        if entry.kind == Kind::Directory {
            return self.add_directory();
        }
        if let Some(linked) = entry.linked {
            let Some(group) = self.groups.take(linked, &self.path, bytes) else {
                return Ok(());
            };
            return self.add(&group.names, group.entries, group.bytes);
        }
        let mut path = std::mem::take(&mut self.path);
        path.push(0);
        let added = self.add(&path, 1, bytes);
        self.path = path;
        added
    }

    /// The one name of a source that is no directory.
    fn add_one(&mut self, name: &[u8]) -> Result<(), CrawlError> {
        let mut name = name.to_vec();
        guard(&mut name);
        name.push(0);
        self.add(&name, 1, 0)
    }

    fn add(&mut self, names: &[u8], entries: u64, bytes: u64) -> Result<(), CrawlError> {
        if self.cutter.before(entries, bytes) == Cut::Here {
            self.cut()?;
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                self.begun += 1;
                none.insert(Open::new(
                    &self.lists,
                    &format!("{}.{}", self.stem, self.begun),
                )?)
            }
        };
        open.write(names, entries, bytes)?;
        if self.cutter.take(entries, bytes) == Cut::Here {
            self.cut()?;
        }
        Ok(())
    }

    fn add_directory(&mut self) -> Result<(), CrawlError> {
        let list = match &mut self.directory_list {
            Some(list) => list,
            none => none.insert(Open::new(
                &self.lists,
                &format!("{}.directories", self.stem),
            )?),
        };
        self.directory_count += 1;
        self.path.push(0);
        list.write(&self.path, 1, 0)
    }

    fn cut(&mut self) -> Result<(), CrawlError> {
        if let Some(open) = self.open.take() {
            self.ready.push_back(open.end(&self.base)?);
        }
        Ok(())
    }

    /// The walk is over: what is left goes out.
    fn end(&mut self) -> Result<(), CrawlError> {
        self.is_over = true;
        for group in self.groups.rest() {
            self.add(&group.names, group.entries, group.bytes)?;
        }
        self.cut()?;
        if let Some(list) = self.directory_list.take() {
            self.directories = Some(list.end(&self.base)?);
        }
        Ok(())
    }
}
