//! A job as a line: for the job log, for those who list jobs, and before its
//! output (`-v`, `-t`).
//!
//! Boundary: renders; what is done with the line is for others, but for jobs that
//! write where prun does, whose line has to stand before what they write.

use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::super::Announce;
use super::output::{SlotOutput, Way};
use super::{Queued, Slots};
use crate::exec::{CancelLevel, Output, Stream};
use crate::output::{Event, Grouping};
use crate::template::Values;
use crate::ui;

/// How much is written at a time: a pipe that is ready has room for so much
/// (PIPE_BUF, pipe(7)).
const PIECE: usize = 4096;

impl Slots {
    /// What the tokens of a job stand for, as far as that is known without its
    /// slot's thread.
    pub(in crate::run) fn foreseen<'a>(&'a self, job: &'a Queued, slot: u32) -> Values<'a> {
        Values {
            records: &job.records,
            seq: job.seq,
            slot,
            dest: self.foresee(job),
            total: self.total,
        }
    }

    /// The job's destination, where it is known before a slot takes the job.
    pub(in crate::run) fn foresee(&self, job: &Queued) -> Option<&[u8]> {
        let dealer = self.dealer.as_ref()?;
        dealer.foresee(job.seq, &job.records)
    }

    /// The job as a pasteable line.
    pub(in crate::run) fn line(&self, job: &Queued, values: &Values<'_>) -> Vec<u8> {
        if let Some(line) = &job.line {
            return line.to_vec();
        }
        let mut line = Vec::new();
        if let Some(template) = self.work.template() {
            template.render_line(values, &mut line);
        }
        line
    }

    pub(super) fn show(
        &self,
        job: &Queued,
        values: &Values<'_>,
        output: &mut SlotOutput<'_>,
        way: &Way<'_>,
    ) {
        if self.announce == Announce::No {
            return;
        }
        let mut line = self.line(job, values);
        line.push(b'\n');
        let with_output = matches!(self.announce, Announce::WithOutput | Announce::Both);
        let at_start = matches!(self.announce, Announce::AtStart | Announce::Both);
        if self.grouping == Grouping::Ungrouped {
            // The job writes where prun does, and the line is to stand before that.
            if with_output {
                self.write_now(std::io::stdout(), &line);
            }
            if at_start {
                self.write_now(std::io::stderr(), &line);
            }
            return;
        }
        if with_output {
            output.take(Stream::Out, &line);
            output.received = 0;
        }
        if at_start {
            let _ = way.events.blocking_send(Event::Say(line));
        }
    }

    /// Writes a line past the conductor, until the run is to end. Where nobody
    /// reads it any more the job will find that out, too.
    fn write_now(&self, fd: impl AsFd, line: &[u8]) {
        ui::aside(|| {
            let mut rest = line;
            // In pieces that a terminal or a pipe takes at once when it says that
            // it takes something: nobody must have to wait for a stuck one.
            while let Some(piece) = rest.get(..rest.len().min(PIECE)).filter(|p| !p.is_empty()) {
                let end = self.cancel.readable_at(CancelLevel::End);
                let mut fds = [
                    PollFd::new(&fd, PollFlags::OUT),
                    PollFd::from_borrowed_fd(end, PollFlags::IN),
                ];
                match poll(&mut fds, None) {
                    Ok(_) if fds[1].revents().contains(PollFlags::IN) => break,
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(_) => break,
                }
                match rustix::io::write(&fd, piece) {
                    Ok(written) => rest = &rest[written..],
                    Err(Errno::INTR | Errno::AGAIN) => {}
                    Err(_) => break,
                }
            }
            ui::Cursor::behind(line)
        });
    }
}
