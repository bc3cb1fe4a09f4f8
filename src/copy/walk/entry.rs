//! What a walk is asked for and what it tells.
//!
//! Boundary: plain data; no system call is made here.

use rustix::fs::FileType;

/// What an entry of a tree is. A symlink is always itself, never its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, whatever it points to.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
}

impl Kind {
    /// The kind that the kernel reported, or `None` if it reported none:
    /// some file systems leave `d_type` at `DT_UNKNOWN` (getdents(2)).
    pub(super) fn reported(file_type: FileType) -> Option<Self> {
        match file_type {
            FileType::RegularFile => Some(Self::File),
            FileType::Directory => Some(Self::Directory),
            FileType::Symlink => Some(Self::Symlink),
            FileType::Fifo => Some(Self::Fifo),
            FileType::Socket => Some(Self::Socket),
            FileType::CharacterDevice => Some(Self::CharDevice),
            FileType::BlockDevice => Some(Self::BlockDevice),
            FileType::Unknown => None,
        }
    }
}

/// Which entries are told. Directories are entered whether told or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Select {
    /// Every entry.
    #[default]
    All,
    /// Directories alone.
    Directories,
    /// All but directories.
    NonDirectories,
    /// Regular files and symlinks: what can be read without waiting for another process.
    FilesAndLinks,
    /// Fifos, sockets and devices: what must be made anew, never read.
    Specials,
}

impl Select {
    /// Whether an entry of this kind is told.
    pub fn takes(self, kind: Kind) -> bool {
        match self {
            Self::All => true,
            Self::Directories => kind == Kind::Directory,
            Self::NonDirectories => kind != Kind::Directory,
            Self::FilesAndLinks => matches!(kind, Kind::File | Kind::Symlink),
            Self::Specials => !matches!(kind, Kind::File | Kind::Symlink | Kind::Directory),
        }
    }
}

/// How deep entries are that are told. Nothing is entered that is deeper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// As deep as they are.
    #[default]
    Any,
    /// Those of this depth; 1 is what is directly in the root.
    At(usize),
    /// Those of less than this depth.
    Above(usize),
}

impl Depth {
    /// Whether an entry of this depth is told.
    pub fn takes(self, depth: usize) -> bool {
        match self {
            Self::Any => true,
            Self::At(only) => depth == only,
            Self::Above(end) => depth < end,
        }
    }

    /// Whether something in a directory of this depth may be told.
    pub(super) fn enters(self, depth: usize) -> bool {
        match self {
            Self::Any => true,
            Self::At(only) => depth < only,
            Self::Above(end) => depth + 1 < end,
        }
    }
}

/// Whether the root itself is told, as the entry `.`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Root {
    /// Only what is below the root.
    #[default]
    Excluded,
    /// The root first, if the selection takes directories.
    Included,
}

/// Whether the sizes of regular files are told; that costs one fstatat(2) each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sizes {
    /// Names and kinds alone.
    #[default]
    Omitted,
    /// The size of each regular file that is told.
    Told,
}

/// Whether the names that hard links give one file can be told together; that
/// costs one fstatat(2) for each entry that is told and no directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Each name is an entry by itself.
    #[default]
    Omitted,
    /// An entry that has other names comes with what they have in common.
    Told,
}

/// What all names of one file have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Linked {
    /// The device that it is on.
    pub device: u64,
    /// Its inode number.
    pub inode: u64,
    /// How many names it has, in the tree or out of it.
    pub names: u64,
}

/// What a walk is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Which entries are told.
    pub select: Select,
    /// Whether the root is one of them.
    pub root: Root,
    /// Whether regular files come with their sizes.
    pub sizes: Sizes,
    /// How deep they are.
    pub depth: Depth,
    /// Whether entries that have other names come with those in common.
    pub links: Links,
}

/// One entry of the tree. The path lies in the walk's own buffer, which the
/// next call uses again: ten million entries cost no allocation for a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The path below the root, without a leading or trailing slash; `.` is the root itself.
    pub path: &'a [u8],
    /// What it is.
    pub kind: Kind,
    /// How many directories lie between: 0 is the root, 1 what is directly in it.
    pub depth: usize,
    /// The size of a regular file, if sizes were asked for.
    pub size: Option<u64>,
    /// What it has in common with its other names, if it has some and that was asked for.
    pub linked: Option<Linked>,
}
