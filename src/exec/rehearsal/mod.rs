//! The rehearsal of a native copy: commands that would do the same.
//!
//! Boundary: looks at both trees and prints; makes and changes nothing. One
//! command a line, in an order that works, for GNU's cp, mkdir, ln, rm, chown,
//! chmod and touch. What is told here is what a copy would do now: a tree that
//! changes before it is pasted is copied otherwise.
//!
//! Directories are made first and get their attributes last, the innermost
//! before those around them; so they are all remembered, and nothing else is.

mod lines;
mod plan;
mod totals;

use std::collections::{HashMap, HashSet};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{NativeWork, Output, Stream};
use crate::copy::filter::Decision;
use crate::copy::{
    Attribute, Balance, Boundary, Control, CopyOptions, Create, Delete, Follow, Kind, Options,
    Root, Share, Stop, Walk,
};
use crate::ui;
use lines::{Commands, quoted};
use plan::{Step, has_attributes, step};
use totals::Totals;

/// How much is gathered before it is passed on.
const GATHER: usize = 16 << 10;

/// A copy that is only talked about.
pub struct Rehearsal {
    source: PathBuf,
    destination: PathBuf,
    /// The destination by way of each of several mounts, and how they are dealt.
    mounts: (Vec<PathBuf>, Balance),
    options: CopyOptions,
    euid: u32,
    is_taken: AtomicBool,
    totals: Mutex<Totals>,
}

impl Rehearsal {
    /// A rehearsal of a copy of `source` into `destination`, by the user `euid`.
    pub fn new(source: &Path, destination: &Path, options: CopyOptions, euid: u32) -> Self {
        Self {
            source: source.to_path_buf(),
            destination: destination.to_path_buf(),
            mounts: (Vec::new(), Balance::default()),
            options,
            euid,
            is_taken: AtomicBool::new(false),
            totals: Mutex::default(),
        }
    }

    /// The same by way of several mounts of the destination: what is no
    /// directory is dealt to them.
    #[must_use]
    pub fn spread(mut self, mounts: &[PathBuf], balance: Balance) -> Self {
        self.mounts = (mounts.to_vec(), balance);
        self
    }

    /// How many entries could not be looked at, or could not be copied.
    pub fn failed(&self) -> u64 {
        self.lock().failed
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NativeWork for Rehearsal {
    fn work(&self, output: &mut dyn Output, control: Control<'_>) {
        // Lines come in an order, so one thread is enough.
        if self.is_taken.swap(true, Ordering::SeqCst) {
            return;
        }
        let mut going = Going {
            rehearsal: self,
            commands: Commands::new(&self.options),
            text: Vec::new(),
            output,
            totals: Totals::default(),
            left_out: HashSet::new(),
            directories: Vec::new(),
            touched: HashSet::new(),
            names: HashMap::new(),
            dealt: 0,
            device: None,
            removed: 0,
        };
        going.walk(control);
        let totals = going.totals;
        *self.lock() = totals;
    }

    fn finish(&self, _output: &mut dyn Output, _control: Control<'_>) {}
}

/// A rehearsal under way.
struct Going<'a> {
    rehearsal: &'a Rehearsal,
    commands: Commands,
    text: Vec<u8>,
    output: &'a mut dyn Output,
    totals: Totals,
    /// Directories that are not entered, below the source.
    left_out: HashSet<Vec<u8>>,
    /// Directories whose attributes are put right at the end, below the source.
    directories: Vec<(Vec<u8>, Metadata)>,
    /// Those of them that were made, or in which something is made or removed.
    touched: HashSet<Vec<u8>>,
    /// The first name of each file that has several.
    names: HashMap<(u64, u64), First>,
    /// How many entries have been dealt to mounts.
    dealt: u64,
    /// The source's file system, if no other is entered.
    device: Option<u64>,
    removed: u64,
}

/// The first name of a file that has several.
struct First {
    path: Vec<u8>,
    /// Which mount it goes by.
    mount: usize,
    /// Whether it is another file after the copy than before, so that names
    /// that were linked to it no longer are.
    is_replaced: bool,
}

impl Going<'_> {
    fn walk(&mut self, control: Control<'_>) {
        let options = Options {
            root: Root::Included,
            ..Options::default()
        };
        let mut walk = match Walk::new(&self.rehearsal.source, options) {
            Ok(walk) => walk,
            Err(error) => return self.trouble(&error),
        };
        while let Some(entry) = walk.next_entry() {
            if control() != Stop::No {
                return;
            }
            match entry {
                Ok(entry) => {
                    let (path, kind) = (entry.path.to_vec(), entry.kind);
                    self.entry(&path, kind);
                }
                Err(error) if self.is_left_out(error.path.strip_prefix(&self.rehearsal.source)) => {
                }
                Err(error) => self.trouble(&error),
            }
            if self.text.len() > GATHER {
                self.pass_on();
            }
        }
        while let Some((path, source)) = self.directories.pop() {
            self.attributes(&path, &source);
        }
        let totals = self.totals.to_string();
        self.text.extend_from_slice(totals.as_bytes());
        self.pass_on();
    }

    /// Whether what is directly in a directory is to be copied here.
    fn has(&self, directory: &[u8]) -> bool {
        match self.rehearsal.options.share {
            Share::Whole | Share::Rest => true,
            Share::Client(client) if directory == b"." => client.has(b""),
            Share::Client(client) => client.has(directory),
        }
    }

    fn is_left_out<E>(&self, below: Result<&Path, E>) -> bool {
        below.is_ok_and(|path| {
            let mut above = path.ancestors().skip(1);
            above.any(|path| self.left_out.contains(path.as_os_str().as_bytes()))
        })
    }

    fn entry(&mut self, path: &[u8], kind: Kind) {
        let options = &self.rehearsal.options;
        let is_directory = kind == Kind::Directory;
        // A symlink may be followed to a directory.
        let is_leaf = !is_directory && options.follow == Follow::Never;
        if is_leaf && !self.has(above(path)) {
            return;
        }
        if !self.left_out.is_empty() && self.is_left_out(Ok::<_, ()>(as_path(path))) {
            return;
        }
        if options.filter.decide(path, is_directory) == Decision::Leave {
            self.totals.excluded += 1;
            self.leave_out(path, is_directory);
            return;
        }
        let (from, to) = (self.from(path), self.to(path));
        let looked = match options.follow {
            Follow::Always => fs::metadata(&from),
            Follow::Never if path == b"." => fs::metadata(&from),
            Follow::Never => fs::symlink_metadata(&from),
        };
        let source = match looked {
            Ok(source) => source,
            Err(error) => {
                self.leave_out(path, is_directory);
                return self.failed(&from, &error);
            }
        };
        if source.is_file() && options.sizes.decide(source.len()) == Decision::Leave {
            self.totals.excluded += 1;
            return;
        }
        let there = match if path == b"." {
            fs::metadata(&to)
        } else {
            fs::symlink_metadata(&to)
        } {
            Ok(there) => Some(there),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                self.leave_out(path, is_directory);
                return self.failed(&to, &error);
            }
        };
        if source.is_dir() {
            self.directory(path, kind, source, there.as_ref());
        } else if self.has(above(path)) {
            self.other(path, &source, there.as_ref());
        }
    }

    fn directory(&mut self, path: &[u8], kind: Kind, source: Metadata, there: Option<&Metadata>) {
        let options = &self.rehearsal.options;
        let (from, to) = (self.from(path), self.to(path));
        match there {
            Some(there) if there.is_dir() => {}
            Some(_) => {
                self.leave_out(path, true);
                return self.clash(&from, &to);
            }
            None if options.create == Create::Nothing => {
                self.totals.skipped += 1;
                return self.leave_out(path, true);
            }
            // A symlink that is followed: the walk does not enter it.
            None if kind != Kind::Directory => {
                self.totals.directories += 1;
                self.touch(path);
                return self.commands.copy(&from, &to, there, &mut self.text);
            }
            None => {
                self.totals.directories += 1;
                self.touch(path);
                self.touched.insert(path.to_vec());
                Commands::make_directory(&to, path == b".", &mut self.text);
            }
        }
        if options.boundary == Boundary::Kept {
            let device = *self.device.get_or_insert(source.dev());
            if source.dev() != device {
                self.leave_out(path, true);
            }
        }
        if there.is_some() && self.has(path) {
            self.remove(path);
        }
        if !matches!(options.share, Share::Client(_)) {
            self.directories.push((path.to_vec(), source));
        }
    }

    fn other(&mut self, path: &[u8], source: &Metadata, there: Option<&Metadata>) {
        let options = &self.rehearsal.options;
        let from = self.from(path);
        let (mounts, balance) = &self.rehearsal.mounts;
        let mount = balance.place(self.dealt, path, mounts.len());
        self.dealt += 1;
        let to = self.by(mount, path);
        if there.is_some_and(Metadata::is_dir) {
            return self.clash(&from, &to);
        }
        let has_names = source.nlink() > 1 && options.preserve.has(Attribute::Links);
        if has_names {
            let key = (source.dev(), source.ino());
            if let Some(first) = self.names.get(&key) {
                // A link from one mount to another cannot be.
                let to = self.by(first.mount, path);
                let (first, is_replaced) = (self.by(first.mount, &first.path), first.is_replaced);
                let there = there.map(|there| (there, is_replaced));
                return self.link(path, &first, &to, there);
            }
        }
        let step = step(options, (&from, source), there.map(|there| (&*to, there)));
        if has_names {
            let key = (source.dev(), source.ino());
            let first = First {
                path: path.to_vec(),
                mount,
                // Also where it is to be rewritten: cp that keeps links unlinks
                // a file of several names before it writes.
                is_replaced: matches!(step, Ok(Step::Copy)),
            };
            self.names.insert(key, first);
        }
        match step {
            Ok(Step::Skip) => self.totals.skipped += 1,
            Ok(Step::Attributes) => {
                self.totals.mended += 1;
                self.commands.attributes(&from, &to, &mut self.text);
            }
            Ok(Step::Copy) => {
                self.totals.copied(source);
                self.touch(path);
                self.commands.copy(&from, &to, there, &mut self.text);
            }
            Err(error) => self.failed(&from, &error),
        }
    }

    /// A further name of a file whose first one is `first` in the destination.
    /// What is there comes with whether the first name is replaced before.
    fn link(&mut self, path: &[u8], first: &Path, to: &Path, there: Option<(&Metadata, bool)>) {
        let create = self.rehearsal.options.create;
        let is_one = there.is_some_and(|(there, is_replaced)| {
            !is_replaced
                && fs::symlink_metadata(first)
                    .is_ok_and(|first| (first.dev(), first.ino()) == (there.dev(), there.ino()))
        });
        if is_one || (there.is_none() && create == Create::Nothing) {
            self.totals.skipped += 1;
        } else {
            self.totals.hard_links += 1;
            self.touch(path);
            Commands::link(first, to, &mut self.text);
        }
    }

    /// Removes what the source does not have in a directory that both have.
    fn remove(&mut self, path: &[u8]) {
        let Delete::Extraneous { most } = self.rehearsal.options.delete else {
            return;
        };
        let (from, to) = (self.from(path), self.to(path));
        let listed = fs::read_dir(&to).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match listed {
            Ok(entries) => entries,
            Err(error) => return self.failed(&to, &error),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let below = if path == b"." {
                name.as_bytes().to_vec()
            } else {
                [path, b"/", name.as_bytes()].concat()
            };
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_kept =
                self.rehearsal.options.filter.decide(&below, is_directory) == Decision::Leave;
            let is_gone = fs::symlink_metadata(from.join(&name))
                .is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
            if is_kept || !is_gone {
                continue;
            }
            if most.is_some_and(|most| self.removed >= most) {
                self.totals.delete_kept += 1;
            } else {
                self.removed += 1;
                self.totals.deleted += 1;
                self.touched.insert(path.to_vec());
                Commands::remove(&to.join(&name), &mut self.text);
            }
        }
    }

    fn attributes(&mut self, path: &[u8], source: &Metadata) {
        let (from, to) = (self.from(path), self.to(path));
        let euid = self.rehearsal.euid;
        let is_right = |there: &Metadata| has_attributes(&self.rehearsal.options, source, there);
        if !self.touched.contains(path) && fs::metadata(&to).is_ok_and(|there| is_right(&there)) {
            return;
        }
        self.commands
            .directory(&from, &to, source, euid, &mut self.text);
    }

    /// Notes that the directory around an entry changes.
    fn touch(&mut self, path: &[u8]) {
        if path != b"." {
            let above = above(path);
            if !self.touched.contains(above) {
                self.touched.insert(above.to_vec());
            }
        }
    }

    fn leave_out(&mut self, path: &[u8], is_directory: bool) {
        if is_directory {
            self.left_out.insert(path.to_vec());
        }
    }

    fn from(&self, path: &[u8]) -> PathBuf {
        below(&self.rehearsal.source, path)
    }

    fn to(&self, path: &[u8]) -> PathBuf {
        below(&self.rehearsal.destination, path)
    }

    /// The same by way of a mount.
    fn by(&self, mount: usize, path: &[u8]) -> PathBuf {
        let root = self.rehearsal.mounts.0.get(mount);
        below(root.unwrap_or(&self.rehearsal.destination), path)
    }

    /// A directory against something else.
    fn clash(&mut self, from: &Path, to: &Path) {
        self.totals.failed += 1;
        self.text
            .extend_from_slice(b"# not copied, one of them is a directory: ");
        quoted(from, &mut self.text);
        self.text.push(b' ');
        quoted(to, &mut self.text);
        self.text.push(b'\n');
    }

    fn failed(&mut self, path: &Path, error: &io::Error) {
        self.trouble(&format_args!(
            "{}: {}",
            ui::Shown(path.as_os_str().as_bytes()),
            ui::Errno(error)
        ));
    }

    fn trouble(&mut self, what: &dyn std::fmt::Display) {
        self.totals.failed += 1;
        ui::error(what);
    }

    fn pass_on(&mut self) {
        self.output.take(Stream::Out, &self.text);
        self.text.clear();
    }
}

/// The directory that an entry is in.
fn above(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|byte| *byte == b'/');
    slash.map_or(&b"."[..], |slash| &path[..slash])
}

fn as_path(bytes: &[u8]) -> &Path {
    Path::new(std::ffi::OsStr::from_bytes(bytes))
}

/// The path of an entry, by the path of its tree.
fn below(root: &Path, path: &[u8]) -> PathBuf {
    if path == b"." {
        root.to_path_buf()
    } else {
        root.join(as_path(path))
    }
}
