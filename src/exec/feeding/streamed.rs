//! Blocks of a lane, written by a thread of their own.
//!
//! Boundary: begins and ends the thread; which blocks come is the lane's.

use std::io::PipeWriter;
use std::sync::Arc;

use super::STACK;
use super::write::{Count, Given, write_all, write_body};
use crate::exec::FeedError;
use crate::input::blocks::{Block, Lane};

/// A lane on its way to a job.
pub(in crate::exec) struct Streamed<'a> {
    lane: &'a Lane,
    count: Arc<Count>,
}

impl<'a> Streamed<'a> {
    pub(super) fn start(lane: &'a Lane, mut writer: PipeWriter) -> Self {
        let count = Arc::new(Count::default());
        let (taking, counting) = (lane.another(), Arc::clone(&count));
        let body = move || {
            // One job, one input: it begins with the header.
            let mut write: fn(&Block, &mut PipeWriter, &Count) -> _ = write_all;
            let mut result = Ok(());
            while result.is_ok()
                && let Some(block) = taking.take()
            {
                result = write(&block, &mut writer, &counting);
                write = write_body;
            }
            // Before the job sees the end of its input, and may end.
            counting.note(result);
            taking.leave();
        };
        let thread = std::thread::Builder::new()
            .name("lane".into())
            .stack_size(STACK);
        if let Err(error) = thread.spawn(body) {
            count.fail(FeedError::Thread(error));
            lane.leave();
        }
        Self { lane, count }
    }

    /// The thread may still be in a write to a process that the job has left
    /// behind; it ends with that, or with prun.
    pub(super) fn end(self) -> Given {
        self.lane.leave();
        self.count.given()
    }
}
