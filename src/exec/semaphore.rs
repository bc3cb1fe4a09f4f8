//! Semaphores between processes: places that are locked with flock(2).
//!
//! Boundary: takes a place and lets it go; what is done meanwhile is for the
//! caller. A place is a file, and is free when nobody holds its lock: so the
//! death of a holder frees it, and nothing has to be cleared away after a crash.

use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, Mode, OFlags, flock, fstat, mkdir, open, openat};
use rustix::io::Errno;

/// How often is looked again, at first and at most. Only one process looks:
/// the others wait for it to have got its place.
const FIRST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(50);

/// How many bytes of a name go into a file's name as they are.
const LONGEST_NAME: usize = 64;

/// How long a place is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// As long as it takes.
    #[default]
    Endless,
    /// This long, and then the work is done without a place.
    ThenAnyway(Duration),
    /// This long, and then it is not done.
    ThenNot(Duration),
}

/// What came of waiting.
#[derive(Debug)]
pub enum Turn {
    /// A place, held until this is dropped.
    Held(Held),
    /// None, and it is done without.
    Anyway,
    /// None, and it is not done.
    GivenUp,
}

/// A place of a semaphore.
#[derive(Debug)]
pub struct Held {
    _place: OwnedFd,
}

/// A semaphore, by its name.
pub struct Semaphore {
    directory: File,
    name: String,
}

impl Semaphore {
    /// The semaphore called `name` among those in `directory`, which is made if
    /// it is not there. An error is that of a directory that is not this user's
    /// alone, or cannot be used.
    pub fn open(directory: &Path, name: &[u8]) -> io::Result<Self> {
        match mkdir(directory, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
        // In a directory for all somebody else may have made it, or a link.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = open(directory, flags, Mode::empty())?;
        let own = rustix::process::geteuid().as_raw();
        let status = fstat(&opened)?;
        if status.st_uid != own || status.st_mode & 0o022 != 0 {
            return Err(Errno::ACCESS.into());
        }
        Ok(Self {
            directory: opened.into(),
            name: file_name(name),
        })
    }

    fn file(&self, suffix: &str, more: OFlags) -> rustix::io::Result<OwnedFd> {
        let name = format!("{}.{suffix}", self.name);
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC | more;
        openat(&self.directory, name, flags, Mode::RUSR | Mode::WUSR)
    }

    /// Waits until fewer than `most` places are held, and takes one.
    pub fn take(&self, most: usize, patience: Patience) -> io::Result<Turn> {
        let wait = Wait::new(patience);
        // Who comes first looks first; it is let go with the place taken.
        let first = self.file("queue", OFlags::CREATE)?;
        if !wait.until(|| lock(&first))? {
            return Ok(wait.over());
        }
        let mut held = None;
        let taken = wait.until(|| {
            held = self.free_place(most)?;
            Ok(held.is_some())
        })?;
        Ok(match held {
            Some(place) if taken => Turn::Held(Held { _place: place }),
            _ => wait.over(),
        })
    }

    /// Waits until no place is held. False if that has not come in time.
    pub fn wait_for_all(&self, patience: Patience) -> io::Result<bool> {
        let wait = Wait::new(patience);
        wait.until(|| self.free_place(1).map(|free| free.is_some()))
    }

    /// A free place, locked, if fewer than `most` are held.
    ///
    /// Places that other callers use beyond `most` count too: they may give
    /// another number.
    fn free_place(&self, most: usize) -> rustix::io::Result<Option<OwnedFd>> {
        let counting = self.file("count", OFlags::CREATE)?;
        flock(&counting, FlockOperation::LockExclusive)?;
        let (mut free, mut held) = (None, 0);
        for number in 1.. {
            let made = if free.is_none() {
                OFlags::CREATE
            } else {
                OFlags::empty()
            };
            let place = match self.file(&number.to_string(), made) {
                Ok(place) => place,
                Err(Errno::NOENT) => break,
                Err(errno) => return Err(errno),
            };
            if !lock(&place)? {
                held += 1;
                if held >= most {
                    return Ok(None);
                }
            } else if free.is_none() {
                free = Some(place);
            }
        }
        Ok(free)
    }
}

/// Locks the file, unless somebody else has.
fn lock(file: &OwnedFd) -> rustix::io::Result<bool> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// The name as that of a file: bytes of other kinds as `%` and two digits, and
/// of a long one the beginning and a digest.
fn file_name(name: &[u8]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let mut file = String::from("sem-");
    for byte in name.iter().take(LONGEST_NAME) {
        if plain(*byte) {
            file.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(file, "%{byte:02x}");
        }
    }
    if name.len() > LONGEST_NAME {
        let digest = xxhash_rust::xxh3::xxh3_128(name);
        let _ = write!(file, "~{digest:032x}");
    }
    file
}

/// Looking again and again.
struct Wait {
    began: Instant,
    patience: Patience,
}

impl Wait {
    fn new(patience: Patience) -> Self {
        Self {
            began: Instant::now(),
            patience,
        }
    }

    /// Looks until it is so; false if it is not in time.
    fn until(&self, mut look: impl FnMut() -> rustix::io::Result<bool>) -> io::Result<bool> {
        let mut pause = FIRST;
        loop {
            if look()? {
                return Ok(true);
            }
            let left = match self.patience {
                Patience::Endless => LONGEST,
                Patience::ThenAnyway(limit) | Patience::ThenNot(limit) => {
                    limit.saturating_sub(self.began.elapsed())
                }
            };
            if left.is_zero() {
                return Ok(false);
            }
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(LONGEST);
        }
    }

    fn over(&self) -> Turn {
        match self.patience {
            Patience::Endless | Patience::ThenNot(_) => Turn::GivenUp,
            Patience::ThenAnyway(_) => Turn::Anyway,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Patience = Patience::ThenNot(Duration::ZERO);

    fn take(semaphore: &Semaphore, most: usize) -> Option<Held> {
        match semaphore.take(most, NOW).unwrap() {
            Turn::Held(held) => Some(held),
            Turn::Anyway => panic!("nobody said so"),
            Turn::GivenUp => None,
        }
    }

    #[test]
    fn there_are_as_many_places_as_each_asks_for() {
        let root = tempfile::tempdir().unwrap();
        let open = |name: &[u8]| Semaphore::open(&root.path().join("sem"), name).unwrap();
        let (one, again, other) = (open(b"a"), open(b"a"), open(b"b"));
        let first = take(&one, 2).unwrap();
        let second = take(&again, 2).unwrap();
        assert!(take(&one, 2).is_none());
        assert!(
            take(&other, 1).is_some(),
            "another name is another semaphore"
        );
        let third = take(&again, 3).unwrap();
        drop(first);
        assert!(
            take(&one, 2).is_none(),
            "two are held, whatever they asked for"
        );
        drop(second);
        assert!(take(&one, 1).is_none(), "the third place counts");
        assert!(!one.wait_for_all(NOW).unwrap());
        drop(third);
        assert!(take(&one, 1).is_some());
        assert!(one.wait_for_all(Patience::Endless).unwrap());
    }

    #[test]
    fn patience_ends_as_it_was_told_to() {
        let root = tempfile::tempdir().unwrap();
        let semaphore = Semaphore::open(root.path(), b"x").unwrap();
        let held = take(&semaphore, 1).unwrap();
        let anyway = Patience::ThenAnyway(Duration::from_millis(1));
        assert!(matches!(semaphore.take(1, anyway).unwrap(), Turn::Anyway));
        let waiting = std::thread::scope(|scope| {
            let waiter = scope.spawn(|| semaphore.take(1, Patience::Endless));
            drop(held);
            waiter.join().unwrap().unwrap()
        });
        assert!(matches!(waiting, Turn::Held(_)));
    }

    #[test]
    fn any_name_is_a_file_of_its_own() {
        assert_eq!(file_name(b"a-b_1"), "sem-a-b_1");
        assert_eq!(file_name(b"../x.\xff\n"), "sem-%2e%2e%2fx%2e%ff%0a");
        assert_eq!(file_name(b""), "sem-");
        let long = file_name(&[b'%'; 4000]);
        assert!(long.len() < 250 && long != file_name(&[b'%'; 4001]));
    }

    #[test]
    fn a_directory_of_somebody_elses_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let open = root.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Semaphore::open(&open, b"x").is_err());
        let link = root.path().join("link");
        std::os::unix::fs::symlink(root.path(), &link).unwrap();
        assert!(Semaphore::open(&link, b"x").is_err());
        assert!(Semaphore::open(&root.path().join("no/such"), b"x").is_err());
    }
}
