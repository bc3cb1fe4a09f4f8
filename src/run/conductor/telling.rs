//! What the conductor hears from outside and says of the run: signals, halts,
//! progress, who runs.
//!
//! Boundary: decides what a signal means; stops by [`Conductor::stop`] alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::Conductor;
use crate::exec::{CancelLevel, reap_orphans, signal_all, waits_for_terminal};
use crate::output::{Halted, Progress, RunEnd, Watch};
use crate::run::order::stage_of;
use crate::run::signals::Word;
use crate::run::tally::Shown;
use crate::run::{Listing, OnSignal, Voice};
use crate::ui;

/// Two of the same signal within this time are one: timeout(1) sends it to
/// prun and then to its group.
const SAME_SIGNAL: Duration = Duration::from_millis(2);

impl Conductor {
    /// Begins to show how far the run has come.
    pub(super) fn show(&mut self, watch: Option<Watch>) {
        let shown = Shown::new(Arc::clone(&self.tally), watch, self.latest.clone());
        match Progress::start(self.watching.form, Box::new(shown)) {
            Ok(progress) => self.progress = Some(progress),
            Err(error) => ui::warning(format_args!(
                "cannot show progress: {} (the jobs run all the same)",
                ui::Errno(&error)
            )),
        }
    }

    /// Shows how far the run has come, or does so no longer.
    pub(super) fn toggle(&mut self) {
        if self.progress.take().is_none() {
            self.show(self.watching.watch.or(Some(Watch::Counts)));
        }
    }

    /// Says which jobs run.
    pub(super) fn list(&self) {
        let running = self.roster.running();
        if self.watching.listing == Listing::Full {
            let jobs = if running.len() == 1 {
                "job runs"
            } else {
                "jobs run"
            };
            ui::say(format_args!("{} {jobs}", running.len()));
        }
        for running in running {
            let Some(stage) = self.stages.get(stage_of(running.job.order)) else {
                continue;
            };
            let line = running.line(&stage.slots);
            match self.watching.listing {
                Listing::Commands => {
                    ui::say(ui::Line(&line));
                }
                Listing::Full => ui::more(format_args!(
                    "job {} (slot {}, {:.1} s): {}",
                    running.job.seq,
                    running.slot,
                    running.time().as_secs_f64(),
                    ui::Line(&line)
                )),
            }
        }
    }

    pub(super) fn halted(&mut self, halted: &Halted) {
        if self.summary.end != RunEnd::Complete {
            return;
        }
        self.summary.end = RunEnd::Halted(halted.status);
        self.stops.draining = halted.level == CancelLevel::Drain;
        // There the job is told of with its end.
        if self.voice == Voice::Gnu {
            return;
        }
        let then = match halted.level {
            CancelLevel::Drain => "starting no more jobs",
            _ => "ending all jobs",
        };
        let line = match &halted.line {
            Some(line) => format!(": {}", ui::Line(line)),
            None => String::new(),
        };
        ui::say(format_args!(
            "job {} {}, {then}{line}",
            halted.seq, halted.how
        ));
    }

    /// Says in GNU parallel's words that `--halt` has counted a job, and what
    /// follows from it.
    pub(super) fn say_counted(&self, how: &str, line: Option<&[u8]>) {
        let line = String::from_utf8_lossy(line.unwrap_or_default());
        ui::say(format_args!("This job {how}:\n{line}"));
        let running: u64 = self
            .stages
            .iter()
            .map(|stage| stage.slots.queue.taken().saturating_sub(stage.ended))
            .sum();
        if self.stops.draining && running > 0 {
            ui::say(format_args!(
                "Starting no more jobs. Waiting for {running} jobs to finish."
            ));
        }
    }

    pub(super) fn heed(&mut self, word: Word) {
        let number = match word {
            Word::Stop => return self.pause(),
            // Native work has no jobs to speak of, and a progress of its own.
            Word::List | Word::Watch if self.is_native() => {
                if let (Word::List, Some(asker)) = (word, &self.asker) {
                    asker.ask();
                }
                return;
            }
            Word::List => return self.list(),
            Word::Watch => return self.toggle(),
            Word::End(number) => number,
        };
        let now = Instant::now();
        if let Some((last, at)) = self.stops.last_signal.replace((number, now))
            && last == number
            && now.duration_since(at) < SAME_SIGNAL
        {
            return;
        }
        if self.on_signal == OnSignal::Gnu && number == nix::libc::SIGHUP {
            self.stop(CancelLevel::Drain);
            return;
        }
        self.stops.signals += 1;
        self.summary.end = match self.on_signal {
            OnSignal::Gnu => RunEnd::Stopped,
            OnSignal::End | OnSignal::Drain => RunEnd::Signal(number),
        };
        let level = match (self.on_signal, self.stops.signals) {
            (OnSignal::Drain, 1) => CancelLevel::Drain,
            (OnSignal::Drain, 2) | (OnSignal::End | OnSignal::Gnu, 1) => CancelLevel::End,
            _ => CancelLevel::Kill,
        };
        // Only then is it true that no more are started, and nobody who reads
        // standard error slowly holds it up.
        self.stop(level);
        if level == CancelLevel::Drain {
            ui::say("starting no more jobs; a second signal ends those that run");
        }
    }

    /// Ctrl-Z: jobs first, then prun itself. When the shell lets prun go on,
    /// the call that stopped it returns, and jobs go on too.
    pub(super) fn pause(&self) {
        self.cancel.stopping();
        signal_all(&self.children, Signal::SIGTSTP);
        let since = Instant::now();
        // What is drawn is away meanwhile: the shell writes there.
        ui::aside(|| {
            let _ = nix::sys::signal::kill(nix::unistd::Pid::this(), Signal::SIGSTOP);
            ui::Cursor::Home
        });
        self.cancel.continued(since.elapsed());
        signal_all(&self.children, Signal::SIGCONT);
    }

    /// On a tick: reaps what jobs left behind, and tells of a job that has
    /// stopped because it wants the terminal.
    pub(super) fn look_after_children(&mut self) {
        reap_orphans(&self.children);
        if !self.stops.told_terminal && waits_for_terminal(&self.children) {
            self.stops.told_terminal = true;
            ui::warning(
                "a job waits for the terminal, which it may not read: use --tty, or give it its input another way",
            );
        }
    }
}
