//! Trees to go through, and a visitor that writes down what it was shown.

use std::collections::BTreeSet;
use std::ffi::{CStr, CString};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, mkdirat, openat, statat, unlinkat};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use tempfile::TempDir;

use super::super::*;
use super::bytes;

const OPEN: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// What a visitor was shown.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) entries: BTreeSet<Vec<u8>>,
    pub(super) entered: BTreeSet<Vec<u8>>,
    pub(super) left: BTreeSet<Vec<u8>>,
    pub(super) listed: Vec<Vec<u8>>,
    pub(super) failed_listings: Vec<(Vec<u8>, Errno)>,
    pub(super) lost: Vec<(Vec<u8>, Errno)>,
    pub(super) pieces: usize,
    /// How many pieces helpers took.
    pub(super) aside: usize,
    pub(super) is_root_left: bool,
    pub(super) walked: usize,
}

impl Seen {
    /// Entries and directories.
    pub(super) fn all(&self) -> BTreeSet<Vec<u8>> {
        self.entries.union(&self.entered).cloned().collect()
    }
}

/// Writes down what it is shown, and checks what holds at any time.
pub(super) struct Recorder {
    pub(super) seen: Mutex<Seen>,
    pub(super) visits: AtomicUsize,
    /// In how many pieces each entry is cut.
    pub(super) pieces: usize,
    /// How many helpers there are.
    pub(super) helpers: usize,
    pub(super) handouts: Handouts,
    pub(super) on_entry: OnEntry,
}

/// Called with the path of each entry.
pub(super) type OnEntry = Box<dyn Fn(&[u8]) + Send + Sync>;

impl Default for Recorder {
    fn default() -> Self {
        Self {
            seen: Mutex::default(),
            visits: AtomicUsize::new(0),
            pieces: 0,
            helpers: 0,
            handouts: Handouts::default(),
            on_entry: Box::new(|_| {}),
        }
    }
}

pub(super) struct Data {
    sides: Sides,
    is_left: AtomicBool,
}

impl Data {
    fn new(sides: Sides) -> Self {
        Self {
            sides,
            is_left: AtomicBool::new(false),
        }
    }
}

/// One of the pieces of an entry.
pub(super) struct Part {
    node: Arc<Node<Data>>,
    left: Arc<AtomicUsize>,
}

impl Recorder {
    pub(super) fn seen(self) -> Seen {
        self.seen.into_inner().unwrap()
    }

    fn alive(node: &Arc<Node<Data>>) {
        let mut here = Some(node);
        while let Some(node) = here {
            assert!(!node.data.is_left.load(Ordering::Acquire), "left too early");
            here = node.parent();
        }
    }
}

fn open_both(held: &Held, name: &CStr) -> Result<(Held, Sides), Errno> {
    let open = |at: &OwnedFd| openat(at, name, OPEN, Mode::empty());
    let (from, to) = (open(&held.from), open(&held.to));
    match (from, to) {
        (Ok(from), Ok(to)) => Ok((Held::new(from, to), Sides::Both)),
        (Ok(one), Err(_)) => {
            let to = fcntl_dupfd_cloexec(&one, 0)?;
            Ok((Held::new(one, to), Sides::From))
        }
        (Err(_), Ok(one)) => {
            let from = fcntl_dupfd_cloexec(&one, 0)?;
            Ok((Held::new(from, one), Sides::To))
        }
        (Err(errno), Err(_)) => Err(errno),
    }
}

impl Visitor for Recorder {
    type Directory = Data;
    type Piece = Part;
    type Scratch<'a> = ();

    fn sides(&self, directory: &Data) -> Sides {
        directory.sides
    }

    fn handouts(&self, _: &Data) -> Handouts {
        self.handouts
    }

    fn enter(
        &self,
        tree: &Tree<Self>,
        parent: &Arc<Node<Data>>,
        name: &CStr,
    ) -> Option<(Held, Data)> {
        Self::alive(parent);
        let path = parent.path(Some(name));
        let opened = (tree.held(parent)).and_then(|held| open_both(&held, name));
        let mut seen = self.seen.lock().unwrap();
        match opened {
            Ok((held, sides)) => {
                assert!(seen.entered.insert(path), "entered twice");
                let sides = match parent.data.sides {
                    Sides::Both => sides,
                    lone => lone,
                };
                Some((held, Data::new(sides)))
            }
            Err(errno) => {
                seen.lost.push((path, errno));
                None
            }
        }
    }

    fn select(&self, tree: &Tree<Self>, at: At<'_, Data>, reported: FileType) -> Selected {
        assert!(tree.workers() > 0);
        let kind = match reported {
            FileType::Unknown => {
                let stat = statat(&at.held.from, at.name, AtFlags::SYMLINK_NOFOLLOW).unwrap();
                FileType::from_raw_mode(stat.st_mode)
            }
            known => known,
        };
        match kind {
            FileType::Directory => Selected::Directory,
            other => Selected::Entry(other),
        }
    }

    fn entry(&self, tree: &Tree<Self>, at: At<'_, Data>, _: FileType, (): &mut ()) -> Visit {
        Self::alive(at.node);
        let path = at.node.path(Some(at.name));
        (self.on_entry)(&path);
        let stat = statat(&at.held.from, at.name, AtFlags::SYMLINK_NOFOLLOW);
        assert!(stat.is_ok(), "the descriptor is the directory's");
        self.visits.fetch_add(1, Ordering::AcqRel);
        assert!(
            self.seen.lock().unwrap().entries.insert(path),
            "visited twice"
        );
        if self.pieces == 0 {
            return Visit::Done;
        }
        let left = Arc::new(AtomicUsize::new(self.pieces));
        let part = |_| Part {
            node: Arc::clone(at.node),
            left: Arc::clone(&left),
        };
        if self.helpers > 0 {
            for piece in (0..self.pieces).map(part) {
                match tree.put_aside(piece) {
                    Ok(()) => self.seen.lock().unwrap().aside += 1,
                    Err(piece) => self.piece(tree, piece, &mut ()),
                }
            }
        } else {
            tree.push_pieces((0..self.pieces).map(part));
        }
        Visit::Pending
    }

    fn piece(&self, tree: &Tree<Self>, piece: Part, (): &mut ()) {
        Self::alive(&piece.node);
        self.seen.lock().unwrap().pieces += 1;
        if piece.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            tree.done(self, &piece.node);
        }
    }

    fn listed(&self, tree: &Tree<Self>, node: &Arc<Node<Data>>, end: Result<(), Errno>) {
        Self::alive(node);
        let path = node.path(None);
        if let Err(errno) = end {
            (self.seen.lock().unwrap().failed_listings).push((path, errno));
            return;
        }
        self.seen.lock().unwrap().listed.push(path);
        let held = tree.held(node).unwrap();
        if Identity::of(held.to.as_fd()).unwrap() == node.source_identity() {
            return;
        }
        let mut extra = Vec::new();
        for entry in Dir::read_from(&held.to).unwrap() {
            let name = entry.unwrap().file_name().to_owned();
            let is_there = statat(&held.from, &name, AtFlags::SYMLINK_NOFOLLOW).is_ok();
            if !is_there && name.to_bytes() != b"." && name.to_bytes() != b".." {
                extra.push(name);
            }
        }
        tree.also(node, extra);
    }

    fn lost(&self, _: &Tree<Self>, node: &Node<Data>, errno: Errno) {
        let path = node.path(None);
        self.seen.lock().unwrap().lost.push((path, errno));
    }

    fn walked(&self) {
        self.seen.lock().unwrap().walked += 1;
    }

    fn leave(&self, tree: &Tree<Self>, node: &Arc<Node<Data>>) {
        Self::alive(node);
        // As one that puts attributes right.
        let held = tree.held(node);
        assert!(!node.data.is_left.swap(true, Ordering::AcqRel));
        let mut seen = self.seen.lock().unwrap();
        if let Err(errno) = held {
            seen.lost.push((node.path(None), errno));
        }
        if node.parent().is_none() {
            seen.is_root_left = true;
        } else {
            let path = node.path(None);
            assert!(seen.left.insert(path), "left twice");
        }
    }
}

pub(super) fn without_stop() -> Stop {
    Stop::No
}

fn directory(path: &Path) -> OwnedFd {
    openat(CWD, path, OPEN, Mode::empty()).unwrap()
}

/// Goes through one tree, which is both sides.
pub(super) fn go(
    root: &Path,
    recorder: &Recorder,
    workers: usize,
    held: usize,
    control: impl Fn() -> Stop + Sync,
) {
    run(root, root, recorder, (workers, held), &control);
}

fn run(
    from: &Path,
    to: &Path,
    recorder: &Recorder,
    (workers, held): (usize, usize),
    control: Control<'_>,
) {
    let both = Held::new(directory(from), directory(to));
    let path = CString::new(bytes(from)).unwrap();
    let root = Arc::new(Node::root(path, both, Data::new(Sides::Both)).unwrap());
    let tree = Tree::new(&root, workers, held);
    let dismissed = Dismissed::default();
    std::thread::scope(|scope| {
        for _ in 0..recorder.helpers {
            scope.spawn(|| tree.help(recorder, &mut (), &dismissed));
        }
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| tree.work(recorder, &mut (), control));
            }
        });
        tree.dismiss(&dismissed);
    });
}

/// Two trees.
pub(super) struct Pair(TempDir, TempDir);

impl Pair {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap())
    }

    pub(super) fn from(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn to(&self) -> &Path {
        self.1.path()
    }

    pub(super) fn go(&self, recorder: &Recorder, workers: usize, held: usize) {
        let control = &without_stop;
        run(self.from(), self.to(), recorder, (workers, held), control);
    }
}

/// All paths below a directory, by the names themselves.
pub(super) fn names(root: &Path) -> BTreeSet<Vec<u8>> {
    let mut all = BTreeSet::new();
    let mut below = vec![root.to_path_buf()];
    while let Some(here) = below.pop() {
        for entry in fs::read_dir(here).unwrap() {
            let entry = entry.unwrap();
            all.insert(bytes(entry.path().strip_prefix(root).unwrap()));
            if entry.file_type().unwrap().is_dir() {
                below.push(entry.path());
            }
        }
    }
    all
}

/// A chain of directories of eight letters, each with a file beside the next,
/// which is taken down as it was made: no path reaches it.
pub(super) struct Deep {
    dir: TempDir,
    depth: usize,
}

const LEVEL: &str = "ddddeeee";

pub(super) fn deep(depth: usize) -> Deep {
    let dir = tempfile::tempdir().unwrap();
    let mut here = directory(dir.path());
    for _ in 0..depth {
        mkdirat(&here, LEVEL, Mode::RWXU).unwrap();
        here = openat(&here, LEVEL, OPEN, Mode::empty()).unwrap();
        let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
        openat(&here, "f", flags, Mode::RUSR).unwrap();
    }
    Deep { dir, depth }
}

impl Deep {
    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Deep {
    fn drop(&mut self) {
        let mut here = directory(self.dir.path());
        for _ in 0..self.depth {
            here = openat(&here, LEVEL, OPEN, Mode::empty()).unwrap();
        }
        for _ in 0..self.depth {
            let _ = unlinkat(here.as_fd(), "f", AtFlags::empty());
            here = openat(&here, "..", OPEN, Mode::empty()).unwrap();
            unlinkat(&here, LEVEL, AtFlags::REMOVEDIR).unwrap();
        }
    }
}

/// Runs the calling test again in a process with few descriptors; `true` in
/// that process, where the test is to go on.
pub(super) fn limited(descriptors: u32) -> bool {
    const CHILD: &str = "PRUN_TEST_LIMITED_TREE";
    if std::env::var_os(CHILD).is_some() {
        return true;
    }
    let thread = std::thread::current();
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -n \"$1\" && shift && exec \"$@\"", "sh"])
        .arg(descriptors.to_string())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", thread.name().unwrap(), "--test-threads=1"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}");
    assert!(stdout.contains("1 passed"), "{stdout}");
    false
}
