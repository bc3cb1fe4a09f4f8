//! What becomes of a job's output when the job has ended.
//!
//! Boundary: paints it, makes it a row, or completes the files that have it;
//! the conductor prints what is left to be printed.

use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, SystemTime};

use super::{Queued, Slots};
use crate::exec::{Captured, Outcome, StartError, WriteError};
use crate::output::{Colour, JobEnd, Kept, Painter, ResultsError, Row, Store, Told};
use crate::template::{Record, Values};

impl Slots {
    /// Output of a job that failed.
    pub(super) fn in_red(&self, output: &Captured) -> Captured {
        let mut red = Captured::new(&self.spill);
        let mut painter = Painter::default();
        let mut piece_in_red = Vec::new();
        let written = output.write_to(&mut |piece: &[u8]| {
            piece_in_red.clear();
            painter.apply(&Colour::of_failure(), piece, &mut piece_in_red);
            red.push(&piece_in_red);
            Ok::<(), std::convert::Infallible>(())
        });
        if let Err(WriteError::Read(error)) = written {
            red.fail(error);
        }
        piece_in_red.clear();
        painter.finish(&mut piece_in_red);
        red.push(&piece_in_red);
        red
    }

    /// The end of a job that is not started because its output cannot be kept.
    pub(super) fn unkept(&self, job: &Queued, values: &Values<'_>, error: ResultsError) -> JobEnd {
        let source = error.source();
        let source = source
            .raw_os_error()
            .map_or_else(|| source.kind().into(), std::io::Error::from_raw_os_error);
        for feed in &self.feeds {
            feed.ended(job.order, None);
        }
        JobEnd {
            order: job.order,
            seq: job.seq,
            outcome: Outcome::NotStarted(StartError::File {
                file: error.path().into(),
                source,
            }),
            started: SystemTime::now(),
            runtime: Duration::ZERO,
            sent: 0,
            received: 0,
            out: Captured::new(&self.spill),
            err: Captured::new(&self.spill),
            line: Some(self.line(job, values)),
            lost: error.is_for_all().then_some(error),
        }
    }

    /// Completes what is kept of a job, or makes its output a row.
    pub(super) fn store(
        &self,
        end: &mut JobEnd,
        kept: Option<Kept>,
        tag: Option<&[u8]>,
        records: &[Record],
    ) {
        // A job that prun ended is as if it had not run.
        let is_over = !matches!(end.outcome, Outcome::Ended | Outcome::Skipped);
        match &self.store {
            Store::Printed => {}
            Store::Kept(keeping) => {
                let Some(kept) = kept else { return };
                if !is_over {
                    kept.discard();
                    return;
                }
                let name = kept.name().as_os_str().as_bytes().to_vec();
                if keeping.told == Told::Name {
                    end.out.push(tag.unwrap_or_default());
                    end.out.push(&name);
                    end.out.push(b"\n");
                }
                end.lost = kept.complete(end.seq).err();
            }
            Store::Rows(sheet) => {
                let mut row = Captured::new(&self.spill);
                if is_over {
                    sheet.widen(records);
                    let written = Row {
                        seq: end.seq,
                        started: end.started,
                        runtime: end.runtime,
                        sent: end.sent,
                        received: end.received,
                        outcome: &end.outcome,
                        line: end.line.as_deref().unwrap_or_default(),
                        records,
                    };
                    sheet.write(&written, &end.out, &end.err, &mut row);
                }
                end.out = row;
                end.err = Captured::new(&self.spill);
            }
        }
    }
}
