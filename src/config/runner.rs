//! The generic runner: from its options to a plan of one stage.
//!
//! Boundary: decides what each option means for the plan; what is common with
//! presets is in [`Common`].

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::command::{Commands, Particulars};
use super::inputs::{self, Total};
use super::jobs_file::{self, Asked, JobsFile};
use super::resources::Resources;
use super::shell::Shell;
use super::stages::{Stages, Statuses, Step};
use super::{ConfigError, Env, pipe, records, retry};
use crate::cli::{self, Args, BalanceArg, Origins, OutputArgs, RunningArgs, Timeout, WatchArgs};
use crate::exec::{
    Cancel, Children, Directory, DryRun, Executor, Process, ProcessOptions, Programs, SpillPolicy,
    Standard, TermSequence, TermSequenceError, Variables,
};
use crate::input::Sources;
use crate::input::blocks::{Deal, PipeSpec};
use crate::output::{Form, Grouping, LineEnd, Order, Paint, Paper, Store, Tag, Watch};
use crate::pipeline::{Jobs, JobsError};
use crate::run::{
    Announce, Asking, Balance, Dealer, HaltError, HaltPolicy, JobSource, Listing, OnSignal, Pacing,
    Plan, Streaming, TimeoutPolicy, Voice, Watching, Work,
};
use crate::template::{Append, Batch, Command, DestToken, Replace, Template, Text};

/// The one stage of a runner.
pub(super) fn stages(args: &Args, env: &Env) -> Result<Stages, ConfigError> {
    let directory = args.process.wd.as_deref().map(Path::new);
    let directory = directory.map(usable_directory).transpose()?;
    if args.process.tty
        && matches!(
            args.output.grouping(),
            Some(cli::Grouping::Group | cli::Grouping::Lines | cli::Grouping::Latest)
        )
    {
        return Err(ConfigError::Usage(
            "--tty gives the job the terminal itself; leave --group and --line-buffer out",
        ));
    }
    let mut common = Common::new(&args.running, &args.origins, env)?;
    let temporary = match &args.results.tmpdir {
        Some(directory) => {
            records::usable(directory)?;
            common.spill = SpillPolicy::new(directory.clone());
            directory.clone()
        }
        None => temporary(env),
    };
    let default_jobs = if args.process.tty {
        Some(Jobs::Count(std::num::NonZeroU32::MIN))
    } else {
        None
    };
    let slots = common.slots(&args.running, default_jobs);
    let commands = Commands::new(args.running.shell.as_deref(), directory, env)?;
    let dealer = dealer(args);
    let dest = match dealer {
        None => DestToken::Undeclared,
        Some(_) => DestToken::Declared,
    };
    let again = retry::jobs(args, commands.shell.kind)?;
    let piping = match again {
        None => pipe::spec(args)?,
        Some(_) => None,
    };
    let reading = match piping {
        // What they were given is in their commands.
        None if again.is_some() => {
            inputs::take_descriptor().map_err(ConfigError::Start)?;
            Reading::Nothing
        }
        None => Reading::Inputs(inputs::open(args, env, &common.cancel)?),
        Some(spec) => {
            let stdin = inputs::take_descriptor().map_err(ConfigError::Start)?;
            let nothing = Box::new(std::io::empty());
            let tee = (spec.deal == Deal::Tee)
                .then(|| inputs::open_with(args, env, nothing))
                .transpose()?;
            Reading::Blocks(Box::new(spec), stdin, tee)
        }
    };
    let file = common
        .jobs_file(&args.running)
        .filter(|_| reading.may_wait());
    let most = match file {
        Some(_) => slots.max(Jobs::MOST),
        None => slots,
    };
    let names = &*reading.names().to_vec();
    let words: Vec<Vec<u8>> = match again {
        Some(_) => Vec::new(),
        None => args.command.iter().map(bytes).collect(),
    };
    let replace = match &args.template.replace {
        Some(text) => Replace::With(text.as_bytes()),
        None => Replace::Auto,
    };
    let template = commands.parse(&Particulars {
        command: match words.as_slice() {
            [] => Command::None,
            [script] => Command::Script(script),
            words => Command::Argv(words),
        },
        replace,
        names,
        params: &[],
        dest,
        batch: match &reading {
            Reading::Inputs(_) => inputs::batch(&args.inputs),
            Reading::Nothing | Reading::Blocks(..) => Batch::One,
        },
        append: match &reading {
            Reading::Inputs(_) | Reading::Nothing => Append::Input,
            Reading::Blocks(spec, ..) => pipe::append(spec),
        },
    })?;
    if let Reading::Blocks(spec, ..) = &reading {
        pipe::check_template(spec, &template)?;
    }
    if let Some(program) = commands.missing_program(&template) {
        return Err(ConfigError::NotFound(program));
    }
    let is_dealt = template.tokens().any(|token| token.starts_with(b"<dest"));
    // A default for all runs does not fit every command.
    if dealer.is_some() && !is_dealt && args.origin_of("spread").is_none() {
        return Err(ConfigError::Usage(
            "--spread gives <dest>, and the command has none; say where it goes, as in 'cp <> <dest>/' (with -I, <dest> is text)",
        ));
    }
    let template = Arc::new(template);
    let tag = tag(&args.output, replace, names, dest)?;
    let total = if common.halt.needs_total() {
        Total::Needed
    } else {
        Total::Unneeded
    };
    let pipe::Piped { source, attends } = match reading {
        Reading::Nothing => pipe::Piped {
            source: Box::new(again.unwrap_or_default()),
            attends: None,
        },
        Reading::Inputs(sources) => pipe::Piped {
            source: inputs::batched(sources, &args.inputs, &template, slots, total)?,
            attends: None,
        },
        Reading::Blocks(..) if total == Total::Needed => {
            return Err(ConfigError::Usage(
                "--halt with a percentage needs to know how many jobs there are, and with --pipe nobody does before the end of the input; give a number",
            ));
        }
        Reading::Blocks(spec, stdin, tee) => {
            let around = pipe::Surroundings {
                env,
                cancel: &common.cancel,
                jobs: common.jobs(default_jobs),
                room: jobs_file::foreseen(file.as_ref(), common.jobs(default_jobs)),
                temporary: &temporary,
                stdin,
                values: match tee {
                    None => pipe::Values::None,
                    Some(sources) => pipe::Values::Jobs(inputs::all_jobs(sources)?),
                },
            };
            pipe::open(&spec, around)?
        }
    };
    let parse_text = |text: &[u8]| Text::parse(text, replace, names, &[], dest);
    let records = records::of(args, names, &temporary, &parse_text)?;
    let standard = if args.process.tty {
        Standard::Terminal
    } else {
        standard(&args.output)
    };
    let kind = Kind {
        standard,
        directory: directory.map(Path::to_path_buf),
        children: Arc::new(Children::new(most)),
    };
    let mut plan = common.plan(
        source,
        template,
        most,
        kind,
        &args.running,
        &commands.programs,
    );
    plan.width = file.map(|file| Box::new(file) as _);
    plan.grouping = if args.process.tty {
        Grouping::Ungrouped
    } else {
        grouping(&args.output)
    };
    if args.output.keep_order {
        plan.order = Order::Input;
    }
    plan.asking = if args.process.interactive {
        Asking::EachJob
    } else {
        Asking::Never
    };
    plan.tag = tag;
    plan.dealer = dealer;
    plan.joblog = records.joblog;
    plan.resume = records.resume;
    plan.store = records.store;
    plan.paper = records.paper;
    if !args.running.dry_run {
        plan.watching.watch = watch(&args.watch);
        plan.watching.total = args.watch.total_jobs;
    }
    Ok(Stages {
        steps: vec![Step {
            attends,
            ..plan.into()
        }],
        statuses: Statuses::Runner,
    })
}

/// What is shown of the run: of several, the one that shows most.
fn watch(args: &WatchArgs) -> Option<Watch> {
    if args.bar {
        Some(Watch::Bar)
    } else if args.eta {
        Some(Watch::Estimate)
    } else {
        args.progress.then_some(Watch::Counts)
    }
}

/// What the jobs of a run have of its inputs.
enum Reading {
    /// Nothing: an earlier run's commands are run again.
    Nothing,
    /// Values, in their commands.
    Inputs(Sources),
    /// Blocks of standard input, or of files, and under `--tee` values as well.
    Blocks(Box<PipeSpec>, OwnedFd, Option<Sources>),
}

impl Reading {
    /// Whether a job may wait until others have ended: not where all share the
    /// input, and end only with it.
    fn may_wait(&self) -> bool {
        match self {
            Self::Nothing | Self::Inputs(_) => true,
            Self::Blocks(spec, ..) => spec.deal == Deal::Each,
        }
    }

    /// The names of columns.
    fn names(&self) -> &[(Vec<u8>, usize)] {
        match self {
            Self::Inputs(sources) | Self::Blocks(_, _, Some(sources)) => sources.names(),
            Self::Nothing | Self::Blocks(_, _, None) => &[],
        }
    }
}

fn bytes(word: &OsString) -> Vec<u8> {
    word.as_bytes().to_vec()
}

/// What is the same for all stages of a run.
pub(super) struct Common<'a> {
    env: &'a Env,
    /// What `-j` says: looked up once, since a pipe says it once.
    asked: Option<Asked>,
    pub(super) cancel: Arc<Cancel>,
    pub(super) halt: HaltPolicy,
    sequence: TermSequence,
    resources: Resources,
    pub(super) spill: Arc<SpillPolicy>,
}

/// Where temporary files go.
fn temporary(env: &Env) -> PathBuf {
    env.directory_in("TMPDIR").unwrap_or_else(|| "/tmp".into())
}

fn read_jobs(text: &str) -> Option<Jobs> {
    text.parse().ok()
}

/// How an executor is to start processes.
pub(super) struct Kind {
    pub(super) standard: Standard,
    pub(super) directory: Option<PathBuf>,
    pub(super) children: Arc<Children>,
}

impl<'a> Common<'a> {
    pub(super) fn new(
        running: &RunningArgs,
        origins: &Origins,
        env: &'a Env,
    ) -> Result<Self, ConfigError> {
        let halt = running
            .halt
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error: HaltError| placed(error, origins, "halt"))?
            .unwrap_or_default();
        let sequence = running
            .termseq
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error: TermSequenceError| placed(error, origins, "termseq"))?
            .unwrap_or_default();
        let shell = Shell::name(running.shell.as_deref(), env);
        let resources = Resources::new(&running.resources, shell.to_path_buf())
            .map_err(|error| placed(error, origins, "limit"))?;
        let asked = running.jobs.as_deref().map(|value| {
            // The error is that of a number.
            let error = value.parse::<Jobs>().err();
            let asked = jobs_file::asked(value.as_ref(), read_jobs);
            asked.ok_or_else(|| {
                let given = value.to_owned();
                placed(error.unwrap_or(JobsError { given }), origins, "jobs")
            })
        });
        Ok(Self {
            env,
            asked: asked.transpose()?,
            cancel: Arc::new(Cancel::new()?),
            halt,
            sequence,
            resources,
            spill: SpillPolicy::new(temporary(env)),
        })
    }

    /// How many slots there are: as many as jobs run at once. A rehearsal
    /// prints in order, so it has one.
    pub(super) fn slots(&self, running: &RunningArgs, default: Option<Jobs>) -> usize {
        if running.dry_run {
            1
        } else {
            self.jobs(default)
        }
    }

    /// How many jobs run at once.
    pub(super) fn jobs(&self, default: Option<Jobs>) -> usize {
        let asked = self.asked.as_ref().map(|asked| asked.jobs);
        let jobs = asked.or(default).unwrap_or(Jobs::Percent(100));
        jobs.resolve(self.env.cpus())
    }

    /// The file that says how many jobs run at once, if `-j` names one.
    fn jobs_file(&self, running: &RunningArgs) -> Option<JobsFile> {
        let asked = self.asked.as_ref().filter(|_| !running.dry_run)?;
        Some(JobsFile {
            path: asked.file.clone()?,
            first: asked.jobs,
            parse: read_jobs,
            cpus: self.env.cpus(),
        })
    }

    /// A plan with what the running options say, and nothing recorded.
    pub(super) fn plan(
        &self,
        source: Box<dyn JobSource>,
        template: Arc<Template>,
        slots: usize,
        kind: Kind,
        running: &RunningArgs,
        programs: &Arc<Programs>,
    ) -> Plan {
        let options = ProcessOptions {
            standard: kind.standard,
            directory: kind.directory.map_or(Directory::Own, Directory::Fixed),
            variables: Variables::default(),
            sequence: self.sequence.clone(),
        };
        let executor: Arc<dyn Executor> = if running.dry_run {
            Arc::new(DryRun)
        } else {
            Arc::new(Process::new(
                options,
                Arc::clone(programs),
                Arc::clone(&kind.children),
            ))
        };
        let work = Work::Template(template);
        let plan = self.bare(source, work, executor, slots, running);
        Plan {
            children: kind.children,
            ..plan
        }
    }

    /// A plan for work that slots lend their threads to. What the user has set
    /// for all runs about jobs does not apply.
    pub(super) fn native(
        &self,
        source: Box<dyn JobSource>,
        executor: Arc<dyn Executor>,
        slots: usize,
        running: &RunningArgs,
    ) -> Plan {
        Plan {
            timeout: TimeoutPolicy::None,
            attempts: 1,
            delay: Duration::ZERO,
            gates: None,
            halt: HaltPolicy::Never,
            on_signal: OnSignal::End,
            announce: Announce::No,
            ..self.bare(source, Work::Native, executor, slots, running)
        }
    }

    /// A plan whose jobs are done by `executor`.
    fn bare(
        &self,
        source: Box<dyn JobSource>,
        work: Work,
        executor: Arc<dyn Executor>,
        slots: usize,
        running: &RunningArgs,
    ) -> Plan {
        Plan {
            source,
            work,
            feeds: Vec::new(),
            dealer: None,
            executor,
            slots,
            width: None,
            first_slot: 0,
            nice: running.nice.map(|nice| nice.0),
            timeout: match running.timeout {
                None => TimeoutPolicy::None,
                Some(Timeout::After(limit)) => TimeoutPolicy::Fixed(limit),
                Some(Timeout::MedianPercent(percent)) => TimeoutPolicy::OfMedian(percent / 100.0),
            },
            attempts: running.retries.unwrap_or(1),
            delay: running.delay.map_or(Duration::ZERO, |delay| delay.time),
            pacing: match running.delay {
                Some(delay) if delay.adapts => Pacing::Adaptive,
                _ => Pacing::Fixed,
            },
            gates: if running.dry_run {
                None
            } else {
                self.resources.gates(running.retries)
            },
            halt: self.halt,
            asking: Asking::Never,
            voice: Voice::Own,
            on_signal: if running.drain {
                OnSignal::Drain
            } else {
                OnSignal::End
            },
            grouping: Grouping::Grouped,
            order: Order::Completion,
            streaming: if running.dry_run {
                Streaming::Never
            } else {
                Streaming::WhenAlone
            },
            tag: None,
            paint: Paint::Nothing,
            store: Store::Printed,
            paper: Paper::Own,
            announce: if running.dry_run {
                Announce::No
            } else if running.verbose {
                Announce::AtStart
            } else if running.print {
                Announce::WithOutput
            } else {
                Announce::No
            },
            spill: Arc::clone(&self.spill),
            asker: None,
            watching: Watching {
                watch: None,
                form: Form::on(self.env.screen()),
                total: None,
                listing: Listing::Full,
            },
            children: Arc::new(Children::new(slots)),
            cancel: Arc::clone(&self.cancel),
            joblog: None,
            resume: None,
        }
    }
}

/// An error in an option's value, with the place where it was set if that is
/// not the command line.
fn placed(error: impl Into<ConfigError>, origins: &Origins, option: &str) -> ConfigError {
    let error = error.into();
    match origins.of(option) {
        None => error,
        Some(origin) => ConfigError::InDefaults {
            origin: origin.to_owned(),
            error: Box::new(error),
        },
    }
}

pub(super) fn grouping(output: &OutputArgs) -> Grouping {
    match output.grouping() {
        None | Some(cli::Grouping::Group) => Grouping::Grouped,
        Some(cli::Grouping::Lines) => Grouping::LineBuffered,
        Some(cli::Grouping::Latest) => Grouping::LatestLine,
        Some(cli::Grouping::Ungrouped) => Grouping::Ungrouped,
    }
}

pub(super) fn standard(output: &OutputArgs) -> Standard {
    match grouping(output) {
        Grouping::Ungrouped => Standard::Inherited,
        Grouping::Grouped | Grouping::LineBuffered | Grouping::LatestLine => Standard::Piped,
    }
}

/// `--tag` is the input and a TAB; `--tagstring` is what it says and a TAB.
pub(super) fn tag(
    output: &OutputArgs,
    replace: Replace<'_>,
    names: &[(Vec<u8>, usize)],
    dest: DestToken,
) -> Result<Option<Tag>, ConfigError> {
    let (text, replace) = match &output.tagstring {
        Some(text) => {
            let text = text.clone().into_vec();
            (cli::unescape(&text).unwrap_or(text), replace)
        }
        None if output.tag => (b"<>".to_vec(), Replace::With(b"<>")),
        None => return Ok(None),
    };
    let text = [text.as_slice(), b"\t"].concat();
    Ok(Some(Tag {
        text: Text::parse(&text, replace, names, &[], dest)?,
        lines: LineEnd::Newline,
    }))
}

/// The destinations of `--spread`.
fn dealer(args: &Args) -> Option<Dealer> {
    let spread = args.template.spread.iter();
    let names = spread.flat_map(|destinations| destinations.0.clone());
    Dealer::new(names.collect(), balance(args.template.balance))
}

/// How destinations are dealt.
pub(super) fn balance(given: Option<BalanceArg>) -> Balance {
    match given {
        None | Some(BalanceArg::RoundRobin) => Balance::RoundRobin,
        Some(BalanceArg::Load) => Balance::Load,
        Some(BalanceArg::Hash) => Balance::Hash,
    }
}

fn usable_directory(path: &Path) -> Result<&Path, ConfigError> {
    use rustix::fs::{Access, access};
    let check = || {
        if !std::fs::metadata(path)?.is_dir() {
            return Err(std::io::Error::from_raw_os_error(nix::libc::ENOTDIR));
        }
        Ok(access(path, Access::EXEC_OK)?)
    };
    let what = "cannot run jobs in the directory";
    check().map_err(|source| ConfigError::Path {
        what,
        path: path.into(),
        source,
    })?;
    Ok(path)
}
