//! The rehearsal: prints each job instead of running it.
//!
//! Boundary: renders the line a person could paste into a shell; starts
//! nothing and touches nothing.

use crate::template::Verdict;

use super::{Action, Cancel, Executor, Job, JobIo, Outcome, StartError, Stream};

/// Prints jobs as pasteable lines on standard output.
#[derive(Debug, Default)]
pub struct DryRun;

impl Executor for DryRun {
    fn execute(&self, job: &Job<'_>, io: &mut JobIo<'_>, _cancel: &Cancel) -> Outcome {
        let Action::Run(template) = &job.action else {
            return Outcome::Exited(0);
        };
        let mut line = Vec::new();
        match template.render_line(&job.values, &mut line) {
            Verdict::Run => {}
            Verdict::Skip => return Outcome::Skipped,
            Verdict::Fail(error) => return Outcome::NotStarted(StartError::Expression(error)),
        }
        line.push(b'\n');
        io.output.take(Stream::Out, &line);
        Outcome::Exited(0)
    }
}
