//! The scripts: commands that copy rows, and what is left when those have run.
//!
//! Boundary: text for bash and GNU's cp, mkdir, ln, chown, chmod and touch. Each
//! line is a command by itself, so that a runner can take them side by side; run
//! as a whole, a script goes on after a failure and ends with 1.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::listxattr;

use super::error::ManifestError;
use super::files::{Files, Mode, Sink};
use super::gather::Found;
use super::row::{Kind, Row, above, path_of, upward, upward_path};
use super::{Sorter, Spec};
use crate::copy::survey::Amount;
use crate::template::{Record, Template, Values, quote};

/// What a line ends with: it fails by itself, and the script knows.
const OR: &[u8] = b" || { failed=1; false; }\n";

/// cp(1), and what it needs to be run again: without -T a directory that is
/// there gets a copy inside, and without --remove-destination a symlink in the
/// place of a file is written through and a read-only file is not replaced.
const COPY: &[u8] = b"cp -p -R --remove-destination";

/// How many paths stand in one command, and how long they are together.
const NAMES: usize = 100;
const LENGTH: usize = 32 << 10;

/// Security labels come with the file system and by a policy.
const LABELS: &[u8] = b"security.selinux";

/// The commands that go with a manifest.
pub(super) struct Commands<'a> {
    source: &'a [u8],
    destination: &'a [u8],
    template: Option<&'a Template>,
}

impl<'a> Commands<'a> {
    pub(super) fn new(spec: &'a Spec) -> Self {
        Self {
            source: spec.source.as_os_str().as_bytes(),
            destination: spec.destination.as_os_str().as_bytes(),
            template: spec.template.as_deref(),
        }
    }

    /// Begins a script of copies.
    pub(super) fn begin<'s>(
        &'s self,
        sink: &'s mut Sink,
        about: &str,
    ) -> Result<Lines<'s>, ManifestError> {
        sink.line(b"#!/bin/bash")?;
        sink.line(format!("# {about}").as_bytes())?;
        sink.write(b"set -u\nset -o pipefail\nfailed=0\n")?;
        Ok(Lines {
            commands: self,
            sink,
            directory: Vec::new(),
            names: Vec::new(),
            length: 0,
        })
    }

    fn from(&self, path: &[u8]) -> Vec<u8> {
        joined(self.source, path)
    }

    fn to(&self, path: &[u8]) -> Vec<u8> {
        joined(self.destination, path)
    }

    /// The script of all that is in no list. Gives the number of links.
    pub(super) fn rest(&self, files: &mut Files, found: Found) -> Result<u64, ManifestError> {
        let Found {
            shallow,
            above,
            mut upward,
            links,
            ..
        } = found;
        let mut script = files.open("rest_copy_commands", Mode::Program)?;
        let about = "what is in no list, links, attributes of directories: run it when all \
                     clients have ended, from the first line to the last";
        let mut lines = self.begin(&mut script, about)?;
        lines.directories(above)?;
        lines.shallow(shallow)?;
        let links = lines.links(links, &mut upward)?;
        lines.put_right(upward)?;
        lines.end()?;
        files.end(script)?;
        Ok(links)
    }
}

/// A script that is being written.
pub(super) struct Lines<'s> {
    commands: &'s Commands<'s>,
    sink: &'s mut Sink,
    /// Entries of one directory that are copied by one command.
    directory: Vec<u8>,
    names: Vec<Vec<u8>>,
    length: usize,
}

impl Lines<'_> {
    /// Copies a row.
    pub(super) fn copy(&mut self, row: &Row) -> Result<(), ManifestError> {
        if row.kind == Kind::Leaf && self.commands.template.is_none() {
            return self.gather(&row.path);
        }
        self.flush()?;
        self.one(&row.path, row.kind)
    }

    /// Ends the script.
    pub(super) fn end(mut self) -> Result<(), ManifestError> {
        self.flush()?;
        self.sink.line(b"exit \"${failed:-0}\"")
    }

    /// Takes an entry to those of its directory.
    fn gather(&mut self, path: &[u8]) -> Result<(), ManifestError> {
        let directory = above(path);
        let is_full = self.names.len() >= NAMES || self.length + path.len() > LENGTH;
        if *directory != *self.directory || is_full {
            self.flush()?;
            self.directory = directory.to_vec();
        }
        self.length += path.len() + self.commands.source.len();
        self.names.push(path.to_vec());
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ManifestError> {
        let names = std::mem::take(&mut self.names);
        self.length = 0;
        match names.as_slice() {
            [] => Ok(()),
            [path] => self.one(path, Kind::Leaf),
            paths => {
                let to = self.commands.to(&self.directory);
                let mut line = Vec::new();
                make(&to, &mut line);
                line.extend_from_slice(COPY);
                line.extend_from_slice(b" -t ");
                quote(&to, &mut line);
                line.extend_from_slice(b" --");
                for path in paths {
                    line.push(b' ');
                    quote(&self.commands.from(path), &mut line);
                }
                line.extend_from_slice(OR);
                self.sink.write(&line)
            }
        }
    }

    /// Copies an entry by a command of its own.
    fn one(&mut self, path: &[u8], kind: Kind) -> Result<(), ManifestError> {
        let (from, to) = (self.commands.from(path), self.commands.to(path));
        let mut line = Vec::new();
        make(&self.commands.to(above(path)), &mut line);
        match self.commands.template {
            None => {
                if kind == Kind::Directory {
                    open_all(&to, &mut line);
                }
                line.extend_from_slice(COPY);
                line.extend_from_slice(b" -T -- ");
                quote(&from, &mut line);
                line.push(b' ');
                quote(&to, &mut line);
            }
            Some(template) => {
                let mut record = Record::single(&from);
                record.push(&to);
                let values = Values {
                    records: &[record],
                    seq: 1,
                    slot: 1,
                    dest: None,
                    total: None,
                };
                template.render_line(&values, &mut line);
            }
        }
        line.extend_from_slice(OR);
        self.sink.write(&line)
    }

    /// Makes the directories above those that are dealt out: they may be empty.
    fn directories(&mut self, above: Sorter) -> Result<(), ManifestError> {
        let mut sorted = above.sorted().map_err(ManifestError::Temporary)?;
        let (mut record, mut line, mut count) = (Vec::new(), Vec::new(), 0);
        loop {
            let more = sorted
                .next_into(&mut record)
                .map_err(ManifestError::Temporary)?;
            if count > 0 && (!more || count >= NAMES || line.len() > LENGTH) {
                self.sink.write(b"mkdir -p --")?;
                self.sink.write(&line)?;
                self.sink.write(OR)?;
                line.clear();
                count = 0;
            }
            if !more {
                return Ok(());
            }
            line.push(b' ');
            quote(&self.commands.to(&path_of(&record)), &mut line);
            count += 1;
        }
    }

    fn shallow(&mut self, shallow: Sorter) -> Result<(), ManifestError> {
        let mut sorted = shallow.sorted().map_err(ManifestError::Temporary)?;
        let mut record = Vec::new();
        while sorted
            .next_into(&mut record)
            .map_err(ManifestError::Temporary)?
        {
            let Some(end) = record.windows(2).position(|pair| pair == [0, 0]) else {
                continue;
            };
            let mut path = path_of(&record[..end]);
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&record[end + 2..]);
            self.copy(&Row {
                path,
                kind: Kind::Leaf,
                amount: Amount::default(),
            })?;
        }
        self.flush()
    }

    /// Links the names of one file, which separate commands have copied apart.
    /// That changes their directories, which are then to be put right.
    fn links(&mut self, links: Sorter, changed: &mut Sorter) -> Result<u64, ManifestError> {
        const IDENTITY: usize = 16;
        let mut sorted = links.sorted().map_err(ManifestError::Temporary)?;
        let (mut first, mut record, mut count) = (Vec::<u8>::new(), Vec::new(), 0);
        while sorted
            .next_into(&mut record)
            .map_err(ManifestError::Temporary)?
        {
            let Some((file, path)) = record.split_at_checked(IDENTITY) else {
                continue;
            };
            if first.get(..IDENTITY) != Some(file) {
                std::mem::swap(&mut first, &mut record);
                continue;
            }
            count += 1;
            let mut line = Vec::new();
            open(&self.commands.to(above(path)), &mut line);
            line.extend_from_slice(b"ln -f -P -T -- ");
            quote(&self.commands.to(&first[IDENTITY..]), &mut line);
            line.push(b' ');
            quote(&self.commands.to(path), &mut line);
            line.extend_from_slice(OR);
            self.sink.write(&line)?;
            let directory = above(path).to_vec();
            upward(&directory, &mut record);
            changed.push(&record).map_err(ManifestError::Temporary)?;
        }
        Ok(count)
    }

    /// Gives directories the attributes of their sources, the innermost first:
    /// one that is closed to its owner hides those in it.
    fn put_right(&mut self, upward: Sorter) -> Result<(), ManifestError> {
        let mut sorted = upward.sorted().map_err(ManifestError::Temporary)?;
        let (mut before, mut record) = (Vec::new(), Vec::new());
        while sorted
            .next_into(&mut record)
            .map_err(ManifestError::Temporary)?
        {
            if record == before {
                continue;
            }
            self.attributes(&upward_path(&record))?;
            std::mem::swap(&mut before, &mut record);
        }
        Ok(())
    }

    fn attributes(&mut self, path: &[u8]) -> Result<(), ManifestError> {
        let (from, to) = (self.commands.from(path), self.commands.to(path));
        let (mut source, mut target) = (Vec::new(), Vec::new());
        quote(&from, &mut source);
        quote(&to, &mut target);
        let mut line = Vec::new();
        let mut say = |parts: &[&[u8]]| {
            for part in parts {
                line.extend_from_slice(part);
            }
        };
        // Others than root may not give a directory away, perhaps its group.
        say(&[b"{ chown --reference=", &source, b" -- ", &target]);
        say(&[
            b" 2>/dev/null || chgrp --reference=",
            &source,
            b" -- ",
            &target,
        ]);
        say(&[b" 2>/dev/null || ((EUID)); }"]);
        if has_attributes(Path::new(std::ffi::OsStr::from_bytes(&from))) {
            say(&[b" && (cd -- ", &source, b" && getfattr -d -m - -- .)"]);
            say(&[b" | (cd -- ", &target, b" && setfattr --restore=-)"]);
        }
        say(&[b" && chmod --reference=", &source, b" -- ", &target]);
        say(&[b" && touch -r ", &source, b" -- ", &target, OR]);
        self.sink.write(&line)
    }
}

/// Whether a directory has extended attributes, or a list that is kept as one.
fn has_attributes(path: &Path) -> bool {
    // What does not fit is there.
    let mut names = vec![0_u8; 4096];
    match listxattr(path, &mut names[..]) {
        Ok(length) => names[..length]
            .split(|byte| *byte == 0)
            .any(|name| !name.is_empty() && name != LABELS),
        Err(errno) => errno == rustix::io::Errno::RANGE,
    }
}

/// Makes a directory, those above it too, and lets its owner write in it.
fn make(directory: &[u8], line: &mut Vec<u8>) {
    line.extend_from_slice(b"mkdir -p -- ");
    quote(directory, line);
    line.extend_from_slice(b" && ");
    open(directory, line);
}

/// Lets the owner of a directory write in it: it may have been put right by an
/// earlier run, or by cp, and will be again. Whether that helps, the command
/// behind it shows.
fn open(directory: &[u8], line: &mut Vec<u8>) {
    line.extend_from_slice(b"{ test -w ");
    quote(directory, line);
    line.extend_from_slice(b" || chmod u+rwx -- ");
    quote(directory, line);
    line.extend_from_slice(b" 2>/dev/null || true; } && ");
}

/// The same of all directories that are in the place of a row. Root needs none
/// of it.
fn open_all(directory: &[u8], line: &mut Vec<u8>) {
    line.extend_from_slice(b"{ ((! EUID)) || find ");
    quote(directory, line);
    line.extend_from_slice(b" -type d ! -perm -u=rwx -exec chmod u+rwx {} ';'");
    line.extend_from_slice(b" 2>/dev/null || true; } && ");
}

fn joined(root: &[u8], path: &[u8]) -> Vec<u8> {
    let mut whole = root.to_vec();
    if !path.is_empty() {
        if !whole.ends_with(b"/") {
            whole.push(b'/');
        }
        whole.extend_from_slice(path);
    }
    whole
}
