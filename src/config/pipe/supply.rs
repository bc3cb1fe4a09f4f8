//! Blocks of standard input, or of several files one after the other.
//!
//! Boundary: opens, and picks how each is cut: what has a size is cut into
//! ranges, which nobody but the jobs reads; all else is read.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::exec::{Cancel, CancelLevel};
use crate::input::Origin;
use crate::input::blocks::{
    Block, BlockSize, BlocksError, BlocksSpec, Cutter, Deal, Intake, LeftOut, PipeFrom, PipeSpec,
    Ranges, Taken,
};
use crate::run::{Interruptible, Waited};
use crate::ui;

/// How large the pipe is made that standard input is.
#[cfg(target_os = "linux")]
const PIPE: usize = 1 << 20;

/// All blocks, in order.
pub(super) struct Supply {
    waiting: VecDeque<Cut>,
    cancel: Arc<Cancel>,
    left_out: LeftOut,
    /// Whether it has been told that blocks grow.
    told: bool,
}

/// One source that is cut.
enum Cut {
    Stream(Box<Cutter<Descriptor>>),
    /// With the descriptor whose position goes along, as if it had been read.
    Ranges(Box<Ranges>, Option<OwnedFd>),
}

/// A descriptor that is read until the run is to end.
struct Descriptor(Interruptible);

impl Intake for Descriptor {
    fn read(&mut self, into: &mut Vec<u8>, wait: Option<Duration>) -> io::Result<Taken> {
        loop {
            let taken = match self.0.wait(wait) {
                Ok(Waited::Over) => Ok(Taken::End),
                Ok(Waited::Late) => Ok(Taken::Late),
                Ok(Waited::Ready) => self.0.append(into).map(|count| match count {
                    0 => Taken::End,
                    _ => Taken::Some,
                }),
                Err(error) => Err(error),
            };
            match taken {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock
                    ) => {}
                taken => return taken,
            }
        }
    }
}

impl Supply {
    /// Opens all that `spec` names, before any job starts.
    pub(super) fn open(
        spec: &PipeSpec,
        stdin: OwnedFd,
        cancel: &Arc<Cancel>,
        (jobs, room): (usize, usize),
    ) -> Result<Self, BlocksError> {
        let opening = Opening {
            spec,
            cancel,
            jobs,
            room,
        };
        let mut stdin = Some(stdin);
        let waiting = match &spec.from {
            PipeFrom::Stdin => opening.stdin(&mut stdin)?.into_iter().collect(),
            PipeFrom::Files(paths) => paths
                .iter()
                .map(|path| opening.named(path, &mut stdin))
                .collect::<Result<_, _>>()?,
            PipeFrom::Parts(paths) => opening.parts(paths)?,
        };
        Ok(Self {
            waiting,
            cancel: Arc::clone(cancel),
            left_out: spec.blocks.left_out,
            told: false,
        })
    }

    /// The next block; none when there are no more, or nothing more is to start:
    /// a read that was broken off looks like the end of the input, and what was
    /// read of a record is none.
    pub(super) fn next_block(&mut self) -> Result<Option<Block>, BlocksError> {
        while let Some(cut) = self.waiting.front_mut() {
            let block = cut.next_block()?;
            if self.cancel.level() != CancelLevel::Run {
                return Ok(None);
            }
            if let Some(size) = cut.grown()
                && !std::mem::replace(&mut self.told, true)
            {
                ui::warning(format_args!(
                    "a record is longer than a block; blocks grow, to {size} bytes now (give a larger --block)"
                ));
            }
            match block {
                Some(block) if block.is_left_out(self.left_out) => {}
                Some(block) => return Ok(Some(block)),
                None => {
                    self.waiting.pop_front();
                }
            }
        }
        Ok(None)
    }
}

impl Cut {
    fn next_block(&mut self) -> Result<Option<Block>, BlocksError> {
        match self {
            Self::Stream(cutter) => cutter.next_block(),
            Self::Ranges(ranges, shared) => {
                let block = ranges.next_block()?;
                if let Some(shared) = shared {
                    let _ = rustix::fs::seek(&*shared, rustix::fs::SeekFrom::Start(ranges.at()));
                }
                Ok(block)
            }
        }
    }

    fn grown(&mut self) -> Option<u64> {
        match self {
            Self::Stream(cutter) => cutter.grown().map(|size| size as u64),
            Self::Ranges(ranges, _) => ranges.grown(),
        }
    }
}

/// What all sources have in common.
struct Opening<'a> {
    spec: &'a PipeSpec,
    cancel: &'a Arc<Cancel>,
    jobs: usize,
    room: usize,
}

impl Opening<'_> {
    fn stdin(&self, stdin: &mut Option<OwnedFd>) -> Result<Option<Cut>, BlocksError> {
        let Some(fd) = stdin.take() else {
            return Ok(None);
        };
        self.cut(fd, Origin::Stdin, true).map(Some)
    }

    fn named(&self, path: &Path, stdin: &mut Option<OwnedFd>) -> Result<Cut, BlocksError> {
        if path == Path::new("-")
            && let Some(cut) = self.stdin(stdin)?
        {
            return Ok(cut);
        }
        let file = open(path)?;
        self.cut(file.into(), Origin::File(path.into()), false)
    }

    /// Parts of these files: shares are of all of them together.
    fn parts(&self, paths: &[PathBuf]) -> Result<VecDeque<Cut>, BlocksError> {
        let files = paths.iter().map(|path| open(path));
        let files = files.collect::<Result<Vec<_>, _>>()?;
        let lens = files.iter().map(|file| {
            let meta = file.metadata().ok()?;
            meta.is_file().then_some(meta.len())
        });
        // A device does not say how long it is; then each has its own shares.
        let total: Option<u64> = lens.sum();
        let size = match total {
            Some(total) => BlockSize::Bytes(self.blocks().size.of_parts(total, self.jobs)),
            None => self.blocks().size,
        };
        let blocks = BlocksSpec {
            size,
            ..self.blocks().clone()
        };
        let named = files.into_iter().zip(paths);
        named
            .map(|(file, path)| self.part(file, path, &blocks))
            .collect()
    }

    fn part(&self, file: File, path: &Path, blocks: &BlocksSpec) -> Result<Cut, BlocksError> {
        let origin = Origin::File(path.into());
        if !self.can_cut() {
            // All of the data has to be looked at.
            return self.stream(file.into(), origin, blocks);
        }
        let ranges = Ranges::parts(file, origin, blocks, self.jobs)?;
        Ok(Cut::Ranges(Box::new(ranges), None))
    }

    fn blocks(&self) -> &BlocksSpec {
        &self.spec.blocks
    }

    /// Whether a range of a file will do, so that no data need be held.
    fn can_cut(&self) -> bool {
        let sorts = matches!(self.spec.deal, Deal::Bin(_) | Deal::Shard(_));
        !sorts && Ranges::can_cut(self.blocks())
    }

    fn cut(&self, fd: OwnedFd, origin: Origin, is_shared: bool) -> Result<Cut, BlocksError> {
        let at = size(&fd).and_then(|_| rustix::fs::tell(&fd).ok());
        match (at, self.can_cut()) {
            (Some(at), true) => {
                let file = File::from(fd.try_clone().map_err(|error| BlocksError::Open {
                    origin: origin.clone(),
                    error,
                })?);
                let ranges = Ranges::stream(file, origin, at, self.blocks())?;
                Ok(Cut::Ranges(Box::new(ranges), is_shared.then_some(fd)))
            }
            _ => self.stream(fd, origin, self.blocks()),
        }
    }

    fn stream(&self, fd: OwnedFd, origin: Origin, blocks: &BlocksSpec) -> Result<Cut, BlocksError> {
        enlarge(&fd);
        let intake = Descriptor(Interruptible::new(fd, Arc::clone(self.cancel)));
        let cutter = Cutter::new(intake, origin, blocks, self.spec.patience, self.room)?;
        Ok(Cut::Stream(Box::new(cutter)))
    }
}

/// The size of a file that has what it says. Those that the kernel makes up say
/// that they are empty (`/proc`), or as long as a page (`/sys`).
fn size(fd: &OwnedFd) -> Option<u64> {
    let stat = rustix::fs::fstat(fd).ok()?;
    let is_file = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file();
    let size = u64::try_from(stat.st_size).ok().filter(|size| *size > 0)?;
    let last = rustix::io::pread(fd, &mut [0], size - 1);
    (is_file && last == Ok(1)).then_some(size)
}

/// Makes a pipe hold more than its 64 KiB, so that fewer reads do: as much as
/// Linux lets users have (`/proc/sys/fs/pipe-max-size`). Others that read or
/// write it see no difference but the room.
#[cfg(target_os = "linux")]
fn enlarge(fd: &OwnedFd) {
    if rustix::pipe::fcntl_getpipe_size(fd).is_ok_and(|size| size < PIPE) {
        let _ = rustix::pipe::fcntl_setpipe_size(fd, PIPE);
    }
}

#[cfg(not(target_os = "linux"))]
fn enlarge(_fd: &OwnedFd) {}

fn open(path: &Path) -> Result<File, BlocksError> {
    File::open(path).map_err(|error| BlocksError::Open {
        origin: Origin::File(PathBuf::from(path)),
        error,
    })
}
