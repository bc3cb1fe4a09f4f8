//! The feeder: turns inputs into jobs and hands them to the slots.
//!
//! Boundary: one thread that pulls inputs, leaves out what an earlier run has
//! done, asks where it is told to, and starts slots as they are needed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc::Sender;

use super::ask::{Asking, Terminal};
use super::crew::{Crew, Ends};
use super::order::base;
use super::slot::{Queued, Slots};
use super::{JobSource, Pacing, SourceError};
use crate::exec::{CancelLevel, Feed};
use crate::output::{Event, Identity, Resume, Store};
use crate::template::Values;
use crate::ui;

/// Of how many jobs on their starts are not spaced out under
/// [`Pacing::Opening`]: which of so many ends first nobody goes by.
const MANY: u64 = 64;

/// The feeder's state.
pub(super) struct Feeder {
    pub(super) source: Box<dyn JobSource>,
    /// Which of the stages that run at once.
    pub(super) stage: usize,
    pub(super) slots: Arc<Slots>,
    pub(super) crew: Arc<Crew>,
    pub(super) resume: Option<Resume>,
    pub(super) asking: Asking,
    pub(super) events: Sender<Event>,
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

impl Feeder {
    /// The body of the feeder's thread.
    pub(super) fn work(mut self) {
        let (mut order, mut resumed) = (0, 0);
        let error = self.feed(&mut order, &mut resumed).err();
        self.slots.queue.close();
        if let Some(resume) = &self.resume
            && let Some(seq) = resume.mismatched()
        {
            let what = match resume.identity() {
                Identity::SeqAndCommand => "such jobs were run, not skipped",
                Identity::Seq => "such jobs were skipped by their number alone",
            };
            ui::warning(format_args!(
                "job {seq} has another command than in the job log; {what} (have the inputs or the template changed?)"
            ));
        }
        let _ = self.events.blocking_send(Event::InputsDone {
            stage: self.stage,
            jobs: order,
            resumed,
            error,
        });
    }

    fn feed(&mut self, order: &mut u64, resumed: &mut u64) -> Result<(), AnyError> {
        let mut terminal = match self.asking {
            Asking::Never => None,
            Asking::EachJob => Some(
                Terminal::open()
                    .map_err(|error| format!("cannot ask: no terminal: {}", ui::Errno(&error)))?,
            ),
        };
        while self.slots.cancel.level() == CancelLevel::Run {
            let mut records = Vec::new();
            let next = self.source.next_job(&mut records);
            // A read that was broken off looks like the end of the input, and
            // what stood before it like a whole record: neither is true.
            if self.slots.cancel.level() != CancelLevel::Run {
                break;
            }
            match next {
                Ok(true) => {}
                Ok(false) => break,
                Err(SourceError::Entry(error)) => {
                    let _ = self.events.blocking_send(Event::Missing(error));
                    continue;
                }
                Err(SourceError::Fatal(error)) => return Err(error),
            }
            let logged = self.source.logged();
            let seq = match &logged {
                Some(logged) => logged.seq,
                None => self.slots.last_seq.fetch_add(1, Ordering::SeqCst) + 1,
            };
            let job = Queued {
                feed: self.source.feed(),
                line: logged.map(|logged| logged.line.into()),
                ..Queued::new(base(self.stage) + *order + 1, seq, records)
            };
            if let Store::Rows(sheet) = &self.slots.store {
                sheet.widen(&job.records);
            }
            if self.is_done(&job) {
                *resumed += 1;
                self.slots.tally.left_out();
                continue;
            }
            if let Some(terminal) = &mut terminal
                && !self.is_confirmed(&job, terminal)
            {
                self.slots.tally.left_out();
                continue;
            }
            let ends = match job.feed {
                Feed::Lane(_) => Ends::Together,
                _ => Ends::Alone,
            };
            let Ok(without_taker) = self.slots.queue.push(Arc::new(job)) else {
                break;
            };
            if without_taker > 0 && self.crew.may_grow() {
                // Without any slot there is no such job: nobody would ever tell
                // of its end.
                self.crew.grow(ends)?;
            }
            *order += 1;
            if *order == MANY && self.slots.pacing == Pacing::Opening {
                self.slots.queue.stretch_delay(0.0);
            }
        }
        Ok(())
    }

    /// What the job's tokens stand for before a slot takes it. The slot is not
    /// known yet; where the template names it, the job log is compared without it.
    fn values<'a>(&'a self, job: &'a Queued) -> Values<'a> {
        self.slots.foreseen(job, 1)
    }

    fn line(&self, job: &Queued) -> Vec<u8> {
        self.slots.line(job, &self.values(job))
    }

    fn is_done(&mut self, job: &Queued) -> bool {
        let Some(resume) = &self.resume else {
            return false;
        };
        if resume.is_kept(&self.values(job)) {
            return true;
        }
        if !resume.knows(job.seq) {
            return false;
        }
        let dest_is_open = self.slots.dealer.is_some() && self.slots.foresee(job).is_none();
        let names_slot = |token: &[u8]| {
            matches!(token, b"<%>" | b"{%}") || dest_is_open && token.starts_with(b"<dest")
        };
        let template = self.slots.work.template();
        let names_slot = template.is_some_and(|template| template.tokens().any(names_slot));
        let line = (!names_slot).then(|| self.line(job));
        self.resume
            .as_mut()
            .is_some_and(|resume| resume.is_done(job.seq, line.as_deref()))
    }

    /// Asks when a slot could take the job, not earlier: the question should
    /// follow the output of the jobs before.
    fn is_confirmed(&self, job: &Queued, terminal: &mut Terminal) -> bool {
        let may_grow = self.crew.may_grow();
        let is_hungry = |idle: usize| idle > 0 || may_grow;
        self.slots.queue.wait_hungry(is_hungry) && terminal.confirms(&self.line(job))
    }
}
