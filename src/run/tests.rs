//! Scheduling without processes: whole stages with an executor whose jobs do
//! what their inputs say.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::gates::testing::gates;
use super::{
    Announce, Asking, Gates, HaltPolicy, JobSource, Limiting, Listing, OnSignal, Plan, Session,
    SourceError, Streaming, TimeoutPolicy, Watching, Work,
};
use crate::exec::fake::Fake;
use crate::exec::{Cancel, CancelLevel, Children, Meter, SpillPolicy, Swapped};
use crate::output::{Form, Grouping, Order, Paper, RunEnd, Store, Summary};
use crate::template::{
    Append, Batch, Command, DestToken, Record, Replace, ShellKind, Spec, Template,
};

/// What a source gives, one after the other.
enum Give {
    Input(&'static str),
    Missing,
    Broken,
    /// The run is told to stop before the next input is given.
    Stop(CancelLevel),
}

struct Script(std::vec::IntoIter<Give>, Arc<Cancel>);

impl JobSource for Script {
    fn next_job(&mut self, records: &mut Vec<Record>) -> Result<bool, SourceError> {
        match self.0.next() {
            None => Ok(false),
            Some(Give::Input(text)) => {
                records.push(Record::single(text.as_bytes()));
                Ok(true)
            }
            Some(Give::Missing) => Err(SourceError::Entry("an entry is missing".into())),
            Some(Give::Broken) => Err(SourceError::Fatal("the list is broken".into())),
            Some(Give::Stop(level)) => {
                self.1.raise(level);
                Ok(false)
            }
        }
    }

    fn total(&self) -> Option<u64> {
        Some(self.0.len() as u64)
    }
}

fn template() -> Template {
    Template::parse(&Spec {
        command: Command::Argv(&[b"job".to_vec(), b"<>".to_vec()]),
        replace: Replace::Auto,
        names: &[],
        params: &[],
        dest: DestToken::Undeclared,
        batch: Batch::One,
        append: Append::Input,
        shell: Path::new("sh"),
        shell_kind: ShellKind::Posix,
        bash: Path::new("bash"),
        functions: &[],
        is_program: Arc::new(|_| true),
    })
    .unwrap()
}

fn run(slots: usize, attempts: u32, halt: &str, gives: Vec<Give>) -> Summary {
    run_with(slots, attempts, halt, gives, None)
}

fn run_with(
    slots: usize,
    attempts: u32,
    halt: &str,
    gives: Vec<Give>,
    gates: Option<Gates>,
) -> Summary {
    let cancel = Arc::new(Cancel::new().unwrap());
    let plan = Plan {
        source: Box::new(Script(gives.into_iter(), Arc::clone(&cancel))),
        work: Work::Template(Arc::new(template())),
        feeds: Vec::new(),
        dealer: None,
        executor: Arc::<Fake>::default(),
        slots,
        width: None,
        first_slot: 0,
        nice: None,
        timeout: TimeoutPolicy::None,
        attempts,
        pacing: super::Pacing::Fixed,
        delay: Duration::ZERO,
        gates,
        halt: halt.parse::<HaltPolicy>().unwrap(),
        asking: Asking::Never,
        voice: super::Voice::Own,
        on_signal: OnSignal::End,
        asker: None,
        watching: Watching {
            watch: None,
            form: Form::Lines,
            total: None,
            listing: Listing::Full,
        },
        grouping: Grouping::Grouped,
        order: Order::Input,
        streaming: Streaming::WhenAlone,
        paint: crate::output::Paint::Nothing,
        tag: None,
        store: Store::Printed,
        paper: Paper::Own,
        announce: Announce::No,
        spill: SpillPolicy::new(std::env::temp_dir()),
        children: Arc::new(Children::new(slots)),
        cancel,
        joblog: None,
        resume: None,
    };
    Session::new(super::Ignored::Stay)
        .unwrap()
        .run(vec![plan])
        .unwrap()
}

fn inputs(texts: &[&'static str]) -> Vec<Give> {
    texts.iter().map(|text| Give::Input(text)).collect()
}

#[test]
fn every_job_is_counted_once() {
    let texts = ["exit 0", "exit 3", "signal 9", "exit 0", "exit 1"].repeat(200);
    for slots in [1, 2, 7, 64] {
        let summary = run(slots, 1, "never", inputs(&texts));
        assert_eq!(
            (summary.succeeded, summary.failed),
            (400, 600),
            "{slots} slots"
        );
        assert_eq!(summary.exit_status(), 101);
    }
}

#[test]
fn no_input_is_no_job() {
    let summary = run(4, 1, "never", Vec::new());
    assert_eq!(
        (summary.succeeded, summary.failed, summary.end),
        (0, 0, RunEnd::Complete)
    );
}

#[test]
fn halt_with_one_slot_starts_not_one_job_more() {
    for policy in ["soon,fail=1", "now,fail=1"] {
        for _ in 0..50 {
            let summary = run(
                1,
                1,
                policy,
                inputs(&["exit 0", "exit 7", "exit 0", "exit 0"]),
            );
            assert_eq!((summary.succeeded, summary.failed), (1, 1), "{policy}");
            assert_eq!(summary.exit_status(), 7);
        }
    }
}

#[test]
fn halt_now_ends_what_runs() {
    let summary = run(
        3,
        1,
        "now,fail=1",
        inputs(&["until-end", "until-end", "exit 2", "exit 0"]),
    );
    assert_eq!((summary.ended, summary.failed), (2, 1));
    assert_eq!(summary.end, RunEnd::Halted(2));
}

#[test]
fn a_failing_job_is_tried_again() {
    let summary = run(2, 3, "never", inputs(&["exit 1", "exit 0"]));
    assert_eq!((summary.succeeded, summary.failed), (1, 1));
    let lines: Vec<_> = summary
        .failures
        .iter()
        .map(|failure| failure.line.clone())
        .collect();
    assert_eq!(lines, [b"job 'exit 1'".to_vec()]);
}

#[test]
fn a_missing_entry_is_told_and_the_rest_is_done() {
    let summary = run(
        2,
        1,
        "never",
        vec![Give::Input("exit 0"), Give::Missing, Give::Input("exit 0")],
    );
    assert_eq!((summary.succeeded, summary.missing), (2, 1));
    assert_eq!(summary.exit_status(), 1);
}

#[test]
fn a_broken_list_ends_the_run_with_an_error_after_what_came_before() {
    let summary = run(
        2,
        1,
        "never",
        vec![Give::Input("exit 0"), Give::Broken, Give::Input("exit 0")],
    );
    assert_eq!(summary.succeeded, 1);
    assert_eq!(summary.exit_status(), 255);
}

#[test]
fn a_run_that_is_ended_leaves_nothing_running() {
    let gives = vec![
        Give::Input("until-end"),
        Give::Input("until-end"),
        Give::Stop(CancelLevel::End),
    ];
    let summary = run(2, 1, "never", gives);
    assert_eq!(summary.succeeded + summary.failed, 0);
}

/// A meter with a list of answers to `--limit`, and then always 0.
struct Answers(Mutex<std::vec::IntoIter<i32>>);

impl Meter for Answers {
    fn load(&self) -> io::Result<f64> {
        Ok(0.0)
    }

    fn free_memory(&self) -> io::Result<u64> {
        Ok(0)
    }

    fn swapped(&self) -> io::Result<Swapped> {
        Ok(Swapped::default())
    }

    fn disks(&self) -> io::Result<Vec<(String, u64)>> {
        Ok(Vec::new())
    }

    fn ask(&self, _cancel: &Cancel) -> io::Result<Option<i32>> {
        Ok(Some(self.0.lock().unwrap().next().unwrap_or(0)))
    }
}

fn answering(answers: Vec<i32>, tries: u32) -> Gates {
    Gates {
        asking: Limiting::Command,
        tries,
        ..gates(Answers(Mutex::new(answers.into_iter())))
    }
}

#[test]
fn a_job_that_was_called_back_runs_again_and_counts_once() {
    let gives = inputs(&["once-recalled", "exit 0", "exit 3"]);
    let summary = run_with(2, 1, "never", gives, Some(answering(vec![0, 1, 2], 0)));
    assert_eq!((summary.succeeded, summary.failed), (2, 1));
    assert_eq!(summary.end, RunEnd::Complete);
}

#[test]
fn a_job_is_called_back_as_often_as_it_may_be_tried() {
    let gives = inputs(&["recalled", "once-recalled", "exit 0"]);
    let summary = run_with(1, 1, "never", gives, Some(answering(Vec::new(), 2)));
    assert_eq!((summary.succeeded, summary.failed), (2, 1));
    assert_eq!(summary.failures[0].how, "ended for lack of resources");
}

#[test]
fn an_answer_that_is_none_ends_the_run_with_an_error() {
    let gives = inputs(&["exit 0", "exit 0", "exit 0"]);
    let summary = run_with(1, 1, "never", gives, Some(answering(vec![0, 127], 0)));
    assert_eq!((summary.succeeded, summary.exit_status()), (1, 255));
}

#[test]
fn a_run_that_is_ended_does_not_wait_at_the_gate() {
    let gives = vec![
        Give::Input("until-end"),
        Give::Input("exit 0"),
        Give::Stop(CancelLevel::End),
    ];
    let mut never = vec![1; 9000];
    never[0] = 0;
    let summary = run_with(2, 1, "never", gives, Some(answering(never, 0)));
    assert_eq!(summary.succeeded + summary.failed, 0);
}
